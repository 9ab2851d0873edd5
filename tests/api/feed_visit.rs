//! Who fetches feeds, which parts of them, and what pages say about each.

use std::io::Read;

use actix_web::http::header;
use actix_web::test::TestRequest;
use chrono::TimeDelta;
use serde_json::{Value, json};
use vacantia::actions::channel_setting::{Update, create_key, update};
use vacantia::actions::posting::{Changes, pause, update as edit};
use vacantia::domain::channel_setting::FeedFetch;
use vacantia::domain::feed::Channel;
use vacantia::storage::advertised::visible_within;
use vacantia::storage::channel_setting::fetches;
use vacantia::work::Step;
use vacantia::work::fetch_keeper::FetchKeeper;

use crate::channel_setting::{administrator, marked, of};
use crate::newsstand::{Stand, step_of};

fn asked(path: &str, agent: &str) -> TestRequest {
    TestRequest::get().uri(path).insert_header((header::USER_AGENT, agent))
}

/// The titles of the postings in a part of a feed.
async fn titles(stand: &Stand<'_>, query: &str) -> Vec<String> {
    let answer = stand.get(&format!("/feeds/indeed.xml?{query}")).await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.text());
    let parts = answer.text().split("<title><![CDATA[").skip(1);
    parts.map(|part| part.split("]]>").next().unwrap().to_owned()).collect()
}

