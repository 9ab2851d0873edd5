//! Atom (RFC 4287) of everything that is open (RFC 5005 section 2), with a word on what no longer is (RFC 6721), and the
//! namespace of our own that RSS has too.

use super::{DateStyle, Dialect, Element, Expansion, Format, Gone, HeadElement, Order, Unwritten, job};
use crate::domain::feed::{Channel, Severity};
use crate::feeds::fact::{Fact, FeedFact};
use crate::feeds::html::WIDE;

/// The format itself.
const ATOM: &str = "https://www.rfc-editor.org/rfc/rfc4287";
/// A feed that holds everything there is.
const COMPLETE: &str = "https://www.rfc-editor.org/rfc/rfc5005";
/// How readers learn what is new without asking again.
const HUB: &str = "https://www.w3.org/TR/websub/";
/// Entries that are no more.
const TOMBSTONES: &str = "https://www.rfc-editor.org/rfc/rfc6721";

pub(super) static ATOM_FEED: Dialect = Dialect {
    channel: Channel::Atom,
    name: "Atom",
    board: "a feed reader",
    format: Format::Xml,
    media_type: "application/atom+xml; charset=utf-8",
    frame: &[(
        "feed",
        &[
            ("xmlns", "http://www.w3.org/2005/Atom"),
            ("xmlns:at", "http://purl.org/atompub/tombstones/1.0"),
            ("xmlns:fh", "http://purl.org/syndication/history/1.0"),
            ("xmlns:job", "urn:vacantia:job:1"),
        ],
    )],
    head: &[
        HeadElement::new("id", FeedFact::Id, ATOM),
        HeadElement::new("title", FeedFact::Title, ATOM),
        HeadElement::new("subtitle", FeedFact::Description, ATOM),
        HeadElement::new("updated", FeedFact::LastChangedIfEver(DateStyle::Iso8601), ATOM),
        HeadElement::new("link", FeedFact::SelfLink, ATOM),
        HeadElement::new("link", FeedFact::HubLink, HUB),
        HeadElement::new("link", FeedFact::PageLink, ATOM),
        HeadElement::new("generator", FeedFact::Publisher, ATOM),
        HeadElement::new("fh:complete", FeedFact::Complete, COMPLETE),
    ],
    entry: "entry",
    elements: ELEMENTS,
    gone: Some(Gone {
        name: "at:deleted-entry",
        comment: "at:comment",
        days: 30,
        rule: "A posting that left, for 30 days: by `ref` which, by `when` since when.",
        source: TOMBSTONES,
    }),
    unwritten: &[
        Unwritten { name: "contributor", why: "postings have none", source: ATOM },
        Unwritten { name: "rights", why: "postings have none", source: ATOM },
        Unwritten { name: "source", why: "every entry is our own", source: ATOM },
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
    Element::new("id", Fact::Tag, "A `tag:` URI that never changes; not an address.", ATOM).required(),
    Element::new("title", Fact::Title, "The job's title.", ATOM).required(),
    Element::new("link", Fact::PageLink, "The page of the posting.", ATOM).required(),
    Element::new("published", Fact::PublishedAt, "The first publication.", ATOM).required(),
    Element::new("updated", Fact::UpdatedAt, "The last change.", ATOM).required(),
    Element::new("author/name", Fact::Organisation, "Who hires.", ATOM).required(),
    Element::new("summary", Fact::Summary, "The beginning of the text, plain.", ATOM).missing(Severity::Warn),
    Element::new("content", Fact::DescriptionAsHtml, "The whole text in HTML.", ATOM).required(),
    Element::new("category", Fact::EachTeamTerm, "One for each team that still hires.", ATOM),
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
