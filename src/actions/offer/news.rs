//! What whoever drafted an offer is told of its end.

use super::about;
use crate::actions::Act;
use crate::actions::letter;
use crate::domain::email::NewEmail;
use crate::domain::offer::{Offer, OfferStatus, OfferVersion};
use crate::mail::letter::{Ending, OfferEnded, Reader};
use crate::mail::line::Line;
use crate::storage::Failure;

/// The letter that tells whoever drafted this version that the candidate answered, or did not in time.
pub(super) async fn prepare(
    act: Act<'_>,
    offer: &Offer,
    version: &OfferVersion,
    status: OfferStatus,
) -> Result<Option<NewEmail>, Failure> {
    let known =
        letter::colleagues(act.store, offer.candidate, offer.application, &[version.drafted_by]).await?;
    let Some((to, drafter)) = known.get(&version.drafted_by) else { return Ok(None) };
    let ending = match status {
        OfferStatus::Accepted => Ending::Accepted,
        OfferStatus::Declined => Ending::Declined,
        _ => Ending::Expired,
    };
    let candidate = letter::addressee(act.store, offer.candidate, offer.application).await?;
    let facts = OfferEnded {
        reader: Reader::new(&drafter.name),
        candidate: Line::cut(&candidate.name, 80),
        role: Line::cut(&version.terms.title, 150),
        team: Line::cut(&version.terms.team, 80),
        ending,
    };
    Ok(Some(letter::prepare(act, to, about(offer, version.number), "ended", &facts)?))
}
