//! Requests to candidates to name people, as they are kept.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{FromQueryResult, Value};
use serde::{Deserialize, Serialize};

use super::application::OF_SCOPE;
use super::content::questions;
use super::dialect::{self, Binds, json_list};
use super::document;
use super::fault::Fault;
use super::scope::within;
use super::source::Source;
use super::write::Tx;
use crate::domain::form::reminder;
use crate::domain::id::{ApplicationId, ReferenceRequestId, StepId};
use crate::domain::policy::Scope;
use crate::domain::policy::application::Requests;
use crate::domain::question::Question;
use crate::domain::reference_request::ReferenceRequest;

/// What is asked of each of the people, as a document.
#[derive(Serialize, Deserialize)]
pub(super) struct Asked {
    #[serde(with = "questions")]
    pub(super) questions: Vec<Question>,
}

#[derive(FromQueryResult)]
struct Row {
    id: ReferenceRequestId,
    application_id: ApplicationId,
    step_id: StepId,
    round: i32,
    wanted: i32,
    note: Option<String>,
    questions: String,
    due_at: DateTime<Utc>,
    sent_at: DateTime<Utc>,
    sent_by: String,
    reminded_at: Option<DateTime<Utc>>,
    replaced_at: Option<DateTime<Utc>>,
}

impl TryFrom<Row> for ReferenceRequest {
    type Error = Fault;

    fn try_from(row: Row) -> Result<Self, Fault> {
        let Asked { questions } = document::read(format!("reference request {}", row.id), &row.questions)?;
        Ok(Self {
            id: row.id,
            application: row.application_id,
            step: row.step_id,
            round: row.round,
            wanted: row.wanted,
            note: row.note,
            questions,
            due_at: row.due_at,
            sent_at: row.sent_at,
            sent_by: row.sent_by,
            reminded_at: row.reminded_at,
            replaced_at: row.replaced_at,
        })
    }
}

/// The newest request of each of these steps.
pub async fn of_steps(
    db: &impl Source,
    scope: &Scope<Requests>,
    steps: &[StepId],
) -> Result<HashMap<StepId, ReferenceRequest>, Fault> {
    let mut binds = Binds::default();
    let steps = db.kind().listed(binds.add(json_list(steps)));
    let seen = within(scope, &OF_SCOPE, db.kind(), &mut binds);
    let sql = format!(
        "SELECT q.* FROM reference_request q JOIN application c ON c.id = q.application_id \
         WHERE q.step_id IN {steps} AND q.replaced_at IS NULL AND {seen}"
    );
    let rows = dialect::query_all::<Row>(db, &sql, binds).await?;
    rows.into_iter().map(|row| Ok((row.step_id, row.try_into()?))).collect()
}

/// The newest request of a step whose application the write has locked.
pub async fn newest_locked(tx: &Tx, step: StepId) -> Result<Option<ReferenceRequest>, Fault> {
    let sql = "SELECT * FROM reference_request WHERE step_id = $1 AND replaced_at IS NULL";
    dialect::query_one::<Row>(tx, sql, [step.into()]).await?.map(ReferenceRequest::try_from).transpose()
}

/// A reminder that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromQueryResult)]
pub struct Due {
    /// Of this step's request.
    pub step_id: StepId,
    /// The application it is about.
    pub application_id: ApplicationId,
}

/// Requests whose candidates are to be reminded by now: nobody was named, still awaited, not reminded yet.
pub async fn due_reminders(db: &impl Source, now: DateTime<Utc>, most: u32) -> Result<Vec<Due>, Fault> {
    let sql = "SELECT q.step_id, q.application_id FROM reference_request q \
               JOIN application_step s ON s.id = q.step_id JOIN application c ON c.id = q.application_id \
               WHERE q.remind_at <= $1 AND q.reminded_at IS NULL AND q.replaced_at IS NULL AND s.state = 'requested' \
               AND c.status = 'active' AND NOT EXISTS (SELECT 1 FROM reference r WHERE r.request_id = q.id) \
               ORDER BY q.remind_at, q.id LIMIT $2";
    let values: [Value; 2] = [now.into(), i64::from(most).into()];
    dialect::query_all::<Due>(db, sql, values).await
}

/// Keeps a request that is sent.
pub async fn insert(tx: &Tx, request: &ReferenceRequest) -> Result<(), Fault> {
    let asked = Asked { questions: request.questions.clone() };
    let values: [Value; 11] = [
        request.id.into(),
        request.application.into(),
        request.step.into(),
        request.round.into(),
        request.wanted.into(),
        request.note.as_deref().into(),
        document::written(&asked)?.into(),
        request.due_at.into(),
        reminder(request.sent_at, request.due_at).into(),
        request.sent_at.into(),
        request.sent_by.as_str().into(),
    ];
    let sql = format!(
        "INSERT INTO reference_request (id, application_id, step_id, round, wanted, note, questions, due_at, remind_at, \
         sent_at, sent_by) VALUES {}",
        dialect::places(1, values.len())
    );
    dialect::execute(tx, &sql, values).await?;
    Ok(())
}

/// Saves what became of a request; the lock on its application keeps it from changing twice.
pub async fn save(tx: &Tx, request: &ReferenceRequest) -> Result<(), Fault> {
    let sql = "UPDATE reference_request SET reminded_at = $2, replaced_at = $3 WHERE id = $1";
    let values: [Value; 3] = [request.id.into(), request.reminded_at.into(), request.replaced_at.into()];
    dialect::execute(tx, sql, values).await?;
    Ok(())
}
