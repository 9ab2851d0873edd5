//! The team round of the reference process: two interviews and the references run beside each other, in any order. Every
//! interleaving is played, and what comes of it may depend on what was done alone, never on when.
//!
//! The ordinary suite plays all of them on SQLite and a share on PostgreSQL; `VACANTIA_ROUND=whole` plays all on both.

mod courses;
mod expected;
mod hand;

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use futures_util::{StreamExt as _, stream};
use sea_orm::FromQueryResult;
use vacantia::domain::id::ApplicationId;
use vacantia::domain::plan::Stage;
use vacantia::domain::plan_reference;
use vacantia::storage::{Kind, dialect};

use self::courses::{Course, Finish, Standing, courses, with_cards};
use self::hand::{Hand, Table};
use crate::app::TestApp;
use crate::hire::sweep;
use crate::history::{events, replayed};

/// The steps of the round, as the plan calls them: people meet in the first two.
pub const STEPS: [&str; 3] = ["behavioral", "technical", "references"];

/// The round, and the stage it leads to.
fn stages() -> Vec<Stage> {
    let wanted = |stage: &Stage| matches!(stage.key.as_str(), "team" | "offer");
    plan_reference::stages().into_iter().filter(wanted).collect()
}

/// All of them where everything is to be played, otherwise every so manieth.
fn share(all: Vec<Course>, every: usize) -> Vec<Course> {
    let whole = std::env::var("VACANTIA_ROUND").is_ok_and(|said| said == "whole");
    all.into_iter().step_by(if whole { 1 } else { every }).collect()
}

/// How often each line is told of an application.
type Lines = BTreeMap<String, usize>;

#[derive(FromQueryResult)]
struct Row {
    application: String,
    line: String,
}

/// What the tables tell of each application, a line a record, mails with whom they are to.
async fn lines(app: &TestApp) -> BTreeMap<String, Lines> {
    const SQL: &str = "\
SELECT id AS application, 'application ' || status || ' stage ' || stage AS line FROM application \
UNION ALL SELECT application_id AS application, 'step ' || key || ' ' || state || ' round ' || round AS line FROM application_step \
UNION ALL SELECT m.application_id AS application, 'mail ' || m.kind || ' ' || m.state || ' to ' || CASE WHEN m.user_id IS NOT NULL \
 THEN m.user_id WHEN m.reference_id IS NOT NULL THEN r.email ELSE 'candidate' END AS line \
 FROM email_message m LEFT JOIN reference r ON r.id = m.reference_id \
UNION ALL SELECT i.application_id AS application, 'interview ' || s.key || ' ' || i.state AS line \
 FROM interview i JOIN application_step s ON s.id = i.step_id \
UNION ALL SELECT e.application_id AS application, 'event ' || e.kind || CASE WHEN s.key IS NULL THEN '' ELSE ' ' || s.key END AS line \
 FROM event e LEFT JOIN application_step s ON s.application_id = e.application_id AND e.facts LIKE '%' || s.id || '%' \
 WHERE e.application_id IS NOT NULL";
    let rows = dialect::query_all::<Row>(&app.store, SQL, []).await.unwrap();
    let mut told: BTreeMap<String, Lines> = BTreeMap::new();
    for row in rows {
        *told.entry(row.application).or_default().entry(row.line).or_default() += 1;
    }
    told
}

/// Plays all of them beside each other, one move an hour, and compares what came of each with what ought to.
async fn play(app: TestApp, courses: &[Course], hand: Hand) -> BTreeSet<Standing> {
    let table = Table::laid(&app, stages(), hand).await;
    let mut seats = Vec::new();
    for (number, course) in courses.iter().enumerate() {
        seats.push((course, table.seat(number).await));
    }
    let moves = courses.iter().map(|course| course.order.len()).max().unwrap_or(0);
    for place in 0..moves {
        // Meetings whose time is over were held.
        while sweep(&app).step().await.unwrap() > 0 {}
        let turn = seats.iter_mut().map(|(course, seat)| table.turn(course, place, seat));
        stream::iter(turn).buffer_unordered(8).collect::<Vec<()>>().await;
        app.clock.pass(TimeDelta::hours(1));
    }
    let told = lines(&app).await;
    let mut outcomes = BTreeSet::new();
    for (course, seat) in &seats {
        let expected = expected::lines(seat.standing, &table.hosts(), course);
        assert_eq!(
            differing(&lines_of(&told, seat.id), &expected),
            BTreeMap::new(),
            "told and expected of {course}"
        );
        outcomes.insert(seat.standing);
    }
    assert_eq!(replayed(&app, &events(&app).await).await, None);
    app.check_invariants().await;
    app.check_report().await;
    outcomes
}

