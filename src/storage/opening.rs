//! The ledger of seats: one row is one seat, and every number is counted from them.
//!
//! Whoever changes a seat holds the lock on its posting (see `actions`); the conditions in each statement say the
//! same once more, so that a seat cannot be given twice even without it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;

use super::dialect::{self, json_list};
use super::fault::{Failure, Fault};
use super::row::{self, cells};
use super::source::Source;
use super::write::Tx;
use crate::domain::id::{ApplicationId, OfferId, OpeningId, PostingId, PostingTeamId, TeamId, UserId};
use crate::domain::opening::{Opening, OpeningKind, OpeningState, Openings};
use crate::domain::policy::posting::Ledgers;
use crate::domain::policy::{Scope, Subject};
use crate::domain::team::PostingTeam;

/// A team of a posting with its seats, as far as the viewer may count them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamSeats {
    /// The team in its posting.
    pub team: PostingTeam,
    /// Seats not yet filled; everyone who sees the posting may know.
    pub vacancies: u32,
    /// The seats by their states, for those within the scope.
    pub openings: Option<Openings>,
}

/// The teams of these postings, each posting's by rank, with their seats.
///
/// One statement, so that a posting's sum and its teams' numbers always agree. Whether the viewer may know the
/// postings is the caller's to have asked.
pub async fn counts(
    db: &impl Source,
    ledgers: &Scope<Ledgers>,
    postings: &[PostingId],
) -> Result<Vec<TeamSeats>, Fault> {
    let counted = counted(db, postings).await?;
    let shown = |(team, openings): (PostingTeam, Openings)| {
        let subject = Subject { posting: Some(team.posting), team: Some(team.team), ..Subject::default() };
        let openings_shown = ledgers.covers(&subject).then_some(openings);
        TeamSeats { team, vacancies: openings.vacancies(), openings: openings_shown }
    };
    Ok(counted.into_iter().map(shown).collect())
}

/// As [`counts`], for a write that decides by the ledger.
pub async fn ledger(tx: &Tx, posting: PostingId) -> Result<Vec<(PostingTeam, Openings)>, Fault> {
    counted(tx, &[posting]).await
}

async fn counted(db: &impl Source, postings: &[PostingId]) -> Result<Vec<(PostingTeam, Openings)>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        id: PostingTeamId,
        posting_id: PostingId,
        team_id: TeamId,
        rank: i32,
        manager_id: Option<UserId>,
        open: i64,
        held: i64,
        filled: i64,
        cancelled: i64,
    }
    let count = |state: &str| format!("count(CASE WHEN o.state = '{state}' THEN 1 END) AS {state}");
    let sql = format!(
        "SELECT t.id, t.posting_id, t.team_id, t.rank, t.manager_id, {}, {}, {}, {} \
         FROM posting_team t LEFT JOIN opening o ON o.posting_team_id = t.id WHERE t.posting_id IN {} \
         GROUP BY t.id, t.posting_id, t.team_id, t.rank, t.manager_id ORDER BY t.posting_id, t.rank, t.id",
        count("open"),
        count("held"),
        count("filled"),
        count("cancelled"),
        db.kind().listed(1)
    );
    let rows = dialect::query_all::<Row>(db, &sql, [json_list(postings)]).await?;
    let small = |count: i64| u32::try_from(count).unwrap_or(u32::MAX);
    Ok(rows
        .into_iter()
        .map(|row| {
            let (id, posting, team) = (row.id, row.posting_id, row.team_id);
            let team = PostingTeam { id, posting, team, rank: row.rank, manager: row.manager_id };
            let (open, held) = (small(row.open), small(row.held));
            (team, Openings { open, held, filled: small(row.filled), cancelled: small(row.cancelled) })
        })
        .collect())
}

#[derive(FromQueryResult)]
struct Row {
    id: OpeningId,
    posting_team_id: PostingTeamId,
    state: OpeningState,
    kind: OpeningKind,
    offer_id: Option<OfferId>,
    application_id: Option<ApplicationId>,
    created_at: DateTime<Utc>,
}

impl From<Row> for Opening {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            posting_team: row.posting_team_id,
            state: row.state,
            kind: row.kind,
            offer: row.offer_id,
            application: row.application_id,
            created_at: row.created_at,
        }
    }
}

