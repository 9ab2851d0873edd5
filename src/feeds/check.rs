//! Whether a document holds up: the parser is not ours, and what it lets pass is looked for here.

use std::io;

use quick_xml::Reader;
use quick_xml::events::{BytesRef, Event};

use super::dialect::{Dialect, Format};
use super::item::is_legal;

/// Reads a run of entries back within the least that makes it a document: well-formed, nothing XML can't carry, as many as
/// were written.
pub(super) fn holds_up(
    dialect: &Dialect,
    (before, behind): (&[u8], &[u8]),
    run: &[u8],
    entries: usize,
) -> io::Result<()> {
    let found = count(io::Read::chain(io::Read::chain(before, run), behind), dialect)?;
    if found != entries {
        return Err(io::Error::other(format!("{entries} entries were written, {found} are there")));
    }
    Ok(())
}

/// The entries of a document that holds up.
pub(super) fn count(document: impl io::BufRead, dialect: &Dialect) -> io::Result<usize> {
    match dialect.format {
        Format::Xml => count_elements(document, dialect),
        Format::Json => count_items(document),
    }
}

/// The entries of a document that holds up to XML 1.0.
///
/// The parser lets forbidden characters pass, so they are looked for here.
fn count_elements(document: impl io::BufRead, dialect: &Dialect) -> io::Result<usize> {
    let mut reader = Reader::from_reader(document);
    let (mut buffer, mut open, mut entries) = (Vec::new(), 0_usize, 0);
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).map_err(io::Error::other)? {
            Event::Start(start) => {
                let entry = open == dialect.frame.len() && start.name().as_ref() == dialect.entry;
                entries += usize::from(entry);
                open += 1;
                legal(start.attributes_raw())?;
            }
            Event::Empty(empty) => legal(empty.attributes_raw())?,
            Event::End(_) => open = open.saturating_sub(1),
            Event::Text(text) => legal(&text)?,
            Event::CData(text) => legal(&text)?,
            Event::GeneralRef(reference) => known(&reference)?,
            Event::Eof if open == 0 => return Ok(entries),
            Event::Eof => return Err(io::Error::other("the document ends before its elements do")),
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
}

/// The entries of a document that is one JSON object.
fn count_items(document: impl io::BufRead) -> io::Result<usize> {
    #[derive(serde::Deserialize)]
    struct Document {
        items: Items,
    }
    Ok(serde_json::from_reader::<_, Document>(document)?.items.0)
}

/// How many there are in a list, none of which is kept.
struct Items(usize);

impl<'de> serde::Deserialize<'de> for Items {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Counter;
        impl<'de> serde::de::Visitor<'de> for Counter {
            type Value = Items;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a list of entries")
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut entries: A) -> Result<Items, A::Error> {
                let mut count = 0;
                while entries.next_element::<serde::de::IgnoredAny>()?.is_some() {
                    count += 1;
                }
                Ok(Items(count))
            }
        }
        from.deserialize_seq(Counter)
    }
}

fn legal(text: &str) -> io::Result<()> {
    match text.chars().find(|c| !is_legal(*c)) {
        Some(c) => Err(io::Error::other(format!("U+{:04X} is in the document", u32::from(c)))),
        None => Ok(()),
    }
}

/// Only the five entities that need no declaration are written.
fn known(reference: &BytesRef<'_>) -> io::Result<()> {
    if ["amp", "lt", "gt", "quot", "apos"].contains(&&**reference) || reference.is_char_ref() {
        return Ok(());
    }
    Err(io::Error::other(format!("the entity {} is in the document", &**reference)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::feed::Channel;

    fn counted(document: &str) -> io::Result<usize> {
        count(document.as_bytes(), Dialect::of(Channel::Indeed))
    }

    #[test]
    fn a_document_that_does_not_hold_up_is_found_out() {
        assert_eq!(counted("<source><job>a</job><x><job/></x><job>&amp;</job></source>").unwrap(), 2);
        for broken in [
            "<source><job></source>",
            "<source>",
            "<source>a\u{B}</source>",
            "<source><![CDATA[\u{FFFE}]]></source>",
            "<source x='\u{1}'></source>",
            "<source>&nbsp;</source>",
            "<source><![CDATA[</source>",
        ] {
            assert!(counted(broken).is_err(), "{broken:?}");
        }
    }
}
