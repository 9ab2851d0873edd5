//! Whoever reads the feeds while a history is told: each visible posting is in each feed, or withheld from it with a
//! reason; what it is called never changes; and whoever reads it twice reads the same.

use std::collections::BTreeMap;

use vacantia::domain::feed::{Channel, FeedStatus, Severity};
use vacantia::domain::id::PostingId;
use vacantia::domain::place::Workplace;
use vacantia::feeds::dialect::{Dialect, Expansion, Format};
use vacantia::feeds::writer::Matter;
use vacantia::feeds::{FeedItem, writer};
use vacantia::storage::feed;

use crate::app::TestApp;

/// What was read so far.
#[derive(Default)]
pub struct Reader {
    references: BTreeMap<(Channel, PostingId), Vec<String>>,
}

impl Reader {
    /// Reads every feed; says what is wrong with one.
    pub async fn read(&mut self, app: &TestApp) -> Result<(), String> {
        let snapshot = app.store.snapshot().await.unwrap();
        let listing = feed::listing(&snapshot, app.now()).await.unwrap();
        let project = |posting| FeedItem::project(posting, &app.site, app.now());
        let items: Vec<FeedItem> = listing.postings.iter().map(project).collect();
        let backwards: Vec<FeedItem> = items.iter().rev().cloned().collect();
        for channel in Channel::ALL {
            let dialect = Dialect::of(*channel);
            let write = |items| {
                let matter = Matter::of(&app.site, items, app.now());
                writer::write(Vec::new(), dialect, matter, listing.changed_at).unwrap()
            };
            let (bytes, fared) = write(&items);
            if bytes != write(&backwards).0 {
                return Err(format!("{channel} differs when its postings come in another order"));
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
