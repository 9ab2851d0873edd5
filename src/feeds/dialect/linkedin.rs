//! LinkedIn's XML feed for basic jobs.

use super::{
    Check, DateStyle, Dialect, Element, Expansion, Format, HeadElement, Mark, Order, Unwritten, XML, rules,
};
use crate::domain::feed::{Channel, Severity};
use crate::domain::money::PayInterval;
use crate::domain::place::Workplace;
use crate::domain::posting::EmploymentType;
use crate::feeds::fact::{Fact, FeedFact, RemoteCity, Words};
use crate::feeds::html::Tags;

/// The development guide.
const GUIDE: &str =
    "https://learn.microsoft.com/en-us/linkedin/talent/job-postings/xml-feeds-development-guide";
/// Questions of developers, with LinkedIn's answers.
const QUESTIONS: &str = "https://learn.microsoft.com/en-us/linkedin/talent/job-postings/xml-feeds-faq";

pub(super) static LINKEDIN: Dialect = Dialect {
    channel: Channel::Linkedin,
    name: "LinkedIn XML",
    board: "LinkedIn",
    format: Format::Xml,
    media_type: XML,
    frame: &[("source", &[])],
    head: &[
        HeadElement::new("lastBuildDate", FeedFact::LastChanged(DateStyle::Rfc822), GUIDE),
        HeadElement::new("publisherUrl", FeedFact::PublisherUrl, GUIDE),
        HeadElement::new("publisher", FeedFact::Publisher, GUIDE),
        HeadElement::new("expectedJobCount", FeedFact::Entries, GUIDE),
    ],
    entry: "job",
    elements: ELEMENTS,
    gone: None,
    unwritten: UNWRITTEN,
    expansion: Expansion::Place,
    order: Order::OldestFirst,
    dates: DateStyle::MonthDayYear,
    tags: &TAGS,
    url_mark: Some(Mark::source("linkedin")),
    periods: &[
        (PayInterval::Hour, "HOURLY"),
        (PayInterval::Day, "DAILY"),
        (PayInterval::Week, "WEEKLY"),
        (PayInterval::Month, "MONTHLY"),
        (PayInterval::Year, "YEARLY"),
    ],
    checks: CHECKS,
    wants_all: false,
};

/// The formatting LinkedIn keeps. Headings become paragraphs, so that their words do not run into the next.
static TAGS: Tags = Tags {
    names: &["b", "strong", "u", "i", "br", "p", "ul", "li"],
    renamed: &[("em", "i"), ("ol", "ul"), ("h2", "p"), ("h3", "p"), ("h4", "p"), ("h5", "p"), ("h6", "p")],
    links: false,
};

const fn told(name: &'static str, holds: Fact, rule: &'static str) -> Element {
    Element::new(name, holds, rule, GUIDE).cdata()
}

static ELEMENTS: &[Element] = &[
    told("partnerJobId", Fact::Reference, "Unique; at most 40 characters.").required().length(1, 40),
    told("company", Fact::Organisation, "The employer, never the system it uses.").required(),
    told("title", Fact::Title, "The title. LinkedIn keeps the one a job was first listed with.").required(),
    told("description", Fact::Description, "At least 100 characters, with little formatting.")
        .required()
        .at_least(100),
    told("applyUrl", Fact::ApplyUrl, "Where one applies, without a redirect.").required(),
    told(
        "companyId",
        Fact::LinkedinCompany,
        "The number of the employer's page, from applicant tracking systems.",
    ),
    told("location", Fact::PlaceLine, "The place in one line; a job for each place.").required(),
    told("city", Fact::City(RemoteCity::Nothing), "The city; of remote work there is none."),
    told("state", Fact::Region, "State or region."),
    told("country", Fact::Country, "The country's code.").required(),
    told("postalCode", Fact::PostalCode, "The postal code."),
    Element::new("workplaceTypes", Fact::Workplace(WORKPLACE), "`On-site`, `Hybrid` or `Remote`.", QUESTIONS)
        .cdata(),
    told(
        "posterEmail",
        Fact::Contact,
        "The guide asks for a poster's address; the name is what other programs write.",
    ),
    told("jobtype", Fact::Employment(EMPLOYMENT), "The kind of employment."),
    told("salaries/salary/highEnd/amount", Fact::PayMostWhole, "Whole units; parts of one are cut off."),
    told("salaries/salary/highEnd/currencyCode", Fact::PayCurrency, "ISO 4217."),
    told("salaries/salary/lowEnd/amount", Fact::PayLeastWhole, "Whole units; parts of one are cut off."),
    told("salaries/salary/lowEnd/currencyCode", Fact::PayCurrency, "ISO 4217."),
    told("salaries/salary/period", Fact::PayPeriod, "What the pay is for."),
    told("salaries/salary/type", Fact::PayKind("BASE_SALARY"), "Postings tell the base pay alone."),
    told("listDate", Fact::PublishedAt, "The first publication.").required(),
    told("expirationDate", Fact::ExpiresAt, "The deadline."),
];

