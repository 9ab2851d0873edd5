//! Teams that people are hired for.

use std::collections::HashMap;

use async_graphql::{Context, ID, InputObject, Object};

use super::asking::{Asking, asking};
use super::batch::Load;
use super::connection::{Connection, Paging};
use super::error::{bad_argument, fault, id};
use super::payload::{answer, payload};
use super::scalar::DateTime;
use crate::actions;
use crate::domain;
use crate::domain::id::TeamId;
use crate::storage::posting::Sight;
use crate::storage::{self, Fault};

/// A team that people are hired for.
#[derive(Debug, Clone)]
pub struct Team(pub domain::team::Team);

impl From<domain::team::Team> for Team {
    fn from(team: domain::team::Team) -> Self {
        Self(team)
    }
}

/// A team that people are hired for.
#[Object]
impl Team {
    /// Id of the team.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Name of the team.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Revision of the team: what `expectedRevision` is compared with.
    async fn revision(&self) -> i32 {
        self.0.revision
    }

    /// Timestamp of when the team was created.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }
}

/// Teams by their ids, as far as the viewer sees them.
pub(super) struct TeamById;

impl Load for TeamById {
    type Key = TeamId;
    type Value = domain::team::Team;

    async fn load(asking: &Asking, keys: Vec<TeamId>) -> Result<HashMap<TeamId, Self::Value>, Fault> {
        storage::team::of(asking.store(), &Sight::of(&asking.viewer, asking.now()), &keys).await
    }
}

/// Queries about teams.
#[derive(Debug, Default)]
pub struct TeamQuery;

#[Object]
impl TeamQuery {
    /// A team. Anyone sees the teams of visible postings; staff see all.
    async fn team(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the team.")] id: ID,
    ) -> async_graphql::Result<Option<Team>> {
        let Ok(id) = id.parse() else { return Ok(None) };
        Ok(asking(ctx).load::<TeamById>(id).await?.map(Team))
    }

    /// Teams, the newest first. Anyone sees the teams of visible postings; staff see all.
    async fn teams(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start: 1 to 100, 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only entries behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only entries ahead of this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Team>> {
        let asking = asking(ctx);
        let page = Paging { first, after, last, before }.page().map_err(|refusal| bad_argument(&refusal))?;
        let sight = Sight::of(&asking.viewer, asking.now());
        let part =
            storage::team::listed(asking.store(), &sight, &page).await.map_err(|broken| fault(&broken))?;
        Ok(Connection::new(&page, part, |team| (team.created_at, team.id.to_string()), Team))
    }
}

/// A team to be created.
#[derive(InputObject, Debug)]
pub struct TeamCreateInput {
    /// Name of the team; no other team has it.
    name: String,
}

/// A team to be renamed.
#[derive(InputObject, Debug)]
pub struct TeamUpdateInput {
    /// Id of the team.
    team_id: ID,
    /// Revision that the caller read; the change is refused (`STALE`) if the team has moved on since.
    expected_revision: Option<i32>,
    /// New name of the team; no other team has it.
    name: String,
}

payload! {
    /// Answer to `teamCreate`.
    TeamCreatePayload {
        /// The team.
        team: Team
    }
}
payload! {
    /// Answer to `teamUpdate`.
    TeamUpdatePayload {
        /// The team as it is now.
        team: Team
    }
}

/// Mutations of teams.
#[derive(Debug, Default)]
pub struct TeamMutation;

#[Object]
impl TeamMutation {
    /// Creates a team that postings can hire for.
    async fn team_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The team to be created.")] input: TeamCreateInput,
    ) -> async_graphql::Result<Option<TeamCreatePayload>> {
        answer(actions::team::create(asking(ctx).act(), &input.name).await)
    }

    /// Renames a team. Feeds and pages follow at once.
    async fn team_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which team, and its new name.")] input: TeamUpdateInput,
    ) -> async_graphql::Result<Option<TeamUpdatePayload>> {
        let work = async {
            let team = id(&input.team_id, "team")?;
            actions::team::update(asking(ctx).act(), team, input.expected_revision, &input.name).await
        };
        answer(work.await)
    }
}
