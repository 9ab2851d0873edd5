//! Items become a document, streamed: no more than one item is in memory as text.

use std::io::{self, Write};

use chrono::{DateTime, Utc};
use quick_xml::Writer;
use quick_xml::events::{BytesCData, BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::dialect::{Dialect, Order};
use super::fact::{FeedFact, Node};
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
    let mut document = Document { xml: Writer::new_with_indent(sink, b' ', 1), dialect };
    document.open(site, last_changed)?;
    let mut fared = Vec::with_capacity(items.len());
    for item in ordered(dialect, items) {
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

struct Document<W: Sink> {
    xml: Writer<W>,
    dialect: &'static Dialect,
}

impl<W: Sink> Document<W> {
    fn open(&mut self, site: &Site, last_changed: Option<DateTime<Utc>>) -> io::Result<()> {
        self.xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        for (name, attributes) in self.dialect.frame {
            let start = BytesStart::new(*name).with_attributes(attributes.iter().copied());
            self.xml.write_event(Event::Start(start))?;
        }
        for element in self.dialect.head {
            let Some(node) = element.holds.read(self.dialect, site, last_changed) else { continue };
            let node = sieved(node);
            if element.holds == FeedFact::LastChanged {
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
        self.xml.write_event(Event::Start(BytesStart::new(self.dialect.entry)))?;
        for element in self.dialect.elements {
            for node in entry.nodes(element) {
                self.node(element.name, &node, element.cdata)?;
            }
        }
        self.xml.write_event(Event::End(BytesEnd::new(self.dialect.entry)))
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
