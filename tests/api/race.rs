//! Many do the same, or opposite, things at once. After each round an oracle reads what everybody was answered: one
//! order of doing it one after the other has to explain all answers, the tables, and the letters that were queued.
//!
//! `VACANTIA_RACE_ROUNDS=1000` runs more rounds than the ordinary suite does.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use futures_util::future::join_all;
use vacantia::actions::application::{Advance, advance, submit};
use vacantia::actions::offer::{self, Send};
use vacantia::actions::posting::{TeamVacancies, VacanciesSet, set_vacancies};
use vacantia::actions::slot;
use vacantia::actions::step::Which;
use vacantia::domain::Viewer;
use vacantia::domain::id::{OfferId, SlotId};
use vacantia::domain::interview::Setting;
use vacantia::domain::opening::OpeningKind;
use vacantia::domain::plan::Stage;
use vacantia::domain::plan_reference;
use vacantia::storage::Failure;
use vacantia::storage::idempotency::Request;

use crate::app::TestApp;
use crate::meeting::{coming, stages};
use crate::offering::Desk;
use crate::seed::Posted;
use crate::slotting::chooser;

/// Those who want the last seat.
const RIVALS: usize = 64;

/// Those who want the time of the same people.
const PICKERS: usize = 8;

/// How many rounds to run: what is said outside, or what is usual.
pub fn rounds(usual: usize) -> usize {
    let said = std::env::var("VACANTIA_RACE_ROUNDS").ok();
    said.map_or(usual, |text| text.parse().expect("a number of rounds"))
}

/// How often each answer was given: `ok`, or a refusal's code. A fault fails the round.
fn answers<T>(outcomes: &[Result<T, Failure>]) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for outcome in outcomes {
        let answer = match outcome {
            Ok(_) => "ok",
            Err(Failure::Refused(refusal)) => refusal.code(),
            Err(Failure::Fault(fault)) => panic!("a fault: {fault:?}"),
        };
        *counts.entry(answer).or_default() += 1;
    }
    counts
}

fn only_the_offer() -> Vec<Stage> {
    plan_reference::stages().into_iter().filter(|stage| stage.key == "offer").collect()
}

async fn drafts(desk: &Desk<'_>, posted: &Posted, count: usize) -> Vec<OfferId> {
    let mut drafts = Vec::new();
    for number in 0..count {
        let application = desk.ready(posted, &format!("Ada {number}")).await;
        drafts.push(desk.draft(&application).await.id);
    }
    drafts
}

/// Every one of them as a task of its own, so that they meet on all threads.
async fn submitted(desk: &Desk<'_>, offers: &[OfferId], round: usize) -> Vec<Result<OfferId, Failure>> {
    let mut order = offers.to_vec();
    order.rotate_left(round % offers.len());
    let asked = desk.asked();
    let tasks = order.into_iter().map(|id| {
        let (shared, viewer, approvers) = (desk.app.shared(), desk.recruiter.clone(), asked.clone());
        tokio::spawn(async move {
            let act = vacantia::actions::Act {
                store: &shared.store,
                clock: &*shared.clock,
                chance: &*shared.chance,
                site: &shared.site,
                viewer: &viewer,
            };
            offer::submit(act, offer::Submit { offer: id, revision: None, approvers })
                .await
                .map(|offer| offer.id)
        })
    });
    join_all(tasks).await.into_iter().map(Result::unwrap).collect()
}

fn seats(posted: &Posted, counts: [u32; 2]) -> VacanciesSet {
    let kind = OpeningKind::New;
    let wanted = posted.teams.iter().zip(counts);
    let teams =
        wanted.map(|(entry, vacancies)| TeamVacancies { team: entry.team, vacancies, kind }).collect();
    VacanciesSet { posting: posted.id, expected_revision: None, teams }
}

async fn open_seats(app: &TestApp, posted: &Posted) -> [i64; 2] {
    let of = |place: usize| {
        format!("opening WHERE posting_team_id = '{}' AND state = 'open'", posted.teams[place].id)
    };
    [app.count(&of(0)).await, app.count(&of(1)).await]
}

