//! Messages that are to be, or were, sent, and how their delivery stands. Never their text or addresses.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{Context, Enum, ID, InputObject, Object};

use super::asking::{Asking, asking};
use super::batch::{Load, grouped};
use super::connection::{Connection, Paging};
use super::email_attempt::{AttemptsOfEmail, EmailAttempt};
use super::error::{bad_argument, fault, id, optional_id};
use super::payload::{answer, payload};
use super::scalar::DateTime;
use crate::actions;
use crate::domain;
use crate::domain::id::{EmailMessageId, OfferId};
use crate::domain::policy::application::emails;
use crate::storage::{self, Fault};

/// How the delivery of a message stands.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::email::EmailState")]
pub enum EmailMessageStatus {
    /// Waits for its turn.
    Queued,
    /// A worker speaks to the relay about it; nothing of it has left.
    Sending,
    /// It is leaving.
    Transmitting,
    /// The relay took it.
    Sent,
    /// The relay asked to try later.
    Deferred,
    /// It left and no answer came: it may or may not have arrived. It is sent once more, then a person decides.
    Unknown,
    /// It was refused for good, or every try was spent.
    Failed,
    /// It was taken back before it left.
    Cancelled,
    /// The relay took it and it came back.
    Bounced,
}

/// What a message says.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::email::LetterKind")]
pub enum EmailMessageKind {
    /// An application came in.
    ApplicationReceived,
    /// An application came in again; the first one stands.
    ApplicationRepeated,
    /// An application was declined.
    ApplicationDeclined,
    /// An application was withdrawn.
    ApplicationWithdrawn,
    /// An application went on to another posting.
    ApplicationTransferred,
    /// A colleague wrote to the candidate.
    MessageSent,
    /// Questions of a step were sent.
    FormSent,
    /// A reminder of unanswered questions.
    FormReminded,
    /// A colleague was asked for a scorecard.
    ScorecardRequested,
    /// A colleague was reminded of a scorecard.
    ScorecardReminded,
    /// An offer waits for approval: to an approver.
    ApprovalRequested,
    /// An approver was reminded.
    ApprovalReminded,
    /// An offer is approved: to whoever drafted it.
    ApprovalGiven,
    /// An offer was not approved: to whoever drafted it.
    ApprovalRefused,
    /// A colleague was mentioned in a note.
    NoteMentioned,
    /// A meeting was set, moved or changed: to the candidate.
    InterviewScheduled,
    /// A meeting was called off: to the candidate.
    InterviewCancelled,
    /// A meeting was set, moved or changed: to somebody who comes.
    InterviewAssigned,
    /// A meeting was called off, or takes place without them: to somebody who was to come.
    InterviewUnassigned,
    /// Times were offered: to the candidate.
    InterviewSlots,
    /// A reminder of picking a time.
    InterviewSlotsReminded,
    /// The candidate is asked to name people.
    NominationRequested,
    /// A reminder of naming people.
    NominationReminded,
    /// A referee is asked.
    ReferenceRequested,
    /// A reminder to a referee.
    ReferenceReminded,
    /// An offer.
    Offer,
    /// More time for an offer.
    OfferExtended,
    /// The code that accepting an offer takes.
    OfferCode,
    /// An offer was accepted.
    OfferAccepted,
    /// An offer was declined.
    OfferDeclined,
    /// A candidate was reminded of an offer.
    OfferReminded,
    /// An offer's time is over: to the candidate.
    OfferExpired,
    /// An offer was accepted, declined or not answered: to whoever drafted it.
    OfferEnded,
    /// An offer was taken back.
    OfferRescinded,
}

/// A message that is to be, or was, sent.
#[derive(Debug, Clone)]
pub struct EmailMessage(pub domain::email::EmailMessage);

impl From<domain::email::EmailMessage> for EmailMessage {
    fn from(message: domain::email::EmailMessage) -> Self {
        Self(message)
    }
}

