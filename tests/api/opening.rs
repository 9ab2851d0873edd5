//! The ledger of seats: given once, taken away the newest first, counted in one statement.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tokio::sync::{Barrier, oneshot};
use tokio::task::JoinSet;
use vacantia::actions::posting::{self as actions, TeamVacancies, VacanciesSet};
use vacantia::domain::event::{EventKind, Fact};
use vacantia::domain::id::{ApplicationId, OfferId, OpeningId, PostingId, PostingTeamId, TeamId};
use vacantia::domain::opening::OpeningState::{Cancelled, Held, Open};
use vacantia::domain::opening::{Opening, OpeningKind, OpeningState, Openings};
use vacantia::domain::policy::posting::ledgers;
use vacantia::domain::posting::{Posting, PostingStatus};
use vacantia::domain::viewer::{Reach, Role};
use vacantia::domain::{Refusal, Viewer};
use vacantia::storage::opening::{self, TeamSeats};
use vacantia::storage::posting::Sight;
use vacantia::storage::{Failure, Kind, event, posting};

use crate::app::TestApp;
use crate::look::refused;
use crate::seed::Posted;

pub fn seats(team: TeamId, vacancies: u32) -> TeamVacancies {
    TeamVacancies { team, vacancies, kind: OpeningKind::New }
}

impl TestApp {
    pub async fn set_vacancies(
        &self,
        viewer: &Viewer,
        id: PostingId,
        teams: &[TeamVacancies],
    ) -> Result<Posting, Failure> {
        self.clock.pass(chrono::TimeDelta::milliseconds(1));
        let input = VacanciesSet { posting: id, expected_revision: None, teams: teams.to_vec() };
        actions::set_vacancies(self.act(viewer), input).await
    }

    pub async fn counts(&self, viewer: &Viewer, id: PostingId) -> Vec<TeamSeats> {
        opening::counts(&self.store, &ledgers(viewer), &[id]).await.unwrap()
    }

    pub async fn openings(&self, posted: &Posted, team: usize) -> Openings {
        let counts = self.counts(&Viewer::System, posted.id).await;
        counts.into_iter().find(|seats| seats.team.id == posted.teams[team].id).unwrap().openings.unwrap()
    }

    async fn status(&self, id: PostingId) -> PostingStatus {
        let sight = Sight::of(&Viewer::System, self.now());
        posting::find(&self.store, &sight, id).await.unwrap().unwrap().status
    }

    fn offer_id(&self) -> OfferId {
        OfferId::new(self.now(), &*self.chance)
    }

    async fn hold(&self, team: PostingTeamId) -> Option<Opening> {
        let offer = self.offer_id();
        let work = self.store.write(|tx| async move { Ok(opening::hold(&tx, team, offer).await?) });
        work.await.unwrap()
    }
}

/// The seats of each team by their states, as the events alone tell.
async fn replayed(app: &TestApp) -> Vec<(String, Openings)> {
    let mut seats: BTreeMap<String, (String, OpeningState)> = BTreeMap::new();
    for event in event::after(&app.store, 0, 10_000).await.unwrap() {
        let state = match event.kind {
            EventKind::OpeningCreated | EventKind::OpeningFreed | EventKind::OpeningReopened => {
                OpeningState::Open
            }
            EventKind::OpeningCancelled => OpeningState::Cancelled,
            EventKind::OpeningHeld => OpeningState::Held,
            EventKind::OpeningFilled => OpeningState::Filled,
            _ => continue,
        };
        let word = |name: &str| match event.facts.iter().find(|(known, _)| known == name) {
            Some((_, Fact::Word(word))) => word.clone(),
            other => panic!("{name} is {other:?}"),
        };
        seats.insert(word("opening"), (word("postingTeam"), state));
    }
    let mut teams: BTreeMap<String, Openings> = BTreeMap::new();
    for (team, state) in seats.into_values() {
        let counts = teams.entry(team).or_default();
        match state {
            OpeningState::Open => counts.open += 1,
            OpeningState::Held => counts.held += 1,
            OpeningState::Filled => counts.filled += 1,
            OpeningState::Cancelled => counts.cancelled += 1,
        }
    }
    teams.into_iter().collect()
}

