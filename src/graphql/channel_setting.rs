//! The feeds as a whole: what they hold, who fetched them, how they are set.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{Context, InputObject, MaybeUndefined, Object, SimpleObject};

use super::asking::{Asking, asking};
use super::batch::Load;
use super::error::fault;
use super::feed::FeedChannel;
use super::payload::{UserError, answer, payload};
use super::scalar::{BigInt, DateTime, Url};
use crate::actions::channel_setting as actions;
use crate::domain::Refusal;
use crate::domain::channel_setting::{ChannelSetting, ChannelSettings, FeedFetch};
use crate::domain::feed::Channel;
use crate::domain::policy::organisation::{sees_channel_settings, sees_every_channel};
use crate::feeds::Snapshot;
use crate::feeds::dialect::Dialect;
use crate::storage::{Failure, Fault, channel_setting as kept};

/// How all channels are set.
struct Settings;

impl Load for Settings {
    type Key = ();
    type Value = Arc<ChannelSettings>;

    async fn load(asking: &Asking, _: Vec<()>) -> Result<HashMap<(), Arc<ChannelSettings>>, Fault> {
        Ok(HashMap::from([((), Arc::new(kept::all(asking.store()).await?))]))
    }
}

/// How all channels are set, read once for all who ask.
pub(super) async fn settings(asking: &Asking) -> async_graphql::Result<Arc<ChannelSettings>> {
    Ok(asking.load::<Settings>(()).await?.unwrap_or_default())
}

/// Whether the viewer may know that there is a channel which is set like this.
pub(super) fn sees_channel(asking: &Asking, setting: &ChannelSetting) -> bool {
    setting.is_public() || sees_every_channel(&asking.viewer)
}

/// How much a feed holds.
#[derive(SimpleObject, Debug)]
pub struct FeedCounts {
    /// Entries. Some channels have one for each place of a posting.
    entries: i32,
    /// Postings that are in it.
    listed: i32,
    /// Open postings that are not, because the channel would refuse them.
    withheld: i32,
    /// Postings that are in it with a warning.
    warned: i32,
}

/// A fetch of a feed.
#[derive(SimpleObject, Debug)]
pub struct FeedLastFetch {
    /// Timestamp of the fetch. It is known to the others some seconds later.
    at: DateTime,
    /// What the program that fetched it called itself, shortened.
    who: Option<String>,
    /// Status of the answer: 200 for the whole feed, 304 where the program had it already.
    status: i32,
}

/// A feed that job boards and readers fetch.
#[derive(Debug)]
pub struct Feed {
    channel: Channel,
    setting: ChannelSetting,
    fetch: Option<FeedFetch>,
    built: Option<Arc<Snapshot>>,
    url: String,
    /// How it is set, for those who may see that.
    told: bool,
}

