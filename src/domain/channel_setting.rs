//! How a channel is set: whether it is on, who may fetch it, and what its addresses are marked with.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::Refusal;
use super::clock::{Chance, random_text};
use super::feed::Channel;

/// What every key of a feed begins with, so that scanners can find leaked ones.
pub const PREFIX: &str = "vaf_";
const LENGTH: usize = 40;
/// The longest mark.
const LONGEST_MARK: usize = 40;
/// The longest number of a company's page.
const LONGEST_COMPANY: usize = 20;

/// How a channel is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelSetting {
    /// Whether there is such a feed at all.
    pub enabled: bool,
    /// Whether it is given to those alone who send its key.
    pub is_private: bool,
    /// The key; a private feed without one is given to nobody.
    pub key: Option<FeedKey>,
    /// The number of the organisation's page on LinkedIn, where it is another than the installation's.
    pub company_id: Option<String>,
    /// What its addresses are marked with instead of the format's own mark.
    pub tracking_source: Option<String>,
    /// When it was set last; never, if nobody did.
    pub changed_at: Option<DateTime<Utc>>,
    /// Rises with each change.
    pub revision: i32,
}

/// The key of a private feed, as it is kept: never the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedKey {
    /// The SHA-256 of the secret.
    pub hash: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

impl ChannelSetting {
    /// As it is before anybody sets it: on, for everybody, with the format's own mark.
    pub const UNSET: Self = Self {
        enabled: true,
        is_private: false,
        key: None,
        company_id: None,
        tracking_source: None,
        changed_at: None,
        revision: 0,
    };

    /// Whether anybody may fetch the feed.
    #[must_use]
    pub const fn is_public(&self) -> bool {
        self.enabled && !self.is_private
    }
}

impl Default for ChannelSetting {
    fn default() -> Self {
        Self::UNSET
    }
}

/// How all channels are set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChannelSettings(BTreeMap<Channel, ChannelSetting>);

impl ChannelSettings {
    /// How a channel is set.
    #[must_use]
    pub fn of(&self, channel: Channel) -> &ChannelSetting {
        static UNSET: ChannelSetting = ChannelSetting::UNSET;
        self.0.get(&channel).unwrap_or(&UNSET)
    }

    /// The channel whose mark this is: the one it was given, or the channel's own name, in whatever case. Visits that
    /// come by an older mark of a channel still count for it as long as that is its name.
    #[must_use]
    pub fn marked(&self, mark: &str) -> Option<Channel> {
        let mark = mark.trim().to_ascii_lowercase();
        let given = |channel: &&Channel| self.of(**channel).tracking_source.as_deref() == Some(&*mark);
        let all = Channel::ALL;
        all.iter().find(given).or_else(|| all.iter().find(|channel| channel.as_str() == mark)).copied()
    }
}

impl FromIterator<(Channel, ChannelSetting)> for ChannelSettings {
    fn from_iter<T: IntoIterator<Item = (Channel, ChannelSetting)>>(settings: T) -> Self {
        Self(settings.into_iter().collect())
    }
}

/// What a channel's addresses are marked with: small letters, digits, `.`, `_` and `-`. Names of other channels are theirs.
///
/// # Errors
/// `INVALID` or `TAKEN` on `trackingSource`.
pub fn tracking_source(channel: Channel, text: &str) -> Result<String, Refusal> {
    let is_sound = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
    if text.is_empty() || text.len() > LONGEST_MARK || !text.chars().all(is_sound) {
        let expected = "1 to 40 characters of a to z, 0 to 9, `.`, `_` and `-`";
        return Err(Refusal::invalid("trackingSource", expected));
    }
    match text.parse::<Channel>() {
        Ok(other) if other != channel => Err(Refusal::Taken("trackingSource")),
        _ => Ok(text.to_owned()),
    }
}

/// The number of a company's page, for the one channel that names it.
///
/// # Errors
/// `INVALID` on `companyId`.
pub fn company_id(channel: Channel, text: &str) -> Result<String, Refusal> {
    if channel != Channel::Linkedin {
        return Err(Refusal::invalid("companyId", "nothing: LinkedIn's feed alone names a company's page"));
    }
    let is_number = (1..=LONGEST_COMPANY).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if is_number {
        Ok(text.to_owned())
    } else {
        Err(Refusal::invalid("companyId", "the number alone, like 1234567"))
    }
}

/// A new secret of a feed's key.
#[must_use]
pub fn secret(chance: &dyn Chance) -> String {
    format!("{PREFIX}{}", random_text(chance, LENGTH))
}

/// Whether the text has the shape of a feed's key.
#[must_use]
pub fn is_shaped(text: &str) -> bool {
    text.strip_prefix(PREFIX).is_some_and(|rest| {
        rest.len() == LENGTH && rest.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    })
}

/// The last time somebody fetched a channel's feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedFetch {
    /// When.
    pub at: DateTime<Utc>,
    /// What the program called itself, cut and cleaned; empty if it did not say.
    pub who: String,
    /// The status it was answered with.
    pub status: u16,
    /// When the key was used last, if there is or was one.
    pub key_used_at: Option<DateTime<Utc>>,
}

/// Characters that are kept of what a program calls itself.
const WHO: usize = 120;

/// What a program calls itself, in one short line that can be shown.
#[must_use]
pub fn who(user_agent: &str) -> String {
    let line = super::text::shown(user_agent);
    let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(WHO).collect::<String>().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_small_plain_and_nobody_elses() {
        let mark = |text| tracking_source(Channel::Indeed, text);
        let (longest, longer) = ("a".repeat(40), "a".repeat(41));
        for sound in ["a", "indeed", "our-indeed_2.x", &longest] {
            assert_eq!(mark(sound).as_deref(), Ok(sound));
        }
        for wrong in ["", "Indeed", "a b", "a&b", "é", "a\u{0}", &longer] {
            assert_eq!(mark(wrong).unwrap_err().code(), "INVALID", "{wrong}");
        }
        assert_eq!(mark("talent"), Err(Refusal::Taken("trackingSource")));
    }

    #[test]
    fn a_mark_leads_to_its_channel() {
        let set = |tracking_source: &str| ChannelSetting {
            tracking_source: Some(tracking_source.into()),
            ..ChannelSetting::UNSET
        };
        let settings: ChannelSettings = [(Channel::Rss, set("partner"))].into_iter().collect();
        for (mark, channel) in [
            ("Indeed", Some(Channel::Indeed)),
            (" talent ", Some(Channel::Talent)),
            ("partner", Some(Channel::Rss)),
            ("rss", Some(Channel::Rss)),
            ("partner2", None),
            ("", None),
        ] {
            assert_eq!(settings.marked(mark), channel, "{mark:?}");
        }
    }

    #[test]
    fn only_linkedin_has_a_company() {
        assert_eq!(company_id(Channel::Linkedin, "1234567").as_deref(), Ok("1234567"));
        for (channel, text) in [(Channel::Linkedin, ""), (Channel::Linkedin, "12a"), (Channel::Rss, "12")] {
            assert_eq!(company_id(channel, text).unwrap_err().field(), Some("companyId"));
        }
    }

    #[test]
    fn who_fetched_fits_on_a_line() {
        assert_eq!(
            who("Indeedbot/1.0\r\n (+https://example.com)\u{7}"),
            "Indeedbot/1.0 (+https://example.com)"
        );
        assert_eq!(who(&"ab ".repeat(100)).chars().count(), 119);
        assert_eq!(who(" \t"), "");
    }
}