/// A message that is to be, or was, sent.
#[Object]
impl EmailMessage {
    /// Id of the message.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// What the message says.
    async fn kind(&self) -> EmailMessageKind {
        self.0.kind.into()
    }

    /// How the delivery of the message stands.
    async fn status(&self) -> EmailMessageStatus {
        self.0.state.into()
    }

    /// Language of the organisation's own words that it was written in; absent for the words of this program.
    async fn template_language(&self) -> Option<&str> {
        self.0.template.as_ref().map(|(language, _)| language.as_str())
    }

    /// Version of the organisation's own words that it was written in.
    async fn template_version(&self) -> Option<i32> {
        self.0.template.as_ref().map(|(_, version)| *version)
    }

    /// How often a delivery was tried. Tries that a relay's own trouble ended do not count.
    async fn attempts(&self) -> i32 {
        self.0.attempts
    }

    /// Reply code the relay gave last (RFC 5321).
    async fn last_code(&self) -> Option<i32> {
        self.0.last_code
    }

    /// What the relay said last, without the addresses it quoted; or what went wrong instead.
    async fn last_reply(&self) -> Option<String> {
        self.0.reply()
    }

    /// Timestamp of when the message was written.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Timestamp of when the message is tried next; null when nothing happens by itself any more.
    async fn next_attempt_at(&self) -> Option<DateTime> {
        self.0.next_attempt_at().map(DateTime)
    }

    /// Timestamp of when the relay took the message.
    async fn sent_at(&self) -> Option<DateTime> {
        self.0.sent_at.map(DateTime)
    }

    /// Timestamp of when another message was sent in the place of this one.
    async fn replaced_at(&self) -> Option<DateTime> {
        self.0.replaced_at.map(DateTime)
    }

    /// Tries at delivering the message, the newest first: the 20 last.
    async fn attempt_log(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<EmailAttempt>> {
        let tries = asking(ctx).load_all::<AttemptsOfEmail>(self.0.id).await?;
        Ok(tries.iter().map(EmailAttempt::from).collect())
    }

    /// Indicates whether the addressee may have received the message twice.
    async fn duplicate_possible(&self) -> bool {
        self.0.duplicate_possible
    }
}

/// Messages by their ids, as far as the viewer sees them.
pub(super) struct EmailMessageById;

impl Load for EmailMessageById {
    type Key = EmailMessageId;
    type Value = domain::email::EmailMessage;

    async fn load(
        asking: &Asking,
        keys: Vec<EmailMessageId>,
    ) -> Result<HashMap<EmailMessageId, Self::Value>, Fault> {
        let found = storage::email_message::of(asking.store(), &emails(&asking.viewer), &keys).await?;
        Ok(found.into_iter().map(|message| (message.id, message)).collect())
    }
}

/// The messages that carry offers, newest first.
pub struct EmailMessagesOfOffer;

impl Load for EmailMessagesOfOffer {
    type Key = OfferId;
    type Value = Arc<Vec<domain::email::EmailMessage>>;

    async fn load(asking: &Asking, keys: Vec<OfferId>) -> Result<HashMap<OfferId, Self::Value>, Fault> {
        let scope = emails(&asking.viewer);
        let found = storage::email_message::of_offers(asking.store(), &scope, &keys).await?;
        Ok(grouped(found.into_iter().filter_map(|message| Some((message.offer?, message)))))
    }
}

/// Which messages a list holds; every part that is given has to match.
#[derive(InputObject, Debug, Default)]
pub struct EmailMessageFilter {
    /// About this application.
    application_id: Option<ID>,
    /// About this offer.
    offer_id: Option<ID>,
    /// Standing like this.
    status: Option<EmailMessageStatus>,
    /// Saying this.
    kind: Option<EmailMessageKind>,
}

/// Queries about messages.
#[derive(Debug, Default)]
pub struct EmailMessageQuery;

#[Object]
impl EmailMessageQuery {
    /// A message. Administrators see all; recruiters and hiring managers those of what they work on.
    async fn email_message(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the message.")] id: ID,
    ) -> async_graphql::Result<Option<EmailMessage>> {
        let Ok(id) = id.parse() else { return Ok(None) };
        Ok(asking(ctx).load::<EmailMessageById>(id).await?.map(EmailMessage))
    }

