//! Scorecards: who writes them, and who reads others'.

use super::{Scope, changing, reading};
use crate::domain::id::UserId;
use crate::domain::viewer::{Role, Viewer};

/// The right to read all scorecards, once one owes none of one's own in the step.
#[derive(Debug, Clone)]
pub enum Cards {}
/// The right to read what interviewers leave for those who come after them.
#[derive(Debug, Clone)]
pub enum Notes {}
/// The right to write a scorecard without having been asked for it.
#[derive(Debug, Clone)]
pub enum Assessing {}

/// All cards: recruiters and hiring managers, who decide.
#[must_use]
pub fn cards(viewer: &Viewer) -> Scope<Cards> {
    reading(viewer, &[Role::Recruiter, Role::HiringManager])
}

/// Notes for later interviewers: all who work on the application.
#[must_use]
pub fn notes(viewer: &Viewer) -> Scope<Notes> {
    reading(viewer, &[Role::Recruiter, Role::HiringManager, Role::Interviewer])
}

/// Writing unasked: all who work on the application. Whoever was asked may write as well.
#[must_use]
pub fn assessing(viewer: &Viewer) -> Scope<Assessing> {
    changing(viewer, &[Role::Recruiter, Role::HiringManager, Role::Interviewer])
}

/// Whose cards the viewer writes: a member of staff, or whoever holds a link to one.
#[must_use]
pub fn author(viewer: &Viewer) -> Option<UserId> {
    match viewer {
        Viewer::Assessor { user, .. } => Some(*user),
        _ => viewer.user(),
    }
}
