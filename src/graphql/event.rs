//! What happened: the append-only record of every accepted change.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::asking::asking;
use super::connection::{Connection, Paging};
use super::error::{bad_argument, fault, optional_id};
use super::posting::{Posting, PostingById};
use super::scalar::{BigInt, DateTime};
use super::user::{User, user};
use crate::domain::Refusal;
use crate::domain::event::Fact;
use crate::domain::policy::organisation::events;
use crate::storage;
use crate::storage::event::{Concerning, Recorded};

/// One record changed by an accepted change. Events never change, and hold no personal data.
#[derive(Debug)]
pub struct Event(pub Recorded);

/// A fact of an event: an id, a state, a code or a count.
#[derive(SimpleObject, Debug)]
pub struct EventFact {
    /// Name of the fact.
    name: String,
    /// The id, state or code, or the count in digits.
    value: String,
}

/// One record changed by an accepted change. Events never change, and hold no personal data.
#[Object]
impl Event {
    /// Place of the event among all, from 1, in the order they were committed.
    async fn seq(&self) -> BigInt {
        BigInt(self.0.seq)
    }

    /// Key that all events of one change share.
    async fn change_key(&self) -> String {
        self.0.change.to_string()
    }

    /// Hash of the event and of the hash before it; absent for one recorded before there were hashes.
    async fn hash(&self) -> Option<&str> {
        self.0.hash.as_deref()
    }

    /// What happened, such as `postingPublished`. More kinds may come.
    async fn kind(&self) -> &'static str {
        self.0.kind.as_str()
    }

    /// Timestamp of the change.
    async fn at(&self) -> DateTime {
        self.0.at.into()
    }

    /// Key of who made the change: an id, `system` or `anonymous`.
    async fn actor_key(&self) -> &str {
        &self.0.actor
    }

    /// Member of staff who made the change.
    async fn user(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        user(asking(ctx), self.0.actor.parse().ok()).await
    }

    /// Posting that the event concerns.
    async fn posting(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Posting>> {
        let Some(id) = self.0.posting else { return Ok(None) };
        Ok(asking(ctx).load::<PostingById>(id).await?.map(Posting))
    }

    /// What else is known of the event.
    async fn facts(&self) -> Vec<EventFact> {
        let fact = |(name, fact): &(String, Fact)| EventFact {
            name: name.clone(),
            value: match fact {
                Fact::Word(word) => word.clone(),
                Fact::Count(count) => count.to_string(),
            },
        };
        self.0.facts.iter().map(fact).collect()
    }
}

/// Which events to list: those that match every part that is given.
#[derive(InputObject, Debug, Default)]
pub struct EventFilter {
    /// Id of the posting that they concern.
    posting: Option<ID>,
    /// Id of the application that they concern.
    application: Option<ID>,
    /// Id of the offer that they concern.
    offer: Option<ID>,
}

impl EventFilter {
    fn parse(&self) -> Result<Concerning, Refusal> {
        Ok(Concerning {
            posting: optional_id(self.posting.as_ref(), "posting")?,
            application: optional_id(self.application.as_ref(), "application")?,
            offer: optional_id(self.offer.as_ref(), "offer")?,
        })
    }
}

/// Queries about events.
#[derive(Debug, Default)]
pub struct EventQuery;

#[Object]
impl EventQuery {
    /// Events, the newest first: administrators see all, recruiters those of what they work on.
    async fn events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which events.")] filter: Option<EventFilter>,
        #[graphql(desc = "How many from the start: 1 to 100, 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only entries behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only entries ahead of this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Event>> {
        let asking = asking(ctx);
        let refused = |refusal: Refusal| bad_argument(&refusal);
        let page = Paging { first, after, last, before }.page().map_err(refused)?;
        let wanted = filter.unwrap_or_default().parse().map_err(refused)?;
        let part = storage::event::listed(asking.store(), &events(&asking.viewer), wanted, &page).await;
        let part = part.map_err(|broken| fault(&broken))?;
        Ok(Connection::new(&page, part, |event| (event.at, event.seq.to_string()), Event))
    }
}
