//! Jobrapido's XML feed.

use super::{Check, DateStyle, Dialect, Element, Expansion, Format, Mark, Order, Unwritten, XML, rules};
use crate::domain::feed::{Channel, Severity};
use crate::domain::posting::EmploymentType;
use crate::feeds::fact::{Fact, RemoteCity, Words};
use crate::feeds::html::COMMON;

/// The feed guide. Its example is known; what it says of each element could not be read.
const GUIDE: &str = "http://brands.recruitrapido.com/ServiceJR/feed_guide/index_eng.html";

pub(super) static JOBRAPIDO: Dialect = Dialect {
    channel: Channel::Jobrapido,
    name: "Jobrapido XML",
    board: "Jobrapido",
    format: Format::Xml,
    media_type: XML,
    frame: &[("source", &[]), ("jobs", &[])],
    head: &[],
    entry: "job",
    elements: ELEMENTS,
    gone: None,
    unwritten: UNWRITTEN,
    expansion: Expansion::Place,
    order: Order::OldestFirst,
    dates: DateStyle::DayMonthYear,
    tags: &COMMON,
    url_mark: Some(Mark::source("jobrapido")),
    periods: rules::PERIODS,
    checks: CHECKS,
    wants_all: false,
};

const fn told(name: &'static str, holds: Fact, rule: &'static str) -> Element {
    Element::new(name, holds, rule, GUIDE).cdata()
}

static ELEMENTS: &[Element] = &[
    told("title", Fact::Title, "The job's title.").required(),
    told("location", Fact::City(RemoteCity::Country), "The city; of remote work the country.").required(),
    told("state", Fact::Region, "State or region."),
    told("country", Fact::Country, "The country's code.").required(),
    told("postalcode", Fact::PostalCode, "The postal code."),
    told("company", Fact::Organisation, "The employer.").required(),
    told("website", Fact::OrganisationUrl, "The employer's web site."),
    told("publishdate", Fact::PublishedAt, "The first publication.").required(),
    told("expirydate", Fact::ExpiresAt, "The deadline."),
    told("url", Fact::Url, "The page of the job.").required(),
    told("email", Fact::Contact, "Where a person reads mail."),
    told("description", Fact::Description, "The whole text in HTML.").required(),
    told("reference_id", Fact::Reference, "Unique.").required(),
    told("salary", Fact::Salary, "The pay, as text.").missing(Severity::Info),
    told("jobtype", Fact::Employment(EMPLOYMENT), "`fulltime` or `parttime`; the example shows no other."),
    told("category", Fact::TeamNames, "A list with commas."),
];

const EMPLOYMENT: Words<EmploymentType> =
    &[(EmploymentType::FullTime, "fulltime"), (EmploymentType::PartTime, "parttime")];

static UNWRITTEN: &[Unwritten] = &[
    Unwritten { name: "education", why: "postings say it in their requirements", source: GUIDE },
    Unwritten { name: "experience", why: "postings say it in their requirements", source: GUIDE },
];

static CHECKS: &[Check] =
    &[rules::remote_unsaid("Jobrapido has no word for remote work: it is told the country alone", GUIDE)];
