//! What this instance knows of the channels: how they are set, and who fetched them since that was kept last.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use crate::domain::channel_setting::{ChannelSettings, FeedFetch};
use crate::domain::feed::Channel;

/// How the channels are set, as this instance read it last, and who fetched them since that was kept last.
#[derive(Debug, Default)]
pub struct Channels {
    settings: RwLock<Option<Arc<ChannelSettings>>>,
    fetched: Mutex<BTreeMap<Channel, FeedFetch>>,
}

impl Channels {
    /// How the channels are set; none until it was read, and until then nothing is given to anybody.
    #[must_use]
    pub fn settings(&self) -> Option<Arc<ChannelSettings>> {
        self.settings.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// They are set like this from now on.
    pub fn set(&self, settings: ChannelSettings) {
        *self.settings.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(settings));
    }

    /// A feed was fetched.
    pub fn fetched(&self, channel: Channel, mut fetch: FeedFetch) {
        let mut all = self.fetched.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(before) = all.get(&channel) {
            // An answer that needed no key is no reason to forget when it was used.
            fetch.key_used_at = fetch.key_used_at.max(before.key_used_at);
        }
        all.insert(channel, fetch);
    }

    /// The fetches that nobody has kept yet, once.
    #[must_use]
    pub fn take_fetches(&self) -> Vec<(Channel, FeedFetch)> {
        let mut all = self.fetched.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *all).into_iter().collect()
    }
}
