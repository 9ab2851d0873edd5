//! Applications as they are kept.
//!
//! What goes by another right is read apart: why one ended ([`reasons`]), what was answered ([`super::answer`]), how to
//! reach the person ([`super::candidate`]).

mod subject;

pub use subject::{subject, subjects};

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{FromQueryResult, Value};

use super::dialect::{self, Binds, Children, Kind, json_list};
use super::fault::{Failure, Fault};
use super::page::{Page, Part};
use super::row::{self, cells};
use super::scope::{Columns, within};
use super::source::Source;
use super::write::Tx;
use crate::domain::Refusal;
use crate::domain::application::{Application, ApplicationStatus, Outcome, Side, Source as Origin, Why};
use crate::domain::event::{Change, EventKind};
use crate::domain::feed::Channel;
use crate::domain::id::{ApplicationId, CandidateId, PlanId, PostingId, TeamId, UserId};
use crate::domain::policy::Scope;
use crate::domain::policy::application::{Applications, Reasons};
use crate::domain::posting::PlanVersion;

/// All but why it ended, which takes the right to internal reasons.
pub(super) const COLUMNS: &str = "c.id, c.posting_id, c.candidate_id, c.plan_id, c.plan_version, c.status, c.stage, c.revision, \
     c.applied_at, c.source, c.repeated, c.outcome_side, c.outcome_at, c.outcome_told_from, NULL AS outcome_reason, NULL AS outcome_by, \
     c.needs_decision_since, c.referrer_id, c.channel, c.language";

/// By which columns of `application c` a scope reaches an application.
pub(super) const OF_SCOPE: Columns<'static> =
    Columns { posting: Some("c.posting_id"), team: None, application: Some("c.id"), offer: None };

/// Which applications a listing shows; every part that is given has to match.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Wanted {
    /// To this posting.
    pub posting: Option<PostingId>,
    /// Of this person.
    pub candidate: Option<CandidateId>,
    /// Allotted to this team now.
    pub team: Option<TeamId>,
    /// In one of these statuses; in any when empty.
    pub statuses: Vec<ApplicationStatus>,
    /// With all of these tags, by what they are compared by, each once.
    pub tags: Vec<String>,
    /// Only those that wait for somebody's decision.
    pub needs_decision: bool,
}

impl Wanted {
    fn condition(&self, kind: Kind, binds: &mut Binds) -> String {
        let mut conditions = vec!["true".to_owned()];
        if let Some(posting) = self.posting {
            conditions.push(format!("c.posting_id = {}", binds.put(posting)));
        }
        if let Some(candidate) = self.candidate {
            conditions.push(format!("c.candidate_id = {}", binds.put(candidate)));
        }
        if let Some(team) = self.team {
            conditions.push(format!(
                "EXISTS (SELECT 1 FROM allotment w JOIN posting_team wt ON wt.id = w.posting_team_id \
                 WHERE w.application_id = c.id AND w.until IS NULL AND wt.team_id = {})",
                binds.put(team)
            ));
        }
        if !self.statuses.is_empty() {
            conditions.push(format!("c.status IN {}", kind.listed(binds.add(json_list(&self.statuses)))));
        }
        if !self.tags.is_empty() {
            let listed = kind.listed(binds.add(json_list(&self.tags)));
            conditions.push(format!(
                "c.id IN (SELECT w.application_id FROM application_tag w WHERE w.name_key IN {listed} \
                 GROUP BY w.application_id HAVING count(*) = {})",
                self.tags.len()
            ));
        }
        if self.needs_decision {
            conditions.push("c.needs_decision_since IS NOT NULL".to_owned());
        }
        conditions.join(" AND ")
    }
}

/// An application the scope reaches.
pub async fn find(
    db: &impl Source,
    scope: &Scope<Applications>,
    id: ApplicationId,
) -> Result<Option<Application>, Fault> {
    Ok(of_ids(db, scope, &[id]).await?.pop())
}

