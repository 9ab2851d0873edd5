//! Items become the snapshot that a channel serves, part by part: a part is what the postings of so many neighbouring places
//! are in its document. Only parts in which something changed are written anew, and only those that came out otherwise are
//! packed.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

use super::check;
use super::dialect::Dialect;
use super::fact::About;
use super::hash::Hash;
use super::item::FeedItem;
use super::maker;
use super::pack::{Extent, Pack};
use super::press::Pressed;
use super::report;
use super::shelf::Shelf;
use super::snapshot::{Coding, Counts, Layout, Made, Manifest, Part, Parts, Run, Snapshot};
use super::writer::{self, Departed};
use crate::domain::channel_setting::{ChannelSetting, ChannelSettings};
use crate::domain::feed::{Channel, Edition};
use crate::domain::site::Site;
use crate::storage::feed_change::Horizon;

/// How many places make a part: few enough that a change is written at once, many enough that packing pays.
pub const PLACES: u8 = 128;

/// Bytes that no document uses are taken out when there are more of them than of the others, and more than this.
const SLACK: u64 = 1024 * 1024;

/// What all channels are built from beside the postings.
#[derive(Debug)]
pub struct Stock {
    /// The organisation.
    pub site: Arc<Site>,
    /// Postings that left, the last to leave first.
    pub departed: Vec<Departed>,
    /// Who makes them, as [`super::maker()`] says.
    pub maker: String,
    /// Everything up to here is in them.
    pub horizon: Horizon,
    /// When a public fact last changed, a deadline that passed included; none while nothing was ever published.
    pub changed_at: Option<DateTime<Utc>>,
    /// How the channels are set.
    pub settings: ChannelSettings,
    /// What each channel said last, whichever instance built it.
    pub editions: BTreeMap<Channel, Edition>,
}

impl Stock {
    /// When the last is said of one that left, without anybody changing anything.
    fn forgets(&self, dialect: &Dialect) -> Option<DateTime<Utc>> {
        let gone = dialect.gone.as_ref()?;
        let until = self.departed.iter().map(|departed| departed.at + TimeDelta::days(gone.days));
        until.filter(|until| *until > self.horizon.at).min().map(|until| until.with_timezone(&Utc))
    }
}

/// A channel's next document while it is made.
#[derive(Debug)]
pub struct Draft {
    channel: Channel,
    dialect: &'static Dialect,
    setting: ChannelSetting,
    /// The least that entries stand in.
    frame: (Vec<u8>, Vec<u8>),
    pack: Arc<Pack>,
    ends: [u64; 3],
    known: Option<Arc<Snapshot>>,
    parts: Parts,
    /// Whether it began with nothing.
    pub(super) is_whole: bool,
}

impl Draft {
    /// A draft that holds what the current document holds, or nothing yet: when it is to be made as a whole, when there is no
    /// document, and when the channel was set otherwise.
    pub fn new(shelf: &Shelf, channel: Channel, setting: &ChannelSetting, whole: bool) -> io::Result<Self> {
        let dialect = Dialect::of(channel);
        let known = shelf.current(channel);
        let (pack, ends) = match &known {
            Some(known) => (Arc::clone(&known.pack), known.manifest.layout.ends),
            None => (Arc::new(Pack::create(&shelf.folder_of(channel), 1)?), [0; 3]),
        };
        let is_set_like_this =
            |known: &&Arc<Snapshot>| known.manifest.made.setting == maker::setting(setting);
        let kept = known.as_ref().filter(is_set_like_this).filter(|_| !whole);
        let kept = kept.map(|known| known.manifest.layout.parts.clone());
        let (frame, is_whole, parts) = (writer::frame(dialect)?, kept.is_none(), kept.unwrap_or_default());
        Ok(Self { channel, dialect, setting: setting.clone(), frame, pack, ends, known, parts, is_whole })
    }

    /// How many public postings it tells or withholds.
    #[must_use]
    pub fn postings(&self) -> usize {
        let counts: Counts = self.parts.values().map(|part| part.counts).sum();
        counts.listed + counts.withheld
    }