/// The seats of a posting's team, oldest first.
pub async fn of_team(db: &impl Source, team: PostingTeamId) -> Result<Vec<Opening>, Fault> {
    let sql = "SELECT * FROM opening WHERE posting_team_id = $1 ORDER BY created_at, id";
    let rows = dialect::query_all::<Row>(db, sql, [team.into()]).await?;
    Ok(rows.into_iter().map(Opening::from).collect())
}

/// These seats, by their ids. Whether the viewer may know them is the caller's to have asked.
pub async fn of(db: &impl Source, ids: &[OpeningId]) -> Result<HashMap<OpeningId, Opening>, Fault> {
    let sql = format!("SELECT * FROM opening WHERE id IN {}", db.kind().listed(1));
    let rows = dialect::query_all::<Row>(db, &sql, [json_list(ids)]).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.into())).collect())
}

/// Adds an open seat.
pub async fn insert(tx: &Tx, opening: &Opening) -> Result<(), Failure> {
    let cells = cells! {
        id: opening.id,
        posting_team_id: opening.posting_team,
        state: opening.state,
        kind: opening.kind,
        offer_id: opening.offer,
        application_id: opening.application,
        created_at: opening.created_at,
    };
    Ok(row::insert(tx, "opening", cells).await?)
}

/// Takes away the newest `count` open seats of a team; says which, newest first.
pub async fn cancel(tx: &Tx, team: PostingTeamId, count: u32) -> Result<Vec<Opening>, Fault> {
    let sql = format!(
        "UPDATE opening SET state = 'cancelled' WHERE id IN (SELECT id FROM opening \
         WHERE posting_team_id = $1 AND state = 'open' ORDER BY created_at DESC, id DESC LIMIT $2{}) \
         AND state = 'open' RETURNING *",
        tx.kind().for_update()
    );
    let mut seats = changed(tx, &sql, vec![team.into(), i64::from(count).into()]).await?;
    seats.sort_by_key(|seat| std::cmp::Reverse((seat.created_at, seat.id)));
    Ok(seats)
}

/// Gives the oldest open seat of a team to an offer, for as long as the offer is live. `None` when none is open: of
/// several that race for the last one, exactly one gets it.
pub async fn hold(tx: &Tx, team: PostingTeamId, offer: OfferId) -> Result<Option<Opening>, Fault> {
    let sql = format!(
        "UPDATE opening SET state = 'held', offer_id = $2 WHERE id = (SELECT id FROM opening \
         WHERE posting_team_id = $1 AND state = 'open' ORDER BY created_at, id LIMIT 1{}) \
         AND state = 'open' RETURNING *",
        tx.kind().for_update()
    );
    Ok(changed(tx, &sql, vec![team.into(), offer.into()]).await?.pop())
}

/// Turns the seat that the offer holds into the application's. `None` when it holds none.
pub async fn fill(tx: &Tx, offer: OfferId, application: ApplicationId) -> Result<Option<Opening>, Fault> {
    let sql = "UPDATE opening SET state = 'filled', application_id = $2 \
         WHERE offer_id = $1 AND state = 'held' RETURNING *";
    Ok(changed(tx, sql, vec![offer.into(), application.into()]).await?.pop())
}

/// Gives back the seat that the offer holds. `None` when it holds none.
pub async fn free(tx: &Tx, offer: OfferId) -> Result<Option<Opening>, Fault> {
    let sql = "UPDATE opening SET state = 'open', offer_id = NULL \
         WHERE offer_id = $1 AND state = 'held' RETURNING *";
    Ok(changed(tx, sql, vec![offer.into()]).await?.pop())
}

/// Takes the seat that the application fills from it and leaves it open or cancelled. `None` when it fills none.
pub async fn reopen(tx: &Tx, application: ApplicationId, to: OpeningState) -> Result<Option<Opening>, Fault> {
    let sql = "UPDATE opening SET state = $2, offer_id = NULL, application_id = NULL \
         WHERE application_id = $1 AND state = 'filled' RETURNING *";
    Ok(changed(tx, sql, vec![application.into(), to.into()]).await?.pop())
}

async fn changed(tx: &Tx, sql: &str, values: Vec<sea_orm::Value>) -> Result<Vec<Opening>, Fault> {
    let rows = dialect::query_all::<Row>(tx, sql, values).await?;
    Ok(rows.into_iter().map(Opening::from).collect())
}
