//! Steps of applications: added, passed, waived, skipped, opened again, and ended or restored with their applications.

use super::application::{MOST_OF_REASON, event, held};
use super::interview::CallOff;
use super::{Act, anew, slot};
use crate::domain::application::Application;
use crate::domain::event::{Change, EventKind};
use crate::domain::id::{ApplicationId, StepId};
use crate::domain::plan::{self, PlanStep, StepKind};
use crate::domain::policy::Scope;
use crate::domain::policy::application::{applications, moving, recruiting};
use crate::domain::progress::Progress;
use crate::domain::slot::SlotsState;
use crate::domain::step::{ApplicationStep, StepState};
use crate::domain::viewer::Viewer;
use crate::domain::{Refusal, text};
use crate::storage::{Failure, Fault, Tx, application, plan as kept_plan, slot as kept_slots, step};

/// Which step is moved.
#[derive(Debug, Clone, Copy)]
pub struct Which {
    /// The step.
    pub step: StepId,
    /// The revision of its application it is moved at, where that matters.
    pub revision: Option<i32>,
}

/// A step that moved, and its application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The step as it is now.
    pub step: ApplicationStep,
    /// Its application as it is now.
    pub application: Application,
}

/// A step that the plan does not have.
#[derive(Debug, Clone)]
pub struct Add {
    /// To which application.
    pub application: ApplicationId,
    /// The revision of the application it is added at, where that matters.
    pub revision: Option<i32>,
    /// The key of the stage it goes to; the stage the application is in when nothing is said.
    pub stage: Option<String>,
    /// What is done in it. Its key is given to it.
    pub step: PlanStep,
}

/// Adds a step to one application, behind the others of a stage that is not over.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `NOT_ACTIVE`, `STALE`, `NO_STAGE`; `REQUIRED` or `INVALID` on the field at fault.
pub async fn add(act: Act<'_>, input: Add) -> Result<Moved, Failure> {
    let (change, right) = (&act.change(), &recruiting(act.viewer));
    let (input, step) = (&input, &plan::checked_alone(input.step.clone())?);
    let id = StepId::new(change.at, act.chance);
    act.store
        .write(|tx| async move {
            let application = held(&tx, act.viewer, right, input.application, "application").await?;
            application.active()?;
            input.revision.map_or(Ok(()), |revision| application.is_at(revision))?;
            let plan = kept_plan::get(&tx, application.plan).await?;
            let steps = step::of_locked(&tx, application.id).await?;
            let progress = Progress { plan: &plan, stage: application.stage, steps: &steps };
            let stage = input.stage.as_deref().map(|key| progress.stage_of_key(key)).transpose()?;
            let stage = stage.unwrap_or(application.stage);
            let (position, key) = progress.room_for_step(stage)?;
            let step = PlanStep { key, ..step.clone() };
            let step = ApplicationStep::added(id, application.id, stage, position, &step);
            step::insert(&tx, std::slice::from_ref(&step)).await?;
            let event = event(change, EventKind::StepAdded, &application).word("step", step.id);
            tx.record(event.word("key", &step.key).word("kind", step.kind).count("stage", stage.into()));
            let application = application::save(&tx, application).await?;
            Ok(Moved { step, application })
        })
        .await
}

/// Passes a step: it is done and no longer blocks, whatever the ratings.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `NOT_ACTIVE`, `STALE`, `STEP_NOT_REACHED` or `STEP_STATE`.
pub async fn pass(act: Act<'_>, which: Which) -> Result<Moved, Failure> {
    move_step(act, which, &moving(act.viewer), EventKind::StepPassed, |step, _| step.pass()).await
}

/// Lets an application off a step.
///
/// # Errors
/// As [`pass`]; `REQUIRED` or `INVALID` on `reason`.
pub async fn waive(act: Act<'_>, which: Which, reason: &str) -> Result<Moved, Failure> {
    let reason = text::prose("reason", reason, MOST_OF_REASON)?;
    let waive = |step: ApplicationStep, _: &Progress<'_>| step.waive(reason.clone());
    move_step(act, which, &recruiting(act.viewer), EventKind::StepWaived, waive).await
}

