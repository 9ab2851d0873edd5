//! What changes of offers take and answer.

use async_graphql::{ID, InputObject};

use super::asking::Origin;
use super::error::id;
use super::offer::Offer;
use super::offer_part::OfferQuestionKind;
use super::offer_terms::OfferTermsInput;
use super::payload::payload;
use super::scalar::DateTime;
use crate::actions::offer;
use crate::domain::terms::TermsHash;
use crate::domain::{Refusal, Viewer};
use crate::storage::idempotency::Request;

/// What `offerCreate` takes.
#[derive(InputObject, Debug)]
pub struct OfferCreateInput {
    /// Id of the application.
    pub(super) application_id: ID,
    /// What the offer promises.
    pub(super) terms: OfferTermsInput,
    /// Timestamp of the deadline for answering: at most 90 days ahead.
    pub(super) expires_at: DateTime,
    /// Names this request: repeated, it has the same effect once and the same answer. Kept 30 days.
    pub(super) idempotency_key: Option<String>,
}

impl OfferCreateInput {
    /// By what a repeat is known.
    ///
    /// # Errors
    /// `INVALID` on `idempotencyKey`.
    pub(super) fn request(&self, viewer: &Viewer) -> Result<Option<Request>, Refusal> {
        let Some(key) = &self.idempotency_key else { return Ok(None) };
        let (terms, until) = (format!("{:?}", self.terms), self.expires_at.0.to_rfc3339());
        let parts = [Some(self.application_id.as_str()), Some(terms.as_str()), Some(until.as_str())];
        Request::new(viewer, "offerCreate", key, &parts).map(Some)
    }
}

payload!(
    /// Answer to `offerCreate`.
    OfferCreatePayload {
        /// The offer, as it stands now.
        offer: Offer
    }
);

/// What `offerUpdate` takes.
#[derive(InputObject, Debug)]
pub struct OfferUpdateInput {
    /// Id of the offer.
    pub(super) offer_id: ID,
    /// Revision of the offer that the caller read, if it is to matter.
    pub(super) expected_revision: Option<i32>,
    /// What the offer promises.
    pub(super) terms: OfferTermsInput,
    /// Timestamp of the deadline; stays when absent.
    pub(super) expires_at: Option<DateTime>,
}

payload!(
    /// Answer to `offerUpdate`.
    OfferUpdatePayload {
        /// The offer, as it stands now.
        offer: Offer
    }
);

/// What `offerSend` takes.
#[derive(InputObject, Debug)]
pub struct OfferSendInput {
    /// Id of the offer.
    pub(super) offer_id: ID,
    /// Revision of the offer that the caller read, if it is to matter.
    pub(super) expected_revision: Option<i32>,
    /// Timestamp of the deadline; as drafted when absent.
    pub(super) expires_at: Option<DateTime>,
    /// Timestamp of when it is sent, between a minute and 30 days ahead; at once when absent. Until then it stays as it is, and what
    /// would refuse it then keeps it: `work` has it.
    pub(super) send_at: Option<DateTime>,
    /// Names this request: repeated, it has the same effect once and the same answer. Kept 30 days.
    pub(super) idempotency_key: Option<String>,
}

payload!(
    /// Answer to `offerSend`.
    OfferSendPayload {
        /// The offer, as it stands now.
        offer: Offer
    }
);

/// What `offerUnschedule` takes.
#[derive(InputObject, Debug)]
pub struct OfferUnscheduleInput {
    /// Id of the offer.
    pub(super) offer_id: ID,
    /// Revision of the offer that the caller read, if it is to matter.
    pub(super) expected_revision: Option<i32>,
}

payload!(
    /// Answer to `offerUnschedule`.
    OfferUnschedulePayload {
        /// The offer, as it stands now.
        offer: Offer
    }
);

/// What `offerResend` takes.
#[derive(InputObject, Debug)]
pub struct OfferResendInput {
    /// Id of the offer.
    pub(super) offer_id: ID,
    /// Revision of the offer that the caller read, if it is to matter.
    pub(super) expected_revision: Option<i32>,
    /// Address of the candidate, if the one that is known is wrong; it is corrected, and links sent to the old one stop working.
    pub(super) email: Option<String>,
    /// Key by which a repeat of this request is known, at most 200 characters.
    pub(super) idempotency_key: Option<String>,
}

impl OfferResendInput {
    /// # Errors
    /// `INVALID` on `idempotencyKey`.
    pub(super) fn request(&self, viewer: &Viewer) -> Result<Option<Request>, Refusal> {
        let Some(key) = &self.idempotency_key else { return Ok(None) };
        let revision = self.expected_revision.map(|revision| revision.to_string());
        let parts = [Some(self.offer_id.as_str()), revision.as_deref(), self.email.as_deref()];
        Request::new(viewer, "offerResend", key, &parts).map(Some)
    }
}

payload!(
    /// Answer to `offerResend`.
    OfferResendPayload {
        /// The offer, as it stands now.
        offer: Offer
    }
);

/// What `offerExtend` takes.
#[derive(InputObject, Debug)]
pub struct OfferExtendInput {
    /// Id of the offer.
    pub(super) offer_id: ID,
    /// Revision of the offer that the caller read, if it is to matter.
    pub(super) expected_revision: Option<i32>,
    /// Timestamp of the new deadline.
    pub(super) expires_at: DateTime,
}

payload!(
    /// Answer to `offerExtend`.
    OfferExtendPayload {
        /// The offer, as it stands now.
        offer: Offer
    }
);

