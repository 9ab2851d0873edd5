//! Mutations that move a posting through its life.

use async_graphql::{Context, ID, InputObject, Object};

use super::{CloseReason, Posting};
use crate::actions::posting::{self as actions, Close, Move};
use crate::domain::Refusal;
use crate::graphql::asking::asking;
use crate::graphql::error::id;
use crate::graphql::payload::{answer, payload};

macro_rules! move_input {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(InputObject, Debug)]
        pub struct $name {
            /// Id of the posting.
            posting_id: ID,
            /// Revision that the caller read; the change is refused (`STALE`) if the posting has moved on since.
            expected_revision: Option<i32>,
        }

        impl $name {
            fn parse(&self) -> Result<Move, Refusal> {
                Ok(Move { posting: id(&self.posting_id, "posting")?, expected_revision: self.expected_revision })
            }
        }
    };
}

move_input! {
    /// Which draft is to be opened.
    PostingPublishInput
}
move_input! {
    /// Which posting is to take no applications for now.
    PostingPauseInput
}
move_input! {
    /// Which posting is to take applications again after a pause.
    PostingResumeInput
}
move_input! {
    /// Which closed posting is to be opened again.
    PostingReopenInput
}
move_input! {
    /// Which posting is to be put away for good.
    PostingArchiveInput
}

/// Which posting is to take no applications any more, and why.
#[derive(InputObject, Debug)]
pub struct PostingCloseInput {
    /// Id of the posting.
    posting_id: ID,
    /// Revision that the caller read; the change is refused (`STALE`) if the posting has moved on since.
    expected_revision: Option<i32>,
    /// Why the posting is closed.
    reason: CloseReason,
}

payload! {
    /// Answer to `postingPublish`.
    PostingPublishPayload {
        /// The posting, now open.
        posting: Posting
    }
}
payload! {
    /// Answer to `postingPause`.
    PostingPausePayload {
        /// The posting, now paused.
        posting: Posting
    }
}
payload! {
    /// Answer to `postingResume`.
    PostingResumePayload {
        /// The posting, open again.
        posting: Posting
    }
}
payload! {
    /// Answer to `postingClose`.
    PostingClosePayload {
        /// The posting, now closed.
        posting: Posting
    }
}
payload! {
    /// Answer to `postingReopen`.
    PostingReopenPayload {
        /// The posting, open again.
        posting: Posting
    }
}
payload! {
    /// Answer to `postingArchive`.
    PostingArchivePayload {
        /// The posting, now archived.
        posting: Posting
    }
}

/// Mutations that move a posting through its life.
#[derive(Debug, Default)]
pub struct PostingLifeMutation;

#[Object]
impl PostingLifeMutation {
    /// Opens a draft: it is on the careers page and in the feeds, and people can apply. It needs a place and a vacancy.
    async fn posting_publish(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which draft.")] input: PostingPublishInput,
    ) -> async_graphql::Result<Option<PostingPublishPayload>> {
        let work = async { actions::publish(asking(ctx).act(), input.parse()?).await };
        answer(work.await)
    }

    /// Stops taking applications for now. Seats, applications and offers stay as they are.
    async fn posting_pause(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which posting.")] input: PostingPauseInput,
    ) -> async_graphql::Result<Option<PostingPausePayload>> {
        let work = async { actions::pause(asking(ctx).act(), input.parse()?).await };
        answer(work.await)
    }

    /// Takes applications again after a pause. It needs a vacancy, and a deadline still to come if there is one.
    async fn posting_resume(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which posting.")] input: PostingResumeInput,
    ) -> async_graphql::Result<Option<PostingResumePayload>> {
        let work = async { actions::resume(asking(ctx).act(), input.parse()?).await };
        answer(work.await)
    }

    /// Stops taking applications. Seats, applications and offers stay as they are.
    async fn posting_close(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which posting, and why.")] input: PostingCloseInput,
    ) -> async_graphql::Result<Option<PostingClosePayload>> {
        let work = async {
            let posting = id(&input.posting_id, "posting")?;
            let (expected_revision, reason) = (input.expected_revision, input.reason.into());
            actions::close(asking(ctx).act(), Close { posting, expected_revision, reason }).await
        };
        answer(work.await)
    }

    /// Opens a closed posting again. It needs a vacancy, and a deadline still to come if there is one.
    async fn posting_reopen(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which posting.")] input: PostingReopenInput,
    ) -> async_graphql::Result<Option<PostingReopenPayload>> {
        let work = async { actions::reopen(asking(ctx).act(), input.parse()?).await };
        answer(work.await)
    }

    /// Puts a draft or closed posting away for good; refused while an application is active or an offer live.
    async fn posting_archive(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which posting.")] input: PostingArchiveInput,
    ) -> async_graphql::Result<Option<PostingArchivePayload>> {
        let work = async { actions::archive(asking(ctx).act(), input.parse()?).await };
        answer(work.await)
    }
}