/// Leaves out an optional step, or one of an optional stage.
///
/// # Errors
/// As [`pass`], or `STEP_REQUIRED`; `INVALID` on `reason`.
pub async fn skip(act: Act<'_>, which: Which, reason: Option<&str>) -> Result<Moved, Failure> {
    let reason = text::optional_prose("reason", reason, MOST_OF_REASON)?;
    let skip = |step: ApplicationStep, progress: &Progress<'_>| {
        let optional = progress.is_optional(step.stage);
        step.skip(optional, reason.clone())
    };
    move_step(act, which, &recruiting(act.viewer), EventKind::StepSkipped, skip).await
}

/// Begins a step anew.
///
/// # Errors
/// As [`pass`]; `REQUIRED` or `INVALID` on `reason`.
pub async fn reopen(act: Act<'_>, which: Which, reason: &str) -> Result<Moved, Failure> {
    let reason = text::prose("reason", reason, MOST_OF_REASON)?;
    let reopen = |step: ApplicationStep, _: &Progress<'_>| step.reopen(reason.clone());
    move_step(act, which, &recruiting(act.viewer), EventKind::StepReopened, reopen).await
}

/// The step and its application, as far as the viewer sees them, for what is prepared outside and guarded inside.
///
/// # Errors
/// `NOT_FOUND`.
pub(super) async fn seen(act: Act<'_>, id: StepId) -> Result<(Application, ApplicationStep), Failure> {
    let unknown = || Refusal::NotFound("step");
    let of = step::application_of(act.store, id).await?.ok_or_else(unknown)?;
    let scope = applications(act.viewer);
    let application = application::find(act.store, &scope, of).await?.ok_or_else(unknown)?;
    let steps = step::of_applications(act.store, &scope, &[of]).await?;
    let step = steps.into_values().flatten().find(|step| step.id == id).ok_or_else(unknown)?;
    Ok((application, step))
}

