//! Telling a history to the model and to the program at once, and comparing the two after every step.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest};
use sea_orm::FromQueryResult;
use tokio::runtime::Runtime;
use vacantia::domain::approval::ApprovalGroup;
use vacantia::storage::{Failure, Kind, dialect};

use super::feeds::Reader;
use super::model::{Answer, Model, settling};
use super::moves::{Age, Move, Turn, next};
use super::tables::{difference, events, replayed};
use super::world::{Named, World};
use crate::app::TestApp;
use crate::harness::Database;

/// Steps of a history, after its prelude.
const LONGEST: usize = 40;

/// The machine proptest draws histories from.
pub struct Hiring;

impl ReferenceStateMachine for Hiring {
    type State = Model;
    type Transition = Move;

    fn init_state() -> BoxedStrategy<Model> {
        let far = select(vec![Far::BeforeTheCeo, Far::Drafted, Far::Sent, Far::ToBeReplaced, Far::Hired]);
        let people = prop::collection::vec((far, any::<bool>()), 0..3);
        (any::<bool>(), 1..3_u32, 0..3_u32, people)
            .prop_map(|(asks_nobody, one, two, people)| begun(asks_nobody, [one, two], &people))
            .boxed()
    }

    fn transitions(state: &Model) -> BoxedStrategy<Move> {
        let knowing = state.clone();
        next(state).prop_filter("names nobody", move |step| knowing.knows(step)).boxed()
    }

    fn preconditions(state: &Model, step: &Move) -> bool {
        state.knows(step)
    }

    fn apply(mut state: Model, step: &Move) -> Model {
        state.take(step);
        state
    }
}

/// How far somebody has come before anything is left to chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Far {
    BeforeTheCeo,
    Drafted,
    Sent,
    ToBeReplaced,
    Hired,
}

/// A plan with or without approvals, an open posting, and people who have come so far, perhaps with a draft too many.
fn begun(asks_nobody: bool, seats: [u32; 2], people: &[(Far, bool)]) -> Model {
    let age = Age::Unsaid;
    let mut model = Model { asks_nobody, ..Model::default() };
    model.begins(Move::Create { seats, days: None });
    model.begins(Move::Turn { posting: 0, turn: Turn::Publish, age });
    for (person, &(far, twice)) in people.iter().enumerate() {
        let app = model.apps.len();
        model.begins(Move::Apply { posting: 0, person, by_staff: false, key: None });
        if app == model.apps.len() {
            // The hire before filled the last seat.
            break;
        }
        model.begins(Move::Allot { app, team: 0, age });
        model.begins(Move::Justify { app });
        model.begins(Move::Step { app, step: 0, deed: settling(0), age });
        model.begins(Move::Advance { app, pass_over: false, from: 0, age });
        model.begins(Move::Step { app, step: 1, deed: settling(1), age });
        model.begins(Move::Step { app, step: 2, deed: settling(2), age });
        if far > Far::BeforeTheCeo {
            model.begins(Move::Advance { app, pass_over: true, from: 1, age });
            begin_offer(&mut model, app, far, twice);
        }
    }
    model
}

fn begin_offer(model: &mut Model, app: usize, far: Far, twice: bool) {
    let (age, offer, asked) = (Age::Unsaid, model.offers.len(), true);
    for _ in 0..=u8::from(twice) {
        model.begins(Move::Draft { app, days: 14, key: None });
    }
    let approved = |model: &mut Model| {
        model.begins(Move::Submit { offer, asked, age });
        if !model.asks_nobody {
            model.begins(Move::Approve { offer, other_terms: false });
        }
    };
    if far >= Far::Sent {
        approved(model);
        model.begins(Move::Send { offer, days: None, key: None, age });
    }
    if far == Far::ToBeReplaced {
        model.begins(Move::Revise { offer, age });
        approved(model);
    }
    // Without a seat for it, it was not sent.
    if far == Far::Hired && model.offers[offer].status == "sent" {
        model.begins(Move::Accept { offer, page: 0, first_version: false });
    }
}

