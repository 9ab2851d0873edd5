//! Offers: drafted, approved, sent, decided. The candidate reads versions that were sent to them, and nothing else.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};

use super::application::Application;
use super::application_read::{ApplicationById, team};
use super::asking::asking;
use super::batch::{grouped, nested_read};
use super::connection::{Connection, Paging};
use super::error::{bad_argument, bounded, fault};
use super::posting_content::{EmploymentType, PayInterval};
use super::scalar::{Date, DateTime, Money};
use super::team::Team;
use super::user::{User, user};
use crate::domain;
use crate::domain::Refusal;
use crate::domain::id::{ApplicationId, OfferId};
use crate::domain::offer::{Approval as DomainApproval, Offer as DomainOffer, OfferVersion as DomainVersion};
use crate::domain::policy::offer::offers;
use crate::storage;
use crate::storage::offer::Wanted;

/// Where an offer is in its life.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::offer::OfferStatus")]
pub enum OfferStatus {
    /// Being written.
    Draft,
    /// Waits for the approver; holds its seat.
    PendingApproval,
    /// May be sent.
    Approved,
    /// Released to the candidate.
    Sent,
    /// The candidate accepted: a hire.
    Accepted,
    /// The candidate declined.
    Declined,
    /// Its deadline passed.
    Expired,
    /// It was taken back after sending.
    Rescinded,
    /// It was dropped before sending.
    Cancelled,
}

/// Where a version of an offer is in its life.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::offer::VersionStatus")]
pub enum OfferVersionStatus {
    /// Being written.
    Draft,
    /// Waits for the approver.
    PendingApproval,
    /// May be sent.
    Approved,
    /// Released; frozen from here on.
    Sent,
    /// A newer version was sent.
    Superseded,
    /// Dropped before it was sent.
    Cancelled,
}

/// What an approver decided.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::offer::Decision")]
pub enum ApprovalDecision {
    /// Yes.
    Accepted,
    /// No.
    Declined,
}

/// What an offer promises.
#[derive(SimpleObject, Debug)]
pub struct OfferTerms {
    /// Role that is offered.
    title: String,
    /// Name of the team when the terms were written.
    team: String,
    /// Pay that is offered.
    pay: Money,
    /// What the pay is paid for.
    interval: PayInterval,
    /// Kind of employment.
    employment_type: EmploymentType,
    /// First day of work.
    start_on: Date,
    /// Where the work is done, in words.
    place: String,
    /// Anything else that is promised.
    remarks: Option<String>,
}

impl From<domain::terms::Terms> for OfferTerms {
    fn from(terms: domain::terms::Terms) -> Self {
        Self {
            title: terms.title,
            team: terms.team,
            pay: terms.pay.into(),
            interval: terms.interval.into(),
            employment_type: terms.employment_type.into(),
            start_on: Date(terms.start_on),
            place: terms.place,
            remarks: terms.remarks,
        }
    }
}

/// One version of an offer.
#[derive(Debug, Clone)]
pub struct OfferVersion(DomainVersion);

/// One version of an offer.
#[Object]
impl OfferVersion {
    /// Number of the version, from 1.
    async fn number(&self) -> i32 {
        self.0.number
    }

    /// Where the version is in its life.
    async fn status(&self) -> OfferVersionStatus {
        self.0.status.into()
    }

    /// What the version promises.
    async fn terms(&self) -> OfferTerms {
        self.0.terms.clone().into()
    }

    /// Hash of what the version promises: what an approval and an acceptance name.
    async fn terms_hash(&self) -> &str {
        &self.0.terms_hash.0
    }

    /// Who drafted the version; for staff.
    async fn drafted_by(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        user(asking(ctx), Some(self.0.drafted_by)).await
    }

    /// Who is asked to approve the version; for staff.
    async fn approver(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        user(asking(ctx), self.0.approver).await
    }

    /// Timestamp of when the version was released to the candidate.
    async fn released_at(&self) -> Option<DateTime> {
        self.0.released_at.map(Into::into)
    }
}

