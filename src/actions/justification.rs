//! Why to hire, written before the offer.

use super::Act;
use super::application::{event, held};
use crate::domain::event::EventKind;
use crate::domain::id::ApplicationId;
use crate::domain::justification::Justification;
use crate::domain::policy::application::justifying;
use crate::domain::{Refusal, text};
use crate::storage::{Failure, justification};

/// The most characters a justification has.
const MOST: usize = 20_000;

/// Writes, or writes anew, why to hire.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `NOT_ACTIVE`; `REQUIRED` or `INVALID` on `text`.
pub async fn save(act: Act<'_>, id: ApplicationId, body: &str) -> Result<Justification, Failure> {
    let (change, right) = (&act.change(), &justifying(act.viewer));
    let body = &text::prose("text", body, MOST)?;
    act.store
        .write(|tx| async move {
            let application = held(&tx, act.viewer, right, id, "application").await?;
            application.active()?;
            // A justification is somebody's word: the program itself has none to give.
            let author = act.viewer.user().ok_or(Refusal::Forbidden)?;
            let new = Justification { application: id, text: body.clone(), author, updated_at: change.at };
            justification::save(&tx, &new).await?;
            tx.record(event(change, EventKind::JustificationSaved, &application));
            Ok(new)
        })
        .await
}
