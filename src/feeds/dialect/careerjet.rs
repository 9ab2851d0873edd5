//! Careerjet's XML feed: what it suggests to those who have none yet. It takes other formats as well.

use super::{Check, DateStyle, Dialect, Element, Expansion, Format, Mark, Order, Unwritten, XML, rules};
use crate::domain::feed::{Channel, Severity};
use crate::domain::posting::EmploymentType;
use crate::feeds::fact::{Fact, RemoteCity, Words};
use crate::feeds::html::COMMON;

/// The suggested format.
const FORMAT: &str = "https://www.careerjet.id/docs/feeds/xml";

pub(super) static CAREERJET: Dialect = Dialect {
    channel: Channel::Careerjet,
    name: "Careerjet XML",
    board: "Careerjet",
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
    url_mark: Some(Mark::source("careerjet")),
    periods: rules::PERIODS,
    checks: CHECKS,
    wants_all: false,
};

const fn told(name: &'static str, holds: Fact, rule: &'static str) -> Element {
    Element::new(name, holds, rule, FORMAT).cdata()
}

static ELEMENTS: &[Element] = &[
    told("id", Fact::Reference, "Unique.").required(),
    told("title", Fact::Title, "The job's title.").required(),
    told("url", Fact::Url, "The page of the job.").required(),
    told("location/city", Fact::City(RemoteCity::Nothing), "The city; of remote work there is none."),
    told("location/region", Fact::Region, "State or region."),
    told("location/country", Fact::CountryName, "The country's name.").required(),
    told("company", Fact::Organisation, "The employer.").required(),
    told("company_url", Fact::OrganisationUrl, "The employer's web site."),
    told("description", Fact::Description, "The whole text in HTML.").required(),
    told("contract_type", Fact::Employment(CONTRACT), "The kind of contract, as text."),
    told("working_hours", Fact::Employment(HOURS), "How much one works, as text."),
    told("salary", Fact::Salary, "The pay, as text.").missing(Severity::Info),
    told("apply_url", Fact::ApplyUrl, "Where one applies."),
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

/// Any text is taken; what kind of contract it is stands in `contract_type`.
const HOURS: Words<EmploymentType> = &[
    (EmploymentType::FullTime, "full-time"),
    (EmploymentType::PartTime, "part-time"),
    (EmploymentType::Contract, ""),
    (EmploymentType::Temporary, ""),
    (EmploymentType::Intern, ""),
    (EmploymentType::Volunteer, ""),
    (EmploymentType::PerDiem, ""),
];

static UNWRITTEN: &[Unwritten] = &[
    Unwritten { name: "application_email", why: "one applies on the page", source: FORMAT },
    Unwritten { name: "job_reference", why: "the older name of id", source: FORMAT },
    Unwritten { name: "careerjet-apply-data", why: "needs a partner's key", source: FORMAT },
    Unwritten {
        name: "programmatic",
        why: "what a visit may cost is not for a posting to say",
        source: FORMAT,
    },
];

static CHECKS: &[Check] =
    &[rules::remote_unsaid("Careerjet has no word for remote work: it is told the country alone", FORMAT)];
