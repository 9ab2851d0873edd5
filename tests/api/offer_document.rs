//! Offers as documents: kept with the version that was sent, and given to those who see it. The programs of these tests make none,
//! so one is put in their place; `tests/long/pdf` makes real ones.

use actix_web::test::TestRequest;
use serde_json::{Value, json};
use vacantia::actions::token;
use vacantia::domain::Viewer;
use vacantia::domain::offer::Offer;
use vacantia::domain::offer_document::{OfferDocument, Print};
use vacantia::domain::viewer::{Reach, Role, TokenScope};
use vacantia::storage::offer_document;

use crate::app::TestApp;
use crate::browser::Seen;
use crate::offering::short;
use crate::page_candidate::{accepting, path_of};

const CONTENT: &str = "%PDF-1.7 but not quite\n\0";
const DOCUMENT: &str = "query($id: ID!) { offer(id: $id) { certificate versions { document {
    createdAt fingerprint size url unprintable } } } }";

async fn sent(app: &TestApp) -> Offer {
    let desk = app.desk().await;
    let posted = app.posting("Backend Developer").hiring("Plan", 1).with_stages(short()).open().await;
    desk.sent(&posted, "Zoë O'Hara").await
}

/// As if it had been made when the offer was sent.
async fn put(app: &TestApp, offer: &Offer, print: Print) {
    let content = matches!(print, Print::Made { .. }).then_some(CONTENT.as_bytes());
    let document = &OfferDocument { offer: offer.id, version: 1, made_at: app.now(), print };
    app.put(|tx| async move { Ok(offer_document::insert(&tx, document, content).await?) }).await;
}

fn made() -> Print {
    Print::Made { sha256: "cd".repeat(32), size: i32::try_from(CONTENT.len()).unwrap() }
}

async fn told(app: &TestApp, viewer: &Viewer, offer: &Offer) -> Value {
    app.ask(viewer, DOCUMENT, json!({ "id": offer.id.to_string() })).await["data"]["offer"].clone()
}

async fn token(app: &TestApp, owner: &Viewer) -> String {
    let owner = owner.user().unwrap();
    let new =
        token::Create { owner, name: "documents".into(), scopes: vec![TokenScope::Read], expires_at: None };
    token::create(app.system(), new).await.unwrap().secret
}

async fn fetched(app: &TestApp, path: &str, token: Option<&String>) -> Seen {
    let request = TestRequest::get().uri(path);
    let request = match token {
        Some(token) => request.insert_header(("authorization", format!("Bearer {token}"))),
        None => request,
    };
    app.send(request).await
}

both! {
    async fn a_candidate_downloads_what_they_were_offered(app: TestApp) {
        let offer = sent(&app).await;
        let path = path_of(&app, &offer).await;
        assert!(!app.post(&path, &[("step", "view")]).await.says("Download this offer"));
        assert_eq!(app.post(&path, &[("step", "document")]).await.status, 404);
        put(&app, &offer, made()).await;
        let page = app.post(&path, &[("step", "view")]).await;
        assert!(page.says("Download this offer"), "{}", page.text());
        let document = app.post(&path, &[("step", "document")]).await;
        assert_eq!((document.status, document.body.as_str()), (200, CONTENT));
        for (header, value) in [("content-type", "application/pdf"), ("content-disposition", "attachment; filename=\"offer-1.pdf\""), ("cache-control", "no-store")] {
            assert_eq!(document.header(header), value);
        }
        assert_eq!(app.get(&path).await.status, 200, "a GET shows a neutral page");
        app.post(&path, &accepting(&page, "Zoë O'Hara")).await;
        assert_eq!(app.post(&path, &[("step", "document")]).await.body, CONTENT, "they keep it");
        let certificate = app.post(&path, &[("step", "certificate")]).await;
        assert!(certificate.says(&format!("Fingerprint of the letter (PDF) {}", "cd".repeat(32))), "{}", certificate.text());
        app.check_invariants().await;
    }

    async fn others_fetch_it_with_a_token_if_they_see_the_version(app: TestApp) {
        let offer = sent(&app).await;
        put(&app, &offer, made()).await;
        let recruiter = app.recruiter().await;
        let document = told(&app, &recruiter, &offer).await["versions"][0]["document"].clone();
        assert_eq!((&document["fingerprint"], &document["size"], &document["unprintable"]), (&json!("cd".repeat(32)), &json!(CONTENT.len()), &json!(null)));
        let path = format!("/offers/{}/1.pdf", offer.id);
        assert_eq!(document["url"], format!("{}{path}", app.site.public_url));
        let reading = token(&app, &recruiter).await;
        assert_eq!(fetched(&app, &path, Some(&reading)).await.body, CONTENT);
        // A candidate's frontend has the secret of their link.
        let secret = path_of(&app, &offer).await.trim_start_matches("/offers/").to_owned();
        assert_eq!(fetched(&app, &path, Some(&secret)).await.body, CONTENT);
        let newcomer = app.staff(Role::Interviewer, Reach::Organisation).await;
        let newcomer = token(&app, &newcomer).await;
        for (path, token, status) in [
            (path.as_str(), Some(&newcomer), 404), (path.as_str(), None, 401), (&format!("/offers/{}/2.pdf", offer.id), Some(&reading), 404),
            (&format!("/offers/{}/1", offer.id), Some(&reading), 404), ("/offers/x/1.pdf", Some(&reading), 404),
        ] {
            let seen = fetched(&app, path, token).await;
            assert_eq!(seen.status, status, "{path}");
        }
    }

    async fn a_letter_that_no_font_can_say_is_told_of(app: TestApp) {
        let offer = sent(&app).await;
        put(&app, &offer, Print::Unprintable("李".to_owned())).await;
        let document = told(&app, &app.recruiter().await, &offer).await["versions"][0]["document"].clone();
        assert_eq!((&document["unprintable"], &document["url"], &document["size"]), (&json!("李"), &json!(null), &json!(null)));
        let path = path_of(&app, &offer).await;
        assert!(!app.post(&path, &[("step", "view")]).await.says("Download this offer"));
        assert_eq!(app.post(&path, &[("step", "document")]).await.status, 404);
        app.check_invariants().await;
    }
}