/// A count, which cannot pass what a frontend's numbers hold.
fn number(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// A feed that job boards and readers fetch. Feeds that are off or private are seen by staff alone.
#[Object]
impl Feed {
    /// Which feed.
    async fn channel(&self) -> FeedChannel {
        self.channel.into()
    }

    /// Name of the format.
    async fn name(&self) -> &'static str {
        Dialect::of(self.channel).name
    }

    /// Address of the feed. A private one is given to those who add `?key=` and its key.
    async fn url(&self) -> Url {
        Url(self.url.clone())
    }

    /// How much it holds; null while it is not built.
    async fn counts(&self) -> Option<FeedCounts> {
        let counts = self.built.as_ref()?.counts;
        Some(FeedCounts {
            entries: number(counts.entries),
            listed: number(counts.listed),
            withheld: number(counts.withheld),
            warned: number(counts.warned),
        })
    }

    /// Timestamp of when its content last changed.
    async fn last_modified(&self) -> Option<DateTime> {
        self.built.as_ref()?.last_modified.map(Into::into)
    }

    /// Timestamp up to which it is right if nobody changes anything: the next deadline of a posting.
    async fn valid_until(&self) -> Option<DateTime> {
        self.built.as_ref()?.valid_until.map(Into::into)
    }

    /// Number of changes of public facts that it tells, as of the instance that answers.
    async fn built_generation(&self) -> Option<BigInt> {
        Some(BigInt(self.built.as_ref()?.generation))
    }

    /// The last time that somebody fetched it.
    async fn last_fetch(&self) -> Option<FeedLastFetch> {
        let fetch = self.fetch.as_ref()?;
        let who = Some(fetch.who.clone()).filter(|who| !who.is_empty());
        Some(FeedLastFetch { at: fetch.at.into(), who, status: fetch.status.into() })
    }

    /// Indicates whether there is such a feed at all. One that is off answers as if there were none.
    async fn enabled(&self) -> bool {
        self.setting.enabled
    }

    /// Indicates whether it is given to those alone who send its key; without a key, to nobody.
    async fn is_private(&self) -> bool {
        self.setting.is_private
    }

    /// Timestamp of when the key was made. Administrators see it.
    async fn key_created_at(&self) -> Option<DateTime> {
        Some(self.told()?.key.as_ref()?.created_at.into())
    }

    /// Timestamp of when the key was used last, to the minute or so. Administrators see it.
    async fn key_last_used_at(&self) -> Option<DateTime> {
        let key = self.told()?.key.as_ref()?;
        let used = self.fetch.as_ref()?.key_used_at?;
        (used >= key.created_at).then(|| used.into())
    }

    /// Number of the organisation's page on LinkedIn, where it is another than the installation's. Administrators see it.
    async fn company_id(&self) -> Option<&str> {
        self.told()?.company_id.as_deref()
    }

    /// Word that addresses are marked with instead of the format's own mark. Administrators see it.
    async fn tracking_source(&self) -> Option<&str> {
        self.told()?.tracking_source.as_deref()
    }

    /// Rises with each change of how it is set, from 0. Administrators see it.
    async fn revision(&self) -> Option<i32> {
        Some(self.told()?.revision)
    }
}

impl Feed {
    fn new(asking: &Asking, channel: Channel, setting: ChannelSetting, fetch: Option<FeedFetch>) -> Self {
        let built = asking.shared.shelf.current(channel).filter(|_| setting.enabled);
        let url = asking.shared.site.feed_url(channel);
        let told = sees_channel_settings(&asking.viewer);
        Self { channel, setting, fetch, built, url, told }
    }

    fn told(&self) -> Option<&ChannelSetting> {
        self.told.then_some(&self.setting)
    }
}

async fn changed(asking: &Asking, channel: Channel, setting: ChannelSetting) -> Result<Feed, Failure> {
    let fetch = kept::fetches(asking.store()).await?.remove(&channel);
    Ok(Feed::new(asking, channel, setting, fetch))
}

/// The feeds that the viewer sees.
async fn seen(asking: &Asking) -> Result<Vec<Feed>, Fault> {
    let settings = kept::all(asking.store()).await?;
    let mut fetches = kept::fetches(asking.store()).await?;
    let seen = Channel::ALL.iter().filter(|channel| sees_channel(asking, settings.of(**channel)));
    let feed = |channel: &Channel| {
        Feed::new(asking, *channel, settings.of(*channel).clone(), fetches.remove(channel))
    };
    Ok(seen.map(feed).collect())
}

/// Queries about feeds.
#[derive(Debug, Default)]
pub struct FeedQuery;

#[Object]
impl FeedQuery {
    /// The feeds that there are. Staff see those that are off or private, too.
    async fn feeds(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Feed>> {
        seen(asking(ctx)).await.map_err(|broken| fault(&broken))
    }

    /// One feed; null where there is none for the viewer.
    async fn feed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which feed.")] channel: FeedChannel,
    ) -> async_graphql::Result<Option<Feed>> {
        let channel = channel.into();
        let feeds = seen(asking(ctx)).await.map_err(|broken| fault(&broken))?;
        Ok(feeds.into_iter().find(|feed| feed.channel == channel))
    }
}

