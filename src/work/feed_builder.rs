//! The feed builder: keeps every channel's snapshot true to the postings and to the clock.
//!
//! It builds when the generation of public facts moved, when the first deadline passes (no write happens then), and
//! once when the program starts, since configuration and format may have changed meanwhile. The same content keeps its
//! bytes and validators.

use std::io;
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
use crate::feeds::batch::Batch;
use crate::feeds::build::{PLACES, Stock};
use crate::feeds::writer::Departed;
use crate::feeds::{FeedItem, Shelf, Snapshot, item};
use crate::storage::feed_change::Noted;
use crate::storage::{self, Failure, Fault, Store, advertised, feed, feed_change};

/// How long after a build the next one may begin at the earliest: many changes at once become few documents.
const PAUSE: Duration = Duration::from_millis(500);
/// How often it looks at the generation and the clock when nothing nudges it.
pub const POLL: Duration = Duration::from_secs(1);

/// How long postings that left are read of: longer than any channel speaks of them.
const KEPT: TimeDelta = TimeDelta::days(60);

/// How often it starts over when postings change between what is noted and what is read.
const TRIES: usize = 20;

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
    noted: Noted,
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
        cause: io::Error,
    },
    /// A channel tells or withholds another number of postings than there are. Everything is written anew then.
    #[error("{channel}: {counted} postings would be told or withheld, and there are {postings}")]
    Uneven {
        /// Which channel.
        channel: Channel,
        /// How many it would tell or withhold.
        counted: usize,
        /// How many there are.
        postings: usize,
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

    /// Builds every channel if what is on the shelf is no longer true: the parts in which something changed, or all of them
    /// when it is not known what did.
    ///
    /// # Errors
    /// When a channel could not be built: it keeps what it had, the others are new, and the next step tries again.
    pub async fn step(&mut self) -> Result<Step, Unbuilt> {
        let now = self.clock.now();
        if let Some(built) = self.built
            && built.valid_until.is_none_or(|end| now < end)
            && feed::generation(&self.store).await? == built.noted.generation
        {
            return Ok(Step::Empty);
        }
        let before = self.built.take();
        let (noted, db) = self.noted(now).await?;
        let stock = self.stock(&db, noted, now).await?;
        let batch = self.written(&db, before, noted, now).await?;
        drop(db);
        let shelf = Arc::clone(&self.shelf);
        let (finished, stock) = task::spawn_blocking(move || (batch.finish(&shelf, &stock), stock)).await?;
        let snapshots = told(finished)?;
        if self.issue(&snapshots, &stock).await? {
            let valid_until = snapshots.iter().filter_map(|snapshot| snapshot.valid_until).min();
            self.built = Some(Built { noted, valid_until });
        }
        Ok(Step::Done)
    }

    /// Notes what changed, and the state of the database that was noted. Where postings change all the time, a state that is
    /// a little newer will do: what was missed is noted by the next step.
    async fn noted(&self, now: DateTime<Utc>) -> Result<(Noted, storage::Snapshot), Unbuilt> {
        for _ in 1..TRIES {
            let noted = actions::feed::note_changes(&self.store, now).await?;
            let db = self.store.snapshot().await?;
            if feed::generation(&db).await? == noted.generation {
                return Ok((noted, db));
            }
        }
        Ok((actions::feed::note_changes(&self.store, now).await?, self.store.snapshot().await?))
    }

    async fn stock(&self, db: &storage::Snapshot, noted: Noted, now: DateTime<Utc>) -> Result<Stock, Fault> {
        let listing = feed::listing(db, now).await?;
        let departed = feed_change::left_since(db, now - KEPT).await?;
        Ok(Stock {
            site: Arc::clone(&self.site),
            departed: departed.into_iter().filter_map(|change| self.departed(&change)).collect(),
            now,
            generation: noted.generation,
            changed_at: listing.changed_at,
            editions: listing.editions,
        })
    }

    /// Drafts in which everything that changed since `before` is written. No more than a part's postings are in memory.
    async fn written(
        &self,
        db: &storage::Snapshot,
        before: Option<Built>,
        noted: Noted,
        now: DateTime<Utc>,
    ) -> Result<Batch, Unbuilt> {
        let touched = match before {
            Some(before) => feed_change::touched(db, &before.noted, PLACES).await?,
            None => None,
        };
        let moved = before.is_none_or(|before| before.noted.generation != noted.generation);
        // Something changed, and nothing says what.
        let touched = touched.filter(|parts| !(moved && parts.is_empty()));
        let mut batch = Batch::new(&self.shelf, touched.is_none());
        let all = || (0..=noted.head.places / PLACES).collect();
        for number in touched.unwrap_or_else(all) {
            let places = number * PLACES..(number + 1) * PLACES;
            let advertised = advertised::placed(db, places, now).await?;
            let site = Arc::clone(&self.site);
            let writing = move || {
                let items: Vec<FeedItem> =
                    advertised.iter().map(|one| FeedItem::project(one, &site, now)).collect();
                batch.write(number, &items);
                batch
            };
            batch = task::spawn_blocking(writing).await?;
        }
        let postings = feed_change::count(db, now).await?;
        match batch.uneven(postings) {
            Some((channel, counted)) => Err(Unbuilt::Uneven { channel, counted, postings }),
            None => Ok(batch),
        }
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

/// The snapshots of a build, if every channel has one.
fn told(finished: Vec<(Channel, io::Result<Arc<Snapshot>>)>) -> Result<Vec<Arc<Snapshot>>, Unbuilt> {
    let mut all = Ok(Vec::new());
    for (channel, finished) in finished {
        match finished {
            Ok(snapshot) => {
                let (entries, withheld) = (snapshot.counts.entries, snapshot.counts.withheld);
                tracing::info!(%channel, entries, withheld, hash = snapshot.hash, "a feed was built");
                built(channel, "built");
                if let Ok(all) = &mut all {
                    all.push(snapshot);
                }
            }
            Err(cause) => {
                tracing::error!(%channel, %cause, "a feed could not be built");
                built(channel, "failed");
                all = all.and(Err(Unbuilt::Unwritten { channel, cause }));
            }
        }
    }
    all
}

fn built(channel: Channel, outcome: &'static str) {
    metrics::counter!("vacantia_feed_builds_total", "channel" => channel.as_str(), "outcome" => outcome)
        .increment(1);
}
