//! Greenhouse's job board API (<https://developers.greenhouse.io/job-board.html>): lists without text, jobs with it.

use super::record::Record;
use super::{Job, employment, pay, place, prose};
use crate::domain::posting::EmploymentType;

pub(super) fn job(record: &Record) -> Job {
    let mut notes = Vec::new();
    let html = unescaped(record.text("content").unwrap_or_default());
    Job {
        external_id: record.id(),
        title: record.needed("title"),
        sections: prose::sections(&[prose::Part { heading: None, html: &html }]),
        places: place::read(record.text("location.name").unwrap_or_default(), &place::Stated::default()),
        employment_type: employment_type(record),
        pay_ranges: pay::greenhouse(record, &mut notes),
        department: department(record),
        published_at: record.instant("first_published"),
        expires_at: record.instant("application_deadline"),
        listed: true,
        apply_url: record.text("absolute_url").map(str::to_owned),
        notes,
        record: record.raw(),
        digest: record.digest(),
        left_out: record.left_out(),
    }
}

/// The API escapes the HTML once more, as text: `&lt;p&gt;`. The inverse of exactly that; other entities are the HTML's own.
fn unescaped(content: &str) -> String {
    if content.contains('<') {
        return content.to_owned();
    }
    [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(content.to_owned(), |text, (entity, character)| text.replace(entity, character))
}

fn department(record: &Record) -> Option<String> {
    let names = record.list("departments").iter().filter_map(|one| one.get("name")?.as_str());
    names.map(str::trim).find(|name| !name.is_empty()).map(str::to_owned)
}

/// Companies name the custom field themselves; these are the names that occur.
fn employment_type(record: &Record) -> Option<EmploymentType> {
    const NAMES: &[&str] = &["employment type", "time type", "employment length", "job type"];
    record.list("metadata").iter().find_map(|field| {
        let name = field.get("name")?.as_str()?.to_lowercase();
        NAMES.contains(&name.as_str()).then(|| employment(field.get("value")?.as_str()?))?
    })
}
