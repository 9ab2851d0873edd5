//! How storage fails, and which broken constraint means which refusal.

use sea_orm::error::{DbErr, RuntimeErr};
use sea_orm::sqlx;

use crate::domain::Refusal;

/// The database could not do its part.
///
/// Its text is for the log: it may hold SQL, names and paths, so nobody outside ever sees it.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Fault(#[from] Cause);

#[derive(Debug, thiserror::Error)]
enum Cause {
    #[error("database: {0}")]
    Database(#[from] DbErr),
    #[error("there is no {noun} {id}, though something points at it")]
    Missing { noun: &'static str, id: String },
    #[error("the schema holds migration {0}, which this program does not know: run a newer program")]
    Newer(String),
    #[error("the commit failed, so the write may be lost: {0}")]
    Uncommitted(DbErr),
    #[error("the write was rolled back with the others of its commit")]
    Lost,
    #[error("{0}")]
    Unfit(String),
}

impl Fault {
    /// A record that must be there is not.
    #[must_use]
    pub fn missing(noun: &'static str, id: impl std::fmt::Display) -> Self {
        Self(Cause::Missing { noun, id: id.to_string() })
    }

    /// The engine, its settings or its data are not what the program needs.
    #[must_use]
    pub fn unfit(what: impl Into<String>) -> Self {
        Self(Cause::Unfit(what.into()))
    }

    pub(super) fn newer(migration: String) -> Self {
        Self(Cause::Newer(migration))
    }

    pub(super) fn uncommitted(error: DbErr) -> Self {
        Self(Cause::Uncommitted(error))
    }

    pub(super) fn lost() -> Self {
        Self(Cause::Lost)
    }

    /// Whether the schema is newer than this program.
    #[must_use]
    pub fn is_newer_schema(&self) -> bool {
        matches!(self.0, Cause::Newer(_))
    }

    /// Whether the same write may succeed a moment later: a lock, a deadlock, a serialization
    /// conflict, a race to be first, or a shared commit that was lost.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match &self.0 {
            Cause::Lost => true,
            Cause::Database(error) => {
                code(error).is_some_and(|code| passes(&code))
                    || broken(error).is_some_and(|name| is_race(&name))
            }
            _ => false,
        }
    }
}

impl Fault {
    /// Whether the database says that it can keep nothing at the moment: the disk is full, failing or read-only.
    pub(super) fn is_unwritable(&self) -> bool {
        match &self.0 {
            Cause::Database(error) | Cause::Uncommitted(error) => {
                code(error).is_some_and(|code| keeps_nothing(&code))
            }
            _ => false,
        }
    }
}

impl From<DbErr> for Fault {
    fn from(error: DbErr) -> Self {
        Self(Cause::Database(error))
    }
}

/// Why a write did not happen.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The business says no; nothing was changed.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The database failed; nothing was changed.
    #[error(transparent)]
    Fault(Fault),
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        let refusal = match &fault.0 {
            Cause::Database(error) => broken(error).and_then(|name| refusal_of(&name)),
            _ => None,
        };
        refusal.map_or(Self::Fault(fault), Self::Refused)
    }
}

impl From<DbErr> for Failure {
    fn from(error: DbErr) -> Self {
        Fault::from(error).into()
    }
}

/// The one table from a broken constraint to what it means to people. Any other is a bug.
pub static REFUSALS: &[(&str, Refusal)] = &[
    ("uq_team_name", Refusal::Taken("name")),
    ("uq_user_email", Refusal::Taken("email")),
    ("uq_saved_reply_name", Refusal::Taken("name")),
    ("uq_posting_slug", Refusal::Taken("slug")),
    ("uq_channel_setting_tracking", Refusal::Taken("trackingSource")),
    ("uq_posting_team", Refusal::Taken("team")),
    ("uq_application_current", Refusal::AlreadyApplied),
    ("uq_allotment_current", Refusal::Stale),
    ("uq_offer_version_sent", Refusal::Stale),
    ("uq_letter_template_version", Refusal::Stale),
    ("uq_offer_live_application", Refusal::OfferLive),
    ("uq_offer_live_candidate", Refusal::OfferLive),
];

fn refusal_of(constraint: &str) -> Option<Refusal> {
    REFUSALS.iter().find(|(name, _)| *name == constraint).map(|(_, refusal)| refusal.clone())
}

/// Whether two writes met that each found nothing and stored the same thing. Run again, the later
/// one finds what the earlier stored, and decides with it.
fn is_race(constraint: &str) -> bool {
    matches!(constraint, "idempotency_pkey" | "uq_candidate_email" | "uq_posting_source")
}

/// The name of the constraint that a statement broke, where the database tells it.
///
/// SQLite names checks, and unique indexes that have an expression among their keys (which is why
/// those that stand for a refusal end in the constant key `(0)`); it never names foreign keys.
fn broken(error: &DbErr) -> Option<String> {
    let error = database_error(error)?;
    if let Some(name) = error.constraint() {
        return Some(name.to_owned());
    }
    let message = error.message();
    let check = message.strip_prefix("CHECK constraint failed: ").map(str::to_owned);
    let unique = || {
        let quoted = message.strip_prefix("UNIQUE constraint failed: index '")?;
        Some(quoted.strip_suffix('\'')?.to_owned())
    };
    check.or_else(unique)
}

fn database_error(error: &DbErr) -> Option<&dyn sqlx::error::DatabaseError> {
    match error {
        DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error))
        | DbErr::Conn(RuntimeErr::SqlxError(error)) => error.as_database_error(),
        _ => None,
    }
}

fn code(error: &DbErr) -> Option<String> {
    Some(database_error(error)?.code()?.into_owned())
}

/// PostgreSQL's SQLSTATEs have five characters; SQLite's extended result codes are decimal
/// numbers whose low byte is the class (5 busy, 6 locked).
fn passes(code: &str) -> bool {
    match code {
        "40001" | "40P01" | "55P03" => true,
        _ if code.len() == 5 => false,
        _ => code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6)),
    }
}

/// PostgreSQL: insufficient resources, system errors, a server that only reads. SQLite: read-only, I/O error, corrupt, full,
/// cannot open (<https://www.sqlite.org/rescode.html>).
fn keeps_nothing(code: &str) -> bool {
    match code {
        "25006" => true,
        _ if code.len() == 5 => code.starts_with("53") || code.starts_with("58"),
        _ => code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 8 | 10 | 11 | 13 | 14)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_passing_troubles_are_tried_again() {
        for code in ["40001", "40P01", "55P03", "5", "6", "517", "261"] {
            assert!(passes(code), "{code}");
        }
        for code in ["23505", "57014", "25P02", "22021", "787", "2067", "275", "13", "8", ""] {
            assert!(!passes(code), "{code}");
        }
    }
    #[test]
    fn a_full_or_failing_disk_keeps_nothing() {
        for code in ["13", "778", "10", "8", "14", "53100", "58030", "25006"] {
            assert!(keeps_nothing(code), "{code}");
        }
        for code in ["5", "517", "2067", "40001", "57P01", "23505", ""] {
            assert!(!keeps_nothing(code), "{code}");
        }
    }
}
