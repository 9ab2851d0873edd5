//! Times that a candidate picks one of: offered, taken back. The candidate's part is in `pick`, the reminder in `remind`.

mod pick;
mod remind;

pub use pick::{decline, pick};
pub use remind::remind_due;

use chrono::{DateTime, Utc};
use url::Url;

use super::application::event;
use super::letter::{self, About, WithLink};
use super::step::{Standing, Which, seen as step_seen};
use super::{Act, interview as meetings};
use crate::domain::Refusal;
use crate::domain::application::Application;
use crate::domain::event::{Change, Event, EventKind};
use crate::domain::id::{SlotId, SlotsId, UserId};
use crate::domain::interview::{self, Invitee, Meeting, Setting, Usual};
use crate::domain::link::Purpose;
use crate::domain::policy::application::{choices, moving};
use crate::domain::slot::{self, Slot, Slots, SlotsState};
use crate::domain::step::ApplicationStep;
use crate::domain::viewer::Viewer;
use crate::mail::letter::{Choice, Facts, InterviewSlots, Reader};
use crate::mail::line::Line;
use crate::storage::{self, Failure, Fault, Tx, application as kept, link, user};

/// Times to be offered.
#[derive(Debug, Clone)]
pub struct Offer {
    /// In which step.
    pub which: Which,
    /// When the meeting may begin.
    pub starts_at: Vec<DateTime<Utc>>,
    /// How long and where; as the plan and the organisation have it where nothing is said.
    pub setting: Setting,
    /// Who of ours comes.
    pub participants: Vec<Invitee>,
}

/// Offers times to the candidate, who picks one of them. What was offered before in the step gives way to them.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `NOT_ACTIVE`, `STALE`, `STEP_NOT_REACHED`, `STEP_STATE`; `REFERRED_BY` or `INVALID` on each
/// participant at fault; `INVALID` on `stepId`; `REQUIRED` or `INVALID` as [`slot::checked`] says, and on each time at which
/// somebody who is to come is in another meeting.
pub async fn offer(act: Act<'_>, input: Offer) -> Result<Slots, Failure> {
    let change = act.change();
    let (application, step) = step_seen(act, input.which.step).await?;
    interview::belongs_in(&step)?;
    let usual = Usual { minutes: step.minutes, zone: act.site.zone };
    let asked = slot::checked(&input.starts_at, &input.setting, usual, change.at)?;
    meetings::are_known(act.store, &application, &step, &input.participants).await?;
    let (slots, times) = beginning(act, &change, &step, &asked);
    let people = &input.participants;
    let choice = choice(act, &application, &step, (&slots, &times), people).await?;
    let prepared = to_candidate(act, &application, &slots, "offered", |(reader, link)| InterviewSlots {
        reader,
        choice: choice.clone(),
        link,
    })
    .await?;
    let (change, slots, times, prepared, input) = (&change, &slots, &times, &prepared, &input);
    act.store
        .write(|tx| async move {
            let standing = Standing::held(&tx, act.viewer, &moving(act.viewer), input.which).await?;
            slot::waits(&standing.step)?;
            if standing.step.round != slots.round {
                return Err(Refusal::Stale.into());
            }
            let before = storage::slot::open_in_step(&tx, slots.step).await?;
            end(&tx, change, &standing.application, before, SlotsState::Replaced).await?;
            storage::slot::insert(&tx, slots, times, &input.participants).await?;
            all_free(&storage::slot::times_of(&tx, slots.id).await?, &input.starts_at)?;
            prepared.queue(&tx, change).await?;
            let told = told(change, EventKind::SlotsOffered, &standing.application, slots);
            tx.record(told.count("times", i64::try_from(times.len()).unwrap_or(i64::MAX)));
            kept::save(&tx, standing.application).await?;
            Ok(slots.clone())
        })
        .await
}

fn beginning(act: Act<'_>, change: &Change, step: &ApplicationStep, asked: &[Meeting]) -> (Slots, Vec<Slot>) {
    let time = |meeting: &Meeting| Slot {
        id: SlotId::new(change.at, act.chance),
        starts_at: meeting.starts_at,
        ends_at: meeting.ends_at,
        busy: false,
        interview: None,
    };
    let model = asked.first();
    let slots = Slots {
        id: SlotsId::new(change.at, act.chance),
        application: step.application,
        step: step.id,
        round: step.round,
        state: SlotsState::Open,
        zone: model.map_or(act.site.zone, |meeting| meeting.zone),
        place: model.and_then(|meeting| meeting.place.clone()),
        video_link: model.and_then(|meeting| meeting.video_link.clone()),
        remind_at: slot::reminder(change.at, model.map_or(change.at, |meeting| meeting.starts_at)),
        offered_at: change.at,
        offered_by: change.actor.clone(),
        reminded_at: None,
        declined_at: None,
        note: None,
        ended_at: None,
    };
    (slots, asked.iter().map(time).collect())
}

