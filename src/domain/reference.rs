//! References: a candidate names people, each of them is asked once, and what they answer counts towards the plan's rule.

use chrono::{DateTime, Duration, Utc};

use super::Refusal;
use super::application::ApplicationStatus;
use super::decision::Consent;
use super::faults::Faults;
use super::id::{ApplicationId, ReferenceId, ReferenceRequestId, StepId};
use super::plan::ReferenceRule;
use super::question::Question;
use super::reference_request::ReferenceRequest;
use super::step::StepState;
use super::text::{self, EmailAddress};

/// The most people who may be named in one step.
pub const MOST: usize = 10;

/// How long a referee has.
pub const TIME_TO_ANSWER: Duration = Duration::days(7);

text_enum! {
    /// How a referee knows the candidate.
    Relation {
        /// They managed the candidate.
        Manager = "manager",
        /// They worked beside the candidate.
        Peer = "peer",
        /// The candidate managed them.
        Report = "report",
    }
}

text_enum! {
    /// Where a reference is in its life.
    ReferenceState {
        /// The referee was asked.
        Requested = "requested",
        /// The referee answered.
        Complete = "complete",
        /// The referee would rather not answer.
        Declined = "declined",
        /// It was taken back before an answer came.
        Withdrawn = "withdrawn",
    }
}

text_enum! {
    /// What a referee says overall.
    Recommendation {
        /// They would work with the candidate again.
        Yes = "yes",
        /// They would, with reservations.
        WithReservations = "withReservations",
        /// They would not.
        No = "no",
    }
}

/// What a candidate confirms when naming people.
pub const AGREEMENT: Consent = Consent {
    id: "nominate-1",
    text: "I have asked these people, and they agreed that you write to them and ask about me.",
};

/// What a referee agrees to by answering.
pub const CONSENT: Consent = Consent {
    id: "refer-1",
    text: "By sending this you agree that our recruiters and the managers who decide about this application read your \
           answers and your name with them. The candidate and those who hold the interviews do not.",
};

/// Somebody whom a candidate names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nominee {
    /// Their name.
    pub name: String,
    /// Where they are written to.
    pub email: EmailAddress,
    /// How they know the candidate.
    pub relation: Relation,
}

/// Somebody whom a candidate names, as it comes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// How they know the candidate; nothing if it was not said.
    pub relation: Option<Relation>,
}

/// People named, checked one by one and beside each other, with what the candidate confirms.
///
/// # Errors
/// `REQUIRED` or `INVALID` on `consent`, on `referees`, or on each part of them at fault, as in `referees.0.email`.
pub fn nominees(named: &[Named], agreement: &str) -> Result<Vec<Nominee>, Refusal> {
    let mut faults = Faults::default();
    faults.keep(AGREEMENT.confirmed(agreement).map(|_| ()));
    if named.is_empty() {
        faults.push(Refusal::required("referees"));
    }
    faults.most("referees", named, MOST);
    let mut nominees: Vec<Nominee> = Vec::new();
    for (place, one) in named.iter().enumerate().take(MOST) {
        let field = |name: &str| format!("referees.{place}.{name}");
        let name = faults.keep(text::line(&field("name"), &one.name, 100));
        let email = faults.keep(EmailAddress::parse(&field("email"), &one.email).map(Some));
        let relation =
            faults.keep(one.relation.ok_or_else(|| Refusal::required(&field("relation"))).map(Some));
        let (Some(email), Some(relation)) = (email, relation) else { continue };
        if nominees.iter().any(|other| other.email.key() == email.key()) {
            faults.push(Refusal::invalid(&field("email"), "each person once"));
        }
        nominees.push(Nominee { name, email, relation });
    }
    faults.end().map(|()| nominees)
}

