//! Texts that colleagues keep for writing to candidates.

use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;

use super::dialect;
use super::fault::{Failure, Fault};
use super::row::{self, cells};
use super::source::Source;
use super::write::Tx;
use crate::domain::id::{SavedReplyId, UserId};
use crate::domain::message::Wording;
use crate::domain::saved_reply::SavedReply;

#[derive(FromQueryResult)]
struct Row {
    id: SavedReplyId,
    owner_id: Option<UserId>,
    name: String,
    subject: Option<String>,
    body: String,
    saved_by: Option<UserId>,
    saved_at: DateTime<Utc>,
    revision: i32,
}

impl From<Row> for SavedReply {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            owner: row.owner_id,
            name: row.name,
            wording: Wording { subject: row.subject, text: row.body },
            saved_by: row.saved_by,
            saved_at: row.saved_at,
            revision: row.revision,
        }
    }
}

/// Those of the organisation and of this colleague, by name.
pub async fn listed(db: &impl Source, owner: Option<UserId>) -> Result<Vec<SavedReply>, Fault> {
    let sql = "SELECT * FROM saved_reply WHERE owner_id IS NULL OR owner_id = $1 ORDER BY name_key, coalesce(owner_id, '')";
    let rows = dialect::query_all::<Row>(db, sql, [owner.into()]).await?;
    Ok(rows.into_iter().map(SavedReply::from).collect())
}

/// How many this colleague has, or the organisation.
pub async fn count(tx: &Tx, owner: Option<UserId>) -> Result<usize, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        number: i64,
    }
    let sql = "SELECT count(*) AS number FROM saved_reply WHERE coalesce(owner_id, '') = coalesce($1, '')";
    let found = dialect::query_one::<Row>(tx, sql, [owner.into()]).await?;
    Ok(found.map_or(0, |row| usize::try_from(row.number).unwrap_or(usize::MAX)))
}

/// The text, kept from others until the write ends.
pub async fn lock(tx: &Tx, id: SavedReplyId) -> Result<Option<SavedReply>, Fault> {
    let sql = format!("SELECT * FROM saved_reply WHERE id = $1{}", tx.kind().for_update());
    Ok(dialect::query_one::<Row>(tx, &sql, [id.into()]).await?.map(SavedReply::from))
}

/// Adds a text.
///
/// # Errors
/// `TAKEN` when another one of its owner has its name.
pub async fn insert(tx: &Tx, reply: &SavedReply) -> Result<(), Failure> {
    let mut cells = changeable(reply);
    cells.extend(cells! { id: reply.id, owner_id: reply.owner, revision: reply.revision });
    Ok(row::insert(tx, "saved_reply", cells).await?)
}

/// Saves what can be changed of a text.
///
/// # Errors
/// `TAKEN`, or `STALE` unless it is at revision `from`.
pub async fn save(tx: &Tx, reply: &SavedReply, from: i32) -> Result<(), Failure> {
    row::save(tx, "saved_reply", reply.id, from, changeable(reply)).await
}

fn changeable(reply: &SavedReply) -> row::Cells {
    cells! {
        name: reply.name.as_str(),
        name_key: reply.name.to_lowercase(),
        subject: reply.wording.subject.as_deref(),
        body: reply.wording.text.as_str(),
        saved_by: reply.saved_by,
        saved_at: reply.saved_at,
    }
}

/// Throws a text away.
pub async fn delete(tx: &Tx, id: SavedReplyId) -> Result<(), Fault> {
    dialect::execute(tx, "DELETE FROM saved_reply WHERE id = $1", [id.into()]).await?;
    Ok(())
}
