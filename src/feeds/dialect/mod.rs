//! Each channel's format as a table of data: its elements, what each holds, what is required, in which form, and who
//! says so. A further board is one more table.

mod adzuna;
mod atom;
mod careerjet;
mod date;
mod indeed;
mod job;
mod jobrapido;
mod jooble;
mod json_feed;
mod linkedin;
mod rss;
mod rules;
mod talent;
mod trovit;
mod ziprecruiter;

use super::fact::{Fact, FeedFact, Words};
use super::html::Tags;
use super::rendition::Entry;
use crate::domain::feed::{Channel, Severity};
use crate::domain::money::PayInterval;

pub use date::DateStyle;

/// The Content-Type of job boards' feeds.
const XML: &str = "application/xml; charset=utf-8";

/// A channel's format.
#[derive(Debug)]
pub struct Dialect {
    /// Which channel it is for.
    pub channel: Channel,
    /// What the format is called, for people.
    pub name: &'static str,
    /// What recruiters call the board, or whoever reads it.
    pub board: &'static str,
    /// In which language its documents are written.
    pub format: Format,
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
    /// What is said of postings that left, in formats that speak of them.
    pub gone: Option<Gone>,
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
    pub url_mark: Option<Mark>,
    /// The channel's word for each time that pay may be for. Pay for another time is left out.
    pub periods: Words<PayInterval>,
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
            Channel::Atom => &atom::ATOM_FEED,
            Channel::JsonFeed => &json_feed::JSON_FEED,
            Channel::Indeed => &indeed::INDEED,
            Channel::Ziprecruiter => &ziprecruiter::ZIPRECRUITER,
            Channel::Talent => &talent::TALENT,
            Channel::Linkedin => &linkedin::LINKEDIN,
            Channel::Adzuna => &adzuna::ADZUNA,
            Channel::Jooble => &jooble::JOOBLE,
            Channel::Trovit => &trovit::TROVIT,
            Channel::Jobrapido => &jobrapido::JOBRAPIDO,
            Channel::Careerjet => &careerjet::CAREERJET,
        }
    }
}

/// In which language documents are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Elements.
    Xml,
    /// Members of objects: what the table calls an element is a member, and what comes several times a list.
    Json,
}

impl Format {
    /// What stands between two runs of entries.
    #[must_use]
    pub const fn separator(self) -> &'static [u8] {
        match self {
            Self::Xml => b"",
            Self::Json => b",",
        }
    }
}

/// What an address is marked with: `?key=word`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The parameter, one of [`Mark::KEYS`].
    pub key: &'static str,
    /// What it says: the channel's name, in the case that the board wants it in.
    pub word: &'static str,
}

impl Mark {
    /// The parameters that marks are found under, the first of them where no board has a wish.
    pub const KEYS: [&'static str; 2] = ["source", "utm_source"];
    /// Where no board has a wish.
    pub const USUAL: Self = Self::source("");

    const fn source(word: &'static str) -> Self {
        Self { key: Self::KEYS[0], word }
    }

    const fn utm(word: &'static str) -> Self {
        Self { key: Self::KEYS[1], word }
    }
}

/// What is said of a posting that left.
#[derive(Debug)]
pub struct Gone {
    /// The element.
    pub name: &'static str,
    /// The element within it that says why, for people.
    pub comment: &'static str,
    /// For how many days it is said.
    pub days: i64,
    /// What the format wants in it.
    pub rule: &'static str,
    /// Who says so.
    pub source: &'static str,
}

/// What becomes an entry of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expansion {
    /// A posting, wherever it is.
    Posting,
    /// Each location of a posting; of a remote one, each country.
    Place,
}

/// In which order entries stand. A posting keeps for good the place at which it first came into the feeds, so one that comes,
/// changes or leaves moves no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// As they came.
    OldestFirst,
    /// The last to come first.
    NewestFirst,
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

impl HeadElement {
    const fn new(name: &'static str, holds: FeedFact, source: &'static str) -> Self {
        Self { name, holds, source }
    }
}

/// One element of an entry.
#[derive(Debug)]
pub struct Element {
    /// Its name, with the prefix of its namespace. `salary/amount` stands in an element `salary`, which neighbours that
    /// begin alike share; `@id` is an attribute of the entry.
    pub name: &'static str,
    /// What it holds.
    pub holds: Fact,
    /// How much it weighs when there is nothing to write; nothing at all if absent.
    pub missing: Option<Severity>,
    /// Whether it is written even when empty.
    pub even_empty: bool,
    /// The fewest and the most characters it may hold; of a description those one reads, without tags.
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

    const fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
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

    const fn at_least(self, least: usize) -> Self {
        self.length(least, usize::MAX)
    }

    /// The attribute of the entry that it is, if it is one.
    #[must_use]
    pub fn attribute(&self) -> Option<&'static str> {
        self.name.strip_prefix('@')
    }

    /// The elements around it within the entry, outermost first.
    #[must_use]
    pub fn groups(&self) -> Vec<&'static str> {
        let mut path: Vec<&str> = self.name.split('/').collect();
        path.pop();
        path
    }

    /// Its own name.
    #[must_use]
    pub fn own_name(&self) -> &'static str {
        self.name.rsplit('/').next().unwrap_or(self.name)
    }

    /// Whether every entry has it with something in it.
    #[must_use]
    pub fn is_required(&self) -> bool {
        self.missing == Some(Severity::Block)
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
    /// What to do about it.
    pub mend: &'static str,
    /// Whether an entry breaks it.
    pub broken: fn(&Entry<'_>) -> bool,
    /// Who says so.
    pub source: &'static str,
}
