//! What becomes of a message after a try to hand it over: the one rule of retrying.

use chrono::{DateTime, TimeDelta, Utc};

use super::Refusal;
use super::email::EmailState;

text_enum! {
    /// What a try means for the message.
    Outcome {
        /// The relay took it: it answered 250 after the final dot.
        Sent = "sent",
        /// Not taken, and nothing was transmitted or the relay said no for now: try again later.
        Deferred = "deferred",
        /// Refused for good: this message to this address will not be taken.
        Failed = "failed",
        /// The relay takes nobody's mail at present: all mail waits, and the try does not count.
        RelayDown = "relayDown",
        /// The message has left, and no answer came: it may or may not have been delivered.
        Unknown = "unknown",
    }
}

/// How patient the outbox is. Every part is a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryRule {
    /// The pause after the first try, doubled after each further one: 30 s.
    pub first_pause: TimeDelta,
    /// The longest pause: 1 h.
    pub longest_pause: TimeDelta,
    /// The shortest pause after greylisting, which rarely lets anybody in sooner: 5 min.
    pub greylist_pause: TimeDelta,
    /// How often a message is tried at most: 12 times, about six hours.
    pub tries: i32,
    /// How often it is tried, an hour apart, when the mailbox is full: 3 times.
    pub full_mailbox_tries: i32,
    /// How long a message of unknown fate rests before it is sent once more: 10 min. A proof may still arrive.
    pub grace: TimeDelta,
}

impl Default for RetryRule {
    fn default() -> Self {
        Self {
            first_pause: TimeDelta::seconds(30),
            longest_pause: TimeDelta::hours(1),
            greylist_pause: TimeDelta::minutes(5),
            tries: 12,
            full_mailbox_tries: 3,
            grace: TimeDelta::minutes(10),
        }
    }
}

/// How a message stood when a worker took it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// Tries that counted so far.
    pub attempts: i32,
    /// It was transmitted before and nobody knows whether it arrived.
    pub in_doubt: bool,
    /// After this it is not worth sending.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A try, as far as the rule cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tried {
    /// What it means for the message.
    pub outcome: Outcome,
    /// It ended before the relay heard of this message, so it says nothing about it and does not count.
    pub about_the_relay: bool,
    /// The recipient's server lets strangers wait.
    pub greylisted: bool,
    /// The recipient's mailbox is full.
    pub mailbox_full: bool,
}

impl Tried {
    /// A try with nothing special about it.
    #[must_use]
    pub const fn ended(outcome: Outcome) -> Self {
        Self { outcome, about_the_relay: false, greylisted: false, mailbox_full: false }
    }
}

/// What becomes of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// How it stands now.
    pub state: EmailState,
    /// Tries that counted.
    pub attempts: i32,
    /// When it is tried next, if it is.
    pub run_at: DateTime<Utc>,
    /// Of unknown fate and sent again already: nothing happens by itself any more, a person decides.
    pub held: bool,
}

impl RetryRule {
    /// Decides after a try; `roll` is random, so that messages that failed together do not return together.
    ///
    /// A message whose fate was unknown before stays so unless it is now known to be sent: that a second copy was
    /// refused says nothing about the first.
    #[must_use]
    pub fn after(&self, was: &Standing, tried: Tried, now: DateTime<Utc>, roll: u16) -> Verdict {
        let counts = !(tried.about_the_relay || tried.outcome == Outcome::RelayDown);
        let attempts = was.attempts + i32::from(counts);
        let ends = |state| Verdict { state, attempts, run_at: now, held: state == EmailState::Unknown };
        let refused = || ends(if was.in_doubt { EmailState::Unknown } else { EmailState::Failed });
        let over = was.expires_at.is_some_and(|end| end <= now);
        let waits = |state, pause| {
            let state = if was.in_doubt { EmailState::Unknown } else { state };
            let run_at = was.expires_at.map_or(now + pause, |end| end.min(now + pause));
            Verdict { state, attempts, run_at, held: false }
        };
        match tried.outcome {
            Outcome::Sent => ends(EmailState::Sent),
            Outcome::Unknown if was.in_doubt => ends(EmailState::Unknown),
            Outcome::Unknown => {
                Verdict { state: EmailState::Unknown, attempts, run_at: now + self.grace, held: false }
            }
            Outcome::Failed => refused(),
            _ if over => refused(),
            Outcome::RelayDown => waits(EmailState::Queued, TimeDelta::zero()),
            Outcome::Deferred if counts && attempts >= self.most_tries(tried) => refused(),
            Outcome::Deferred => waits(EmailState::Deferred, self.pause(attempts, tried, roll)),
        }
    }

