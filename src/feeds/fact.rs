//! What an element can hold: facts of an entry and of the feed itself. [`reading`] says how they are read, [`content`]
//! what their text may look like.

pub mod content;
pub mod reading;

use super::dialect::DateStyle;
use crate::domain::place::Workplace;
use crate::domain::posting::EmploymentType;

pub use reading::{About, Node};

/// A channel's word for each value it can tell. An empty word means that leaving the element out says it; a value that is
/// not listed is one the channel has no word for.
pub type Words<T> = &'static [(T, &'static str)];

/// What stands for the city of remote work, which has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemoteCity {
    /// Nothing.
    Nothing,
    /// The word that the channel asks for.
    Word(&'static str),
    /// The country's name, in channels whose element takes any kind of place.
    Country,
}

/// What an element of an entry holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// What the channel calls the entry; unique.
    Reference,
    /// What every channel calls the posting.
    Requisition,
    /// The `tag:` URI, said to be no address.
    Guid,
    /// The `tag:` URI.
    Tag,
    /// The title.
    Title,
    /// The careers page, with the channel's mark.
    Url,
    /// The careers page, as a link.
    PageLink,
    /// The same with the entry's reference, so that no two entries share an address.
    UrlOfEntry,
    /// Where one applies.
    ApplyUrl,
    /// Who hires.
    Organisation,
    /// Its own web site.
    OrganisationUrl,
    /// The number of its page on LinkedIn.
    LinkedinCompany,
    /// Where a person reads mail.
    Contact,
    /// The first publication.
    PublishedAt,
    /// The last change.
    UpdatedAt,
    /// The deadline.
    ExpiresAt,
    /// The city.
    City(RemoteCity),
    /// The city where there is a region to say beside it.
    CityBesideRegion,
    /// State, province or region.
    Region,
    /// The country's code.
    Country,
    /// The country's name.
    CountryName,
    /// The postal code.
    PostalCode,
    /// Street and number.
    Street,
    /// City, region and country in one line; of remote work the country.
    PlaceLine,
    /// The whole text.
    Description,
    /// The whole text, said to be HTML.
    DescriptionAsHtml,
    /// The beginning of the text.
    Summary,
    /// The pay at the entry's place, as one line.
    Salary,
    /// The least of it, in whole units with decimals.
    PayLeast,
    /// The most of it.
    PayMost,
    /// The least of it in whole units, rounded down.
    PayLeastWhole,
    /// The most of it in whole units, rounded down.
    PayMostWhole,
    /// Its currency.
    PayCurrency,
    /// The channel's word for the time it is paid for.
    PayPeriod,
    /// The channel's word for what kind of pay it is, where there is pay.
    PayKind(&'static str),
    /// The channel's word for the kind of employment.
    Employment(Words<EmploymentType>),
    /// The channel's word for the workplace.
    Workplace(Words<Workplace>),
    /// The teams that hire, with commas between.
    TeamNames,
    /// Each team that hires.
    EachTeam,
    /// Each team that hires, as a category.
    EachTeamTerm,
    /// Each team that hires, with its vacancies.
    EachTeamOpenings,
    /// Each location.
    EachLocation,
    /// Each remote country.
    EachRemoteCountry,
    /// Each pay range.
    EachPay,
    /// The vacancies over all teams.
    Openings,
}

