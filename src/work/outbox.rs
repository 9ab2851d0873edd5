//! The outbox: delivers what was queued, one message at a time per slot, and never lies about one.
//!
//! A try is: claim (lease, fence) -> speak to the relay up to its 354 -> mark the message as leaving, if what it says
//! still holds -> let it go -> say what became of it. Killed at any point, a message is either still due, or known to be
//! of unknown fate: then it is sent once more after a grace, byte for byte, and held after that.

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{self, Instant};
use tracing::Instrument as _;

pub use super::Step;
use super::breaker::Breaker;
use super::pace::Pace;
use super::pass;
use crate::actions::Act;
use crate::actions::delivery::{self, Beginning, Report};
use crate::domain::Viewer;
use crate::domain::clock::{Chance, Clock, random_text};
use crate::domain::delivery::{Outcome, RetryRule, Tried};
use crate::domain::site::Site;
use crate::mail::delivery::Delivery;
use crate::mail::driver::Parcel;
use crate::mail::transport::Transport;
use crate::storage::delivery::{Claimed, is_any_due, is_any_lost};
use crate::storage::{Failure, Fault, Kind, Store};

/// How often it is tried to write down what a relay answered before the answer is only logged.
const TRIES_TO_SETTLE: u32 = 5;

/// Every duration and number of the outbox that an operator or a test may turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// How long a worker has a message without a sign of life: 120 s. Long, so that a stalled disk is not a death.
    pub lease: TimeDelta,
    /// How often a worker gives that sign: 30 s.
    pub heartbeat: Duration,
    /// How often the outbox looks for mail that other instances queued or that has become due: 1 s.
    pub poll: Duration,
    /// Messages under way at once: 4.
    pub concurrency: usize,
    /// How far apart messages begin at least: nothing.
    pub pause: Option<TimeDelta>,
    /// How often a relay that is down is tried: 60 s.
    pub probe: TimeDelta,
    /// How many "too busy" answers in a row count as down: 3.
    pub most_troubles: u32,
    /// How long messages under way may take to finish when the program stops: 120 s.
    pub stop_grace: Duration,
    /// When a message is tried again.
    pub retry: RetryRule,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            lease: TimeDelta::seconds(120),
            heartbeat: Duration::from_secs(30),
            poll: Duration::from_secs(1),
            concurrency: 4,
            pause: None,
            probe: TimeDelta::seconds(60),
            most_troubles: 3,
            stop_grace: Duration::from_mins(2),
            retry: RetryRule::default(),
        }
    }
}

/// The worker that delivers.
pub struct Outbox {
    store: Store,
    clock: Arc<dyn Clock>,
    chance: Arc<dyn Chance>,
    site: Arc<Site>,
    transport: Transport,
    settings: Settings,
    worker: String,
    breaker: Mutex<Breaker>,
    pace: Mutex<Pace>,
}

