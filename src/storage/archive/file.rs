//! The lines of a file: a header, records, and an end that proves that nothing is missing or changed.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{BufRead, Read as _};

use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use super::Noun;
use super::load::Record;
use crate::storage::digest::hexadecimal;

/// What the header calls the format.
pub const FORMAT: &str = "vacantia export";
/// The format's version. It rises when a program that reads the old one would misread the new one.
pub const VERSION: u32 = 1;
/// The name under which a record says what it is. No column is called so.
pub const TYPE: &str = "type";
/// The longest line that is read, in bytes: several times the longest letter.
const LONGEST: u64 = 32 * 1024 * 1024;

/// The first line.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Header {
    /// What it is: [`FORMAT`].
    pub format: String,
    /// See [`VERSION`].
    pub version: u32,
    /// Which program wrote it.
    pub program: String,
    /// The newest step of the schema that it was taken from.
    pub schema: String,
}

/// The last line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// How many records of each kind there are; of those that are none, nothing.
    pub records: BTreeMap<String, u64>,
    /// The SHA-256 of all lines before this one with their line breaks, in lower-case hexadecimal.
    pub sha256: String,
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Flaw {
    /// Its number, from 1.
    pub line: u64,
    /// Which record and field, such as `opening.state`, if it is one.
    pub field: Option<String>,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: ", self.line)?;
        if let Some(field) = &self.field {
            write!(f, "{field} ")?;
        }
        f.write_str(&self.what)
    }
}

/// Counts and digest of what was written or read so far.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    records: BTreeMap<String, u64>,
    digest: Sha256,
}

impl Tally {
    /// Takes lines in, and how many records of this kind they are.
    pub fn add(&mut self, noun: &Noun, count: u64, lines: &[u8]) {
        self.digest.update(lines);
        *self.records.entry(noun.name.to_owned()).or_default() += count;
    }

    /// The last line's content.
    #[must_use]
    pub fn end(self) -> End {
        End { records: self.records, sha256: hexadecimal(&self.digest.finalize()) }
    }
}

/// A line's content under the name of its kind.
#[derive(Serialize)]
struct Framed<'a, T> {
    r#type: &'a str,
    #[serde(flatten)]
    content: &'a T,
}

