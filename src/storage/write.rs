//! The one way to change something: a closure that may run again, all of it or nothing.

use std::any::type_name;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sea_orm::TransactionTrait;
use tokio::sync::RwLock;
use tokio::time::Instant;
use tracing::Instrument as _;

use super::fault::{Failure, Fault};
use super::source::{Link, Slot, Target};
use super::store::{Store, Writes};
use super::{event, feed};
use crate::domain::event::Event;

/// How often a write is tried before a passing trouble counts as a fault.
const TRIES: u32 = 8;
/// After this long it is not tried again, however few the tries.
const PATIENCE: Duration = Duration::from_secs(10);

/// A running write. Clones are the same write; one that outlives its closure can do nothing.
#[derive(Clone)]
pub struct Tx(Arc<Inner>);

struct Inner {
    link: Link,
    noted: Mutex<Noted>,
}

/// What a write says beside its rows; stored right before its end.
#[derive(Default)]
struct Noted {
    events: Vec<Event>,
    public: bool,
}

impl Tx {
    fn new(store: &Store, slot: Slot) -> Self {
        let (kind, meter) = (store.kind(), Arc::clone(&store.shared.meter));
        let link = Link { kind, target: Target::Slot(slot), meter };
        Self(Arc::new(Inner { link, noted: Mutex::default() }))
    }

    pub(super) fn through(&self) -> &Link {
        &self.0.link
    }

    /// Adds an event to this write.
    pub fn record(&self, event: Event) {
        self.noted(|noted| noted.events.push(event));
    }

    /// Says that this write changes something that feeds and careers pages show.
    pub fn public_fact_changed(&self) {
        self.noted(|noted| noted.public = true);
    }

