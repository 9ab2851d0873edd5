//! The feed builder: keeps every channel's snapshot true to the postings and to the clock.
//!
//! It builds when the generation of public facts moved, when the first deadline passes (no write happens then), and
//! once when the program starts: from where the program before it stopped, or from nothing where that was another program, or
//! set otherwise, since then the same postings may be told in another way. So may one channel's when that is set otherwise: then its
//! document alone is made from nothing. The same content keeps its bytes and validators.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;
use tokio::{task, time};
use tracing::Instrument as _;

use super::{Step, pass};
use crate::actions::feed::Issue;
use crate::actions::{self, Act};
use crate::domain::channel_setting::ChannelSettings;
use crate::domain::clock::{Chance, Clock};
use crate::domain::feed::{Channel, FeedChange};
use crate::domain::site::Site;
use crate::domain::viewer::Viewer;
use crate::feeds::batch::{Batch, Drafts};
use crate::feeds::build::{PLACES, Ready, Stock};
use crate::feeds::writer::Departed;
use crate::feeds::{self, FeedItem, Shelf, Snapshot, item};
use crate::storage::feed_change::{Horizon, Noted};
use crate::storage::{self, Failure, Fault, Store, advertised, feed, feed_change};

/// How long after a build the next one may begin at the earliest: many changes at once become few documents.
const PAUSE: Duration = Duration::from_millis(500);
/// How often it looks at the generation and the clock when nothing nudges it.
pub const POLL: Duration = Duration::from_secs(1);
/// How often at least where building fails, which may take long: twice as long after each failure.
const LONGEST_POLL: Duration = Duration::from_mins(1);

/// How long postings that left are read of: longer than any channel speaks of them.
const KEPT: TimeDelta = TimeDelta::days(60);

/// How often it starts over when postings change between what is noted and what is read.
const TRIES: usize = 20;

/// The worker that builds feeds.
pub struct FeedBuilder {
    store: Store,
    clock: Arc<dyn Clock>,
    chance: Arc<dyn Chance>,
    site: Arc<Site>,
    shelf: Arc<Shelf>,
    maker: String,
    built: Option<Built>,
}

/// What the snapshots on the shelf tell.
#[derive(Debug)]
struct Built {
    horizon: Horizon,
    valid_until: Option<DateTime<Utc>>,
    /// Whether the other instances date it alike.
    agreed: bool,
}

/// What became of drafts.
enum Published {
    /// They are the documents, right until then if nobody changes anything.
    Until(Option<DateTime<Utc>>),
    /// Another instance said something meanwhile, which is looked at first.
    Overtaken,
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
    /// Postings changed all the time between what was noted and what was read.
    #[error("postings change faster than they can be read")]
    Restless,
    /// The build broke off.
    #[error("the build broke off: {0}")]
    BrokeOff(#[from] task::JoinError),
}

impl FeedBuilder {
    /// A builder that has not begun yet.
    #[must_use]
    pub fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        chance: Arc<dyn Chance>,
        site: Arc<Site>,
        shelf: Arc<Shelf>,
    ) -> Self {
        let maker = feeds::maker(&site).unwrap_or_default();
        let found = |horizon| Built { horizon, valid_until: None, agreed: false };
        Self { built: shelf.horizon(&maker).map(found), maker, store, clock, chance, site, shelf }
    }

