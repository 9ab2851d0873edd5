//! What visitors see: the list of jobs, a job's page, the application form.

use actix_web::test::TestRequest;
use chrono::TimeDelta;
use serde_json::Value;
use vacantia::actions::posting::{self, Changes};
use vacantia::domain::country::Country;
use vacantia::domain::id::PostingId;
use vacantia::domain::money::{Currency, PayInterval, PayRange};
use vacantia::domain::place::{Location, Workplace};
use vacantia::domain::policy::application::applications;
use vacantia::domain::posting::{PostingStatus, Reading, Requirement, RequirementLevel, Section};
use vacantia::domain::question::{Question, QuestionType};
use vacantia::domain::viewer::Viewer;
use vacantia::storage::{self, Page};
use vacantia::web::Settings;
use vacantia::web::graphiql::EXAMPLES;

use crate::app::TestApp;
use crate::browser::{Seen, form};
use crate::seed::Posted;

const HOSTILE: &str = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>";

pub fn question(key: &str, kind: QuestionType, required: bool) -> Question {
    let options =
        if kind == QuestionType::Choice { vec!["Yes, gladly".into(), "Rather not".into()] } else { vec![] };
    Question { key: key.into(), label: format!("Question {key}?"), kind, required, options }
}

async fn change(app: &TestApp, id: PostingId, changes: Changes) {
    posting::update(app.system(), id, None, changes).await.unwrap();
}

async fn slug(app: &TestApp, id: PostingId) -> String {
    let sight = storage::posting::Sight::of(&Viewer::System, app.now());
    storage::posting::find(&app.store, &sight, id).await.unwrap().unwrap().slug
}

async fn set(app: &TestApp, posted: &Posted, status: PostingStatus) {
    let sight = storage::posting::Sight::of(&Viewer::System, app.now());
    let mut posting = storage::posting::find(&app.store, &sight, posted.id).await.unwrap().unwrap();
    posting.status = status;
    let posting = &posting;
    app.put(|tx| async move { storage::posting::save(&tx, posting, posting.revision).await }).await;
}

/// A posting with something in every part.
pub async fn full(app: &TestApp) -> Posted {
    let mut draft = app.posting("Backend Developer");
    for (team, vacancies) in [("Create", 1), ("Plan", 2), ("Verify (CI)", 2), ("Monitor", 3), ("Empty", 0)] {
        draft = draft.hiring(team, vacancies);
    }
    for (key, kind, required) in [
        ("why", QuestionType::Prose, true),
        ("site", QuestionType::Url, false),
        ("remote", QuestionType::YesNo, true),
        ("pick", QuestionType::Choice, false),
    ] {
        draft = draft.asking(question(key, kind, required));
    }
    let posted = draft.open().await;
    let section = |heading: &str, body: &str| Section { heading: heading.into(), body: body.into() };
    let requirement = |text: &str, level| Requirement { text: text.into(), level };
    let pay = PayRange {
        jurisdiction: None,
        min: 6_000_000,
        max: 9_000_000,
        currency: Currency::find("EUR").unwrap(),
        interval: PayInterval::Year,
    };
    let changes = Changes {
        sections: Some(vec![
            section("About us", "We build *calm* software. See [our handbook](/handbook)."),
            section(
                "What you will do",
                "- Write features from idea to release.\n- Review what others write.\n\n| a | b |\n|---|---|\n| 1 | 2 |",
            ),
        ]),
        requirements: Some(vec![
            requirement("You have run a web application in production.", RequirementLevel::Strict),
            requirement("You write clearly.", RequirementLevel::Expected),
            requirement("You know other languages.", RequirementLevel::Plus),
        ]),
        links: Some(vec![Reading {
            label: "How we hire".into(),
            url: "https://www.example.com/hiring".into(),
        }]),
        pay_ranges: Some(vec![pay]),
        ..Changes::default()
    };
    change(app, posted.id, changes).await;
    posted
}

fn json_ld(page: &Seen) -> Option<Value> {
    let rest = page.body.split_once("<script type=\"application/ld+json\">")?.1;
    Some(serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap())
}

