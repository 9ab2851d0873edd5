//! What a candidate does on the page of an offer before deciding: asks, and has a code mailed.

use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::json;
use vacantia::domain::decision::CONSENT;
use vacantia::domain::event::EventKind;
use vacantia::domain::mailing::Mailing;
use vacantia::domain::offer::{Offer, OfferStatus};
use vacantia::domain::site::Site;
use vacantia::storage::{self, dialect};

use crate::app::TestApp;
use crate::browser::Seen;
use crate::offering::short;
use crate::page_candidate::path_of;

/// The same app, where accepting takes a code.
fn careful(mut app: TestApp) -> TestApp {
    let mailing = Mailing { offer_code: true, ..Mailing::default() };
    app.site = Arc::new(Site { mailing, ..(*app.site).clone() });
    app
}

async fn sent(app: &TestApp) -> Offer {
    let desk = app.desk().await;
    let posted = app.posting("Backend Developer").hiring("Plan", 1).with_stages(short()).open().await;
    desk.sent(&posted, "Zoë O'Hara").await
}

/// The code in the newest mail that brings one.
async fn code(app: &TestApp) -> String {
    #[derive(sea_orm::FromQueryResult)]
    struct Row {
        raw: Vec<u8>,
    }
    let sql =
        "SELECT raw FROM email_message WHERE kind = 'offerCode' ORDER BY created_at DESC, id DESC LIMIT 1";
    let raw = dialect::query_one::<Row>(&app.store, sql, []).await.unwrap().unwrap().raw;
    let text = String::from_utf8(raw).unwrap();
    let is_code = |line: &&str| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit());
    text.lines().find(is_code).unwrap().to_owned()
}

/// Another code than this one.
fn other(code: &str) -> String {
    code.chars().map(|digit| if digit == '9' { '0' } else { '9' }).collect()
}

fn accepting<'a>(page: &'a Seen, code: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("step", "accept"),
        ("nonce", page.hidden("nonce")),
        ("termsHash", page.hidden("termsHash")),
        ("typedName", "Zoë O'Hara"),
        ("consent", CONSENT.id),
        ("code", code),
    ]
}

fn asking<'a>(page: &'a Seen, kind: &'a str, text: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("step", "ask"), ("nonce", page.hidden("nonce")), ("kind", kind), ("text", text)]
}

