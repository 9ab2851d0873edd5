//! A candidate's application to a posting, and its life.

use chrono::{DateTime, Duration, Utc};

use super::Refusal;
use super::feed::Channel;
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
    /// From when on the candidate may know of it, where their mail is to leave later than the decision was made.
    pub told_from: Option<DateTime<Utc>>,
    /// Why; `None` where it was read without the right to internal reasons.
    pub why: Option<Why>,
}

impl Outcome {
    fn new(side: Side, reason: String, by: String, at: DateTime<Utc>) -> Self {
        Self { side, at, told_from: None, why: Some(Why { reason, by }) }
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
    /// The feed that led to it, where the address it came by said so.
    pub channel: Option<Channel>,
    /// In which language they would be written to (BCP 47), as far as they said.
    pub language: Option<String>,
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

/// The longest a candidate may be left not knowing that we decided.
pub const LONGEST_SILENCE: Duration = Duration::days(7);

impl Application {
    /// # Errors
    /// `NOT_ACTIVE` once it ended.
    pub fn active(&self) -> Result<(), Refusal> {
        if self.status == ApplicationStatus::Active { Ok(()) } else { Err(Refusal::NotActive) }
    }

    /// Whether it was declined and the candidate does not know yet: to them it is under way.
    #[must_use]
    pub fn is_untold(&self, now: DateTime<Utc>) -> bool {
        let told_from = self.outcome.as_ref().and_then(|outcome| outcome.told_from);
        told_from.is_some_and(|told_from| now < told_from)
    }

    /// As its candidate may know it: nothing of a decision they are not told of yet.
    #[must_use]
    pub fn as_told(self, now: DateTime<Utc>) -> Self {
        if self.is_untold(now) {
            Self { status: ApplicationStatus::Active, outcome: None, ..self }
        } else {
            self
        }
    }

    /// # Errors
    /// `NOT_ACTIVE` once it ended and the candidate may know.
    pub fn active_to_candidate(&self, now: DateTime<Utc>) -> Result<(), Refusal> {
        if self.is_untold(now) { Ok(()) } else { self.active() }
    }

    /// Ends it by our decision, of which the candidate is told at once or from an instant on.
    ///
    /// # Errors
    /// `NOT_ACTIVE`.
    pub fn decline(
        self,
        reason: String,
        by: String,
        at: DateTime<Utc>,
        told_from: Option<DateTime<Utc>>,
    ) -> Result<Self, Refusal> {
        self.active()?;
        let outcome = Outcome { told_from, ..Outcome::new(Side::Organisation, reason, by, at) };
        Ok(self.end(ApplicationStatus::Declined, outcome))
    }

    /// Ends it by the candidate's decision. Whoever does not know that they were declined may still be the one who ends it.
    ///
    /// # Errors
    /// `NOT_ACTIVE`.
    pub fn withdraw(self, reason: String, by: String, at: DateTime<Utc>) -> Result<Self, Refusal> {
        self.active_to_candidate(at)?;
        Ok(self.end(ApplicationStatus::Withdrawn, Outcome::new(Side::Candidate, reason, by, at)))
    }

    /// Ends it in a hire.
    ///
    /// # Errors
    /// `NOT_ACTIVE`.
    pub fn hire(self, by: String, at: DateTime<Utc>) -> Result<Self, Refusal> {
        self.active()?;
        Ok(self.end(ApplicationStatus::Hired, Outcome::new(Side::Candidate, "offerAccepted".into(), by, at)))
    }

    fn end(self, status: ApplicationStatus, outcome: Outcome) -> Self {
        Self { status, outcome: Some(outcome), needs_decision_since: None, ..self }
    }

    /// Somebody decided that it goes on where it is.
    ///
    /// # Errors
    /// `NOT_ACTIVE`; `APPLICATION_STATUS` when nobody had to decide.
    pub fn keep(self) -> Result<Self, Refusal> {
        self.active()?;
        if self.needs_decision_since.is_none() {
            return Err(Refusal::ApplicationStatus("active, with nothing to decide"));
        }
        Ok(Self { needs_decision_since: None, ..self })
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

    /// It goes on under another posting's plan, in this stage.
    ///
    /// # Errors
    /// `NOT_ACTIVE`.
    pub fn go_to(self, posting: PostingId, plan: PlanVersion, stage: i32) -> Result<Self, Refusal> {
        let moved = self.move_to(stage)?;
        Ok(Self { posting, plan, ..moved })
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
