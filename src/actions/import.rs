//! Jobs of other systems' boards become postings: one write a job, so that an import which was cut short is simply run again.
//!
//! A posting remembers the record it came from. What that record and the new one say alike stays as people here made it;
//! where they differ, the new one counts.

mod merge;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use self::merge::{Step, decide};
use super::Act;
use super::posting::{adjusted, moved, place_teams, save};
use crate::actions::posting::TeamEntry;
use crate::boards::{self, Cleared, Job, Note};
use crate::domain::Refusal;
use crate::domain::approval::ApprovalGroup;
use crate::domain::event::{Change, EventKind};
use crate::domain::id::{PostingId, TeamId};
use crate::domain::opening::{Adjustment, OpeningKind};
use crate::domain::plan::{HiringPlan, ReferenceRule};
use crate::domain::plan_reference;
use crate::domain::policy::posting::{may_create, sources};
use crate::domain::posting::{CloseReason, PlanVersion, PostingStatus};
use crate::domain::posting_source::{PostingSource, SourceSystem};
use crate::domain::text;
use crate::storage::{self, Failure, Page, Source, Tx, posting, posting_source};

/// What stays itself in an address.
const IN_ADDRESS: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');

/// The board that is brought in.
#[derive(Debug, Clone)]
pub struct Board {
    /// Which system's.
    pub system: SourceSystem,
    /// Which of the organisation's boards there.
    pub name: String,
    /// The plan of postings that are new.
    pub plan: PlanVersion,
    /// Where candidates apply, with `{id}` for the system's id; where the record says when absent.
    pub careers: Option<String>,
}

impl Board {
    /// Where candidates apply to a job.
    ///
    /// # Errors
    /// `INVALID` on `applyUrl`.
    pub fn apply_url(&self, job: &Job) -> Result<Option<String>, Refusal> {
        let id = || utf8_percent_encode(&job.external_id, IN_ADDRESS).to_string();
        let wanted = match &self.careers {
            Some(careers) => Some(careers.replace("{id}", &id())),
            None => job.apply_url.clone(),
        };
        wanted.map(|url| text::web_address("applyUrl", url.trim())).transpose()
    }
}

/// What became of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is a new posting.
    Created,
    /// Its posting, or what is kept of its record, is another now.
    Updated,
    /// Nothing changed.
    Unchanged,
}

/// A job that was brought in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brought {
    /// Its posting.
    pub posting: PostingId,
    /// What became of it.
    pub outcome: Outcome,
    /// What is to be said about it.
    pub notes: Vec<Note>,
}

/// Brings a job in: as a new open posting with one seat in the team, or as a change of the one it became before.
///
/// # Errors
/// `FORBIDDEN`, `REQUIRED` or `INVALID` on every field at fault, `PLACE_MISSING`, `DEADLINE_PASSED`, or `POSTING_STATUS` once
/// the posting is archived.
pub async fn bring(act: Act<'_>, board: &Board, job: &Job, team: TeamId) -> Result<Brought, Failure> {
    may_create(act.viewer)?;
    let change = &act.change();
    let work = |tx: Tx| async move {
        let known = posting_source::find(&tx, board.system, &board.name, &job.external_id).await?;
        if let Some(known) = known {
            posting::lock(&tx, known.posting).await?;
        }
        let step = decide(&tx, act, change, board, job).await?;
        keep(&tx, act, change, team, step).await
    };
    act.store.write(work).await
}

/// What [`bring`] would do.
///
/// # Errors
/// As [`bring`].
pub async fn foresee(act: Act<'_>, board: &Board, job: &Job) -> Result<Brought, Failure> {
    may_create(act.viewer)?;
    Ok(decide(act.store, act, &act.change(), board, job).await?.brought)
}

async fn keep(tx: &Tx, act: Act<'_>, change: &Change, team: TeamId, step: Step) -> Result<Brought, Failure> {
    let Step { before, after, source, fields, brought } = step;
    match (before, brought.outcome) {
        (_, Outcome::Unchanged) => {}
        (None, _) => {
            posting::insert(tx, &after).await?;
            let entry = TeamEntry { team, manager: None };
            for placed in place_teams(tx, act, change, after.id, &[entry]).await? {
                adjusted(tx, act, change, &placed, OpeningKind::New, Adjustment::Add(1)).await?;
            }
            posting_source::insert(tx, &source).await?;
            let created = change.event(EventKind::PostingCreated).word("status", PostingStatus::Draft);
            tx.record(created.posting(after.id));
            tx.record(moved(change, EventKind::PostingPublished, &after).posting(after.id));
            tx.public_fact_changed();
        }
        (Some(before), _) => {
            let reopened = before.status != after.status;
            let kind = if reopened { EventKind::PostingReopened } else { EventKind::PostingUpdated };
            let event = moved(change, kind, &after).word("fields", fields.join(","));
            if fields == ["source"] {
                tx.record(event.posting(after.id));
            } else {
                save(tx, change, &before, after, event).await?;
            }
            posting_source::save(tx, &source).await?;
        }
    }
    Ok(brought)
}

