use super::*;
use crate::domain::clock::SystemChance;
use crate::domain::id::{ApplicationId, PlanId, StepId};
use crate::domain::plan_reference;
use crate::domain::posting::PlanVersion;
use chrono::DateTime;

fn plan() -> HiringPlan {
    HiringPlan {
        version: PlanVersion { plan: PlanId::new(DateTime::UNIX_EPOCH, &SystemChance), number: 1 },
        name: plan_reference::NAME.into(),
        stages: plan_reference::stages(),
        approval: plan_reference::approval(),
        references: plan_reference::REFERENCES,
    }
}

fn steps(plan: &HiringPlan) -> Vec<ApplicationStep> {
    let application = ApplicationId::new(DateTime::UNIX_EPOCH, &SystemChance);
    let mut steps = Vec::new();
    for (stage, of_stage) in (0..).zip(&plan.stages) {
        for (position, step) in (0..).zip(&of_stage.steps) {
            let id = StepId::new(DateTime::UNIX_EPOCH, &SystemChance);
            steps.push(ApplicationStep::of_plan(id, application, stage, position, step));
        }
    }
    steps
}

fn set(steps: &mut [ApplicationStep], key: &str, state: StepState) {
    steps.iter_mut().find(|step| step.key == key).unwrap().state = state;
}

const TEAM: i32 = 4;
const VP: i32 = 5;
const OFFER: i32 = 7;

#[test]
fn the_gate_opens_when_each_required_step_is_passed_or_waived() {
    let plan = plan();
    let mut steps = steps(&plan);
    assert!(matches!(
        Progress { plan: &plan, stage: 0, steps: &steps }.advance(false),
        Err(Refusal::GateIncomplete(_))
    ));
    set(&mut steps, "review", StepState::Passed);
    assert_eq!(Progress { plan: &plan, stage: 0, steps: &steps }.advance(false), Ok(1));
}

#[test]
fn parallel_steps_finish_in_any_order_with_the_same_result() {
    let plan = plan();
    let keys = ["behavioral", "technical", "references"];
    for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2], [2, 0, 1], [0, 2, 1], [1, 2, 0]] {
        let mut steps = steps(&plan);
        for (done, at) in order.into_iter().enumerate() {
            let left = Progress { plan: &plan, stage: TEAM, steps: &steps }.blocking().len();
            assert_eq!(left, 3 - done);
            set(&mut steps, keys[at], if at == 2 { StepState::Waived } else { StepState::Passed });
        }
        assert_eq!(Progress { plan: &plan, stage: TEAM, steps: &steps }.advance(false), Ok(VP));
    }
}

#[test]
fn an_optional_stage_is_stepped_over_only_when_asked_and_untouched() {
    let plan = plan();
    let mut steps = steps(&plan);
    set(&mut steps, "vp", StepState::Passed);
    let advance = |steps: &[ApplicationStep], over| Progress { plan: &plan, stage: VP, steps }.advance(over);
    assert_eq!(advance(&steps, false), Ok(6));
    assert_eq!(advance(&steps, true), Ok(OFFER));
    for held in [StepState::Scheduled, StepState::AwaitingFeedback, StepState::Passed] {
        set(&mut steps, "ceo", held);
        assert_eq!(advance(&steps, true), Err(Refusal::CannotPassOver), "{held}");
    }
    for free in [StepState::Pending, StepState::Skipped, StepState::Cancelled, StepState::Waived] {
        set(&mut steps, "ceo", free);
        assert_eq!(advance(&steps, true), Ok(OFFER), "{free}");
    }
}

#[test]
fn a_required_stage_cannot_be_stepped_over_and_the_last_has_no_next() {
    let plan = plan();
    let mut steps = steps(&plan);
    set(&mut steps, "review", StepState::Passed);
    set(&mut steps, "offer", StepState::Passed);
    assert_eq!(Progress { plan: &plan, stage: 0, steps: &steps }.advance(true), Err(Refusal::CannotPassOver));
    assert_eq!(Progress { plan: &plan, stage: OFFER, steps: &steps }.advance(false), Err(Refusal::NoStage));
}

#[test]
fn steps_ahead_are_out_of_reach_and_only_earlier_stages_are_returned_to() {
    let plan = plan();
    let steps = steps(&plan);
    let at_vp = Progress { plan: &plan, stage: VP, steps: &steps };
    let step = |key: &str| steps.iter().find(|step| step.key == key).unwrap();
    assert_eq!(at_vp.has_reached(step("screening")), Ok(()));
    assert_eq!(at_vp.has_reached(step("ceo")), Ok(()));
    assert_eq!(at_vp.has_reached(step("offer")), Err(Refusal::StepNotReached));
    assert_eq!(at_vp.go_back(TEAM), Ok(TEAM));
    assert_eq!(at_vp.go_back(VP), Err(Refusal::NoStage));
    assert_eq!(at_vp.go_back(-1), Err(Refusal::NoStage));
}

#[test]
fn inside_a_required_stage_an_optional_step_blocks_only_while_under_way() {
    let mut plan = plan();
    plan.stages[0].steps[0].required = false;
    let mut steps = steps(&plan);
    assert_eq!(Progress { plan: &plan, stage: 0, steps: &steps }.advance(false), Ok(1));
    set(&mut steps, "review", StepState::Scheduled);
    assert!(Progress { plan: &plan, stage: 0, steps: &steps }.advance(false).is_err());
}

#[test]
fn references_are_met_by_answers_or_a_waiver_not_by_passing_the_step() {
    let plan = plan();
    let met = |state: StepState, complete: i32, managers: i32| {
        let mut steps = steps(&plan);
        set(&mut steps, "references", state);
        let progress = Progress { plan: &plan, stage: OFFER, steps: &steps };
        progress.references_met(Tally { complete, managers }).is_ok()
    };
    assert!(met(StepState::Waived, 0, 0));
    assert!(met(StepState::Passed, 2, 1));
    for (state, complete, managers) in [
        (StepState::Passed, 1, 1),
        (StepState::Passed, 2, 0),
        (StepState::AwaitingFeedback, 2, 1),
        (StepState::Pending, 2, 1),
        (StepState::Skipped, 2, 1),
    ] {
        assert!(!met(state, complete, managers), "{state}, {complete} of them {managers}");
    }
}