both! {
    async fn a_job_has_a_page_with_all_its_parts(app: TestApp) {
        let posted = full(&app).await;
        let slug = slug(&app, posted.id).await;
        let page = app.get(&format!("/jobs/{slug}")).await;
        assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
        for words in [
            "Backend Developer", "Remote: Germany", "Full time", "Posted 15 January 2027", "What you will do",
            "You have run a web application in production. required", "You know other languages. a plus",
            "Create 1 Plan 2 Verify (CI) 2 Monitor 3 All teams 8", "EUR 60,000 to 90,000 per year",
            "Screening call – 30 minutes", "Team round – all at once, in any order", "CEO interview optional",
            "How we hire", "All jobs", "Apply for this job",
        ] {
            assert!(page.says(words), "{words:?} is not in {}", page.text());
        }
        assert!(!page.says("Empty"), "a team without vacancies is not listed");
        assert!(page.body.contains("<em>calm</em>") && page.body.contains("<li>Review what others write.</li>"));
        assert!(page.body.contains("href=\"https://jobs.example.com/handbook\""));
        assert!(page.body.contains(&format!("<link rel=\"canonical\" href=\"https://jobs.example.com/jobs/{slug}\">")));
        assert!(page.body.contains("<meta name=\"description\" content=\"We build calm software."));
        let job = json_ld(&page).unwrap();
        assert_eq!(job["title"], "Backend Developer");
        assert_eq!(job["totalJobOpenings"], 8);
        let alone = app.get(&format!("/jobs/{slug}.jsonld")).await;
        assert_eq!(alone.header("content-type"), "application/ld+json");
        assert_eq!(serde_json::from_str::<Value>(&alone.body).unwrap(), job);
    }

    async fn half_a_posting_tells_search_engines_nothing(app: TestApp) {
        let posted = full(&app).await;
        let slug = slug(&app, posted.id).await;
        let nothing = Changes {
            sections: Some(Vec::new()), requirements: Some(Vec::new()), links: Some(Vec::new()), ..Changes::default()
        };
        change(&app, posted.id, nothing).await;
        let page = app.get(&format!("/jobs/{slug}")).await;
        assert!(page.status == 200 && page.says("Backend Developer") && json_ld(&page).is_none());
        assert_eq!(app.get(&format!("/jobs/{slug}.jsonld")).await.status, 404);
    }

    async fn the_list_is_filtered_by_team_and_place(app: TestApp) {
        full(&app).await;
        let posted = app.posting("Designer").hiring("Plan", 1).open().await;
        let place = Location {
            key: String::new(), street: None, city: "Lisbon".into(), region: None, postal_code: None,
            country: Country::find("PT").unwrap(),
        };
        let changes = Changes {
            workplace: Some(Workplace::Hybrid), locations: Some(vec![place]), remote_countries: Some(vec![]),
            ..Changes::default()
        };
        change(&app, posted.id, changes).await;
        app.posting("Hidden").hiring("Plan", 1).unlisted().open().await;
        app.posting("Drafted").hiring("Plan", 1).in_status(PostingStatus::Draft).await;

        let all = app.get("/jobs").await;
        assert!(all.says("2 open jobs with 9 vacancies."), "{}", all.text());
        assert!(all.says("Backend Developer 8 vacancies in 4 teams Remote: Germany · Full time · Posted 15 January 2027"));
        assert!(all.says("Designer 1 vacancy in Plan Lisbon, Portugal (hybrid)"));
        assert!(!all.says("Hidden") && !all.says("Drafted"));
        assert!(all.body.contains("<option value=\"verify-ci\">Verify (CI) (1)</option>"));
        assert!(all.body.contains("<option value=\"PT\">Portugal (1)</option>"));
        for (query, backend, designer) in [
            ("?team=plan", true, true), ("?team=create", true, false), ("?place=PT", false, true),
            ("?place=pt&team=", false, true), ("?team=plan&place=DE", true, false), ("?team=nobody", false, false),
            ("?page=99", true, true), ("?page=x&unknown=1", true, true),
        ] {
            let list = app.get(&format!("/jobs{query}")).await;
            assert_eq!(list.status, 200, "{query}");
            let jobs = list.body.split_once("<ul class=\"jobs\">").map_or("", |(_, jobs)| jobs);
            assert_eq!((jobs.contains("Backend"), jobs.contains("Designer")), (backend, designer), "{query}");
        }
        assert!(app.get("/jobs?team=nobody").await.says("No job matches."));
        assert!(app.get("/jobs?team=plan").await.body.contains("<option value=\"plan\" selected>"));
    }

    async fn each_state_of_a_posting_has_its_page(app: TestApp) {
        let posted = full(&app).await;
        let other = app.posting("Another Job").hiring("Plan", 1).open().await;
        let old = slug(&app, posted.id).await;
        change(&app, posted.id, Changes { title: Some("Senior Backend Developer".into()), ..Changes::default() }).await;
        let path = format!("/jobs/{}", slug(&app, posted.id).await);
        let moved = app.get(&format!("/jobs/{old}")).await;
        assert_eq!((moved.status, moved.header("location")), (301, format!("https://jobs.example.com{path}").as_str()));

        set(&app, &posted, PostingStatus::Paused).await;
        let paused = app.get(&path).await;
        assert_eq!(paused.status, 200);
        assert!(paused.says("We are not taking applications for this job at the moment."));
        assert!(paused.body.contains("<meta name=\"robots\" content=\"noindex\">"));
        assert!(json_ld(&paused).is_none() && !paused.body.contains("canonical"));
        assert_eq!(app.get(&format!("{path}.jsonld")).await.status, 404);
        assert_eq!(app.get(&format!("{path}/apply")).await.status, 303);

        set(&app, &posted, PostingStatus::Closed).await;
        let closed = app.get(&path).await;
        assert_eq!(closed.status, 410);
        assert!(closed.says("Senior Backend Developer This job is closed.") && closed.says("Another Job"));
        assert!(!closed.says("What you will do") && json_ld(&closed).is_none());

        for status in [PostingStatus::Archived, PostingStatus::Draft] {
            set(&app, &posted, status).await;
            assert_eq!(app.get(&path).await.status, 404, "{status}");
        }
        let unlisted = app.posting("Quiet").hiring("Plan", 1).unlisted().open().await;
        let unknown = app.get("/jobs/nothing-00000000").await;
        let hidden = app.get(&format!("/jobs/{}", slug(&app, unlisted.id).await)).await;
        assert_eq!((hidden.status, &hidden.body), (404, &unknown.body), "hidden and absent look alike");
        let _ = other;
    }

    async fn a_posting_past_its_deadline_is_gone_at_once(app: TestApp) {
        let posted = app.posting("Soon Over").hiring("Plan", 1).until(app.now() + TimeDelta::hours(1)).open().await;
        let path = format!("/jobs/{}", slug(&app, posted.id).await);
        assert!(app.get(&path).await.says("Apply by 15 January 2027"));
        app.clock.pass(TimeDelta::hours(1));
        assert_eq!(app.get(&path).await.status, 410);
        assert!(app.get("/jobs").await.says("There is no open job at the moment."));
        assert_eq!(app.get(&format!("{path}/apply")).await.status, 303);
    }

    async fn hostile_text_stays_text(app: TestApp) {
        let posted = app.posting(HOSTILE).hiring(HOSTILE, 1).asking(Question {
            key: "q".into(), label: HOSTILE.into(), kind: QuestionType::Choice, required: true,
            options: vec![HOSTILE.into(), "other".into()],
        }).open().await;
        let changes = Changes {
            sections: Some(vec![Section { heading: HOSTILE.into(), body: format!("{HOSTILE}\n\n[x](javascript:alert(1))") }]),
            requirements: Some(vec![Requirement { text: HOSTILE.into(), level: RequirementLevel::Plus }]),
            links: Some(vec![Reading { label: HOSTILE.into(), url: "https://example.com/?a=1&b=2".into() }]),
            ..Changes::default()
        };
        change(&app, posted.id, changes).await;
        let slug = slug(&app, posted.id).await;
        for path in ["/jobs".to_owned(), format!("/jobs/{slug}"), format!("/jobs/{slug}/apply"), format!("/jobs?team={HOSTILE}")] {
            let page = app.get(&path.replace(['<', '>', '"', ' '], "%3C")).await;
            assert_eq!(page.status, 200, "{path}");
            let markup = page.body.replace("<script type=\"application/ld+json\">", "");
            assert!(!markup.contains("<script") && !markup.contains("<img"), "{path}: {}", page.body);
            assert!(!page.body.contains("javascript:"), "{path}");
        }
        let page = app.get(&format!("/jobs/{slug}")).await;
        assert_eq!(json_ld(&page).unwrap()["title"], HOSTILE);
        let echoed = app.post(&format!("/jobs/{slug}/apply"), &[("name", HOSTILE), ("nonce", "x")]).await;
        assert!(!echoed.body.contains("<img"), "{}", echoed.body);
    }

    async fn an_application_is_sent_by_form(app: TestApp) {
        let posted = full(&app).await;
        let path = format!("/jobs/{}/apply", slug(&app, posted.id).await);
        let page = app.get(&path).await;
        assert!(page.status == 200 && page.body.contains("name=\"robots\" content=\"noindex\""));
        let nonce = page.hidden("nonce").to_owned();
        let team = posted.teams[3].team.to_string();
        let fields = [
            ("nonce", nonce.as_str()), ("homepage", ""), ("name", "Zoë Ålund"), ("email", "zoe@example.org"),
            ("phone", ""), ("answers.why", "Because.\r\nReally."), ("answers.remote", "yes"), ("answers.site", ""),
            ("preferredTeams.0", &team), ("preferredTeams.1", ""), ("preferredTeams.2", &team),
        ];
        for _ in 0..2 {
            let sent = app.post(&path, &fields).await;
            assert_eq!(sent.status, 303, "{}", sent.text());
            let receipt = app.get(sent.header("location")).await;
            assert!(receipt.status == 200 && receipt.says("We have received your application: Backend Developer."));
        }
        let scope = applications(&Viewer::System);
        let all = storage::application::listed(&app.store, &scope, &storage::application::Wanted::default(), &Page::newest(9)).await.unwrap();
        assert_eq!(all.items.len(), 1, "a form sent twice is one application");
        let preferred = storage::allotment::preferred(&app.store, &scope, &[all.items[0].id]).await.unwrap();
        assert_eq!(preferred[&all.items[0].id], [posted.teams[3].team]);
        let again = app.get(&path).await.hidden("nonce").to_owned();
        let repeat: Vec<_> = fields.iter().map(|(name, value)| (*name, if *name == "nonce" { again.as_str() } else { *value })).collect();
        let repeated = app.post(&path, &repeat).await;
        assert_eq!(repeated.status, 303, "who applied before is not told apart");
    }

    async fn what_is_wrong_is_said_at_its_field(app: TestApp) {
        let posted = full(&app).await;
        let path = format!("/jobs/{}/apply", slug(&app, posted.id).await);
        let nonce = app.get(&path).await.hidden("nonce").to_owned();
        let wrong = app.post(&path, &[
            ("nonce", &nonce), ("name", " "), ("email", "zoe@"), ("phone", "0123"), ("answers.why", ""),
            ("answers.site", "ftp://x"), ("answers.pick", "Yes, gladly"),
        ]).await;
        assert_eq!(wrong.status, 422);
        for name in ["name", "email", "answers.why", "answers.site", "answers.remote"] {
            assert!(wrong.body.contains(&format!("<li><a href=\"#{name}\">")), "{name} is not in the summary");
            assert!(wrong.body.contains(&format!("id=\"{name}-wrong\"")), "nothing is said at {name}");
        }
        assert!(!wrong.body.contains("id=\"phone-wrong\""));
        assert!(wrong.body.contains("value=\"0123\"") && wrong.body.contains("value=\"ftp://x\""), "what was typed is kept");
        assert!(wrong.body.contains("<option value=\"Yes, gladly\" selected>"));
        assert_ne!(wrong.hidden("nonce"), nonce);
        assert_eq!(app.store.snapshot().await.map(|_| ()).map_err(|_| ()), Ok(()));
    }
}

