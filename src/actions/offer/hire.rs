//! The hire: what accepting an offer means beyond the offer; and the undoing of one.

use super::end::{close, decide};
use super::{Held, event, seat_event};
use crate::actions::interview::CallOff;
use crate::actions::{Act, posting, step};
use crate::domain::decision::Evidence;
use crate::domain::event::{Change, EventKind};
use crate::domain::id::ApplicationId;
use crate::domain::offer::{Offer, OfferStatus};
use crate::domain::opening::OpeningState;
use crate::domain::policy::application::{applications, may};
use crate::domain::policy::offer::offering;
use crate::domain::posting::PostingStatus;
use crate::domain::{Refusal, text};
use crate::storage::application::{self, Undecided, mark_needs_decision};
use crate::storage::{self, Failure, Fault, Tx, opening};

/// Hires by an offer that its candidate accepts, and says how the offer stands then.
pub(super) async fn hire(
    tx: &Tx,
    change: &Change,
    held: Held,
    evidence: &Evidence,
    call_off: &CallOff,
) -> Result<Offer, Failure> {
    let Held { application, offer, .. } = held;
    let seat = opening::fill(tx, offer.id, application.id).await?.ok_or(Refusal::NoOpening)?;
    tx.record(seat_event(change, EventKind::OpeningFilled, &offer, &seat));
    let mut offer = offer.end_sent(OfferStatus::Accepted, None, change.at)?;
    offer.first_viewed_at.get_or_insert(change.at);
    let offer = decide(tx, change, offer, evidence).await?;
    drop_drafts(tx, change, &offer).await?;
    step::pass_offer(tx, change, &application).await?;
    call_off.carry_out(tx, change, &application).await?;
    step::cancel_unfinished(tx, change, &application).await?;
    let application = application.hire(change.actor.clone(), change.at)?;
    let application = application::save(tx, application).await?;
    let hired =
        change.event(EventKind::ApplicationHired).posting(application.posting).application(application.id);
    tx.record(hired.word("opening", seat.id).word("status", application.status));
    posting::pause_if_filled(tx, change, application.posting).await?;
    let beside = Undecided::BesideHired(application.candidate, application.id);
    mark_needs_decision(tx, change, beside).await?;
    Ok(offer)
}

/// Other offers to the application that were drafted and never submitted.
async fn drop_drafts(tx: &Tx, change: &Change, accepted: &Offer) -> Result<(), Failure> {
    for draft in storage::offer::lock_unended(tx, accepted.application).await? {
        let draft = draft.cancel(None, change.at)?;
        close(tx, change, draft, EventKind::OfferCancelled).await?;
    }
    Ok(())
}

/// A hire that did not come about.
#[derive(Debug, Clone)]
pub struct Undo {
    /// Of which application.
    pub application: ApplicationId,
    /// The revision of the application it is undone at.
    pub revision: Option<i32>,
    /// Why.
    pub reason: String,
}

/// Undoes a hire: the accepted offer stays accepted and says when it was undone, its seat is open again (cancelled, if
/// the posting is closed), and the application is active again where it was. A paused posting stays paused.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `STALE`, `REQUIRED` or `INVALID` on `reason`, `APPLICATION_STATUS` unless hired, or `POSTING_STATUS`
/// when the posting was put away.
pub async fn undo_hire(act: Act<'_>, input: Undo) -> Result<Offer, Failure> {
    let change = act.change();
    let found = application::find(act.store, &applications(act.viewer), input.application).await?;
    let found = found.ok_or(Refusal::NotFound("application"))?;
    let reason = text::prose("reason", &input.reason, 2_000)?;
    let (change, viewer, input, found, reason) = (&change, act.viewer, &input, &found, &reason);
    act.store
        .write(|tx| async move {
            let gone = || Fault::missing("posting", found.posting);
            let posting = storage::posting::lock(&tx, found.posting).await?.ok_or_else(gone)?;
            let gone = || Fault::missing("application", found.id);
            let application = application::lock(&tx, found.id).await?.ok_or_else(gone)?;
            let subject = application::subject(&tx, &application, viewer.user()).await?;
            may(viewer, &subject, &offering(viewer))?;
            input.revision.map_or(Ok(()), |revision| application.is_at(revision))?;
            let application = application::save(&tx, application.undo_hire()?).await?;
            posting.may_change()?;
            let gone = || Fault::missing("accepted offer of", found.id);
            let offer = storage::offer::lock_of_hire(&tx, found.id).await?.ok_or_else(gone)?;
            let offer = offer.undo(reason.clone(), change.at)?;
            reopen_seat(&tx, change, &offer, posting.status).await?;
            let offer = storage::offer::save(&tx, offer).await?;
            tx.record(event(change, EventKind::OfferUndone, &offer));
            step::restore(&tx, change, &application).await?;
            step::reopen_offer(&tx, change, &application, reason).await?;
            let undone = change.event(EventKind::ApplicationHireUndone).word("status", application.status);
            tx.record(undone.posting(application.posting).application(application.id));
            posting::pause_if_filled(&tx, change, posting.id).await?;
            Ok(offer)
        })
        .await
}

async fn reopen_seat(tx: &Tx, change: &Change, offer: &Offer, posting: PostingStatus) -> Result<(), Failure> {
    let (to, kind) = match posting {
        PostingStatus::Closed => (OpeningState::Cancelled, EventKind::OpeningCancelled),
        _ => (OpeningState::Open, EventKind::OpeningReopened),
    };
    let seat = opening::reopen(tx, offer.application, to).await?;
    let seat = seat.ok_or_else(|| Fault::missing("seat filled by", offer.application))?;
    tx.record(seat_event(change, kind, offer, &seat));
    Ok(())
}
