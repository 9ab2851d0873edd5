//! Trovit's XML feed, which Mitula reads too.

use super::{Check, DateStyle, Dialect, Element, Expansion, Format, Mark, Order, Unwritten, XML, rules};
use crate::domain::feed::{Channel, Severity};
use crate::domain::posting::EmploymentType;
use crate::feeds::fact::{Fact, RemoteCity, Words};
use crate::feeds::html::COMMON;

/// What has to be in a feed of jobs.
const FEED: &str = "https://corporate.trovit.com/feed-za-jobs/";
/// The table of all fields with their types.
const FIELDS: &str = "http://about.trovit.com/feed-technical-specs/es/jobs/specs.html";

pub(super) static TROVIT: Dialect = Dialect {
    channel: Channel::Trovit,
    name: "Trovit XML",
    board: "Trovit",
    format: Format::Xml,
    media_type: XML,
    frame: &[("trovit", &[])],
    head: &[],
    entry: "ad",
    elements: ELEMENTS,
    gone: None,
    unwritten: UNWRITTEN,
    expansion: Expansion::Place,
    order: Order::OldestFirst,
    dates: DateStyle::DayMonthYear,
    tags: &COMMON,
    url_mark: Some(Mark::source("trovit")),
    periods: rules::PERIODS,
    checks: CHECKS,
    wants_all: true,
};

const fn told(name: &'static str, holds: Fact, rule: &'static str) -> Element {
    Element::new(name, holds, rule, FEED).cdata()
}

const fn field(name: &'static str, holds: Fact, rule: &'static str) -> Element {
    Element::new(name, holds, rule, FIELDS).cdata()
}

static ELEMENTS: &[Element] = &[
    told("id", Fact::Reference, "Unique; letters and digits.").required(),
    told("url", Fact::Url, "The page of the job.").required(),
    told("title", Fact::Title, "The job's title, without the site's name.").required(),
    told("content", Fact::Description, "At least 30 characters.").required().at_least(30),
    field("city", Fact::City(RemoteCity::Nothing), "The city; of remote work there is none."),
    field("region", Fact::Region, "State or region."),
    field("postcode", Fact::PostalCode, "The postal code."),
    field("salary", Fact::Salary, "The pay, as text; it may be a range.").missing(Severity::Info),
    field("company", Fact::Organisation, "The employer.").missing(Severity::Info),
    field("contract", Fact::Employment(CONTRACT), "The kind of contract, as text."),
    field("working_hours", Fact::Employment(HOURS), "How much one works, as text."),
    field("date", Fact::PublishedAt, "The first publication.").required(),
    field("expiration_date", Fact::ExpiresAt, "The deadline."),
];

/// Any text is taken; how much one works stands in `working_hours`.
const CONTRACT: Words<EmploymentType> = &[
    (EmploymentType::FullTime, ""),
    (EmploymentType::PartTime, ""),
    (EmploymentType::Contract, "contract"),
    (EmploymentType::Temporary, "temporary"),
    (EmploymentType::Intern, "internship"),
    (EmploymentType::Volunteer, "volunteer"),
    (EmploymentType::PerDiem, "per diem"),
];

/// Any text is taken; what kind of contract it is stands in `contract`.
const HOURS: Words<EmploymentType> = &[
    (EmploymentType::FullTime, "full time"),
    (EmploymentType::PartTime, "part time"),
    (EmploymentType::Contract, ""),
    (EmploymentType::Temporary, ""),
    (EmploymentType::Intern, ""),
    (EmploymentType::Volunteer, ""),
    (EmploymentType::PerDiem, ""),
];

static UNWRITTEN: &[Unwritten] = &[
    Unwritten { name: "salary_numeric", why: "one number, and pay is a range", source: FEED },
    Unwritten { name: "telecommute", why: "yes or no, and no page says how to write it", source: FIELDS },
    Unwritten { name: "category", why: "postings have none", source: FIELDS },
    Unwritten { name: "requirements, experience, studies", why: "they are part of the text", source: FIELDS },
    Unwritten { name: "neighborhood, city_area", why: "locations do not say so", source: FIELDS },
];

static CHECKS: &[Check] = &[rules::remote_unsaid(
    "Trovit is told no place where work is remote, and not that it is: no page says how",
    FIELDS,
)];
