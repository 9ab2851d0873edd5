//! A document of elements.

use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesCData, BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::{Departed, Ink, Script, sieved};
use crate::feeds::dialect::{DateStyle, Dialect, Element, Gone};
use crate::feeds::fact::{About, FeedFact, Node};
use crate::feeds::rendition::Entry;

pub(super) struct Document {
    xml: Writer<Ink>,
    dialect: &'static Dialect,
}

impl Document {
    pub(super) fn new(dialect: &'static Dialect) -> Self {
        Self { xml: Writer::new_with_indent(Ink::default(), b' ', 1), dialect }
    }
}

impl Script for Document {
    fn open(&mut self, about: About<'_>) -> io::Result<()> {
        self.xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        self.enter()?;
        for element in self.dialect.head {
            let Some(node) = element.holds.read(self.dialect, about) else { continue };
            let node = sieved(node);
            if matches!(element.holds, FeedFact::LastChanged(_) | FeedFact::LastChangedIfEver(_)) {
                self.xml.get_mut().dating();
                self.node(element.name, &node, false)?;
                self.xml.get_mut().dated();
            } else {
                self.node(element.name, &node, false)?;
            }
        }
        Ok(())
    }

    fn enter(&mut self) -> io::Result<()> {
        for (name, attributes) in self.dialect.frame {
            let start = BytesStart::new(*name).with_attributes(attributes.iter().copied());
            self.xml.write_event(Event::Start(start))?;
        }
        Ok(())
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

    fn departed(&mut self, gone: &'static Gone, departed: &Departed) -> io::Result<()> {
        let when = DateStyle::Iso8601.write(&departed.at);
        let element = self.xml.create_element(gone.name);
        element.with_attributes([("ref", &*departed.tag), ("when", &when)]).write_inner_content(|xml| {
            xml.create_element(gone.comment).write_text_content(BytesText::new("No longer open."))?;
            Ok(())
        })?;
        Ok(())
    }

    fn close(&mut self) -> io::Result<()> {
        for (name, _) in self.dialect.frame.iter().rev() {
            self.xml.write_event(Event::End(BytesEnd::new(*name)))?;
        }
        self.xml.get_mut().write_all(b"\n")
    }

    fn taken(&mut self) -> Ink {
        std::mem::take(self.xml.get_mut())
    }
}

impl Document {
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
}
