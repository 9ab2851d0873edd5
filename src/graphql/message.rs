//! What candidates and colleagues write each other by mail, for colleagues alone.

use std::collections::HashMap;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::application::Application;
use super::application_each::{Nothing, each_once, told};
use super::application_read::ApplicationById;
use super::asking::{Asking, asking};
use super::batch::{Load, alike, nested_read};
use super::connection::Connection;
use super::email_message::{EmailMessage, EmailMessageById};
use super::error::{bounded, id};
use super::interview::InterviewResponse;
use super::offer_part::OfferQuestion;
use super::payload::{UserError, answer, payload};
use super::scalar::DateTime;
use super::user::{User, user};
use crate::actions::message as actions;
use crate::domain;
use crate::domain::Refusal;
use crate::domain::id::{ApplicationId, MessageId};
use crate::domain::policy::application::messages;
use crate::storage::{self, Fault, Page, Part};

/// What was written about an application: by a colleague, by its candidate on the page of an offer, or in a mail that came in. Who such
/// a mail is from is only what it says.
#[derive(Debug, Clone)]
pub struct Message(domain::message::Message);

impl From<domain::message::Message> for Message {
    fn from(message: domain::message::Message) -> Self {
        Self(message)
    }
}

/// What was written about an application: by a colleague, by its candidate on the page of an offer, or in a mail that came in. Who such
/// a mail is from is only what it says.
#[Object]
impl Message {
    /// Id of the mail.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Application that it is about.
    async fn application(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Application>> {
        Ok(asking(ctx).load::<ApplicationById>(self.0.application).await?.map(Application))
    }

    /// Colleague who wrote it; absent for what came in.
    async fn author(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        user(asking(ctx), self.0.sent.map(|(author, _)| author)).await
    }

    /// Message that carries it, and how its delivery stands; absent for what came in.
    async fn email_message(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<EmailMessage>> {
        let Some((_, id)) = self.0.sent else { return Ok(None) };
        Ok(asking(ctx).load::<EmailMessageById>(id).await?.map(EmailMessage))
    }

    /// E-mail address that it says it is from, if it came in and says one. No proof of who wrote it.
    async fn from(&self) -> Option<&str> {
        self.0.sender.as_deref()
    }

    /// Indicates whether that was the candidate's own address when it came.
    async fn from_candidate(&self) -> bool {
        self.0.from_candidate
    }

    /// Indicates whether a machine wrote it, such as a note of absence. Nobody has to read those.
    async fn automatic(&self) -> bool {
        self.0.automatic
    }

    /// Subject of the mail: at most 300 characters; empty where a colleague gave none.
    async fn subject(&self) -> &str {
        &self.0.subject
    }

    /// Text of the mail: at most 100000 bytes, where it was cut it ends in `[...]`; of HTML what can be read.
    async fn text(&self) -> &str {
        &self.0.text
    }

    /// Names of its attachments, the first 20. The attachments themselves are not kept.
    async fn attachments(&self) -> &[String] {
        &self.0.attachments
    }

    /// How many attachments it had.
    async fn attachment_count(&self) -> i32 {
        self.0.attachment_count
    }

    /// The candidate's answer to an invitation, if it is one. It changes nothing by itself.
    async fn response(&self) -> Option<InterviewResponse> {
        self.0.answer.map(|(_, response)| response.into())
    }

    /// What it is, if the candidate wrote it on the page of their offer.
    async fn offer_question(&self) -> Option<OfferQuestion> {
        self.0.asked.map(OfferQuestion::from)
    }

    /// Timestamp of when it came in, or was written.
    async fn received_at(&self) -> DateTime {
        self.0.received_at.into()
    }

    /// Timestamp of when somebody said that they read it; for what nobody has to read, of when it came in or was written.
    async fn read_at(&self) -> Option<DateTime> {
        self.0.read_at.map(Into::into)
    }

    /// Member of staff who said that they read it.
    async fn read_by(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        user(asking(ctx), self.0.read_by).await
    }
}

nested_read! {
    /// Mails that came in by their ids.
    pub(super) MessageById(asking, keys: MessageId) -> domain::message::Message {
        let found = storage::message::of(asking.store(), &messages(&asking.viewer), &keys).await?;
        Ok(found.into_iter().map(|message| (message.id, message)).collect())
    }
}

/// Mails about applications, page by page.
struct MessagesOfApplication;

impl Load for MessagesOfApplication {
    type Key = (ApplicationId, Page);
    type Value = Part<domain::message::Message>;

    async fn load(asking: &Asking, keys: Vec<Self::Key>) -> Result<HashMap<Self::Key, Self::Value>, Fault> {
        let scope = messages(&asking.viewer);
        let mut found = HashMap::new();
        for (page, applications) in alike(keys) {
            let parts =
                storage::message::of_applications(asking.store(), &scope, &applications, &page).await?;
            found.extend(parts.into_iter().map(|(id, part)| ((id, page.clone()), part)));
        }
        Ok(found)
    }
}

/// A page of the mails about an application.
pub(super) async fn of_application(
    asking: &Asking,
    id: ApplicationId,
    page: Page,
) -> async_graphql::Result<Connection<Message>> {
    let part = asking.load_all::<MessagesOfApplication>((id, page.clone())).await?;
    Ok(Connection::new(&page, part, |message| (message.received_at, message.id.to_string()), Message))
}

/// What `messageSend` takes.
#[derive(InputObject, Debug)]
pub struct MessageSendInput {
    /// Ids of the applications whose candidates are written to: each once, at most 100.
    application_ids: Vec<ID>,
    /// Subject of the mail, at most 150 characters; without it the mail says which role it is about. Names in braces are put in.
    subject: Option<String>,
    /// What is said, in plain text: at most 10,000 characters. A greeting and a signature are put around it. Names in braces, such as
    /// `{{ role }}`, are put in for each candidate: those of `messageVariables`, no others.
    text: String,
    /// Names this request, at most 160 characters: repeated, it has the same effect once and the same answer. Kept 30 days.
    idempotency_key: Option<String>,
}

/// Answer to `messageSend`.
#[derive(SimpleObject, Debug)]
pub struct MessageSendPayload {
    /// What was written, in the order of `applicationIds`; null for each candidate who is not written to.
    messages: Vec<Option<Message>>,
    /// Why some are not: `field` tells which, as in `["applicationIds", "3"]`; empty when all are.
    user_errors: Vec<UserError>,
}

/// What `messageRead` takes.
#[derive(InputObject, Debug)]
pub struct MessageReadInput {
    /// Id of the mail.
    message_id: ID,
}

payload!(
    /// Answer to `messageRead`.
    MessageReadPayload {
        /// The mail.
        message: Message
    }
);

/// Changes of what is written by mail.
#[derive(Debug, Default)]
pub struct MessageMutation;

#[Object]
impl MessageMutation {
    /// Writes to candidates, to each by a mail of their own, which they can answer: what they answer is in
    /// `Application.messages`, where mail is taken in. One who cannot be written to holds up no other.
    async fn message_send(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "To whom, and what.")] input: MessageSendInput,
    ) -> Option<MessageSendPayload> {
        let MessageSendInput { application_ids, subject, text, idempotency_key } = input;
        let ended = async {
            let to = named(&application_ids)?;
            let written = actions::Written { subject, text, idempotency_key };
            Ok(actions::send(asking(ctx).act(), &to, written).await?)
        };
        let (messages, user_errors) = told(ctx, "applicationIds", ended.await);
        let messages = messages.into_iter().map(|message| message.map(Message)).collect();
        Some(MessageSendPayload { messages, user_errors })
    }

    /// Says that somebody has read a mail that came in: it leaves `work`, for everybody.
    async fn message_read(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which mail.")] input: MessageReadInput,
    ) -> async_graphql::Result<Option<MessageReadPayload>> {
        let ended = async { actions::read(asking(ctx).act(), id(&input.message_id, "message")?).await };
        answer(ended.await)
    }
}

/// The applications that are named, each once.
fn named(ids: &[ID]) -> Result<Vec<ApplicationId>, Nothing> {
    bounded("applicationIds", ids)?;
    if ids.is_empty() {
        return Err(Refusal::required("applicationIds").into());
    }
    each_once("applicationIds", ids.iter())
}
