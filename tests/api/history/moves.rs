//! What people do, one line each; and which of it is tried next.

use std::fmt;

use proptest::prelude::*;
use proptest::sample::select;

use super::model::{Model, PEOPLE, STEPS, TEAMS};

/// Which revision a caller names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Age {
    Unsaid,
    Current,
    Stale,
}

/// What becomes of a posting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    Publish,
    Pause,
    Resume,
    Close,
    Reopen,
    Archive,
}

/// What becomes of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    Pass,
    Waive,
    Skip,
    Reopen,
}

/// What one person does at one moment. Numbers count the records in the order they were made; `day`s count from now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Move {
    Create { seats: [u32; 2], days: Option<i64> },
    Turn { posting: usize, turn: Turn, age: Age },
    Prolong { posting: usize, days: Option<i64> },
    Seats { posting: usize, wanted: Vec<(usize, u32)>, age: Age },
    Apply { posting: usize, person: usize, by_staff: bool, key: Option<u8> },
    Advance { app: usize, pass_over: bool, from: usize, age: Age },
    Back { app: usize, to: usize, age: Age },
    Decline { app: usize, told: bool, age: Age },
    Withdraw { app: usize, age: Age },
    Reinstate { app: usize, age: Age },
    Step { app: usize, step: usize, deed: Deed, age: Age },
    Allot { app: usize, team: usize, age: Age },
    Prefer { app: usize, team: usize, age: Age },
    Justify { app: usize },
    Draft { app: usize, days: i64, key: Option<u8> },
    Revise { offer: usize, age: Age },
    Submit { offer: usize, asked: bool, age: Age },
    Approve { offer: usize, other_terms: bool },
    Reject { offer: usize, other_terms: bool },
    Send { offer: usize, days: Option<i64>, key: Option<u8>, age: Age },
    Extend { offer: usize, days: i64, age: Age },
    Cancel { offer: usize, age: Age },
    Rescind { offer: usize, age: Age },
    View { offer: usize },
    Accept { offer: usize, page: u8, first_version: bool },
    Refuse { offer: usize, page: u8, first_version: bool },
    Undo { app: usize, age: Age },
    Wait { hours: i64 },
    Sweep,
}

impl Age {
    fn words(self) -> &'static str {
        match self {
            Self::Unsaid => "",
            Self::Current => ", as of now",
            Self::Stale => ", from an old page",
        }
    }
}

