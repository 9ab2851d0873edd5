//! What candidates decided on offers, with the evidence.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;

use super::dialect::{self, Binds, json_list};
use super::digest::sha256;
use super::fault::{Failure, Fault};
use super::offer::COLUMNS;
use super::row::{self, cells};
use super::scope::within;
use super::source::Source;
use super::write::Tx;
use crate::domain::decision::Evidence;
use crate::domain::id::{LinkId, OfferId};
use crate::domain::offer::Decision;
use crate::domain::policy::Scope;
use crate::domain::policy::offer::Offering;
use crate::domain::terms::TermsHash;

#[derive(FromQueryResult)]
struct Row {
    offer_id: OfferId,
    version: i32,
    decision: Decision,
    terms_hash: String,
    typed_name: Option<String>,
    consent: Option<String>,
    nonce_hash: String,
    link_id: Option<LinkId>,
    ip: Option<String>,
    user_agent: Option<String>,
    reason: Option<String>,
    name: Option<String>,
    code_sent_at: Option<DateTime<Utc>>,
    decided_at: DateTime<Utc>,
}

impl From<Row> for Evidence {
    fn from(row: Row) -> Self {
        Self {
            offer: row.offer_id,
            version: row.version,
            decision: row.decision,
            terms_hash: TermsHash(row.terms_hash),
            typed_name: row.typed_name,
            consent: row.consent,
            nonce_hash: row.nonce_hash,
            link: row.link_id,
            ip: row.ip,
            user_agent: row.user_agent,
            reason: row.reason,
            name: row.name,
            code_sent_at: row.code_sent_at,
            at: row.decided_at,
        }
    }
}

/// The SHA-256 of what is kept of a decision, in its written form: what the event of the decision tells of it.
#[must_use]
pub fn hash(evidence: &Evidence) -> String {
    sha256(evidence.canonical())
}

/// The decision on an offer, if it is decided.
pub async fn find(db: &impl Source, offer: OfferId) -> Result<Option<Evidence>, Fault> {
    let sql = "SELECT * FROM offer_decision WHERE offer_id = $1";
    Ok(dialect::query_one::<Row>(db, sql, [offer.into()]).await?.map(Evidence::from))
}

/// The decisions on these offers, for those who make them.
pub async fn of_offers(
    db: &impl Source,
    scope: &Scope<Offering>,
    offers: &[OfferId],
) -> Result<HashMap<OfferId, Evidence>, Fault> {
    let mut binds = Binds::default();
    let listed = db.kind().listed(binds.add(json_list(offers)));
    let seen = within(scope, &COLUMNS, db.kind(), &mut binds);
    let sql = format!(
        "SELECT d.* FROM offer_decision d JOIN offer o ON o.id = d.offer_id WHERE d.offer_id IN {listed} AND {seen}"
    );
    let rows = dialect::query_all::<Row>(db, &sql, binds).await?;
    Ok(rows.into_iter().map(|row| (row.offer_id, row.into())).collect())
}

/// Keeps the decision on an offer: the first and only one.
pub async fn create(tx: &Tx, evidence: &Evidence) -> Result<(), Failure> {
    let row = cells! {
        offer_id: evidence.offer,
        version: evidence.version,
        decision: evidence.decision,
        terms_hash: evidence.terms_hash.0.as_str(),
        typed_name: evidence.typed_name.clone(),
        consent: evidence.consent.clone(),
        nonce_hash: evidence.nonce_hash.as_str(),
        link_id: evidence.link,
        ip: evidence.ip.clone(),
        user_agent: evidence.user_agent.clone(),
        reason: evidence.reason.clone(),
        name: evidence.name.clone(),
        code_sent_at: evidence.code_sent_at,
        decided_at: evidence.at,
    };
    Ok(row::insert(tx, "offer_decision", row).await?)
}