/// Whether these people can be asked in this step besides those who were asked about the application, and are not the
/// candidate.
///
/// # Errors
/// `INVALID` on `referees` when they are too many in all, or on `referees.<place>.email` for each at fault.
pub fn beside(
    nominees: &[Nominee],
    step: StepId,
    asked: &[Reference],
    own: &[EmailAddress],
) -> Result<(), Refusal> {
    let mut faults = Faults::default();
    let asked: Vec<_> = asked.iter().filter(|one| one.state != ReferenceState::Withdrawn).collect();
    for (place, email) in nominees.iter().map(|one| one.email.key()).enumerate() {
        let field = format!("referees.{place}.email");
        if own.iter().any(|own| own.key() == email) {
            faults.push(Refusal::invalid(&field, "somebody else's address, not the candidate's own"));
        } else if asked.iter().any(|other| other.nominee.email.key() == email) {
            faults.push(Refusal::invalid(&field, "somebody who was not named before"));
        }
    }
    let in_step = asked.iter().filter(|one| one.step == step).count();
    if in_step + nominees.len() > MOST {
        faults.push(Refusal::invalid("referees", &format!("at most {MOST} people in all")));
    }
    faults.end()
}

/// Somebody who was named, as the candidate may see it: whether and what they answer is not theirs to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// Their name.
    pub name: String,
    /// How they know the candidate.
    pub relation: Relation,
}

/// What a referee is told about whom they are asked, and whether an answer is still of use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Introduction {
    /// The candidate's name.
    pub candidate: String,
    /// Title of the posting.
    pub role: String,
    /// How the application stands.
    pub status: ApplicationStatus,
    /// Where its step is in its life.
    pub step: StepState,
}

/// One person who was asked about a candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Its id.
    pub id: ReferenceId,
    /// The request that the candidate named them for.
    pub request: ReferenceRequestId,
    /// Whom it is about.
    pub application: ApplicationId,
    /// In which step.
    pub step: StepId,
    /// Who is asked.
    pub nominee: Nominee,
    /// Where it is in its life.
    pub state: ReferenceState,
    /// Who named them: a viewer's key.
    pub nominated_by: String,
    /// [`Consent::id`] of what the candidate confirmed.
    pub agreement: String,
    /// What is asked.
    pub questions: Vec<Question>,
    /// When they were asked.
    pub requested_at: DateTime<Utc>,
    /// Until when an answer is hoped for; a late one is taken.
    pub due_at: DateTime<Utc>,
    /// When they were reminded.
    pub reminded_at: Option<DateTime<Utc>>,
    /// When they answered or would rather not, or when it was withdrawn.
    pub ended_at: Option<DateTime<Utc>>,
    /// [`Consent::id`] of what the referee agreed to by answering.
    pub consent: Option<String>,
    /// What they say overall.
    pub recommendation: Option<Recommendation>,
    /// Why it was withdrawn.
    pub reason: Option<String>,
}

