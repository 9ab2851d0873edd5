//! An item as schema.org's `JobPosting`: what search engines read on a careers page.
//!
//! The rules are Google's (developers.google.com/search/docs/appearance/structured-data/job-posting) over schema.org's
//! vocabulary.

use chrono::SecondsFormat;
use serde_json::{Map, Value, json};

use super::html::WIDE;
use super::item::FeedItem;
use crate::domain::country::Country;
use crate::domain::money::{Money, PayInterval, PayRange};
use crate::domain::place::{Location, Workplace};
use crate::domain::posting::EmploymentType;

/// The item's `JobPosting`. Only for pages of postings that are visible. None where something is missing that Google requires,
/// such as a text or a country: search engines take half a `JobPosting` for a mistake of the whole site.
#[must_use]
pub fn job_posting(item: &FeedItem) -> Option<Value> {
    let description = item.body.cleaned(&WIDE, &item.url);
    let nowhere = match item.workplace {
        Workplace::Remote => item.remote_countries.is_empty(),
        Workplace::Onsite | Workplace::Hybrid => item.locations.is_empty(),
    };
    let published_at = item.published_at?;
    if nowhere || description.trim().is_empty() || item.title.is_empty() {
        return None;
    }
    let mut job = Map::new();
    let mut say = |name: &str, value: Value| {
        job.insert(name.to_owned(), value);
    };
    say("@context", json!("https://schema.org/"));
    say("@type", json!("JobPosting"));
    say("title", json!(item.title));
    say("description", json!(description));
    say("url", json!(item.url));
    say("identifier", identifier(item));
    say("datePosted", json!(published_at.date_naive().to_string()));
    if let Some(at) = item.expires_at {
        say("validThrough", json!(at.to_rfc3339_opts(SecondsFormat::Secs, true)));
    }
    say("employmentType", json!(employment(item.employment_type)));
    say("hiringOrganization", organisation(item));
    if item.workplace == Workplace::Remote {
        // Google takes the two only together.
        say("jobLocationType", json!("TELECOMMUTE"));
        say("applicantLocationRequirements", each(item.remote_countries.iter().copied().map(country)));
    } else {
        say("jobLocation", each(item.locations.iter().map(place)));
    }
    if let Some(pay) = pay(item) {
        say("baseSalary", pay);
    }
    say("totalJobOpenings", json!(item.openings));
    say("directApply", json!(item.applies_here));
    Some(Value::Object(job))
}

/// JSON for the inside of a `<script>`: nothing in it can end the script.
#[must_use]
pub fn embedded(value: &Value) -> String {
    value.to_string().replace('<', "\\u003c")
}

/// Google's words, which are schema.org's.
#[must_use]
pub const fn employment(employment_type: EmploymentType) -> &'static str {
    match employment_type {
        EmploymentType::FullTime => "FULL_TIME",
        EmploymentType::PartTime => "PART_TIME",
        EmploymentType::Contract => "CONTRACTOR",
        EmploymentType::Temporary => "TEMPORARY",
        EmploymentType::Intern => "INTERN",
        EmploymentType::Volunteer => "VOLUNTEER",
        EmploymentType::PerDiem => "PER_DIEM",
    }
}

fn identifier(item: &FeedItem) -> Value {
    json!({ "@type": "PropertyValue", "name": item.organisation.name, "value": item.requisition() })
}

fn organisation(item: &FeedItem) -> Value {
    json!({ "@type": "Organization", "name": item.organisation.name, "sameAs": item.organisation.url })
}

fn country(country: Country) -> Value {
    json!({ "@type": "Country", "name": country.name() })
}

fn place(location: &Location) -> Value {
    let mut address = Map::new();
    address.insert("@type".into(), json!("PostalAddress"));
    let parts = [
        ("streetAddress", location.street.as_deref()),
        ("addressLocality", Some(location.city.as_str())),
        ("addressRegion", location.region.as_deref()),
        ("postalCode", location.postal_code.as_deref()),
        ("addressCountry", Some(location.country.code())),
    ];
    for (name, text) in parts {
        if let Some(text) = text {
            address.insert(name.into(), json!(text));
        }
    }
    json!({ "@type": "Place", "address": address })
}

/// One value stands alone, several as a list.
fn each(values: impl Iterator<Item = Value>) -> Value {
    let mut values: Vec<Value> = values.collect();
    if values.len() == 1 { values.remove(0) } else { Value::Array(values) }
}

