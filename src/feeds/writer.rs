//! Items become a document, in pieces: its beginning, runs of entries, its end. Put in a row they are the document, so that
//! what did not change need not be written again.

mod json;
mod xml;

use std::io::{self, Write};
use std::ops::Range;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::dialect::{Dialect, Format, Gone, Order};
use super::fact::{About, Node};
use super::issue::Readiness;
use super::item::FeedItem;
use super::rendition::{Entry, Rendition};
use crate::domain::channel_setting::ChannelSetting;
use crate::domain::feed::FeedStatus;
use crate::domain::site::Site;

/// Bytes as they are written, and which of them name the time of the last change.
#[derive(Debug, Default)]
struct Ink {
    bytes: Vec<u8>,
    dates: Vec<Range<usize>>,
}

impl Ink {
    /// Until [`Ink::dated`], the bytes say only when the content last changed.
    fn dating(&mut self) {
        self.dates.push(self.bytes.len()..self.bytes.len());
    }

    /// The bytes are content again.
    fn dated(&mut self) {
        if let Some(date) = self.dates.last_mut() {
            date.end = self.bytes.len();
        }
    }

    fn undated(&self) -> Vec<u8> {
        let is_content = |at: &usize| !self.dates.iter().any(|date| date.contains(at));
        (0..self.bytes.len()).filter(is_content).map(|at| self.bytes[at]).collect()
    }
}

impl Write for Ink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A document as it is written.
trait Script {
    /// The beginning, with what the feed says of itself.
    fn open(&mut self, about: About<'_>) -> io::Result<()>;
    /// The least that entries stand in.
    fn enter(&mut self) -> io::Result<()>;
    fn entry(&mut self, entry: &Entry<'_>) -> io::Result<()>;
    fn departed(&mut self, gone: &'static Gone, departed: &Departed) -> io::Result<()>;
    fn close(&mut self) -> io::Result<()>;
    /// What was written since this was asked last.
    fn taken(&mut self) -> Ink;
}

fn script(dialect: &'static Dialect) -> Box<dyn Script> {
    match dialect.format {
        Format::Xml => Box::new(xml::Document::new(dialect)),
        Format::Json => Box::new(json::Document::new(dialect)),
    }
}

/// A script that is where entries begin, and the bytes that brought it there.
fn entered(dialect: &'static Dialect) -> io::Result<(Box<dyn Script>, Vec<u8>)> {
    let mut script = script(dialect);
    script.enter()?;
    let before = script.taken().bytes;
    Ok((script, before))
}

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

/// The beginning of a document.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) bytes: Vec<u8>,
    /// The same without the time of the last change.
    pub(super) undated: Vec<u8>,
}

/// The beginning of a document.
pub(super) fn head(dialect: &'static Dialect, about: About<'_>) -> io::Result<Head> {
    let mut script = script(dialect);
    script.open(about)?;
    let ink = script.taken();
    Ok(Head { undated: ink.undated(), bytes: ink.bytes })
}

/// A run of entries: those of the visible items, in the channel's order of what came in this order. Says how each fared.
pub(super) fn entries<'a>(
    dialect: &'static Dialect,
    setting: &ChannelSetting,
    items: &'a [FeedItem],
) -> io::Result<(Vec<u8>, Vec<Fared<'a>>)> {
    let (mut script, _) = entered(dialect)?;
    let mut visible: Vec<&FeedItem> = items.iter().filter(|item| item.visible).collect();
    if dialect.order == Order::NewestFirst {
        visible.reverse();
    }
    let mut fared = Vec::with_capacity(visible.len());
    for item in visible {
        fared.push(listed(&mut *script, dialect, setting, item)?);
    }
    Ok((script.taken().bytes, fared))
}

/// The end of a document: what is said at `now` of postings that left, in formats that speak of them.
pub(super) fn tail(
    dialect: &'static Dialect,
    departed: &[Departed],
    now: DateTime<Utc>,
) -> io::Result<Vec<u8>> {
    let (mut script, _) = entered(dialect)?;
    if let Some(gone) = &dialect.gone {
        let since = now - TimeDelta::days(gone.days);
        for departed in departed.iter().filter(|departed| departed.at > since) {
            script.departed(gone, departed)?;
        }
    }
    script.close()?;
    Ok(script.taken().bytes)
}

/// The least that a run of entries is a document in: what stands before, and what behind it.
pub(super) fn frame(dialect: &'static Dialect) -> io::Result<(Vec<u8>, Vec<u8>)> {
    let (mut script, before) = entered(dialect)?;
    script.close()?;
    Ok((before, script.taken().bytes))
}

static UNSET: ChannelSetting = ChannelSetting::UNSET;

/// What a feed is written of.
#[derive(Debug, Clone, Copy)]
pub struct Matter<'a> {
    /// The organisation.
    pub site: &'a Site,
    /// How the channel is set.
    pub setting: &'a ChannelSetting,
    /// Which part of the whole feed it is: what stands behind its address; nothing for the whole.
    pub part: &'a str,
    /// The postings in the order in which they came; those that nobody may see are passed over.
    pub items: &'a [FeedItem],
    /// Postings that left, the last to leave first.
    pub departed: &'a [Departed],
    /// When this is.
    pub now: DateTime<Utc>,
}

impl<'a> Matter<'a> {
    /// Postings alone, in a channel that nobody set.
    #[must_use]
    pub const fn of(site: &'a Site, items: &'a [FeedItem], now: DateTime<Utc>) -> Self {
        Self { site, setting: &UNSET, part: "", items, departed: &[], now }
    }
}

/// A whole document, and how each visible item fared, in the feed's order.
pub fn write<'a>(
    dialect: &'static Dialect,
    matter: Matter<'a>,
    last_changed: Option<DateTime<Utc>>,
) -> io::Result<(Vec<u8>, Vec<Fared<'a>>)> {
    let (entries, fared) = entries(dialect, matter.setting, matter.items)?;
    let number = fared.iter().map(|one| one.references.len()).sum();
    let head = head(
        dialect,
        About {
            site: matter.site,
            setting: matter.setting,
            part: matter.part,
            last_changed,
            entries: number,
        },
    )?;
    let tail = tail(dialect, matter.departed, matter.now)?;
    Ok(([head.bytes, entries, tail].concat(), fared))
}

fn listed<'a>(
    script: &mut dyn Script,
    dialect: &'static Dialect,
    setting: &ChannelSetting,
    item: &'a FeedItem,
) -> io::Result<Fared<'a>> {
    let rendition = Rendition::new(dialect, setting, item);
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

/// The organisation's name comes from the configuration, where nothing keeps control characters out.
fn sieved(mut node: Node<'static>) -> Node<'static> {
    node.text.to_mut().retain(super::item::is_legal);
    for (_, value) in &mut node.attributes {
        value.to_mut().retain(super::item::is_legal);
    }
    node
}
