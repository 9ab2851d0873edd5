//! ZipRecruiter's XML feed.

use super::{
    Check, DateStyle, Dialect, Element, Expansion, Format, HeadElement, Mark, Order, Unwritten, XML, rules,
};
use crate::domain::feed::{Channel, Severity};
use crate::feeds::fact::{Fact, FeedFact};
use crate::feeds::html::COMMON;
use crate::feeds::rendition::Place;

/// What the board tells its partners.
const FEED: &str = "https://www.ziprecruiter.com/partner/documentation";
/// An annotated sample of the board, as a customer published it.
const SAMPLE: &str = "https://github.com/stevenwarner/automotohr/blob/HEAD/application/controllers/Zip_recruiter_organic_sample.php";

/// Not in the sample, but in the format that this one follows.
const FAMILY: &str = "https://docs.indeed.com/sponsored-jobs-api/shared-resources/xml-job-feed-format";

pub(super) static ZIPRECRUITER: Dialect = Dialect {
    channel: Channel::Ziprecruiter,
    name: "ZipRecruiter XML",
    board: "ZipRecruiter",
    format: Format::Xml,
    media_type: XML,
    frame: &[("source", &[])],
    head: &[
        HeadElement::new("lastBuildDate", FeedFact::LastChanged(DateStyle::Rfc822), SAMPLE),
        HeadElement::new("publisherurl", FeedFact::PublisherUrl, SAMPLE),
        HeadElement::new("publisher", FeedFact::Publisher, SAMPLE),
    ],
    entry: "job",
    elements: ELEMENTS,
    gone: None,
    unwritten: UNWRITTEN,
    expansion: Expansion::Place,
    order: Order::OldestFirst,
    dates: DateStyle::Iso8601,
    tags: &COMMON,
    url_mark: Some(Mark::source("ziprecruiter")),
    periods: &[],
    checks: CHECKS,
    wants_all: true,
};

const fn told(name: &'static str, holds: Fact, rule: &'static str) -> Element {
    Element::new(name, holds, rule, SAMPLE).cdata()
}

static ELEMENTS: &[Element] = &[
    told("title", Fact::Title, "The title as candidates see it.").required(),
    told("date", Fact::PublishedAt, "The first publication.").required(),
    told("referencenumber", Fact::Reference, "Unique; letters and digits.").required(),
    told("company", Fact::Organisation, "Who really hires; never `confidential`.").required(),
    told("city", Fact::CityBesideRegion, "Only with the state; the postal code is preferred."),
    told("state", Fact::Region, "Only with the city."),
    told("postalcode", Fact::PostalCode, "Preferred over city and state.").missing(Severity::Info),
    told("country", Fact::Country, "The ISO 3166 code of two letters.").required(),
    told("description", Fact::Description, "The whole text; HTML is allowed.").required(),
    Element::new(
        "url",
        Fact::Url,
        "The page of the job, as in the family of formats that Indeed began.",
        FAMILY,
    )
    .cdata(),
];

static UNWRITTEN: &[Unwritten] = &[
    Unwritten { name: "category", why: "a word of a list that is not public", source: SAMPLE },
    Unwritten { name: "compensation", why: "no page that could be read names its elements", source: FEED },
];

static CHECKS: &[Check] = &[
    Check {
        severity: Severity::Block,
        code: "PLACE_INCOMPLETE",
        field: "locations.postalCode",
        message: "ZipRecruiter asks for a postal code, or for both city and state",
        mend: "complete the location",
        broken: |entry| {
            let Some(Place::At(location)) = entry.place else { return false };
            location.postal_code.is_none() && location.region.is_none()
        },
        source: SAMPLE,
    },
    Check {
        severity: Severity::Block,
        code: "REMOTE_NOT_TAKEN",
        field: "workplace",
        message: "ZipRecruiter asks for a postal code, or for both city and state, and remote work has neither",
        mend: "nothing, unless the work is done at a place",
        broken: rules::is_remote,
        source: SAMPLE,
    },
    rules::pay_unsaid("the pay is not in this feed: how ZipRecruiter wants it could not be found out", FEED),
];