/// What `offerCancel` takes.
#[derive(InputObject, Debug)]
pub struct OfferCancelInput {
    /// Id of the offer.
    pub(super) offer_id: ID,
    /// Revision of the offer that the caller read, if it is to matter.
    pub(super) expected_revision: Option<i32>,
    /// Why, for colleagues.
    pub(super) reason: Option<String>,
}

payload!(
    /// Answer to `offerCancel`.
    OfferCancelPayload {
        /// The offer, as it stands now.
        offer: Offer
    }
);

/// What `offerRescind` takes.
#[derive(InputObject, Debug)]
pub struct OfferRescindInput {
    /// Id of the offer.
    pub(super) offer_id: ID,
    /// Revision of the offer that the caller read, if it is to matter.
    pub(super) expected_revision: Option<i32>,
    /// Why, for colleagues.
    pub(super) reason: String,
    /// What the candidate reads beside the decision.
    pub(super) note: Option<String>,
}

payload!(
    /// Answer to `offerRescind`.
    OfferRescindPayload {
        /// The offer, as it stands now.
        offer: Offer
    }
);

/// What `offerAccept` takes.
#[derive(InputObject, Debug)]
pub struct OfferAcceptInput {
    /// Id of the offer.
    pub(super) offer_id: ID,
    /// Hash of the terms that the candidate read.
    pub(super) terms_hash: String,
    /// Name of the candidate, as they type it.
    pub(super) typed_name: String,
    /// Id of the consent that the candidate confirmed: `accept-1`.
    pub(super) consent: String,
    /// Code from the newest mail that `offerCodeSend` had sent, where `Offer.codeRequired` says so.
    pub(super) code: Option<String>,
    /// Names this decision: at most 100 characters, the same when the request is repeated.
    pub(super) nonce: String,
}

/// What `offerCodeSend` takes.
#[derive(InputObject, Debug)]
pub struct OfferCodeSendInput {
    /// Id of the offer.
    pub(super) offer_id: ID,
}

payload!(
    /// Answer to `offerCodeSend`.
    OfferCodeSendPayload {
        /// The offer, as it stands.
        offer: Offer
    }
);

/// What `offerAsk` takes.
#[derive(InputObject, Debug)]
pub struct OfferAskInput {
    /// Id of the offer.
    pub(super) offer_id: ID,
    /// Whether something is asked, or other terms are asked for.
    pub(super) kind: OfferQuestionKind,
    /// What is asked, in plain text: at most 4,000 characters.
    pub(super) text: String,
    /// Names this question: at most 100 characters, the same when the request is repeated.
    pub(super) nonce: String,
}

payload!(
    /// Answer to `offerAsk`.
    OfferAskPayload {
        /// The offer, as it stands.
        offer: Offer
    }
);

payload!(
    /// Answer to `offerAccept`.
    OfferAcceptPayload {
        /// The offer, as it stands now.
        offer: Offer
    }
);

/// What `offerDecline` takes.
#[derive(InputObject, Debug)]
pub struct OfferDeclineInput {
    /// Id of the offer.
    pub(super) offer_id: ID,
    /// Hash of the terms that the candidate read.
    pub(super) terms_hash: String,
    /// Why, if the candidate says.
    pub(super) reason: Option<String>,
    /// Names this decision: at most 100 characters, the same when the request is repeated.
    pub(super) nonce: String,
}

payload!(
    /// Answer to `offerDecline`.
    OfferDeclinePayload {
        /// The offer, as it stands now.
        offer: Offer
    }
);

/// What `hireUndo` takes.
#[derive(InputObject, Debug)]
pub struct HireUndoInput {
    /// Id of the hired application.
    pub(super) application_id: ID,
    /// Revision of the application that the caller read, if it is to matter.
    pub(super) expected_revision: Option<i32>,
    /// Why, for colleagues.
    pub(super) reason: String,
}

payload!(
    /// Answer to `hireUndo`.
    HireUndoPayload {
        /// The offer, as it stands now.
        offer: Offer
    }
);

impl OfferSendInput {
    /// By what a repeat is known.
    ///
    /// # Errors
    /// `INVALID` on `idempotencyKey`.
    pub(super) fn request(&self, viewer: &Viewer) -> Result<Option<Request>, Refusal> {
        let Some(key) = &self.idempotency_key else { return Ok(None) };
        let revision = self.expected_revision.map(|revision| revision.to_string());
        let expires_at = self.expires_at.map(|at| at.0.to_rfc3339());
        let send_at = self.send_at.map(|at| at.0.to_rfc3339());
        let mut parts = vec![Some(self.offer_id.as_str()), revision.as_deref(), expires_at.as_deref()];
        // What was asked for before there was such a time is known by what it was known by.
        parts.extend(send_at.as_deref().map(Some));
        Request::new(viewer, "offerSend", key, &parts).map(Some)
    }
}

/// What a candidate decides on; there is no page of ours between, but the request tells where it came from.
///
/// # Errors
/// `NOT_FOUND` when the id is of nothing.
pub(super) fn page(
    origin: &Origin,
    offer: &ID,
    terms_hash: String,
    nonce: String,
) -> Result<offer::Page, Refusal> {
    let offer = id(offer, "offer")?;
    let Origin { link, ip, user_agent } = origin.clone();
    Ok(offer::Page { offer, terms_hash: TermsHash(terms_hash), nonce, link, ip, user_agent })
}
