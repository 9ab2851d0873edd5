//! How channels are set, and what comes of it: feeds that are off, and feeds with a key.

use actix_web::http::header;
use actix_web::test::TestRequest;
use serde_json::{Value, json};
use vacantia::actions::channel_setting::{Update, create_key, revoke_key, update};
use vacantia::domain::event::EventKind;
use vacantia::domain::feed::Channel;
use vacantia::domain::viewer::{Reach, Role, TokenScope};
use vacantia::domain::{Refusal, Viewer};
use vacantia::storage::channel_setting::all;

use crate::app::TestApp;
use crate::look::refused;
use crate::newsstand::Stand;

const ALL_OF_IT: &str = "{ channel url enabled isPrivate keyCreatedAt keyLastUsedAt companyId trackingSource revision \
                         counts { entries listed withheld warned } lastModified builtGeneration validUntil \
                         lastFetch { at who status } }";

pub fn of(channel: Channel) -> Update {
    Update {
        channel,
        expected_revision: None,
        enabled: None,
        is_private: None,
        company_id: None,
        tracking_source: None,
        idempotency_key: None,
    }
}

pub fn marked(channel: Channel, mark: &str) -> Update {
    Update { tracking_source: Some(Some(mark.into())), ..of(channel) }
}

pub async fn administrator(app: &TestApp) -> Viewer {
    let mut admin = app.staff(Role::Admin, Reach::Organisation).await;
    if let Viewer::Staff(staff) = &mut admin {
        staff.scopes.push(TokenScope::Admin);
    }
    admin
}

async fn turn(stand: &Stand<'_>, channel: Channel, enabled: bool) {
    update(stand.app.system(), Update { enabled: Some(enabled), ..of(channel) }).await.unwrap();
}