/// Those of these applications that the scope reaches, in no order.
pub async fn of_ids(
    db: &impl Source,
    scope: &Scope<Applications>,
    ids: &[ApplicationId],
) -> Result<Vec<Application>, Fault> {
    seen_by(db, scope, ids).await
}

/// As [`of_ids`], by another right to something of them.
pub(super) async fn seen_by<Of>(
    db: &impl Source,
    scope: &Scope<Of>,
    ids: &[ApplicationId],
) -> Result<Vec<Application>, Fault> {
    let mut binds = Binds::default();
    let ids = db.kind().listed(binds.add(json_list(ids)));
    let seen = within(scope, &OF_SCOPE, db.kind(), &mut binds);
    let sql = format!("SELECT {COLUMNS} FROM application c WHERE c.id IN {ids} AND {seen}");
    read(db, &sql, binds).await
}

/// Applications the scope reaches, by the time they came in.
pub async fn listed(
    db: &impl Source,
    scope: &Scope<Applications>,
    wanted: &Wanted,
    page: &Page,
) -> Result<Part<Application>, Fault> {
    let mut binds = Binds::default();
    let seen = within(scope, &OF_SCOPE, db.kind(), &mut binds);
    let asked = wanted.condition(db.kind(), &mut binds);
    let bounds = page.bounds("c.applied_at", "c.id", &mut binds);
    let sql = format!(
        "SELECT {COLUMNS} FROM application c WHERE {seen} AND {asked} AND {} {}",
        bounds.wanted, bounds.order
    );
    Ok(page.part(read(db, &sql, binds).await?))
}

/// As [`listed`], the same page for each of these postings.
pub async fn of_postings(
    db: &impl Source,
    scope: &Scope<Applications>,
    postings: &[PostingId],
    wanted: &Wanted,
    page: &Page,
) -> Result<HashMap<PostingId, Part<Application>>, Fault> {
    let rows = under(db, scope, "c.posting_id", json_list(postings), wanted, page).await?;
    Ok(page.parts(rows, |one| (one.posting, one.applied_at, one.id)))
}

/// As [`listed`], the same page for each of these people.
pub async fn of_candidates(
    db: &impl Source,
    scope: &Scope<Applications>,
    candidates: &[CandidateId],
    wanted: &Wanted,
    page: &Page,
) -> Result<HashMap<CandidateId, Part<Application>>, Fault> {
    let rows = under(db, scope, "c.candidate_id", json_list(candidates), wanted, page).await?;
    Ok(page.parts(rows, |one| (one.candidate, one.applied_at, one.id)))
}

async fn under(
    db: &impl Source,
    scope: &Scope<Applications>,
    parent: &str,
    parents: Value,
    wanted: &Wanted,
    page: &Page,
) -> Result<Vec<Application>, Fault> {
    let mut binds = Binds::default();
    let parents = binds.add(parents);
    let seen = within(scope, &OF_SCOPE, db.kind(), &mut binds);
    let asked = wanted.condition(db.kind(), &mut binds);
    let bounds = page.bounds("c.applied_at", "c.id", &mut binds);
    let wanted = format!("{parent} = p.value AND {seen} AND {asked} AND {}", bounds.wanted);
    let sql = db.kind().newest_per_parent(&Children {
        columns: COLUMNS,
        table: "application",
        parents,
        wanted: &wanted,
        order: &bounds.order,
    });
    read(db, &sql, binds).await
}

/// Why these applications ended, for those that did.
pub async fn reasons(
    db: &impl Source,
    scope: &Scope<Reasons>,
    ids: &[ApplicationId],
) -> Result<HashMap<ApplicationId, Why>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        id: ApplicationId,
        outcome_reason: String,
        outcome_by: String,
    }
    let mut binds = Binds::default();
    let ids = db.kind().listed(binds.add(json_list(ids)));
    let seen = within(scope, &OF_SCOPE, db.kind(), &mut binds);
    let sql = format!(
        "SELECT c.id, c.outcome_reason, c.outcome_by FROM application c WHERE c.id IN {ids} AND c.outcome_at IS NOT NULL AND {seen}"
    );
    let rows = dialect::query_all::<Row>(db, &sql, binds).await?;
    Ok(rows.into_iter().map(|row| (row.id, Why { reason: row.outcome_reason, by: row.outcome_by })).collect())
}