impl fmt::Display for Move {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Create { seats: [one, two], days } => {
                write!(f, "a posting is drafted: {one} for Create, {two} for Plan")?;
                days.map_or(Ok(()), |days| write!(f, ", for {days} days"))
            }
            Self::Turn { posting, turn, age } => write!(f, "{turn:?} posting {posting}{}", age.words()),
            Self::Prolong { posting, days } => {
                write!(f, "posting {posting} is to run {days:?} days from now")
            }
            Self::Seats { posting, wanted, age } => {
                write!(f, "posting {posting} looks for (team, people) {wanted:?}{}", age.words())
            }
            Self::Apply { posting, person, by_staff, key } => {
                let how = if *by_staff { "is entered by staff" } else { "applies" };
                write!(f, "{} {how} for posting {posting} (key {key:?})", PEOPLE[*person])
            }
            Self::Advance { app, pass_over, from, age } => {
                let how = if *pass_over { "over the next stage" } else { "on" };
                write!(f, "application {app} is moved {how} from stage {from}{}", age.words())
            }
            Self::Back { app, to, age } => {
                write!(f, "application {app} is sent back to stage {to}{}", age.words())
            }
            Self::Decline { app, told, age } => {
                write!(f, "application {app} is declined (told: {told}){}", age.words())
            }
            Self::Withdraw { app, age } => write!(f, "application {app} is withdrawn{}", age.words()),
            Self::Reinstate { app, age } => write!(f, "application {app} is reinstated{}", age.words()),
            Self::Step { app, step, deed, age } => {
                write!(f, "{deed:?} step `{}` of application {app}{}", STEPS[*step].0, age.words())
            }
            Self::Allot { app, team, age } => {
                write!(f, "application {app} is allotted to {}{}", TEAMS[*team], age.words())
            }
            Self::Prefer { app, team, age } => {
                write!(f, "application {app} would prefer {}{}", TEAMS[*team], age.words())
            }
            Self::Justify { app } => write!(f, "application {app} is justified"),
            Self::Draft { app, days, key } => {
                write!(f, "an offer for {days} days is drafted to application {app} (key {key:?})")
            }
            Self::Revise { offer, age } => write!(f, "offer {offer} gets other terms{}", age.words()),
            Self::Submit { offer, asked, age } => {
                write!(f, "offer {offer} is submitted (approver named: {asked}){}", age.words())
            }
            Self::Approve { offer, other_terms } => {
                write!(f, "offer {offer} is approved (other terms: {other_terms})")
            }
            Self::Reject { offer, other_terms } => {
                write!(f, "offer {offer} is rejected (other terms: {other_terms})")
            }
            Self::Send { offer, days, key, age } => {
                write!(f, "offer {offer} is sent (days {days:?}, key {key:?}){}", age.words())
            }
            Self::Extend { offer, days, age } => {
                write!(f, "offer {offer} is extended to {days} days from now{}", age.words())
            }
            Self::Cancel { offer, age } => write!(f, "offer {offer} is cancelled{}", age.words()),
            Self::Rescind { offer, age } => write!(f, "offer {offer} is rescinded{}", age.words()),
            Self::View { offer } => write!(f, "the candidate reads offer {offer}"),
            Self::Accept { offer, page, first_version } => {
                write!(
                    f,
                    "the candidate accepts offer {offer} by page {page} (first version: {first_version})"
                )
            }
            Self::Refuse { offer, page, first_version } => {
                write!(
                    f,
                    "the candidate declines offer {offer} by page {page} (first version: {first_version})"
                )
            }
            Self::Undo { app, age } => write!(f, "the hire of application {app} is undone{}", age.words()),
            Self::Wait { hours } => write!(f, "{hours} hours pass"),
            Self::Sweep => write!(f, "the sweep runs"),
        }
    }
}

fn age() -> impl Strategy<Value = Age> + Clone {
    prop_oneof![6 => Just(Age::Unsaid), 3 => Just(Age::Current), 1 => Just(Age::Stale)]
}

fn key() -> impl Strategy<Value = Option<u8>> {
    prop_oneof![2 => Just(None), 1 => (0..3_u8).prop_map(Some)]
}

/// What is tried next: mostly the next sensible thing, else anything that names records there are, or what tempts a rule.
pub fn next(model: &Model) -> BoxedStrategy<Move> {
    let sensible = model.sensible();
    let anything = anything(model);
    let tempting = model.tempting();
    let mut ways = vec![(4, anything)];
    ways.extend((!sensible.is_empty()).then(|| (6, select(sensible).boxed())));
    ways.extend((!tempting.is_empty()).then(|| (3, select(tempting).boxed())));
    proptest::strategy::Union::new_weighted(ways).boxed()
}

fn anything(model: &Model) -> BoxedStrategy<Move> {
    let create = (0..3_u32, 0..3_u32, prop_oneof![Just(None), (1..20_i64).prop_map(Some)])
        .prop_map(|(one, two, days)| Move::Create { seats: [one, two], days });
    let hours = prop_oneof![4 => 1..48_i64, 2 => 48..500_i64, 1 => 700..800_i64];
    let time = prop_oneof![2 => hours.prop_map(|hours| Move::Wait { hours }), 1 => Just(Move::Sweep)];
    let mut ways = vec![(1, create.boxed()), (3, time.boxed())];
    if !model.postings.is_empty() {
        ways.push((5, of_posting(model.postings.len())));
    }
    if !model.apps.is_empty() {
        ways.push((8, of_application(model.apps.len())));
    }
    if !model.offers.is_empty() {
        ways.push((9, of_offer(model.offers.len())));
    }
    proptest::strategy::Union::new_weighted(ways).boxed()
}

