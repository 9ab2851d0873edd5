//! Changes of interviews.

use async_graphql::{Context, ID, InputObject, Object};

use super::asking::asking;
use super::error::{bounded, id};
use super::interview::{Interview, InterviewMissing, InterviewResponse};
use super::payload::{answer, payload};
use super::scalar::DateTime;
use crate::actions::interview::{self as actions, Cancel, NoShow, Reschedule, Schedule, Update};
use crate::actions::step::Which;
use crate::domain::Refusal;
use crate::domain::interview::{Invitee, Setting};

/// Somebody of ours who is to come to an interview.
#[derive(InputObject, Debug)]
pub struct InterviewParticipantInput {
    /// Id of the user.
    user_id: ID,
    /// Indicates whether they only listen, and never say how it went.
    #[graphql(default)]
    shadow: bool,
}

/// The people of an input; an id that is none is one nobody has.
pub(super) fn people(given: &[InterviewParticipantInput]) -> Result<Vec<Invitee>, Refusal> {
    bounded("participants", given)?;
    let invitee = |(place, one): (usize, &InterviewParticipantInput)| {
        let wrong = |_| Refusal::invalid(&format!("participants.{place}.userId"), "a member of staff");
        Ok(Invitee { user: id(&one.user_id, "user").map_err(wrong)?, shadow: one.shadow })
    };
    given.iter().enumerate().map(invitee).collect()
}

/// What `interviewSchedule` takes.
#[derive(InputObject, Debug)]
pub struct InterviewScheduleInput {
    /// Id of the step, in which people are to meet.
    step_id: ID,
    /// Revision of the application that the caller read, if it is to matter.
    expected_revision: Option<i32>,
    /// When the interview begins: within a year.
    starts_at: DateTime,
    /// Length of the interview in minutes, 5 to 480; the step's when nothing is said.
    minutes: Option<i32>,
    /// IANA name of the zone in which its time is told; the organisation's when nothing is said.
    zone: Option<String>,
    /// Where it is, in words.
    place: Option<String>,
    /// Web address of the video call, with https.
    video_link: Option<String>,
    /// Who of ours comes: at least as many who do more than listen as the step needs.
    participants: Vec<InterviewParticipantInput>,
}

impl InterviewScheduleInput {
    fn parse(self) -> Result<Schedule, Refusal> {
        Ok(Schedule {
            which: Which { step: id(&self.step_id, "step")?, revision: self.expected_revision },
            starts_at: self.starts_at.0,
            setting: Setting {
                minutes: self.minutes,
                zone: self.zone,
                place: self.place,
                video_link: self.video_link,
            },
            participants: people(&self.participants)?,
        })
    }
}

/// What `interviewReschedule` takes; what is not given stays.
#[derive(InputObject, Debug)]
pub struct InterviewRescheduleInput {
    /// Id of the interview.
    interview_id: ID,
    /// Revision of the interview that the caller read, if it is to matter.
    expected_revision: Option<i32>,
    /// When the interview begins: within a year.
    starts_at: DateTime,
    /// Length of the interview in minutes: 5 to 480.
    minutes: Option<i32>,
    /// IANA name of the zone in which its time is told.
    zone: Option<String>,
    /// Where it is, in words; blank for nowhere.
    place: Option<String>,
    /// Web address of the video call, with https; blank for none.
    video_link: Option<String>,
}

impl InterviewRescheduleInput {
    fn parse(self) -> Result<Reschedule, Refusal> {
        Ok(Reschedule {
            interview: id(&self.interview_id, "interview")?,
            revision: self.expected_revision,
            starts_at: self.starts_at.0,
            setting: Setting {
                minutes: self.minutes,
                zone: self.zone,
                place: self.place,
                video_link: self.video_link,
            },
        })
    }
}

/// What `interviewUpdate` takes; what is not given stays.
#[derive(InputObject, Debug)]
pub struct InterviewUpdateInput {
    /// Id of the interview.
    interview_id: ID,
    /// Revision of the interview that the caller read, if it is to matter.
    expected_revision: Option<i32>,
    /// All of ours who are to come from now on.
    participants: Option<Vec<InterviewParticipantInput>>,
    /// Web address of the video call, with https; blank for none.
    video_link: Option<String>,
}

/// What `interviewCancel` takes.
#[derive(InputObject, Debug)]
pub struct InterviewCancelInput {
    /// Id of the interview.
    interview_id: ID,
    /// Revision of the interview that the caller read, if it is to matter.
    expected_revision: Option<i32>,
    /// Why it is called off: internal.
    reason: Option<String>,
}

