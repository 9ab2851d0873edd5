//! Rules that several boards have.

use super::Check;
use crate::domain::feed::Severity;
use crate::domain::money::PayInterval;
use crate::feeds::fact::Words;
use crate::feeds::rendition::{Entry, Place};

/// What pay is for, in boards that read it as text.
pub(super) const PERIODS: Words<PayInterval> = &[
    (PayInterval::Hour, "per hour"),
    (PayInterval::Day, "per day"),
    (PayInterval::Week, "per week"),
    (PayInterval::Month, "per month"),
    (PayInterval::Year, "per year"),
];

/// The title is the name of the job and nothing else.
pub(super) const fn plain_title(source: &'static str) -> Check {
    Check {
        severity: Severity::Warn,
        code: "TITLE_NOT_PLAIN",
        field: "title",
        message: "the title says more than the job: pay, place, kind of employment, or a call to apply",
        mend: "name the job alone; the rest has fields of its own",
        broken: |entry| !is_plain_title(entry),
        source,
    }
}

/// The format has no element that says that work is remote.
pub(super) const fn remote_unsaid(message: &'static str, source: &'static str) -> Check {
    Check {
        severity: Severity::Info,
        code: "REMOTE_NOT_SAID",
        field: "workplace",
        message,
        mend: "nothing; say it in the description as well",
        broken: is_remote,
        source,
    }
}

/// The format has no element for pay, or none whose form is known.
pub(super) const fn pay_unsaid(message: &'static str, source: &'static str) -> Check {
    Check {
        severity: Severity::Info,
        code: "PAY_NOT_SAID",
        field: "payRanges",
        message,
        mend: "nothing; say it in the description as well",
        broken: |entry| entry.pay().is_some(),
        source,
    }
}

/// Whether the entry is of remote work.
pub(super) fn is_remote(entry: &Entry<'_>) -> bool {
    matches!(entry.place, Some(Place::RemoteIn(_)))
}

/// Words that boards read as anything but the name of a job.
const LOUD: &[&str] = &[
    "hiring",
    "urgent",
    "urgently",
    "immediate",
    "remote",
    "hybrid",
    "wfh",
    "fulltime",
    "full-time",
    "parttime",
    "part-time",
    "apply",
    "now",
];

fn is_plain_title(entry: &Entry<'_>) -> bool {
    let title = entry.item.title.to_lowercase();
    let loud = title.split(|c: char| !(c.is_alphanumeric() || c == '-')).any(|word| LOUD.contains(&word));
    let placed = match entry.place {
        Some(Place::At(location)) => {
            !location.city.is_empty() && title.contains(&location.city.to_lowercase())
        }
        Some(Place::RemoteIn(_)) | None => false,
    };
    !(loud || placed || title.contains(['$', '€', '£', '¥', '₹', '!']))
}
