//! The reference process: eight stages, a parallel round by the team, an optional last interview.

use super::approval::ApprovalGroup;
use super::plan::{Kit, Participant, PlanStep, ReferenceRule, Stage, StageMode, StepKind};

/// What the reference process is called.
pub const NAME: &str = "Engineering";

/// One approver.
#[must_use]
pub fn approval() -> Vec<ApprovalGroup> {
    vec![ApprovalGroup::one()]
}

/// Two complete references, one of them by a manager.
pub const REFERENCES: ReferenceRule = ReferenceRule { least: 2, managers: 1 };

/// The stages of the reference process.
#[must_use]
pub fn stages() -> Vec<Stage> {
    use Participant as By;
    use StepKind as Do;
    vec![
        stage(
            "review",
            "Application review",
            vec![step("review", "Application review", Do::Review, By::Recruiting)],
        ),
        stage(
            "feedback",
            "Feedback questions",
            vec![step("feedback", "Feedback questions", Do::Form, By::Candidate)],
        ),
        stage("screening", "Screening call", vec![call("screening", "Screening call", By::Recruiting, 30)]),
        stage(
            "panel",
            "Panel interview",
            vec![PlanStep { least_people: 2, ..call("panel", "Panel interview", By::Management, 60) }],
        ),
        Stage {
            mode: StageMode::Parallel,
            ..stage(
                "team",
                "Team round",
                vec![
                    call("behavioral", "Behavioral interview", By::HiringManager, 60),
                    call("technical", "Technical interview", By::TeamManager, 90),
                    step("references", "Reference checks", Do::Reference, By::Referee),
                ],
            )
        },
        stage("vp", "VP interview", vec![call("vp", "Interview with the VP", By::Executive, 45)]),
        Stage {
            optional: true,
            ..stage("ceo", "CEO interview", vec![call("ceo", "Interview with the CEO", By::Chief, 30)])
        },
        stage("offer", "Offer", vec![step("offer", "Offer", Do::Offer, By::Approver)]),
    ]
}

/// A stage that everyone goes through, with its steps one after the other.
pub(super) fn stage(key: &str, title: &str, steps: Vec<PlanStep>) -> Stage {
    Stage {
        key: key.into(),
        title: title.into(),
        mode: StageMode::Sequential,
        optional: false,
        sla_hours: None,
        steps,
    }
}

/// A required step for one person.
#[must_use]
pub fn step(key: &str, title: &str, kind: StepKind, participant: Participant) -> PlanStep {
    PlanStep {
        key: key.into(),
        title: title.into(),
        kind,
        required: true,
        participant,
        least_people: 1,
        minutes: None,
        kit: Kit::default(),
    }
}

/// An interview that lasts so many minutes.
pub(super) fn call(key: &str, title: &str, participant: Participant, minutes: i32) -> PlanStep {
    PlanStep { minutes: Some(minutes), ..step(key, title, StepKind::Interview, participant) }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_reference_process_is_a_sound_plan() {
        assert_eq!(crate::domain::plan::checked(super::stages()).unwrap().len(), 8);
    }
}
