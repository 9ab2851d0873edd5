//! Offers: recruiters make them, approvers they name approve them, the candidate decides.

use super::{Scope, Subject, allow, changing, reading};
use crate::domain::Refusal;
use crate::domain::id::{OfferId, UserId};
use crate::domain::viewer::{Role, Viewer};

/// The right to read offers with their terms. The candidate reads only versions that were sent.
#[derive(Debug, Clone)]
pub enum Offers {}
/// The right to draft, submit, send, extend, cancel, rescind, and to undo a hire.
#[derive(Debug, Clone)]
pub enum Offering {}
/// The right to accept or decline.
#[derive(Debug, Clone)]
pub enum Deciding {}

/// Offers: recruiters, hiring managers, those asked to approve, and the candidate once sent.
#[must_use]
pub fn offers(viewer: &Viewer) -> Scope<Offers> {
    let scope = reading(viewer, &[Role::Recruiter, Role::HiringManager]);
    match viewer {
        Viewer::Offeree { offer, .. } => scope.and_offer(*offer),
        Viewer::Approver { offer, .. } => scope.and_approving(*offer),
        Viewer::Staff(staff) if staff.is_somewhere(Role::Approver) => scope.and_asked_of(staff.user),
        _ => scope,
    }
}

/// Making offers: recruiters.
#[must_use]
pub fn offering(viewer: &Viewer) -> Scope<Offering> {
    changing(viewer, &[Role::Recruiter])
}

/// Deciding: whoever holds the offer's link.
#[must_use]
pub fn deciding(viewer: &Viewer) -> Scope<Deciding> {
    match viewer {
        Viewer::Offeree { offer, .. } => Scope::nothing().and_offer(*offer),
        _ => Scope::nothing(),
    }
}

/// Whether the viewer may do to this offer what `may` reaches.
///
/// # Errors
/// `NOT_FOUND` or `FORBIDDEN`.
pub fn may<Of>(viewer: &Viewer, subject: &Subject, may: &Scope<Of>) -> Result<(), Refusal> {
    allow("offer", subject, &offers(viewer), may)
}

/// As whom the viewer approves this offer: a member of staff who approves, or whoever holds a link to it. Whether they are
/// asked, and approve still, is not said with that.
#[must_use]
pub fn approves(viewer: &Viewer, offer: OfferId) -> Option<UserId> {
    match viewer {
        Viewer::Approver { user, offer: of, .. } if *of == offer => Some(*user),
        Viewer::Staff(staff) if staff.may_write() && staff.is_somewhere(Role::Approver) => Some(staff.user),
        _ => None,
    }
}

/// What an offer answers whoever may not approve it.
#[must_use]
pub fn not_approving(viewer: &Viewer, subject: &Subject) -> Refusal {
    if offers(viewer).covers(subject) { Refusal::Forbidden } else { Refusal::NotFound("offer") }
}
