//! Reports: counts, never people.

use super::{Scope, reading};
use crate::domain::viewer::{Role, Viewer};

/// The right to read how hiring goes, in numbers.
#[derive(Debug, Clone)]
pub enum Reports {}

/// Reports: administrators and recruiters, hiring managers of what they hire for.
#[must_use]
pub fn reports(viewer: &Viewer) -> Scope<Reports> {
    reading(viewer, &[Role::Admin, Role::Recruiter, Role::HiringManager])
}
