//! Hubs and search engines are told what is new: when, in which words, and to whom nothing is said.

use actix_web::http::header;
use actix_web::test::TestRequest;
use chrono::TimeDelta;
use serde_json::{Value, json};
use vacantia::actions::channel_setting::{Update, create_key, update as set};
use vacantia::actions::posting::{Changes, Close, close, update};
use vacantia::domain::Viewer;
use vacantia::domain::feed::Channel;
use vacantia::domain::id::UserId;
use vacantia::domain::ping::{MOST_URLS, PingKind, PingState};
use vacantia::domain::posting::CloseReason;
use vacantia::domain::viewer::{Grant, Reach, Role, Staff, TokenScope};
use vacantia::feeds::snapshot::Coding;
use vacantia::storage::ping::{NewPing, join, push};
use vacantia::work::Step;

use crate::app::TestApp;
use crate::channel_setting::of;
use crate::newsstand::{Stand, text};
use crate::operator::{done, refused};
use crate::pinging::{KEY, Told, Tower, both};
use crate::receiver::{Receiver, say};
use crate::seed::Posted;

const FEEDS: [&str; 3] = ["atom.xml", "feed.json", "rss.xml"];

async fn reworded(app: &TestApp, posted: &Posted, words: &str) {
    let changes = Changes { sections: Some(text("The work", words)), ..Changes::default() };
    update(app.system(), posted.id, None, changes).await.unwrap();
}

async fn page_of(app: &TestApp, posted: &Posted) -> String {
    let slug =
        app.texts(&format!("SELECT slug AS text FROM posting WHERE id = '{}'", posted.id)).await.remove(0);
    app.site.posting_url(&slug)
}

/// An app that tells a new receiver.
async fn telling(app: TestApp, told: Told) -> (TestApp, Receiver) {
    let receiver = Receiver::new().await;
    let (hub, engines) = (receiver.url("/hub"), receiver.url("/indexnow"));
    (app.telling(told, &hub, &engines), receiver)
}

fn staff(app: &TestApp, role: Role, reach: Reach) -> Viewer {
    let user = UserId::new(app.now(), &*app.chance);
    Viewer::Staff(Staff { user, grants: vec![Grant { role, reach }], scopes: vec![TokenScope::Read] })
}

const LIST: &str = "query ($states: [PingStatus!], $first: Int, $after: String) {
    pings(states: $states, first: $first, after: $after) {
        nodes { id kind target urls urlCount status attempts lastCode lastReply createdAt nextAttemptAt doneAt }
        pageInfo { hasNextPage endCursor } } }";

