//! Talent.com's XML feed.

use super::{
    Check, DateStyle, Dialect, Element, Expansion, Format, HeadElement, Mark, Order, Unwritten, XML, rules,
};
use crate::domain::feed::Channel;
use crate::domain::place::Workplace;
use crate::domain::posting::EmploymentType;
use crate::feeds::fact::{Fact, FeedFact, RemoteCity, Words};
use crate::feeds::html::COMMON;

/// The integration guide.
const GUIDE: &str = "https://talent.com/integrations";

pub(super) static TALENT: Dialect = Dialect {
    channel: Channel::Talent,
    name: "Talent.com XML",
    board: "Talent.com",
    format: Format::Xml,
    media_type: XML,
    frame: &[("source", &[])],
    head: &[
        HeadElement::new("publisher", FeedFact::Publisher, GUIDE),
        HeadElement::new("publisherurl", FeedFact::PublisherUrl, GUIDE),
        HeadElement::new("lastbuilddate", FeedFact::LastChanged(DateStyle::Utc), GUIDE),
    ],
    entry: "job",
    elements: ELEMENTS,
    gone: None,
    unwritten: UNWRITTEN,
    expansion: Expansion::Place,
    order: Order::OldestFirst,
    dates: DateStyle::Utc,
    tags: &COMMON,
    url_mark: Some(Mark::source("talent")),
    periods: &[],
    checks: CHECKS,
    wants_all: false,
};

const fn told(name: &'static str, holds: Fact, rule: &'static str) -> Element {
    Element::new(name, holds, rule, GUIDE).cdata()
}

static ELEMENTS: &[Element] = &[
    told("referencenumber", Fact::Reference, "The job's id.").required(),
    told("title", Fact::Title, "The title alone, without place or kind of employment.").required(),
    told("company", Fact::Organisation, "The exact name.").required(),
    told("city", Fact::City(RemoteCity::Nothing), "Where the job is.").required(),
    told("state", Fact::Region, "State, region or province.").required(),
    told("country", Fact::CountryName, "The country.").required(),
    told("dateposted", Fact::PublishedAt, "The first publication.").required(),
    told("url", Fact::Url, "The page of the job, marked so that visits can be told apart.").required(),
    told("description", Fact::Description, "The page's text in HTML.").required().at_least(50),
    told("expirationdate", Fact::ExpiresAt, "When the job ends."),
    told("streetaddress", Fact::Street, "Street and number."),
    told("postalcode", Fact::PostalCode, "The postal code."),
    told("jobtype", Fact::Employment(EMPLOYMENT), "The kind of employment."),
    told("isremote", Fact::Workplace(REMOTE), "`yes` or `no`."),
];

const EMPLOYMENT: Words<EmploymentType> = &[
    (EmploymentType::FullTime, "Full time"),
    (EmploymentType::PartTime, "Part time"),
    (EmploymentType::Contract, "Contract"),
    (EmploymentType::Temporary, "Temporary"),
    (EmploymentType::Intern, "Internship"),
    (EmploymentType::Volunteer, "Volunteer"),
];

const REMOTE: Words<Workplace> = &[(Workplace::Onsite, "no"), (Workplace::Remote, "yes")];

static UNWRITTEN: &[Unwritten] = &[
    Unwritten {
        name: "salary",
        why: "its parts are named differently wherever they are described",
        source: GUIDE,
    },
    Unwritten { name: "benefit", why: "postings have no list of benefits", source: GUIDE },
    Unwritten { name: "category", why: "words of the board's own", source: GUIDE },
    Unwritten { name: "experience", why: "postings say it in their requirements", source: GUIDE },
    Unwritten { name: "cpc", why: "what a visit may cost is not for a posting to say", source: GUIDE },
    Unwritten { name: "logo", why: "there is none", source: GUIDE },
];

static CHECKS: &[Check] = &[
    rules::plain_title(GUIDE),
    rules::pay_unsaid("the pay is not in this feed: how Talent.com wants it could not be found out", GUIDE),
];
