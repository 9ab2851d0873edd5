//! Where postings came from, as it is kept.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;

use super::dialect::{self, Binds, json_list};
use super::fault::Fault;
use super::row::{self, Cells, cells};
use super::scope::{Columns, within};
use super::source::Source;
use super::write::Tx;
use crate::domain::id::PostingId;
use crate::domain::policy::Scope;
use crate::domain::policy::posting::Sources;
use crate::domain::posting::PostingStatus;
use crate::domain::posting_source::{PostingSource, SourceSystem};

#[derive(FromQueryResult)]
struct Row {
    posting_id: PostingId,
    system: SourceSystem,
    board: String,
    external_id: String,
    record: String,
    digest: String,
    imported_at: DateTime<Utc>,
    missing_since: Option<DateTime<Utc>>,
}

impl From<Row> for PostingSource {
    fn from(row: Row) -> Self {
        Self {
            posting: row.posting_id,
            system: row.system,
            board: row.board,
            external_id: row.external_id,
            record: row.record,
            digest: row.digest,
            imported_at: row.imported_at,
            missing_since: row.missing_since,
        }
    }
}

/// A posting that a board brought.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Brought {
    /// The posting.
    pub posting: PostingId,
    /// What the board calls it.
    pub external_id: String,
    /// Its title.
    pub title: String,
    /// Whether it is open, or what else.
    pub status: PostingStatus,
}

/// What a board says under this id, if it was brought in.
pub async fn find(
    db: &impl Source,
    system: SourceSystem,
    board: &str,
    external_id: &str,
) -> Result<Option<PostingSource>, Fault> {
    let sql = "SELECT * FROM posting_source WHERE system = $1 AND board = $2 AND external_id = $3";
    let row = dialect::query_one::<Row>(db, sql, [system.into(), board.into(), external_id.into()]).await?;
    Ok(row.map(PostingSource::from))
}

/// Where these postings came from, for those that came from somewhere and are within the scope.
pub async fn of(
    db: &impl Source,
    scope: &Scope<Sources>,
    postings: &[PostingId],
) -> Result<HashMap<PostingId, PostingSource>, Fault> {
    let mut binds = Binds::default();
    let listed = db.kind().listed(binds.add(json_list(postings)));
    let columns = Columns { posting: Some("s.posting_id"), ..Columns::default() };
    let seen = within(scope, &columns, db.kind(), &mut binds);
    let sql = format!("SELECT s.* FROM posting_source s WHERE s.posting_id IN {listed} AND {seen}");
    let rows = dialect::query_all::<Row>(db, &sql, binds).await?;
    Ok(rows.into_iter().map(|row| (row.posting_id, row.into())).collect())
}

/// The postings that a board brought, by its ids.
pub async fn brought(db: &impl Source, system: SourceSystem, board: &str) -> Result<Vec<Brought>, Fault> {
    let sql = "SELECT s.posting_id AS posting, s.external_id, p.title, p.status FROM posting_source s \
               JOIN posting p ON p.id = s.posting_id WHERE s.system = $1 AND s.board = $2 ORDER BY s.external_id";
    dialect::query_all::<Brought>(db, sql, [system.into(), board.into()]).await
}

fn changing(source: &PostingSource) -> Cells {
    cells! {
        record: source.record.as_str(),
        digest: source.digest.as_str(),
        imported_at: source.imported_at,
        missing_since: source.missing_since,
    }
}

/// Adds where a posting came from.
pub async fn insert(tx: &Tx, source: &PostingSource) -> Result<(), Fault> {
    let mut cells = changing(source);
    cells.extend(cells! {
        posting_id: source.posting,
        system: source.system,
        board: source.board.as_str(),
        external_id: source.external_id.as_str(),
    });
    row::insert(tx, "posting_source", cells).await
}

/// Keeps what the board says now.
pub async fn save(tx: &Tx, source: &PostingSource) -> Result<(), Fault> {
    row::update(tx, "posting_source", changing(source), cells! { posting_id: source.posting }).await?;
    Ok(())
}
