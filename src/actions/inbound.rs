//! Mail that comes in, each body once: reports first, then answers to invitations, then what somebody wrote.
//!
//! None of it is proof of who wrote it, so nothing about an application or an offer is decided here.

use chrono::{DateTime, Utc};

use super::{Act, application, delivery, email};
use crate::domain::application::Application;
use crate::domain::email::{EmailMessage, EmailState, LetterKind};
use crate::domain::event::{Change, EventKind};
use crate::domain::id::{EmailMessageId, InterviewId, MessageId};
use crate::domain::interview::{Interview, InterviewState, Participant, Response};
use crate::domain::message::{Action, CalendarReply, Message, Report, Taken};
use crate::domain::policy::application::{contacts, emails};
use crate::domain::viewer::Viewer;
use crate::mail::inbound::Incoming;
use crate::mail::seal::Sealed;
use crate::storage::{
    Failure, Tx, application as applications, candidate, email_message, inbound as kept, interview, message,
};

/// Takes a mail in; `sha256` is of its bytes. Says what became of it.
pub async fn take(act: Act<'_>, mail: &Incoming, sha256: &str) -> Result<Taken, Failure> {
    let change = &act.change();
    let id = MessageId::new(change.at, act.chance);
    act.store
        .write(|tx| async move {
            if !kept::take(&tx, sha256, change.at).await? {
                return Ok(Taken::Repeated);
            }
            let taken = Mail { id, read: mail, sha256 }.taken(&tx, change).await?;
            if taken == Taken::Ignored {
                kept::forget(&tx, sha256).await?;
            }
            Ok(taken)
        })
        .await
}

/// A mail, and what it is kept under if it is.
struct Mail<'a> {
    id: MessageId,
    read: &'a Incoming,
    sha256: &'a str,
}

impl Mail<'_> {
    async fn taken(&self, tx: &Tx, change: &Change) -> Result<Taken, Failure> {
        match (&self.read.report, &self.read.reply, self.read.sealed) {
            (Some(report), _, Some(Sealed::Bounce(id))) => reported(tx, change, id, report).await,
            (None, Some(reply), sealed) => match self.replied(tx, change, reply).await? {
                Taken::Ignored => self.written(tx, change, sealed).await,
                taken => Ok(taken),
            },
            (None, None, sealed) => self.written(tx, change, sealed).await,
            // A report to another address than its message's own return path: anybody could have written it.
            (Some(_), ..) => Ok(Taken::Ignored),
        }
    }

    /// What somebody wrote, kept with the application it came to.
    async fn written(&self, tx: &Tx, change: &Change, sealed: Option<Sealed>) -> Result<Taken, Failure> {
        let Some(Sealed::Reply(about)) = sealed else { return Ok(Taken::Ignored) };
        let Some(about) = applications::lock(tx, about).await? else { return Ok(Taken::Ignored) };
        // A machine's word needs nobody's eyes: an absence note, most often.
        let read_at = self.read.automatic.then_some(change.at);
        self.keep(tx, change, &about, None, read_at).await
    }

    async fn keep(
        &self,
        tx: &Tx,
        change: &Change,
        about: &Application,
        answer: Option<(InterviewId, Response)>,
        read_at: Option<DateTime<Utc>>,
    ) -> Result<Taken, Failure> {
        let mail = self.read;
        let own = address_of(tx, about).await?;
        let from = mail.from.as_deref().map(str::to_lowercase);
        let kept = Message {
            id: self.id,
            application: about.id,
            message_id: mail.message_id.clone(),
            sender: mail.from.clone(),
            from_candidate: from.is_some() && from == own,
            automatic: mail.automatic,
            subject: mail.subject.clone(),
            text: mail.text.clone(),
            attachments: mail.attachments.clone(),
            attachment_count: i32::try_from(mail.attachment_count).unwrap_or(i32::MAX),
            answer,
            received_at: change.at,
            read_at,
            read_by: None,
            sent: None,
            asked: None,
        };
        message::insert(tx, &kept, self.sha256).await?;
        let event = application::event(change, EventKind::MessageReceived, about).word("message", kept.id);
        tx.record(event.word("from", if kept.from_candidate { "candidate" } else { "other" }));
        Ok(Taken::Kept)
    }

    /// A colleague's answer is noted where they answer otherwise too; a candidate's is kept as what they wrote, since only a
    /// person can say what follows of it.
    async fn replied(&self, tx: &Tx, change: &Change, reply: &CalendarReply) -> Result<Taken, Failure> {
        let Some((id, about)) = kept::interview(tx, &reply.uid).await? else { return Ok(Taken::Ignored) };
        let Some(about) = applications::lock(tx, about).await? else { return Ok(Taken::Ignored) };
        let held = interview::get_locked(tx, id).await?;
        // An answer to an invitation that was replaced says nothing about this one.
        if held.state != InterviewState::Scheduled
            || reply.sequence < held.sequence
            || about.active().is_err()
        {
            return Ok(Taken::Ignored);
        }
        if let Some(one) = invited(tx, &held, &reply.attendee).await? {
            return responded(tx, change, &about, &held, one, reply.response).await;
        }
        if address_of(tx, &about).await? != Some(reply.attendee.to_lowercase()) {
            return Ok(Taken::Ignored);
        }
        let read_at = (reply.response == Response::Accepted).then_some(change.at);
        self.keep(tx, change, &about, Some((id, reply.response)), read_at).await?;
        Ok(Taken::Responded)
    }
}

