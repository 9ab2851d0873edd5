//! Letters to colleagues about notes. What a note says never leaves by mail.

use askama::Template;
use url::Url;

use super::{Facts, House, Letter, Line, Reader, Unwritable, letter};
use crate::domain::email::LetterKind;

/// To a colleague: somebody mentioned them in a note.
#[derive(Clone, Debug)]
pub struct NoteMentioned {
    /// The colleague.
    pub reader: Reader,
    /// Who wrote the note.
    pub author: Line,
    /// The candidate.
    pub candidate: Line,
    /// Title of the posting.
    pub role: Line,
    /// The public page of the posting.
    pub posting: Url,
    /// Id of the application, by which the note is found.
    pub application: Line,
}

letter!(NoteMentioned, "mail/note_mentioned.subject", "mail/note_mentioned.txt", "mail/note_mentioned.html");