    /// Writes a part anew: the items of its places, as they came.
    pub fn write(&mut self, number: i64, items: &[FeedItem]) -> io::Result<()> {
        let (bytes, fared) = writer::entries(self.dialect, &self.setting, items)?;
        if fared.is_empty() {
            self.parts.remove(&number);
            return Ok(());
        }
        let counts = report::counts(&fared);
        check::holds_up(self.dialect, (&self.frame.0, &self.frame.1), &bytes, counts.entries)?;
        let known = self.known.clone();
        let known = known.as_ref().and_then(|known| known.manifest.layout.parts.get(&number));
        let entries = match known.and_then(|part| part.entries.as_ref()) {
            _ if bytes.is_empty() => None,
            known => Some(self.run(&bytes, known, Pressed::further)?),
        };
        let told = report::postings(&fared).into_bytes();
        let report_hash = Hash::of([&told]);
        let report = match known.filter(|part| part.report_hash == report_hash) {
            Some(part) => part.report,
            None => self.append(Coding::Identity, &told)?,
        };
        let over = items.iter().filter(|item| item.visible).filter_map(|item| item.expires_at).min();
        let valid_until = over.map(|at| at.timestamp_micros());
        let part = Part { entries, report_hash, report, counts, valid_until };
        self.parts.insert(number, Arc::new(part));
        Ok(())
    }

    /// A run that holds these bytes: the known one if it does.
    fn run(
        &mut self,
        bytes: &[u8],
        known: Option<&Run>,
        press: fn(&[u8]) -> io::Result<Pressed>,
    ) -> io::Result<Run> {
        let hash = Hash::of([bytes]);
        if let Some(known) = known.filter(|known| known.hash == hash) {
            return Ok(known.clone());
        }
        let Pressed { crc, gzip, brotli } = press(bytes)?;
        let forms = [
            self.append(Coding::Identity, bytes)?,
            self.append(Coding::Gzip, &gzip)?,
            self.append(Coding::Brotli, &brotli)?,
        ];
        Ok(Run { hash, crc, length: bytes.len() as u64, forms })
    }

    fn append(&mut self, coding: Coding, bytes: &[u8]) -> io::Result<Extent> {
        let end = &mut self.ends[coding as usize];
        let extent = Extent { at: *end, length: bytes.len() as u64 };
        self.pack.write(coding, extent.at, bytes)?;
        *end += extent.length;
        Ok(extent)
    }

    /// Makes it a document, whose bytes are on the disk. The same content keeps the document, its validators and the time of
    /// its last change, also when another instance built it first.
    pub fn finish(mut self, shelf: &Shelf, stock: &Stock) -> io::Result<Ready> {
        let counts: Counts = self.parts.values().map(|part| part.counts).sum();
        let tail = writer::tail(self.dialect, &stock.departed, stock.horizon.at)?;
        let (site, setting, entries) = (&stock.site, &self.setting, counts.entries);
        let about = |last_changed| About { site, setting, part: "", last_changed, entries };
        let date = later(stock.changed_at.max(self.setting.changed_at), self.told(stock).as_ref());
        let undated = writer::head(self.dialect, about(date))?.undated;
        let fingerprint = self.hash(&undated, &tail);
        let told = self.told(stock).filter(|told| told.fingerprint == fingerprint);
        let last_modified = told.map_or(date, |told| told.last_modified);
        let head = writer::head(self.dialect, about(last_modified))?.bytes;
        check::holds_up(self.dialect, (&head, &tail), b"", 0)?;
        let manifest = Manifest {
            hash: self.hash(&head, &tail),
            fingerprint,
            made: Made {
                by: stock.maker.clone(),
                setting: maker::setting(&self.setting),
                horizon: stock.horizon.clone(),
            },
            last_modified: last_modified.map(|at| at.timestamp()),
            valid_until: self.valid_until(stock),
            layout: self.layout(&head, &tail, report::head(self.dialect, stock, last_modified, counts))?,
        };
        let manifest = self.compacted(shelf, manifest)?;
        if self.known.as_ref().is_none_or(|known| known.manifest.layout != manifest.layout) {
            self.pack.sync()?;
        }
        Ok(Ready { channel: self.channel, manifest, pack: self.pack })
    }

