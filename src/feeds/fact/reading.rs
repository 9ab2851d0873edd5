//! How facts are read from an entry, and from what is known of the feed.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::{Fact, FeedFact, RemoteCity, Words};
use crate::domain::channel_setting::ChannelSetting;
use crate::domain::money::{Money, PayInterval, PayRange};
use crate::domain::place::{Location, Workplace};
use crate::domain::posting::EmploymentType;
use crate::domain::site::Site;
use crate::feeds::dialect::Dialect;
use crate::feeds::item::FeedItem;
use crate::feeds::rendition::{Entry, Place};

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
    /// What an entry has to say; nothing if there is nothing to say.
    #[must_use]
    pub fn read<'a>(self, entry: &'a Entry<'a>) -> Vec<Node<'a>> {
        let (item, dialect) = (entry.item, entry.dialect);
        let date = |at: DateTime<Tz>| dialect.dates.write(&at);
        match self {
            Self::Reference => one(&*entry.reference),
            Self::Requisition => one(item.requisition()),
            Self::Guid => item.tag.iter().map(|tag| text(tag).with("isPermaLink", "false")).collect(),
            Self::Tag => maybe(item.tag.as_deref()),
            Self::Title => one(&item.title),
            Self::PageLink => {
                let link = Node::default().with("rel", "alternate").with("type", "text/html");
                vec![link.with("href", entry.marked(&item.url))]
            }
            Self::Url => one(entry.marked(&item.url)),
            Self::UrlOfEntry => {
                let url = entry.marked(&item.url);
                let reference = &entry.reference;
                one(format!("{url}{}entry={reference}", joint(&url)))
            }
            // An address of somebody else's is left as it is.
            Self::ApplyUrl if item.applies_here => one(entry.marked(&item.apply_url)),
            Self::ApplyUrl => one(&item.apply_url),
            Self::Organisation => one(&item.organisation.name),
            Self::OrganisationUrl => one(&item.organisation.url),
            Self::LinkedinCompany => maybe(entry.company()),
            Self::Contact => one(&item.organisation.contact_email),
            Self::PublishedAt => maybe(item.published_at.map(date)),
            Self::UpdatedAt => one(date(item.updated_at)),
            Self::ExpiresAt => maybe(item.expires_at.map(date)),
            Self::Description => one(entry.description()),
            Self::DescriptionAsHtml => {
                one(entry.description()).into_iter().map(|node| node.with("type", "html")).collect()
            }
            Self::Summary => one(&item.summary),
            Self::Employment(words) => maybe(word(words, item.employment_type)),
            Self::Workplace(words) => maybe(word(words, item.workplace)),
            Self::Openings => one(item.openings.to_string()),
            _ if self.repeats() || self == Self::TeamNames => self.read_each(item),
            _ if self.is_pay() => self.read_pay(entry),
            _ => self.read_place(entry),
        }
    }

    fn read_place<'a>(self, entry: &'a Entry<'a>) -> Vec<Node<'a>> {
        match entry.place {
            Some(Place::At(location)) => match self {
                Self::City(_) => one(&location.city),
                Self::CityBesideRegion if location.region.is_some() => one(&location.city),
                Self::Region => maybe(location.region.as_deref()),
                Self::PostalCode => maybe(location.postal_code.as_deref()),
                Self::Street => maybe(location.street.as_deref()),
                Self::Country => one(location.country.code()),
                Self::CountryName => one(location.country.name()),
                Self::PlaceLine => one(location.to_string()),
                _ => Vec::new(),
            },
            Some(Place::RemoteIn(country)) => match self {
                Self::City(RemoteCity::Word(word)) => one(word),
                Self::Country => one(country.code()),
                Self::CountryName | Self::PlaceLine | Self::City(RemoteCity::Country) => one(country.name()),
                _ => Vec::new(),
            },
            None => Vec::new(),
        }
    }

    fn read_pay<'a>(self, entry: &Entry<'a>) -> Vec<Node<'a>> {
        let Some((range, period)) = entry.pay_in_words() else { return Vec::new() };
        one(match self {
            Self::Salary => salary(range, period),
            Self::PayLeast => range.least().plain(),
            Self::PayMost => range.most().plain(),
            Self::PayLeastWhole => range.least().whole().to_string(),
            Self::PayMostWhole => range.most().whole().to_string(),
            Self::PayCurrency => range.currency.code().to_owned(),
            Self::PayPeriod => period.to_owned(),
            Self::PayKind(word) => word.to_owned(),
            _ => return Vec::new(),
        })
    }

    fn read_each(self, item: &FeedItem) -> Vec<Node<'_>> {
        let teams = item.teams.iter();
        match self {
            Self::TeamNames => {
                one(teams.map(|team| team.name.replace(',', "")).collect::<Vec<_>>().join(", "))
            }
            Self::EachTeam => teams.map(|team| text(&team.name)).collect(),
            Self::EachTeamTerm => teams.map(|team| Node::default().with("term", &team.name)).collect(),
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

    /// What an entry has to say and the channel has no word for.
    #[must_use]
    pub fn unspoken(self, entry: &Entry<'_>) -> Option<&'static str> {
        match self {
            Self::Employment(words) => {
                let meant = entry.item.employment_type;
                word(words, meant).is_none().then(|| employment(meant))
            }
            Self::Workplace(words) => {
                let meant = entry.item.workplace;
                word(words, meant).is_none().then(|| workplace(meant))
            }
            Self::Salary | Self::PayPeriod if entry.pay_in_words().is_none() => {
                entry.pay().map(|range| paid_by(range.interval))
            }
            _ => None,
        }
    }
}

/// The channel's word for a value, if it has one.
fn word<T: PartialEq + Copy>(words: Words<T>, meant: T) -> Option<&'static str> {
    words.iter().find(|(known, _)| *known == meant).map(|(_, word)| *word)
}

