//! What colleagues write down about an application, for each other: never for the candidate, never changed.

use chrono::{DateTime, Utc};

use super::Refusal;
use super::id::{ApplicationId, NoteId, UserId};
use super::text;

/// The most characters a note has.
const MOST: usize = 10_000;
/// The most colleagues a note mentions.
const MOST_MENTIONS: usize = 20;

/// A note about an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Its id.
    pub id: NoteId,
    /// About which application.
    pub application: ApplicationId,
    /// Who wrote it.
    pub author: UserId,
    /// What it says.
    pub text: String,
    /// When it was written.
    pub created_at: DateTime<Utc>,
}

/// A colleague's being mentioned in a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// In which note.
    pub note: NoteId,
    /// Who.
    pub user: UserId,
    /// When they said that they have read it.
    pub read_at: Option<DateTime<Utc>>,
}

/// A note's text, checked.
///
/// # Errors
/// `REQUIRED` or `INVALID` on `text`.
pub fn body(given: &str) -> Result<String, Refusal> {
    text::prose("text", given, MOST)
}

/// Whom a note may mention, before it is known what each of them may read.
///
/// # Errors
/// `INVALID` on `mentions`, or on the mention at fault.
pub fn check_mentions(author: UserId, mentions: &[UserId]) -> Result<(), Refusal> {
    if mentions.len() > MOST_MENTIONS {
        return Err(Refusal::invalid("mentions", &format!("at most {MOST_MENTIONS} entries")));
    }
    let wrong = mentions.iter().enumerate().filter_map(|(place, user)| {
        if *user == author {
            return Some(unfit(place));
        }
        let before = mentions[..place].contains(user);
        before.then(|| Refusal::invalid(&format!("mentions.{place}"), "each colleague once"))
    });
    Refusal::all(wrong.collect())
}

/// That the mention at this place is of nobody who may read the note: it gives nobody more to read than they have.
#[must_use]
pub fn unfit(place: usize) -> Refusal {
    Refusal::invalid(&format!("mentions.{place}"), "a colleague who may read it")
}
