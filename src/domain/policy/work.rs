//! What awaits whom. One's own scorecards, approvals and mentions are the viewer's by who they are; the rest is awaited of those
//! who could do it, so nobody reads of work that is others'.

use super::{Scope, reading};
use crate::domain::id::UserId;
use crate::domain::viewer::{Role, Viewer};

/// The right to read what stands still: applications that wait to be moved, decided on, read or asked again.
#[derive(Debug, Clone)]
pub enum Waiting {}
/// The right to read which messages wait for somebody's decision.
#[derive(Debug, Clone)]
pub enum Undelivered {}

/// What stands still: recruiters and hiring managers, who move applications.
#[must_use]
pub fn waiting(viewer: &Viewer) -> Scope<Waiting> {
    reading(viewer, &[Role::Recruiter, Role::HiringManager])
}

/// Messages that did not arrive: administrators and recruiters, who send them again or take them back.
#[must_use]
pub fn undelivered(viewer: &Viewer) -> Scope<Undelivered> {
    reading(viewer, &[Role::Admin, Role::Recruiter])
}

/// Whose scorecards are the viewer's to write.
#[must_use]
pub fn writes(viewer: &Viewer) -> Option<UserId> {
    viewer.user()
}

/// Whose mentions in notes are the viewer's to read, where they may read notes.
#[must_use]
pub fn mentioned(viewer: &Viewer) -> Option<UserId> {
    viewer.user()
}

/// Whose approvals are the viewer's to give: one's own, as long as one approves anything.
#[must_use]
pub fn approves(viewer: &Viewer) -> Option<UserId> {
    viewer.staff().filter(|staff| staff.is_somewhere(Role::Approver)).map(|staff| staff.user)
}
