//! Reports, read from events: a chunk at a time, so that no history is too long to be told.

mod wanted;

pub use wanted::Wanted;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;

use super::dialect::{self, Binds, json_list};
use super::event::facts;
use super::fault::Fault;
use super::scope::{Columns, within};
use super::source::Source;
use super::store::Store;
use super::{application, plan, posting_team, work};
use crate::domain::event::EventKind;
use crate::domain::id::{ApplicationId, OfferId, OpeningId, PostingId, PostingTeamId, TeamId};
use crate::domain::plan::HiringPlan;
use crate::domain::policy::report::Reports;
use crate::domain::policy::{Scope, Subject};
use crate::domain::report::{Spread, StageOfPlan, Tally, Told, Way};
use crate::domain::work::WorkKind;

/// Events one statement brings at most: some 5 MB.
const CHUNK: usize = 10_000;

/// What applications' ways are told by.
const OF_APPLICATIONS: [EventKind; 15] = [
    EventKind::ApplicationSubmitted,
    EventKind::ApplicationAdvanced,
    EventKind::ApplicationReturned,
    EventKind::ApplicationTransferred,
    EventKind::ApplicationDeclined,
    EventKind::ApplicationWithdrawn,
    EventKind::ApplicationReinstated,
    EventKind::ApplicationHired,
    EventKind::ApplicationHireUndone,
    EventKind::OfferSent,
    EventKind::OfferAccepted,
    EventKind::OfferDeclined,
    EventKind::OfferExpired,
    EventKind::OfferRescinded,
    EventKind::OfferUndone,
];

/// What seats' lives are told by.
const OF_SEATS: [EventKind; 4] = [
    EventKind::OpeningCreated,
    EventKind::OpeningFilled,
    EventKind::OpeningReopened,
    EventKind::OpeningCancelled,
];

/// A whole report, of one state of the database.
#[derive(Debug)]
pub struct Report {
    /// What became of applications.
    pub tally: Tally,
    /// The plans they go through, each in the newest version that any of them follows.
    pub plans: Vec<HiringPlan>,
    /// What became of them in each stage, plan by plan.
    pub stages: Vec<StageOfPlan>,
    /// The seats that are filled, those filled last first.
    pub filled: Vec<FilledSeat>,
    /// How long they took.
    pub times: Spread,
    /// How much is late.
    pub overdue: Overdue,
}

/// How much is late, whoever it awaits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Overdue {
    /// Applications that are in their stage for too long.
    pub stalled: u64,
    /// Scorecards that are not in.
    pub scorecards: u64,
    /// Questions without answers.
    pub forms: u64,
}

/// Reads a report: what is meant of what the scope reaches, as it stands.
pub async fn read(
    store: &Store,
    scope: &Scope<Reports>,
    wanted: &Wanted,
    now: DateTime<Utc>,
) -> Result<Report, Fault> {
    let db = &store.snapshot().await?;
    let tally = tally(db, scope, wanted).await?;
    let made = plan::of(db, &tally.plans()).await?;
    let mut plans: Vec<_> = made.into_values().map(|made| made.plan).collect();
    let stages = tally.stages(plans.clone());
    plans.retain(|plan| stages.iter().any(|stage| stage.plan == plan.version));
    plans.sort_by_key(|plan| (plan.version.plan, std::cmp::Reverse(plan.version.number)));
    plans.dedup_by_key(|plan| plan.version.plan);
    let (filled, times) = filled(db, scope, wanted).await?;
    let overdue = overdue(db, scope, wanted, now).await?;
    Ok(Report { tally, plans, stages, filled, times, overdue })
}

/// What became of the applications that are meant.
async fn tally(db: &impl Source, scope: &Scope<Reports>, wanted: &Wanted) -> Result<Tally, Fault> {
    let mut tally = Tally::default();
    let (mut of, mut way): (Option<ApplicationId>, Option<Way>) = (None, None);
    let mut last: Option<(String, i64)> = None;
    loop {
        let chunk = chunk_of_applications(db, scope, wanted, last.as_ref()).await?;
        let is_last = chunk.len() < CHUNK;
        last = chunk.last().map(|row| (row.parent.clone(), row.seq));
        for row in chunk {
            let application = row.parent()?;
            let told = row.told()?;
            if of != Some(application) {
                if let Some(way) = way.take() {
                    way.add_to(&mut tally);
                }
                (of, way) = (Some(application), Way::begin(&told));
            } else if let Some(way) = &mut way {
                way.hear(&told);
            }
        }
        if is_last {
            if let Some(way) = way {
                way.add_to(&mut tally);
            }
            return Ok(tally);
        }
    }
}