    fn most_tries(&self, tried: Tried) -> i32 {
        if tried.mailbox_full { self.full_mailbox_tries.min(self.tries) } else { self.tries }
    }

    /// Between half of the doubled pause and all of it, so that what failed together does not return together.
    #[must_use]
    pub fn spread_pause(&self, attempts: i32, roll: u16) -> TimeDelta {
        let doublings = u32::try_from(attempts - 1).unwrap_or_default().min(20);
        let full = (self.first_pause * 2_i32.pow(doublings)).min(self.longest_pause);
        full / 2 + full / 2 * i32::from(roll) / i32::from(u16::MAX)
    }

    /// Never less than the reason asks for.
    fn pause(&self, attempts: i32, tried: Tried, roll: u16) -> TimeDelta {
        let spread = self.spread_pause(attempts, roll);
        match (tried.mailbox_full, tried.greylisted) {
            (true, _) => spread.max(self.longest_pause),
            (false, true) => spread.max(self.greylist_pause),
            (false, false) => spread,
        }
    }
}

impl EmailState {
    /// Whether a person may have the message sent now, sooner than it would be or once more.
    ///
    /// # Errors
    /// `EMAIL_STATE` when it is under way, was sent, or was taken back.
    pub fn may_be_retried(self) -> Result<(), Refusal> {
        match self {
            Self::Queued | Self::Deferred | Self::Unknown | Self::Failed => Ok(()),
            other => Err(Refusal::EmailState(other.as_str())),
        }
    }

    /// Whether a person may take the message back. One of unknown fate may have arrived, so that would be a lie.
    ///
    /// # Errors
    /// `EMAIL_STATE`.
    pub fn may_be_cancelled(self) -> Result<(), Refusal> {
        match self {
            Self::Queued | Self::Deferred | Self::Failed => Ok(()),
            other => Err(Refusal::EmailState(other.as_str())),
        }
    }

    /// Whether a person may say that they saw to it: a message that came back.
    ///
    /// # Errors
    /// `EMAIL_STATE`.
    pub fn may_be_dismissed(self) -> Result<(), Refusal> {
        if self == Self::Bounced { Ok(()) } else { Err(Refusal::EmailState(self.as_str())) }
    }

