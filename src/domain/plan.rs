//! A hiring plan: versioned data that says which stages an application goes through and what is done in each.

use std::collections::BTreeSet;

use super::Refusal;
use super::approval::ApprovalGroup;
use super::faults::{Faults, each};
use super::posting::PlanVersion;
use super::question::{self, Question};
use super::text;

text_enum! {
    /// How the steps of a stage are taken.
    StageMode {
        /// One after the other, as listed.
        Sequential = "sequential",
        /// All at once, in any order.
        Parallel = "parallel",
    }
}

text_enum! {
    /// What is done in a step.
    StepKind {
        /// Somebody reads.
        Review = "review",
        /// The candidate answers questions.
        Form = "form",
        /// People meet.
        Interview = "interview",
        /// Referees are asked.
        Reference = "reference",
        /// The candidate does a piece of work.
        Task = "task",
        /// An offer is made.
        Offer = "offer",
    }
}

text_enum! {
    /// Who takes a step.
    Participant {
        /// The recruiting team.
        Recruiting = "recruiting",
        /// The candidate.
        Candidate = "candidate",
        /// The manager of the allotted team, else the posting's lead.
        HiringManager = "hiringManager",
        /// A manager of one of the posting's teams.
        TeamManager = "teamManager",
        /// Engineering management, or the like of the field.
        Management = "management",
        /// The head of the department.
        Executive = "executive",
        /// The head of the organisation.
        Chief = "chief",
        /// People the candidate named.
        Referee = "referee",
        /// Those who approve offers.
        Approver = "approver",
    }
}

/// What is done in a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanStep {
    /// Names the step within its plan.
    pub key: String,
    /// What people call it.
    pub title: String,
    /// What is done.
    pub kind: StepKind,
    /// Whether the stage waits for it.
    pub required: bool,
    /// Who takes it.
    pub participant: Participant,
    /// How many people at least.
    pub least_people: i32,
    /// How long it takes, in minutes, where that is known.
    pub minutes: Option<i32>,
    /// What whoever takes it is given.
    pub kit: Kit,
}

/// What whoever takes a step is given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Kit {
    /// What is to be found out.
    pub purpose: Option<String>,
    /// What is asked: of the candidate in a form or an interview, of a referee in a reference.
    pub questions: Vec<Question>,
    /// What a scorecard rates.
    pub attributes: Vec<String>,
}

impl Kit {
    fn checked(self, faults: &mut Faults, field: impl Fn(&str) -> String) -> Self {
        faults.most(&field("questions"), &self.questions, 50);
        faults.most(&field("attributes"), &self.attributes, MOST);
        let attribute = |place: usize| field(&format!("attributes.{place}"));
        faults.twice(&self.attributes, attribute, "each attribute once");
        Self {
            purpose: faults.keep(text::optional_prose(&field("purpose"), self.purpose.as_deref(), 2_000)),
            questions: question::checked(
                faults,
                |place| field(&format!("questions.{place}")),
                self.questions,
            ),
            attributes: each(self.attributes, |place, it| {
                faults.keep(text::line(&attribute(place), &it, 80))
            }),
        }
    }
}

/// A stage of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// Names the stage within its plan.
    pub key: String,
    /// What people call it.
    pub title: String,
    /// How its steps are taken.
    pub mode: StageMode,
    /// Whether an application may step over it.
    pub optional: bool,
    /// How many hours an application should stay in it at most; a longer stay is shown as overdue.
    pub sla_hours: Option<i32>,
    /// What is done in it.
    pub steps: Vec<PlanStep>,
}

/// How many references an offer waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReferenceRule {
    /// At least so many complete.
    pub least: i32,
    /// Of them, so many by people who managed the candidate.
    pub managers: i32,
}

/// One version of a hiring plan. Never changes once made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HiringPlan {
    /// Which plan and version.
    pub version: PlanVersion,
    /// What people call it.
    pub name: String,
    /// What an application goes through, in order.
    pub stages: Vec<Stage>,
    /// Who approves offers, one group after another; nobody, when there are none.
    pub approval: Vec<ApprovalGroup>,
    /// Which references an offer waits for.
    pub references: ReferenceRule,
}

impl HiringPlan {
    /// The step with this key.
    #[must_use]
    pub fn step(&self, key: &str) -> Option<&PlanStep> {
        self.stages.iter().flat_map(|stage| &stage.steps).find(|step| step.key == key)
    }
}

impl ReferenceRule {
    /// # Errors
    /// `INVALID` on `references.least` or `references.managers`.
    pub fn checked(self) -> Result<Self, Refusal> {
        if !(0..=10).contains(&self.least) {
            return Err(Refusal::invalid("references.least", "from 0 to 10 references"));
        }
        if !(0..=self.least).contains(&self.managers) {
            return Err(Refusal::invalid("references.managers", "no more than references in all"));
        }
        Ok(self)
    }
}

/// A plan's name, checked.
///
/// # Errors
/// `REQUIRED` or `INVALID` on `name`.
pub fn name(given: &str) -> Result<String, Refusal> {
    text::line("name", given, 80)
}