/// What `feedUpdate` takes; what is left out stays as it is.
#[derive(InputObject, Debug)]
pub struct FeedUpdateInput {
    /// Which feed.
    channel: FeedChannel,
    /// Revision that the caller read; the change is refused (`STALE`) if the feed was set since.
    expected_revision: Option<i32>,
    /// Indicates whether there is such a feed at all.
    enabled: Option<bool>,
    /// Indicates whether it is given to those alone who send its key. One that is made public loses its key.
    is_private: Option<bool>,
    /// Number of the organisation's page on LinkedIn, for LinkedIn's feed; null for the installation's.
    company_id: MaybeUndefined<String>,
    /// Word that addresses are marked with: 1 to 40 characters of `a` to `z`, `0` to `9`, `.`, `_`, `-`, which no other feed
    /// has; null for the format's own mark.
    tracking_source: MaybeUndefined<String>,
    /// Names this request: repeated, it has the same effect once and the same answer. Kept 30 days.
    idempotency_key: Option<String>,
}

payload! {
    /// Answer to `feedUpdate`.
    FeedUpdatePayload {
        /// The feed as it is set now.
        feed: Feed
    }
}

/// Which feed gets a key.
#[derive(InputObject, Debug)]
pub struct FeedKeyCreateInput {
    /// Which feed.
    channel: FeedChannel,
    /// Revision that the caller read; the change is refused (`STALE`) if the feed was set since.
    expected_revision: Option<i32>,
}

/// Answer to `feedKeyCreate`.
#[derive(SimpleObject, Debug)]
pub struct FeedKeyCreatePayload {
    /// The feed, which is private now.
    feed: Option<Feed>,
    /// Secret of the key: what follows `?key=` in the address. It is never shown again.
    secret: Option<String>,
    /// Why nothing was changed; empty when it was.
    user_errors: Vec<UserError>,
}

impl From<Result<(Feed, String), Refusal>> for FeedKeyCreatePayload {
    fn from(ended: Result<(Feed, String), Refusal>) -> Self {
        let (feed, secret, user_errors) = match ended {
            Ok((feed, secret)) => (Some(feed), Some(secret), Vec::new()),
            Err(refusal) => (None, None, refusal.each().iter().map(Into::into).collect()),
        };
        Self { feed, secret, user_errors }
    }
}

/// Which feed loses its key.
#[derive(InputObject, Debug)]
pub struct FeedKeyRevokeInput {
    /// Which feed.
    channel: FeedChannel,
    /// Revision that the caller read; the change is refused (`STALE`) if the feed was set since.
    expected_revision: Option<i32>,
}

payload! {
    /// Answer to `feedKeyRevoke`.
    FeedKeyRevokePayload {
        /// The feed, which stays private.
        feed: Feed
    }
}

/// Mutations of how feeds are set.
#[derive(Debug, Default)]
pub struct FeedMutation;

#[Object]
impl FeedMutation {
    /// Sets a feed. Every instance serves it so within seconds.
    async fn feed_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The feed, and what is to change.")] input: FeedUpdateInput,
    ) -> async_graphql::Result<Option<FeedUpdatePayload>> {
        let (asking, channel) = (asking(ctx), input.channel.into());
        let work = async {
            let update = actions::Update {
                channel,
                expected_revision: input.expected_revision,
                enabled: input.enabled,
                is_private: input.is_private,
                company_id: input.company_id.into(),
                tracking_source: input.tracking_source.into(),
                idempotency_key: input.idempotency_key,
            };
            changed(asking, channel, actions::update(asking.act(), update).await?).await
        };
        answer(work.await)
    }

    /// Makes a feed private and gives it a new key. A key that it had is good for nothing from then on.
    async fn feed_key_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which feed.")] input: FeedKeyCreateInput,
    ) -> async_graphql::Result<Option<FeedKeyCreatePayload>> {
        let (asking, channel) = (asking(ctx), input.channel.into());
        let work = async {
            let (setting, secret) =
                actions::create_key(asking.act(), channel, input.expected_revision).await?;
            Ok((changed(asking, channel, setting).await?, secret))
        };
        answer(work.await)
    }

    /// Revokes a feed's key. The feed stays private: nobody gets it until it has a new key, or `feedUpdate` makes it public.
    async fn feed_key_revoke(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which feed.")] input: FeedKeyRevokeInput,
    ) -> async_graphql::Result<Option<FeedKeyRevokePayload>> {
        let (asking, channel) = (asking(ctx), input.channel.into());
        let work = async {
            let setting = actions::revoke_key(asking.act(), channel, input.expected_revision).await?;
            changed(asking, channel, setting).await
        };
        answer(work.await)
    }
}
