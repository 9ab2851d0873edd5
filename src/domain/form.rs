//! Questions that are sent to a candidate within one step, and when they are answered.

use chrono::{DateTime, Duration, Utc};

use super::Refusal;
use super::faults::Faults;
use super::id::{ApplicationId, FormId, StepId};
use super::plan::{Kit, StepKind};
use super::question::{self, Answer, Question, QuestionType};
use super::step::ApplicationStep;

/// How long somebody has when nothing is said.
const USUAL: Duration = Duration::days(7);
/// The shortest time that may be given.
const LEAST: Duration = Duration::hours(1);
/// The longest time that may be given.
const MOST: Duration = Duration::days(90);
/// How long before the deadline somebody is reminded; of a shorter time, when half of it is over.
const AHEAD: Duration = Duration::days(2);

/// A question of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormQuestion {
    /// What is asked.
    pub question: Question,
    /// The key of the question of the application whose answer this asks about.
    pub about: Option<String>,
}

/// Questions that were sent to a candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// Its id.
    pub id: FormId,
    /// Whose answers are awaited.
    pub application: ApplicationId,
    /// In which step.
    pub step: StepId,
    /// In which round of the step.
    pub round: i32,
    /// What is said above the questions.
    pub note: Option<String>,
    /// What is asked, as it was sent.
    pub questions: Vec<FormQuestion>,
    /// Until when an answer is in time; a late one is taken and marked.
    pub due_at: DateTime<Utc>,
    /// When it was sent.
    pub sent_at: DateTime<Utc>,
    /// Who sent it: a viewer's key.
    pub sent_by: String,
    /// When the candidate was reminded.
    pub reminded_at: Option<DateTime<Utc>>,
    /// When it was answered.
    pub answered_at: Option<DateTime<Utc>>,
    /// When it gave way to a newer one.
    pub replaced_at: Option<DateTime<Utc>>,
}

impl Form {
    /// Whether it was answered after its deadline.
    #[must_use]
    pub fn is_late(&self) -> bool {
        self.answered_at.is_some_and(|at| at > self.due_at)
    }

    /// Whether an answer may still come.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.answered_at.is_none() && self.replaced_at.is_none()
    }

    /// Answered now.
    ///
    /// # Errors
    /// `ALREADY_ANSWERED`, or `STALE` when it gave way to a newer one.
    pub fn answer(mut self, now: DateTime<Utc>) -> Result<Self, Refusal> {
        if self.answered_at.is_some() {
            return Err(Refusal::AlreadyAnswered);
        }
        if self.replaced_at.is_some() {
            return Err(Refusal::Stale);
        }
        self.answered_at = Some(now);
        Ok(self)
    }

    /// The questions without what they are about.
    #[must_use]
    pub fn asked(&self) -> Vec<Question> {
        self.questions.iter().map(|asked| asked.question.clone()).collect()
    }
}

/// When somebody is reminded who has until `due_at`.
#[must_use]
pub fn reminder(sent_at: DateTime<Utc>, due_at: DateTime<Utc>) -> DateTime<Utc> {
    due_at - AHEAD.min((due_at - sent_at) / 2)
}

/// Until when an answer is in time.
///
/// # Errors
/// `INVALID` on `dueAt`.
pub fn deadline(asked: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Result<DateTime<Utc>, Refusal> {
    let due = asked.unwrap_or(now + USUAL);
    if (now + LEAST..=now + MOST).contains(&due) {
        Ok(due)
    } else {
        Err(Refusal::invalid("dueAt", "from an hour to 90 days from now"))
    }
}

/// Questions to be sent, cleaned and checked against what the candidate answered when applying.
///
/// # Errors
/// `REQUIRED` on `questions`, or `INVALID` on each part at fault, as in `questions.0.about` and `questions.0.question.key`.
pub fn checked(asked: Vec<FormQuestion>, answers: &[Answer]) -> Result<Vec<FormQuestion>, Refusal> {
    let mut faults = Faults::default();
    if asked.is_empty() {
        faults.push(Refusal::required("questions"));
    }
    faults.most("questions", &asked, 50);
    for (place, about) in asked.iter().enumerate().filter_map(|(place, it)| Some((place, it.about.as_ref()?)))
    {
        if !answers.iter().any(|answer| answer.key == *about) {
            let field = format!("questions.{place}.about");
            faults.push(Refusal::invalid(&field, "the key of a question this application answered"));
        }
    }
    let (questions, about): (Vec<_>, Vec<_>) = asked.into_iter().map(|it| (it.question, it.about)).unzip();
    let questions = question::checked(&mut faults, |place| format!("questions.{place}.question"), questions);
    faults.end()?;
    Ok(questions.into_iter().zip(about).map(|(question, about)| FormQuestion { question, about }).collect())
}

/// Whether questions can be sent in this step.
///
/// # Errors
/// `INVALID` on `stepId` unless it is one in which the candidate answers questions or does a piece of work.
pub fn belongs_in(step: &ApplicationStep) -> Result<(), Refusal> {
    match step.kind {
        StepKind::Form | StepKind::Task => Ok(()),
        _ => Err(Refusal::invalid("stepId", "a step of kind FORM or TASK")),
    }
}

/// What is asked in the step when nothing else is given: what its kit says, else, of a task, its result.
///
/// # Errors
/// `REQUIRED` on `note` when a task would be sent with no word of what it is.
pub fn usual(step: &ApplicationStep, kit: Kit, note: Option<&str>) -> Result<Vec<FormQuestion>, Refusal> {
    let mut questions = kit.questions;
    if step.kind == StepKind::Task && questions.is_empty() {
        if note.is_none() {
            return Err(Refusal::required("note"));
        }
        questions.push(result());
    }
    Ok(questions.into_iter().map(|question| FormQuestion { question, about: None }).collect())
}

fn result() -> Question {
    let label = "Your result, or the address where we find it".to_owned();
    Question { key: "result".into(), label, kind: QuestionType::Prose, required: true, options: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reminder_comes_two_days_ahead_or_half_way() {
        let sent = DateTime::UNIX_EPOCH;
        assert_eq!(reminder(sent, sent + Duration::days(7)), sent + Duration::days(5));
        assert_eq!(reminder(sent, sent + Duration::hours(10)), sent + Duration::hours(5));
    }

    #[test]
    fn a_deadline_is_neither_too_soon_nor_too_far() {
        let now = DateTime::UNIX_EPOCH;
        assert_eq!(deadline(None, now), Ok(now + Duration::days(7)));
        for due in [now, now + Duration::minutes(59), now + Duration::days(91)] {
            assert_eq!(deadline(Some(due), now).unwrap_err().field(), Some("dueAt"));
        }
    }
}
