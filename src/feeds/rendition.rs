//! An item as one channel tells it: its entries, and what stands against it.

use std::borrow::Cow;

use super::dialect::{Dialect, Element, Expansion, Mark};
use super::fact::{Fact, Node};
use super::html;
use super::issue::{Issue, Readiness};
use super::item::FeedItem;
use crate::domain::channel_setting::ChannelSetting;
use crate::domain::country::Country;
use crate::domain::feed::Severity;
use crate::domain::money::PayRange;
use crate::domain::place::{Location, Workplace};

/// The rule that texts may hold only what XML can carry.
const XML: &str = "https://www.w3.org/TR/xml/#charsets";
/// Rules of our own.
const OWN: &str = "schema/feeds/README.md";

/// Where an entry is.
#[derive(Debug, Clone, Copy)]
pub enum Place<'a> {
    /// At a location.
    At(&'a Location),
    /// Anywhere in a country.
    RemoteIn(Country),
}

/// One entry of a feed.
#[derive(Debug)]
pub struct Entry<'a> {
    /// Of which item.
    pub item: &'a FeedItem,
    /// In which format.
    pub dialect: &'static Dialect,
    /// How the channel is set.
    pub setting: &'a ChannelSetting,
    /// What the channel calls it; never changes and never names anything else.
    pub reference: String,
    /// Where it is, in channels that want an entry for each place.
    pub place: Option<Place<'a>>,
    description: &'a str,
}

