//! The current document of each channel, and the folder they are kept in.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use super::channels::Channels;
use super::pack::Pack;
use super::snapshot::{Manifest, Snapshot};
use crate::domain::feed::Channel;
use crate::storage::feed_change::Horizon;

const MANIFEST: &str = "manifest.json";
/// After so many events a manifest is written anew, though nothing else in it is new: a later process starts there.
const FAR: i64 = 1000;
/// What stands there until it is on the disk. A data folder belongs to one process.
const DRAFT: &str = "draft-manifest.json";

/// The current snapshot of each channel. By default there is none, and no folder.
#[derive(Debug, Default)]
pub struct Shelf {
    /// How the channels are set, and who fetched them.
    pub channels: Channels,
    folder: PathBuf,
    standing: RwLock<BTreeMap<Channel, Standing>>,
}

/// A channel's snapshots: the one that is served, and the one before it for those who are still reading that.
#[derive(Debug)]
struct Standing {
    current: Arc<Snapshot>,
    before: Option<Arc<Snapshot>>,
}

impl Shelf {
    /// The snapshots that an earlier process left in this folder, if they are whole; leftovers of a build that was
    /// interrupted go.
    pub fn open(folder: &Path) -> io::Result<Self> {
        let mut standing = BTreeMap::new();
        for channel in Channel::ALL {
            let own = folder.join(channel.as_str());
            fs::create_dir_all(&own)?;
            let found = read(*channel, &own).filter(Snapshot::is_whole);
            clear(&own, found.as_ref());
            if let Some(snapshot) = found {
                standing.insert(*channel, Standing { current: Arc::new(snapshot), before: None });
            }
        }
        let channels = Channels::default();
        Ok(Self { channels, folder: folder.to_owned(), standing: RwLock::new(standing) })
    }

    /// What is to be served; none until the first build succeeded.
    #[must_use]
    pub fn current(&self, channel: Channel) -> Option<Arc<Snapshot>> {
        let standing = self.standing.read().unwrap_or_else(PoisonError::into_inner);
        standing.get(&channel).map(|standing| Arc::clone(&standing.current))
    }

    /// How far everything had come when the oldest of the snapshots was made, if this maker made them all: what is built from
    /// there on is what it would build from nothing.
    #[must_use]
    pub fn horizon(&self, maker: &str) -> Option<Horizon> {
        let standing = self.standing.read().unwrap_or_else(PoisonError::into_inner);
        let made = || standing.values().map(|standing| &standing.current.manifest.made);
        let oldest = made().min_by_key(|made| (made.horizon.seq, made.horizon.at))?;
        made().all(|made| made.by == maker && !maker.is_empty()).then(|| oldest.horizon.clone())
    }

    /// The snapshot of this hash, if it is the current one or the one before.
    #[must_use]
    pub fn named(&self, channel: Channel, hash: &str) -> Option<Arc<Snapshot>> {
        let standing = self.standing.read().unwrap_or_else(PoisonError::into_inner);
        let Standing { current, before } = standing.get(&channel)?;
        [Some(current), before.as_ref()].into_iter().flatten().find(|one| one.hash == hash).cloned()
    }

    /// Takes a channel's snapshots away, so that they are never served when the channel is turned on again.
    pub fn forget(&self, channel: Channel) {
        let known = self.standing.write().unwrap_or_else(PoisonError::into_inner).remove(&channel);
        if known.is_some() {
            // Without its manifest no process finds it again.
            clear(&self.folder_of(channel), None);
        }
    }

    pub(super) fn folder_of(&self, channel: Channel) -> PathBuf {
        self.folder.join(channel.as_str())
    }

    /// Makes a snapshot the current one. Its bytes are on the disk.
    pub(super) fn put(
        &self,
        channel: Channel,
        manifest: Manifest,
        pack: Arc<Pack>,
    ) -> io::Result<Arc<Snapshot>> {
        let own = self.folder_of(channel);
        let generation = manifest.made.horizon.generation;
        let kept = self.current(channel).map(|known| known.manifest.clone());
        let kept = kept.filter(|kept| says_the_same(kept, &manifest));
        let is_kept = kept.is_some();
        if !is_kept {
            replace(&own, &serde_json::to_vec(&manifest)?)?;
        }
        let snapshot = Arc::new(Snapshot::new(channel, kept.unwrap_or(manifest), generation, pack));
        self.stand(&snapshot);
        if !is_kept {
            clear(&own, Some(&snapshot));
        }
        Ok(snapshot)
    }

    fn stand(&self, snapshot: &Arc<Snapshot>) {
        let mut standing = self.standing.write().unwrap_or_else(PoisonError::into_inner);
        let before = standing.remove(&snapshot.channel).and_then(|known| {
            let is_new = known.current.hash != snapshot.hash;
            if is_new { Some(known.current) } else { known.before }
        });
        standing.insert(snapshot.channel, Standing { current: Arc::clone(snapshot), before });
    }
}

/// Whether nothing is new but that everything has come a little further, which a later process will see for itself.
fn says_the_same(known: &Manifest, manifest: &Manifest) -> bool {
    let (made, known_made) = (&manifest.made, &known.made);
    let is_made_alike = made.by == known_made.by && made.setting == known_made.setting;
    let is_near = made.horizon.seq < known_made.horizon.seq + FAR;
    is_made_alike && is_near && *manifest == Manifest { made: manifest.made.clone(), ..known.clone() }
}

fn read(channel: Channel, own: &Path) -> Option<Snapshot> {
    let text = fs::read(own.join(MANIFEST)).ok()?;
    let manifest: Manifest = serde_json::from_slice(&text).ok()?;
    let pack = Pack::open(own, manifest.layout.pack, manifest.layout.ends).ok()?;
    let generation = manifest.made.horizon.generation;
    Some(Snapshot::new(channel, manifest, generation, Arc::new(pack)))
}

/// Writes the manifest beside the old one, and puts it in its place when it is on the disk.
fn replace(own: &Path, manifest: &[u8]) -> io::Result<()> {
    let draft = own.join(DRAFT);
    fs::write(&draft, manifest)?;
    File::open(&draft)?.sync_all()?;
    fs::rename(&draft, own.join(MANIFEST))?;
    // The rename itself is on the disk when the folder is.
    File::open(own)?.sync_all()
}

/// Removes what no snapshot is read from any more, and drafts of builds that did not end.
fn clear(own: &Path, current: Option<&Snapshot>) {
    let Ok(entries) = fs::read_dir(own) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_kept = current.is_some_and(|current| name == MANIFEST || current.pack.owns(&name));
        if is_kept {
            continue;
        }
        if let Err(error) = fs::remove_file(entry.path()) {
            tracing::warn!(%error, name, "an old feed file could not be removed");
        }
    }
}
