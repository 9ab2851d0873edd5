//! Postings: what everyone may see is decided by `domain::posting::Posting::is_visible`; the rest here.

use super::{Scope, Subject, allow, changing, reading};
use crate::domain::Refusal;
use crate::domain::id::PostingId;
use crate::domain::viewer::{Role, Viewer};

/// The right to read postings that are not visible to everyone.
#[derive(Debug, Clone)]
pub enum Postings {}
/// The right to read the ledger: how many seats are open, held, filled, cancelled.
#[derive(Debug, Clone)]
pub enum Ledgers {}
/// The right to read the records that postings were imported from.
#[derive(Debug, Clone)]
pub enum Sources {}
/// The right to change a posting.
#[derive(Debug, Clone)]
pub enum Editing {}

/// Postings beyond the visible ones: administrators and recruiters, and whoever works on them or interviews for them.
#[must_use]
pub fn postings(viewer: &Viewer) -> Scope<Postings> {
    let scope = reading(viewer, &[Role::Admin, Role::Recruiter, Role::HiringManager, Role::Interviewer]);
    match viewer {
        Viewer::Staff(staff) if staff.is_somewhere(Role::Approver) => {
            scope.and_asked_of(staff.user).and_met_by(staff.user)
        }
        Viewer::Staff(staff) => scope.and_met_by(staff.user),
        Viewer::Applicant { application, .. } | Viewer::Offeree { application, .. } => {
            scope.and_application(*application)
        }
        _ => scope,
    }
}

/// The ledger behind the vacancies: administrators, recruiters, hiring managers.
#[must_use]
pub fn ledgers(viewer: &Viewer) -> Scope<Ledgers> {
    reading(viewer, &[Role::Admin, Role::Recruiter, Role::HiringManager])
}

/// The records that postings were imported from: administrators and recruiters.
#[must_use]
pub fn sources(viewer: &Viewer) -> Scope<Sources> {
    reading(viewer, &[Role::Admin, Role::Recruiter])
}

/// Changing a posting, its vacancies included: administrators and recruiters.
#[must_use]
pub fn editing(viewer: &Viewer) -> Scope<Editing> {
    changing(viewer, &[Role::Admin, Role::Recruiter])
}

/// Whether the viewer may draft postings.
///
/// # Errors
/// `FORBIDDEN`.
pub fn may_create(viewer: &Viewer) -> Result<(), Refusal> {
    if editing(viewer).is_everything() { Ok(()) } else { Err(Refusal::Forbidden) }
}

/// Whether the viewer may change this posting. `visible`: anybody may see it.
///
/// # Errors
/// `NOT_FOUND` or `FORBIDDEN`.
pub fn may_edit(viewer: &Viewer, posting: PostingId, visible: bool) -> Result<(), Refusal> {
    may(viewer, posting, visible, &editing(viewer))
}

/// Whether the viewer may do to this posting what `may` reaches. `visible`: anybody may see it.
///
/// # Errors
/// `NOT_FOUND` or `FORBIDDEN`.
pub(super) fn may<Of>(
    viewer: &Viewer,
    posting: PostingId,
    visible: bool,
    may: &Scope<Of>,
) -> Result<(), Refusal> {
    let subject = Subject { posting: Some(posting), ..Subject::default() };
    match allow("posting", &subject, &postings(viewer), may) {
        Err(Refusal::NotFound(_)) if visible => Err(Refusal::Forbidden),
        answer => answer,
    }
}