    fn act(&self) -> Act<'_> {
        let (clock, chance) = (&*self.clock, &*self.chance);
        Act { store: &self.store, clock, chance, site: &self.site, viewer: &Viewer::System }
    }

    /// Builds every channel if what is on the shelf is no longer true: the parts in which something changed, or all of them
    /// when it is not known what did.
    ///
    /// # Errors
    /// When a channel could not be built: it keeps what it had, the others are new, and the next step tries again.
    pub async fn step(&mut self) -> Result<Step, Unbuilt> {
        let now = self.clock.now();
        if let Some(built) = &self.built
            && built.agreed
            && built.valid_until.is_none_or(|end| now < end)
            && feed::generation(&self.store).await? == built.horizon.generation
        {
            return Ok(Step::Empty);
        }
        let (noted, db) = self.noted(now).await?;
        let stock = self.stock(&db, &noted).await?;
        self.shelf.channels.set(stock.settings.clone());
        let listed = feed_change::count(&db).await?;
        let drafts = self.written(&db, &noted, &stock.settings).await?;
        drop(db);
        let even = even(&drafts, listed);
        // Until it is known how this ends.
        let before = self.built.take();
        even?;
        let published = self.publish(drafts, stock).await?;
        self.built = match published {
            Published::Until(valid_until) => {
                Some(Built { horizon: noted.horizon, valid_until, agreed: true })
            }
            // What was touched since the time before is still to be told.
            Published::Overtaken => before.map(|before| Built { agreed: false, ..before }),
        };
        Ok(Step::Done)
    }

    /// Makes drafts the channels' documents, unless another instance was faster.
    async fn publish(&self, drafts: Drafts, stock: Stock) -> Result<Published, Unbuilt> {
        let shelf = Arc::clone(&self.shelf);
        let (finished, stock) = task::spawn_blocking(move || (drafts.finish(&shelf, &stock), stock)).await?;
        let mut outcome = Ok(());
        let ready = sorted(finished, &mut outcome);
        // Before anybody reads them, so that no two states are ever dated alike.
        if !self.issue(&ready, &stock).await? {
            return Ok(Published::Overtaken);
        }
        let valid_until = ready.iter().filter_map(Ready::valid_until).min();
        let shelf = Arc::clone(&self.shelf);
        let put = move || ready.into_iter().map(|one| (one.channel, one.put(&shelf))).collect();
        let put = task::spawn_blocking(put).await?;
        for snapshot in sorted(put, &mut outcome) {
            told(&snapshot);
        }
        outcome.map(|()| Published::Until(valid_until))
    }

    /// Notes what changed, and the state of the database that was noted.
    async fn noted(&self, now: DateTime<Utc>) -> Result<(Noted, storage::Snapshot), Unbuilt> {
        let before = self.built.as_ref().map(|built| &built.horizon);
        let mut noted = actions::feed::note_changes(self.act(), before, now).await?;
        for _ in 0..TRIES {
            let db = self.store.snapshot().await?;
            if feed::generation(&db).await? == noted.horizon.generation {
                return Ok((noted, db));
            }
            drop(db);
            let further = actions::feed::note_changes(self.act(), Some(&noted.horizon), now).await?;
            noted = further.after(noted);
        }
        Err(Unbuilt::Restless)
    }

    async fn stock(&self, db: &storage::Snapshot, noted: &Noted) -> Result<Stock, Fault> {
        let now = noted.horizon.at;
        let listing = feed::listing(db, now).await?;
        let departed = feed_change::left_since(db, now - KEPT).await?;
        Ok(Stock {
            site: Arc::clone(&self.site),
            departed: departed.into_iter().filter_map(|change| self.departed(&change)).collect(),
            maker: self.maker.clone(),
            horizon: noted.horizon.clone(),
            changed_at: listing.changed_at,
            settings: listing.settings,
            editions: listing.editions,
        })
    }

    /// Drafts in which everything that was touched is written, or everything where that is not known. No more than a part's
    /// postings are in memory.
    async fn written(
        &self,
        db: &storage::Snapshot,
        noted: &Noted,
        settings: &ChannelSettings,
    ) -> Result<Drafts, Unbuilt> {
        let (now, size) = (noted.horizon.at, i64::from(PLACES));
        let mut batch = Batch::new(&self.shelf, settings, noted.touched.is_none());
        let touched: BTreeSet<i64> = match &noted.touched {
            Some(ids) => feed_change::runs_of(db, ids, size).await?.into_iter().collect(),
            None => BTreeSet::new(),
        };
        let parts = if batch.is_whole {
            (0..=feed_change::head(db).await?.places / size).collect()
        } else {
            touched.iter().copied().collect::<Vec<_>>()
        };
        for number in parts {
            let places = number * size..(number + 1) * size;
            let advertised = advertised::placed(db, places, now).await?;
            let (site, is_touched) = (Arc::clone(&self.site), touched.contains(&number));
            let writing = move || {
                let items: Vec<FeedItem> =
                    advertised.iter().map(|one| FeedItem::project(one, &site, now)).collect();
                batch.write(number, items, is_touched);
                batch
            };
            batch = task::spawn_blocking(writing).await?;
        }
        Ok(task::spawn_blocking(move || batch.close()).await?)
    }

    /// Tells the other instances what is new here. Not, when one of them was faster: then what it said is looked at
    /// first.
    async fn issue(&self, ready: &[Ready], stock: &Stock) -> Result<bool, Unbuilt> {
        let issue = |ready: &Ready| {
            let before = stock.editions.get(&ready.channel).cloned();
            let (channel, edition) = (ready.channel, ready.edition());
            (before.as_ref() != Some(&edition)).then_some(Issue { channel, before, edition })
        };
        let issues: Vec<Issue> = ready.iter().filter_map(issue).collect();
        Ok(actions::feed::issue(self.act(), &issues).await?)
    }

    fn departed(&self, change: &FeedChange) -> Option<Departed> {
        let tag = item::tag(&self.site, change.posting, change.published_at);
        Some(Departed { tag, at: change.left_at?.with_timezone(&self.site.zone) })
    }

    /// Builds until `stop` says true. `newest` moves when something happened; see [`super::event_tail`].
    pub async fn run(mut self, mut newest: watch::Receiver<i64>, mut stop: watch::Receiver<bool>) {
        let mut poll = POLL;
        loop {
            // A build that is not over yet is given up: nothing of it is served, and the next process begins anew.
            let outcome = tokio::select! {
                outcome = self.step().instrument(pass("feed_builder")) => outcome,
                _ = stop.wait_for(|stop| *stop) => return,
            };
            match outcome {
                Ok(Step::Done) => {
                    poll = POLL;
                    time::sleep(PAUSE).await;
                }
                Ok(Step::Empty) => poll = POLL,
                Err(unbuilt) => {
                    tracing::error!(%unbuilt, "feeds stay as they were");
                    poll = (2 * poll).min(LONGEST_POLL);
                    time::sleep(PAUSE).await;
                }
            }
            tokio::select! {
                () = time::sleep(poll) => {}
                Ok(()) = newest.changed() => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
        }
    }
}