const fn employment(kind: EmploymentType) -> &'static str {
    match kind {
        EmploymentType::FullTime => "work full time",
        EmploymentType::PartTime => "work part time",
        EmploymentType::Contract => "work on contract",
        EmploymentType::Temporary => "temporary work",
        EmploymentType::Intern => "an internship",
        EmploymentType::Volunteer => "voluntary work",
        EmploymentType::PerDiem => "work by the day",
    }
}

const fn workplace(workplace: Workplace) -> &'static str {
    match workplace {
        Workplace::Onsite => "work on site",
        Workplace::Hybrid => "work that is partly remote",
        Workplace::Remote => "remote work",
    }
}

const fn paid_by(interval: PayInterval) -> &'static str {
    match interval {
        PayInterval::Hour => "pay by the hour",
        PayInterval::Day => "pay by the day",
        PayInterval::Week => "pay by the week",
        PayInterval::Month => "pay by the month",
        PayInterval::Year => "pay by the year",
    }
}

/// What stands between an address and one more parameter.
fn joint(url: &str) -> char {
    if url.contains('?') { '&' } else { '?' }
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

/// The pay as Indeed wants it, and others read it: sign, plain digits, range, period.
fn salary(range: &PayRange, period: &str) -> String {
    let amount = |money: Money| match money.currency.sign() {
        Some(sign) => format!("{sign}{}", money.plain()),
        None => format!("{} {}", money.currency.code(), money.plain()),
    };
    if range.min == range.max {
        return format!("{} {period}", amount(range.least()));
    }
    format!("{} - {} {period}", amount(range.least()), amount(range.most()))
}

/// What is known of a feed before its first entry.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// The organisation.
    pub site: &'a Site,
    /// How the channel is set.
    pub setting: &'a ChannelSetting,
    /// Which part of the whole feed it is: what stands behind its address; nothing for the whole.
    pub part: &'a str,
    /// When the content last changed; none while nothing ever did.
    pub last_changed: Option<DateTime<Utc>>,
    /// How many entries follow.
    pub entries: usize,
}

impl FeedFact {
    /// What there is to say about the feed; nothing about a change while nothing ever changed, or about a hub that is none.
    #[must_use]
    pub fn read(self, dialect: &Dialect, about: About<'_>) -> Option<Node<'static>> {
        let site = about.site;
        // A hub tells of the whole feed alone.
        let hub = site.hub_of(dialect.channel, about.setting).filter(|_| about.part.is_empty());
        let hub = hub.map(str::to_owned);
        let address = || format!("{}{}", site.feed_url(dialect.channel), about.part);
        Some(match self {
            Self::Publisher => text("Vacantia"),
            Self::PublisherUrl => text(site.public_url.clone()),
            Self::LastChanged(style) => text(style.write(&about.last_changed?.with_timezone(&site.zone))),
            Self::LastChangedIfEver(style) => {
                let at = about.last_changed.unwrap_or(DateTime::UNIX_EPOCH);
                text(style.write(&at.with_timezone(&site.zone)))
            }
            Self::Id | Self::Address => text(address()),
            Self::Version(version) => text(version),
            Self::PageLink => {
                let link = Node::default().with("rel", "alternate").with("type", "text/html");
                link.with("href", site.jobs_url())
            }
            Self::Complete => Node::default(),
            Self::Authors => Node::default().with("name", site.name.clone()).with("url", site.url.clone()),
            Self::Entries => text(about.entries.to_string()),
            Self::Title => text(format!("Jobs at {}", site.name)),
            Self::Page => text(site.jobs_url()),
            Self::SelfLink => Node::default()
                .with("href", address())
                .with("rel", "self")
                .with("type", dialect.media_type.split(';').next().unwrap_or_default()),
            Self::HubLink => Node::default().with("href", hub?).with("rel", "hub"),
            Self::Hubs => Node::default().with("type", "WebSub").with("url", hub?),
            Self::Description => text(format!("Every open position at {}.", site.name)),
            Self::Language => text("en"),
            Self::Docs => text("https://www.rssboard.org/rss-specification"),
            Self::Minutes => text("60"),
            Self::Period => text("hourly"),
            Self::Frequency => text("1"),
        })
    }
}
