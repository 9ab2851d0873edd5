//! Whoever asks.

use async_graphql::{Context, Enum, Object};

use super::asking::asking;
use super::error::fault;
use super::form::{Form, FormsOfStep};
use super::posting::{Posting, PostingById};
use super::reference::{ReferenceRequest, ReferenceSheet, RequestOfStep};
use super::slot::InterviewSlots;
use super::team::{Team, TeamById};
use super::token::{ApiToken, TokenScope};
use super::user::{User, user};
use crate::domain;
use crate::domain::policy::application::choices;
use crate::domain::viewer::{Grant as DomainGrant, Reach, Viewer as DomainViewer};
use crate::storage;

/// What kind of viewer asks.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum ViewerKind {
    /// Anybody.
    Anonymous,
    /// A candidate, by the link to an application.
    Applicant,
    /// A candidate, by the link to an offer.
    Offeree,
    /// A candidate, by the link to questions of a step.
    Respondent,
    /// A colleague, by the link to their scorecard of a step.
    Assessor,
    /// A colleague, by the link to an offer that they are asked to approve.
    Approver,
    /// A candidate, by the link to naming people in a step.
    Nominator,
    /// A candidate, by the link to times of which they pick one.
    Chooser,
    /// Somebody whom a candidate named, by the link to a reference.
    Referee,
    /// A member of staff, by a token.
    Staff,
    /// The program itself.
    System,
}

/// What a member of staff is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::viewer::Role")]
pub enum Role {
    /// Runs the installation: users, tokens, teams, plans.
    Admin,
    /// Recruits: postings, candidates, applications, offers.
    Recruiter,
    /// Manages the people to be hired: moves and decides on applications.
    HiringManager,
    /// Interviews: sees applications, names only.
    Interviewer,
    /// Approves offers they are asked about.
    Approver,
}

/// A role, and where it holds: on the posting, on the team, or with neither everywhere.
#[derive(Debug)]
pub struct Grant(DomainGrant);

/// A role, and where it holds: on the posting, on the team, or with neither everywhere.
#[Object]
impl Grant {
    /// The role.
    async fn role(&self) -> Role {
        self.0.role.into()
    }

    /// Posting that the role holds on.
    async fn posting(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Posting>> {
        let Reach::Posting(id) = self.0.reach else { return Ok(None) };
        Ok(asking(ctx).load::<PostingById>(id).await?.map(Posting))
    }

    /// Team that the role holds on.
    async fn team(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Team>> {
        let Reach::Team(id) = self.0.reach else { return Ok(None) };
        Ok(asking(ctx).load::<TeamById>(id).await?.map(Team))
    }
}

/// Whoever asks.
#[derive(Debug)]
pub struct Viewer;

/// Whoever asks.
#[Object]
impl Viewer {
    /// What kind of viewer asks.
    async fn kind(&self, ctx: &Context<'_>) -> ViewerKind {
        match asking(ctx).viewer {
            DomainViewer::Anonymous => ViewerKind::Anonymous,
            DomainViewer::Applicant { .. } => ViewerKind::Applicant,
            DomainViewer::Offeree { .. } => ViewerKind::Offeree,
            DomainViewer::Respondent { .. } => ViewerKind::Respondent,
            DomainViewer::Assessor { .. } => ViewerKind::Assessor,
            DomainViewer::Approver { .. } => ViewerKind::Approver,
            DomainViewer::Nominator { .. } => ViewerKind::Nominator,
            DomainViewer::Chooser { .. } => ViewerKind::Chooser,
            DomainViewer::Referee { .. } => ViewerKind::Referee,
            DomainViewer::Staff(_) => ViewerKind::Staff,
            DomainViewer::System => ViewerKind::System,
        }
    }

    /// The member of staff.
    async fn user(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        let asking = asking(ctx);
        user(asking, asking.viewer.user()).await
    }

    /// Questions that the link at hand was sent for.
    async fn form(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Form>> {
        let asking = asking(ctx);
        let DomainViewer::Respondent { step, .. } = asking.viewer else { return Ok(None) };
        Ok(asking.load_all::<FormsOfStep>(step).await?.first().cloned().map(Into::into))
    }

    /// Request for names that the link at hand was sent for.
    async fn reference_request(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ReferenceRequest>> {
        let asking = asking(ctx);
        let DomainViewer::Nominator { step, .. } = asking.viewer else { return Ok(None) };
        Ok(asking.load::<RequestOfStep>(step).await?.map(Into::into))
    }

    /// Times that the link at hand was sent for.
    async fn slots(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<InterviewSlots>> {
        let asking = asking(ctx);
        let DomainViewer::Chooser { slots, .. } = asking.viewer else { return Ok(None) };
        let found = storage::slot::find(asking.store(), &choices(&asking.viewer), slots).await;
        Ok(found.map_err(|broken| fault(&broken))?.map(Into::into))
    }

    /// What the referee who holds the link at hand is asked.
    async fn reference(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ReferenceSheet>> {
        let asking = asking(ctx);
        let DomainViewer::Referee { reference, .. } = asking.viewer else { return Ok(None) };
        let sheet = async {
            let introduction = storage::reference::introduction(asking.store(), reference).await?;
            let reference = storage::reference::get(asking.store(), reference).await?;
            Ok(ReferenceSheet { reference, introduction })
        };
        sheet.await.map(Some).map_err(|broken: storage::Fault| fault(&broken))
    }

    /// Roles of the member of staff.
    async fn grants(&self, ctx: &Context<'_>) -> Vec<Grant> {
        let staff = asking(ctx).viewer.staff();
        staff.map(|staff| staff.grants.iter().copied().map(Grant).collect()).unwrap_or_default()
    }

    /// What the token at hand may be used for.
    async fn scopes(&self, ctx: &Context<'_>) -> Vec<TokenScope> {
        let staff = asking(ctx).viewer.staff();
        staff.map(|staff| staff.scopes.iter().map(|scope| (*scope).into()).collect()).unwrap_or_default()
    }

    /// API tokens of the member of staff, the newest first; the ended ones too.
    async fn tokens(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<ApiToken>> {
        let asking = asking(ctx);
        let Some(user) = asking.viewer.user() else { return Ok(Vec::new()) };
        let tokens = storage::token::of_user(asking.store(), user).await.map_err(|broken| fault(&broken))?;
        Ok(tokens.into_iter().map(ApiToken).collect())
    }
}

/// Queries about whoever asks.
#[derive(Debug, Default)]
pub struct ViewerQuery;

#[Object]
impl ViewerQuery {
    /// Whoever asks.
    async fn viewer(&self) -> Viewer {
        Viewer
    }
}
