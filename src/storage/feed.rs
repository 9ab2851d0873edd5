//! What feeds are built from, as one state of the database.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sea_orm::{FromQueryResult, Value};

use super::channel_setting;
use super::dialect;
use super::fault::Fault;
use super::source::{Snapshot, Source};
use super::write::Tx;
use crate::domain::channel_setting::ChannelSettings;
use crate::domain::feed::{Channel, Edition};

/// What all feeds tell beside the postings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// When a public fact last changed, a deadline that passed included; none while nothing was ever published.
    pub changed_at: Option<DateTime<Utc>>,
    /// How the channels are set.
    pub settings: ChannelSettings,
    /// What each channel said last, as far as it said anything.
    pub editions: BTreeMap<Channel, Edition>,
}

/// How many writes have changed a public fact so far. It moves in the write itself.
pub async fn generation(db: &impl Source) -> Result<i64, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        number: i64,
    }
    let row = dialect::query_one::<Row>(db, "SELECT number FROM feed_generation", []).await?;
    row.map(|row| row.number).ok_or_else(|| Fault::missing("feed_generation", 1))
}

/// Writes the generation as it is, to see whether writes are kept.
pub(super) async fn touch(tx: &Tx) -> Result<u64, Fault> {
    dialect::execute(tx, "UPDATE feed_generation SET number = number", []).await
}

/// What the feeds tell at `now` beside the postings.
pub async fn listing(db: &Snapshot, now: DateTime<Utc>) -> Result<Listing, Fault> {
    let (changed_at, settings) = (changed_at(db, now).await?, channel_setting::all(db).await?);
    Ok(Listing { changed_at, settings, editions: editions(db).await? })
}

/// Postings that left count too: what they were changed last by is how they left.
async fn changed_at(db: &Snapshot, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        updated_at: Option<DateTime<Utc>>,
        expired_at: Option<DateTime<Utc>>,
    }
    let sql = "SELECT (SELECT max(updated_at) FROM posting WHERE published_at IS NOT NULL) AS updated_at, \
         (SELECT max(expires_at) FROM posting WHERE published_at IS NOT NULL AND expires_at <= $1) AS expired_at";
    let row = dialect::query_one::<Row>(db, sql, [now.into()]).await?;
    Ok(row.and_then(|row| row.updated_at.max(row.expired_at)))
}

async fn editions(db: &Snapshot) -> Result<BTreeMap<Channel, Edition>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        channel: String,
        fingerprint: String,
        last_modified: Option<DateTime<Utc>>,
    }
    let rows = dialect::query_all::<Row>(db, "SELECT * FROM feed_edition", []).await?;
    let known = |row: Row| {
        let edition = Edition { fingerprint: row.fingerprint, last_modified: row.last_modified };
        // One that a newer program knows is no business of this one.
        Some((row.channel.parse().ok()?, edition))
    };
    Ok(rows.into_iter().filter_map(known).collect())
}

/// Keeps what a channel says from now on, if `before` is still what it said; says whether it was.
pub async fn issue(
    tx: &Tx,
    channel: Channel,
    before: Option<&Edition>,
    edition: &Edition,
) -> Result<bool, Fault> {
    let values: [Value; 3] =
        [channel.as_str().into(), edition.fingerprint.as_str().into(), edition.last_modified.into()];
    let Some(before) = before else {
        let sql = "INSERT INTO feed_edition (channel, fingerprint, last_modified) VALUES ($1, $2, $3) \
                   ON CONFLICT (channel) DO NOTHING";
        return Ok(dialect::execute(tx, sql, values).await? == 1);
    };
    let sql = "UPDATE feed_edition SET fingerprint = $2, last_modified = $3 \
               WHERE channel = $1 AND fingerprint = $4";
    let values = values.into_iter().chain([before.fingerprint.as_str().into()]);
    Ok(dialect::execute(tx, sql, values.collect::<Vec<_>>()).await? == 1)
}
