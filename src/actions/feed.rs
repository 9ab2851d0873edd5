//! What feeds say, from when on, and what has come, changed and left.

use chrono::{DateTime, Utc};

use crate::domain::feed::{Channel, Edition};
use crate::storage::feed_change::Noted;
use crate::storage::{Failure, Store, feed, feed_change};

/// Notes what has come into the feeds, changed in them or left them by `now`, since `before` if that is given; says how far
/// everything has come.
pub async fn note_changes(
    store: &Store,
    before: Option<&Noted>,
    now: DateTime<Utc>,
) -> Result<Noted, Failure> {
    store.write(|tx| async move { Ok(feed_change::note(&tx, before, now).await?) }).await
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
/// one write. Says whether all were: otherwise another instance was faster, and what it knew may be newer.
pub async fn issue(store: &Store, issues: &[Issue]) -> Result<bool, Failure> {
    if issues.is_empty() {
        return Ok(true);
    }
    store
        .write(|tx| async move {
            let mut agreed = true;
            for Issue { channel, before, edition } in issues {
                agreed &= feed::issue(&tx, *channel, before.as_ref(), edition).await?;
            }
            Ok(agreed)
        })
        .await
}