    fn noted<T>(&self, change: impl FnOnce(&mut Noted) -> T) -> T {
        change(&mut self.0.noted.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Stores what was noted and says the newest event's `seq`, if there is any.
    async fn flush(&self) -> Result<Option<i64>, Fault> {
        let Noted { events, public } = self.noted(std::mem::take);
        if public {
            event::raise_feed_generation(self).await?;
        }
        event::append(self, &events).await
    }
}

impl Store {
    /// Runs `work` in a transaction and answers when its effect is committed.
    ///
    /// The closure may run several times, and each time starts from nothing: it does database work
    /// only, through its [`Tx`], and lets every error through. A refusal or fault undoes all of it,
    /// and so does dropping the future this returns.
    ///
    /// Do not write from within a write, and read through the [`Tx`]: the store's own connections
    /// do not see what the closure wrote.
    ///
    /// It has a span of its own, called by the function that the closure stands in.
    pub async fn write<T, F, Fut>(&self, work: F) -> Result<T, Failure>
    where
        F: Fn(Tx) -> Fut + Send + Sync,
        Fut: Future<Output = Result<T, Failure>> + Send,
        T: Send,
    {
        let span = tracing::debug_span!("write", action = place(type_name::<F>()));
        self.patiently(work).instrument(span).await
    }

    async fn patiently<T, F, Fut>(&self, work: F) -> Result<T, Failure>
    where
        F: Fn(Tx) -> Fut + Send + Sync,
        Fut: Future<Output = Result<T, Failure>> + Send,
        T: Send,
    {
        let (mut tries, started) = (1, Instant::now());
        loop {
            let tried = self.attempt(&work).await;
            self.learn(&tried);
            match tried {
                Ok((answer, newest)) => {
                    self.nudge(newest);
                    return Ok(answer);
                }
                Err(Failure::Fault(fault))
                    if fault.is_passing() && tries < TRIES && started.elapsed() < PATIENCE =>
                {
                    tracing::debug!(%fault, tries, "a write is tried again");
                    metrics::counter!("vacantia_database_retries_total").increment(1);
                    tokio::time::sleep(self.pause(tries)).await;
                    tries += 1;
                }
                Err(failure) => return Err(failure),
            }
        }
    }

    /// Whether the database keeps what it is given. As long as it did at the last write that is taken on trust, so that
    /// asking costs nothing; after one that it could not keep, a write that changes nothing is tried.
    ///
    /// # Errors
    /// Why it keeps nothing.
    pub async fn probe(&self) -> Result<(), Failure> {
        if !self.shared.unwritable.load(Ordering::Relaxed) {
            return Ok(());
        }
        let tried = self.attempt(&|tx| async move { Ok(feed::touch(&tx).await?) }).await;
        self.learn(&tried);
        tried.map(|_| ())
    }

    fn learn<T>(&self, tried: &Result<T, Failure>) {
        match tried {
            Ok(_) => self.shared.unwritable.store(false, Ordering::Relaxed),
            Err(Failure::Fault(fault)) if fault.is_unwritable() => {
                self.shared.unwritable.store(true, Ordering::Relaxed);
            }
            Err(_) => {}
        }
    }

    /// One try: the closure's answer and the newest event's `seq`, both committed.
    async fn attempt<T, F, Fut>(&self, work: &F) -> Result<(T, Option<i64>), Failure>
    where
        F: Fn(Tx) -> Fut + Send + Sync,
        Fut: Future<Output = Result<T, Failure>> + Send,
        T: Send,
    {
        match &self.shared.writes {
            Writes::Turns(turns) => {
                let turn = turns.take().await?;
                let done = match self.run(work, &turn.slot).await {
                    Err(Failure::Refused(refusal)) => {
                        turn.give_back().await?;
                        return Err(refusal.into());
                    }
                    done => done?,
                };
                turn.keep().await?;
                Ok(done)
            }
            Writes::Pool(pool) => {
                let slot: Slot = Arc::new(RwLock::new(Some(Arc::new(pool.begin().await?))));
                let done = self.run(work, &slot).await;
                let transaction = slot.write().await.take().and_then(Arc::into_inner);
                let kept = || Fault::unfit("something kept the transaction of a write");
                match (done, transaction) {
                    (Ok(done), transaction) => {
                        transaction.ok_or_else(kept)?.commit().await?;
                        Ok(done)
                    }
                    (Err(failure), transaction) => {
                        // Left to be dropped it would be undone a moment later, and hold its rows until then. A
                        // connection on which even that fails is given up, and what it held with it.
                        if let Some(transaction) = transaction {
                            transaction.rollback().await.ok();
                        }
                        Err(failure)
                    }
                }
            }
        }
    }

    async fn run<T, F, Fut>(&self, work: &F, slot: &Slot) -> Result<(T, Option<i64>), Failure>
    where
        F: Fn(Tx) -> Fut + Send + Sync,
        Fut: Future<Output = Result<T, Failure>> + Send,
        T: Send,
    {
        let tx = Tx::new(self, Arc::clone(slot));
        let answer = work(tx.clone()).await?;
        let newest = tx.flush().await?;
        Ok((answer, newest))
    }

    fn nudge(&self, newest: Option<i64>) {
        let Some(newest) = newest else { return };
        self.shared.latest.send_if_modified(|latest| {
            let moved = newest > *latest;
            *latest = newest.max(*latest);
            moved
        });
    }

    /// Doubles from about 5 ms to about half a second, unevenly so that rivals do not meet again.
    /// It need not be unpredictable, only different from its neighbours'.
    fn pause(&self, tries: u32) -> Duration {
        const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
        let turn = self.shared.unevenness.fetch_add(1, Ordering::Relaxed);
        let mixed = (turn + 1).wrapping_mul(GOLDEN) >> 32;
        let base = 5_u64 << (tries - 1).min(6);
        Duration::from_millis(base / 2 + mixed % (base + 1))
    }
}

/// Where a closure stands, by the compiler's name for it: `posting::life::close` of
/// `vacantia::actions::posting::life::close::{{closure}}::{{closure}}`. For people who read spans; nothing depends on it.
fn place(closure: &str) -> String {
    let path = closure.split('<').next().unwrap_or_default().trim_end_matches(':');
    let parts = path.split("::").filter(|part| !part.starts_with('{'));
    let named: Vec<_> = parts.skip_while(|part| matches!(*part, "vacantia" | "actions")).collect();
    named.join("::")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named<F: Fn(Tx) -> i32>(_: F) -> String {
        place(type_name::<F>())
    }

    #[test]
    fn a_closure_is_called_by_where_it_stands() {
        assert_eq!(named(|_| 1), "storage::write::tests::a_closure_is_called_by_where_it_stands");
        let life = "vacantia::actions::posting::life::close::{{closure}}::{{closure}}";
        assert_eq!(place(life), "posting::life::close");
        assert_eq!(place("vacantia::actions::step::pass<vacantia::x::Y>::{{closure}}"), "step::pass");
    }
}
