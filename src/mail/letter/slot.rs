//! Letters about times that a candidate may choose from.

use askama::Template;
use chrono_tz::Tz;
use url::Url;

use super::{Appointment, Facts, Host, House, Letter, Line, Reader, Unwritable, Values, Variable, letter};
use crate::domain::email::LetterKind;

/// The times, and what the meeting would be.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Title of the posting.
    pub role: Line,
    /// What the meeting is called.
    pub title: Line,
    /// The zone in which the times are told.
    pub zone: Tz,
    /// Each of them, the earliest first; never empty.
    pub times: Vec<Appointment>,
    /// Who would come.
    pub hosts: Vec<Host>,
}

impl Choice {
    /// The times, one a line.
    #[must_use]
    pub fn told(&self, house: &House) -> String {
        self.times.iter().map(|time| time.told(house)).collect::<Vec<_>>().join("\n")
    }

    /// How long the meeting would be, in minutes.
    #[must_use]
    pub fn minutes(&self) -> i64 {
        self.times.first().map_or(0, |time| (time.ends_at - time.starts_at).num_minutes())
    }
}

/// To a candidate: pick one of these times.
#[derive(Clone, Debug)]
pub struct InterviewSlots {
    /// The candidate.
    pub reader: Reader,
    /// What there is to choose from.
    pub choice: Choice,
    /// The page on which one of them is picked.
    pub link: Url,
}

/// To a candidate who has not picked one yet: those that are left.
#[derive(Clone, Debug)]
pub struct InterviewSlotsReminded {
    /// The candidate.
    pub reader: Reader,
    /// What there still is to choose from.
    pub choice: Choice,
    /// The page on which one of them is picked.
    pub link: Url,
}

letter!(
    InterviewSlots,
    "mail/interview_slots.subject",
    "mail/interview_slots.txt",
    "mail/interview_slots.html",
    |it, house| {
        Role = it.choice.role.to_string(),
        Meeting = it.choice.title.to_string(),
        Times = it.choice.told(house),
        Hosts = Host::listed(&it.choice.hosts),
        Link = it.link.to_string(),
    }
);
letter!(
    InterviewSlotsReminded,
    "mail/interview_slots_reminded.subject",
    "mail/interview_slots_reminded.txt",
    "mail/interview_slots_reminded.html",
    |it, house| {
        Role = it.choice.role.to_string(),
        Meeting = it.choice.title.to_string(),
        Times = it.choice.told(house),
        Hosts = Host::listed(&it.choice.hosts),
        Link = it.link.to_string(),
    }
);
