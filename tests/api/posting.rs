//! Postings: written, opened, closed, put away; and who sees them.

use chrono::TimeDelta;
use vacantia::actions::posting::{self as actions, Changes, Close, Create, Move, NewTeam, TeamEntry};
use vacantia::domain::country::Country;
use vacantia::domain::event::EventKind;
use vacantia::domain::id::{PlanId, PostingId, TeamId, UserId};
use vacantia::domain::money::{Currency, PayInterval, PayRange};
use vacantia::domain::place::{Location, Workplace};
use vacantia::domain::posting::{
    CloseReason, Content, EmploymentType, Posting, PostingStatus, Reading, Requirement, RequirementLevel,
    Section,
};
use vacantia::domain::question::{Question, QuestionType};
use vacantia::domain::viewer::{Reach, Role};
use vacantia::domain::{Refusal, Viewer};
use vacantia::storage::posting::Sight;
use vacantia::storage::{self, Failure, dialect};

use crate::app::TestApp;
use crate::look::refused;
use crate::opening::seats;

/// Text that has broken other programs.
const HOSTILE: &str =
    "]]><script>alert('1')</script> & \"q\" %s {{7*7}} \u{202E}rtl\u{7} O'Hara; DROP TABLE posting; 東京 🦀";

pub fn content(title: &str) -> Content {
    Content {
        title: title.into(),
        sections: vec![Section { heading: "The work".into(), body: "Make *things*.".into() }],
        requirements: vec![Requirement { text: "Ruby".into(), level: RequirementLevel::Strict }],
        links: Vec::new(),
        locations: Vec::new(),
        place_labels: Vec::new(),
        remote_countries: vec![Country::find("DE").unwrap(), Country::find("NL").unwrap()],
        workplace: Workplace::Remote,
        employment_type: EmploymentType::FullTime,
        pay_ranges: Vec::new(),
        questions: Vec::new(),
    }
}

pub fn location(city: &str) -> Location {
    Location {
        key: String::new(),
        street: None,
        city: city.into(),
        region: None,
        postal_code: None,
        country: Country::find("DE").unwrap(),
    }
}

fn entry(team: TeamId) -> TeamEntry {
    TeamEntry { team, manager: None }
}

pub fn at(posting: &Posting) -> Move {
    Move { posting: posting.id, expected_revision: Some(posting.revision) }
}

impl TestApp {
    /// What a posting of this title is made of; its plan is the reference process.
    pub async fn new_posting(&self, title: &str, teams: &[(&str, u32)]) -> Create {
        let mut hiring = Vec::new();
        for (name, vacancies) in teams {
            hiring.push(NewTeam { entry: entry(self.team(name).await), vacancies: *vacancies });
        }
        let plan = self.reference_plan().await.version.plan;
        Create { content: content(title), listed: true, plan, lead: None, expires_at: None, teams: hiring }
    }

    pub async fn draft(&self, viewer: &Viewer, title: &str, teams: &[(&str, u32)]) -> Posting {
        let new = self.new_posting(title, teams).await;
        actions::create(self.act(viewer), new).await.unwrap()
    }

    pub async fn published(&self, viewer: &Viewer, title: &str, teams: &[(&str, u32)]) -> Posting {
        let draft = self.draft(viewer, title, teams).await;
        actions::publish(self.act(viewer), at(&draft)).await.unwrap()
    }

    pub async fn change(&self, viewer: &Viewer, id: PostingId, changes: Changes) -> Result<Posting, Failure> {
        actions::update(self.act(viewer), id, None, changes).await
    }

    async fn generation(&self) -> i64 {
        #[derive(sea_orm::FromQueryResult)]
        struct Row {
            number: i64,
        }
        let row = dialect::query_one::<Row>(&self.store, "SELECT number FROM feed_generation", []).await;
        row.unwrap().unwrap().number
    }
}

