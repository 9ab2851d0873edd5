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
UNION ALL SELECT 'source ' || a.source || ' applications ' || count(*) \
 || ' offered ' || count(CASE WHEN EXISTS (SELECT 1 FROM offer f WHERE f.application_id = a.id AND f.sent_version > 0) THEN 1 END) \
 || ' hired ' || count(CASE WHEN a.status = 'hired' THEN 1 END) FROM application a GROUP BY a.source \
UNION ALL SELECT 'offers sent ' || count(f.sent_version) || ' accepted ' || count(CASE WHEN f.status = 'accepted' THEN 1 END) \
 || ' declined ' || count(CASE WHEN f.status = 'declined' THEN 1 END) || ' expired ' || count(CASE WHEN f.status = 'expired' THEN 1 END) \
 || ' rescinded ' || count(CASE WHEN f.status = 'rescinded' THEN 1 END) || ' undone ' || count(f.undone_at) FROM offer f \
UNION ALL SELECT 'seat ' || t.posting_id || ' ' || t.team_id || ' filled ' || count(*) FROM opening o \
 JOIN posting_team t ON t.id = o.posting_team_id WHERE o.state = 'filled' GROUP BY t.posting_id, t.team_id";

/// An application, as far as it tells of stages: how far it ever came is where it is or came back from.
#[derive(FromQueryResult)]
struct Stood {
    plan_id: String,
    plan_version: i32,
    status: String,
    stage: i32,
    reach: i32,
}

const STOOD: &str = "\
SELECT a.plan_id, a.plan_version, a.status, a.stage, coalesce((SELECT max(r.from_stage) FROM application_return r \
 WHERE r.application_id = a.id AND r.from_stage > a.stage), a.stage) AS reach FROM application a";

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
    for (source, of) in &tally.sources {
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

    async fn check_stages(&self, report: &Report) {
        let rows = dialect::query_all::<Stood>(&self.store, STOOD, []).await.unwrap();
        let plans = plan::of(&self.store, &report.tally.plans()).await.unwrap();
        for of in &report.stages {
            let mut counts = [0; 5];
            let mut optional = false;
            for row in &rows {
                let version = plans.values().find(|made| {
                    let version = made.plan.version;
                    version.plan.to_string() == row.plan_id && version.number == row.plan_version
                });
                let stages = &version.unwrap().plan.stages;
                let place = stages.iter().position(|stage| stage.key == of.key);
                let Some(place) = place.filter(|_| row.plan_id == of.plan.plan.to_string()) else { continue };
                optional |= stages[place].optional;
                let place = i32::try_from(place).unwrap();
                let here = |status: &str| u64::from(row.stage == place && row.status == status);
                counts[0] += here("active");
                counts[1] += here("declined");
                counts[2] += here("withdrawn");
                counts[3] += u64::from(row.reach >= place);
                counts[4] += u64::from(row.reach > place).max(here("hired"));
            }
            let [active, declined, withdrawn, entered, advanced] = counts;
            let tally = &of.tally;
            let standing = (tally.active, tally.declined, tally.withdrawn);
            assert_eq!(standing, (active, declined, withdrawn), "stage {}", of.key);
            assert!(tally.entered >= active + declined + withdrawn && tally.entered >= tally.advanced);
            if optional {
                // The tables do not say who stepped over it.
                assert!(tally.entered <= entered && tally.advanced <= advanced, "stage {}", of.key);
            } else {
                assert_eq!((tally.entered, tally.advanced), (entered, advanced), "stage {}", of.key);
            }
        }
        let entered: BTreeSet<_> = rows.iter().map(|row| (&row.plan_id, row.plan_version)).collect();
        assert_eq!(entered.len(), report.tally.plans().len());
    }
}
