//! A candidate's application to a posting, and its life.

use chrono::{DateTime, Duration, Utc};

use super::Refusal;
use super::id::{ApplicationId, CandidateId, PostingId, UserId};
use super::posting::PlanVersion;

text_enum! {
    /// Where an application is in its life.
    ApplicationStatus {
        /// On its way.
        Active = "active",
        /// We ended it.
        Declined = "declined",
        /// The candidate ended it.
        Withdrawn = "withdrawn",
        /// It ended in a hire.
        Hired = "hired",
    }
}

text_enum! {
    /// Who ended an application.
    Side {
        /// The organisation.
        Organisation = "organisation",
        /// The candidate.
        Candidate = "candidate",
    }
}

text_enum! {
    /// Where an application came from.
    Source {
        /// The careers pages or the public API.
        Careers = "careers",
        /// A job board.
        Board = "board",
        /// Somebody in the organisation.
        Referral = "referral",
        /// Staff entered it.
        Staff = "staff",
    }
}

/// Why an application ended, and by whose hand: internal, never shown to the candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// The reason.
    pub reason: String,
    /// Who did it: a viewer's key.
    pub by: String,
}

/// How an application ended. It keeps the stage it ended in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Who ended it.
    pub side: Side,
    /// When.
    pub at: DateTime<Utc>,
    /// Why; `None` where it was read without the right to internal reasons.
    pub why: Option<Why>,
}

impl Outcome {
    fn new(side: Side, reason: String, by: String, at: DateTime<Utc>) -> Self {
        Self { side, at, why: Some(Why { reason, by }) }
    }
}

/// An application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// Its id.
    pub id: ApplicationId,
    /// To which posting.
    pub posting: PostingId,
    /// Whose.
    pub candidate: CandidateId,
    /// The plan it keeps to.
    pub plan: PlanVersion,
    /// Where it is in its life.
    pub status: ApplicationStatus,
    /// The stage it is in, counted from 0.
    pub stage: i32,
    /// Rises with each move.
    pub revision: i32,
    /// When it came in.
    pub applied_at: DateTime<Utc>,
    /// Where from.
    pub source: Source,
    /// Whether the person had applied to this posting within six months before.
    pub repeated: bool,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// Since when somebody has to decide on it, because the posting or the person was filled meanwhile.
    pub needs_decision_since: Option<DateTime<Utc>>,
    /// Who of ours referred the person.
    pub referrer: Option<UserId>,
}

/// A way back to an earlier stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Return {
    /// Of which application.
    pub application: ApplicationId,
    /// The revision the application had afterwards.
    pub revision: i32,
    /// From which stage, counted from 0.
    pub from: i32,
    /// To which stage.
    pub to: i32,
    /// Why, and by whose hand: internal.
    pub why: Why,
    /// When.
    pub at: DateTime<Utc>,
}

/// Within this time after an ended application, a new one is flagged as a repeat.
pub const REPEAT_WINDOW: Duration = Duration::days(183);

impl Application {
    /// # Errors
    /// `NOT_ACTIVE` once it ended.
    pub fn active(&self) -> Result<(), Refusal> {
        if self.status == ApplicationStatus::Active { Ok(()) } else { Err(Refusal::NotActive) }
    }

    /// Ends it by our decision.
    ///
    /// # Errors
    /// `NOT_ACTIVE`.
    pub fn decline(self, reason: String, by: String, at: DateTime<Utc>) -> Result<Self, Refusal> {
        self.end(ApplicationStatus::Declined, Outcome::new(Side::Organisation, reason, by, at))
    }

    /// Ends it by the candidate's decision.
    ///
    /// # Errors
    /// `NOT_ACTIVE`.
    pub fn withdraw(self, reason: String, by: String, at: DateTime<Utc>) -> Result<Self, Refusal> {
        self.end(ApplicationStatus::Withdrawn, Outcome::new(Side::Candidate, reason, by, at))
    }

    /// Ends it in a hire.
    ///
    /// # Errors
    /// `NOT_ACTIVE`.
    pub fn hire(self, by: String, at: DateTime<Utc>) -> Result<Self, Refusal> {
        self.end(ApplicationStatus::Hired, Outcome::new(Side::Candidate, "offerAccepted".into(), by, at))
    }

    fn end(mut self, status: ApplicationStatus, outcome: Outcome) -> Result<Self, Refusal> {
        self.active()?;
        self.status = status;
        self.outcome = Some(outcome);
        self.needs_decision_since = None;
        Ok(self)
    }

    /// Takes a declined or withdrawn application up again, in the stage it ended in.
    ///
    /// # Errors
    /// `APPLICATION_STATUS`.
    pub fn reinstate(self) -> Result<Self, Refusal> {
        self.revive(&[ApplicationStatus::Declined, ApplicationStatus::Withdrawn])
    }

    /// Takes a hired application back to its offer stage.
    ///
    /// # Errors
    /// `APPLICATION_STATUS`.
    pub fn undo_hire(self) -> Result<Self, Refusal> {
        self.revive(&[ApplicationStatus::Hired])
    }

    fn revive(mut self, from: &[ApplicationStatus]) -> Result<Self, Refusal> {
        if !from.contains(&self.status) {
            return Err(Refusal::ApplicationStatus(self.status.as_str()));
        }
        self.status = ApplicationStatus::Active;
        self.outcome = None;
        Ok(self)
    }

    /// It goes on in this stage. Whoever moves it has decided that it goes on.
    ///
    /// # Errors
    /// `NOT_ACTIVE`.
    pub fn move_to(mut self, stage: i32) -> Result<Self, Refusal> {
        self.active()?;
        self.stage = stage;
        self.needs_decision_since = None;
        Ok(self)
    }

    /// # Errors
    /// `STALE` unless the caller read this revision.
    pub fn is_at(&self, revision: i32) -> Result<(), Refusal> {
        if self.revision == revision { Ok(()) } else { Err(Refusal::Stale) }
    }
}
