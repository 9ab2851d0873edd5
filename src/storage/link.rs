//! One-purpose links that candidates hold, kept by the hash of their secret.

use chrono::{DateTime, Utc};
use sea_orm::{FromQueryResult, Value};

use super::dialect;
use super::digest::sha256;
use super::fault::Fault;
use super::source::Source;
use super::write::Tx;
use crate::domain::id::{ApplicationId, CandidateId, LinkId, OfferId};
use crate::domain::link::{Link, Purpose, is_shaped};

#[derive(FromQueryResult)]
struct Row {
    id: LinkId,
    candidate_id: CandidateId,
    application_id: ApplicationId,
    offer_id: Option<OfferId>,
    version: Option<i32>,
    created_at: DateTime<Utc>,
    revoked_at: Option<DateTime<Utc>>,
}

impl From<Row> for Link {
    fn from(row: Row) -> Self {
        let application = row.application_id;
        let purpose = match (row.offer_id, row.version) {
            (Some(offer), Some(version)) => Purpose::Offer { offer, version, application },
            _ => Purpose::Application(application),
        };
        Self {
            id: row.id,
            purpose,
            candidate: row.candidate_id,
            created_at: row.created_at,
            revoked_at: row.revoked_at,
        }
    }
}

/// The hash under which a link is kept.
#[must_use]
pub fn hash(secret: &str) -> String {
    sha256(secret)
}

/// The link with this secret, revoked or not: who asks decides what a revoked one still shows.
pub async fn find(db: &impl Source, secret: &str) -> Result<Option<Link>, Fault> {
    if !is_shaped(secret) {
        return Ok(None);
    }
    find_by_hash(db, &hash(secret)).await
}

/// The link that is kept under this hash, revoked or not.
pub async fn find_by_hash(db: &impl Source, hash: &str) -> Result<Option<Link>, Fault> {
    let sql = "SELECT id, candidate_id, application_id, offer_id, version, created_at, revoked_at FROM link \
               WHERE secret_hash = $1";
    Ok(dialect::query_one::<Row>(db, sql, [hash.into()]).await?.map(Link::from))
}

/// Keeps a new link under the hash of its secret.
pub async fn create(tx: &Tx, link: &Link, hash: &str) -> Result<(), Fault> {
    let (application, offer) = match link.purpose {
        Purpose::Application(application) => (application, None),
        Purpose::Offer { offer, version, application } => (application, Some((offer, version))),
    };
    let sql = "INSERT INTO link (id, secret_hash, candidate_id, application_id, offer_id, version, created_at, \
               revoked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let values: [Value; 8] = [
        link.id.into(),
        hash.into(),
        link.candidate.into(),
        application.into(),
        offer.map(|(id, _)| id).into(),
        offer.map(|(_, version)| version).into(),
        link.created_at.into(),
        link.revoked_at.into(),
    ];
    dialect::execute(tx, sql, values).await?;
    Ok(())
}

/// Revokes every link to this offer, whatever its version; says how many.
pub async fn revoke_of_offer(tx: &Tx, offer: OfferId, at: DateTime<Utc>) -> Result<u64, Fault> {
    let sql = "UPDATE link SET revoked_at = $2 WHERE offer_id = $1 AND revoked_at IS NULL";
    let values: [Value; 2] = [offer.into(), at.into()];
    dialect::execute(tx, sql, values).await
}

/// Revokes every link to earlier versions of this offer; says how many.
pub async fn revoke_before(tx: &Tx, offer: OfferId, version: i32, at: DateTime<Utc>) -> Result<u64, Fault> {
    let sql = "UPDATE link SET revoked_at = $3 WHERE offer_id = $1 AND version < $2 AND revoked_at IS NULL";
    let values: [Value; 3] = [offer.into(), version.into(), at.into()];
    dialect::execute(tx, sql, values).await
}
