//! Changes of how channels are set. Each raises the feed generation, so that every instance builds and serves anew.

use super::Act;
use crate::domain::Refusal;
use crate::domain::channel_setting::{self, ChannelSetting, FeedFetch, FeedKey, company_id, tracking_source};
use crate::domain::event::{Change, EventKind};
use crate::domain::feed::Channel;
use crate::domain::policy::organisation::may_administer;
use crate::domain::viewer::Viewer;
use crate::storage::channel_setting::{lock, note_fetch, save};
use crate::storage::idempotency::{self, Request};
use crate::storage::{Failure, Store, Tx, digest};

/// What is to be set; what is absent stays.
#[derive(Debug, Clone)]
pub struct Update {
    /// Which channel.
    pub channel: Channel,
    /// The revision the caller read.
    pub expected_revision: Option<i32>,
    /// Whether there is such a feed at all.
    pub enabled: Option<bool>,
    /// Whether it is given to those alone who send its key.
    pub is_private: Option<bool>,
    /// The number of the organisation's page on LinkedIn; none for the installation's.
    pub company_id: Option<Option<String>>,
    /// What addresses are marked with; none for the format's own mark.
    pub tracking_source: Option<Option<String>>,
    /// By which a repeated request is known.
    pub idempotency_key: Option<String>,
}

impl Update {
    /// What the setting becomes. A feed that is public has no key: one that goes private again needs a new one.
    ///
    /// # Errors
    /// `INVALID` or `TAKEN` on every field at fault.
    fn applied(&self, before: &ChannelSetting) -> Result<ChannelSetting, Refusal> {
        let company = self.company_id.as_ref().map(|given| given.as_deref());
        let company = company.map(|given| given.map(|text| company_id(self.channel, text)).transpose());
        let mark = self.tracking_source.as_ref().map(|given| given.as_deref());
        let mark = mark.map(|given| given.map(|text| tracking_source(self.channel, text)).transpose());
        let (company, mark) = match (company.transpose(), mark.transpose()) {
            (Ok(company), Ok(mark)) => (company, mark),
            (company, mark) => {
                let faults = [company.err(), mark.err()].into_iter().flatten().collect();
                return Err(Refusal::all(faults).err().unwrap_or(Refusal::Forbidden));
            }
        };
        let is_private = self.is_private.unwrap_or(before.is_private);
        Ok(ChannelSetting {
            enabled: self.enabled.unwrap_or(before.enabled),
            is_private,
            key: before.key.clone().filter(|_| is_private),
            company_id: company.unwrap_or_else(|| before.company_id.clone()),
            tracking_source: mark.unwrap_or_else(|| before.tracking_source.clone()),
            ..before.clone()
        })
    }
}

/// Sets a channel.
///
/// # Errors
/// `FORBIDDEN`, `STALE`, `IDEMPOTENCY_MISMATCH`, `REQUIRED` on `idempotencyKey`; `INVALID` or `TAKEN` on every field at fault.
pub async fn update(act: Act<'_>, input: Update) -> Result<ChannelSetting, Failure> {
    may_administer(act.viewer)?;
    let (change, request, input) = (&act.change(), request(act.viewer, &input)?, &input);
    let request = request.as_ref();
    let work = |tx: Tx| async move {
        let before = lock(&tx, input.channel, change.at).await?;
        if let Some(request) = request
            && idempotency::find(&tx, request, change.at).await?.is_some()
        {
            return Ok(before);
        }
        is_at(&before, input.expected_revision)?;
        let after = input.applied(&before)?;
        let after = if after == before { after } else { kept(&tx, change, input.channel, after).await? };
        if let Some(request) = request {
            idempotency::keep(&tx, request, &[input.channel.to_string()], change.at).await?;
        }
        Ok(after)
    };
    act.store.write(work).await
}

