//! Sending a version that is out once more: another message with another link, for one that did not arrive.

use super::send::link_to;
use super::{Held, about, event, seen};
use crate::actions::letter::{self, WithLink};
use crate::actions::{Act, email};
use crate::domain::Refusal;
use crate::domain::event::EventKind;
use crate::domain::id::OfferId;
use crate::domain::offer::Offer;
use crate::domain::policy::offer::offering;
use crate::domain::text::EmailAddress;
use crate::mail::letter::{self as letters, Reader};
use crate::mail::line::Line;
use crate::storage::idempotency::{self, Request};
use crate::storage::{Failure, candidate, email_message, link, offer_version};

/// An offer to be sent once more.
#[derive(Debug, Clone)]
pub struct Resend {
    /// Which offer.
    pub offer: OfferId,
    /// The revision it is sent at.
    pub revision: Option<i32>,
    /// The candidate's address, if the one that is known is wrong.
    pub email: Option<String>,
    /// By what a repeat of this request is known.
    pub request: Option<Request>,
}

/// Sends the version that is out once more, as another message with another link; the terms and the deadline stay. What was not
/// sent of the message before is taken back, and nobody has to see to it any more. With another address the candidate's is
/// corrected, and the links that went to the old one stop working: it may be somebody else's.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `STALE`, `OFFER_STATUS` unless a version is out, `EXPIRED`, `EMAIL_UNDELIVERABLE`, `REQUIRED` or `INVALID`
/// on `email`, `TAKEN` on `email` when it is another candidate's, or `IDEMPOTENCY_MISMATCH`.
pub async fn resend(act: Act<'_>, input: Resend) -> Result<Offer, Failure> {
    let change = &act.change();
    let found = &seen(act, input.offer).await?;
    let address = input.email.as_deref().map(|email| EmailAddress::parse("email", email)).transpose()?;
    let prepared = &prepare(act, found, address.as_ref()).await?;
    let (input, address) = (&input, &address);
    act.store
        .write(|tx| async move {
            let held = Held::lock_for(&tx, found, act.viewer, &offering(act.viewer)).await?;
            if let Some(request) = &input.request
                && idempotency::find(&tx, request, change.at).await?.is_some()
            {
                return Ok(held.offer);
            }
            held.is_at(input.revision)?;
            held.is_in_time(change)?;
            let (true, Some(prepared)) = (held.offer.is_out(), prepared) else {
                return Err(Refusal::OfferStatus(held.offer.status.as_str()).into());
            };
            held.offer.is_at(found.revision)?;
            if let Some(address) = address {
                candidate::correct_address(&tx, found.candidate, address).await?;
                link::revoke_of_offer(&tx, found.id, change.at).await?;
            }
            if email::is_in_vain(&tx, &prepared.email).await? {
                return Err(Refusal::EmailUndeliverable.into());
            }
            email::take_back_offer(&tx, change, found.id).await?;
            email_message::replace_of_offer(&tx, found.id, change.at).await?;
            prepared.queue(&tx, change).await?;
            let event = event(change, EventKind::OfferResent, &held.offer);
            tx.record(event.count("addressCorrected", i64::from(address.is_some())));
            if let Some(request) = &input.request {
                idempotency::keep(&tx, request, &[found.id.to_string()], change.at).await?;
            }
            Ok(held.offer)
        })
        .await
}

async fn prepare(
    act: Act<'_>,
    offer: &Offer,
    address: Option<&EmailAddress>,
) -> Result<Option<WithLink>, Failure> {
    let Some(number) = offer.sent_version else { return Ok(None) };
    let version = offer_version::get(act.store, offer.id, number).await?;
    let mut to = letter::addressee(act.store, offer.candidate, offer.application).await?;
    if let Some(address) = address {
        to.email = address.clone();
    }
    let link = link_to(act, offer, number)?;
    let facts = letters::Offer {
        reader: Reader::new(&to.name),
        role: Line::cut(&version.terms.title, 150),
        team: Line::cut(&version.terms.team, 80),
        deadline: offer.expires_at,
        link: link.address.clone(),
    };
    // Named by its link, so that no two are the same.
    let occasion = format!("again-{}", link.link.id.short());
    let email = letter::prepare(act, &to, about(offer, number), &occasion, &facts)?;
    Ok(Some(WithLink { email, link }))
}
