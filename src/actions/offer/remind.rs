//! Reminding candidates of offers they have not answered.

use super::send::link_to;
use super::{Held, about, event};
use crate::actions::Act;
use crate::actions::letter::{self, WithLink};
use crate::domain::event::EventKind;
use crate::domain::offer::Offer;
use crate::mail::letter::{OfferReminded, Reader};
use crate::mail::line::Line;
use crate::storage::{self, Failure, Fault, offer_version};

/// Reminds candidates of offers whose time is nearly over, once for each deadline, and says how many. One that breaks is
/// logged and does not hold up the others.
///
/// # Errors
/// A fault of the look for them.
pub async fn remind_candidates_due(act: Act<'_>, most: u32) -> Result<usize, Failure> {
    let mut reminded = 0;
    for due in storage::offer::due_reminders(act.store, act.clock.now(), most).await? {
        match remind(act, &due).await {
            Ok(done) => reminded += usize::from(done),
            Err(failure) => tracing::error!(%failure, offer = %due.id, "nobody was reminded of an offer"),
        }
    }
    Ok(reminded)
}

async fn remind(act: Act<'_>, due: &Offer) -> Result<bool, Failure> {
    let change = &act.change();
    let letter = &prepare(act, due).await?;
    act.store
        .write(|tx| async move {
            let held = Held::lock(&tx, due).await?;
            // Answered, extended, or replaced by another version, while the letter was written.
            let is_same =
                held.offer.sent_version == due.sent_version && held.offer.remind_at == due.remind_at;
            if !held.offer.is_out() || !is_same || held.offer.is_past_deadline(change.at) {
                return Ok(false);
            }
            storage::offer::note_reminder(&tx, due.id).await?;
            let queued = letter.queue(&tx, change).await?;
            if queued {
                tx.record(event(change, EventKind::OfferReminded, &held.offer));
            }
            Ok(queued)
        })
        .await
}

async fn prepare(act: Act<'_>, due: &Offer) -> Result<WithLink, Failure> {
    let number = due.sent_version.ok_or_else(|| Fault::missing("sent version of offer", due.id))?;
    let version = offer_version::get(act.store, due.id, number).await?;
    let to = letter::addressee(act.store, due.candidate, due.application).await?;
    let link = link_to(act, due, number)?;
    let facts = OfferReminded {
        reader: Reader::new(&to.name),
        role: Line::cut(&version.terms.title, 150),
        team: Line::cut(&version.terms.team, 80),
        deadline: due.expires_at,
        link: link.address.clone(),
    };
    let occasion = format!("reminded-{}", due.expires_at.timestamp());
    let email = letter::prepare(act, &to, about(due, number), &occasion, &facts)?;
    Ok(WithLink { email, link })
}
