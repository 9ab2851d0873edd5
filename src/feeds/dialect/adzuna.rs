//! Adzuna's XML feed.

use super::{Check, DateStyle, Dialect, Element, Expansion, Format, Mark, Order, Unwritten, XML, rules};
use crate::domain::feed::{Channel, Severity};
use crate::domain::money::PayInterval;
use crate::domain::posting::EmploymentType;
use crate::feeds::fact::{Fact, Words};
use crate::feeds::html::COMMON;
use crate::feeds::rendition::{Entry, Place};

/// The specification.
const SPECIFICATION: &str = "https://www.adzuna.co.uk/jobs/xml-specification.html";

pub(super) static ADZUNA: Dialect = Dialect {
    channel: Channel::Adzuna,
    name: "Adzuna XML",
    board: "Adzuna",
    format: Format::Xml,
    media_type: XML,
    frame: &[("jobs", &[])],
    head: &[],
    entry: "job",
    elements: ELEMENTS,
    gone: None,
    unwritten: UNWRITTEN,
    expansion: Expansion::Place,
    order: Order::OldestFirst,
    dates: DateStyle::Iso8601,
    tags: &COMMON,
    url_mark: Some(Mark::utm("adzuna")),
    periods: &[
        (PayInterval::Hour, "hour"),
        (PayInterval::Day, "day"),
        (PayInterval::Month, "month"),
        (PayInterval::Year, "year"),
    ],
    checks: CHECKS,
    wants_all: false,
};

const fn told(name: &'static str, holds: Fact, rule: &'static str) -> Element {
    Element::new(name, holds, rule, SPECIFICATION)
}

static ELEMENTS: &[Element] = &[
    told("title", Fact::Title, "The job's title alone.").required(),
    told("id", Fact::Reference, "Unique.").required(),
    told("description", Fact::Description, "At least 100 characters, in HTML.")
        .required()
        .at_least(100)
        .cdata(),
    told("url", Fact::UrlOfEntry, "The page of the job; no other job has the same address.").required(),
    told("location", Fact::PlaceLine, "One place.").required(),
    told("postcode", Fact::PostalCode, "The postal code, apart from the location."),
    told("country", Fact::Country, "The ISO 3166 code.").required(),
    told("salary_min", Fact::PayLeast, "A number."),
    told("salary_max", Fact::PayMost, "A number."),
    told("salary_frequency", Fact::PayPeriod, "`hour`, `day`, `month` or `year`.").missing(Severity::Info),
    told("salary_currency", Fact::PayCurrency, "ISO 4217."),
    told("company", Fact::Organisation, "The employer.").missing(Severity::Warn),
    told(
        "contract_type",
        Fact::Employment(CONTRACT),
        "`permanent` or `contract`; postings do not say permanent.",
    ),
    told("contract_time", Fact::Employment(TIME), "`full_time` or `part_time`."),
    told("date", Fact::PublishedAt, "The first publication.").required(),
];

/// What `contract_time` has no word for either is reported there.
const CONTRACT: Words<EmploymentType> = &[
    (EmploymentType::FullTime, ""),
    (EmploymentType::PartTime, ""),
    (EmploymentType::Contract, "contract"),
    (EmploymentType::Temporary, "contract"),
    (EmploymentType::Intern, ""),
    (EmploymentType::Volunteer, ""),
    (EmploymentType::PerDiem, ""),
];

/// A contract is told by `contract_type`.
const TIME: Words<EmploymentType> = &[
    (EmploymentType::FullTime, "full_time"),
    (EmploymentType::PartTime, "part_time"),
    (EmploymentType::Contract, ""),
    (EmploymentType::Temporary, ""),
];

static UNWRITTEN: &[Unwritten] = &[
    Unwritten { name: "geo_lat, geo_lng", why: "locations have no coordinates", source: SPECIFICATION },
    Unwritten { name: "salary", why: "its parts are told one by one", source: SPECIFICATION },
    Unwritten {
        name: "category",
        why: "one of Adzuna's own, which postings do not have",
        source: SPECIFICATION,
    },
    Unwritten {
        name: "cpc",
        why: "what a visit may cost is not for a posting to say",
        source: SPECIFICATION,
    },
];

/// Where Adzuna was when its specification could last be read. It writes GB as UK.
const COUNTRIES: &[&str] =
    &["AU", "AT", "BR", "CA", "FR", "DE", "IN", "IT", "NL", "NZ", "PL", "RU", "SG", "ZA", "GB", "US"];

static CHECKS: &[Check] = &[
    rules::plain_title(SPECIFICATION),
    Check {
        severity: Severity::Warn,
        code: "COUNTRY_NOT_SERVED",
        field: "locations.country",
        message: "Adzuna's specification does not name the country among those where it shows jobs",
        mend: "nothing; Adzuna may pass over the job there",
        broken: |entry| country(entry).is_some_and(|code| !COUNTRIES.contains(&code)),
        source: SPECIFICATION,
    },
    rules::remote_unsaid("Adzuna has no word for remote work: it is told the country alone", SPECIFICATION),
];

fn country(entry: &Entry<'_>) -> Option<&'static str> {
    match entry.place? {
        Place::At(location) => Some(location.country.code()),
        Place::RemoteIn(country) => Some(country.code()),
    }
}
