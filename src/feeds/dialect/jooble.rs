//! Jooble's XML feed.

use chrono::TimeDelta;

use super::{Check, DateStyle, Dialect, Element, Expansion, Format, Mark, Order, Unwritten, XML, rules};
use crate::domain::feed::{Channel, Severity};
use crate::domain::posting::EmploymentType;
use crate::feeds::fact::{Fact, Words};
use crate::feeds::html::COMMON;

/// The specification, as a reader keeps it.
const SPECIFICATION: &str = "https://www.scribd.com/document/718239589/XML-specs";

/// How long Jooble shows a job after its last change.
const SHOWN: TimeDelta = TimeDelta::days(45);

pub(super) static JOOBLE: Dialect = Dialect {
    channel: Channel::Jooble,
    name: "Jooble XML",
    board: "Jooble",
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
    dates: DateStyle::DayMonthYearDots,
    tags: &COMMON,
    url_mark: Some(Mark::source("jooble")),
    periods: rules::PERIODS,
    checks: CHECKS,
    wants_all: true,
};

const fn told(name: &'static str, holds: Fact, rule: &'static str) -> Element {
    Element::new(name, holds, rule, SPECIFICATION).cdata()
}

static ELEMENTS: &[Element] = &[
    Element::new("@id", Fact::Reference, "Unique.", SPECIFICATION).required(),
    told("link", Fact::Url, "The page with the whole description.").required(),
    told("name", Fact::Title, "The job's title.").required(),
    told("region", Fact::PlaceLine, "The place.").required(),
    told("description", Fact::Description, "The whole text, requirements included.").required(),
    told("pubdate", Fact::PublishedAt, "The first publication.").required(),
    told("updated", Fact::UpdatedAt, "The last change; a job is shown for 45 days after it.").required(),
    told("expire", Fact::ExpiresAt, "The deadline."),
    told("salary", Fact::Salary, "The pay, as text.").missing(Severity::Info),
    told("company", Fact::Organisation, "The employer.").missing(Severity::Info),
    told("jobtype", Fact::Employment(EMPLOYMENT), "The kind of employment, as text."),
];

/// The specification takes any text.
const EMPLOYMENT: Words<EmploymentType> = &[
    (EmploymentType::FullTime, "full-time"),
    (EmploymentType::PartTime, "part-time"),
    (EmploymentType::Contract, "contract"),
    (EmploymentType::Temporary, "temporary"),
    (EmploymentType::Intern, "internship"),
    (EmploymentType::Volunteer, "volunteer"),
    (EmploymentType::PerDiem, "per diem"),
];

static UNWRITTEN: &[Unwritten] = &[];

static CHECKS: &[Check] = &[
    Check {
        severity: Severity::Info,
        code: "SHOWN_45_DAYS",
        field: "expiresAt",
        message: "Jooble shows a job for 45 days after its last change, and this one may stand longer",
        mend: "look the posting over within 45 days: a change begins them anew",
        broken: |entry| entry.item.expires_at.is_none_or(|end| end > entry.item.updated_at + SHOWN),
        source: SPECIFICATION,
    },
    rules::remote_unsaid("Jooble has no word for remote work: it is told the country alone", SPECIFICATION),
];