fn framed<T: Serialize>(r#type: &str, content: &T) -> serde_json::Result<String> {
    Ok(serde_json::to_string(&Framed { r#type, content })? + "\n")
}

impl Header {
    /// Of a file that this program writes.
    #[must_use]
    pub fn new(schema: String) -> Self {
        Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            schema,
        }
    }

    /// Begins a file: the line, and the tally that goes on from it.
    pub fn begin(&self) -> serde_json::Result<(String, Tally)> {
        let (line, mut tally) = (framed("header", self)?, Tally::default());
        tally.digest.update(&line);
        Ok((line, tally))
    }
}

impl End {
    /// The line.
    pub fn line(&self) -> serde_json::Result<String> {
        framed("end", self)
    }
}

/// A record and the number of its line, or what is wrong with it.
pub type Read = Result<(u64, Record), Flaw>;

/// A file that is read line by line.
pub struct Lines<R> {
    input: R,
    number: u64,
    tally: Tally,
    line: Vec<u8>,
}

/// What a line is, under a name of its own.
enum Part<'a> {
    Record(&'static Noun, Fields<'a>),
    End(End),
}

impl<R: BufRead> Lines<R> {
    /// Reads the header.
    ///
    /// # Errors
    /// When it is none, or one of a later version.
    pub fn begin(input: R) -> Result<(Self, Header), Flaw> {
        let mut lines = Self { input, number: 0, tally: Tally::default(), line: Vec::new() };
        if !lines.advance()? {
            return Err(lines.flaw("is missing: the file is empty"));
        }
        let header: Header = serde_json::from_slice(&lines.line)
            .map_err(|_| lines.flaw("is no header of an export of Vacantia"))?;
        if header.format != FORMAT {
            return Err(lines.flaw("is no header of an export of Vacantia"));
        }
        if header.version > VERSION {
            let what = format!(
                "says version {} of the format, of which this program knows {VERSION}: run a newer program",
                header.version
            );
            return Err(lines.flaw(what));
        }
        lines.tally.digest.update(&lines.line);
        Ok((lines, header))
    }

    /// The next record, with the number of its line; `None` after an end that fits what came before it.
    ///
    /// A record that is wrong does not keep the next ones from being read.
    ///
    /// # Errors
    /// `Err(flaw)` when it cannot go on; `Ok(Some(Err(flaw)))` when this record is wrong.
    pub fn read(&mut self) -> Result<Option<Read>, Flaw> {
        if !self.advance()? {
            return Err(self.flaw("is missing: the file was cut off before its end"));
        }
        let part = match self.part() {
            Ok(part) => part,
            Err(what) => {
                let flaw = self.flaw(what);
                self.tally.digest.update(&self.line);
                return Ok(Some(Err(flaw)));
            }
        };
        match part {
            Part::Record(noun, fields) => {
                let record = Record::of(noun, &fields.0).map_err(|(field, what)| {
                    let field = Some(format!("{}.{field}", noun.name));
                    Flaw { line: self.number, field, what }
                });
                self.tally.add(noun, 1, &self.line);
                Ok(Some(record.map(|record| (self.number, record))))
            }
            Part::End(end) => {
                self.finish(&end)?;
                Ok(None)
            }
        }
    }

    /// Bytes of the line that was read last.
    #[must_use]
    pub fn length(&self) -> usize {
        self.line.len()
    }

    /// How many records of each kind were read.
    #[must_use]
    pub fn records(&self) -> &BTreeMap<String, u64> {
        &self.tally.records
    }

    fn part(&self) -> Result<Part<'_>, String> {
        let mut fields: Fields<'_> = serde_json::from_slice(&self.line).map_err(|error| error.to_string())?;
        let at =
            fields.0.iter().position(|(name, _)| name == TYPE).ok_or("does not say which record it is")?;
        let (_, name) = fields.0.remove(at);
        let name: String = serde_json::from_str(name.get()).map_err(|_| "does not say which record it is")?;
        if name == "end" {
            let end = serde_json::from_slice(&self.line).map_err(|error| error.to_string())?;
            return Ok(Part::End(end));
        }
        let noun = Noun::of(&name).ok_or_else(|| format!("is of no known kind: {name:.40?}"))?;
        Ok(Part::Record(noun, fields))
    }

    fn finish(&mut self, end: &End) -> Result<(), Flaw> {
        let read = self.tally.clone().end();
        if read.sha256 != end.sha256 {
            return Err(self.flaw("has another digest than the lines before it: the file was cut or changed"));
        }
        if read.records != end.records {
            return Err(self.flaw("counts other records than there are"));
        }
        if self.advance()? { Err(self.flaw("follows the end")) } else { Ok(()) }
    }

    /// Reads a line; false at the end of the input.
    fn advance(&mut self) -> Result<bool, Flaw> {
        self.line.clear();
        self.number += 1;
        let read = (&mut self.input).take(LONGEST + 1).read_until(b'\n', &mut self.line);
        let read = read.map_err(|error| self.flaw(format!("cannot be read: {error}")))?;
        if self.line.len() as u64 > LONGEST {
            return Err(self.flaw(format!("is longer than {LONGEST} bytes")));
        }
        Ok(read > 0)
    }

    fn flaw(&self, what: impl Into<String>) -> Flaw {
        Flaw { line: self.number, field: None, what: what.into() }
    }
}

/// A JSON object as it stands, in which no name occurs twice.
struct Fields<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
        let mut fields: Vec<(String, &'de RawValue)> = Vec::new();
        while let Some((name, value)) = map.next_entry::<String, &'de RawValue>()? {
            if fields.iter().any(|(known, _)| *known == name) {
                return Err(de::Error::custom(format!("says {name:.40?} twice")));
            }
            fields.push((name, value));
        }
        Ok(Fields(fields))
    }
}
