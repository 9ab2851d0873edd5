//! What is done to offers, through `actions`.

use vacantia::actions::offer::{
    self, Approve, Cancel, Create, Decline, Extend, Page, Reject, Rescind, Send, Submit, Undo, Update,
    Wording,
};
use vacantia::domain::id::OfferId;
use vacantia::domain::terms::TermsHash;
use vacantia::domain::viewer::Viewer;
use vacantia::storage::Failure;
use vacantia::storage::idempotency::Request;
use vacantia::storage::offer_version;

use super::moves::{Age, Move};
use super::world::{Named, World};
use crate::offering::{accepting, wording};

impl World {
    pub async fn of_offer(&mut self, step: &Move) -> Result<Named, Failure> {
        match step {
            Move::Draft { app, days, key } => {
                let parts = format!("{app} {days}");
                let input = Create {
                    application: self.apps[*app],
                    wording: self.worded(),
                    expires_at: self.in_days(*days),
                    request: self.request("offerCreate", *key, &parts),
                };
                let offer = offer::create(self.app.act(&self.recruiter), input).await?;
                return Ok(Named::Offer(offer.id));
            }
            Move::Send { offer, days, key, age } => {
                let id = self.offers[*offer];
                let parts = format!("{offer} {days:?}");
                let input = Send {
                    offer: id,
                    revision: self.said("offer", id, *age).await,
                    expires_at: days.map(|days| self.in_days(days)),
                    request: self.request("offerSend", *key, &parts),
                };
                let offer = offer::send(self.app.act(&self.recruiter), input).await?;
                return Ok(Named::Offer(offer.id));
            }
            Move::Revise { offer, age } => {
                let id = self.offers[*offer];
                let revision = self.said("offer", id, *age).await;
                let input = Update { offer: id, revision, wording: self.worded(), expires_at: None };
                offer::update(self.app.act(&self.recruiter), input).await?;
            }
            Move::Approve { .. } | Move::Reject { .. } => self.of_approver(step).await?,
            Move::View { .. } | Move::Accept { .. } | Move::Refuse { .. } => self.of_offeree(step).await?,
            other => self.of_recruiter(other).await?,
        }
        Ok(Named::Nothing)
    }

    async fn of_recruiter(&self, step: &Move) -> Result<(), Failure> {
        let act = self.app.act(&self.recruiter);
        let revision = |id: OfferId, age: Age| self.said("offer", id, age);
        match step {
            Move::Submit { offer, asked, age } => {
                let id = self.offers[*offer];
                let approvers = vec![self.approver.user().filter(|_| *asked).into_iter().collect()];
                let revision = revision(id, *age).await;
                offer::submit(act, Submit { offer: id, revision, approvers }).await?;
            }
            Move::Extend { offer, days, age } => {
                let id = self.offers[*offer];
                let (revision, expires_at) = (revision(id, *age).await, self.in_days(*days));
                offer::extend(act, Extend { offer: id, revision, expires_at }).await?;
            }
            Move::Cancel { offer, age } => {
                let id = self.offers[*offer];
                let revision = revision(id, *age).await;
                offer::cancel(act, Cancel { offer: id, revision, reason: None }).await?;
            }
            Move::Rescind { offer, age } => {
                let id = self.offers[*offer];
                let (revision, reason) = (revision(id, *age).await, "No budget.".to_owned());
                offer::rescind(act, Rescind { offer: id, revision, reason, note: None }).await?;
            }
            Move::Undo { app, age } => {
                let id = self.apps[*app];
                let (revision, reason) =
                    (self.said("application", id, *age).await, "Never started.".to_owned());
                offer::undo_hire(act, Undo { application: id, revision, reason }).await?;
            }
            other => unreachable!("{other}"),
        }
        Ok(())
    }

    async fn of_approver(&self, step: &Move) -> Result<(), Failure> {
        let act = self.app.act(&self.approver);
        match step {
            Move::Approve { offer, other_terms } => {
                let (offer, terms_hash) = self.terms(*offer, *other_terms).await;
                offer::approve(act, Approve { offer, terms_hash }).await?;
            }
            Move::Reject { offer, other_terms } => {
                let (offer, terms_hash) = self.terms(*offer, *other_terms).await;
                offer::reject(act, Reject { offer, terms_hash, reason: "Too much.".into() }).await?;
            }
            other => unreachable!("{other}"),
        }
        Ok(())
    }

    async fn of_offeree(&self, step: &Move) -> Result<(), Failure> {
        match step {
            Move::View { offer } => {
                let (viewer, page) = self.opened(*offer, 0, false).await;
                offer::view(self.app.act(&viewer), page.offer).await?;
            }
            Move::Accept { offer, page, first_version } => {
                let (viewer, page) = self.opened(*offer, *page, *first_version).await;
                offer::accept(self.app.act(&viewer), accepting(page)).await?;
            }
            Move::Refuse { offer, page, first_version } => {
                let (viewer, page) = self.opened(*offer, *page, *first_version).await;
                offer::decline(self.app.act(&viewer), Decline { page, reason: None }).await?;
            }
            other => unreachable!("{other}"),
        }
        Ok(())
    }

    fn request(&self, mutation: &'static str, key: Option<u8>, parts: &str) -> Option<Request> {
        key.map(|key| Request::new(&self.recruiter, mutation, &key.to_string(), &[Some(parts)]).unwrap())
    }

    fn worded(&mut self) -> Wording {
        self.wordings += 1;
        wording(&format!("Backend Developer {}", self.wordings))
    }

    async fn terms(&self, offer: usize, other: bool) -> (OfferId, TermsHash) {
        let id = self.offers[offer];
        let hash = self.app.newest(id).await.terms_hash;
        (id, if other { TermsHash("0".repeat(64)) } else { hash })
    }

    /// A page of a version that was sent, and whoever opened it.
    async fn opened(&self, offer: usize, page: u8, first_version: bool) -> (Viewer, Page) {
        let offer = self.app.offer(self.offers[offer]).await;
        let mut version = offer.sent_version.unwrap();
        if first_version {
            let sent = async |number| {
                let found = offer_version::get(&self.app.store, offer.id, number).await.unwrap();
                found.released_at.is_some()
            };
            version = 1;
            while !sent(version).await {
                version += 1;
            }
        }
        let terms = offer_version::get(&self.app.store, offer.id, version).await.unwrap();
        let viewer = Viewer::Offeree {
            offer: offer.id,
            version,
            application: offer.application,
            candidate: offer.candidate,
        };
        let page = Page {
            offer: offer.id,
            terms_hash: terms.terms_hash,
            nonce: format!("page-{page}"),
            link: None,
            ip: None,
            user_agent: None,
        };
        (viewer, page)
    }
}
