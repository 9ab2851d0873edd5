//! Records into an empty database.

use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use serde_json::value::RawValue;

use super::Noun;
use super::nouns::NOUNS;
use crate::storage::dialect::{self, Kind, places};
use crate::storage::fault::Fault;
use crate::storage::source::Source;
use crate::storage::write::Tx;

/// Tables that may hold rows though nobody has done anything: the schema comes with some, and a server that builds and
/// gives the feeds of no postings writes the others.
pub(in crate::storage) const FOUNDED: &[&str] =
    &["feed_generation", "feed_edition", "feed_fetch", "feed_head", "ping"];

/// A record as it was read: each of its noun's fields.
#[derive(Debug, Clone)]
pub struct Record {
    /// Which kind.
    pub noun: &'static Noun,
    values: Vec<Value>,
}

impl Record {
    /// A record that says this.
    ///
    /// # Errors
    /// Which field is wrong, and how.
    pub(super) fn of(noun: &'static Noun, said: &[(String, &RawValue)]) -> Result<Self, (String, String)> {
        let names: Vec<String> = noun.fields.iter().map(super::Field::name).collect();
        if let Some((unknown, _)) = said.iter().find(|(name, _)| !names.contains(name)) {
            return Err((format!("{unknown:.40}"), "is no field of it".to_owned()));
        }
        let mut values = Vec::with_capacity(names.len());
        for (field, name) in noun.fields.iter().zip(names) {
            let said = said.iter().find(|(said, _)| *said == name).map(|(_, value)| *value);
            values.push(field.parse(said).map_err(|what| (name, what))?);
        }
        Ok(Self { noun, values })
    }
}

/// The first kind of record that the database holds, if it holds any.
pub async fn occupant(db: &impl Source) -> Result<Option<&'static Noun>, Fault> {
    #[derive(FromQueryResult)]
    struct Any {
        #[expect(dead_code, reason = "that there is a row is all that is asked")]
        one: i32,
    }
    for noun in NOUNS.iter().filter(|noun| !FOUNDED.contains(&noun.table)) {
        let sql = format!("SELECT 1 AS one FROM {} LIMIT 1", noun.table);
        if dialect::query_one::<Any>(db, &sql, []).await?.is_some() {
            return Ok(Some(noun));
        }
    }
    Ok(None)
}

/// Keeps everybody else from writing until the write ends. SQLite has one writer anyway.
pub async fn keep_others_out(tx: &Tx) -> Result<(), Fault> {
    if tx.kind() == Kind::Postgres {
        let tables: Vec<&str> = NOUNS.iter().map(|noun| noun.table).collect();
        let sql = format!("LOCK TABLE {} IN EXCLUSIVE MODE", tables.join(", "));
        dialect::execute(tx, &sql, []).await?;
    }
    Ok(())
}

/// Takes away what is there by itself, so that it can come from the file.
pub async fn make_room(tx: &Tx) -> Result<(), Fault> {
    for table in FOUNDED {
        dialect::execute(tx, &format!("DELETE FROM {table}"), []).await?;
    }
    Ok(())
}

/// Adds records of one kind.
///
/// # Errors
/// Which of them the database does not take, counted from 0, and why.
pub async fn insert(tx: &Tx, records: &[Record]) -> Result<(), (usize, Fault)> {
    let at_first = |fault: Fault| (0, fault);
    begin(tx).await.map_err(at_first)?;
    let Err(fault) = insert_at_once(tx, records).await else { return end(tx).await.map_err(at_first) };
    take_back(tx).await.map_err(at_first)?;
    if fault.is_passing() {
        return Err((0, fault));
    }
    // One of them is wrong, and only one after the other tells which.
    for (place, record) in records.iter().enumerate() {
        insert_at_once(tx, std::slice::from_ref(record)).await.map_err(|fault| (place, fault))?;
    }
    end(tx).await.map_err(at_first)
}

async fn begin(tx: &Tx) -> Result<(), Fault> {
    tx.link().execute_unprepared("SAVEPOINT records").await?;
    Ok(())
}

async fn take_back(tx: &Tx) -> Result<(), Fault> {
    tx.link().execute_unprepared("ROLLBACK TO SAVEPOINT records").await?;
    Ok(())
}

async fn end(tx: &Tx) -> Result<(), Fault> {
    tx.link().execute_unprepared("RELEASE SAVEPOINT records").await?;
    Ok(())
}

async fn insert_at_once(tx: &Tx, records: &[Record]) -> Result<(), Fault> {
    let Some(first) = records.first() else { return Ok(()) };
    let noun = first.noun;
    let (columns, places) = (noun.columns(), places(records.len(), noun.fields.len()));
    let sql = format!("INSERT INTO {} ({columns}) VALUES {places}", noun.table);
    dialect::execute(tx, &sql, records.iter().flat_map(|record| record.values.clone())).await?;
    Ok(())
}