impl<'a> Entry<'a> {
    /// The whole text, cleaned for this channel.
    #[must_use]
    pub fn description(&self) -> &'a str {
        self.description
    }

    /// The pay at this entry's place.
    #[must_use]
    pub fn pay(&self) -> Option<&'a PayRange> {
        match self.place {
            Some(Place::At(location)) => self.item.pay_in(location.country),
            Some(Place::RemoteIn(country)) => self.item.pay_in(country),
            None => self.item.pay_ranges.first(),
        }
    }

    /// An address of ours, marked so that visits by it can be told apart.
    #[must_use]
    pub fn marked(&self, url: &'a str) -> Cow<'a, str> {
        let joint = if url.contains('?') { '&' } else { '?' };
        match (&self.setting.tracking_source, self.dialect.url_mark) {
            (Some(own), mark) => format!("{url}{joint}{}={own}", mark.unwrap_or(Mark::USUAL).key).into(),
            (None, Some(Mark { key, word })) => format!("{url}{joint}{key}={word}").into(),
            (None, None) => Cow::Borrowed(url),
        }
    }

    /// The number of the organisation's page on LinkedIn.
    #[must_use]
    pub fn company(&self) -> Option<&'a str> {
        self.setting.company_id.as_deref().or(self.item.organisation.linkedin_company.as_deref())
    }

    /// The same with the channel's word for the time it is paid for, if it has one.
    #[must_use]
    pub fn pay_in_words(&self) -> Option<(&'a PayRange, &'static str)> {
        let range = self.pay()?;
        let (_, word) = self.dialect.periods.iter().find(|(interval, _)| *interval == range.interval)?;
        Some((range, word))
    }

    /// The contents of an element; none if it is not to be written.
    #[must_use]
    pub fn nodes(&'a self, element: &Element) -> Vec<Node<'a>> {
        let mut nodes = element.holds.read(self);
        if nodes.is_empty() && element.even_empty {
            nodes.push(Node::default());
        }
        nodes
    }

    fn issues(&self) -> Vec<Issue> {
        let broken = self.dialect.checks.iter().filter(|check| (check.broken)(self)).map(|check| Issue {
            severity: check.severity,
            code: check.code,
            field: check.field,
            message: check.message.to_owned(),
            mend: check.mend,
            source: check.source,
        });
        let wrong = self.dialect.elements.iter().filter_map(|element| self.wrong(element));
        wrong.chain(broken).map(|issue| self.placed(issue)).collect()
    }

    /// What is wrong with a place says with which.
    fn placed(&self, mut issue: Issue) -> Issue {
        if issue.field.starts_with("locations.") {
            match self.place {
                Some(Place::At(location)) => issue.message = format!("{location}: {}", issue.message),
                Some(Place::RemoteIn(country)) => {
                    issue.message = format!("{}: {}", country.name(), issue.message);
                }
                None => {}
            }
        }
        issue
    }

    fn wrong(&self, element: &Element) -> Option<Issue> {
        match element.holds.read(self).first() {
            None => self.lacking(element),
            Some(node) => self.unfit(element, node),
        }
    }

    /// There is nothing to write: because the channel has no word for it, or because the posting says nothing.
    fn lacking(&self, element: &Element) -> Option<Issue> {
        let (board, noun) = (self.dialect.board, element.holds.noun());
        let source = element.source;
        let issue =
            |severity, code, field, message, mend| Issue { severity, code, field, message, mend, source };
        let field = element.holds.field();
        if let Some(value) = element.holds.unspoken(self) {
            let severity = if element.is_required() { Severity::Block } else { Severity::Warn };
            let message = format!("{board} has no word for {value}, so it is left out");
            let mend = "nothing, or choose what the board knows";
            return Some(issue(severity, "NO_WORD", field, message, mend));
        }
        let severity = element.missing?;
        match (element.is_required(), self.comes_never(element)) {
            (true, true) => {
                let message = format!("{board} asks for the {noun}, and remote work has none");
                let mend = "nothing, unless the work is done at a place";
                return Some(issue(severity, "REMOTE_NOT_TAKEN", "workplace", message, mend));
            }
            (false, true) => return None,
            _ if self.comes_later(element) => return None,
            _ => {}
        }
        let (code, mend) = if element.is_required() {
            ("REQUIRED_MISSING", "fill it in")
        } else {
            ("RECOMMENDED_MISSING", "fill it in, if there is something to say")
        };
        let message = format!("{board} asks for the {noun} (<{}>), and there is none", element.name);
        Some(issue(severity, code, field, message, mend))
    }

    fn unfit(&self, element: &Element, node: &Node<'_>) -> Option<Issue> {
        let (least, most) = element.length?;
        let length = match element.holds {
            Fact::Description => html::visible_length(&node.text),
            _ => node.text.chars().count(),
        };
        let (board, noun) = (self.dialect.board, element.holds.noun());
        let (code, mend, message) = if length < least {
            let limit = format!("shorter than the {least} characters {board} asks for");
            ("TOO_SHORT", "write more", format!("the {noun} is {limit}: it has {length}"))
        } else if length > most {
            let limit = format!("longer than the {most} characters {board} takes");
            ("TOO_LONG", "write less", format!("the {noun} is {limit}: it has {length}"))
        } else {
            return None;
        };
        let (field, source) = (element.holds.field(), element.source);
        Some(Issue { severity: Severity::Block, code, field, message, mend, source })
    }

    /// What only a location has.
    fn comes_never(&self, element: &Element) -> bool {
        let of_a_location =
            matches!(element.holds, Fact::City(_) | Fact::Region | Fact::PostalCode | Fact::Street);
        of_a_location && matches!(self.place, Some(Place::RemoteIn(_)))
    }

    /// Whether publishing itself brings what is missing now.
    fn comes_later(&self, element: &Element) -> bool {
        self.item.published_at.is_none() && element.holds.field() == "publishedAt"
    }
}

/// An item in a channel's words. The text is cleaned once, however many entries it has.
#[derive(Debug)]
pub struct Rendition<'a> {
    item: &'a FeedItem,
    dialect: &'static Dialect,
    setting: &'a ChannelSetting,
    description: Cow<'a, str>,
}

