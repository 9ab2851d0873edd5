//! Messages as people and other changes handle them: queued, taken back, sent again.

use super::Act;
use crate::domain::Refusal;
use crate::domain::email::{EmailMessage, EmailState, NewEmail, Omission};
use crate::domain::event::{Change, EventKind};
use crate::domain::id::{ApplicationId, EmailMessageId, OfferId, ReferenceId};
use crate::domain::policy::application::{emails, mailing};
use crate::domain::viewer::Viewer;
use crate::storage::{Failure, Tx, email_message, inbound};

/// Whether a message is to a candidate at an address that is known not to work: it would come back again.
pub(super) async fn is_in_vain(tx: &Tx, email: &NewEmail) -> Result<bool, Failure> {
    let to_candidate = email.user.is_none() && email.reference.is_none();
    Ok(to_candidate && inbound::is_dead(tx, email.candidate, &email.to).await?)
}

/// Notes that mail does not reach the candidate at the address that a message went to, unless it went to somebody else.
pub(super) async fn give_up_address(tx: &Tx, change: &Change, email: &EmailMessage) -> Result<(), Failure> {
    let to_candidate = email.user.is_none() && email.reference.is_none();
    if to_candidate
        && let Some(to) = inbound::recipient(tx, email.id).await?
        && inbound::mark_dead(tx, email.candidate, &to, change.at).await?
    {
        let event = change.event(EventKind::CandidateUndeliverable).posting(email.posting);
        tx.record(event.application(email.application).word("candidate", email.candidate));
    }
    Ok(())
}

/// Queues a message in the write that causes it. An occasion that has one already gets no second, and an address that is
/// known not to work gets none, which is recorded: `false`.
pub async fn queue(tx: &Tx, change: &Change, email: &NewEmail) -> Result<bool, Failure> {
    if is_in_vain(tx, email).await? {
        let omitted =
            change.event(EventKind::EmailOmitted).posting(email.posting).application(email.application);
        tx.record(omitted.word("kind", email.kind).word("reason", Omission::AddressDead));
        return Ok(false);
    }
    let queued = email_message::push(tx, email).await?;
    if queued {
        let mut event = change.event(EventKind::EmailQueued).posting(email.posting);
        event = event.application(email.application);
        if let Some((offer, version)) = email.offer {
            event = event.offer(offer).count("version", version.into());
        }
        tx.record(event.word("email", email.id).word("kind", email.kind));
    }
    Ok(queued)
}

/// Takes back what has not left yet of an offer's mail, in the write that ends or replaces what it offers.
pub async fn take_back_offer(tx: &Tx, change: &Change, offer: OfferId) -> Result<(), Failure> {
    taken_back(tx, change, &email_message::cancel_of_offer(tx, offer).await?);
    Ok(())
}

/// Takes back what has not left yet of a referee's mail, in the write that withdraws what they were asked.
pub async fn take_back_reference(tx: &Tx, change: &Change, reference: ReferenceId) -> Result<(), Failure> {
    taken_back(tx, change, &email_message::cancel_of_reference(tx, reference).await?);
    Ok(())
}

/// Takes back what has not left yet of the mail about a decline, in the write after which it is none.
pub async fn take_back_decline(tx: &Tx, change: &Change, of: ApplicationId) -> Result<(), Failure> {
    taken_back(tx, change, &email_message::cancel_of_decline(tx, of).await?);
    Ok(())
}

fn taken_back(tx: &Tx, change: &Change, emails: &[EmailMessage]) {
    for email in emails {
        tx.record(updated(change, email, EmailState::Cancelled));
    }
}

/// Has a message sent now: sooner than it would be, again after it failed, or once more though it may have arrived.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, or `EMAIL_STATE` when it waits for the hour it is dated with, is under way, was sent, or was
/// taken back.
pub async fn retry(act: Act<'_>, id: EmailMessageId) -> Result<EmailMessage, Failure> {
    let change = act.change();
    let (viewer, change) = (act.viewer, &change);
    act.store
        .write(|tx| async move {
            let email = held_by(&tx, viewer, id).await?;
            email.state.may_be_retried()?;
            if email.is_early(change.at) {
                return Err(Refusal::EmailState("to leave at a later hour").into());
            }
            email_message::make_due(&tx, id, change.at).await?;
            let email = find(&tx, viewer, id).await?;
            tx.record(updated(change, &email, email.state));
            Ok(email)
        })
        .await
}

/// Takes a message back before it leaves.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, or `EMAIL_STATE` when it is under way or may have arrived.
pub async fn cancel(act: Act<'_>, id: EmailMessageId) -> Result<EmailMessage, Failure> {
    let change = act.change();
    let (viewer, change) = (act.viewer, &change);
    act.store
        .write(|tx| async move {
            let email = held_by(&tx, viewer, id).await?;
            email.state.may_be_cancelled()?;
            email_message::cancel(&tx, id).await?;
            let email = find(&tx, viewer, id).await?;
            tx.record(updated(change, &email, email.state));
            Ok(email)
        })
        .await
}

/// Says that somebody saw to a message that came back: it awaits nobody any more.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, or `EMAIL_STATE` when it did not come back.
pub async fn dismiss(act: Act<'_>, id: EmailMessageId) -> Result<EmailMessage, Failure> {
    let change = act.change();
    let (viewer, change) = (act.viewer, &change);
    act.store
        .write(|tx| async move {
            let email = held_by(&tx, viewer, id).await?;
            email.state.may_be_dismissed()?;
            if email.held {
                email_message::dismiss(&tx, id).await?;
                let mut event = change.event(EventKind::EmailDismissed).posting(email.posting);
                event = event.application(email.application);
                tx.record(event.word("email", id));
            }
            find(&tx, viewer, id).await
        })
        .await
}

/// The message, held until the write ends, if the viewer may send it or take it back.
async fn held_by(tx: &Tx, viewer: &Viewer, id: EmailMessageId) -> Result<EmailMessage, Failure> {
    if let Some(email) = email_message::lock(tx, &mailing(viewer), id).await? {
        return Ok(email);
    }
    find(tx, viewer, id).await?;
    Err(Refusal::Forbidden.into())
}

async fn find(tx: &Tx, viewer: &Viewer, id: EmailMessageId) -> Result<EmailMessage, Failure> {
    let found = email_message::find(tx, &emails(viewer), id).await?;
    found.ok_or_else(|| Refusal::NotFound("emailMessage").into())
}

/// The event that a message stands otherwise now.
pub(super) fn updated(
    change: &Change,
    email: &EmailMessage,
    state: EmailState,
) -> crate::domain::event::Event {
    let mut event =
        change.event(EventKind::EmailUpdated).posting(email.posting).application(email.application);
    if let Some(offer) = email.offer {
        event = event.offer(offer);
    }
    event.word("email", email.id).word("state", state)
}