    /// Messages, the newest first. Administrators see all; recruiters and hiring managers those of what they work on.
    async fn email_messages(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which messages.")] filter: Option<EmailMessageFilter>,
        #[graphql(desc = "How many from the start: 1 to 100, 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only entries behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only entries ahead of this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<EmailMessage>> {
        let asking = asking(ctx);
        let page = Paging { first, after, last, before }.page().map_err(|refusal| bad_argument(&refusal))?;
        let wanted = wanted(&filter.unwrap_or_default()).map_err(|refusal| bad_argument(&refusal))?;
        let scope = emails(&asking.viewer);
        let part = storage::email_message::listed(asking.store(), &scope, wanted, &page).await;
        let part = part.map_err(|broken| fault(&broken))?;
        Ok(Connection::new(&page, part, |message| (message.created_at, message.id.to_string()), EmailMessage))
    }
}

fn wanted(filter: &EmailMessageFilter) -> Result<storage::email_message::Wanted, domain::Refusal> {
    Ok(storage::email_message::Wanted {
        application: optional_id(filter.application_id.as_ref(), "application")?,
        offer: optional_id(filter.offer_id.as_ref(), "offer")?,
        state: filter.status.map(Into::into),
        kind: filter.kind.map(Into::into),
    })
}

/// Which message to have sent now.
#[derive(InputObject, Debug)]
pub struct EmailMessageRetryInput {
    /// Id of the message.
    email_message_id: ID,
}

/// Which message to take back.
#[derive(InputObject, Debug)]
pub struct EmailMessageCancelInput {
    /// Id of the message.
    email_message_id: ID,
}

payload! {
    /// Answer to emailMessageRetry.
    EmailMessageRetryPayload {
        /// The message.
        email_message: EmailMessage
    }
}

payload! {
    /// Answer to emailMessageCancel.
    EmailMessageCancelPayload {
        /// The message.
        email_message: EmailMessage
    }
}

/// Which message somebody saw to.
#[derive(InputObject, Debug)]
pub struct EmailMessageDismissInput {
    /// Id of the message.
    email_message_id: ID,
}

payload! {
    /// Answer to emailMessageDismiss.
    EmailMessageDismissPayload {
        /// The message.
        email_message: EmailMessage
    }
}

/// Changes to messages.
#[derive(Debug, Default)]
pub struct EmailMessageMutation;

#[Object]
impl EmailMessageMutation {
    /// Has a message sent now: sooner than it would be, again after it failed, or once more though it may have arrived.
    async fn email_message_retry(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which message.")] input: EmailMessageRetryInput,
    ) -> async_graphql::Result<Option<EmailMessageRetryPayload>> {
        let work = async {
            let message = id(&input.email_message_id, "emailMessage")?;
            actions::email::retry(asking(ctx).act(), message).await
        };
        answer(work.await)
    }

    /// Takes a message back before it leaves.
    async fn email_message_cancel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which message.")] input: EmailMessageCancelInput,
    ) -> async_graphql::Result<Option<EmailMessageCancelPayload>> {
        let work = async {
            let message = id(&input.email_message_id, "emailMessage")?;
            actions::email::cancel(asking(ctx).act(), message).await
        };
        answer(work.await)
    }

    /// Says that somebody saw to a message that came back: it leaves `work`.
    async fn email_message_dismiss(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which message.")] input: EmailMessageDismissInput,
    ) -> async_graphql::Result<Option<EmailMessageDismissPayload>> {
        let work = async {
            let message = id(&input.email_message_id, "emailMessage")?;
            actions::email::dismiss(asking(ctx).act(), message).await
        };
        answer(work.await)
    }
}
