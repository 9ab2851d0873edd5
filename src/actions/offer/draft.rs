//! Writing offers: a draft, and after sending the next version beside the one that is out.

use chrono::{DateTime, NaiveDate, Utc};

use super::{Held, author, event, seat_event, seen};
use crate::actions::Act;
use crate::domain::Refusal;
use crate::domain::application::Application;
use crate::domain::event::{Change, EventKind};
use crate::domain::id::{ApplicationId, OfferId, PostingTeamId, UserId};
use crate::domain::money::{Money, PayInterval};
use crate::domain::offer::{self, Offer, OfferStatus, OfferVersion, VersionStatus};
use crate::domain::policy::application::{applications, may};
use crate::domain::policy::offer::offering;
use crate::domain::posting::EmploymentType;
use crate::domain::terms::{Bonus, Clause, Form, Terms};
use crate::storage::idempotency::{self, Request};
use crate::storage::{self, Failure, Fault, Tx, application, approval, offer_version, opening};

/// What an offer promises, as a recruiter writes it: the team is that of the allotment.
#[derive(Debug, Clone)]
pub struct Wording {
    /// The role.
    pub title: String,
    /// Who employs: the name of the company as the law knows it.
    pub employer: Option<String>,
    /// The pay.
    pub pay: Money,
    /// What the pay is paid for.
    pub interval: PayInterval,
    /// What is paid beside it.
    pub bonuses: Vec<Bonus>,
    /// Shares or options, in words.
    pub equity: Option<String>,
    /// The kind of employment.
    pub employment_type: EmploymentType,
    /// The first day.
    pub start_on: NaiveDate,
    /// Where the work is done, in words.
    pub place: String,
    /// What else comes with the job, a line each.
    pub benefits: Vec<String>,
    /// What else is agreed, each under a heading of its own.
    pub clauses: Vec<Clause>,
    /// Anything else that is promised.
    pub remarks: Option<String>,
}

impl Wording {
    fn terms(self, team: String) -> Terms {
        Terms {
            form: Form::Second,
            title: self.title,
            team,
            employer: self.employer,
            pay: self.pay,
            interval: self.interval,
            bonuses: self.bonuses,
            equity: self.equity,
            employment_type: self.employment_type,
            start_on: self.start_on,
            place: self.place,
            benefits: self.benefits,
            clauses: self.clauses,
            remarks: self.remarks,
        }
    }
}

/// A new offer.
#[derive(Debug, Clone)]
pub struct Create {
    /// To which application.
    pub application: ApplicationId,
    /// What it promises.
    pub wording: Wording,
    /// Until when it can be answered.
    pub expires_at: DateTime<Utc>,
    /// By what a repeat of this request is known.
    pub request: Option<Request>,
}

/// Drafts an offer to an application that is allotted to a team.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `REQUIRED` or `INVALID` on the field at fault, `NOT_ACTIVE`, `NO_ALLOTMENT`, `OFFER_LIVE`, or
/// `IDEMPOTENCY_MISMATCH`.
pub async fn create(act: Act<'_>, input: Create) -> Result<Offer, Failure> {
    let change = act.change();
    let found = application::find(act.store, &applications(act.viewer), input.application).await?;
    let found = found.ok_or(Refusal::NotFound("application"))?;
    let by = author(act.viewer)?;
    let id = OfferId::new(change.at, act.chance);
    let (change, input, viewer, found) = (&change, &input, act.viewer, &found);
    act.store
        .write(|tx| async move {
            let application = application::lock(&tx, found.id).await?;
            let application = application.ok_or_else(|| Fault::missing("application", found.id))?;
            let subject = application::subject(&tx, &application, viewer.user()).await?;
            may(viewer, &subject, &offering(viewer))?;
            if let Some(before) = done_before(&tx, input.request.as_ref(), change).await? {
                return Ok(before);
            }
            application.active()?;
            let unended = storage::offer::lock_unended(&tx, application.id).await?;
            if unended.iter().any(|offer| offer.status.is_live()) {
                return Err(Refusal::OfferLive.into());
            }
            let expires_at = offer::deadline(input.expires_at, change.at)?;
            let (posting_team, terms) = worded(&tx, application.id, &input.wording).await?;
            let offer = first(id, &application, posting_team, expires_at, change);
            storage::offer::create(&tx, &offer).await?;
            offer_version::create(&tx, &draft(&offer, terms, by)).await?;
            tx.record(event(change, EventKind::OfferCreated, &offer));
            if let Some(request) = &input.request {
                idempotency::keep(&tx, request, &[id.to_string()], change.at).await?;
            }
            Ok(offer)
        })
        .await
}