/// The program, and what was told to it so far.
pub struct Telling {
    world: World,
    runtime: Runtime,
    reader: Reader,
    story: Vec<String>,
}

#[derive(FromQueryResult, PartialEq, Eq, PartialOrd, Ord, Clone)]
struct Seat {
    id: String,
    created_at: DateTime<Utc>,
}

impl Telling {
    pub fn new(kind: Kind, rule: Vec<ApprovalGroup>) -> Option<Self> {
        let database = Database::new(kind)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let world = runtime.block_on(async { World::new(TestApp::new(database).await, rule).await });
        let reader = Reader::new(&world.app);
        Some(Self { world, runtime, reader, story: Vec::new() })
    }

    pub fn tell(&mut self, model: &Model, step: &Move) {
        self.story.push(step.to_string());
        let told = self.runtime.block_on(async {
            told(&mut self.world, model, step).await?;
            self.reader.read(&self.world.app).await
        });
        if let Err(surprise) = told {
            panic!("{}\n=> {surprise}", self.so_far());
        }
    }

    fn so_far(&self) -> String {
        let numbered = self.story.iter().enumerate();
        numbered.map(|(number, line)| format!("\n{number:3}. {line}")).collect::<Vec<_>>().concat()
    }
}

/// Does the step, and says what surprises about it.
async fn told(world: &mut World, model: &Model, step: &Move) -> Result<(), String> {
    let (before, open) = (events(&world.app).await.len(), open_seats(&world.app).await);
    let outcome = world.carry_out(step).await;
    let answer = match &outcome {
        Ok(_) => "accepted".to_owned(),
        Err(Failure::Refused(refusal)) => refusal.code().to_owned(),
        Err(Failure::Fault(fault)) => return Err(format!("a fault: {fault:?}")),
    };
    let expected = model.answer.ok_or("the model has no answer")?;
    let wanted = match expected {
        Answer::No(code) => code,
        Answer::Done | Answer::Nothing => "accepted",
    };
    if answer != wanted {
        return Err(format!("it was {answer}, and should have been {wanted}"));
    }
    if let Ok(named) = outcome {
        enter(world, model, &named).await?;
    }
    let events = events(&world.app).await;
    let changes: BTreeSet<_> = events[before..].iter().map(|event| &event.change_id).collect();
    let fits = match expected {
        Answer::Done if matches!(step, Move::Sweep) => !changes.is_empty(),
        Answer::Done => changes.len() == 1,
        Answer::Nothing | Answer::No(_) => changes.is_empty(),
    };
    if !fits {
        return Err(format!("{} changes are told of a move that is {expected:?}", changes.len()));
    }
    if matches!(step, Move::Seats { .. }) {
        newest_went(&world.app, &open).await?;
    }
    let tables = world.standing().await;
    if let Some(found) = difference(("expected", &model.standing()), ("in the tables", &tables)) {
        return Err(format!("the tables are not what they should be:{found}"));
    }
    if let Some(found) = replayed(&world.app, &events).await {
        return Err(format!("the events tell another story:{found}"));
    }
    Ok(())
}

/// Notes the record that was made, or checks that the one named is the one that was made before.
async fn enter(world: &mut World, model: &Model, named: &Named) -> Result<(), String> {
    let place = model.names;
    match named {
        Named::Nothing => {}
        Named::Posting(id) => world.postings.push(*id),
        Named::App(id) => match place {
            Some(place) if place < world.apps.len() => {
                return if world.apps[place] == *id {
                    Ok(())
                } else {
                    Err("another application is named".into())
                };
            }
            _ => {
                world.apps.push(*id);
                let steps = world.app.steps(*id).await;
                world.steps.push(steps.into_iter().map(|step| step.id).collect());
            }
        },
        Named::Offer(id) => match place {
            Some(place) if place < world.offers.len() => {
                return if world.offers[place] == *id {
                    Ok(())
                } else {
                    Err("another offer is named".into())
                };
            }
            _ => world.offers.push(*id),
        },
    }
    Ok(())
}

