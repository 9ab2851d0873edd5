//! Sending an approved offer at a time: set, unset, and done when the time has come.

use chrono::{DateTime, Utc};

use super::send::{Send, send};
use super::{Held, event, seen};
use crate::actions::Act;
use crate::domain::Refusal;
use crate::domain::event::EventKind;
use crate::domain::id::OfferId;
use crate::domain::offer::{Offer, Schedule};
use crate::domain::policy::offer::offering;
use crate::storage::idempotency;
use crate::storage::{self, Failure};

/// Has the newest version sent at a time, as if somebody sent it then: what would be refused then is not sent, and is somebody's
/// work. Setting another time replaces the one before.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `STALE`, `NOT_APPROVED`, `OFFER_STATUS`, `NOT_ACTIVE`, `EXPIRED`, `INVALID` on `sendAt` or `expiresAt`,
/// or `IDEMPOTENCY_MISMATCH`.
pub async fn schedule(act: Act<'_>, input: Send, at: DateTime<Utc>) -> Result<Offer, Failure> {
    let change = &act.change();
    let found = &seen(act, input.offer).await?;
    let input = &input;
    act.store
        .write(|tx| async move {
            let held = Held::lock_for(&tx, found, act.viewer, &offering(act.viewer)).await?;
            if let Some(request) = &input.request
                && idempotency::find(&tx, request, change.at).await?.is_some()
            {
                return Ok(held.offer);
            }
            held.is_at(input.revision)?;
            held.is_in_time(change)?;
            held.application.active()?;
            // Whether it could be sent as it stands.
            held.newest(&tx).await?.release(change.at)?;
            let schedule = Schedule { at, expires_at: input.expires_at };
            let offer = held.offer.schedule(schedule, change.at)?;
            let offer = storage::offer::save(&tx, offer).await?;
            tx.record(event(change, EventKind::OfferScheduled, &offer).count("sendAt", at.timestamp()));
            if let Some(request) = &input.request {
                idempotency::keep(&tx, request, &[offer.id.to_string()], change.at).await?;
            }
            Ok(offer)
        })
        .await
}

/// Takes back that an offer is sent at a time: it stays approved. Where no time is set, nothing changes.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, or `STALE`.
pub async fn unschedule(act: Act<'_>, id: OfferId, revision: Option<i32>) -> Result<Offer, Failure> {
    let change = &act.change();
    let found = &seen(act, id).await?;
    act.store
        .write(|tx| async move {
            let held = Held::lock_for(&tx, found, act.viewer, &offering(act.viewer)).await?;
            held.is_at(revision)?;
            if held.offer.schedule.is_none() {
                return Ok(held.offer);
            }
            tx.record(event(change, EventKind::OfferUnscheduled, &held.offer));
            storage::offer::save(&tx, Offer { schedule: None, ..held.offer }).await
        })
        .await
}

/// Sends the offers whose time has come, and says how many. One that breaks is logged and does not hold up the others.
///
/// # Errors
/// A fault of the look for them.
pub async fn send_due(act: Act<'_>, most: u32) -> Result<usize, Failure> {
    let mut done = 0;
    for due in storage::offer::due_sends(act.store, act.clock.now(), most).await? {
        match leave(act, &due).await {
            Ok(left) => done += usize::from(left),
            Err(failure) => tracing::error!(%failure, offer = %due.id, "an offer whose time has come stays"),
        }
    }
    Ok(done)
}

async fn leave(act: Act<'_>, due: &Offer) -> Result<bool, Failure> {
    let Some(schedule) = due.schedule else { return Ok(false) };
    let input =
        Send { offer: due.id, revision: Some(due.revision), expires_at: schedule.expires_at, request: None };
    match send(act, input).await {
        Ok(_) => Ok(true),
        // Somebody was faster: it is as they left it.
        Err(Failure::Refused(Refusal::Stale)) => Ok(false),
        Err(Failure::Refused(refusal)) => stay(act, due, &refusal).await,
        Err(fault) => Err(fault),
    }
}

/// It is not sent, and whoever looks after it learns why.
async fn stay(act: Act<'_>, due: &Offer, refusal: &Refusal) -> Result<bool, Failure> {
    let change = &act.change();
    act.store
        .write(|tx| async move {
            let held = Held::lock(&tx, due).await?;
            if held.offer.revision != due.revision {
                return Ok(false);
            }
            let told = event(change, EventKind::OfferUnsent, &held.offer).word("code", refusal.code());
            storage::offer::save(&tx, Offer { schedule: None, ..held.offer }).await?;
            tx.record(told);
            Ok(true)
        })
        .await
}
