//! Teams as they are kept.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;

use super::dialect::{self, Binds, json_list};
use super::fault::{Failure, Fault};
use super::page::{Page, Part};
use super::posting::Sight;
use super::row::{self, cells};
use super::source::Source;
use super::write::Tx;
use crate::domain::id::TeamId;
use crate::domain::team::Team;

#[derive(FromQueryResult)]
struct Row {
    id: TeamId,
    name: String,
    created_at: DateTime<Utc>,
    revision: i32,
}

impl From<Row> for Team {
    fn from(row: Row) -> Self {
        Self { id: row.id, name: row.name, created_at: row.created_at, revision: row.revision }
    }
}

/// The condition that the viewer sees the team `m`: staff see all, anybody those of postings they see.
fn seen(db: &impl Source, sight: &Sight, binds: &mut Binds) -> String {
    if sight.settings {
        return "true".to_owned();
    }
    // One that is seen is enough to know; a list of those of all postings would be as long as the board.
    format!(
        "EXISTS (SELECT 1 FROM posting_team t JOIN posting p ON p.id = t.posting_id WHERE t.team_id = m.id AND {})",
        sight.condition(db.kind(), binds)
    )
}

/// The team, if the viewer sees it.
pub async fn find(db: &impl Source, sight: &Sight, id: TeamId) -> Result<Option<Team>, Fault> {
    Ok(of(db, sight, &[id]).await?.remove(&id))
}

/// Those of the teams that the viewer sees, by their ids.
pub async fn of(db: &impl Source, sight: &Sight, ids: &[TeamId]) -> Result<HashMap<TeamId, Team>, Fault> {
    let mut binds = Binds::default();
    let listed = db.kind().listed(binds.add(json_list(ids)));
    let seen = seen(db, sight, &mut binds);
    let sql = format!("SELECT m.* FROM team m WHERE m.id IN {listed} AND {seen}");
    let rows = dialect::query_all::<Row>(db, &sql, binds).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.into())).collect())
}

/// The team of this name, whatever its case.
pub async fn find_by_name(db: &impl Source, name: &str) -> Result<Option<Team>, Fault> {
    let sql = "SELECT * FROM team WHERE name_key = $1";
    Ok(dialect::query_one::<Row>(db, sql, [name.to_lowercase().into()]).await?.map(Team::from))
}

/// The teams that the viewer sees, by when they were created.
pub async fn listed(db: &impl Source, sight: &Sight, page: &Page) -> Result<Part<Team>, Fault> {
    let mut binds = Binds::default();
    let seen = seen(db, sight, &mut binds);
    let bounds = page.bounds("m.created_at", "m.id", &mut binds);
    let sql = format!("SELECT m.* FROM team m WHERE {seen} AND {} {}", bounds.wanted, bounds.order);
    let rows = dialect::query_all::<Row>(db, &sql, binds).await?;
    Ok(page.part(rows).map(Team::from))
}

/// The team, kept from others until the write ends.
pub async fn lock(tx: &Tx, id: TeamId) -> Result<Option<Team>, Failure> {
    let sql = format!("SELECT * FROM team WHERE id = $1{}", tx.kind().for_update());
    Ok(dialect::query_one::<Row>(tx, &sql, [id.into()]).await?.map(Team::from))
}

/// Adds a team.
///
/// # Errors
/// `TAKEN` when another one has its name.
pub async fn insert(tx: &Tx, team: &Team) -> Result<(), Failure> {
    let cells = cells! {
        id: team.id,
        name: team.name.as_str(),
        name_key: team.name.to_lowercase(),
        created_at: team.created_at,
        revision: team.revision,
    };
    Ok(row::insert(tx, "team", cells).await?)
}

/// Saves a team's name.
///
/// # Errors
/// `TAKEN`, or `STALE` unless the team is at revision `from`.
pub async fn save(tx: &Tx, team: &Team, from: i32) -> Result<(), Failure> {
    let cells = cells! { name: team.name.as_str(), name_key: team.name.to_lowercase() };
    row::save(tx, "team", team.id, from, cells).await
}
