//! Applications: a candidate's way through a posting's plan.

use async_graphql::{Context, Enum, ID, InputObject, Object};

use super::application_parts::{
    Allotment, Answer, ApplicationOutcome, ApplicationPermissions, ApplicationStage, Justification,
    PostingTransfer, StageReturn,
};
use super::application_read::{
    AllotmentsOfApplication, AnswersOfApplication, ApplicationById, EventsOfApplication,
    JustificationOfApplication, PreferredTeams, ReturnsOfApplication, SubjectOfApplication,
    SubmittedContactOf, TransfersOfApplication, steps,
};
use super::asking::{Asking, asking};
use super::candidate::{Candidate, CandidateById, SubmittedContact};
use super::connection::{Connection, Paging};
use super::error::{bad_argument, bounded, fault};
use super::event::Event;
use super::feed::FeedChannel;
use super::message::{self, Message};
use super::note::{self, Note};
use super::offer::Offer;
use super::offer_read::OffersOfApplication;
use super::outlook::{ApplicationOutlook, OutlookOfApplication};
use super::posting::{Posting, PostingById};
use super::scalar::DateTime;
use super::scorecard::{self, InterviewerNote};
use super::step::ApplicationStep;
use super::tag::TagsOfApplication;
use super::team::{Team, TeamById};
use super::user::{User, user};
use crate::domain::application::{Application as DomainApplication, Return};
use crate::domain::policy::application as policy;
use crate::domain::tag::Tag;
use crate::domain::viewer::Viewer;
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

impl Application {
    /// As the viewer may know it: a candidate learns of a decision when their mail says so.
    fn known(&self, asking: &Asking) -> DomainApplication {
        let application = self.0.clone();
        if asking.viewer.staff().is_some() { application } else { application.as_told(asking.now()) }
    }
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
    async fn status(&self, ctx: &Context<'_>) -> ApplicationStatus {
        self.known(asking(ctx)).status.into()
    }

