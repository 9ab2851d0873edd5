//! Mutations that make hiring plans.

use async_graphql::{Context, InputObject, Object};

use super::{ApprovalRule, HiringPlan, Participant, StageMode, StepKind};
use crate::actions::plan::{self as actions, Create};
use crate::domain::plan as rules;
use crate::graphql::asking::asking;
use crate::graphql::payload::{answer, payload};

/// A step of a plan to be made.
#[derive(InputObject, Debug)]
pub struct PlanStepInput {
    /// Key of the step: a letter, then letters, digits or `_`; no other step of the plan has it.
    key: String,
    /// Title of the step.
    title: String,
    /// Kind of the step.
    kind: StepKind,
    /// Indicates whether the stage waits for the step.
    #[graphql(default = true)]
    required: bool,
    /// Who takes the step.
    participant: Participant,
    /// How many people take the step at least: 1 to 20.
    #[graphql(default = 1)]
    least_people: i32,
    /// Length of the step in minutes, where it is known: 5 to 480.
    minutes: Option<i32>,
}

/// A stage of a plan to be made.
#[derive(InputObject, Debug)]
pub struct PlanStageInput {
    /// Key of the stage: a letter, then letters, digits or `_`; no other stage of the plan has it.
    key: String,
    /// Title of the stage.
    title: String,
    /// How the steps of the stage are taken.
    #[graphql(default_with = "StageMode::Sequential")]
    mode: StageMode,
    /// Indicates whether an application may step over the stage.
    #[graphql(default)]
    optional: bool,
    /// Steps of the stage, in order.
    steps: Vec<PlanStepInput>,
}

impl From<PlanStageInput> for rules::Stage {
    fn from(stage: PlanStageInput) -> Self {
        let step = |step: PlanStepInput| rules::PlanStep {
            key: step.key,
            title: step.title,
            kind: step.kind.into(),
            required: step.required,
            participant: step.participant.into(),
            least_people: step.least_people,
            minutes: step.minutes,
        };
        Self {
            key: stage.key,
            title: stage.title,
            mode: stage.mode.into(),
            optional: stage.optional,
            steps: stage.steps.into_iter().map(step).collect(),
        }
    }
}

/// How many references an offer is to wait for.
#[derive(InputObject, Debug)]
pub struct PlanReferencesInput {
    /// How many complete references in all: 0 to 10.
    least: i32,
    /// How many of them by people who managed the candidate.
    managers: i32,
}

/// A hiring plan to be made.
#[derive(InputObject, Debug)]
pub struct PlanCreateInput {
    /// Name of the plan.
    name: String,
    /// Stages of the plan, in order.
    stages: Vec<PlanStageInput>,
    /// Who has to approve an offer.
    approval: ApprovalRule,
    /// How many references an offer waits for.
    references: PlanReferencesInput,
}

payload! {
    /// Answer to `planCreate`.
    PlanCreatePayload {
        /// The plan, in its first version.
        plan: HiringPlan
    }
}

/// Mutations of plans.
#[derive(Debug, Default)]
pub struct PlanMutation;

#[Object]
impl PlanMutation {
    /// Makes a hiring plan that postings can follow.
    async fn plan_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The plan to be made.")] input: PlanCreateInput,
    ) -> async_graphql::Result<Option<PlanCreatePayload>> {
        let PlanReferencesInput { least, managers } = input.references;
        let plan = Create {
            name: input.name,
            stages: input.stages.into_iter().map(Into::into).collect(),
            approval: input.approval.into(),
            references: rules::ReferenceRule { least, managers },
        };
        answer(actions::create(asking(ctx).act(), plan).await)
    }
}