/// What `interviewNoShow` takes.
#[derive(InputObject, Debug)]
pub struct InterviewNoShowInput {
    /// Id of the interview.
    interview_id: ID,
    /// Revision of the interview that the caller read, if it is to matter.
    expected_revision: Option<i32>,
    /// Who did not come.
    missing: InterviewMissing,
}

/// What `interviewRespond` takes.
#[derive(InputObject, Debug)]
pub struct InterviewRespondInput {
    /// Id of the interview.
    interview_id: ID,
    /// The caller's answer to the invitation.
    response: InterviewResponse,
}

payload!(
    /// Answer to `interviewSchedule`.
    InterviewSchedulePayload {
        /// The interview, as it stands now.
        interview: Interview
    }
);
payload!(
    /// Answer to `interviewReschedule`.
    InterviewReschedulePayload {
        /// The interview, as it stands now.
        interview: Interview
    }
);
payload!(
    /// Answer to `interviewUpdate`.
    InterviewUpdatePayload {
        /// The interview, as it stands now.
        interview: Interview
    }
);
payload!(
    /// Answer to `interviewCancel`.
    InterviewCancelPayload {
        /// The interview, as it stands now.
        interview: Interview
    }
);
payload!(
    /// Answer to `interviewNoShow`.
    InterviewNoShowPayload {
        /// The interview, as it stands now.
        interview: Interview
    }
);
payload!(
    /// Answer to `interviewRespond`.
    InterviewRespondPayload {
        /// The interview, as it stands now.
        interview: Interview
    }
);

/// Changes of interviews.
#[derive(Debug, Default)]
pub struct InterviewMutation;

#[Object]
impl InterviewMutation {
    /// Sets an interview: everybody who comes gets an invitation for the calendar, and the candidate learns whom they meet.
    async fn interview_schedule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "In which step, when, where, with whom.")] input: InterviewScheduleInput,
    ) -> async_graphql::Result<Option<InterviewSchedulePayload>> {
        let ended = async { actions::schedule(asking(ctx).act(), input.parse()?).await };
        answer(ended.await)
    }

    /// Moves an interview to another time or place. Everybody gets the invitation anew.
    async fn interview_reschedule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which interview, when and where.")] input: InterviewRescheduleInput,
    ) -> async_graphql::Result<Option<InterviewReschedulePayload>> {
        let ended = async { actions::reschedule(asking(ctx).act(), input.parse()?).await };
        answer(ended.await)
    }

    /// Changes who comes to an interview, or where its call is. Whoever is removed gets a cancellation and loses access.
    async fn interview_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which interview, with whom, where.")] input: InterviewUpdateInput,
    ) -> async_graphql::Result<Option<InterviewUpdatePayload>> {
        let ended = async {
            let update = Update {
                interview: id(&input.interview_id, "interview")?,
                revision: input.expected_revision,
                participants: input.participants.as_deref().map(people).transpose()?,
                video_link: input.video_link,
            };
            actions::update(asking(ctx).act(), update).await
        };
        answer(ended.await)
    }

    /// Calls an interview off: its step waits again, and everybody gets a cancellation.
    async fn interview_cancel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which interview, and why.")] input: InterviewCancelInput,
    ) -> async_graphql::Result<Option<InterviewCancelPayload>> {
        let ended = async {
            let interview = id(&input.interview_id, "interview")?;
            let cancel = Cancel { interview, revision: input.expected_revision, reason: input.reason };
            actions::cancel(asking(ctx).act(), cancel).await
        };
        answer(ended.await)
    }

    /// Records that somebody did not come to an interview: its step waits again. Nobody is written to.
    async fn interview_no_show(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which interview, and who was missing.")] input: InterviewNoShowInput,
    ) -> async_graphql::Result<Option<InterviewNoShowPayload>> {
        let ended = async {
            let interview = id(&input.interview_id, "interview")?;
            let missing = input.missing.into();
            actions::no_show(
                asking(ctx).act(),
                NoShow { interview, revision: input.expected_revision, missing },
            )
            .await
        };
        answer(ended.await)
    }

    /// Answers an invitation to an interview. Everybody answers their own.
    async fn interview_respond(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which interview, and whether the caller comes.")] input: InterviewRespondInput,
    ) -> async_graphql::Result<Option<InterviewRespondPayload>> {
        let ended = async {
            let interview = id(&input.interview_id, "interview")?;
            actions::respond(asking(ctx).act(), interview, input.response.into()).await
        };
        answer(ended.await)
    }
}
