//! What an approver does: yes or no to exactly the terms they were shown, or leave it to somebody else.

use super::ask::{all_approve, letters, told};
use super::{Held, about, draft, event, seen};
use crate::actions::letter::{self, WithLink};
use crate::actions::{Act, anew, email};
use crate::domain::approval::{Approval, Chain};
use crate::domain::email::NewEmail;
use crate::domain::event::{Change, EventKind};
use crate::domain::id::{ApprovalId, ApprovalRequestId, OfferId, UserId};
use crate::domain::offer::{Decision, Offer, OfferVersion, VersionStatus};
use crate::domain::policy::offer::{approves, not_approving, offering};
use crate::domain::terms::TermsHash;
use crate::domain::{Refusal, text};
use crate::mail::letter::{ApprovalGiven, ApprovalRefused, Facts, Reader};
use crate::mail::line::Line;
use crate::storage::{self, Failure, Tx, approval, offer_version, user};

/// Yes to an offer's terms.
#[derive(Debug, Clone)]
pub struct Approve {
    /// Of which offer.
    pub offer: OfferId,
    /// The hash of the terms that are approved.
    pub terms_hash: TermsHash,
}

/// No to an offer's terms.
#[derive(Debug, Clone)]
pub struct Reject {
    /// Of which offer.
    pub offer: OfferId,
    /// The hash of the terms that are rejected.
    pub terms_hash: TermsHash,
    /// Why.
    pub reason: String,
}

/// Somebody else's word in the place of an approver's.
#[derive(Debug, Clone)]
pub struct Delegate {
    /// On which offer.
    pub offer: OfferId,
    /// In whose place; the viewer's own, if nobody is named.
    pub from: Option<UserId>,
    /// Who decides instead.
    pub to: UserId,
}

/// What was read before a write about a chain.
struct Read {
    found: Offer,
    version: OfferVersion,
    chain: Chain,
}

impl Read {
    async fn of(act: Act<'_>, id: OfferId) -> Result<Self, Failure> {
        let found = seen(act, id).await?;
        let version = offer_version::get(act.store, id, found.version).await?;
        let chain = approval::chain(act.store, &version).await?;
        Ok(Self { found, version, chain })
    }

    /// Locks what was read, for an approver whose turn it is, and says who that is.
    ///
    /// # Errors
    /// `NOT_FOUND`, `FORBIDDEN`, `OFFER_STATUS`, `TERMS_CHANGED`, or `STALE` when it was another offer that was read.
    async fn asked(&self, tx: &Tx, act: Act<'_>, hash: &TermsHash) -> Result<(Held, UserId), Failure> {
        let held = Held::lock(tx, &self.found).await?;
        let by = approves(act.viewer, held.offer.id);
        let version = held.newest(tx).await?;
        let chain = approval::chain(tx, &version).await?;
        let Some(by) = by.filter(|by| chain.asked(*by).is_some()) else {
            let user = act.viewer.user();
            let subject = held.subject(tx, user).await?;
            let was = by.is_some_and(|by| {
                chain.requests.iter().any(|one| one.approver == by && one.asked_at.is_some())
            });
            return Err(if was {
                Refusal::OfferStatus("not waiting for this approver")
            } else {
                not_approving(act.viewer, &subject)
            }
            .into());
        };
        still_approves(tx, by).await?;
        version.may_be_approved(hash)?;
        held.offer.is_at(self.found.revision)?;
        Ok((held, by))
    }

    /// The letter that tells whoever drafted the offer what became of it.
    async fn news(&self, act: Act<'_>, by: UserId, decision: Decision) -> Result<Option<NewEmail>, Failure> {
        let people = [self.version.drafted_by, by];
        let known =
            letter::colleagues(act.store, self.found.candidate, self.found.application, &people).await?;
        let (Some((to, _)), Some((_, approver))) = (known.get(&self.version.drafted_by), known.get(&by))
        else {
            return Ok(None);
        };
        let reader = Reader::new(&to.name);
        let person = letter::addressee(act.store, self.found.candidate, self.found.application).await?;
        let candidate = Line::cut(&person.name, 80);
        let role = Line::cut(&self.version.terms.title, 150);
        let team = Line::cut(&self.version.terms.team, 80);
        let facts: Box<dyn Facts + Send + Sync> = match decision {
            Decision::Accepted => Box::new(ApprovalGiven { reader, candidate, role, team }),
            Decision::Declined => {
                let approver = Line::cut(&approver.name, 80);
                Box::new(ApprovalRefused { reader, candidate, role, team, approver })
            }
        };
        let occasion = format!("{}-r{}", facts.kind(), self.found.revision);
        Ok(Some(letter::prepare(act, to, about(&self.found, self.version.number), &occasion, &*facts)?))
    }

    fn decided(&self, id: ApprovalId, by: UserId, decision: Decision, change: &Change) -> Approval {
        Approval {
            id,
            offer: self.found.id,
            version: self.version.number,
            approver: by,
            decision,
            terms_hash: self.version.terms_hash.clone(),
            reason: None,
            at: change.at,
        }
    }
}

/// # Errors
/// `FORBIDDEN` when this approver is one no more.
async fn still_approves(tx: &Tx, by: UserId) -> Result<(), Failure> {
    if user::approves(tx, by).await? { Ok(()) } else { Err(Refusal::Forbidden.into()) }
}

/// Approves an offer's newest version, as one of those whose turn it is. With the last yes that its chain needs, the version is
/// approved, and whoever drafted it is told; until then, the next group is asked when enough of this one have said yes.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `OFFER_STATUS`, `TERMS_CHANGED`, or `APPROVER_REQUIRED` when nobody but whoever drafted it would have
/// approved it.
pub async fn approve(act: Act<'_>, input: Approve) -> Result<Offer, Failure> {
    anew(|| approved(act, &input)).await
}

