//! What candidates see behind their links: where an application stands, and the offer.

use chrono::TimeDelta;
use vacantia::actions::offer::{self, Rescind};
use vacantia::domain::application::ApplicationStatus;
use vacantia::domain::decision::CONSENT;
use vacantia::domain::email::LetterKind;
use vacantia::domain::event::EventKind;
use vacantia::domain::link::Purpose;
use vacantia::domain::offer::{Offer, OfferStatus};
use vacantia::storage;

use crate::app::TestApp;
use crate::browser::Seen;
use crate::offering::short;
use crate::page::full;

/// The path of the page under which the candidate of this offer reads it.
pub async fn path_of(app: &TestApp, offer: &Offer) -> String {
    let version = offer.sent_version.unwrap();
    let purpose = Purpose::Offer { offer: offer.id, version, application: offer.application };
    format!("/offers/{}", app.link(offer.candidate, purpose).await)
}

pub fn is_private(page: &Seen) {
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    assert!(page.header("x-robots-tag").contains("noindex"));
}

pub fn accepting<'a>(page: &'a Seen, name: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("step", "accept"),
        ("nonce", page.hidden("nonce")),
        ("termsHash", page.hidden("termsHash")),
        ("typedName", name),
        ("consent", CONSENT.id),
    ]
}