/// Who of those who come has this address.
async fn invited(tx: &Tx, held: &Interview, address: &str) -> Result<Option<Participant>, Failure> {
    let Some(user) = kept::user(tx, address).await? else { return Ok(None) };
    let coming = interview::coming(tx, held.id).await?;
    Ok(coming.into_iter().find(|one| one.user == user))
}

async fn responded(
    tx: &Tx,
    change: &Change,
    about: &Application,
    held: &Interview,
    one: Participant,
    response: Response,
) -> Result<Taken, Failure> {
    let user = one.user;
    interview::keep_participant(tx, held.id, &Participant { response, ..one }).await?;
    let event = super::interview::told(change, EventKind::InterviewResponded, about, held);
    tx.record(event.word("user", user).word("response", response).word("by", "mail"));
    Ok(Taken::Responded)
}

/// The candidate's own address, folded.
async fn address_of(tx: &Tx, about: &Application) -> Result<Option<String>, Failure> {
    let mut found = candidate::contacts(tx, &contacts(&Viewer::System), &[about.candidate]).await?;
    Ok(found.remove(&about.candidate).map(|contact| contact.email.key()))
}

/// What another server says of a message of ours.
async fn reported(tx: &Tx, change: &Change, id: EmailMessageId, report: &Report) -> Result<Taken, Failure> {
    let Some(email) = email_message::lock(tx, &emails(&Viewer::System), id).await? else {
        return Ok(Taken::Ignored);
    };
    match report.action {
        Action::Failed => bounced(tx, change, &email, report).await,
        Action::Delayed => {
            let event = change.event(EventKind::EmailDelayed).posting(email.posting);
            let event = event.application(email.application).word("email", id);
            tx.record(event.word("status", report.status.as_deref().unwrap_or("unknown")));
            Ok(Taken::Delayed)
        }
        Action::Delivered | Action::Relayed | Action::Expanded => {
            if !kept::arrive(tx, id, change.at).await? {
                return Ok(Taken::Ignored);
            }
            tx.record(email::updated(change, &email, EmailState::Sent));
            if let (LetterKind::Offer, Some(offer), Some(version)) = (email.kind, email.offer, email.version)
            {
                let about = (email.posting, email.application);
                delivery::offer_delivered(tx, change, about, (offer, version)).await?;
            }
            Ok(Taken::Delivered)
        }
    }
}

async fn bounced(tx: &Tx, change: &Change, email: &EmailMessage, report: &Report) -> Result<Taken, Failure> {
    if !kept::bounce(tx, email.id, report, change.at).await? {
        return Ok(Taken::Ignored);
    }
    tx.record(email::updated(change, email, EmailState::Bounced));
    if report.is_dead_address() {
        email::give_up_address(tx, change, email).await?;
    }
    Ok(Taken::Bounced)
}
