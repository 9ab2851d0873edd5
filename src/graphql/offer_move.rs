//! Changes of offers, and the undoing of a hire.

use async_graphql::{Context, Object};

use super::approval_input::{
    OfferApproveInput, OfferApprovePayload, OfferDelegateInput, OfferDelegatePayload, OfferRejectInput,
    OfferRejectPayload, OfferSubmitInput, OfferSubmitPayload,
};
use super::asking::asking;
use super::error::{id, optional_id};
use super::offer_input::{
    HireUndoInput, HireUndoPayload, OfferAcceptInput, OfferAcceptPayload, OfferAskInput, OfferAskPayload,
    OfferCancelInput, OfferCancelPayload, OfferCodeSendInput, OfferCodeSendPayload, OfferCreateInput,
    OfferCreatePayload, OfferDeclineInput, OfferDeclinePayload, OfferExtendInput, OfferExtendPayload,
    OfferRescindInput, OfferRescindPayload, OfferResendInput, OfferResendPayload, OfferSendInput,
    OfferSendPayload, OfferUnscheduleInput, OfferUnschedulePayload, OfferUpdateInput, OfferUpdatePayload,
    page,
};
use super::payload::answer;
use crate::actions::offer;
use crate::domain::terms::TermsHash;

/// Changes of offers.
#[derive(Debug, Default)]
pub struct OfferMutation;

