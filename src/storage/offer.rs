//! Offers as they are kept. Their versions, approvals and decisions have files of their own.

use chrono::{DateTime, Utc};
use sea_orm::{FromQueryResult, Value};

use super::dialect::{self, Binds, json_list};
use super::fault::{Failure, Fault};
use super::page::{Page, Part};
use super::row::{self, Cells, cells};
use super::scope::{Columns, within};
use super::source::Source;
use super::write::Tx;
use crate::domain::id::{ApplicationId, CandidateId, OfferId, OpeningId, PostingId, PostingTeamId};
use crate::domain::offer::{Offer, OfferStatus, Schedule};
use crate::domain::policy::Scope;
use crate::domain::policy::offer::Offers;

#[derive(FromQueryResult)]
struct Row {
    id: OfferId,
    application_id: ApplicationId,
    candidate_id: CandidateId,
    posting_id: PostingId,
    posting_team_id: PostingTeamId,
    opening_id: Option<OpeningId>,
    status: OfferStatus,
    version: i32,
    sent_version: Option<i32>,
    expires_at: DateTime<Utc>,
    send_at: Option<DateTime<Utc>>,
    send_until: Option<DateTime<Utc>>,
    remind_at: Option<DateTime<Utc>>,
    sent_at: Option<DateTime<Utc>>,
    first_viewed_at: Option<DateTime<Utc>>,
    decided_at: Option<DateTime<Utc>>,
    undone_at: Option<DateTime<Utc>>,
    reason: Option<String>,
    created_at: DateTime<Utc>,
    revision: i32,
}

impl From<Row> for Offer {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            application: row.application_id,
            candidate: row.candidate_id,
            posting: row.posting_id,
            posting_team: row.posting_team_id,
            opening: row.opening_id,
            status: row.status,
            version: row.version,
            sent_version: row.sent_version,
            expires_at: row.expires_at,
            schedule: row.send_at.map(|at| Schedule { at, expires_at: row.send_until }),
            remind_at: row.remind_at,
            sent_at: row.sent_at,
            first_viewed_at: row.first_viewed_at,
            decided_at: row.decided_at,
            undone_at: row.undone_at,
            reason: row.reason,
            created_at: row.created_at,
            revision: row.revision,
        }
    }
}

/// By which columns an offer `o` says what it belongs to.
pub(super) const COLUMNS: Columns<'static> = Columns {
    posting: Some("o.posting_id"),
    team: None,
    application: Some("o.application_id"),
    offer: Some("o.id"),
};

/// An offer as the scope shows it: whoever holds a link to it knows of no version but those that were sent, nor when others will be.
fn shown(scope: &Scope<Offers>, offer: Offer) -> Offer {
    match (scope.offer(), offer.sent_version) {
        (Some(_), Some(sent)) => Offer { version: sent, schedule: None, ..offer },
        _ => offer,
    }
}

/// Which offers a listing shows; every part that is given has to match.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// For this application.
    pub application: Option<ApplicationId>,
    /// Of this posting.
    pub posting: Option<PostingId>,
    /// In one of these states; any, when empty.
    pub statuses: Vec<OfferStatus>,
}

/// An offer the scope reaches.
pub async fn find(db: &impl Source, scope: &Scope<Offers>, id: OfferId) -> Result<Option<Offer>, Fault> {
    Ok(of(db, scope, &[id]).await?.pop())
}

/// Those of the offers that the scope reaches.
pub async fn of(db: &impl Source, scope: &Scope<Offers>, ids: &[OfferId]) -> Result<Vec<Offer>, Fault> {
    select(db, scope, "o.id", json_list(ids)).await
}

/// The offers of these applications that the scope reaches, newest first.
pub async fn of_applications(
    db: &impl Source,
    scope: &Scope<Offers>,
    applications: &[ApplicationId],
) -> Result<Vec<Offer>, Fault> {
    select(db, scope, "o.application_id", json_list(applications)).await
}

