//! What is written by mail about applications, either way, and what else is made of a mail that comes in. Who one of those is
//! from is what it says, never more.

use chrono::{DateTime, Utc};

use super::faults::Faults;
use super::id::{ApplicationId, EmailMessageId, InterviewId, MessageId, OfferId, UserId};
use super::interview::Response;
use super::{Refusal, placeholder, text};

/// The most bytes of text that are kept of a mail.
pub const MOST_TEXT: usize = 100_000;
/// The most names of attachments that are kept.
pub const MOST_NAMES: usize = 20;

/// The most characters of a subject that a colleague gives.
const MOST_SUBJECT: usize = 150;
/// The most characters of what a colleague writes.
const MOST_WRITTEN: usize = 10_000;

/// What a colleague says to candidates, who each get their own for the names in braces ([`placeholder`]).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wording {
    /// What it is about, if they say so.
    pub subject: Option<String>,
    /// What is said, in plain text.
    pub text: String,
}

impl Wording {
    /// Both, checked.
    ///
    /// # Errors
    /// `REQUIRED` or `INVALID` on `text`, `INVALID` on `subject`: all that is wrong.
    pub fn parse(subject: Option<&str>, text: &str) -> Result<Self, Refusal> {
        let mut faults = Faults::default();
        let subject = text::optional_line("subject", subject, MOST_SUBJECT).and_then(|subject| {
            subject.as_deref().map_or(Ok(()), |subject| placeholder::check("subject", subject))?;
            Ok(subject)
        });
        let subject = faults.keep(subject);
        let text = text::prose("text", text, MOST_WRITTEN);
        let text = faults.keep(text.and_then(|text| placeholder::check("text", &text).map(|()| text)));
        faults.end().map(|()| Self { subject, text })
    }

    /// The same with the names in braces replaced.
    #[must_use]
    pub fn filled(&self, values: &placeholder::Values) -> Self {
        let subject = self.subject.as_deref().map(|subject| placeholder::fill(subject, values));
        Self { subject, text: placeholder::fill(&self.text, values) }
    }
}

/// A mail about an application, as colleagues read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// About which application.
    pub application: ApplicationId,
    /// Its own `Message-ID`, if it has one that can be kept.
    pub message_id: Option<String>,
    /// The address it says that it is from. No proof of anything.
    pub sender: Option<String>,
    /// Whether that was the candidate's own address when it came.
    pub from_candidate: bool,
    /// Whether a machine wrote it.
    pub automatic: bool,
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub text: String,
    /// Names of its attachments, of which nothing else is kept.
    pub attachments: Vec<String>,
    /// How many attachments it had.
    pub attachment_count: i32,
    /// Which invitation it answers, and how.
    pub answer: Option<(InterviewId, Response)>,
    /// When it came, or was written.
    pub received_at: DateTime<Utc>,
    /// When somebody said that they read it; at once for what nobody has to read.
    pub read_at: Option<DateTime<Utc>>,
    /// Who said so.
    pub read_by: Option<UserId>,
    /// The colleague who wrote it, and the message that carries it, if it did not come in.
    pub sent: Option<(UserId, EmailMessageId)>,
    /// What it is, if the candidate wrote it on the page of an offer.
    pub asked: Option<Asked>,
}

text_enum! {
    /// What a candidate writes on the page of an offer.
    QuestionKind {
        /// A question.
        Question = "question",
        /// A counter-offer: other terms are asked for.
        CounterOffer = "counterOffer",
    }
}

impl QuestionKind {
    /// What it is called among mails.
    #[must_use]
    pub const fn subject(self) -> &'static str {
        match self {
            Self::Question => "A question about our offer",
            Self::CounterOffer => "A counter-offer to our offer",
        }
    }
}

/// What a candidate asked on the page of an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// Of which offer.
    pub offer: OfferId,
    /// Of which of its versions.
    pub version: i32,
    /// What it is.
    pub kind: QuestionKind,
}

text_enum! {
    /// What became of a mail that came in.
    Taken {
        /// A message of ours came back.
        Bounced = "bounced",
        /// A message of ours is late, and is still tried by others.
        Delayed = "delayed",
        /// A message of ours arrived.
        Delivered = "delivered",
        /// An invitation was answered.
        Responded = "responded",
        /// It was kept with its application.
        Kept = "kept",
        /// It was taken before.
        Repeated = "repeated",
        /// It is about nothing here, or says nothing new: nothing was kept.
        Ignored = "ignored",
    }
}

text_enum! {
    /// What a report says of a message of ours (RFC 3464 section 2.3.3).
    Action {
        /// It will not arrive.
        Failed = "failed",
        /// It is still tried.
        Delayed = "delayed",
        /// It is in the mailbox.
        Delivered = "delivered",
        /// It went on to a server that reports nothing.
        Relayed = "relayed",
        /// It went on to several people.
        Expanded = "expanded",
    }
}

/// A report about a message of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What became of it.
    pub action: Action,
    /// The enhanced status code (RFC 3463): `5.1.1`.
    pub status: Option<String>,
    /// What the other server said.
    pub diagnostic: Option<String>,
}

/// Whether an enhanced status code (RFC 3463) says that there is no such mailbox: `5.1.1`, and `5.1.10`, as Exchange and RFC 7505
/// say it.
#[must_use]
pub fn is_of_dead_address(status: &str) -> bool {
    matches!(status, "5.1.1" | "5.1.10")
}

impl Report {
    /// Whether it says that there is no such mailbox.
    #[must_use]
    pub fn is_dead_address(&self) -> bool {
        self.action == Action::Failed && self.status.as_deref().is_some_and(is_of_dead_address)
    }

    /// The reply code at the start of what the other server said.
    #[must_use]
    pub fn code(&self) -> Option<i32> {
        let code: i32 = self.diagnostic.as_deref()?.get(..3)?.parse().ok()?;
        (400..600).contains(&code).then_some(code)
    }

    /// What is kept of it as the last word on the message.
    #[must_use]
    pub fn words(&self) -> String {
        let parts = self.status.as_deref().into_iter().chain(self.diagnostic.as_deref());
        let words = parts.collect::<Vec<_>>().join(" ");
        if words.is_empty() { "came back without a reason".to_owned() } else { words }
    }
}

/// A calendar's answer to an invitation (RFC 5546 section 3.2.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarReply {
    /// The meeting's own name among calendars.
    pub uid: String,
    /// Who answers.
    pub attendee: String,
    /// How.
    pub response: Response,
    /// Which of the invitations to the meeting it answers, from 0.
    pub sequence: i32,
}
