//! Teams, plans, users, tokens, events.

use super::{Scope, changing, reading};
use crate::domain::Refusal;
use crate::domain::id::UserId;
use crate::domain::policy::application::corresponding;
use crate::domain::viewer::{Role, TokenScope, Viewer};

/// The right to read the event log.
#[derive(Debug, Clone)]
pub enum Events {}
/// The right to change teams and plans.
#[derive(Debug, Clone)]
pub enum Setting {}

/// Events: administrators all, recruiters those of their postings.
#[must_use]
pub fn events(viewer: &Viewer) -> Scope<Events> {
    reading(viewer, &[Role::Admin, Role::Recruiter])
}

/// Whether the viewer may see every team and plan, not only those of visible postings.
#[must_use]
pub fn sees_settings(viewer: &Viewer) -> bool {
    matches!(viewer, Viewer::System | Viewer::Staff(_))
}

/// Teams and plans are made by administrators and by recruiters of the whole organisation.
///
/// # Errors
/// `FORBIDDEN`.
pub fn may_set(viewer: &Viewer) -> Result<(), Refusal> {
    let scope: Scope<Setting> = changing(viewer, &[Role::Admin, Role::Recruiter]);
    if scope.is_everything() { Ok(()) } else { Err(Refusal::Forbidden) }
}

/// Whose kept texts the viewer sees: staff the organisation's (`None`) and their own.
#[must_use]
pub fn sees_replies_of(viewer: &Viewer, owner: Option<UserId>) -> bool {
    sees_settings(viewer) && (owner.is_none() || owner == viewer.user())
}

/// Texts for the whole organisation (`None`) are kept by those who set it up, one's own by those who write to candidates.
///
/// # Errors
/// `FORBIDDEN`.
pub fn may_keep_reply(viewer: &Viewer, owner: Option<UserId>) -> Result<(), Refusal> {
    match owner {
        None => may_set(viewer),
        Some(_) if owner == viewer.user() && !corresponding(viewer).is_nothing() => Ok(()),
        Some(_) => Err(Refusal::Forbidden),
    }
}

/// Users and grants are the administrators' business, with an administrative token.
///
/// # Errors
/// `FORBIDDEN`.
pub fn may_administer(viewer: &Viewer) -> Result<(), Refusal> {
    match viewer {
        Viewer::System => Ok(()),
        Viewer::Staff(staff) if staff.is(Role::Admin) && staff.scopes.contains(&TokenScope::Admin) => Ok(()),
        _ => Err(Refusal::Forbidden),
    }
}

/// Whether the viewer may see whom the installation told of what is new: administrators, by any token.
#[must_use]
pub fn sees_pings(viewer: &Viewer) -> bool {
    match viewer {
        Viewer::System => true,
        Viewer::Staff(staff) => staff.is(Role::Admin),
        _ => false,
    }
}

/// Whether the viewer may see that there is a feed which is off or private: staff, who have to know where postings go.
#[must_use]
pub fn sees_every_channel(viewer: &Viewer) -> bool {
    sees_settings(viewer)
}

/// Whether the viewer may see how channels are set: administrators. They change it by [`may_administer`].
#[must_use]
pub fn sees_channel_settings(viewer: &Viewer) -> bool {
    let scope: Scope<Setting> = reading(viewer, &[Role::Admin]);
    scope.is_everything()
}

/// Staff see their colleagues' names and titles; anybody else sees nobody.
#[must_use]
pub fn sees_users(viewer: &Viewer) -> bool {
    sees_settings(viewer)
}

/// Whose tokens may be made: one's own, within one's present token; the operator makes anybody's.
///
/// # Errors
/// `FORBIDDEN`.
pub fn may_create_token(viewer: &Viewer, owner: UserId, scopes: &[TokenScope]) -> Result<(), Refusal> {
    match viewer {
        Viewer::System => Ok(()),
        Viewer::Staff(staff)
            if staff.user == owner
                && staff.may_write()
                && scopes.iter().max() <= staff.scopes.iter().max() =>
        {
            Ok(())
        }
        _ => Err(Refusal::Forbidden),
    }
}

/// Whose tokens may be revoked: one's own; administrators anybody's. Others' do not exist for the rest.
///
/// # Errors
/// `NOT_FOUND`; `FORBIDDEN` for one's own by a token that may only read.
pub fn may_revoke_token(viewer: &Viewer, owner: UserId) -> Result<(), Refusal> {
    match viewer {
        _ if may_administer(viewer).is_ok() => Ok(()),
        Viewer::Staff(staff) if staff.user != owner => Err(Refusal::NotFound("token")),
        Viewer::Staff(staff) if staff.may_write() => Ok(()),
        Viewer::Staff(_) => Err(Refusal::Forbidden),
        _ => Err(Refusal::NotFound("token")),
    }
}
