//! Offers: drafted, approved, sent, decided. The candidate reads versions that were sent to them, and nothing else.

use async_graphql::{Context, Enum, ID, InputObject, Object};

use super::application::Application;
use super::application_read::{ApplicationById, team};
use super::asking::asking;
use super::connection::{Connection, Paging};
use super::email_message::{EmailMessage, EmailMessagesOfOffer};
use super::error::{bad_argument, bounded, fault};
use super::offer_part::{Approval, OfferConsent, OfferEvidence, OfferSchedule, OfferVersion, Opening};
use super::offer_read::{
    ApprovalsOfOffer, EvidenceOfOffer, OfferById, OpeningOfOffer, ProofOfOffer, VersionsOfOffer,
};
use super::offer_terms::OfferTerms;
use super::scalar::DateTime;
use super::team::Team;
use crate::domain;
use crate::domain::Refusal;
use crate::domain::certificate::Certificate;
use crate::domain::decision::CONSENT;
use crate::domain::offer::{Offer as DomainOffer, OfferVersion as DomainVersion};
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

    /// Seat that the offer holds or filled; for staff.
    async fn opening(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Opening>> {
        let asking = asking(ctx);
        let Some(id) = self.0.opening.filter(|_| asking.viewer.staff().is_some()) else { return Ok(None) };
        Ok(asking.load::<OpeningOfOffer>(id).await?.map(|seat| Opening::from(&seat)))
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

    /// What that version promises, as text for people.
    async fn letter(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<String>> {
        Ok(self.current(ctx).await?.map(|version| version.terms.letter()))
    }

    /// Versions of the offer that the viewer may read, newest first.
    async fn versions(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<OfferVersion>> {
        let versions = asking(ctx).load_all::<VersionsOfOffer>(self.0.id).await?;
        Ok(versions.iter().cloned().map(OfferVersion).collect())
    }

    /// Decisions on the offer's terms, oldest first; for staff.
    async fn approvals(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Approval>> {
        let approvals = asking(ctx).load_all::<ApprovalsOfOffer>(self.0.id).await?;
        Ok(approvals.iter().cloned().map(Approval).collect())
    }

    /// When the newest version is sent by itself, if it is to be; for staff.
    async fn schedule(&self) -> Option<OfferSchedule> {
        self.0.schedule.map(OfferSchedule::from)
    }

    /// Number of the version that the candidate has.
    async fn sent_version(&self) -> Option<i32> {
        self.0.sent_version
    }

    /// Message that carries the version which is out, and how its delivery stands; for those who may read messages.
    async fn message(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<EmailMessage>> {
        let messages = asking(ctx).load_all::<EmailMessagesOfOffer>(self.0.id).await?;
        let carries = |message: &&domain::email::EmailMessage| {
            message.version == self.0.sent_version && message.replaced_at.is_none()
        };
        Ok(messages.iter().find(carries).cloned().map(EmailMessage))
    }

    /// What the candidate confirms when accepting.
    async fn consent(&self) -> OfferConsent {
        OfferConsent { key: CONSENT.id, text: CONSENT.text }
    }

    /// Indicates whether accepting takes a code, which `offerCodeSend` mails to the candidate.
    async fn code_required(&self, ctx: &Context<'_>) -> bool {
        asking(ctx).shared.site.mailing.offer_code
    }

    /// Evidence of the candidate's decision; for those who make offers.
    async fn evidence(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<OfferEvidence>> {
        Ok(asking(ctx).load::<EvidenceOfOffer>(self.0.id).await?.map(OfferEvidence::from))
    }

    /// Certificate of the acceptance, as text for people; for those who make offers.
    async fn certificate(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<String>> {
        let asking = asking(ctx);
        let Some(proof) = asking.load::<ProofOfOffer>(self.0.id).await? else { return Ok(None) };
        let versions = asking.load_all::<VersionsOfOffer>(self.0.id).await?;
        let accepted = versions.iter().find(|version| version.number == proof.evidence.version);
        let organisation = asking.shared.site.name.clone();
        let certificate =
            accepted.map(|version| Certificate { organisation, terms: version.terms.clone(), proof });
        Ok(certificate.map(|certificate| certificate.text()))
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

/// Which offers to list: those that match every part that is given.
#[derive(InputObject, Debug, Default)]
pub struct OfferFilter {
    /// Where the offer is in its life: any of these.
    statuses: Option<Vec<OfferStatus>>,
    /// Id of the posting.
    posting: Option<ID>,
    /// Id of the application.
    application: Option<ID>,
}

impl OfferFilter {
    fn parse(self) -> Result<Wanted, Refusal> {
        let statuses = self.statuses.unwrap_or_default();
        bounded("filter.statuses", &statuses)?;
        let posting = self.posting.map(|id| id.parse()).transpose();
        let application = self.application.map(|id| id.parse()).transpose();
        let wrong = |_| Refusal::invalid("filter.application", "the id of an application");
        Ok(Wanted {
            application: application.map_err(wrong)?,
            posting: posting.map_err(|_| Refusal::invalid("filter.posting", "the id of a posting"))?,
            statuses: statuses.into_iter().map(Into::into).collect(),
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
