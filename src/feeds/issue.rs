//! Why a posting is withheld from a channel, or may fare badly there.

use super::dialect::Dialect;
use super::item::FeedItem;
use super::rendition::Rendition;
use crate::domain::channel_setting::ChannelSetting;
use crate::domain::feed::{Channel, FeedStatus, Severity};

/// Something in the way of a posting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// How much it weighs.
    pub severity: Severity,
    /// Which kind it is, for programs.
    pub code: &'static str,
    /// The field of the posting to mend.
    pub field: &'static str,
    /// What is wrong, for people.
    pub message: String,
    /// What to do about it.
    pub mend: &'static str,
    /// Who says so: the address of the rule.
    pub source: &'static str,
}

/// How a posting stands in a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readiness {
    /// In the feed, ready for it, or withheld.
    pub status: FeedStatus,
    /// What stands against it, heaviest first.
    pub issues: Vec<Issue>,
}

/// How a posting would stand, or stands, in a channel; also before it is published.
#[must_use]
pub fn readiness(channel: Channel, setting: &ChannelSetting, item: &FeedItem) -> Readiness {
    Rendition::new(Dialect::of(channel), setting, item).readiness()
}

impl Readiness {
    /// The verdict over a list of issues.
    #[must_use]
    pub fn of(visible: bool, mut issues: Vec<Issue>) -> Self {
        issues.sort_by_key(|issue| issue.severity);
        issues.dedup();
        let blocked = issues.iter().any(|issue| issue.severity == Severity::Block);
        let status = match (blocked, visible) {
            (true, _) => FeedStatus::Withheld,
            (false, true) => FeedStatus::Listed,
            (false, false) => FeedStatus::Ready,
        };
        Self { status, issues }
    }

    /// Whether some of it weighs this much.
    #[must_use]
    pub fn has(&self, severity: Severity) -> bool {
        self.issues.iter().any(|issue| issue.severity == severity)
    }
}
