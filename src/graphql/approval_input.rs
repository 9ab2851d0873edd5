//! What submitting an offer, and deciding on it as an approver, take and answer.

use async_graphql::{ID, InputObject};

use super::error::{bounded, optional_id};
use super::offer::Offer;
use super::payload::payload;
use crate::domain::Refusal;
use crate::domain::id::UserId;

/// What `offerSubmit` takes.
#[derive(InputObject, Debug)]
pub struct OfferSubmitInput {
    /// Id of the offer.
    pub(super) offer_id: ID,
    /// Revision of the offer that the caller read, if it is to matter.
    pub(super) expected_revision: Option<i32>,
    /// Id of the user who is asked to approve, where the plan wants one to be named.
    pub(super) approver_id: Option<ID>,
    /// Ids of the users who are asked to approve, at most 10 for each group of the plan that names nobody, in their order;
    /// instead of `approverId`.
    pub(super) approver_ids: Option<Vec<Vec<ID>>>,
}

impl OfferSubmitInput {
    pub(super) fn approvers(&self) -> Result<Vec<Vec<UserId>>, Refusal> {
        let Some(groups) = &self.approver_ids else {
            let one = optional_id(self.approver_id.as_ref(), "user")?;
            return Ok(one.map(|one| vec![one]).into_iter().collect());
        };
        if self.approver_id.is_some() {
            return Err(Refusal::invalid("approverId", "nothing beside approverIds"));
        }
        bounded("approverIds", groups)?;
        let parsed = |(place, group): (usize, &Vec<ID>)| {
            bounded(&format!("approverIds.{place}"), group)?;
            let wrong = |at| Refusal::invalid(&format!("approverIds.{place}.{at}"), "the id of a user");
            group.iter().enumerate().map(|(at, id)| id.parse().map_err(|_| wrong(at))).collect()
        };
        groups.iter().enumerate().map(parsed).collect()
    }
}

payload!(
    /// Answer to `offerSubmit`.
    OfferSubmitPayload {
        /// The offer, as it stands now.
        offer: Offer
    }
);

/// What `offerApprove` takes.
#[derive(InputObject, Debug)]
pub struct OfferApproveInput {
    /// Id of the offer.
    pub(super) offer_id: ID,
    /// Hash of the terms that the approver read.
    pub(super) terms_hash: String,
}

payload!(
    /// Answer to `offerApprove`.
    OfferApprovePayload {
        /// The offer, as it stands now.
        offer: Offer
    }
);

/// What `offerReject` takes.
#[derive(InputObject, Debug)]
pub struct OfferRejectInput {
    /// Id of the offer.
    pub(super) offer_id: ID,
    /// Hash of the terms that the approver read.
    pub(super) terms_hash: String,
    /// Why, for colleagues.
    pub(super) reason: String,
}

payload!(
    /// Answer to `offerReject`.
    OfferRejectPayload {
        /// The offer, as it stands now.
        offer: Offer
    }
);

/// What `offerDelegate` takes.
#[derive(InputObject, Debug)]
#[expect(clippy::struct_field_names, reason = "the API's inputs say of each id that it is one")]
pub struct OfferDelegateInput {
    /// Id of the offer.
    pub(super) offer_id: ID,
    /// Id of the approver in whose place somebody else is to decide; the viewer, when nothing is said.
    pub(super) approver_id: Option<ID>,
    /// Id of the user who decides instead; one with the role of an approver.
    pub(super) to_id: ID,
}

payload!(
    /// Answer to `offerDelegate`.
    OfferDelegatePayload {
        /// The offer, as it stands now.
        offer: Offer
    }
);
