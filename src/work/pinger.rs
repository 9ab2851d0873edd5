//! The pinger: tells hubs and search engines what is new, one ping after the other.
//!
//! As with mail, no transaction is open while it speaks, and what it hears is written under the fence of its claim. Unlike
//! mail, a word said twice does no harm, so nothing is ever in doubt: what a lost worker left is said again.

pub mod http;

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::watch;
use tokio::{task, time};
use tracing::Instrument as _;

use self::http::Speaker;
use super::{Step, pass};
use crate::actions::{Act, ping};
use crate::domain::clock::{Chance, Clock, random_text};
use crate::domain::delivery::RetryRule;
use crate::domain::ping::{Answer, PingState};
use crate::domain::site::Site;
use crate::domain::viewer::Viewer;
use crate::storage::ping::{Claimed, is_any_due, is_any_lost};
use crate::storage::{Failure, Kind, Store};

/// How the pinger works.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How long a worker may have a ping: 60 s, more than all time-outs together, so it is never prolonged.
    pub lease: TimeDelta,
    /// How often it looks for pings: 1 s.
    pub poll: Duration,
    /// When a ping is tried again: as a mail is.
    pub retry: RetryRule,
    /// How long whoever is told may take.
    pub timeouts: http::Timeouts,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            lease: TimeDelta::seconds(60),
            poll: Duration::from_secs(1),
            retry: RetryRule::default(),
            timeouts: http::Timeouts::default(),
        }
    }
}

/// The worker that tells others.
pub struct Pinger {
    store: Store,
    clock: Arc<dyn Clock>,
    chance: Arc<dyn Chance>,
    site: Arc<Site>,
    settings: Settings,
    speaker: Arc<Speaker>,
    worker: String,
}

impl Pinger {
    /// A pinger that has not begun yet.
    #[must_use]
    pub fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        chance: Arc<dyn Chance>,
        site: Arc<Site>,
        settings: Settings,
    ) -> Self {
        let worker = format!("pinger-{}", random_text(&*chance, 8));
        let speaker = Arc::new(Speaker::new(&site, settings.timeouts));
        Self { store, clock, chance, site, settings, speaker, worker }
    }

    /// Tells until `stop` says true; not at all while the operator names nobody to tell.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        if let Err(failure) = self.start().await {
            tracing::error!(%failure, "the pinger could not take over what a predecessor left; leases will run out");
        }
        if self.site.pings.is_off() {
            return;
        }
        while !*stop.borrow() {
            match self.step().instrument(pass("pinger")).await {
                Ok(Step::Done) => continue,
                Ok(Step::Empty) => {}
                Err(failure) => tracing::error!(%failure, "a ping could not be looked for or written down"),
            }
            tokio::select! {
                () = time::sleep(self.settings.poll) => {}
                _ = stop.changed() => {}
            }
        }
    }

    /// Takes back what waits for somebody who is not told any more. On SQLite one process works alone, so nobody holds what
    /// its predecessor left.
    pub async fn start(&self) -> Result<(), Failure> {
        if self.store.kind() == Kind::Sqlite {
            ping::reclaim(self.act(), &self.settings.retry).await?;
        }
        let taken_back = ping::cancel_other(self.act()).await?;
        if taken_back > 0 {
            tracing::info!(taken_back, "took back pings to somebody who is not told any more");
        }
        Ok(())
    }

    /// Takes and says one ping.
    pub async fn step(&self) -> Result<Step, Failure> {
        let Some(claimed) = self.next().await? else { return Ok(Step::Empty) };
        let answer = self.say(&claimed).await;
        self.conclude(&claimed, &answer).await?;
        Ok(Step::Done)
    }

    /// Takes the next ping, if any is due.
    pub async fn next(&self) -> Result<Option<Claimed>, Failure> {
        let now = self.clock.now();
        if is_any_lost(&self.store, now).await? {
            let taken = ping::reap(self.act(), &self.settings.retry).await?;
            tracing::warn!(taken, "took pings from a worker that gave no sign of life");
        }
        if !is_any_due(&self.store, now).await? {
            return Ok(None);
        }
        ping::claim(self.act(), &self.worker, self.settings.lease).await
    }

    /// Says a ping, and hears the answer.
    pub async fn say(&self, claimed: &Claimed) -> Answer {
        let (speaker, ping, now) = (Arc::clone(&self.speaker), claimed.ping.clone(), self.clock.now());
        let saying = task::spawn_blocking(move || speaker.say(&ping, now));
        saying.await.unwrap_or_else(|broken| Answer::none(&broken.to_string()))
    }

    /// Writes down what was heard. One that cannot be written is said again when the lease has run out.
    pub async fn conclude(&self, claimed: &Claimed, answer: &Answer) -> Result<(), Failure> {
        let (id, kind) = (claimed.ping.id, claimed.ping.kind);
        let Some(state) = ping::settle(self.act(), claimed, &self.settings.retry, answer).await? else {
            tracing::warn!(ping = %id, "a ping was taken from this worker");
            return Ok(());
        };
        metrics::counter!("vacantia_pings_total", "kind" => kind.as_str(), "outcome" => state.as_str())
            .increment(1);
        let (code, reply) = (answer.code, &answer.reply);
        if state == PingState::Failed {
            tracing::warn!(ping = %id, %kind, code, reply, "a ping failed for good");
        } else {
            tracing::info!(ping = %id, %kind, code, %state, "a ping was tried");
        }
        Ok(())
    }

    fn act(&self) -> Act<'_> {
        Act {
            store: &self.store,
            clock: &*self.clock,
            chance: &*self.chance,
            site: &self.site,
            viewer: &Viewer::System,
        }
    }
}

impl std::fmt::Debug for Pinger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pinger").field("worker", &self.worker).finish_non_exhaustive()
    }
}
