//! A candidate picks one of the times, or asks for others.

use super::{seen, told};
use crate::actions::Act;
use crate::actions::application::{MOST_OF_REASON, held};
use crate::actions::interview::Ready;
use crate::actions::step::{Standing, Which};
use crate::domain::event::EventKind;
use crate::domain::id::{SlotId, SlotsId};
use crate::domain::policy::application::choosing;
use crate::domain::slot::{Slots, SlotsState};
use crate::domain::{Refusal, text};
use crate::storage::{self, Failure};

/// Picks a time: the meeting is set as if one of ours had scheduled it. Picking the same time again changes nothing.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `NOT_ACTIVE`, `STEP_NOT_REACHED`; `SLOT_TAKEN` when the time has begun or one of
/// those who come is in another meeting by now; `ALREADY_ANSWERED` when another time was picked, `STALE` when the times were
/// replaced or closed.
pub async fn pick(act: Act<'_>, id: SlotId) -> Result<Slots, Failure> {
    let unknown = || Refusal::NotFound("slot");
    let (change, right) = (&act.change(), &choosing(act.viewer));
    let slots = storage::slot::slots_of(act.store, id).await?.ok_or_else(unknown)?;
    let seen = &seen(act, slots).await.map_err(|failure| hidden(failure, unknown))?;
    let times = storage::slot::times_of(act.store, slots).await?;
    let time = times.iter().find(|time| time.id == id).ok_or_else(unknown)?;
    let people = &storage::slot::people_of(act.store, slots).await?;
    let meeting = seen.slots.meeting(time);
    let ready = Ready::of(act, change, &seen.application, &seen.step, meeting, people).await?;
    let ready = &ready.chosen(seen.slots.offered_at);
    act.store
        .write(|tx| async move {
            let which = Which { step: seen.step.id, revision: None };
            let standing = Standing::held(&tx, act.viewer, right, which).await?;
            let now = storage::slot::get_locked(&tx, slots).await?;
            storage::slot::await_turn(&tx, people).await?;
            let times = storage::slot::times_of(&tx, slots).await?;
            let time = times.iter().find(|time| time.id == id).ok_or_else(unknown)?;
            if now.state == SlotsState::Picked && time.interview.is_some() {
                return Ok(now);
            }
            let picked = now.pick(change.at)?;
            if !time.is_free(change.at) {
                return Err(Refusal::SlotTaken.into());
            }
            storage::slot::save(&tx, &picked).await?;
            tx.record(told(change, EventKind::SlotPicked, &standing.application, &picked).word("slot", id));
            let interview = ready.set(&tx, change, standing).await?;
            storage::slot::set_meeting(&tx, id, interview.id).await?;
            Ok(picked)
        })
        .await
}

fn hidden(failure: Failure, unknown: impl Fn() -> Refusal) -> Failure {
    match failure {
        Failure::Refused(Refusal::NotFound(_)) => unknown().into(),
        other => other,
    }
}

/// Records that a candidate asked for other times, and what they said. The times stay open.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `NOT_ACTIVE`; `ALREADY_ANSWERED` when a time was picked or others were asked for before, `STALE`
/// when the times were replaced or closed; `INVALID` on `note`.
pub async fn decline(act: Act<'_>, id: SlotsId, note: Option<&str>) -> Result<Slots, Failure> {
    let note = &text::optional_prose("note", note, MOST_OF_REASON)?;
    let (change, right) = (&act.change(), &choosing(act.viewer));
    let seen = &seen(act, id).await?;
    act.store
        .write(|tx| async move {
            let application = held(&tx, act.viewer, right, seen.slots.application, "slots").await?;
            application.active()?;
            let now = storage::slot::get_locked(&tx, id).await?;
            let declined = now.decline(note.clone(), change.at)?;
            storage::slot::save(&tx, &declined).await?;
            tx.record(told(change, EventKind::SlotsDeclined, &application, &declined));
            Ok(declined)
        })
        .await
}
