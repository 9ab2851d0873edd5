//! What backing up and restoring ask of the databases themselves.

use std::collections::BTreeMap;
use std::path::Path;

use sea_orm::{ConnectionTrait, DatabaseConnection, FromQueryResult, Statement};

use super::archive::load::FOUNDED;
use super::connect;
use super::dialect::{self, Kind};
use super::fault::Fault;
use super::source::{Snapshot, Source};
use super::store::Store;

/// The migrator's own table.
const STEPS: &str = "schema_migration";

/// The rows of every table there is, whether or not this program knows it.
pub type Tables = BTreeMap<String, i64>;

/// Whether anything is kept in them but what is there by itself.
#[must_use]
pub fn hold_something(tables: &Tables) -> bool {
    tables.iter().any(|(name, rows)| *rows > 0 && name != STEPS && !FOUNDED.contains(&name.as_str()))
}

/// Counts the rows of every table.
pub async fn tables(db: &impl Source) -> Result<Tables, Fault> {
    #[derive(FromQueryResult)]
    struct Table {
        name: String,
    }
    let catalogue = match db.kind() {
        Kind::Sqlite => {
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
        }
        Kind::Postgres => "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = current_schema()",
    };
    let mut tables = Tables::new();
    for Table { name } in dialect::query_all::<Table>(db, catalogue, []).await? {
        let rows = count(db, &name).await?;
        tables.insert(name, rows);
    }
    Ok(tables)
}

/// Counts the rows of a table.
pub(super) async fn count(db: &impl Source, table: &str) -> Result<i64, Fault> {
    #[derive(FromQueryResult)]
    struct Count {
        rows: i64,
    }
    let sql = format!("SELECT count(*) AS rows FROM \"{}\"", table.replace('"', "\"\""));
    let count = dialect::query_one::<Count>(db, &sql, []).await?;
    Ok(count.map_or(0, |count| count.rows))
}

/// What SQLite finds wrong with a database: its pages, its indexes, and what refers to nothing.
pub async fn damage(db: &impl Source) -> Result<Vec<String>, Fault> {
    #[derive(FromQueryResult)]
    struct Finding {
        what: String,
    }
    let sql = "SELECT integrity_check AS what FROM pragma_integrity_check WHERE integrity_check <> 'ok' UNION ALL \
               SELECT 'a row of ' || \"table\" || ' refers to nothing in ' || parent FROM pragma_foreign_key_check";
    let findings = dialect::query_all::<Finding>(db, sql, []).await?;
    Ok(findings.into_iter().map(|finding| finding.what).collect())
}

/// The name under which another connection to PostgreSQL sees the same state as this snapshot, as long as it lasts.
pub async fn share(snapshot: &Snapshot) -> Result<String, Fault> {
    #[derive(FromQueryResult)]
    struct Name {
        name: String,
    }
    let name = dialect::query_one::<Name>(snapshot, "SELECT pg_export_snapshot() AS name", []).await?;
    name.map(|name| name.name).ok_or_else(|| Fault::unfit("PostgreSQL did not share its snapshot"))
}

impl Store {
    /// A snapshot that may be read for as long as it takes.
    pub async fn long_snapshot(&self) -> Result<Snapshot, Fault> {
        let snapshot = self.snapshot().await?;
        if snapshot.kind() == Kind::Postgres {
            let patient =
                "SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL statement_timeout = 0";
            snapshot.link().execute_unprepared(patient).await?;
        }
        Ok(snapshot)
    }

    /// Copies a SQLite database into a new file, as it is at one moment, while others read and write it.
    ///
    /// VACUUM INTO reads within one transaction, so in WAL mode it neither waits for a writer nor holds one up.
    pub async fn copy_into(&self, file: &Path) -> Result<(), Fault> {
        // A reader may not write, not even elsewhere.
        let beside = connect::sqlite_writer(&self.shared.options).await?;
        let file = file.to_string_lossy().into_owned();
        let sql = Statement::from_sql_and_values(self.kind().backend(), "VACUUM INTO ?", [file.into()]);
        beside.execute_raw(sql).await?;
        Ok(beside.close().await?)
    }
}

/// A SQLite database that nobody else has open, nor can open as long as this lasts. Its file holds everything: there is
/// no write-ahead log beside it.
pub struct Alone(DatabaseConnection);

impl Alone {
    /// Takes the database of this file.
    ///
    /// # Errors
    /// When another process has it open: each of its connections holds a shared lock on the file as long as it lives.
    pub async fn take(file: &Path) -> Result<Self, Fault> {
        Ok(Self(connect::sqlite_alone(file).await?))
    }

    /// Lets others in again.
    pub async fn release(self) -> Result<(), Fault> {
        Ok(self.0.close().await?)
    }
}
