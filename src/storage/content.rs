//! What a posting says, as the document it is kept as.

use serde::{Deserialize, Serialize};

use super::document::{self, lists, perhaps, word};
use super::fault::Fault;
use crate::domain::country::Country;
use crate::domain::id::PostingId;
use crate::domain::money::{Currency, PayInterval, PayRange};
use crate::domain::place::{Location, Workplace};
use crate::domain::posting::{Content, EmploymentType, Reading, Requirement, RequirementLevel, Section};
use crate::domain::question::{Question, QuestionType};

#[derive(Serialize, Deserialize)]
#[serde(remote = "Content")]
struct ContentMirror {
    title: String,
    #[serde(with = "sections")]
    sections: Vec<Section>,
    #[serde(with = "requirements")]
    requirements: Vec<Requirement>,
    #[serde(with = "links")]
    links: Vec<Reading>,
    #[serde(with = "locations")]
    locations: Vec<Location>,
    #[serde(with = "countries")]
    remote_countries: Vec<Country>,
    // Absent in documents of before it was thought of.
    #[serde(default)]
    place_labels: Vec<String>,
    #[serde(with = "word")]
    workplace: Workplace,
    #[serde(with = "word")]
    employment_type: EmploymentType,
    #[serde(with = "pay_ranges")]
    pay_ranges: Vec<PayRange>,
    #[serde(with = "questions")]
    questions: Vec<Question>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Section")]
struct SectionMirror {
    heading: String,
    body: String,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Requirement")]
struct RequirementMirror {
    text: String,
    #[serde(with = "word")]
    level: RequirementLevel,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Reading")]
struct ReadingMirror {
    label: String,
    url: String,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Location")]
struct LocationMirror {
    key: String,
    street: Option<String>,
    city: String,
    region: Option<String>,
    postal_code: Option<String>,
    #[serde(with = "word")]
    country: Country,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "PayRange")]
struct PayRangeMirror {
    #[serde(with = "perhaps")]
    jurisdiction: Option<Country>,
    min: i64,
    max: i64,
    #[serde(with = "word")]
    currency: Currency,
    #[serde(with = "word")]
    interval: PayInterval,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Question")]
pub(super) struct QuestionMirror {
    key: String,
    label: String,
    #[serde(with = "word")]
    kind: QuestionType,
    required: bool,
    options: Vec<String>,
}

lists! {
    sections = Vec<Section> as "SectionMirror";
    requirements = Vec<Requirement> as "RequirementMirror";
    links = Vec<Reading> as "ReadingMirror";
    locations = Vec<Location> as "LocationMirror";
    countries = Vec<Country> as "word";
    pay_ranges = Vec<PayRange> as "PayRangeMirror";
    questions = Vec<Question> as "QuestionMirror";
}

#[derive(Serialize)]
struct Out<'a>(#[serde(with = "ContentMirror")] &'a Content);

#[derive(Deserialize)]
struct In(#[serde(with = "ContentMirror")] Content);

pub(super) fn written(content: &Content) -> Result<String, Fault> {
    document::written(&Out(content))
}

pub(super) fn read(posting: PostingId, text: &str) -> Result<Content, Fault> {
    let In(content) = document::read(format_args!("what posting {posting} says"), text)?;
    Ok(content)
}
