//! The versions of offers: their terms as the very text that was hashed.

use chrono::{DateTime, Utc};
use sea_orm::{FromQueryResult, Value};

use super::dialect::{self, Binds, json_list};
use super::digest::sha256;
use super::fault::{Failure, Fault};
use super::offer::COLUMNS;
use super::row::{self, Cells, cells};
use super::scope::within;
use super::source::Source;
use super::write::Tx;
use crate::domain::id::{OfferId, UserId};
use crate::domain::offer::{OfferVersion, VersionStatus};
use crate::domain::policy::Scope;
use crate::domain::policy::offer::Offers;
use crate::domain::terms::{Terms, TermsHash};

#[derive(FromQueryResult)]
struct Row {
    offer_id: OfferId,
    number: i32,
    status: VersionStatus,
    terms: String,
    terms_hash: String,
    drafted_by: UserId,
    released_at: Option<DateTime<Utc>>,
}

fn version(row: Row) -> Result<OfferVersion, Fault> {
    let unreadable =
        || Fault::unfit(format!("the terms of {} version {} are unreadable", row.offer_id, row.number));
    Ok(OfferVersion {
        offer: row.offer_id,
        number: row.number,
        status: row.status,
        terms: Terms::read(&row.terms).ok_or_else(unreadable)?,
        terms_hash: TermsHash(row.terms_hash),
        drafted_by: row.drafted_by,
        released_at: row.released_at,
    })
}

/// The hash that mail, page and approval share.
#[must_use]
pub fn hash(terms: &Terms) -> TermsHash {
    TermsHash(sha256(terms.canonical()))
}

/// The versions of these offers that the scope shows, newest first: whoever holds a link sees those that were sent.
pub async fn of_offers(
    db: &impl Source,
    scope: &Scope<Offers>,
    offers: &[OfferId],
) -> Result<Vec<OfferVersion>, Fault> {
    let mut binds = Binds::default();
    let listed = db.kind().listed(binds.add(json_list(offers)));
    let seen = within(scope, &COLUMNS, db.kind(), &mut binds);
    let released = if scope.offer().is_some() { "v.released_at IS NOT NULL" } else { "true" };
    let sql = format!(
        "SELECT v.* FROM offer_version v JOIN offer o ON o.id = v.offer_id WHERE v.offer_id IN {listed} AND {seen} \
         AND {released} ORDER BY v.offer_id, v.number DESC"
    );
    dialect::query_all::<Row>(db, &sql, binds).await?.into_iter().map(version).collect()
}

/// One version, whoever may see it.
pub async fn get(db: &impl Source, offer: OfferId, number: i32) -> Result<OfferVersion, Fault> {
    let sql = "SELECT * FROM offer_version WHERE offer_id = $1 AND number = $2";
    let values: [Value; 2] = [offer.into(), number.into()];
    let row = dialect::query_one::<Row>(db, sql, values).await?;
    version(row.ok_or_else(|| Fault::missing("offer version", format!("{offer}/{number}")))?)
}

fn cells(version: &OfferVersion) -> Cells {
    cells! {
        status: version.status,
        terms: version.terms.canonical(),
        terms_hash: version.terms_hash.0.as_str(),
        drafted_by: version.drafted_by,
        released_at: version.released_at,
    }
}

/// Adds a version.
pub async fn create(tx: &Tx, version: &OfferVersion) -> Result<(), Failure> {
    let mut row = cells(version);
    row.extend(cells! {
        offer_id: version.offer,
        number: version.number,
    });
    Ok(row::insert(tx, "offer_version", row).await?)
}

/// Saves a version; its offer was locked in this write, which guards it.
pub async fn save(tx: &Tx, version: &OfferVersion) -> Result<(), Failure> {
    let of = cells! { offer_id: version.offer, number: version.number };
    row::update(tx, "offer_version", cells(version), of).await?;
    Ok(())
}

/// Drops an offer's version that was never sent. `false` when there is none.
pub async fn cancel_unsent(tx: &Tx, offer: OfferId) -> Result<bool, Fault> {
    let sql = "UPDATE offer_version SET status = 'cancelled' WHERE offer_id = $1 \
               AND status IN ('draft', 'pendingApproval', 'approved')";
    Ok(dialect::execute(tx, sql, [offer.into()]).await? > 0)
}

/// Marks the sent version of an offer as superseded; says which that was.
pub async fn supersede(tx: &Tx, offer: OfferId) -> Result<Option<i32>, Fault> {
    #[derive(FromQueryResult)]
    struct Superseded {
        number: i32,
    }
    let sql = "UPDATE offer_version SET status = 'superseded' WHERE offer_id = $1 AND status = 'sent' RETURNING number";
    Ok(dialect::query_one::<Superseded>(tx, sql, [offer.into()]).await?.map(|row| row.number))
}
