//! Mails that came in, as colleagues handle them.

use super::Act;
use super::application::event;
use crate::domain::Refusal;
use crate::domain::event::EventKind;
use crate::domain::id::MessageId;
use crate::domain::message::Message;
use crate::domain::policy::allow;
use crate::domain::policy::application::{corresponding, messages};
use crate::storage::{Failure, Fault, application, message as kept};

/// Says that somebody has read a mail that came in. Said again, it changes nothing.
///
/// # Errors
/// `NOT_FOUND` or `FORBIDDEN`.
pub async fn read(act: Act<'_>, id: MessageId) -> Result<Message, Failure> {
    let change = &act.change();
    let viewer = act.viewer;
    act.store
        .write(|tx| async move {
            let message = kept::get(&tx, id).await?.ok_or(Refusal::NotFound("message"))?;
            let about = application::lock(&tx, message.application).await?;
            let about = about.ok_or_else(|| Fault::missing("application", message.application))?;
            let subject = application::subject(&tx, &about, viewer.user()).await?;
            allow("message", &subject, &messages(viewer), &corresponding(viewer))?;
            let user = viewer.user().ok_or(Refusal::Forbidden)?;
            // Read under the lock: of two who say so at once, one was first.
            let message = kept::get(&tx, id).await?.ok_or(Refusal::NotFound("message"))?;
            if message.read_at.is_some() {
                return Ok(message);
            }
            kept::mark_read(&tx, id, user, change.at).await?;
            tx.record(event(change, EventKind::MessageRead, &about).word("message", id));
            Ok(Message { read_at: Some(change.at), read_by: Some(user), ..message })
        })
        .await
}