async fn open_seats(app: &TestApp) -> Vec<Seat> {
    let sql = "SELECT id, created_at FROM opening WHERE state = 'open'";
    dialect::query_all::<Seat>(&app.store, sql, []).await.unwrap()
}

/// Of the seats that were open in a team, none that stayed is newer than one that went.
async fn newest_went(app: &TestApp, before: &[Seat]) -> Result<(), String> {
    #[derive(FromQueryResult)]
    struct Wrong {
        n: i64,
    }
    let ids = before.iter().map(|seat| format!("'{}'", seat.id)).collect::<Vec<_>>().join(", ");
    if ids.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "SELECT count(*) AS n FROM opening gone JOIN opening kept ON kept.posting_team_id = gone.posting_team_id \
         WHERE gone.state = 'cancelled' AND kept.state = 'open' AND kept.created_at > gone.created_at \
         AND gone.id IN ({ids}) AND kept.id IN ({ids})"
    );
    let wrong = dialect::query_one::<Wrong>(&app.store, &sql, []).await.unwrap();
    if wrong.is_some_and(|wrong| wrong.n == 0) { Ok(()) } else { Err("an older seat went first".into()) }
}

impl Drop for Telling {
    fn drop(&mut self) {
        // A story that ended well still has to satisfy every invariant at its end, and its report has to be right.
        if !std::thread::panicking() {
            self.runtime.block_on(self.world.app.check_invariants());
            self.runtime.block_on(self.world.app.check_report());
        }
    }
}

macro_rules! machine {
    ($name:ident, $kind:expr) => {
        struct $name;

        impl StateMachineTest for $name {
            type SystemUnderTest = Telling;
            type Reference = Hiring;

            fn init_test(begun: &Model) -> Telling {
                let rule = if begun.asks_nobody { Vec::new() } else { vec![ApprovalGroup::one()] };
                let mut telling = Telling::new($kind, rule).expect("the database is there");
                let mut model = Model { asks_nobody: begun.asks_nobody, ..Model::default() };
                for step in &begun.prelude {
                    model.take(step);
                    telling.tell(&model, step);
                }
                telling
            }

            fn apply(mut telling: Telling, model: &Model, step: Move) -> Telling {
                telling.tell(model, &step);
                telling
            }

            fn check_invariants(telling: &Telling, _: &Model) {
                telling.runtime.block_on(telling.world.app.check_invariants());
            }
        }
    };
}

machine!(OnSqlite, Kind::Sqlite);
machine!(OnPostgres, Kind::Postgres);

fn number(variable: &str) -> Option<u32> {
    std::env::var(variable).ok().map(|text| text.parse().expect("a number"))
}

/// Tells so many histories, the same ones unless a seed says otherwise.
fn run<M: StateMachineTest<Reference = Hiring>>(cases: u32) {
    let cases = number("VACANTIA_HISTORIES").unwrap_or(cases);
    let config = Config { cases, max_shrink_iters: 2_000, failure_persistence: None, ..Config::default() };
    let seed = number("VACANTIA_HISTORIES_SEED").unwrap_or(1).to_le_bytes().repeat(8);
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(config.clone(), rng);
    let histories = Hiring::sequential_strategy(1..LONGEST);
    let told = runner.run(&histories, |(begun, steps, seen)| {
        M::test_sequential(config.clone(), begun, steps, seen);
        Ok(())
    });
    match told {
        Ok(()) => {}
        Err(TestError::Fail(story, _)) => panic!("a history went wrong: {story}"),
        Err(TestError::Abort(why)) => panic!("no history could be told: {why}"),
    }
}

#[test]
fn any_history_on_sqlite() {
    run::<OnSqlite>(60);
}

#[test]
fn any_history_on_postgres() {
    if crate::cluster::cluster().is_some() {
        run::<OnPostgres>(4);
    }
}
