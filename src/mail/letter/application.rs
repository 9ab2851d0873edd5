//! Letters about an application, from its arrival to its end, and about what candidates are asked on the way.

use askama::Template;
use chrono::{DateTime, Utc};
use url::Url;

use super::{Facts, House, Letter, Line, Reader, Unwritable, Values, Variable, Words, flag, letter, perhaps};
use crate::domain::email::LetterKind;

/// To somebody who applied: it has arrived.
#[derive(Clone, Debug)]
pub struct ApplicationReceived {
    /// The candidate.
    pub reader: Reader,
    /// Title of the posting.
    pub role: Line,
    /// The candidate's page: state, and withdrawing.
    pub status_link: Url,
}

/// To the address of an application that is there already: says nothing new, and gives the link again.
#[derive(Clone, Debug)]
pub struct ApplicationRepeated {
    /// The candidate.
    pub reader: Reader,
    /// Title of the posting.
    pub role: Line,
    /// The candidate's page.
    pub status_link: Url,
}

/// To a candidate who was declined.
#[derive(Clone, Debug)]
pub struct ApplicationDeclined {
    /// The candidate.
    pub reader: Reader,
    /// Title of the posting.
    pub role: Line,
    /// What the recruiter adds, if anything.
    pub words: Option<Words>,
    /// A live offer ends with the application, and this letter says so.
    pub ends_offer: bool,
    /// A meeting that was set does not take place, and this letter says so.
    pub ends_meeting: bool,
}

/// To a candidate whose application goes on for another posting.
#[derive(Clone, Debug)]
pub struct ApplicationTransferred {
    /// The candidate.
    pub reader: Reader,
    /// Title of the posting they applied to.
    pub from: Line,
    /// Title of the posting it goes on for.
    pub role: Line,
    /// What the recruiter adds, if anything.
    pub words: Option<Words>,
    /// The candidate's page.
    pub status_link: Url,
}

/// To a candidate who withdrew, by themselves or by asking us: it is done.
#[derive(Clone, Debug)]
pub struct ApplicationWithdrawn {
    /// The candidate.
    pub reader: Reader,
    /// Title of the posting.
    pub role: Line,
    /// A live offer ends with the application, and this letter says so.
    pub ends_offer: bool,
    /// A meeting that was set does not take place, and this letter says so.
    pub ends_meeting: bool,
}

/// To a candidate who goes on: questions about the application, or a piece of work, answered on a page.
#[derive(Clone, Debug)]
pub struct FormSent {
    /// The candidate.
    pub reader: Reader,
    /// Title of the posting.
    pub role: Line,
    /// What the piece of work is called, if it is one.
    pub task: Option<Line>,
    /// What the recruiter says to them, if anything.
    pub words: Option<Words>,
    /// Until when answers are in time.
    pub deadline: DateTime<Utc>,
    /// The page of the questions.
    pub link: Url,
}

/// To a candidate who has not answered yet.
#[derive(Clone, Debug)]
pub struct FormReminded {
    /// The candidate.
    pub reader: Reader,
    /// Title of the posting.
    pub role: Line,
    /// What the piece of work is called, if it is one.
    pub task: Option<Line>,
    /// Until when answers are in time.
    pub deadline: DateTime<Utc>,
    /// The page of the questions.
    pub link: Url,
}

letter!(
    ApplicationReceived,
    "mail/application_received.subject",
    "mail/application_received.txt",
    "mail/application_received.html",
    |it, house| {
        Role = it.role.to_string(),
        Link = it.status_link.to_string(),
    }
);
letter!(
    ApplicationRepeated,
    "mail/application_repeated.subject",
    "mail/application_repeated.txt",
    "mail/application_repeated.html",
    |it, house| {
        Role = it.role.to_string(),
        Link = it.status_link.to_string(),
    }
);
letter!(
    ApplicationDeclined,
    "mail/application_declined.subject",
    "mail/application_declined.txt",
    "mail/application_declined.html",
    |it, house| {
        Role = it.role.to_string(),
        Words = perhaps(it.words.as_ref()),
        EndsOffer = flag(it.ends_offer),
        EndsMeeting = flag(it.ends_meeting),
    }
);
letter!(
    ApplicationTransferred,
    "mail/application_transferred.subject",
    "mail/application_transferred.txt",
    "mail/application_transferred.html",
    |it, house| {
        FormerRole = it.from.to_string(),
        Role = it.role.to_string(),
        Words = perhaps(it.words.as_ref()),
        Link = it.status_link.to_string(),
    }
);
letter!(
    ApplicationWithdrawn,
    "mail/application_withdrawn.subject",
    "mail/application_withdrawn.txt",
    "mail/application_withdrawn.html",
    |it, house| {
        Role = it.role.to_string(),
        EndsOffer = flag(it.ends_offer),
        EndsMeeting = flag(it.ends_meeting),
    }
);
letter!(
    FormSent,
    "mail/form_sent.subject",
    "mail/form_sent.txt",
    "mail/form_sent.html",
    |it, house| {
        Role = it.role.to_string(),
        Task = perhaps(it.task.as_ref()),
        Words = perhaps(it.words.as_ref()),
        Deadline = house.when(&it.deadline),
        Link = it.link.to_string(),
    }
);
letter!(
    FormReminded,
    "mail/form_reminded.subject",
    "mail/form_reminded.txt",
    "mail/form_reminded.html",
    |it, house| {
        Role = it.role.to_string(),
        Task = perhaps(it.task.as_ref()),
        Deadline = house.when(&it.deadline),
        Link = it.link.to_string(),
    }
);
