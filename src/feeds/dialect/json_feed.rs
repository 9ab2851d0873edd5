//! JSON Feed 1.1, with an extension of our own for what it has no word for.

use super::{DateStyle, Dialect, Element, Expansion, Format, HeadElement, Order, Unwritten, job};
use crate::domain::feed::{Channel, Severity};
use crate::feeds::fact::{Fact, FeedFact};
use crate::feeds::html::WIDE;

/// The format.
const SPEC: &str = "https://www.jsonfeed.org/version/1.1/";

pub(super) static JSON_FEED: Dialect = Dialect {
    channel: Channel::JsonFeed,
    name: "JSON Feed 1.1",
    board: "a feed reader",
    format: Format::Json,
    media_type: "application/feed+json; charset=utf-8",
    frame: &[],
    head: &[
        HeadElement::new("version", FeedFact::Version("https://jsonfeed.org/version/1.1"), SPEC),
        HeadElement::new("title", FeedFact::Title, SPEC),
        HeadElement::new("description", FeedFact::Description, SPEC),
        HeadElement::new("home_page_url", FeedFact::Page, SPEC),
        HeadElement::new("feed_url", FeedFact::Address, SPEC),
        HeadElement::new("authors", FeedFact::Authors, SPEC),
        HeadElement::new("hubs", FeedFact::Hubs, SPEC),
    ],
    entry: "items",
    elements: ELEMENTS,
    gone: None,
    unwritten: &[
        Unwritten { name: "next_url", why: "the feed always holds everything", source: SPEC },
        Unwritten { name: "expired", why: "it speaks of a feed that ends, not of an item", source: SPEC },
        Unwritten { name: "language", why: "postings do not say theirs", source: SPEC },
        Unwritten { name: "image", why: "postings have none", source: SPEC },
    ],
    expansion: Expansion::Posting,
    order: Order::NewestFirst,
    dates: DateStyle::Iso8601,
    tags: &WIDE,
    url_mark: None,
    periods: &[],
    checks: &[],
    wants_all: false,
};

static ELEMENTS: &[Element] = &[
    Element::new("id", Fact::Tag, "A `tag:` URI that never changes; not an address.", SPEC).required(),
    Element::new("url", Fact::Url, "The page of the posting.", SPEC).required(),
    Element::new("title", Fact::Title, "The job's title.", SPEC).required(),
    Element::new("summary", Fact::Summary, "The beginning of the text, plain.", SPEC).missing(Severity::Warn),
    Element::new("content_html", Fact::Description, "The whole text in HTML.", SPEC).required(),
    Element::new("date_published", Fact::PublishedAt, "The first publication.", SPEC).required(),
    Element::new("date_modified", Fact::UpdatedAt, "The last change.", SPEC).required(),
    Element::new("tags", Fact::EachTeam, "The teams that still hire.", SPEC),
    job::LOCATION.named("_job/locations"),
    job::REMOTE_COUNTRY.named("_job/remoteCountries"),
    job::WORKPLACE.named("_job/workplace"),
    job::EMPLOYMENT_TYPE.named("_job/employmentType"),
    job::SALARY.named("_job/salaries"),
    job::OPENINGS.named("_job/openings"),
    job::TEAM.named("_job/teams"),
    job::EXPIRES.named("_job/expires"),
    job::REFERENCE.named("_job/reference"),
    job::APPLY_URL.named("_job/applyUrl"),
];
