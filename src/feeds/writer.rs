//! Items become a document, streamed: no more than one item is in memory as text.

use std::io::{self, Write};

use chrono::{DateTime, Utc};
use quick_xml::Writer;
use quick_xml::events::{BytesCData, BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::dialect::{Dialect, Element, Order};
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

/// Writes the feed of all visible items and says how each fared, in the feed's order.
pub fn write<'a, W: Sink>(
    sink: W,
    dialect: &'static Dialect,
    site: &Site,
    items: &'a [FeedItem],
    last_changed: Option<DateTime<Utc>>,
) -> io::Result<(W, Vec<Fared<'a>>)> {
    let items = ordered(dialect, items);
    let mut document = Document { xml: Writer::new_with_indent(sink, b' ', 1), dialect };
    document.open(About { site, last_changed, entries: expected(dialect, &items) })?;
    let mut fared = Vec::with_capacity(items.len());
    for item in items {
        fared.push(document.item(item)?);
    }
    document.close()?;
    Ok((document.xml.into_inner(), fared))
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

struct Document<W: Sink> {
    xml: Writer<W>,
    dialect: &'static Dialect,
}

impl<W: Sink> Document<W> {
    fn open(&mut self, about: About<'_>) -> io::Result<()> {
        self.xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        for (name, attributes) in self.dialect.frame {
            let start = BytesStart::new(*name).with_attributes(attributes.iter().copied());
            self.xml.write_event(Event::Start(start))?;
        }
        for element in self.dialect.head {
            let Some(node) = element.holds.read(self.dialect, about) else { continue };
            let node = sieved(node);
            if matches!(element.holds, FeedFact::LastChanged(_)) {
                self.xml.get_mut().dating();
                self.node(element.name, &node, false)?;
                self.xml.get_mut().dated();
            } else {
                self.node(element.name, &node, false)?;
            }
        }
        Ok(())
    }

    fn item<'a>(&mut self, item: &'a FeedItem) -> io::Result<Fared<'a>> {
        let rendition = Rendition::new(self.dialect, item);
        let readiness = rendition.readiness();
        let mut references = Vec::new();
        if readiness.status == FeedStatus::Listed {
            for entry in rendition.entries() {
                self.entry(&entry)?;
                references.push(entry.reference);
            }
        }
        Ok(Fared { item, references, readiness })
    }

    fn entry(&mut self, entry: &Entry<'_>) -> io::Result<()> {
        let (attributes, elements): (Vec<_>, Vec<_>) =
            self.dialect.elements.iter().partition(|element| element.attribute().is_some());
        let mut start = BytesStart::new(self.dialect.entry);
        for element in attributes {
            for node in entry.nodes(element) {
                start.push_attribute((element.attribute().unwrap_or_default(), node.text.as_ref()));
            }
        }
        self.xml.write_event(Event::Start(start))?;
        let mut open = Vec::new();
        for element in elements {
            self.element(entry, element, &mut open)?;
        }
        self.regroup(&mut open, &[])?;
        self.xml.write_event(Event::End(BytesEnd::new(self.dialect.entry)))
    }

    /// `open` holds the groups that are open within the entry.
    fn element(
        &mut self,
        entry: &Entry<'_>,
        element: &'static Element,
        open: &mut Vec<&'static str>,
    ) -> io::Result<()> {
        for node in entry.nodes(element) {
            self.regroup(open, &element.groups())?;
            self.node(element.own_name(), &node, element.cdata)?;
        }
        Ok(())
    }

    /// Closes the groups that end here and opens those that begin.
    fn regroup(&mut self, open: &mut Vec<&'static str>, wanted: &[&'static str]) -> io::Result<()> {
        let shared = open.iter().zip(wanted).take_while(|(open, wanted)| open == wanted).count();
        for name in open.drain(shared..).rev() {
            self.xml.write_event(Event::End(BytesEnd::new(name)))?;
        }
        for name in &wanted[shared..] {
            self.xml.write_event(Event::Start(BytesStart::new(*name)))?;
            open.push(name);
        }
        Ok(())
    }

    fn node(&mut self, name: &str, node: &Node<'_>, cdata: bool) -> io::Result<()> {
        let mut element = self.xml.create_element(name);
        for (name, value) in &node.attributes {
            element = element.with_attribute((*name, value.as_ref()));
        }
        if node.text.is_empty() {
            element.write_empty()?;
        } else if cdata {
            // CDATA can't hold its own end: `]]>` is written over two sections.
            element.write_inner_content(|xml| {
                for part in BytesCData::escaped(&node.text) {
                    xml.write_event(Event::CData(part))?;
                }
                Ok(())
            })?;
        } else {
            element.write_text_content(BytesText::new(&node.text))?;
        }
        Ok(())
    }

    fn close(&mut self) -> io::Result<()> {
        for (name, _) in self.dialect.frame.iter().rev() {
            self.xml.write_event(Event::End(BytesEnd::new(*name)))?;
        }
        self.xml.get_mut().write_all(b"\n")
    }
}

/// The organisation's name comes from the configuration, where nothing keeps control characters out.
fn sieved(mut node: Node<'static>) -> Node<'static> {
    node.text.to_mut().retain(super::item::is_legal);
    for (_, value) in &mut node.attributes {
        value.to_mut().retain(super::item::is_legal);
    }
    node
}