/// The most stages a plan may have, and the most steps a stage.
pub const MOST: usize = 20;

/// The longest stay in a stage that a plan may call timely: a year of hours.
const MOST_HOURS: i32 = 8_760;

/// A plan's stages, checked.
///
/// # Errors
/// `REQUIRED` or `INVALID` on each part of `stages` at fault: none, too many, a first one that is optional, a stage
/// without steps, a text, a key twice, an odd number.
pub fn checked(stages: Vec<Stage>) -> Result<Vec<Stage>, Refusal> {
    let mut faults = Faults::default();
    bounded(&mut faults, "stages", stages.len());
    if stages.first().is_some_and(|first| first.optional) {
        faults.push(Refusal::invalid("stages.0.optional", "a first stage everyone goes through"));
    }
    let mut stage_keys = BTreeSet::new();
    let mut step_keys = BTreeSet::new();
    let checked = stages.into_iter().enumerate().map(|(place, stage)| {
        let field = |name: &str| format!("stages.{place}.{name}");
        if stage.sla_hours.is_some_and(|hours| !(1..=MOST_HOURS).contains(&hours)) {
            faults.push(Refusal::invalid(&field("slaHours"), &format!("from 1 to {MOST_HOURS} hours")));
        }
        bounded(&mut faults, &field("steps"), stage.steps.len());
        let steps = stage.steps.into_iter().enumerate();
        Stage {
            key: key(&mut faults, &mut stage_keys, &field("key"), stage.key),
            title: cleaned(&mut faults, &field("title"), &stage.title),
            steps: steps
                .map(|(at, step)| {
                    checked_step(&mut faults, &mut step_keys, &field(&format!("steps.{at}")), step)
                })
                .collect(),
            ..stage
        }
    });
    let checked = checked.collect();
    faults.end()?;
    Ok(checked)
}

fn bounded(faults: &mut Faults, field: &str, count: usize) {
    match count {
        0 => faults.push(Refusal::required(field)),
        1..=MOST => {}
        _ => faults.push(Refusal::invalid(field, &format!("at most {MOST} entries"))),
    }
}

fn cleaned(faults: &mut Faults, field: &str, given: &str) -> String {
    faults.keep(text::line(field, given, 80))
}

fn key(faults: &mut Faults, taken: &mut BTreeSet<String>, field: &str, given: String) -> String {
    match text::key(field, &given) {
        Ok(key) if !taken.insert(key.clone()) => {
            faults.push(Refusal::invalid(field, "a key that is used once"));
        }
        Ok(_) => {}
        Err(fault) => faults.push(fault),
    }
    given
}

/// A step beside those of a plan, checked; `key` names it.
///
/// # Errors
/// `REQUIRED` or `INVALID` on each field at fault, or `INVALID` on `kind` for an offer, which a plan alone provides.
pub fn checked_alone(step: PlanStep) -> Result<PlanStep, Refusal> {
    let mut faults = Faults::default();
    if step.kind == StepKind::Offer {
        faults.push(Refusal::invalid("kind", "a kind other than offer"));
    }
    let step = bounded_step(&mut faults, str::to_owned, step);
    faults.end().map(|()| step)
}

fn checked_step(faults: &mut Faults, taken: &mut BTreeSet<String>, field: &str, step: PlanStep) -> PlanStep {
    let step = bounded_step(faults, |name| format!("{field}.{name}"), step);
    PlanStep { key: key(faults, taken, &format!("{field}.key"), step.key), ..step }
}

fn bounded_step(faults: &mut Faults, field: impl Fn(&str) -> String, step: PlanStep) -> PlanStep {
    if !(1..=20).contains(&step.least_people) {
        faults.push(Refusal::invalid(&field("leastPeople"), "from 1 to 20 people"));
    }
    if step.minutes.is_some_and(|minutes| !(5..=480).contains(&minutes)) {
        faults.push(Refusal::invalid(&field("minutes"), "from 5 to 480 minutes"));
    }
    PlanStep {
        title: cleaned(faults, &field("title"), &step.title),
        kit: step.kit.checked(faults, |name| field(&format!("kit.{name}"))),
        ..step
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::plan_reference;

    #[test]
    fn every_fault_of_a_plan_is_named_at_once() {
        let mut stages = plan_reference::stages();
        stages[0].optional = true;
        stages[1].key = stages[0].key.clone();
        stages[2].steps[0].minutes = Some(1);
        stages[3].title = "\n".into();
        stages[3].sla_hours = Some(0);
        stages[4].steps[1].key = "a b".into();
        stages[5].steps.clear();
        let refused = checked(stages).unwrap_err();
        let fields: Vec<_> = refused.each().iter().filter_map(Refusal::field).collect();
        let expected = [
            "stages.0.optional",
            "stages.1.key",
            "stages.2.steps.0.minutes",
            "stages.3.slaHours",
            "stages.3.title",
            "stages.4.steps.1.key",
            "stages.5.steps",
        ];
        assert_eq!(fields, expected);
        assert_eq!(checked(Vec::new()).unwrap_err(), Refusal::required("stages"));
    }
}