async fn approved(act: Act<'_>, input: &Approve) -> Result<Offer, Failure> {
    let change = &act.change();
    let read = &Read::of(act, input.offer).await?;
    let id = ApprovalId::new(change.at, act.chance);
    let by = approves(act.viewer, read.found.id);
    let (mut asked, mut news) = (Vec::new(), None);
    if let Some(by) = by
        && let Ok(after) = read.chain.clone().approve(by, change.at)
    {
        asked = letters(act, &read.found, &read.version, &read.chain, &after).await?;
        if after.is_complete() {
            news = read.news(act, by, Decision::Accepted).await?;
        }
    }
    let (asked, news) = (&asked, &news);
    act.store
        .write(|tx| async move {
            let (held, by) = read.asked(&tx, act, &input.terms_hash).await?;
            let chain = read.chain.clone().approve(by, change.at)?;
            approval::save(&tx, &read.chain, &chain).await?;
            let version = read.version.clone().approve(&chain);
            offer_version::save(&tx, &version).await?;
            approval::create(&tx, &read.decided(id, by, Decision::Accepted, change)).await?;
            let offer = held.offer.following(version.status);
            let asks = i64::try_from(asked.len()).unwrap_or(i64::MAX);
            tx.record(told(change, EventKind::ApprovalGiven, &offer, by).count("asked", asks));
            if version.status == VersionStatus::Approved {
                tx.record(event(change, EventKind::OfferApproved, &offer));
            }
            queue(&tx, change, asked, news.as_ref()).await?;
            storage::offer::save(&tx, offer).await
        })
        .await
}

async fn queue(tx: &Tx, change: &Change, asked: &[WithLink], news: Option<&NewEmail>) -> Result<(), Failure> {
    for letter in asked {
        letter.queue(tx, change).await?;
    }
    if let Some(news) = news {
        email::queue(tx, change, news).await?;
    }
    Ok(())
}

/// Sends an offer's newest version back to draft, and tells whoever drafted it; unless an earlier one is out, its seat is free
/// again.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `OFFER_STATUS`, `TERMS_CHANGED`, or `REQUIRED` or `INVALID` on `reason`.
pub async fn reject(act: Act<'_>, input: Reject) -> Result<Offer, Failure> {
    let reason = text::prose("reason", &input.reason, 2_000)?;
    anew(|| rejected(act, &input, &reason)).await
}

async fn rejected(act: Act<'_>, input: &Reject, reason: &str) -> Result<Offer, Failure> {
    let change = &act.change();
    let read = &Read::of(act, input.offer).await?;
    let id = ApprovalId::new(change.at, act.chance);
    let news = match approves(act.viewer, read.found.id) {
        Some(by) => read.news(act, by, Decision::Declined).await?,
        None => None,
    };
    let news = &news;
    act.store
        .write(|tx| async move {
            let (held, by) = read.asked(&tx, act, &input.terms_hash).await?;
            let chain = read.chain.clone().reject(by, change.at)?;
            approval::save(&tx, &read.chain, &chain).await?;
            offer_version::save(&tx, &read.version.clone().reject()).await?;
            let given = read.decided(id, by, Decision::Declined, change);
            approval::create(&tx, &Approval { reason: Some(reason.to_owned()), ..given }).await?;
            let posting_team = held.offer.posting_team;
            let offer = draft::recalled(&tx, change, held.offer, posting_team).await?;
            tx.record(told(change, EventKind::OfferRejected, &offer, by));
            queue(&tx, change, &[], news.as_ref()).await?;
            storage::offer::save(&tx, offer).await
        })
        .await
}

/// Has somebody else decide in an approver's place: the approver may, and whoever makes offers, also for somebody who may approve
/// no more.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `REQUIRED` on `approverId`, `OFFER_STATUS` when no word of that approver is wanted, `INVALID` on `toId`,
/// or `APPROVER_REQUIRED` when that person approves nothing or only whoever drafted the offer would be left.
pub async fn delegate(act: Act<'_>, input: Delegate) -> Result<Offer, Failure> {
    anew(|| delegated(act, &input)).await
}

async fn delegated(act: Act<'_>, input: &Delegate) -> Result<Offer, Failure> {
    let change = &act.change();
    let read = &Read::of(act, input.offer).await?;
    let own = approves(act.viewer, read.found.id);
    let id = ApprovalRequestId::new(change.at, act.chance);
    let from = input.from.or(own);
    let after = &from.map(|from| read.chain.clone().delegate(from, input.to, id, change.at));
    let asked = match after {
        Some(Ok(after)) => letters(act, &read.found, &read.version, &read.chain, after).await?,
        _ => Vec::new(),
    };
    let asked = &asked;
    act.store
        .write(|tx| async move {
            let held = Held::lock(&tx, &read.found).await?;
            let user = act.viewer.user();
            let subject = held.subject(&tx, user).await?;
            let is_own = from.is_some() && from == own;
            if !is_own && !offering(act.viewer).covers(&subject) {
                return Err(not_approving(act.viewer, &subject).into());
            }
            if let (true, Some(by)) = (is_own, own) {
                still_approves(&tx, by).await?;
            }
            held.offer.is_at(read.found.revision)?;
            let after = after.clone().ok_or_else(|| Refusal::required("approverId"))??;
            all_approve(&tx, &[input.to]).await?;
            approval::save(&tx, &read.chain, &after).await?;
            let event = event(change, EventKind::ApprovalDelegated, &held.offer).word("to", input.to);
            tx.record(from.into_iter().fold(event, |event, from| event.word("user", from)));
            queue(&tx, change, asked, None).await?;
            storage::offer::save(&tx, held.offer).await
        })
        .await
}
