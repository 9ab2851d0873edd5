//! A posting's board: its applications, as a list and stage by stage. And a person's applications, which are read alike.

use std::collections::HashMap;

use async_graphql::{Context, Object};
use futures_util::future::try_join_all;

use super::application::{Application, ApplicationFilter, connection};
use super::asking::{Asking, asking};
use super::batch::{Load, alike, nested_read};
use super::connection::{Connection, Paging};
use super::error::bad_argument;
use super::plan::PlanByVersion;
use crate::domain::application::{Application as DomainApplication, ApplicationStatus};
use crate::domain::id::{CandidateId, PostingId};
use crate::domain::plan::{HiringPlan, Stage};
use crate::domain::policy::application::applications;
use crate::domain::posting::{PlanVersion, Posting};
use crate::storage::application::Wanted;
use crate::storage::pipeline::Standing;
use crate::storage::{self, Fault, Page, Part};

/// A stage of a posting's board.
#[derive(Debug, Clone)]
pub struct PipelineStage {
    stage: Stage,
    /// Where its applications stand: in this plan, or in earlier versions that have a stage of the same key.
    standings: Vec<(Standing, i64)>,
}

/// A stage of a posting's board.
#[Object]
impl PipelineStage {
    /// Key of the stage in the plan.
    async fn key(&self) -> &str {
        &self.stage.key
    }

    /// Title of the stage.
    async fn stage(&self) -> &str {
        &self.stage.title
    }

    /// Number of active applications in the stage that the viewer works on.
    async fn count(&self) -> i64 {
        self.standings.iter().map(|(_, count)| count).sum()
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
        let asking = asking(ctx);
        let page = Paging { first, after, last, before }.page().map_err(|refusal| bad_argument(&refusal))?;
        let parts = self
            .standings
            .iter()
            .map(|(standing, _)| asking.load_all::<ApplicationsInStage>((*standing, page.clone())));
        Ok(connection(&page, page.joined(try_join_all(parts).await?, |one| (one.applied_at, one.id))))
    }
}

/// The stages of a posting's board: those of its present plan in order, then those of older versions that it no longer
/// has and somebody is in.
pub(super) async fn pipeline(
    asking: &Asking,
    posting: &Posting,
) -> async_graphql::Result<Vec<PipelineStage>> {
    let counts = asking.load_all::<CountsOfPosting>(posting.id).await?;
    let mut versions = vec![posting.plan];
    versions.extend(counts.iter().map(|(standing, _)| standing.plan));
    let plans =
        try_join_all(versions.into_iter().map(|version| asking.load::<PlanByVersion>(version))).await?;
    let plans = plans.into_iter().flatten().map(|plan| (plan.version, plan)).collect();
    Ok(arranged(posting.plan, &plans, &counts))
}

fn arranged(
    present: PlanVersion,
    plans: &HashMap<PlanVersion, HiringPlan>,
    counts: &[(Standing, i64)],
) -> Vec<PipelineStage> {
    let stages = plans.get(&present).map(|plan| plan.stages.as_slice()).unwrap_or_default();
    let empty = |stage: &Stage| PipelineStage { stage: stage.clone(), standings: Vec::new() };
    let mut arranged: Vec<PipelineStage> = stages.iter().map(empty).collect();
    for (standing, count) in counts {
        let place = usize::try_from(standing.stage).ok();
        let stage = place.and_then(|place| plans.get(&standing.plan)?.stages.get(place));
        let Some(stage) = stage else { continue };
        let known = arranged.iter().position(|one| one.stage.key == stage.key);
        let place = known.unwrap_or_else(|| {
            arranged.push(empty(stage));
            arranged.len() - 1
        });
        arranged[place].standings.push((*standing, *count));
    }
    arranged
}

/// The applications to a posting that the viewer works on.
pub(super) async fn of_posting(
    asking: &Asking,
    posting: PostingId,
    filter: &ApplicationFilter,
    paging: &Paging,
) -> async_graphql::Result<Connection<Application>> {
    let wanted = filter.parse(&asking.viewer).map_err(|refusal| bad_argument(&refusal))?;
    under(asking, Parent::Posting(posting), wanted, paging).await
}

