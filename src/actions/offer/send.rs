//! Sending an offer to the candidate, and moving its deadline.

use chrono::{DateTime, Utc};

use super::document::Document;
use super::{Held, about, event, seen};
use crate::actions::letter::{self, Addressee, NewLink};
use crate::actions::{Act, email};
use crate::domain::Refusal;
use crate::domain::email::NewEmail;
use crate::domain::event::{Change, Event, EventKind};
use crate::domain::id::OfferId;
use crate::domain::link::Purpose;
use crate::domain::offer::{self, Offer, OfferVersion};
use crate::domain::policy::offer::offering;
use crate::mail::letter::{self as letters, Reader};
use crate::mail::line::Line;
use crate::storage::idempotency::{self, Request};
use crate::storage::{self, Failure, Fault, Tx, link, offer_version};

/// An offer to be sent.
#[derive(Debug, Clone)]
pub struct Send {
    /// Which offer.
    pub offer: OfferId,
    /// The revision it is sent at.
    pub revision: Option<i32>,
    /// Until when it can be answered; as drafted, if absent.
    pub expires_at: Option<DateTime<Utc>>,
    /// By what a repeat of this request is known.
    pub request: Option<Request>,
}

/// A letter that brings a new link to the offer, and what the version is as a document if it is sent for the first time.
struct Prepared {
    email: NewEmail,
    link: NewLink,
    document: Option<Document>,
}

impl Prepared {
    /// An event that names the document, so that what proves the event proves the document.
    fn told(&self, event: Event) -> Event {
        match self.document.as_ref().and_then(Document::sha256) {
            Some(hash) => event.word("document", hash),
            None => event,
        }
    }

    async fn queue(&self, tx: &Tx, change: &Change) -> Result<(), Failure> {
        // An offer that nobody receives is none.
        if email::is_in_vain(tx, &self.email).await? {
            return Err(Refusal::EmailUndeliverable.into());
        }
        link::create(tx, &self.link.link, &self.link.hash).await?;
        if let Some(document) = &self.document {
            document.keep(tx).await?;
        }
        if email::queue(tx, change, &self.email).await? {
            return Ok(());
        }
        Err(Fault::unfit(format!("{} was written before", self.email.dedupe_key)).into())
    }
}

/// Releases the newest version to the candidate: its letter waits in the outbox when this is answered. A version sent
/// before gives way to it: its links are revoked, its unsent mail is taken back, and the seat stays with the offer.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `STALE`, `NOT_APPROVED`, `OFFER_STATUS`, `NOT_ACTIVE`, `EXPIRED`, `EMAIL_UNDELIVERABLE`, `INVALID` on
/// `expiresAt`, or `IDEMPOTENCY_MISMATCH`.
pub async fn send(act: Act<'_>, input: Send) -> Result<Offer, Failure> {
    let change = act.change();
    let found = seen(act, input.offer).await?;
    let version = offer_version::get(act.store, found.id, found.version).await?;
    let expires_at = input.expires_at.unwrap_or(found.expires_at);
    let prepared = prepare(act, &found, &version, expires_at).await?;
    let (change, input, viewer, found, prepared) = (&change, &input, act.viewer, &found, &prepared);
    act.store
        .write(|tx| async move {
            let held = Held::lock_for(&tx, found, viewer, &offering(viewer)).await?;
            if let Some(request) = &input.request
                && idempotency::find(&tx, request, change.at).await?.is_some()
            {
                return Ok(held.offer);
            }
            held.is_at(input.revision)?;
            held.is_in_time(change)?;
            held.application.active()?;
            let version = held.newest(&tx).await?.release(change.at)?;
            // The letter was written for the revision that was read.
            held.offer.is_at(found.revision)?;
            let expires_at = offer::deadline(expires_at, change.at)?;
            let superseded = offer_version::supersede(&tx, found.id).await?;
            link::revoke_of_offer(&tx, found.id, change.at).await?;
            email::take_back_offer(&tx, change, found.id).await?;
            offer_version::save(&tx, &version).await?;
            prepared.queue(&tx, change).await?;
            let offer = storage::offer::save(&tx, held.offer.release(expires_at, change.at)).await?;
            if let Some(old) = superseded {
                tx.record(event(
                    change,
                    EventKind::OfferSuperseded,
                    &Offer { version: old, ..offer.clone() },
                ));
            }
            tx.record(prepared.told(event(change, EventKind::OfferSent, &offer)));
            if let Some(request) = &input.request {
                idempotency::keep(&tx, request, &[offer.id.to_string()], change.at).await?;
            }
            Ok(offer)
        })
        .await
}

