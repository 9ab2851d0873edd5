//! RSS 2.0 with the usual modules, and a small namespace of our own for what RSS has no word for.

use super::{Check, DateStyle, Dialect, Element, Expansion, Format, HeadElement, Order, Unwritten};
use crate::domain::feed::{Channel, Severity};
use crate::domain::place::Workplace;
use crate::domain::posting::EmploymentType;
use crate::feeds::fact::{Fact, FeedFact, Words};
use crate::feeds::html::WIDE;

/// The format itself.
const RSS_2: &str = "https://www.rssboard.org/rss-specification";
/// What makes it work in every reader: guid, self link, full text, creator.
const PROFILE: &str = "https://www.rssboard.org/rss-profile";
/// How often to come again.
const SYNDICATION: &str = "https://web.resource.org/rss/1.0/modules/syndication/";
/// Our own elements: fixed for ever, whatever the address of the installation.
pub(super) const JOB: &str = "schema/feeds/rss/README.md";

pub(super) static RSS: Dialect = Dialect {
    channel: Channel::Rss,
    name: "RSS 2.0",
    board: "a feed reader",
    format: Format::Xml,
    media_type: "application/rss+xml; charset=utf-8",
    frame: &[
        (
            "rss",
            &[
                ("version", "2.0"),
                ("xmlns:atom", "http://www.w3.org/2005/Atom"),
                ("xmlns:content", "http://purl.org/rss/1.0/modules/content/"),
                ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
                ("xmlns:sy", "http://purl.org/rss/1.0/modules/syndication/"),
                ("xmlns:job", "urn:vacantia:job:1"),
            ],
        ),
        ("channel", &[]),
    ],
    head: &[
        HeadElement::new("title", FeedFact::Title, RSS_2),
        HeadElement::new("link", FeedFact::Page, RSS_2),
        HeadElement::new("atom:link", FeedFact::SelfLink, PROFILE),
        HeadElement::new("description", FeedFact::Description, RSS_2),
        HeadElement::new("language", FeedFact::Language, RSS_2),
        HeadElement::new("lastBuildDate", FeedFact::LastChanged(DateStyle::Rfc822), RSS_2),
        HeadElement::new("generator", FeedFact::Publisher, RSS_2),
        HeadElement::new("docs", FeedFact::Docs, RSS_2),
        HeadElement::new("ttl", FeedFact::Minutes, RSS_2),
        HeadElement::new("sy:updatePeriod", FeedFact::Period, SYNDICATION),
        HeadElement::new("sy:updateFrequency", FeedFact::Frequency, SYNDICATION),
    ],
    entry: "item",
    elements: ELEMENTS,
    gone: None,
    unwritten: &[
        Unwritten {
            name: "author",
            why: "an email address; dc:creator names the organisation",
            source: RSS_2,
        },
        Unwritten { name: "comments", why: "postings have none", source: RSS_2 },
        Unwritten { name: "enclosure", why: "postings have none", source: RSS_2 },
        Unwritten { name: "source", why: "every item is our own", source: RSS_2 },
    ],
    expansion: Expansion::Posting,
    order: Order::NewestFirst,
    dates: DateStyle::Rfc822,
    tags: &WIDE,
    url_mark: None,
    periods: &[],
    checks: &[Check {
        severity: Severity::Info,
        code: "NO_DEADLINE",
        field: "expiresAt",
        message: "readers can't tell how long the posting stands: it has no deadline",
        mend: "give the posting a deadline",
        broken: |entry| entry.item.expires_at.is_none(),
        source: JOB,
    }],
    wants_all: false,
};

const fn own(name: &'static str, holds: Fact, rule: &'static str) -> Element {
    Element::new(name, holds, rule, JOB)
}

/// The words of schema.org.
pub(super) const EMPLOYMENT: Words<EmploymentType> = &[
    (EmploymentType::FullTime, "FULL_TIME"),
    (EmploymentType::PartTime, "PART_TIME"),
    (EmploymentType::Contract, "CONTRACTOR"),
    (EmploymentType::Temporary, "TEMPORARY"),
    (EmploymentType::Intern, "INTERN"),
    (EmploymentType::Volunteer, "VOLUNTEER"),
    (EmploymentType::PerDiem, "PER_DIEM"),
];

pub(super) const WORKPLACE: Words<Workplace> =
    &[(Workplace::Onsite, "onsite"), (Workplace::Hybrid, "hybrid"), (Workplace::Remote, "remote")];

static ELEMENTS: &[Element] = &[
    Element::new("title", Fact::Title, "The job's title.", RSS_2).required(),
    Element::new("link", Fact::Url, "The page of the posting, absolute.", RSS_2).required(),
    Element::new("guid", Fact::Guid, "A `tag:` URI that never changes; not an address.", PROFILE).required(),
    Element::new("pubDate", Fact::PublishedAt, "The first publication.", RSS_2).required(),
    Element::new("dc:creator", Fact::Organisation, "Who hires.", PROFILE).required(),
    Element::new("description", Fact::Summary, "The beginning of the text, plain.", RSS_2)
        .missing(Severity::Warn),
    Element::new("content:encoded", Fact::Description, "The whole text in HTML.", PROFILE).required().cdata(),
    Element::new("category", Fact::EachTeam, "One for each team that still hires.", RSS_2),
    own("job:location", Fact::EachLocation, "City, region and country; once for each place, none if remote."),
    own(
        "job:remoteCountry",
        Fact::EachRemoteCountry,
        "Where remote work may be done from; once for each country.",
    ),
    own("job:workplace", Fact::Workplace(WORKPLACE), "onsite, hybrid or remote."),
    own("job:employmentType", Fact::Employment(EMPLOYMENT), "schema.org's words, such as FULL_TIME."),
    own("job:salary", Fact::EachPay, "Amounts in whole units, currency, period; once for each jurisdiction.")
        .missing(Severity::Info),
    own("job:openings", Fact::Openings, "Seats not yet filled, over all teams."),
    own("job:team", Fact::EachTeamOpenings, "Seats not yet filled, for each team by rank."),
    own("job:expires", Fact::ExpiresAt, "The deadline."),
    own(
        "job:reference",
        Fact::Requisition,
        "What every channel calls the posting; the strictest board takes 40.",
    )
    .required()
    .length(1, 40),
    own("job:applyUrl", Fact::ApplyUrl, "Where one applies."),
];
