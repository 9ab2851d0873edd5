//! The feed builder: keeps every channel's snapshot true to the postings and to the clock.
//!
//! It builds when the generation of public facts moved, when the first deadline passes (no write happens then), and
//! once when the program starts, since configuration and format may have changed meanwhile. The same content keeps its
//! bytes and validators.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;
use tokio::{task, time};
use tracing::Instrument as _;

use super::{Step, pass};
use crate::actions;
use crate::actions::feed::Issue;
use crate::domain::clock::Clock;
use crate::domain::feed::{Channel, FeedChange};
use crate::domain::site::Site;
use crate::feeds::build::Stock;
use crate::feeds::writer::Departed;
use crate::feeds::{FeedItem, Shelf, Snapshot, item};
use crate::storage::{Failure, Fault, Store, feed, feed_change};

/// How long after a build the next one may begin at the earliest: many changes at once become few documents.
const PAUSE: Duration = Duration::from_millis(500);
/// How often it looks at the generation and the clock when nothing nudges it.
pub const POLL: Duration = Duration::from_secs(1);

/// How long postings that left are read of: longer than any channel speaks of them.
const KEPT: TimeDelta = TimeDelta::days(60);

/// The worker that builds feeds.
pub struct FeedBuilder {
    store: Store,
    clock: Arc<dyn Clock>,
    site: Arc<Site>,
    shelf: Arc<Shelf>,
    built: Option<Built>,
}

/// What the snapshots on the shelf tell.
#[derive(Debug, Clone, Copy)]
struct Built {
    generation: i64,
    valid_until: Option<DateTime<Utc>>,
}

/// Why the feeds are not newer than they are.
#[derive(Debug, thiserror::Error)]
pub enum Unbuilt {
    /// The postings could not be read.
    #[error(transparent)]
    Unread(#[from] Fault),
    /// What is new could not be noted, or told to the other instances.
    #[error(transparent)]
    Untold(#[from] Failure),
    /// A channel's document could not be written or does not hold up.
    #[error("{channel}: {cause}")]
    Unwritten {
        /// Which channel's.
        channel: Channel,
        /// What went wrong.
        cause: std::io::Error,
    },
    /// The build broke off.
    #[error("the build broke off: {0}")]
    BrokeOff(#[from] task::JoinError),
}

impl FeedBuilder {
    /// A builder that has not begun yet.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>, site: Arc<Site>, shelf: Arc<Shelf>) -> Self {
        Self { store, clock, site, shelf, built: None }
    }

    /// Builds every channel if what is on the shelf is no longer true.
    ///
    /// # Errors
    /// When a channel could not be built: it keeps what it had, the others are new, and the next step tries again.
    pub async fn step(&mut self) -> Result<Step, Unbuilt> {
        let now = self.clock.now();
        if let Some(built) = self.built
            && built.valid_until.is_none_or(|end| now < end)
            && feed::generation(&self.store).await? == built.generation
        {
            return Ok(Step::Empty);
        }
        self.built = None;
        actions::feed::note_changes(&self.store, now).await?;
        let stock = self.stock(now).await?;
        let built = Built { generation: stock.generation, valid_until: stock.valid_until() };
        let target = Arc::clone(&self.shelf);
        let building = task::spawn_blocking(move || (build(&target, &stock), stock));
        let (building, stock) = building.await?;
        if self.issue(&building?, &stock).await? {
            self.built = Some(built);
        }
        Ok(Step::Done)
    }

    /// Tells the other instances what is new here. Not, when one of them was faster: then what it said is looked at
    /// first.
    async fn issue(&self, built: &[Arc<Snapshot>], stock: &Stock) -> Result<bool, Unbuilt> {
        let issue = |snapshot: &Arc<Snapshot>| {
            let before = stock.editions.get(&snapshot.channel).cloned();
            let (channel, edition) = (snapshot.channel, snapshot.edition());
            (before.as_ref() != Some(&edition)).then_some(Issue { channel, before, edition })
        };
        let issues: Vec<Issue> = built.iter().filter_map(issue).collect();
        Ok(actions::feed::issue(&self.store, &issues).await?)
    }

    async fn stock(&self, now: DateTime<Utc>) -> Result<Stock, Fault> {
        let db = self.store.snapshot().await?;
        let listing = feed::listing(&db, now).await?;
        let departed = feed_change::left_since(&db, now - KEPT).await?;
        let project = |advertised| FeedItem::project(advertised, &self.site, now);
        Ok(Stock {
            site: Arc::clone(&self.site),
            departed: departed.into_iter().filter_map(|change| self.departed(&change)).collect(),
            now,
            items: listing.postings.iter().map(project).collect(),
            generation: listing.generation,
            changed_at: listing.changed_at,
            editions: listing.editions,
        })
    }

    fn departed(&self, change: &FeedChange) -> Option<Departed> {
        let tag = item::tag(&self.site, change.posting, change.published_at);
        Some(Departed { tag, at: change.left_at?.with_timezone(&self.site.zone) })
    }

    /// Builds until `stop` says true. `newest` moves when something happened; see [`super::event_tail`].
    pub async fn run(mut self, mut newest: watch::Receiver<i64>, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            match self.step().instrument(pass("feed_builder")).await {
                Ok(Step::Done) => time::sleep(PAUSE).await,
                Ok(Step::Empty) => {}
                Err(unbuilt) => {
                    tracing::error!(%unbuilt, "feeds stay as they were");
                    time::sleep(PAUSE).await;
                }
            }
            tokio::select! {
                () = time::sleep(POLL) => {}
                Ok(()) = newest.changed() => {}
                Ok(()) = stop.changed() => {}
            }
        }
    }
}

impl std::fmt::Debug for FeedBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FeedBuilder").field("built", &self.built).finish_non_exhaustive()
    }
}

/// Builds every channel, whatever becomes of the others.
fn build(shelf: &Shelf, stock: &Stock) -> Result<Vec<Arc<Snapshot>>, Unbuilt> {
    let mut all = Ok(Vec::new());
    for channel in Channel::ALL {
        match shelf.build(*channel, stock) {
            Ok(snapshot) => {
                let (entries, withheld) = (snapshot.counts.entries, snapshot.counts.withheld);
                tracing::info!(%channel, entries, withheld, hash = snapshot.hash, "a feed was built");
                built(*channel, "built");
                if let Ok(all) = &mut all {
                    all.push(snapshot);
                }
            }
            Err(cause) => {
                tracing::error!(%channel, %cause, "a feed could not be built");
                built(*channel, "failed");
                all = all.and(Err(Unbuilt::Unwritten { channel: *channel, cause }));
            }
        }
    }
    all
}

fn built(channel: Channel, outcome: &'static str) {
    metrics::counter!("vacantia_feed_builds_total", "channel" => channel.as_str(), "outcome" => outcome)
        .increment(1);
}
