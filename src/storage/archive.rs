//! The whole database as records, one a line, and back: what `vacantia export` writes and `vacantia import vacantia` reads.
//!
//! * [`nouns`]: every table and column, in an order in which nothing names what comes later. A migration that adds some
//!   adds them there; `tests/api/archive.rs` holds that list against the database's own catalogue.
//! * `cell`: a value of the database as JSON, and back.
//! * [`mod@file`]: the lines of a file: its header, its records, and the end that proves it whole.
//! * [`copy`]: records out of one state of the database.
//! * [`load`]: records into an empty one.
//!
//! docs/export.md describes the format for whoever reads or writes such files elsewhere.

mod cell;
pub mod copy;
pub mod file;
pub mod load;
pub mod nouns;

use cell::Sort;

/// One kind of record: a table.
#[derive(Debug)]
pub struct Noun {
    /// What its records are called.
    pub name: &'static str,
    /// Where they are kept.
    pub table: &'static str,
    /// The columns that tell them apart, in the order of the file. None of them is ever NULL.
    key: &'static [&'static str],
    /// What each record says.
    pub fields: &'static [Field],
}

/// One thing that a record says: a column.
#[derive(Debug)]
pub struct Field {
    /// Where it is kept.
    pub column: &'static str,
    form: Form,
}

/// What a column may hold.
#[derive(Debug, Clone, Copy)]
struct Form {
    sort: Sort,
    optional: bool,
}

impl Field {
    /// What it is called in a record: its column's name in camel case.
    #[must_use]
    pub fn name(&self) -> String {
        let mut words = self.column.split('_');
        let first = words.next().unwrap_or_default().to_owned();
        words.fold(first, |mut name, word| {
            let (head, tail) = word.split_at(1.min(word.len()));
            name.push_str(&head.to_ascii_uppercase());
            name.push_str(tail);
            name
        })
    }
}

impl Noun {
    /// The noun whose records go by this name.
    #[must_use]
    pub fn of(name: &str) -> Option<&'static Self> {
        nouns::NOUNS.iter().find(|noun| noun.name == name)
    }

    fn columns(&self) -> String {
        self.fields.iter().map(|field| field.column).collect::<Vec<_>>().join(", ")
    }
}
