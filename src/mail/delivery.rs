//! What became of one attempt to hand a mail over, and the table that decides it.

use std::fmt;

pub use crate::domain::delivery::Outcome;

/// How far an attempt got. In order: a later phase has passed all earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Reaching the host, and TLS with `smtps://`.
    Connect,
    /// Banner and EHLO.
    Greeting,
    /// STARTTLS and its second EHLO.
    Tls,
    /// AUTH.
    Login,
    /// MAIL FROM.
    Sender,
    /// RCPT TO.
    Recipient,
    /// DATA, until the relay says 354.
    Data,
    /// The body, its final dot, and the reply to it.
    Body,
}

impl Phase {
    /// The word stored and shown for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Greeting => "greeting",
            Self::Tls => "tls",
            Self::Login => "login",
            Self::Sender => "sender",
            Self::Recipient => "recipient",
            Self::Data => "data",
            Self::Body => "body",
        }
    }

    /// Whether a failure here speaks about the relay and not about any one message.
    #[must_use]
    pub fn is_about_the_relay(self) -> bool {
        self < Self::Sender
    }
}

/// The end of one attempt, with all the relay said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// What it means.
    pub outcome: Outcome,
    /// How far it got.
    pub phase: Phase,
    /// The reply code (RFC 5321), if the relay answered.
    pub code: Option<u16>,
    /// The enhanced status code (RFC 3463) like `5.1.1`, if the reply began with one.
    pub enhanced: Option<String>,
    /// The relay's own words (they often hold its queue id), or ours where it had none. One line, at most 1,000
    /// characters.
    pub reply: String,
}

impl Delivery {
    /// The relay answered with `code`; `dot_left` tells whether the whole message had been written by then.
    #[must_use]
    pub fn answered(phase: Phase, code: u16, text: &str, dot_left: bool) -> Self {
        let enhanced = enhanced(text);
        Self {
            outcome: outcome(phase, Some(code), enhanced.as_deref(), dot_left),
            phase,
            code: Some(code),
            enhanced,
            reply: one_line(text),
        }
    }

    /// No usable answer: refused, reset, late, or not SMTP. `what` is ours.
    #[must_use]
    pub fn unanswered(phase: Phase, what: &str, dot_left: bool) -> Self {
        let outcome = outcome(phase, None, None, dot_left);
        Self { outcome, phase, code: None, enhanced: None, reply: one_line(what) }
    }

    /// We refuse to try: the message itself is not fit for this relay.
    #[must_use]
    pub fn unfit(phase: Phase, why: &str) -> Self {
        Self { outcome: Outcome::Failed, phase, code: None, enhanced: None, reply: one_line(why) }
    }

    /// The recipient's server asks unknown senders to come back later; less than five minutes is rarely enough.
    #[must_use]
    pub fn is_greylisting(&self) -> bool {
        self.phase == Phase::Recipient && matches!(self.code, Some(450 | 451))
    }

    /// The mailbox is full: a permanent code, but mailboxes get emptied.
    #[must_use]
    pub fn is_full_mailbox(&self) -> bool {
        self.phase == Phase::Recipient && is_full(self.code, self.enhanced.as_deref())
    }
}

impl fmt::Display for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in phase {}: ", self.outcome.as_str(), self.phase.as_str())?;
        if let Some(code) = self.code {
            write!(f, "{code} ")?;
        }
        f.write_str(&self.reply)
    }
}

/// The table. Classes of reply are those of RFC 5321 section 4.2.1; phase and code together decide, since a "permanent"
/// 535 to a changed password must never end a message, and a missing reply matters only once the final dot has left.
fn outcome(phase: Phase, code: Option<u16>, enhanced: Option<&str>, dot_left: bool) -> Outcome {
    use Phase::{Body, Connect, Data, Greeting, Login, Recipient, Sender, Tls};
    match (phase, code) {
        (Connect | Greeting | Tls | Login, Some(400..=499)) => Outcome::Deferred,
        (Connect | Greeting | Tls | Login, _) | (Sender, Some(500..=599)) => Outcome::RelayDown,
        (Recipient, Some(500..=599)) if is_full(code, enhanced) => Outcome::Deferred,
        (Recipient | Data | Body, Some(500..=599)) => Outcome::Failed,
        (Sender | Recipient | Data, _) | (Body, Some(400..=499)) => Outcome::Deferred,
        (Body, Some(250)) => Outcome::Sent,
        (Body, _) if dot_left => Outcome::Unknown,
        (Body, _) => Outcome::Deferred,
    }
}

fn is_full(code: Option<u16>, enhanced: Option<&str>) -> bool {
    code == Some(552) || enhanced == Some("5.2.2")
}

/// The enhanced status code a reply begins with (RFC 2034 section 4): class 2, 4 or 5, and two numbers up to 999.
fn enhanced(text: &str) -> Option<String> {
    let word = text.split_whitespace().next()?;
    let mut parts = word.split('.');
    let class = parts.next()?;
    let number = |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let fits = matches!(class, "2" | "4" | "5") && parts.clone().count() == 2 && parts.all(number);
    fits.then(|| word.to_owned())
}

fn one_line(text: &str) -> String {
    let calm: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(1_000).collect();
    calm.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_enhanced_codes_only_at_the_start() {
        assert_eq!(enhanced("5.1.1 no such user").as_deref(), Some("5.1.1"));
        assert_eq!(enhanced("4.7.100 slow down").as_deref(), Some("4.7.100"));
        for text in ["", "no 5.1.1", "5.1", "5.1.1.1", "3.1.1", "5.1.x", "5.1.1000", "5..1"] {
            assert_eq!(enhanced(text), None, "{text}");
        }
    }

    #[test]
    fn a_reply_becomes_one_calm_line() {
        let delivery = Delivery::answered(Phase::Recipient, 550, "5.1.1 no\r\nsuch \u{1b}[31muser", false);
        assert_eq!(delivery.reply, "5.1.1 no  such  [31muser");
        assert_eq!(Delivery::unanswered(Phase::Data, &"x".repeat(5_000), false).reply.len(), 1_000);
    }

    #[test]
    fn a_password_that_changed_never_ends_a_message() {
        assert_eq!(Delivery::answered(Phase::Login, 535, "no", false).outcome, Outcome::RelayDown);
        assert_eq!(Delivery::answered(Phase::Sender, 553, "not yours", false).outcome, Outcome::RelayDown);
    }

    #[test]
    fn silence_matters_only_after_the_final_dot() {
        assert_eq!(Delivery::unanswered(Phase::Body, "reset", false).outcome, Outcome::Deferred);
        assert_eq!(Delivery::unanswered(Phase::Body, "reset", true).outcome, Outcome::Unknown);
        assert_eq!(Delivery::answered(Phase::Body, 354, "again?", true).outcome, Outcome::Unknown);
    }
}
