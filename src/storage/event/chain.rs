//! The chain of events: the hash of each covers the event and the hash of the one before it. So whoever keeps one hash,
//! as every certificate of an acceptance does, can tell whether anything up to it was changed, taken out or put in.

use super::{Recorded, after};
use crate::domain::canonical::Writing;
use crate::domain::event::Fact;
use crate::storage::digest::sha256;
use crate::storage::fault::Fault;
use crate::storage::source::Source;

/// Names the written form that is hashed. It never changes; what is new is a new form.
const TAG: &str = "vacantia-event-1\n";
/// How many events are read at once.
const PAGE: u32 = 1_000;

/// The SHA-256 of an event in its written form, which begins with the hash `before` it; in lower-case hexadecimal.
#[must_use]
pub fn hash(before: Option<&str>, event: &Recorded) -> String {
    let id = |id: Option<String>| id.unwrap_or_default();
    let mut form = Writing::of(TAG);
    form.maybe("before", before);
    form.put("seq", &event.seq.to_string());
    form.put("changeId", &event.change.to_string());
    form.put("kind", event.kind.as_str());
    form.put("actor", &event.actor);
    form.put("at", &event.at.timestamp_micros().to_string());
    form.put("postingId", &id(event.posting.map(|id| id.to_string())));
    form.put("applicationId", &id(event.application.map(|id| id.to_string())));
    form.put("offerId", &id(event.offer.map(|id| id.to_string())));
    let mut facts: Vec<_> = event.facts.iter().collect();
    facts.sort_by(|one, other| one.0.cmp(&other.0));
    form.put("facts", &facts.len().to_string());
    for (name, fact) in facts {
        form.put("fact", name);
        match fact {
            Fact::Word(word) => form.put("word", word),
            Fact::Count(count) => form.put("count", &count.to_string()),
        }
    }
    sha256(form.text())
}

/// How the chain stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Chain {
    /// How many events there are.
    pub events: i64,
    /// How many of them, the oldest ones, were recorded before there were hashes.
    pub unchained: i64,
    /// The newest event's hash.
    pub newest: Option<String>,
    /// The first event that does not follow from the one before it: it was changed, or what was before it is gone.
    pub broken_at: Option<i64>,
}

/// Reads all events and follows the chain to its end, or to where it is broken.
pub async fn follow(db: &impl Source) -> Result<Chain, Fault> {
    go_on(db, Chain::default()).await
}

/// As [`follow`], from where the chain was followed to before.
pub async fn go_on(db: &impl Source, mut chain: Chain) -> Result<Chain, Fault> {
    loop {
        let page = after(db, chain.events, PAGE).await?;
        if page.is_empty() {
            return Ok(chain);
        }
        for event in page {
            if !chain.take(&event) {
                return Ok(Chain { broken_at: Some(event.seq), ..chain });
            }
        }
    }
}

impl Chain {
    /// Goes on by an event, if it follows.
    fn take(&mut self, event: &Recorded) -> bool {
        let follows = match (&event.hash, &self.newest) {
            (None, None) => true,
            (None, Some(_)) => false,
            (Some(kept), before) => *kept == hash(before.as_deref(), event),
        };
        if event.seq != self.events + 1 || !follows {
            return false;
        }
        self.events = event.seq;
        self.unchained += i64::from(event.hash.is_none());
        self.newest.clone_from(&event.hash);
        true
    }
}
