//! Other systems' public boards: their JSON becomes a neutral job, and nothing else happens here.
//!
//! * `greenhouse`, `lever`, `ashby`: which field of a record is what.
//! * `record`: fields by their paths, with every fault named.
//! * `people`: what is not kept of a record.
//! * [`place`]: what a text about a place means; `gazetteer`: the places it knows.
//! * `prose`: HTML becomes sections of CommonMark. `pay`: amounts become ranges.

mod ashby;
mod gazetteer;
mod greenhouse;
mod lever;
mod pay;
mod people;
pub mod place;
mod prose;
mod record;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::value::RawValue;

use self::place::Places;
use self::record::Record;
use crate::domain::money::PayRange;
use crate::domain::posting::{EmploymentType, Section};
use crate::domain::posting_source::SourceSystem;

/// The largest board that is read, in bytes.
pub const LARGEST: u64 = 64 * 1024 * 1024;
/// The largest record of a board that is read, in bytes.
const LARGEST_RECORD: usize = 1024 * 1024;

/// Something to say about one field of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The field, as a dotted path; empty for the whole record.
    pub field: String,
    /// What is the matter.
    pub reason: String,
}

impl Note {
    /// A note on a field.
    #[must_use]
    pub fn new(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { field: field.into(), reason: reason.into() }
    }
}

/// A job as a board has it, in this program's words. What has no word here stays in `record`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// What the board calls it.
    pub external_id: String,
    /// Its title, unchecked.
    pub title: String,
    /// Its text; empty if the board has none.
    pub sections: Vec<Section>,
    /// Where it is done.
    pub places: Places,
    /// The kind of employment, where the board states it.
    pub employment_type: Option<EmploymentType>,
    /// The pay, where the board states it.
    pub pay_ranges: Vec<PayRange>,
    /// The department it is in.
    pub department: Option<String>,
    /// When the board published it.
    pub published_at: Option<DateTime<Utc>>,
    /// Its deadline.
    pub expires_at: Option<DateTime<Utc>>,
    /// Whether the board lists it.
    pub listed: bool,
    /// Where the board lets people apply.
    pub apply_url: Option<String>,
    /// What could not be taken over as it is.
    pub notes: Vec<Note>,
    /// The record: word for word, unless something about people was left out of it.
    pub record: String,
    /// The SHA-256 of the record, whatever its white space.
    pub digest: String,
    /// How many values about people were left out of the record.
    pub left_out: usize,
}

/// Why a file is no board.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// It is not JSON.
    #[error("it is not JSON: {0}")]
    NotJson(serde_json::Error),
    /// It is JSON of another shape.
    #[error("it has not the shape of a {0} board, which is {1}")]
    Shape(SourceSystem, &'static str),
}

#[derive(Deserialize)]
struct Jobs<'a> {
    #[serde(borrow)]
    jobs: Vec<&'a RawValue>,
}

/// The records of a board, unread.
///
/// # Errors
/// When the text is not JSON, or not in the system's shape.
pub fn records(system: SourceSystem, text: &str) -> Result<Vec<&RawValue>, Unreadable> {
    let read = match system {
        SourceSystem::Lever => serde_json::from_str(text),
        SourceSystem::Greenhouse | SourceSystem::Ashby => {
            serde_json::from_str::<Jobs<'_>>(text).map(|board| board.jobs)
        }
    };
    let shape = match system {
        SourceSystem::Lever => "[{\"id\": .., \"text\": ..}, ..]",
        SourceSystem::Greenhouse | SourceSystem::Ashby => "{\"jobs\": [{\"id\": .., \"title\": ..}, ..]}",
    };
    read.map_err(|error| match error.classify() {
        serde_json::error::Category::Data => Unreadable::Shape(system, shape),
        _ => Unreadable::NotJson(error),
    })
}

/// What a record says.
///
/// # Errors
/// Every field that is missing or of the wrong kind.
pub fn read(system: SourceSystem, raw: &str) -> Result<Job, Vec<Note>> {
    let record = Record::parse(raw).map_err(|fault| vec![fault])?;
    let job = match system {
        SourceSystem::Greenhouse => greenhouse::job(&record),
        SourceSystem::Lever => lever::job(&record),
        SourceSystem::Ashby => ashby::job(&record),
    };
    let faults = record.faults();
    if faults.is_empty() { Ok(job) } else { Err(faults) }
}

/// The id of a record, if it has one, whatever else is wrong with it.
#[must_use]
pub fn id_of(raw: &str) -> Option<String> {
    let record = Record::parse(raw).ok()?;
    let id = record.id();
    record.faults().is_empty().then_some(id)
}

/// A record without what it says about people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cleared {
    /// The record, written anew.
    pub record: String,
    /// The SHA-256 of the record, whatever its white space.
    pub digest: String,
    /// How many values were left out.
    pub left_out: usize,
}

/// A record without what it says about people, if it says anything about them.
#[must_use]
pub fn cleared(raw: &str) -> Option<Cleared> {
    let record = Record::parse(raw).ok()?;
    let (left_out, digest) = (record.left_out(), record.digest());
    (left_out > 0).then(|| Cleared { record: record.raw(), digest, left_out })
}

/// The kind of employment that a board's word stands for.
fn employment(word: &str) -> Option<EmploymentType> {
    let letters: String = word.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase).collect();
    match letters.as_str() {
        "fulltime" | "permanent" | "regularfulltime" => Some(EmploymentType::FullTime),
        "parttime" | "regularparttime" => Some(EmploymentType::PartTime),
        "contract" | "contractor" | "freelance" => Some(EmploymentType::Contract),
        "temporary" | "temp" | "fixedterm" | "seasonal" => Some(EmploymentType::Temporary),
        "intern" | "internship" => Some(EmploymentType::Intern),
        "volunteer" => Some(EmploymentType::Volunteer),
        _ => None,
    }
}
