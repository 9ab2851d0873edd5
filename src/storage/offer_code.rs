//! The newest code for each offer that takes one.

use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;

use super::dialect;
use super::digest::sha256;
use super::fault::Fault;
use super::source::Source;
use super::write::Tx;
use crate::domain::id::OfferId;
use crate::domain::offer_code::OfferCode;

#[derive(FromQueryResult)]
struct Row {
    offer_id: OfferId,
    version: i32,
    code_hash: String,
    sent_at: DateTime<Utc>,
    tries: i32,
    codes: i32,
}

/// What is kept of a code instead of itself.
#[must_use]
pub fn hash(offer: OfferId, code: &str) -> String {
    sha256(format!("{offer}/{code}"))
}

/// The newest code for an offer.
pub async fn find(db: &impl Source, offer: OfferId) -> Result<Option<OfferCode>, Fault> {
    let sql = "SELECT * FROM offer_code WHERE offer_id = $1";
    let row = dialect::query_one::<Row>(db, sql, [offer.into()]).await?;
    Ok(row.map(|row| OfferCode {
        offer: row.offer_id,
        version: row.version,
        hash: row.code_hash,
        sent_at: row.sent_at,
        tries: row.tries,
        codes: row.codes,
    }))
}

/// Keeps a code in place of the one before.
pub async fn keep(tx: &Tx, code: &OfferCode) -> Result<(), Fault> {
    let sql = "INSERT INTO offer_code (offer_id, version, code_hash, sent_at, tries, codes) VALUES ($1, $2, $3, $4, $5, $6) \
               ON CONFLICT (offer_id) DO UPDATE SET version = excluded.version, code_hash = excluded.code_hash, \
               sent_at = excluded.sent_at, tries = excluded.tries, codes = excluded.codes";
    let values: [sea_orm::Value; 6] = [
        code.offer.into(),
        code.version.into(),
        code.hash.as_str().into(),
        code.sent_at.into(),
        code.tries.into(),
        code.codes.into(),
    ];
    dialect::execute(tx, sql, values).await?;
    Ok(())
}

/// Counts a try of the newest code, and keeps others from counting theirs until the write ends.
pub async fn count_try(tx: &Tx, offer: OfferId) -> Result<(), Fault> {
    dialect::execute(tx, "UPDATE offer_code SET tries = tries + 1 WHERE offer_id = $1", [offer.into()])
        .await?;
    Ok(())
}
