//! What an element can hold, and how it is read from an entry.

use std::borrow::Cow;

use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;

use super::dialect::{DateStyle, Dialect};
use super::item::FeedItem;
use super::rendition::{Entry, Place};
use crate::domain::money::{PayInterval, PayRange};
use crate::domain::place::{Location, Workplace};
use crate::domain::site::Site;

/// What an element of an entry holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// What the channel calls the entry; unique.
    Reference,
    /// What every channel calls the posting.
    Requisition,
    /// The `tag:` URI.
    Guid,
    /// The title.
    Title,
    /// The careers page, with the channel's mark.
    Url,
    /// Where one applies.
    ApplyUrl,
    /// Who hires.
    Organisation,
    /// Where a person reads mail.
    Contact,
    /// The first publication.
    PublishedAt,
    /// The last change.
    UpdatedAt,
    /// The deadline.
    ExpiresAt,
    /// The city, or `Remote`.
    City,
    /// State, province or region.
    Region,
    /// The country's code.
    Country,
    /// The postal code.
    PostalCode,
    /// Street and number.
    Street,
    /// The whole text.
    Description,
    /// The beginning of the text.
    Summary,
    /// The pay at the entry's place, as one line.
    Salary,
    /// The channel's word for the kind of employment.
    Employment,
    /// The channel's word for the workplace.
    WorkplaceWord,
    /// The teams that hire, with commas between.
    TeamNames,
    /// Each team that hires.
    EachTeam,
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

/// One element's content.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Node<'a> {
    /// Its attributes.
    pub attributes: Vec<(&'static str, Cow<'a, str>)>,
    /// Its text.
    pub text: Cow<'a, str>,
}

impl<'a> Node<'a> {
    fn with(mut self, name: &'static str, value: impl Into<Cow<'a, str>>) -> Self {
        self.attributes.push((name, value.into()));
        self
    }
}

fn text<'a>(text: impl Into<Cow<'a, str>>) -> Node<'a> {
    Node { attributes: Vec::new(), text: text.into() }
}

fn one<'a>(value: impl Into<Cow<'a, str>>) -> Vec<Node<'a>> {
    let node = text(value);
    if node.text.is_empty() { Vec::new() } else { vec![node] }
}

fn maybe<'a>(value: Option<impl Into<Cow<'a, str>>>) -> Vec<Node<'a>> {
    value.map(one).unwrap_or_default()
}

impl Fact {
    /// The field of a posting, as GraphQL names it, that a recruiter mends when this is missing or wrong.
    #[must_use]
    pub const fn field(self) -> &'static str {
        match self {
            Self::Reference | Self::Requisition => "id",
            Self::Guid | Self::PublishedAt => "publishedAt",
            Self::Title => "title",
            Self::Url | Self::ApplyUrl => "url",
            Self::Organisation => "organisation.name",
            Self::Contact => "organisation.contactEmail",
            Self::UpdatedAt => "updatedAt",
            Self::ExpiresAt => "expiresAt",
            Self::City => "locations.city",
            Self::Region => "locations.region",
            Self::Country => "locations.country",
            Self::PostalCode => "locations.postalCode",
            Self::Street => "locations.street",
            Self::Description | Self::Summary => "sections",
            Self::Salary | Self::EachPay => "payRanges",
            Self::Employment => "employmentType",
            Self::WorkplaceWord => "workplace",
            Self::EachLocation => "locations",
            Self::EachRemoteCountry => "remoteCountries",
            Self::TeamNames | Self::EachTeam | Self::EachTeamOpenings | Self::Openings => "teams",
        }
    }

    /// What an entry has to say; nothing if there is nothing to say.
    #[must_use]
    pub fn read<'a>(self, entry: &'a Entry<'a>) -> Vec<Node<'a>> {
        let (item, dialect) = (entry.item, entry.dialect);
        let date = |at: DateTime<Tz>| dialect.dates.write(&at);
        match self {
            Self::Reference => one(&*entry.reference),
            Self::Requisition => one(item.requisition()),
            Self::Guid => item.tag.iter().map(|tag| text(tag).with("isPermaLink", "false")).collect(),
            Self::Title => one(&item.title),
            Self::Url => one(marked(&item.url, dialect)),
            Self::ApplyUrl => one(&item.apply_url),
            Self::Organisation => one(&item.organisation.name),
            Self::Contact => one(&item.organisation.contact_email),
            Self::PublishedAt => maybe(item.published_at.map(date)),
            Self::UpdatedAt => one(date(item.updated_at)),
            Self::ExpiresAt => maybe(item.expires_at.map(date)),
            Self::Description => one(entry.description()),
            Self::Summary => one(&item.summary),
            Self::Salary => maybe(entry.pay().map(salary)),
            Self::Employment => maybe(word(dialect.employment, item.employment_type)),
            Self::WorkplaceWord => maybe(word(dialect.workplace, item.workplace)),
            Self::Openings => one(item.openings.to_string()),
            Self::City | Self::Region | Self::Country | Self::PostalCode | Self::Street => {
                self.read_place(entry)
            }
            _ => self.read_each(item),
        }
    }

    fn read_place<'a>(self, entry: &'a Entry<'a>) -> Vec<Node<'a>> {
        match (self, entry.place) {
            (Self::City, Some(Place::At(location))) => one(&location.city),
            (Self::Region, Some(Place::At(location))) => maybe(location.region.as_deref()),
            (Self::PostalCode, Some(Place::At(location))) => maybe(location.postal_code.as_deref()),
            (Self::Street, Some(Place::At(location))) => maybe(location.street.as_deref()),
            (Self::Country, Some(Place::At(location))) => one(location.country.code()),
            (Self::City, Some(Place::RemoteIn(_))) => one("Remote"),
            (Self::Country, Some(Place::RemoteIn(country))) => one(country.code()),
            // Said to be nothing, which is more than having nothing to say.
            (Self::Region | Self::PostalCode, Some(Place::RemoteIn(_))) => vec![Node::default()],
            _ => Vec::new(),
        }
    }

    fn read_each(self, item: &FeedItem) -> Vec<Node<'_>> {
        let teams = item.teams.iter();
        match self {
            Self::TeamNames => {
                one(teams.map(|team| team.name.replace(',', "")).collect::<Vec<_>>().join(", "))
            }
            Self::EachTeam => teams.map(|team| text(&team.name)).collect(),
            Self::EachTeamOpenings => {
                teams.map(|team| text(&team.name).with("openings", team.vacancies.to_string())).collect()
            }
            Self::EachLocation if item.workplace != Workplace::Remote => {
                item.locations.iter().map(place).collect()
            }
            Self::EachRemoteCountry if item.workplace == Workplace::Remote => {
                let countries = item.remote_countries.iter();
                countries.map(|country| text(country.name()).with("code", country.code())).collect()
            }
            Self::EachPay => item.pay_ranges.iter().map(pay).collect(),
            _ => Vec::new(),
        }
    }
}