both! {
    async fn invariant_05_sixty_four_tasks_for_the_last_opening(app: TestApp) {
        let desk = app.desk().await;
        let posted = app.posting("Backend").hiring("Create", 1).with_stages(only_the_offer()).open().await;
        let offers = drafts(&desk, &posted, RIVALS).await;
        for round in 0..rounds(20) {
            let outcomes = submitted(&desk, &offers, round).await;
            let expected = BTreeMap::from([("ok", 1), ("NO_OPENING", RIVALS - 1)]);
            assert_eq!(answers(&outcomes), expected, "round {round}");
            let winner = outcomes.into_iter().find_map(Result::ok).unwrap();
            let held = format!("opening WHERE state = 'held' AND offer_id = '{winner}'");
            assert_eq!((app.count(&held).await, app.count("opening").await), (1, 1), "round {round}");
            let told = format!("event WHERE kind = 'openingHeld' AND offer_id = '{winner}'");
            assert!(app.count(&told).await > 0, "round {round}");
            assert_eq!(app.count("event WHERE kind = 'openingHeld'").await, i64::try_from(round).unwrap() + 1);
            // The rejected winner gives the seat back, and the next round begins where this one did.
            let terms_hash = app.newest(winner).await.terms_hash;
            let reject = offer::Reject { offer: winner, terms_hash, reason: "Next round.".into() };
            offer::reject(app.act(&desk.approver), reject).await.unwrap();
        }
        app.check_invariants().await;
    }

    async fn two_advances_from_one_revision_move_once(app: TestApp) {
        let recruiter = app.recruiter().await;
        let posted = app.posting("Backend").hiring("Create", 1).open().await;
        for round in 0..rounds(10) {
            let id = app.apply(posted.id, &format!("Ada {round}")).await.id;
            let now = app.bring_to(&recruiter, &posted, id, "review").await;
            let step = app.step(id, "review").await;
            let which = vacantia::actions::step::Which { step, revision: None };
            vacantia::actions::step::pass(app.act(&recruiter), which).await.unwrap();
            let revision = now.revision + 1;
            let input = Advance { application: id, stage: "review".into(), revision, pass_over: false };
            let outcomes = join_all((0..4).map(|_| advance(app.act(&recruiter), input.clone()))).await;
            assert_eq!(answers(&outcomes), BTreeMap::from([("ok", 1), ("STALE", 3)]), "round {round}");
            let after = app.application(id).await;
            assert_eq!((after.stage, after.revision), (1, revision + 1), "round {round}");
        }
        app.check_invariants().await;
    }

    async fn seats_moved_in_opposite_directions_end_as_one_of_the_two_wanted(app: TestApp) {
        let recruiter = app.recruiter().await;
        let posted = app.posting("Backend").hiring("Create", 2).hiring("Plan", 2).open().await;
        for round in 0..rounds(10) {
            let (one, other) = (seats(&posted, [3, 1]), seats(&posted, [1, 3]));
            let outcomes: [_; 2] = tokio::join!(
                set_vacancies(app.act(&recruiter), one),
                set_vacancies(app.act(&recruiter), other)
            ).into();
            assert_eq!(answers(&outcomes), BTreeMap::from([("ok", 2)]), "round {round}");
            let [create, plan] = open_seats(&app, &posted).await;
            assert!(matches!([create, plan], [3, 1] | [1, 3]), "round {round}: {create} and {plan}");
            // From one revision only one of them may move seats.
            let revision = posting_revision(&app, &posted).await;
            let swap = |counts| VacanciesSet { expected_revision: Some(revision), ..seats(&posted, counts) };
            let outcomes: [_; 2] = tokio::join!(
                set_vacancies(app.act(&recruiter), swap([4, 0])),
                set_vacancies(app.act(&recruiter), swap([0, 4]))
            ).into();
            assert_eq!(answers(&outcomes), BTreeMap::from([("ok", 1), ("STALE", 1)]), "round {round}");
            let wanted = if outcomes[0].is_ok() { [4, 0] } else { [0, 4] };
            assert_eq!(open_seats(&app, &posted).await, wanted, "round {round}");
        }
        app.check_invariants().await;
    }

    async fn invariant_20_ten_identical_submissions_at_once_are_one(app: TestApp) {
        let posted = app.posting("Backend").hiring("Create", 1).open().await;
        for round in 0..rounds(10) {
            let before = (app.count("application").await, app.count("email_message").await);
            let mut input = app.submission(posted.id, &format!("Ada {round}"));
            input.idempotency_key = Some(format!("key-{round}"));
            let mut other = input.clone();
            other.name = "Another Name".into();
            let same = join_all((0..10).map(|_| submit(app.act(&Viewer::Anonymous), input.clone())));
            let (outcomes, late) = tokio::join!(same, async {
                tokio::task::yield_now().await;
                submit(app.act(&Viewer::Anonymous), other).await
            });
            // Whichever request came first is the one its key stands for.
            if late.is_ok() {
                let all = BTreeMap::from([("IDEMPOTENCY_MISMATCH", 10)]);
                assert_eq!(answers(&outcomes), all, "round {round}");
            } else {
                assert_eq!(answers(&[late]), BTreeMap::from([("IDEMPOTENCY_MISMATCH", 1)]), "round {round}");
                assert_eq!(answers(&outcomes), BTreeMap::from([("ok", 10)]), "round {round}");
                let first = *outcomes[0].as_ref().unwrap();
                assert!(outcomes.iter().all(|id| *id.as_ref().unwrap() == first), "round {round}");
            }
            let after = (app.count("application").await, app.count("email_message").await);
            assert_eq!(after, (before.0 + 1, before.1 + 1), "round {round}");
        }
        app.check_invariants().await;
    }

    async fn invariant_20_ten_identical_sendings_at_once_are_one(app: TestApp) {
        let desk = app.desk().await;
        for round in 0..rounds(6) {
            let title = format!("Backend {round}");
            let posted = app.posting(&title).hiring("Create", 1).with_stages(only_the_offer()).open().await;
            let id = desk.submitted(&posted, &format!("Ada {round}")).await.id;
            desk.approve(id).await.unwrap();
            let parts = [Some("the same")];
            let request = Request::new(&desk.recruiter, "offerSend", &format!("key-{round}"), &parts).unwrap();
            let input = Send { offer: id, revision: None, expires_at: None, request: Some(request) };
            let outcomes =
                join_all((0..10).map(|_| offer::send(app.act(&desk.recruiter), input.clone()))).await;
            assert_eq!(answers(&outcomes), BTreeMap::from([("ok", 10)]), "round {round}");
            let first = outcomes[0].as_ref().unwrap();
            assert!(outcomes.iter().all(|offer| offer.as_ref().unwrap() == first), "round {round}");
            let letters = format!("email_message WHERE offer_id = '{id}' AND kind = 'offer'");
            assert_eq!(app.count(&letters).await, 1, "round {round}");
            assert_eq!(app.count(&format!("event WHERE offer_id = '{id}' AND kind = 'offerSent'")).await, 1);
        }
        app.check_invariants().await;
    }
}

