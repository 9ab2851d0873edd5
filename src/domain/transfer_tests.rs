use super::*;
use crate::domain::clock::SystemChance;
use crate::domain::id::{PlanId, StepId};
use crate::domain::plan::{Kit, Participant, Stage, StageMode, StepKind};
use crate::domain::plan_reference;
use crate::domain::step::StepState;

fn planned(key: &str, kind: StepKind) -> PlanStep {
    PlanStep {
        key: key.into(),
        title: format!("{key} here"),
        kind,
        required: true,
        participant: Participant::Recruiting,
        least_people: 1,
        minutes: None,
        kit: Kit::default(),
    }
}

fn plan(stages: &[(&str, &[(&str, StepKind)])]) -> HiringPlan {
    let stage = |(key, steps): &(&str, &[(&str, StepKind)])| Stage {
        key: (*key).into(),
        title: (*key).into(),
        mode: StageMode::Sequential,
        optional: false,
        sla_hours: None,
        steps: steps.iter().map(|(key, kind)| planned(key, *kind)).collect(),
    };
    HiringPlan {
        version: PlanVersion { plan: PlanId::new(DateTime::UNIX_EPOCH, &SystemChance), number: 1 },
        name: "A plan".into(),
        stages: stages.iter().map(stage).collect(),
        approval: plan_reference::approval(),
        references: plan_reference::REFERENCES,
    }
}

/// The steps of a plan, those named as they are said to stand.
fn steps(plan: &HiringPlan, states: &[(&str, StepState)]) -> Vec<ApplicationStep> {
    let application = ApplicationId::new(DateTime::UNIX_EPOCH, &SystemChance);
    let mut steps = Vec::new();
    for (stage, of_stage) in (0..).zip(&plan.stages) {
        for (position, step) in (0..).zip(&of_stage.steps) {
            let id = StepId::new(DateTime::UNIX_EPOCH, &SystemChance);
            let state = states.iter().find(|(key, _)| *key == step.key).map(|(_, state)| *state);
            let step = ApplicationStep::of_plan(id, application, stage, position, step);
            steps.push(ApplicationStep { state: state.unwrap_or(StepState::Pending), ..step });
        }
    }
    steps
}

/// How the steps stand: stage, key, state, whether the stage waits for them.
fn standing(steps: &[ApplicationStep]) -> Vec<(i32, &str, StepState, bool)> {
    steps.iter().map(|step| (step.stage, step.key.as_str(), step.state, step.required)).collect()
}

use StepKind::{Interview, Offer, Review, Task};
use StepState::{Passed, Scheduled};

#[test]
fn under_the_same_plan_nothing_changes() {
    let plan = plan(&[
        ("review", &[("review", Review)]),
        ("talk", &[("call", Interview)]),
        ("offer", &[("offer", Offer)]),
    ]);
    let mut before = steps(&plan, &[("review", Passed), ("call", Scheduled)]);
    let added = ApplicationStep { key: "added1".into(), position: 1, ..before[1].clone() };
    before.insert(2, ApplicationStep { id: StepId::new(DateTime::UNIX_EPOCH, &SystemChance), ..added });
    let laid = lay(before.clone(), 1, &plan, &plan);
    assert_eq!((laid.stage, laid.dropped.len(), laid.missing.len()), (1, 0, 0));
    let mut kept = laid.kept;
    kept.sort_by_key(|step| (step.stage, step.position));
    let ids = |steps: &[ApplicationStep]| steps.iter().map(|step| (step.id, step.state)).collect::<Vec<_>>();
    assert_eq!(ids(&kept), ids(&before));
    assert!(kept.iter().all(|step| step.required));
}

#[test]
fn what_was_done_stays_done_and_what_the_new_plan_lacks_blocks_nothing() {
    let old = plan(&[
        ("review", &[("review", Review), ("test", Task)]),
        ("talk", &[("call", Interview), ("lunch", Interview)]),
    ]);
    let new = plan(&[
        ("talk", &[("call", Interview)]),
        ("review", &[("review", Review)]),
        ("offer", &[("offer", Offer)]),
    ]);
    let laid = lay(
        steps(&old, &[("review", Passed), ("test", Passed), ("call", Passed), ("lunch", Scheduled)]),
        1,
        &old,
        &new,
    );
    assert_eq!(
        standing(&laid.kept),
        [(0, "call", Passed, true), (1, "review", Passed, true), (1, "test", Passed, false)]
    );
    assert_eq!(standing(&laid.dropped), [(0, "lunch", Scheduled, false)]);
    let missing: Vec<_> =
        laid.missing.iter().map(|(stage, at, step)| (*stage, *at, step.key.as_str())).collect();
    assert_eq!(missing, [(2, 0, "offer")]);
    assert_eq!(laid.kept[0].title, "call here");
    assert_eq!(laid.stage, 0, "it goes on in the stage of the same key, wherever that stands");
}

#[test]
fn no_gate_is_skipped() {
    let old = plan(&[("review", &[("review", Review)]), ("offer", &[("offer", Offer)])]);
    let new = plan(&[
        ("review", &[("review", Review)]),
        ("talk", &[("call", Interview)]),
        ("offer", &[("offer", Offer)]),
    ]);
    assert_eq!(lay(steps(&old, &[("review", Passed)]), 1, &old, &new).stage, 1, "the call is missing");
    assert_eq!(lay(steps(&old, &[]), 1, &old, &new).stage, 0, "the review is undone");
    let mut lenient = new.clone();
    lenient.stages[1].optional = true;
    assert_eq!(lay(steps(&old, &[("review", Passed)]), 1, &old, &lenient).stage, 2);
    let odd = plan(&[("first", &[("look", Review)])]);
    assert_eq!(lay(steps(&old, &[("review", Passed)]), 1, &old, &odd).stage, 0, "no stage of the same key");
}

#[test]
fn a_step_of_the_same_key_and_another_kind_is_another_step() {
    let old = plan(&[("talk", &[("check", Interview)])]);
    let new = plan(&[("talk", &[("check", Task)])]);
    let laid = lay(steps(&old, &[("check", Passed)]), 0, &old, &new);
    assert_eq!(standing(&laid.kept), [(0, "check", Passed, false)]);
    assert_eq!((laid.missing.len(), laid.missing[0].2.kind), (1, Task));
    assert_eq!(laid.kept[0].position, 1, "behind those of the plan");
}
