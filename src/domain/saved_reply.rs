//! Texts that colleagues keep for writing to candidates.

use chrono::{DateTime, Utc};

use super::faults::Faults;
use super::id::{SavedReplyId, UserId};
use super::message::Wording;
use super::{Refusal, text};

/// The most characters of a name.
const MOST_NAME: usize = 80;
/// The most that one colleague, or the organisation, keeps.
pub const MOST: usize = 500;

/// A text that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedReply {
    /// Its id.
    pub id: SavedReplyId,
    /// Whose it is; the whole organisation's, if nobody's.
    pub owner: Option<UserId>,
    /// What it is called: no two of one owner share a name, whatever the case of its letters.
    pub name: String,
    /// What it says.
    pub wording: Wording,
    /// Who saved it last; none for the operator.
    pub saved_by: Option<UserId>,
    /// When.
    pub saved_at: DateTime<Utc>,
    /// Rises with each change.
    pub revision: i32,
}

/// A name and what is kept under it, checked.
///
/// # Errors
/// `REQUIRED` or `INVALID` on `name` or `text`, `INVALID` on `subject`: all that is wrong.
pub fn parse(name: &str, subject: Option<&str>, text: &str) -> Result<(String, Wording), Refusal> {
    let mut faults = Faults::default();
    let name = faults.keep(text::line("name", name, MOST_NAME));
    let wording = faults.keep(Wording::parse(subject, text));
    faults.end().map(|()| (name, wording))
}
