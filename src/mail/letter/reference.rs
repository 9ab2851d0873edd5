//! Letters about references: to the candidate, who names people, and to those who are named.

use askama::Template;
use chrono::{DateTime, Utc};
use url::Url;

use super::{
    Facts, House, Letter, Line, Person, Reader, Unwritable, Values, Variable, Words, letter, perhaps,
};
use crate::domain::email::LetterKind;

/// To a candidate: whom may we ask about you?
#[derive(Clone, Debug)]
pub struct NominationRequested {
    /// The candidate.
    pub reader: Reader,
    /// Title of the posting.
    pub role: Line,
    /// What the recruiter says to them, if anything.
    pub words: Option<Words>,
    /// Until when the names are in time.
    pub deadline: DateTime<Utc>,
    /// The page on which people are named.
    pub link: Url,
}

/// To a candidate who has named nobody yet.
#[derive(Clone, Debug)]
pub struct NominationReminded {
    /// The candidate.
    pub reader: Reader,
    /// Title of the posting.
    pub role: Line,
    /// Until when the names are in time.
    pub deadline: DateTime<Utc>,
    /// The page on which people are named.
    pub link: Url,
}

/// To somebody whom a candidate named. Of the candidate it says the name and the job, nothing else.
#[derive(Clone, Debug)]
pub struct ReferenceRequested {
    /// The referee.
    pub reader: Reader,
    /// The candidate.
    pub candidate: Person,
    /// Title of the posting.
    pub role: Line,
    /// Until when an answer is hoped for.
    pub deadline: DateTime<Utc>,
    /// The page on which they answer.
    pub link: Url,
}

/// To a referee who has not answered yet.
#[derive(Clone, Debug)]
pub struct ReferenceReminded {
    /// The referee.
    pub reader: Reader,
    /// The candidate.
    pub candidate: Person,
    /// Title of the posting.
    pub role: Line,
    /// Until when an answer is hoped for.
    pub deadline: DateTime<Utc>,
    /// The page on which they answer.
    pub link: Url,
}

letter!(
    NominationRequested,
    "mail/nomination_requested.subject",
    "mail/nomination_requested.txt",
    "mail/nomination_requested.html",
    |it, house| {
        Role = it.role.to_string(),
        Words = perhaps(it.words.as_ref()),
        Deadline = house.when(&it.deadline),
        Link = it.link.to_string(),
    }
);
letter!(
    NominationReminded,
    "mail/nomination_reminded.subject",
    "mail/nomination_reminded.txt",
    "mail/nomination_reminded.html",
    |it, house| {
        Role = it.role.to_string(),
        Deadline = house.when(&it.deadline),
        Link = it.link.to_string(),
    }
);
letter!(
    ReferenceRequested,
    "mail/reference_requested.subject",
    "mail/reference_requested.txt",
    "mail/reference_requested.html",
    |it, house| {
        Candidate = it.candidate.to_string(),
        Role = it.role.to_string(),
        Deadline = house.when(&it.deadline),
        Link = it.link.to_string(),
    }
);
letter!(
    ReferenceReminded,
    "mail/reference_reminded.subject",
    "mail/reference_reminded.txt",
    "mail/reference_reminded.html",
    |it, house| {
        Candidate = it.candidate.to_string(),
        Role = it.role.to_string(),
        Deadline = house.when(&it.deadline),
        Link = it.link.to_string(),
    }
);
