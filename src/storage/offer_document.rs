//! Offers as documents: their bytes, which never change.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;

use super::dialect::{self, Binds, json_list};
use super::fault::Fault;
use super::row::{self, cells};
use super::source::Source;
use super::write::Tx;
use crate::domain::id::OfferId;
use crate::domain::offer_document::{OfferDocument, Print};

#[derive(FromQueryResult)]
struct Row {
    offer_id: OfferId,
    version: i32,
    made_at: DateTime<Utc>,
    sha256: Option<String>,
    size: Option<i32>,
    unprintable: Option<String>,
}

impl From<Row> for OfferDocument {
    fn from(row: Row) -> Self {
        let made = row.sha256.zip(row.size).map(|(sha256, size)| Print::Made { sha256, size });
        let print = made.unwrap_or_else(|| Print::Unprintable(row.unprintable.unwrap_or_default()));
        Self { offer: row.offer_id, version: row.version, made_at: row.made_at, print }
    }
}

/// Keeps a document, with its bytes if it has any.
pub async fn insert(tx: &Tx, document: &OfferDocument, content: Option<&[u8]>) -> Result<(), Fault> {
    let (sha256, size, unprintable) = match &document.print {
        Print::Made { sha256, size } => (Some(sha256.as_str()), Some(*size), None),
        Print::Unprintable(characters) => (None, None, Some(characters.as_str())),
    };
    let cells = cells! {
        offer_id: document.offer,
        version: document.version,
        made_at: document.made_at,
        sha256: sha256,
        size: size,
        content: content.map(<[u8]>::to_vec),
        unprintable: unprintable,
    };
    row::insert(tx, "offer_document", cells).await
}

/// The documents of these versions, for those who have seen the versions.
pub async fn of_versions(
    db: &impl Source,
    versions: &[(OfferId, i32)],
) -> Result<HashMap<(OfferId, i32), OfferDocument>, Fault> {
    let mut binds = Binds::default();
    let listed = db.kind().listed(binds.add(json_list(versions.iter().map(|(offer, _)| offer))));
    let sql = format!(
        "SELECT offer_id, version, made_at, sha256, size, unprintable FROM offer_document WHERE offer_id IN {listed}"
    );
    let rows = dialect::query_all::<Row>(db, &sql, binds).await?;
    Ok(rows.into_iter().map(|row| ((row.offer_id, row.version), row.into())).collect())
}

/// The bytes of a version's document, for those who have seen the version.
pub async fn content(db: &impl Source, offer: OfferId, version: i32) -> Result<Option<Vec<u8>>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        content: Option<Vec<u8>>,
    }
    let sql = "SELECT content FROM offer_document WHERE offer_id = $1 AND version = $2";
    let found = dialect::query_one::<Row>(db, sql, [offer.into(), version.into()]).await?;
    Ok(found.and_then(|row| row.content))
}

/// How many bytes the document of a version has; nothing where there is none to download.
pub async fn size(db: &impl Source, offer: OfferId, version: i32) -> Result<Option<i32>, Fault> {
    match of_versions(db, &[(offer, version)]).await?.remove(&(offer, version)).map(|found| found.print) {
        Some(Print::Made { size, .. }) => Ok(Some(size)),
        Some(Print::Unprintable(_)) | None => Ok(None),
    }
}