async fn chunk_of_applications(
    db: &impl Source,
    scope: &Scope<Reports>,
    wanted: &Wanted,
    last: Option<&(String, i64)>,
) -> Result<Vec<Row>, Fault> {
    let mut binds = Binds::default();
    let kinds = db.kind().listed(binds.add(json_list(OF_APPLICATIONS)));
    let seen = within(scope, &application::OF_SCOPE, db.kind(), &mut binds);
    let meant = wanted.of_cohort(&mut binds);
    let behind = behind("e.application_id", last, &mut binds);
    // Asked of each event and not as a list, which would be gathered anew for every chunk.
    let sql = format!(
        "SELECT e.application_id AS parent, e.seq, e.at, e.kind, e.offer_id, e.facts FROM event e \
         WHERE {behind} AND e.kind IN {kinds} \
         AND EXISTS (SELECT 1 FROM application c WHERE c.id = e.application_id AND {seen} AND {meant}) \
         ORDER BY e.application_id, e.seq LIMIT {CHUNK}"
    );
    dialect::query_all::<Row>(db, &sql, binds).await
}

/// The condition that an event comes behind the last one of a chunk.
fn behind(parent: &str, last: Option<&(String, i64)>, binds: &mut Binds) -> String {
    match last {
        Some((key, seq)) => {
            format!("({parent}, e.seq) > ({}, {})", binds.put(key.as_str()), binds.put(*seq))
        }
        None => format!("{parent} IS NOT NULL"),
    }
}

/// A seat that is filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilledSeat {
    /// Which seat.
    pub opening: OpeningId,
    /// In which posting.
    pub posting: PostingId,
    /// Of which team.
    pub team: TeamId,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// When it was filled.
    pub filled_at: DateTime<Utc>,
}

/// The seats that are meant and filled now, those filled last first, and how long they took.
async fn filled(
    db: &impl Source,
    scope: &Scope<Reports>,
    wanted: &Wanted,
) -> Result<(Vec<FilledSeat>, Spread), Fault> {
    let mut lives = Vec::new();
    let (mut of, mut seats) = (None, Seats::default());
    let mut last: Option<(String, i64)> = None;
    loop {
        let chunk = chunk_of_seats(db, scope, wanted, last.as_ref()).await?;
        let is_last = chunk.len() < CHUNK;
        last = chunk.last().map(|row| (row.parent.clone(), row.seq));
        for row in chunk {
            let posting: PostingId = row.parent()?;
            if of != Some(posting) {
                lives.extend(std::mem::take(&mut seats).filled(wanted));
                of = Some(posting);
            }
            seats.hear(posting, &row.told()?);
        }
        if is_last {
            lives.extend(seats.filled(wanted));
            return named(db, scope, wanted, lives).await;
        }
    }
}

async fn chunk_of_seats(
    db: &impl Source,
    scope: &Scope<Reports>,
    wanted: &Wanted,
    last: Option<&(String, i64)>,
) -> Result<Vec<Row>, Fault> {
    const OF_SCOPE: Columns<'static> =
        Columns { posting: Some("e.posting_id"), team: None, application: None, offer: None };
    let mut binds = Binds::default();
    let kinds = db.kind().listed(binds.add(json_list(OF_SEATS)));
    let seen = within(scope, &OF_SCOPE, db.kind(), &mut binds);
    let meant =
        wanted.posting.map_or("true".to_owned(), |posting| format!("e.posting_id = {}", binds.put(posting)));
    let behind = behind("e.posting_id", last, &mut binds);
    let sql = format!(
        "SELECT e.posting_id AS parent, e.seq, e.at, e.kind, e.offer_id, e.facts FROM event e \
         WHERE {behind} AND e.kind IN {kinds} AND {seen} AND {meant} ORDER BY e.posting_id, e.seq LIMIT {CHUNK}"
    );
    dialect::query_all::<Row>(db, &sql, binds).await
}

struct Life {
    posting: PostingId,
    posting_team: PostingTeamId,
    opened_at: DateTime<Utc>,
    filled_at: Option<DateTime<Utc>>,
}

