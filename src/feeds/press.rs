//! A document on its way to the disk: written once, hashed and packed in passing, then read back strictly.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use brotli::{CompressorWriter, Decompressor};
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};
use quick_xml::Reader;
use quick_xml::events::{BytesRef, Event};
use sha2::{Digest, Sha256};

use super::dialect::{Dialect, Format};
use super::item::is_legal;
use super::snapshot::{Coding, Sizes};
use super::writer::Sink;

const BUFFER: usize = 64 * 1024;

/// gzip's effort: more takes longer, and makes files hardly smaller.
const GZIP_EFFORT: u32 = 4;
/// Brotli's effort: smaller files than gzip gives, also where a feed is small.
const EFFORT: u32 = 4;
/// How far Brotli looks back: 2^22 bytes (RFC 7932 section 9.1), which every decoder must follow.
const WINDOW: u32 = 22;

/// What the names of unfinished files begin with. A data folder belongs to one process.
pub(super) const DRAFT: &str = "draft-";

/// Takes a document's bytes: to the disk as they are and in each coding, and into two hashes, one of which leaves out the time
/// of the last change.
pub(super) struct Press {
    folder: PathBuf,
    plain: BufWriter<File>,
    gzip: GzEncoder<BufWriter<File>>,
    brotli: CompressorWriter<BufWriter<File>>,
    hash: Sha256,
    fingerprint: Sha256,
    dating: bool,
}

/// A document that is on the disk, under a draft's name.
pub(super) struct Pressed {
    pub(super) hash: String,
    pub(super) fingerprint: String,
    pub(super) sizes: Sizes,
    folder: PathBuf,
}

impl Press {
    pub(super) fn new(folder: &Path) -> io::Result<Self> {
        let create = |coding| {
            let file = File::create(draft(folder, coding))?;
            io::Result::Ok(BufWriter::with_capacity(BUFFER, file))
        };
        // No name and no time in the header: the same document gives the same bytes.
        let gzip = GzBuilder::new().mtime(0).write(create(Coding::Gzip)?, Compression::new(GZIP_EFFORT));
        let brotli = CompressorWriter::new(create(Coding::Brotli)?, BUFFER, EFFORT, WINDOW);
        let (plain, folder) = (create(Coding::Identity)?, folder.to_owned());
        let (hash, fingerprint) = (Sha256::new(), Sha256::new());
        Ok(Self { folder, plain, gzip, brotli, hash, fingerprint, dating: false })
    }

    pub(super) fn finish(self) -> io::Result<Pressed> {
        let size = |writer: BufWriter<File>| {
            let file = writer.into_inner()?;
            file.sync_all()?;
            Ok::<u64, io::Error>(file.metadata()?.len())
        };
        let sizes = Sizes {
            identity: size(self.plain)?,
            gzip: size(self.gzip.finish()?)?,
            // An error of its last bytes is not told here; reading the file back finds it.
            brotli: size(self.brotli.into_inner())?,
        };
        let (hash, fingerprint) = (shortened(self.hash), shortened(self.fingerprint));
        Ok(Pressed { hash, fingerprint, sizes, folder: self.folder })
    }
}

impl Write for Press {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.plain.write_all(bytes)?;
        self.gzip.write_all(bytes)?;
        self.brotli.write_all(bytes)?;
        self.hash.update(bytes);
        if !self.dating {
            self.fingerprint.update(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.plain.flush()
    }
}

impl Sink for Press {
    fn dating(&mut self) {
        self.dating = true;
    }

    fn dated(&mut self) {
        self.dating = false;
    }
}

impl Pressed {
    /// Reads the draft back: well-formed, nothing XML can't carry, as many entries as were written, and the packed
    /// files hold the same.
    pub(super) fn verify(&self, dialect: &Dialect, entries: usize) -> io::Result<()> {
        let open = |coding| {
            let file = File::open(draft(&self.folder, coding))?;
            io::Result::Ok(BufReader::with_capacity(BUFFER, file))
        };
        let found = count(open(Coding::Identity)?, dialect)?;
        if found != entries {
            return Err(io::Error::other(format!("{entries} entries were written, {found} are there")));
        }
        let gzip = hash_all(GzDecoder::new(open(Coding::Gzip)?))?;
        let brotli = hash_all(Decompressor::new(open(Coding::Brotli)?, BUFFER))?;
        if gzip != self.hash || brotli != self.hash {
            return Err(io::Error::other("a packed document is not the document"));
        }
        Ok(())
    }

    /// Gives the files the names they are served under.
    pub(super) fn keep(&self) -> io::Result<()> {
        for coding in Coding::ALL {
            let name = format!("{}.{}", self.hash, coding.suffix());
            fs::rename(draft(&self.folder, coding), self.folder.join(name))?;
        }
        Ok(())
    }
}

fn draft(folder: &Path, coding: Coding) -> PathBuf {
    folder.join(format!("{DRAFT}feed.{}", coding.suffix()))
}

/// The hash that names a document.
pub(super) fn hash_of(file: &Path) -> io::Result<String> {
    hash_all(File::open(file)?)
}

fn hash_all(mut bytes: impl Read) -> io::Result<String> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; BUFFER];
    loop {
        match bytes.read(&mut buffer)? {
            0 => return Ok(shortened(hash)),
            length => hash.update(&buffer[..length]),
        }
    }
}

/// 128 bits in hexadecimal: enough that no two documents ever share them.
fn shortened(hash: Sha256) -> String {
    hash.finalize().iter().take(16).fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
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
