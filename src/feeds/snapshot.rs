//! Documents as they are kept: what is served until a better one is there.
//!
//! A channel has a folder. Its packs hold the bytes; `manifest.json` says which of them, in which order, are the document, and
//! appears by a rename when they are on the disk. So a process that is killed at any point leaves the document before it.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::dialect::{Dialect, Order};
use super::document::{Document, Strand};
use super::hash::Hash;
use super::pack::{Extent, Pack};
use super::press::{self, Sum};
use crate::domain::feed::{Channel, Edition};
use crate::storage::feed_change::Horizon;

/// In which form a document is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Coding {
    /// As it is.
    Identity,
    /// Gzipped (RFC 1952).
    Gzip,
    /// Brotli (RFC 7932).
    Brotli,
}

impl Coding {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Identity, Self::Gzip, Self::Brotli];

    /// How the validator of a document in this form ends, and the file that holds it.
    #[must_use]
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::Identity => "id",
            Self::Gzip => "gz",
            Self::Brotli => "br",
        }
    }

    /// What `Content-Encoding` calls it; none where nothing was packed (RFC 9110 section 8.4).
    #[must_use]
    pub const fn token(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some("gzip"),
            Self::Brotli => Some("br"),
        }
    }
}

/// What a document holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Entries.
    pub entries: usize,
    /// Postings that are in it.
    pub listed: usize,
    /// Public postings that are not.
    pub withheld: usize,
    /// Postings that are in it with a warning.
    pub warned: usize,
}

impl std::iter::Sum for Counts {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::default(), |sum, one| Self {
            entries: sum.entries + one.entries,
            listed: sum.listed + one.listed,
            withheld: sum.withheld + one.withheld,
            warned: sum.warned + one.warned,
        })
    }
}

/// A run of a document's bytes in each coding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Run {
    pub(super) hash: Hash,
    pub(super) crc: u32,
    pub(super) length: u64,
    /// By [`Coding::ALL`].
    pub(super) forms: [Extent; 3],
}

/// What the postings of neighbouring places are in a document, and what is told of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Part {
    /// None when all are withheld.
    pub(super) entries: Option<Run>,
    pub(super) report_hash: Hash,
    pub(super) report: Extent,
    pub(super) counts: Counts,
    /// When the first of them stops being visible by itself, in microseconds since 1970.
    pub(super) valid_until: Option<i64>,
}

/// Parts by number. Documents that follow one another share those that stay.
pub(super) type Parts = BTreeMap<i64, Arc<Part>>;

/// Which bytes of which pack are the document and its report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Layout {
    pub(super) pack: u64,
    pub(super) ends: [u64; 3],
    pub(super) head: Run,
    pub(super) separator: Option<Run>,
    pub(super) parts: Parts,
    pub(super) tail: Run,
    pub(super) report_head: String,
}

impl Layout {
    fn runs(&self) -> impl Iterator<Item = &Run> {
        let entries = self.parts.values().filter_map(|part| part.entries.as_ref());
        [&self.head, &self.tail].into_iter().chain(&self.separator).chain(entries)
    }

    /// Every place that is used, for who moves the bytes.
    pub(super) fn extents(&mut self) -> Vec<(Coding, &mut Extent)> {
        let mut reports = Vec::new();
        let mut runs: Vec<&mut Run> = vec![&mut self.head, &mut self.tail];
        runs.extend(&mut self.separator);
        for part in self.parts.values_mut().map(Arc::make_mut) {
            reports.push((Coding::Identity, &mut part.report));
            runs.extend(&mut part.entries);
        }
        let forms = runs.into_iter().flat_map(|run| Coding::ALL.into_iter().zip(&mut run.forms));
        reports.into_iter().chain(forms).collect()
    }

    /// The runs of the document from its beginning to its end.
    fn sequence(&self, order: Order) -> Vec<&Run> {
        let entries = |part: &'_ Part| part.entries.is_some();
        let mut parts: Vec<&Part> =
            self.parts.values().map(|part| &**part).filter(|part| entries(part)).collect();
        if order == Order::NewestFirst {
            parts.reverse();
        }
        let mut sequence = vec![&self.head];
        for (place, part) in parts.into_iter().enumerate() {
            sequence.extend(self.separator.as_ref().filter(|_| place > 0));
            sequence.extend(&part.entries);
        }
        sequence.push(&self.tail);
        sequence
    }
}

/// From what a document was made, and by whom.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// See [`super::maker()`]; empty where that is not known.
    pub by: String,
    /// How the channel was set, as far as its entries show it.
    #[serde(default)]
    pub setting: String,
    /// Everything up to here is in it.
    pub horizon: Horizon,
}