async fn prepare(
    act: Act<'_>,
    offer: &Offer,
    version: &OfferVersion,
    deadline: DateTime<Utc>,
) -> Result<Prepared, Failure> {
    let to = letter::addressee(act.store, offer.candidate, offer.application).await?;
    let link = link_to(act, offer, version.number)?;
    let facts = letters::Offer {
        reader: Reader::new(&to.name),
        role: Line::cut(&version.terms.title, 150),
        team: Line::cut(&version.terms.team, 80),
        deadline,
        link: link.address.clone(),
    };
    let email = letter::prepare(act, &to, about(offer, version.number), "m1", &facts)?;
    let document = Document::of(act, offer, version, &to.name).await?;
    Ok(Prepared { email, link, document })
}

/// A new link to this version of the offer.
pub(super) fn link_to(act: Act<'_>, offer: &Offer, version: i32) -> Result<NewLink, Failure> {
    let purpose = Purpose::Offer { offer: offer.id, version, application: offer.application };
    Ok(letter::link_for(act, offer.candidate, purpose)?)
}

/// A later deadline.
#[derive(Debug, Clone)]
pub struct Extend {
    /// Of which offer.
    pub offer: OfferId,
    /// The revision it is extended at.
    pub revision: Option<i32>,
    /// Until when it can be answered.
    pub expires_at: DateTime<Utc>,
}

/// Moves the deadline of a sent offer, and tells the candidate. No approval: the deadline is not part of the terms.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `STALE`, `OFFER_STATUS`, `EXPIRED`, `EMAIL_UNDELIVERABLE`, or `INVALID` on `expiresAt`.
pub async fn extend(act: Act<'_>, input: Extend) -> Result<Offer, Failure> {
    let change = act.change();
    let found = seen(act, input.offer).await?;
    let to = letter::addressee(act.store, found.candidate, found.application).await?;
    let prepared = prepare_extension(act, &found, &to, input.expires_at).await?;
    let (change, input, viewer, found, prepared) = (&change, &input, act.viewer, &found, &prepared);
    act.store
        .write(|tx| async move {
            let held = Held::lock_for(&tx, found, viewer, &offering(viewer)).await?;
            held.is_at(input.revision)?;
            let offer = held.offer.extend(input.expires_at, change.at)?;
            offer.is_at(found.revision)?;
            let Some(prepared) = prepared else { return Err(Refusal::Stale.into()) };
            prepared.queue(&tx, change).await?;
            tx.record(event(change, EventKind::OfferExtended, &offer));
            storage::offer::save(&tx, offer).await
        })
        .await
}

async fn prepare_extension(
    act: Act<'_>,
    offer: &Offer,
    to: &Addressee,
    deadline: DateTime<Utc>,
) -> Result<Option<Prepared>, Failure> {
    let Some(number) = offer.sent_version else { return Ok(None) };
    let version = offer_version::get(act.store, offer.id, number).await?;
    let link = link_to(act, offer, number)?;
    let facts = letters::OfferExtended {
        reader: Reader::new(&to.name),
        role: Line::cut(&version.terms.title, 150),
        team: Line::cut(&version.terms.team, 80),
        deadline,
        link: link.address.clone(),
    };
    let occasion = format!("extended-{}", deadline.timestamp());
    let email = letter::prepare(act, to, about(offer, number), &occasion, &facts)?;
    Ok(Some(Prepared { email, link, document: None }))
}
