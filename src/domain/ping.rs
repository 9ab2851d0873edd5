//! A ping: a word to a hub or to a search engine that something is new, and how its delivery stands.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};

use super::Refusal;
use super::delivery::RetryRule;
use super::id::PingId;
use super::text;

/// How many addresses one ping to a search engine tells of at most; the protocol takes 10,000.
pub const MOST_URLS: usize = 1_000;

/// How long a ping rests before it leaves. What follows at once is told with it, and meanwhile the other instances come to
/// serve what it tells of.
pub const REST: TimeDelta = TimeDelta::seconds(2);

/// The longest that whoever is told may ask us to wait.
const LONGEST_WISH: TimeDelta = TimeDelta::hours(24);

/// How many characters of an answer are kept.
const LONGEST_REPLY: usize = 200;

text_enum! {
    /// In which protocol the word is said.
    PingKind {
        /// To a hub of WebSub, of a feed.
        Websub = "websub",
        /// To search engines by IndexNow, of pages.
        Indexnow = "indexnow",
    }
}

text_enum! {
    /// How the delivery of a ping stands.
    PingState {
        /// Waits for its turn.
        Queued = "queued",
        /// A worker has it.
        Sending = "sending",
        /// It was taken (a 2xx).
        Sent = "sent",
        /// It was not taken this time, and will be tried again.
        Deferred = "deferred",
        /// It was refused for good, or every try was spent.
        Failed = "failed",
        /// It was taken back, or another one tells the same.
        Cancelled = "cancelled",
    }
}

impl PingState {
    /// Whether nothing happens by itself any more.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Sent | Self::Failed | Self::Cancelled)
    }
}

/// Whom the installation tells of what is new. Nobody, unless the operator says so.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pings {
    /// The hub that readers of feeds may subscribe to.
    pub hub: Option<String>,
    /// Where search engines take addresses.
    pub index_now: Option<IndexNow>,
}

impl Pings {
    /// Whether nobody is told of anything.
    #[must_use]
    pub const fn is_off(&self) -> bool {
        self.hub.is_none() && self.index_now.is_none()
    }

    /// Where pings of this kind go, if they go anywhere.
    #[must_use]
    pub fn target(&self, kind: PingKind) -> Option<&str> {
        match kind {
            PingKind::Websub => self.hub.as_deref(),
            PingKind::Indexnow => self.index_now.as_ref().map(|told| told.url.as_str()),
        }
    }
}

/// Where search engines take addresses, and what shows them that we may speak for the site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexNow {
    /// Where.
    pub url: String,
    /// What shows it.
    pub key: IndexNowKey,
}

/// What a file of the site holds and is called by, so that search engines know that we may speak for it. Whoever has it can
/// speak for us there, so it is not printed.
#[derive(Clone, PartialEq, Eq)]
pub struct IndexNowKey(String);

impl IndexNowKey {
    /// The key, if it is one: 8 to 128 letters, digits and dashes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (8..=128).contains(&text.len());
        let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        (fits && plain).then(|| Self(text.to_owned()))
    }

    /// The key itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for IndexNowKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}

/// A ping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ping {
    /// Its id.
    pub id: PingId,
    /// In which protocol.
    pub kind: PingKind,
    /// Where it goes.
    pub target: String,
    /// What is new: the feed, or pages.
    pub urls: Vec<String>,
    /// How its delivery stands.
    pub state: PingState,
    /// How often a delivery was begun since something new was added to it.
    pub attempts: i32,
    /// When it is tried next, while it waits.
    pub run_at: DateTime<Utc>,
    /// When it was queued.
    pub created_at: DateTime<Utc>,
    /// When it was over.
    pub done_at: Option<DateTime<Utc>>,
    /// The status code of the last answer.
    pub last_code: Option<i32>,
    /// The words of the last answer, or what went wrong instead.
    pub last_reply: Option<String>,
}

impl Ping {
    /// When it is tried next, as far as anything happens by itself.
    #[must_use]
    pub fn next_attempt_at(&self) -> Option<DateTime<Utc>> {
        matches!(self.state, PingState::Queued | PingState::Deferred).then_some(self.run_at)
    }

    /// Whether a person may have it sent now, sooner than it would be or once more, or take it back.
    ///
    /// # Errors
    /// `INVALID` on `id` when it is under way, was sent, or was taken back.
    pub fn may_be_handled(&self) -> Result<(), Refusal> {
        match self.state {
            PingState::Queued | PingState::Deferred | PingState::Failed => Ok(()),
            other => {
                Err(Refusal::invalid("id", &format!("a ping that waits or has failed; this one is {other}")))
            }
        }
    }
}

/// What came of a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status code, if there was an answer.
    pub code: Option<u16>,
    /// Its words, or what went wrong instead; see [`reply`].
    pub reply: String,
    /// How long we are asked to wait.
    pub retry_after: Option<TimeDelta>,
    /// Whether it was not said, and would not be at a further try.
    pub hopeless: bool,
}

