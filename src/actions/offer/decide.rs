//! What the candidate does: open the offer, accept or decline it. Accepting is the hire.

use super::code::prove;
use super::end::decide;
use super::hire::hire;
use super::send::link_to;
use super::{Held, about, event, news, seen};
use crate::actions::interview::CallOff;
use crate::actions::letter::{self, NewLink};
use crate::actions::{Act, anew, email};
use crate::domain::decision::{self, Evidence};
use crate::domain::email::NewEmail;
use crate::domain::event::{Change, EventKind};
use crate::domain::id::{LinkId, OfferId};
use crate::domain::offer::{Decision, Offer, OfferStatus, OfferVersion};
use crate::domain::terms::TermsHash;
use crate::domain::{Refusal, Viewer, text};
use crate::mail::letter::{OfferAccepted, OfferDeclined, Reader};
use crate::mail::line::Line;
use crate::storage::digest::sha256;
use crate::storage::{self, Failure, Fault, Tx, decision as decisions, email_message, link, offer_version};

/// The page a candidate decides on, and who sent it.
#[derive(Debug, Clone)]
pub struct Page {
    /// The offer.
    pub offer: OfferId,
    /// The hash of the terms it showed.
    pub terms_hash: TermsHash,
    /// The page's own number: the same page sent twice decides once.
    pub nonce: String,
    /// Through which link it was reached.
    pub link: Option<LinkId>,
    /// From which internet address it came back.
    pub ip: Option<String>,
    /// With which program.
    pub user_agent: Option<String>,
}

/// A candidate's yes.
#[derive(Debug, Clone)]
pub struct Accept {
    /// The page.
    pub page: Page,
    /// The name that was typed.
    pub typed_name: String,
    /// The id of the consent that was confirmed.
    pub consent: String,
    /// The code that was mailed to the candidate, where one is asked for.
    pub code: String,
}

/// A candidate's no.
#[derive(Debug, Clone)]
pub struct Decline {
    /// The page.
    pub page: Page,
    /// Why, if the candidate says.
    pub reason: Option<String>,
}

impl Page {
    /// The evidence of a decision by this page, still without what is particular to yes or no.
    fn evidence(&self, version: i32, decision: Decision, change: &Change) -> Result<Evidence, Refusal> {
        let nonce = text::line("nonce", &self.nonce, 100)?;
        let cut = |text: &Option<String>| text.as_deref().map(|text| Line::cut(text, 300).to_string());
        Ok(Evidence {
            offer: self.offer,
            version,
            decision,
            terms_hash: self.terms_hash.clone(),
            typed_name: None,
            consent: None,
            nonce_hash: sha256(nonce),
            link: self.link,
            ip: cut(&self.ip),
            user_agent: cut(&self.user_agent),
            reason: None,
            name: None,
            code_sent_at: None,
            at: change.at,
        })
    }
}

/// The version the viewer's link is for.
///
/// # Errors
/// `NOT_FOUND`, or `FORBIDDEN` for staff: nobody decides in the candidate's place.
pub(super) fn decides(viewer: &Viewer, id: OfferId) -> Result<i32, Refusal> {
    match viewer {
        Viewer::Offeree { offer, version, .. } if *offer == id => Ok(*version),
        Viewer::Staff(_) | Viewer::System => Err(Refusal::Forbidden),
        _ => Err(Refusal::NotFound("offer")),
    }
}

/// A decision that is ready to be written down, with the letter that confirms it.
struct Ready {
    found: Offer,
    version: OfferVersion,
    evidence: Evidence,
    email: NewEmail,
    news: Option<NewEmail>,
    link: Option<NewLink>,
}

impl Ready {
    /// Locks the offer and asks whether it can still be decided so. `Err` holds the offer when this very page has
    /// decided it before.
    async fn held(&self, tx: &Tx, change: &Change) -> Result<Result<Held, Offer>, Failure> {
        let held = Held::lock(tx, &self.found).await?;
        if let Some(before) = decisions::find(tx, held.offer.id).await?
            && before.nonce_hash == self.evidence.nonce_hash
            && before.decision == self.evidence.decision
        {
            return Ok(Err(held.offer));
        }
        held.offer.may_be_decided(self.version.number, change.at)?;
        if self.version.terms_hash != self.evidence.terms_hash {
            return Err(Refusal::TermsChanged.into());
        }
        Ok(Ok(held))
    }

    /// Writes down what the candidate decided, and queues the letter that confirms it.
    async fn keep(&self, tx: &Tx, change: &Change) -> Result<(), Failure> {
        decisions::create(tx, &self.evidence).await?;
        arrived(tx, change, &self.found).await?;
        if let Some(link) = &self.link {
            link::create(tx, &link.link, &link.hash).await?;
        }
        if let Some(news) = &self.news {
            email::queue(tx, change, news).await?;
        }
        if email::queue(tx, change, &self.email).await? {
            return Ok(());
        }
        Err(Fault::unfit(format!("{} was written before", self.email.dedupe_key)).into())
    }
}

/// The offer as the candidate knows it: nothing of a version that is only drafted.
pub(super) fn told(offer: Offer) -> Offer {
    Offer { version: offer.sent_version.unwrap_or(offer.version), ..offer }
}

/// Accepts an offer, which is the hire, in one write: the seat is filled, the application is hired, its unfinished steps
/// and meetings end, the evidence is kept, the confirmation queued; a posting without seats pauses, and the person's other
/// applications wait for a decision.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `REQUIRED` or `INVALID` on `typedName`, `consent` or `code`, `TERMS_CHANGED`, `EXPIRED`, or
/// `ALREADY_DECIDED`. The same page sent again is answered as the first time.
pub async fn accept(act: Act<'_>, input: Accept) -> Result<Offer, Failure> {
    anew(|| accepted(act, &input)).await
}