both! {
    async fn invariant_02_a_seat_is_one_offers_at_a_time(app: TestApp) {
        let posted = app.posting("Backend").hiring("Plan", 2).open().await;
        let team = posted.teams[0].id;
        let (first, second) = (app.hold(team).await.unwrap(), app.hold(team).await.unwrap());
        assert_ne!((first.id, first.offer), (second.id, second.offer));
        assert_eq!(app.hold(team).await, None);
        let holder = first.offer.unwrap();
        let again = app.store.write(|tx| async move { Ok(opening::hold(&tx, team, holder).await?) });
        assert_eq!(again.await.unwrap(), None);
        let freed = app.store.write(|tx| async move { Ok(opening::free(&tx, holder).await?) });
        assert_eq!(freed.await.unwrap().unwrap().id, first.id);
        // The same offer cannot have two seats, even when one is free: the index refuses it.
        let holder = second.offer.unwrap();
        let twice = app.store.write(|tx| async move { Ok(opening::hold(&tx, team, holder).await?) });
        assert!(twice.await.is_err());
        assert_eq!(app.openings(&posted, 0).await, Openings { open: 1, held: 1, ..Openings::default() });
    }

    async fn a_seat_is_filled_by_the_offer_that_holds_it_and_can_be_reopened(app: TestApp) {
        let posted = app.posting("Backend").hiring("Plan", 1).open().await;
        let (team, offer) = (posted.teams[0].id, app.offer_id());
        let application = ApplicationId::new(app.now(), &*app.chance);
        let fill = || app.store.write(|tx| async move { Ok(opening::fill(&tx, offer, application).await?) });
        assert_eq!(fill().await.unwrap(), None);
        app.put(|tx| async move { opening::hold(&tx, team, offer).await?; Ok(()) }).await;
        let filled = fill().await.unwrap().unwrap();
        assert_eq!((filled.state, filled.application), (OpeningState::Filled, Some(application)));
        assert_eq!(fill().await.unwrap(), None);
        let free = app.store.write(|tx| async move { Ok(opening::free(&tx, offer).await?) });
        assert_eq!(free.await.unwrap(), None);
        assert_eq!(app.openings(&posted, 0).await.vacancies(), 0);
        let reopen = |to| app.store.write(move |tx| async move { Ok(opening::reopen(&tx, application, to).await?) });
        let seat = reopen(OpeningState::Open).await.unwrap().unwrap();
        assert_eq!((seat.id, seat.state, seat.offer, seat.application), (filled.id, OpeningState::Open, None, None));
        assert_eq!(reopen(OpeningState::Open).await.unwrap(), None);
    }

    async fn invariant_05_racing_for_the_last_opening_exactly_one_wins(app: TestApp) {
        let posted = app.posting("Backend").hiring("Plan", 3).open().await;
        let team = posted.teams[0].id;
        let mut racers = JoinSet::new();
        let start = Arc::new(Barrier::new(64));
        for _ in 0..64 {
            let (store, offer, start) = (app.store.clone(), app.offer_id(), Arc::clone(&start));
            racers.spawn(async move {
                start.wait().await;
                let take = |tx| async move {
                    opening::hold(&tx, team, offer).await?.ok_or(Failure::Refused(Refusal::NoOpening))
                };
                store.write(take).await
            });
        }
        let outcomes = racers.join_all().await;
        let won: BTreeSet<OpeningId> =
            outcomes.iter().filter_map(|outcome| Some(outcome.as_ref().ok()?.id)).collect();
        assert_eq!(won.len(), 3);
        for outcome in outcomes {
            if let Err(failure) = outcome {
                assert!(matches!(failure, Failure::Refused(Refusal::NoOpening)), "{failure:?}");
            }
        }
        assert_eq!(app.openings(&posted, 0).await, Openings { held: 3, ..Openings::default() });
    }

    /// The second of two that meet gets the other seat, and the only one when the first gives it back.
    async fn invariant_05_meeting_another_hold_costs_nobody_a_seat(app: TestApp) {
        if app.database.kind == Kind::Sqlite {
            // Writes take turns there: two holds cannot meet.
            return;
        }
        for (seats_there, first_keeps) in [(2, true), (1, false)] {
            let posted = app.posting("Backend").hiring("Plan", seats_there).open().await;
            let team = posted.teams[0].id;
            let (has_it, held) = oneshot::channel();
            let (let_go, release) = oneshot::channel::<()>();
            let ends = Arc::new(std::sync::Mutex::new(Some((has_it, release))));
            let (store, offer) = (app.store.clone(), app.offer_id());
            let first = tokio::spawn(async move {
                let work = |tx| {
                    let ends = ends.lock().unwrap().take();
                    async move {
                        let seat = opening::hold(&tx, team, offer).await?;
                        if let Some((has_it, release)) = ends {
                            has_it.send(()).unwrap();
                            release.await.unwrap();
                        }
                        if first_keeps { Ok(seat) } else { Err(Failure::Refused(Refusal::Stale)) }
                    }
                };
                store.write(work).await
            });
            held.await.unwrap();
            let (store, offer) = (app.store.clone(), app.offer_id());
            let second = tokio::spawn(async move {
                store.write(|tx| async move { Ok(opening::hold(&tx, team, offer).await?) }).await
            });
            while app.rows("pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()").await == 0 {
                tokio::task::yield_now().await;
            }
            let_go.send(()).unwrap();
            assert_eq!(first.await.unwrap().is_ok(), first_keeps);
            assert!(second.await.unwrap().unwrap().is_some(), "refused falsely");
        }
    }

    async fn invariant_06_the_newest_open_seats_go_and_held_ones_stay(app: TestApp) {
        let posted = app.posting("Backend").hiring("Plan", 1).hiring("Share", 1).open().await;
        let recruiter = app.recruiter().await;
        let (team, plan) = (posted.teams[0].id, posted.teams[0].team);
        for vacancies in [2, 3, 4] {
            app.set_vacancies(&recruiter, posted.id, &[seats(plan, vacancies)]).await.unwrap();
        }
        let all = opening::of_team(&app.store, team).await.unwrap();
        let held = app.hold(team).await.unwrap();
        assert_eq!(held.id, all[0].id, "the oldest is held first");
        assert_eq!(
            refused(app.set_vacancies(&recruiter, posted.id, &[seats(plan, 0)]).await),
            Refusal::BelowHeld { held: 1 }
        );
        app.set_vacancies(&recruiter, posted.id, &[seats(plan, 2)]).await.unwrap();
        let states = |all: Vec<Opening>| all.into_iter().map(|seat| seat.state).collect::<Vec<_>>();
        assert_eq!(states(opening::of_team(&app.store, team).await.unwrap()), [Held, Open, Cancelled, Cancelled]);
        app.set_vacancies(&recruiter, posted.id, &[seats(plan, 1)]).await.unwrap();
        assert_eq!(states(opening::of_team(&app.store, team).await.unwrap()), [Held, Cancelled, Cancelled, Cancelled]);
        assert_eq!(app.openings(&posted, 0).await.vacancies(), 1);
    }

    async fn seats_move_between_teams_in_one_write(app: TestApp) {
        let posted = app.posting("Backend").hiring("Create", 1).hiring("Plan", 2).hiring("Share", 0).open().await;
        let recruiter = app.recruiter().await;
        let [create, plan, share] = [0, 1, 2].map(|at| posted.teams[at].team);
        let before = app.kinds().await.len();
        let after = app.set_vacancies(&recruiter, posted.id, &[seats(plan, 1), seats(share, 1)]).await.unwrap();
        assert_eq!((after.revision, after.updated_at), (2, app.now()));
        let kinds = app.kinds().await[before..].to_vec();
        assert_eq!(
            kinds,
            [EventKind::OpeningCancelled, EventKind::OpeningCreated, EventKind::PostingUpdated]
        );
        // What is not as it should be in one place leaves all the others as they were.
        for (wrong, refusal) in [
            (vec![seats(create, 5), seats(app.team("Elsewhere").await, 1)], Refusal::NotFound("team")),
            (vec![seats(create, 5), seats(create, 6)], Refusal::invalid("teams.1.teamId", "each team once")),
            (
                vec![seats(create, 5), seats(plan, 1_001)],
                Refusal::invalid("teams.1.vacancies", "at most 1000 for a team"),
            ),
        ] {
            assert_eq!(refused(app.set_vacancies(&recruiter, posted.id, &wrong).await), refusal);
        }
        let vacancies = app.counts(&recruiter, posted.id).await.iter().map(|team| team.vacancies).collect::<Vec<_>>();
        assert_eq!(vacancies, [1, 1, 1]);
        // Nothing to do is nothing done.
        let same = app.set_vacancies(&recruiter, posted.id, &[seats(plan, 1)]).await.unwrap();
        assert_eq!((same.revision, app.kinds().await.len()), (2, before + 3));
    }

    async fn invariant_07_vacancies_are_set_from_a_named_revision(app: TestApp) {
        let posted = app.posting("Backend").hiring("Plan", 1).open().await;
        let recruiter = app.recruiter().await;
        let set = |expected_revision, vacancies| {
            let teams = vec![seats(posted.team(), vacancies)];
            actions::set_vacancies(app.act(&recruiter), VacanciesSet { posting: posted.id, expected_revision, teams })
        };
        assert_eq!(set(Some(1), 2).await.unwrap().revision, 2);
        assert_eq!(refused(set(Some(1), 3).await), Refusal::Stale);
        assert_eq!(app.openings(&posted, 0).await.open, 2);
    }

    async fn invariant_11_without_vacancies_the_posting_is_paused_and_applications_wait(app: TestApp) {
        let posted = app.posting("Backend").hiring("Plan", 1).hiring("Share", 1).open().await;
        let recruiter = app.recruiter().await;
        let (team, offer) = (posted.teams[0].id, app.offer_id());
        let waiting = app.apply(posted.id, "Ada Example").await;
        let share = posted.teams[1].team;
        app.set_vacancies(&recruiter, posted.id, &[seats(share, 0)]).await.unwrap();
        assert_eq!(app.status(posted.id).await, PostingStatus::Open);
        let hired = ApplicationId::new(app.now(), &*app.chance);
        let (change, id) = (&app.system().change(), posted.id);
        let fill = app.store.write(|tx| async move {
            opening::hold(&tx, team, offer).await?;
            assert_eq!(actions::pause_if_filled(&tx, change, id).await?, None, "a held seat is a vacancy");
            opening::fill(&tx, offer, hired).await?;
            actions::pause_if_filled(&tx, change, id).await
        });
        let paused = fill.await.unwrap().unwrap();
        assert_eq!((paused.status, app.status(id).await), (PostingStatus::Paused, PostingStatus::Paused));
        let waiting = app.application(waiting.id).await;
        assert_eq!(waiting.needs_decision_since, Some(change.at));
        assert_eq!(app.kinds().await.iter().filter(|kind| **kind == EventKind::PostingPaused).count(), 1);
        // It opens again only with a vacancy.
        let again = || actions::Move { posting: id, expected_revision: None };
        assert_eq!(refused(actions::resume(app.act(&recruiter), again()).await), Refusal::NoVacancies);
        app.set_vacancies(&recruiter, id, &[seats(share, 1)]).await.unwrap();
        assert_eq!(actions::resume(app.act(&recruiter), again()).await.unwrap().status, PostingStatus::Open);
    }

    async fn invariant_19_replaying_the_events_gives_the_same_counts(app: TestApp) {
        let recruiter = app.recruiter().await;
        let draft = app.draft(&recruiter, "Backend", &[("Create", 1), ("Plan", 3), ("Share", 0)]).await;
        let teams: Vec<_> = app.counts(&recruiter, draft.id).await.iter().map(|seats| seats.team.clone()).collect();
        let [create, plan, share] = [0, 1, 2].map(|at| teams[at].team);
        app.set_vacancies(&recruiter, draft.id, &[seats(plan, 1), seats(share, 2)]).await.unwrap();
        app.set_vacancies(&recruiter, draft.id, &[seats(plan, 4), seats(create, 0)]).await.unwrap();
        let mut counted: Vec<_> = app
            .counts(&Viewer::System, draft.id)
            .await
            .into_iter()
            .map(|seats| (seats.team.id.to_string(), seats.openings.unwrap()))
            .collect();
        counted.sort_by(|a, b| a.0.cmp(&b.0));
        assert_eq!(replayed(&app).await, counted);
        assert_eq!(counted.iter().map(|(_, openings)| openings.cancelled).sum::<u32>(), 3);
        let events = event::after(&app.store, 0, 1000).await.unwrap();
        let changes = events.chunk_by(|a, b| a.change == b.change).count();
        let ids: BTreeSet<_> = events.iter().map(|event| event.change).collect();
        assert_eq!(changes, ids.len(), "the events of one change stand together");
    }

    async fn invariant_23_only_those_who_keep_the_ledger_see_it(app: TestApp) {
        let posted = app.posting("Backend").hiring("Plan", 2).hiring("Share", 1).open().await;
        app.hold(posted.teams[0].id).await.unwrap();
        let shown = |counts: Vec<TeamSeats>| {
            counts.into_iter().map(|seats| (seats.vacancies, seats.openings.is_some())).collect::<Vec<_>>()
        };
        for (role, reach, ledger) in [
            (Role::Recruiter, Reach::Organisation, [true, true]),
            (Role::Admin, Reach::Organisation, [true, true]),
            (Role::HiringManager, Reach::Posting(posted.id), [true, true]),
            (Role::HiringManager, Reach::Team(posted.teams[1].team), [false, true]),
            (Role::Interviewer, Reach::Organisation, [false, false]),
            (Role::Approver, Reach::Organisation, [false, false]),
        ] {
            let viewer = app.staff(role, reach).await;
            let expected = [(2, ledger[0]), (1, ledger[1])];
            assert_eq!(shown(app.counts(&viewer, posted.id).await), expected, "{role} {reach:?}");
        }
        assert_eq!(shown(app.counts(&Viewer::Anonymous, posted.id).await), [(2, false), (1, false)]);
    }

    async fn a_sum_is_never_of_another_instant_than_its_parts(app: TestApp) {
        let posted = app.posting("Backend").hiring("Create", 7).hiring("Plan", 0).open().await;
        let recruiter = app.recruiter().await;
        let [create, plan] = [0, 1].map(|at| posted.teams[at].team);
        let moving = async {
            for there in [1, 7, 3, 0, 5, 2, 6, 4, 7, 0] {
                let both = [seats(create, 7 - there), seats(plan, there)];
                app.set_vacancies(&recruiter, posted.id, &both).await.unwrap();
            }
        };
        let reading = async {
            let query = "{ postings { nodes { openVacancies teams { openVacancies } } } }";
            for _ in 0..60 {
                let answer = app.ask(&Viewer::Anonymous, query, serde_json::Value::Null).await;
                let node = &answer["data"]["postings"]["nodes"][0];
                let teams = node["teams"].as_array().unwrap();
                let sum: u64 = teams.iter().map(|team| team["openVacancies"].as_u64().unwrap()).sum();
                assert_eq!((node["openVacancies"].as_u64(), sum), (Some(7), 7), "{answer}");
            }
        };
        tokio::join!(moving, reading);
    }
}
