//! Changes of teams.

use super::Act;
use crate::domain::Refusal;
use crate::domain::event::EventKind;
use crate::domain::id::TeamId;
use crate::domain::policy::organisation::may_set;
use crate::domain::team::{self, Team};
use crate::storage::{self, Failure, Tx};

/// Creates a team.
///
/// # Errors
/// `FORBIDDEN`, `REQUIRED` or `INVALID` on `name`, or `TAKEN`.
pub async fn create(act: Act<'_>, name: &str) -> Result<Team, Failure> {
    may_set(act.viewer)?;
    let change = &act.change();
    let id = TeamId::new(change.at, act.chance);
    let team = &Team { id, name: team::name(name)?, created_at: change.at, revision: 1 };
    let work = |tx: Tx| async move {
        storage::team::insert(&tx, team).await?;
        tx.record(change.event(EventKind::TeamCreated).word("team", team.id));
        Ok(team.clone())
    };
    act.store.write(work).await
}

/// Renames a team.
///
/// # Errors
/// As [`create`], and `NOT_FOUND` or `STALE`.
pub async fn update(
    act: Act<'_>,
    id: TeamId,
    expected_revision: Option<i32>,
    name: &str,
) -> Result<Team, Failure> {
    may_set(act.viewer)?;
    let (change, name) = (&act.change(), &team::name(name)?);
    let work = |tx: Tx| async move {
        let before = storage::team::lock(&tx, id).await?.ok_or(Refusal::NotFound("team"))?;
        if expected_revision.is_some_and(|expected| expected != before.revision) {
            return Err(Refusal::Stale.into());
        }
        if before.name == *name {
            return Ok(before);
        }
        let team = Team { name: name.clone(), ..before };
        storage::team::save(&tx, &team, team.revision).await?;
        tx.record(change.event(EventKind::TeamUpdated).word("team", id));
        tx.public_fact_changed();
        Ok(Team { revision: team.revision + 1, ..team })
    };
    act.store.write(work).await
}
