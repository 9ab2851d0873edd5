//! Ashby's public job posting API (<https://developers.ashbyhq.com/docs/public-job-posting-api>).

use serde_json::Value;

use super::record::Record;
use super::{Job, employment, pay, place, prose};
use crate::domain::place::Workplace;

pub(super) fn job(record: &Record) -> Job {
    let mut notes = Vec::new();
    Job {
        external_id: record.id(),
        title: record.needed("title"),
        sections: prose::sections(&[prose::Part {
            heading: None,
            html: record.text("descriptionHtml").unwrap_or_default(),
        }]),
        places: places(record),
        employment_type: record.text("employmentType").and_then(employment),
        pay_ranges: pay::ashby(record, &mut notes),
        department: record.text("department").or_else(|| record.text("team")).map(str::to_owned),
        published_at: record.instant("publishedAt"),
        expires_at: None,
        listed: record.flag("isListed").unwrap_or(true),
        apply_url: record.text("applyUrl").or_else(|| record.text("jobUrl")).map(str::to_owned),
        notes,
        record: record.raw(),
        digest: record.digest(),
        left_out: record.left_out(),
    }
}

fn workplace(record: &Record) -> Option<Workplace> {
    match record.text("workplaceType") {
        Some("Remote") => Some(Workplace::Remote),
        Some("Hybrid") => Some(Workplace::Hybrid),
        Some("OnSite") => Some(Workplace::Onsite),
        _ => (record.flag("isRemote") == Some(true)).then_some(Workplace::Remote),
    }
}

fn places(record: &Record) -> place::Places {
    let mut spots = place::spots(record.text("location").unwrap_or_default(), &address(record.at("address")));
    for other in record.list("secondaryLocations") {
        let text = other.get("location").and_then(Value::as_str).unwrap_or_default();
        spots.extend(place::spots(text, &address(other.get("address"))));
    }
    let stated = place::Stated { workplace: workplace(record), country: None };
    place::Places::of(spots, &stated)
}

fn address(address: Option<&Value>) -> place::Address<'_> {
    let part = |name: &str| {
        let text = address?.get("postalAddress")?.get(name)?.as_str()?.trim();
        Some(text).filter(|text| !text.is_empty())
    };
    place::Address {
        street: part("streetAddress"),
        city: part("addressLocality"),
        region: part("addressRegion"),
        postal_code: part("postalCode"),
        country: part("addressCountry"),
    }
}
