//! Which teams a posting hires for, as it is kept.

use std::collections::HashMap;

use sea_orm::FromQueryResult;

use super::dialect::{self, json_list};
use super::fault::{Failure, Fault};
use super::row::{self, cells};
use super::source::Source;
use super::write::Tx;
use crate::domain::id::{PostingId, PostingTeamId, TeamId, UserId};
use crate::domain::team::PostingTeam;

#[derive(FromQueryResult)]
struct Row {
    id: PostingTeamId,
    posting_id: PostingId,
    team_id: TeamId,
    rank: i32,
    manager_id: Option<UserId>,
}

impl From<Row> for PostingTeam {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            posting: row.posting_id,
            team: row.team_id,
            rank: row.rank,
            manager: row.manager_id,
        }
    }
}

/// A posting's hiring for a team. Whoever may know the posting may know it.
pub async fn find(db: &impl Source, id: PostingTeamId) -> Result<Option<PostingTeam>, Fault> {
    Ok(of(db, &[id]).await?.remove(&id))
}

/// These, by their ids. Whoever may know their postings may know them.
pub async fn of(
    db: &impl Source,
    ids: &[PostingTeamId],
) -> Result<HashMap<PostingTeamId, PostingTeam>, Fault> {
    let sql = format!("SELECT * FROM posting_team WHERE id IN {}", db.kind().listed(1));
    let rows = dialect::query_all::<Row>(db, &sql, [json_list(ids)]).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.into())).collect())
}

/// A posting's teams, by rank.
pub async fn of_posting(db: &impl Source, posting: PostingId) -> Result<Vec<PostingTeam>, Fault> {
    let sql = "SELECT * FROM posting_team WHERE posting_id = $1 ORDER BY rank, id";
    let rows = dialect::query_all::<Row>(db, sql, [posting.into()]).await?;
    Ok(rows.into_iter().map(PostingTeam::from).collect())
}

/// Adds a team to its posting.
///
/// # Errors
/// `TAKEN` when the posting hires for the team already.
pub async fn insert(tx: &Tx, entry: &PostingTeam) -> Result<(), Failure> {
    let cells = cells! {
        id: entry.id,
        posting_id: entry.posting,
        team_id: entry.team,
        rank: entry.rank,
        manager_id: entry.manager,
    };
    Ok(row::insert(tx, "posting_team", cells).await?)
}

/// Saves a team's rank and manager.
pub async fn save(tx: &Tx, entry: &PostingTeam) -> Result<(), Failure> {
    let cells = cells! { rank: entry.rank, manager_id: entry.manager };
    row::update(tx, "posting_team", cells, cells! { id: entry.id }).await?;
    Ok(())
}

/// Takes a team out of its posting, with the record of its cancelled seats. `false`, and nothing is changed, when it
/// has other seats, or applications are or were allotted to it or prefer it.
pub async fn remove(tx: &Tx, id: PostingTeamId) -> Result<bool, Fault> {
    let sql = "DELETE FROM opening WHERE posting_team_id = $1 AND state = 'cancelled'";
    dialect::execute(tx, sql, [id.into()]).await?;
    let sql = "DELETE FROM posting_team WHERE id = $1 \
         AND NOT EXISTS (SELECT 1 FROM opening o WHERE o.posting_team_id = $1) \
         AND NOT EXISTS (SELECT 1 FROM allotment l WHERE l.posting_team_id = $1) \
         AND NOT EXISTS (SELECT 1 FROM preferred_team f WHERE f.posting_team_id = $1)";
    Ok(dialect::execute(tx, sql, [id.into()]).await? == 1)
}