/// The pay, if all places pay the same: `baseSalary` can't say where it holds.
fn pay(item: &FeedItem) -> Option<Value> {
    let countries: Vec<Country> = match item.workplace {
        Workplace::Remote => item.remote_countries.clone(),
        Workplace::Onsite | Workplace::Hybrid => item.locations.iter().map(|place| place.country).collect(),
    };
    let mut ranges = countries.into_iter().map(|country| item.pay_in(country));
    let first = ranges.next()??;
    let same = |range: Option<&PayRange>| {
        range.is_some_and(|range| {
            (range.min, range.max, range.currency, range.interval)
                == (first.min, first.max, first.currency, first.interval)
        })
    };
    ranges.all(same).then(|| amount(first))
}

fn amount(range: &PayRange) -> Value {
    let unit = match range.interval {
        PayInterval::Hour => "HOUR",
        PayInterval::Day => "DAY",
        PayInterval::Week => "WEEK",
        PayInterval::Month => "MONTH",
        PayInterval::Year => "YEAR",
    };
    let value = if range.min == range.max {
        json!({ "@type": "QuantitativeValue", "value": number(range.least()), "unitText": unit })
    } else {
        let (min, max) = (number(range.least()), number(range.most()));
        json!({ "@type": "QuantitativeValue", "minValue": min, "maxValue": max, "unitText": unit })
    };
    json!({ "@type": "MonetaryAmount", "currency": range.currency.code(), "value": value })
}

/// The amount's digits as a JSON number, never through a float that we compute with.
fn number(money: Money) -> Value {
    serde_json::from_str(&money.plain()).unwrap_or(Value::Null)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feeds::fixture;
    use crate::feeds::html::Body;

    #[test]
    fn a_job_at_places_names_them_all() {
        let job = job_posting(&fixture::item(&fixture::onsite())).unwrap();
        assert_eq!(job["datePosted"], "2027-01-11", "the day in the organisation's zone");
        assert_eq!(job["validThrough"], "2027-02-28T23:59:59+01:00");
        assert_eq!(job["jobLocation"][0]["address"]["addressRegion"], "ME");
        assert_eq!(job["jobLocation"][1]["address"]["addressCountry"], "DE");
        assert_eq!(job["identifier"]["value"], "01hzzzzzzzzzzzzzzzzzzzzzz2");
        assert!(job.get("jobLocationType").is_none());
        assert!(job.get("baseSalary").is_none(), "two places, two kinds of pay");
    }

    #[test]
    fn a_remote_job_says_from_where_and_never_a_place() {
        let job = job_posting(&fixture::item(&fixture::remote())).unwrap();
        assert_eq!(job["jobLocationType"], "TELECOMMUTE");
        assert_eq!(job["applicantLocationRequirements"][1]["name"], "Portugal");
        assert!(job.get("jobLocation").is_none());
        assert_eq!(job["totalJobOpenings"], 5, "over all teams, the full one counts none");
        let pay = r#"{"@type":"QuantitativeValue","maxValue":80000,"minValue":60000,"unitText":"YEAR"}"#;
        assert_eq!(job["baseSalary"]["value"].to_string(), pay);
    }

    #[test]
    fn a_job_that_lacks_what_is_required_says_nothing() {
        let lacking = |change: fn(&mut FeedItem), mut item: FeedItem| {
            assert!(job_posting(&item).is_some());
            change(&mut item);
            job_posting(&item)
        };
        let (onsite, remote) = (|| fixture::item(&fixture::onsite()), || fixture::item(&fixture::remote()));
        assert_eq!(lacking(|item| item.locations.clear(), onsite()), None);
        assert_eq!(lacking(|item| item.remote_countries.clear(), remote()), None);
        assert_eq!(lacking(|item| item.body = Body::of_markdown(" \n"), onsite()), None);
        assert_eq!(lacking(|item| item.published_at = None, onsite()), None);
    }

    #[test]
    fn hostile_text_stays_inside_the_script() {
        let embedded = embedded(&job_posting(&fixture::item(&fixture::hostile())).unwrap());
        assert!(!embedded.contains('<'));
        assert!(!embedded.contains("javascript:") && !embedded.contains("data:text"));
        let read: Value = serde_json::from_str(&embedded).unwrap();
        assert!(read["title"].as_str().unwrap().contains("</script>"));
    }
}
