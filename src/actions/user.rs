//! Changes of staff accounts and their roles.

use super::Act;
use crate::domain::Refusal;
use crate::domain::event::{Change, EventKind};
use crate::domain::id::{GrantId, UserId};
use crate::domain::policy::organisation::may_administer;
use crate::domain::text::{self, EmailAddress};
use crate::domain::user::User;
use crate::domain::viewer::{Grant, Reach};
use crate::storage::posting::Sight;
use crate::storage::{self, Failure, Tx, posting, team};

/// A member of staff to be added.
#[derive(Debug, Clone)]
pub struct Create {
    /// Their address.
    pub email: String,
    /// What they are called.
    pub name: String,
    /// Their job title.
    pub title: Option<String>,
    /// What they are, everywhere or somewhere.
    pub grants: Vec<Grant>,
}

/// Adds a member of staff.
///
/// # Errors
/// `FORBIDDEN`, `REQUIRED` or `INVALID` on the field at fault, `TAKEN`, or `NOT_FOUND` for what a role is to hold on.
pub async fn create(act: Act<'_>, input: Create) -> Result<User, Failure> {
    may_administer(act.viewer)?;
    let change = &act.change();
    let address = &EmailAddress::parse("email", &input.email)?;
    let user = &User {
        id: UserId::new(change.at, act.chance),
        email: address.as_str().to_owned(),
        name: text::line("name", &input.name, 100)?,
        title: text::optional_line("title", input.title.as_deref(), 100)?,
        created_at: change.at,
    };
    let grants = &input.grants;
    let work = |tx: Tx| async move {
        storage::user::insert(&tx, user, address).await?;
        tx.record(change.event(EventKind::UserCreated).word("user", user.id));
        for grant in grants {
            give(&tx, act, change, user.id, *grant).await?;
        }
        Ok(user.clone())
    };
    act.store.write(work).await
}

/// Gives a member of staff a role. One they have stays as it is.
///
/// # Errors
/// `FORBIDDEN`, or `NOT_FOUND` for the user or what the role is to hold on.
pub async fn grant(act: Act<'_>, id: UserId, grant: Grant) -> Result<User, Failure> {
    may_administer(act.viewer)?;
    let change = &act.change();
    let work = |tx: Tx| async move {
        let user = storage::user::find(&tx, id).await?.ok_or(Refusal::NotFound("user"))?;
        give(&tx, act, change, id, grant).await?;
        Ok(user)
    };
    act.store.write(work).await
}

async fn give(tx: &Tx, act: Act<'_>, change: &Change, user: UserId, grant: Grant) -> Result<(), Failure> {
    let sight = Sight::of(act.viewer, change.at);
    let event = change.event(EventKind::RoleGranted).word("user", user).word("role", grant.role);
    let (known, event) = match grant.reach {
        Reach::Organisation => (true, event),
        Reach::Posting(id) => (posting::find(tx, &sight, id).await?.is_some(), event.posting(id)),
        Reach::Team(id) => (team::find(tx, &sight, id).await?.is_some(), event.word("team", id)),
    };
    if !known {
        let what = if matches!(grant.reach, Reach::Team(_)) { "team" } else { "posting" };
        return Err(Refusal::NotFound(what).into());
    }
    if !storage::user::grants_of(tx, user).await?.contains(&grant) {
        let id = GrantId::new(change.at, act.chance);
        storage::user::insert_grant(tx, id, user, grant, change.at).await?;
        tx.record(event);
    }
    Ok(())
}

/// Takes a role from a member of staff. One they do not have stays away. Links by which they approved offers stop working with
/// the last role that let them.
///
/// # Errors
/// `FORBIDDEN`, or `NOT_FOUND` for the user.
pub async fn revoke(act: Act<'_>, id: UserId, grant: Grant) -> Result<User, Failure> {
    may_administer(act.viewer)?;
    let change = &act.change();
    let work = |tx: Tx| async move {
        let user = storage::user::find(&tx, id).await?.ok_or(Refusal::NotFound("user"))?;
        if storage::user::delete_grant(&tx, id, grant).await? {
            tx.record(change.event(EventKind::RoleRevoked).word("user", id).word("role", grant.role));
        }
        if !storage::user::approves(&tx, id).await? {
            storage::link::revoke_of_approver(&tx, id, change.at).await?;
        }
        Ok(user)
    };
    act.store.write(work).await
}