/// The offer that the same request drafted before.
async fn done_before(tx: &Tx, request: Option<&Request>, change: &Change) -> Result<Option<Offer>, Failure> {
    let Some(request) = request else { return Ok(None) };
    let Some(ids) = idempotency::find(tx, request, change.at).await? else { return Ok(None) };
    let unreadable = || Fault::unfit("an idempotency key names no offer");
    let id = ids.first().and_then(|id| id.parse().ok()).ok_or_else(unreadable)?;
    Ok(Some(storage::offer::lock(tx, id).await?.ok_or_else(|| Fault::missing("offer", id))?))
}

fn first(
    id: OfferId,
    application: &Application,
    posting_team: PostingTeamId,
    expires_at: DateTime<Utc>,
    change: &Change,
) -> Offer {
    Offer {
        id,
        application: application.id,
        candidate: application.candidate,
        posting: application.posting,
        posting_team,
        opening: None,
        status: OfferStatus::Draft,
        version: 1,
        sent_version: None,
        expires_at,
        schedule: None,
        remind_at: None,
        sent_at: None,
        first_viewed_at: None,
        decided_at: None,
        undone_at: None,
        reason: None,
        created_at: change.at,
        revision: 1,
    }
}

/// The terms with the name of the team the application is allotted to.
async fn worded(
    tx: &Tx,
    application: ApplicationId,
    wording: &Wording,
) -> Result<(PostingTeamId, Terms), Failure> {
    let (posting_team, team) =
        storage::offer::allotted(tx, application).await?.ok_or(Refusal::NoAllotment)?;
    Ok((posting_team, wording.clone().terms(team).checked()?))
}

fn draft(offer: &Offer, terms: Terms, by: UserId) -> OfferVersion {
    OfferVersion {
        offer: offer.id,
        number: offer.version,
        status: VersionStatus::Draft,
        terms_hash: offer_version::hash(&terms),
        terms,
        drafted_by: by,
        released_at: None,
    }
}

/// Other terms.
#[derive(Debug, Clone)]
pub struct Update {
    /// Of which offer.
    pub offer: OfferId,
    /// The revision it is changed from.
    pub revision: Option<i32>,
    /// What it promises.
    pub wording: Wording,
    /// Until when it can be answered; as before, if absent. Only while nothing is out.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Changes what an offer promises. An unsent version is rewritten and is a draft again, without approval and, unless a
/// version is out, without a seat. Beside a sent one the next version is drafted.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `STALE`, `NOT_ACTIVE`, `REQUIRED` or `INVALID` on the field at fault, `OFFER_STATUS` once decided,
/// or `EXPIRED`.
pub async fn update(act: Act<'_>, input: Update) -> Result<Offer, Failure> {
    let change = act.change();
    let found = seen(act, input.offer).await?;
    let by = author(act.viewer)?;
    let (change, input, viewer, found) = (&change, &input, act.viewer, &found);
    act.store
        .write(|tx| async move {
            let held = Held::lock_for(&tx, found, viewer, &offering(viewer)).await?;
            held.is_at(input.revision)?;
            held.is_in_time(change)?;
            held.application.active()?;
            let (posting_team, terms) = worded(&tx, held.application.id, &input.wording).await?;
            let newest = held.newest(&tx).await?;
            let mut offer = held.offer;
            offer.expires_at = moved_deadline(&offer, input.expires_at, change)?;
            match newest.status {
                VersionStatus::Sent | VersionStatus::Cancelled if offer.is_out() => {
                    offer.version += 1;
                    offer_version::create(&tx, &draft(&offer, terms, by)).await?;
                    tx.record(event(change, EventKind::OfferCreated, &offer));
                }
                _ => {
                    let hash = offer_version::hash(&terms);
                    let version = newest.rewrite(terms, hash, by)?;
                    offer_version::save(&tx, &version).await?;
                    offer = recalled(&tx, change, offer, posting_team).await?;
                    tx.record(event(change, EventKind::OfferUpdated, &offer));
                }
            }
            storage::offer::save(&tx, offer).await
        })
        .await
}

/// The offer after its newest version became a draft again: without a seat, unless an earlier one is out.
pub(super) async fn recalled(
    tx: &Tx,
    change: &Change,
    offer: Offer,
    posting_team: PostingTeamId,
) -> Result<Offer, Failure> {
    approval::release(tx, offer.id, change.at).await?;
    let mut offer = offer.following(VersionStatus::Draft);
    if offer.is_out() {
        return Ok(offer);
    }
    if let Some(seat) = opening::free(tx, offer.id).await? {
        tx.record(seat_event(change, EventKind::OpeningFreed, &offer, &seat));
    }
    offer.opening = None;
    offer.posting_team = posting_team;
    Ok(offer)
}

fn moved_deadline(
    offer: &Offer,
    to: Option<DateTime<Utc>>,
    change: &Change,
) -> Result<DateTime<Utc>, Refusal> {
    match to {
        None => Ok(offer.expires_at),
        Some(_) if offer.is_out() => Err(Refusal::invalid(
            "expiresAt",
            "nothing: the deadline of a sent offer is extended, or set on sending",
        )),
        Some(to) => offer::deadline(to, change.at),
    }
}