impl<'a> Rendition<'a> {
    /// The item in this format, as the channel is set.
    #[must_use]
    pub fn new(dialect: &'static Dialect, setting: &'a ChannelSetting, item: &'a FeedItem) -> Self {
        let description = item.body.cleaned_once(dialect.tags, &item.url);
        Self { item, dialect, setting, description }
    }

    /// The entries it becomes, by reference.
    ///
    /// The reference is the posting's 26 characters; in channels with an entry for each place, `-` and the eight
    /// characters of the location follow, or `remote` and the country's code. Keys of locations hold no `o`, so the two
    /// never meet, and no reference is longer than the 40 characters that the strictest board takes.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry<'_>> {
        let requisition = self.item.requisition();
        let entry = |(key, place): (Option<String>, Option<Place<'a>>)| Entry {
            item: self.item,
            dialect: self.dialect,
            setting: self.setting,
            reference: key.map_or_else(|| requisition.clone(), |key| format!("{requisition}-{key}")),
            place,
            description: &self.description,
        };
        let mut entries: Vec<Entry<'_>> = self.places().into_iter().map(entry).collect();
        entries.sort_by(|a, b| a.reference.cmp(&b.reference));
        entries.dedup_by(|a, b| a.reference == b.reference);
        entries
    }

    /// The places that become entries, each with what names it in a reference.
    fn places(&self) -> Vec<(Option<String>, Option<Place<'a>>)> {
        let item = self.item;
        match (self.dialect.expansion, item.workplace) {
            (Expansion::Posting, _) => vec![(None, None)],
            (Expansion::Place, Workplace::Remote) => {
                let key = |country: Country| format!("remote{}", country.code().to_lowercase());
                let countries = item.remote_countries.iter();
                countries.map(|country| (Some(key(*country)), Some(Place::RemoteIn(*country)))).collect()
            }
            (Expansion::Place, Workplace::Onsite | Workplace::Hybrid) => {
                let locations = item.locations.iter();
                locations.map(|location| (Some(location.key.clone()), Some(Place::At(location)))).collect()
            }
        }
    }

    /// How the item stands in this channel.
    #[must_use]
    pub fn readiness(&self) -> Readiness {
        let mut issues: Vec<Issue> = Vec::new();
        for issue in self.entries().iter().flat_map(Entry::issues).chain(self.general()) {
            if !issues.contains(&issue) {
                issues.push(issue);
            }
        }
        Readiness::of(self.item.visible && self.setting.enabled, issues)
    }

    /// What no channel takes, whatever its elements.
    fn general(&self) -> Vec<Issue> {
        let item = self.item;
        let issue = |severity, code, field, message: String, mend, source| Issue {
            severity,
            code,
            field,
            message,
            mend,
            source,
        };
        let mut issues = Vec::new();
        if !self.setting.enabled {
            let message = "the channel is turned off, so no posting is in it".to_owned();
            let mend = "turn the channel on, if postings are to go there";
            issues.push(issue(Severity::Info, "CHANNEL_OFF", "channel", message, mend, OWN));
        }
        if item.openings == 0 {
            let message = "no team has a vacancy, and boards punish jobs that are filled".to_owned();
            issues.push(issue(
                Severity::Block,
                "NO_VACANCIES",
                "teams",
                message,
                "open a seat, or close the posting",
                OWN,
            ));
        }
        let placed = match item.workplace {
            Workplace::Remote => !item.remote_countries.is_empty(),
            Workplace::Onsite | Workplace::Hybrid => !item.locations.is_empty(),
        };
        if !placed {
            let message = "the posting has neither a location nor, if remote, a country".to_owned();
            let mend = "add a location or, if remote, a country";
            issues.push(issue(Severity::Block, "PLACE_MISSING", "locations", message, mend, OWN));
        }
        issues.extend(item.removed.iter().map(|removed| {
            let message = format!("{} characters that XML can't carry were left out", removed.count);
            let mend = "delete them from the field";
            issue(Severity::Warn, "CHARACTERS_REMOVED", removed.field, message, mend, XML)
        }));
        issues
    }
}
