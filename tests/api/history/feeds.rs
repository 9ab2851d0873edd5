//! Whoever reads the feeds while a history is told: each visible posting is in each feed, or withheld from it with a
//! reason; what it is called never changes; and whoever reads it twice reads the same.

use std::collections::BTreeMap;
use std::sync::Arc;

use tempfile::TempDir;
use vacantia::domain::feed::{Channel, FeedStatus, Severity};
use vacantia::domain::id::PostingId;
use vacantia::domain::place::Workplace;
use vacantia::feeds::dialect::{Dialect, Expansion, Format};
use vacantia::feeds::snapshot::Coding;
use vacantia::feeds::writer::Matter;
use vacantia::feeds::{FeedItem, Shelf, writer};
use vacantia::storage::advertised;
use vacantia::work::feed_builder::FeedBuilder;

use crate::app::TestApp;
use crate::newsstand::builder;

/// What was read so far, and the feeds as they are kept up.
pub struct Reader {
    references: BTreeMap<(Channel, PostingId), Vec<String>>,
    shelf: Arc<Shelf>,
    builder: FeedBuilder,
    _folder: TempDir,
}

impl Reader {
    pub fn new(app: &TestApp) -> Self {
        let folder = tempfile::Builder::new().prefix("vacantia-test-").tempdir().unwrap();
        let shelf = Arc::new(Shelf::open(folder.path()).unwrap());
        let builder = builder(app, &shelf);
        Self { references: BTreeMap::new(), shelf, builder, _folder: folder }
    }

    /// Reads every feed; says what is wrong with one.
    pub async fn read(&mut self, app: &TestApp) -> Result<(), String> {
        self.builder.step().await.map_err(|unbuilt| unbuilt.to_string())?;
        let placed = advertised::placed(&app.store, 0..i64::MAX, app.now()).await.unwrap();
        let visible = advertised::visible(&app.store, app.now()).await.unwrap();
        if placed.len() != visible.len() {
            return Err(format!("{} of {} postings have a place in the feeds", placed.len(), visible.len()));
        }
        let project = |posting| FeedItem::project(posting, &app.site, app.now());
        let items: Vec<FeedItem> = placed.iter().map(project).collect();
        for channel in Channel::ALL {
            let dialect = Dialect::of(*channel);
            let snapshot = self.shelf.current(*channel).unwrap();
            let matter = Matter::of(&app.site, &items, app.now());
            let (bytes, fared) = writer::write(dialect, matter, snapshot.last_modified).unwrap();
            let kept = snapshot.document(Coding::Identity).read(0, usize::MAX).unwrap();
            // Whoever left is told of at the end of some.
            let end = if dialect.gone.is_some() { bytes.len() - "\n</feed>\n".len() } else { bytes.len() };
            if kept.get(..end) != Some(&bytes[..end]) || end == bytes.len() && kept != bytes {
                return Err(format!("{channel} is kept up as something else than it is written at once"));
            }
            let mut entries = 0;
            for one in &fared {
                let expected = match one.readiness.status {
                    FeedStatus::Listed => expanded(dialect, one.item),
                    _ if one.readiness.has(Severity::Block) => 0,
                    status => {
                        return Err(format!("{channel} has a posting that is {status} without a reason"));
                    }
                };
                entries += expected;
                let known = self.references.entry((*channel, one.item.posting)).or_default();
                if known.is_empty() {
                    known.clone_from(&one.references);
                }
                if one.references.len() != expected || expected > 0 && *known != one.references {
                    return Err(format!("{channel} calls {known:?} {:?}", one.references));
                }
            }
            let written = written(dialect, &String::from_utf8(bytes).unwrap());
            if (fared.len(), written) != (items.len(), entries) {
                let (told, visible) = (fared.len(), items.len());
                return Err(format!(
                    "{channel}: {told} of {visible} postings, {written} entries of {entries}"
                ));
            }
        }
        Ok(())
    }
}

/// How many entries a document has.
fn written(dialect: &Dialect, document: &str) -> usize {
    match dialect.format {
        Format::Xml => document.matches(&format!("</{}>", dialect.entry)).count(),
        Format::Json => {
            let told: serde_json::Value = serde_json::from_str(document).unwrap();
            told[dialect.entry].as_array().unwrap().len()
        }
    }
}

/// How many entries a posting is.
fn expanded(dialect: &Dialect, item: &FeedItem) -> usize {
    match (dialect.expansion, item.workplace) {
        (Expansion::Posting, _) => 1,
        (Expansion::Place, Workplace::Remote) => item.remote_countries.len(),
        (Expansion::Place, _) => item.locations.len(),
    }
}
