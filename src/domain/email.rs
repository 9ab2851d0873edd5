//! A message that is to be, or was, sent, and how its delivery stands.

use chrono::{DateTime, Utc};

use super::id::{ApplicationId, CandidateId, EmailMessageId, OfferId, PostingId, ReferenceId, UserId};

text_enum! {
    /// How the delivery of a message stands.
    EmailState {
        /// Waits for its turn.
        Queued = "queued",
        /// A worker has it; nothing of the body has left.
        Sending = "sending",
        /// The body is leaving; from here on the outcome may become unknown.
        Transmitting = "transmitting",
        /// The relay took it (a 250 after the final dot).
        Sent = "sent",
        /// The relay asked to try later.
        Deferred = "deferred",
        /// It may or may not have arrived.
        Unknown = "unknown",
        /// It was refused for good, or every try was spent.
        Failed = "failed",
        /// It was taken back before it left.
        Cancelled = "cancelled",
        /// The relay took it and it came back.
        Bounced = "bounced",
    }
}

impl EmailState {
    /// Whether no worker will touch it again by itself.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Sent | Self::Failed | Self::Cancelled | Self::Bounced)
    }
}

text_enum! {
    /// What a message says.
    LetterKind {
        /// Your application came in; here you can follow it.
        ApplicationReceived = "applicationReceived",
        /// You had applied before; here you can follow it.
        ApplicationRepeated = "applicationRepeated",
        /// We will not go on with you.
        ApplicationDeclined = "applicationDeclined",
        /// You have withdrawn.
        ApplicationWithdrawn = "applicationWithdrawn",
        /// Your application goes on for another job.
        ApplicationTransferred = "applicationTransferred",
        /// What a colleague has to say.
        MessageSent = "messageSent",
        /// We have questions; please answer by then.
        FormSent = "formSent",
        /// Our questions are still open.
        FormReminded = "formReminded",
        /// To a colleague: please write what you think.
        ScorecardRequested = "scorecardRequested",
        /// To a colleague: your scorecard is overdue.
        ScorecardReminded = "scorecardReminded",
        /// To a colleague: you are mentioned in a note.
        NoteMentioned = "noteMentioned",
        /// We would like to meet you, then; or at another time, or with other people.
        InterviewScheduled = "interviewScheduled",
        /// The meeting does not take place.
        InterviewCancelled = "interviewCancelled",
        /// To staff: you are to meet a candidate.
        InterviewAssigned = "interviewAssigned",
        /// To staff: you are not to meet the candidate after all.
        InterviewUnassigned = "interviewUnassigned",
        /// We would like to meet you; please pick a time.
        InterviewSlots = "interviewSlots",
        /// We still wait for you to pick a time.
        InterviewSlotsReminded = "interviewSlotsReminded",
        /// Please name people we may ask about you.
        NominationRequested = "nominationRequested",
        /// We still wait for the names.
        NominationReminded = "nominationReminded",
        /// To a referee: please tell us about somebody.
        ReferenceRequested = "referenceRequested",
        /// To a referee: we still wait for your answers.
        ReferenceReminded = "referenceReminded",
        /// To a colleague: please approve an offer, or say why not.
        ApprovalRequested = "approvalRequested",
        /// To a colleague: an offer still waits for your approval.
        ApprovalReminded = "approvalReminded",
        /// To a colleague: the offer you drafted is approved.
        ApprovalGiven = "approvalGiven",
        /// To a colleague: the offer you drafted was not approved.
        ApprovalRefused = "approvalRefused",
        /// Our offer.
        Offer = "offer",
        /// The offer stands longer.
        OfferExtended = "offerExtended",
        /// The code that accepting our offer takes.
        OfferCode = "offerCode",
        /// You have accepted.
        OfferAccepted = "offerAccepted",
        /// You have declined our offer.
        OfferDeclined = "offerDeclined",
        /// Our offer is still open, and its time is nearly over.
        OfferReminded = "offerReminded",
        /// Our offer's time is over.
        OfferExpired = "offerExpired",
        /// To a colleague: how the offer you drafted ended.
        OfferEnded = "offerEnded",
        /// We take our offer back.
        OfferRescinded = "offerRescinded",
    }
}

text_enum! {
    /// Why somebody is not written to.
    Omission {
        /// They were told in another way.
        ToldOtherwise = "toldOtherwise",
        /// They asked not to be written to.
        AskedNotTo = "askedNotTo",
        /// The address is known not to work.
        AddressDead = "addressDead",
        /// It was no application of a person.
        NotAPerson = "notAPerson",
    }
}

