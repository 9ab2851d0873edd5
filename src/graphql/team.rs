//! Teams that people are hired for.

use std::collections::HashMap;

use async_graphql::{Context, ID, Object};

use super::asking::{Asking, asking};
use super::batch::Load;
use super::connection::{Connection, Paging};
use super::error::{bad_argument, fault};
use super::scalar::DateTime;
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
    async fn id(&self) -> ID {
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
