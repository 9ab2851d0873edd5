//! Texts that colleagues keep for writing to candidates.

use async_graphql::{Context, ID, InputObject, Object};

use super::asking::asking;
use super::error::{fault, id};
use super::letter_template::LetterVariable;
use super::payload::{answer, payload};
use super::scalar::DateTime;
use super::user::{User, user};
use crate::actions::saved_reply as actions;
use crate::domain;
use crate::domain::placeholder::NAMES;
use crate::domain::policy::organisation::sees_replies_of;
use crate::storage;

/// A text that is kept for writing to candidates. `messageSend` takes what it says, changed or not.
#[derive(Debug, Clone)]
pub struct SavedReply(domain::saved_reply::SavedReply);

impl From<domain::saved_reply::SavedReply> for SavedReply {
    fn from(reply: domain::saved_reply::SavedReply) -> Self {
        Self(reply)
    }
}

/// A text that is kept for writing to candidates. `messageSend` takes what it says, changed or not.
#[Object]
impl SavedReply {
    /// Id of the text.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// What it is called.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Subject of mails, if it has one.
    async fn subject(&self) -> Option<&str> {
        self.0.wording.subject.as_deref()
    }

    /// What it says, with names in braces.
    async fn text(&self) -> &str {
        &self.0.wording.text
    }

    /// Indicates whether it is the whole organisation's; else it is the viewer's own.
    async fn shared(&self) -> bool {
        self.0.owner.is_none()
    }

    /// Member of staff who saved it last.
    async fn saved_by(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        user(asking(ctx), self.0.saved_by).await
    }

    /// Timestamp of when it was saved last.
    async fn saved_at(&self) -> DateTime {
        self.0.saved_at.into()
    }

    /// Rises with each change.
    async fn revision(&self) -> i32 {
        self.0.revision
    }
}

/// Queries about texts that are kept.
#[derive(Debug, Default)]
pub struct SavedReplyQuery;

#[Object]
impl SavedReplyQuery {
    /// Texts that are kept for writing to candidates, by name: the organisation's and the viewer's own, for staff.
    async fn saved_replies(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<SavedReply>> {
        let asking = asking(ctx);
        if !sees_replies_of(&asking.viewer, None) {
            return Ok(Vec::new());
        }
        let found = storage::saved_reply::listed(asking.store(), asking.viewer.user()).await;
        Ok(found.map_err(|broken| fault(&broken))?.into_iter().map(SavedReply).collect())
    }

    /// What saved replies and messages may name.
    async fn message_variables(&self) -> Vec<LetterVariable> {
        NAMES.iter().copied().map(LetterVariable::from).collect()
    }
}

/// What `savedReplyCreate` takes.
#[derive(InputObject, Debug)]
pub struct SavedReplyCreateInput {
    /// What it is called: one line, at most 80 characters. Of one's own, as of the organisation's, no two have one name.
    name: String,
    /// Subject of mails, as `messageSend` takes it.
    subject: Option<String>,
    /// What it says, as `messageSend` takes it.
    text: String,
    /// Indicates whether it is for the whole organisation, not for the viewer alone.
    #[graphql(default)]
    shared: bool,
}

/// What `savedReplyUpdate` takes.
#[derive(InputObject, Debug)]
pub struct SavedReplyUpdateInput {
    /// Id of the text.
    saved_reply_id: ID,
    /// Revision that the caller read, if it is to matter.
    expected_revision: Option<i32>,
    /// What it is to be called.
    name: String,
    /// Subject that it is to have; none if absent.
    subject: Option<String>,
    /// What it is to say.
    text: String,
}

/// What `savedReplyDelete` takes.
#[derive(InputObject, Debug)]
pub struct SavedReplyDeleteInput {
    /// Id of the text.
    saved_reply_id: ID,
    /// Revision that the caller read, if it is to matter.
    expected_revision: Option<i32>,
}

payload!(
    /// Answer to `savedReplyCreate`.
    SavedReplyCreatePayload {
        /// The text.
        saved_reply: SavedReply
    }
);

payload!(
    /// Answer to `savedReplyUpdate`.
    SavedReplyUpdatePayload {
        /// The text, as it stands now.
        saved_reply: SavedReply
    }
);

payload!(
    /// Answer to `savedReplyDelete`.
    SavedReplyDeletePayload {
        /// The text that is gone.
        saved_reply: SavedReply
    }
);

/// Changes of texts that are kept.
#[derive(Debug, Default)]
pub struct SavedReplyMutation;

#[Object]
impl SavedReplyMutation {
    /// Keeps a text for writing to candidates.
    async fn saved_reply_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The text to be kept.")] input: SavedReplyCreateInput,
    ) -> async_graphql::Result<Option<SavedReplyCreatePayload>> {
        let SavedReplyCreateInput { name, subject, text, shared } = input;
        let draft = actions::Draft { name, subject, text };
        answer(actions::create(asking(ctx).act(), draft, shared).await)
    }

    /// Changes a text that is kept.
    async fn saved_reply_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which text, and what it is to be.")] input: SavedReplyUpdateInput,
    ) -> async_graphql::Result<Option<SavedReplyUpdatePayload>> {
        let SavedReplyUpdateInput { saved_reply_id, expected_revision, name, subject, text } = input;
        let work = async {
            let reply = id(&saved_reply_id, "saved reply")?;
            let draft = actions::Draft { name, subject, text };
            actions::update(asking(ctx).act(), reply, expected_revision, draft).await
        };
        answer(work.await)
    }

    /// Throws a text away. What was written with it stays.
    async fn saved_reply_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which text.")] input: SavedReplyDeleteInput,
    ) -> async_graphql::Result<Option<SavedReplyDeletePayload>> {
        let work = async {
            let reply = id(&input.saved_reply_id, "saved reply")?;
            actions::delete(asking(ctx).act(), reply, input.expected_revision).await
        };
        answer(work.await)
    }
}
