//! What has come into the feeds, changed and left: whoever follows it has what is listed, wherever they began.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::http::header;
use actix_web::test::TestRequest;
use chrono::TimeDelta;
use serde_json::{Value, json};
use vacantia::actions::posting::{Changes, Close, close, pause, publish, reopen, resume, update};
use vacantia::domain::id::PostingId;
use vacantia::domain::posting::{CloseReason, PostingStatus};
use vacantia::storage::{self, feed_change};

use crate::app::TestApp;
use crate::newsstand::{Stand, step_of, text};

/// Somebody who keeps a copy of what is listed, by what is new: the id of each posting, and what it last said.
#[derive(Default)]
struct Follower {
    cursor: String,
    copy: BTreeMap<String, String>,
}

impl Follower {
    async fn catches_up(&mut self, stand: &Stand<'_>) {
        let told = stand.get(&format!("/feeds/changes.json?since={}", self.cursor)).await;
        assert_eq!((told.status, told.header(header::CONTENT_TYPE)), (200, "application/json"));
        let told: Value = serde_json::from_str(told.text()).unwrap();
        let each = |part: &str| told[part].as_array().unwrap().clone();
        let word = |one: &Value, field: &str| one[field].as_str().unwrap().to_owned();
        for one in each("created").iter().chain(&each("modified")) {
            self.copy.insert(word(one, "id"), word(one, "changedAt"));
            assert_eq!(word(one, "jsonLd"), format!("{}.jsonld", word(one, "url")));
        }
        for one in each("closed") {
            self.copy.remove(&word(&one, "id"));
        }
        self.cursor = word(&told, "cursor");
        assert_eq!(told["more"], false);
    }
}

/// What is listed now, from the postings themselves.
async fn listed(app: &TestApp) -> BTreeMap<String, String> {
    let visible = storage::advertised::visible(&app.store, app.now()).await.unwrap();
    let told = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    visible.iter().map(|one| (one.posting.id.short(), told(one.posting.updated_at))).collect()
}

/// The addresses in a sitemap.
fn addresses(document: &str) -> Vec<String> {
    let parts = document.split("<loc>").skip(1);
    parts.map(|part| part.split("</loc>").next().unwrap().to_owned()).collect()
}

/// A change of some posting, drawn by a number; what is not allowed does not happen.
async fn happens(app: &TestApp, postings: &[PostingId], drawn: usize) {
    let (id, act) = (postings[drawn % postings.len()], app.system());
    match drawn / postings.len() % 8 {
        0 => drop(pause(act, step_of(id)).await),
        1 => drop(resume(act, step_of(id)).await),
        2 => {
            let reason = CloseReason::Other;
            drop(close(act, Close { posting: id, expected_revision: None, reason }).await);
        }
        3 => drop(reopen(act, step_of(id)).await),
        4 => drop(publish(act, step_of(id)).await),
        5 => app.clock.pass(TimeDelta::hours(6)),
        _ => {
            let sections = Some(text("The work", &format!("Number {drawn}.")));
            drop(update(act, id, None, Changes { sections, ..Changes::default() }).await);
        }
    }
}

both! {
    async fn whoever_follows_has_what_is_listed(app: TestApp) {
        let mut stand = Stand::new(&app);
        let mut postings = Vec::new();
        for number in 0..5 {
            let seed = app.posting(&format!("Job {number}")).hiring("Create", 1);
            let seed = seed.until(app.now() + TimeDelta::hours(30 + 20 * number));
            let status = if number < 2 { PostingStatus::Draft } else { PostingStatus::Open };
            postings.push(seed.in_status(status).await.id);
        }
        let (mut drawn, mut places) = (7_usize, BTreeMap::new());
        let mut followers: Vec<Follower> = (0..3).map(|_| Follower::default()).collect();
        for step in 0..60 {
            // Any sequence will do, as long as it is the same each time.
            drawn = drawn.wrapping_mul(1_103_515_245).wrapping_add(12_345) % 2_147_483_648;
            app.clock.pass(TimeDelta::seconds(1));
            happens(&app, &postings, drawn / 64).await;
            stand.built().await;
            for (which, follower) in followers.iter_mut().enumerate() {
                if step % (1 + which * 4) == 0 {
                    follower.catches_up(&stand).await;
                    assert_eq!(follower.copy, listed(&app).await, "follower {which} at step {step}");
                }
            }
            // The sitemap has them all, and each stays where it was.
            let pages: BTreeSet<_> = addresses(stand.get("/sitemaps/1.xml").await.text()).into_iter().collect();
            let visible = storage::advertised::visible(&app.store, app.now()).await.unwrap();
            let expected = visible.iter().map(|one| app.site.posting_url(&one.posting.slug));
            assert_eq!(pages, expected.chain([app.site.jobs_url()]).collect());
            for one in feed_change::listed(&app.store, 0..100).await.unwrap() {
                assert_eq!(*places.entry(one.posting).or_insert(one.place), one.place);
            }
        }
        assert_eq!(places.len(), 5, "the sequence lists each of them at some time");
        let late = feed_change::left_since(&app.store, app.now() - TimeDelta::days(30)).await.unwrap();
        assert_eq!(late.len() + listed(&app).await.len(), 5);
        assert!(late.is_sorted_by(|one, next| one.left_at >= next.left_at));
    }

    async fn nothing_new_is_told_in_few_words(app: TestApp) {
        let mut stand = Stand::new(&app);
        app.advertised("Backend Developer").await;
        stand.built().await;
        for path in ["/feeds/changes.json", "/feeds/changes.json?since=1", "/sitemap.xml", "/sitemaps/1.xml"] {
            let first = stand.get(path).await;
            let again = TestRequest::get().uri(path).insert_header((header::IF_NONE_MATCH, first.header(header::ETAG)));
            let again = stand.ask(again).await;
            assert_eq!((first.status, again.status, again.body.len()), (200, 304, 0), "{path}");
            assert_eq!(again.header(header::ETAG), first.header(header::ETAG));
        }
        let told: Value = serde_json::from_str(stand.get("/feeds/changes.json?since=1").await.text()).unwrap();
        assert_eq!(told, json!({ "cursor": "1", "more": false, "created": [], "modified": [], "closed": [] }));
        for since in ["2", "-1", "x", "99999999999999999999"] {
            let refused = stand.get(&format!("/feeds/changes.json?since={since}")).await;
            let told: Value = serde_json::from_str(refused.text()).unwrap();
            assert_eq!((refused.status, &told["error"]["field"]), (400, &json!("since")), "{since}");
        }
    }

    async fn an_empty_house_has_a_sitemap_all_the_same(app: TestApp) {
        let mut stand = Stand::new(&app);
        stand.built().await;
        assert_eq!(addresses(stand.get("/sitemap.xml").await.text()), [app.site.sitemap_url(1)]);
        assert_eq!(addresses(stand.get("/sitemaps/1.xml").await.text()), [app.site.jobs_url()]);
        for path in ["/sitemaps/0.xml", "/sitemaps/2.xml", "/sitemaps/99999999999.xml", "/sitemaps/x.xml"] {
            assert_eq!(stand.get(path).await.status, 404, "{path}");
        }
        let robots = stand.get("/robots.txt").await;
        assert!(robots.text().contains(&format!("\nSitemap: {}/sitemap.xml\n", app.site.public_url)));
        assert!(robots.text().contains("\nDisallow: /offers/\n") && !robots.text().contains("Disallow: /jobs"));
    }
}
