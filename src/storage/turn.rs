//! How writes take turns on SQLite and share one COMMIT.
//!
//! SQLite lets one connection write at a time, and a durable COMMIT waits for the disk. So one task
//! owns the writing connection. It opens a transaction, lends it to one write after the other in
//! the order they asked, each inside a SAVEPOINT, and commits when nobody waits any more or when
//! [`BATCH`] turns have gone by. Only then does it answer those writes. While the disk is busy with
//! one commit the next batch gathers, so the busier the store, the more writes share a commit.
//!
//! Nothing outside this task begins, releases, commits or rolls back. A write that is dropped, that
//! panics or that keeps its turn too long is therefore only a channel that closed: its savepoint is
//! rolled back and its neighbours notice nothing.
//!
//! This is why the schema has no deferred constraints: one that is only checked at COMMIT would
//! refuse the neighbours' writes too.

use std::sync::Arc;
use std::time::Duration;

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};
use tokio::sync::{Mutex, RwLock, mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use super::connect;
use super::fault::Fault;
use super::source::Slot;
use super::store::StoreOptions;

/// Turns that share a commit at most.
const BATCH: usize = 16;

/// A turn at the writing connection. Dropping it takes back whatever was written in it.
pub(super) struct Turn {
    pub(super) slot: Slot,
    end: oneshot::Sender<End>,
}

/// What a write says at the end of its turn.
struct End {
    /// Whether what it wrote stays.
    kept: bool,
    /// Whom to tell when the turns of the batch are committed.
    tell: oneshot::Sender<Result<(), Fault>>,
}

impl Turn {
    /// Keeps what was written and waits until it is committed.
    pub(super) async fn keep(self) -> Result<(), Fault> {
        self.end(true).await
    }

    /// Takes back what was written, and waits until the writes before it are committed: it may be theirs that it was refused
    /// for, and whoever looks again has to see it.
    pub(super) async fn give_back(self) -> Result<(), Fault> {
        self.end(false).await
    }

    async fn end(self, kept: bool) -> Result<(), Fault> {
        let (tell, told) = oneshot::channel();
        let end = End { kept, tell };
        self.end.send(end).map_err(|_| Fault::unfit("a write kept its turn too long"))?;
        told.await.unwrap_or_else(|_| Err(Fault::lost()))
    }
}

type Ask = oneshot::Sender<Result<Turn, Fault>>;

/// The queue for turns.
pub(super) struct Turns {
    asks: mpsc::UnboundedSender<Ask>,
    closing: watch::Sender<bool>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Turns {
    /// Starts the task that owns `writer`. It ends with the last of its [`Turns`].
    pub(super) fn start(writer: DatabaseConnection, options: StoreOptions) -> Self {
        let (asks, asked) = mpsc::unbounded_channel();
        let (closing, closes) = watch::channel(false);
        let task = tokio::spawn(Writer { db: writer, options }.serve(asked, closes));
        Self { asks, closing, task: Mutex::new(Some(task)) }
    }

    /// Waits for a turn; those who asked earlier have theirs first.
    pub(super) async fn take(&self) -> Result<Turn, Fault> {
        let (give, given) = oneshot::channel();
        let gone = || Fault::unfit("the store is closed");
        self.asks.send(give).map_err(|_| gone())?;
        given.await.unwrap_or_else(|_| Err(gone()))
    }

    /// Lets the running batch finish, then closes the connection.
    pub(super) async fn close(&self) {
        self.closing.send_replace(true);
        if let Some(task) = self.task.lock().await.take()
            && let Err(error) = task.await
        {
            tracing::error!(%error, "the writer did not end well");
        }
    }
}

/// The transaction broke in a way that leaves only throwing it away.
struct Broken(DbErr);

impl From<DbErr> for Broken {
    fn from(error: DbErr) -> Self {
        Self(error)
    }
}

struct Writer {
    db: DatabaseConnection,
    options: StoreOptions,
}

impl Writer {
    async fn serve(mut self, mut asked: mpsc::UnboundedReceiver<Ask>, mut closes: watch::Receiver<bool>) {
        loop {
            let ask = tokio::select! {
                biased;
                _ = closes.changed() => break,
                ask = asked.recv() => ask,
            };
            let Some(first) = ask else { break };
            if let Err(Broken(error)) = self.batch(first, &mut asked).await {
                tracing::error!(%error, "the writing connection broke; opening another");
                self.reopen().await;
            }
        }
        if let Err(error) = self.db.close().await {
            tracing::error!(%error, "the writing connection did not close well");
        }
    }

    async fn batch(&self, first: Ask, asked: &mut mpsc::UnboundedReceiver<Ask>) -> Result<(), Broken> {
        let outer = match begin(&self.db).await {
            Ok(outer) => Arc::new(outer),
            Err(error) => {
                let stuck = !Fault::from(error.clone()).is_passing();
                let _gone = first.send(Err(error.clone().into()));
                return if stuck { Err(Broken(error)) } else { Ok(()) };
            }
        };
        let mut waiting = Vec::new();
        metrics::gauge!("vacantia_database_writes_waiting")
            .set(u32::try_from(asked.len()).unwrap_or(u32::MAX));
        let mut next = Some(first);
        for _ in 0..BATCH {
            let Some(ask) = next.take().or_else(|| asked.try_recv().ok()) else { break };
            // Dropping `waiting` on the way out tells those writes that theirs is lost.
            waiting.extend(lend(&outer, ask, self.options.turn_limit).await?);
        }
        commit(outer, waiting).await
    }

    /// A transaction that ended behind the driver's back (a full disk rolls back by itself) leaves
    /// the driver counting a depth that is gone, so the connection is of no more use.
    async fn reopen(&mut self) {
        let mut pause = Duration::from_millis(50);
        loop {
            match connect::sqlite_writer(&self.options).await {
                Ok(db) => {
                    let broken = std::mem::replace(&mut self.db, db);
                    // Not awaited: a connection that hangs must not hold up the new one.
                    tokio::spawn(broken.close());
                    return;
                }
                Err(error) => tracing::error!(%error, "the database cannot be opened for writing"),
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(5));
        }
    }
}

async fn begin(db: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    // Immediate: a transaction that turns into a writer half-way fails at once when another
    // process wrote since, without waiting for the lock.
    let sqlite_transaction_mode = Some(SqliteTransactionMode::Immediate);
    db.begin_with_options(TransactionOptions { sqlite_transaction_mode, ..Default::default() }).await
}

/// Gives one turn and says who waits for the commit: nobody, if the write went away.
async fn lend(
    outer: &Arc<DatabaseTransaction>,
    ask: Ask,
    limit: Duration,
) -> Result<Option<oneshot::Sender<Result<(), Fault>>>, Broken> {
    if ask.is_closed() {
        return Ok(None);
    }
    outer.execute_unprepared("SAVEPOINT turn").await?;
    let slot: Slot = Arc::new(RwLock::new(Some(Arc::clone(outer))));
    let (end, ended) = oneshot::channel();
    let _gone = ask.send(Ok(Turn { slot: Arc::clone(&slot), end }));
    let ended = tokio::time::timeout(limit, ended).await;
    // Waits for the statement that may still run, and leaves nothing to send another through.
    slot.write().await.take();
    if ended.is_err() {
        tracing::error!("a write kept its turn for {limit:?} and was rolled back");
    }
    let (kept, tell) = match ended {
        Ok(Ok(End { kept, tell })) => (kept, Some(tell)),
        _ => (false, None),
    };
    let sql = if kept { "RELEASE turn" } else { "ROLLBACK TO turn; RELEASE turn" };
    outer.execute_unprepared(sql).await?;
    Ok(tell)
}

async fn commit(
    outer: Arc<DatabaseTransaction>,
    waiting: Vec<oneshot::Sender<Result<(), Fault>>>,
) -> Result<(), Broken> {
    let Some(outer) = Arc::into_inner(outer) else {
        return Err(Broken(DbErr::Custom("a write kept the transaction".into())));
    };
    let committed = outer.commit().await;
    metrics::histogram!("vacantia_database_commit_writes")
        .record(u32::try_from(waiting.len()).unwrap_or(u32::MAX));
    for keeper in waiting {
        // A failed commit is not tried again: whether it reached the disk is not certain.
        let outcome = committed.clone().map_err(Fault::uncommitted);
        let _gone = keeper.send(outcome);
    }
    Ok(committed?)
}
