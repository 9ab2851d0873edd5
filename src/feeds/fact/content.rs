//! What the text of an element may look like, for the grammars of channels.

use super::{Fact, FeedFact};
use crate::feeds::dialect::Dialect;

/// What the text of an element, or of an attribute, may look like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Any text with something in it.
    Text,
    /// Nothing: what there is to say stands in the attributes.
    Nothing,
    /// What a regular expression of XML Schema (part 2, appendix F) says of the whole.
    Pattern(&'static str),
    /// One of these.
    Word(Vec<&'static str>),
}

/// An attribute of an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// Its name.
    pub name: &'static str,
    /// What it may hold.
    pub content: Content,
    /// Whether it is always there.
    pub required: bool,
}

const ADDRESS: Content = Content::Pattern(r"https?://\S+");
const COUNTRY: Content = Content::Pattern("[A-Z]{2}");
const CURRENCY: Content = Content::Pattern("[A-Z]{3}");
/// A whole number.
pub const WHOLE: Content = Content::Pattern(r"\d+");
const AMOUNT: Content = Content::Pattern(r"\d+(\.\d+)?");

impl Fact {
    /// What an element with this fact may hold.
    #[must_use]
    pub fn content(self, dialect: &Dialect) -> Content {
        match self {
            Self::Reference => Content::Pattern("[0-9a-z]{26}(-[0-9a-z]{8})?"),
            Self::Requisition => Content::Pattern("[0-9a-z]{26}"),
            Self::PageLink | Self::EachTeamTerm => Content::Nothing,
            Self::Guid | Self::Tag => Content::Pattern(r"tag:[^,\s]+,\d{4}-\d\d-\d\d:\S+"),
            Self::Url | Self::UrlOfEntry | Self::ApplyUrl | Self::OrganisationUrl => ADDRESS,
            Self::LinkedinCompany | Self::Openings | Self::PayLeastWhole | Self::PayMostWhole => WHOLE,
            Self::Contact => Content::Pattern(r"[^@\s]+@[^@\s]+"),
            Self::PublishedAt | Self::UpdatedAt | Self::ExpiresAt => {
                Content::Pattern(dialect.dates.pattern())
            }
            Self::Country => COUNTRY,
            Self::PayLeast | Self::PayMost => AMOUNT,
            Self::PayCurrency => CURRENCY,
            Self::PayPeriod => Content::Word(words(dialect.periods)),
            Self::PayKind(word) => Content::Word(vec![word]),
            Self::Employment(known) => Content::Word(words(known)),
            Self::Workplace(known) => Content::Word(words(known)),
            _ => Content::Text,
        }
    }

    /// The attributes of an element with this fact.
    #[must_use]
    pub fn attributes(self) -> Vec<Attribute> {
        let always = |name, content| Attribute { name, content, required: true };
        let perhaps = |name, content| Attribute { name, content, required: false };
        match self {
            Self::Guid => vec![always("isPermaLink", Content::Word(vec!["false"]))],
            Self::PageLink => page_link(),
            Self::DescriptionAsHtml => vec![always("type", Content::Word(vec!["html"]))],
            Self::EachTeamTerm => vec![always("term", Content::Text)],
            Self::EachTeamOpenings => vec![always("openings", WHOLE)],
            Self::EachRemoteCountry => vec![always("code", COUNTRY)],
            Self::EachLocation => vec![
                always("city", Content::Text),
                perhaps("region", Content::Text),
                perhaps("postalCode", Content::Text),
                always("country", COUNTRY),
            ],
            Self::EachPay => vec![
                always("min", AMOUNT),
                always("max", AMOUNT),
                always("currency", CURRENCY),
                always("per", Content::Word(vec!["hour", "day", "week", "month", "year"])),
                perhaps("country", COUNTRY),
            ],
            _ => Vec::new(),
        }
    }
}

impl FeedFact {
    /// What an element with this fact may hold.
    #[must_use]
    pub const fn content(self) -> Content {
        match self {
            Self::PublisherUrl | Self::Page | Self::Docs | Self::Id | Self::Address | Self::Version(_) => {
                ADDRESS
            }
            Self::LastChanged(style) | Self::LastChangedIfEver(style) => Content::Pattern(style.pattern()),
            Self::Entries | Self::Minutes | Self::Frequency => WHOLE,
            Self::SelfLink | Self::HubLink | Self::Hubs | Self::PageLink | Self::Complete | Self::Authors => {
                Content::Nothing
            }
            Self::Publisher | Self::Title | Self::Description | Self::Language | Self::Period => {
                Content::Text
            }
        }
    }

    /// The attributes of an element with this fact.
    #[must_use]
    pub fn attributes(self) -> Vec<Attribute> {
        let always = |name, content| Attribute { name, content, required: true };
        match self {
            Self::SelfLink => vec![
                always("href", ADDRESS),
                always("rel", Content::Word(vec!["self"])),
                always("type", Content::Text),
            ],
            Self::HubLink => vec![always("href", ADDRESS), always("rel", Content::Word(vec!["hub"]))],
            Self::Hubs => vec![always("type", Content::Word(vec!["WebSub"])), always("url", ADDRESS)],
            Self::PageLink => page_link(),
            Self::Authors => vec![always("name", Content::Text), always("url", ADDRESS)],
            _ => Vec::new(),
        }
    }

    /// Whether it may be missing: while nothing was ever published, or where there is no hub.
    #[must_use]
    pub const fn may_be_missing(self) -> bool {
        matches!(self, Self::LastChanged(_) | Self::HubLink | Self::Hubs)
    }
}

fn page_link() -> Vec<Attribute> {
    let always = |name, content| Attribute { name, content, required: true };
    vec![
        always("rel", Content::Word(vec!["alternate"])),
        always("type", Content::Word(vec!["text/html"])),
        always("href", ADDRESS),
    ]
}

/// The words that are written; those left out are none.
fn words<T>(known: &[(T, &'static str)]) -> Vec<&'static str> {
    let mut words: Vec<&str> = known.iter().map(|(_, word)| *word).filter(|word| !word.is_empty()).collect();
    words.sort_unstable();
    words.dedup();
    words
}