    /// What the channel said last, here or elsewhere.
    fn told(&self, stock: &Stock) -> Option<Edition> {
        let own = || self.known.as_ref().map(|known| known.edition());
        stock.editions.get(&self.channel).cloned().or_else(own)
    }

    fn valid_until(&self, stock: &Stock) -> Option<i64> {
        let forgets = stock.forgets(self.dialect).map(|at| at.timestamp_micros());
        self.parts.values().filter_map(|part| part.valid_until).chain(forgets).min()
    }

    /// Of the document with this beginning and end.
    fn hash(&self, head: &[u8], tail: &[u8]) -> String {
        let entries = self.parts.values().filter_map(|part| part.entries.as_ref());
        let (head, tail) = (Hash::of([head]), Hash::of([tail]));
        let hashes = [head].into_iter().chain(entries.map(|run| run.hash)).chain([tail]);
        Hash::of(hashes.map(|hash| hash.to_string())).to_string()
    }

    fn layout(&mut self, head: &[u8], tail: &[u8], report_head: String) -> io::Result<Layout> {
        let known = self.known.clone();
        let known = known.as_ref().map(|known| &known.manifest.layout);
        let head = self.run(head, known.map(|known| &known.head), Pressed::first)?;
        let tail = self.run(tail, known.map(|known| &known.tail), Pressed::further)?;
        let separator = match self.dialect.format.separator() {
            [] => None,
            separator => {
                let known = known.and_then(|known| known.separator.as_ref());
                Some(self.run(separator, known, Pressed::further)?)
            }
        };
        let (parts, ends) = (std::mem::take(&mut self.parts), self.ends);
        Ok(Layout { pack: self.pack.number, ends, head, separator, parts, tail, report_head })
    }

    /// The same in new files, if most of what is in these is used no more.
    fn compacted(&mut self, shelf: &Shelf, mut manifest: Manifest) -> io::Result<Manifest> {
        let used: u64 = manifest.layout.extents().iter().map(|(_, extent)| extent.length).sum();
        if self.ends.iter().sum::<u64>() <= 2 * used + SLACK {
            return Ok(manifest);
        }
        let from = Arc::clone(&self.pack);
        self.pack = Arc::new(Pack::create(&shelf.folder_of(self.channel), from.number + 1)?);
        self.ends = [0; 3];
        for (coding, extent) in manifest.layout.extents() {
            let mut bytes = vec![0; usize::try_from(extent.length).map_err(io::Error::other)?];
            from.read(coding, extent.at, &mut bytes)?;
            *extent = self.append(coding, &bytes)?;
        }
        (manifest.layout.pack, manifest.layout.ends) = (self.pack.number, self.ends);
        Ok(manifest)
    }
}

/// A document that can be served.
#[derive(Debug)]
pub struct Ready {
    /// Which channel's.
    pub channel: Channel,
    manifest: Manifest,
    pack: Arc<Pack>,
}

impl Ready {
    /// What it says, and since when.
    #[must_use]
    pub fn edition(&self) -> Edition {
        self.manifest.edition()
    }

    /// Until when it is right if nobody changes anything.
    #[must_use]
    pub fn valid_until(&self) -> Option<DateTime<Utc>> {
        self.manifest.valid_until.and_then(DateTime::from_timestamp_micros)
    }

    /// Makes it the channel's document. On any failure the one before it stays.
    pub fn put(self, shelf: &Shelf) -> io::Result<Arc<Snapshot>> {
        shelf.put(self.channel, self.manifest, self.pack)
    }
}

/// When new content would have changed: as the data says, in whole seconds, but never at or before the change before.
fn later(changed_at: Option<DateTime<Utc>>, before: Option<&Edition>) -> Option<DateTime<Utc>> {
    let changed = changed_at.map(|at| at.trunc_subsecs(0));
    let next = before.and_then(|before| before.last_modified).map(|at| at + TimeDelta::seconds(1));
    changed.max(next)
}