async fn kept(
    tx: &Tx,
    change: &Change,
    channel: Channel,
    after: ChannelSetting,
) -> Result<ChannelSetting, Failure> {
    let after = save(tx, channel, after, change.at).await?;
    let state = if after.enabled { "on" } else { "off" };
    let access = if after.is_private { "private" } else { "public" };
    let set = change.event(EventKind::FeedUpdated).word("channel", channel);
    tx.record(set.word("state", state).word("access", access));
    tx.public_fact_changed();
    Ok(after)
}

fn request(viewer: &Viewer, input: &Update) -> Result<Option<Request>, Refusal> {
    let Some(key) = input.idempotency_key.as_deref() else { return Ok(None) };
    let said = |flag: Option<bool>| flag.map(|flag| if flag { "yes" } else { "no" });
    let revision = input.expected_revision.map(|revision| revision.to_string());
    // What is cleared is another request than what is left alone.
    let text = |given: &Option<Option<String>>| {
        given.as_ref().map(|text| format!("={}", text.as_deref().unwrap_or_default()))
    };
    let (company, mark) = (text(&input.company_id), text(&input.tracking_source));
    let parts = [
        Some(input.channel.as_str()),
        revision.as_deref(),
        said(input.enabled),
        said(input.is_private),
        company.as_deref(),
        mark.as_deref(),
    ];
    Request::new(viewer, "feedUpdate", key, &parts).map(Some)
}

/// # Errors
/// `STALE` unless it is what the caller read.
fn is_at(setting: &ChannelSetting, expected: Option<i32>) -> Result<(), Refusal> {
    match expected {
        Some(expected) if expected != setting.revision => Err(Refusal::Stale),
        _ => Ok(()),
    }
}

/// Makes a channel private and gives it a new key, in place of the one it may have. The secret is answered this once and
/// kept nowhere.
///
/// # Errors
/// `FORBIDDEN` or `STALE`.
pub async fn create_key(
    act: Act<'_>,
    channel: Channel,
    expected_revision: Option<i32>,
) -> Result<(ChannelSetting, String), Failure> {
    may_administer(act.viewer)?;
    let (change, secret) = (&act.change(), channel_setting::secret(act.chance));
    let key = &FeedKey { hash: digest::sha256(&secret), created_at: change.at };
    let work = |tx: Tx| async move {
        let before = lock(&tx, channel, change.at).await?;
        is_at(&before, expected_revision)?;
        let after = ChannelSetting { is_private: true, key: Some(key.clone()), ..before };
        let after = save(&tx, channel, after, change.at).await?;
        tx.record(change.event(EventKind::FeedKeyCreated).word("channel", channel));
        tx.public_fact_changed();
        Ok(after)
    };
    Ok((act.store.write(work).await?, secret))
}

/// Revokes a channel's key. The channel stays private, so that nobody gets it until there is a new key, or until it is
/// made public. Where there is no key it stays as it is.
///
/// # Errors
/// `FORBIDDEN` or `STALE`.
pub async fn revoke_key(
    act: Act<'_>,
    channel: Channel,
    expected_revision: Option<i32>,
) -> Result<ChannelSetting, Failure> {
    may_administer(act.viewer)?;
    let change = &act.change();
    let work = |tx: Tx| async move {
        let before = lock(&tx, channel, change.at).await?;
        is_at(&before, expected_revision)?;
        if before.key.is_none() {
            return Ok(before);
        }
        let after = save(&tx, channel, ChannelSetting { key: None, ..before }, change.at).await?;
        tx.record(change.event(EventKind::FeedKeyRevoked).word("channel", channel));
        tx.public_fact_changed();
        Ok(after)
    };
    act.store.write(work).await
}

/// Keeps the last time each of these feeds was fetched, in one write. It is no event: it happens without anybody.
pub async fn note_fetches(store: &Store, fetches: &[(Channel, FeedFetch)]) -> Result<(), Failure> {
    if fetches.is_empty() {
        return Ok(());
    }
    store
        .write(|tx| async move {
            for (channel, fetch) in fetches {
                note_fetch(&tx, *channel, fetch).await?;
            }
            Ok(())
        })
        .await
}