/// The seats of one posting, as far as they were told.
#[derive(Default)]
struct Seats(HashMap<OpeningId, Life>);

impl Seats {
    fn hear(&mut self, posting: PostingId, told: &Told) {
        let Some(opening) = told.word("opening") else { return };
        match (told.kind, told.word("postingTeam")) {
            (EventKind::OpeningCreated, Some(posting_team)) => {
                let life = Life { posting, posting_team, opened_at: told.at, filled_at: None };
                self.0.insert(opening, life);
            }
            (kind, _) => {
                if let Some(life) = self.0.get_mut(&opening) {
                    // What was filled and is open again, or cancelled, was not filled.
                    life.filled_at = (kind == EventKind::OpeningFilled).then_some(told.at);
                }
            }
        }
    }

    fn filled(self, wanted: &Wanted) -> impl Iterator<Item = (OpeningId, Life)> {
        self.0.into_iter().filter(|(_, life)| life.filled_at.is_some_and(|at| wanted.covers(at)))
    }
}

/// The seats with their teams, without those of teams that are not meant or not within the scope.
async fn named(
    db: &impl Source,
    scope: &Scope<Reports>,
    wanted: &Wanted,
    lives: Vec<(OpeningId, Life)>,
) -> Result<(Vec<FilledSeat>, Spread), Fault> {
    let ids: Vec<_> = lives.iter().map(|(_, life)| life.posting_team).collect();
    let teams = posting_team::of(db, &ids).await?;
    let mut seats: Vec<FilledSeat> = lives
        .into_iter()
        .filter_map(|(opening, life)| {
            let team = teams.get(&life.posting_team)?.team;
            let (posting, opened_at, filled_at) = (life.posting, life.opened_at, life.filled_at?);
            Some(FilledSeat { opening, posting, team, opened_at, filled_at })
        })
        .filter(|seat| {
            let subject =
                Subject { posting: Some(seat.posting), team: Some(seat.team), ..Subject::default() };
            scope.covers(&subject) && wanted.team.is_none_or(|team| team == seat.team)
        })
        .collect();
    seats.sort_by_key(|seat| std::cmp::Reverse((seat.filled_at, seat.opening)));
    let mut times = Spread::default();
    for seat in &seats {
        times.add(seat.opened_at, seat.filled_at);
    }
    Ok((seats, times))
}

/// How much of what is meant is late now.
async fn overdue(
    db: &impl Source,
    scope: &Scope<Reports>,
    wanted: &Wanted,
    now: DateTime<Utc>,
) -> Result<Overdue, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        kind: WorkKind,
        number: i64,
    }
    let kind = db.kind();
    let stays = work::stays(db).await?;
    let mut binds = Binds::default();
    let (stays, now) = (binds.add(work::written(&stays)), binds.put(now));
    let seen = within(scope, &application::OF_SCOPE, kind, &mut binds);
    let seen = format!("{seen} AND {}", wanted.of_application(&mut binds));
    let sql = format!(
        "SELECT u.kind, count(*) AS number FROM ({} UNION ALL {} UNION ALL {}) u GROUP BY u.kind",
        work::scorecards(&format!("r.due_at <= {now} AND {seen}")),
        work::stalled(kind, stays, &now, &seen),
        work::forms(&now, &seen)
    );
    let rows = dialect::query_all::<Row>(db, &sql, binds).await?;
    let mut overdue = Overdue::default();
    for row in rows {
        let number = u64::try_from(row.number).unwrap_or_default();
        match row.kind {
            WorkKind::ApplicationStalled => overdue.stalled = number,
            WorkKind::ScorecardDue => overdue.scorecards = number,
            _ => overdue.forms = number,
        }
    }
    Ok(overdue)
}

#[derive(FromQueryResult)]
struct Row {
    parent: String,
    seq: i64,
    at: DateTime<Utc>,
    kind: EventKind,
    offer_id: Option<OfferId>,
    facts: String,
}

impl Row {
    fn parent<T: std::str::FromStr>(&self) -> Result<T, Fault> {
        self.parent.parse().map_err(|_| Fault::unfit(format!("event {} concerns no such thing", self.seq)))
    }

    fn told(self) -> Result<Told, Fault> {
        let facts = facts(&self.facts)
            .ok_or_else(|| Fault::unfit(format!("the facts of event {} are unreadable", self.seq)))?;
        Ok(Told { kind: self.kind, at: self.at, offer: self.offer_id, facts })
    }
}