impl Outbox {
    /// An outbox that has not begun yet.
    #[must_use]
    pub fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        chance: Arc<dyn Chance>,
        site: Arc<Site>,
        transport: Transport,
        settings: Settings,
    ) -> Self {
        let worker = format!("outbox-{}", random_text(&*chance, 8));
        let breaker = Mutex::new(Breaker::new(settings.probe, settings.most_troubles));
        let pace = Mutex::new(Pace::new(settings.pause));
        Self { store, clock, chance, site, transport, settings, worker, breaker, pace }
    }

    /// Delivers until `stop` says true, then lets what is under way finish.
    pub async fn run(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        if let Err(failure) = self.start().await {
            tracing::error!(%failure, "the outbox could not take over what a predecessor left; leases will run out");
        }
        let slots = Arc::new(Semaphore::new(self.settings.concurrency));
        let mut under_way = JoinSet::new();
        let mut queued = self.store.nudges();
        while !*stop.borrow() {
            while under_way.try_join_next().is_some() {}
            let Ok(slot) = Arc::clone(&slots).acquire_owned().await else { break };
            match self.next().instrument(pass("outbox")).await {
                Ok(Some(claimed)) => {
                    let outbox = Arc::clone(&self);
                    let delivering = async move {
                        if let Err(failure) = outbox.deliver(&claimed).await {
                            tracing::error!(%failure, email = %claimed.id, "a delivery was given up");
                        }
                        drop(slot);
                    };
                    under_way.spawn(delivering.instrument(pass("delivery")));
                    continue;
                }
                Ok(None) => {}
                Err(failure) => tracing::error!(%failure, "the outbox could not look for mail"),
            }
            let wait = self.with_pace(|pace| pace.wait(self.clock.now())).unwrap_or(self.settings.poll);
            tokio::select! {
                () = time::sleep(wait.min(self.settings.poll)) => {}
                _ = queued.changed() => {}
                _ = stop.changed() => {}
            }
        }
        let finish = async { while under_way.join_next().await.is_some() {} };
        if time::timeout(self.settings.stop_grace, finish).await.is_err() {
            tracing::warn!(
                "stopped with mail under way; it will be taken up again when its lease has run out"
            );
        }
    }

    /// On SQLite one process works alone, so nobody holds what its predecessor left.
    pub async fn start(&self) -> Result<(), Failure> {
        if self.store.kind() == Kind::Sqlite {
            let taken = delivery::reclaim(self.act(), &self.settings.retry).await?;
            if taken > 0 {
                tracing::info!(taken, "took over mail that was under way when the program ended");
            }
        }
        Ok(())
    }

    /// Takes and tries one message.
    pub async fn step(&self) -> Result<Step, Failure> {
        let Some(claimed) = self.next().await? else { return Ok(Step::Empty) };
        self.deliver(&claimed).await?;
        Ok(Step::Done)
    }

    /// Takes the next message, if any is due, the last one began long enough ago, and the relay is not known to be down.
    pub async fn next(&self) -> Result<Option<Claimed>, Failure> {
        let now = self.clock.now();
        if self.with_pace(|pace| pace.wait(now)).is_some() {
            return Ok(None);
        }
        if is_any_lost(&self.store, now).await? {
            let taken = delivery::reap(self.act(), &self.settings.retry).await?;
            tracing::warn!(taken, "took mail from a worker that gave no sign of life");
        }
        if !is_any_due(&self.store, now).await? || !self.with_breaker(|breaker| breaker.admits(now)) {
            return Ok(None);
        }
        let claimed = delivery::claim(self.act(), &self.worker, self.settings.lease).await?;
        if claimed.is_some() {
            self.with_pace(|pace| pace.counts(now));
        }
        Ok(claimed)
    }

    /// Tries a message that this worker has.
    pub async fn deliver(&self, claimed: &Claimed) -> Result<(), Failure> {
        if claimed.standing.expires_at.is_some_and(|end| end <= self.clock.now()) {
            return self.settle(claimed, overdue()).await;
        }
        let parcel =
            Parcel { from: claimed.from.clone(), to: claimed.to.clone(), bytes: claimed.raw.clone() };
        let name = claimed.id.to_string();
        let opened = tokio::select! {
            opened = self.transport.open(&parcel, &name) => opened,
            () = self.loss_of(claimed) => return Ok(()),
        };
        let opened = match opened {
            Ok(opened) => opened,
            Err(delivery) => return self.conclude(claimed, &delivery).await,
        };
        match delivery::begin(self.act(), claimed, self.settings.lease).await? {
            Beginning::Marked => {}
            Beginning::Lost | Beginning::Outdated => return Ok(()),
        }
        let delivery = self.while_leased(claimed, opened.transmit()).await;
        self.conclude(claimed, &delivery).await
    }

    /// Lets a message go: to stop half-way because the lease is lost would only add to the doubt.
    async fn while_leased(&self, claimed: &Claimed, leaving: impl Future<Output = Delivery>) -> Delivery {
        let mut leaving = pin!(leaving);
        tokio::select! {
            delivery = &mut leaving => delivery,
            () = self.loss_of(claimed) => leaving.await,
        }
    }

    /// Keeps the lease up, and ends when it is lost all the same.
    async fn loss_of(&self, claimed: &Claimed) {
        let first = Instant::now() + self.settings.heartbeat;
        let mut beats = time::interval_at(first, self.settings.heartbeat);
        loop {
            beats.tick().await;
            match delivery::keep(self.act(), claimed, self.settings.lease).await {
                Ok(true) => {}
                Ok(false) => {
                    return tracing::warn!(email = %claimed.id, "a message was taken from this worker");
                }
                Err(failure) => tracing::warn!(%failure, email = %claimed.id, "a lease could not be kept up"),
            }
        }
    }

    async fn conclude(&self, claimed: &Claimed, delivery: &Delivery) -> Result<(), Failure> {
        let now = self.clock.now();
        self.with_breaker(|breaker| breaker.hears(delivery, now));
        let (outcome, phase, code) = (delivery.outcome, delivery.phase.as_str(), delivery.code);
        tracing::info!(email = %claimed.id, kind = %claimed.kind, %outcome, phase, code, "a delivery was tried");
        metrics::counter!("vacantia_outbox_tries_total", "outcome" => outcome.as_str()).increment(1);
        let open = self.with_breaker(|breaker| breaker.is_open());
        metrics::gauge!("vacantia_outbox_breaker_open").set(u8::from(open));
        self.settle(claimed, report(delivery)).await
    }

    /// Writes down what became of a message. The database may be away for a moment, and the relay's answer is not to be
    /// had twice.
    async fn settle(&self, claimed: &Claimed, report: Report<'_>) -> Result<(), Failure> {
        for _ in 1..TRIES_TO_SETTLE {
            match delivery::settle(self.act(), claimed, &self.settings.retry, report).await {
                Err(Failure::Fault(fault)) => self.lament(claimed, report, &fault),
                settled => return settled,
            }
            time::sleep(self.settings.poll).await;
        }
        delivery::settle(self.act(), claimed, &self.settings.retry, report).await
    }

    fn lament(&self, claimed: &Claimed, report: Report<'_>, fault: &Fault) {
        let (outcome, code, worker) = (report.tried.outcome, report.code, &self.worker);
        tracing::error!(%fault, email = %claimed.id, %outcome, code, worker, "an answer could not be written down");
    }

    fn with_breaker<T>(&self, ask: impl FnOnce(&mut Breaker) -> T) -> T {
        ask(&mut self.breaker.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn with_pace<T>(&self, ask: impl FnOnce(&mut Pace) -> T) -> T {
        ask(&mut self.pace.lock().unwrap_or_else(PoisonError::into_inner))
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

impl std::fmt::Debug for Outbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outbox").field("worker", &self.worker).finish_non_exhaustive()
    }
}

fn report(delivery: &Delivery) -> Report<'_> {
    Report {
        tried: Tried {
            outcome: delivery.outcome,
            about_the_relay: delivery.phase.is_about_the_relay(),
            greylisted: delivery.is_greylisting(),
            mailbox_full: delivery.is_full_mailbox(),
        },
        phase: Some(delivery.phase.as_str()),
        code: delivery.code,
        enhanced: delivery.enhanced.as_deref(),
        reply: &delivery.reply,
    }
}

fn overdue() -> Report<'static> {
    Report {
        tried: Tried::ended(Outcome::Failed),
        phase: None,
        code: None,
        enhanced: None,
        reply: "its time was over before it could be sent",
    }
}
