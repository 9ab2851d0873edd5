//! Keys by which a repeated request is known: the repeat has the first one's effect and names the same objects.
//!
//! A key is kept in the transaction of the effect, so after a crash there are both or neither; a refusal keeps none.

use chrono::{DateTime, Duration, Utc};
use sea_orm::{FromQueryResult, Value};

use super::dialect;
use super::digest::sha256;
use super::fault::{Failure, Fault};
use super::source::Source;
use super::write::Tx;
use crate::domain::viewer::Viewer;
use crate::domain::{Refusal, text};

/// How long a key is kept.
pub const KEPT: Duration = Duration::days(30);

/// A request that may be repeated, by the key its caller gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    viewer: String,
    mutation: &'static str,
    key: String,
    hash: String,
}

impl Request {
    /// `parts` are all values of the request, in a fixed order: with other values under the same key it is another one.
    ///
    /// # Errors
    /// `REQUIRED` or `INVALID` on `idempotencyKey`.
    pub fn new(
        viewer: &Viewer,
        mutation: &'static str,
        key: &str,
        parts: &[Option<&str>],
    ) -> Result<Self, Refusal> {
        let key = text::line("idempotencyKey", key, 200)?;
        // As JSON, so that no two lists of parts read the same.
        let hash = sha256(parts.iter().copied().collect::<serde_json::Value>().to_string());
        Ok(Self { viewer: viewer.key(), mutation, key, hash })
    }
}

/// What the same request did before, as the ids that [`keep`] was given.
///
/// # Errors
/// `IDEMPOTENCY_MISMATCH` when another request came under this key.
pub async fn find(
    db: &impl Source,
    request: &Request,
    now: DateTime<Utc>,
) -> Result<Option<Vec<String>>, Failure> {
    #[derive(FromQueryResult)]
    struct Row {
        request_hash: String,
        outcome: String,
    }
    let sql = "SELECT request_hash, outcome FROM idempotency \
               WHERE viewer = $1 AND mutation = $2 AND key = $3 AND created_at > $4";
    let values: [Value; 4] = [
        request.viewer.as_str().into(),
        request.mutation.into(),
        request.key.as_str().into(),
        (now - KEPT).into(),
    ];
    let Some(row) = dialect::query_one::<Row>(db, sql, values).await? else { return Ok(None) };
    if row.request_hash != request.hash {
        return Err(Refusal::IdempotencyMismatch.into());
    }
    let ids = serde_json::from_str(&row.outcome)
        .map_err(|_| Fault::unfit("the outcome kept under an idempotency key is unreadable"))?;
    Ok(Some(ids))
}

/// Keeps what the request did. Of several at once one gets through; the others run again and find it.
pub async fn keep(tx: &Tx, request: &Request, ids: &[String], now: DateTime<Utc>) -> Result<(), Failure> {
    let sql = "DELETE FROM idempotency WHERE viewer = $1 AND mutation = $2 AND key = $3 AND created_at <= $4";
    let key: [Value; 3] =
        [request.viewer.as_str().into(), request.mutation.into(), request.key.as_str().into()];
    dialect::execute(tx, sql, key.clone().into_iter().chain([(now - KEPT).into()]).collect::<Vec<_>>())
        .await?;
    let sql = "INSERT INTO idempotency (viewer, mutation, key, request_hash, outcome, created_at) \
               VALUES ($1, $2, $3, $4, $5, $6)";
    let rest: [Value; 3] =
        [request.hash.as_str().into(), serde_json::Value::from(ids).to_string().into(), now.into()];
    dialect::execute(tx, sql, key.into_iter().chain(rest).collect::<Vec<_>>()).await?;
    Ok(())
}

/// Forgets keys that were kept long enough; says how many.
pub async fn forget(tx: &Tx, now: DateTime<Utc>) -> Result<u64, Fault> {
    let sql = "DELETE FROM idempotency WHERE created_at <= $1";
    dialect::execute(tx, sql, [(now - KEPT).into()]).await
}