/// The active applications to a posting that wait for somebody's decision, for staff: that one waits is not told to its
/// candidate.
pub(super) async fn undecided(
    asking: &Asking,
    posting: PostingId,
    paging: &Paging,
) -> async_graphql::Result<Connection<Application>> {
    let page = paging.page().map_err(|refusal| bad_argument(&refusal))?;
    if asking.viewer.staff().is_none() {
        return Ok(connection(&page, Part::default()));
    }
    let statuses = vec![ApplicationStatus::Active];
    let wanted = Wanted { statuses, needs_decision: true, ..Wanted::default() };
    under(asking, Parent::Posting(posting), wanted, paging).await
}

/// The applications of a person that the viewer works on.
pub(super) async fn of_candidate(
    asking: &Asking,
    candidate: CandidateId,
    filter: &ApplicationFilter,
    paging: &Paging,
) -> async_graphql::Result<Connection<Application>> {
    let wanted = filter.parse(&asking.viewer).map_err(|refusal| bad_argument(&refusal))?;
    under(asking, Parent::Candidate(candidate), wanted, paging).await
}

async fn under(
    asking: &Asking,
    parent: Parent,
    wanted: Wanted,
    paging: &Paging,
) -> async_graphql::Result<Connection<Application>> {
    let page = paging.page().map_err(|refusal| bad_argument(&refusal))?;
    let part = asking.load_all::<ApplicationsUnder>((parent, wanted, page.clone())).await?;
    Ok(connection(&page, part))
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

/// Applications in a stage, page by page.
struct ApplicationsInStage;

impl Load for ApplicationsInStage {
    type Key = (Standing, Page);
    type Value = Part<DomainApplication>;

    async fn load(asking: &Asking, keys: Vec<Self::Key>) -> Result<HashMap<Self::Key, Self::Value>, Fault> {
        let scope = applications(&asking.viewer);
        let mut found = HashMap::new();
        for (page, standings) in alike(keys) {
            let parts = storage::pipeline::applications(asking.store(), &scope, &standings, &page).await?;
            found.extend(parts.into_iter().map(|(standing, part)| ((standing, page.clone()), part)));
        }
        Ok(found)
    }
}

/// What applications stand under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Parent {
    Posting(PostingId),
    Candidate(CandidateId),
}

/// Applications to a posting or of a person, page by page.
struct ApplicationsUnder;

impl Load for ApplicationsUnder {
    type Key = (Parent, Wanted, Page);
    type Value = Part<DomainApplication>;

    async fn load(asking: &Asking, keys: Vec<Self::Key>) -> Result<HashMap<Self::Key, Self::Value>, Fault> {
        let (store, scope) = (asking.store(), applications(&asking.viewer));
        let keys = keys.into_iter().map(|(parent, wanted, page)| (parent, (wanted, page))).collect();
        let mut found = HashMap::new();
        for ((wanted, page), parents) in alike(keys) {
            let (mut postings, mut candidates) = (Vec::new(), Vec::new());
            for parent in parents {
                match parent {
                    Parent::Posting(id) => postings.push(id),
                    Parent::Candidate(id) => candidates.push(id),
                }
            }
            let key = |parent| (parent, wanted.clone(), page.clone());
            if !postings.is_empty() {
                let parts =
                    storage::application::of_postings(store, &scope, &postings, &wanted, &page).await?;
                found.extend(parts.into_iter().map(|(id, part)| (key(Parent::Posting(id)), part)));
            }
            if !candidates.is_empty() {
                let parts =
                    storage::application::of_candidates(store, &scope, &candidates, &wanted, &page).await?;
                found.extend(parts.into_iter().map(|(id, part)| (key(Parent::Candidate(id)), part)));
            }
        }
        Ok(found)
    }
}
