//! What happened: append-only facts of ids, states, codes and counts; never personal data, never free text.

use chrono::{DateTime, Utc};

use super::id::{ApplicationId, ChangeId, OfferId, PostingId};
use super::viewer::Viewer;

text_enum! {
    /// What happened to which kind of record.
    EventKind {
        /// A team was created.
        TeamCreated = "teamCreated",
        /// A team was renamed.
        TeamUpdated = "teamUpdated",
        /// A hiring plan was created.
        PlanCreated = "planCreated",
        /// A hiring plan got a new version.
        PlanUpdated = "planUpdated",
        /// A user was created.
        UserCreated = "userCreated",
        /// A role was granted.
        RoleGranted = "roleGranted",
        /// A member of staff lost a role.
        RoleRevoked = "roleRevoked",
        /// An API token was created.
        TokenCreated = "tokenCreated",
        /// An API token was revoked.
        TokenRevoked = "tokenRevoked",
        /// A channel was set: turned on or off, given a mark or a company.
        FeedUpdated = "feedUpdated",
        /// A feed got a key, and is private.
        FeedKeyCreated = "feedKeyCreated",
        /// A feed's key was revoked.
        FeedKeyRevoked = "feedKeyRevoked",
        /// The organisation's own words for a kind of letter were saved.
        LetterTemplateSaved = "letterTemplateSaved",
        /// They were taken back.
        LetterTemplateReset = "letterTemplateReset",
        /// A text for writing to candidates was kept.
        SavedReplyCreated = "savedReplyCreated",
        /// It was changed.
        SavedReplyUpdated = "savedReplyUpdated",
        /// It was thrown away.
        SavedReplyDeleted = "savedReplyDeleted",
        /// A posting was drafted.
        PostingCreated = "postingCreated",
        /// A posting's facts or teams were changed.
        PostingUpdated = "postingUpdated",
        /// A posting was opened for the first time.
        PostingPublished = "postingPublished",
        /// A posting was paused, by a person or by the last hire.
        PostingPaused = "postingPaused",
        /// A paused posting was opened again.
        PostingResumed = "postingResumed",
        /// A posting was closed, by a person or by its deadline.
        PostingClosed = "postingClosed",
        /// A closed posting was opened again.
        PostingReopened = "postingReopened",
        /// A posting was archived.
        PostingArchived = "postingArchived",
        /// A seat was added.
        OpeningCreated = "openingCreated",
        /// A seat was taken away.
        OpeningCancelled = "openingCancelled",
        /// A seat was held by an offer.
        OpeningHeld = "openingHeld",
        /// A held seat was freed.
        OpeningFreed = "openingFreed",
        /// A seat was filled by a hire.
        OpeningFilled = "openingFilled",
        /// A filled seat was opened again.
        OpeningReopened = "openingReopened",
        /// A candidate was met for the first time.
        CandidateCreated = "candidateCreated",
        /// A candidate's address is known not to work.
        CandidateUndeliverable = "candidateUndeliverable",
        /// A candidate got another address, or the same one is tried again.
        CandidateUpdated = "candidateUpdated",
        /// An application came in.
        ApplicationSubmitted = "applicationSubmitted",
        /// An application moved on.
        ApplicationAdvanced = "applicationAdvanced",
        /// An application moved back.
        ApplicationReturned = "applicationReturned",
        /// An application was declined.
        ApplicationDeclined = "applicationDeclined",
        /// A candidate withdrew.
        ApplicationWithdrawn = "applicationWithdrawn",
        /// An ended application became active again.
        ApplicationReinstated = "applicationReinstated",
        /// A candidate was hired.
        ApplicationHired = "applicationHired",
        /// A hire was undone.
        ApplicationHireUndone = "applicationHireUndone",
        /// An application was allotted to a team.
        ApplicationAllotted = "applicationAllotted",
        /// The candidate's preferred teams were stated.
        ApplicationTeamsPreferred = "applicationTeamsPreferred",
        /// An application now needs somebody's decision.
        ApplicationNeedsDecision = "applicationNeedsDecision",
        /// Somebody decided that an application goes on where it is.
        ApplicationKept = "applicationKept",
        /// An application went on to another posting.
        ApplicationTransferred = "applicationTransferred",
        /// A step that the plan does not have was added to one application.
        StepAdded = "stepAdded",
        /// Somebody outside was asked in a step.
        StepRequested = "stepRequested",
        /// A meeting was set in a step.
        StepScheduled = "stepScheduled",
        /// A step's meeting was cancelled or missed.
        StepUnscheduled = "stepUnscheduled",
        /// What a step waited for has come; somebody has to read it.
        StepAwaitsFeedback = "stepAwaitsFeedback",
        /// A step was passed.
        StepPassed = "stepPassed",
        /// A required step was waived.
        StepWaived = "stepWaived",
        /// An optional step was skipped.
        StepSkipped = "stepSkipped",
        /// A finished step was opened again.
        StepReopened = "stepReopened",
        /// An unfinished step ended with its application.
        StepCancelled = "stepCancelled",
        /// A cancelled step came back with its application.
        StepRestored = "stepRestored",
        /// Questions were sent to a candidate.
        FormSent = "formSent",
        /// Unanswered questions gave way to newer ones.
        FormReplaced = "formReplaced",
        /// A candidate was reminded of unanswered questions.
        FormReminded = "formReminded",
        /// Questions were answered.
        FormAnswered = "formAnswered",
        /// Somebody was asked for a scorecard.
        ScorecardRequested = "scorecardRequested",
        /// Somebody need not write a scorecard after all.
        ScorecardExcused = "scorecardExcused",
        /// Somebody was reminded of a scorecard.
        ScorecardReminded = "scorecardReminded",
        /// A scorecard was saved as a draft.
        ScorecardSaved = "scorecardSaved",
        /// A scorecard was submitted.
        ScorecardSubmitted = "scorecardSubmitted",
        /// A meeting with a candidate was set.
        InterviewScheduled = "interviewScheduled",
        /// A meeting was moved.
        InterviewRescheduled = "interviewRescheduled",
        /// A meeting got other people or another video call.
        InterviewUpdated = "interviewUpdated",
        /// A meeting was called off.
        InterviewCancelled = "interviewCancelled",
        /// Somebody who was needed did not come to a meeting.
        InterviewMissed = "interviewMissed",
        /// The time of a meeting is over.
        InterviewHeld = "interviewHeld",
        /// Somebody answered an invitation.
        InterviewResponded = "interviewResponded",
        /// Times were offered to a candidate, of which they pick one.
        SlotsOffered = "slotsOffered",
        /// Times gave way to others.
        SlotsReplaced = "slotsReplaced",
        /// A candidate was reminded of picking a time.
        SlotsReminded = "slotsReminded",
        /// A time was picked.
        SlotPicked = "slotPicked",
        /// A candidate asked for other times.
        SlotsDeclined = "slotsDeclined",
        /// Times can no longer be picked from.
        SlotsClosed = "slotsClosed",
        /// A candidate was asked to name people.
        ReferencesRequested = "referencesRequested",
        /// A request for names gave way to a newer one.
        ReferencesReplaced = "referencesReplaced",
        /// A candidate was reminded of naming people.
        ReferencesReminded = "referencesReminded",
        /// A person whom the candidate named was asked.
        ReferenceRequested = "referenceRequested",
        /// A referee was reminded.
        ReferenceReminded = "referenceReminded",
        /// A referee answered.
        ReferenceCompleted = "referenceCompleted",
        /// A referee would rather not answer.
        ReferenceDeclined = "referenceDeclined",
        /// What a referee was asked was taken back.
        ReferenceWithdrawn = "referenceWithdrawn",
        /// A note was added to an application.
        NoteAdded = "noteAdded",
        /// Somebody who is mentioned in a note has read it.
        NoteRead = "noteRead",
        /// An application got other tags.
        TagsSet = "tagsSet",
        /// A justification was written or changed.
        JustificationSaved = "justificationSaved",
        /// An offer, or a version of one, was drafted.
        OfferCreated = "offerCreated",
        /// A draft's terms were changed.
        OfferUpdated = "offerUpdated",
        /// A draft was submitted for approval and holds its seat.
        OfferSubmitted = "offerSubmitted",
        /// An approver said yes to a version; others may have to yet.
        ApprovalGiven = "approvalGiven",
        /// An approver was reminded.
        ApprovalReminded = "approvalReminded",
        /// Somebody else decides in an approver's place.
        ApprovalDelegated = "approvalDelegated",
        /// A version was approved, by everybody it takes or because the plan asks nobody.
        OfferApproved = "offerApproved",
        /// A version was sent back to draft.
        OfferRejected = "offerRejected",
        /// An approved version is to be sent at a time.
        OfferScheduled = "offerScheduled",
        /// It is not to be sent at a time after all.
        OfferUnscheduled = "offerUnscheduled",
        /// Its time came, and it could not be sent as it stands.
        OfferUnsent = "offerUnsent",
        /// A version was released to the candidate.
        OfferSent = "offerSent",
        /// The relay took the offer's mail.
        OfferDelivered = "offerDelivered",
        /// A sent version gave way to a newer one.
        OfferSuperseded = "offerSuperseded",
        /// The deadline was moved.
        OfferExtended = "offerExtended",
        /// The version that is out was sent once more.
        OfferResent = "offerResent",
        /// The candidate was reminded.
        OfferReminded = "offerReminded",
        /// The candidate was sent a code to accept with.
        OfferCodeSent = "offerCodeSent",
        /// The candidate opened the offer.
        OfferViewed = "offerViewed",
        /// An unsent offer was dropped.
        OfferCancelled = "offerCancelled",
        /// A sent offer was taken back.
        OfferRescinded = "offerRescinded",
        /// The candidate accepted.
        OfferAccepted = "offerAccepted",
        /// The candidate declined.
        OfferDeclined = "offerDeclined",
        /// The deadline passed.
        OfferExpired = "offerExpired",
        /// An accepted offer's hire was undone.
        OfferUndone = "offerUndone",
        /// A message was queued.
        EmailQueued = "emailQueued",
        /// A message was not written, for a stated reason.
        EmailOmitted = "emailOmitted",
        /// A message's delivery state changed.
        EmailUpdated = "emailUpdated",
        /// A message is late; others still try to deliver it.
        EmailDelayed = "emailDelayed",
        /// Somebody saw to a message that came back.
        EmailDismissed = "emailDismissed",
        /// A mail about an application came in.
        MessageReceived = "messageReceived",
        /// A colleague wrote to the candidate.
        MessageSent = "messageSent",
        /// Somebody has read a mail that came in.
        MessageRead = "messageRead",
    }
}

