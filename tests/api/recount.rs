//! Reports are told by events; the same numbers counted from the tables, by statements that know nothing of events.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::FromQueryResult;
use vacantia::domain::Viewer;
use vacantia::domain::policy::report::reports;
use vacantia::storage::report::{Report, Wanted, read};
use vacantia::storage::{dialect, plan};

use crate::app::TestApp;

#[derive(FromQueryResult)]
struct Line {
    line: String,
}

/// Counts of applications, offers and filled seats, as lines.
const COUNTED: &str = "\
SELECT 'applications ' || count(*) || ' hired ' || count(CASE WHEN a.status = 'hired' THEN 1 END) AS line \
 FROM application a \
UNION ALL SELECT 'source ' || a.source || coalesce(' ' || a.channel, '') || ' applications ' || count(*) \
 || ' offered ' || count(CASE WHEN EXISTS (SELECT 1 FROM offer f WHERE f.application_id = a.id AND f.sent_version > 0) THEN 1 END) \
 || ' hired ' || count(CASE WHEN a.status = 'hired' THEN 1 END) FROM application a GROUP BY a.source, a.channel \
UNION ALL SELECT 'offers sent ' || count(f.sent_version) || ' accepted ' || count(CASE WHEN f.status = 'accepted' THEN 1 END) \
 || ' declined ' || count(CASE WHEN f.status = 'declined' THEN 1 END) || ' expired ' || count(CASE WHEN f.status = 'expired' THEN 1 END) \
 || ' rescinded ' || count(CASE WHEN f.status = 'rescinded' THEN 1 END) || ' undone ' || count(f.undone_at) FROM offer f \
UNION ALL SELECT 'seat ' || t.posting_id || ' ' || t.team_id || ' filled ' || count(*) FROM opening o \
 JOIN posting_team t ON t.id = o.posting_team_id WHERE o.state = 'filled' GROUP BY t.posting_id, t.team_id";

/// A stretch of an application's way under one plan, as far as the tables tell: where it began, how far down and up it
/// came, and how it ended.
struct Stood {
    application: String,
    plan_id: String,
    plan_version: i32,
    status: String,
    began: i32,
    low: i32,
    stage: i32,
    reach: i32,
}

/// A stretch that ended with a transfer, or the one that goes on or ended with its application.
#[derive(FromQueryResult)]
struct Stretch {
    application: String,
    revision: i32,
    plan_id: String,
    plan_version: i32,
    status: String,
    stage: i32,
    next: i32,
}

const STRETCHES: &str = "\
SELECT t.application_id AS application, t.revision, t.from_plan_id AS plan_id, t.from_plan_version AS plan_version, \
 'transferred' AS status, t.from_stage AS stage, t.to_stage AS next FROM application_transfer t \
UNION ALL SELECT a.id, a.revision + 1, a.plan_id, a.plan_version, a.status, a.stage, 0 FROM application a \
 ORDER BY 1, 2";

/// A way back.
#[derive(FromQueryResult)]
struct Back {
    application_id: String,
    revision: i32,
    from_stage: i32,
    to_stage: i32,
}

const BACK: &str = "SELECT application_id, revision, from_stage, to_stage FROM application_return";

/// How a filled seat's times stand in the tables.
#[derive(FromQueryResult)]
struct Seat {
    id: String,
    created_at: chrono::DateTime<chrono::Utc>,
    decided_at: chrono::DateTime<chrono::Utc>,
}

const SEATS: &str = "\
SELECT o.id, o.created_at, f.decided_at FROM opening o JOIN offer f ON f.id = o.offer_id WHERE o.state = 'filled'";

fn told(report: &Report) -> BTreeSet<String> {
    let tally = &report.tally;
    let mut lines = BTreeSet::from([format!("applications {} hired {}", tally.applications, tally.hired)]);
    for ((source, channel), of) in &tally.sources {
        let source = channel.map_or_else(|| source.to_string(), |channel| format!("{source} {channel}"));
        let (applications, offered, hired) = (of.applications, of.reached_offer, of.hired);
        lines.insert(format!("source {source} applications {applications} offered {offered} hired {hired}"));
    }
    let of = tally.offers;
    let (sent, accepted, declined) = (of.sent, of.accepted, of.declined);
    let (expired, rescinded, undone) = (of.expired, of.rescinded, of.undone);
    lines.insert(format!(
        "offers sent {sent} accepted {accepted} declined {declined} expired {expired} rescinded {rescinded} undone {undone}"
    ));
    let mut seats: BTreeMap<_, u32> = BTreeMap::new();
    for seat in &report.filled {
        *seats.entry((seat.posting, seat.team)).or_default() += 1;
    }
    let filled = |((posting, team), count)| format!("seat {posting} {team} filled {count}");
    lines.extend(seats.into_iter().map(filled));
    lines
}

