//! Steps as lived by an application.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};

use super::application::Application;
use super::application_read::ApplicationById;
use super::asking::asking;
use super::batch::nested_read;
use super::error::id;
use super::form::{Form, FormsOfStep};
use super::interview::{Interview, InterviewsOfStep};
use super::payload::{answer, payload};
use super::plan::{Participant, PlanByVersion, StepKind, StepKit};
use super::scalar::DateTime;
use super::scorecard::{self, Scorecard, ScorecardRequest, ScorecardSummary};
use super::user::{User, user};
use crate::actions;
use crate::domain::Refusal;
use crate::domain::id::StepId;
use crate::domain::plan::{Kit, PlanStep};
use crate::domain::policy::application::reasons;
use crate::domain::step::ApplicationStep as DomainStep;
use crate::storage;
use crate::storage::step::Moved;

/// Where a step is in its life.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::domain::step::StepState")]
pub enum StepStatus {
    /// Nothing happened yet.
    Pending,
    /// The candidate or a referee was asked.
    Requested,
    /// A meeting is set.
    Scheduled,
    /// It took place; feedback is missing.
    AwaitingFeedback,
    /// Done and no longer blocking, whatever the ratings.
    Passed,
    /// Let off by somebody, with a reason.
    Waived,
    /// An optional step that was left out.
    Skipped,
    /// It ended with its application.
    Cancelled,
}

/// What is done in a step, as the plan said when the application came in.
#[derive(SimpleObject, Debug)]
pub struct StepOutline {
    /// Key of the step in its plan.
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
}

/// A step as lived by one application.
#[derive(Debug, Clone)]
pub struct ApplicationStep(pub DomainStep);

/// A step as lived by one application.
#[Object]
impl ApplicationStep {
    /// Id of the step.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// What is done in the step.
    async fn step(&self) -> StepOutline {
        StepOutline {
            key: self.0.key.clone(),
            title: self.0.title.clone(),
            kind: self.0.kind.into(),
            required: self.0.required,
            participant: self.0.participant.into(),
            least_people: self.0.least_people,
            minutes: self.0.minutes,
        }
    }

    /// Place of the step's stage in the plan, from 1.
    async fn stage(&self) -> i32 {
        self.0.stage + 1
    }

    /// Where the step is in its life.
    async fn status(&self) -> StepStatus {
        self.0.state.into()
    }

    /// How often the step was begun: 1, and 1 more each time it is reopened.
    async fn round(&self) -> i32 {
        self.0.round
    }

