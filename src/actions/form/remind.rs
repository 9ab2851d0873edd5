//! Reminding candidates of questions they have not answered.

use super::{prepare, task, told};
use crate::actions::Act;
use crate::actions::letter::WithLink;
use crate::domain::event::EventKind;
use crate::domain::form::Form;
use crate::domain::policy::application::{answers, applications};
use crate::domain::step::StepState;
use crate::domain::viewer::Viewer;
use crate::mail::letter::FormReminded;
use crate::storage::form::Due;
use crate::storage::{self, Failure, Fault, application as kept, step};

/// Reminds candidates whose time is running out, once for each form, and says how many.
///
/// # Errors
/// A fault; those before it are reminded.
pub async fn remind_due(act: Act<'_>, most: u32) -> Result<usize, Failure> {
    let due = storage::form::due_reminders(act.store, act.clock.now(), most).await?;
    let mut reminded = 0;
    for due in due {
        reminded += usize::from(remind(act, due).await?);
    }
    Ok(reminded)
}

async fn remind(act: Act<'_>, due: Due) -> Result<bool, Failure> {
    let (change, system) = (&act.change(), &Viewer::System);
    let application = kept::find(act.store, &applications(system), due.application_id).await?;
    let application = application.ok_or_else(|| Fault::missing("application", due.application_id))?;
    let forms = storage::form::of_steps(act.store, &answers(system), &[due.step_id]).await?;
    let Some(form) = forms.get(&due.step_id).and_then(|forms| forms.first()).cloned() else {
        return Ok(false);
    };
    let steps = step::of_applications(act.store, &applications(system), &[application.id]).await?;
    let asked_in =
        steps.get(&application.id).and_then(|steps| steps.iter().find(|step| step.id == form.step));
    let task = asked_in.and_then(task);
    let prepared: &WithLink = &prepare(act, &application, &form, "reminded", |(reader, role, link)| {
        FormReminded { reader, role, task: task.clone(), deadline: form.due_at, link }
    })
    .await?;
    let form = &form;
    act.store
        .write(|tx| async move {
            let Some(application) = kept::lock(&tx, due.application_id).await? else { return Ok(false) };
            let now = storage::form::newest_locked(&tx, due.step_id).await?;
            let step = step::get_locked(&tx, application.id, due.step_id).await?;
            // Answered, replaced or ended while the letter was written.
            let awaited =
                now.is_some_and(|now| now.id == form.id && now.is_open() && now.reminded_at.is_none());
            if !awaited || step.state != StepState::Requested || application.active().is_err() {
                return Ok(false);
            }
            let form = Form { reminded_at: Some(change.at), ..form.clone() };
            storage::form::save(&tx, &form).await?;
            prepared.queue(&tx, change).await?;
            tx.record(told(change, EventKind::FormReminded, &application, &form));
            Ok(true)
        })
        .await
}