async fn select(
    db: &impl Source,
    scope: &Scope<Offers>,
    column: &str,
    ids: Value,
) -> Result<Vec<Offer>, Fault> {
    let mut binds = Binds::default();
    let ids = db.kind().listed(binds.add(ids));
    let seen = within(scope, &COLUMNS, db.kind(), &mut binds);
    let sql = format!(
        "SELECT o.* FROM offer o WHERE {column} IN {ids} AND {seen} ORDER BY o.created_at DESC, o.id DESC"
    );
    let rows = dialect::query_all::<Row>(db, &sql, binds).await?;
    Ok(rows.into_iter().map(|row| shown(scope, row.into())).collect())
}

/// Offers the scope reaches, by when they were drafted.
pub async fn listed(
    db: &impl Source,
    scope: &Scope<Offers>,
    wanted: &Wanted,
    page: &Page,
) -> Result<Part<Offer>, Fault> {
    let mut binds = Binds::default();
    let mut conditions = vec![within(scope, &COLUMNS, db.kind(), &mut binds)];
    conditions.extend(wanted.application.map(|id| format!("o.application_id = {}", binds.put(id))));
    conditions.extend(wanted.posting.map(|id| format!("o.posting_id = {}", binds.put(id))));
    if !wanted.statuses.is_empty() {
        let statuses = db.kind().listed(binds.add(json_list(&wanted.statuses)));
        conditions.push(format!("o.status IN {statuses}"));
    }
    let bounds = page.bounds("o.created_at", "o.id", &mut binds);
    let sql = format!(
        "SELECT o.* FROM offer o WHERE {} AND {} {}",
        conditions.join(" AND "),
        bounds.wanted,
        bounds.order
    );
    let rows = dialect::query_all::<Row>(db, &sql, binds).await?;
    Ok(page.part(rows).map(|row| shown(scope, row.into())))
}

/// Sent offers whose deadline has passed, the longest first.
pub async fn due(db: &impl Source, now: DateTime<Utc>, limit: u32) -> Result<Vec<Offer>, Fault> {
    let sql =
        "SELECT * FROM offer WHERE status = 'sent' AND expires_at <= $1 ORDER BY expires_at, id LIMIT $2";
    let values: [Value; 2] = [now.into(), i64::from(limit).into()];
    Ok(dialect::query_all::<Row>(db, sql, values).await?.into_iter().map(Offer::from).collect())
}

/// Offers that are to be sent by now, the longest due first.
pub async fn due_sends(db: &impl Source, now: DateTime<Utc>, limit: u32) -> Result<Vec<Offer>, Fault> {
    let sql = "SELECT * FROM offer WHERE send_at IS NOT NULL AND send_at <= $1 ORDER BY send_at, id LIMIT $2";
    let values: [Value; 2] = [now.into(), i64::from(limit).into()];
    Ok(dialect::query_all::<Row>(db, sql, values).await?.into_iter().map(Offer::from).collect())
}

/// Offers that nobody answered whose candidates are to be reminded, the longest due first.
pub async fn due_reminders(db: &impl Source, now: DateTime<Utc>, limit: u32) -> Result<Vec<Offer>, Fault> {
    let sql = "SELECT * FROM offer WHERE remind_at IS NOT NULL AND status = 'sent' AND remind_at <= $1 AND expires_at > $1 \
               ORDER BY remind_at, id LIMIT $2";
    let values: [Value; 2] = [now.into(), i64::from(limit).into()];
    Ok(dialect::query_all::<Row>(db, sql, values).await?.into_iter().map(Offer::from).collect())
}

/// Notes that the candidate was reminded. The revision stays: nobody's change goes stale because of a reminder.
pub async fn note_reminder(tx: &Tx, id: OfferId) -> Result<(), Fault> {
    dialect::execute(tx, "UPDATE offer SET remind_at = NULL WHERE id = $1", [id.into()]).await?;
    Ok(())
}

