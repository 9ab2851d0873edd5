//! What awaits somebody: read from where things stand, never kept, so that it cannot be forgotten or done twice.

use chrono::{DateTime, Utc};

use super::id::{ApplicationId, EmailMessageId, MessageId, NoteId, OfferId, StepId};

text_enum! {
    /// What is awaited.
    WorkKind {
        /// A scorecard, of whoever was asked for it.
        ScorecardDue = "scorecardDue",
        /// A decision on an offer's version, of an approver whose turn it is.
        ApprovalAsked = "approvalAsked",
        /// An approved offer that nobody sent, and that is not to leave by itself.
        OfferToSend = "offerToSend",
        /// Another approver, in the place of one who may approve no more.
        ApproverMissing = "approverMissing",
        /// A look at a note, of the colleague it mentions.
        NoteMention = "noteMention",
        /// A move, of an application that is in its stage for longer than the plan calls timely.
        ApplicationStalled = "applicationStalled",
        /// A word to a candidate who has not answered questions in time.
        FormOverdue = "formOverdue",
        /// Other times, for a candidate who asked for them or has none left to choose from.
        SlotsNeeded = "slotsNeeded",
        /// A look at who comes to a meeting whose application was allotted to another team since.
        ParticipantsToCheck = "participantsToCheck",
        /// A look at which teams a candidate would prefer by now.
        TeamsPreferred = "teamsPreferred",
        /// A look at what came in a step, which then is passed.
        FeedbackAwaited = "feedbackAwaited",
        /// A decision on an application whose posting was filled or whose candidate was hired elsewhere.
        DecisionNeeded = "decisionNeeded",
        /// A look at a mail that came in about an application.
        ReplyToRead = "replyToRead",
        /// Another address, of a candidate whom mail does not reach.
        AddressDead = "addressDead",
        /// A decision on a message that did not arrive, or of which nobody knows.
        EmailFailed = "emailFailed",
    }
}

/// One thing that awaits somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkItem {
    /// What it is told from others by; the same for as long as it waits.
    pub key: String,
    /// What is awaited.
    pub kind: WorkKind,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Until when, where something says so.
    pub due_at: Option<DateTime<Utc>>,
    /// The application it is about.
    pub application: ApplicationId,
    /// The step it is about.
    pub step: Option<StepId>,
    /// The offer it is about.
    pub offer: Option<OfferId>,
    /// The message it is about.
    pub email: Option<EmailMessageId>,
    /// The note it is about.
    pub note: Option<NoteId>,
    /// The mail that came in it is about.
    pub message: Option<MessageId>,
}

impl WorkItem {
    /// The time it is sorted by: when it is due; what nothing says a time for has been due since it waits.
    #[must_use]
    pub fn at(&self) -> DateTime<Utc> {
        self.due_at.unwrap_or(self.since)
    }

    /// Whether its time is over.
    #[must_use]
    pub fn is_overdue(&self, now: DateTime<Utc>) -> bool {
        self.due_at.is_some_and(|due| due <= now)
    }
}