/// What a manifest says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    pub(super) hash: String,
    pub(super) fingerprint: String,
    #[serde(default)]
    pub(super) made: Made,
    /// In seconds since 1970.
    pub(super) last_modified: Option<i64>,
    /// In microseconds since 1970.
    pub(super) valid_until: Option<i64>,
    pub(super) layout: Layout,
}

impl Manifest {
    pub(super) fn last_modified(&self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp(self.last_modified?, 0)
    }

    pub(super) fn edition(&self) -> Edition {
        Edition { fingerprint: self.fingerprint.clone(), last_modified: self.last_modified() }
    }
}

/// The built document of a channel.
#[derive(Debug)]
pub struct Snapshot {
    /// Which channel's.
    pub channel: Channel,
    /// 128 bits in hexadecimal that no other document has.
    pub hash: String,
    /// The generation of public facts it tells.
    pub generation: i64,
    /// What it holds.
    pub counts: Counts,
    /// When the content last changed, in whole seconds; none while nothing was ever published.
    pub last_modified: Option<DateTime<Utc>>,
    /// Until when it is right if nobody changes anything.
    pub valid_until: Option<DateTime<Utc>>,
    pub(super) manifest: Manifest,
    pub(super) pack: Arc<Pack>,
    documents: [Document; 3],
    report: Document,
}

impl Snapshot {
    /// By its manifest as it is kept; everything up to this generation is in it.
    pub(super) fn new(channel: Channel, manifest: Manifest, generation: i64, pack: Arc<Pack>) -> Self {
        let order = Dialect::of(channel).order;
        let layout = &manifest.layout;
        Self {
            channel,
            hash: manifest.hash.clone(),
            generation,
            counts: layout.parts.values().map(|part| part.counts).sum(),
            last_modified: manifest.last_modified(),
            valid_until: manifest.valid_until.and_then(DateTime::from_timestamp_micros),
            documents: Coding::ALL.map(|coding| document(layout, order, coding, &pack)),
            report: report(&manifest, generation, order, &pack),
            manifest,
            pack,
        }
    }

    /// What it says, and since when.
    #[must_use]
    pub fn edition(&self) -> Edition {
        self.manifest.edition()
    }

    /// The strong validator of the document in a coding (RFC 9110 section 8.8.3: it differs for each coding).
    #[must_use]
    pub fn etag(&self, coding: Coding) -> String {
        format!("\"{}.{}\"", self.hash, coding.suffix())
    }

    /// Its bytes in a coding.
    #[must_use]
    pub fn document(&self, coding: Coding) -> &Document {
        &self.documents[coding as usize]
    }

    /// How many bytes there are in a coding.
    #[must_use]
    pub fn size(&self, coding: Coding) -> u64 {
        self.document(coding).length()
    }

    /// How each posting fared, as JSON.
    #[must_use]
    pub fn report(&self) -> &Document {
        &self.report
    }

    /// Reads every run of the document, and looks whether it is what was written.
    pub(super) fn is_whole(&self) -> bool {
        let is_whole = |run: &Run| {
            let mut bytes = vec![0; usize::try_from(run.length).ok()?];
            self.pack.read(Coding::Identity, run.forms[0].at, &mut bytes).ok()?;
            let mut sum = Sum::default();
            sum.add_bytes(&bytes);
            (sum.crc() == run.crc).then_some(())
        };
        self.manifest.layout.runs().all(|run| is_whole(run).is_some())
    }
}

fn document(layout: &Layout, order: Order, coding: Coding, pack: &Arc<Pack>) -> Document {
    let (mut strands, mut sum) = (vec![Strand::said(press::beginning(coding))], Sum::default());
    for run in layout.sequence(order) {
        strands.push(Strand::Kept(coding, run.forms[coding as usize]));
        sum.add(run.crc, run.length);
    }
    strands.push(Strand::said(press::ending(coding, &sum)));
    Document::new(pack, strands)
}

fn report(manifest: &Manifest, generation: i64, order: Order, pack: &Arc<Pack>) -> Document {
    let layout = &manifest.layout;
    let mut strands = vec![Strand::said(format!("{{\"generation\":{generation},{}", layout.report_head))];
    let mut parts: Vec<&Part> = layout.parts.values().map(|part| &**part).collect();
    if order == Order::NewestFirst {
        parts.reverse();
    }
    for (place, part) in parts.into_iter().enumerate() {
        strands.extend((place > 0).then(|| Strand::said(b",")));
        strands.push(Strand::Kept(Coding::Identity, part.report));
    }
    strands.push(Strand::said(b"\n]}\n"));
    Document::new(pack, strands)
}
