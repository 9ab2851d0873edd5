//! An application's way through its stages. How it comes in is in `submit`, how it ends and comes back in `end`.

mod each;
mod end;
mod origin;
mod submit;
mod transfer;

pub use each::{Each, advance_each, decline_each};
pub use end::{Decline, Notice, Withdraw, decline, reinstate, withdraw};
pub use submit::{Submission, submit};
pub use transfer::{Onward, transfer};

use super::{Act, slot};
use crate::domain::application::{Application, Return, Why};
use crate::domain::event::{Change, Event, EventKind};
use crate::domain::id::ApplicationId;
use crate::domain::policy::Scope;
use crate::domain::policy::application::{may, moving};
use crate::domain::progress::Progress;
use crate::domain::slot::SlotsState;
use crate::domain::viewer::Viewer;
use crate::domain::{Refusal, text};
use crate::storage::application as kept;
use crate::storage::{Failure, Tx, plan, slot as kept_slots, stage_return, step};

/// The most characters an internal reason has.
pub(super) const MOST_OF_REASON: usize = 2_000;

/// The application, held until the write ends, if the viewer has this right to it.
///
/// # Errors
/// `NOT_FOUND` of a `what`, or `FORBIDDEN`.
pub(super) async fn held<Of>(
    tx: &Tx,
    viewer: &Viewer,
    right: &Scope<Of>,
    id: ApplicationId,
    what: &'static str,
) -> Result<Application, Failure> {
    let application = kept::lock(tx, id).await?.ok_or(Refusal::NotFound(what))?;
    let subject = kept::subject(tx, &application, viewer.user()).await?;
    may(viewer, &subject, right).map_err(|refusal| match refusal {
        Refusal::NotFound(_) => Refusal::NotFound(what),
        other => other,
    })?;
    Ok(application)
}

/// An event about this application.
pub(super) fn event(change: &Change, kind: EventKind, application: &Application) -> Event {
    change.event(kind).posting(application.posting).application(application.id)
}

/// Moves an application on.
#[derive(Debug, Clone)]
pub struct Advance {
    /// Which application.
    pub application: ApplicationId,
    /// The key of the stage it is moved from.
    pub stage: String,
    /// The revision it is moved from.
    pub revision: i32,
    /// Whether to step over the optional stages that follow.
    pub pass_over: bool,
}

/// Moves an application to the next stage, through a complete gate.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `NOT_ACTIVE`, `STALE`, `GATE_INCOMPLETE`, `CANNOT_PASS_OVER` or `NO_STAGE`.
pub async fn advance(act: Act<'_>, input: Advance) -> Result<Application, Failure> {
    advance_in(act, &act.change(), &input).await
}

/// As [`advance`], as part of a greater change.
async fn advance_in(act: Act<'_>, change: &Change, input: &Advance) -> Result<Application, Failure> {
    let right = &moving(act.viewer);
    act.store
        .write(|tx| async move {
            let application = held(&tx, act.viewer, right, input.application, "application").await?;
            application.active()?;
            application.is_at(input.revision)?;
            let plan = plan::get(&tx, application.plan).await?;
            let steps = step::of_locked(&tx, application.id).await?;
            let progress = Progress { plan: &plan, stage: application.stage, steps: &steps };
            progress.stands_in(&input.stage)?;
            let from = application.stage;
            let application =
                kept::save(&tx, application.move_to(progress.advance(input.pass_over)?)?).await?;
            tx.record(moved(change, EventKind::ApplicationAdvanced, &application, from));
            Ok(application)
        })
        .await
}

/// Moves an application back.
#[derive(Debug, Clone)]
pub struct GoBack {
    /// Which application.
    pub application: ApplicationId,
    /// The revision it is moved from.
    pub revision: i32,
    /// The key of the earlier stage it is moved to.
    pub to: String,
    /// Why: internal.
    pub reason: String,
}

/// Moves an application back to an earlier stage. Its steps stay as they are.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `NOT_ACTIVE`, `STALE`, `NO_STAGE`; `REQUIRED` or `INVALID` on `reason`.
pub async fn go_back(act: Act<'_>, input: GoBack) -> Result<Application, Failure> {
    let reason = text::prose("reason", &input.reason, MOST_OF_REASON)?;
    let (change, right) = (&act.change(), &moving(act.viewer));
    let (input, reason) = (&input, &reason);
    act.store
        .write(|tx| async move {
            let application = held(&tx, act.viewer, right, input.application, "application").await?;
            application.active()?;
            application.is_at(input.revision)?;
            let plan = plan::get(&tx, application.plan).await?;
            let progress = Progress { plan: &plan, stage: application.stage, steps: &[] };
            let to = progress.go_back(progress.stage_of_key(&input.to)?)?;
            let from = application.stage;
            let application = kept::save(&tx, application.move_to(to)?).await?;
            let why = Why { reason: reason.clone(), by: change.actor.clone() };
            let (id, revision) = (application.id, application.revision);
            let back = Return { application: id, revision, from, to, why, at: change.at };
            stage_return::insert(&tx, &back).await?;
            let open = kept_slots::open_in_application(&tx, id).await?;
            slot::end(&tx, change, &application, open, SlotsState::Closed).await?;
            tx.record(moved(change, EventKind::ApplicationReturned, &application, from));
            Ok(application)
        })
        .await
}

/// Decides that an application goes on where it is, though its posting or its person was filled meanwhile.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `NOT_ACTIVE`, `STALE`; `APPLICATION_STATUS` when nobody had to decide.
pub async fn keep(act: Act<'_>, id: ApplicationId, revision: i32) -> Result<Application, Failure> {
    let (change, right) = (&act.change(), &moving(act.viewer));
    act.store
        .write(|tx| async move {
            let application = held(&tx, act.viewer, right, id, "application").await?;
            application.active()?;
            application.is_at(revision)?;
            let application = kept::save(&tx, application.keep()?).await?;
            tx.record(event(change, EventKind::ApplicationKept, &application));
            Ok(application)
        })
        .await
}

fn moved(change: &Change, kind: EventKind, application: &Application, from: i32) -> Event {
    event(change, kind, application).count("from", from.into()).count("to", application.stage.into())
}
