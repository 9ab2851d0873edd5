//! Items become a document, streamed: no more than one item is in memory as text.

mod json;
mod xml;

use std::io::{self, Write};

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::dialect::{Dialect, Format, Gone, Order};
use super::fact::{About, FeedFact, Node};
use super::issue::Readiness;
use super::item::FeedItem;
use super::rendition::{Entry, Rendition};
use crate::domain::feed::FeedStatus;
use crate::domain::site::Site;

/// Where a document goes. It is told which bytes name the time of the last change, so that it can tell whether
/// anything else changed.
pub trait Sink: Write {
    /// Until [`Sink::dated`], the bytes say only when the content last changed.
    fn dating(&mut self) {}
    /// The bytes are content again.
    fn dated(&mut self) {}
}

impl Sink for Vec<u8> {}

/// How one item fared.
#[derive(Debug)]
pub struct Fared<'a> {
    /// Which item.
    pub item: &'a FeedItem,
    /// What the channel calls its entries; none if it is withheld.
    pub references: Vec<String>,
    /// How it stands.
    pub readiness: Readiness,
}

/// A posting that left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Departed {
    /// Its `tag:` URI.
    pub tag: String,
    /// When it left.
    pub at: DateTime<Tz>,
}

/// A document as it is written, from its beginning to its end.
trait Script<W> {
    fn open(&mut self, about: About<'_>) -> io::Result<()>;
    fn entry(&mut self, entry: &Entry<'_>) -> io::Result<()>;
    fn departed(&mut self, gone: &'static Gone, departed: &Departed) -> io::Result<()>;
    fn close(self) -> io::Result<W>;
}

/// What a feed is written of.
#[derive(Debug, Clone, Copy)]
pub struct Matter<'a> {
    /// The organisation.
    pub site: &'a Site,
    /// The postings; those that nobody may see are passed over.
    pub items: &'a [FeedItem],
    /// Postings that left, the last to leave first.
    pub departed: &'a [Departed],
    /// When this is.
    pub now: DateTime<Utc>,
}

impl<'a> Matter<'a> {
    /// Postings alone.
    #[must_use]
    pub const fn of(site: &'a Site, items: &'a [FeedItem], now: DateTime<Utc>) -> Self {
        Self { site, items, departed: &[], now }
    }
}

/// Writes the feed of all visible items and says how each fared, in the feed's order.
pub fn write<'a, W: Sink>(
    sink: W,
    dialect: &'static Dialect,
    matter: Matter<'a>,
    last_changed: Option<DateTime<Utc>>,
) -> io::Result<(W, Vec<Fared<'a>>)> {
    match dialect.format {
        Format::Xml => told(xml::Document::new(sink, dialect), dialect, matter, last_changed),
        Format::Json => told(json::Document::new(sink, dialect), dialect, matter, last_changed),
    }
}

fn told<'a, W: Sink>(
    mut script: impl Script<W>,
    dialect: &'static Dialect,
    matter: Matter<'a>,
    last_changed: Option<DateTime<Utc>>,
) -> io::Result<(W, Vec<Fared<'a>>)> {
    let items = ordered(dialect, matter.items);
    script.open(About { site: matter.site, last_changed, entries: expected(dialect, &items) })?;
    let mut fared = Vec::with_capacity(items.len());
    for item in items {
        fared.push(listed(&mut script, dialect, item)?);
    }
    if let Some(gone) = &dialect.gone {
        let since = matter.now - TimeDelta::days(gone.days);
        for departed in matter.departed.iter().filter(|departed| departed.at > since) {
            script.departed(gone, departed)?;
        }
    }
    Ok((script.close()?, fared))
}

fn listed<'a, W: Sink>(
    script: &mut impl Script<W>,
    dialect: &'static Dialect,
    item: &'a FeedItem,
) -> io::Result<Fared<'a>> {
    let rendition = Rendition::new(dialect, item);
    let readiness = rendition.readiness();
    let mut references = Vec::new();
    if readiness.status == FeedStatus::Listed {
        for entry in rendition.entries() {
            script.entry(&entry)?;
            references.push(entry.reference);
        }
    }
    Ok(Fared { item, references, readiness })
}

fn ordered<'a>(dialect: &Dialect, items: &'a [FeedItem]) -> Vec<&'a FeedItem> {
    let mut items: Vec<&FeedItem> = items.iter().filter(|item| item.visible).collect();
    match dialect.order {
        Order::Reference => items.sort_by_key(|item| item.posting),
        Order::NewestFirst => items.sort_by_key(|item| (std::cmp::Reverse(item.published_at), item.posting)),
    }
    items
}

/// How many entries follow, in a feed that says so before the first of them.
fn expected(dialect: &'static Dialect, items: &[&FeedItem]) -> usize {
    if dialect.head.iter().all(|element| element.holds != FeedFact::Entries) {
        return 0;
    }
    let entries = |item: &&FeedItem| {
        let rendition = Rendition::new(dialect, item);
        let is_listed = rendition.readiness().status == FeedStatus::Listed;
        if is_listed { rendition.entries().len() } else { 0 }
    };
    items.iter().map(entries).sum()
}

/// The organisation's name comes from the configuration, where nothing keeps control characters out.
fn sieved(mut node: Node<'static>) -> Node<'static> {
    node.text.to_mut().retain(super::item::is_legal);
    for (_, value) in &mut node.attributes {
        value.to_mut().retain(super::item::is_legal);
    }
    node
}