impl Fact {
    /// The field of a posting, as GraphQL names it, that a recruiter mends when this is missing or wrong.
    #[must_use]
    pub const fn field(self) -> &'static str {
        match self {
            Self::Reference | Self::Requisition => "id",
            Self::Guid | Self::Tag | Self::PublishedAt => "publishedAt",
            Self::Title => "title",
            Self::Url | Self::PageLink | Self::UrlOfEntry => "url",
            Self::ApplyUrl => "applyUrl",
            Self::Organisation => "organisation.name",
            Self::OrganisationUrl => "organisation.url",
            Self::LinkedinCompany => "organisation.linkedinCompany",
            Self::Contact => "organisation.contactEmail",
            Self::UpdatedAt => "updatedAt",
            Self::ExpiresAt => "expiresAt",
            Self::City(_) | Self::CityBesideRegion => "locations.city",
            Self::Region => "locations.region",
            Self::Country | Self::CountryName => "locations.country",
            Self::PostalCode => "locations.postalCode",
            Self::Street => "locations.street",
            Self::Description | Self::DescriptionAsHtml | Self::Summary => "sections",
            Self::Employment(_) => "employmentType",
            Self::Workplace(_) => "workplace",
            Self::EachLocation | Self::PlaceLine => "locations",
            Self::EachRemoteCountry => "remoteCountries",
            Self::TeamNames
            | Self::EachTeam
            | Self::EachTeamTerm
            | Self::EachTeamOpenings
            | Self::Openings => "teams",
            _ => "payRanges",
        }
    }

    /// What a recruiter calls it, to follow "the".
    #[must_use]
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Reference | Self::Requisition => "id",
            Self::Guid | Self::Tag | Self::PublishedAt => "date of publication",
            Self::Title => "title",
            Self::Url | Self::PageLink | Self::UrlOfEntry => "address of its page",
            Self::ApplyUrl => "address to apply at",
            Self::Organisation => "organisation's name",
            Self::OrganisationUrl => "organisation's web site",
            Self::LinkedinCompany => "number of the organisation's page",
            Self::Contact => "address for mail",
            Self::UpdatedAt => "date of its last change",
            Self::ExpiresAt => "deadline",
            Self::City(_) | Self::CityBesideRegion => "city",
            Self::Region => "state or region",
            Self::Country | Self::CountryName => "country",
            Self::PostalCode => "postal code",
            Self::Street => "street",
            Self::Description | Self::DescriptionAsHtml => "description",
            Self::Summary => "summary",
            Self::Employment(_) => "kind of employment",
            Self::Workplace(_) => "kind of workplace",
            Self::EachLocation | Self::PlaceLine => "place",
            Self::EachRemoteCountry => "country one may work from",
            Self::TeamNames | Self::EachTeam | Self::EachTeamTerm | Self::EachTeamOpenings => "team",
            Self::Openings => "number of vacancies",
            _ => "pay",
        }
    }

    /// Whether it is a part of the pay: there with the other parts or not at all.
    #[must_use]
    pub fn is_pay(self) -> bool {
        self.noun() == "pay"
    }

    /// Whether it may come several times in an entry.
    #[must_use]
    pub const fn repeats(self) -> bool {
        matches!(
            self,
            Self::EachTeam
                | Self::EachTeamTerm
                | Self::EachTeamOpenings
                | Self::EachLocation
                | Self::EachRemoteCountry
                | Self::EachPay
        )
    }
}

/// What an element about the feed itself holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeedFact {
    /// This program.
    Publisher,
    /// Where this installation is.
    PublisherUrl,
    /// When the content last changed; never when the document was built.
    LastChanged(DateStyle),
    /// The same, in formats that ask for a time in any case: the beginning of time while nothing ever changed.
    LastChangedIfEver(DateStyle),
    /// How many entries follow.
    Entries,
    /// What the feed is called for good: its address.
    Id,
    /// The format's version.
    Version(&'static str),
    /// The feed's own address, as text.
    Address,
    /// The page of all jobs, as a link.
    PageLink,
    /// That everything there is stands in the document.
    Complete,
    /// The organisation, as the author of everything.
    Authors,
    /// The feed's title.
    Title,
    /// The page of all jobs.
    Page,
    /// The feed's own address.
    SelfLink,
    /// The hub that tells readers when the feed says something new, as a link, if there is one.
    HubLink,
    /// The same in a list of hubs.
    Hubs,
    /// What the feed is about.
    Description,
    /// The language of the feed's own words.
    Language,
    /// Where the format is described.
    Docs,
    /// How long a copy is good, in minutes.
    Minutes,
    /// How often the feed changes: so many times a ..
    Period,
    /// .. so many times.
    Frequency,
}

impl FeedFact {
    /// Whether it may come several times.
    #[must_use]
    pub const fn repeats(self) -> bool {
        matches!(self, Self::Authors | Self::Hubs)
    }

    /// What it is, in words.
    #[must_use]
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Publisher => "this program",
            Self::PublisherUrl => "where this installation is",
            Self::LastChanged(_) | Self::LastChangedIfEver(_) => "when the content last changed",
            Self::Id | Self::Address | Self::SelfLink => "the feed's own address",
            Self::HubLink | Self::Hubs => {
                "the hub that tells when the feed says something new, if there is one"
            }
            Self::Version(_) => "the format's version",
            Self::Page | Self::PageLink => "the page of all jobs",
            Self::Complete => "that everything there is stands in the document",
            Self::Authors => "the organisation",
            Self::Entries => "how many entries follow",
            Self::Title => "the feed's title",
            Self::Description => "what the feed is about",
            Self::Language => "the language of the feed's own words",
            Self::Docs => "where the format is described",
            Self::Minutes => "how long a copy is good, in minutes",
            Self::Period => "how often the feed changes: so many times a ..",
            Self::Frequency => ".. so many times",
        }
    }
}