impl TestApp {
    pub async fn report(&self, wanted: &Wanted) -> Report {
        read(&self.store, &reports(&Viewer::System), wanted, self.now()).await.unwrap()
    }

    /// Panics unless the report of everything is what the tables say.
    pub async fn check_report(&self) {
        let report = self.report(&Wanted::default()).await;
        let counted = dialect::query_all::<Line>(&self.store, COUNTED, []).await.unwrap();
        let counted: BTreeSet<_> = counted.into_iter().map(|row| row.line).collect();
        assert_eq!(told(&report), counted, "the report tells other numbers than the tables");
        self.check_stages(&report).await;
        let seats = dialect::query_all::<Seat>(&self.store, SEATS, []).await.unwrap();
        let kept: BTreeMap<_, _> =
            seats.into_iter().map(|seat| (seat.id, (seat.created_at, seat.decided_at))).collect();
        let filled = report.filled.iter();
        let filled: BTreeMap<_, _> =
            filled.map(|seat| (seat.opening.to_string(), (seat.opened_at, seat.filled_at))).collect();
        assert_eq!(filled, kept, "seats were opened and filled at other times");
    }

    /// How applications stood in stages: how far one ever came is where it is or came back from.
    async fn stood(&self) -> Vec<Stood> {
        let backs = dialect::query_all::<Back>(&self.store, BACK, []).await.unwrap();
        let mut stood: Vec<Stood> = Vec::new();
        let (mut of, mut began, mut since) = (String::new(), 0, 0);
        for stretch in dialect::query_all::<Stretch>(&self.store, STRETCHES, []).await.unwrap() {
            if of != stretch.application {
                (of, began, since) = (stretch.application.clone(), 0, 0);
            }
            let within = |back: &&Back| {
                back.application_id == of && (since..stretch.revision).contains(&back.revision)
            };
            let backs: Vec<_> = backs.iter().filter(within).collect();
            let low = backs.iter().map(|back| back.to_stage).min();
            let reach = backs.iter().map(|back| back.from_stage).max();
            stood.push(Stood {
                application: of.clone(),
                plan_id: stretch.plan_id,
                plan_version: stretch.plan_version,
                status: stretch.status,
                began,
                low: low.unwrap_or(began).min(began),
                stage: stretch.stage,
                reach: reach.unwrap_or(stretch.stage).max(stretch.stage),
            });
            (began, since) = (stretch.next, stretch.revision);
        }
        stood
    }

    async fn check_stages(&self, report: &Report) {
        let rows = self.stood().await;
        let plans = plan::of(&self.store, &report.tally.plans()).await.unwrap();
        for of in &report.stages {
            let mut counts = [0; 3];
            let (mut entered, mut advanced) = (BTreeSet::new(), BTreeSet::new());
            let mut vague = false;
            for row in &rows {
                let version = plans.values().find(|made| {
                    let version = made.plan.version;
                    version.plan.to_string() == row.plan_id && version.number == row.plan_version
                });
                let stages = &version.unwrap().plan.stages;
                let place = stages.iter().position(|stage| stage.key == of.key);
                let Some(place) = place.filter(|_| row.plan_id == of.plan.plan.to_string()) else { continue };
                // The tables do not say who stepped over it, nor what lies between a way back and a transfer.
                vague |= stages[place].optional || row.low < row.began;
                let place = i32::try_from(place).unwrap();
                let here = |status: &str| row.stage == place && row.status == status;
                for (count, status) in counts.iter_mut().zip(["active", "declined", "withdrawn"]) {
                    *count += u64::from(here(status));
                }
                if (row.low..=row.reach).contains(&place) {
                    entered.insert(&row.application);
                }
                if (row.low..row.reach).contains(&place) || here("hired") {
                    advanced.insert(&row.application);
                }
            }
            let tally = &of.tally;
            let standing = [tally.active, tally.declined, tally.withdrawn];
            assert_eq!(standing, counts, "stage {}", of.key);
            assert!(tally.entered >= counts.iter().sum() && tally.entered >= tally.advanced);
            let (entered, advanced) = (entered.len() as u64, advanced.len() as u64);
            if vague {
                assert!(tally.entered <= entered && tally.advanced <= advanced, "stage {}", of.key);
            } else {
                assert_eq!((tally.entered, tally.advanced), (entered, advanced), "stage {}", of.key);
            }
        }
        let entered: BTreeSet<_> = rows.iter().map(|row| (&row.plan_id, row.plan_version)).collect();
        assert_eq!(entered.len(), report.tally.plans().len());
    }
}
