//! Items become the snapshot that a channel serves.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

use super::dialect::Dialect;
use super::item::FeedItem;
use super::press::{Press, Pressed};
use super::report;
use super::snapshot::{Shelf, Snapshot};
use super::writer::{self, Departed, Fared, Matter};
use crate::domain::feed::{Channel, Edition};
use crate::domain::site::Site;

/// What all channels are built from: one state of the database, seen at one instant.
#[derive(Debug)]
pub struct Stock {
    /// The organisation.
    pub site: Arc<Site>,
    /// Its postings.
    pub items: Vec<FeedItem>,
    /// Postings that left, the last to leave first.
    pub departed: Vec<Departed>,
    /// When this is.
    pub now: DateTime<Utc>,
    /// Which generation of public facts this is.
    pub generation: i64,
    /// When a public fact last changed, a deadline that passed included; none while nothing was ever published.
    pub changed_at: Option<DateTime<Utc>>,
    /// What each channel said last, whichever instance built it.
    pub editions: BTreeMap<Channel, Edition>,
}

impl Stock {
    /// When the first of the visible postings stops being visible, or the last is said of one that left, without anybody
    /// changing anything.
    #[must_use]
    pub fn valid_until(&self) -> Option<DateTime<Utc>> {
        let visible = self.items.iter().filter(|item| item.visible);
        let over = visible.filter_map(|item| item.expires_at);
        let kept = Channel::ALL.iter().filter_map(|channel| Dialect::of(*channel).gone.as_ref());
        let forgotten = kept.flat_map(|gone| {
            let until = |departed: &Departed| departed.at + TimeDelta::days(gone.days);
            self.departed.iter().map(until).filter(|until| *until > self.now)
        });
        over.chain(forgotten).map(|at| at.with_timezone(&Utc)).min()
    }

    fn matter(&self) -> Matter<'_> {
        Matter { site: &self.site, items: &self.items, departed: &self.departed, now: self.now }
    }
}

impl Shelf {
    /// Builds a channel's document and makes it the current one. The same content keeps the document, its validators
    /// and the time of its last change, also when another instance built it first. On any failure the document before
    /// it stays.
    pub fn build(&self, channel: Channel, stock: &Stock) -> io::Result<Arc<Snapshot>> {
        let dialect = Dialect::of(channel);
        let before = self.current(channel);
        let own = before.as_deref().map(Snapshot::edition);
        let known = stock.editions.get(&channel).cloned().or_else(|| own.clone());
        let date = later(stock.changed_at, known.as_ref());
        // Where another instance was here first, this will be what it made; otherwise it is something new.
        let guess = if known == own { date } else { known.as_ref().and_then(|known| known.last_modified) };
        let (mut pressed, fared) = self.press(channel, stock, guess)?;
        let edition = known
            .filter(|known| known.fingerprint == pressed.fingerprint)
            .unwrap_or_else(|| Edition { fingerprint: pressed.fingerprint.clone(), last_modified: date });
        let counts = report::counts(&fared);
        let mut snapshot = match before {
            Some(before) if before.edition() == edition => Snapshot::clone(&before),
            _ => {
                if edition.last_modified != guess {
                    (pressed, _) = self.press(channel, stock, edition.last_modified)?;
                }
                self.fresh(channel, &pressed, edition.last_modified)?
            }
        };
        snapshot.generation = stock.generation;
        snapshot.counts = counts;
        snapshot.valid_until = stock.valid_until().map(|at| at.trunc_subsecs(0));
        let report = told(dialect, stock, &snapshot, &fared);
        self.put(snapshot, &report)
    }

    fn press<'a>(
        &self,
        channel: Channel,
        stock: &'a Stock,
        last_modified: Option<DateTime<Utc>>,
    ) -> io::Result<(Pressed, Vec<Fared<'a>>)> {
        let dialect = Dialect::of(channel);
        let press = Press::new(&self.folder_of(channel))?;
        let (press, fared) = writer::write(press, dialect, stock.matter(), last_modified)?;
        let pressed = press.finish()?;
        pressed.verify(dialect, report::counts(&fared).entries)?;
        Ok((pressed, fared))
    }

    fn fresh(
        &self,
        channel: Channel,
        pressed: &Pressed,
        last_modified: Option<DateTime<Utc>>,
    ) -> io::Result<Snapshot> {
        pressed.keep()?;
        Ok(Snapshot {
            channel,
            hash: pressed.hash.clone(),
            fingerprint: pressed.fingerprint.clone(),
            generation: 0,
            counts: report::counts(&[]),
            last_modified,
            valid_until: None,
            sizes: pressed.sizes,
            folder: self.folder_of(channel),
        })
    }
}

fn told(dialect: &Dialect, stock: &Stock, snapshot: &Snapshot, fared: &[Fared<'_>]) -> String {
    report::json(dialect, &stock.site, stock.generation, snapshot.last_modified, fared)
}

/// When new content would have changed: as the data says, in whole seconds, but never at or before the change before.
fn later(changed_at: Option<DateTime<Utc>>, before: Option<&Edition>) -> Option<DateTime<Utc>> {
    let changed = changed_at.map(|at| at.trunc_subsecs(0));
    let next = before.and_then(|before| before.last_modified).map(|at| at + TimeDelta::seconds(1));
    changed.max(next)
}
