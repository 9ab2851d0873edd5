//! Errors of a request: for developers and for our own faults. What the business refuses is data (see `payload`).

use async_graphql::{Error, ErrorExtensions, ID};

use crate::domain::Refusal;
use crate::storage::{Failure, Fault};

/// An error with a stable code.
#[must_use]
pub fn coded(message: impl Into<String>, code: &'static str) -> Error {
    Error::new(message).extend_with(|_, extensions| extensions.set("code", code))
}

/// Our own fault: logged here, answered without detail.
#[must_use]
pub fn fault(broken: &Fault) -> Error {
    tracing::error!(error = %broken, "storage failed");
    coded("Something went wrong on our side.", "INTERNAL")
}

/// An argument that makes no sense.
#[must_use]
pub fn bad_argument(refusal: &Refusal) -> Error {
    coded(refusal.to_string(), refusal.code())
}

/// A query that was refused, or that failed.
#[must_use]
pub fn failure(failure: &Failure) -> Error {
    match failure {
        Failure::Refused(refusal) => bad_argument(refusal),
        Failure::Fault(broken) => fault(broken),
    }
}

/// An id of the kind that was asked for; any other text names nothing.
///
/// # Errors
/// `NOT_FOUND`.
pub fn id<T: std::str::FromStr>(id: &ID, what: &'static str) -> Result<T, Refusal> {
    id.as_str().parse().map_err(|_| Refusal::NotFound(what))
}

/// As [`id`], when one is given.
///
/// # Errors
/// `NOT_FOUND`.
pub fn optional_id<T: std::str::FromStr>(
    given: Option<&ID>,
    what: &'static str,
) -> Result<Option<T>, Refusal> {
    given.map(|given| id(given, what)).transpose()
}

/// The most entries a list argument may have.
pub const MOST_ENTRIES: usize = 100;

/// Refuses a list argument that is too long.
///
/// # Errors
/// `INVALID` on the field.
pub fn bounded<T>(field: &str, list: &[T]) -> Result<(), Refusal> {
    if list.len() > MOST_ENTRIES {
        return Err(Refusal::invalid(field, &format!("at most {MOST_ENTRIES} entries")));
    }
    Ok(())
}
