//! What an approver does: yes or no to exactly the terms they were shown.

use super::{Held, draft, event, seen};
use crate::actions::Act;
use crate::domain::event::EventKind;
use crate::domain::id::{ApprovalId, OfferId};
use crate::domain::offer::{Approval, Decision, Offer, OfferVersion};
use crate::domain::policy::offer::may_approve;
use crate::domain::terms::TermsHash;
use crate::domain::{Refusal, Viewer, text};
use crate::storage::{self, Failure, Tx, approval, offer_version};

/// Yes to an offer's terms.
#[derive(Debug, Clone)]
pub struct Approve {
    /// Of which offer.
    pub offer: OfferId,
    /// The hash of the terms that are approved.
    pub terms_hash: TermsHash,
}

/// No to an offer's terms.
#[derive(Debug, Clone)]
pub struct Reject {
    /// Of which offer.
    pub offer: OfferId,
    /// The hash of the terms that are rejected.
    pub terms_hash: TermsHash,
    /// Why.
    pub reason: String,
}

/// Approves an offer's newest version. Only who was asked may.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `OFFER_STATUS`, or `TERMS_CHANGED`.
pub async fn approve(act: Act<'_>, input: Approve) -> Result<Offer, Failure> {
    let change = act.change();
    let found = seen(act, input.offer).await?;
    let id = ApprovalId::new(change.at, act.chance);
    let (change, input, viewer, found) = (&change, &input, act.viewer, &found);
    act.store
        .write(|tx| async move {
            let (held, version) = asked(&tx, found, viewer).await?;
            let version = version.approve(&input.terms_hash)?;
            offer_version::save(&tx, &version).await?;
            let given = decided(id, &version, viewer, Decision::Accepted, None, change.at)?;
            approval::create(&tx, &given).await?;
            let offer = held.offer.following(version.status);
            tx.record(event(change, EventKind::OfferApproved, &offer));
            storage::offer::save(&tx, offer).await
        })
        .await
}

/// Sends an offer's newest version back to draft; unless an earlier one is out, its seat is free again.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `OFFER_STATUS`, `TERMS_CHANGED`, or `REQUIRED` or `INVALID` on `reason`.
pub async fn reject(act: Act<'_>, input: Reject) -> Result<Offer, Failure> {
    let change = act.change();
    let found = seen(act, input.offer).await?;
    let reason = text::prose("reason", &input.reason, 2_000)?;
    let id = ApprovalId::new(change.at, act.chance);
    let (change, input, viewer, found, reason) = (&change, &input, act.viewer, &found, &reason);
    act.store
        .write(|tx| async move {
            let (held, version) = asked(&tx, found, viewer).await?;
            let version = version.reject(&input.terms_hash)?;
            offer_version::save(&tx, &version).await?;
            let given = decided(id, &version, viewer, Decision::Declined, Some(reason.clone()), change.at)?;
            approval::create(&tx, &given).await?;
            let posting_team = held.offer.posting_team;
            let offer = draft::recalled(&tx, change, held.offer, posting_team).await?;
            tx.record(event(change, EventKind::OfferRejected, &offer));
            storage::offer::save(&tx, offer).await
        })
        .await
}

/// The offer and its newest version, if that asks the viewer.
async fn asked(tx: &Tx, seen: &Offer, viewer: &Viewer) -> Result<(Held, OfferVersion), Failure> {
    let held = Held::lock(tx, seen).await?;
    let version = held.newest(tx).await?;
    let subject = held.subject(tx, viewer.user()).await?;
    may_approve(viewer, &subject, version.approver)?;
    Ok((held, version))
}

fn decided(
    id: ApprovalId,
    version: &OfferVersion,
    viewer: &Viewer,
    decision: Decision,
    reason: Option<String>,
    at: chrono::DateTime<chrono::Utc>,
) -> Result<Approval, Refusal> {
    Ok(Approval {
        id,
        offer: version.offer,
        version: version.number,
        approver: viewer.user().ok_or(Refusal::Forbidden)?,
        decision,
        terms_hash: version.terms_hash.clone(),
        reason,
        at,
    })
}