#[actix_web::test]
async fn forms_come_from_our_own_pages_only() {
    let app = TestApp::new(crate::harness::Database::new(storage::Kind::Sqlite).unwrap()).await;
    let posted = full(&app).await;
    let path = format!("/jobs/{}/apply", slug(&app, posted.id).await);
    let nonce = app.get(&path).await.hidden("nonce").to_owned();
    let fields = [
        ("nonce", nonce.as_str()),
        ("name", "Zoë"),
        ("email", "zoe@example.org"),
        ("answers.why", "so"),
        ("answers.remote", "no"),
    ];
    for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")] {
        let refused = app.send(form(&path, &fields).insert_header((name, value))).await;
        assert_eq!(refused.status, 403, "{name}");
        assert!(refused.says("Please send this from our own page"));
    }
    let text =
        TestRequest::post().uri(&path).insert_header(("content-type", "text/plain")).set_payload("name=x");
    assert_eq!(app.send(text).await.status, 400);
    let huge = form(&path, &[("name", &"x".repeat(1_100_000))]);
    assert_eq!(app.send(huge).await.status, 413);
    let trapped: Vec<_> = fields.iter().copied().chain([("homepage", "https://spam.example")]).collect();
    assert_eq!(app.post(&path, &trapped).await.status, 303);
    let without: Vec<_> = fields[1..].to_vec();
    assert_eq!(app.post(&path, &without).await.status, 422);
    let scope = applications(&Viewer::System);
    let wanted = storage::application::Wanted::default();
    let all = storage::application::listed(&app.store, &scope, &wanted, &Page::newest(9)).await.unwrap();
    assert!(all.items.is_empty(), "none of these was taken");
    assert_eq!(app.post(&path, &fields).await.status, 303);
}