both! {
    async fn a_channel_is_set_from_a_named_revision_and_once_under_a_key(app: TestApp) {
        let admin = administrator(&app).await;
        let act = app.act(&admin);
        let set = Update { expected_revision: Some(0), idempotency_key: Some("k".into()), ..marked(Channel::Linkedin, "in-2027") };
        let set = Update { company_id: Some(Some("1234567".into())), ..set };
        let done = update(act, set.clone()).await.unwrap();
        assert_eq!((done.revision, done.enabled, done.is_public()), (1, true, true));
        assert_eq!((done.company_id.as_deref(), done.tracking_source.as_deref()), (Some("1234567"), Some("in-2027")));
        assert_eq!(all(&app.store).await.unwrap().of(Channel::Linkedin), &done);
        assert_eq!(update(act, set.clone()).await.unwrap(), done, "again under its key");
        let other = Update { company_id: Some(None), ..set.clone() };
        assert_eq!(refused(update(act, other).await), Refusal::IdempotencyMismatch);
        let stale = Update { idempotency_key: None, ..set };
        assert_eq!(refused(update(act, stale).await), Refusal::Stale);
        assert_eq!(update(act, marked(Channel::Linkedin, "in-2027")).await.unwrap(), done, "nothing to do is nothing done");
        let cleared = update(act, Update { tracking_source: Some(None), ..of(Channel::Linkedin) }).await.unwrap();
        assert_eq!((cleared.revision, cleared.tracking_source, cleared.company_id), (2, None, Some("1234567".into())));
        assert_eq!(app.kinds().await, [EventKind::FeedUpdated, EventKind::FeedUpdated]);
    }

    async fn what_a_channel_cannot_be_set_to_is_said_at_its_field(app: TestApp) {
        let wrong = Update { company_id: Some(Some("x".into())), ..marked(Channel::Linkedin, "Not This") };
        let both = refused(update(app.system(), wrong).await);
        let fields: Vec<_> = both.each().iter().map(|one| (one.code(), one.field().unwrap().to_owned())).collect();
        assert_eq!(fields, [("INVALID", "companyId".into()), ("INVALID", "trackingSource".into())]);
        let elsewhere = Update { company_id: Some(Some("12".into())), ..of(Channel::Indeed) };
        assert_eq!(refused(update(app.system(), elsewhere).await).field(), Some("companyId"));
        let taken = Refusal::Taken("trackingSource");
        assert_eq!(refused(update(app.system(), marked(Channel::Rss, "indeed")).await), taken, "another channel's name");
        update(app.system(), marked(Channel::Rss, "partner")).await.unwrap();
        assert_eq!(refused(update(app.system(), marked(Channel::Atom, "partner")).await), taken, "another channel's mark");
        update(app.system(), marked(Channel::Rss, "rss")).await.unwrap();
        update(app.system(), marked(Channel::Atom, "partner")).await.unwrap();
    }

    async fn two_who_want_one_mark_do_not_both_get_it(app: TestApp) {
        let (one, two) = tokio::join!(
            update(app.system(), marked(Channel::Rss, "partner")),
            update(app.system(), marked(Channel::Atom, "partner")),
        );
        assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
        assert_eq!(refused(if one.is_ok() { two } else { one }), Refusal::Taken("trackingSource"));
    }

    async fn invariant_23_only_administrators_set_channels_and_see_how_they_are_set(app: TestApp) {
        let settled = update(app.system(), marked(Channel::Linkedin, "ours")).await.unwrap();
        let (_, secret) = create_key(app.system(), Channel::Linkedin, Some(settled.revision)).await.unwrap();
        let (admin, recruiter) = (administrator(&app).await, app.recruiter().await);
        let without_scope = app.staff(Role::Admin, Reach::Organisation).await;
        for viewer in [&Viewer::Anonymous, &recruiter, &without_scope] {
            assert_eq!(refused(update(app.act(viewer), of(Channel::Rss)).await), Refusal::Forbidden);
            assert_eq!(refused(create_key(app.act(viewer), Channel::Rss, None).await), Refusal::Forbidden);
            assert_eq!(refused(revoke_key(app.act(viewer), Channel::Rss, None).await), Refusal::Forbidden);
        }
        let query = format!("{{ feed(channel: LINKEDIN) {ALL_OF_IT} feeds {{ channel }} }}");
        let seen = app.ask(&Viewer::Anonymous, &query, Value::Null).await["data"].clone();
        assert_eq!((&seen["feed"], seen["feeds"].as_array().unwrap().len()), (&Value::Null, Channel::ALL.len() - 1));
        let seen = app.ask(&recruiter, &query, Value::Null).await["data"]["feed"].clone();
        assert_eq!((&seen["enabled"], &seen["isPrivate"]), (&json!(true), &json!(true)), "staff know that it is there");
        for hidden in ["keyCreatedAt", "keyLastUsedAt", "companyId", "trackingSource", "revision"] {
            assert_eq!(seen[hidden], Value::Null, "{hidden}");
        }
        let answer = app.ask(&admin, &query, Value::Null).await;
        let seen = &answer["data"]["feed"];
        assert_eq!((&seen["trackingSource"], &seen["revision"]), (&json!("ours"), &json!(2)));
        assert_eq!((&seen["keyCreatedAt"], &seen["keyLastUsedAt"]), (&json!("2027-01-15T08:00:00Z"), &Value::Null));
        assert!(!answer.to_string().contains(&secret));
    }

    async fn feeds_are_set_by_graphql(app: TestApp) {
        let admin = administrator(&app).await;
        let change = format!("mutation($input: FeedUpdateInput!) {{ feedUpdate(input: $input) {{ feed {ALL_OF_IT} userErrors {{ code field }} }} }}");
        let input = json!({ "channel": "INDEED", "enabled": false, "trackingSource": "sync", "expectedRevision": 0 });
        let told = app.ask(&admin, &change, json!({ "input": input })).await["data"]["feedUpdate"].clone();
        assert_eq!(told["userErrors"], json!([]), "{told}");
        assert_eq!((&told["feed"]["enabled"], &told["feed"]["trackingSource"]), (&json!(false), &json!("sync")));
        let input = json!({ "channel": "INDEED", "trackingSource": null });
        let told = app.ask(&admin, &change, json!({ "input": input })).await["data"]["feedUpdate"]["feed"].clone();
        assert_eq!((&told["trackingSource"], &told["enabled"], &told["revision"]), (&Value::Null, &json!(false), &json!(2)));

        let key = "mutation { feedKeyCreate(input: { channel: TALENT }) { secret feed { isPrivate keyCreatedAt } userErrors { code } } }";
        let told = app.ask(&admin, key, Value::Null).await["data"]["feedKeyCreate"].clone();
        assert!(told["secret"].as_str().unwrap().starts_with("vaf_"), "{told}");
        assert_eq!(told["feed"]["isPrivate"], true);
        let revoke = "mutation { feedKeyRevoke(input: { channel: TALENT }) { feed { isPrivate keyCreatedAt } userErrors { code } } }";
        let told = app.ask(&admin, revoke, Value::Null).await["data"]["feedKeyRevoke"].clone();
        assert_eq!(told["feed"], json!({ "isPrivate": true, "keyCreatedAt": null }), "it stays private");
        let stale = "mutation { feedKeyRevoke(input: { channel: TALENT, expectedRevision: 1 }) { userErrors { code } } }";
        let told = app.ask(&admin, stale, Value::Null).await["data"]["feedKeyRevoke"].clone();
        assert_eq!(told["userErrors"], json!([{ "code": "STALE" }]));
        assert_eq!(app.kinds().await.split_off(2), [EventKind::FeedKeyCreated, EventKind::FeedKeyRevoked]);
    }

    async fn what_a_feed_holds_is_told_beside_how_it_is_set(app: TestApp) {
        let posted = app.advertised("Backend Developer").await;
        let expires_at = Some(Some(app.now() + chrono::TimeDelta::days(1)));
        let changes = vacantia::actions::posting::Changes { expires_at, ..Default::default() };
        vacantia::actions::posting::update(app.system(), posted.id, None, changes).await.unwrap();
        let mut stand = Stand::new(&app);
        let query = format!("{{ feed(channel: ZIPRECRUITER) {ALL_OF_IT} other: feed(channel: RSS) {{ counts {{ listed withheld }} }} }}");
        let told = stand.tell(&Viewer::Anonymous, &query).await["feed"].clone();
        assert_eq!((&told["counts"], &told["lastModified"], &told["builtGeneration"]), (&Value::Null, &Value::Null, &Value::Null));
        stand.built().await;
        let told = stand.tell(&Viewer::Anonymous, &query).await;
        assert_eq!(told["feed"]["counts"], json!({ "entries": 0, "listed": 0, "withheld": 1, "warned": 0 }));
        assert_eq!(told["other"]["counts"], json!({ "listed": 1, "withheld": 0 }));
        assert_eq!(told["feed"]["validUntil"], "2027-01-16T08:00:00Z");
        assert_eq!((&told["feed"]["lastModified"], &told["feed"]["url"]), (&json!("2027-01-15T08:00:00Z"), &json!("https://jobs.example.com/feeds/ziprecruiter.xml")));
        let generation = told["feed"]["builtGeneration"].as_str().unwrap().to_owned();
        update(app.system(), marked(Channel::Rss, "partner")).await.unwrap();
        stand.built().await;
        assert_ne!(stand.tell(&Viewer::Anonymous, &query).await["feed"]["builtGeneration"], *generation, "a setting is told like a posting");
    }

    async fn a_channel_that_is_off_is_as_if_there_were_none(app: TestApp) {
        let posted = app.advertised("Backend Developer").await;
        let mut stand = Stand::new(&app);
        stand.built().await;
        assert_eq!(stand.get("/feeds/indeed.xml").await.status, 200);
        turn(&stand, Channel::Indeed, false).await;
        assert!(stand.built().await, "a setting builds anew");
        let nowhere = stand.get("/feeds/monster.xml").await;
        for path in ["/feeds/indeed.xml", "/feeds/indeed/report.json", "/feeds/indeed", "/feeds/indeed.xml?key=vaf_0"] {
            let answer = stand.get(path).await;
            assert_eq!((answer.status, answer.text()), (404, nowhere.text()), "{path}");
        }
        assert_eq!(stand.get("/feeds/rss.xml").await.status, 200, "the others go on");
        let page = stand.get("/feeds").await;
        assert!(page.text().contains("Talent.com") && !page.text().contains("Indeed"), "{}", page.text());
        assert!(stand.shelf.current(Channel::Indeed).is_none());

        let query = "query($id: ID!) { posting(by: { id: $id }) { feedReadiness(channel: INDEED) { status issues { code severity mend } } feeds { channel } } }";
        let told = app.ask(&Viewer::Anonymous, query, json!({ "id": posted.id.to_string() })).await["data"]["posting"].clone();
        assert_eq!((&told["feedReadiness"], told["feeds"].as_array().unwrap().len()), (&Value::Null, Channel::ALL.len() - 1));
        let told = app.ask(&app.recruiter().await, query, json!({ "id": posted.id.to_string() })).await["data"]["posting"].clone();
        assert_eq!(told["feedReadiness"]["status"], "READY", "nothing stands against it");
        let off = json!({ "code": "CHANNEL_OFF", "severity": "INFO", "mend": "turn the channel on, if postings are to go there" });
        assert!(told["feedReadiness"]["issues"].as_array().unwrap().contains(&off), "{told}");
        assert_eq!(told["feeds"].as_array().unwrap().len(), Channel::ALL.len());

        // Whatever it held, it is not told again when the channel is turned on.
        stand = stand.restarted();
        stand.built().await;
        turn(&stand, Channel::Indeed, true).await;
        stand.shelf.channels.set(all(&app.store).await.unwrap());
        assert_eq!(stand.get("/feeds/indeed.xml").await.status, 503, "until it is built");
        stand.built().await;
        assert!(stand.get("/feeds/indeed.xml").await.text().contains("Backend Developer"));
    }

    async fn nothing_is_given_before_it_is_known_how_channels_are_set(app: TestApp) {
        let mut stand = Stand::new(&app);
        stand.built().await;
        create_key(app.system(), Channel::Rss, None).await.unwrap();
        let stand = stand.restarted();
        assert!(stand.shelf.current(Channel::Rss).is_some(), "an earlier process built it");
        assert!(stand.shelf.channels.settings().is_none(), "and this one has not read a thing");
        assert_eq!(stand.get("/feeds/rss.xml").await.status, 404, "so it reads first");
    }

    async fn a_private_feed_is_given_to_those_with_its_key(app: TestApp) {
        app.advertised("Backend Developer").await;
        let mut stand = Stand::new(&app);
        stand.built().await;
        let (_, secret) = create_key(app.system(), Channel::Rss, None).await.unwrap();
        assert!(stand.built().await);
        let nowhere = stand.get("/feeds/monster.xml").await;
        let wrong = format!("vaf_{}", "0".repeat(40));
        let other = create_key(app.system(), Channel::Atom, None).await.unwrap().1;
        stand.built().await;
        for query in ["", "?key=", "?key=x", &format!("?key={wrong}"), &format!("?key={other}"), &format!("?token={secret}")] {
            for path in ["/feeds/rss.xml", "/feeds/rss/report.json", "/feeds/rss"] {
                let answer = stand.get(&format!("{path}{query}")).await;
                assert_eq!((answer.status, answer.text()), (404, nowhere.text()), "{path}{query}");
            }
        }
        let path = format!("/feeds/rss.xml?key={secret}");
        let given = stand.get(&path).await;
        assert_eq!((given.status, given.header(header::CACHE_CONTROL)), (200, "private, max-age=300"));
        assert!(given.text().contains("Backend Developer") && !given.text().contains(&secret));
        let known = TestRequest::get().uri(&path).insert_header((header::IF_NONE_MATCH, given.header(header::ETAG)));
        let again = stand.ask(known).await;
        assert_eq!((again.status, again.header(header::CACHE_CONTROL)), (304, "private, max-age=300"));
        let report = stand.get(&format!("/feeds/rss/report.json?key={secret}")).await;
        assert_eq!((report.status, report.header(header::CACHE_CONTROL)), (200, "private, no-cache"));
        assert!(!stand.get("/feeds").await.text().contains("RSS 2.0"));
        assert!(!stand.get("/jobs").await.text().contains("rss.xml"), "no page leads to it");
        assert_eq!(app.rows(&format!("channel_setting WHERE key_hash = '{secret}'")).await, 0);

        let (_, newer) = create_key(app.system(), Channel::Rss, None).await.unwrap();
        stand.built().await;
        assert_eq!(stand.get(&path).await.status, 404, "the key before is good for nothing");
        let path = format!("/feeds/rss.xml?key={newer}");
        assert_eq!(stand.get(&path).await.status, 200);
        revoke_key(app.system(), Channel::Rss, None).await.unwrap();
        stand.built().await;
        for path in [path.as_str(), "/feeds/rss.xml"] {
            assert_eq!(stand.get(path).await.status, 404, "private, and nobody has a key");
        }
        update(app.system(), Update { is_private: Some(false), ..of(Channel::Rss) }).await.unwrap();
        stand.built().await;
        let open = stand.get("/feeds/rss.xml").await;
        assert_eq!((open.status, open.header(header::CACHE_CONTROL)), (200, "public, max-age=300"));
        assert!(stand.get("/jobs").await.text().contains("/feeds/rss.xml"));
        update(app.system(), Update { is_private: Some(true), ..of(Channel::Rss) }).await.unwrap();
        stand.built().await;
        assert_eq!(stand.get(&path).await.status, 404, "a key is not good again");
    }
}
