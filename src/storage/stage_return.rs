//! Ways back to an earlier stage, with why: internal.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;

use super::application::OF_SCOPE;
use super::dialect::{self, Binds, json_list};
use super::fault::Fault;
use super::row::{self, cells};
use super::scope::within;
use super::source::Source;
use super::write::Tx;
use crate::domain::application::{Return, Why};
use crate::domain::id::ApplicationId;
use crate::domain::policy::Scope;
use crate::domain::policy::application::Reasons;

#[derive(FromQueryResult)]
struct Row {
    application_id: ApplicationId,
    revision: i32,
    from_stage: i32,
    to_stage: i32,
    reason: String,
    returned_by: String,
    returned_at: DateTime<Utc>,
}

impl From<Row> for Return {
    fn from(row: Row) -> Self {
        Self {
            application: row.application_id,
            revision: row.revision,
            from: row.from_stage,
            to: row.to_stage,
            why: Why { reason: row.reason, by: row.returned_by },
            at: row.returned_at,
        }
    }
}

/// The ways back of these applications, oldest first.
pub async fn of_applications(
    db: &impl Source,
    scope: &Scope<Reasons>,
    applications: &[ApplicationId],
) -> Result<HashMap<ApplicationId, Vec<Return>>, Fault> {
    let mut binds = Binds::default();
    let applications = db.kind().listed(binds.add(json_list(applications)));
    let seen = within(scope, &OF_SCOPE, db.kind(), &mut binds);
    let sql = format!(
        "SELECT r.* FROM application_return r JOIN application c ON c.id = r.application_id \
         WHERE r.application_id IN {applications} AND {seen} ORDER BY r.application_id, r.revision"
    );
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for row in dialect::query_all::<Row>(db, &sql, binds).await? {
        found.entry(row.application_id).or_default().push(row.into());
    }
    Ok(found)
}

/// Keeps a way back.
pub async fn insert(tx: &Tx, back: &Return) -> Result<(), Fault> {
    let cells = cells! {
        application_id: back.application,
        revision: back.revision,
        from_stage: back.from,
        to_stage: back.to,
        reason: back.why.reason.as_str(),
        returned_by: back.why.by.as_str(),
        returned_at: back.at,
    };
    row::insert(tx, "application_return", cells).await
}
