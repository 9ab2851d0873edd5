//! Reminding candidates who have named nobody, and referees who have not answered: each once.

use super::{Introduction, asked, to_candidate, told};
use crate::actions::Act;
use crate::actions::letter::WithLink;
use crate::domain::application::Application;
use crate::domain::event::EventKind;
use crate::domain::id::{ApplicationId, ReferenceId};
use crate::domain::policy::application::{applications, requests};
use crate::domain::reference::{Reference, ReferenceState};
use crate::domain::reference_request::ReferenceRequest;
use crate::domain::step::StepState;
use crate::domain::viewer::Viewer;
use crate::mail::letter::{NominationReminded, ReferenceReminded};
use crate::storage::reference_request::Due;
use crate::storage::{self, Failure, Fault, application as kept, email_message, reference_request, step};

/// Reminds candidates whose time to name people is running out, once for each request, and says how many.
///
/// # Errors
/// A fault; those before it are reminded.
pub async fn remind_nominations_due(act: Act<'_>, most: u32) -> Result<usize, Failure> {
    let due = reference_request::due_reminders(act.store, act.clock.now(), most).await?;
    let mut reminded = 0;
    for due in due {
        reminded += usize::from(remind_candidate(act, due).await?);
    }
    Ok(reminded)
}

/// Reminds referees whose time to answer is running out, once each, and says how many.
///
/// # Errors
/// A fault; those before it are reminded.
pub async fn remind_referees_due(act: Act<'_>, most: u32) -> Result<usize, Failure> {
    let due = storage::reference::due_reminders(act.store, act.clock.now(), most).await?;
    let mut reminded = 0;
    for due in due {
        reminded += usize::from(remind_referee(act, due).await?);
    }
    Ok(reminded)
}

async fn found(act: Act<'_>, id: ApplicationId) -> Result<Application, Fault> {
    let application = kept::find(act.store, &applications(&Viewer::System), id).await?;
    application.ok_or_else(|| Fault::missing("application", id))
}

async fn remind_candidate(act: Act<'_>, due: Due) -> Result<bool, Failure> {
    let change = &act.change();
    let application = found(act, due.application_id).await?;
    let mut open = reference_request::of_steps(act.store, &requests(&Viewer::System), &[due.step_id]).await?;
    let Some(request) = open.remove(&due.step_id) else { return Ok(false) };
    let prepared: &WithLink =
        &to_candidate(act, &application, &request, "reminded", |(reader, role, link)| NominationReminded {
            reader,
            role,
            deadline: request.due_at,
            link,
        })
        .await?;
    let request = &request;
    act.store
        .write(|tx| async move {
            let Some(application) = kept::lock(&tx, due.application_id).await? else { return Ok(false) };
            let now = reference_request::newest_locked(&tx, due.step_id).await?;
            let step = step::get_locked(&tx, application.id, due.step_id).await?;
            let named = storage::reference::of_locked(&tx, application.id).await?;
            // Named, replaced or ended while the letter was written.
            let awaited = now.is_some_and(|now| now.id == request.id && now.reminded_at.is_none())
                && !named.iter().any(|reference| reference.request == request.id);
            if !awaited || step.state != StepState::Requested || application.active().is_err() {
                return Ok(false);
            }
            let request = ReferenceRequest { reminded_at: Some(change.at), ..request.clone() };
            reference_request::save(&tx, &request).await?;
            prepared.queue(&tx, change).await?;
            tx.record(asked(change, EventKind::ReferencesReminded, &application, &request));
            Ok(true)
        })
        .await
}

async fn remind_referee(act: Act<'_>, id: ReferenceId) -> Result<bool, Failure> {
    let change = &act.change();
    let reference = storage::reference::get(act.store, id).await?;
    let application = found(act, reference.application).await?;
    let introduction = Introduction::of(act, &application).await?;
    let thread = email_message::threads(act.store, application.id).await?.remove(&(None, Some(id)));
    let deadline = reference.due_at;
    let facts =
        |(reader, candidate, role, link)| ReferenceReminded { reader, candidate, role, deadline, link };
    let to = (id, &reference.nominee, thread);
    let prepared: &WithLink = &introduction.letter(act, &application, to, "reminded", facts)?;
    let about = application.id;
    act.store
        .write(|tx| async move {
            let Some(application) = kept::lock(&tx, about).await? else { return Ok(false) };
            let now = storage::reference::get(&tx, id).await?;
            let step = step::get_locked(&tx, about, now.step).await?;
            // Answered, withdrawn or ended while the letter was written.
            let awaited = now.state == ReferenceState::Requested && now.reminded_at.is_none();
            if !awaited || step.state.is_final() || application.active().is_err() {
                return Ok(false);
            }
            let reminded = Reference { reminded_at: Some(change.at), ..now };
            storage::reference::save(&tx, &reminded).await?;
            prepared.queue(&tx, change).await?;
            tx.record(told(change, EventKind::ReferenceReminded, &application, &reminded));
            Ok(true)
        })
        .await
}
