//! The ends of an offer that are not the candidate's: cancelled, rescinded, expired, or taken along by its
//! application's end.

use super::{Held, about, event, news, seat_event, seen};
use crate::actions::{Act, email, letter};
use crate::domain::decision::Evidence;
use crate::domain::email::{EmailState, NewEmail};
use crate::domain::event::{Change, EventKind};
use crate::domain::id::{ApplicationId, OfferId};
use crate::domain::offer::{Decision, Offer, OfferStatus};
use crate::domain::policy::application::emails;
use crate::domain::policy::offer::offering;
use crate::domain::{Refusal, Viewer, text};
use crate::mail::letter::{OfferExpired, OfferRescinded, Reader};
use crate::mail::line::{Line, Words};
use crate::storage::{
    self, Failure, Fault, Tx, approval, decision, email_message, link, offer_version, opening,
};

/// An unsent offer, or an unsent version, to be dropped.
#[derive(Debug, Clone)]
pub struct Cancel {
    /// Which offer.
    pub offer: OfferId,
    /// The revision it is cancelled at.
    pub revision: Option<i32>,
    /// Why; never shown to the candidate.
    pub reason: Option<String>,
}

/// Drops an offer no version of which was sent, and frees its seat. Of a sent offer it drops the version that is
/// drafted beside the sent one.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `STALE`, `INVALID` on `reason`, or `OFFER_STATUS` when nothing unsent is there.
pub async fn cancel(act: Act<'_>, input: Cancel) -> Result<Offer, Failure> {
    let change = act.change();
    let found = seen(act, input.offer).await?;
    let reason = text::optional_prose("reason", input.reason.as_deref(), 2_000)?;
    let (change, input, viewer, found, reason) = (&change, &input, act.viewer, &found, &reason);
    act.store
        .write(|tx| async move {
            let held = Held::lock_for(&tx, found, viewer, &offering(viewer)).await?;
            held.is_at(input.revision)?;
            if !held.offer.is_out() {
                let offer = held.offer.cancel(reason.clone(), change.at)?;
                return close(&tx, change, offer, EventKind::OfferCancelled).await;
            }
            if !offer_version::cancel_unsent(&tx, found.id).await? {
                return Err(Refusal::OfferStatus(held.offer.status.as_str()).into());
            }
            approval::release(&tx, found.id, change.at).await?;
            tx.record(event(change, EventKind::OfferCancelled, &held.offer));
            storage::offer::save(&tx, held.offer).await
        })
        .await
}

/// A sent offer to be taken back.
#[derive(Debug, Clone)]
pub struct Rescind {
    /// Which offer.
    pub offer: OfferId,
    /// The revision it is rescinded at.
    pub revision: Option<i32>,
    /// Why; never shown to the candidate.
    pub reason: String,
    /// What the candidate reads beside it, if anything.
    pub note: Option<String>,
}

/// Takes a sent offer back before it is decided: its links stop working, its unsent mail is taken back, its seat is free, and
/// the candidate is told, unless the offer itself never left.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `STALE`, `REQUIRED` or `INVALID` on `reason`, `INVALID` on `note`, `OFFER_STATUS`, or `EXPIRED`.
pub async fn rescind(act: Act<'_>, input: Rescind) -> Result<Offer, Failure> {
    let change = act.change();
    let found = seen(act, input.offer).await?;
    let reason = text::prose("reason", &input.reason, 2_000)?;
    let note = text::optional_prose("note", input.note.as_deref(), 5_000)?;
    let prepared = prepare_rescission(act, &found, note.as_deref()).await?;
    let (change, input, viewer, found) = (&change, &input, act.viewer, &found);
    let (reason, prepared) = (&reason, &prepared);
    act.store
        .write(|tx| async move {
            let held = Held::lock_for(&tx, found, viewer, &offering(viewer)).await?;
            held.is_at(input.revision)?;
            held.is_in_time(change)?;
            let was = held.offer.sent_version;
            let offer = held.offer.end_sent(OfferStatus::Rescinded, Some(reason.clone()), change.at)?;
            let offer = close(&tx, change, offer, EventKind::OfferRescinded).await?;
            if !has_left(&tx, &offer).await? {
                tx.record(event(change, EventKind::EmailOmitted, &offer).word("reason", "offerNeverLeft"));
                return Ok(offer);
            }
            match prepared {
                Some(email) if email.offer == was.map(|version| (offer.id, version)) => {
                    email::queue(&tx, change, email).await?;
                    Ok(offer)
                }
                _ => Err(Refusal::Stale.into()),
            }
        })
        .await
}

async fn prepare_rescission(
    act: Act<'_>,
    offer: &Offer,
    note: Option<&str>,
) -> Result<Option<NewEmail>, Failure> {
    let Some(number) = offer.sent_version else { return Ok(None) };
    let to = letter::addressee(act.store, offer.candidate, offer.application).await?;
    let terms = offer_version::get(act.store, offer.id, number).await?.terms;
    let facts = OfferRescinded {
        reader: Reader::new(&to.name),
        role: Line::cut(&terms.title, 150),
        team: Line::cut(&terms.team, 80),
        words: note.map(Words::new),
    };
    Ok(Some(letter::prepare(act, &to, about(offer, number), "rescinded", &facts)?))
}

/// Whether the candidate may have the offer: any of its letters left or is leaving, or the page was opened.
async fn has_left(tx: &Tx, offer: &Offer) -> Result<bool, Failure> {
    let letters = email_message::of_offers(tx, &emails(&Viewer::System), &[offer.id]).await?;
    Ok(offer.first_viewed_at.is_some() || letters.iter().any(|letter| letter.state != EmailState::Cancelled))
}