fn lines_of(told: &BTreeMap<String, Lines>, id: ApplicationId) -> Lines {
    told.get(&id.to_string()).cloned().unwrap_or_default()
}

/// Lines that are not told as often as expected, with both counts.
fn differing(told: &Lines, expected: &Lines) -> BTreeMap<String, (usize, usize)> {
    let all: BTreeSet<_> = told.keys().chain(expected.keys()).collect();
    let count = |lines: &Lines, line: &String| lines.get(line).copied().unwrap_or_default();
    let counts = all.into_iter().map(|line| (line.clone(), (count(told, line), count(expected, line))));
    counts.filter(|(_, (told, expected))| told != expected).collect()
}

const fn factorial(n: usize) -> usize {
    if n == 0 { 1 } else { n * factorial(n - 1) }
}

/// Six moves, of which each step's two come in their order; three ends of each step.
const INTERLEAVINGS: usize = factorial(6) / 2_usize.pow(3) * 3_usize.pow(3);

/// Eight moves; an interview is set before its card is written and before it is over, which come in any order.
const WITH_CARDS: usize = factorial(8) / (3 * 3 * 2);

/// Three steps passed or waived; or one in which the application is declined, beside two that are untouched, begun, passed
/// or waived.
const OUTCOMES: usize = 2_usize.pow(3) + 3 * 4_usize.pow(2);

#[test]
fn the_interleavings_are_as_many_as_they_have_to_be() {
    let all = courses();
    let distinct: BTreeSet<String> = all.iter().map(ToString::to_string).collect();
    assert_eq!((all.len(), distinct.len()), (INTERLEAVINGS, INTERLEAVINGS));
    let outcomes: BTreeSet<_> = all.iter().map(Course::outcome).collect();
    assert_eq!(outcomes.len(), OUTCOMES);
    let cards = with_cards();
    let distinct: BTreeSet<String> = cards.iter().map(ToString::to_string).collect();
    assert_eq!((cards.len(), distinct.len()), (WITH_CARDS, WITH_CARDS));
    println!("{INTERLEAVINGS} interleavings with {OUTCOMES} outcomes; {WITH_CARDS} with scorecards");
}

both! {
    async fn the_outcome_does_not_depend_on_the_order(app: TestApp) {
        let played = share(courses(), if app.database.kind == Kind::Sqlite { 1 } else { 17 });
        let outcomes = play(app, &played, Hand::Actions).await;
        let possible: BTreeSet<_> = played.iter().map(Course::outcome).collect();
        assert_eq!(outcomes, possible);
        println!("{} of {INTERLEAVINGS} interleavings played, with {} outcomes", played.len(), outcomes.len());
    }

    async fn cards_come_before_or_after_the_step_is_passed(app: TestApp) {
        let played = share(with_cards(), 37);
        let outcomes = play(app, &played, Hand::Actions).await;
        assert_eq!(outcomes.len(), 1);
        println!("{} of {WITH_CARDS} interleavings with scorecards played", played.len());
    }

    async fn the_outcome_is_the_same_over_graphql(app: TestApp) {
        let orders = courses().into_iter().step_by(INTERLEAVINGS / 18 + 1);
        let passed = courses().into_iter().filter(|course| course.finishes == [Finish::Pass; 3]).step_by(45);
        let played: Vec<_> = orders.chain(passed).chain(with_cards().into_iter().step_by(1_000)).collect();
        play(app, &played, Hand::Graphql).await;
    }
}