/// The whole application, kept from changing until the write ends.
pub async fn lock(tx: &Tx, id: ApplicationId) -> Result<Option<Application>, Fault> {
    let sql = format!("SELECT c.* FROM application c WHERE c.id = $1{}", tx.kind().for_update());
    Ok(dialect::query_one::<Row>(tx, &sql, [id.into()]).await?.map(Application::from))
}

/// This person's active or hired application to this posting, of which there is at most one.
pub async fn current(
    db: &impl Source,
    posting: PostingId,
    candidate: CandidateId,
) -> Result<Option<Application>, Fault> {
    let sql = format!(
        "SELECT {COLUMNS} FROM application c WHERE c.candidate_id = $1 AND c.posting_id = $2 AND c.status IN ('active', 'hired')"
    );
    Ok(read(db, &sql, [candidate.into(), posting.into()]).await?.pop())
}

/// Whether an application of this person to this posting ended at that instant or later, but not in a hire.
pub async fn ended_since(
    db: &impl Source,
    posting: PostingId,
    candidate: CandidateId,
    since: DateTime<Utc>,
) -> Result<bool, Fault> {
    let sql = format!(
        "SELECT {COLUMNS} FROM application c WHERE c.candidate_id = $1 AND c.posting_id = $2 \
         AND c.status IN ('declined', 'withdrawn') AND c.outcome_at >= $3 LIMIT 1"
    );
    Ok(!read(db, &sql, [candidate.into(), posting.into(), since.into()]).await?.is_empty())
}

/// Keeps a new application.
pub async fn insert(tx: &Tx, application: &Application) -> Result<(), Failure> {
    let cells = cells! {
        id: application.id,
        posting_id: application.posting,
        candidate_id: application.candidate,
        plan_id: application.plan.plan,
        plan_version: application.plan.number,
        status: application.status,
        stage: application.stage,
        revision: application.revision,
        applied_at: application.applied_at,
        source: application.source,
        repeated: application.repeated,
        referrer_id: application.referrer,
        channel: application.channel,
        language: application.language.as_deref(),
    };
    Ok(row::insert(tx, "application", cells).await?)
}

/// Saves an application that was locked, raises its revision and gives it back as it is now.
///
/// # Errors
/// `STALE` when the kept revision is another; `ALREADY_APPLIED` when it would be the person's second current one.
pub async fn save(tx: &Tx, application: Application) -> Result<Application, Failure> {
    let sql = "UPDATE application SET status = $3, stage = $4, revision = $2 + 1, outcome_side = $5, \
               outcome_reason = $6, outcome_by = $7, outcome_at = $8, needs_decision_since = $9, outcome_told_from = $10 \
               WHERE id = $1 AND revision = $2";
    let outcome = application.outcome.as_ref();
    let why = outcome.and_then(|outcome| outcome.why.as_ref());
    let values: [Value; 10] = [
        application.id.into(),
        application.revision.into(),
        application.status.into(),
        application.stage.into(),
        outcome.map(|outcome| outcome.side).into(),
        why.map(|why| why.reason.as_str()).into(),
        why.map(|why| why.by.as_str()).into(),
        outcome.map(|outcome| outcome.at).into(),
        application.needs_decision_since.into(),
        outcome.and_then(|outcome| outcome.told_from).into(),
    ];
    if dialect::execute(tx, sql, values).await? == 0 {
        return Err(Refusal::Stale.into());
    }
    Ok(Application { revision: application.revision + 1, ..application })
}

