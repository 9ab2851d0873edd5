//! Tags of applications, for staff.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::application::Application;
use super::asking::asking;
use super::batch::nested_read;
use super::error::{bad_argument, fault, id};
use super::payload::{answer, payload};
use crate::actions;
use crate::domain;
use crate::domain::id::ApplicationId;
use crate::domain::policy::application::tags;
use crate::storage;

/// The most tags that are told at once.
const MOST: i64 = 100;

/// A tag, as it was first written in the organisation.
#[derive(SimpleObject, Debug)]
pub struct Tag {
    /// The tag.
    name: String,
    /// How many applications have it, of those that the viewer sees.
    count: i32,
}

impl From<domain::tag::Used> for Tag {
    fn from(used: domain::tag::Used) -> Self {
        Self { name: used.name, count: i32::try_from(used.count).unwrap_or(i32::MAX) }
    }
}

nested_read! {
    /// Tags of applications.
    pub(super) TagsOfApplication(asking, keys: ApplicationId) -> Arc<Vec<String>> {
        let found = storage::tag::of_applications(asking.store(), &tags(&asking.viewer), &keys).await?;
        Ok(found.into_iter().map(|(id, tags)| (id, Arc::new(tags))).collect())
    }
}

/// Queries about tags.
#[derive(Debug, Default)]
pub struct TagQuery;

#[Object]
impl TagQuery {
    /// Tags of the applications that the viewer sees, for staff: the most used first, at most 100.
    async fn tags(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What they begin with, whatever the case of its letters.")] beginning: Option<
            String,
        >,
    ) -> async_graphql::Result<Vec<Tag>> {
        let asking = asking(ctx);
        let beginning = beginning.filter(|text| !text.trim().is_empty());
        let beginning = beginning.map(|text| domain::tag::Tag::parse("beginning", &text)).transpose();
        let beginning = beginning.map_err(|refusal| bad_argument(&refusal))?.map(|tag| tag.key);
        let scope = tags(&asking.viewer);
        let found = storage::tag::used(asking.store(), &scope, &beginning.unwrap_or_default(), MOST).await;
        Ok(found.map_err(|broken| fault(&broken))?.into_iter().map(Tag::from).collect())
    }
}

/// What `tagSet` takes.
#[derive(InputObject, Debug)]
pub struct TagSetInput {
    /// Id of the application.
    application_id: ID,
    /// All tags that it is to have: at most 20, each a line of at most 40 characters. Tags that differ by case alone are one,
    /// which is spelt as it was first.
    tags: Vec<String>,
    /// Revision of the application that the caller read, if it is to matter.
    expected_revision: Option<i32>,
}

payload!(
    /// Answer to `tagSet`.
    TagSetPayload {
        /// The application, as it stands now.
        application: Application
    }
);

/// Changes of tags.
#[derive(Debug, Default)]
pub struct TagMutation;

#[Object]
impl TagMutation {
    /// Gives an application these tags instead of those it has.
    async fn tag_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which application, and which tags.")] input: TagSetInput,
    ) -> async_graphql::Result<Option<TagSetPayload>> {
        let ended = async {
            let application = id(&input.application_id, "application")?;
            actions::tag::set(asking(ctx).act(), application, &input.tags, input.expected_revision).await
        };
        answer(ended.await)
    }
}
