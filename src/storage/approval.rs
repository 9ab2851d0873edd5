//! Who approves a version of an offer, and what they decided: kept for good, also when the terms changed afterwards.

use chrono::{DateTime, Utc};
use sea_orm::{FromQueryResult, Value};

use super::dialect::{self, Binds, json_list};
use super::fault::{Failure, Fault};
use super::offer::COLUMNS;
use super::row::{self, Cells, cells};
use super::scope::within;
use super::source::Source;
use super::write::Tx;
use crate::domain::approval::{Approval, ApprovalRequest, Chain, RequestState};
use crate::domain::id::{ApprovalId, ApprovalRequestId, OfferId, UserId};
use crate::domain::offer::{Decision, OfferVersion};
use crate::domain::policy::Scope;
use crate::domain::policy::offer::Offers;
use crate::domain::terms::TermsHash;

#[derive(FromQueryResult)]
struct Row {
    id: ApprovalId,
    offer_id: OfferId,
    version: i32,
    approver_id: UserId,
    decision: Decision,
    terms_hash: String,
    reason: Option<String>,
    decided_at: DateTime<Utc>,
}

impl From<Row> for Approval {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            offer: row.offer_id,
            version: row.version,
            approver: row.approver_id,
            decision: row.decision,
            terms_hash: TermsHash(row.terms_hash),
            reason: row.reason,
            at: row.decided_at,
        }
    }
}

#[derive(FromQueryResult)]
struct RequestRow {
    id: ApprovalRequestId,
    offer_id: OfferId,
    version: i32,
    round: i32,
    position: i32,
    title: String,
    needed: i32,
    approver_id: UserId,
    state: RequestState,
    asked_at: Option<DateTime<Utc>>,
    reminded_at: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
    in_place_of: Option<UserId>,
}

impl From<RequestRow> for ApprovalRequest {
    fn from(row: RequestRow) -> Self {
        Self {
            id: row.id,
            offer: row.offer_id,
            version: row.version,
            round: row.round,
            position: row.position,
            title: row.title,
            needed: row.needed,
            approver: row.approver_id,
            state: row.state,
            asked_at: row.asked_at,
            reminded_at: row.reminded_at,
            ended_at: row.ended_at,
            in_place_of: row.in_place_of,
        }
    }
}

/// The approvals of these offers, oldest first. Whoever holds a candidate's link to an offer sees none.
pub async fn of_offers(
    db: &impl Source,
    scope: &Scope<Offers>,
    offers: &[OfferId],
) -> Result<Vec<Approval>, Fault> {
    let rows: Vec<Row> = of_table(db, scope, offers, "offer_approval", "a.decided_at, a.id").await?;
    Ok(rows.into_iter().map(Approval::from).collect())
}

/// Who is, or was, to approve these offers, by version, group and turn. Whoever holds a candidate's link to an offer sees none.
pub async fn requests_of_offers(
    db: &impl Source,
    scope: &Scope<Offers>,
    offers: &[OfferId],
) -> Result<Vec<ApprovalRequest>, Fault> {
    let order = "a.version, a.round, a.position, a.id";
    let rows: Vec<RequestRow> = of_table(db, scope, offers, "approval_request", order).await?;
    Ok(rows.into_iter().map(ApprovalRequest::from).collect())
}

async fn of_table<R: FromQueryResult>(
    db: &impl Source,
    scope: &Scope<Offers>,
    offers: &[OfferId],
    table: &str,
    order: &str,
) -> Result<Vec<R>, Fault> {
    if scope.offer().is_some() {
        return Ok(Vec::new());
    }
    let mut binds = Binds::default();
    let listed = db.kind().listed(binds.add(json_list(offers)));
    let seen = within(scope, &COLUMNS, db.kind(), &mut binds);
    let sql = format!(
        "SELECT a.* FROM {table} a JOIN offer o ON o.id = a.offer_id WHERE a.offer_id IN {listed} AND {seen} \
         ORDER BY {order}"
    );
    dialect::query_all(db, &sql, binds).await
}

/// The chain of a version as it was submitted last, whoever may see it; in a write, its offer was locked, which guards it.
pub async fn chain(db: &impl Source, version: &OfferVersion) -> Result<Chain, Fault> {
    let sql = "SELECT r.* FROM approval_request r WHERE r.offer_id = $1 AND r.version = $2 AND r.round = (SELECT max(n.round) \
               FROM approval_request n WHERE n.offer_id = $1 AND n.version = $2) ORDER BY r.position, r.id";
    let values: [Value; 2] = [version.offer.into(), version.number.into()];
    let rows = dialect::query_all::<RequestRow>(db, sql, values).await?;
    Ok(Chain { drafter: version.drafted_by, requests: rows.into_iter().map(ApprovalRequest::from).collect() })
}

/// Approvers whose turn came before `asked_before`, who were not reminded yet, the longest first.
pub async fn due(
    db: &impl Source,
    asked_before: DateTime<Utc>,
    limit: u32,
) -> Result<Vec<ApprovalRequest>, Fault> {
    let sql = "SELECT * FROM approval_request WHERE state = 'asked' AND reminded_at IS NULL AND asked_at <= $1 \
               ORDER BY asked_at, id LIMIT $2";
    let values: [Value; 2] = [asked_before.into(), i64::from(limit).into()];
    let rows = dialect::query_all::<RequestRow>(db, sql, values).await?;
    Ok(rows.into_iter().map(ApprovalRequest::from).collect())
}

/// Keeps a decision.
pub async fn create(tx: &Tx, approval: &Approval) -> Result<(), Failure> {
    let row = cells! {
        id: approval.id,
        offer_id: approval.offer,
        version: approval.version,
        approver_id: approval.approver,
        decision: approval.decision,
        terms_hash: approval.terms_hash.0.as_str(),
        reason: approval.reason.clone(),
        decided_at: approval.at,
    };
    Ok(row::insert(tx, "offer_approval", row).await?)
}

fn cells(request: &ApprovalRequest) -> Cells {
    cells! {
        state: request.state,
        asked_at: request.asked_at,
        reminded_at: request.reminded_at,
        ended_at: request.ended_at,
    }
}

/// Saves a chain over what it was before; the offer was locked in this write, which guards it.
pub async fn save(tx: &Tx, before: &Chain, chain: &Chain) -> Result<(), Failure> {
    for request in &chain.requests {
        match before.requests.iter().find(|old| old.id == request.id) {
            Some(old) if old == request => {}
            Some(_) => {
                row::update(tx, "approval_request", cells(request), cells! { id: request.id }).await?;
            }
            None => add(tx, request).await?,
        }
    }
    Ok(())
}

async fn add(tx: &Tx, request: &ApprovalRequest) -> Result<(), Fault> {
    let mut row = cells(request);
    row.extend(cells! {
        id: request.id,
        offer_id: request.offer,
        version: request.version,
        round: request.round,
        position: request.position,
        title: request.title.as_str(),
        needed: request.needed,
        approver_id: request.approver,
        in_place_of: request.in_place_of,
    });
    row::insert(tx, "approval_request", row).await
}

/// Nobody's word on an offer is wanted any more; says whether anybody's was.
pub async fn release(tx: &Tx, offer: OfferId, at: DateTime<Utc>) -> Result<bool, Fault> {
    let sql = "UPDATE approval_request SET state = 'released', ended_at = $2 WHERE offer_id = $1 AND ended_at IS NULL";
    let values: [Value; 2] = [offer.into(), at.into()];
    Ok(dialect::execute(tx, sql, values).await? > 0)
}