both! {
    async fn a_candidate_follows_and_withdraws_an_application(app: TestApp) {
        let posted = full_without_questions(&app).await;
        let recruiter = app.recruiter().await;
        let application = app.apply(posted.id, "Zoë O'Hara").await;
        let path = format!("/applications/{}", app.link(application.candidate, Purpose::Application(application.id)).await);
        let before = app.kinds().await;
        let page = app.get(&path).await;
        is_private(&page);
        assert_eq!(page.status, 200);
        for words in [
            "Your application is under way", "Your application of 15 January 2027", "Application review",
            "We are reading what you have sent us.", "Next: Feedback questions.", "CEO interview Not everybody goes through this one.",
        ] {
            assert!(page.says(words), "{words:?} is not in {}", page.text());
        }
        app.bring_to(&recruiter, &posted, application.id, "team").await;
        let page = app.get(&path).await;
        assert!(page.says("It is at this stage: Team round.") && page.says("All at once, in any order:"), "{}", page.text());
        assert!(page.says("Application review done") && page.says("Technical interview: we will invite you."));
        assert!(page.says("Next: VP interview."));

        let kinds = app.kinds().await;
        let ask = app.get(&format!("{path}/withdraw")).await;
        is_private(&ask);
        app.head(&format!("{path}/withdraw")).await;
        assert!(ask.says("Withdraw your application?"));
        assert_eq!(app.kinds().await, kinds, "looking changes nothing");
        assert!(kinds.len() > before.len());
        let without = app.post(&format!("{path}/withdraw"), &[("reason", "kept")]).await;
        assert!(without.status == 422 && without.body.contains("kept</textarea>"));
        assert_eq!(app.application(application.id).await.status, ApplicationStatus::Active);
        let form = [("nonce", ask.hidden("nonce")), ("reason", "Another <job>.")];
        for _ in 0..2 {
            let done = app.post(&format!("{path}/withdraw"), &form).await;
            assert_eq!((done.status, done.header("location")), (303, path.as_str()));
        }
        let page = app.get(&path).await;
        assert!(page.says("You have withdrawn your application") && !page.says("Another"));
        assert_eq!(app.get(&format!("{path}/withdraw")).await.status, 303);
        let letters = app.letters(application.id).await;
        assert_eq!(letters.iter().filter(|kind| **kind == LetterKind::ApplicationWithdrawn).count(), 1);
    }

    async fn reading_an_offer_takes_a_press_of_a_button(app: TestApp) {
        let desk = app.desk().await;
        let posted = app.posting("Backend Developer").hiring("Plan", 2).with_stages(short()).open().await;
        let sent = desk.sent(&posted, "Zoë O'Hara").await;
        let path = path_of(&app, &sent).await;
        let kinds = app.kinds().await;
        for _ in 0..5 {
            let cover = app.get(&path).await;
            is_private(&cover);
            assert!(cover.status == 200 && cover.says("You have an offer from Example Works"), "{}", cover.text());
            assert!(cover.says("Please answer by 29 January 2027, 09:00 (Europe/Berlin)."));
            for secret in ["72,000", "Zoë", "Plan", "Backend"] {
                assert!(!cover.body.contains(secret), "{secret}");
            }
            app.head(&path).await;
        }
        assert_eq!(app.kinds().await, kinds);
        assert_eq!(app.offer(sent.id).await.first_viewed_at, None);

        let terms = app.post(&path, &[("step", "view")]).await;
        is_private(&terms);
        for words in [
            "Dear Zoë O&#39;Hara,", "Role Backend Developer", "Team Plan", "Pay EUR 72,000 per year", "Employment Full time",
            "First day 1 April 2027", "Place of work Remote, Portugal", "A relocation grant.", CONSENT.text,
            "Employer Hollow Oak Ltd", "Bonus EUR 3,000, once, on joining: with the first pay", "Equity 400 options over four years.",
            "Benefits A train card", "Paid leave 31 days a year.",
        ] {
            assert!(terms.says(words), "{words:?} is not in {}", terms.text());
        }
        assert!(!terms.body.contains("<script"));
        assert_eq!(app.offer(sent.id).await.first_viewed_at, Some(app.now()));
        app.post(&path, &[("step", "view")]).await;
        let viewed = app.kinds().await.iter().filter(|kind| **kind == EventKind::OfferViewed).count();
        assert_eq!(viewed, 1);
    }

    async fn invariant_17_an_offer_is_accepted_once_on_its_page(app: TestApp) {
        let desk = app.desk().await;
        let posted = app.posting("Backend Developer").hiring("Plan", 1).with_stages(short()).open().await;
        let sent = desk.sent(&posted, "Zoë O'Hara").await;
        let path = path_of(&app, &sent).await;
        let terms = app.post(&path, &[("step", "view")]).await;
        let good = accepting(&terms, "Zoë O'Hara");
        let but = |name: &str, value: &'static str| -> Vec<_> {
            good.iter().map(|field| if field.0 == name { (field.0, value) } else { *field }).collect()
        };
        for (fields, said) in [
            (but("typedName", " "), "id=\"typedName-wrong\""),
            (but("consent", ""), "id=\"consent-wrong\""),
            (but("nonce", ""), "Please confirm once more."),
            (but("nonce", "1800000000-aaaa-bbbb"), "Please confirm once more."),
        ] {
            let again = app.post(&path, &fields).await;
            assert_eq!(again.status, 422, "{said}");
            assert!(again.body.contains(said), "{said}: {}", again.body);
        }
        let kept = app.post(&path, &but("consent", "")).await;
        assert!(kept.body.contains("value=\"Zoë O&#39;Hara\""), "what was typed is kept");
        let stale = app.post(&path, &but("termsHash", "0")).await;
        assert_eq!(stale.status, 303, "other terms than those shown are not accepted");
        assert_eq!(app.offer(sent.id).await.status, OfferStatus::Sent);

        for _ in 0..2 {
            let done = app.post(&path, &good).await;
            assert_eq!((done.status, done.header("location")), (303, path.as_str()));
        }
        assert_eq!(app.offer(sent.id).await.status, OfferStatus::Accepted);
        assert_eq!(app.application(sent.application).await.status, ApplicationStatus::Hired);
        let evidence = storage::decision::find(&app.store, sent.id).await.unwrap().unwrap();
        assert_eq!(evidence.typed_name.as_deref(), Some("Zoë O'Hara"));
        assert!(evidence.link.is_some());
        let page = app.get(&path).await;
        assert!(page.says("You have accepted our offer") && !page.body.contains("72,000"), "{}", page.text());
        let shown = app.post(&path, &[("step", "view")]).await;
        assert!(shown.says("What you have accepted") && shown.says("EUR 72,000") && !shown.body.contains("typedName"));
        let certificate = app.post(&path, &[("step", "certificate")]).await;
        is_private(&certificate);
        let event = app.texts("SELECT hash AS text FROM event WHERE kind = 'offerAccepted'").await.remove(0);
        let mail = app.texts("SELECT message_id AS text FROM email_message WHERE kind = 'offer'").await.remove(0);
        let to = app.texts("SELECT envelope_to AS text FROM email_message WHERE kind = 'offer'").await.remove(0);
        for words in [
            "Name on record Zoë O&#39;Hara", "Name typed as signature Zoë O&#39;Hara", CONSENT.text, "Accepted 2027-01-15 08:00:00 UTC",
            "Role Backend Developer", &evidence.terms_hash.0, &storage::decision::hash(&evidence), &event,
            mail.trim_matches(['<', '>']), &format!("Mailed to {}", to.replace('\'', "&#39;")), &sent.id.to_string(),
        ] {
            assert!(certificate.says(words), "{words:?} is not in {}", certificate.text());
        }
        let late = app.post(&path, &[("step", "decline")]).await;
        assert_eq!((late.status, late.header("location")), (303, path.as_str()));
        assert_eq!(app.rows("opening WHERE state = 'filled'").await, 1);
    }

    async fn an_offer_is_declined_with_a_reason(app: TestApp) {
        let desk = app.desk().await;
        let posted = app.posting("Backend Developer").hiring("Plan", 1).with_stages(short()).open().await;
        let sent = desk.sent(&posted, "Ada").await;
        let path = path_of(&app, &sent).await;
        let terms = app.post(&path, &[("step", "view")]).await;
        let fields = [
            ("step", "decline"), ("nonce", terms.hidden("nonce")), ("termsHash", terms.hidden("termsHash")),
            ("reason", "Too far."),
        ];
        assert_eq!(app.post(&path, &fields).await.status, 303);
        let offer = app.offer(sent.id).await;
        assert_eq!((offer.status, offer.reason.as_deref()), (OfferStatus::Declined, Some("Too far.")));
        assert!(app.get(&path).await.says("You have declined our offer"));
    }

    async fn each_state_of_an_offer_has_its_page(app: TestApp) {
        let desk = app.desk().await;
        let posted = app.posting("Backend Developer").hiring("Plan", 4).with_stages(short()).open().await;
        let sent = desk.sent(&posted, "Newer").await;
        let old = path_of(&app, &sent).await;
        desk.approved_beside(&sent).await;
        desk.send(sent.id).await.unwrap();
        let superseded = app.get(&old).await;
        assert!(superseded.status == 410 && superseded.says("There is a newer version of this offer"));
        let view = app.post(&old, &[("step", "view")]).await;
        assert!(!view.body.contains("72,000") && view.says("There is a newer version of this offer"));

        let sent = desk.sent(&posted, "Rescinded").await;
        let path = path_of(&app, &sent).await;
        let input = Rescind { offer: sent.id, revision: None, reason: "Internal.".into(), note: None };
        offer::rescind(app.act(&desk.recruiter), input).await.unwrap();
        let rescinded = app.get(&path).await;
        assert!(rescinded.status == 410 && rescinded.says("This offer was taken back") && !rescinded.says("Internal"));

        let sent = desk.sent(&posted, "Expired").await;
        let path = path_of(&app, &sent).await;
        let terms = app.post(&path, &[("step", "view")]).await;
        app.clock.pass(TimeDelta::days(14) - TimeDelta::seconds(1));
        let long_open = app.post(&path, &accepting(&terms, "Expired")).await;
        assert!(long_open.status == 422 && long_open.says("This page had been open for long."));
        app.clock.pass(TimeDelta::seconds(1));
        let late = app.post(&path, &accepting(&long_open, "Expired")).await;
        assert_eq!((late.status, late.header("location")), (303, path.as_str()));
        let expired = app.get(&path).await;
        assert!(expired.status == 410 && expired.says("This offer has expired"), "{}", expired.text());
        assert_eq!(app.offer(sent.id).await.status, OfferStatus::Sent);
        assert!(app.get(&path).await.says("It stood until 29 January 2027, 09:00 (Europe/Berlin)."));
    }
}