async fn accepted(act: Act<'_>, input: &Accept) -> Result<Offer, Failure> {
    let change = act.change();
    let found = seen(act, input.page.offer).await?;
    let number = decides(act.viewer, found.id)?;
    let mut evidence = input.page.evidence(number, Decision::Accepted, &change)?;
    sign(act, input, &found, &mut evidence).await?;
    let version = offer_version::get(act.store, found.id, number).await?;
    let to = letter::addressee(act.store, found.candidate, found.application).await?;
    evidence.name = Some(to.name.clone());
    let link = link_to(act, &found, number)?;
    let call_off = CallOff::with_application(act, found.application).await?;
    let invites = call_off.invites();
    let facts = OfferAccepted {
        reader: Reader::new(&to.name),
        role: Line::cut(&version.terms.title, 150),
        team: Line::cut(&version.terms.team, 80),
        link: link.address.clone(),
        ends_meeting: !invites.is_empty(),
    };
    let email = letter::prepare_with(act, &to, about(&found, number), "accepted", &facts, &invites)?;
    let news = news::prepare(act, &found, &version, OfferStatus::Accepted).await?;
    let ready = Ready { found, version, evidence, email, news, link: Some(link) };
    let (change, ready, call_off) = (&change, &ready, &call_off);
    act.store
        .write(|tx| async move {
            match ready.held(&tx, change).await? {
                Err(decided) => Ok(told(decided)),
                Ok(held) => {
                    let offer = hire(&tx, change, held, &ready.evidence, call_off).await?;
                    ready.keep(&tx, change).await?;
                    Ok(told(offer))
                }
            }
        })
        .await
}

/// Adds to the evidence what the candidate signs with. A page that has decided before needs its code no more.
async fn sign(act: Act<'_>, input: &Accept, found: &Offer, evidence: &mut Evidence) -> Result<(), Failure> {
    let is_asked = act.site.mailing.offer_code;
    let asked = (is_asked || !input.code.is_empty()).then_some(input.code.as_str());
    let signature = decision::signed(&input.typed_name, &input.consent, asked)?;
    (evidence.typed_name, evidence.consent) = (Some(signature.name), Some(signature.consent.to_owned()));
    let Some(code) = signature.code.filter(|_| is_asked) else { return Ok(()) };
    if decisions::find(act.store, evidence.offer).await?.is_none() {
        found.may_be_decided(evidence.version, evidence.at)?;
        evidence.code_sent_at = Some(prove(act, evidence.offer, evidence.version, &code).await?);
    }
    Ok(())
}

/// Declines an offer: its seat is free again, the application stays active, and the candidate gets a confirmation.
///
/// # Errors
/// As [`accept`].
pub async fn decline(act: Act<'_>, input: Decline) -> Result<Offer, Failure> {
    let change = act.change();
    let found = seen(act, input.page.offer).await?;
    let number = decides(act.viewer, found.id)?;
    let mut evidence = input.page.evidence(number, Decision::Declined, &change)?;
    evidence.reason = text::optional_prose("reason", input.reason.as_deref(), 2_000)?;
    let version = offer_version::get(act.store, found.id, number).await?;
    let to = letter::addressee(act.store, found.candidate, found.application).await?;
    evidence.name = Some(to.name.clone());
    let facts = OfferDeclined {
        reader: Reader::new(&to.name),
        role: Line::cut(&version.terms.title, 150),
        team: Line::cut(&version.terms.team, 80),
    };
    let email = letter::prepare(act, &to, about(&found, number), "declined", &facts)?;
    let news = news::prepare(act, &found, &version, OfferStatus::Declined).await?;
    let ready = Ready { found, version, evidence, email, news, link: None };
    let (change, ready) = (&change, &ready);
    act.store
        .write(|tx| async move {
            let held = match ready.held(&tx, change).await? {
                Err(decided) => return Ok(told(decided)),
                Ok(held) => held,
            };
            let reason = ready.evidence.reason.clone();
            let mut offer = held.offer.end_sent(OfferStatus::Declined, reason, change.at)?;
            offer.first_viewed_at.get_or_insert(change.at);
            let offer = decide(&tx, change, offer, &ready.evidence).await?;
            ready.keep(&tx, change).await?;
            Ok(told(offer))
        })
        .await
}

/// Notes that the candidate opened the offer, the first time they do; that also proves that its mail arrived.
///
/// # Errors
/// `NOT_FOUND`, or `FORBIDDEN` for staff.
pub async fn view(act: Act<'_>, id: OfferId) -> Result<Offer, Failure> {
    let change = act.change();
    let found = seen(act, id).await?;
    decides(act.viewer, found.id)?;
    if found.first_viewed_at.is_some() || !found.is_out() {
        return Ok(found);
    }
    let (change, found) = (&change, &found);
    act.store
        .write(|tx| async move {
            if storage::offer::note_view(&tx, found.id, change.at).await? {
                tx.record(event(change, EventKind::OfferViewed, found));
                arrived(&tx, change, found).await?;
            }
            Ok(Offer { first_viewed_at: Some(change.at), ..found.clone() })
        })
        .await
}

/// The candidate has the link, so its mail arrived, whatever the relay failed to say.
async fn arrived(tx: &Tx, change: &Change, offer: &Offer) -> Result<(), Failure> {
    for email in email_message::arrived(tx, offer.id).await? {
        tx.record(email::updated(change, &email, email.state));
    }
    Ok(())
}
