//! Reminding candidates who have not picked a time.

use super::{choice, seen, to_candidate, told};
use crate::actions::Act;
use crate::actions::letter::WithLink;
use crate::domain::event::EventKind;
use crate::domain::slot::{Slot, Slots};
use crate::mail::letter::InterviewSlotsReminded;
use crate::storage::slot::Due;
use crate::storage::{self, Failure, application as kept};

/// Reminds candidates who may still choose, once of what was offered together, and says how many.
///
/// # Errors
/// A fault; those before it are reminded.
pub async fn remind_due(act: Act<'_>, most: u32) -> Result<usize, Failure> {
    let due = storage::slot::due_reminders(act.store, act.clock.now(), most).await?;
    let mut reminded = 0;
    for due in due {
        reminded += usize::from(remind(act, due).await?);
    }
    Ok(reminded)
}

async fn remind(act: Act<'_>, due: Due) -> Result<bool, Failure> {
    let (change, seen) = (&act.change(), seen(act, due.id).await?);
    let mut times = storage::slot::times_of(act.store, due.id).await?;
    times.retain(|time: &Slot| time.is_free(change.at));
    if times.is_empty() {
        return Ok(false);
    }
    let people = storage::slot::people_of(act.store, due.id).await?;
    let choice = choice(act, &seen.application, &seen.step, (&seen.slots, &times), &people).await?;
    let prepared: &WithLink =
        &to_candidate(act, &seen.application, &seen.slots, "reminded", |(reader, link)| {
            InterviewSlotsReminded { reader, choice: choice.clone(), link }
        })
        .await?;
    act.store
        .write(|tx| async move {
            let Some(application) = kept::lock(&tx, due.application_id).await? else { return Ok(false) };
            let now = storage::slot::get_locked(&tx, due.id).await?;
            // Picked, declined, replaced or closed while the letter was written.
            let awaited = now.is_open() && now.declined_at.is_none() && now.reminded_at.is_none();
            if !awaited || application.active().is_err() {
                return Ok(false);
            }
            let now = Slots { reminded_at: Some(change.at), ..now };
            storage::slot::save(&tx, &now).await?;
            prepared.queue(&tx, change).await?;
            tx.record(told(change, EventKind::SlotsReminded, &application, &now));
            Ok(true)
        })
        .await
}
