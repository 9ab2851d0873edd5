//! The code that accepting takes, where the organisation asks for one: sent to the candidate's address, typed on the page.

use chrono::{DateTime, Utc};

use super::decide::{decides, told};
use super::{Held, about, event, seen};
use crate::actions::{Act, email, letter};
use crate::domain::Refusal;
use crate::domain::event::EventKind;
use crate::domain::id::OfferId;
use crate::domain::offer::Offer;
use crate::domain::offer_code::{self, LIFE, OfferCode};
use crate::mail::letter::{self as letters, Reader};
use crate::mail::line::Line;
use crate::storage::offer_code::{self as codes, hash};
use crate::storage::{Failure, offer_version};

/// Mails the candidate a code to accept with, which replaces the one before.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN` for staff, `TERMS_CHANGED`, `EXPIRED` or `ALREADY_DECIDED`, `TOO_OFTEN`, or `EMAIL_UNDELIVERABLE`.
pub async fn send_code(act: Act<'_>, id: OfferId) -> Result<Offer, Failure> {
    let change = &act.change();
    let found = &seen(act, id).await?;
    let number = decides(act.viewer, found.id)?;
    let code = offer_code::random(act.chance);
    let version = offer_version::get(act.store, found.id, number).await?;
    let to = letter::addressee(act.store, found.candidate, found.application).await?;
    let facts = letters::OfferCode {
        reader: Reader::new(&to.name),
        role: Line::cut(&version.terms.title, 150),
        team: Line::cut(&version.terms.team, 80),
        code: Line::new(&code),
        until: change.at + LIFE,
    };
    let next = &OfferCode {
        offer: found.id,
        version: number,
        hash: hash(found.id, &code),
        sent_at: change.at,
        tries: 0,
        codes: 1,
    };
    let occasion = format!("code-{}", change.at.timestamp_micros());
    let mut mail = letter::prepare(act, &to, about(found, number), &occasion, &facts)?;
    mail.expires_at = Some(change.at + LIFE);
    let mail = &mail;
    act.store
        .write(|tx| async move {
            let held = Held::lock(&tx, found).await?;
            held.offer.may_be_decided(number, change.at)?;
            let before = codes::find(&tx, found.id).await?;
            codes::keep(&tx, &OfferCode::following(before, next.clone())?).await?;
            if email::is_in_vain(&tx, mail).await? {
                return Err(Refusal::EmailUndeliverable.into());
            }
            email::queue(&tx, change, mail).await?;
            tx.record(event(change, EventKind::OfferCodeSent, &held.offer));
            Ok(told(held.offer))
        })
        .await
}

/// Compares what was typed with the newest code, and says when that was sent. A try counts whatever becomes of the
/// acceptance, so it is a write of its own; it counts first, so that of many at once each sees those before it.
///
/// # Errors
/// `INVALID` on `code`.
pub(super) async fn prove(
    act: Act<'_>,
    offer: OfferId,
    version: i32,
    code: &str,
) -> Result<DateTime<Utc>, Failure> {
    let now = act.clock.now();
    let tried = act.store.write(|tx| async move {
        codes::count_try(&tx, offer).await?;
        Ok(codes::find(&tx, offer).await?)
    });
    match tried.await?.filter(|newest| newest.may_be_tried(version, now)) {
        Some(newest) if newest.hash == hash(offer, code) => Ok(newest.sent_at),
        _ => Err(offer_code::wrong().into()),
    }
}