    /// Questions that were sent to the candidate in the step: the newest.
    async fn form(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Form>> {
        let forms = asking(ctx).load_all::<FormsOfStep>(self.0.id).await?;
        Ok(forms.first().cloned().map(Into::into))
    }

    /// All that was ever sent to the candidate in the step, the newest first.
    async fn forms(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Form>> {
        let forms = asking(ctx).load_all::<FormsOfStep>(self.0.id).await?;
        Ok(forms.iter().cloned().map(Into::into).collect())
    }

    /// Submitted scorecards of the step that the viewer may read, each in its newest version. Whoever owes one of their own
    /// reads no other before it is in; interviewers read others' only then.
    async fn scorecards(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Scorecard>> {
        scorecard::submitted(asking(ctx), self.0.id).await
    }

    /// The viewer's own scorecards of the step, all versions, drafts included, the newest first.
    async fn own_scorecards(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Scorecard>> {
        scorecard::own(asking(ctx), self.0.id).await
    }

    /// How many scorecards of the step's present round recommend what, of those that the viewer may read.
    async fn scorecard_summary(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ScorecardSummary>> {
        scorecard::summary(asking(ctx), self.0.id, self.0.round).await
    }

    /// Who was asked for a scorecard of the step; for recruiters and hiring managers, others see themselves only.
    async fn scorecard_requests(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<ScorecardRequest>> {
        scorecard::requests(asking(ctx), self.0.id).await
    }

    /// Interviews of the step, the newest first; for staff.
    async fn interviews(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Interview>> {
        let interviews = asking(ctx).load_all::<InterviewsOfStep>(self.0.id).await?;
        Ok(interviews.iter().cloned().map(Interview).collect())
    }

    /// What whoever takes the step is given, as the plan said when the application came in; for staff.
    async fn kit(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<StepKit>> {
        let asking = asking(ctx);
        if asking.viewer.staff().is_none() {
            return Ok(None);
        }
        let Some(application) = asking.load::<ApplicationById>(self.0.application).await? else {
            return Ok(None);
        };
        let plan = asking.load::<PlanByVersion>(application.plan).await?;
        Ok(plan.and_then(|plan| Some(plan.step(&self.0.key)?.kit.clone().into())))
    }

    /// Timestamp of when the step last moved.
    async fn moved_at(&self) -> Option<DateTime> {
        self.0.moved_at.map(Into::into)
    }

    /// Why the step was waived, skipped or reopened; for recruiters, hiring managers and approvers.
    async fn reason(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<String>> {
        Ok(asking(ctx).load::<WhyStepMoved>(self.0.id).await?.and_then(|moved| moved.reason))
    }

    /// Member of staff who moved the step last, for those who may read why.
    async fn moved_by(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        let asking = asking(ctx);
        let moved = asking.load::<WhyStepMoved>(self.0.id).await?;
        user(asking, moved.and_then(|moved| moved.by.parse().ok())).await
    }
}

nested_read! {
    /// Why steps moved last.
    WhyStepMoved(asking, keys: StepId) -> Moved {
        storage::step::reasons(asking.store(), &reasons(&asking.viewer), &keys).await
    }
}

/// What `stepAdd` takes.
#[derive(InputObject, Debug)]
pub struct StepAddInput {
    /// Id of the application.
    application_id: ID,
    /// Revision of the application that the caller read, if it is to matter.
    expected_revision: Option<i32>,
    /// Key of the stage the step goes to, which is not over; the present one when nothing is said.
    stage: Option<String>,
    /// Title of the step.
    title: String,
    /// Kind of the step; an offer is the plan's alone.
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

impl StepAddInput {
    fn parsed(self) -> Result<actions::step::Add, Refusal> {
        let step = PlanStep {
            key: String::new(),
            title: self.title,
            kind: self.kind.into(),
            required: self.required,
            participant: self.participant.into(),
            least_people: self.least_people,
            minutes: self.minutes,
            kit: Kit::default(),
        };
        let (application, revision) = (id(&self.application_id, "application")?, self.expected_revision);
        Ok(actions::step::Add { application, revision, stage: self.stage, step })
    }
}

payload!(
    /// Answer to `stepAdd`.
    StepAddPayload {
        /// The application, as it stands now.
        application: Application
    }
);

/// What `stepPass` takes.
#[derive(InputObject, Debug)]
pub struct StepPassInput {
    /// Id of the step.
    step_id: ID,
    /// Revision of the application that the caller read, if it is to matter.
    expected_revision: Option<i32>,
}

/// What `stepWaive` takes.
#[derive(InputObject, Debug)]
pub struct StepWaiveInput {
    /// Id of the step.
    step_id: ID,
    /// Revision of the application that the caller read, if it is to matter.
    expected_revision: Option<i32>,
    /// Why the application is let off.
    reason: String,
}

/// What `stepSkip` takes.
#[derive(InputObject, Debug)]
pub struct StepSkipInput {
    /// Id of the step.
    step_id: ID,
    /// Revision of the application that the caller read, if it is to matter.
    expected_revision: Option<i32>,
    /// Why the step is left out.
    reason: Option<String>,
}

/// What `stepReopen` takes.
#[derive(InputObject, Debug)]
pub struct StepReopenInput {
    /// Id of the step.
    step_id: ID,
    /// Revision of the application that the caller read, if it is to matter.
    expected_revision: Option<i32>,
    /// Why the step is begun again.
    reason: String,
}

payload!(
    /// Answer to `stepPass`.
    StepPassPayload {
        /// The application, as it stands now.
        application: Application
    }
);
payload!(
    /// Answer to `stepWaive`.
    StepWaivePayload {
        /// The application, as it stands now.
        application: Application
    }
);
payload!(
    /// Answer to `stepSkip`.
    StepSkipPayload {
        /// The application, as it stands now.
        application: Application
    }
);
payload!(
    /// Answer to `stepReopen`.
    StepReopenPayload {
        /// The application, as it stands now.
        application: Application
    }
);

fn which(step: &ID, revision: Option<i32>) -> Result<actions::step::Which, Refusal> {
    Ok(actions::step::Which { step: id(step, "step")?, revision })
}

/// Changes of steps.
#[derive(Debug, Default)]
pub struct StepMutation;

#[Object]
impl StepMutation {
    /// Adds a step that the plan does not have to one application.
    async fn step_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The step, and where it goes.")] input: StepAddInput,
    ) -> async_graphql::Result<Option<StepAddPayload>> {
        let ended = async { Ok(actions::step::add(asking(ctx).act(), input.parsed()?).await?.application) };
        answer(ended.await)
    }

    /// Passes a step: it is done and no longer blocks, whatever the ratings.
    async fn step_pass(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which step.")] input: StepPassInput,
    ) -> async_graphql::Result<Option<StepPassPayload>> {
        let ended = async {
            let which = which(&input.step_id, input.expected_revision)?;
            Ok(actions::step::pass(asking(ctx).act(), which).await?.application)
        };
        answer(ended.await)
    }

    /// Lets the application off a required step.
    async fn step_waive(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which step, and why.")] input: StepWaiveInput,
    ) -> async_graphql::Result<Option<StepWaivePayload>> {
        let ended = async {
            let which = which(&input.step_id, input.expected_revision)?;
            Ok(actions::step::waive(asking(ctx).act(), which, &input.reason).await?.application)
        };
        answer(ended.await)
    }

    /// Leaves out an optional step, or a step of an optional stage.
    async fn step_skip(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which step, and why.")] input: StepSkipInput,
    ) -> async_graphql::Result<Option<StepSkipPayload>> {
        let ended = async {
            let which = which(&input.step_id, input.expected_revision)?;
            Ok(actions::step::skip(asking(ctx).act(), which, input.reason.as_deref()).await?.application)
        };
        answer(ended.await)
    }

    /// Begins a passed, waived or skipped step again.
    async fn step_reopen(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which step, and why.")] input: StepReopenInput,
    ) -> async_graphql::Result<Option<StepReopenPayload>> {
        let ended = async {
            let which = which(&input.step_id, input.expected_revision)?;
            Ok(actions::step::reopen(asking(ctx).act(), which, &input.reason).await?.application)
        };
        answer(ended.await)
    }
}