/// A message without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailMessage {
    /// Its id.
    pub id: EmailMessageId,
    /// What it says.
    pub kind: LetterKind,
    /// The posting it is about.
    pub posting: PostingId,
    /// The application it is about.
    pub application: ApplicationId,
    /// The offer it is about.
    pub offer: Option<OfferId>,
    /// The offer's version it was written for.
    pub version: Option<i32>,
    /// The candidate it is about, to whom it is written unless `user` or `reference` is.
    pub candidate: CandidateId,
    /// The member of staff it is written to.
    pub user: Option<UserId>,
    /// The reference whose referee it is written to.
    pub reference: Option<ReferenceId>,
    /// How its delivery stands.
    pub state: EmailState,
    /// How often a delivery was tried.
    pub attempts: i32,
    /// When it is tried next, while it waits.
    pub run_at: DateTime<Utc>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When the relay took it.
    pub sent_at: Option<DateTime<Utc>>,
    /// The relay's last reply code.
    pub last_code: Option<i32>,
    /// The relay's last reply, or what went wrong instead.
    pub last_reply: Option<String>,
    /// Whether the addressee may have received it twice.
    pub duplicate_possible: bool,
    /// Of unknown fate and sent again already: nothing happens by itself any more, a person decides.
    pub held: bool,
    /// When another message was sent in its place.
    pub replaced_at: Option<DateTime<Utc>>,
    /// In which of the organisation's own words it was written: their language and version; none for those of the program.
    pub template: Option<(String, i32)>,
}

impl EmailMessage {
    /// When it is tried next, as far as anything happens by itself.
    #[must_use]
    pub fn next_attempt_at(&self) -> Option<DateTime<Utc>> {
        let waits = matches!(self.state, EmailState::Queued | EmailState::Deferred | EmailState::Unknown);
        (waits && !self.held).then_some(self.run_at)
    }

    /// Whether it waits for the hour it was written for: never tried, and not due yet.
    #[must_use]
    pub fn is_early(&self, now: DateTime<Utc>) -> bool {
        self.state == EmailState::Queued && self.attempts == 0 && now < self.run_at
    }

    /// What the relay said last, without the addresses it quoted: whoever may read how a message stands need not be one
    /// who may read where it goes.
    #[must_use]
    pub fn reply(&self) -> Option<String> {
        self.last_reply.as_deref().map(without_addresses)
    }
}

fn without_addresses(reply: &str) -> String {
    let words = reply.split(' ').map(|word| if word.contains('@') { "(address)" } else { word });
    words.collect::<Vec<_>>().join(" ")
}

/// One try at delivering a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailAttempt {
    /// Which message.
    pub email: EmailMessageId,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended, if anybody ended it.
    pub ended_at: Option<DateTime<Utc>>,
    /// How far it got.
    pub phase: Option<String>,
    /// What came of it.
    pub outcome: Option<String>,
    /// The relay's reply code.
    pub code: Option<i32>,
    /// Its enhanced status code.
    pub enhanced: Option<String>,
    /// What the relay said, or what went wrong instead.
    pub said: Option<String>,
}

impl EmailAttempt {
    /// As [`EmailMessage::reply`].
    #[must_use]
    pub fn reply(&self) -> Option<String> {
        self.said.as_deref().map(without_addresses)
    }
}

/// A message about to be queued, its bytes frozen: every try sends the same ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEmail {
    /// Its id.
    pub id: EmailMessageId,
    /// What it says.
    pub kind: LetterKind,
    /// Names the occasion, so that it is written once: `offer/<id>/v<n>/m1`.
    pub dedupe_key: String,
    /// The `Message-ID`, with its brackets (RFC 5322 section 3.6.4).
    pub message_id: String,
    /// The posting it is about.
    pub posting: PostingId,
    /// The application it is about.
    pub application: ApplicationId,
    /// The offer and its version it is about.
    pub offer: Option<(OfferId, i32)>,
    /// The candidate it is about, to whom it is written unless `user` or `reference` is.
    pub candidate: CandidateId,
    /// The member of staff it is written to.
    pub user: Option<UserId>,
    /// The reference whose referee it is written to.
    pub reference: Option<ReferenceId>,
    /// The envelope's sender.
    pub from: String,
    /// The envelope's only recipient.
    pub to: String,
    /// The whole message (RFC 5322).
    pub raw: Vec<u8>,
    /// In which of the organisation's own words it was written: their language and version; none for those of the program.
    pub template: Option<(String, i32)>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// From when on it may leave, which is its date too.
    pub due_at: DateTime<Utc>,
    /// After this it is not worth sending.
    pub expires_at: Option<DateTime<Utc>>,
}
