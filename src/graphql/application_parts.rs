//! What belongs to an application: its stage, answers, allotments, how it ended, why to hire, what the viewer may do.

use async_graphql::{Context, Enum, ID, Object, SimpleObject};

use super::application_read::WhyEnded;
use super::asking::{Asking, asking};
use super::plan::PlanByVersion;
use super::posting::{Posting, PostingById};
use super::posting_content::QuestionType;
use super::scalar::DateTime;
use super::team::{Team, TeamById};
use super::user::{User, user};
use crate::domain;
use crate::domain::application::{Application, Outcome, Return};
use crate::domain::id::ApplicationId;
use crate::domain::policy::Subject;
use crate::domain::policy::application as policy;
use crate::domain::posting::PlanVersion;
use crate::domain::transfer::Transfer;
use crate::domain::viewer::Viewer;

/// Who ended an application.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::application::Side")]
pub enum OutcomeSide {
    /// The organisation.
    Organisation,
    /// The candidate.
    Candidate,
}

/// The stage that an application is in.
#[derive(SimpleObject, Debug)]
pub struct ApplicationStage {
    /// Key of the stage in the plan: what moves name.
    key: String,
    /// Title of the stage.
    title: String,
    /// Place of the stage in the plan, from 1.
    position: i32,
}

impl ApplicationStage {
    /// The stage at this place of this plan, counted from 0.
    pub(super) async fn find(
        asking: &Asking,
        plan: PlanVersion,
        stage: i32,
    ) -> async_graphql::Result<Option<Self>> {
        let plan = asking.load::<PlanByVersion>(plan).await?;
        let found = usize::try_from(stage).ok().and_then(|at| plan?.stages.into_iter().nth(at));
        Ok(found.map(|found| Self { key: found.key, title: found.title, position: stage + 1 }))
    }
}

/// An answer, with the question as it was asked.
#[derive(SimpleObject, Debug)]
pub struct Answer {
    /// Id of the answer.
    id: ID,
    /// Key of the question then.
    key: String,
    /// The question then, in words.
    label: String,
    /// Kind of answer that the question took then.
    #[graphql(name = "type")]
    kind: QuestionType,
    /// What was answered.
    value: String,
}

impl From<domain::question::Answer> for Answer {
    fn from(answer: domain::question::Answer) -> Self {
        Self {
            id: answer.id.into(),
            key: answer.key,
            label: answer.label,
            kind: answer.kind.into(),
            value: answer.value,
        }
    }
}

/// An application's time with one team.
#[derive(Debug)]
pub struct Allotment(pub(super) domain::allotment::Allotment);

/// An application's time with one team.
#[Object]
impl Allotment {
    /// Id of the allotment.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Team that the application was allotted to.
    async fn team(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Team>> {
        Ok(asking(ctx).load::<TeamById>(self.0.team).await?.map(Team))
    }

    /// Timestamp of when the allotment began.
    async fn since(&self) -> DateTime {
        self.0.since.into()
    }

    /// Timestamp of when the allotment ended; absent while it is current.
    async fn until(&self) -> Option<DateTime> {
        self.0.until.map(Into::into)
    }

    /// Member of staff who allotted the application.
    async fn by(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        user(asking(ctx), self.0.by.parse().ok()).await
    }
}

/// How an application ended.
#[derive(Debug, Clone)]
pub struct ApplicationOutcome(ApplicationId, Outcome);

impl ApplicationOutcome {
    pub(super) fn of(application: &Application) -> Option<Self> {
        application.outcome.as_ref().map(|outcome| Self(application.id, outcome.clone()))
    }
}

/// How an application ended.
#[Object]
impl ApplicationOutcome {
    /// Who ended the application.
    async fn side(&self) -> OutcomeSide {
        self.1.side.into()
    }

    /// Timestamp of when it ended.
    async fn at(&self) -> DateTime {
        self.1.at.into()
    }

    /// Timestamp from which the candidate may know how it ended; for staff.
    async fn told_from(&self, ctx: &Context<'_>) -> Option<DateTime> {
        let staff = asking(ctx).viewer.staff();
        staff.map(|_| self.1.told_from.unwrap_or(self.1.at).into())
    }

