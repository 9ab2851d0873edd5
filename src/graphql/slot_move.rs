//! Changes of times that candidates may choose from.

use async_graphql::{Context, ID, InputObject, Object};

use super::asking::asking;
use super::error::{bounded, id};
use super::interview_move::{InterviewParticipantInput, people};
use super::payload::{answer, payload};
use super::scalar::DateTime;
use super::slot::InterviewSlots;
use crate::actions::slot::{self as actions, Offer};
use crate::actions::step::Which;
use crate::domain::Refusal;
use crate::domain::interview::Setting;

/// A time that a candidate may pick.
#[derive(InputObject, Debug)]
pub struct InterviewSlotInput {
    /// When the interview would begin: within a year.
    starts_at: DateTime,
}

/// What `interviewOfferSlots` takes.
#[derive(InputObject, Debug)]
pub struct InterviewOfferSlotsInput {
    /// Id of the step, in which people are to meet.
    step_id: ID,
    /// Revision of the application that the caller read, if it is to matter.
    expected_revision: Option<i32>,
    /// Times to choose from: 1 to 20, none of them overlapping with another, all who come free at each.
    slots: Vec<InterviewSlotInput>,
    /// Length of the interview in minutes, 5 to 480; the step's when nothing is said.
    minutes: Option<i32>,
    /// IANA name of the zone in which the times are told; the organisation's when nothing is said.
    zone: Option<String>,
    /// Where it is, in words.
    place: Option<String>,
    /// Web address of the video call, with https.
    video_link: Option<String>,
    /// Who of ours comes: at least as many who do more than listen as the step needs.
    participants: Vec<InterviewParticipantInput>,
}

impl InterviewOfferSlotsInput {
    fn parse(self) -> Result<Offer, Refusal> {
        bounded("slots", &self.slots)?;
        Ok(Offer {
            which: Which { step: id(&self.step_id, "step")?, revision: self.expected_revision },
            starts_at: self.slots.iter().map(|slot| slot.starts_at.0).collect(),
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

/// What `interviewWithdrawSlots` takes.
#[derive(InputObject, Debug)]
pub struct InterviewWithdrawSlotsInput {
    /// Id of what was offered.
    slots_id: ID,
}

/// What `interviewPickSlot` takes.
#[derive(InputObject, Debug)]
pub struct InterviewPickSlotInput {
    /// Id of the time.
    slot_id: ID,
}

/// What `interviewDeclineSlots` takes.
#[derive(InputObject, Debug)]
pub struct InterviewDeclineSlotsInput {
    /// Id of what was offered.
    slots_id: ID,
    /// What the candidate says with it, such as when it would suit: at most 2000 characters.
    note: Option<String>,
}

payload!(
    /// Answer to `interviewOfferSlots`.
    InterviewOfferSlotsPayload {
        /// The times, as they stand now.
        slots: InterviewSlots
    }
);
payload!(
    /// Answer to `interviewWithdrawSlots`.
    InterviewWithdrawSlotsPayload {
        /// The times, as they stand now.
        slots: InterviewSlots
    }
);
payload!(
    /// Answer to `interviewPickSlot`.
    InterviewPickSlotPayload {
        /// The times, as they stand now.
        slots: InterviewSlots
    }
);
payload!(
    /// Answer to `interviewDeclineSlots`.
    InterviewDeclineSlotsPayload {
        /// The times, as they stand now.
        slots: InterviewSlots
    }
);

/// Changes of times that candidates may choose from.
#[derive(Debug, Default)]
pub struct SlotMutation;

#[Object]
impl SlotMutation {
    /// Offers times to the candidate, who picks one on a page of their own or by `interviewPickSlot`. What was offered before
    /// in the step gives way to them. They are closed when the step moves, and when the application ends or goes back. Whoever
    /// has picked none is reminded once: after half of the time until the first of them, or two days if that is sooner.
    async fn interview_offer_slots(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "In which step, at which times, where, with whom.")] input: InterviewOfferSlotsInput,
    ) -> async_graphql::Result<Option<InterviewOfferSlotsPayload>> {
        let ended = async { actions::offer(asking(ctx).act(), input.parse()?).await };
        answer(ended.await)
    }

    /// Takes back the times that a candidate may choose from. Nobody is written to: the candidate's page says it.
    async fn interview_withdraw_slots(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which times.")] input: InterviewWithdrawSlotsInput,
    ) -> async_graphql::Result<Option<InterviewWithdrawSlotsPayload>> {
        let ended = async { actions::withdraw(asking(ctx).act(), id(&input.slots_id, "slots")?).await };
        answer(ended.await)
    }

    /// Picks one of the times: the interview is set as by `interviewSchedule`. For the candidate, by the link that was sent or
    /// the one to the application, and for recruiters who were told. Picking the same time again changes nothing.
    async fn interview_pick_slot(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which time.")] input: InterviewPickSlotInput,
    ) -> async_graphql::Result<Option<InterviewPickSlotPayload>> {
        let ended = async { actions::pick(asking(ctx).act(), id(&input.slot_id, "slot")?).await };
        answer(ended.await)
    }

    /// Says that the candidate asks for other times. These stay open until others are offered; `work` reminds of it.
    async fn interview_decline_slots(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which times, and what the candidate says.")] input: InterviewDeclineSlotsInput,
    ) -> async_graphql::Result<Option<InterviewDeclineSlotsPayload>> {
        let ended = async {
            let slots = id(&input.slots_id, "slots")?;
            actions::decline(asking(ctx).act(), slots, input.note.as_deref()).await
        };
        answer(ended.await)
    }
}
