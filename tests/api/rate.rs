//! Limits on strangers, through the whole web part: who is refused, with which words, and who is not.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App as Application, web};
use chrono::TimeDelta;
use serde_json::{Value, json};
use tempfile::TempDir;
use vacantia::actions::channel_setting::create_key;
use vacantia::domain::feed::Channel;
use vacantia::domain::link::Purpose;
use vacantia::domain::viewer::Viewer;
use vacantia::feeds::Shelf;
use vacantia::graphql::endpoint::Endpoint;
use vacantia::graphql::guard::Limits;
use vacantia::graphql::{discreet_schema, schema};
use vacantia::web::rate::{Rate, Rates};
use vacantia::web::{App, Introspection, Settings, routes};

use crate::app::TestApp;
use crate::browser::{Seen, form};
use crate::newsstand::builder;
use crate::seed::Posted;

/// The web part with one memory over many requests.
struct Gate {
    app: web::Data<App>,
    endpoint: web::Data<Endpoint<vacantia::graphql::Schema>>,
    _folder: TempDir,
}

impl Gate {
    fn new(app: &TestApp, settings: Settings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Arc::new(Shelf::open(folder.path()).unwrap());
        let schema = match settings.introspection {
            Introspection::Everybody => schema(),
            Introspection::Staff => discreet_schema(),
        };
        let endpoint = web::Data::new(Endpoint::new(schema, Limits::default(), Duration::from_secs(10)));
        Self { app: web::Data::new(App::new(app.shared(), shelf, settings)), endpoint, _folder: folder }
    }

    /// Sends a request from an address.
    async fn from(&self, address: &str, request: TestRequest) -> Seen {
        let request = request.peer_addr(format!("{address}:4000").parse().unwrap()).to_request();
        let routes = routes(self.app.clone(), self.endpoint.clone());
        let service = init_service(Application::new().configure(routes)).await;
        let response = call_service(&service, request).await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = String::from_utf8(read_body(response).await.to_vec()).unwrap();
        Seen { status, headers, body }
    }
}

/// So many an hour of each deed.
fn hourly(times: u32) -> Option<Rate> {
    NonZeroU32::new(times).map(|times| Rate { times, within: Duration::from_hours(1) })
}

fn query(text: &str, variables: &Value) -> TestRequest {
    let body = json!({ "query": text, "variables": variables });
    TestRequest::post().uri("/graphql").set_json(body)
}

fn bearer(request: TestRequest, secret: &str) -> TestRequest {
    request.insert_header(("authorization", format!("Bearer {secret}")))
}

fn submit(posted: &Posted, times: usize) -> TestRequest {
    let fields: Vec<String> = (0..times)
        .map(|at| {
            format!("a{at}: applicationSubmit(input: {{postingId: $posting, name: \"Ada\", email: \"ada@example.com\"}}) {{userErrors {{code}}}}")
        })
        .collect();
    let text = format!("mutation($posting: ID!) {{ {} }}", fields.concat());
    query(&text, &json!({ "posting": posted.id.to_string() }))
}