both! {
    async fn the_last_fetch_is_kept_apart_from_requests(app: TestApp) {
        let mut stand = Stand::new(&app);
        stand.built().await;
        let keeper = FetchKeeper::new(app.store.clone(), stand.shelf.clone());
        assert_eq!(keeper.step().await.unwrap(), Step::Empty);
        let before = app.store.statements();
        let first = stand.ask(asked("/feeds/rss.xml", "Indeedbot/2.0\t(+https://example.com)")).await;
        stand.ask(TestRequest::with_uri("/feeds/atom.xml").method(actix_web::http::Method::HEAD)).await;
        stand.get("/feeds/monster.xml").await;
        assert_eq!(app.store.statements(), before, "nothing is read or written while somebody waits");
        app.clock.pass(TimeDelta::minutes(3));
        let known = asked("/feeds/rss.xml", &"x".repeat(500));
        stand.ask(known.insert_header((header::IF_NONE_MATCH, first.header(header::ETAG)))).await;
        assert_eq!((keeper.step().await.unwrap(), keeper.step().await.unwrap()), (Step::Done, Step::Empty));
        let kept = fetches(&app.store).await.unwrap();
        assert_eq!(kept.keys().collect::<Vec<_>>(), [&Channel::Rss], "who asks for the head fetches nothing");
        assert_eq!((kept[&Channel::Rss].status, kept[&Channel::Rss].who.len()), (304, 120));

        let (_, secret) = create_key(app.system(), Channel::Rss, None).await.unwrap();
        stand.built().await;
        stand.ask(asked(&format!("/feeds/rss.xml?key={secret}"), "Board/1")).await;
        stand.ask(asked("/feeds/rss.xml", "Stranger/1")).await;
        keeper.step().await.unwrap();
        let query = "{ feed(channel: RSS) { lastFetch { at who status } keyLastUsedAt } }";
        let told = app.ask(&administrator(&app).await, query, Value::Null).await["data"]["feed"].clone();
        let at = "2027-01-15T08:03:00Z";
        let fetch = json!({ "at": at, "who": "Board/1", "status": 200 });
        assert_eq!(told, json!({ "lastFetch": fetch, "keyLastUsedAt": at }), "who is given nothing fetches nothing");

        // An instance that is late does not take back what is known.
        stand.shelf.channels.fetched(Channel::Rss, FeedFetch {
            at: app.now() - TimeDelta::minutes(1), who: "Late/1".into(), status: 200, key_used_at: None,
        });
        keeper.step().await.unwrap();
        assert_eq!(fetches(&app.store).await.unwrap()[&Channel::Rss].who, "Board/1");
        create_key(app.system(), Channel::Rss, None).await.unwrap();
        app.clock.pass(TimeDelta::minutes(1));
        create_key(app.system(), Channel::Rss, None).await.unwrap();
        let told = app.ask(&administrator(&app).await, query, Value::Null).await["data"]["feed"].clone();
        assert_eq!(told["keyLastUsedAt"], Value::Null, "the new key was not used yet");
    }

    async fn a_page_says_what_stands_against_postings_and_what_to_do(app: TestApp) {
        app.advertised("Remote <b>Developer</b> & more").await;
        app.advertised_at_a_place("Harbour Engineer").await;
        let mut stand = Stand::new(&app);
        assert_eq!(stand.get("/feeds/ziprecruiter").await.status, 503, "not built yet");
        stand.built().await;
        stand.ask(asked("/feeds/ziprecruiter.xml", "<i>Bot</i>")).await;
        FetchKeeper::new(app.store.clone(), stand.shelf.clone()).step().await.unwrap();
        app.clock.pass(TimeDelta::minutes(5));
        let page = stand.get("/feeds/ziprecruiter").await;
        assert_eq!((page.status, page.header(header::CONTENT_TYPE)), (200, "text/html; charset=utf-8"));
        let text = page.text();
        for words in [
            "1 listed, 1 withheld, 0 with warnings", "<h2>Withheld</h2>", "Remote &#60;b&#62;Developer&#60;/b&#62; &#38; more",
            "What to do: ", "Field: <code>", "5 minutes ago by &#60;i&#62;Bot&#60;/i&#62;, which got all of it (200)", "ziprecruiter.xml",
        ] {
            assert!(text.contains(words), "{words} is not in {text}");
        }
        assert!(!text.contains("Harbour Engineer"), "nothing stands against it: {text}");
        let indeed = stand.get("/feeds/indeed").await;
        assert!(indeed.text().contains("With warnings") && indeed.text().contains("Name the job alone"), "{}", indeed.text());
        assert!(stand.get("/feeds/rss").await.text().contains("Nothing stands against any posting"));
        let all = stand.get("/feeds").await;
        assert!(all.text().contains("Fetched 5 minutes ago by &#60;i&#62;Bot"), "{}", all.text());
        assert!(all.text().contains("href=\"/feeds/jooble\""), "{}", all.text());
        for (media_type, file) in
            [("application/rss+xml", "rss.xml"), ("application/atom+xml", "atom.xml"), ("application/feed+json", "feed.json")]
        {
            let named = format!("<link rel=\"alternate\" type=\"{media_type}\" title=\"Jobs at ");
            assert!(all.text().contains(&named), "{media_type}: {}", all.text());
            assert!(all.text().contains(&format!("href=\"/feeds/{file}\">")), "{file}: {}", all.text());
        }
    }

    async fn a_part_of_a_feed_holds_what_the_list_of_jobs_shows(app: TestApp) {
        app.advertised("Backend Developer").await;
        app.advertised_at_a_place("Harbour Engineer").await;
        let mut stand = Stand::new(&app);
        assert_eq!(stand.get("/feeds/indeed.xml?team=plan").await.status, 503, "not built yet");
        stand.built().await;
        let both = ["Backend Developer", "Harbour Engineer"];
        for (query, expected) in [
            ("team=plan", &both[..]), ("team=nobody", &[]), ("location=us", &both[1..]), ("place=DE", &both[..1]),
            ("location=XX", &[]), ("workplace=ONSITE", &both[1..]), ("workplace=remote&team=create", &both[..1]),
            ("workplace=beach", &[]), ("team=&location=&workplace=", &both[..]), ("team=plan&team=nobody", &both[..]),
            ("nothing=known", &both[..]), ("workplace=remote&location=US", &[]),
        ] {
            let mut found = titles(&stand, query).await;
            found.sort();
            assert_eq!(found, expected, "{query}");
        }
        let whole = stand.get("/feeds/indeed.xml").await;
        let part = stand.get("/feeds/indeed.xml?team=nobody").await;
        assert!(part.text().trim_end().ends_with("</source>") && part.text().contains("<publisher>"), "{}", part.text());
        for name in [header::CONTENT_TYPE, header::CACHE_CONTROL, header::VARY, header::LAST_MODIFIED] {
            assert_eq!(part.header(name.clone()), whole.header(name.clone()), "{name}");
        }
        let within = async |most| visible_within(&app.store, app.now(), most).await.unwrap().map(|all| all.len());
        assert_eq!((within(1).await, within(2).await), (None, Some(2)), "beyond the bound nothing is read into a part");
        let counts = stand.get("/feeds/feed.json?workplace=onsite").await;
        let document: Value = serde_json::from_str(counts.text()).unwrap();
        assert_eq!(document["items"].as_array().unwrap().len(), 1);
        // A part is another feed than the whole, by the same name however it was asked for (RFC 4287 section 4.2.6).
        let address = document["feed_url"].as_str().unwrap();
        assert!(address.ends_with("/feeds/feed.json?workplace=onsite"), "{address}");
        for query in ["team=plan&location=de", "place=DE&nothing=known&team=plan"] {
            let atom = stand.get(&format!("/feeds/atom.xml?{query}")).await;
            let named = atom.text().matches("/feeds/atom.xml?team=plan&amp;location=DE").count();
            assert_eq!(named, 2, "id and self: {}", atom.text());
        }
        let linkedin = stand.get("/feeds/linkedin.xml?workplace=onsite").await;
        assert!(linkedin.text().contains("<expectedJobCount>1</expectedJobCount>"), "{}", linkedin.text());
    }

    async fn a_part_of_a_feed_has_validators_of_its_own(app: TestApp) {
        let posted = app.advertised("Backend Developer").await;
        let mut stand = Stand::new(&app);
        stand.built().await;
        let path = "/feeds/indeed.xml?team=plan";
        let asked = |accept: &str| TestRequest::get().uri(path).insert_header((header::ACCEPT_ENCODING, accept));
        let plain = stand.ask(asked("identity")).await;
        let packed = stand.ask(asked("gzip, br")).await;
        let mut unpacked = Vec::new();
        flate2::read::GzDecoder::new(&*packed.body).read_to_end(&mut unpacked).unwrap();
        assert!(unpacked == plain.body && packed.header(header::CONTENT_ENCODING) == "gzip");
        let (tag, other) = (plain.header(header::ETAG), packed.header(header::ETAG));
        assert!(tag != other && tag.ends_with(".id\"") && other.ends_with(".gz\""), "{tag} {other}");
        assert_ne!(stand.get("/feeds/indeed.xml").await.header(header::ETAG), tag);
        let known = stand.ask(asked("identity").insert_header((header::IF_NONE_MATCH, tag))).await;
        assert_eq!((known.status, known.body.len(), known.header(header::ETAG)), (304, 0, tag));
        let head = TestRequest::with_uri(path).method(actix_web::http::Method::HEAD);
        let head = stand.ask(head).await;
        assert_eq!((head.status, head.header(header::ETAG), head.body.len()), (200, tag, 0));
        assert_eq!(stand.ask(asked("br, identity;q=0")).await.status, 406);

        pause(app.system(), step_of(posted.id)).await.unwrap();
        app.clock.pass(TimeDelta::seconds(2));
        stand.built().await;
        let gone = stand.ask(asked("identity").insert_header((header::IF_NONE_MATCH, tag))).await;
        assert!(gone.status == 200 && !gone.text().contains("Backend"), "{}", gone.text());
    }

    async fn a_part_of_a_private_feed_needs_its_key(app: TestApp) {
        app.advertised("Backend Developer").await;
        let (_, secret) = create_key(app.system(), Channel::Rss, None).await.unwrap();
        let mut stand = Stand::new(&app);
        stand.built().await;
        assert_eq!(stand.get("/feeds/rss.xml?team=plan").await.status, 404);
        let given = stand.get(&format!("/feeds/rss.xml?team=plan&key={secret}")).await;
        assert_eq!((given.status, given.header(header::CACHE_CONTROL)), (200, "private, max-age=300"));
        update(app.system(), Update { enabled: Some(false), ..of(Channel::Rss) }).await.unwrap();
        stand.built().await;
        assert_eq!(stand.get(&format!("/feeds/rss.xml?team=plan&key={secret}")).await.status, 404);
    }

    async fn a_part_of_a_feed_is_marked_and_ends_like_the_whole(app: TestApp) {
        let posted = app.advertised("Backend Developer").await;
        let deadline = app.now() + TimeDelta::minutes(10);
        let changes = Changes { expires_at: Some(Some(deadline)), ..Changes::default() };
        edit(app.system(), posted.id, None, changes).await.unwrap();
        update(app.system(), marked(Channel::Indeed, "ours")).await.unwrap();
        let mut stand = Stand::new(&app);
        stand.built().await;
        app.clock.pass(TimeDelta::minutes(9));
        let part = stand.get("/feeds/indeed.xml?team=plan").await;
        assert!(part.text().contains("?source=ours]]>"), "{}", part.text());
        assert_eq!(part.header(header::CACHE_CONTROL), "public, max-age=60");
        app.clock.pass(TimeDelta::minutes(2));
        stand.built().await;
        assert_eq!(titles(&stand, "team=plan").await, Vec::<String>::new());
    }
}
