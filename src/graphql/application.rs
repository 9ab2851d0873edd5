//! Applications: a candidate's way through a posting's plan.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};

use super::application_read::{
    AllotmentsOfApplication, AnswersOfApplication, ApplicationById, JustificationOfApplication,
    PreferredTeams, StepsOfApplication, SubjectOfApplication, WhyEnded, team,
};
use super::asking::asking;
use super::candidate::{Candidate, CandidateById};
use super::connection::{Connection, Paging};
use super::error::{bad_argument, bounded, fault};
use super::offer::Offer;
use super::offer_read::OffersOfApplication;
use super::plan::PlanByVersion;
use super::posting::{Posting, PostingById};
use super::posting_content::QuestionType;
use super::scalar::DateTime;
use super::step::ApplicationStep;
use super::team::Team;
use crate::domain::application::Application as DomainApplication;
use crate::domain::policy::application as policy;
use crate::domain::{self, Refusal};
use crate::storage::application::Wanted;
use crate::storage::{self, Fault};

/// Where an application is in its life.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[graphql(remote = "domain::application::ApplicationStatus")]
pub enum ApplicationStatus {
    /// On its way.
    Active,
    /// We ended it.
    Declined,
    /// The candidate ended it.
    Withdrawn,
    /// It ended in a hire.
    Hired,
}

/// Who ended an application.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::application::Side")]
pub enum OutcomeSide {
    /// The organisation.
    Organisation,
    /// The candidate.
    Candidate,
}

/// Where an application came from.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::application::Source")]
pub enum ApplicationSource {
    /// The careers pages or the public API.
    Careers,
    /// A job board.
    Board,
    /// Somebody in the organisation.
    Referral,
    /// Staff entered it.
    Staff,
}

/// A candidate's application to a posting.
#[derive(Debug, Clone)]
pub struct Application(pub DomainApplication);

