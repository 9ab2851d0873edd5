//! One-purpose links that candidates hold. The secret is 52 base-32 characters (256 bits); only its SHA-256 is kept.

use chrono::{DateTime, Utc};

use super::clock::{Chance, random_text};
use super::id::{ApplicationId, CandidateId, LinkId, OfferId};

const LENGTH: usize = 52;

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Following one application, and withdrawing it.
    Application(ApplicationId),
    /// Reading and deciding one version of an offer.
    Offer {
        /// The offer.
        offer: OfferId,
        /// The version the link was sent for.
        version: i32,
        /// The application the offer is for.
        application: ApplicationId,
    },
}

/// A link as it is kept: never the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its id.
    pub id: LinkId,
    /// What it is for.
    pub purpose: Purpose,
    /// Whose it is.
    pub candidate: CandidateId,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// A new secret of a link, as it stands in a web address.
#[must_use]
pub fn secret(chance: &dyn Chance) -> String {
    random_text(chance, LENGTH)
}

/// Whether the text has the shape of a link's secret; what has not needs no look-up.
#[must_use]
pub fn is_shaped(text: &str) -> bool {
    text.len() == LENGTH && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
}
