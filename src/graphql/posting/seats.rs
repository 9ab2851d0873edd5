//! The teams that a posting hires for, and their seats.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};

use crate::domain::id::PostingId;
use crate::domain::policy::posting::ledgers;
use crate::graphql::asking::{Asking, asking};
use crate::graphql::batch::{Load, grouped};
use crate::graphql::team::{Team, TeamById};
use crate::graphql::user::{User, user};
use crate::storage::opening::TeamSeats;
use crate::storage::{self, Fault};

/// Seats of a team of a posting, by their state.
#[derive(SimpleObject, Debug, Clone)]
pub struct Openings {
    /// Seats that nobody has.
    open: u32,
    /// Seats that live offers hold.
    held: u32,
    /// Seats that hires filled.
    filled: u32,
    /// Seats that were taken away.
    cancelled: u32,
}

/// A posting's hiring for a team.
#[derive(Debug, Clone)]
pub struct PostingTeam(pub TeamSeats);

/// A posting's hiring for a team.
#[Object]
impl PostingTeam {
    /// Id of the posting's hiring for the team.
    async fn id(&self) -> ID {
        self.0.team.id.into()
    }

    /// The team.
    async fn team(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Team>> {
        Ok(asking(ctx).load::<TeamById>(self.0.team.team).await?.map(Team))
    }

    /// Place of the team in the posting's order, from 1.
    async fn rank(&self) -> i32 {
        self.0.team.rank
    }

    /// Who manages those hired into the team; for staff.
    async fn manager(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        user(asking(ctx), self.0.team.manager).await
    }

    /// Seats not yet filled. An offer does not show in it; a hire does.
    async fn open_vacancies(&self) -> u32 {
        self.0.vacancies
    }

    /// The seats by their state; for those who keep the ledger.
    async fn openings(&self) -> Option<Openings> {
        self.0.openings.map(|counts| Openings {
            open: counts.open,
            held: counts.held,
            filled: counts.filled,
            cancelled: counts.cancelled,
        })
    }
}

/// The teams of postings with their seats: one statement, so that no sum is ever of another instant than its parts.
struct SeatsOfPosting;

impl Load for SeatsOfPosting {
    type Key = PostingId;
    type Value = Arc<Vec<TeamSeats>>;

    async fn load(asking: &Asking, keys: Vec<PostingId>) -> Result<HashMap<PostingId, Self::Value>, Fault> {
        let seats = storage::opening::counts(asking.store(), &ledgers(&asking.viewer), &keys).await?;
        Ok(grouped(seats.into_iter().map(|team| (team.team.posting, team))))
    }
}

/// The teams of a posting with their seats.
pub(super) async fn seats(
    ctx: &Context<'_>,
    posting: PostingId,
) -> async_graphql::Result<Arc<Vec<TeamSeats>>> {
    asking(ctx).load_all::<SeatsOfPosting>(posting).await
}
