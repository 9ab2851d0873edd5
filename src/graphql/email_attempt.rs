//! Tries at delivering a message.

use std::sync::Arc;

use async_graphql::SimpleObject;

use super::batch::{grouped, nested_read};
use super::scalar::DateTime;
use crate::domain::email::EmailAttempt as DomainAttempt;
use crate::domain::id::EmailMessageId;
use crate::storage;

/// One try at delivering a message.
#[derive(SimpleObject, Debug, Clone)]
pub struct EmailAttempt {
    /// Timestamp of when the try began.
    started_at: DateTime,
    /// Timestamp of when the try ended; absent while it lasts, and for one that nobody ended.
    ended_at: Option<DateTime>,
    /// How far the try got: the step of the conversation with the relay.
    phase: Option<String>,
    /// What came of the try.
    outcome: Option<String>,
    /// Reply code that the relay gave (RFC 5321).
    code: Option<i32>,
    /// Enhanced status code that the relay gave (RFC 3463).
    enhanced_code: Option<String>,
    /// What the relay said, without the addresses it quoted; or what went wrong instead.
    reply: Option<String>,
}

impl From<&DomainAttempt> for EmailAttempt {
    fn from(tried: &DomainAttempt) -> Self {
        Self {
            started_at: tried.started_at.into(),
            ended_at: tried.ended_at.map(Into::into),
            phase: tried.phase.clone(),
            outcome: tried.outcome.clone(),
            code: tried.code,
            enhanced_code: tried.enhanced.clone(),
            reply: tried.reply(),
        }
    }
}

nested_read! {
    /// Tries at delivering messages that whoever asks has seen, the newest first.
    pub(super) AttemptsOfEmail(asking, keys: EmailMessageId) -> Arc<Vec<DomainAttempt>> {
        let found = storage::delivery::attempts(asking.store(), &keys).await?;
        Ok(grouped(found.into_iter().map(|tried| (tried.email, tried))))
    }
}
