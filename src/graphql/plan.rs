//! Hiring plans: what an application goes through.

mod write;

pub use write::{PlanMutation, StepKitInput};

use std::collections::HashMap;

use async_graphql::{Context, Enum, ID, Object, SimpleObject};

use super::asking::{Asking, asking};
use super::batch::Load;
use super::connection::{Connection, Paging};
use super::error::{bad_argument, fault};
use super::posting_content::Question;
use super::user::{User, user};
use crate::domain;
use crate::domain::id::PlanId;
use crate::domain::plan as rules;
use crate::domain::policy::organisation::sees_settings;
use crate::domain::posting::PlanVersion;
use crate::storage::plan::Made;
use crate::storage::{self, Fault, Part};

/// How the steps of a stage are taken.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::plan::StageMode")]
pub enum StageMode {
    /// One after the other, as listed.
    Sequential,
    /// All at once, in any order.
    Parallel,
}

/// What is done in a step.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::plan::StepKind")]
pub enum StepKind {
    /// Somebody reads.
    Review,
    /// The candidate answers questions.
    Form,
    /// People meet.
    Interview,
    /// Referees are asked.
    Reference,
    /// The candidate does a piece of work.
    Task,
    /// An offer is made.
    Offer,
}

/// Who takes a step.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::plan::Participant")]
pub enum Participant {
    /// The recruiting team.
    Recruiting,
    /// The candidate.
    Candidate,
    /// The manager of the allotted team, else the posting's lead.
    HiringManager,
    /// A manager of one of the posting's teams.
    TeamManager,
    /// Engineering management, or the like of the field.
    Management,
    /// The head of the department.
    Executive,
    /// The head of the organisation.
    Chief,
    /// People the candidate named.
    Referee,
    /// Those who approve offers.
    Approver,
}

/// Who has to approve an offer before it is sent.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::approval::ApprovalRule")]
pub enum ApprovalRule {
    /// Nobody; the event says so.
    None,
    /// One approver who did not draft it, named on submission.
    One,
    /// Groups of approvers, asked one after another: `approvalGroups`.
    Chain,
}

/// People of whom some have to approve an offer.
#[derive(Debug, Clone)]
pub struct ApprovalGroup(domain::approval::ApprovalGroup);

/// People of whom some have to approve an offer.
#[Object]
impl ApprovalGroup {
    /// Title of the group.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// How many of the group have to say yes.
    async fn needed(&self) -> i32 {
        self.0.needed
    }

