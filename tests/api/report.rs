//! Reports: exact numbers of a known story, for whom, at what cost, and as tables.

use actix_web::test::TestRequest;
use chrono::TimeDelta;
use serde_json::{Value, json};
use vacantia::actions::application::{Decline, GoBack, Notice, Withdraw, decline, go_back, withdraw};
use vacantia::actions::offer::{self, Undo};
use vacantia::actions::posting::{TeamVacancies, VacanciesSet, set_vacancies};
use vacantia::actions::scorecard::{self, Ask};
use vacantia::actions::step::Which;
use vacantia::actions::token;
use vacantia::domain::Viewer;
use vacantia::domain::opening::OpeningKind;
use vacantia::domain::viewer::{Reach, Role, TokenScope};

use crate::app::TestApp;
use crate::hire::sweep;
use crate::offering::{Desk, offeree, short};
use crate::seed::Posted;

const REPORT: &str = "query($filter: ReportFilter) { report(filter: $filter) { applications hired
    funnels { plan { name } stages { key entered advanced conversion active declined withdrawn timeInStage { count medianHours p90Hours } } }
    sources { source applications reachedOffer hired hireRate }
    offers { sent accepted declined expired rescinded awaiting undone acceptanceRate }
    timeToFill { count medianDays p90Days openings { posting { title } team { name } openedAt filledAt days } }
    overdue { stalledApplications scorecards forms } } }";

async fn report(app: &TestApp, viewer: &Viewer, filter: Value) -> Value {
    let told = app.ask(viewer, REPORT, json!({ "filter": filter })).await;
    assert!(told.get("errors").is_none(), "{told}");
    told["data"]["report"].clone()
}

async fn seats(desk: &Desk<'_>, posted: &Posted, counts: &[u32]) {
    let teams = posted.teams.iter().zip(counts);
    let teams = teams.map(|(entry, vacancies)| TeamVacancies {
        team: entry.team,
        vacancies: *vacancies,
        kind: OpeningKind::New,
    });
    let input = VacanciesSet { posting: posted.id, expected_revision: None, teams: teams.collect() };
    set_vacancies(desk.app.act(&desk.recruiter), input).await.unwrap();
}

async fn posting(desk: &Desk<'_>, title: &str, teams: [&str; 2], counts: [u32; 2]) -> Posted {
    let draft = desk.app.posting(title).hiring(teams[0], 0).hiring(teams[1], 0).with_stages(short());
    let posted = draft.open().await;
    seats(desk, &posted, &counts).await;
    posted
}

/// Three seats are opened; a day later people come. Ada is hired on the third day; Bo was, but did not come; Cy declined;
/// Di waits for an answer; Eve is read; Fay was declined, Gil withdrew; Hal came back.
async fn story(desk: &Desk<'_>) -> Posted {
    let app = desk.app;
    let posted = posting(desk, "=Backend", ["Create", "Plan"], [3, 1]).await;
    let act = app.act(&desk.recruiter);
    app.clock.pass(TimeDelta::days(1));
    let ada = desk.sent(&posted, "Ada").await;
    let bo = desk.sent(&posted, "Bo").await;
    let cy = desk.sent(&posted, "Cy").await;
    let (eve, fay, gil) = (
        app.apply(posted.id, "Eve").await,
        app.apply(posted.id, "Fay").await,
        app.apply(posted.id, "Gil").await,
    );
    let hal = desk.ready_for(&posted, posted.teams[1].team, "Hal").await;
    app.clock.pass(TimeDelta::days(2));
    desk.accept(&ada, "page-ada").await.unwrap();
    desk.accept(&bo, "page-bo").await.unwrap();
    app.clock.pass(TimeDelta::hours(6));
    let undo = Undo { application: bo.application, revision: None, reason: "Did not come.".into() };
    offer::undo_hire(act, undo).await.unwrap();
    let no = offer::Decline { page: desk.page(&cy, "page-cy").await, reason: None };
    offer::decline(app.act(&offeree(&cy)), no).await.unwrap();
    desk.sent(&posted, "Di").await;
    let (reason, note, notice) = (String::from("No."), None, Notice::Mail);
    decline(act, Decline { application: fay.id, revision: None, reason, note, notice }).await.unwrap();
    let (reason, notice) = (None, Notice::Mail);
    withdraw(act, Withdraw { application: gil.id, revision: None, reason, notice }).await.unwrap();
    let revision = app.application(hal.id).await.revision;
    let back = GoBack { application: hal.id, revision, to: "review".into(), reason: "Once more.".into() };
    go_back(act, back).await.unwrap();
    let ask = Ask {
        which: Which { step: app.step(eve.id, "review").await, revision: None },
        users: vec![desk.approver.user().unwrap()],
        due_at: None,
    };
    scorecard::ask(act, ask).await.unwrap();
    app.clock.pass(TimeDelta::days(3));
    posted
}

