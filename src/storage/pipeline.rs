//! Where a posting's active applications stand: how many in each stage, and the newest of each.

use std::collections::HashMap;

use sea_orm::FromQueryResult;

use super::application::{COLUMNS, OF_SCOPE, read};
use super::dialect::{self, Binds, Children, json_list};
use super::fault::Fault;
use super::page::{Page, Part};
use super::scope::within;
use super::source::Source;
use crate::domain::application::Application;
use crate::domain::id::{PlanId, PostingId};
use crate::domain::policy::Scope;
use crate::domain::policy::application::Applications;
use crate::domain::posting::PlanVersion;

/// A stage of a posting, in one version of its plan: applications keep to the version they started with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Standing {
    /// Which posting.
    pub posting: PostingId,
    /// Which plan and version.
    pub plan: PlanVersion,
    /// Which stage of it, counted from 0.
    pub stage: i32,
}

/// How many active applications that the scope reaches stand where. What nobody stands in is left out.
pub async fn counts(
    db: &impl Source,
    scope: &Scope<Applications>,
    postings: &[PostingId],
) -> Result<Vec<(Standing, i64)>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        posting_id: PostingId,
        plan_id: PlanId,
        plan_version: i32,
        stage: i32,
        number: i64,
    }
    let mut binds = Binds::default();
    let postings = db.kind().listed(binds.add(json_list(postings)));
    let seen = within(scope, &OF_SCOPE, db.kind(), &mut binds);
    let sql = format!(
        "SELECT c.posting_id, c.plan_id, c.plan_version, c.stage, count(*) AS number FROM application c \
         WHERE c.posting_id IN {postings} AND c.status = 'active' AND {seen} \
         GROUP BY c.posting_id, c.plan_id, c.plan_version, c.stage \
         ORDER BY c.posting_id, c.stage, c.plan_id, c.plan_version"
    );
    let rows = dialect::query_all::<Row>(db, &sql, binds).await?;
    let standing = |row: &Row| Standing {
        posting: row.posting_id,
        plan: PlanVersion { plan: row.plan_id, number: row.plan_version },
        stage: row.stage,
    };
    Ok(rows.iter().map(|row| (standing(row), row.number)).collect())
}

/// The active applications that stand there and that the scope reaches: the same page for each.
pub async fn applications(
    db: &impl Source,
    scope: &Scope<Applications>,
    standings: &[Standing],
    page: &Page,
) -> Result<HashMap<Standing, Part<Application>>, Fault> {
    let kind = db.kind();
    let mut binds = Binds::default();
    let parents = binds.add(parents(standings));
    let seen = within(scope, &OF_SCOPE, kind, &mut binds);
    let bounds = page.bounds("c.applied_at", "c.id", &mut binds);
    let wanted = format!(
        "c.posting_id = {} AND c.status = 'active' AND c.stage = CAST({} AS INTEGER) AND c.plan_id = {} \
         AND c.plan_version = CAST({} AS INTEGER) AND {seen} AND {}",
        kind.part_of_parent(0),
        kind.part_of_parent(1),
        kind.part_of_parent(2),
        kind.part_of_parent(3),
        bounds.wanted
    );
    let sql = kind.newest_per_parent(&Children {
        columns: COLUMNS,
        table: "application",
        parents,
        wanted: &wanted,
        order: &bounds.order,
    });
    let rows = read(db, &sql, binds).await?;
    let standing = |one: &Application| Standing { posting: one.posting, plan: one.plan, stage: one.stage };
    Ok(page.parts(rows, |one| (standing(one), one.applied_at, one.id)))
}

fn parents(standings: &[Standing]) -> String {
    let parent = |one: &Standing| {
        let plan = one.plan;
        serde_json::json!([one.posting.to_string(), one.stage, plan.plan.to_string(), plan.number])
    };
    serde_json::Value::Array(standings.iter().map(parent).collect()).to_string()
}
