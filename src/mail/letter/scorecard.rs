//! Letters to colleagues about their scorecards.

use askama::Template;
use chrono::{DateTime, Utc};
use url::Url;

use super::{Facts, House, Letter, Line, Reader, Unwritable, letter};
use crate::domain::email::LetterKind;

/// To a colleague: a scorecard is wanted.
#[derive(Clone, Debug)]
pub struct ScorecardRequested {
    /// The colleague.
    pub reader: Reader,
    /// The candidate.
    pub candidate: Line,
    /// Title of the posting.
    pub role: Line,
    /// Title of the step.
    pub step: Line,
    /// Until when it is due.
    pub deadline: DateTime<Utc>,
    /// The page of the scorecard.
    pub link: Url,
}

/// To a colleague whose scorecard is overdue.
#[derive(Clone, Debug)]
pub struct ScorecardReminded(pub ScorecardRequested);

impl From<ScorecardRequested> for ScorecardReminded {
    fn from(requested: ScorecardRequested) -> Self {
        Self(requested)
    }
}

letter!(
    ScorecardRequested,
    "mail/scorecard_requested.subject",
    "mail/scorecard_requested.txt",
    "mail/scorecard_requested.html"
);
letter!(
    ScorecardReminded,
    "mail/scorecard_reminded.subject",
    "mail/scorecard_reminded.txt",
    "mail/scorecard_reminded.html"
);