/// Saves an offer that has ended, with all that ends with it: its seat is freed unless it is filled now, a version that
/// was never sent is dropped, mail that has not left is taken back, and the links to a rescinded one stop working.
pub(super) async fn close(tx: &Tx, change: &Change, offer: Offer, kind: EventKind) -> Result<Offer, Failure> {
    let offer = end(tx, change, offer).await?;
    tx.record(event(change, kind, &offer));
    Ok(offer)
}

/// As [`close`], for an offer that its candidate decided: the event tells the hash of the evidence, so that the chain of
/// events proves it.
pub(super) async fn decide(
    tx: &Tx,
    change: &Change,
    offer: Offer,
    evidence: &Evidence,
) -> Result<Offer, Failure> {
    let kind = match evidence.decision {
        Decision::Accepted => EventKind::OfferAccepted,
        Decision::Declined => EventKind::OfferDeclined,
    };
    let offer = end(tx, change, offer).await?;
    tx.record(event(change, kind, &offer).word("evidence", decision::hash(evidence)));
    Ok(offer)
}

async fn end(tx: &Tx, change: &Change, mut offer: Offer) -> Result<Offer, Failure> {
    if offer.status != OfferStatus::Accepted {
        if let Some(seat) = opening::free(tx, offer.id).await? {
            tx.record(seat_event(change, EventKind::OpeningFreed, &offer, &seat));
        }
        offer.opening = None;
    }
    offer_version::cancel_unsent(tx, offer.id).await?;
    approval::release(tx, offer.id, change.at).await?;
    if offer.status == OfferStatus::Rescinded {
        link::revoke_of_offer(tx, offer.id, change.at).await?;
    }
    email::take_back_offer(tx, change, offer.id).await?;
    storage::offer::save(tx, offer).await
}

/// An offer that ended with its application.
#[derive(Debug, Clone)]
pub struct EndedOffer {
    /// As it is now.
    pub offer: Offer,
    /// Whether a version was out with the candidate: the letter that ends the application says so then.
    pub was_out: bool,
}

/// Ends what an application still has of offers, in the write that ends the application: drafts are cancelled, the live
/// one is rescinded if it is out, else cancelled; links, unsent mail and the seat go with it. It queues no mail.
///
/// The application is locked already. Answers with the offer that was live, if there was one.
pub async fn end_live(
    tx: &Tx,
    change: &Change,
    application: ApplicationId,
    why: &str,
) -> Result<Option<EndedOffer>, Failure> {
    let mut ended = None;
    for offer in storage::offer::lock_unended(tx, application).await? {
        let (was_live, was_out) = (offer.status.is_live(), offer.is_out());
        let reason = Some(why.to_owned());
        let offer = if was_out {
            let offer = offer.end_sent(OfferStatus::Rescinded, reason, change.at)?;
            close(tx, change, offer, EventKind::OfferRescinded).await?
        } else {
            let offer = offer.cancel(reason, change.at)?;
            close(tx, change, offer, EventKind::OfferCancelled).await?
        };
        if was_live {
            ended = Some(EndedOffer { offer, was_out });
        }
    }
    Ok(ended)
}

/// Records that the time of some sent offers is over, at most `limit` of them, and tells the candidates and whoever drafted them;
/// says of how many. One that breaks is logged and does not hold up the others.
pub async fn expire_due(act: Act<'_>, limit: u32) -> Result<usize, Failure> {
    let mut expired = 0;
    for offer in storage::offer::due(act.store, act.clock.now(), limit).await? {
        match expire(act, &offer).await {
            Ok(done) => expired += usize::from(done),
            Err(failure) => tracing::error!(%failure, offer = %offer.id, "an offer past its deadline stays"),
        }
    }
    Ok(expired)
}

async fn expire(act: Act<'_>, seen: &Offer) -> Result<bool, Failure> {
    let change = &act.change();
    let number = seen.sent_version.ok_or_else(|| Fault::missing("sent version of offer", seen.id))?;
    let version = offer_version::get(act.store, seen.id, number).await?;
    let to = letter::addressee(act.store, seen.candidate, seen.application).await?;
    let facts = OfferExpired {
        reader: Reader::new(&to.name),
        role: Line::cut(&version.terms.title, 150),
        team: Line::cut(&version.terms.team, 80),
        deadline: seen.expires_at,
    };
    let told = &letter::prepare(act, &to, about(seen, number), "expired", &facts)?;
    let news = &news::prepare(act, seen, &version, OfferStatus::Expired).await?;
    act.store
        .write(|tx| async move {
            let offer = Held::lock(&tx, seen).await?.offer;
            // Extended, replaced or answered, while the letters were written.
            let is_same = offer.sent_version == seen.sent_version && offer.expires_at == seen.expires_at;
            if !offer.is_out() || !is_same {
                return Ok(false);
            }
            let offer = offer.end_sent(OfferStatus::Expired, None, change.at)?;
            let offer = close(&tx, change, offer, EventKind::OfferExpired).await?;
            if has_left(&tx, &offer).await? {
                email::queue(&tx, change, told).await?;
            } else {
                let omitted = event(change, EventKind::EmailOmitted, &offer).word("kind", told.kind);
                tx.record(omitted.word("reason", "offerNeverLeft"));
            }
            if let Some(news) = news {
                email::queue(&tx, change, news).await?;
            }
            Ok(true)
        })
        .await
}