/// One fact of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// An id, a state or a code.
    Word(String),
    /// A count.
    Count(i64),
}

/// One accepted change: who, when, and the id its events share.
///
/// Made before the closure of the write runs, so that a rerun writes the same change.
#[derive(Debug, Clone)]
pub struct Change {
    /// Shared by all events of the change.
    pub id: ChangeId,
    /// [`Viewer::key`] of who did it.
    pub actor: String,
    /// When.
    pub at: DateTime<Utc>,
}

impl Change {
    /// A change by `viewer`.
    #[must_use]
    pub fn new(id: ChangeId, viewer: &Viewer, at: DateTime<Utc>) -> Self {
        Self { id, actor: viewer.key(), at }
    }

    /// An event of this change.
    #[must_use]
    pub fn event(&self, kind: EventKind) -> Event {
        Event { change: self.clone(), kind, posting: None, application: None, offer: None, facts: Vec::new() }
    }
}

/// One changed record.
#[derive(Debug, Clone)]
pub struct Event {
    /// The change it is part of.
    pub change: Change,
    /// What happened.
    pub kind: EventKind,
    /// The posting it concerns.
    pub posting: Option<PostingId>,
    /// The application it concerns.
    pub application: Option<ApplicationId>,
    /// The offer it concerns.
    pub offer: Option<OfferId>,
    /// The rest, named.
    pub facts: Vec<(&'static str, Fact)>,
}

impl Event {
    /// Concerns this posting.
    #[must_use]
    pub fn posting(mut self, id: PostingId) -> Self {
        self.posting = Some(id);
        self
    }

    /// Concerns this application.
    #[must_use]
    pub fn application(mut self, id: ApplicationId) -> Self {
        self.application = Some(id);
        self
    }

    /// Concerns this offer.
    #[must_use]
    pub fn offer(mut self, id: OfferId) -> Self {
        self.offer = Some(id);
        self
    }

    /// With an id, a state or a code. Never text a person wrote.
    #[must_use]
    pub fn word(mut self, name: &'static str, word: impl std::fmt::Display) -> Self {
        self.facts.push((name, Fact::Word(word.to_string())));
        self
    }

    /// With a count.
    #[must_use]
    pub fn count(mut self, name: &'static str, count: i64) -> Self {
        self.facts.push((name, Fact::Count(count)));
        self
    }
}