fn key<'a>(report: &'a Value, stage: &str) -> &'a Value {
    let stages = report["funnels"][0]["stages"].as_array().unwrap();
    stages.iter().find(|one| one["key"] == stage).unwrap()
}

both! {
    async fn a_known_story_has_these_numbers(app: TestApp) {
        let desk = app.desk().await;
        let nothing = report(&app, &desk.recruiter, Value::Null).await;
        assert_eq!((&nothing["applications"], &nothing["funnels"], &nothing["offers"]["acceptanceRate"]), (&json!(0), &json!([]), &Value::Null));
        story(&desk).await;
        let told = report(&app, &desk.recruiter, Value::Null).await;
        assert_eq!((&told["applications"], &told["hired"]), (&json!(8), &json!(1)));
        let (days2, days25) = (48.0, 54.0);
        assert_eq!(*key(&told, "review"), json!({
            "key": "review", "entered": 8, "advanced": 5, "conversion": 0.625, "active": 2, "declined": 1, "withdrawn": 1,
            // Five went on at once; Fay and Gil were there until they ended.
            "timeInStage": { "count": 7, "medianHours": 0.0, "p90Hours": days25 } }));
        assert_eq!(*key(&told, "offer"), json!({
            "key": "offer", "entered": 5, "advanced": 1, "conversion": 0.2, "active": 3, "declined": 0, "withdrawn": 0,
            // Ada's and Bo's hires, and Hal's way back.
            "timeInStage": { "count": 3, "medianHours": days2, "p90Hours": days25 } }));
        assert_eq!(told["sources"], json!([{ "source": "CAREERS", "applications": 8, "reachedOffer": 4, "hired": 1, "hireRate": 0.125 }]));
        assert_eq!(told["offers"], json!({ "sent": 4, "accepted": 2, "declined": 1, "expired": 0, "rescinded": 0, "awaiting": 1,
            "undone": 1, "acceptanceRate": 2.0 / 3.0 }));
        let fill = &told["timeToFill"];
        assert_eq!((&fill["count"], &fill["medianDays"], &fill["p90Days"]), (&json!(1), &json!(3.0), &json!(3.0)));
        assert_eq!(fill["openings"][0]["openedAt"], "2027-01-15T08:00:00Z");
        assert_eq!((&fill["openings"][0]["posting"]["title"], &fill["openings"][0]["team"]["name"]), (&json!("=Backend"), &json!("Create")));
        assert_eq!(told["overdue"], json!({ "stalledApplications": 0, "scorecards": 1, "forms": 0 }));
        app.check_report().await;
        // Time passes: an offer ends by itself, and the report follows.
        app.clock.pass(TimeDelta::days(30));
        sweep(&app).step().await.unwrap();
        let told = report(&app, &desk.recruiter, Value::Null).await;
        assert_eq!((&told["offers"]["expired"], &told["offers"]["awaiting"], &told["offers"]["acceptanceRate"]), (&json!(1), &json!(0), &json!(0.5)));
        app.check_report().await;
    }

    async fn a_report_is_about_what_was_asked_for(app: TestApp) {
        let desk = app.desk().await;
        let posted = story(&desk).await;
        let other = posting(&desk, "Frontend", ["Create", "Share"], [1, 0]).await;
        app.apply(other.id, "Ivy").await;
        let count = async |filter: Value| {
            let told = report(&app, &desk.recruiter, filter).await;
            (told["applications"].as_i64().unwrap(), told["timeToFill"]["count"].as_i64().unwrap())
        };
        assert_eq!(count(json!({})).await, (9, 1));
        assert_eq!(count(json!({ "posting": posted.id.to_string() })).await, (8, 1));
        assert_eq!(count(json!({ "posting": other.id.to_string() })).await, (1, 0));
        assert_eq!(count(json!({ "team": posted.teams[0].team.to_string() })).await, (4, 1));
        assert_eq!(count(json!({ "team": posted.teams[1].team.to_string() })).await, (1, 0));
        let (first, day) = ("2027-01-16T08:00:00Z", "2027-01-17T08:00:00Z");
        assert_eq!(count(json!({ "from": first, "until": day })).await, (7, 0));
        assert_eq!(count(json!({ "from": day })).await, (2, 1));
        assert_eq!(count(json!({ "until": first })).await, (0, 0));
        for (filter, code) in [(json!({ "from": day, "until": day }), "INVALID"), (json!({ "posting": "post_1" }), "NOT_FOUND")] {
            let told = app.ask(&desk.recruiter, REPORT, json!({ "filter": filter })).await;
            assert_eq!(told["errors"][0]["extensions"]["code"], code);
        }
    }

    async fn everyone_counts_what_they_work_on(app: TestApp) {
        let desk = app.desk().await;
        let posted = story(&desk).await;
        let other = posting(&desk, "Frontend", ["Create", "Share"], [1, 0]).await;
        app.apply(other.id, "Ivy").await;
        let count = async |role: Role, reach: Reach| {
            let viewer = app.staff(role, reach).await;
            let told = report(&app, &viewer, Value::Null).await;
            (!told.is_null()).then(|| (told["applications"].as_i64().unwrap(), told["timeToFill"]["count"].as_i64().unwrap()))
        };
        assert_eq!(count(Role::Admin, Reach::Organisation).await, Some((9, 1)));
        assert_eq!(count(Role::Recruiter, Reach::Posting(other.id)).await, Some((1, 0)));
        assert_eq!(count(Role::HiringManager, Reach::Team(posted.teams[0].team)).await, Some((4, 1)));
        // The posting hires for this team too, but the seat that is filled is another team's.
        assert_eq!(count(Role::HiringManager, Reach::Team(posted.teams[1].team)).await, Some((1, 0)));
        assert_eq!(count(Role::Interviewer, Reach::Organisation).await, None);
        assert_eq!(count(Role::Approver, Reach::Organisation).await, None);
        assert_eq!(report(&app, &Viewer::Anonymous, Value::Null).await, Value::Null);
    }

    async fn a_report_takes_the_same_statements_for_few_and_many(app: TestApp) {
        let desk = app.desk().await;
        let posted = story(&desk).await;
        let cost = async || {
            let before = app.store.reading().statements;
            let told = report(&app, &desk.recruiter, Value::Null).await;
            (told["applications"].as_i64().unwrap(), app.store.reading().statements - before)
        };
        let few = cost().await;
        for number in 0..60 {
            app.apply(posted.id, &format!("Person {number}")).await;
        }
        let many = cost().await;
        assert_eq!((few.0, many.0), (8, 68));
        // Up to ten thousand events a statement.
        assert!(few.1 == many.1 && many.1 <= 10, "{few:?} {many:?}");
    }

    async fn tables_come_by_token(app: TestApp) {
        let desk = app.desk().await;
        let posted = story(&desk).await;
        let secret = async |viewer: &Viewer| {
            let new = token::Create { owner: viewer.user().unwrap(), name: "report".into(), scopes: vec![TokenScope::Read], expires_at: None };
            token::create(app.system(), new).await.unwrap().secret
        };
        let (mine, nobody) = (secret(&desk.recruiter).await, secret(&desk.approver).await);
        let get = async |path: &str, secret: &str| {
            app.send(TestRequest::get().uri(path).insert_header(("authorization", format!("Bearer {secret}")))).await
        };
        let seen = get("/reports/offers.csv", &mine).await;
        assert_eq!((seen.status, seen.header("content-type")), (200, "text/csv; charset=utf-8; header=present"));
        assert_eq!((seen.header("content-disposition"), seen.header("cache-control")), ("attachment; filename=\"offers.csv\"", "no-store"));
        assert_eq!(seen.body, "sent,accepted,declined,expired,rescinded,awaiting,undone,acceptance_rate\r\n4,2,1,0,0,1,1,0.6667\r\n");
        let seen = get("/reports/funnel.csv", &mine).await;
        assert!(seen.body.contains("\r\nEngineering,review,Application review,8,5,0.625,2,1,1,7,0,54\r\n"), "{}", seen.body);
        let seen = get("/reports/time-to-fill.csv?from=2027-01-18&until=2027-01-19", &mine).await;
        let (id, team) = (posted.id, posted.teams[0].team);
        let row = format!("\r\n'=Backend,{id},Create,{team},2027-01-15T08:00:00Z,2027-01-18T08:00:00Z,3\r\n");
        assert!(seen.body.ends_with(&row), "{}", seen.body);
        let seen = get(&format!("/reports/sources.csv?posting={id}&team={team}"), &mine).await;
        assert!(seen.body.ends_with("\r\ncareers,,4,4,1,0.25\r\n"), "{}", seen.body);
        assert!(get("/reports/overdue.csv", &mine).await.body.ends_with("\r\n0,1,0\r\n"));
        for (path, part) in [("/reports/offers.csv?from=soon", "from: "), ("/reports/offers.csv?posting=x", "posting: "),
            ("/reports/offers.csv?from=2027-01-02&until=2027-01-01", "until: ")] {
            let seen = get(path, &mine).await;
            assert!(seen.status == 400 && seen.body.starts_with(part), "{} {}", seen.status, seen.body);
        }
        assert_eq!(get("/reports/people.csv", &mine).await.status, 404);
        assert_eq!(get("/reports/offers.csv", &nobody).await.status, 404);
        for seen in [get("/reports/offers.csv", "vac_wrong").await, app.get("/reports/offers.csv").await] {
            assert_eq!((seen.status, seen.header("www-authenticate")), (401, "Bearer"));
        }
    }
}
