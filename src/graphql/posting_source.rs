//! Where an imported posting came from; for administrators and recruiters.

use std::collections::HashMap;

use async_graphql::{Enum, SimpleObject};

use super::asking::Asking;
use super::batch::Load;
use super::scalar::DateTime;
use crate::domain;
use crate::domain::id::PostingId;
use crate::domain::policy::posting::sources;
use crate::storage::{self, Fault};

/// System whose public boards can be imported.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::posting_source::SourceSystem")]
pub enum PostingSourceSystem {
    /// Greenhouse's job board API.
    Greenhouse,
    /// Lever's postings API.
    Lever,
    /// Ashby's job posting API.
    Ashby,
}

/// Where an imported posting came from.
#[derive(SimpleObject, Debug, Clone)]
pub struct PostingSource {
    /// System that has the board.
    system: PostingSourceSystem,
    /// Which of the organisation's boards there.
    board: String,
    /// What the system calls the posting.
    external_id: String,
    /// The system's record as JSON text: all of it but what is about people.
    record: String,
    /// SHA-256 of the record.
    digest: String,
    /// Timestamp of when this record was imported.
    imported_at: DateTime,
    /// Timestamp of when the posting was closed because the board no longer had it.
    missing_since: Option<DateTime>,
}

impl From<domain::posting_source::PostingSource> for PostingSource {
    fn from(source: domain::posting_source::PostingSource) -> Self {
        Self {
            system: source.system.into(),
            board: source.board,
            external_id: source.external_id,
            record: source.record,
            digest: source.digest,
            imported_at: source.imported_at.into(),
            missing_since: source.missing_since.map(Into::into),
        }
    }
}

struct SourceByPosting;

impl Load for SourceByPosting {
    type Key = PostingId;
    type Value = domain::posting_source::PostingSource;

    async fn load(asking: &Asking, keys: Vec<PostingId>) -> Result<HashMap<PostingId, Self::Value>, Fault> {
        storage::posting_source::of(asking.store(), &sources(&asking.viewer), &keys).await
    }
}

/// Where the posting came from, if from somewhere and if the viewer may know.
pub(super) async fn of(asking: &Asking, posting: PostingId) -> async_graphql::Result<Option<PostingSource>> {
    Ok(asking.load::<SourceByPosting>(posting).await?.map(PostingSource::from))
}