#[actix_web::test]
async fn every_answer_protects_its_reader() {
    let app = TestApp::new(crate::harness::Database::new(storage::Kind::Sqlite).unwrap()).await;
    for path in ["/", "/jobs", "/nowhere", "/healthz", "/readyz", "/assets/icon.svg", "/jobs/x/y/z"] {
        let seen = app.get(path).await;
        assert!(seen.header("content-security-policy").starts_with("default-src 'none'"), "{path}");
        assert!(seen.header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
        assert_eq!(seen.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(seen.header("referrer-policy"), "same-origin", "{path}");
        let head = app.head(path).await;
        assert_eq!(head.status, seen.status, "{path}");
    }
    let nowhere = app.get("/nowhere").await;
    assert_eq!(nowhere.status, 404);
    assert!(nowhere.says("There is nothing here") && nowhere.says("Example Works"));
    let refused = app.send(TestRequest::delete().uri("/jobs")).await;
    assert_eq!((refused.status, refused.header("allow")), (405, "GET, HEAD"));
    assert!(refused.says("This cannot be done here"));
}

#[actix_web::test]
async fn the_style_sheet_is_kept_for_long_under_a_name_that_changes_with_it() {
    let app = TestApp::new(crate::harness::Database::new(storage::Kind::Sqlite).unwrap()).await;
    let page = app.get("/jobs").await;
    let name = page.body.split_once("href=\"/assets/style.").unwrap().1.split_once('"').unwrap().0;
    let style = app.get(&format!("/assets/style.{name}")).await;
    assert_eq!((style.status, style.header("content-type")), (200, "text/css; charset=utf-8"));
    assert!(style.header("cache-control").contains("immutable"));
    for path in ["/assets/style.css", "/assets/style.0000000000000000.css", "/assets/..%2fCargo.toml"] {
        assert_eq!(app.get(path).await.status, 404, "{path}");
    }
}

#[actix_web::test]
async fn the_explorer_is_served_by_us_alone_where_it_is_allowed() {
    let app = TestApp::new(crate::harness::Database::new(storage::Kind::Sqlite).unwrap()).await;
    assert_eq!(app.get("/graphiql").await.status, 404);
    let settings = Settings { graphiql: true, ..Settings::default() };
    let page = app.send_to(settings, TestRequest::get().uri("/graphiql")).await;
    assert_eq!(page.status, 200);
    let policy = page.header("content-security-policy");
    assert!(policy.contains("script-src 'self';") && policy.contains("connect-src 'self'"), "{policy}");
    assert!(!page.body.contains("//"), "nothing is asked of anybody else: {}", page.body);
    let files = page.body.split('"').filter(|text| text.starts_with("/assets/"));
    let mut count = 0;
    for file in files {
        let served = app.get(file).await;
        assert_eq!(served.status, 200, "{file}");
        count += 1;
    }
    assert_eq!(count, 7);
    full(&app).await;
    for (query, variables) in EXAMPLES {
        let variables = variables.map_or(Value::Null, |text| serde_json::from_str(text).unwrap());
        let answer = app.ask(&Viewer::Anonymous, query, variables).await;
        assert!(answer["errors"].as_array().is_none_or(Vec::is_empty), "{query}: {answer}");
        assert!(answer["data"].is_object(), "{query}: {answer}");
    }
}
