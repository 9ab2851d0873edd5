//! How postings stand in the feeds, before and after they are published.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{Enum, SimpleObject};

use super::asking::Asking;
use super::batch::Load;
use super::channel_setting::{sees_channel, settings};
use crate::domain::channel_setting::ChannelSetting;
use crate::domain::feed;
use crate::domain::id::PostingId;
use crate::feeds::issue::{Issue, Readiness};
use crate::feeds::{FeedItem, json_ld, readiness};
use crate::storage::posting::Sight;
use crate::storage::{Fault, advertised, posting};

/// One feed format.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "feed::Channel")]
pub enum FeedChannel {
    /// RSS 2.0, for readers and for boards without a format of their own.
    Rss,
    /// Atom, which also says what is no longer open.
    Atom,
    /// JSON Feed 1.1.
    JsonFeed,
    /// Indeed's XML feed, which a family of other boards reads too.
    Indeed,
    /// ZipRecruiter's XML feed.
    Ziprecruiter,
    /// Talent.com's XML feed.
    Talent,
    /// LinkedIn's XML feed for basic jobs.
    Linkedin,
    /// Adzuna's XML feed.
    Adzuna,
    /// Jooble's XML feed.
    Jooble,
    /// Trovit's XML feed, which Mitula reads too.
    Trovit,
    /// Jobrapido's XML feed.
    Jobrapido,
    /// Careerjet's XML feed.
    Careerjet,
}

/// How much an issue weighs.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "feed::Severity")]
pub enum FeedIssueSeverity {
    /// The channel would refuse the posting: it is withheld from this channel.
    Block,
    /// The channel may hide or maim the posting.
    Warn,
    /// The channel recommends more.
    Info,
}

/// How a posting stands in a channel.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "feed::FeedStatus")]
pub enum FeedStatus {
    /// It is in the feed.
    Listed,
    /// Nothing stands against it, but it is not public now, or the channel is off.
    Ready,
    /// The channel would refuse it; the issues say why.
    Withheld,
}

/// Something in the way of a posting in a channel.
#[derive(SimpleObject, Debug, Clone)]
pub struct FeedIssue {
    /// How much it weighs.
    severity: FeedIssueSeverity,
    /// Which kind it is, for programs. More codes may come.
    code: &'static str,
    /// Field of the posting to mend, with dots between its parts.
    field: &'static str,
    /// What is wrong, for people.
    message: String,
    /// What to do about it, for people.
    mend: &'static str,
    /// Who says so: the address of the rule, or the page of ours that states it.
    source: &'static str,
}

impl From<Issue> for FeedIssue {
    fn from(issue: Issue) -> Self {
        let Issue { severity, code, field, message, mend, source } = issue;
        Self { severity: severity.into(), code, field, message, mend, source }
    }
}

/// How a posting stands in a channel, and why.
#[derive(SimpleObject, Debug, Clone)]
pub struct FeedReadiness {
    /// In the feed, ready for it, or withheld.
    status: FeedStatus,
    /// What stands against the posting, the heaviest first.
    issues: Vec<FeedIssue>,
}

impl From<Readiness> for FeedReadiness {
    fn from(readiness: Readiness) -> Self {
        let issues = readiness.issues.into_iter().map(Into::into).collect();
        Self { status: readiness.status.into(), issues }
    }
}

/// How a posting stands in one feed.
#[derive(SimpleObject, Debug, Clone)]
pub struct PostingFeed {
    /// Which feed.
    channel: FeedChannel,
    /// How the posting stands in it, and why.
    readiness: FeedReadiness,
}

/// What the outside is told of the postings that the viewer sees.
struct ItemById;

impl Load for ItemById {
    type Key = PostingId;
    type Value = Arc<FeedItem>;

    async fn load(asking: &Asking, keys: Vec<PostingId>) -> Result<HashMap<PostingId, Arc<FeedItem>>, Fault> {
        let (now, store) = (asking.now(), asking.store());
        let seen = posting::of(store, &Sight::of(&asking.viewer, now), &keys).await?;
        let advertised = advertised::with_teams(store, seen.into_values().collect()).await?;
        let item = |one| FeedItem::project(one, &asking.shared.site, now);
        Ok(advertised.iter().map(|one| (one.posting.id, Arc::new(item(one)))).collect())
    }
}

/// How a posting stands in a channel, for whoever sees the posting and the channel.
pub(super) async fn readiness_of(
    asking: &Asking,
    posting: PostingId,
    channel: FeedChannel,
) -> async_graphql::Result<Option<FeedReadiness>> {
    let channel = channel.into();
    let (item, settings) = tokio::join!(asking.load::<ItemById>(posting), settings(asking));
    let (Some(item), settings) = (item?, settings?) else { return Ok(None) };
    let setting = settings.of(channel);
    Ok(sees_channel(asking, setting).then(|| readiness(channel, setting, &item).into()))
}

/// How a posting stands in each channel, for whoever sees the posting and the channel.
pub(super) async fn feeds_of(asking: &Asking, posting: PostingId) -> async_graphql::Result<Vec<PostingFeed>> {
    let (item, settings) = tokio::join!(asking.load::<ItemById>(posting), settings(asking));
    let (Some(item), settings) = (item?, settings?) else { return Ok(Vec::new()) };
    let all = feed::Channel::ALL.iter().map(|channel| (*channel, settings.of(*channel)));
    let seen = all.filter(|(_, setting)| sees_channel(asking, setting));
    let stands = |(channel, setting): (feed::Channel, &ChannelSetting)| PostingFeed {
        channel: channel.into(),
        readiness: readiness(channel, setting, &item).into(),
    };
    Ok(seen.map(stands).collect())
}

/// The posting's structured data, while anybody may see it and nothing is missing from it.
pub(super) async fn json_ld_of(asking: &Asking, posting: PostingId) -> async_graphql::Result<Option<String>> {
    let item = asking.load::<ItemById>(posting).await?;
    let visible = item.filter(|item| item.visible);
    Ok(visible.and_then(|item| json_ld::job_posting(&item)).map(|job| json_ld::embedded(&job)))
}
