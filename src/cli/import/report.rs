//! What an import did: for people in lines, for programs as JSON.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde::Serialize;

use crate::boards::Note;

/// What an import did, or would do.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Which system.
    pub system: String,
    /// Which board.
    pub board: String,
    /// Whether nothing was changed.
    pub dry_run: bool,
    /// Records in the file.
    pub records: usize,
    /// New postings.
    pub created: usize,
    /// Changed postings.
    pub updated: usize,
    /// Postings that stayed as they are.
    pub unchanged: usize,
    /// Postings closed because the board no longer has them.
    pub closed: usize,
    /// Values about people that were not kept, or are kept no longer.
    pub left_out: usize,
    /// Open or paused postings that the board no longer has.
    pub missing: Vec<Missing>,
    /// What was not taken; one line for each field at fault.
    pub refused: Vec<Line>,
    /// What was taken, but not quite as it is.
    pub warnings: Vec<Line>,
}

/// A posting that its board no longer has.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Missing {
    /// The posting.
    pub posting: String,
    /// What the board called it.
    pub id: String,
    /// Its title.
    pub title: String,
}

/// Something about a field of a record.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// The record's place in the file, from 0.
    pub index: usize,
    /// Its id, if it has one.
    pub id: Option<String>,
    /// The field; empty for the whole record.
    pub field: String,
    /// What is the matter.
    pub reason: String,
}

impl Line {
    /// A note on the record at this place.
    #[must_use]
    pub fn new(index: usize, id: Option<&str>, note: Note) -> Self {
        Self { index, id: id.map(str::to_owned), field: note.field, reason: note.reason }
    }
}

impl Report {
    /// How many records were refused.
    #[must_use]
    pub fn refused_records(&self) -> usize {
        self.refused.iter().map(|line| line.index).collect::<BTreeSet<_>>().len()
    }

    /// As one JSON document.
    ///
    /// # Errors
    /// None that is known.
    pub fn in_json(&self) -> serde_json::Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// In lines.
    #[must_use]
    pub fn in_words(&self) -> String {
        let mut text = String::new();
        for line in &self.refused {
            tell(&mut text, "refused", line);
        }
        for line in &self.warnings {
            tell(&mut text, "note", line);
        }
        for gone in &self.missing {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "missing  {} ({}): {}", gone.posting, gone.id, gone.title);
        }
        let begin = if self.dry_run { "nothing was changed; an import would give: " } else { "" };
        let _ = writeln!(
            text,
            "{begin}{} records: {} created, {} updated, {} unchanged, {} refused; {} missing, {} closed",
            self.records,
            self.created,
            self.updated,
            self.unchanged,
            self.refused_records(),
            self.missing.len(),
            self.closed,
        );
        if self.left_out > 0 {
            let _ = writeln!(text, "{} values about people left out", self.left_out);
        }
        text
    }
}

fn tell(text: &mut String, kind: &str, line: &Line) {
    let id = line.id.as_ref().map(|id| format!(" ({id})")).unwrap_or_default();
    let field = if line.field.is_empty() { "" } else { &format!(" {}:", line.field) };
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{kind:7}  [{}]{id}{field} {}", line.index, line.reason);
}
