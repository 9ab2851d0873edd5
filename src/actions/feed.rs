//! What a feed says, from when on.

use crate::domain::feed::{Channel, Edition};
use crate::storage::{Failure, Store, feed};

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
