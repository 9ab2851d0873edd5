//! Notes about applications, for colleagues alone.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object};

use super::application::Application;
use super::application_read::ApplicationById;
use super::asking::{Asking, asking};
use super::batch::{Load, alike, grouped, nested_read};
use super::connection::Connection;
use super::error::{bounded, id};
use super::payload::{answer, payload};
use super::scalar::DateTime;
use super::user::{User, user};
use crate::actions::note as actions;
use crate::domain;
use crate::domain::Refusal;
use crate::domain::id::{ApplicationId, NoteId, UserId};
use crate::domain::note::unfit;
use crate::domain::policy::application::notes;
use crate::storage::{self, Fault, Page, Part};

/// What a colleague wrote down about an application. It never changes, and the candidate never reads it.
#[derive(Debug, Clone)]
pub struct Note(domain::note::Note);

impl From<domain::note::Note> for Note {
    fn from(note: domain::note::Note) -> Self {
        Self(note)
    }
}

/// What a colleague wrote down about an application. It never changes, and the candidate never reads it.
#[Object]
impl Note {
    /// Id of the note.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Application that it is about.
    async fn application(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Application>> {
        Ok(asking(ctx).load::<ApplicationById>(self.0.application).await?.map(Application))
    }

    /// What it says.
    async fn text(&self) -> &str {
        &self.0.text
    }

    /// Member of staff who wrote it.
    async fn author(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        user(asking(ctx), Some(self.0.author)).await
    }

    /// Timestamp of when it was written.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Colleagues whom it mentions.
    async fn mentions(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<NoteMention>> {
        let mentions = asking(ctx).load_all::<MentionsOfNote>(self.0.id).await?;
        Ok(mentions.iter().cloned().map(NoteMention).collect())
    }
}

/// A colleague's being mentioned in a note.
#[derive(Debug)]
pub struct NoteMention(domain::note::Mention);

/// A colleague's being mentioned in a note.
#[Object]
impl NoteMention {
    /// Member of staff who is mentioned.
    async fn user(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        user(asking(ctx), Some(self.0.user)).await
    }

    /// Timestamp of when they said that they have read it.
    async fn read_at(&self) -> Option<DateTime> {
        self.0.read_at.map(Into::into)
    }
}

nested_read! {
    /// Notes by their ids.
    pub(super) NoteById(asking, keys: NoteId) -> domain::note::Note {
        let found = storage::note::of(asking.store(), &notes(&asking.viewer), &keys).await?;
        Ok(found.into_iter().map(|note| (note.id, note)).collect())
    }
}
nested_read! {
    /// Mentions in notes, which whoever asks has seen.
    MentionsOfNote(asking, keys: NoteId) -> Arc<Vec<domain::note::Mention>> {
        let found = storage::note::mentions(asking.store(), &keys).await?;
        Ok(grouped(found.into_iter().map(|mention| (mention.note, mention))))
    }
}

/// Notes of applications, page by page.
struct NotesOfApplication;

impl Load for NotesOfApplication {
    type Key = (ApplicationId, Page);
    type Value = Part<domain::note::Note>;

    async fn load(asking: &Asking, keys: Vec<Self::Key>) -> Result<HashMap<Self::Key, Self::Value>, Fault> {
        let scope = notes(&asking.viewer);
        let mut found = HashMap::new();
        for (page, applications) in alike(keys) {
            let parts = storage::note::of_applications(asking.store(), &scope, &applications, &page).await?;
            found.extend(parts.into_iter().map(|(id, part)| ((id, page.clone()), part)));
        }
        Ok(found)
    }
}

/// A page of the notes of an application.
pub(super) async fn of_application(
    asking: &Asking,
    id: ApplicationId,
    page: Page,
) -> async_graphql::Result<Connection<Note>> {
    let part = asking.load_all::<NotesOfApplication>((id, page.clone())).await?;
    Ok(Connection::new(&page, part, |note| (note.created_at, note.id.to_string()), Note))
}

/// What `noteAdd` takes.
#[derive(InputObject, Debug)]
pub struct NoteAddInput {
    /// Id of the application.
    application_id: ID,
    /// What the note says: at most 10000 characters.
    text: String,
    /// Ids of colleagues who are to read it: at most 20, each one who may read the application's notes.
    #[graphql(default)]
    mentions: Vec<ID>,
    /// Names this request: repeated, it has the same effect once and the same answer. Kept 30 days.
    idempotency_key: Option<String>,
}

impl NoteAddInput {
    fn parsed(self) -> Result<actions::Add, Refusal> {
        bounded("mentions", &self.mentions)?;
        let known = |(place, it): (usize, &ID)| it.parse::<UserId>().map_err(|_| unfit(place));
        Ok(actions::Add {
            application: id(&self.application_id, "application")?,
            text: self.text,
            mentions: self.mentions.iter().enumerate().map(known).collect::<Result<_, _>>()?,
            idempotency_key: self.idempotency_key,
        })
    }
}

/// What `noteRead` takes.
#[derive(InputObject, Debug)]
pub struct NoteReadInput {
    /// Id of the note.
    note_id: ID,
}

payload!(
    /// Answer to `noteAdd`.
    NoteAddPayload {
        /// The note.
        note: Note
    }
);
payload!(
    /// Answer to `noteRead`.
    NoteReadPayload {
        /// The note.
        note: Note
    }
);

/// Changes of notes.
#[derive(Debug, Default)]
pub struct NoteMutation;

#[Object]
impl NoteMutation {
    /// Adds a note to an application. Colleagues whom it mentions get a mail that says so, without what it says, and have it
    /// in `work` until they mark it as read.
    async fn note_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The note, and whom it mentions.")] input: NoteAddInput,
    ) -> async_graphql::Result<Option<NoteAddPayload>> {
        let ended = async { actions::add(asking(ctx).act(), input.parsed()?).await };
        answer(ended.await)
    }

    /// Marks a note that mentions the viewer as read by them.
    async fn note_read(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which note.")] input: NoteReadInput,
    ) -> async_graphql::Result<Option<NoteReadPayload>> {
        let ended = async { actions::read(asking(ctx).act(), id(&input.note_id, "note")?).await };
        answer(ended.await)
    }
}
