//! Secrets that stand for somebody: API tokens of staff and one-purpose links of candidates.
//!
//! An API token reads `vac_` + 40 base-32 characters (200 random bits); only its SHA-256 is kept.

use chrono::{DateTime, Duration, Utc};

use super::Refusal;
use super::clock::{Chance, random_text};
use super::id::{TokenId, UserId};
use super::viewer::TokenScope;

/// What every API token begins with, so that scanners can find leaked ones.
pub const PREFIX: &str = "vac_";
const LENGTH: usize = 40;

/// How long a token is good for when nothing else is asked.
pub const USUAL_LIFE: Duration = Duration::days(90);
/// The longest a token may be good for.
pub const LONGEST_LIFE: Duration = Duration::days(365);

/// An API token as it is kept: never the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its id.
    pub id: TokenId,
    /// Whose it is.
    pub user: UserId,
    /// What its owner calls it.
    pub name: String,
    /// What it may be used for.
    pub scopes: Vec<TokenScope>,
    /// The secret's last four characters, to tell tokens apart.
    pub last_four: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it stops being good.
    pub expires_at: DateTime<Utc>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

impl Token {
    /// Whether it stands for its owner at this instant.
    #[must_use]
    pub fn is_good(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }
}

/// A new secret of an API token.
#[must_use]
pub fn secret(chance: &dyn Chance) -> String {
    format!("{PREFIX}{}", random_text(chance, LENGTH))
}

/// Whether the text has the shape of an API token; what has not needs no look-up.
#[must_use]
pub fn is_shaped(text: &str) -> bool {
    text.strip_prefix(PREFIX).is_some_and(|rest| {
        rest.len() == LENGTH && rest.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    })
}

/// When a token asked for now ends.
///
/// # Errors
/// `INVALID` on `expiresAt` when it is past or further than [`LONGEST_LIFE`].
pub fn expiry(now: DateTime<Utc>, asked: Option<DateTime<Utc>>) -> Result<DateTime<Utc>, Refusal> {
    match asked {
        None => Ok(now + USUAL_LIFE),
        Some(at) if at > now && at <= now + LONGEST_LIFE => Ok(at),
        Some(_) => Err(Refusal::invalid("expiresAt", "a time from now to 365 days ahead")),
    }
}
