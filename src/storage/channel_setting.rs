//! How channels are set, and who fetched each of them last.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sea_orm::{FromQueryResult, Value};

use super::dialect;
use super::fault::{Failure, Fault};
use super::row::{self, cells};
use super::source::Source;
use super::write::Tx;
use crate::domain::Refusal;
use crate::domain::channel_setting::{ChannelSetting, ChannelSettings, FeedFetch, FeedKey};
use crate::domain::feed::Channel;

#[derive(FromQueryResult)]
struct Row {
    channel: String,
    enabled: bool,
    private: bool,
    key_hash: Option<String>,
    key_created_at: Option<DateTime<Utc>>,
    company_id: Option<String>,
    tracking_source: Option<String>,
    changed_at: DateTime<Utc>,
    revision: i32,
}

impl From<Row> for ChannelSetting {
    fn from(row: Row) -> Self {
        let key = row.key_hash.zip(row.key_created_at).map(|(hash, created_at)| FeedKey { hash, created_at });
        Self {
            enabled: row.enabled,
            is_private: row.private,
            key,
            company_id: row.company_id,
            tracking_source: row.tracking_source,
            // A row that only held the place of a change that did not come says nothing.
            changed_at: (row.revision > 0).then_some(row.changed_at),
            revision: row.revision,
        }
    }
}

/// How all channels are set. One that a newer program knows is no business of this one.
pub async fn all(db: &impl Source) -> Result<ChannelSettings, Fault> {
    let rows = dialect::query_all::<Row>(db, "SELECT * FROM channel_setting", []).await?;
    let known = |row: Row| Some((row.channel.parse::<Channel>().ok()?, row.into()));
    Ok(rows.into_iter().filter_map(known).collect())
}

/// How a channel is set, kept from others until the write ends; also where nobody set it yet.
pub async fn lock(tx: &Tx, channel: Channel, now: DateTime<Utc>) -> Result<ChannelSetting, Fault> {
    let sql = "INSERT INTO channel_setting (channel, enabled, private, changed_at, revision) \
               VALUES ($1, $2, $3, $4, 0) ON CONFLICT (channel) DO NOTHING";
    let unset: [Value; 4] = [channel.into(), true.into(), false.into(), now.into()];
    dialect::execute(tx, sql, unset).await?;
    let sql = format!("SELECT * FROM channel_setting WHERE channel = $1{}", tx.kind().for_update());
    let row = dialect::query_one::<Row>(tx, &sql, [channel.into()]).await?;
    row.map(Into::into).ok_or_else(|| Fault::missing("setting of channel", channel))
}

/// Saves how a channel is set from now on; it goes to the next revision.
///
/// # Errors
/// `TAKEN` on `trackingSource` where another channel has it.
pub async fn save(
    tx: &Tx,
    channel: Channel,
    setting: ChannelSetting,
    now: DateTime<Utc>,
) -> Result<ChannelSetting, Failure> {
    let saved = ChannelSetting { changed_at: Some(now), revision: setting.revision + 1, ..setting.clone() };
    let cells = cells! {
        enabled: saved.enabled,
        private: saved.is_private,
        key_hash: saved.key.as_ref().map(|key| key.hash.clone()),
        key_created_at: saved.key.as_ref().map(|key| key.created_at),
        company_id: saved.company_id.clone(),
        tracking_source: saved.tracking_source.clone(),
        changed_at: now,
        revision: saved.revision,
    };
    let wanted = cells! { channel: channel, revision: setting.revision };
    match row::update(tx, "channel_setting", cells, wanted).await? {
        1 => Ok(saved),
        _ => Err(Refusal::Stale.into()),
    }
}

/// The last time each feed was fetched, as far as any was.
pub async fn fetches(db: &impl Source) -> Result<BTreeMap<Channel, FeedFetch>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        channel: String,
        at: DateTime<Utc>,
        who: String,
        status: i32,
        key_used_at: Option<DateTime<Utc>>,
    }
    let rows = dialect::query_all::<Row>(db, "SELECT * FROM feed_fetch", []).await?;
    let known = |row: Row| {
        let status = u16::try_from(row.status).unwrap_or_default();
        let fetch = FeedFetch { at: row.at, who: row.who, status, key_used_at: row.key_used_at };
        Some((row.channel.parse().ok()?, fetch))
    };
    Ok(rows.into_iter().filter_map(known).collect())
}

/// Keeps that a feed was fetched, unless a later fetch by another instance is known already.
pub async fn note_fetch(tx: &Tx, channel: Channel, fetch: &FeedFetch) -> Result<(), Fault> {
    let sql = "INSERT INTO feed_fetch AS f (channel, at, who, status, key_used_at) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (channel) DO UPDATE SET at = excluded.at, who = excluded.who, status = excluded.status, \
               key_used_at = COALESCE(excluded.key_used_at, f.key_used_at) WHERE f.at <= excluded.at";
    let values: [Value; 5] = [
        channel.into(),
        fetch.at.into(),
        fetch.who.as_str().into(),
        i32::from(fetch.status).into(),
        fetch.key_used_at.into(),
    ];
    dialect::execute(tx, sql, values).await?;
    Ok(())
}
