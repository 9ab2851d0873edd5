//! How channels are set there, and who fetched their feeds.

use vacantia::actions::channel_setting::{Update, create_key, note_fetches, update};
use vacantia::domain::channel_setting::FeedFetch;
use vacantia::domain::feed::Channel;

use super::Founder;

impl Founder {
    /// One with a company and a mark, and one with a key.
    pub(super) async fn channels(&mut self) {
        let set = Update {
            channel: Channel::Linkedin,
            expected_revision: None,
            enabled: None,
            is_private: None,
            company_id: Some(Some("7654321".into())),
            tracking_source: Some(Some("hires".into())),
            idempotency_key: None,
        };
        update(self.app.system(), set).await.unwrap();
        create_key(self.app.system(), Channel::Talent, None).await.unwrap();
        self.pass();
        let fetched = |channel, key_used_at| {
            let fetch = FeedFetch { at: self.app.now(), who: "Robot/1".into(), status: 200, key_used_at };
            (channel, fetch)
        };
        let fetches = [fetched(Channel::Indeed, None), fetched(Channel::Talent, Some(self.app.now()))];
        note_fetches(&self.app.store, &fetches).await.unwrap();
    }
}
