//! Asking approvers, and reminding them.

use super::{Held, about, event};
use crate::actions::Act;
use crate::actions::letter::{self, WithLink};
use crate::domain::Refusal;
use crate::domain::approval::{ApprovalRequest, Chain, REMINDED_AFTER, RequestState};
use crate::domain::event::{Change, EventKind};
use crate::domain::id::UserId;
use crate::domain::link::Purpose;
use crate::domain::offer::{Offer, OfferVersion};
use crate::domain::policy::offer::offers;
use crate::domain::viewer::Viewer;
use crate::mail::letter::{ApprovalReminded, ApprovalRequested, Facts, Reader};
use crate::mail::line::Line;
use crate::storage::{self, Failure, Fault, Tx, approval, offer_version, user};

/// The letters to those whom a chain asks now and did not ask before.
pub(super) async fn letters(
    act: Act<'_>,
    offer: &Offer,
    version: &OfferVersion,
    before: &Chain,
    after: &Chain,
) -> Result<Vec<WithLink>, Failure> {
    let asked =
        |chain: &Chain, id| chain.requests.iter().any(|one| one.id == id && one.state == RequestState::Asked);
    let mut written = Vec::new();
    for request in &after.requests {
        if asked(after, request.id) && !asked(before, request.id) {
            written.extend(letter(act, offer, version, request).await?);
        }
    }
    Ok(written)
}

/// The letter to one approver; none to somebody who is no member of staff, whom the write refuses.
async fn letter(
    act: Act<'_>,
    offer: &Offer,
    version: &OfferVersion,
    request: &ApprovalRequest,
) -> Result<Option<WithLink>, Failure> {
    let people = [request.approver, version.drafted_by];
    let known = letter::colleagues(act.store, offer.candidate, offer.application, &people).await?;
    let Some((to, approver)) = known.get(&request.approver) else { return Ok(None) };
    let (_, drafter) =
        known.get(&version.drafted_by).ok_or_else(|| Fault::missing("user", version.drafted_by))?;
    let candidate = letter::addressee(act.store, offer.candidate, offer.application).await?;
    let purpose = Purpose::Approval {
        offer: offer.id,
        version: version.number,
        user: request.approver,
        application: offer.application,
    };
    let link = letter::link_for(act, offer.candidate, purpose)?;
    let requested = ApprovalRequested {
        reader: Reader::new(&approver.name),
        candidate: Line::cut(&candidate.name, 80),
        role: Line::cut(&version.terms.title, 150),
        team: Line::cut(&version.terms.team, 80),
        drafter: Line::cut(&drafter.name, 80),
        deadline: offer.expires_at,
        link: link.address.clone(),
    };
    let reminded = ApprovalReminded::from(requested.clone());
    let (facts, occasion): (&dyn Facts, _) =
        if request.reminded_at.is_none() { (&requested, "asked") } else { (&reminded, "reminded") };
    let occasion = format!("approval-{}-{occasion}", request.id.short());
    let email = letter::prepare(act, to, about(offer, version.number), &occasion, facts)?;
    Ok(Some(WithLink { email, link }))
}

/// # Errors
/// `APPROVER_REQUIRED` when one of them approves nothing, or no more.
pub(super) async fn all_approve(tx: &Tx, asked: &[UserId]) -> Result<(), Failure> {
    for one in asked {
        if !user::approves(tx, *one).await? {
            return Err(Refusal::ApproverRequired.into());
        }
    }
    Ok(())
}

/// Reminds approvers whose turn has lasted for a day, once each, and says how many.
///
/// # Errors
/// A fault; those before it are reminded.
pub async fn remind_due(act: Act<'_>, most: u32) -> Result<usize, Failure> {
    let mut reminded = 0;
    for due in approval::due(act.store, act.clock.now() - REMINDED_AFTER, most).await? {
        reminded += usize::from(remind(act, due).await?);
    }
    Ok(reminded)
}

async fn remind(act: Act<'_>, due: ApprovalRequest) -> Result<bool, Failure> {
    let change = &act.change();
    let all = offers(&Viewer::System);
    let found = storage::offer::find(act.store, &all, due.offer).await?;
    let found = &found.ok_or_else(|| Fault::missing("offer", due.offer))?;
    let version = &offer_version::get(act.store, due.offer, due.version).await?;
    let due = &ApprovalRequest { reminded_at: Some(change.at), ..due };
    let letter = &letter(act, found, version, due).await?;
    act.store
        .write(|tx| async move {
            let held = Held::lock(&tx, found).await?;
            let before = approval::chain(&tx, version).await?;
            // Decided, or handed on, while the letter was written.
            if !before.requests.iter().any(|one| one.id == due.id && one.state == RequestState::Asked) {
                return Ok(false);
            }
            let mut after = before.clone();
            for one in after.requests.iter_mut().filter(|one| one.id == due.id) {
                one.reminded_at = Some(change.at);
            }
            approval::save(&tx, &before, &after).await?;
            if let Some(letter) = letter {
                letter.queue(&tx, change).await?;
            }
            tx.record(told(change, EventKind::ApprovalReminded, &held.offer, due.approver));
            Ok(true)
        })
        .await
}

/// An event about one approver.
pub(super) fn told(
    change: &Change,
    kind: EventKind,
    offer: &Offer,
    approver: UserId,
) -> crate::domain::event::Event {
    event(change, kind, offer).word("user", approver)
}
