//! Mutations of steps.

use async_graphql::{Context, ID, InputObject, Object};

use super::application::Application;
use super::asking::asking;
use super::error::id;
use super::payload::{answer, payload};
use super::plan::{Participant, StepKind, StepKitInput};
use crate::actions;
use crate::domain::Refusal;
use crate::domain::plan::PlanStep;

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
    /// What whoever takes the step is given.
    kit: Option<StepKitInput>,
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
            kit: self.kit.map(Into::into).unwrap_or_default(),
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

    /// Begins a passed, waived or skipped step again. References that were answered before still count: nobody is asked
    /// twice.
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
