//! Lever's postings API (<https://github.com/lever/postings-api>).

use serde_json::Value;

use super::record::Record;
use super::{Job, employment, pay, place, prose};
use crate::domain::country::Country;
use crate::domain::place::Workplace;

pub(super) fn job(record: &Record) -> Job {
    let mut notes = Vec::new();
    let stated = place::Stated {
        workplace: record.text("workplaceType").and_then(workplace),
        country: record.text("country").and_then(Country::find),
    };
    Job {
        external_id: record.id(),
        title: record.needed("text"),
        sections: sections(record),
        places: place::read(&locations(record), &stated),
        employment_type: record.text("categories.commitment").and_then(employment),
        pay_ranges: pay::lever(record, &mut notes),
        department: record
            .text("categories.department")
            .or_else(|| record.text("categories.team"))
            .map(str::to_owned),
        published_at: record.millis("createdAt"),
        expires_at: None,
        listed: true,
        apply_url: record.text("applyUrl").or_else(|| record.text("hostedUrl")).map(str::to_owned),
        notes,
        record: record.raw(),
        digest: record.digest(),
        left_out: record.left_out(),
    }
}

fn workplace(word: &str) -> Option<Workplace> {
    match word {
        "remote" => Some(Workplace::Remote),
        "hybrid" => Some(Workplace::Hybrid),
        "on-site" | "onsite" => Some(Workplace::Onsite),
        _ => None,
    }
}

fn locations(record: &Record) -> String {
    let all: Vec<&str> = record.list("categories.allLocations").iter().filter_map(Value::as_str).collect();
    if all.is_empty() {
        record.text("categories.location").unwrap_or_default().to_owned()
    } else {
        all.join("; ")
    }
}

/// The description, the lists under their headings, what closes it, and the words about pay.
fn sections(record: &Record) -> Vec<crate::domain::posting::Section> {
    let text = |path| record.text(path).unwrap_or_default().to_owned();
    // The description is the opening and its body together.
    let description = Some(text("description"))
        .filter(|text| !text.is_empty())
        .unwrap_or_else(|| text("opening") + &text("descriptionBody"));
    let lists: Vec<(String, String)> = record.list("lists").iter().filter_map(list).collect();
    let (additional, pay) = (text("additional"), text("salaryDescription"));
    let mut parts = vec![prose::Part { heading: None, html: &description }];
    parts.extend(lists.iter().map(|(heading, html)| prose::Part { heading: Some(heading), html }));
    parts.extend([&additional, &pay].map(|html| prose::Part { heading: None, html }));
    prose::sections(&parts)
}

fn list(list: &Value) -> Option<(String, String)> {
    let heading = list.get("text").and_then(Value::as_str).unwrap_or_default();
    Some((heading.to_owned(), format!("<ul>{}</ul>", list.get("content")?.as_str()?)))
}