/// Nobody is offered a time that is taken already.
fn all_free(times: &[Slot], asked: &[DateTime<Utc>]) -> Result<(), Refusal> {
    let busy = |at: &DateTime<Utc>| times.iter().any(|slot| slot.busy && slot.starts_at == *at);
    let taken = asked.iter().enumerate().filter(|(_, at)| busy(at));
    let fault = |(place, _)| Refusal::invalid(&slot::field(place), "a time at which all who come are free");
    Refusal::all(taken.map(fault).collect())
}

/// Takes back the times that a candidate may choose from. Nobody is written to: their page says it.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `NOT_ACTIVE`; `ALREADY_ANSWERED` when one was picked, `STALE` when they were closed before.
pub async fn withdraw(act: Act<'_>, id: SlotsId) -> Result<Slots, Failure> {
    let (change, seen) = (&act.change(), &seen(act, id).await?);
    act.store
        .write(|tx| async move {
            let right = &moving(act.viewer);
            let application =
                super::application::held(&tx, act.viewer, right, seen.slots.application, "slots").await?;
            application.active()?;
            let closed = storage::slot::get_locked(&tx, id).await?.withdraw(change.at)?;
            end(&tx, change, &application, [closed.clone()], SlotsState::Closed).await?;
            kept::save(&tx, application).await?;
            Ok(closed)
        })
        .await
}

/// Times as the viewer sees them, with their application and step, for what is prepared outside and guarded inside.
struct Seen {
    application: Application,
    step: ApplicationStep,
    slots: Slots,
}

async fn seen(act: Act<'_>, id: SlotsId) -> Result<Seen, Failure> {
    let unknown = || Refusal::NotFound("slots");
    if matches!(act.viewer, Viewer::Chooser { slots, .. } if *slots != id) {
        return Err(unknown().into());
    }
    let found = storage::slot::find(act.store, &choices(act.viewer), id).await?;
    let slots = found.ok_or_else(unknown)?;
    // Whoever holds the link to the times sees nothing else of the application.
    let all = Act { viewer: &Viewer::System, ..act };
    let (application, step) = step_seen(all, slots.step).await?;
    Ok(Seen { application, step, slots })
}

/// Times that are over, in the write that ends them: their links are void.
pub(super) async fn end(
    tx: &Tx,
    change: &Change,
    application: &Application,
    which: impl IntoIterator<Item = Slots>,
    state: SlotsState,
) -> Result<(), Fault> {
    let kind = match state {
        SlotsState::Replaced => EventKind::SlotsReplaced,
        _ => EventKind::SlotsClosed,
    };
    for slots in which {
        let ended = slots.end(state, change.at);
        storage::slot::save(tx, &ended).await?;
        link::revoke_of_slots(tx, ended.id, change.at).await?;
        tx.record(told(change, kind, application, &ended));
    }
    Ok(())
}

/// What letters say of the times, and of the meeting that one of them stands for.
async fn choice(
    act: Act<'_>,
    application: &Application,
    step: &ApplicationStep,
    (slots, times): (&Slots, &[Slot]),
    people: &[Invitee],
) -> Result<Choice, Failure> {
    let users: Vec<UserId> = people.iter().map(|one| one.user).collect();
    let known = user::of(act.store, &users).await?;
    Ok(Choice {
        role: letter::role(act, application.posting).await?,
        title: Line::cut(&step.title, 80),
        zone: slots.zone,
        times: times.iter().map(|time| meetings::appointment(&slots.meeting(time))).collect(),
        hosts: users.iter().filter_map(|user| known.get(user)).map(meetings::host_of).collect(),
    })
}

/// A letter to the candidate, with a new link to the page on which a time is picked.
async fn to_candidate<F: Facts>(
    act: Act<'_>,
    application: &Application,
    slots: &Slots,
    occasion: &str,
    facts: impl Fn((Reader, Url)) -> F,
) -> Result<WithLink, Failure> {
    let to = letter::addressee(act.store, application.candidate, application.id).await?;
    let purpose = Purpose::Interview { slots: slots.id, application: application.id };
    let link = letter::link_for(act, application.candidate, purpose)?;
    let facts = facts((Reader::new(&to.name), link.address.clone()));
    let about = About { posting: application.posting, application: application.id, offer: None };
    let occasion = format!("slots-{}-{occasion}", slots.id.short());
    Ok(WithLink { email: letter::prepare(act, &to, about, &occasion, &facts)?, link })
}

fn told(change: &Change, kind: EventKind, application: &Application, slots: &Slots) -> Event {
    event(change, kind, application)
        .word("slots", slots.id)
        .word("step", slots.step)
        .count("round", slots.round.into())
}
