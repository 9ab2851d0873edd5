//! Plans that are shipped, to begin from: the reference process, a short one, and one for many alike jobs.

use super::plan::{HiringPlan, Participant, ReferenceRule, Stage, StageMode, StepKind};
use super::plan_reference::{self, call, stage, step};
use super::posting::PlanVersion;

text_enum! {
    /// A plan that is shipped.
    PlanTemplate {
        /// The reference process: eight stages, a parallel round by the team, an optional last interview.
        Engineering = "engineering",
        /// A call, one round of a piece of work and an interview, an offer.
        Short = "short",
        /// One interview, and an offer nobody needs to approve: for many alike jobs.
        Volume = "volume",
    }
}

impl PlanTemplate {
    /// What the plan is called unless it is given a name.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Engineering => plan_reference::NAME,
            Self::Short => "Short",
            Self::Volume => "Volume",
        }
    }

    /// The plan, as this version.
    #[must_use]
    pub fn plan(self, version: PlanVersion) -> HiringPlan {
        let none = ReferenceRule { least: 0, managers: 0 };
        let (stages, approval, references) = match self {
            Self::Engineering => {
                (plan_reference::stages(), plan_reference::approval(), plan_reference::REFERENCES)
            }
            Self::Short => (short(), plan_reference::approval(), none),
            Self::Volume => (volume(), Vec::new(), none),
        };
        HiringPlan { version, name: self.title().to_owned(), stages, approval, references }
    }
}

fn short() -> Vec<Stage> {
    let round = vec![
        step("task", "Work sample", StepKind::Task, Participant::Candidate),
        call("interview", "Interview with the team", Participant::HiringManager, 60),
    ];
    vec![
        timely(review(), 72),
        timely(
            stage(
                "screening",
                "Screening call",
                vec![call("screening", "Screening call", Participant::Recruiting, 30)],
            ),
            120,
        ),
        timely(Stage { mode: StageMode::Parallel, ..stage("team", "Team round", round) }, 240),
        offer(),
    ]
}

fn volume() -> Vec<Stage> {
    let interview = call("interview", "Interview", Participant::HiringManager, 30);
    vec![timely(review(), 48), timely(stage("interview", "Interview", vec![interview]), 96), offer()]
}

fn review() -> Stage {
    stage(
        "review",
        "Application review",
        vec![step("review", "Application review", StepKind::Review, Participant::Recruiting)],
    )
}

fn offer() -> Stage {
    timely(stage("offer", "Offer", vec![step("offer", "Offer", StepKind::Offer, Participant::Approver)]), 168)
}

fn timely(stage: Stage, hours: i32) -> Stage {
    Stage { sla_hours: Some(hours), ..stage }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::PlanId;
    use crate::domain::plan;

    #[test]
    fn every_template_is_a_sound_plan_that_ends_in_an_offer() {
        let plan: PlanId = "plan_00000000000000000000000000".parse().unwrap();
        for template in PlanTemplate::ALL {
            let made = template.plan(PlanVersion { plan, number: 1 });
            assert_eq!(plan::name(&made.name).unwrap(), template.title());
            assert_eq!(plan::checked(made.stages.clone()).unwrap(), made.stages);
            assert_eq!(made.references.checked().unwrap(), made.references);
            assert_eq!(made.stages.last().unwrap().steps[0].kind, StepKind::Offer);
        }
    }
}