/// The offer whoever may see it, kept from others until the write ends.
pub async fn lock(tx: &Tx, id: OfferId) -> Result<Option<Offer>, Fault> {
    let sql = format!("SELECT * FROM offer WHERE id = $1{}", tx.kind().for_update());
    Ok(dialect::query_one::<Row>(tx, &sql, [id.into()]).await?.map(Offer::from))
}

/// The offers of an application that are neither decided nor over, kept from others until the write ends.
pub async fn lock_unended(tx: &Tx, application: ApplicationId) -> Result<Vec<Offer>, Fault> {
    let sql = format!(
        "SELECT * FROM offer WHERE application_id = $1 AND status IN ('draft', 'pendingApproval', 'approved', 'sent') \
         ORDER BY id{}",
        tx.kind().for_update()
    );
    let rows = dialect::query_all::<Row>(tx, &sql, [application.into()]).await?;
    Ok(rows.into_iter().map(Offer::from).collect())
}

/// The accepted offer behind an application's hire, kept from others until the write ends.
pub async fn lock_of_hire(tx: &Tx, application: ApplicationId) -> Result<Option<Offer>, Fault> {
    let sql = format!(
        "SELECT * FROM offer WHERE application_id = $1 AND status = 'accepted' AND undone_at IS NULL{}",
        tx.kind().for_update()
    );
    Ok(dialect::query_one::<Row>(tx, &sql, [application.into()]).await?.map(Offer::from))
}

/// The team an application is allotted to now: what an offer to it is for, and what the team is called.
pub async fn allotted(
    db: &impl Source,
    application: ApplicationId,
) -> Result<Option<(PostingTeamId, String)>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        id: PostingTeamId,
        name: String,
    }
    let sql = "SELECT t.id, m.name FROM allotment l JOIN posting_team t ON t.id = l.posting_team_id \
               JOIN team m ON m.id = t.team_id WHERE l.application_id = $1 AND l.until IS NULL";
    let row = dialect::query_one::<Row>(db, sql, [application.into()]).await?;
    Ok(row.map(|row| (row.id, row.name)))
}

fn cells(offer: &Offer) -> Cells {
    cells! {
        posting_team_id: offer.posting_team,
        opening_id: offer.opening,
        status: offer.status,
        version: offer.version,
        sent_version: offer.sent_version,
        expires_at: offer.expires_at,
        send_at: offer.schedule.map(|schedule| schedule.at),
        send_until: offer.schedule.and_then(|schedule| schedule.expires_at),
        remind_at: offer.remind_at,
        sent_at: offer.sent_at,
        first_viewed_at: offer.first_viewed_at,
        decided_at: offer.decided_at,
        undone_at: offer.undone_at,
        reason: offer.reason.clone(),
    }
}

/// Adds an offer.
pub async fn create(tx: &Tx, offer: &Offer) -> Result<(), Failure> {
    let mut row = cells(offer);
    row.extend(cells! {
        id: offer.id,
        application_id: offer.application,
        candidate_id: offer.candidate,
        posting_id: offer.posting,
        created_at: offer.created_at,
        revision: offer.revision,
    });
    Ok(row::insert(tx, "offer", row).await?)
}

/// Saves an offer that was locked in this write; it goes to the next revision, which is answered with it.
///
/// # Errors
/// `STALE`, or `OFFER_LIVE` when the candidate has another live offer.
pub async fn save(tx: &Tx, offer: Offer) -> Result<Offer, Failure> {
    row::save(tx, "offer", offer.id, offer.revision, cells(&offer)).await?;
    Ok(Offer { revision: offer.revision + 1, ..offer })
}

/// Notes when the candidate first opened the sent version. `false` when that is known already.
///
/// The revision stays: nobody's change goes stale because the candidate had a look.
pub async fn note_view(tx: &Tx, id: OfferId, at: DateTime<Utc>) -> Result<bool, Fault> {
    let sql =
        "UPDATE offer SET first_viewed_at = $2 WHERE id = $1 AND first_viewed_at IS NULL AND status = 'sent'";
    let values: [Value; 2] = [id.into(), at.into()];
    Ok(dialect::execute(tx, sql, values).await? == 1)
}
