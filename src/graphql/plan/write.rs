//! Mutations that make hiring plans.

use async_graphql::{Context, ID, InputObject, Object};

use super::{ApprovalRule, HiringPlan, Participant, PlanTemplate, StageMode, StepKind};
use crate::actions::plan::{self as actions, Create, Original, Update};
use crate::domain::Refusal;
use crate::domain::approval::ApprovalGroup;
use crate::domain::plan as rules;
use crate::graphql::asking::asking;
use crate::graphql::error::{bounded, id};
use crate::graphql::payload::{answer, payload};
use crate::graphql::posting_content::QuestionInput;

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
    /// What whoever takes the step is given.
    kit: Option<StepKitInput>,
}

/// What whoever takes a step is to be given.
#[derive(InputObject, Debug)]
pub struct StepKitInput {
    /// What is to be found out, in Markdown: at most 2000 characters.
    purpose: Option<String>,
    /// What is asked, in order: at most 50.
    #[graphql(default)]
    questions: Vec<QuestionInput>,
    /// What a scorecard rates, in order: at most 20, of at most 80 characters each.
    #[graphql(default)]
    attributes: Vec<String>,
}

impl From<StepKitInput> for rules::Kit {
    fn from(kit: StepKitInput) -> Self {
        let questions = kit.questions.into_iter().map(Into::into).collect();
        Self { purpose: kit.purpose, questions, attributes: kit.attributes }
    }
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
    /// How many hours an application should stay in the stage at most: 1 to 8760.
    sla_hours: Option<i32>,
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
            kit: step.kit.map(Into::into).unwrap_or_default(),
        };
        Self {
            key: stage.key,
            title: stage.title,
            mode: stage.mode.into(),
            optional: stage.optional,
            sla_hours: stage.sla_hours,
            steps: stage.steps.into_iter().map(step).collect(),
        }
    }
}

/// How many references an offer is to wait for.
#[derive(InputObject, Debug, Clone, Copy)]
pub struct PlanReferencesInput {
    /// How many complete references in all: 0 to 10.
    least: i32,
    /// How many of them by people who managed the candidate.
    managers: i32,
}

/// People of whom some are to approve an offer.
#[derive(InputObject, Debug)]
pub struct ApprovalGroupInput {
    /// Title of the group: at most 80 characters.
    title: String,
    /// How many of the group have to say yes: 1 to 10.
    needed: i32,
    /// Ids of the users who belong to the group, at most 10, each with the role of an approver; none, if whoever submits an
    /// offer is to name them.
    approver_ids: Option<Vec<ID>>,
}

/// Who approves by these two arguments.
fn approval(
    rule: ApprovalRule,
    groups: Option<Vec<ApprovalGroupInput>>,
) -> Result<Vec<ApprovalGroup>, Refusal> {
    match (rule, groups) {
        (ApprovalRule::None, None) => Ok(Vec::new()),
        (ApprovalRule::One, None) => Ok(vec![ApprovalGroup::one()]),
        (ApprovalRule::Chain, Some(groups)) if !groups.is_empty() => {
            (0..).zip(groups).map(|(place, group)| group.parse(place)).collect()
        }
        (ApprovalRule::Chain, _) => Err(Refusal::required("approvalGroups")),
        (_, Some(_)) => Err(Refusal::invalid("approvalGroups", "groups for the rule CHAIN alone")),
    }
}

impl ApprovalGroupInput {
    fn parse(self, place: usize) -> Result<ApprovalGroup, Refusal> {
        let field = |at| format!("approvalGroups.{place}.approverIds.{at}");
        let ids = self.approver_ids.unwrap_or_default();
        bounded(&format!("approvalGroups.{place}.approverIds"), &ids)?;
        let parsed = (0..)
            .zip(ids)
            .map(|(at, id)| id.parse().map_err(|_| Refusal::invalid(&field(at), "the id of a user")));
        Ok(ApprovalGroup {
            title: self.title,
            needed: self.needed,
            approvers: parsed.collect::<Result<_, _>>()?,
        })
    }
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
    /// Groups that approve an offer, at most 10, in the order in which they are asked; with `CHAIN` alone.
    approval_groups: Option<Vec<ApprovalGroupInput>>,
    /// How many references an offer waits for.
    references: PlanReferencesInput,
}