const EMPLOYMENT: Words<EmploymentType> = &[
    (EmploymentType::FullTime, "FULL_TIME"),
    (EmploymentType::PartTime, "PART_TIME"),
    (EmploymentType::Contract, "CONTRACT"),
    (EmploymentType::Intern, "INTERNSHIP"),
    (EmploymentType::Volunteer, "VOLUNTEER"),
];

const WORKPLACE: Words<Workplace> =
    &[(Workplace::Onsite, "On-site"), (Workplace::Hybrid, "Hybrid"), (Workplace::Remote, "Remote")];

static UNWRITTEN: &[Unwritten] = &[
    Unwritten { name: "experienceLevel", why: "postings do not say how senior a job is", source: GUIDE },
    Unwritten {
        name: "industryCodes",
        why: "numbers of LinkedIn's own, which postings do not have",
        source: GUIDE,
    },
    Unwritten {
        name: "jobFunctions",
        why: "words of LinkedIn's own, which postings do not have",
        source: GUIDE,
    },
    Unwritten { name: "isRemote", why: "the older form of workplaceTypes", source: GUIDE },
    Unwritten { name: "jobPostingAvailability", why: "every job of the feed is public", source: GUIDE },
];

static CHECKS: &[Check] = &[
    Check {
        severity: Severity::Warn,
        code: "TITLE_KEPT",
        field: "title",
        message: "LinkedIn keeps the title a job was first listed with, and this posting was listed with another one",
        mend: "nothing if LinkedIn shows the new title; else close the posting and publish a new one",
        broken: |entry| entry.item.retitled,
        source: GUIDE,
    },
    Check {
        severity: Severity::Warn,
        code: "COMPANY_ID_MISSING",
        field: "organisation.linkedinCompany",
        message: "LinkedIn asks applicant tracking systems for the number of the organisation's page, and none is set",
        mend: "give the channel its company, or set VACANTIA_LINKEDIN_COMPANY_ID",
        broken: |entry| entry.company().is_none(),
        source: GUIDE,
    },
    Check {
        severity: Severity::Warn,
        code: "APPLY_URL_NOT_WWW",
        field: "applyUrl",
        message: "LinkedIn's guide asks for an address to apply at that begins with https://www",
        mend: "serve the careers pages at such an address, or ask LinkedIn whether yours will do",
        broken: |entry| !entry.item.apply_url.starts_with("https://www"),
        source: GUIDE,
    },
    Check {
        severity: Severity::Warn,
        code: "REMOTE_WITHOUT_CITY",
        field: "locations",
        message: "LinkedIn asks for a city also where work is remote, and a remote posting names countries alone",
        mend: "nothing; LinkedIn may show the job for the whole country",
        broken: rules::is_remote,
        source: GUIDE,
    },
    Check {
        severity: Severity::Warn,
        code: "PAY_ROUNDED",
        field: "payRanges",
        message: "LinkedIn takes pay in whole units, so what is behind the point is cut off",
        mend: "give pay in whole units, or for a longer time: by the year instead of by the hour",
        broken: |entry| {
            let range = entry.pay_in_words().map(|(range, _)| range);
            range.is_some_and(|range| !(range.least().is_whole() && range.most().is_whole()))
        },
        source: GUIDE,
    },
];