fn word<T: PartialEq + Copy>(words: &[(T, &'static str)], meant: T) -> Option<&'static str> {
    words.iter().find(|(known, _)| *known == meant).map(|(_, word)| *word)
}

fn marked<'a>(url: &'a str, dialect: &Dialect) -> Cow<'a, str> {
    let joint = if url.contains('?') { '&' } else { '?' };
    dialect.url_mark.map_or(Cow::Borrowed(url), |mark| format!("{url}{joint}{mark}").into())
}

fn place(location: &Location) -> Node<'_> {
    let mut node = text(location.to_string()).with("city", &location.city);
    if let Some(region) = &location.region {
        node = node.with("region", region);
    }
    if let Some(code) = &location.postal_code {
        node = node.with("postalCode", code);
    }
    node.with("country", location.country.code())
}

fn pay(range: &PayRange) -> Node<'_> {
    let node = text(range.to_string())
        .with("min", range.least().plain())
        .with("max", range.most().plain())
        .with("currency", range.currency.code())
        .with("per", range.interval.as_str());
    match range.jurisdiction {
        Some(country) => node.with("country", country.code()),
        None => node,
    }
}

/// The pay as Indeed wants it: sign, plain digits, range, period.
fn salary(range: &PayRange) -> String {
    let amount = |money: crate::domain::money::Money| match money.currency.sign() {
        Some(sign) => format!("{sign}{}", money.plain()),
        None => format!("{} {}", money.currency.code(), money.plain()),
    };
    let period = match range.interval {
        PayInterval::Hour => "per hour",
        PayInterval::Day => "per day",
        PayInterval::Week => "per week",
        PayInterval::Month => "per month",
        PayInterval::Year => "per year",
    };
    if range.min == range.max {
        return format!("{} {period}", amount(range.least()));
    }
    format!("{} - {} {period}", amount(range.least()), amount(range.most()))
}

impl DateStyle {
    /// A time in this style.
    #[must_use]
    pub fn write(self, at: &DateTime<Tz>) -> String {
        match self {
            Self::Iso8601 => at.to_rfc3339_opts(SecondsFormat::Secs, true),
            Self::Rfc822 => at.format("%a, %d %b %Y %H:%M:%S %z").to_string(),
        }
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
    LastChanged,
    /// The feed's title.
    Title,
    /// The page of all jobs.
    Page,
    /// The feed's own address.
    SelfLink,
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
    /// What there is to say about the feed; nothing about a change while nothing ever changed.
    #[must_use]
    pub fn read(
        self,
        dialect: &Dialect,
        site: &Site,
        last_changed: Option<DateTime<Utc>>,
    ) -> Option<Node<'static>> {
        Some(match self {
            Self::Publisher => text("Vacantia"),
            Self::PublisherUrl => text(site.public_url.clone()),
            Self::LastChanged => text(DateStyle::Rfc822.write(&last_changed?.with_timezone(&site.zone))),
            Self::Title => text(format!("Jobs at {}", site.name)),
            Self::Page => text(site.jobs_url()),
            Self::SelfLink => Node::default()
                .with("href", site.feed_url(dialect.channel))
                .with("rel", "self")
                .with("type", dialect.media_type.split(';').next().unwrap_or_default()),
            Self::Description => text(format!("Every open position at {}.", site.name)),
            Self::Language => text("en"),
            Self::Docs => text("https://www.rssboard.org/rss-specification"),
            Self::Minutes => text("60"),
            Self::Period => text("hourly"),
            Self::Frequency => text("1"),
        })
    }
}