impl From<PlanReferencesInput> for rules::ReferenceRule {
    fn from(rule: PlanReferencesInput) -> Self {
        Self { least: rule.least, managers: rule.managers }
    }
}

fn stages(given: Vec<PlanStageInput>) -> Vec<rules::Stage> {
    given.into_iter().map(Into::into).collect()
}

/// What is to change of a hiring plan; what is not given stays.
#[derive(InputObject, Debug)]
pub struct PlanUpdateInput {
    /// Id of the plan.
    plan_id: ID,
    /// Version that the caller read.
    expected_version: i32,
    /// Name of the plan.
    name: Option<String>,
    /// All stages of the plan, in order.
    stages: Option<Vec<PlanStageInput>>,
    /// Who has to approve an offer.
    approval: Option<ApprovalRule>,
    /// Groups that approve an offer, at most 10, in the order in which they are asked; with `CHAIN` alone.
    approval_groups: Option<Vec<ApprovalGroupInput>>,
    /// How many references an offer waits for.
    references: Option<PlanReferencesInput>,
}

/// A hiring plan to be made like another one: give `planId` or `template`.
#[derive(InputObject, Debug)]
pub struct PlanCopyInput {
    /// Id of the plan whose newest version is copied.
    plan_id: Option<ID>,
    /// Shipped plan that is copied.
    template: Option<PlanTemplate>,
    /// Name of the copy; that of the original when nothing is said.
    name: Option<String>,
}

impl PlanCopyInput {
    fn original(&self) -> Result<Original, Refusal> {
        match (&self.plan_id, self.template) {
            (Some(plan), None) => Ok(Original::Plan(id(plan, "plan")?)),
            (None, Some(template)) => Ok(Original::Template(template.into())),
            (None, None) => Err(Refusal::required("planId")),
            (Some(_), Some(_)) => Err(Refusal::invalid("template", "a plan or a template, not both")),
        }
    }
}

payload! {
    /// Answer to `planUpdate`.
    PlanUpdatePayload {
        /// The plan, in its newest version.
        plan: HiringPlan
    }
}

payload! {
    /// Answer to `planCopy`.
    PlanCopyPayload {
        /// The copy, in its first version.
        plan: HiringPlan
    }
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
        let made = async {
            let plan = Create {
                name: input.name,
                stages: stages(input.stages),
                approval: approval(input.approval, input.approval_groups)?,
                references: input.references.into(),
            };
            actions::create(asking(ctx).act(), plan).await
        };
        answer(made.await)
    }

    /// Makes a hiring plan like another one, or like one that is shipped.
    async fn plan_copy(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is copied.")] input: PlanCopyInput,
    ) -> async_graphql::Result<Option<PlanCopyPayload>> {
        let made = async { actions::copy(asking(ctx).act(), input.original()?, input.name).await };
        answer(made.await)
    }

    /// Gives a hiring plan a new version. Postings and applications that follow an older one go on following that; a
    /// posting moves to the newest one by `postingUpdate` with its `planId`.
    async fn plan_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to change.")] input: PlanUpdateInput,
    ) -> async_graphql::Result<Option<PlanUpdatePayload>> {
        let made = async {
            let update = Update {
                plan: id(&input.plan_id, "plan")?,
                expected_version: input.expected_version,
                name: input.name,
                stages: input.stages.map(stages),
                approval: match (input.approval, input.approval_groups) {
                    (None, Some(groups)) => Some(approval(ApprovalRule::Chain, Some(groups))?),
                    (rule, groups) => rule.map(|rule| approval(rule, groups)).transpose()?,
                },
                references: input.references.map(Into::into),
            };
            actions::update(asking(ctx).act(), update).await
        };
        answer(made.await)
    }
}
