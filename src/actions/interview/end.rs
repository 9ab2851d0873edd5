//! How meetings end: called off, missed, or over; and what an ending step or application does to them.

use super::circle::Circle;
use super::{Held, queue, seen, told};
use crate::actions::Act;
use crate::actions::application::MOST_OF_REASON;
use crate::actions::step::Standing;
use crate::domain::application::Application;
use crate::domain::email::NewEmail;
use crate::domain::event::{Change, EventKind};
use crate::domain::id::{ApplicationId, InterviewId, StepId};
use crate::domain::interview::{Interview, InterviewState, Missing};
use crate::domain::policy::application::applications;
use crate::domain::step::StepState;
use crate::domain::viewer::Viewer;
use crate::domain::{Refusal, text};
use crate::mail::invite::Invite;
use crate::storage::{self, Failure, Fault, Tx, application as kept, step};

/// A meeting to be called off.
#[derive(Debug, Clone)]
pub struct Cancel {
    /// Which interview.
    pub interview: InterviewId,
    /// The revision it is called off at, where that matters.
    pub revision: Option<i32>,
    /// Why: internal.
    pub reason: Option<String>,
}

/// Calls a meeting off: its step waits again, and everybody is told.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `NOT_ACTIVE`, `STALE`, `INTERVIEW_STATE`; `INVALID` on `reason`.
pub async fn cancel(act: Act<'_>, input: Cancel) -> Result<Interview, Failure> {
    let change = act.change();
    let reason = text::optional_prose("reason", input.reason.as_deref(), MOST_OF_REASON)?;
    let seen = seen(act, input.interview).await?;
    let interview = seen.interview.clone().cancel(reason)?;
    let circle = Circle::of(act, &seen.application, &seen.step, &seen.people).await?;
    let mut mails = vec![circle.cancellation(act, &interview)?];
    mails.extend(circle.cancellations(act, &interview, false, |_| true)?);
    let (change, seen, interview, mails) = (&change, &seen, &interview, &mails);
    act.store
        .write(|tx| async move {
            let held = Held::lock(&tx, act.viewer, seen, input.revision).await?;
            let saved = storage::interview::save(&tx, interview.clone()).await?;
            queue(&tx, change, mails).await?;
            tx.record(told(change, EventKind::InterviewCancelled, &held.application, &saved));
            held.unschedule(&tx, change).await?;
            Ok(saved)
        })
        .await
}

/// A meeting to which somebody did not come.
#[derive(Debug, Clone, Copy)]
pub struct NoShow {
    /// Which interview.
    pub interview: InterviewId,
    /// The revision that was read, where that matters.
    pub revision: Option<i32>,
    /// Who did not come.
    pub missing: Missing,
}

/// Records that a meeting did not come about because somebody was missing: its step waits again. Nobody is written to.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `NOT_ACTIVE`, `STALE`, `INTERVIEW_STATE`; `INVALID` on `interviewId` before it begins.
pub async fn no_show(act: Act<'_>, input: NoShow) -> Result<Interview, Failure> {
    let (change, seen) = (&act.change(), &seen(act, input.interview).await?);
    act.store
        .write(|tx| async move {
            let held = Held::lock(&tx, act.viewer, seen, input.revision).await?;
            let missed = held.interview.clone().miss(input.missing, change.at)?;
            let saved = storage::interview::save(&tx, missed).await?;
            let event = told(change, EventKind::InterviewMissed, &held.application, &saved);
            tx.record(event.word("missing", input.missing));
            held.unschedule(&tx, change).await?;
            Ok(saved)
        })
        .await
}

/// Records that the time of some meetings is over, at most `most` of them; says of how many. One that breaks is logged
/// and does not hold up the others.
///
/// # Errors
/// A fault of the look for them.
pub async fn hold_due(act: Act<'_>, most: u32) -> Result<usize, Failure> {
    let mut held = 0;
    for due in storage::interview::over(act.store, act.clock.now(), most).await? {
        match hold(act, &due).await {
            Ok(count) => held += count,
            Err(failure) => {
                tracing::error!(%failure, interview = %due.id, "an interview whose time is over stays");
            }
        }
    }
    Ok(held)
}

async fn hold(act: Act<'_>, due: &Interview) -> Result<usize, Failure> {
    let change = &act.change();
    act.store
        .write(|tx| async move {
            let gone = || Fault::missing("application", due.application);
            let application = kept::lock(&tx, due.application).await?.ok_or_else(gone)?;
            let interview = storage::interview::get_locked(&tx, due.id).await?;
            if interview.state != InterviewState::Scheduled || !interview.is_over(change.at) {
                return Ok(0);
            }
            let step = step::get_locked(&tx, application.id, interview.step).await?;
            let interview = over(&tx, change, &application, interview).await?;
            if step.state == StepState::Scheduled && step.round == interview.round {
                let moved = step.clone().await_feedback()?;
                let standing = Standing { application, step };
                standing.moved(&tx, change, EventKind::StepAwaitsFeedback, moved).await?;
            }
            Ok(1)
        })
        .await
}

