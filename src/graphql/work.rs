//! What awaits the viewer.

use async_graphql::{Context, Enum, Object};
use chrono::Utc;

use super::application::Application;
use super::application_read::{ApplicationById, StepsOfApplication};
use super::asking::asking;
use super::connection::{Connection, Paging};
use super::email_message::{EmailMessage, EmailMessageById};
use super::error::{bad_argument, fault};
use super::message::{Message, MessageById};
use super::note::{Note, NoteById};
use super::offer::Offer;
use super::offer_read::OfferById;
use super::scalar::DateTime;
use super::step::ApplicationStep;
use crate::domain;
use crate::domain::policy::application::{messages, notes};
use crate::domain::policy::work::{approves, mentioned, undelivered, waiting, writes};
use crate::storage;
use crate::storage::Page;
use crate::storage::work::Desk;

/// What is awaited.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::work::WorkKind")]
pub enum WorkKind {
    /// The viewer's scorecard. It is due when whoever asked for it said.
    ScorecardDue,
    /// The viewer's decision on an offer's version. It is due before the offer's own deadline.
    ApprovalAsked,
    /// An approved offer that nobody sent, and that is not set to leave by itself: `offerSend`.
    OfferToSend,
    /// Another approver, in the place of one who may approve no more: `offerDelegate`.
    ApproverMissing,
    /// A look at a note that mentions the viewer; `noteRead` says that they have read it.
    NoteMention,
    /// A move of an application that is in its stage for longer than `PlanStage.slaHours`, counted from when it came into it
    /// last.
    ApplicationStalled,
    /// A word to a candidate who did not answer questions in time.
    FormOverdue,
    /// Other times, by `interviewOfferSlots`, for a candidate who asked for them or has none left to choose from.
    SlotsNeeded,
    /// A look at who comes to a meeting whose application was allotted to another team since; `interviewUpdate` says who is to
    /// come, also that all stay.
    ParticipantsToCheck,
    /// A look at which teams a candidate would prefer by now; `applicationAllot` says to which it goes, also that it stays.
    TeamsPreferred,
    /// A look at what came in a step, which then is passed.
    FeedbackAwaited,
    /// A decision on an application whose posting was filled or whose candidate was hired elsewhere.
    DecisionNeeded,
    /// A look at a mail about an application that came in; `messageRead` says that somebody took it.
    ReplyToRead,
    /// Another address, by `candidateUpdate`, of a candidate whom mail does not reach: nothing more is sent to the one there is.
    AddressDead,
    /// A decision on a message that failed or came back, or of which nobody knows whether it arrived.
    EmailFailed,
}

/// One thing that awaits the viewer.
#[derive(Debug)]
pub struct WorkItem {
    item: domain::work::WorkItem,
    now: chrono::DateTime<Utc>,
}

/// One thing that awaits the viewer.
#[Object]
impl WorkItem {
    /// Key of the item: no other item has it, and it stays for as long as the item does.
    async fn key(&self) -> &str {
        &self.item.key
    }

    /// What is awaited.
    async fn kind(&self) -> WorkKind {
        self.item.kind.into()
    }

    /// Timestamp of since when it is awaited.
    async fn since(&self) -> DateTime {
        self.item.since.into()
    }

    /// Timestamp of until when it is awaited, where something says so.
    async fn due_at(&self) -> Option<DateTime> {
        self.item.due_at.map(Into::into)
    }

    /// Indicates whether it is awaited for longer than it should be.
    async fn overdue(&self) -> bool {
        self.item.is_overdue(self.now)
    }

    /// Application that it is about, if the viewer sees it.
    async fn application(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Application>> {
        Ok(asking(ctx).load::<ApplicationById>(self.item.application).await?.map(Application))
    }

    /// Step that it is about, if it is about one that the viewer sees.
    async fn step(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ApplicationStep>> {
        let Some(id) = self.item.step else { return Ok(None) };
        let steps = asking(ctx).load_all::<StepsOfApplication>(self.item.application).await?;
        Ok(steps.iter().find(|step| step.id == id).cloned().map(ApplicationStep))
    }

    /// Offer that it is about, if it is about one that the viewer sees.
    async fn offer(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Offer>> {
        let Some(id) = self.item.offer else { return Ok(None) };
        Ok(asking(ctx).load::<OfferById>(id).await?.map(Offer))
    }

    /// Message that it is about, if it is about one that the viewer sees.
    async fn email_message(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<EmailMessage>> {
        let Some(id) = self.item.email else { return Ok(None) };
        Ok(asking(ctx).load::<EmailMessageById>(id).await?.map(EmailMessage))
    }

    /// Note that it is about, if it is about one that the viewer sees.
    async fn note(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Note>> {
        let Some(id) = self.item.note else { return Ok(None) };
        Ok(asking(ctx).load::<NoteById>(id).await?.map(Note::from))
    }

    /// Mail that came in that it is about, if it is about one that the viewer sees.
    async fn message(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Message>> {
        let Some(id) = self.item.message else { return Ok(None) };
        Ok(asking(ctx).load::<MessageById>(id).await?.map(Message::from))
    }
}

/// Queries about what is to be done.
#[derive(Debug, Default)]
pub struct WorkQuery;

#[Object]
impl WorkQuery {
    /// What awaits the viewer, what is due first at the start; what has no time stands where it began to wait. Scorecards,
    /// approvals and mentions are the viewer's own; recruiters and hiring managers have what stands still, and what came in by
    /// mail, where they work, recruiters and administrators the messages that did not arrive.
    async fn work(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start: 1 to 100, 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only entries behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only entries ahead of this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<WorkItem>> {
        let (asking, now) = (asking(ctx), asking(ctx).now());
        let page = Paging { first, after, last, before }.page().map_err(|refusal| bad_argument(&refusal))?;
        let page = Page { newest_first: false, ..page };
        let viewer = &asking.viewer;
        let desk = Desk {
            waiting: waiting(viewer),
            undelivered: undelivered(viewer),
            writes: writes(viewer),
            mentioned: mentioned(viewer),
            notes: notes(viewer),
            messages: messages(viewer),
            approves: approves(viewer),
        };
        let part = storage::work::listed(asking.store(), &desk, now, &page).await;
        let part = part.map_err(|broken| fault(&broken))?;
        Ok(Connection::new(&page, part, |item| (item.at(), item.key.clone()), |item| WorkItem { item, now }))
    }
}
