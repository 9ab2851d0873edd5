//! Who may see and do what: the one place that decides. Deny by default.
//!
//! Each right is a [`Scope`]: the set of records it reaches. Reads hand the scope to storage, which turns it into a
//! WHERE clause; changes ask it about one record. `schema/permissions.md` holds the same as a matrix.

mod scope;

pub mod application;
pub mod offer;
pub mod organisation;
pub mod posting;
pub mod report;
pub mod scorecard;
pub mod work;

pub use scope::{Scope, Subject};

use super::Refusal;
use super::viewer::{Role, Viewer};

/// Whether the viewer, who may see what `sees` reaches, may do what `may` reaches.
///
/// # Errors
/// `NOT_FOUND` for what is hidden from the viewer, `FORBIDDEN` for what is only shown.
pub fn allow<S, M>(
    what: &'static str,
    subject: &Subject,
    sees: &Scope<S>,
    may: &Scope<M>,
) -> Result<(), Refusal> {
    if may.covers(subject) {
        return Ok(());
    }
    if sees.covers(subject) { Err(Refusal::Forbidden) } else { Err(Refusal::NotFound(what)) }
}

/// The reach of any of these roles, provided the token at hand may change things.
fn changing<Of>(viewer: &Viewer, roles: &[Role]) -> Scope<Of> {
    match viewer {
        Viewer::System => Scope::everything(),
        Viewer::Staff(staff) if staff.may_write() => Scope::of_roles(staff, roles),
        _ => Scope::nothing(),
    }
}

/// The reach of any of these roles, for reading.
fn reading<Of>(viewer: &Viewer, roles: &[Role]) -> Scope<Of> {
    match viewer {
        Viewer::System => Scope::everything(),
        Viewer::Staff(staff) => Scope::of_roles(staff, roles),
        _ => Scope::nothing(),
    }
}
