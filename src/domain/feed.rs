//! What leaves the house about a posting, and how it stands in a channel.

use chrono::{DateTime, Utc};

use super::id::{PostingId, TeamId};
use super::posting::Posting;

text_enum! {
    /// One feed format.
    Channel {
        /// RSS 2.0, for readers and for boards without a format of their own.
        Rss = "rss",
        /// Atom, which also says what is no longer open.
        Atom = "atom",
        /// JSON Feed 1.1.
        JsonFeed = "feed",
        /// Indeed's XML feed, which a family of other boards reads too.
        Indeed = "indeed",
        /// ZipRecruiter's XML feed.
        Ziprecruiter = "ziprecruiter",
        /// Talent.com's XML feed.
        Talent = "talent",
        /// LinkedIn's XML feed for basic jobs.
        Linkedin = "linkedin",
        /// Adzuna's XML feed.
        Adzuna = "adzuna",
        /// Jooble's XML feed.
        Jooble = "jooble",
        /// Trovit's XML feed, which Mitula reads too.
        Trovit = "trovit",
        /// Jobrapido's XML feed.
        Jobrapido = "jobrapido",
        /// Careerjet's XML feed.
        Careerjet = "careerjet",
    }
}

impl Channel {
    /// What its document is called under `/feeds/`.
    #[must_use]
    pub fn file(self) -> String {
        format!("{self}.{}", self.ending())
    }

    /// How the names of its documents end.
    #[must_use]
    pub const fn ending(self) -> &'static str {
        match self {
            Self::JsonFeed => "json",
            _ => "xml",
        }
    }

    /// Whether those who read it may learn from a hub that it says something else now.
    #[must_use]
    pub const fn has_hub(self) -> bool {
        matches!(self, Self::Rss | Self::Atom | Self::JsonFeed)
    }
}

text_enum! {
    /// How much something in the way of a posting weighs in a channel.
    Severity {
        /// The channel would refuse it: the posting is withheld from this channel.
        Block = "BLOCK",
        /// The channel may hide or maim it.
        Warn = "WARN",
        /// The channel recommends more.
        Info = "INFO",
    }
}

text_enum! {
    /// How a posting stands in a channel.
    FeedStatus {
        /// It is in the feed.
        Listed = "LISTED",
        /// Nothing stands against it, but it is not public now, or the channel is off.
        Ready = "READY",
        /// The channel would refuse it; the issues say why.
        Withheld = "WITHHELD",
    }
}

/// What a channel says, whichever instance says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edition {
    /// Of the document without the time of its last change.
    pub fingerprint: String,
    /// Since when it says so, in whole seconds; none while nothing was ever published.
    pub last_modified: Option<DateTime<Utc>>,
}

/// The last that happened to a posting in the feeds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedChange {
    /// Which posting.
    pub posting: PostingId,
    /// What its address ends in.
    pub slug: String,
    /// Where it stands for good among all that were ever listed, counted from 0.
    pub place: i64,
    /// The number of the change by which it came in last.
    pub listed_by: i64,
    /// The number of this change.
    pub number: i64,
    /// When its public facts last changed while it was listed.
    pub changed_at: DateTime<Utc>,
    /// When it left; none while it is listed.
    pub left_at: Option<DateTime<Utc>>,
    /// When it was first published.
    pub published_at: DateTime<Utc>,
}

/// A posting with its teams' vacancies: what feeds, careers pages and structured data show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advertised {
    /// The posting.
    pub posting: Posting,
    /// The teams it hires for, by rank.
    pub teams: Vec<TeamVacancies>,
    /// What it was called when it came into the feeds, if it is in them.
    pub listed_title: Option<String>,
}

/// How many a posting still hires for one team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamVacancies {
    /// Which team.
    pub team: TeamId,
    /// What it is called.
    pub name: String,
    /// Seats not yet filled.
    pub vacancies: u32,
}
