//! A posting's life: opened, paused, closed, opened again, put away.

use chrono::{DateTime, Utc};

use super::{editable, moved, save};
use crate::actions::Act;
use crate::domain::Refusal;
use crate::domain::event::EventKind;
use crate::domain::id::PostingId;
use crate::domain::opening::Openings;
use crate::domain::posting::{CloseReason, Posting};
use crate::storage::{Failure, Tx, opening, posting};

/// Which posting is to move on.
#[derive(Debug, Clone, Copy)]
pub struct Move {
    /// The posting.
    pub posting: PostingId,
    /// The revision the caller read, if it is to matter.
    pub expected_revision: Option<i32>,
}

/// What is to be closed, and why.
#[derive(Debug, Clone, Copy)]
pub struct Close {
    /// The posting.
    pub posting: PostingId,
    /// The revision the caller read, if it is to matter.
    pub expected_revision: Option<i32>,
    /// Why.
    pub reason: CloseReason,
}

/// What a posting's moves depend on besides itself.
struct Standing {
    /// Seats open or held, over all its teams.
    vacancies: u32,
    /// Whether an application is active or an offer live.
    busy: bool,
    now: DateTime<Utc>,
}

impl Standing {
    async fn of(tx: &Tx, id: PostingId, now: DateTime<Utc>) -> Result<Self, Failure> {
        let ledger = opening::ledger(tx, id).await?;
        let all = ledger.iter().fold(Openings::default(), |sum, (_, openings)| sum.and(*openings));
        Ok(Self { vacancies: all.vacancies(), busy: posting::is_busy(tx, id).await?, now })
    }
}

async fn turn(
    act: Act<'_>,
    input: Move,
    kind: EventKind,
    step: impl Fn(Posting, &Standing) -> Result<Posting, Refusal> + Send + Sync,
) -> Result<Posting, Failure> {
    let (change, step) = (&act.change(), &step);
    let work = |tx: Tx| async move {
        let before = editable(&tx, act.viewer, input.posting, input.expected_revision, change).await?;
        let standing = Standing::of(&tx, before.id, change.at).await?;
        let after = step(before.clone(), &standing)?;
        let event = moved(change, kind, &after);
        let event = match after.close_reason {
            Some(reason) => event.word("reason", reason),
            None => event,
        };
        save(&tx, change, &before, after, event).await
    };
    act.store.write(work).await
}

/// Opens a draft: from now on it is on the careers page and in the feeds, and people can apply.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `STALE`, `POSTING_STATUS`, `PLACE_MISSING`, `DEADLINE_PASSED` or `NO_VACANCIES`.
pub async fn publish(act: Act<'_>, input: Move) -> Result<Posting, Failure> {
    turn(act, input, EventKind::PostingPublished, |posting, at| posting.publish(at.vacancies, at.now)).await
}

/// Stops taking applications for now. Seats, applications and offers stay as they are.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `STALE` or `POSTING_STATUS`.
pub async fn pause(act: Act<'_>, input: Move) -> Result<Posting, Failure> {
    turn(act, input, EventKind::PostingPaused, |posting, at| posting.pause(at.now)).await
}

/// Takes applications again after a pause.
///
/// # Errors
/// As [`publish`].
pub async fn resume(act: Act<'_>, input: Move) -> Result<Posting, Failure> {
    turn(act, input, EventKind::PostingResumed, |posting, at| posting.resume(at.vacancies, at.now)).await
}

/// Stops taking applications. Seats, applications and offers stay as they are.
///
/// # Errors
/// As [`pause`].
pub async fn close(act: Act<'_>, input: Close) -> Result<Posting, Failure> {
    let Close { posting, expected_revision, reason } = input;
    let step = move |posting: Posting, at: &Standing| posting.close(reason, at.now);
    turn(act, Move { posting, expected_revision }, EventKind::PostingClosed, step).await
}

/// Closes postings whose deadline has passed, at most `limit` of them; says how many. One that somebody changes meanwhile
/// is left for the next time; one that breaks is logged and does not hold up the others.
pub async fn close_due(act: Act<'_>, limit: u32) -> Result<usize, Failure> {
    let mut closed = 0;
    for due in posting::past_deadline(act.store, act.clock.now(), limit).await? {
        let expected_revision = Some(due.revision);
        let closing = Close { posting: due.id, expected_revision, reason: CloseReason::Deadline };
        match close(act, closing).await {
            Ok(_) => closed += 1,
            Err(Failure::Refused(_)) => {}
            Err(failure) => {
                tracing::error!(%failure, posting = %due.id, "a posting past its deadline stays");
            }
        }
    }
    Ok(closed)
}

/// Opens a closed posting again.
///
/// # Errors
/// As [`publish`].
pub async fn reopen(act: Act<'_>, input: Move) -> Result<Posting, Failure> {
    turn(act, input, EventKind::PostingReopened, |posting, at| posting.reopen(at.vacancies, at.now)).await
}

/// Puts a draft or closed posting away for good.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `STALE`, `POSTING_STATUS`, or `ACTIVE_APPLICATIONS`.
pub async fn archive(act: Act<'_>, input: Move) -> Result<Posting, Failure> {
    turn(act, input, EventKind::PostingArchived, |posting, at| posting.archive(at.busy, at.now)).await
}
