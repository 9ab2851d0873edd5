//! What feeds say, from when on, and what has come, changed and left.

use chrono::{DateTime, Utc};

use super::{Act, ping};
use crate::domain::feed::{Channel, Edition};
use crate::storage::feed_change::Noted;
use crate::storage::{Failure, feed, feed_change};

/// Notes what has come into the feeds, changed in them or left them by `now`, since `before` if that is given, to be told to
/// search engines; says how far everything has come.
pub async fn note_changes(
    act: Act<'_>,
    before: Option<&Noted>,
    now: DateTime<Utc>,
) -> Result<Noted, Failure> {
    act.store
        .write(|tx| async move {
            let noted = feed_change::note(&tx, before, now).await?;
            if noted.since < noted.head.number {
                ping::tell_engines(&tx, act, noted.since).await?;
            }
            Ok(noted)
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