    /// Stage that the application is in, or ended in.
    async fn stage(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ApplicationStage>> {
        ApplicationStage::find(asking(ctx), self.0.plan, self.0.stage).await
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

    /// Feed that led to it, where the address said so by which the person came.
    async fn channel(&self) -> Option<FeedChannel> {
        self.0.channel.map(Into::into)
    }

    /// Language in which the person would be written to (BCP 47), as far as it is known.
    async fn language(&self) -> Option<&str> {
        self.0.language.as_deref()
    }

    /// Member of staff who referred the person; for staff.
    async fn referrer(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        user(asking(ctx), self.0.referrer).await
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

    /// Details that the person gave with this application; they may differ from what is kept of the person.
    async fn submitted_contact(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<SubmittedContact>> {
        Ok(asking(ctx).load::<SubmittedContactOf>(self.0.id).await?.map(SubmittedContact::from))
    }

    /// What the candidate answered.
    async fn answers(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Answer>> {
        let answers = asking(ctx).load_all::<AnswersOfApplication>(self.0.id).await?;
        Ok(answers.iter().cloned().map(Answer::from).collect())
    }

    /// Steps of the application, stage by stage.
    async fn steps(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<ApplicationStep>> {
        let asking = asking(ctx);
        let steps = steps(asking, &self.known(asking)).await?;
        Ok(steps.into_iter().map(ApplicationStep).collect())
    }

    /// Teams that the application was allotted to, the first one first; for staff.
    async fn allotments(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Allotment>> {
        let asking = asking(ctx);
        if asking.viewer.staff().is_none() {
            return Ok(Vec::new());
        }
        let allotments = asking.load_all::<AllotmentsOfApplication>(self.0.id).await?;
        Ok(allotments.iter().cloned().map(Allotment).collect())
    }

    /// Team that the application is allotted to now.
    async fn current_team(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Team>> {
        let asking = asking(ctx);
        let allotments = asking.load_all::<AllotmentsOfApplication>(self.0.id).await?;
        let Some(current) = allotments.iter().find(|one| one.until.is_none()) else { return Ok(None) };
        Ok(asking.load::<TeamById>(current.team).await?.map(Team))
    }

    /// Teams that the candidate would prefer, best first.
    async fn preferred_teams(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Team>> {
        let asking = asking(ctx);
        let preferred = asking.load_all::<PreferredTeams>(self.0.id).await?;
        let teams = preferred.iter().map(|team| asking.load::<TeamById>(*team));
        let teams = futures_util::future::try_join_all(teams).await?;
        Ok(teams.into_iter().flatten().map(Team).collect())
    }

    /// What the candidate is told: where the application is, what comes, whom they meet, what is asked of them. For the candidate,
    /// recruiters and hiring managers.
    async fn outlook(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ApplicationOutlook>> {
        asking(ctx).load::<OutlookOfApplication>(self.0.id).await
    }

    /// How the application ended.
    async fn outcome(&self, ctx: &Context<'_>) -> Option<ApplicationOutcome> {
        ApplicationOutcome::of(&self.known(asking(ctx)))
    }

    /// Times that the application was moved back, the first one first; for those who may read internal reasons.
    async fn returns(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<StageReturn>> {
        let asking = asking(ctx);
        let returns = asking.load_all::<ReturnsOfApplication>(self.0.id).await?;
        let transfers = asking.load_all::<TransfersOfApplication>(self.0.id).await?;
        // The plan it followed then is the one that the next transfer took it from.
        let plan = |back: &Return| {
            let left = transfers.iter().find(|transfer| transfer.revision > back.revision);
            left.map_or(self.0.plan, |transfer| transfer.from_plan)
        };
        Ok(returns.iter().map(|back| StageReturn { back: back.clone(), plan: plan(back) }).collect())
    }

    /// Times that the application went on to another posting, the first one first; for those who may read internal
    /// reasons.
    async fn transfers(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<PostingTransfer>> {
        let transfers = asking(ctx).load_all::<TransfersOfApplication>(self.0.id).await?;
        Ok(transfers.iter().cloned().map(PostingTransfer).collect())
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

    /// What interviewers left for those who come after them, of steps that are done.
    async fn interviewer_notes(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<InterviewerNote>> {
        scorecard::left(asking(ctx), self.0.id).await
    }

    /// What colleagues noted about the application, the newest first; for recruiters and hiring managers.
    async fn notes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start: 1 to 100, 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only entries behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only entries ahead of this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Note>> {
        let page = Paging { first, after, last, before }.page().map_err(|refusal| bad_argument(&refusal))?;
        note::of_application(asking(ctx), self.0.id, page).await
    }

    /// Mail about the application that came in, the newest first; for recruiters and hiring managers. Who it is from is only
    /// what it says.
    async fn messages(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start: 1 to 100, 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only entries behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only entries ahead of this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Message>> {
        let page = Paging { first, after, last, before }.page().map_err(|refusal| bad_argument(&refusal))?;
        message::of_application(asking(ctx), self.0.id, page).await
    }

    /// Tags of the application, each as it was first written in the organisation; for staff.
    async fn tags(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<String>> {
        let tags = asking(ctx).load_all::<TagsOfApplication>(self.0.id).await?;
        Ok(tags.to_vec())
    }

    /// What happened to the application, the newest first; for administrators and recruiters.
    async fn events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start: 1 to 100, 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only entries behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only entries ahead of this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Event>> {
        let page = Paging { first, after, last, before }.page().map_err(|refusal| bad_argument(&refusal))?;
        let part = asking(ctx).load_all::<EventsOfApplication>((self.0.id, page.clone())).await?;
        Ok(Connection::new(&page, part, |event| (event.at, event.seq.to_string()), Event))
    }

    /// What the viewer may do with the application.
    async fn viewer_permissions(&self, ctx: &Context<'_>) -> async_graphql::Result<ApplicationPermissions> {
        let asking = asking(ctx);
        let subject = asking.load_all::<SubjectOfApplication>(self.0.id).await?;
        Ok(ApplicationPermissions::new(&asking.viewer, &subject))
    }
}

/// Which applications to list: those that match every part that is given.
#[derive(InputObject, Debug, Default, Clone, PartialEq, Eq, Hash)]
pub struct ApplicationFilter {
    /// Where the application is in its life: any of these; for staff.
    statuses: Option<Vec<ApplicationStatus>>,
    /// Id of the posting that the application is to.
    posting: Option<ID>,
    /// Id of the person who applies.
    candidate: Option<ID>,
    /// Id of the team that the application is allotted to now.
    team: Option<ID>,
    /// Tags that the application has, all of these, whatever the case of their letters: at most 20; for staff.
    tags: Option<Vec<String>>,
    /// Indicates whether only those are wanted that wait for somebody's decision; for staff.
    needs_decision: Option<bool>,
}

impl ApplicationFilter {
    /// # Errors
    /// `INVALID` on the part at fault; `FORBIDDEN` for what the viewer may not ask.
    pub(super) fn parse(&self, viewer: &Viewer) -> Result<Wanted, Refusal> {
        let statuses = self.statuses.as_deref().unwrap_or_default();
        bounded("filter.statuses", statuses)?;
        let needs_decision = self.needs_decision.unwrap_or_default();
        let tags = Tag::set("filter.tags", self.tags.as_deref().unwrap_or_default())?;
        // That one waits, or was decided on, or how it is tagged, is not told to its candidate by whatever way.
        if (needs_decision || !statuses.is_empty() || !tags.is_empty()) && viewer.staff().is_none() {
            return Err(Refusal::Forbidden);
        }
        Ok(Wanted {
            posting: named("posting", self.posting.as_ref())?,
            candidate: named("candidate", self.candidate.as_ref())?,
            team: named("team", self.team.as_ref())?,
            statuses: statuses.iter().map(|status| (*status).into()).collect(),
            tags: tags.into_iter().map(|tag| tag.key).collect(),
            needs_decision,
        })
    }
}

fn named<T: std::str::FromStr>(field: &str, given: Option<&ID>) -> Result<Option<T>, Refusal> {
    let wrong = |_| Refusal::invalid(&format!("filter.{field}"), &format!("the id of a {field}"));
    given.map(|id| id.parse().map_err(wrong)).transpose()
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
        let wanted = filter.unwrap_or_default().parse(&asking.viewer).map_err(refused)?;
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
