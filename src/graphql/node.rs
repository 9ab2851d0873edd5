//! Any object by its id: the ids tell what they are of
//! (<https://relay.dev/graphql/objectidentification.htm>).

#![expect(missing_docs, reason = "the derived interface has a method that cannot be described")]

use async_graphql::{Context, ID, Interface, Object};

use super::application::Application;
use super::application_read::ApplicationById;
use super::asking::{Asking, asking};
use super::candidate::{Candidate, CandidateById};
use super::email_message::{EmailMessage, EmailMessageById};
use super::error::{bad_argument, bounded};
use super::offer::Offer;
use super::offer_read::OfferById;
use super::plan::{HiringPlan, newest};
use super::posting::{Posting, PostingById};
use super::team::{Team, TeamById};
use super::user::{User, user};
use crate::domain::id::{
    ApplicationId, CandidateId, EmailMessageId, OfferId, PlanId, PostingId, TeamId, UserId,
};

/// An object that has an id of its own.
#[derive(Interface, Debug)]
#[graphql(field(name = "id", ty = "ID", desc = "Id of the object, unique among all."))]
pub enum Node {
    /// A posting.
    Posting(Box<Posting>),
    /// A team.
    Team(Team),
    /// A hiring plan.
    HiringPlan(HiringPlan),
    /// A member of staff.
    User(User),
    /// An application.
    Application(Box<Application>),
    /// A candidate.
    Candidate(Candidate),
    /// A message.
    EmailMessage(EmailMessage),
    /// An offer.
    Offer(Box<Offer>),
}

/// The object with this id, as far as the viewer sees it.
async fn find(asking: &Asking, id: &str) -> async_graphql::Result<Option<Node>> {
    let Some((kind, _)) = id.split_once('_') else { return Ok(None) };
    Ok(match kind {
        PostingId::PREFIX => match id.parse() {
            Ok(id) => asking.load::<PostingById>(id).await?.map(|posting| Box::new(Posting(posting)).into()),
            Err(_) => None,
        },
        TeamId::PREFIX => match id.parse() {
            Ok(id) => asking.load::<TeamById>(id).await?.map(|team| Team(team).into()),
            Err(_) => None,
        },
        PlanId::PREFIX => match id.parse() {
            Ok(id) => newest(asking, id).await?.map(Into::into),
            Err(_) => None,
        },
        ApplicationId::PREFIX => match id.parse() {
            Ok(id) => {
                asking.load::<ApplicationById>(id).await?.map(|found| Box::new(Application(found)).into())
            }
            Err(_) => None,
        },
        CandidateId::PREFIX => match id.parse() {
            Ok(id) => asking.load::<CandidateById>(id).await?.map(|found| Candidate(found).into()),
            Err(_) => None,
        },
        EmailMessageId::PREFIX => match id.parse() {
            Ok(id) => asking.load::<EmailMessageById>(id).await?.map(|message| EmailMessage(message).into()),
            Err(_) => None,
        },
        OfferId::PREFIX => match id.parse() {
            Ok(id) => asking.load::<OfferById>(id).await?.map(|found| Box::new(Offer(found)).into()),
            Err(_) => None,
        },
        UserId::PREFIX => user(asking, id.parse().ok()).await?.map(Into::into),
        _ => None,
    })
}

/// Queries for any object.
#[derive(Debug, Default)]
pub struct NodeQuery;

#[Object]
impl NodeQuery {
    /// The object with this id; null if there is none that you may see.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the object.")] id: ID,
    ) -> async_graphql::Result<Option<Node>> {
        find(asking(ctx), &id).await
    }

    /// The objects with these ids, in their order; null where there is none that you may see.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Ids of the objects: at most 100.")] ids: Vec<ID>,
    ) -> async_graphql::Result<Vec<Option<Node>>> {
        bounded("ids", &ids).map_err(|refusal| bad_argument(&refusal))?;
        let asking = asking(ctx);
        futures_util::future::try_join_all(ids.iter().map(|id| find(asking, id))).await
    }
}
