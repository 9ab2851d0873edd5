//! Steps as lived by an application.

use async_graphql::{Context, Enum, ID, Object, SimpleObject};

use super::application_read::ApplicationById;
use super::asking::asking;
use super::batch::nested_read;
use super::form::{Form, FormsOfStep};
use super::interview::{Interview, InterviewsOfStep};
use super::plan::{Participant, PlanByVersion, StepKind, StepKit};
use super::reference::{
    Reference, ReferenceProgress, ReferenceRequest, ReferencesOfStep, RequestOfStep, TallyOfApplication,
};
use super::scalar::DateTime;
use super::scorecard::{self, Scorecard, ScorecardRequest, ScorecardSummary};
use super::slot::{InterviewSlots, SlotsOfStep};
use super::user::{User, user};
use crate::domain::id::StepId;
use crate::domain::plan::StepKind as PlannedKind;
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

    /// Times that were offered to the candidate in the step, of which they pick one: the newest. For those who see interviews, and
    /// the candidate.
    async fn slots(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<InterviewSlots>> {
        let slots = asking(ctx).load_all::<SlotsOfStep>(self.0.id).await?;
        Ok(slots.first().cloned().map(Into::into))
    }

    /// What whoever takes the step is given, as the plan said when the application came in, or as `stepAdd` did; for staff.
    async fn kit(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<StepKit>> {
        let asking = asking(ctx);
        if asking.viewer.staff().is_none() {
            return Ok(None);
        }
        let Some(application) = asking.load::<ApplicationById>(self.0.application).await? else {
            return Ok(None);
        };
        let plan = asking.load::<PlanByVersion>(application.plan).await?;
        Ok(plan.map(|plan| self.0.kit(&plan).into()))
    }

    /// What the candidate was asked last in the step: to name people. For recruiters, hiring managers and the candidate.
    async fn reference_request(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ReferenceRequest>> {
        Ok(asking(ctx).load::<RequestOfStep>(self.0.id).await?.map(Into::into))
    }

    /// People who were asked about the candidate in the step, in order; for recruiters and hiring managers.
    async fn references(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Reference>> {
        let references = asking(ctx).load_all::<ReferencesOfStep>(self.0.id).await?;
        Ok(references.iter().cloned().map(Into::into).collect())
    }

    /// How far the application is with what the plan asks of references, in a step of kind `REFERENCE`; for recruiters
    /// and hiring managers.
    async fn reference_progress(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<ReferenceProgress>> {
        let asking = asking(ctx);
        if self.0.kind != PlannedKind::Reference {
            return Ok(None);
        }
        let Some(tally) = asking.load::<TallyOfApplication>(self.0.application).await? else {
            return Ok(None);
        };
        let application = asking.load::<ApplicationById>(self.0.application).await?;
        let Some(application) = application else { return Ok(None) };
        let plan = asking.load::<PlanByVersion>(application.plan).await?;
        Ok(plan.map(|plan| ReferenceProgress::of(tally, plan.references)))
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
