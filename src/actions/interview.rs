//! Meetings with candidates: set, and answered by those who come. How they change is in `change`, how they end in `end`,
//! what is written about them in `circle`.

mod change;
mod circle;
mod end;

pub use change::{Reschedule, Update, reschedule, update};
pub use end::{Cancel, NoShow, cancel, hold_due, no_show};

pub(super) use circle::{appointment, host_of};
pub(super) use end::CallOff;

use chrono::{DateTime, Utc};

use self::circle::Circle;
use super::application::{event, held};
use super::letter::host;
use super::step::{self, Standing, Which};
use super::{Act, email, scorecard};
use crate::domain::Refusal;
use crate::domain::application::Application;
use crate::domain::email::NewEmail;
use crate::domain::event::{Change, Event, EventKind};
use crate::domain::id::{InterviewId, UserId};
use crate::domain::interview::{
    self, Interview, InterviewState, Invitee, Meeting, Participant, Response, Setting, Usual,
};
use crate::domain::policy::application::{applications, interviews, moving};
use crate::domain::step::ApplicationStep;
use crate::domain::viewer::Viewer;
use crate::mail::letter::News;
use crate::storage::{self, Failure, Source, Tx, application as kept, user};

/// A meeting to be set.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// In which step.
    pub which: Which,
    /// When it begins.
    pub starts_at: DateTime<Utc>,
    /// How long and where; as the plan and the organisation have it where nothing is said.
    pub setting: Setting,
    /// Who of ours comes.
    pub participants: Vec<Invitee>,
}

/// Sets a meeting: everybody who comes gets an invitation, and the candidate learns whom they meet.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `NOT_ACTIVE`, `STALE`, `STEP_NOT_REACHED`, `STEP_STATE`; `REFERRED_BY` or `INVALID` on each
/// participant at fault; `REQUIRED` or `INVALID` on `stepId` and as [`Meeting::checked`] says.
pub async fn schedule(act: Act<'_>, input: Schedule) -> Result<Interview, Failure> {
    let change = act.change();
    let (application, step) = step::seen(act, input.which.step).await?;
    interview::belongs_in(&step)?;
    let usual = Usual { minutes: step.minutes, zone: act.site.zone };
    let meeting = Meeting::checked(input.starts_at, &input.setting, usual, change.at)?;
    are_known(act.store, &application, &step, &input.participants).await?;
    let ready = &Ready::of(act, &change, &application, &step, meeting, &input.participants).await?;
    let change = &change;
    act.store
        .write(|tx| async move {
            let standing = Standing::held(&tx, act.viewer, &moving(act.viewer), input.which).await?;
            ready.set(&tx, change, standing).await
        })
        .await
}

/// A meeting that is ready to be set, and what is written about it; prepared outside the write.
pub(super) struct Ready {
    interview: Interview,
    people: Vec<Participant>,
    mails: Vec<NewEmail>,
}

impl Ready {
    /// # Errors
    /// A fault, or `INVALID` on `email` when somebody cannot be written to.
    pub(super) async fn of(
        act: Act<'_>,
        change: &Change,
        application: &Application,
        step: &ApplicationStep,
        meeting: Meeting,
        invitees: &[Invitee],
    ) -> Result<Self, Failure> {
        let people: Vec<_> = invitees.iter().map(|one| Participant::invited(*one, change.at)).collect();
        let interview = beginning(act, change, step, meeting);
        let circle = Circle::of(act, application, step, &people).await?;
        let mails = circle.invitations(act, &interview, News::Set, |_| true)?;
        Ok(Self { interview, people, mails })
    }

    /// The same, whose people were chosen then: an allotment since then raises the question whether they are the right ones.
    pub(super) fn chosen(mut self, at: DateTime<Utc>) -> Self {
        self.interview.arranged_at = at;
        self
    }

    /// Sets it, in the write that holds its step.
    ///
    /// # Errors
    /// `STEP_STATE`; `STALE` when the step was begun anew.
    pub(super) async fn set(
        &self,
        tx: &Tx,
        change: &Change,
        standing: Standing,
    ) -> Result<Interview, Failure> {
        let Self { interview, people, mails } = self;
        let moved = standing.step.clone().schedule()?;
        if moved.round != interview.round {
            return Err(Refusal::Stale.into());
        }
        storage::interview::insert(tx, interview).await?;
        for one in people {
            storage::interview::keep_participant(tx, interview.id, one).await?;
        }
        queue(tx, change, mails).await?;
        let told = told(change, EventKind::InterviewScheduled, &standing.application, interview);
        tx.record(told.count("participants", i64::try_from(people.len()).unwrap_or(i64::MAX)));
        standing.moved(tx, change, EventKind::StepScheduled, moved).await?;
        Ok(interview.clone())
    }
}

fn beginning(act: Act<'_>, change: &Change, step: &ApplicationStep, meeting: Meeting) -> Interview {
    let id = InterviewId::new(change.at, act.chance);
    Interview {
        id,
        application: step.application,
        step: step.id,
        round: step.round,
        state: InterviewState::Scheduled,
        meeting,
        uid: format!("{}@{}", id.short(), host(act.site)),
        sequence: 0,
        revision: 1,
        missing: None,
        reason: None,
        arranged_at: change.at,
        created_at: change.at,
        created_by: change.actor.clone(),
    }
}

