//! Documents by typst (<https://typst.app>), in the fonts that it brings along.
//!
//! What a letter says enters as values, never as source: whatever somebody writes stays text. There are no files, no
//! packages, no clock; the same letter makes the same bytes.

use std::collections::BTreeSet;
use std::sync::{LazyLock, Mutex, PoisonError};

use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Array, Bytes, Datetime, Dict, Duration, IntoValue, Smart, Value};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use super::Unprintable;
use crate::domain::offer_document::OfferLetter;

/// How a letter looks; what it says is in `sys.inputs`.
const SOURCE: &str = include_str!("../../templates/print/offer.typ");

/// Every font at hand, and what they are called.
static FONTS: LazyLock<(LazyHash<FontBook>, Vec<Font>)> = LazyLock::new(|| {
    let fonts: Vec<Font> = typst_assets::fonts().flat_map(|font| Font::iter(Bytes::new(font))).collect();
    (LazyHash::new(FontBook::from_fonts(&fonts)), fonts)
});

/// Sets a letter: one at a time, since each takes all the memory it can use well.
///
/// # Errors
/// When a character has no letter in any font, or typst fails.
pub fn print(letter: &OfferLetter) -> Result<Vec<u8>, Unprintable> {
    static ONE: Mutex<()> = Mutex::new(());
    let inputs = inputs(letter);
    covered(&inputs)?;
    let desk = Desk::new(inputs)?;
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let printed = set(&desk, &format!("{}-{}", letter.offer, letter.version));
    // What typst remembers of one letter is of no use to another.
    comemo::evict(0);
    printed
}

fn set(desk: &Desk, ident: &str) -> Result<Vec<u8>, Unprintable> {
    let document = typst::compile::<PagedDocument>(desk).output.map_err(|errors| failed(&errors))?;
    let options = PdfOptions {
        ident: Smart::Custom(ident.to_owned()),
        standards: PdfStandards::new(&[PdfStandard::Ua_1]).map_err(|error| broken(&error))?,
        ..PdfOptions::default()
    };
    typst_pdf::pdf(&document, &options).map_err(|errors| failed(&errors))
}

fn failed<'a>(errors: impl IntoIterator<Item = &'a SourceDiagnostic>) -> Unprintable {
    let messages: Vec<_> = errors.into_iter().map(|error| error.message.to_string()).collect();
    Unprintable::Failed(messages.join("; "))
}

fn broken(error: &impl std::fmt::Debug) -> Unprintable {
    Unprintable::Failed(format!("{error:?}"))
}

/// What the source reads.
fn inputs(letter: &OfferLetter) -> Dict {
    let terms = &letter.terms;
    let pair =
        |name: &str, words: &str| Value::Array(Array::from_iter([name.into_value(), words.into_value()]));
    let facts: Array = terms.facts().iter().map(|(name, words)| pair(name, words)).collect();
    let benefits: Array = terms.benefits.iter().map(|benefit| benefit.as_str().into_value()).collect();
    let clauses: Array = terms.clauses.iter().map(|clause| pair(&clause.title, &clause.text)).collect();
    let text = |text: &str| text.into_value();
    Dict::from_iter(
        [
            ("organisation", text(&letter.organisation)),
            ("name", text(&letter.name)),
            ("day", text(&letter.day)),
            ("role", text(&terms.title)),
            ("team", text(&terms.team)),
            ("facts", Value::Array(facts)),
            ("benefits", Value::Array(benefits)),
            ("clauses", Value::Array(clauses)),
            ("remarks", text(terms.remarks.as_deref().unwrap_or_default())),
            ("version", text(&letter.version.to_string())),
            ("fingerprint", text(&letter.terms_hash.0)),
        ]
        .map(|(name, value)| (name.into(), value)),
    )
}

/// Whether some font has every character: typst leaves gaps where none has, and says nothing.
fn covered(inputs: &Dict) -> Result<(), Unprintable> {
    fn texts(value: &Value, all: &mut BTreeSet<char>) {
        match value {
            Value::Str(text) => all.extend(text.chars()),
            Value::Array(values) => values.iter().for_each(|value| texts(value, all)),
            _ => {}
        }
    }
    let mut all = BTreeSet::new();
    inputs.iter().for_each(|(_, value)| texts(value, &mut all));
    let has = |c: &char| FONTS.1.iter().any(|font| font.info().coverage.contains(u32::from(*c)));
    let missing: String = all.into_iter().filter(|c| !c.is_whitespace() && !has(c)).collect();
    if missing.is_empty() { Ok(()) } else { Err(Unprintable::Characters(missing)) }
}

/// All that typst may see while it sets a letter.
struct Desk {
    library: LazyHash<Library>,
    source: Source,
}

impl Desk {
    fn new(inputs: Dict) -> Result<Self, Unprintable> {
        let path = VirtualPath::new("offer.typ").map_err(|error| broken(&error))?;
        let id = RootedPath::new(VirtualRoot::Project, path).intern();
        let library = Library::builder().with_inputs(inputs).build();
        Ok(Self { library: LazyHash::new(library), source: Source::new(id, SOURCE.to_owned()) })
    }
}

impl World for Desk {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &FONTS.0
    }

    fn main(&self) -> FileId {
        self.source.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.source.id() { Ok(self.source.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, _: FileId) -> FileResult<Bytes> {
        Err(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        FONTS.1.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

#[cfg(test)]
mod tests;
