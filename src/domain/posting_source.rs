//! Where a posting came from, when it was brought in from another system's board.

use chrono::{DateTime, Utc};

use super::id::PostingId;

text_enum! {
    /// A system whose public boards can be brought in.
    SourceSystem {
        /// Greenhouse's job board API.
        Greenhouse = "greenhouse",
        /// Lever's postings API.
        Lever = "lever",
        /// Ashby's job posting API.
        Ashby = "ashby",
    }
}

/// What another system's board says of a posting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostingSource {
    /// The posting.
    pub posting: PostingId,
    /// Which system.
    pub system: SourceSystem,
    /// Which of the organisation's boards there; ids are unique within it.
    pub board: String,
    /// What the system calls the posting.
    pub external_id: String,
    /// The system's record, all of it but what is about people: JSON text.
    pub record: String,
    /// The SHA-256 of the record, whatever its white space.
    pub digest: String,
    /// When this record was brought in.
    pub imported_at: DateTime<Utc>,
    /// When the posting was closed because the board no longer had it; nothing while it has.
    pub missing_since: Option<DateTime<Utc>>,
}
