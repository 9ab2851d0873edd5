//! RSS 2.0 with the usual modules, and a small namespace of our own for what RSS has no word for.

use super::{Check, DateStyle, Dialect, Element, Expansion, Format, HeadElement, Order, Unwritten, job};
use crate::domain::feed::{Channel, Severity};
use crate::feeds::fact::{Fact, FeedFact};
use crate::feeds::html::WIDE;

/// The format itself.
const RSS_2: &str = "https://www.rssboard.org/rss-specification";
/// What makes it work in every reader: guid, self link, full text, creator.
const PROFILE: &str = "https://www.rssboard.org/rss-profile";
/// How readers learn what is new without asking again.
const HUB: &str = "https://www.w3.org/TR/websub/";
/// How often to come again.
const SYNDICATION: &str = "https://web.resource.org/rss/1.0/modules/syndication/";

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
        HeadElement::new("atom:link", FeedFact::HubLink, HUB),
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
        source: job::SOURCE,
    }],
    wants_all: false,
};

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
    job::LOCATION,
    job::REMOTE_COUNTRY,
    job::WORKPLACE,
    job::EMPLOYMENT_TYPE,
    job::SALARY,
    job::OPENINGS,
    job::TEAM,
    job::EXPIRES,
    job::REFERENCE,
    job::APPLY_URL,
];
