//! How many people a posting still looks for: its seats, added and taken away.

use super::{editable, save};
use crate::actions::Act;
use crate::domain::Refusal;
use crate::domain::event::{Change, EventKind};
use crate::domain::id::{OpeningId, PostingId, TeamId};
use crate::domain::opening::{Adjustment, Opening, OpeningKind, OpeningState, adjust};
use crate::domain::posting::{Posting, PostingStatus};
use crate::domain::team::PostingTeam;
use crate::storage::application::{self, Undecided};
use crate::storage::{Failure, Fault, Tx, opening, posting};

/// How many seats one team is to have open or held.
#[derive(Debug, Clone, Copy)]
pub struct TeamVacancies {
    /// The team.
    pub team: TeamId,
    /// How many.
    pub vacancies: u32,
    /// What seats that have to be added are for.
    pub kind: OpeningKind,
}

/// The vacancies of a posting's teams, set together; those of teams not named stay.
#[derive(Debug, Clone)]
pub struct VacanciesSet {
    /// The posting.
    pub posting: PostingId,
    /// The revision the caller read, if it is to matter.
    pub expected_revision: Option<i32>,
    /// Per team; a seat moves by naming the team that loses it and the one that gains it.
    pub teams: Vec<TeamVacancies>,
}

/// Sets the vacancies of several teams at once. Adding makes new open seats; lowering cancels the newest open ones;
/// at none in all, the posting is paused.
///
/// # Errors
/// `NOT_FOUND` also for a team the posting does not hire for, `FORBIDDEN`, `STALE`, `POSTING_STATUS` once archived,
/// `INVALID`, or `BELOW_HELD`.
pub async fn set_vacancies(act: Act<'_>, input: VacanciesSet) -> Result<Posting, Failure> {
    let (change, input) = (&act.change(), &input);
    named_once(&input.teams)?;
    let work = |tx: Tx| async move {
        let before = editable(&tx, act.viewer, input.posting, input.expected_revision, change).await?;
        before.may_change()?;
        let ledger = opening::ledger(&tx, before.id).await?;
        let mut changed = false;
        for (place, wanted) in input.teams.iter().enumerate() {
            let entry = ledger.iter().find(|(team, _)| team.team == wanted.team);
            let (team, now) = entry.ok_or(Refusal::NotFound("team"))?;
            let adjustment = adjust(*now, &format!("teams.{place}.vacancies"), wanted.vacancies)?;
            adjusted(&tx, act, change, team, wanted.kind, adjustment).await?;
            changed |= adjustment != Adjustment::None;
        }
        if !changed {
            return Ok(before);
        }
        let after = Posting { updated_at: change.at, ..before.clone() };
        let event = change.event(EventKind::PostingUpdated).word("fields", "vacancies");
        let after = save(&tx, change, &before, after, event).await?;
        Ok(pause_if_filled(&tx, change, after.id).await?.unwrap_or(after))
    };
    act.store.write(work).await
}

fn named_once(teams: &[TeamVacancies]) -> Result<(), Refusal> {
    for (place, wanted) in teams.iter().enumerate() {
        if teams[..place].iter().any(|earlier| earlier.team == wanted.team) {
            return Err(Refusal::invalid(&format!("teams.{place}.teamId"), "each team once"));
        }
    }
    Ok(())
}

/// Adds or cancels a team's seats.
pub(in crate::actions) async fn adjusted(
    tx: &Tx,
    act: Act<'_>,
    change: &Change,
    team: &PostingTeam,
    kind: OpeningKind,
    adjustment: Adjustment,
) -> Result<(), Failure> {
    match adjustment {
        Adjustment::None => Ok(()),
        Adjustment::Add(count) => add(tx, act, change, team, kind, count).await,
        Adjustment::Cancel(count) => {
            for seat in opening::cancel(tx, team.id, count).await? {
                record(tx, change, EventKind::OpeningCancelled, team, &seat);
            }
            Ok(())
        }
    }
}

/// Adds open seats to a team of a posting.
async fn add(
    tx: &Tx,
    act: Act<'_>,
    change: &Change,
    team: &PostingTeam,
    kind: OpeningKind,
    count: u32,
) -> Result<(), Failure> {
    for _ in 0..count {
        let seat = Opening {
            id: OpeningId::new(change.at, act.chance),
            posting_team: team.id,
            state: OpeningState::Open,
            kind,
            offer: None,
            application: None,
            created_at: change.at,
        };
        opening::insert(tx, &seat).await?;
        record(tx, change, EventKind::OpeningCreated, team, &seat);
    }
    Ok(())
}

fn record(tx: &Tx, change: &Change, kind: EventKind, team: &PostingTeam, seat: &Opening) {
    let event = change.event(kind).posting(team.posting);
    tx.record(event.word("opening", seat.id).word("postingTeam", seat.posting_team));
}

/// Follows a change of the posting's seats, whose lock the write holds: feeds and pages are told, and when no seat of
/// any team is open or held any more, an open posting is paused and its active applications wait for a decision. The
/// posting, if it was paused.
pub async fn pause_if_filled(tx: &Tx, change: &Change, id: PostingId) -> Result<Option<Posting>, Failure> {
    posting::touch(tx, id, change.at).await?;
    tx.public_fact_changed();
    let ledger = opening::ledger(tx, id).await?;
    if ledger.iter().any(|(_, openings)| openings.vacancies() > 0) {
        return Ok(None);
    }
    application::mark_needs_decision(tx, change, Undecided::OfPosting(id)).await?;
    let open = posting::lock(tx, id).await?.ok_or_else(|| Fault::missing("posting", id))?;
    if open.status != PostingStatus::Open {
        return Ok(None);
    }
    let paused = open.clone().pause(change.at)?;
    let event = super::moved(change, EventKind::PostingPaused, &paused).word("cause", "noVacancies");
    save(tx, change, &open, paused, event).await.map(Some)
}
