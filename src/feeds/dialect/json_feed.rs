//! JSON Feed 1.1, with an extension of our own for what it has no word for.

use super::rss::{EMPLOYMENT, JOB, WORKPLACE};
use super::{DateStyle, Dialect, Element, Expansion, Format, HeadElement, Order, Unwritten};
use crate::domain::feed::{Channel, Severity};
use crate::feeds::fact::{Fact, FeedFact};
use crate::feeds::html::WIDE;

/// The format.
const SPEC: &str = "https://www.jsonfeed.org/version/1.1/";

pub(super) static JSON_FEED: Dialect = Dialect {
    channel: Channel::JsonFeed,
    name: "JSON Feed 1.1",
    board: "JSON Feed",
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

const fn own(name: &'static str, holds: Fact, rule: &'static str) -> Element {
    Element::new(name, holds, rule, JOB)
}

static ELEMENTS: &[Element] = &[
    Element::new("id", Fact::Tag, "A `tag:` URI that never changes; not an address.", SPEC).required(),
    Element::new("url", Fact::Url, "The page of the posting.", SPEC).required(),
    Element::new("title", Fact::Title, "The job's title.", SPEC).required(),
    Element::new("summary", Fact::Summary, "The beginning of the text, plain.", SPEC).missing(Severity::Warn),
    Element::new("content_html", Fact::Description, "The whole text in HTML.", SPEC).required(),
    Element::new("date_published", Fact::PublishedAt, "The first publication.", SPEC).required(),
    Element::new("date_modified", Fact::UpdatedAt, "The last change.", SPEC).required(),
    Element::new("tags", Fact::EachTeam, "The teams that still hire.", SPEC),
    own("_job/locations", Fact::EachLocation, "City, region and country of each place; none if remote."),
    own("_job/remoteCountries", Fact::EachRemoteCountry, "Where remote work may be done from."),
    own("_job/workplace", Fact::Workplace(WORKPLACE), "onsite, hybrid or remote."),
    own("_job/employmentType", Fact::Employment(EMPLOYMENT), "schema.org's words, such as FULL_TIME."),
    own("_job/salaries", Fact::EachPay, "Amounts in whole units, currency, period, for each jurisdiction.")
        .missing(Severity::Info),
    own("_job/openings", Fact::Openings, "Seats not yet filled, over all teams."),
    own("_job/teams", Fact::EachTeamOpenings, "Seats not yet filled, for each team by rank."),
    own("_job/expires", Fact::ExpiresAt, "The deadline."),
    own("_job/reference", Fact::Requisition, "What every channel calls the posting.").required(),
    own("_job/applyUrl", Fact::ApplyUrl, "Where one applies."),
];