impl Reference {
    /// Somebody named for this request, who is asked now. The candidate has confirmed [`AGREEMENT`].
    #[must_use]
    pub fn requested(
        id: ReferenceId,
        request: &ReferenceRequest,
        nominee: Nominee,
        nominated_by: &str,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            id,
            request: request.id,
            application: request.application,
            step: request.step,
            nominee,
            state: ReferenceState::Requested,
            nominated_by: nominated_by.to_owned(),
            agreement: AGREEMENT.id.to_owned(),
            questions: request.questions.clone(),
            requested_at: now,
            due_at: now + TIME_TO_ANSWER,
            reminded_at: None,
            ended_at: None,
            consent: None,
            recommendation: None,
            reason: None,
        }
    }

    /// Whether an answer would be taken.
    #[must_use]
    pub fn is_awaited(&self, introduction: &Introduction) -> bool {
        self.state == ReferenceState::Requested
            && introduction.status == ApplicationStatus::Active
            && takes_answers(introduction.step).is_ok()
    }

    /// When the referee answered.
    #[must_use]
    pub fn answered_at(&self) -> Option<DateTime<Utc>> {
        self.ended_at.filter(|_| self.state == ReferenceState::Complete)
    }

    fn ended(mut self, state: ReferenceState, now: DateTime<Utc>) -> Result<Self, Refusal> {
        match self.state {
            ReferenceState::Requested => {}
            ReferenceState::Complete | ReferenceState::Declined => return Err(Refusal::AlreadyAnswered),
            ReferenceState::Withdrawn => return Err(Refusal::Stale),
        }
        self.state = state;
        self.ended_at = Some(now);
        Ok(self)
    }

    /// Answered now. The referee has agreed to [`CONSENT`].
    ///
    /// # Errors
    /// `ALREADY_ANSWERED`, or `STALE` when it was withdrawn.
    pub fn complete(
        self,
        recommendation: Option<Recommendation>,
        now: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        let complete = self.ended(ReferenceState::Complete, now)?;
        Ok(Self { consent: Some(CONSENT.id.to_owned()), recommendation, ..complete })
    }

    /// The referee would rather not answer.
    ///
    /// # Errors
    /// As [`Reference::complete`].
    pub fn decline(self, now: DateTime<Utc>) -> Result<Self, Refusal> {
        self.ended(ReferenceState::Declined, now)
    }

    /// Taken back, with a reason.
    ///
    /// # Errors
    /// As [`Reference::complete`].
    pub fn withdraw(self, reason: String, now: DateTime<Utc>) -> Result<Self, Refusal> {
        let withdrawn = self.ended(ReferenceState::Withdrawn, now)?;
        Ok(Self { reason: Some(reason), ..withdrawn })
    }
}

/// How many references of an application are complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Complete ones.
    pub complete: i32,
    /// Of them, those of people who managed the candidate.
    pub managers: i32,
}

impl ReferenceRule {
    /// Whether so many are enough.
    #[must_use]
    pub const fn is_met(self, tally: Tally) -> bool {
        tally.complete >= self.least && tally.managers >= self.managers
    }
}

/// Whether a referee's answer is still of use: also after somebody passed the step, until it is let off.
///
/// # Errors
/// `STEP_STATE` when the step was waived or skipped, or ended.
pub fn takes_answers(step: StepState) -> Result<(), Refusal> {
    match step {
        StepState::Waived | StepState::Skipped | StepState::Cancelled => {
            Err(Refusal::StepState(step.as_str()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str, email: &str, relation: Option<Relation>) -> Named {
        Named { name: name.into(), email: email.into(), relation }
    }

    fn fields(refused: &Refusal) -> Vec<String> {
        refused.each().iter().filter_map(Refusal::field).map(str::to_owned).collect()
    }

    #[test]
    fn every_fault_of_a_nomination_is_named_at_once() {
        let people = [
            named("Ann", "ann@example.com", Some(Relation::Peer)),
            named(" ", "bob", None),
            named("Ann", "ANN@example.com", Some(Relation::Manager)),
        ];
        let expected =
            ["consent", "referees.1.name", "referees.1.email", "referees.1.relation", "referees.2.email"];
        assert_eq!(fields(&nominees(&people, "other").unwrap_err()), expected);
        assert_eq!(fields(&nominees(&[], AGREEMENT.id).unwrap_err()), ["referees"]);
        let crowd: Vec<_> = (0..11)
            .map(|number| named("Ann", &format!("a{number}@example.com"), Some(Relation::Peer)))
            .collect();
        assert_eq!(fields(&nominees(&crowd, AGREEMENT.id).unwrap_err()), ["referees"]);
        assert_eq!(nominees(&crowd[..10], AGREEMENT.id).unwrap().len(), 10);
    }

    #[test]
    fn the_rule_counts_managers_apart() {
        let rule = ReferenceRule { least: 2, managers: 1 };
        for (complete, managers, met) in [(1, 1, false), (2, 0, false), (2, 1, true), (3, 3, true)] {
            assert_eq!(rule.is_met(Tally { complete, managers }), met, "{complete} of them {managers}");
        }
    }
}
