//! Pings: what hubs and search engines were, or are to be, told.

use async_graphql::{Context, Enum, ID, Object};

use super::asking::asking;
use super::connection::{Connection, Paging};
use super::error::{bad_argument, fault};
use super::scalar::{DateTime, Url};
use crate::domain;
use crate::domain::policy::organisation::sees_pings;
use crate::storage;
use crate::storage::Part;

/// How many of its addresses a ping shows.
const SHOWN: usize = 10;

/// In which protocol a ping is sent.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::ping::PingKind")]
pub enum PingKind {
    /// To a WebSub hub: a feed says something new.
    Websub,
    /// To search engines by IndexNow: pages of postings came, changed or went.
    Indexnow,
}

/// How the delivery of a ping stands.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::ping::PingState")]
pub enum PingStatus {
    /// Waits for its turn.
    Queued,
    /// A worker speaks to whoever is told.
    Sending,
    /// It was taken.
    Sent,
    /// It was not taken this time, and will be tried again.
    Deferred,
    /// It was refused for good, or every try was spent.
    Failed,
    /// It was taken back, or another one tells the same.
    Cancelled,
}

/// A word to a hub or to a search engine that something is new.
#[derive(Debug)]
pub struct Ping(pub domain::ping::Ping);

/// A word to a hub or to a search engine that something is new.
#[Object]
impl Ping {
    /// Id of the ping.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Protocol in which the ping is sent.
    async fn kind(&self) -> PingKind {
        self.0.kind.into()
    }

    /// Address that the ping is sent to.
    async fn target(&self) -> Url {
        Url(self.0.target.clone())
    }

    /// What is new: the feed, or pages of postings, of which the first ten are told.
    async fn urls(&self) -> Vec<Url> {
        self.0.urls.iter().take(SHOWN).cloned().map(Url).collect()
    }

    /// How many addresses the ping tells of.
    async fn url_count(&self) -> i32 {
        i32::try_from(self.0.urls.len()).unwrap_or(i32::MAX)
    }

    /// How the delivery of the ping stands.
    async fn status(&self) -> PingStatus {
        self.0.state.into()
    }

    /// How often a delivery was begun since something new was added to it.
    async fn attempts(&self) -> i32 {
        self.0.attempts
    }

    /// HTTP status code of the last answer.
    async fn last_code(&self) -> Option<i32> {
        self.0.last_code
    }

    /// Beginning of the last answer; or what went wrong instead.
    async fn last_reply(&self) -> Option<&str> {
        self.0.last_reply.as_deref()
    }

    /// Timestamp of when the ping was queued.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Timestamp of when the ping is tried next; null when nothing happens by itself any more.
    async fn next_attempt_at(&self) -> Option<DateTime> {
        self.0.next_attempt_at().map(DateTime)
    }

    /// Timestamp of when the ping was sent, had failed, or was taken back.
    async fn done_at(&self) -> Option<DateTime> {
        self.0.done_at.map(DateTime)
    }
}

/// Queries about pings.
#[derive(Debug, Default)]
pub struct PingQuery;

#[Object]
impl PingQuery {
    /// What hubs and search engines were, or are to be, told, the newest first: for administrators.
    async fn pings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those that stand like one of these.")] states: Option<Vec<PingStatus>>,
        #[graphql(desc = "How many from the start: 1 to 100, 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only entries behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only entries ahead of this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Ping>> {
        let asking = asking(ctx);
        let page = Paging { first, after, last, before }.page().map_err(|refusal| bad_argument(&refusal))?;
        let states: Option<Vec<domain::ping::PingState>> =
            states.map(|states| states.into_iter().map(Into::into).collect());
        let part = if sees_pings(&asking.viewer) {
            let listed = storage::ping::listed(asking.store(), states.as_deref(), &page).await;
            listed.map_err(|broken| fault(&broken))?
        } else {
            Part::default()
        };
        Ok(Connection::new(&page, part, |ping| (ping.created_at, ping.id.to_string()), Ping))
    }
}
