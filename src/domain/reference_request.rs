//! Requests to candidates to name people who may be asked about them.

use chrono::{DateTime, Utc};

use super::Refusal;
use super::id::{ApplicationId, ReferenceRequestId, StepId};
use super::plan::{Kit, ReferenceRule, StepKind};
use super::question::{Question, QuestionType};
use super::step::{ApplicationStep, StepState};

/// A request to a candidate to name people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferenceRequest {
    /// Its id.
    pub id: ReferenceRequestId,
    /// Whose names are awaited.
    pub application: ApplicationId,
    /// In which step.
    pub step: StepId,
    /// In which round of the step.
    pub round: i32,
    /// How many people are hoped for.
    pub wanted: i32,
    /// What is said to the candidate.
    pub note: Option<String>,
    /// What each of the people will be asked.
    pub questions: Vec<Question>,
    /// Until when the names are in time; later ones are taken as well.
    pub due_at: DateTime<Utc>,
    /// When it was sent.
    pub sent_at: DateTime<Utc>,
    /// Who sent it: a viewer's key.
    pub sent_by: String,
    /// When the candidate was reminded.
    pub reminded_at: Option<DateTime<Utc>>,
    /// When it gave way to a newer one.
    pub replaced_at: Option<DateTime<Utc>>,
}

impl ReferenceRequest {
    /// How many people are still hoped for when so many were named.
    #[must_use]
    pub fn missing(&self, named: usize) -> usize {
        usize::try_from(self.wanted).unwrap_or_default().saturating_sub(named)
    }
}

/// How many people are hoped for: as many as were asked for, else as many as the plan's rule needs.
///
/// # Errors
/// `INVALID` on `count`.
pub fn wanted(asked: Option<i32>, rule: ReferenceRule) -> Result<i32, Refusal> {
    let count = asked.unwrap_or(rule.least.max(1));
    if (1..=10).contains(&count) { Ok(count) } else { Err(Refusal::invalid("count", "from 1 to 10 people")) }
}

/// What referees are asked: what the step's kit says, else the usual.
#[must_use]
pub fn questions(kit: Kit) -> Vec<Question> {
    if kit.questions.is_empty() { usual() } else { kit.questions }
}

fn usual() -> Vec<Question> {
    let asked = [
        ("together", "When and on what did you work together?", QuestionType::Prose, true),
        ("strengths", "What does this person do well? An example helps.", QuestionType::Prose, true),
        ("growth", "Where could this person still grow, and what helped so far?", QuestionType::Prose, true),
        ("others", "How is it to work with this person, also when you disagree?", QuestionType::Prose, false),
        ("again", "Would you like to work with this person again?", QuestionType::YesNo, true),
        ("more", "Is there anything else we should know?", QuestionType::Prose, false),
    ];
    let question = |(key, label, kind, required): (&str, &str, QuestionType, bool)| Question {
        key: key.to_owned(),
        label: label.to_owned(),
        kind,
        required,
        options: Vec::new(),
    };
    asked.map(question).into()
}

/// Whether people can be named in this step.
///
/// # Errors
/// `INVALID` on `stepId` unless it is one in which referees are asked.
pub fn belongs_in(step: &ApplicationStep) -> Result<(), Refusal> {
    if step.kind == StepKind::Reference {
        Ok(())
    } else {
        Err(Refusal::invalid("stepId", "a step of kind REFERENCE"))
    }
}

/// Whether names are still taken in this step.
///
/// # Errors
/// `STEP_STATE` unless the candidate was asked and the step is not over.
pub fn takes_names(step: StepState) -> Result<(), Refusal> {
    if step.is_under_way() { Ok(()) } else { Err(Refusal::StepState(step.as_str())) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::faults::Faults;

    #[test]
    fn the_usual_questions_are_sound() {
        let mut faults = Faults::default();
        assert_eq!(
            crate::domain::question::checked(&mut faults, |place| format!("questions.{place}"), usual()),
            usual()
        );
        assert_eq!(faults.end(), Ok(()));
    }
}