/// Whether these people may come to a meeting of this step.
///
/// # Errors
/// As [`interview::people`]; `INVALID` on each who is none of ours.
pub(super) async fn are_known(
    db: &impl Source,
    application: &Application,
    step: &ApplicationStep,
    asked: &[Invitee],
) -> Result<(), Failure> {
    interview::people(asked, step.least_people, application.referrer)?;
    let users: Vec<UserId> = asked.iter().map(|one| one.user).collect();
    let known = user::of(db, &users).await?;
    let unknown = users.iter().enumerate().filter(|(_, user)| !known.contains_key(user));
    let field = |place| format!("participants.{place}.userId");
    let faults = unknown.map(|(place, _)| Refusal::invalid(&field(place), "a member of staff")).collect();
    Ok(Refusal::all(faults)?)
}

async fn queue(tx: &Tx, change: &Change, mails: &[NewEmail]) -> Result<(), Failure> {
    for mail in mails {
        email::queue(tx, change, mail).await?;
    }
    Ok(())
}

pub(super) fn told(
    change: &Change,
    kind: EventKind,
    application: &Application,
    interview: &Interview,
) -> Event {
    let event = event(change, kind, application).word("interview", interview.id).word("step", interview.step);
    event.count("round", interview.round.into()).count("sequence", interview.sequence.into())
}

/// An interview as the viewer sees it, for what is prepared outside and guarded inside.
struct Seen {
    application: Application,
    step: ApplicationStep,
    interview: Interview,
    people: Vec<Participant>,
}

async fn seen(act: Act<'_>, id: InterviewId) -> Result<Seen, Failure> {
    let unknown = || Refusal::NotFound("interview");
    let found = storage::interview::find(act.store, &interviews(act.viewer), id).await?;
    let interview = found.ok_or_else(unknown)?;
    let scope = applications(act.viewer);
    let application = kept::find(act.store, &scope, interview.application).await?.ok_or_else(unknown)?;
    let steps = storage::step::of_applications(act.store, &scope, &[application.id]).await?;
    let mut steps = steps.into_values().flatten();
    let step = steps.find(|step| step.id == interview.step).ok_or_else(unknown)?;
    let people = storage::interview::coming(act.store, id).await?;
    Ok(Seen { application, step, interview, people })
}

/// An interview that may be changed, with its application and step, held until the write ends.
struct Held {
    application: Application,
    step: ApplicationStep,
    interview: Interview,
}

impl Held {
    /// # Errors
    /// `NOT_FOUND`, `FORBIDDEN`, `NOT_ACTIVE`; `STALE` also when it is not what was seen.
    async fn lock(tx: &Tx, viewer: &Viewer, seen: &Seen, revision: Option<i32>) -> Result<Self, Failure> {
        let application = held(tx, viewer, &moving(viewer), seen.application.id, "interview").await?;
        application.active()?;
        let interview = storage::interview::get_locked(tx, seen.interview.id).await?;
        interview.is_at(revision.unwrap_or(seen.interview.revision))?;
        interview.is_at(seen.interview.revision)?;
        let step = storage::step::get_locked(tx, application.id, interview.step).await?;
        Ok(Self { application, step, interview })
    }

    /// Whether the step stands where this interview brought it.
    fn holds_step(&self) -> bool {
        self.step.round == self.interview.round && self.step.state.is_under_way()
    }

    /// Moves the step back to where it was before the interview.
    async fn unschedule(self, tx: &Tx, change: &Change) -> Result<(), Failure> {
        if self.holds_step() {
            let moved = self.step.clone().unschedule()?;
            scorecard::excuse(tx, change, &self.application, &self.step).await?;
            let standing = Standing { application: self.application, step: self.step };
            standing.moved(tx, change, EventKind::StepUnscheduled, moved).await?;
        }
        Ok(())
    }
}

/// Answers an invitation; only whoever is invited does so.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `NOT_ACTIVE`, `INTERVIEW_STATE`; `INVALID` on `response`.
pub async fn respond(act: Act<'_>, id: InterviewId, response: Response) -> Result<Interview, Failure> {
    let (change, seen) = (&act.change(), &seen(act, id).await?);
    let staff = act.viewer.staff().filter(|staff| staff.may_write()).ok_or(Refusal::Forbidden)?;
    if response == Response::NeedsAction {
        return Err(Refusal::invalid("response", "yes, no or perhaps").into());
    }
    act.store
        .write(|tx| async move {
            let application =
                kept::lock(&tx, seen.application.id).await?.ok_or(Refusal::NotFound("interview"))?;
            let interview = storage::interview::get_locked(&tx, id).await?;
            let coming = storage::interview::coming(&tx, id).await?;
            let one = coming.into_iter().find(|one| one.user == staff.user).ok_or(Refusal::Forbidden)?;
            application.active()?;
            if interview.state != InterviewState::Scheduled {
                return Err(Refusal::InterviewState(interview.state.as_str()).into());
            }
            storage::interview::keep_participant(&tx, id, &Participant { response, ..one }).await?;
            let responded = told(change, EventKind::InterviewResponded, &application, &interview);
            tx.record(responded.word("user", staff.user).word("response", response));
            Ok(interview)
        })
        .await
}