/// Each by a candidate of their own, who is to meet these people at one time; who is named first differs.
async fn offered_to_all(
    app: &TestApp,
    posted: &Posted,
    people: &[Viewer],
    round: i64,
) -> Vec<(Viewer, SlotId)> {
    let recruiter = app.recruiter().await;
    let mut choices = Vec::new();
    for number in 0..PICKERS {
        let of = app.apply(posted.id, &format!("Ada {round} {number}")).await;
        let which = Which { step: app.step(of.id, "talk").await, revision: None };
        let mut participants: Vec<_> = people.iter().map(coming).collect();
        participants.rotate_left(number % people.len());
        let starts_at = vec![app.now() + TimeDelta::hours(24 + round)];
        let offer = slot::Offer { which, starts_at, setting: Setting::default(), participants };
        let slots = slot::offer(app.act(&recruiter), offer).await.unwrap();
        choices.push((chooser(&slots, &of), app.times(&slots).await[0].id));
    }
    choices
}

both! {
    async fn one_of_many_picks_for_the_time_of_the_same_people_wins(app: TestApp) {
        let people = [app.colleague().await, app.colleague().await, app.colleague().await];
        let posted = app.posting("Backend").hiring("Create", 1).with_stages(stages()).open().await;
        for round in 0..rounds(8) {
            let choices = offered_to_all(&app, &posted, &people, i64::try_from(round).unwrap()).await;
            let tasks = choices.into_iter().map(|(viewer, time)| {
                let shared = app.shared();
                tokio::spawn(async move {
                    let act = vacantia::actions::Act {
                        store: &shared.store,
                        clock: &*shared.clock,
                        chance: &*shared.chance,
                        site: &shared.site,
                        viewer: &viewer,
                    };
                    slot::pick(act, time).await
                })
            });
            let outcomes: Vec<_> = join_all(tasks).await.into_iter().map(Result::unwrap).collect();
            let expected = BTreeMap::from([("ok", 1), ("SLOT_TAKEN", PICKERS - 1)]);
            assert_eq!(answers(&outcomes), expected, "round {round}");
            assert_eq!(app.count("interview").await, i64::try_from(round).unwrap() + 1, "round {round}");
        }
        app.check_invariants().await;
    }

    async fn ten_identical_picks_at_once_are_one(app: TestApp) {
        let people = [app.colleague().await];
        let posted = app.posting("Backend").hiring("Create", 1).with_stages(stages()).open().await;
        for round in 0..rounds(6) {
            let (viewer, time) =
                offered_to_all(&app, &posted, &people, i64::try_from(round).unwrap()).await.remove(0);
            let outcomes = join_all((0..10).map(|_| slot::pick(app.act(&viewer), time))).await;
            assert_eq!(answers(&outcomes), BTreeMap::from([("ok", 10)]), "round {round}");
            let set = format!("slot WHERE id = '{time}' AND interview_id IS NOT NULL");
            let meetings = i64::try_from(round).unwrap() + 1;
            assert_eq!((app.count(&set).await, app.count("interview").await), (1, meetings), "round {round}");
        }
        app.check_invariants().await;
    }
}

async fn posting_revision(app: &TestApp, posted: &Posted) -> i32 {
    let sight = vacantia::storage::posting::Sight::of(&Viewer::System, app.now());
    vacantia::storage::posting::find(&app.store, &sight, posted.id).await.unwrap().unwrap().revision
}
