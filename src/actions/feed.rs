//! What feeds say, from when on, and what has come, changed and left.

use chrono::{DateTime, Utc};

use super::{Act, ping};
use crate::domain::feed::{Channel, Edition};
use crate::domain::id::PostingId;
use crate::storage::feed_change::{Horizon, Noted};
use crate::storage::{Failure, feed, feed_change};

/// How many postings are looked at in one statement, and noted in one write, so that nobody waits for long.
const AT_ONCE: u32 = 2000;

/// Notes what has come into the feeds, changed in them or left them by `now`, since `before` if that is given, to be told to
/// search engines; says how far everything had come when it began.
pub async fn note_changes(
    act: Act<'_>,
    before: Option<&Horizon>,
    now: DateTime<Utc>,
) -> Result<Noted, Failure> {
    let noted = feed_change::look(&act.store.snapshot().await?, before, now).await?;
    if let Some(ids) = &noted.touched {
        for some in ids.chunks(AT_ONCE as usize) {
            note(act, some, now).await?;
        }
        return Ok(noted);
    }
    let mut last = None;
    loop {
        let some = feed_change::inspect(act.store, last.as_ref(), AT_ONCE, now).await?;
        let unnoted = some.iter().filter(|one| one.is_unnoted).map(|one| one.id);
        let ids: Vec<PostingId> = unnoted.collect();
        if !ids.is_empty() {
            note(act, &ids, now).await?;
        }
        if some.len() < AT_ONCE as usize {
            return Ok(noted);
        }
        last = some.into_iter().next_back();
    }
}

async fn note(act: Act<'_>, ids: &[PostingId], now: DateTime<Utc>) -> Result<(), Failure> {
    act.store
        .write(|tx| async move {
            let since = feed_change::note(&tx, ids, now).await?;
            Ok(ping::tell_engines(&tx, act, since).await?)
        })
        .await
}

/// What a channel says now.
#[derive(Debug, Clone)]
pub struct Issue {
    /// Which channel.
    pub channel: Channel,
    /// What it said when this was built, if it said anything.
    pub before: Option<Edition>,
    /// What it says now.
    pub edition: Edition,
}

/// Makes these editions the ones every instance dates its content by, each if it is still `before` that it follows, in
/// one write. Says whether all were: otherwise another instance was faster, and what it knew may be newer. The hub is told of
/// those that were.
pub async fn issue(act: Act<'_>, issues: &[Issue]) -> Result<bool, Failure> {
    if issues.is_empty() {
        return Ok(true);
    }
    act.store
        .write(|tx| async move {
            let mut new = Vec::new();
            for Issue { channel, before, edition } in issues {
                if feed::issue(&tx, *channel, before.as_ref(), edition).await? {
                    new.push(*channel);
                }
            }
            ping::tell_hub(&tx, act, &new).await?;
            Ok(new.len() == issues.len())
        })
        .await
}
