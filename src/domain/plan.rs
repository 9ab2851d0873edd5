//! A hiring plan: versioned data that says which stages an application goes through and what is done in each.

use super::Refusal;
use super::posting::PlanVersion;

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

text_enum! {
    /// Who has to approve an offer before it is sent.
    ApprovalRule {
        /// Nobody; the event says so.
        None = "none",
        /// One approver who did not draft it.
        One = "one",
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
    /// Who approves offers.
    pub approval: ApprovalRule,
    /// Which references an offer waits for.
    pub references: ReferenceRule,
}

/// The most stages a plan may have, and the most steps a stage.
const MOST: usize = 20;

/// A plan's stages, checked.
///
/// # Errors
/// `REQUIRED` or `INVALID` on `stages...`: none, too many, a stage without steps, a key twice, an odd number.
pub fn checked(stages: Vec<Stage>) -> Result<Vec<Stage>, Refusal> {
    if stages.is_empty() {
        return Err(Refusal::required("stages"));
    }
    if stages.len() > MOST {
        return Err(Refusal::invalid("stages", &format!("at most {MOST} stages")));
    }
    if stages[0].optional {
        return Err(Refusal::invalid("stages.0.optional", "a first stage everyone goes through"));
    }
    for (place, stage) in stages.iter().enumerate() {
        let field = format!("stages.{place}");
        if stages[..place].iter().any(|earlier| earlier.key == stage.key) {
            return Err(Refusal::invalid(&format!("{field}.key"), "a key no other stage has"));
        }
        check_steps(&stages, place, stage)?;
    }
    Ok(stages)
}

fn check_steps(stages: &[Stage], place: usize, stage: &Stage) -> Result<(), Refusal> {
    let field = format!("stages.{place}.steps");
    if stage.steps.is_empty() {
        return Err(Refusal::required(&field));
    }
    if stage.steps.len() > MOST {
        return Err(Refusal::invalid(&field, &format!("at most {MOST} steps")));
    }
    for (at, step) in stage.steps.iter().enumerate() {
        let taken = stages[..place].iter().flat_map(|earlier| &earlier.steps).chain(&stage.steps[..at]);
        if taken.into_iter().any(|earlier| earlier.key == step.key) {
            return Err(Refusal::invalid(&format!("{field}.{at}.key"), "a key no other step has"));
        }
        if !(1..=20).contains(&step.least_people) {
            return Err(Refusal::invalid(&format!("{field}.{at}.leastPeople"), "from 1 to 20 people"));
        }
        if step.minutes.is_some_and(|minutes| !(5..=480).contains(&minutes)) {
            return Err(Refusal::invalid(&format!("{field}.{at}.minutes"), "from 5 to 480 minutes"));
        }
    }
    Ok(())
}
