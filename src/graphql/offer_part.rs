//! What an offer consists of: its versions, their terms and approvals, its seat, the evidence of its decision.

use async_graphql::{Context, Enum, ID, Object, SimpleObject};

use super::approval::ApprovalRequest;
use super::asking::asking;
use super::offer_read::{ApprovalRequestsOfOffer, DocumentOfVersion};
use super::offer_terms::OfferTerms;
use super::posting::OpeningKind;
use super::scalar::{DateTime, Url};
use super::user::{User, user};
use crate::domain;
use crate::domain::approval::Approval as DomainApproval;
use crate::domain::decision::Evidence;
use crate::domain::offer::OfferVersion as DomainVersion;
use crate::domain::offer_document::Print;
use crate::domain::site::Site;
use crate::storage;

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

/// What an approver or a candidate decided.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::offer::Decision")]
pub enum Decision {
    /// Yes.
    Accepted,
    /// No.
    Declined,
}

/// What a candidate writes on the page of an offer.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::message::QuestionKind")]
pub enum OfferQuestionKind {
    /// A question.
    Question,
    /// A counter-offer: other terms are asked for.
    CounterOffer,
}

/// What a candidate asked on the page of an offer.
#[derive(SimpleObject, Debug)]
pub struct OfferQuestion {
    /// Whether something is asked, or other terms are asked for.
    kind: OfferQuestionKind,
    /// Id of the offer.
    offer_id: ID,
    /// Number of the version that the candidate had.
    version: i32,
}

impl From<domain::message::Asked> for OfferQuestion {
    fn from(asked: domain::message::Asked) -> Self {
        Self { kind: asked.kind.into(), offer_id: asked.offer.into(), version: asked.version }
    }
}

/// When an offer is sent by itself.
#[derive(SimpleObject, Debug)]
pub struct OfferSchedule {
    /// Timestamp of when it is sent.
    send_at: DateTime,
    /// Timestamp of the deadline that it has then, if another than `Offer.expiresAt`.
    expires_at: Option<DateTime>,
}

impl From<domain::offer::Schedule> for OfferSchedule {
    fn from(schedule: domain::offer::Schedule) -> Self {
        Self { send_at: schedule.at.into(), expires_at: schedule.expires_at.map(Into::into) }
    }
}

/// A version of an offer as a document, made once when it was sent: its bytes never change.
#[derive(SimpleObject, Debug)]
pub struct OfferDocument {
    /// Timestamp of when it was made.
    created_at: DateTime,
    /// SHA-256 of its bytes, hexadecimal; absent where there are none.
    fingerprint: Option<String>,
    /// How many bytes it has.
    size: Option<i32>,
    /// Where it can be fetched (PDF), with the token that this was asked with.
    url: Option<Url>,
    /// Characters that no font has, so that there is no document; the page of the offer shows them.
    unprintable: Option<String>,
}

impl OfferDocument {
    fn of(document: domain::offer_document::OfferDocument, site: &Site) -> Self {
        let url = Url(site.offer_document_url(document.offer, document.version));
        let made = document.made_at.into();
        match document.print {
            Print::Made { sha256, size } => Self {
                created_at: made,
                fingerprint: Some(sha256),
                size: Some(size),
                url: Some(url),
                unprintable: None,
            },
            Print::Unprintable(characters) => Self {
                created_at: made,
                fingerprint: None,
                size: None,
                url: None,
                unprintable: Some(characters),
            },
        }
    }
}

/// One version of an offer.
#[derive(Debug, Clone)]
pub struct OfferVersion(pub(super) DomainVersion);

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

    /// The version as a document (PDF), once it was sent by a program that makes them.
    async fn document(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<OfferDocument>> {
        let asking = asking(ctx);
        let found = asking.load::<DocumentOfVersion>((self.0.offer, self.0.number)).await?;
        Ok(found.map(|document| OfferDocument::of(document, &asking.shared.site)))
    }

    /// Who drafted the version; for staff.
    async fn drafted_by(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        user(asking(ctx), Some(self.0.drafted_by)).await
    }

    /// Approvers who are, or were, to decide on the version, in the order of their groups; for staff.
    async fn approval_requests(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<ApprovalRequest>> {
        let requests = asking(ctx).load_all::<ApprovalRequestsOfOffer>(self.0.offer).await?;
        let of_version = requests.iter().filter(|request| request.version == self.0.number);
        Ok(of_version.cloned().map(ApprovalRequest).collect())
    }

    /// Timestamp of when the version was released to the candidate.
    async fn released_at(&self) -> Option<DateTime> {
        self.0.released_at.map(Into::into)
    }
}

/// A decision on one version's terms.
#[derive(Debug, Clone)]
pub struct Approval(pub(super) DomainApproval);

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
    async fn decision(&self) -> Decision {
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

/// Where a seat is in its life.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::opening::OpeningState")]
pub enum OpeningStatus {
    /// Nobody has it.
    Open,
    /// A live offer holds it.
    Held,
    /// A hire filled it.
    Filled,
    /// It was taken away.
    Cancelled,
}

/// One seat of a posting's team.
#[derive(SimpleObject, Debug, Clone)]
pub struct Opening {
    /// Id of the seat.
    id: ID,
    /// Where the seat is in its life.
    status: OpeningStatus,
    /// What the seat is there for.
    kind: OpeningKind,
    /// Timestamp of when the seat was added.
    created_at: DateTime,
}

impl From<&domain::opening::Opening> for Opening {
    fn from(seat: &domain::opening::Opening) -> Self {
        let created_at = seat.created_at.into();
        Self { id: seat.id.into(), status: seat.state.into(), kind: seat.kind.into(), created_at }
    }
}

/// What a candidate confirms when accepting.
#[derive(SimpleObject, Debug)]
pub struct OfferConsent {
    /// Key of the text: what `offerAccept` takes as `consent`.
    pub(super) key: &'static str,
    /// The text that is confirmed.
    pub(super) text: &'static str,
}

/// The evidence of a candidate's decision.
#[derive(SimpleObject, Debug, Clone)]
pub struct OfferEvidence {
    /// Number of the version that was decided on.
    version: i32,
    /// What was decided.
    decision: Decision,
    /// Hash of the terms that were decided on.
    terms_hash: String,
    /// Name of the candidate as it was on record then.
    name_on_record: Option<String>,
    /// Hash of the evidence, which the event of the decision tells.
    hash: String,
    /// Timestamp of when the code was mailed that the acceptance took, if it took one.
    code_sent_at: Option<DateTime>,
    /// Name that was typed to accept.
    typed_name: Option<String>,
    /// Key of the consent that was confirmed.
    consent_key: Option<String>,
    /// Internet address that the decision came from.
    ip: Option<String>,
    /// Program that the decision was made with.
    user_agent: Option<String>,
    /// Why the offer was declined, if the candidate said.
    reason: Option<String>,
    /// Timestamp of the decision.
    decided_at: DateTime,
}

impl From<Evidence> for OfferEvidence {
    fn from(evidence: Evidence) -> Self {
        Self {
            hash: storage::decision::hash(&evidence),
            name_on_record: evidence.name,
            code_sent_at: evidence.code_sent_at.map(Into::into),
            version: evidence.version,
            decision: evidence.decision.into(),
            terms_hash: evidence.terms_hash.0,
            typed_name: evidence.typed_name,
            consent_key: evidence.consent,
            ip: evidence.ip,
            user_agent: evidence.user_agent,
            reason: evidence.reason,
            decided_at: evidence.at.into(),
        }
    }
}