    /// Whether the bytes are kept: as long as anybody may still want them sent.
    #[must_use]
    pub const fn keeps_bytes(self) -> bool {
        !matches!(self, Self::Sent | Self::Cancelled | Self::Bounced)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: fn() -> RetryRule = RetryRule::default;

    fn now() -> DateTime<Utc> {
        "2027-01-15T08:00:00Z".parse().unwrap()
    }

    fn after(was: Standing, tried: Tried, roll: u16) -> Verdict {
        RULE().after(&was, tried, now(), roll)
    }

    #[test]
    fn pauses_double_up_to_the_longest_and_spread_over_their_upper_half() {
        let pauses = |roll| {
            (0..11).map(move |attempts| {
                let was = Standing { attempts, ..Standing::default() };
                (after(was, Tried::ended(Outcome::Deferred), roll).run_at - now()).num_seconds()
            })
        };
        assert_eq!(
            pauses(u16::MAX).collect::<Vec<_>>(),
            [30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600, 3600]
        );
        assert_eq!(pauses(0).collect::<Vec<_>>(), [15, 30, 60, 120, 240, 480, 960, 1800, 1800, 1800, 1800]);
    }

    #[test]
    fn the_last_try_fails_and_a_full_mailbox_fails_sooner() {
        let deferred = Tried::ended(Outcome::Deferred);
        let at = |attempts| Standing { attempts, ..Standing::default() };
        assert_eq!(after(at(10), deferred, 0).state, EmailState::Deferred);
        assert_eq!(after(at(11), deferred, 0).state, EmailState::Failed);
        let full = Tried { mailbox_full: true, ..deferred };
        assert_eq!(after(at(1), full, 0).run_at, now() + TimeDelta::hours(1));
        assert_eq!(after(at(2), full, 0).state, EmailState::Failed);
    }

    #[test]
    fn greylisting_waits_five_minutes_at_least() {
        let tried = Tried { greylisted: true, ..Tried::ended(Outcome::Deferred) };
        assert_eq!(after(Standing::default(), tried, 0).run_at, now() + TimeDelta::minutes(5));
    }

    #[test]
    fn the_relays_trouble_is_not_counted_against_a_message() {
        let was = Standing { attempts: 11, ..Standing::default() };
        let down = after(was, Tried::ended(Outcome::RelayDown), 0);
        assert_eq!((down.state, down.attempts, down.run_at), (EmailState::Queued, 11, now()));
        let busy = Tried { about_the_relay: true, ..Tried::ended(Outcome::Deferred) };
        assert_eq!((after(was, busy, 0).state, after(was, busy, 0).attempts), (EmailState::Deferred, 11));
    }

    #[test]
    fn what_may_have_arrived_is_sent_once_more_and_then_held() {
        let unknown = Tried::ended(Outcome::Unknown);
        let first = after(Standing::default(), unknown, 0);
        assert_eq!((first.state, first.held), (EmailState::Unknown, false));
        assert_eq!(first.run_at, now() + TimeDelta::minutes(10));
        let doubted = Standing { in_doubt: true, attempts: 1, expires_at: None };
        assert!(after(doubted, unknown, 0).held);
    }

    #[test]
    fn a_refused_copy_says_nothing_about_the_first() {
        let doubted = Standing { in_doubt: true, attempts: 1, expires_at: None };
        let refused = after(doubted, Tried::ended(Outcome::Failed), 0);
        assert_eq!((refused.state, refused.held), (EmailState::Unknown, true));
        for outcome in [Outcome::Deferred, Outcome::RelayDown] {
            let waits = after(doubted, Tried::ended(outcome), 0);
            assert_eq!((waits.state, waits.held), (EmailState::Unknown, false), "{outcome}");
        }
        assert_eq!(after(doubted, Tried::ended(Outcome::Sent), 0).state, EmailState::Sent);
    }

    #[test]
    fn what_is_not_worth_sending_any_more_fails() {
        let ending = |seconds| Standing {
            expires_at: Some(now() + TimeDelta::seconds(seconds)),
            ..Standing::default()
        };
        for outcome in [Outcome::Deferred, Outcome::RelayDown] {
            assert_eq!(after(ending(0), Tried::ended(outcome), 0).state, EmailState::Failed);
        }
        let waits = after(ending(7), Tried::ended(Outcome::Deferred), u16::MAX);
        assert_eq!(waits.run_at, now() + TimeDelta::seconds(7));
    }

    #[test]
    fn every_outcome_leaves_a_state_that_waits_or_ends() {
        for outcome in Outcome::ALL {
            for in_doubt in [false, true] {
                for attempts in [0, 11, i32::MAX - 1] {
                    let was = Standing { attempts, in_doubt, expires_at: None };
                    let state = after(was, Tried::ended(*outcome), 7).state;
                    assert!(!matches!(
                        state,
                        EmailState::Sending | EmailState::Transmitting | EmailState::Cancelled
                    ));
                    assert_eq!(state == EmailState::Sent, *outcome == Outcome::Sent);
                    assert!(!in_doubt || matches!(state, EmailState::Sent | EmailState::Unknown));
                }
            }
        }
    }

    #[test]
    fn people_may_send_or_take_back_only_what_is_not_under_way() {
        use EmailState::{Cancelled, Deferred, Failed, Queued, Unknown};
        for state in EmailState::ALL {
            let retried = matches!(state, Queued | Deferred | Unknown | Failed);
            assert_eq!(state.may_be_retried().is_ok(), retried, "{state}");
            assert_eq!(state.may_be_cancelled().is_ok(), retried && *state != Unknown, "{state}");
            assert!(state.keeps_bytes() || state.may_be_retried().is_err(), "{state}");
        }
        assert!(!Cancelled.keeps_bytes());
    }
}
