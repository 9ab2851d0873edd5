//! The event tail: follows what is committed, by this process and by others, and passes it on to whoever listens here.
//!
//! One for each instance, whatever listens: the database is asked every half second, and at once when a write of this
//! process adds an event.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{broadcast, watch};
use tokio::time;
use tracing::Instrument as _;

use super::{Step, pass};
use crate::storage::event::{Recorded, after, settled};
use crate::storage::{Fault, Store};

/// Events read at once.
const BATCH: u32 = 500;
/// Events a listener may be behind before it is told that it missed some.
const BACKLOG: usize = 1_024;

/// How often the tail looks for events of other instances, unless it is told otherwise.
pub const POLL: Duration = Duration::from_millis(500);

/// The tail of one instance.
pub struct EventTail {
    store: Store,
    poll: Duration,
    newest: watch::Sender<i64>,
    events: broadcast::Sender<Arc<Recorded>>,
}

impl EventTail {
    /// A tail that passes on what happens from now.
    pub async fn begin(store: Store, poll: Duration) -> Result<Self, Fault> {
        let (newest, _) = watch::channel(settled(&store).await?);
        let (events, _) = broadcast::channel(BACKLOG);
        Ok(Self { store, poll, newest, events })
    }

    /// The `seq` of the newest event that was passed on; for those who only need to know that something happened.
    #[must_use]
    pub fn newest(&self) -> watch::Receiver<i64> {
        self.newest.subscribe()
    }

    /// Every event from now, in order. A listener that falls behind is told so, and reads what it missed from
    /// [`after`].
    #[must_use]
    pub fn events(&self) -> broadcast::Receiver<Arc<Recorded>> {
        self.events.subscribe()
    }

    /// Passes on the next events, if there are any.
    pub async fn step(&self) -> Result<Step, Fault> {
        let from = *self.newest.borrow();
        let events = after(&self.store, from, BATCH).await?;
        let Some(last) = events.last().map(|event| event.seq) else { return Ok(Step::Empty) };
        for event in events {
            // Nobody may be listening.
            let _ = self.events.send(Arc::new(event));
        }
        self.newest.send_replace(last);
        metrics::gauge!("vacantia_event_tail_seq").set(seq_gauge(last));
        Ok(Step::Done)
    }

    /// Follows until `stop` says true.
    pub async fn run(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        let mut nudges = self.store.nudges();
        while !*stop.borrow() {
            match self.step().instrument(pass("event_tail")).await {
                Ok(Step::Done) => continue,
                Ok(Step::Empty) => {}
                Err(fault) => tracing::error!(%fault, "events could not be read"),
            }
            tokio::select! {
                () = time::sleep(self.poll) => {}
                Ok(()) = nudges.changed() => {}
                Ok(()) = stop.changed() => {}
            }
        }
    }
}

/// Exact up to 2^53 events.
#[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
fn seq_gauge(seq: i64) -> f64 {
    seq as f64
}

impl std::fmt::Debug for EventTail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EventTail").field("newest", &self.newest).finish_non_exhaustive()
    }
}
