//! Approvers who are, or were, to decide on a version of an offer.

use async_graphql::{Context, Enum, ID, Object};

use super::asking::asking;
use super::scalar::DateTime;
use super::user::{User, user};
use crate::domain::approval::ApprovalRequest as DomainRequest;

/// How it stands with one approver.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::domain::approval::RequestState")]
pub enum ApprovalRequestStatus {
    /// An earlier group is asked first.
    Waiting,
    /// It is their turn.
    Asked,
    /// They said yes.
    Approved,
    /// They said no.
    Rejected,
    /// Somebody else decides in their place.
    Delegated,
    /// Their word is not needed any more.
    Released,
}

/// One approver who is, or was, to decide on a version of an offer.
#[derive(Debug, Clone)]
pub struct ApprovalRequest(pub(super) DomainRequest);

/// One approver who is, or was, to decide on a version of an offer.
#[Object]
impl ApprovalRequest {
    /// Id of the request.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Place of the approver's group in the chain, from 0.
    async fn position(&self) -> i32 {
        self.0.position
    }

    /// Title of the approver's group.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// How many of the group have to say yes.
    async fn needed(&self) -> i32 {
        self.0.needed
    }

    /// Who decides.
    async fn approver(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        user(asking(ctx), Some(self.0.approver)).await
    }

    /// In whose place they decide, if in anybody's.
    async fn in_place_of(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        user(asking(ctx), self.0.in_place_of).await
    }

    /// How it stands with the approver.
    async fn status(&self) -> ApprovalRequestStatus {
        self.0.state.into()
    }

    /// Timestamp of when the approver's turn came.
    async fn asked_at(&self) -> Option<DateTime> {
        self.0.asked_at.map(Into::into)
    }

    /// Timestamp of when the approver was reminded.
    async fn reminded_at(&self) -> Option<DateTime> {
        self.0.reminded_at.map(Into::into)
    }

    /// Timestamp of when the approver decided, handed it on, or was not needed any more.
    async fn ended_at(&self) -> Option<DateTime> {
        self.0.ended_at.map(Into::into)
    }
}
