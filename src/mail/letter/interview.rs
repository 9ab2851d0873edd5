//! Letters about meetings: to the candidate, who learns whom they meet, and to those of ours who come.

use askama::Template;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use url::Url;

use super::{Facts, House, Letter, Line, Reader, Unwritable, Values, Variable, letter, perhaps};
use crate::domain::email::LetterKind;

/// What is new about a meeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// It is set.
    Set,
    /// It is at another time or place.
    Moved,
    /// Other people come, or the call has another address.
    Changed,
}

/// When and where people meet, as letters tell it.
#[derive(Clone, Debug)]
pub struct Appointment {
    /// When it begins.
    pub starts_at: DateTime<Utc>,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
    /// The zone in which it is told.
    pub zone: Tz,
    /// Where, in words.
    pub place: Option<Line>,
    /// The address of the video call.
    pub video_link: Option<Url>,
}

impl Appointment {
    /// Like `Friday 14 August 2026, 17:00 to 17:45 (Europe/Berlin)`.
    #[must_use]
    pub fn when(&self) -> String {
        format!("{} ({})", self.span(), self.zone.name())
    }

    /// The same where the zone is told beside it: `Friday 14 August 2026, 17:00 to 17:45`.
    #[must_use]
    pub fn span(&self) -> String {
        let (from, to) = (self.starts_at.with_timezone(&self.zone), self.ends_at.with_timezone(&self.zone));
        let end = if from.date_naive() == to.date_naive() { "%H:%M" } else { "%A %-d %B, %H:%M" };
        format!("{} to {}", from.format("%A %-d %B %Y, %H:%M"), to.format(end))
    }

    /// As the house tells it: [`Appointment::when`], or without words in other languages than English.
    #[must_use]
    pub fn told(&self, house: &House) -> String {
        if house.writes_english() {
            return self.when();
        }
        let (from, to) = (self.starts_at.with_timezone(&self.zone), self.ends_at.with_timezone(&self.zone));
        let end = if from.date_naive() == to.date_naive() { "%H:%M" } else { "%Y-%m-%d, %H:%M" };
        format!("{} – {} ({})", from.format("%Y-%m-%d, %H:%M"), to.format(end), self.zone.name())
    }

    /// The day, like `14 August`.
    #[must_use]
    pub fn day(&self) -> String {
        self.starts_at.with_timezone(&self.zone).format("%-d %B").to_string()
    }

    /// When it begins, for those who live elsewhere: `15:00 UTC`.
    #[must_use]
    pub fn utc(&self) -> String {
        format!("{} UTC", self.starts_at.format("%H:%M"))
    }
}

/// Somebody of ours, as candidates know them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// Name.
    pub name: Line,
    /// Job title.
    pub title: Option<Line>,
}

impl Host {
    /// Several of them, one a line.
    #[must_use]
    pub fn listed(hosts: &[Self]) -> String {
        hosts.iter().map(Self::shown).collect::<Vec<_>>().join("\n")
    }

    /// `Ada Example, Head of Engineering`.
    #[must_use]
    pub fn shown(&self) -> String {
        match &self.title {
            Some(title) => format!("{}, {title}", self.name),
            None => self.name.to_string(),
        }
    }
}

/// To a candidate: when and where they meet whom.
#[derive(Clone, Debug)]
pub struct InterviewScheduled {
    /// The candidate.
    pub reader: Reader,
    /// Title of the posting.
    pub role: Line,
    /// What the meeting is called.
    pub title: Line,
    /// What is new about it.
    pub news: News,
    /// When and where.
    pub appointment: Appointment,
    /// Who comes.
    pub hosts: Vec<Host>,
    /// The address of a person, for those whom the time does not suit.
    pub contact: Line,
}

/// To a candidate: the meeting does not take place.
#[derive(Clone, Debug)]
pub struct InterviewCancelled {
    /// The candidate.
    pub reader: Reader,
    /// Title of the posting.
    pub role: Line,
    /// What the meeting was called.
    pub title: Line,
    /// When and where it was to be.
    pub appointment: Appointment,
}

/// To somebody of ours: when and where they meet the candidate.
#[derive(Clone, Debug)]
pub struct InterviewAssigned {
    /// Whoever comes.
    pub reader: Reader,
    /// Title of the posting.
    pub role: Line,
    /// What the meeting is called.
    pub title: Line,
    /// The candidate.
    pub candidate: Line,
    /// What is new about it.
    pub news: News,
    /// When and where.
    pub appointment: Appointment,
    /// Who comes, the reader included.
    pub hosts: Vec<Host>,
    /// Whether the reader only listens.
    pub shadow: bool,
}

/// To somebody of ours: they do not meet the candidate after all.
#[derive(Clone, Debug)]
pub struct InterviewUnassigned {
    /// Whoever was to come.
    pub reader: Reader,
    /// Title of the posting.
    pub role: Line,
    /// What the meeting was called.
    pub title: Line,
    /// The candidate.
    pub candidate: Line,
    /// When and where it was to be.
    pub appointment: Appointment,
    /// Whether it takes place without the reader.
    pub without_reader: bool,
}

letter!(
    InterviewScheduled,
    "mail/interview_scheduled.subject",
    "mail/interview_scheduled.txt",
    "mail/interview_scheduled.html",
    |it, house| {
        Role = it.role.to_string(),
        Meeting = it.title.to_string(),
        When = it.appointment.told(house),
        Place = perhaps(it.appointment.place.as_ref()),
        VideoLink = perhaps(it.appointment.video_link.as_ref()),
        Hosts = Host::listed(&it.hosts),
        Contact = it.contact.to_string(),
    }
);
letter!(
    InterviewCancelled,
    "mail/interview_cancelled.subject",
    "mail/interview_cancelled.txt",
    "mail/interview_cancelled.html",
    |it, house| {
        Role = it.role.to_string(),
        Meeting = it.title.to_string(),
        When = it.appointment.told(house),
    }
);
letter!(
    InterviewAssigned,
    "mail/interview_assigned.subject",
    "mail/interview_assigned.txt",
    "mail/interview_assigned.html"
);
letter!(
    InterviewUnassigned,
    "mail/interview_unassigned.subject",
    "mail/interview_unassigned.txt",
    "mail/interview_unassigned.html"
);
