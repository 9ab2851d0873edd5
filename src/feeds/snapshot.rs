//! Documents as files: what is served until a better one is there.
//!
//! A channel has a folder: `<hash>.id`, `<hash>.gz` and `<hash>.br` are the same document as it is and packed,
//! `manifest.json` says which document is current, `report.json` how each posting fared. Everything appears by a rename, so a process killed
//! at any point leaves the document before it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::press;
use crate::domain::feed::{Channel, Edition};

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

    /// How the file of a document in this form ends.
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

/// The built document of a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Which channel's.
    pub channel: Channel,
    /// 128 bits of the document's SHA-256, in hexadecimal.
    pub hash: String,
    /// The same of the document without the time of its last change.
    pub(super) fingerprint: String,
    /// The generation of public facts it tells.
    pub generation: i64,
    /// What it holds.
    pub counts: Counts,
    /// When the content last changed, in whole seconds; none while nothing was ever published.
    pub last_modified: Option<DateTime<Utc>>,
    /// Until when it is right if nobody changes anything, in whole seconds.
    pub valid_until: Option<DateTime<Utc>>,
    pub(super) sizes: Sizes,
    pub(super) folder: PathBuf,
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

/// Bytes of the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Sizes {
    pub(super) identity: u64,
    pub(super) gzip: u64,
    pub(super) brotli: u64,
}

impl Snapshot {
    /// What it says, and since when.
    #[must_use]
    pub fn edition(&self) -> Edition {
        Edition { fingerprint: self.fingerprint.clone(), last_modified: self.last_modified }
    }

    /// The strong validator of the document in a coding (RFC 9110 section 8.8.3: it differs for each coding).
    #[must_use]
    pub fn etag(&self, coding: Coding) -> String {
        format!("\"{}.{}\"", self.hash, coding.suffix())
    }

    /// Where its bytes are.
    #[must_use]
    pub fn file(&self, coding: Coding) -> PathBuf {
        self.folder.join(format!("{}.{}", self.hash, coding.suffix()))
    }

    /// How many bytes there are.
    #[must_use]
    pub fn size(&self, coding: Coding) -> u64 {
        match coding {
            Coding::Identity => self.sizes.identity,
            Coding::Gzip => self.sizes.gzip,
            Coding::Brotli => self.sizes.brotli,
        }
    }

    /// Where the report is.
    #[must_use]
    pub fn report(&self) -> PathBuf {
        self.folder.join(REPORT)
    }

    fn is_whole(&self) -> bool {
        let sized =
            |coding| fs::metadata(self.file(coding)).is_ok_and(|file| file.len() == self.size(coding));
        Coding::ALL.into_iter().all(sized)
            && press::hash_of(&self.file(Coding::Identity)).is_ok_and(|hash| hash == self.hash)
    }
}

const MANIFEST: &str = "manifest.json";
const REPORT: &str = "report.json";

/// A snapshot as its channel's manifest says it.
#[derive(Serialize, Deserialize)]
struct Manifest {
    hash: String,
    fingerprint: String,
    generation: i64,
    counts: Counts,
    bytes: Sizes,
    /// Seconds since 1970.
    last_modified: Option<i64>,
    /// Seconds since 1970.
    valid_until: Option<i64>,
}

/// The current snapshot of each channel.
#[derive(Debug)]
pub struct Shelf {
    folder: PathBuf,
    current: RwLock<BTreeMap<Channel, Arc<Snapshot>>>,
}

impl Shelf {
    /// The snapshots that an earlier process left in this folder, if they are whole; leftovers of a build that was
    /// interrupted go.
    pub fn open(folder: &Path) -> io::Result<Self> {
        let mut current = BTreeMap::new();
        for channel in Channel::ALL {
            let own = folder.join(channel.as_str());
            fs::create_dir_all(&own)?;
            let found = read(*channel, &own).filter(Snapshot::is_whole);
            clear(&own, found.as_ref(), None);
            if let Some(snapshot) = found {
                current.insert(*channel, Arc::new(snapshot));
            }
        }
        Ok(Self { folder: folder.to_owned(), current: RwLock::new(current) })
    }

    /// What is to be served; none until the first build succeeded.
    #[must_use]
    pub fn current(&self, channel: Channel) -> Option<Arc<Snapshot>> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).get(&channel).cloned()
    }

    pub(super) fn folder_of(&self, channel: Channel) -> PathBuf {
        self.folder.join(channel.as_str())
    }

    /// Makes a snapshot the current one. Its files are there; the one before it stays for those who are reading it.
    pub(super) fn put(&self, snapshot: Snapshot, report: &str) -> io::Result<Arc<Snapshot>> {
        let own = self.folder_of(snapshot.channel);
        replace(&own, REPORT, report.as_bytes())?;
        let manifest = Manifest {
            hash: snapshot.hash.clone(),
            fingerprint: snapshot.fingerprint.clone(),
            generation: snapshot.generation,
            counts: snapshot.counts,
            bytes: snapshot.sizes,
            last_modified: snapshot.last_modified.map(|at| at.timestamp()),
            valid_until: snapshot.valid_until.map(|at| at.timestamp()),
        };
        replace(&own, MANIFEST, &serde_json::to_vec_pretty(&manifest)?)?;
        let snapshot = Arc::new(snapshot);
        let before = {
            let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
            current.insert(snapshot.channel, Arc::clone(&snapshot))
        };
        clear(&own, Some(&snapshot), before.as_deref());
        Ok(snapshot)
    }
}

fn read(channel: Channel, own: &Path) -> Option<Snapshot> {
    let text = fs::read(own.join(MANIFEST)).ok()?;
    let manifest: Manifest = serde_json::from_slice(&text).ok()?;
    let instant = |seconds: i64| DateTime::from_timestamp(seconds, 0);
    Some(Snapshot {
        channel,
        hash: manifest.hash,
        fingerprint: manifest.fingerprint,
        generation: manifest.generation,
        counts: manifest.counts,
        last_modified: manifest.last_modified.and_then(instant),
        valid_until: manifest.valid_until.and_then(instant),
        sizes: manifest.bytes,
        folder: own.to_owned(),
    })
}

/// Writes a file beside the old one, and puts it in its place when it is on the disk.
fn replace(own: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let draft = own.join(format!("{DRAFT}{name}", DRAFT = press::DRAFT));
    fs::write(&draft, bytes)?;
    File::open(&draft)?.sync_all()?;
    fs::rename(&draft, own.join(name))?;
    // The rename itself is on the disk when the folder is.
    File::open(own)?.sync_all()
}

/// Removes documents that nobody is sent any more, and drafts of builds that did not end.
fn clear(own: &Path, current: Option<&Snapshot>, before: Option<&Snapshot>) {
    let kept = |name: &str| {
        let hash = name.split('.').next().unwrap_or_default();
        [current, before].into_iter().flatten().any(|snapshot| snapshot.hash == hash)
    };
    let Ok(entries) = fs::read_dir(own) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name == MANIFEST || name == REPORT || kept(&name) {
            continue;
        }
        if let Err(error) = fs::remove_file(entry.path()) {
            tracing::warn!(%error, name, "an old feed file could not be removed");
        }
    }
}