#[Object]
impl OfferMutation {
    /// Drafts an offer to an application that is allotted to a team.
    async fn offer_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which offer, and how.")] input: OfferCreateInput,
    ) -> async_graphql::Result<Option<OfferCreatePayload>> {
        let ended = async {
            let asking = asking(ctx);
            let request = input.request(&asking.viewer)?;
            let create = offer::Create {
                application: id(&input.application_id, "application")?,
                wording: input.terms.parse()?,
                expires_at: input.expires_at.0,
                request,
            };
            offer::create(asking.act(), create).await
        };
        answer(ended.await)
    }

    /// Rewrites a draft; of an offer whose version is out, drafts the next version beside it.
    async fn offer_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which offer, and how.")] input: OfferUpdateInput,
    ) -> async_graphql::Result<Option<OfferUpdatePayload>> {
        let ended = async {
            let update = offer::Update {
                offer: id(&input.offer_id, "offer")?,
                revision: input.expected_revision,
                wording: input.terms.parse()?,
                expires_at: input.expires_at.map(|at| at.0),
            };
            offer::update(asking(ctx).act(), update).await
        };
        answer(ended.await)
    }

    /// Submits a draft for approval; from here on it holds a seat. Where the plan asks nobody it is approved at once.
    async fn offer_submit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which offer, and how.")] input: OfferSubmitInput,
    ) -> async_graphql::Result<Option<OfferSubmitPayload>> {
        let ended = async {
            let submit = offer::Submit {
                offer: id(&input.offer_id, "offer")?,
                revision: input.expected_revision,
                approvers: input.approvers()?,
            };
            offer::submit(asking(ctx).act(), submit).await
        };
        answer(ended.await)
    }

    /// Approves exactly the terms with this hash. Only an approver whose turn it is may; the version is approved with the last yes
    /// that its groups need.
    async fn offer_approve(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which offer, and how.")] input: OfferApproveInput,
    ) -> async_graphql::Result<Option<OfferApprovePayload>> {
        let ended = async {
            let approve = offer::Approve {
                offer: id(&input.offer_id, "offer")?,
                terms_hash: TermsHash(input.terms_hash),
            };
            offer::approve(asking(ctx).act(), approve).await
        };
        answer(ended.await)
    }

    /// Sends an offer back to draft. Only an approver whose turn it is may.
    async fn offer_reject(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which offer, and how.")] input: OfferRejectInput,
    ) -> async_graphql::Result<Option<OfferRejectPayload>> {
        let ended = async {
            let reject = offer::Reject {
                offer: id(&input.offer_id, "offer")?,
                terms_hash: TermsHash(input.terms_hash),
                reason: input.reason,
            };
            offer::reject(asking(ctx).act(), reject).await
        };
        answer(ended.await)
    }

    /// Has somebody else decide in an approver's place: the approver may, and whoever makes offers, also for one who approves
    /// no more.
    async fn offer_delegate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which offer, and how.")] input: OfferDelegateInput,
    ) -> async_graphql::Result<Option<OfferDelegatePayload>> {
        let ended = async {
            let delegate = offer::Delegate {
                offer: id(&input.offer_id, "offer")?,
                from: optional_id(input.approver_id.as_ref(), "user")?,
                to: id(&input.to_id, "user")?,
            };
            offer::delegate(asking(ctx).act(), delegate).await
        };
        answer(ended.await)
    }

    /// Releases the approved version to the candidate: its mail is queued when this is answered, or at the time that is given.
    async fn offer_send(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which offer, and how.")] input: OfferSendInput,
    ) -> async_graphql::Result<Option<OfferSendPayload>> {
        let ended = async {
            let asking = asking(ctx);
            let offer = id(&input.offer_id, "offer")?;
            let request = input.request(&asking.viewer)?;
            let send = offer::Send {
                offer,
                revision: input.expected_revision,
                expires_at: input.expires_at.map(|at| at.0),
                request,
            };
            match input.send_at {
                Some(at) => offer::schedule(asking.act(), send, at.0).await,
                None => offer::send(asking.act(), send).await,
            }
        };
        answer(ended.await)
    }

    /// Takes back that an offer is sent at a time; it stays approved.
    async fn offer_unschedule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which offer.")] input: OfferUnscheduleInput,
    ) -> async_graphql::Result<Option<OfferUnschedulePayload>> {
        let ended = async {
            let offer = id(&input.offer_id, "offer")?;
            offer::unschedule(asking(ctx).act(), offer, input.expected_revision).await
        };
        answer(ended.await)
    }

    /// Sends the version that is out once more, as another message with another link, where the one before did not arrive; also
    /// to a corrected address. Terms and deadline stay.
    async fn offer_resend(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which offer, and how.")] input: OfferResendInput,
    ) -> async_graphql::Result<Option<OfferResendPayload>> {
        let ended = async {
            let asking = asking(ctx);
            let request = input.request(&asking.viewer)?;
            let resend = offer::Resend {
                offer: id(&input.offer_id, "offer")?,
                revision: input.expected_revision,
                email: input.email,
                request,
            };
            offer::resend(asking.act(), resend).await
        };
        answer(ended.await)
    }

    /// Moves the deadline of a sent offer to a later one and tells the candidate.
    async fn offer_extend(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which offer, and how.")] input: OfferExtendInput,
    ) -> async_graphql::Result<Option<OfferExtendPayload>> {
        let ended = async {
            let extend = offer::Extend {
                offer: id(&input.offer_id, "offer")?,
                revision: input.expected_revision,
                expires_at: input.expires_at.0,
            };
            offer::extend(asking(ctx).act(), extend).await
        };
        answer(ended.await)
    }

    /// Drops an offer that was not sent, and frees its seat.
    async fn offer_cancel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which offer, and how.")] input: OfferCancelInput,
    ) -> async_graphql::Result<Option<OfferCancelPayload>> {
        let ended = async {
            let cancel = offer::Cancel {
                offer: id(&input.offer_id, "offer")?,
                revision: input.expected_revision,
                reason: input.reason,
            };
            offer::cancel(asking(ctx).act(), cancel).await
        };
        answer(ended.await)
    }

    /// Takes a sent offer back, frees its seat, and tells the candidate.
    async fn offer_rescind(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which offer, and how.")] input: OfferRescindInput,
    ) -> async_graphql::Result<Option<OfferRescindPayload>> {
        let ended = async {
            let rescind = offer::Rescind {
                offer: id(&input.offer_id, "offer")?,
                revision: input.expected_revision,
                reason: input.reason,
                note: input.note,
            };
            offer::rescind(asking(ctx).act(), rescind).await
        };
        answer(ended.await)
    }

    /// Accepts an offer, which is the hire. Only whoever holds the offer's link may; the same request again is answered as the first time.
    async fn offer_accept(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which offer, and how.")] input: OfferAcceptInput,
    ) -> async_graphql::Result<Option<OfferAcceptPayload>> {
        let ended = async {
            let page = page(&asking(ctx).origin, &input.offer_id, input.terms_hash, input.nonce)?;
            let OfferAcceptInput { typed_name, consent, code, .. } = input;
            let accept = offer::Accept { page, typed_name, consent, code: code.unwrap_or_default() };
            offer::accept(asking(ctx).act(), accept).await
        };
        answer(ended.await)
    }

    /// Declines an offer and frees its seat. Only whoever holds the offer's link may.
    async fn offer_decline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which offer, and how.")] input: OfferDeclineInput,
    ) -> async_graphql::Result<Option<OfferDeclinePayload>> {
        let ended = async {
            let page = page(&asking(ctx).origin, &input.offer_id, input.terms_hash, input.nonce)?;
            offer::decline(asking(ctx).act(), offer::Decline { page, reason: input.reason }).await
        };
        answer(ended.await)
    }

    /// Mails the candidate a code to accept with, which can be used for 15 minutes and replaces the one before. Only whoever holds the
    /// offer's link may.
    async fn offer_code_send(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "For which offer.")] input: OfferCodeSendInput,
    ) -> async_graphql::Result<Option<OfferCodeSendPayload>> {
        let ended = async { offer::send_code(asking(ctx).act(), id(&input.offer_id, "offer")?).await };
        answer(ended.await)
    }

    /// Asks colleagues something about an offer, or for other terms: it stands in `Application.messages`, and changes nothing
    /// about the offer. Only whoever holds the offer's link may.
    async fn offer_ask(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "About which offer, and what.")] input: OfferAskInput,
    ) -> async_graphql::Result<Option<OfferAskPayload>> {
        let ended = async {
            let OfferAskInput { offer_id, kind, text, nonce } = input;
            let question = offer::Question { offer: id(&offer_id, "offer")?, kind: kind.into(), text, nonce };
            offer::question(asking(ctx).act(), question).await
        };
        answer(ended.await)
    }

    /// Undoes a hire: the seat is open again, the application active in its offer stage. A new offer is a new offer.
    async fn hire_undo(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which application, and how.")] input: HireUndoInput,
    ) -> async_graphql::Result<Option<HireUndoPayload>> {
        let ended = async {
            let undo = offer::Undo {
                application: id(&input.application_id, "application")?,
                revision: input.expected_revision,
                reason: input.reason,
            };
            offer::undo_hire(asking(ctx).act(), undo).await
        };
        answer(ended.await)
    }
}
