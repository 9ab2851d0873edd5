//! Changes of postings: written, opened, closed, and their seats set.

mod life;
mod vacancies;
mod write;

pub use life::{Close, Move, archive, close, close_due, pause, publish, reopen, resume};
pub(super) use vacancies::adjusted;
pub use vacancies::{TeamVacancies, VacanciesSet, pause_if_filled, set_vacancies};
pub(super) use write::place_teams;
pub use write::{Changes, Create, NewTeam, TeamEntry, create, update};

use crate::domain::event::{Change, Event, EventKind};
use crate::domain::id::PostingId;
use crate::domain::policy::posting::may_edit;
use crate::domain::posting::Posting;
use crate::domain::{Refusal, Viewer};
use crate::storage::posting::{self, Sight};
use crate::storage::{Failure, Tx};

/// The posting, kept from others until the write ends, if the viewer may change it.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, or `STALE` unless it is at the expected revision.
async fn editable(
    tx: &Tx,
    viewer: &Viewer,
    id: PostingId,
    expected_revision: Option<i32>,
    change: &Change,
) -> Result<Posting, Failure> {
    let found = posting::lock(tx, id).await?.ok_or(Refusal::NotFound("posting"))?;
    if may_edit(viewer, id, false).is_err() {
        let seen = posting::find(tx, &Sight::of(viewer, change.at), id).await?.is_some();
        may_edit(viewer, id, seen)?;
    }
    if expected_revision.is_some_and(|expected| expected != found.revision) {
        return Err(Refusal::Stale.into());
    }
    Ok(found)
}

/// Saves the posting as it became, with its event, and tells feeds and pages if anybody could or can see it.
pub(super) async fn save(
    tx: &Tx,
    change: &Change,
    before: &Posting,
    after: Posting,
    event: Event,
) -> Result<Posting, Failure> {
    posting::save(tx, &after, before.revision).await?;
    tx.record(event.posting(after.id));
    if before.is_visible(change.at) || after.is_visible(change.at) {
        tx.public_fact_changed();
    }
    Ok(Posting { revision: before.revision + 1, ..after })
}

/// What every event of a posting's life says: where it stands now.
pub(super) fn moved(change: &Change, kind: EventKind, posting: &Posting) -> Event {
    change.event(kind).word("status", posting.status)
}
