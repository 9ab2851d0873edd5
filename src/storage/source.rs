//! Where a statement goes, and how much it brought back.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sea_orm::entity::prelude::async_trait::async_trait;
use sea_orm::sqlx::{Row, TypeInfo, ValueRef};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult,
    Statement,
};
use tokio::sync::RwLock;
use tracing::{Instrument as _, Span};

use super::dialect::Kind;
use super::store::Store;
use super::tally;
use super::write::Tx;

/// Anything that can be read from: the [`Store`], a [`Snapshot`], or a [`Tx`].
pub trait Source: Send + Sync {
    /// Where this source's statements go.
    fn link(&self) -> &Link;

    /// Which database answers.
    fn kind(&self) -> Kind {
        self.link().kind
    }
}

/// One state of the whole database, however many statements read it.
pub struct Snapshot(pub(super) Link);

impl Source for Snapshot {
    fn link(&self) -> &Link {
        &self.0
    }
}

impl Source for Store {
    fn link(&self) -> &Link {
        self.reads()
    }
}

impl Source for Tx {
    fn link(&self) -> &Link {
        self.through()
    }
}

/// The transaction of a running write. Emptied when the write ends, so that a [`Tx`] which was
/// kept longer than its closure can do nothing.
pub(super) type Slot = Arc<RwLock<Option<Arc<DatabaseTransaction>>>>;

pub(super) enum Target {
    Pool(DatabaseConnection),
    Snapshot(DatabaseTransaction),
    Slot(Slot),
}

/// Where statements go.
pub struct Link {
    pub(super) kind: Kind,
    pub(super) target: Target,
    pub(super) meter: Arc<Meter>,
}

/// What a store was asked and what it gave, since it was opened.
#[derive(Debug, Default)]
pub struct Meter {
    statements: AtomicU64,
    rows: AtomicU64,
    bytes: AtomicU64,
    weighs: bool,
}

/// A reading of the meter: how much was asked of a database, and how much came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// Statements sent; BEGIN, COMMIT and savepoints are not counted.
    pub statements: u64,
    /// Rows brought back.
    pub rows: u64,
    /// Bytes of their values; stays 0 unless the store was opened to measure.
    pub bytes: u64,
}

impl Meter {
    pub(super) fn new(weighs: bool) -> Self {
        Self { weighs, ..Self::default() }
    }

    pub(super) fn read(&self) -> Reading {
        Reading {
            statements: self.statements.load(Ordering::Relaxed),
            rows: self.rows.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
        }
    }

    fn asked(&self, time: Duration) {
        self.statements.fetch_add(1, Ordering::Relaxed);
        tally::asked(time);
        metrics::histogram!("vacantia_database_statement_seconds").record(time);
    }

    fn brought(&self, rows: &[QueryResult]) {
        self.rows.fetch_add(rows.len() as u64, Ordering::Relaxed);
        if self.weighs {
            let bytes: usize = rows.iter().map(weight).sum();
            self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
        }
    }
}

/// Bytes of a row's values; a number counts 8, whatever its column.
fn weight(row: &QueryResult) -> usize {
    if let Some(row) = row.try_as_pg_row() {
        return (0..row.len())
            .filter_map(|column| row.try_get_raw(column).ok())
            .map(|value| value.as_bytes().map_or(0, <[u8]>::len))
            .sum();
    }
    let Some(row) = row.try_as_sqlite_row() else { return 0 };
    (0..row.len())
        .filter_map(|column| {
            let value = row.try_get_raw(column).ok()?;
            match value.type_info().name() {
                _ if value.is_null() => None,
                "TEXT" => row.try_get::<&str, _>(column).ok().map(str::len),
                "BLOB" => row.try_get::<&[u8], _>(column).ok().map(<[u8]>::len),
                _ => Some(8),
            }
        })
        .sum()
}

fn open(slot: Option<&Arc<DatabaseTransaction>>) -> Result<&DatabaseTransaction, DbErr> {
    slot.map(AsRef::as_ref).ok_or_else(|| DbErr::Custom("a write's Tx was used after its end".into()))
}

/// Sends one call to whatever is behind the link.
macro_rules! pass {
    ($link:ident, $call:ident($argument:expr)) => {
        match &$link.target {
            Target::Pool(pool) => pool.$call($argument).await,
            Target::Snapshot(transaction) => transaction.$call($argument).await,
            Target::Slot(slot) => open(slot.read().await.as_ref())?.$call($argument).await,
        }
    };
}

/// Sends one call in a span of its own, counts it and the time it took.
macro_rules! ask {
    ($link:ident, $sql:expr, $call:ident($argument:expr)) => {{
        let (span, began) = (span($sql), Instant::now());
        let answer = async { pass!($link, $call($argument)) }.instrument(span).await;
        $link.meter.asked(began.elapsed());
        answer
    }};
}

fn span(sql: &str) -> Span {
    tracing::debug_span!("sql", what = gist(sql))
}

/// `SELECT posting` of a statement: its verb and its table, and nothing of its values.
fn gist(sql: &str) -> String {
    let mut words = sql.split_whitespace();
    let verb = words.next().unwrap_or_default();
    let table = if verb == "UPDATE" {
        words.next()
    } else {
        words.skip_while(|word| !matches!(*word, "FROM" | "INTO")).nth(1)
    };
    format!("{verb} {}", table.unwrap_or_default()).trim_end().to_owned()
}

#[async_trait]
impl ConnectionTrait for Link {
    fn get_database_backend(&self) -> DbBackend {
        self.kind.backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        ask!(self, &statement.sql, execute_raw(statement))
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        ask!(self, sql, execute_unprepared(sql))
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let row = ask!(self, &statement.sql, query_one_raw(statement))?;
        self.meter.brought(row.as_slice());
        Ok(row)
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let rows = ask!(self, &statement.sql, query_all_raw(statement))?;
        self.meter.brought(&rows);
        Ok(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::gist;

    #[test]
    fn a_statement_is_told_without_its_values() {
        for (sql, expected) in [
            ("SELECT p.* FROM plan p WHERE p.id = $1", "SELECT plan"),
            ("UPDATE offer SET status = 'sent'", "UPDATE offer"),
            ("INSERT INTO event (seq) VALUES ($1)", "INSERT event"),
            ("SELECT 1", "SELECT"),
            ("", ""),
        ] {
            assert_eq!(gist(sql), expected);
        }
    }
}