/// A decision on one version's terms.
#[derive(Debug, Clone)]
pub struct Approval(DomainApproval);

/// A decision on one version's terms.
#[Object]
impl Approval {
    /// Id of the approval.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Number of the version that was decided on.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// Who decided.
    async fn approver(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        user(asking(ctx), Some(self.0.approver)).await
    }

    /// What was decided.
    async fn decision(&self) -> ApprovalDecision {
        self.0.decision.into()
    }

    /// Hash of the terms that were decided on.
    async fn terms_hash(&self) -> &str {
        &self.0.terms_hash.0
    }

    /// Why, when it was a no.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// Timestamp of the decision.
    async fn decided_at(&self) -> DateTime {
        self.0.at.into()
    }
}

/// An offer, over all its versions.
#[derive(Debug, Clone)]
pub struct Offer(pub DomainOffer);

impl From<DomainOffer> for Offer {
    fn from(offer: DomainOffer) -> Self {
        Self(offer)
    }
}

/// An offer, over all its versions.
#[Object]
impl Offer {
    /// Id of the offer.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Application that the offer is for.
    async fn application(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Application>> {
        Ok(asking(ctx).load::<ApplicationById>(self.0.application).await?.map(Application))
    }

    /// Team that the offer is for.
    async fn team(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Team>> {
        team(asking(ctx), self.0.posting_team).await
    }

    /// Id of the seat that the offer holds or filled; for staff.
    async fn opening_id(&self, ctx: &Context<'_>) -> Option<ID> {
        self.0.opening.filter(|_| asking(ctx).viewer.staff().is_some()).map(Into::into)
    }

    /// Where the offer is in its life.
    async fn status(&self) -> OfferStatus {
        self.0.status.into()
    }

    /// Number of the version that counts for the viewer: the newest for staff, the one sent for the candidate.
    async fn version(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<i32>> {
        Ok(self.current(ctx).await?.map(|version| version.number))
    }

    /// What that version promises.
    async fn terms(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<OfferTerms>> {
        Ok(self.current(ctx).await?.map(|version| version.terms.into()))
    }

    /// Hash of what that version promises: what an approval and an acceptance name.
    async fn terms_hash(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<String>> {
        Ok(self.current(ctx).await?.map(|version| version.terms_hash.0))
    }

    /// Versions of the offer that the viewer may read, oldest first.
    async fn versions(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<OfferVersion>> {
        let versions = asking(ctx).load_all::<VersionsOfOffer>(self.0.id).await?;
        Ok(versions.iter().cloned().map(OfferVersion).collect())
    }

    /// Decisions on the offer's terms, oldest first; for staff.
    async fn approvals(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Approval>> {
        let approvals = asking(ctx).load_all::<ApprovalsOfOffer>(self.0.id).await?;
        Ok(approvals.iter().cloned().map(Approval).collect())
    }

    /// Timestamp of when the relay took the mail of the sent version; absent until then.
    async fn sent_at(&self) -> Option<DateTime> {
        self.0.sent_at.map(Into::into)
    }

    /// Timestamp of when the candidate first opened the offer.
    async fn first_viewed_at(&self) -> Option<DateTime> {
        self.0.first_viewed_at.map(Into::into)
    }

    /// Timestamp of when the offer was accepted, declined, expired, rescinded or cancelled.
    async fn decided_at(&self) -> Option<DateTime> {
        self.0.decided_at.map(Into::into)
    }

    /// Timestamp of when the hire that the offer led to was undone.
    async fn undone_at(&self) -> Option<DateTime> {
        self.0.undone_at.map(Into::into)
    }

    /// Timestamp of the deadline for answering.
    async fn expires_at(&self) -> DateTime {
        self.0.expires_at.into()
    }

    /// Timestamp of when the offer was drafted.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Why the offer was rescinded, cancelled or declined; for staff.
    async fn reason(&self, ctx: &Context<'_>) -> Option<&str> {
        asking(ctx).viewer.staff().and(self.0.reason.as_deref())
    }

    /// Revision of the offer: what `expectedRevision` is compared with.
    async fn revision(&self) -> i32 {
        self.0.revision
    }
}

impl Offer {
    async fn current(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<DomainVersion>> {
        let versions = asking(ctx).load_all::<VersionsOfOffer>(self.0.id).await?;
        Ok(versions.iter().max_by_key(|version| version.number).cloned())
    }
}

nested_read! {
    /// Offers by their ids.
    pub(super) OfferById(asking, keys: OfferId) -> DomainOffer {
        let found = storage::offer::of(asking.store(), &offers(&asking.viewer), &keys).await?;
        Ok(found.into_iter().map(|offer| (offer.id, offer)).collect())
    }
}
nested_read! {
    /// Offers to applications.
    pub(super) OffersOfApplication(asking, keys: ApplicationId) -> Arc<Vec<DomainOffer>> {
        let found = storage::offer::of_applications(asking.store(), &offers(&asking.viewer), &keys).await?;
        Ok(grouped(found.into_iter().map(|offer| (offer.application, offer))))
    }
}
nested_read! {
    /// Versions of offers.
    VersionsOfOffer(asking, keys: OfferId) -> Arc<Vec<DomainVersion>> {
        let found = storage::offer_version::of_offers(asking.store(), &offers(&asking.viewer), &keys).await?;
        Ok(grouped(found.into_iter().map(|version| (version.offer, version))))
    }
}
nested_read! {
    /// Approvals of offers.
    ApprovalsOfOffer(asking, keys: OfferId) -> Arc<Vec<DomainApproval>> {
        let found = storage::approval::of_offers(asking.store(), &offers(&asking.viewer), &keys).await?;
        Ok(grouped(found.into_iter().map(|approval| (approval.offer, approval))))
    }
}

/// Which offers to list: those that match every part that is given.
#[derive(InputObject, Debug, Default)]
pub struct OfferFilter {
    /// Where the offer is in its life: any of these.
    statuses: Option<Vec<OfferStatus>>,
    /// Id of the posting.
    posting: Option<ID>,
}

impl OfferFilter {
    fn parse(self) -> Result<Wanted, Refusal> {
        let statuses = self.statuses.unwrap_or_default();
        bounded("filter.statuses", &statuses)?;
        let posting = self.posting.map(|id| id.parse()).transpose();
        Ok(Wanted {
            posting: posting.map_err(|_| Refusal::invalid("filter.posting", "the id of a posting"))?,
            statuses: statuses.into_iter().map(Into::into).collect(),
            ..Wanted::default()
        })
    }
}

/// Queries about offers.
#[derive(Debug, Default)]
pub struct OfferQuery;

#[Object]
impl OfferQuery {
    /// An offer, for those who make and approve it, and for whoever holds its link.
    async fn offer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the offer.")] id: ID,
    ) -> async_graphql::Result<Option<Offer>> {
        let Ok(id) = id.parse() else { return Ok(None) };
        Ok(asking(ctx).load::<OfferById>(id).await?.map(Offer))
    }

    /// Offers that the viewer may read, the newest first.
    async fn offers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which offers.")] filter: Option<OfferFilter>,
        #[graphql(desc = "How many from the start: 1 to 100, 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only entries behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only entries ahead of this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Offer>> {
        let asking = asking(ctx);
        let refused = |refusal: Refusal| bad_argument(&refusal);
        let page = Paging { first, after, last, before }.page().map_err(refused)?;
        let wanted = filter.unwrap_or_default().parse().map_err(refused)?;
        let part = storage::offer::listed(asking.store(), &offers(&asking.viewer), &wanted, &page).await;
        let part = part.map_err(|broken| fault(&broken))?;
        Ok(Connection::new(&page, part, |offer| (offer.created_at, offer.id.to_string()), Offer))
    }
}