impl Answer {
    /// There was no answer, because of this.
    #[must_use]
    pub fn none(why: &str) -> Self {
        Self { code: None, reply: reply(why), retry_after: None, hopeless: false }
    }

    /// How the ping stands after it: taken, refused for good, or not taken this time.
    #[must_use]
    pub const fn state(&self) -> PingState {
        match self.code {
            _ if self.hopeless => PingState::Failed,
            Some(200..=299) => PingState::Sent,
            // Too slow, too early, too often: none of them speaks of what was said.
            Some(408 | 425 | 429) => PingState::Deferred,
            Some(400..=499) => PingState::Failed,
            _ => PingState::Deferred,
        }
    }
}

/// What becomes of a ping after a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// How it stands now.
    pub state: PingState,
    /// When it is tried next, if it is.
    pub run_at: DateTime<Utc>,
}

/// Decides after a try, with the pauses and the number of tries that mails have too; `attempts` counts this one, `roll` is
/// random. Whoever asks us to wait longer gets their wish, up to a day.
#[must_use]
pub fn verdict(rule: &RetryRule, answer: &Answer, attempts: i32, now: DateTime<Utc>, roll: u16) -> Verdict {
    match answer.state() {
        PingState::Deferred if attempts >= rule.tries => Verdict { state: PingState::Failed, run_at: now },
        PingState::Deferred => {
            let wish = answer.retry_after.unwrap_or_default().min(LONGEST_WISH);
            let run_at = now + rule.spread_pause(attempts, roll).max(wish);
            Verdict { state: PingState::Deferred, run_at }
        }
        state => Verdict { state, run_at: now },
    }
}

/// The words of an answer as they are kept: one line, nothing that cannot be shown, cut.
#[must_use]
pub fn reply(words: &str) -> String {
    let shown = text::shown(words);
    let line = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(LONGEST_REPLY).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2027-01-15T08:00:00Z".parse().unwrap()
    }

    fn answer(code: u16) -> Answer {
        Answer { code: Some(code), reply: String::new(), retry_after: None, hopeless: false }
    }

    fn after(answer: &Answer, attempts: i32) -> Verdict {
        verdict(&RetryRule::default(), answer, attempts, now(), u16::MAX)
    }

    #[test]
    fn what_an_answer_means() {
        for (state, codes) in [
            (PingState::Sent, &[200, 202, 204, 299][..]),
            (PingState::Failed, &[400, 403, 404, 410, 422, 451, 499]),
            (PingState::Deferred, &[408, 425, 429, 301, 302, 304, 308, 500, 502, 503, 504, 599, 199, 999]),
        ] {
            for code in codes {
                assert_eq!(answer(*code).state(), state, "{code}");
            }
        }
        assert_eq!(Answer::none("refused").state(), PingState::Deferred);
    }

    #[test]
    fn pauses_double_and_the_last_try_fails() {
        let pause = |attempts| (after(&answer(503), attempts).run_at - now()).num_seconds();
        assert_eq!([1, 2, 3, 7, 8, 11].map(pause), [30, 60, 120, 1_920, 3_600, 3_600]);
        assert_eq!(after(&answer(503), 11).state, PingState::Deferred);
        assert_eq!(after(&answer(503), 12), Verdict { state: PingState::Failed, run_at: now() });
        assert_eq!(after(&answer(429), 12).state, PingState::Failed);
    }

    #[test]
    fn a_wish_to_wait_is_obeyed_up_to_a_day_and_never_shortens_a_pause() {
        let waits = |asked| {
            let answer = Answer { retry_after: Some(asked), ..answer(429) };
            after(&answer, 1).run_at - now()
        };
        assert_eq!(waits(TimeDelta::minutes(7)), TimeDelta::minutes(7));
        assert_eq!(waits(TimeDelta::seconds(1)), TimeDelta::seconds(30));
        assert_eq!(waits(TimeDelta::seconds(-5)), TimeDelta::seconds(30));
        assert_eq!(waits(TimeDelta::days(400)), TimeDelta::days(1));
    }

    #[test]
    fn keys_are_plain_and_never_printed() {
        let long = "a".repeat(128);
        for good in ["12345678", "0aF-9-Zz", &long] {
            let key = IndexNowKey::parse(good).unwrap();
            assert_eq!((key.reveal(), format!("{key:?}")), (good, "(hidden)".to_owned()));
        }
        let longer = "a".repeat(129);
        for bad in ["", "1234567", "12345 78", "1234567é", "1234/678", "1234.678", &longer] {
            assert_eq!(IndexNowKey::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn replies_are_one_short_line() {
        assert_eq!(reply("  Too\r\nmany\u{0}\u{1b}[31m \u{202e}requests\t"), "Too many[31m requests");
        assert_eq!(reply(&"é".repeat(5_000)), "é".repeat(200));
    }
}