fn of_posting(count: usize) -> BoxedStrategy<Move> {
    use Turn::{Archive, Close, Pause, Publish, Reopen, Resume};
    let turns = select(vec![Publish, Pause, Resume, Close, Reopen, Archive]);
    let days = prop_oneof![Just(None), (-2..30_i64).prop_map(Some)];
    let wanted = prop::collection::vec((0..3_usize, 0..4_u32), 1..3).prop_map(|mut wanted| {
        wanted.dedup_by_key(|(team, _)| *team);
        wanted
    });
    prop_oneof![
        3 => (0..count, turns, age()).prop_map(|(posting, turn, age)| Move::Turn { posting, turn, age }),
        1 => (0..count, days).prop_map(|(posting, days)| Move::Prolong { posting, days }),
        3 => (0..count, wanted, age())
            .prop_map(|(posting, wanted, age)| Move::Seats { posting, wanted, age }),
        3 => (0..count, 0..PEOPLE.len(), any::<bool>(), key()).prop_map(
            |(posting, person, by_staff, key)| Move::Apply { posting, person, by_staff, key }
        ),
    ]
    .boxed()
}

fn of_application(count: usize) -> BoxedStrategy<Move> {
    let app = || 0..count;
    let deed = select(vec![Deed::Pass, Deed::Waive, Deed::Skip, Deed::Reopen]);
    prop_oneof![
        2 => (app(), any::<bool>(), 0..4_usize, age())
            .prop_map(|(app, pass_over, from, age)| Move::Advance { app, pass_over, from, age }),
        2 => (app(), 0..4_usize, age()).prop_map(|(app, to, age)| Move::Back { app, to, age }),
        1 => (app(), any::<bool>(), age()).prop_map(|(app, told, age)| Move::Decline { app, told, age }),
        1 => (app(), age()).prop_map(|(app, age)| Move::Withdraw { app, age }),
        2 => (app(), age()).prop_map(|(app, age)| Move::Reinstate { app, age }),
        4 => (app(), 0..STEPS.len(), deed, age())
            .prop_map(|(app, step, deed, age)| Move::Step { app, step, deed, age }),
        2 => (app(), 0..3_usize, age()).prop_map(|(app, team, age)| Move::Allot { app, team, age }),
        1 => (app(), 0..3_usize, age()).prop_map(|(app, team, age)| Move::Prefer { app, team, age }),
        1 => app().prop_map(|app| Move::Justify { app }),
        2 => (app(), -1..95_i64, key()).prop_map(|(app, days, key)| Move::Draft { app, days, key }),
        2 => (app(), age()).prop_map(|(app, age)| Move::Undo { app, age }),
    ]
    .boxed()
}

fn of_offer(count: usize) -> BoxedStrategy<Move> {
    let offer = || 0..count;
    let other = || prop_oneof![4 => Just(false), 1 => Just(true)];
    let days = prop_oneof![2 => Just(None), 1 => (-1..95_i64).prop_map(Some)];
    let page = || (0..count, 0..2_u8, other());
    prop_oneof![
        2 => (offer(), age()).prop_map(|(offer, age)| Move::Revise { offer, age }),
        2 => (offer(), other(), age())
            .prop_map(|(offer, unasked, age)| Move::Submit { offer, asked: !unasked, age }),
        1 => (offer(), other()).prop_map(|(offer, other_terms)| Move::Approve { offer, other_terms }),
        1 => (offer(), other()).prop_map(|(offer, other_terms)| Move::Reject { offer, other_terms }),
        2 => (offer(), days, key(), age())
            .prop_map(|(offer, days, key, age)| Move::Send { offer, days, key, age }),
        1 => (offer(), -1..95_i64, age()).prop_map(|(offer, days, age)| Move::Extend { offer, days, age }),
        1 => (offer(), age()).prop_map(|(offer, age)| Move::Cancel { offer, age }),
        1 => (offer(), age()).prop_map(|(offer, age)| Move::Rescind { offer, age }),
        1 => offer().prop_map(|offer| Move::View { offer }),
        3 => page().prop_map(|(offer, page, first_version)| Move::Accept { offer, page, first_version }),
        1 => page().prop_map(|(offer, page, first_version)| Move::Refuse { offer, page, first_version }),
    ]
    .boxed()
}
