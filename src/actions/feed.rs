//! What a feed says, from when on, and what has come, changed and left.

use chrono::{DateTime, Utc};

use crate::domain::feed::{Channel, Edition};
use crate::storage::{Failure, Store, feed, feed_change};

/// Notes what has come into the feeds, changed in them or left them by `now`; says how much.
pub async fn note_changes(store: &Store, now: DateTime<Utc>) -> Result<u64, Failure> {
    store.write(|tx| async move { Ok(feed_change::note(&tx, now).await?) }).await
}

/// Makes `edition` the one every instance dates the channel's content by, if it is still `before` that it follows. Says
/// whether it was: otherwise another instance was faster, and what it knew may be newer.
pub async fn issue(
    store: &Store,
    channel: Channel,
    before: Option<&Edition>,
    edition: &Edition,
) -> Result<bool, Failure> {
    store.write(|tx| async move { Ok(feed::issue(&tx, channel, before, edition).await?) }).await
}