/// Closes a posting that its board no longer has. One that is neither open nor paused any more stays as it is.
///
/// # Errors
/// `FORBIDDEN`.
pub async fn close_missing(act: Act<'_>, id: PostingId) -> Result<(), Failure> {
    may_create(act.viewer)?;
    let change = &act.change();
    let work = |tx: Tx| async move {
        let before = posting::lock(&tx, id).await?.ok_or(Refusal::NotFound("posting"))?;
        let Ok(after) = before.clone().close(CloseReason::NoLongerNeeded, change.at) else { return Ok(()) };
        let source = posting_source::of(&tx, &sources(act.viewer), &[id])
            .await?
            .remove(&id)
            .ok_or(Refusal::NotFound("posting"))?;
        posting_source::save(&tx, &PostingSource { missing_since: Some(change.at), ..source }).await?;
        let event = moved(change, EventKind::PostingClosed, &after)
            .word("reason", CloseReason::NoLongerNeeded)
            .word("cause", "missing");
        save(&tx, change, &before, after, event).await?;
        Ok(())
    };
    act.store.write(work).await
}

/// What is kept of a posting's record, if that says anything about people.
async fn speaks_of_people(
    db: &impl Source,
    act: Act<'_>,
    id: PostingId,
) -> Result<Option<(PostingSource, Cleared)>, Failure> {
    let found = posting_source::of(db, &sources(act.viewer), &[id]).await?.remove(&id);
    Ok(found.and_then(|source| boards::cleared(&source.record).map(|cleared| (source, cleared))))
}

/// How many values [`forget_people`] would take out.
///
/// # Errors
/// `FORBIDDEN`.
pub async fn foresee_people(act: Act<'_>, id: PostingId) -> Result<usize, Failure> {
    may_create(act.viewer)?;
    let found = speaks_of_people(act.store, act, id).await?;
    Ok(found.map_or(0, |(_, cleared)| cleared.left_out))
}

/// Takes what is about people out of the record that is kept of a posting, and says how many values it was: an earlier
/// program kept them.
///
/// # Errors
/// `FORBIDDEN`.
pub async fn forget_people(act: Act<'_>, id: PostingId) -> Result<usize, Failure> {
    may_create(act.viewer)?;
    let change = &act.change();
    let work = |tx: Tx| async move {
        let kept = posting::lock(&tx, id).await?.ok_or(Refusal::NotFound("posting"))?;
        let Some((source, cleared)) = speaks_of_people(&tx, act, id).await? else { return Ok(0) };
        let Cleared { record, digest, left_out } = cleared;
        posting_source::save(&tx, &PostingSource { record, digest, ..source }).await?;
        let event = moved(change, EventKind::PostingUpdated, &kept).word("fields", "source");
        tx.record(event.posting(id));
        Ok(left_out)
    };
    act.store.write(work).await
}

/// The team of this name, made if there is none.
///
/// # Errors
/// `FORBIDDEN`, or `REQUIRED` or `INVALID` on `name`.
pub async fn team(act: Act<'_>, name: &str) -> Result<TeamId, Failure> {
    let name = crate::domain::team::name(name)?;
    if let Some(found) = storage::team::find_by_name(act.store, &name).await? {
        return Ok(found.id);
    }
    Ok(super::team::create(act, &name).await?.id)
}

/// The plan that new postings follow: the newest there is.
pub async fn plan(act: Act<'_>) -> Result<Option<PlanVersion>, Failure> {
    let newest = storage::plan::listed(act.store, &Page::newest(1)).await?;
    Ok(newest.items.into_iter().next().map(|made| made.plan.version))
}

/// A plan to begin with, where there is none: a review and an offer.
///
/// # Errors
/// `FORBIDDEN`.
pub async fn first_plan(act: Act<'_>) -> Result<HiringPlan, Failure> {
    let short = |key: &str| matches!(key, "review" | "offer");
    let stages = plan_reference::stages().into_iter().filter(|stage| short(&stage.key)).collect();
    let input = super::plan::Create {
        name: "Review and offer".to_owned(),
        stages,
        approval: vec![ApprovalGroup::one()],
        references: ReferenceRule { least: 0, managers: 0 },
    };
    super::plan::create(act, input).await
}
