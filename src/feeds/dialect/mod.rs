//! Each channel's format as a table of data: its elements, what each holds, what is required, in which form, and who
//! says so. A further board is one more table.

mod indeed;
mod rss;

use super::fact::{Fact, FeedFact};
use super::html::Tags;
use super::rendition::Entry;
use crate::domain::feed::{Channel, Severity};
use crate::domain::place::Workplace;
use crate::domain::posting::EmploymentType;

/// A channel's format.
#[derive(Debug)]
pub struct Dialect {
    /// Which channel it is for.
    pub channel: Channel,
    /// What it is called, for people.
    pub name: &'static str,
    /// Its Content-Type.
    pub media_type: &'static str,
    /// The elements around everything, outermost first, with their attributes.
    pub frame: &'static [(&'static str, &'static [(&'static str, &'static str)])],
    /// What the feed says of itself.
    pub head: &'static [HeadElement],
    /// The element around each entry.
    pub entry: &'static str,
    /// What each entry says, in order.
    pub elements: &'static [Element],
    /// Elements the format knows and this program does not write.
    pub unwritten: &'static [Unwritten],
    /// What becomes an entry of its own.
    pub expansion: Expansion,
    /// In which order entries stand.
    pub order: Order,
    /// How times are written.
    pub dates: DateStyle,
    /// Which HTML the description may hold.
    pub tags: &'static Tags,
    /// What is added to the posting's address, so that visits can be told apart.
    pub url_mark: Option<&'static str>,
    /// The channel's word for each kind of employment it knows.
    pub employment: &'static [(EmploymentType, &'static str)],
    /// The channel's word for each kind of workplace it names.
    pub workplace: &'static [(Workplace, &'static str)],
    /// Rules beyond single elements.
    pub checks: &'static [Check],
    /// Whether the channel expects every open posting, so that a withheld one harms the others.
    pub wants_all: bool,
}

impl Dialect {
    /// The format of a channel.
    #[must_use]
    pub fn of(channel: Channel) -> &'static Self {
        match channel {
            Channel::Rss => &rss::RSS,
            Channel::Indeed => &indeed::INDEED,
        }
    }
}

/// What becomes an entry of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expansion {
    /// A posting, wherever it is.
    Posting,
    /// Each location of a posting; of a remote one, each country.
    Place,
}

/// In which order entries stand; the same data always gives the same order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// By reference.
    Reference,
    /// The newest publication first, then by reference.
    NewestFirst,
}

/// How times are written, with the offset of the organisation's zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateStyle {
    /// `2027-01-11T00:30:00+01:00` (ISO 8601).
    Iso8601,
    /// `Mon, 11 Jan 2027 00:30:00 +0100` (RFC 822 with a year of four digits).
    Rfc822,
}

/// What the feed says of itself.
#[derive(Debug)]
pub struct HeadElement {
    /// Its name, with the prefix of its namespace.
    pub name: &'static str,
    /// What it holds.
    pub holds: FeedFact,
    /// Who says so.
    pub source: &'static str,
}

/// One element of an entry.
#[derive(Debug)]
pub struct Element {
    /// Its name, with the prefix of its namespace.
    pub name: &'static str,
    /// What it holds.
    pub holds: Fact,
    /// How much it weighs when there is nothing to write; nothing at all if absent.
    pub missing: Option<Severity>,
    /// Whether it is written even when empty.
    pub even_empty: bool,
    /// The fewest and the most characters it may hold.
    pub length: Option<(usize, usize)>,
    /// Whether its text stands in CDATA.
    pub cdata: bool,
    /// What the channel wants in it.
    pub rule: &'static str,
    /// Who says so.
    pub source: &'static str,
}

impl Element {
    const fn new(name: &'static str, holds: Fact, rule: &'static str, source: &'static str) -> Self {
        Self { name, holds, missing: None, even_empty: false, length: None, cdata: false, rule, source }
    }

    const fn missing(self, severity: Severity) -> Self {
        Self { missing: Some(severity), ..self }
    }

    const fn required(self) -> Self {
        self.missing(Severity::Block)
    }

    const fn cdata(self) -> Self {
        Self { cdata: true, ..self }
    }

    const fn even_empty(self) -> Self {
        Self { even_empty: true, ..self }
    }

    const fn length(self, least: usize, most: usize) -> Self {
        Self { length: Some((least, most)), ..self }
    }
}

/// An element the format knows and this program does not write.
#[derive(Debug)]
pub struct Unwritten {
    /// Its name.
    pub name: &'static str,
    /// Why not.
    pub why: &'static str,
    /// Who speaks of it.
    pub source: &'static str,
}

/// A rule beyond single elements.
#[derive(Debug)]
pub struct Check {
    /// How much breaking it weighs.
    pub severity: Severity,
    /// Which rule it is, for programs.
    pub code: &'static str,
    /// The field to mend.
    pub field: &'static str,
    /// What is wrong when it is broken.
    pub message: &'static str,
    /// Whether an entry breaks it.
    pub broken: fn(&Entry<'_>) -> bool,
    /// Who says so.
    pub source: &'static str,
}
