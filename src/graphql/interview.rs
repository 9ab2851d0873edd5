//! Meetings with candidates, as staff see them. The candidate has a page and invitations.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object};

use super::application::Application;
use super::application_read::{ApplicationById, StepsOfApplication};
use super::asking::asking;
use super::batch::nested_read;
use super::scalar::DateTime;
use super::step::ApplicationStep;
use super::user::{User, user};
use crate::domain::id::{InterviewId, StepId};
use crate::domain::interview::{self as rules, Interview as DomainInterview};
use crate::domain::policy::application::{interviews, reasons};
use crate::storage;

/// Where an interview is in its life.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::domain::interview::InterviewState")]
pub enum InterviewStatus {
    /// It is to take place.
    Scheduled,
    /// Its time is over, and nobody said that it did not take place.
    Held,
    /// It was called off.
    Cancelled,
    /// Somebody who was needed did not come.
    NoShow,
}

/// What somebody answers to an invitation.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::domain::interview::Response")]
pub enum InterviewResponse {
    /// Nothing yet.
    NeedsAction,
    /// They will come.
    Accepted,
    /// They may come.
    Tentative,
    /// They will not come.
    Declined,
}

/// Who did not come to an interview.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::domain::interview::Missing")]
pub enum InterviewMissing {
    /// The candidate.
    Candidate,
    /// Somebody of ours.
    Interviewer,
}

/// Somebody of ours who comes to an interview, or was to come.
#[derive(Debug, Clone)]
pub struct InterviewParticipant(rules::Participant);

/// Somebody of ours who comes to an interview, or was to come.
#[Object]
impl InterviewParticipant {
    /// Who it is.
    async fn user(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        user(asking(ctx), Some(self.0.user)).await
    }

    /// Indicates whether they only listen, and never say how it went.
    async fn shadow(&self) -> bool {
        self.0.shadow
    }

    /// What they answered to the invitation.
    async fn response(&self) -> InterviewResponse {
        self.0.response.into()
    }

    /// Timestamp of when they were added.
    async fn added_at(&self) -> DateTime {
        self.0.added_at.into()
    }

    /// Timestamp of when they were removed; absent for those who come.
    async fn removed_at(&self) -> Option<DateTime> {
        self.0.removed_at.map(Into::into)
    }
}

/// A meeting of a candidate with people of ours, in a round of a step.
#[derive(Debug, Clone)]
pub struct Interview(pub DomainInterview);

impl From<DomainInterview> for Interview {
    fn from(interview: DomainInterview) -> Self {
        Self(interview)
    }
}

/// A meeting of a candidate with people of ours, in a round of a step.
#[Object]
impl Interview {
    /// Id of the interview.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Application that the interview is for.
    async fn application(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Application>> {
        Ok(asking(ctx).load::<ApplicationById>(self.0.application).await?.map(Application))
    }

    /// Step that the interview is part of.
    async fn step(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ApplicationStep>> {
        let steps = asking(ctx).load_all::<StepsOfApplication>(self.0.application).await?;
        Ok(steps.iter().find(|step| step.id == self.0.step).cloned().map(ApplicationStep))
    }

    /// Round of the step that the interview is part of.
    async fn round(&self) -> i32 {
        self.0.round
    }

    /// Where the interview is in its life.
    async fn status(&self) -> InterviewStatus {
        self.0.state.into()
    }

    /// Revision of the interview: what `expectedRevision` is compared with.
    async fn revision(&self) -> i32 {
        self.0.revision
    }

    /// Timestamp of when the interview begins.
    async fn starts_at(&self) -> DateTime {
        self.0.meeting.starts_at.into()
    }

    /// Timestamp of when the interview ends.
    async fn ends_at(&self) -> DateTime {
        self.0.meeting.ends_at.into()
    }

    /// IANA name of the zone in which the interview's time is told.
    async fn zone(&self) -> &str {
        self.0.meeting.zone.name()
    }

    /// Where the interview is, in words.
    async fn place(&self) -> Option<&str> {
        self.0.meeting.place.as_deref()
    }

    /// Web address of the video call.
    async fn video_link(&self) -> Option<&str> {
        self.0.meeting.video_link.as_deref()
    }

    /// People of ours who come, and those who were to come, in the order they were added.
    async fn participants(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<InterviewParticipant>> {
        let people = asking(ctx).load_all::<PeopleOfInterview>(self.0.id).await?;
        Ok(people.iter().cloned().map(InterviewParticipant).collect())
    }

    /// Indicates whether the application was allotted to another team after the people were chosen, while the interview is
    /// still to take place: are they the right ones?
    async fn check_participants(&self, ctx: &Context<'_>) -> async_graphql::Result<bool> {
        if self.0.state != rules::InterviewState::Scheduled {
            return Ok(false);
        }
        Ok(asking(ctx).load::<Reallotted>(self.0.id).await?.is_some())
    }

    /// How often calendars were told of a change: the `SEQUENCE` of the invitations.
    async fn sequence(&self) -> i32 {
        self.0.sequence
    }

    /// Who did not come.
    async fn missing(&self) -> Option<InterviewMissing> {
        self.0.missing.map(Into::into)
    }

    /// Why the interview was called off; for recruiters, hiring managers and approvers.
    async fn reason(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<String>> {
        asking(ctx).load::<WhyCancelled>(self.0.id).await
    }

    /// Timestamp of when those who spoke with the candidate are to have said how it went, once the interview took place.
    async fn scorecards_due_at(&self) -> Option<DateTime> {
        self.0.scorecards_due_at().map(Into::into)
    }
}

nested_read! {
    /// Interviews of steps, the newest first.
    pub(super) InterviewsOfStep(asking, keys: StepId) -> Arc<Vec<DomainInterview>> {
        let found = storage::interview::of_steps(asking.store(), &interviews(&asking.viewer), &keys).await?;
        Ok(found.into_iter().map(|(step, interviews)| (step, Arc::new(interviews))).collect())
    }
}
nested_read! {
    /// Who comes to interviews that are seen.
    PeopleOfInterview(asking, keys: InterviewId) -> Arc<Vec<rules::Participant>> {
        let found = storage::interview::participants(asking.store(), &keys).await?;
        Ok(found.into_iter().map(|(interview, people)| (interview, Arc::new(people))).collect())
    }
}
nested_read! {
    /// Interviews whose people were chosen for another team.
    Reallotted(asking, keys: InterviewId) -> () {
        let found = storage::interview::reallotted(asking.store(), &keys).await?;
        Ok(found.into_iter().map(|interview| (interview, ())).collect())
    }
}
nested_read! {
    /// Why interviews were called off.
    WhyCancelled(asking, keys: InterviewId) -> String {
        storage::interview::reasons(asking.store(), &reasons(&asking.viewer), &keys).await
    }
}
