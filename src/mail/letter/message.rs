//! Letters in which a colleague speaks for themselves.

use askama::Template;

use super::{Facts, House, Letter, Line, Reader, Unwritable, Words, letter};
use crate::domain::email::LetterKind;

/// To a candidate: what a colleague has to say. They may answer it.
#[derive(Clone, Debug)]
pub struct MessageSent {
    /// The candidate.
    pub reader: Reader,
    /// What it is about, if the colleague says so.
    pub subject: Option<Line>,
    /// Title of the posting.
    pub role: Line,
    /// What the colleague has to say.
    pub words: Words,
}

letter!(MessageSent, "mail/message_sent.subject", "mail/message_sent.txt", "mail/message_sent.html");
