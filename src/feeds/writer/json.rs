//! A document of one JSON object (RFC 8259), whose last member lists the entries.

use std::io::{self, Write};

use serde_json::{Map, Value};

use super::{Departed, Ink, Script, sieved};
use crate::feeds::dialect::{Dialect, Gone};
use crate::feeds::fact::content::{Attribute, Content, WHOLE};
use crate::feeds::fact::{About, Node};
use crate::feeds::rendition::Entry;

pub(super) struct Document {
    ink: Ink,
    dialect: &'static Dialect,
    entries: usize,
}

impl Document {
    pub(super) fn new(dialect: &'static Dialect) -> Self {
        Self { ink: Ink::default(), dialect, entries: 0 }
    }

    fn list(&mut self) -> io::Result<()> {
        write!(self.ink, "{}: [", Value::from(self.dialect.entry))
    }
}

impl Script for Document {
    fn open(&mut self, about: About<'_>) -> io::Result<()> {
        self.ink.write_all(b"{\n")?;
        for element in self.dialect.head {
            let Some(node) = element.holds.read(self.dialect, about) else { continue };
            let told = value(&sieved(node), &element.holds.content(), &element.holds.attributes());
            let told = if element.holds.repeats() { Value::Array(vec![told]) } else { told };
            writeln!(self.ink, "{}: {told},", Value::from(element.name))?;
        }
        self.list()
    }

    fn enter(&mut self) -> io::Result<()> {
        self.ink.write_all(b"{\n")?;
        self.list()
    }

    fn entry(&mut self, entry: &Entry<'_>) -> io::Result<()> {
        let mut object = Map::new();
        for element in self.dialect.elements {
            let (content, attributes) = (element.holds.content(self.dialect), element.holds.attributes());
            let nodes = entry.nodes(element);
            let mut values = nodes.iter().map(|node| value(node, &content, &attributes));
            let told = if element.holds.repeats() && !nodes.is_empty() {
                Some(Value::Array(values.collect()))
            } else {
                values.next()
            };
            if let Some(told) = told {
                put(&mut object, &element.groups(), element.own_name(), told);
            }
        }
        self.ink.write_all(if self.entries == 0 { b"\n" } else { b",\n" })?;
        self.entries += 1;
        serde_json::to_writer(&mut self.ink, &object)?;
        Ok(())
    }

    fn departed(&mut self, gone: &'static Gone, departed: &Departed) -> io::Result<()> {
        let what = format!("there is no {} for {} in JSON", gone.name, departed.tag);
        Err(io::Error::new(io::ErrorKind::Unsupported, what))
    }

    fn close(&mut self) -> io::Result<()> {
        self.ink.write_all(b"\n]\n}\n")
    }

    fn taken(&mut self) -> Ink {
        std::mem::take(&mut self.ink)
    }
}

/// Puts a member into the objects around it.
fn put(object: &mut Map<String, Value>, groups: &[&str], name: &str, told: Value) {
    match groups.split_first() {
        None => drop(object.insert(name.to_owned(), told)),
        Some((group, inner)) => {
            let within = object.entry(*group).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(within) = within {
                put(within, inner, name, told);
            }
        }
    }
}

/// Text alone is a text, or a number where it is one; with attributes it is an object.
fn value(node: &Node<'_>, content: &Content, attributes: &[Attribute]) -> Value {
    if node.attributes.is_empty() {
        return plain(&node.text, content);
    }
    let mut object = Map::new();
    for (name, text) in &node.attributes {
        let content = attributes.iter().find(|known| known.name == *name).map(|known| &known.content);
        object.insert((*name).to_owned(), plain(text, content.unwrap_or(&Content::Text)));
    }
    if !node.text.is_empty() {
        object.insert("text".to_owned(), plain(&node.text, content));
    }
    Value::Object(object)
}

fn plain(text: &str, content: &Content) -> Value {
    match text.parse::<u64>() {
        Ok(number) if *content == WHOLE => number.into(),
        _ => text.into(),
    }
}