    /// Why it ended: internal, for recruiters, hiring managers and approvers.
    async fn reason(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<String>> {
        Ok(asking(ctx).load::<WhyEnded>(self.0).await?.map(|why| why.reason))
    }

    /// Member of staff who ended it, for those who may read why.
    async fn by(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        let asking = asking(ctx);
        let why = asking.load::<WhyEnded>(self.0).await?;
        user(asking, why.and_then(|why| why.by.parse().ok())).await
    }
}

/// A time that an application was moved back to an earlier stage.
#[derive(Debug, Clone)]
pub struct StageReturn {
    pub(super) back: Return,
    pub(super) plan: PlanVersion,
}

/// A time that an application was moved back to an earlier stage.
#[Object]
impl StageReturn {
    /// Stage that the application was moved from.
    async fn from(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ApplicationStage>> {
        ApplicationStage::find(asking(ctx), self.plan, self.back.from).await
    }

    /// Stage that the application was moved to.
    async fn to(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ApplicationStage>> {
        ApplicationStage::find(asking(ctx), self.plan, self.back.to).await
    }

    /// Why it was moved back: internal.
    async fn reason(&self) -> &str {
        &self.back.why.reason
    }

    /// Member of staff who moved it back.
    async fn by(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        user(asking(ctx), self.back.why.by.parse().ok()).await
    }

    /// Timestamp of when it was moved back.
    async fn at(&self) -> DateTime {
        self.back.at.into()
    }
}

/// A time that an application went on to another posting.
#[derive(Debug, Clone)]
pub struct PostingTransfer(pub(super) Transfer);

/// A time that an application went on to another posting.
#[Object]
impl PostingTransfer {
    /// Posting that the application came from; null for those who do not see it.
    async fn from(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Posting>> {
        Ok(asking(ctx).load::<PostingById>(self.0.from).await?.map(Posting))
    }

    /// Posting that the application went to; null for those who do not see it.
    async fn to(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Posting>> {
        Ok(asking(ctx).load::<PostingById>(self.0.to).await?.map(Posting))
    }

    /// Why it was transferred: internal.
    async fn reason(&self) -> &str {
        &self.0.why.reason
    }

    /// Member of staff who transferred it.
    async fn by(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        user(asking(ctx), self.0.why.by.parse().ok()).await
    }

    /// Timestamp of when it was transferred.
    async fn at(&self) -> DateTime {
        self.0.at.into()
    }
}

/// Why to hire a candidate.
#[derive(Debug, Clone)]
pub struct Justification(domain::justification::Justification);

impl From<domain::justification::Justification> for Justification {
    fn from(found: domain::justification::Justification) -> Self {
        Self(found)
    }
}

/// Why to hire a candidate.
#[Object]
impl Justification {
    /// The reasons.
    async fn text(&self) -> &str {
        &self.0.text
    }

    /// Member of staff who wrote them last.
    async fn author(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        user(asking(ctx), Some(self.0.author)).await
    }

    /// Timestamp of when they were last written.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }
}

/// What the viewer may do with an application. The state of the application may still refuse.
#[derive(SimpleObject, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a right of its own")]
pub struct ApplicationPermissions {
    /// Indicates whether the viewer may advance, return, decline and pass steps.
    can_move: bool,
    /// Indicates whether the viewer may allot, reinstate, waive, skip and reopen.
    can_recruit: bool,
    /// Indicates whether the viewer may write why to hire.
    can_justify: bool,
    /// Indicates whether the viewer may write notes.
    can_note: bool,
    /// Indicates whether the viewer may set tags.
    can_tag: bool,
    /// Indicates whether the viewer may withdraw the application or state its preferred teams.
    can_speak: bool,
}

impl ApplicationPermissions {
    pub(super) fn new(viewer: &Viewer, subject: &Subject) -> Self {
        Self {
            can_move: policy::moving(viewer).covers(subject),
            can_recruit: policy::recruiting(viewer).covers(subject),
            can_justify: policy::justifying(viewer).covers(subject),
            can_note: policy::noting(viewer).covers(subject),
            can_tag: policy::tagging(viewer).covers(subject),
            can_speak: policy::speaking(viewer).covers(subject),
        }
    }
}