    /// Who belongs to the group; nobody, where whoever submits an offer names them.
    async fn approvers(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<User>> {
        let mut users = Vec::new();
        for id in &self.0.approvers {
            users.extend(user(asking(ctx), Some(*id)).await?);
        }
        Ok(users)
    }
}

/// A plan that is shipped, to begin from with `planCopy`.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::plan_template::PlanTemplate")]
pub enum PlanTemplate {
    /// Eight stages, a parallel round by the team, an optional last interview.
    Engineering,
    /// A call, one round of a piece of work and an interview, an offer.
    Short,
    /// One interview, and an offer nobody needs to approve: for many alike jobs.
    Volume,
}

/// A step of a plan.
#[derive(SimpleObject, Debug)]
pub struct PlanStep {
    /// Key of the step; no other step of the plan has it.
    key: String,
    /// Title of the step.
    title: String,
    /// Kind of the step.
    kind: StepKind,
    /// Indicates whether the stage waits for the step.
    required: bool,
    /// Who takes the step.
    participant: Participant,
    /// How many people take the step at least.
    least_people: i32,
    /// Length of the step in minutes, where it is known.
    minutes: Option<i32>,
    /// What whoever takes the step is given.
    kit: StepKit,
}

/// What whoever takes a step is given.
#[derive(SimpleObject, Debug)]
pub struct StepKit {
    /// What is to be found out.
    purpose: Option<String>,
    /// What is asked: of the candidate in a form or an interview, of a referee in a reference.
    questions: Vec<Question>,
    /// What a scorecard rates.
    attributes: Vec<String>,
}

impl From<rules::Kit> for StepKit {
    fn from(kit: rules::Kit) -> Self {
        let questions = kit.questions.iter().map(Question::from).collect();
        Self { purpose: kit.purpose, questions, attributes: kit.attributes }
    }
}

/// A stage of a plan.
#[derive(SimpleObject, Debug)]
pub struct PlanStage {
    /// Key of the stage; no other stage of the plan has it.
    key: String,
    /// Title of the stage.
    title: String,
    /// How the steps of the stage are taken.
    mode: StageMode,
    /// Indicates whether an application may step over the stage.
    optional: bool,
    /// How many hours an application should stay in the stage at most, where that is said.
    sla_hours: Option<i32>,
    /// Steps of the stage, in order.
    steps: Vec<PlanStep>,
}

impl From<rules::Stage> for PlanStage {
    fn from(stage: rules::Stage) -> Self {
        let step = |step: rules::PlanStep| PlanStep {
            key: step.key,
            title: step.title,
            kind: step.kind.into(),
            required: step.required,
            participant: step.participant.into(),
            least_people: step.least_people,
            minutes: step.minutes,
            kit: step.kit.into(),
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

/// One version of a hiring plan. It never changes.
#[derive(Debug, Clone)]
pub struct HiringPlan(pub rules::HiringPlan);

impl From<rules::HiringPlan> for HiringPlan {
    fn from(plan: rules::HiringPlan) -> Self {
        Self(plan)
    }
}

/// One version of a hiring plan. It never changes.
#[Object]
impl HiringPlan {
    /// Id of the plan, over all its versions.
    pub async fn id(&self) -> ID {
        self.0.version.plan.into()
    }

    /// Number of the version, from 1.
    async fn version(&self) -> i32 {
        self.0.version.number
    }

    /// Name of the plan.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Stages of the plan, in order.
    async fn stages(&self) -> Vec<PlanStage> {
        self.0.stages.iter().cloned().map(PlanStage::from).collect()
    }

    /// Who has to approve an offer.
    async fn approval(&self) -> ApprovalRule {
        domain::approval::rule(&self.0.approval).into()
    }

    /// Groups that approve an offer, in the order in which they are asked.
    async fn approval_groups(&self) -> Vec<ApprovalGroup> {
        self.0.approval.iter().cloned().map(ApprovalGroup).collect()
    }

    /// How many references have to be complete before an offer, where the step that asks for them is not waived.
    async fn least_references(&self) -> i32 {
        self.0.references.least
    }

    /// How many of the references have to be by people who managed the candidate.
    async fn least_manager_references(&self) -> i32 {
        self.0.references.managers
    }
}

/// A stage of the process as anyone may know it.
#[derive(SimpleObject, Debug)]
pub struct ProcessStage {
    /// Title of the stage.
    title: String,
    /// Indicates whether the steps of the stage happen at once, in any order.
    parallel: bool,
    /// Indicates whether the stage may be left out.
    optional: bool,
    /// Steps of the stage, in order.
    steps: Vec<ProcessStep>,
}

/// A step of the process as anyone may know it.
#[derive(SimpleObject, Debug)]
pub struct ProcessStep {
    /// Title of the step.
    title: String,
    /// Kind of the step.
    kind: StepKind,
    /// Length of the step in minutes, where it is known.
    minutes: Option<i32>,
}

/// What anyone may know of a plan.
pub(super) fn process(plan: &rules::HiringPlan) -> Vec<ProcessStage> {
    let step = |step: &rules::PlanStep| ProcessStep {
        title: step.title.clone(),
        kind: step.kind.into(),
        minutes: step.minutes,
    };
    let stage = |stage: &rules::Stage| ProcessStage {
        title: stage.title.clone(),
        parallel: stage.mode == rules::StageMode::Parallel,
        optional: stage.optional,
        steps: stage.steps.iter().map(step).collect(),
    };
    plan.stages.iter().map(stage).collect()
}

/// Plans by their versions. Whoever sees a posting or an application may know what it goes through.
pub(super) struct PlanByVersion;

impl Load for PlanByVersion {
    type Key = PlanVersion;
    type Value = rules::HiringPlan;

    async fn load(
        asking: &Asking,
        keys: Vec<PlanVersion>,
    ) -> Result<HashMap<PlanVersion, Self::Value>, Fault> {
        let made = storage::plan::of(asking.store(), &keys).await?;
        Ok(made.into_iter().map(|(version, made)| (version, made.plan)).collect())
    }
}

/// Queries about plans.
#[derive(Debug, Default)]
pub struct PlanQuery;

#[Object]
impl PlanQuery {
    /// The newest version of a hiring plan, for staff.
    async fn plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the plan.")] id: ID,
    ) -> async_graphql::Result<Option<HiringPlan>> {
        match id.parse() {
            Ok(id) => newest(asking(ctx), id).await,
            Err(_) => Ok(None),
        }
    }

    /// The newest versions of all hiring plans, the newest first; for staff.
    async fn plans(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start: 1 to 100, 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only entries behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only entries ahead of this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<HiringPlan>> {
        let asking = asking(ctx);
        let page = Paging { first, after, last, before }.page().map_err(|refusal| bad_argument(&refusal))?;
        let part = if sees_settings(&asking.viewer) {
            storage::plan::listed(asking.store(), &page).await.map_err(|broken| fault(&broken))?
        } else {
            Part { items: Vec::new(), more: false }
        };
        let place = |made: &Made| (made.at, made.plan.version.plan.to_string());
        Ok(Connection::new(&page, part, place, |made| HiringPlan(made.plan)))
    }
}

/// The newest version of a plan, if the viewer may know plans.
pub(super) async fn newest(asking: &Asking, id: PlanId) -> async_graphql::Result<Option<HiringPlan>> {
    if !sees_settings(&asking.viewer) {
        return Ok(None);
    }
    let made = storage::plan::find(asking.store(), id).await.map_err(|broken| fault(&broken))?;
    Ok(made.map(|made| HiringPlan(made.plan)))
}