/// Puts an application that was locked under its new posting and plan, in the write that saves it.
///
/// # Errors
/// `ALREADY_APPLIED` when the person has another current one there.
pub async fn put_under(tx: &Tx, application: &Application) -> Result<(), Failure> {
    let sql = "UPDATE application SET posting_id = $2, plan_id = $3, plan_version = $4 WHERE id = $1";
    let PlanVersion { plan, number } = application.plan;
    let values: [Value; 4] = [application.id.into(), application.posting.into(), plan.into(), number.into()];
    dialect::execute(tx, sql, values).await?;
    Ok(())
}

/// Which active applications now wait for somebody's decision.
#[derive(Debug, Clone, Copy)]
pub enum Undecided {
    /// All of a posting that was filled.
    OfPosting(PostingId),
    /// All others of a person who was hired by this one.
    BesideHired(CandidateId, ApplicationId),
}

/// Puts active applications on the list of those that wait for a decision, and records it. Their revisions rise, so
/// that nobody who did not know decides by accident.
pub async fn mark_needs_decision(tx: &Tx, change: &Change, which: Undecided) -> Result<(), Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        id: ApplicationId,
        posting_id: PostingId,
    }
    let mut binds = Binds::default();
    let at = binds.put(change.at);
    let which = match which {
        Undecided::OfPosting(posting) => format!("posting_id = {}", binds.put(posting)),
        Undecided::BesideHired(candidate, hired) => {
            format!("candidate_id = {} AND id <> {}", binds.put(candidate), binds.put(hired))
        }
    };
    let sql = format!(
        "UPDATE application SET needs_decision_since = {at}, revision = revision + 1 \
         WHERE {which} AND status = 'active' AND needs_decision_since IS NULL RETURNING id, posting_id"
    );
    let mut rows = dialect::query_all::<Row>(tx, &sql, binds).await?;
    rows.sort_by_key(|row| row.id);
    for row in rows {
        let event = change.event(EventKind::ApplicationNeedsDecision);
        tx.record(event.posting(row.posting_id).application(row.id));
    }
    Ok(())
}

#[derive(FromQueryResult)]
struct Row {
    id: ApplicationId,
    posting_id: PostingId,
    candidate_id: CandidateId,
    plan_id: PlanId,
    plan_version: i32,
    status: ApplicationStatus,
    stage: i32,
    revision: i32,
    applied_at: DateTime<Utc>,
    source: Origin,
    repeated: bool,
    outcome_side: Option<Side>,
    outcome_reason: Option<String>,
    outcome_by: Option<String>,
    outcome_at: Option<DateTime<Utc>>,
    outcome_told_from: Option<DateTime<Utc>>,
    needs_decision_since: Option<DateTime<Utc>>,
    referrer_id: Option<UserId>,
    channel: Option<Channel>,
    language: Option<String>,
}

impl From<Row> for Application {
    fn from(row: Row) -> Self {
        let why = row.outcome_reason.zip(row.outcome_by).map(|(reason, by)| Why { reason, by });
        let outcome = row.outcome_side.zip(row.outcome_at).map(|(side, at)| Outcome {
            side,
            at,
            told_from: row.outcome_told_from,
            why,
        });
        Self {
            id: row.id,
            posting: row.posting_id,
            candidate: row.candidate_id,
            plan: PlanVersion { plan: row.plan_id, number: row.plan_version },
            status: row.status,
            stage: row.stage,
            revision: row.revision,
            applied_at: row.applied_at,
            source: row.source,
            repeated: row.repeated,
            outcome,
            needs_decision_since: row.needs_decision_since,
            referrer: row.referrer_id,
            channel: row.channel,
            language: row.language,
        }
    }
}

pub(super) async fn read(
    db: &impl Source,
    sql: &str,
    values: impl IntoIterator<Item = Value> + Send,
) -> Result<Vec<Application>, Fault> {
    Ok(dialect::query_all::<Row>(db, sql, values).await?.into_iter().map(Application::from).collect())
}