impl std::fmt::Debug for FeedBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FeedBuilder").field("built", &self.built).finish_non_exhaustive()
    }
}

/// Each channel tells or withholds every posting that is listed.
fn even(drafts: &Drafts, postings: usize) -> Result<(), Unbuilt> {
    match drafts.uneven(postings) {
        Some((channel, counted)) => Err(Unbuilt::Uneven { channel, counted, postings }),
        None => Ok(()),
    }
}

/// What succeeded; the first failure is the outcome, and every one is told.
fn sorted<T>(all: Vec<(Channel, io::Result<T>)>, outcome: &mut Result<(), Unbuilt>) -> Vec<T> {
    let mut succeeded = Vec::new();
    for (channel, one) in all {
        match one {
            Ok(one) => succeeded.push(one),
            Err(cause) => {
                tracing::error!(%channel, %cause, "a feed could not be built");
                built(channel, "failed");
                *outcome = std::mem::replace(outcome, Ok(())).and(Err(Unbuilt::Unwritten { channel, cause }));
            }
        }
    }
    succeeded
}

fn told(snapshot: &Snapshot) {
    let (channel, entries, withheld) = (snapshot.channel, snapshot.counts.entries, snapshot.counts.withheld);
    tracing::info!(%channel, entries, withheld, hash = snapshot.hash, "a feed was built");
    built(channel, "built");
}

fn built(channel: Channel, outcome: &'static str) {
    metrics::counter!("vacantia_feed_builds_total", "channel" => channel.as_str(), "outcome" => outcome)
        .increment(1);
}