/// A meeting that was to take place in the step is called off with it.
async fn move_step<Of: Sync>(
    act: Act<'_>,
    which: Which,
    right: &Scope<Of>,
    kind: EventKind,
    how: impl Fn(ApplicationStep, &Progress<'_>) -> Result<ApplicationStep, Refusal> + Send + Sync,
) -> Result<Moved, Failure> {
    let (change, how) = (&act.change(), &how);
    anew(|| async move {
        let call_off = &CallOff::with_step(act, which.step).await?;
        act.store
            .write(|tx| async move {
                let standing = Standing::held(&tx, act.viewer, right, which).await?;
                let plan = kept_plan::get(&tx, standing.application.plan).await?;
                let progress = Progress { plan: &plan, stage: standing.application.stage, steps: &[] };
                let moved = how(standing.step.clone(), &progress)?;
                call_off.carry_out(&tx, change, &standing.application).await?;
                standing.moved(&tx, change, kind, moved).await
            })
            .await
    })
    .await
}

/// A step that may be moved, with its application, held until the write ends.
pub(super) struct Standing {
    /// The application, which is active.
    pub application: Application,
    /// The step, which is reached.
    pub step: ApplicationStep,
}

impl Standing {
    /// # Errors
    /// `NOT_FOUND`, `FORBIDDEN`, `NOT_ACTIVE`, `STALE` or `STEP_NOT_REACHED`.
    pub(super) async fn held<Of>(
        tx: &Tx,
        viewer: &Viewer,
        right: &Scope<Of>,
        which: Which,
    ) -> Result<Self, Failure> {
        let unknown = || Refusal::NotFound("step");
        let id = step::application_of(tx, which.step).await?.ok_or_else(unknown)?;
        let application = held(tx, viewer, right, id, "step").await?;
        application.active()?;
        which.revision.map_or(Ok(()), |revision| application.is_at(revision))?;
        let plan = kept_plan::get(tx, application.plan).await?;
        let step = step::get_locked(tx, id, which.step).await?;
        Progress { plan: &plan, stage: application.stage, steps: &[] }.has_reached(&step)?;
        Ok(Self { application, step })
    }

    /// Saves the step as it moved, and its application with it.
    pub(super) async fn moved(
        self,
        tx: &Tx,
        change: &Change,
        kind: EventKind,
        moved: ApplicationStep,
    ) -> Result<Moved, Failure> {
        let step = set(tx, change, kind, &self.application, &self.step, moved).await?;
        let application = application::save(tx, self.application).await?;
        Ok(Moved { step, application })
    }
}

/// Saves a step that moved and records it.
async fn set(
    tx: &Tx,
    change: &Change,
    kind: EventKind,
    application: &Application,
    before: &ApplicationStep,
    moved: ApplicationStep,
) -> Result<ApplicationStep, Fault> {
    let moved = ApplicationStep { moved_by: Some(change.actor.clone()), moved_at: Some(change.at), ..moved };
    step::save(tx, &moved).await?;
    if before.kind == StepKind::Interview && before.state == StepState::Pending {
        // Whatever the candidate was asked to choose from is settled.
        let open = kept_slots::open_in_step(tx, moved.id).await?;
        slot::end(tx, change, application, open, SlotsState::Closed).await?;
    }
    let event = event(change, kind, application).word("step", moved.id).word("key", &moved.key);
    tx.record(event.word("from", before.state).word("to", moved.state).count("round", moved.round.into()));
    Ok(moved)
}

/// Leaves out a step of an application that goes on under a plan without it, in the write that brings it there.
pub(super) async fn leave_out(
    tx: &Tx,
    change: &Change,
    application: &Application,
    id: StepId,
) -> Result<(), Failure> {
    let before = step::get_locked(tx, application.id, id).await?;
    let reason = "It is not part of the process of the posting.".to_owned();
    let moved = before.clone().skip(false, Some(reason))?;
    set(tx, change, EventKind::StepSkipped, application, &before, moved).await?;
    Ok(())
}

/// Ends what is unfinished, in the write that ends the application.
pub(super) async fn cancel_unfinished(
    tx: &Tx,
    change: &Change,
    application: &Application,
) -> Result<(), Fault> {
    for before in step::of_locked(tx, application.id).await? {
        if let Some(moved) = before.clone().cancel() {
            set(tx, change, EventKind::StepCancelled, application, &before, moved).await?;
        }
    }
    Ok(())
}

/// Brings back what had ended with the application, in the write that takes the application up again.
pub(super) async fn restore(tx: &Tx, change: &Change, application: &Application) -> Result<(), Fault> {
    for before in step::of_locked(tx, application.id).await? {
        if let Some(moved) = before.clone().restore() {
            set(tx, change, EventKind::StepRestored, application, &before, moved).await?;
        }
    }
    Ok(())
}

/// Passes the application's offer step, in the write that hires by the offer.
pub(super) async fn pass_offer(tx: &Tx, change: &Change, application: &Application) -> Result<(), Failure> {
    for before in step::of_locked(tx, application.id).await? {
        if before.kind == StepKind::Offer && !before.state.is_final() {
            let moved = before.clone().pass()?;
            set(tx, change, EventKind::StepPassed, application, &before, moved).await?;
        }
    }
    Ok(())
}

/// Begins the application's offer step anew, in the write that undoes the hire.
pub(super) async fn reopen_offer(
    tx: &Tx,
    change: &Change,
    application: &Application,
    reason: &str,
) -> Result<(), Failure> {
    for before in step::of_locked(tx, application.id).await? {
        if before.kind == StepKind::Offer && before.state == StepState::Passed {
            let moved = before.clone().reopen(reason.to_owned())?;
            set(tx, change, EventKind::StepReopened, application, &before, moved).await?;
        }
    }
    Ok(())
}
