//! Offers: drafted, approved, sent, decided. An offer holds its seat from the moment it is submitted until it ends.

mod approve;
mod ask;
mod code;
mod decide;
mod document;
mod draft;
mod end;
mod hire;
mod news;
mod question;
mod remind;
mod resend;
mod schedule;
mod send;
mod submit;

pub use approve::{Approve, Delegate, Reject, approve, delegate, reject};
pub use ask::remind_due;
pub use code::send_code;
pub use decide::{Accept, Decline, Page, accept, decline, view};
pub use draft::{Create, Update, Wording, create, update};
pub use end::{Cancel, EndedOffer, Rescind, cancel, end_live, expire_due, rescind};
pub use hire::{Undo, undo_hire};
pub use question::{Question, question};
pub use remind::remind_candidates_due;
pub use resend::{Resend, resend};
pub use schedule::{schedule, send_due, unschedule};
pub use send::{Extend, Send, extend, send};
pub use submit::{Submit, submit};

use super::Act;
use super::letter::About;
use crate::domain::application::Application;
use crate::domain::event::{Change, Event, EventKind};
use crate::domain::id::{OfferId, UserId};
use crate::domain::offer::{Offer, OfferVersion};
use crate::domain::opening::Opening;
use crate::domain::policy::offer::{may, offering, offers};
use crate::domain::policy::{Scope, Subject};
use crate::domain::{Refusal, Viewer};
use crate::storage::{self, Failure, Fault, Tx, application, offer_version, posting};

/// An offer with its application, both kept from others until the write ends.
struct Held {
    application: Application,
    offer: Offer,
}

impl Held {
    /// Locks in the one order: posting, application, offer.
    async fn lock(tx: &Tx, seen: &Offer) -> Result<Self, Failure> {
        posting::lock(tx, seen.posting).await?.ok_or_else(|| Fault::missing("posting", seen.posting))?;
        let application = application::lock(tx, seen.application).await?;
        let application = application.ok_or_else(|| Fault::missing("application", seen.application))?;
        let offer = storage::offer::lock(tx, seen.id).await?;
        let offer = offer.ok_or_else(|| Fault::missing("offer", seen.id))?;
        Ok(Self { application, offer })
    }

    /// Locks, and asks whether the viewer may do to the offer what `allowed` reaches.
    async fn lock_for<Of>(
        tx: &Tx,
        seen: &Offer,
        viewer: &Viewer,
        allowed: &Scope<Of>,
    ) -> Result<Self, Failure> {
        let held = Self::lock(tx, seen).await?;
        may(viewer, &held.subject(tx, viewer.user()).await?, allowed)?;
        Ok(held)
    }

    async fn subject(&self, tx: &Tx, by: Option<UserId>) -> Result<Subject, Fault> {
        let subject = application::subject(tx, &self.application, by).await?;
        Ok(Subject { offer: Some(self.offer.id), ..subject })
    }

    /// The offer's newest version.
    async fn newest(&self, tx: &Tx) -> Result<OfferVersion, Fault> {
        offer_version::get(tx, self.offer.id, self.offer.version).await
    }

    /// # Errors
    /// `STALE` when the caller names a revision that is not the present one.
    fn is_at(&self, revision: Option<i32>) -> Result<(), Refusal> {
        revision.map_or(Ok(()), |revision| self.offer.is_at(revision))
    }

    /// # Errors
    /// `EXPIRED` when the version that is out can be answered no more, though nobody has recorded that yet.
    fn is_in_time(&self, change: &Change) -> Result<(), Refusal> {
        if self.offer.is_out() && self.offer.is_past_deadline(change.at) {
            return Err(Refusal::Expired);
        }
        Ok(())
    }
}

/// The offer, if the viewer may know of it.
async fn seen(act: Act<'_>, id: OfferId) -> Result<Offer, Failure> {
    let found = storage::offer::find(act.store, &offers(act.viewer), id).await?;
    found.ok_or_else(|| Refusal::NotFound("offer").into())
}

/// The user who makes offers in their own name.
fn author(viewer: &Viewer) -> Result<UserId, Refusal> {
    viewer.user().ok_or(if offering(viewer).is_nothing() {
        Refusal::NotFound("offer")
    } else {
        Refusal::Forbidden
    })
}

/// What a letter about this version of the offer is about.
fn about(offer: &Offer, version: i32) -> About {
    About { posting: offer.posting, application: offer.application, offer: Some((offer.id, version)) }
}

fn event(change: &Change, kind: EventKind, offer: &Offer) -> Event {
    of_offer(change, kind, offer).word("status", offer.status).count("version", offer.version.into())
}

fn seat_event(change: &Change, kind: EventKind, offer: &Offer, seat: &Opening) -> Event {
    of_offer(change, kind, offer).word("opening", seat.id).word("postingTeam", seat.posting_team)
}

fn of_offer(change: &Change, kind: EventKind, offer: &Offer) -> Event {
    change.event(kind).posting(offer.posting).application(offer.application).offer(offer.id)
}
