//! Submitting an offer: from here on it holds a seat, so that nobody approves one that is gone.

use super::{Held, event, seat_event, seen};
use crate::actions::Act;
use crate::domain::Refusal;
use crate::domain::event::EventKind;
use crate::domain::id::{OfferId, UserId};
use crate::domain::offer::{Offer, VersionStatus};
use crate::domain::plan::HiringPlan;
use crate::domain::policy::offer::offering;
use crate::domain::progress::Progress;
use crate::domain::viewer::Role;
use crate::storage::{
    self, Failure, Fault, Tx, application, justification, offer_version, opening, plan, step, user,
};

/// An offer to be approved.
#[derive(Debug, Clone)]
pub struct Submit {
    /// Which offer.
    pub offer: OfferId,
    /// The revision it is submitted at.
    pub revision: Option<i32>,
    /// Who is asked to approve it.
    pub approver: Option<UserId>,
}

/// Submits an offer's newest version, takes a seat of its team unless the offer has one, and asks the approver; where
/// the plan asks nobody, the version is approved at once and the event says so.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `STALE`, `OFFER_STATUS`, `NOT_ACTIVE`, `STEP_NOT_REACHED`, `NO_JUSTIFICATION`,
/// `REFERENCES_MISSING`, `ALLOTTED_ELSEWHERE`, `APPROVER_REQUIRED`, `OFFER_LIVE`, `EXPIRED`, or
/// `NO_OPENING`: of several who race for the last seat exactly one gets it.
pub async fn submit(act: Act<'_>, input: Submit) -> Result<Offer, Failure> {
    let change = act.change();
    let found = seen(act, input.offer).await?;
    let plan = plan_of(act, &found).await?;
    let (change, input, viewer, found, plan) = (&change, &input, act.viewer, &found, &plan);
    act.store
        .write(|tx| async move {
            let held = Held::lock_for(&tx, found, viewer, &offering(viewer)).await?;
            held.is_at(input.revision)?;
            held.is_in_time(change)?;
            held.application.active()?;
            let approver = may_be_asked(&tx, input.approver).await?;
            let version = held.newest(&tx).await?.submit(plan.approval, approver)?;
            is_due(&tx, &held, plan).await?;
            let mut offer = held.offer.following(version.status);
            offer_version::save(&tx, &version).await?;
            if offer.opening.is_none() {
                let seat = opening::hold(&tx, offer.posting_team, offer.id).await?;
                let seat = seat.ok_or(Refusal::NoOpening)?;
                tx.record(seat_event(change, EventKind::OpeningHeld, &offer, &seat));
                offer.opening = Some(seat.id);
            }
            tx.record(event(change, EventKind::OfferSubmitted, &offer));
            if version.status == VersionStatus::Approved {
                tx.record(event(change, EventKind::OfferApproved, &offer).word("rule", plan.approval));
            }
            storage::offer::save(&tx, offer).await
        })
        .await
}

async fn plan_of(act: Act<'_>, offer: &Offer) -> Result<HiringPlan, Failure> {
    let everything = crate::domain::policy::application::applications(&crate::domain::Viewer::System);
    let application = application::find(act.store, &everything, offer.application).await?;
    let application = application.ok_or_else(|| Fault::missing("application", offer.application))?;
    Ok(plan::get(act.store, application.plan).await?)
}

/// # Errors
/// `APPROVER_REQUIRED` when the user named is no approver.
async fn may_be_asked(tx: &Tx, approver: Option<UserId>) -> Result<Option<UserId>, Failure> {
    let Some(asked) = approver else { return Ok(None) };
    let grants = user::grants_of(tx, asked).await?;
    if grants.iter().any(|grant| grant.role == Role::Approver) {
        return Ok(Some(asked));
    }
    Err(Refusal::ApproverRequired.into())
}

/// What has to be true of the application before an offer to it is submitted.
async fn is_due(tx: &Tx, held: &Held, plan: &HiringPlan) -> Result<(), Failure> {
    let steps = step::of_locked(tx, held.application.id).await?;
    let progress = Progress { plan, stage: held.application.stage, steps: &steps };
    progress.has_reached_offer()?;
    if !justification::is_written(tx, held.application.id).await? {
        return Err(Refusal::NoJustification.into());
    }
    progress.references_met(storage::reference::tally(tx, held.application.id).await?)?;
    let (team, _) = storage::offer::allotted(tx, held.application.id).await?.ok_or(Refusal::NoAllotment)?;
    if team != held.offer.posting_team {
        return Err(Refusal::AllottedElsewhere.into());
    }
    Ok(())
}
