//! Submitting an offer: from here on it holds a seat, so that nobody approves one that is gone.

use super::ask::{all_approve, letters};
use super::{Held, event, seat_event, seen};
use crate::actions::letter::WithLink;
use crate::actions::{Act, anew};
use crate::domain::Refusal;
use crate::domain::approval::{self, ApprovalGroup, ApprovalRequest, Chain, RequestState};
use crate::domain::event::{Change, EventKind};
use crate::domain::id::{ApprovalRequestId, OfferId, UserId};
use crate::domain::offer::{Offer, VersionStatus};
use crate::domain::plan::HiringPlan;
use crate::domain::policy::offer::offering;
use crate::domain::progress::Progress;
use crate::storage::{
    self, Failure, Fault, Tx, application, approval as kept, justification, offer_version, opening, plan,
    step,
};

/// An offer to be approved.
#[derive(Debug, Clone)]
pub struct Submit {
    /// Which offer.
    pub offer: OfferId,
    /// The revision it is submitted at.
    pub revision: Option<i32>,
    /// Who approves it, of each group of the plan that names nobody, in their order.
    pub approvers: Vec<Vec<UserId>>,
}

/// Submits an offer's newest version, takes a seat of its team unless the offer has one, and asks the first of the plan's groups of
/// approvers; where the plan asks nobody, the version is approved at once and the event says so.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `STALE`, `OFFER_STATUS`, `NOT_ACTIVE`, `STEP_NOT_REACHED`, `NO_JUSTIFICATION`,
/// `REFERENCES_MISSING`, `ALLOTTED_ELSEWHERE`, `APPROVER_REQUIRED`, `OFFER_LIVE`, `EXPIRED`, `INVALID` on `approverIds`, or
/// `NO_OPENING`: of several who race for the last seat exactly one gets it.
pub async fn submit(act: Act<'_>, input: Submit) -> Result<Offer, Failure> {
    anew(|| submitted(act, &input)).await
}

async fn submitted(act: Act<'_>, input: &Submit) -> Result<Offer, Failure> {
    let change = &act.change();
    let found = &seen(act, input.offer).await?;
    let plan = &plan_of(act, found).await?;
    let ready = &Ready::of(act, change, found, plan, &input.approvers).await?;
    act.store
        .write(|tx| async move {
            let held = Held::lock_for(&tx, found, act.viewer, &offering(act.viewer)).await?;
            held.is_at(input.revision)?;
            held.is_in_time(change)?;
            held.application.active()?;
            held.offer.is_at(found.revision)?;
            let newest = held.newest(&tx).await?;
            newest.may_be_submitted()?;
            let chain = ready.chain.clone()?;
            all_approve(&tx, &chain.people()).await?;
            let version = newest.submit(&chain);
            is_due(&tx, &held, plan).await?;
            let mut offer = held.offer.following(version.status);
            offer_version::save(&tx, &version).await?;
            if offer.opening.is_none() {
                let seat = opening::hold(&tx, offer.posting_team, offer.id).await?;
                let seat = seat.ok_or(Refusal::NoOpening)?;
                tx.record(seat_event(change, EventKind::OpeningHeld, &offer, &seat));
                offer.opening = Some(seat.id);
            }
            ready.ask(&tx, change, &chain).await?;
            let submitted = event(change, EventKind::OfferSubmitted, &offer);
            tx.record(submitted.count("asked", ready.asked()));
            if version.status == VersionStatus::Approved {
                let rule = approval::rule(&plan.approval);
                tx.record(event(change, EventKind::OfferApproved, &offer).word("rule", rule));
            }
            storage::offer::save(&tx, offer).await
        })
        .await
}

/// Who is to approve, with the letters to those who are asked first.
struct Ready {
    chain: Result<Chain, Refusal>,
    letters: Vec<WithLink>,
}

impl Ready {
    async fn of(
        act: Act<'_>,
        change: &Change,
        offer: &Offer,
        plan: &HiringPlan,
        named: &[Vec<UserId>],
    ) -> Result<Self, Failure> {
        let version = offer_version::get(act.store, offer.id, offer.version).await?;
        let before = kept::chain(act.store, &version).await?;
        let round = before.requests.first().map_or(1, |one| one.round + 1);
        let request = |id, position, group: &ApprovalGroup, approver: UserId| ApprovalRequest {
            id,
            offer: offer.id,
            version: version.number,
            round,
            position,
            title: group.title.clone(),
            needed: group.needed,
            approver,
            state: RequestState::Waiting,
            asked_at: None,
            reminded_at: None,
            ended_at: None,
            in_place_of: None,
        };
        let chain = approval::filled(&plan.approval, named.to_vec(), version.drafted_by).map(|groups| {
            let each = (0..).zip(&groups);
            let each = each.flat_map(|(at, group)| group.approvers.iter().map(move |one| (at, group, *one)));
            let each: Vec<_> = each.collect();
            // Ids say the order in which people were named.
            let mut ids: Vec<_> =
                each.iter().map(|_| ApprovalRequestId::new(change.at, act.chance)).collect();
            ids.sort_unstable();
            let requests =
                ids.into_iter().zip(each).map(|(id, (at, group, one))| request(id, at, group, one));
            let nobody = Chain { drafter: version.drafted_by, requests: Vec::new() };
            Chain { requests: requests.collect(), ..nobody }.begin(change.at)
        });
        let letters = match &chain {
            Ok(chain) => letters(act, offer, &version, &before, chain).await?,
            Err(_) => Vec::new(),
        };
        Ok(Self { chain, letters })
    }

    /// How many are asked first.
    fn asked(&self) -> i64 {
        i64::try_from(self.letters.len()).unwrap_or(i64::MAX)
    }

    async fn ask(&self, tx: &Tx, change: &Change, chain: &Chain) -> Result<(), Failure> {
        kept::save(tx, &Chain { requests: Vec::new(), ..chain.clone() }, chain).await?;
        for letter in &self.letters {
            letter.queue(tx, change).await?;
        }
        Ok(())
    }
}

async fn plan_of(act: Act<'_>, offer: &Offer) -> Result<HiringPlan, Failure> {
    let everything = crate::domain::policy::application::applications(&crate::domain::Viewer::System);
    let application = application::find(act.store, &everything, offer.application).await?;
    let application = application.ok_or_else(|| Fault::missing("application", offer.application))?;
    Ok(plan::get(act.store, application.plan).await?)
}

/// What has to be true of the application before an offer to it is submitted.
async fn is_due(tx: &Tx, held: &Held, plan: &HiringPlan) -> Result<(), Failure> {
    let steps = step::of_locked(tx, held.application.id).await?;
    let progress = Progress { plan, stage: held.application.stage, steps: &steps };
    progress.has_reached_offer()?;
    if !justification::is_written(tx, held.application.id).await? {
        return Err(Refusal::NoJustification.into());
    }
    progress.references_met(storage::reference::tally(tx, held.application.id).await?)?;
    let (team, _) = storage::offer::allotted(tx, held.application.id).await?.ok_or(Refusal::NoAllotment)?;
    if team != held.offer.posting_team {
        return Err(Refusal::AllottedElsewhere.into());
    }
    Ok(())
}
