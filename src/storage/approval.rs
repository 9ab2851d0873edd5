//! What approvers decided: kept for good, also when the terms changed afterwards.

use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;

use super::dialect::{self, Binds, json_list};
use super::fault::{Failure, Fault};
use super::offer::COLUMNS;
use super::row::{self, cells};
use super::scope::within;
use super::source::Source;
use super::write::Tx;
use crate::domain::id::{ApprovalId, OfferId, UserId};
use crate::domain::offer::{Approval, Decision};
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

/// The approvals of these offers, oldest first. Whoever holds a link to an offer sees none.
pub async fn of_offers(
    db: &impl Source,
    scope: &Scope<Offers>,
    offers: &[OfferId],
) -> Result<Vec<Approval>, Fault> {
    if scope.offer().is_some() {
        return Ok(Vec::new());
    }
    let mut binds = Binds::default();
    let listed = db.kind().listed(binds.add(json_list(offers)));
    let seen = within(scope, &COLUMNS, db.kind(), &mut binds);
    let sql = format!(
        "SELECT a.* FROM offer_approval a JOIN offer o ON o.id = a.offer_id WHERE a.offer_id IN {listed} AND {seen} \
         ORDER BY a.decided_at, a.id"
    );
    Ok(dialect::query_all::<Row>(db, &sql, binds).await?.into_iter().map(Approval::from).collect())
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
