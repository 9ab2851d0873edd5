//! Indeed's job sync XML feed.

use super::{
    Check, DateStyle, Dialect, Element, Expansion, Format, HeadElement, Mark, Order, Unwritten, XML, rules,
};
use crate::domain::feed::{Channel, Severity};
use crate::domain::place::Workplace;
use crate::domain::posting::EmploymentType;
use crate::feeds::fact::{Fact, FeedFact, RemoteCity, Words};
use crate::feeds::html::Tags;
use crate::feeds::rendition::Place;

/// The element reference.
const REFERENCE: &str = "https://docs.indeed.com/sponsored-jobs-api/shared-resources/xml-job-feed-format";
/// The same reference for applicant tracking systems, with newer wording.
const SYNC: &str = "https://docs-plus.indeed.com/job-sync-xml/xml-feed";
/// The parameters of Indeed Apply.
const APPLY: &str = "https://docs.indeed.com/indeed-apply/add-indeed-apply";

pub(super) static INDEED: Dialect = Dialect {
    channel: Channel::Indeed,
    name: "Indeed XML",
    board: "Indeed",
    format: Format::Xml,
    media_type: XML,
    frame: &[("source", &[])],
    head: &[
        HeadElement::new("publisher", FeedFact::Publisher, REFERENCE),
        HeadElement::new("publisherurl", FeedFact::PublisherUrl, REFERENCE),
        HeadElement::new("lastBuildDate", FeedFact::LastChanged(DateStyle::Rfc822), REFERENCE),
    ],
    entry: "job",
    elements: ELEMENTS,
    gone: None,
    unwritten: UNWRITTEN,
    expansion: Expansion::Place,
    order: Order::OldestFirst,
    dates: DateStyle::Iso8601,
    tags: &TAGS,
    url_mark: Some(Mark::source("Indeed")),
    periods: rules::PERIODS,
    checks: CHECKS,
    wants_all: true,
};

/// The formatting Indeed keeps; numbered lists are not part of it.
static TAGS: Tags = Tags {
    names: &[
        "b", "strong", "em", "h1", "h2", "h3", "h4", "h5", "h6", "br", "p", "ul", "li", "table", "thead",
        "tbody", "tr", "th", "td",
    ],
    renamed: &[("ol", "ul"), ("i", "em")],
    links: false,
};

const fn told(name: &'static str, holds: Fact, rule: &'static str) -> Element {
    Element::new(name, holds, rule, REFERENCE).cdata()
}

static ELEMENTS: &[Element] = &[
    told("title", Fact::Title, "The job's title alone: no salary, kind of employment, place or headline.")
        .required(),
    told("date", Fact::PublishedAt, "The first publication; the same day as on the page.").required(),
    told("referencenumber", Fact::Reference, "Unique per job and place; never changes.").required(),
    told("requisitionid", Fact::Requisition, "The same for every place of one job.").required(),
    told("url", Fact::Url, "The page that describes the job, marked so that visits can be told apart.")
        .required(),
    told("company", Fact::Organisation, "The employer as candidates know it.").required(),
    told("sourcename", Fact::Organisation, "The organisation behind all its jobs.").required(),
    told("city", Fact::City(RemoteCity::Word("Remote")), "The city; `Remote` for remote work.").required(),
    told("state", Fact::Region, "Postal abbreviation or region; empty for remote work.")
        .missing(Severity::Warn)
        .even_empty(),
    told("country", Fact::Country, "The country.").required(),
    told("postalcode", Fact::PostalCode, "If the page shows it; empty for remote work.").even_empty(),
    told("streetaddress", Fact::Street, "If the page shows it."),
    told("email", Fact::Contact, "Where Indeed verifies the job with a person.").required(),
    told("description", Fact::Description, "The page's text in HTML, without entities.").required(),
    told(
        "salary",
        Fact::Salary,
        "Sign, plain digits, a range with ` - `, and the period of pay; empty if none.",
    )
    .missing(Severity::Info)
    .even_empty(),
    told("jobtype", Fact::Employment(EMPLOYMENT), "The kind of employment."),
    told("category", Fact::TeamNames, "A list with commas; it may hold departments."),
    told("expirationdate", Fact::ExpiresAt, "When the job ends; read as US Central time without an offset."),
    Element::new(
        "remotetype",
        Fact::Workplace(WORKPLACE),
        "`Fully remote` or `Hybrid remote`; absent on site.",
        SYNC,
    )
    .cdata(),
    told("lastactivitydate", Fact::UpdatedAt, "The last change of the job."),
];

const EMPLOYMENT: Words<EmploymentType> = &[
    (EmploymentType::FullTime, "fulltime"),
    (EmploymentType::PartTime, "parttime"),
    (EmploymentType::Contract, "contract"),
    (EmploymentType::Temporary, "temporary"),
    (EmploymentType::Intern, "internship"),
    (EmploymentType::Volunteer, "volunteer"),
    (EmploymentType::PerDiem, "per diem"),
];

const WORKPLACE: Words<Workplace> =
    &[(Workplace::Remote, "Fully remote"), (Workplace::Hybrid, "Hybrid remote"), (Workplace::Onsite, "")];

static UNWRITTEN: &[Unwritten] = &[
    Unwritten { name: "apijobid", why: "only where it differs from requisitionid", source: SYNC },
    Unwritten { name: "education", why: "postings say it in their requirements", source: REFERENCE },
    Unwritten { name: "experience", why: "postings say it in their requirements", source: REFERENCE },
    Unwritten { name: "tracking_url", why: "the address is marked instead", source: REFERENCE },
    Unwritten { name: "indeed-apply-data", why: "needs a partner's token", source: APPLY },
];

static CHECKS: &[Check] = &[
    rules::plain_title(REFERENCE),
    Check {
        severity: Severity::Warn,
        code: "ENTITY_LEFT",
        field: "sections",
        message: "the text holds &, < or >, which Indeed may show as an entity",
        mend: "write `and`, `less than`, `more than`",
        broken: |entry| ["&amp;", "&lt;", "&gt;"].iter().any(|entity| entry.description().contains(entity)),
        source: REFERENCE,
    },
    Check {
        severity: Severity::Block,
        code: "STATE_MISSING",
        field: "locations.region",
        message: "places in the United States and Canada need their state or province",
        mend: "add the region to the location",
        broken: |entry| {
            let Some(Place::At(location)) = entry.place else { return false };
            matches!(location.country.code(), "US" | "CA") && location.region.is_none()
        },
        source: REFERENCE,
    },
    Check {
        severity: Severity::Warn,
        code: "CURRENCY_SIGN",
        field: "payRanges",
        message: "Indeed asks for a currency's sign; this currency has none that is its own, so its code is written",
        mend: "nothing, unless the pay can be given in another currency",
        broken: |entry| entry.pay().is_some_and(|range| range.currency.sign().is_none()),
        source: REFERENCE,
    },
];