both! {
    async fn nobody_is_told_unless_it_is_said(app: TestApp) {
        let mut stand = Stand::new(&app);
        app.advertised("Backend Developer").await;
        stand.built().await;
        let pinger = app.pinger();
        pinger.start().await.unwrap();
        app.clock.pass(TimeDelta::hours(1));
        assert_eq!(pinger.step().await.unwrap(), Step::Empty);
        assert_eq!(app.pings().await, []);
        for file in FEEDS {
            let feed = stand.get(&format!("/feeds/{file}")).await;
            assert_eq!((feed.status, feed.header(header::LINK)), (200, ""), "{file}");
            assert!(!feed.text().contains("hub"), "{file}: {}", feed.text());
        }
        assert_eq!(stand.get(&format!("/{KEY}.txt")).await.status, 404);
        // It ends at once where there is nobody to tell.
        let (_stop, stopped) = tokio::sync::watch::channel(false);
        pinger.run(stopped).await;
    }

    async fn of_a_private_feed_no_hub_hears(app: TestApp) {
        let (app, receiver) = telling(app, Told::Hub).await;
        let mut tower = Tower::new(&app, &receiver);
        create_key(app.system(), Channel::Rss, None).await.unwrap();
        let posted = app.advertised("Backend Developer").await;
        assert!(tower.stand.built().await);
        let topics = async || {
            let mut topics: Vec<String> = app.pings().await.into_iter().flat_map(|ping| ping.urls).collect();
            topics.sort();
            topics
        };
        let told = topics().await;
        assert_eq!(told, [app.site.feed_url(Channel::Atom), app.site.feed_url(Channel::JsonFeed)]);
        let private = tower.stand.shelf.current(Channel::Rss).unwrap();
        let private = String::from_utf8(private.document(Coding::Identity).read(0, usize::MAX).unwrap()).unwrap();
        assert!(private.contains("Backend Developer") && !private.contains("rel=\"hub\""), "{private}");

        let public = Update { is_private: Some(false), ..of(Channel::Rss) };
        set(app.system(), public).await.unwrap();
        reworded(&app, &posted, "Everybody may know of this now, and of each lock and gate.").await;
        assert!(tower.stand.built().await);
        assert!(topics().await.contains(&app.site.feed_url(Channel::Rss)));
        assert!(tower.stand.get("/feeds/rss.xml").await.header(header::LINK).contains("rel=\"hub\""));
    }

    async fn a_publication_is_told_once_in_the_words_of_each_protocol(app: TestApp) {
        let (app, receiver) = telling(app, Told::Both).await;
        let mut tower = Tower::new(&app, &receiver);
        let posted = app.advertised("Backend Developer").await;
        assert!(tower.stand.built().await);
        assert_eq!(app.ping_states().await, [PingState::Queued; 4]);
        assert_eq!(tower.drain().await, 0, "it rests first");
        app.clock.pass(TimeDelta::seconds(2));
        assert_eq!(tower.drain().await, 4);
        let heard = receiver.heard();
        let page = page_of(&app, &posted).await;
        assert_eq!(both(&heard), (FEEDS.map(str::to_owned).to_vec(), vec![page.clone()]));
        let hub = heard.iter().find(|one| one.body.contains("rss.xml")).unwrap();
        assert!(hub.head.starts_with("POST /hub HTTP/1.1\r\n"), "{}", hub.head);
        assert!(hub.head.to_lowercase().contains("content-type: application/x-www-form-urlencoded"), "{}", hub.head);
        let topic = "https%3A%2F%2Fjobs.example.com%2Ffeeds%2Frss.xml";
        assert_eq!(hub.body, format!("hub.mode=publish&hub.url={topic}&hub.topic={topic}"));
        let engines = heard.iter().find(|one| one.body.contains("urlList")).unwrap();
        assert!(engines.head.starts_with("POST /indexnow HTTP/1.1\r\n"), "{}", engines.head);
        assert!(engines.head.to_lowercase().contains("content-type: application/json; charset=utf-8"), "{}", engines.head);
        assert_eq!(serde_json::from_str::<Value>(&engines.body).unwrap(), json!({
            "host": "jobs.example.com", "key": KEY, "keyLocation": format!("https://jobs.example.com/{KEY}.txt"),
            "urlList": [page],
        }));
        for ping in app.pings().await {
            let stands = (ping.state, ping.attempts, ping.last_code, ping.last_reply.as_deref());
            assert_eq!(stands, (PingState::Sent, 1, Some(202), Some("Accepted")));
            assert_eq!((ping.done_at, ping.next_attempt_at()), (Some(app.now()), None));
        }
        // Built anew, as after a restart, it says what it said.
        let mut again = Tower { stand: tower.stand.restarted(), ..tower };
        assert_eq!(again.told().await, []);
        assert_eq!(app.pings().await.len(), 4);
    }

    async fn each_thing_that_happens_to_a_posting_is_told(app: TestApp) {
        let (app, receiver) = telling(app, Told::Both).await;
        let mut tower = Tower::new(&app, &receiver);
        let posted = app.posting("Backend").hiring("Create", 1).until(app.now() + TimeDelta::days(9)).open().await;
        reworded(&app, &posted, "Keep the gates moving, and the boats behind them.").await;
        let other = app.advertised("Lock Keeper").await;
        let (page, others) = (page_of(&app, &posted).await, page_of(&app, &other).await);
        let feeds = || FEEDS.map(str::to_owned).to_vec();
        let mut pages = vec![page.clone(), others.clone()];
        pages.sort();
        assert_eq!(both(&tower.told().await), (feeds(), pages), "both are new");
        app.clock.pass(TimeDelta::minutes(1));
        reworded(&app, &posted, "Keep the gates moving, by night too, whatever the weather does.").await;
        assert_eq!(both(&tower.told().await), (feeds(), vec![page.clone()]), "an edit");
        app.clock.pass(TimeDelta::minutes(1));
        app.fill(&other, 0).await;
        assert_eq!(both(&tower.told().await), (feeds(), vec![others.clone()]), "one of several teams is full");
        app.clock.pass(TimeDelta::minutes(1));
        app.fill(&other, 1).await;
        app.fill(&other, 1).await;
        assert_eq!(both(&tower.told().await), (feeds(), vec![others.clone()]), "the last seat is taken");
        app.clock.pass(TimeDelta::days(10));
        assert_eq!(both(&tower.told().await), (feeds(), vec![page]), "a deadline passes, and nobody writes");
        let reason = CloseReason::Other;
        close(app.system(), Close { posting: other.id, expected_revision: None, reason }).await.unwrap();
        assert_eq!(both(&tower.told().await), (vec![], vec![]), "it was no longer there");
        app.posting("A draft").hiring("Plan", 1).in_status(vacantia::domain::posting::PostingStatus::Draft).await;
        assert_eq!(both(&tower.told().await), (vec![], vec![]), "nobody sees a draft");
    }

    async fn what_waits_takes_in_what_follows(app: TestApp) {
        let (app, receiver) = telling(app, Told::Both).await;
        let mut tower = Tower::new(&app, &receiver);
        let posted = app.advertised("Backend Developer").await;
        tower.stand.built().await;
        let other = app.advertised("Lock Keeper").await;
        tower.stand.built().await;
        app.clock.pass(TimeDelta::seconds(1));
        reworded(&app, &posted, "Keep the gates moving, and the boats behind them, day and night.").await;
        tower.stand.built().await;
        assert_eq!(app.pings().await.len(), 4, "three feeds and one list of pages");
        let heard = tower.told().await;
        let mut pages = vec![page_of(&app, &posted).await, page_of(&app, &other).await];
        pages.sort();
        assert_eq!((heard.len(), both(&heard)), (4, (FEEDS.map(str::to_owned).to_vec(), pages)));
    }

    async fn two_instances_tell_of_one_edition_once(app: TestApp) {
        let (app, _receiver) = telling(app, Told::Both).await;
        let (mut one, mut two) = (Stand::new(&app), Stand::new(&app));
        app.advertised("Backend Developer").await;
        // Whoever of them is slower sees that it is, and looks again.
        for _ in 0..3 {
            let (first, second) = tokio::join!(one.builder.step(), two.builder.step());
            assert!(first.is_ok() && second.is_ok(), "{first:?}, {second:?}");
        }
        assert_eq!(app.pings().await.len(), 4);
    }

    async fn a_ping_has_room_for_so_many_pages(app: TestApp) {
        let (now, engines) = (app.now(), "https://engine.example.com/");
        let new = |id: &str| NewPing {
            id: id.parse().unwrap(), kind: PingKind::Indexnow, target: engines, created_at: now, run_at: now,
        };
        let first = new("ping_00000000000000000000000001");
        let pages = |from: usize, to: usize| (from..to).map(|n| format!("https://jobs.example.com/jobs/{n}")).collect::<Vec<_>>();
        let (told, more) = (pages(0, MOST_URLS - 3), pages(MOST_URLS - 5, MOST_URLS + 4));
        let (first, told, more) = (&first, &told, &more);
        let left = app.store.write(|tx| async move {
            assert!(push(&tx, first, told).await?);
            let second = new("ping_00000000000000000000000002");
            assert!(!push(&tx, &second, told).await?, "one that says the same waits");
            Ok(join(&tx, PingKind::Indexnow, engines, more.clone()).await?)
        }).await.unwrap();
        assert_eq!(left, pages(MOST_URLS, MOST_URLS + 4));
        assert_eq!(app.only_ping().await.urls, pages(0, MOST_URLS));
        let elsewhere = app.store.write(|tx| async move {
            Ok(join(&tx, PingKind::Indexnow, "https://other.example.com/", more.clone()).await?)
        }).await.unwrap();
        assert_eq!(&elsewhere, more);
    }

    async fn feeds_name_their_hub_in_the_document_and_beside_it(app: TestApp) {
        let app = app.telling(Told::Both, "https://hub.example.com/?a=1&b", "https://engine.example.com/");
        let mut stand = Stand::new(&app);
        app.advertised("Backend Developer").await;
        stand.built().await;
        for (file, own) in [
            ("rss.xml", "<atom:link href=\"https://hub.example.com/?a=1&amp;b\" rel=\"hub\"/>"),
            ("atom.xml", "<link href=\"https://hub.example.com/?a=1&amp;b\" rel=\"hub\"/>"),
            ("feed.json", "\"hubs\": [{\"type\":\"WebSub\",\"url\":\"https://hub.example.com/?a=1&b\"}],"),
        ] {
            let path = format!("/feeds/{file}");
            let feed = stand.get(&path).await;
            assert!(feed.text().contains(own), "{file}: {}", feed.text());
            let links = format!("<https://hub.example.com/?a=1&b>; rel=\"hub\", <https://jobs.example.com{path}>; rel=\"self\"");
            assert_eq!(feed.header(header::LINK), links);
            let same = TestRequest::get().uri(&path).insert_header((header::IF_NONE_MATCH, feed.header(header::ETAG)));
            let same = stand.ask(same).await;
            assert_eq!((same.status, same.header(header::LINK)), (304, links.as_str()));
            let head = stand.ask(TestRequest::default().method(actix_web::http::Method::HEAD).uri(&path)).await;
            assert_eq!(head.header(header::LINK), links);
        }
        let board = stand.get("/feeds/indeed.xml").await;
        assert_eq!((board.status, board.header(header::LINK)), (200, ""));
        let key = stand.get(&format!("/{KEY}.txt")).await;
        assert_eq!((key.status, key.text(), key.header(header::CONTENT_TYPE)), (200, KEY, "text/plain; charset=utf-8"));
        for other in [KEY.to_lowercase(), KEY[1..].to_owned(), format!("{KEY}.txt"), String::new()] {
            assert_eq!(stand.get(&format!("/{other}.txt")).await.status, 404, "{other}");
        }
        assert!(stand.get("/robots.txt").await.text().contains("Sitemap:"));
    }

    async fn administrators_see_what_others_were_told(app: TestApp) {
        let (app, receiver) = telling(app, Told::Both).await;
        let mut tower = Tower::new(&app, &receiver);
        app.advertised("Backend Developer").await;
        receiver.follow([say("HTTP/1.1 410 Gone"), say("HTTP/1.1 503 Busy")]);
        tower.told().await;
        let admin = staff(&app, Role::Admin, Reach::Organisation);
        let list = async |viewer: &Viewer, variables: Value| {
            let answer = app.ask(viewer, LIST, variables).await;
            assert_eq!(answer.get("errors"), None, "{answer}");
            answer["data"]["pings"].clone()
        };
        let all = list(&admin, json!({})).await["nodes"].as_array().unwrap().clone();
        assert_eq!(all.len(), 4);
        let failed = list(&admin, json!({ "states": ["FAILED", "DEFERRED"] })).await;
        let mut shown: Vec<_> = failed["nodes"].as_array().unwrap().iter().map(|one| {
            (one["status"].clone(), one["lastCode"].clone(), one["lastReply"].clone(), one["nextAttemptAt"].is_null(), one["doneAt"].is_null())
        }).collect();
        shown.sort_by_key(|one| one.0.to_string());
        assert_eq!(shown, [
            (json!("DEFERRED"), json!(503), json!("Service Unavailable"), false, true),
            (json!("FAILED"), json!(410), json!("Gone"), true, false),
        ]);
        let pages = all.iter().find(|one| one["kind"] == "INDEXNOW").unwrap();
        assert_eq!((&pages["target"], &pages["urlCount"]), (&json!(receiver.url("/indexnow")), &json!(1)));
        let first = list(&admin, json!({ "first": 3 })).await;
        assert_eq!(first["pageInfo"]["hasNextPage"], true);
        let rest = list(&admin, json!({ "first": 3, "after": first["pageInfo"]["endCursor"] })).await;
        assert_eq!(first["nodes"].as_array().unwrap().len() + rest["nodes"].as_array().unwrap().len(), 4);
        assert_eq!(list(&admin, json!({ "states": [] })).await["nodes"], json!([]));
        for other in [
            Viewer::Anonymous,
            staff(&app, Role::Recruiter, Reach::Organisation),
            staff(&app, Role::Admin, Reach::Posting("post_00000000000000000000000001".parse().unwrap())),
        ] {
            assert_eq!(list(&other, json!({})).await["nodes"], json!([]), "{other:?}");
        }
        assert!(!format!("{all:?}").contains(KEY));
    }

    async fn the_operator_has_a_hand_in_it(app: TestApp) {
        let (app, receiver) = telling(app, Told::Engines).await;
        let mut tower = Tower::new(&app, &receiver);
        let posted = app.advertised("Backend Developer").await;
        receiver.follow([say("HTTP/1.1 403 Forbidden")]);
        tower.told().await;
        let (url, folder) = (app.database.url.clone(), tempfile::tempdir().unwrap());
        let (data, id) = (folder.path(), app.only_ping().await.id.to_string());
        let page = page_of(&app, &posted).await;
        let line = done(&url, data, &["outbox"]);
        assert!(line.starts_with(&format!("{id}  failed        indexnow  ")), "{line}");
        assert!(line.ends_with(&format!("  1 try  {page}  403 Forbidden\n")), "{line}");
        let listed: Value = serde_json::from_str(&done(&url, data, &["outbox", "list", "--state", "failed", "--json"])).unwrap();
        assert_eq!((&listed[0]["id"], &listed[0]["urls"]), (&json!(id), &json!([page])));
        for other in ["sent", "unknown", "bounced"] {
            assert_eq!(done(&url, data, &["outbox", "list", "--state", other]), "no messages\n");
        }
        assert!(done(&url, data, &["outbox", "retry", &id]).contains("  queued  "));
        // The command goes by a clock of its own.
        app.clock.pass(TimeDelta::days(36_500));
        tower.drain().await;
        let sent = app.only_ping().await;
        assert_eq!((sent.state, sent.attempts, receiver.heard().len()), (PingState::Sent, 1, 1));
        for what in ["retry", "cancel"] {
            let said = refused(&url, data, &["outbox", what, &id]);
            assert!(said.contains("a ping that waits or has failed; this one is sent"), "{said}");
            let said = refused(&url, data, &["outbox", what, "ping_00000000000000000000000000"]);
            assert!(said.contains("there is no such message"), "{said}");
        }
        reworded(&app, &posted, "Keep the gates moving, and the boats behind them, day and night.").await;
        tower.stand.built().await;
        let id = app.pings().await.pop().unwrap().id.to_string();
        assert!(done(&url, data, &["outbox", "cancel", &id]).contains("  cancelled  "));
        app.clock.pass(TimeDelta::days(1));
        assert_eq!(tower.drain().await, 0);
    }
}
