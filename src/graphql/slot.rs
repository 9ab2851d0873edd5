//! Times that candidates may choose from, as staff see them and as the candidate does.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object};

use super::asking::asking;
use super::batch::nested_read;
use super::interview::{Interview, InterviewsOfStep};
use super::scalar::DateTime;
use super::user::{User, user};
use crate::domain;
use crate::domain::id::{SlotsId, StepId};
use crate::domain::interview::Invitee;
use crate::domain::policy::application::{choices, reasons};
use crate::domain::slot::{Slot, Slots};
use crate::storage;

/// What became of times that were offered.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::domain::slot::SlotsState")]
pub enum InterviewSlotsStatus {
    /// The candidate may pick one.
    Open,
    /// The candidate has picked one: the interview is set.
    Picked,
    /// Others were offered in their place.
    Replaced,
    /// They were taken back, or the step moved, or the application ended or went back.
    Closed,
}

/// One of the times that a candidate may choose from.
#[derive(Debug, Clone)]
pub struct InterviewSlot {
    slot: Slot,
    step: StepId,
    free: bool,
}

/// One of the times that a candidate may choose from.
#[Object]
impl InterviewSlot {
    /// Id of the time: what `interviewPickSlot` takes.
    async fn id(&self) -> ID {
        self.slot.id.into()
    }

    /// Timestamp of when the interview would begin.
    async fn starts_at(&self) -> DateTime {
        self.slot.starts_at.into()
    }

    /// Timestamp of when the interview would end.
    async fn ends_at(&self) -> DateTime {
        self.slot.ends_at.into()
    }

    /// Indicates whether it can be picked now: it has not begun, and neither the candidate, in this application, nor anybody
    /// who would come is in another interview by then.
    async fn free(&self) -> bool {
        self.free
    }

    /// Indicates whether it is the one that was picked.
    async fn picked(&self) -> bool {
        self.slot.interview.is_some()
    }

    /// Interview that was set when it was picked; for staff.
    async fn interview(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Interview>> {
        let Some(id) = self.slot.interview else { return Ok(None) };
        let interviews = asking(ctx).load_all::<InterviewsOfStep>(self.step).await?;
        Ok(interviews.iter().find(|interview| interview.id == id).cloned().map(Interview))
    }
}

/// Somebody of ours who would come to an interview.
#[derive(Debug, Clone)]
pub struct InterviewSlotsParticipant {
    one: Invitee,
    who: domain::user::User,
}

/// Somebody of ours who would come to an interview.
#[Object]
impl InterviewSlotsParticipant {
    /// Who it is; for staff.
    async fn user(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        user(asking(ctx), Some(self.one.user)).await
    }

    /// What they are called.
    async fn name(&self) -> &str {
        &self.who.name
    }

    /// Their job title.
    async fn title(&self) -> Option<&str> {
        self.who.title.as_deref()
    }

    /// Indicates whether they would only listen.
    async fn shadow(&self) -> bool {
        self.one.shadow
    }
}

/// Times that were offered to a candidate, who picks one of them: an interview that has every part but its time.
#[derive(Debug, Clone)]
pub struct InterviewSlots(Slots);

impl From<Slots> for InterviewSlots {
    fn from(slots: Slots) -> Self {
        Self(slots)
    }
}

/// Times that were offered to a candidate, who picks one of them: an interview that has every part but its time.
#[Object]
impl InterviewSlots {
    /// Id of the times.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Id of the step that they were offered in.
    async fn step_id(&self) -> ID {
        self.0.step.into()
    }

    /// Round of the step that they were offered in.
    async fn round(&self) -> i32 {
        self.0.round
    }

    /// What became of them.
    async fn status(&self) -> InterviewSlotsStatus {
        self.0.state.into()
    }

    /// Each of the times, the earliest first.
    async fn times(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<InterviewSlot>> {
        let (asking, open) = (asking(ctx), self.0.is_open());
        let now = asking.now();
        let slot =
            |slot: &Slot| InterviewSlot { slot: *slot, step: self.0.step, free: open && slot.is_free(now) };
        Ok(asking.load_all::<TimesOfSlots>(self.0.id).await?.iter().map(slot).collect())
    }

    /// IANA name of the zone in which the times are told.
    async fn zone(&self) -> &str {
        self.0.zone.name()
    }

    /// Where the interview would be, in words.
    async fn place(&self) -> Option<&str> {
        self.0.place.as_deref()
    }

    /// Web address of the video call.
    async fn video_link(&self) -> Option<&str> {
        self.0.video_link.as_deref()
    }

    /// People of ours who would come, in the order they were named.
    async fn participants(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<InterviewSlotsParticipant>> {
        let people = asking(ctx).load_all::<PeopleOfSlots>(self.0.id).await?;
        Ok(people.iter().cloned().collect())
    }

    /// Timestamp of when they were offered.
    async fn offered_at(&self) -> DateTime {
        self.0.offered_at.into()
    }

    /// Member of staff who offered them.
    async fn offered_by(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        user(asking(ctx), self.0.offered_by.parse().ok()).await
    }

    /// Timestamp of when the candidate was reminded.
    async fn reminded_at(&self) -> Option<DateTime> {
        self.0.reminded_at.map(Into::into)
    }

    /// Timestamp of when the candidate asked for other times.
    async fn declined_at(&self) -> Option<DateTime> {
        self.0.declined_at.map(Into::into)
    }

    /// What the candidate said when asking for other times; for recruiters, hiring managers and approvers.
    async fn note(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<String>> {
        asking(ctx).load::<NoteOfSlots>(self.0.id).await
    }

    /// Timestamp of when one was picked, or they were replaced or closed.
    async fn ended_at(&self) -> Option<DateTime> {
        self.0.ended_at.map(Into::into)
    }
}

nested_read! {
    /// All that was offered in steps, the newest first.
    pub(super) SlotsOfStep(asking, keys: StepId) -> Arc<Vec<Slots>> {
        let found = storage::slot::of_steps(asking.store(), &choices(&asking.viewer), &keys).await?;
        Ok(found.into_iter().map(|(step, slots)| (step, Arc::new(slots))).collect())
    }
}
nested_read! {
    /// Each of the times that are seen.
    TimesOfSlots(asking, keys: SlotsId) -> Arc<Vec<Slot>> {
        let found = storage::slot::times(asking.store(), &keys).await?;
        Ok(found.into_iter().map(|(slots, times)| (slots, Arc::new(times))).collect())
    }
}
nested_read! {
    /// Who would come at times that are seen.
    PeopleOfSlots(asking, keys: SlotsId) -> Arc<Vec<InterviewSlotsParticipant>> {
        let found = storage::slot::people(asking.store(), &keys).await?;
        let users: Vec<_> = found.values().flatten().map(|one| one.user).collect();
        let known = storage::user::of(asking.store(), &users).await?;
        let person = |one: Invitee| {
            Some(InterviewSlotsParticipant { one, who: known.get(&one.user)?.clone() })
        };
        let people = |people: Vec<Invitee>| Arc::new(people.into_iter().filter_map(person).collect());
        Ok(found.into_iter().map(|(slots, named)| (slots, people(named))).collect())
    }
}
nested_read! {
    /// What candidates said when they asked for other times.
    NoteOfSlots(asking, keys: SlotsId) -> String {
        storage::slot::notes(asking.store(), &reasons(&asking.viewer), &keys).await
    }
}
