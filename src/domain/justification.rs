//! Why to hire: written before the offer.

use chrono::{DateTime, Utc};

use super::id::{ApplicationId, UserId};

/// Why to hire this candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Justification {
    /// For which application.
    pub application: ApplicationId,
    /// The reasons.
    pub text: String,
    /// Who wrote it last.
    pub author: UserId,
    /// When.
    pub updated_at: DateTime<Utc>,
}
