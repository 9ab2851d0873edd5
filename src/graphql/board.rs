//! A posting's board: its applications, as a list and stage by stage.

use std::collections::HashMap;

use async_graphql::{Context, Object};

use super::application::{Application, ApplicationFilter, connection};
use super::asking::{Asking, asking};
use super::batch::{Load, nested_read};
use super::connection::{Connection, Paging};
use super::error::bad_argument;
use super::plan::PlanByVersion;
use crate::domain::application::{Application as DomainApplication, ApplicationStatus};
use crate::domain::id::PostingId;
use crate::domain::policy::application::applications;
use crate::domain::posting::{PlanVersion, Posting};
use crate::storage::application::Wanted;
use crate::storage::pipeline::Standing;
use crate::storage::{self, Fault, Part};

/// A stage of a posting's board.
#[derive(Debug)]
pub struct PipelineStage {
    standing: Standing,
    key: String,
    title: String,
    count: i64,
}

/// A stage of a posting's board.
#[Object]
impl PipelineStage {
    /// Key of the stage in the plan.
    async fn key(&self) -> &str {
        &self.key
    }

    /// Title of the stage.
    async fn stage(&self) -> &str {
        &self.title
    }

    /// Place of the stage in the plan, from 1.
    async fn position(&self) -> i32 {
        self.standing.stage + 1
    }

    /// Number of active applications in the stage that the viewer works on.
    async fn count(&self) -> i64 {
        self.count
    }

    /// Active applications in the stage that the viewer works on, the newest first.
    async fn applications(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start: 1 to 100, 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only entries behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only entries ahead of this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Application>> {
        let paging = Paging { first, after, last, before };
        let page = paging.page().map_err(|refusal| bad_argument(&refusal))?;
        let found = asking(ctx).load::<ApplicationsInStage>((self.standing, paging)).await?;
        Ok(connection(&page, found.unwrap_or_else(nobody)))
    }
}

fn nobody() -> Part<DomainApplication> {
    Part { items: Vec::new(), more: false }
}

/// The stages of a posting's board, in order: those of its present plan, and those of older versions somebody is in.
pub(super) async fn pipeline(
    asking: &Asking,
    posting: &Posting,
) -> async_graphql::Result<Vec<PipelineStage>> {
    let counts = asking.load_all::<CountsOfPosting>(posting.id).await?;
    let mut versions: Vec<PlanVersion> = counts.iter().map(|(standing, _)| standing.plan).collect();
    versions.push(posting.plan);
    versions.sort_by_key(|version| (version.plan, version.number));
    versions.dedup();
    let mut stages = Vec::new();
    for version in versions {
        let Some(plan) = asking.load::<PlanByVersion>(version).await? else { continue };
        for (stage, of_plan) in (0..).zip(plan.stages) {
            let standing = Standing { posting: posting.id, plan: version, stage };
            let count = counts.iter().find(|(there, _)| *there == standing).map_or(0, |(_, count)| *count);
            if count > 0 || version == posting.plan {
                stages.push(PipelineStage { standing, key: of_plan.key, title: of_plan.title, count });
            }
        }
    }
    stages.sort_by_key(|stage| stage.standing.stage);
    Ok(stages)
}

/// The applications to a posting that the viewer works on.
pub(super) async fn of_posting(
    asking: &Asking,
    posting: PostingId,
    filter: ApplicationFilter,
    paging: Paging,
) -> async_graphql::Result<Connection<Application>> {
    let page = paging.page().map_err(|refusal| bad_argument(&refusal))?;
    filter.parse().map_err(|refusal| bad_argument(&refusal))?;
    let found = asking.load::<ApplicationsOfPosting>((posting, filter, paging)).await?;
    Ok(connection(&page, found.unwrap_or_else(nobody)))
}

/// The active applications to a posting that wait for somebody's decision.
pub(super) fn undecided() -> ApplicationFilter {
    ApplicationFilter::undecided(ApplicationStatus::Active.into())
}

nested_read! {
    /// How many applications stand where.
    CountsOfPosting(asking, keys: PostingId) -> Vec<(Standing, i64)> {
        let counts = storage::pipeline::counts(asking.store(), &applications(&asking.viewer), &keys).await?;
        let mut found: HashMap<PostingId, Vec<_>> = HashMap::new();
        for (standing, count) in counts {
            found.entry(standing.posting).or_default().push((standing, count));
        }
        Ok(found)
    }
}

/// Groups keys that ask for the same page of the same list: each group is one statement.
fn alike<K, A: PartialEq>(keys: Vec<(K, A)>) -> Vec<(A, Vec<K>)> {
    let mut groups: Vec<(A, Vec<K>)> = Vec::new();
    for (key, asked) in keys {
        match groups.iter_mut().find(|(there, _)| *there == asked) {
            Some((_, group)) => group.push(key),
            None => groups.push((asked, vec![key])),
        }
    }
    groups
}

/// Applications in a stage, page by page.
struct ApplicationsInStage;

impl Load for ApplicationsInStage {
    type Key = (Standing, Paging);
    type Value = Part<DomainApplication>;

    async fn load(asking: &Asking, keys: Vec<Self::Key>) -> Result<HashMap<Self::Key, Self::Value>, Fault> {
        let scope = applications(&asking.viewer);
        let mut found = HashMap::new();
        for (paging, standings) in alike(keys) {
            let Ok(page) = paging.page() else { continue };
            let parts = storage::pipeline::applications(asking.store(), &scope, &standings, &page).await?;
            found.extend(parts.into_iter().map(|(standing, part)| ((standing, paging.clone()), part)));
        }
        Ok(found)
    }
}

/// Applications to a posting, page by page.
struct ApplicationsOfPosting;

impl Load for ApplicationsOfPosting {
    type Key = (PostingId, ApplicationFilter, Paging);
    type Value = Part<DomainApplication>;

    async fn load(asking: &Asking, keys: Vec<Self::Key>) -> Result<HashMap<Self::Key, Self::Value>, Fault> {
        let scope = applications(&asking.viewer);
        let keys = keys.into_iter().map(|(posting, filter, paging)| (posting, (filter, paging))).collect();
        let mut found = HashMap::new();
        for ((filter, paging), postings) in alike(keys) {
            let (Ok(page), Ok(wanted)) = (paging.page(), filter.parse()) else { continue };
            let wanted: Wanted = wanted;
            let parts =
                storage::application::of_postings(asking.store(), &scope, &postings, &wanted, &page).await?;
            let key = |posting| (posting, filter.clone(), paging.clone());
            found.extend(parts.into_iter().map(|(posting, part)| (key(posting), part)));
        }
        Ok(found)
    }
}