async fn full_without_questions(app: &TestApp) -> crate::seed::Posted {
    app.posting("Backend Developer").hiring("Create", 1).hiring("Plan", 2).open().await
}

#[actix_web::test]
async fn a_secret_opens_only_its_own_page() {
    let app = TestApp::new(crate::harness::Database::new(storage::Kind::Sqlite).unwrap()).await;
    full(&app).await;
    let desk = app.desk().await;
    let posted = app.posting("Backend Developer").hiring("Plan", 1).with_stages(short()).open().await;
    let sent = desk.sent(&posted, "Ada").await;
    let offer = path_of(&app, &sent).await;
    let application = app.link(sent.candidate, Purpose::Application(sent.application)).await;
    assert!(app.get(&format!("/applications/{application}")).await.says("You have an offer from us"));
    let crossed = offer.replace("/offers/", "/applications/");
    for path in [
        crossed.clone(),
        format!("{crossed}/withdraw"),
        format!("/offers/{application}"),
        format!("/offers/{}", "0".repeat(52)),
        "/offers/x".into(),
        "/applications/%00".into(),
        format!("/applications/{}", "z".repeat(5_000)),
    ] {
        let seen = app.get(&path).await;
        assert_eq!(seen.status, 404, "{path}");
        let posted = app.post(&path, &[("step", "view")]).await;
        assert!(posted.status == 404 || posted.status == 405, "{path}");
    }
}