both! {
    async fn accepting_takes_the_code_from_the_newest_mail(app: TestApp) {
        let app = careful(app);
        let offer = sent(&app).await;
        let path = path_of(&app, &offer).await;
        let page = app.post(&path, &[("step", "view")]).await;
        assert!(page.says("Send me a code"), "{}", page.text());
        let scripted = app.post(&path, &[("step", "code")]).await;
        assert_eq!((scripted.status, app.count("offer_code").await), (422, 0), "who did not see the page gets no code");
        let none = app.post(&path, &accepting(&page, "")).await;
        assert!(none.status == 422 && none.body.contains("id=\"code-wrong\""), "{}", none.body);
        assert_eq!(app.post(&path, &accepting(&page, "123456")).await.status, 422, "none was sent");

        let asked = [("step", "code"), ("nonce", page.hidden("nonce"))];
        let told = app.post(&path, &asked).await;
        assert!(told.status == 200 && told.says("A code is on its way to your mailbox."), "{}", told.text());
        let first = code(&app).await;
        let early = app.post(&path, &asked).await;
        assert!(early.status == 422 && early.says("That was too often."), "{}", early.text());
        app.clock.pass(TimeDelta::minutes(1));
        app.post(&path, &asked).await;
        let second = code(&app).await;
        if first != second {
            assert_eq!(app.post(&path, &accepting(&page, &first)).await.status, 422, "another one was sent since");
        }
        let wrong = app.post(&path, &accepting(&page, &other(&second))).await;
        assert!(wrong.status == 422 && wrong.body.contains("value=\"Zoë O&#39;Hara\""), "what was typed is kept");
        assert!(!wrong.body.contains(&other(&second)), "but for the code");
        assert_eq!(app.offer(offer.id).await.status, OfferStatus::Sent);

        let spaced = format!("{} {}", &second[..3], &second[3..]);
        for _ in 0..2 {
            assert_eq!(app.post(&path, &accepting(&page, &spaced)).await.status, 303, "also when the page is sent again");
        }
        assert_eq!(app.offer(offer.id).await.status, OfferStatus::Accepted);
        let evidence = storage::decision::find(&app.store, offer.id).await.unwrap().unwrap();
        assert_eq!(evidence.code_sent_at, Some(app.now()));
        let certificate = app.post(&path, &[("step", "certificate")]).await;
        assert!(certificate.says("Code from a mail sent 2027-01-15 08:01:00 UTC"), "{}", certificate.text());
        app.check_invariants().await;
    }

    async fn a_code_is_tried_five_times_and_for_a_quarter_of_an_hour(app: TestApp) {
        let app = careful(app);
        let offer = sent(&app).await;
        let path = path_of(&app, &offer).await;
        let page = app.post(&path, &[("step", "view")]).await;
        let asked = [("step", "code"), ("nonce", page.hidden("nonce"))];
        app.post(&path, &asked).await;
        let right = code(&app).await;
        for _ in 0..5 {
            app.post(&path, &accepting(&page, &other(&right))).await;
        }
        assert_eq!(app.post(&path, &accepting(&page, &right)).await.status, 422, "it was tried too often");
        app.clock.pass(TimeDelta::minutes(1));
        app.post(&path, &asked).await;
        let right = code(&app).await;
        app.clock.pass(TimeDelta::minutes(15));
        assert_eq!(app.post(&path, &accepting(&page, &right)).await.status, 422, "it is too old");
        assert_eq!(app.offer(offer.id).await.status, OfferStatus::Sent);
        let kept = app.texts("SELECT code_hash AS text FROM offer_code").await.remove(0);
        assert!(kept.len() == 64 && kept != right, "only its hash is kept");
    }

    async fn a_question_and_a_counter_offer_stand_with_what_candidates_write(app: TestApp) {
        let offer = sent(&app).await;
        let path = path_of(&app, &offer).await;
        let page = app.post(&path, &[("step", "view")]).await;
        assert!(!page.says("Send me a code"), "no code is asked for here");
        let empty = app.post(&path, &asking(&page, "counterOffer", "  ")).await;
        assert!(empty.status == 422 && empty.body.contains("id=\"text-wrong\""), "{}", empty.body);
        assert!(empty.body.contains("value=\"counterOffer\" checked"), "what was chosen is kept");
        let scripted = app.post(&path, &[("step", "ask"), ("kind", "question"), ("text", "Hello")]).await;
        assert_eq!((scripted.status, app.count("message").await), (422, 0));

        let text = "Could it be 78,000?\n<script>alert(1)</script>";
        for _ in 0..2 {
            let told = app.post(&path, &asking(&page, "counterOffer", text)).await;
            assert!(told.status == 200 && told.says("We have your message"), "{}", told.text());
        }
        let page = app.post(&path, &[("step", "view")]).await;
        app.post(&path, &asking(&page, "question", "May I bring my dog?")).await;
        assert_eq!(app.offer(offer.id).await.status, OfferStatus::Sent, "it decides nothing");
        let recruiter = app.recruiter().await;
        let query = "query($id: ID!) { application(id: $id) { messages(first: 5) { nodes { id subject text fromCandidate readAt
            offerQuestion { kind offerId version } } } } work(first: 20) { nodes { kind message { id } } } }";
        let seen = app.ask(&recruiter, query, json!({ "id": offer.application.to_string() })).await["data"].clone();
        let nodes = seen["application"]["messages"]["nodes"].as_array().unwrap();
        assert_eq!(nodes.len(), 2, "{seen}");
        let counter = nodes.iter().find(|node| node["offerQuestion"]["kind"] == "COUNTER_OFFER").unwrap();
        assert_eq!(counter["text"], text);
        assert_eq!(counter["offerQuestion"]["offerId"], offer.id.to_string());
        assert_eq!((&counter["offerQuestion"]["version"], &counter["fromCandidate"]), (&json!(1), &json!(true)));
        let waiting = seen["work"]["nodes"].as_array().unwrap();
        assert!(waiting.iter().any(|node| node["message"]["id"] == counter["id"]), "{seen}");
        let received = app.kinds().await.iter().filter(|kind| **kind == EventKind::MessageReceived).count();
        assert_eq!(received, 2);
        app.check_invariants().await;
    }

    async fn nobody_writes_without_end_on_one_page(app: TestApp) {
        let offer = sent(&app).await;
        let path = path_of(&app, &offer).await;
        for place in 0..21 {
            let page = app.post(&path, &[("step", "view")]).await;
            let told = app.post(&path, &asking(&page, "question", &format!("Question {place}"))).await;
            assert_eq!(told.status, if place < 20 { 200 } else { 422 }, "{place}: {}", told.text());
        }
        assert_eq!(app.count("message").await, 20);
    }
}
