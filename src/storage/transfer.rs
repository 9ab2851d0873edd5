//! Ways from one posting to another, with why: internal.

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
use crate::domain::application::Why;
use crate::domain::id::{ApplicationId, PlanId, PostingId};
use crate::domain::policy::Scope;
use crate::domain::policy::application::Reasons;
use crate::domain::posting::PlanVersion;
use crate::domain::transfer::Transfer;

#[derive(FromQueryResult)]
struct Row {
    application_id: ApplicationId,
    revision: i32,
    from_posting_id: PostingId,
    to_posting_id: PostingId,
    from_plan_id: PlanId,
    from_plan_version: i32,
    from_stage: i32,
    to_stage: i32,
    reason: String,
    transferred_by: String,
    transferred_at: DateTime<Utc>,
}

impl From<Row> for Transfer {
    fn from(row: Row) -> Self {
        Self {
            application: row.application_id,
            revision: row.revision,
            from: row.from_posting_id,
            to: row.to_posting_id,
            from_plan: PlanVersion { plan: row.from_plan_id, number: row.from_plan_version },
            from_stage: row.from_stage,
            to_stage: row.to_stage,
            why: Why { reason: row.reason, by: row.transferred_by },
            at: row.transferred_at,
        }
    }
}

/// The transfers of these applications, oldest first.
pub async fn of_applications(
    db: &impl Source,
    scope: &Scope<Reasons>,
    applications: &[ApplicationId],
) -> Result<HashMap<ApplicationId, Vec<Transfer>>, Fault> {
    let mut binds = Binds::default();
    let applications = db.kind().listed(binds.add(json_list(applications)));
    let seen = within(scope, &OF_SCOPE, db.kind(), &mut binds);
    let sql = format!(
        "SELECT r.* FROM application_transfer r JOIN application c ON c.id = r.application_id \
         WHERE r.application_id IN {applications} AND {seen} ORDER BY r.application_id, r.revision"
    );
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for row in dialect::query_all::<Row>(db, &sql, binds).await? {
        found.entry(row.application_id).or_default().push(row.into());
    }
    Ok(found)
}

/// Keeps a transfer.
pub async fn insert(tx: &Tx, transfer: &Transfer) -> Result<(), Fault> {
    let cells = cells! {
        application_id: transfer.application,
        revision: transfer.revision,
        from_posting_id: transfer.from,
        to_posting_id: transfer.to,
        from_plan_id: transfer.from_plan.plan,
        from_plan_version: transfer.from_plan.number,
        from_stage: transfer.from_stage,
        to_stage: transfer.to_stage,
        reason: transfer.why.reason.as_str(),
        transferred_by: transfer.why.by.as_str(),
        transferred_at: transfer.at,
    };
    row::insert(tx, "application_transfer", cells).await
}