both! {
    async fn a_posting_says_what_was_written(app: TestApp) {
        let recruiter = app.recruiter().await;
        let mut new = app.new_posting("Backend Developer", &[("Create", 1), ("Plan", 2)]).await;
        let full = Content {
            sections: vec![Section { heading: HOSTILE.into(), body: format!("{HOSTILE}\r\n\n{HOSTILE}") }],
            links: vec![Reading { label: HOSTILE.into(), url: "https://example.com/?a=1&b=<2>".replace(['<', '>'], "") }],
            locations: vec![Location { street: Some(HOSTILE[..40].into()), ..location("Berlin") }, location("Bonn")],
            place_labels: Vec::new(),
            remote_countries: Vec::new(),
            workplace: Workplace::Hybrid,
            pay_ranges: vec![PayRange {
                jurisdiction: Country::find("DE"),
                min: 9_007_199_254_740_993,
                max: i64::MAX,
                currency: Currency::find("EUR").unwrap(),
                interval: PayInterval::Year,
            }],
            questions: vec![Question {
                key: "why".into(),
                label: HOSTILE.into(),
                kind: QuestionType::Choice,
                required: true,
                options: vec!["a".into(), HOSTILE.into()],
            }],
            ..new.content
        };
        new.content = full.clone();
        let made = actions::create(app.act(&recruiter), new).await.unwrap();
        let sight = Sight::of(&recruiter, app.now());
        let kept = storage::posting::find(&app.store, &sight, made.id).await.unwrap().unwrap();
        assert_eq!(kept, made);
        assert_eq!((kept.status, kept.revision, kept.published_at), (PostingStatus::Draft, 1, None));
        assert_eq!(kept.content.pay_ranges, full.pay_ranges);
        assert!(!kept.content.sections[0].heading.contains(['\u{202E}', '\u{7}']));
        assert!(kept.content.sections[0].heading.contains("]]><script>alert('1')</script> & \"q\""));
        assert!(kept.content.locations.iter().all(|place| place.key.len() == 8));
        let counts = app.counts(&recruiter, made.id).await;
        let counts: Vec<_> = counts.iter().map(|seats| (seats.team.rank, seats.vacancies)).collect();
        assert_eq!(counts, [(1, 1), (2, 2)]);
    }

    async fn a_life_from_draft_to_archive(app: TestApp) {
        let recruiter = app.recruiter().await;
        let act = app.act(&recruiter);
        let draft = app.draft(&recruiter, "Backend", &[("Create", 1)]).await;
        app.clock.pass(TimeDelta::hours(1));
        let published_at = app.now();
        let open = actions::publish(act, at(&draft)).await.unwrap();
        assert_eq!((open.status, open.published_at), (PostingStatus::Open, Some(published_at)));
        app.clock.pass(TimeDelta::hours(1));
        let paused = actions::pause(act, at(&open)).await.unwrap();
        let open = actions::resume(act, at(&paused)).await.unwrap();
        let reason = CloseReason::NoLongerNeeded;
        let close = Close { posting: open.id, expected_revision: Some(open.revision), reason };
        let closed = actions::close(act, close).await.unwrap();
        assert_eq!((closed.status, closed.close_reason), (PostingStatus::Closed, Some(reason)));
        app.clock.pass(TimeDelta::hours(1));
        let open = actions::reopen(act, at(&closed)).await.unwrap();
        assert_eq!((open.close_reason, open.reopened_at), (None, Some(app.now())));
        assert_eq!(open.published_at, Some(published_at), "the first publication never moves");
        let closed = actions::close(act, Close { expected_revision: None, ..close }).await.unwrap();
        let gone = actions::archive(act, at(&closed)).await.unwrap();
        assert_eq!((gone.status, gone.revision), (PostingStatus::Archived, 8));
        assert_eq!(
            app.kinds().await.into_iter().filter(|kind| kind.as_str().starts_with("posting")).collect::<Vec<_>>(),
            [
                EventKind::PostingCreated, EventKind::PostingPublished, EventKind::PostingPaused,
                EventKind::PostingResumed, EventKind::PostingClosed, EventKind::PostingReopened,
                EventKind::PostingClosed, EventKind::PostingArchived,
            ]
        );
        for refusal in [
            refused(actions::publish(act, at(&gone)).await),
            refused(actions::reopen(act, at(&gone)).await),
            refused(actions::close(act, Close { expected_revision: None, ..close }).await),
            refused(app.change(&recruiter, gone.id, Changes { listed: Some(false), ..Changes::default() }).await),
            refused(app.set_vacancies(&recruiter, gone.id, &[]).await),
        ] {
            assert_eq!(refusal, Refusal::PostingStatus("archived"));
        }
    }

    async fn what_is_not_ready_does_not_open(app: TestApp) {
        let recruiter = app.recruiter().await;
        let act = app.act(&recruiter);
        let mut new = app.new_posting("Backend", &[("Create", 0)]).await;
        new.content.remote_countries.clear();
        new.expires_at = Some(app.now() - TimeDelta::microseconds(1));
        let draft = actions::create(act, new).await.unwrap();
        let publish = || actions::publish(act, Move { posting: draft.id, expected_revision: None });
        assert_eq!(refused(publish().await), Refusal::PlaceMissing);
        let countries = Some(vec![Country::find("NL").unwrap()]);
        app.change(&recruiter, draft.id, Changes { remote_countries: countries, ..Changes::default() }).await.unwrap();
        assert_eq!(refused(publish().await), Refusal::DeadlinePassed);
        app.change(&recruiter, draft.id, Changes { expires_at: Some(None), ..Changes::default() }).await.unwrap();
        assert_eq!(refused(publish().await), Refusal::NoVacancies);
        app.set_vacancies(&recruiter, draft.id, &[seats(app.team("Create").await, 1)]).await.unwrap();
        assert_eq!(publish().await.unwrap().status, PostingStatus::Open);
        // An open posting keeps its place.
        let nowhere = Changes { remote_countries: Some(Vec::new()), ..Changes::default() };
        assert_eq!(refused(app.change(&recruiter, draft.id, nowhere).await), Refusal::PlaceMissing);
        let onsite = Changes { workplace: Some(Workplace::Onsite), ..Changes::default() };
        let refusal = refused(app.change(&recruiter, draft.id, onsite).await);
        assert_eq!((refusal.code(), refusal.field()), ("INVALID", Some("remoteCountries")));
    }

    async fn a_posting_with_active_applications_is_not_put_away(app: TestApp) {
        let recruiter = app.recruiter().await;
        let open = app.published(&recruiter, "Backend", &[("Create", 1)]).await;
        let application = app.apply(open.id, "Ada Example").await;
        let reason = CloseReason::Other;
        actions::close(app.act(&recruiter), Close { posting: open.id, expected_revision: None, reason }).await.unwrap();
        let archive = || actions::archive(app.act(&recruiter), Move { posting: open.id, expected_revision: None });
        assert_eq!(refused(archive().await), Refusal::ActiveApplications);
        let withdraw = crate::application::withdrawing(application.id);
        vacantia::actions::application::withdraw(app.act(&recruiter), withdraw).await.unwrap();
        assert_eq!(archive().await.unwrap().status, PostingStatus::Archived);
    }

    async fn invariant_07_a_posting_changes_from_a_named_revision(app: TestApp) {
        let recruiter = app.recruiter().await;
        let act = app.act(&recruiter);
        let draft = app.draft(&recruiter, "Backend", &[("Create", 1)]).await;
        let open = actions::publish(act, at(&draft)).await.unwrap();
        assert_eq!(open.revision, 2);
        let events = app.kinds().await.len();
        assert_eq!(refused(actions::pause(act, at(&draft)).await), Refusal::Stale);
        let listed = Changes { listed: Some(false), ..Changes::default() };
        assert_eq!(refused(actions::update(act, draft.id, Some(1), listed.clone()).await), Refusal::Stale);
        assert_eq!(app.kinds().await.len(), events, "a refusal leaves nothing");
        let changed = actions::update(act, draft.id, Some(2), listed).await.unwrap();
        assert_eq!((changed.revision, changed.listed), (3, false));
        let same = actions::update(act, draft.id, Some(3), Changes::default()).await.unwrap();
        assert_eq!((same.revision, app.kinds().await.len()), (3, events + 1), "nothing to do is nothing done");
    }

    async fn an_old_slug_still_finds_the_posting(app: TestApp) {
        let recruiter = app.recruiter().await;
        let first = app.published(&recruiter, "Backend Developer", &[("Create", 1)]).await;
        assert!(first.slug.starts_with("backend-developer-"), "{}", first.slug);
        let title = Some("東京".to_owned());
        let second = app.change(&recruiter, first.id, Changes { title, ..Changes::default() }).await.unwrap();
        assert_eq!(second.slug.len(), 8);
        let sight = Sight::of(&Viewer::Anonymous, app.now());
        let made_up = format!("anything-{}", second.slug);
        for slug in [&first.slug, &second.slug, &made_up] {
            let found = storage::posting::find_by_slug(&app.store, &sight, slug).await.unwrap();
            assert_eq!(found.map(|posting| posting.slug).as_ref(), Some(&second.slug), "{slug}");
        }
        for nothing in ["", "-", "backend-developer", "backend-developer-00000000", &second.slug[1..]] {
            assert_eq!(storage::posting::find_by_slug(&app.store, &sight, nothing).await.unwrap(), None, "{nothing}");
        }
    }

    async fn a_place_keeps_its_key(app: TestApp) {
        let recruiter = app.recruiter().await;
        let mut new = app.new_posting("Backend", &[("Create", 1)]).await;
        new.content.workplace = Workplace::Onsite;
        new.content.remote_countries.clear();
        new.content.locations = vec![location("Berlin"), location("Bonn")];
        let draft = actions::create(app.act(&recruiter), new).await.unwrap();
        let [berlin, bonn] = &draft.content.locations[..] else { panic!("two places") };
        let moved = Location { city: "Potsdam".into(), ..berlin.clone() };
        let locations = Some(vec![location("Bonn"), location("Kiel"), moved]);
        let after = app.change(&recruiter, draft.id, Changes { locations, ..Changes::default() }).await.unwrap();
        let keys: Vec<_> = after.content.locations.iter().map(|place| place.key.as_str()).collect();
        assert_eq!((keys[0], keys[2]), (bonn.key.as_str(), berlin.key.as_str()));
        assert!(![&bonn.key, &berlin.key].contains(&&after.content.locations[1].key));
    }

    async fn teams_come_go_and_change_places(app: TestApp) {
        let recruiter = app.recruiter().await;
        let draft = app.draft(&recruiter, "Backend", &[("Create", 1), ("Plan", 1), ("Share", 0)]).await;
        let [create, plan, share, verify] = [
            app.team("Create").await, app.team("Plan").await, app.team("Share").await, app.team("Verify (CI)").await,
        ];
        let manager = app.staff(Role::HiringManager, Reach::Organisation).await.user().unwrap();
        let set = |teams: Vec<TeamEntry>| Changes { teams: Some(teams), ..Changes::default() };
        let wanted = vec![entry(plan), TeamEntry { team: verify, manager: Some(manager) }, entry(create)];
        let before = app.counts(&recruiter, draft.id).await;
        app.change(&recruiter, draft.id, set(wanted)).await.unwrap();
        let after = app.counts(&recruiter, draft.id).await;
        let shown: Vec<_> = after.iter().map(|it| (it.team.team, it.team.rank, it.team.manager, it.vacancies)).collect();
        assert_eq!(shown, [(plan, 1, None, 1), (verify, 2, Some(manager), 0), (create, 3, None, 1)]);
        assert_eq!(after[2].team.id, before[0].team.id, "a team that stays keeps its seats");
        assert_eq!(refused(app.change(&recruiter, draft.id, set(vec![entry(plan)])).await), Refusal::TeamInUse);
        // Once its seats were taken away, it may go; its cancelled seats go with it.
        app.set_vacancies(&recruiter, draft.id, &[seats(create, 0)]).await.unwrap();
        app.change(&recruiter, draft.id, set(vec![entry(plan)])).await.unwrap();
        assert_eq!(app.counts(&recruiter, draft.id).await.len(), 1);
        let nobody = UserId::new(app.now(), &*app.chance);
        let nothing = TeamId::new(app.now(), &*app.chance);
        for (wrong, refusal) in [
            (vec![entry(plan), entry(plan)], Refusal::invalid("teams.1.teamId", "each team once")),
            (vec![entry(plan), entry(nothing)], Refusal::NotFound("team")),
            (vec![TeamEntry { team: share, manager: Some(nobody) }, entry(plan)], Refusal::NotFound("user")),
        ] {
            assert_eq!(refused(app.change(&recruiter, draft.id, set(wrong)).await), refusal);
        }
        assert_eq!(app.counts(&recruiter, draft.id).await.len(), 1);
    }

    async fn a_team_with_applications_stays(app: TestApp) {
        let recruiter = app.recruiter().await;
        let open = app.published(&recruiter, "Backend", &[("Create", 1), ("Plan", 0)]).await;
        let plan = app.team("Plan").await;
        let sent = vacantia::actions::application::Submission {
            preferred_teams: vec![plan],
            ..app.submission(open.id, "Ada Example")
        };
        vacantia::actions::application::submit(app.act(&Viewer::Anonymous), sent).await.unwrap();
        let only = Changes { teams: Some(vec![entry(app.team("Create").await)]), ..Changes::default() };
        assert_eq!(refused(app.change(&recruiter, open.id, only).await), Refusal::TeamInUse);
    }

    async fn every_fault_of_a_posting_is_named_at_once(app: TestApp) {
        let recruiter = app.recruiter().await;
        let mut new = app.new_posting("  ", &[("Create", 1)]).await;
        new.content.sections[0].body = String::new();
        new.content.links.push(Reading { label: "x".into(), url: "javascript:x".into() });
        new.content.pay_ranges.push(PayRange {
            jurisdiction: None,
            min: 2,
            max: 1,
            currency: Currency::find("EUR").unwrap(),
            interval: PayInterval::Hour,
        });
        let refusal = refused(actions::create(app.act(&recruiter), new).await);
        let fields: Vec<_> = refusal.each().iter().filter_map(Refusal::field).collect();
        assert_eq!(fields, ["title", "sections.0.body", "links.0.url", "payRanges.0.maxMinor"]);
        let unknown = PlanId::new(app.now(), &*app.chance);
        let new = Create { plan: unknown, ..app.new_posting("Backend", &[]).await };
        assert_eq!(refused(actions::create(app.act(&recruiter), new).await), Refusal::NotFound("plan"));
        let lead = Some(UserId::new(app.now(), &*app.chance));
        let new = Create { lead, ..app.new_posting("Backend", &[]).await };
        assert_eq!(refused(actions::create(app.act(&recruiter), new).await), Refusal::NotFound("user"));
        assert_eq!(app.rows("posting").await, 0);
    }

    /// Money is whole minor units, and comes back as it was given.
    async fn invariant_14_pay_is_a_range_of_whole_minor_units(app: TestApp) {
        let recruiter = app.recruiter().await;
        let range = |min, max| PayRange {
            jurisdiction: None,
            min,
            max,
            currency: Currency::find("KWD").unwrap(),
            interval: PayInterval::Month,
        };
        let draft = app.draft(&recruiter, "Backend", &[("Create", 1)]).await;
        for (min, max, field) in [(0, 1, "payRanges.0.minMinor"), (-5, -1, "payRanges.0.minMinor"), (2, 1, "payRanges.0.maxMinor")] {
            let pay_ranges = Some(vec![range(min, max)]);
            let refusal = refused(app.change(&recruiter, draft.id, Changes { pay_ranges, ..Changes::default() }).await);
            assert_eq!((refusal.code(), refusal.field()), ("INVALID", Some(field)));
        }
        let pay_ranges = Some(vec![range(1, i64::MAX)]);
        app.change(&recruiter, draft.id, Changes { pay_ranges, ..Changes::default() }).await.unwrap();
        let sight = Sight::of(&recruiter, app.now());
        let kept = storage::posting::find(&app.store, &sight, draft.id).await.unwrap().unwrap();
        assert_eq!(kept.content.pay_ranges, [range(1, i64::MAX)]);
    }

    async fn feeds_are_told_of_what_anyone_can_see(app: TestApp) {
        let recruiter = app.recruiter().await;
        let draft = app.draft(&recruiter, "Backend", &[("Create", 2)]).await;
        let act = app.act(&recruiter);
        app.change(&recruiter, draft.id, Changes { title: Some("Front".into()), ..Changes::default() }).await.unwrap();
        assert_eq!(app.generation().await, 0, "a draft is nobody's business");
        actions::publish(act, Move { posting: draft.id, expected_revision: None }).await.unwrap();
        assert_eq!(app.generation().await, 1);
        app.set_vacancies(&recruiter, draft.id, &[seats(app.team("Create").await, 1)]).await.unwrap();
        assert_eq!(app.generation().await, 2);
        app.change(&recruiter, draft.id, Changes { listed: Some(false), ..Changes::default() }).await.unwrap();
        assert_eq!(app.generation().await, 3, "what goes is told too");
        actions::pause(act, Move { posting: draft.id, expected_revision: None }).await.unwrap();
        assert_eq!(app.generation().await, 3);
    }
}
