//! What is known of a candidate.

use super::Act;
use crate::domain::Refusal;
use crate::domain::candidate::Candidate;
use crate::domain::event::EventKind;
use crate::domain::id::CandidateId;
use crate::domain::policy::application::{applications, recruiting};
use crate::domain::text::EmailAddress;
use crate::storage::{Failure, candidate as kept};

/// Gives a candidate another address; the one they have counts as working again.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`; `REQUIRED` or `INVALID` on `email`; `TAKEN` when it is another candidate's.
pub async fn update(act: Act<'_>, id: CandidateId, email: &str) -> Result<Candidate, Failure> {
    let (change, viewer) = (&act.change(), act.viewer);
    let known = kept::find(act.store, &applications(viewer), id).await?;
    known.ok_or(Refusal::NotFound("candidate"))?;
    let email = &EmailAddress::parse("email", email)?;
    act.store
        .write(|tx| async move {
            let found = kept::find(&tx, &recruiting(viewer), id).await?.ok_or(Refusal::Forbidden)?;
            kept::correct_address(&tx, id, email).await?;
            tx.record(change.event(EventKind::CandidateUpdated).word("candidate", id));
            Ok(found)
        })
        .await
}