fn code(seen: &Seen) -> String {
    let body: Value = serde_json::from_str(&seen.body).unwrap();
    body["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
}

async fn slug(app: &TestApp) -> String {
    let answer = app.ask(&Viewer::Anonymous, "{postings(first: 1){nodes{slug}}}", Value::Null).await;
    answer["data"]["postings"]["nodes"][0]["slug"].as_str().unwrap().to_owned()
}

both! {
    async fn applications_of_one_address_are_limited_by_form_and_graphql_alike(app: TestApp) {
        let posted = app.posting("Backend Developer").hiring("Create", 1).open().await;
        let path = format!("/jobs/{}/apply", slug(&app).await);
        let rates = Rates { applications: hourly(3), ..Rates::default() };
        let gate = Gate::new(&app, Settings { rates, ..Settings::default() });
        let nonce = "n".repeat(26);
        let fields = [("name", "Zoë <b>"), ("email", "zoe@example.com"), ("nonce", nonce.as_str())];

        assert_eq!(gate.from("192.0.2.1", submit(&posted, 2)).await.status, 200);
        let refused = gate.from("192.0.2.1", submit(&posted, 2)).await;
        assert_eq!((refused.status, code(&refused)), (429, "RATE_LIMITED".into()), "{}", refused.body);
        assert!(!refused.body.contains("\"data\""));
        assert_eq!(gate.from("192.0.2.1", form(&path, &fields)).await.status, 303);

        let refused = gate.from("192.0.2.1", form(&path, &fields)).await;
        assert_eq!((refused.status, refused.header("retry-after")), (429, "1201"));
        assert!(refused.says("Many applications came from your network"), "{}", refused.body);
        assert!(refused.body.contains("value=\"Zoë &#60;b&#62;\""), "what was typed is kept: {}", refused.body);
        assert_eq!(gate.from("192.0.2.2", form(&path, &fields)).await.status, 303, "others go on");
        assert_eq!(gate.from("192.0.2.1", query("{viewer{__typename}}", &Value::Null)).await.status, 200);

        app.clock.pass(TimeDelta::minutes(21));
        assert_eq!(gate.from("192.0.2.1", submit(&posted, 1)).await.status, 200);
    }

    async fn wrong_links_and_tokens_are_limited_and_right_ones_are_not(app: TestApp) {
        let posted = app.posting("Backend Developer").hiring("Create", 1).open().await;
        let application = app.apply(posted.id, "Ada").await;
        let secret = app.link(application.candidate, Purpose::Application(application.id)).await;
        let rates = Rates { guesses: hourly(4), ..Rates::default() };
        let gate = Gate::new(&app, Settings { rates, ..Settings::default() });
        let wrong = "x".repeat(secret.len());
        let page = |secret: &str| TestRequest::get().uri(&format!("/applications/{secret}"));
        let api = |secret: &str| bearer(query("{viewer{__typename}}", &Value::Null), secret);

        assert_eq!(gate.from("192.0.2.1", page(&wrong)).await.status, 404);
        assert_eq!(gate.from("192.0.2.1", api(&wrong)).await.status, 401);
        assert_eq!(gate.from("192.0.2.1", TestRequest::get().uri("/offers/none")).await.status, 404);
        let withdrawn = form(&format!("/applications/{wrong}/withdraw"), &[("nonce", "x")]);
        assert_eq!(gate.from("192.0.2.1", withdrawn).await.status, 404);

        let refused = gate.from("192.0.2.1", page(&wrong)).await;
        assert_eq!((refused.status, refused.header("retry-after")), (429, "901"));
        assert!(refused.says("Please wait a little"), "{}", refused.body);
        let refused = gate.from("192.0.2.1", api(&wrong)).await;
        assert_eq!((refused.status, code(&refused)), (429, "RATE_LIMITED".into()));
        assert_eq!(gate.from("192.0.2.1", page(&secret)).await.status, 200);
        assert_eq!(gate.from("192.0.2.1", api(&secret)).await.status, 200);
    }

    async fn forms_behind_links_and_queries_of_strangers_are_limited(app: TestApp) {
        let posted = app.posting("Backend Developer").hiring("Create", 1).open().await;
        let application = app.apply(posted.id, "Ada").await;
        let secret = app.link(application.candidate, Purpose::Application(application.id)).await;
        let rates = Rates { links: hourly(2), queries: hourly(3), ..Rates::default() };
        let gate = Gate::new(&app, Settings { rates, ..Settings::default() });
        let path = format!("/applications/{secret}/withdraw");
        for status in [422, 422, 429] {
            assert_eq!(gate.from("192.0.2.1", form(&path, &[("nonce", "x")])).await.status, status);
        }
        assert_eq!(gate.from("192.0.2.1", TestRequest::get().uri(&path)).await.status, 200);
        for status in [200, 200, 200, 429] {
            let seen = gate.from("192.0.2.1", query("{viewer{__typename}}", &Value::Null)).await;
            assert_eq!(seen.status, status);
        }
    }

    async fn whole_feeds_are_limited_and_nothing_new_is_free(app: TestApp) {
        app.posting("Backend Developer").hiring("Create", 1).open().await;
        let gate = Gate::new(&app, Settings { rates: Rates { feeds: hourly(3), ..Rates::default() }, ..Settings::default() });
        builder(&app, &gate.app.shelf).step().await.unwrap();
        let get = |path: &str| TestRequest::get().uri(path);
        let mut tags = Vec::new();
        for path in ["/feeds/rss.xml", "/feeds/changes.json", "/sitemap.xml"] {
            let seen = gate.from("192.0.2.1", get(path)).await;
            assert_eq!(seen.status, 200, "{path}");
            tags.push((path, seen.header("etag").to_owned()));
        }
        for (path, tag) in tags {
            let seen = gate.from("192.0.2.1", get(path)).await;
            assert_eq!((seen.status, seen.header("retry-after")), (429, "1201"), "{path}");
            let known = get(path).insert_header(("If-None-Match", tag));
            assert_eq!(gate.from("192.0.2.1", known).await.status, 304, "{path}");
            let other = get(path).insert_header(("If-None-Match", "\"other\""));
            assert_eq!(gate.from("192.0.2.1", other).await.status, 429, "what is claimed to be known is no excuse");
        }
        let head = TestRequest::default().method(actix_web::http::Method::HEAD).uri("/feeds/rss.xml");
        assert_eq!(gate.from("192.0.2.1", head).await.status, 200);
        assert_eq!(gate.from("192.0.2.2", get("/feeds/rss.xml")).await.status, 200, "others go on");
    }

    async fn wrong_keys_of_feeds_are_limited_and_tell_nothing(app: TestApp) {
        let (_, secret) = create_key(app.system(), Channel::Rss, None).await.unwrap();
        let gate = Gate::new(&app, Settings { rates: Rates { guesses: hourly(2), ..Rates::default() }, ..Settings::default() });
        builder(&app, &gate.app.shelf).step().await.unwrap();
        let get = |path: String| TestRequest::get().uri(&path);
        let wrong = format!("vaf_{}", "0".repeat(40));
        for (path, status) in [("rss.xml", 404), ("monster.xml", 404), ("rss.xml", 429), ("monster.xml", 429), ("rss/report.json", 429)] {
            let seen = gate.from("192.0.2.1", get(format!("/feeds/{path}?key={wrong}"))).await;
            assert_eq!(seen.status, status, "{path}: a feed that is there and one that is not answer alike");
        }
        assert_eq!(gate.from("192.0.2.1", get("/feeds/rss.xml".into())).await.status, 404, "no key is no guess");
        assert_eq!(gate.from("192.0.2.1", get(format!("/feeds/rss.xml?key={secret}"))).await.status, 200);
        assert_eq!(gate.from("192.0.2.2", get(format!("/feeds/rss.xml?key={wrong}"))).await.status, 404);
        assert_eq!(gate.from("192.0.2.1", get(format!("/feeds/indeed.xml?key={wrong}"))).await.status, 200, "it needs none");
    }

    async fn parts_of_feeds_are_built_once_and_counted_as_whole_ones(app: TestApp) {
        app.advertised("Backend Developer").await;
        let gate = Gate::new(&app, Settings { rates: Rates { feeds: hourly(3), ..Rates::default() }, ..Settings::default() });
        builder(&app, &gate.app.shelf).step().await.unwrap();
        let get = |path: &str| TestRequest::get().uri(path);
        let part = "/feeds/rss.xml?team=create";
        let before = app.store.statements();
        assert_eq!(gate.from("192.0.2.1", get("/feeds/rss.xml")).await.status, 200);
        assert_eq!(app.store.statements(), before, "the whole is never built here");
        let first = gate.from("192.0.2.1", get(part)).await;
        let built = app.store.statements();
        assert!(first.status == 200 && built > before && first.body.contains("Backend Developer"), "{}", first.body);
        let again = gate.from("192.0.2.1", get(part)).await;
        assert_eq!((again.status, again.header("etag"), app.store.statements()), (200, first.header("etag"), built));
        assert_eq!(gate.from("192.0.2.1", get(part)).await.status, 429);
        let known = get(part).insert_header(("If-None-Match", first.header("etag")));
        assert_eq!(gate.from("192.0.2.1", known).await.status, 304, "nothing new is free");
        let other = get("/feeds/rss.xml?team=other").insert_header(("If-None-Match", first.header("etag")));
        assert_eq!(gate.from("192.0.2.1", other).await.status, 429, "but building is not");
        assert_eq!(app.store.statements(), built);
        assert_eq!(gate.from("192.0.2.2", get(part)).await.status, 200, "others go on");
    }

    async fn of_many_who_want_parts_of_feeds_few_wait(app: TestApp) {
        app.advertised("Backend Developer").await;
        let gate = &Gate::new(&app, Settings::default());
        builder(&app, &gate.app.shelf).step().await.unwrap();
        let wanted = (0..40).map(|part| async move {
            let path = format!("/feeds/rss.xml?team=team-{part}");
            gate.from("192.0.2.1", TestRequest::get().uri(&path)).await
        });
        let all = futures_util::future::join_all(wanted).await;
        let answered = all.iter().filter(|seen| seen.status == 200).count();
        let (sent_away, rest): (Vec<&Seen>, Vec<&Seen>) = all.iter().partition(|seen| seen.status == 503);
        assert!(answered >= 8 && answered == rest.len() && !sent_away.is_empty(), "{answered} of {}", all.len());
        assert!(sent_away.iter().all(|seen| seen.header("retry-after") == "5"));
        let same = (0..8).map(|_| gate.from("192.0.2.1", TestRequest::get().uri("/feeds/rss.xml?team=create")));
        let before = app.store.statements();
        let same = futures_util::future::join_all(same).await;
        assert!(same.iter().all(|seen| seen.status == 200 && seen.body == same[0].body));
        assert_eq!(app.store.statements() - before, 2, "it is built for the first, and the others get it");
    }
}

#[actix_web::test]
async fn the_schema_can_be_kept_for_staff() {
    let app = TestApp::new(crate::harness::Database::new(vacantia::storage::Kind::Sqlite).unwrap()).await;
    let open = Gate::new(&app, Settings::default());
    let kept = Gate::new(&app, Settings { introspection: Introspection::Staff, ..Settings::default() });
    let introspections = [
        "{__schema{types{name}}}",
        "{a: __type(name: \"Offer\"){name}}",
        "{... on Query{...F}} fragment F on Query{__schema{queryType{name}}}",
    ];
    for text in introspections {
        assert_eq!(code(&open.from("192.0.2.1", query(text, &Value::Null)).await), "", "{text}");
        let refused = kept.from("192.0.2.1", query(text, &Value::Null)).await;
        assert_eq!(code(&refused), "INTROSPECTION_OFF", "{text}: {}", refused.body);
    }
    let plain = kept.from("192.0.2.1", query("{__typename}", &Value::Null)).await;
    assert!(plain.body.contains("\"__typename\":\"Query\""), "{}", plain.body);

    let misspelt = query("{postingz{nodes{id}}}", &Value::Null);
    assert!(open.from("192.0.2.1", misspelt).await.body.contains("Did you mean"));
    let misspelt = query("{postingz{nodes{id}}}", &Value::Null);
    assert!(!kept.from("192.0.2.1", misspelt).await.body.contains("Did you mean"));

    let sdl = vacantia::graphql::sdl();
    assert_eq!(
        sdl.matches(": Query").count(),
        sdl.matches("  query: Query\n").count(),
        "only the root tells of the schema, so it is enough to watch the root"
    );
}