async fn over(
    tx: &Tx,
    change: &Change,
    application: &Application,
    interview: Interview,
) -> Result<Interview, Failure> {
    let saved = storage::interview::save(tx, interview.hold()?).await?;
    tx.record(told(change, EventKind::InterviewHeld, application, &saved));
    Ok(saved)
}

/// Meetings that end with their step or application, and what is written about that; prepared outside the write.
pub(in crate::actions) struct CallOff {
    of: Of,
    meetings: Vec<Meeting>,
}

/// Whose meetings.
#[derive(Debug, Clone, Copy)]
enum Of {
    Application(ApplicationId),
    Step(ApplicationId, StepId),
}

/// A meeting that ends, as it was seen.
struct Meeting {
    seen: Interview,
    /// `None` when its time is over, so that there is nothing to call off.
    ending: Option<Ending>,
}

struct Ending {
    cancelled: Interview,
    mails: Vec<NewEmail>,
    invite: Invite,
}

impl CallOff {
    /// For the end of an application: the candidate learns of it from the one letter about that end.
    pub(in crate::actions) async fn with_application(
        act: Act<'_>,
        id: ApplicationId,
    ) -> Result<Self, Failure> {
        Self::prepare(act, Of::Application(id)).await
    }

    /// For the end of a step: the candidate is told as well.
    pub(in crate::actions) async fn with_step(act: Act<'_>, step: StepId) -> Result<Self, Failure> {
        let application = step::application_of(act.store, step).await?.ok_or(Refusal::NotFound("step"))?;
        Self::prepare(act, Of::Step(application, step)).await
    }

    async fn prepare(act: Act<'_>, of: Of) -> Result<Self, Failure> {
        let mut meetings = Vec::new();
        for seen in of.scheduled(act.store).await? {
            let over = seen.is_over(act.clock.now());
            let ending = if over { None } else { Some(of.ending(act, &seen).await?) };
            meetings.push(Meeting { seen, ending });
        }
        Ok(Self { of, meetings })
    }

    /// What takes the meetings out of the candidate's calendar; nothing when there are none.
    pub(in crate::actions) fn invites(&self) -> Vec<Invite> {
        let endings = self.meetings.iter().filter_map(|meeting| meeting.ending.as_ref());
        endings.map(|ending| ending.invite.clone()).collect()
    }

    /// Ends the meetings, in the write that ends what they are part of.
    ///
    /// # Errors
    /// `STALE` when one was set or changed after this was prepared.
    pub(in crate::actions) async fn carry_out(
        &self,
        tx: &Tx,
        change: &Change,
        application: &Application,
    ) -> Result<(), Failure> {
        let now = self.of.scheduled(tx).await?;
        let which = |interview: &Interview| (interview.id, interview.revision);
        if !now.iter().map(which).eq(self.meetings.iter().map(|meeting| which(&meeting.seen))) {
            return Err(Refusal::Stale.into());
        }
        for Meeting { seen, ending } in &self.meetings {
            let Some(ending) = ending else {
                over(tx, change, application, seen.clone()).await?;
                continue;
            };
            let saved = storage::interview::save(tx, ending.cancelled.clone()).await?;
            tx.record(told(change, EventKind::InterviewCancelled, application, &saved));
            queue(tx, change, &ending.mails).await?;
        }
        Ok(())
    }
}

impl Of {
    async fn scheduled(self, db: &impl storage::Source) -> Result<Vec<Interview>, Fault> {
        match self {
            Self::Application(id) => storage::interview::scheduled(db, id).await,
            Self::Step(id, step) => {
                let mut found = storage::interview::scheduled(db, id).await?;
                found.retain(|interview| interview.step == step);
                Ok(found)
            }
        }
    }

    async fn ending(self, act: Act<'_>, seen: &Interview) -> Result<Ending, Failure> {
        let all = applications(&Viewer::System);
        let gone = || Fault::missing("application", seen.application);
        let application = kept::find(act.store, &all, seen.application).await?.ok_or_else(gone)?;
        let steps = step::of_applications(act.store, &all, &[application.id]).await?;
        let step = steps.into_values().flatten().find(|step| step.id == seen.step);
        let step = step.ok_or_else(|| Fault::missing("step", seen.step))?;
        let people = storage::interview::coming(act.store, seen.id).await?;
        let cancelled = seen.clone().cancel(None)?;
        let circle = Circle::of(act, &application, &step, &people).await?;
        let mut mails = circle.cancellations(act, &cancelled, false, |_| true)?;
        if matches!(self, Self::Step(..)) {
            mails.push(circle.cancellation(act, &cancelled)?);
        }
        Ok(Ending { invite: circle.withdrawal(act, &cancelled)?, cancelled, mails })
    }
}
