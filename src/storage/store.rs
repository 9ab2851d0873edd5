//! The database of one installation: opened, checked, read from.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use sea_orm::{AccessMode, DatabaseConnection, IsolationLevel, TransactionTrait};
use tokio::sync::watch;

use super::connect;
use super::dialect::Kind;
use super::fault::Fault;
use super::source::{Link, Meter, Reading, Snapshot, Target};
use super::turn::Turns;

/// How a store is opened.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// `sqlite://PATH` or `postgres://..`.
    pub url: String,
    /// Connections: on SQLite those that read (one more writes), on PostgreSQL all.
    pub connections: u32,
    /// When SQLite calls a commit safe.
    pub synchronous: Synchronous,
    /// How long a statement waits for a lock before its write is tried again.
    pub lock_wait: Duration,
    /// How long a write may keep its turn on SQLite before it is rolled back.
    pub turn_limit: Duration,
    /// Whether to weigh the bytes read; for tests, since it costs a little per row.
    pub measure: bool,
}

/// When SQLite calls a commit safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Synchronous {
    /// When it is on the disk: survives a power cut.
    Full,
    /// When it is handed to the operating system; for tests.
    Off,
}

impl StoreOptions {
    /// What an installation runs with.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        let url = url.into();
        let waits = if url.starts_with("sqlite:") { 5 } else { 2 };
        Self {
            url,
            connections: 8,
            synchronous: Synchronous::Full,
            lock_wait: Duration::from_secs(waits),
            turn_limit: Duration::from_secs(10),
            measure: false,
        }
    }
}

/// The database of one installation. Clones share it.
#[derive(Clone)]
pub struct Store {
    pub(super) shared: Arc<Shared>,
}

pub(super) struct Shared {
    reads: Link,
    pub(super) options: StoreOptions,
    pub(super) meter: Arc<Meter>,
    pub(super) writes: Writes,
    pub(super) latest: watch::Sender<i64>,
    /// Whether the last write failed because the database could keep nothing.
    pub(super) unwritable: AtomicBool,
    pub(super) unevenness: std::sync::atomic::AtomicU64,
}

/// How this store writes.
pub(super) enum Writes {
    /// SQLite: one after the other.
    Turns(Turns),
    /// PostgreSQL: side by side.
    Pool(DatabaseConnection),
}

impl Store {
    /// Opens the database, creating a SQLite file and its folder where they are missing, and
    /// checks that engine and settings are those the rest relies on. Does not touch the schema.
    pub async fn open(options: &StoreOptions) -> Result<Self, Fault> {
        let kind = connect::kind_of(&options.url)?;
        let (reads, writes) = match kind {
            Kind::Sqlite => {
                // The writer first: a reader does not create the file.
                let writer = connect::sqlite_writer(options).await?;
                let readers = connect::sqlite_readers(options).await?;
                (readers, Writes::Turns(Turns::start(writer, options.clone())))
            }
            Kind::Postgres => {
                let pool = connect::postgres(options).await?;
                (pool.clone(), Writes::Pool(pool))
            }
        };
        let meter = Arc::new(Meter::new(options.measure));
        let reads = Link { kind, target: Target::Pool(reads), meter: Arc::clone(&meter) };
        let (latest, _) = watch::channel(0);
        let unevenness = std::sync::atomic::AtomicU64::default();
        let (options, unwritable) = (options.clone(), AtomicBool::new(false));
        Ok(Self {
            shared: Arc::new(Shared { reads, options, meter, writes, latest, unwritable, unevenness }),
        })
    }

    /// Which database this is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.shared.reads.kind
    }

    /// What was asked of this store and what it gave since it was opened.
    #[must_use]
    pub fn reading(&self) -> Reading {
        self.shared.meter.read()
    }

    /// Statements sent since this store was opened.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.reading().statements
    }

    /// Told the newest event's `seq` whenever a write of this process adds events.
    ///
    /// Only a nudge: other instances write too, so a follower also has to look now and then.
    #[must_use]
    pub fn nudges(&self) -> watch::Receiver<i64> {
        self.shared.latest.subscribe()
    }

    /// Several reads of one state of the database. Keep it short: it holds a connection.
    pub async fn snapshot(&self) -> Result<Snapshot, Fault> {
        let pool = self.pool();
        let transaction = match self.kind() {
            Kind::Sqlite => pool.begin().await?,
            Kind::Postgres => {
                let (isolation, access) = (IsolationLevel::RepeatableRead, AccessMode::ReadOnly);
                pool.begin_with_config(Some(isolation), Some(access)).await?
            }
        };
        let target = Target::Snapshot(transaction);
        let meter = Arc::clone(&self.shared.meter);
        Ok(Snapshot(Link { kind: self.kind(), target, meter }))
    }

    /// Ends the writer and closes every connection; what this store is asked later is refused.
    pub async fn close(&self) -> Result<(), Fault> {
        self.pool().close_by_ref().await?;
        if let Writes::Turns(turns) = &self.shared.writes {
            turns.close().await;
        }
        Ok(())
    }

    pub(super) fn reads(&self) -> &Link {
        &self.shared.reads
    }

    pub(super) fn pool(&self) -> &DatabaseConnection {
        match &self.shared.reads.target {
            Target::Pool(pool) => pool,
            Target::Snapshot(_) | Target::Slot(_) => unreachable!("a store reads from its pool"),
        }
    }
}