impl From<DomainApplication> for Application {
    fn from(application: DomainApplication) -> Self {
        Self(application)
    }
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

/// An application's time with one team.
#[derive(Debug)]
pub struct Allotment(domain::allotment::Allotment);

/// An application's time with one team.
#[Object]
impl Allotment {
    /// Id of the allotment.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Team that the application was allotted to.
    async fn team(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Team>> {
        team(asking(ctx), self.0.posting_team).await
    }

    /// Timestamp of when the allotment began.
    async fn since(&self) -> DateTime {
        self.0.since.into()
    }

    /// Timestamp of when the allotment ended; absent while it is current.
    async fn until(&self) -> Option<DateTime> {
        self.0.until.map(Into::into)
    }
}

/// How an application ended.
#[derive(SimpleObject, Debug)]
pub struct ApplicationOutcome {
    /// Who ended the application.
    side: OutcomeSide,
    /// Timestamp of when it ended.
    at: DateTime,
    /// Why it ended: internal, for recruiters, hiring managers and approvers.
    reason: Option<String>,
}

/// Why to hire a candidate.
#[derive(SimpleObject, Debug)]
pub struct Justification {
    /// The reasons.
    text: String,
    /// Timestamp of when they were last written.
    updated_at: DateTime,
}

impl From<domain::justification::Justification> for Justification {
    fn from(found: domain::justification::Justification) -> Self {
        Self { text: found.text, updated_at: found.updated_at.into() }
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
    /// Indicates whether the viewer may withdraw the application or state its preferred teams.
    can_speak: bool,
}

/// A candidate's application to a posting.
#[Object]
impl Application {
    /// Id of the application.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Posting of the application.
    async fn posting(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Posting>> {
        Ok(asking(ctx).load::<PostingById>(self.0.posting).await?.map(Posting))
    }

    /// Candidate of the application.
    async fn candidate(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Candidate>> {
        Ok(asking(ctx).load::<CandidateById>(self.0.candidate).await?.map(Candidate))
    }

    /// Where the application is in its life.
    async fn status(&self) -> ApplicationStatus {
        self.0.status.into()
    }

    /// Stage that the application is in, or ended in.
    async fn stage(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ApplicationStage>> {
        let plan = asking(ctx).load::<PlanByVersion>(self.0.plan).await?;
        let stage = usize::try_from(self.0.stage).ok().and_then(|at| plan?.stages.into_iter().nth(at));
        Ok(stage.map(|stage| ApplicationStage {
            key: stage.key,
            title: stage.title,
            position: self.0.stage + 1,
        }))
    }

    /// Revision of the application: what `expectedRevision` is compared with.
    async fn revision(&self) -> i32 {
        self.0.revision
    }

    /// Timestamp of when the application came in.
    async fn applied_at(&self) -> DateTime {
        self.0.applied_at.into()
    }

    /// Where the application came from.
    async fn source(&self) -> ApplicationSource {
        self.0.source.into()
    }

    /// Indicates whether the person had applied to the posting within six months before; for staff.
    async fn repeated(&self, ctx: &Context<'_>) -> Option<bool> {
        asking(ctx).viewer.staff().map(|_| self.0.repeated)
    }

    /// Timestamp of since when somebody has to decide on the application, because the posting was filled or the person
    /// was hired meanwhile; for staff.
    async fn needs_decision_since(&self, ctx: &Context<'_>) -> Option<DateTime> {
        let staff = asking(ctx).viewer.staff();
        staff.and(self.0.needs_decision_since).map(Into::into)
    }

    /// What the candidate answered.
    async fn answers(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Answer>> {
        let answers = asking(ctx).load_all::<AnswersOfApplication>(self.0.id).await?;
        let answer = |answer: domain::question::Answer| Answer {
            id: answer.id.into(),
            key: answer.key,
            label: answer.label,
            kind: answer.kind.into(),
            value: answer.value,
        };
        Ok(answers.iter().cloned().map(answer).collect())
    }

    /// Steps of the application, stage by stage.
    async fn steps(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<ApplicationStep>> {
        let steps = asking(ctx).load_all::<StepsOfApplication>(self.0.id).await?;
        Ok(steps.iter().cloned().map(ApplicationStep).collect())
    }

    /// Teams that the application was allotted to, the first one first.
    async fn allotments(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Allotment>> {
        let allotments = asking(ctx).load_all::<AllotmentsOfApplication>(self.0.id).await?;
        Ok(allotments.iter().cloned().map(Allotment).collect())
    }

    /// Team that the application is allotted to now.
    async fn current_team(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Team>> {
        let allotments = asking(ctx).load_all::<AllotmentsOfApplication>(self.0.id).await?;
        match allotments.iter().find(|allotment| allotment.until.is_none()) {
            Some(current) => team(asking(ctx), current.posting_team).await,
            None => Ok(None),
        }
    }

    /// Teams that the candidate would prefer, best first.
    async fn preferred_teams(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Team>> {
        let preferred = asking(ctx).load_all::<PreferredTeams>(self.0.id).await?;
        let teams = preferred.iter().map(|team_of| team(asking(ctx), *team_of));
        let teams = futures_util::future::try_join_all(teams).await?;
        Ok(teams.into_iter().flatten().collect())
    }

    /// How the application ended.
    async fn outcome(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ApplicationOutcome>> {
        let Some(outcome) = &self.0.outcome else { return Ok(None) };
        let why = asking(ctx).load::<WhyEnded>(self.0.id).await?;
        Ok(Some(ApplicationOutcome {
            side: outcome.side.into(),
            at: outcome.at.into(),
            reason: why.map(|why| why.reason),
        }))
    }

    /// Why to hire the candidate; for recruiters, hiring managers and approvers.
    async fn justification(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Justification>> {
        let found = asking(ctx).load::<JustificationOfApplication>(self.0.id).await?;
        Ok(found.map(Justification::from))
    }

    /// Offers to the application that the viewer may read, the newest first.
    async fn offers(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Offer>> {
        let offers = asking(ctx).load_all::<OffersOfApplication>(self.0.id).await?;
        Ok(offers.iter().cloned().map(Offer).collect())
    }

    /// What the viewer may do with the application.
    async fn viewer_permissions(&self, ctx: &Context<'_>) -> async_graphql::Result<ApplicationPermissions> {
        let asking = asking(ctx);
        let subject = asking.load_all::<SubjectOfApplication>(self.0.id).await?;
        let viewer = &asking.viewer;
        Ok(ApplicationPermissions {
            can_move: policy::moving(viewer).covers(&subject),
            can_recruit: policy::recruiting(viewer).covers(&subject),
            can_justify: policy::justifying(viewer).covers(&subject),
            can_speak: policy::speaking(viewer).covers(&subject),
        })
    }
}

/// Which applications to list: those that match every part that is given.
#[derive(InputObject, Debug, Default, Clone, PartialEq, Eq, Hash)]
pub struct ApplicationFilter {
    /// Where the application is in its life: any of these.
    statuses: Option<Vec<ApplicationStatus>>,
    /// Id of the team that the application is allotted to now.
    team: Option<ID>,
    /// Indicates whether only those are wanted that wait for somebody's decision.
    needs_decision: Option<bool>,
}

impl ApplicationFilter {
    /// Those in this status that wait for somebody's decision.
    pub(super) fn undecided(status: ApplicationStatus) -> Self {
        Self { statuses: Some(vec![status]), team: None, needs_decision: Some(true) }
    }

    /// # Errors
    /// `INVALID` on the part at fault.
    pub(super) fn parse(&self) -> Result<Wanted, Refusal> {
        let statuses = self.statuses.as_deref().unwrap_or_default();
        bounded("filter.statuses", statuses)?;
        let team = self.team.as_ref().map(|id| id.parse());
        Ok(Wanted {
            team: team.transpose().map_err(|_| Refusal::invalid("filter.team", "the id of a team"))?,
            statuses: statuses.iter().map(|status| (*status).into()).collect(),
            needs_decision: self.needs_decision.unwrap_or_default(),
            ..Wanted::default()
        })
    }
}

/// Queries about applications.
#[derive(Debug, Default)]
pub struct ApplicationQuery;

#[Object]
impl ApplicationQuery {
    /// An application, for those who work on it, and for whoever holds its link.
    async fn application(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the application.")] id: ID,
    ) -> async_graphql::Result<Option<Application>> {
        let Ok(id) = id.parse() else { return Ok(None) };
        Ok(asking(ctx).load::<ApplicationById>(id).await?.map(Application))
    }

    /// Applications that the viewer works on, the newest first.
    async fn applications(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which applications.")] filter: Option<ApplicationFilter>,
        #[graphql(desc = "How many from the start: 1 to 100, 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only entries behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only entries ahead of this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Application>> {
        let asking = asking(ctx);
        let refused = |refusal: Refusal| bad_argument(&refusal);
        let page = Paging { first, after, last, before }.page().map_err(refused)?;
        let wanted = filter.unwrap_or_default().parse().map_err(refused)?;
        let scope = policy::applications(&asking.viewer);
        let part: Result<_, Fault> =
            storage::application::listed(asking.store(), &scope, &wanted, &page).await;
        Ok(connection(&page, part.map_err(|broken| fault(&broken))?))
    }
}

/// A page of applications.
pub(super) fn connection(
    page: &storage::Page,
    part: storage::Part<DomainApplication>,
) -> Connection<Application> {
    let place = |application: &DomainApplication| (application.applied_at, application.id.to_string());
    Connection::new(page, part, place, Application)
}
