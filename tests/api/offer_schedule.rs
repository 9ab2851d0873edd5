//! Offers that leave at a time.

use chrono::TimeDelta;
use serde_json::json;
use vacantia::actions::application::{self, Decline, Notice};
use vacantia::actions::offer::{self, Cancel, Rescind, Send, Update};
use vacantia::domain::offer::{Offer, OfferStatus, Schedule};
use vacantia::storage::Failure;
use vacantia::storage::idempotency::Request;

use crate::app::TestApp;
use crate::hire::sweep;
use crate::offering::{Desk, offeree, refused, short, wording};

async fn approved(desk: &Desk<'_>) -> Offer {
    let posted = desk.app.posting("Backend").hiring("Create", 2).with_stages(short()).open().await;
    let offer = desk.submitted(&posted, "Ada").await;
    desk.approve(offer.id).await.unwrap()
}

fn later(offer: &Offer) -> Send {
    Send { offer: offer.id, revision: None, expires_at: None, request: None }
}

/// Sets it to leave in so many hours.
async fn set(desk: &Desk<'_>, offer: &Offer, hours: i64) -> Result<Offer, Failure> {
    let at = desk.app.now() + TimeDelta::hours(hours);
    offer::schedule(desk.app.act(&desk.recruiter), later(offer), at).await
}

async fn swept(app: &TestApp) {
    while sweep(app).step().await.unwrap() > 0 {}
}

async fn to_send(desk: &Desk<'_>) -> usize {
    let answer =
        desk.app.ask(&desk.recruiter, "{ work(first: 50) { nodes { kind offer { id } } } }", json!({})).await;
    let nodes = answer["data"]["work"]["nodes"].as_array().unwrap();
    nodes.iter().filter(|node| node["kind"] == "OFFER_TO_SEND").count()
}

async fn events(app: &TestApp, kind: &str) -> i64 {
    app.count(&format!("event WHERE kind = '{kind}'")).await
}

both! {
    async fn an_offer_leaves_when_its_time_comes(app: TestApp) {
        let desk = app.desk().await;
        let offer = approved(&desk).await;
        assert_eq!(to_send(&desk).await, 1, "somebody has to send it");
        let at = app.now() + TimeDelta::hours(20);
        let until = app.now() + TimeDelta::days(10);
        let input = Send { expires_at: Some(until), ..later(&offer) };
        let set = offer::schedule(app.act(&desk.recruiter), input, at).await.unwrap();
        assert_eq!((set.status, set.schedule), (OfferStatus::Approved, Some(Schedule { at, expires_at: Some(until) })));
        assert_eq!(to_send(&desk).await, 0);
        app.clock.pass(TimeDelta::hours(19));
        swept(&app).await;
        assert_eq!(app.offer(offer.id).await.status, OfferStatus::Approved);
        assert_eq!(app.count("email_message WHERE kind = 'offer'").await, 0);
        app.clock.pass(TimeDelta::hours(1));
        // Two sweeps at once send it once.
        let (one, other) = tokio::join!(swept(&app), swept(&app));
        assert_eq!((one, other), ((), ()));
        let sent = app.offer(offer.id).await;
        assert_eq!((sent.status, sent.schedule, sent.expires_at), (OfferStatus::Sent, None, until));
        assert_eq!(app.count("email_message WHERE kind = 'offer'").await, 1);
        assert_eq!((events(&app, "offerScheduled").await, events(&app, "offerSent").await, to_send(&desk).await), (1, 1, 0));
        desk.accept(&sent, "page-1").await.unwrap();
        app.check_invariants().await;
    }

    async fn what_changes_meanwhile_keeps_it(app: TestApp) {
        let desk = app.desk().await;
        let offer = approved(&desk).await;
        let recruiter = app.act(&desk.recruiter);
        // Other terms need another approval.
        set(&desk, &offer, 2).await.unwrap();
        let other = Update { offer: offer.id, revision: None, wording: wording("Another"), expires_at: None };
        assert_eq!(offer::update(recruiter, other).await.unwrap().schedule, None);
        desk.submit(offer.id).await.unwrap();
        desk.approve(offer.id).await.unwrap();
        // Somebody takes it back, and somebody sends it at once.
        set(&desk, &offer, 2).await.unwrap();
        for _ in 0..2 {
            assert_eq!(offer::unschedule(recruiter, offer.id, None).await.unwrap().schedule, None);
        }
        assert_eq!((events(&app, "offerUnscheduled").await, to_send(&desk).await), (1, 1));
        set(&desk, &offer, 2).await.unwrap();
        let sent = desk.send(offer.id).await.unwrap();
        assert_eq!(sent.schedule, None);
        // The next version beside one that is out gives way with it.
        let beside = desk.approved_beside(&sent).await;
        assert!(set(&desk, &beside, 2).await.unwrap().schedule.is_some());
        let viewer = offeree(&sent);
        let seen = app.ask(&viewer, "query($id: ID!) { offer(id: $id) { schedule { sendAt } } }", json!({ "id": sent.id.to_string() })).await;
        assert_eq!(seen["data"]["offer"]["schedule"], json!(null), "{seen}");
        let rescind = Rescind { offer: sent.id, revision: None, reason: "No budget.".into(), note: None };
        assert_eq!(offer::rescind(recruiter, rescind).await.unwrap().schedule, None);
        app.clock.pass(TimeDelta::days(2));
        swept(&app).await;
        assert_eq!(app.count("email_message WHERE kind = 'offer'").await, 1);
        app.check_invariants().await;
    }

    async fn a_version_beside_one_that_is_out_replaces_it_at_its_time(app: TestApp) {
        let desk = app.desk().await;
        let posted = app.posting("Backend").hiring("Create", 2).with_stages(short()).open().await;
        let sent = desk.sent(&posted, "Ada").await;
        let beside = desk.approved_beside(&sent).await;
        set(&desk, &beside, 2).await.unwrap();
        app.clock.pass(TimeDelta::hours(3));
        swept(&app).await;
        let now = app.offer(sent.id).await;
        assert_eq!((now.sent_version, now.schedule), (Some(2), None));
        assert_eq!(events(&app, "offerSuperseded").await, 1);
        app.check_invariants().await;
    }

    async fn what_cannot_be_sent_then_is_somebodys_work(app: TestApp) {
        let desk = app.desk().await;
        let offer = approved(&desk).await;
        set(&desk, &offer, 2).await.unwrap();
        app.beside("UPDATE candidate_contact SET undeliverable_since = '2027-01-14T08:00:00+00:00'").await;
        app.clock.pass(TimeDelta::hours(3));
        swept(&app).await;
        let stays = app.offer(offer.id).await;
        assert_eq!((stays.status, stays.schedule, to_send(&desk).await), (OfferStatus::Approved, None, 1));
        let told = app.texts("SELECT facts AS text FROM event WHERE kind = 'offerUnsent'").await;
        assert!(told.len() == 1 && told[0].contains("EMAIL_UNDELIVERABLE"), "{told:?}");
        // An application that ends takes its offer with it.
        app.beside("UPDATE candidate_contact SET undeliverable_since = NULL").await;
        set(&desk, &offer, 2).await.unwrap();
        let decline = Decline {
            application: offer.application, revision: None, reason: "x".into(), note: None, notice: Notice::Mail,
        };
        application::decline(app.act(&desk.recruiter), decline).await.unwrap();
        app.clock.pass(TimeDelta::hours(3));
        swept(&app).await;
        let ended = app.offer(offer.id).await;
        assert_eq!((ended.status, ended.schedule), (OfferStatus::Cancelled, None));
        assert_eq!(app.count("email_message WHERE kind = 'offer'").await, 0);
        app.check_invariants().await;
    }

    async fn times_and_states_that_do_not_fit_are_refused(app: TestApp) {
        let desk = app.desk().await;
        let posted = app.posting("Backend").hiring("Create", 2).with_stages(short()).open().await;
        let offer = desk.submitted(&posted, "Ada").await;
        assert_eq!(refused(set(&desk, &offer, 2).await), "NOT_APPROVED");
        desk.approve(offer.id).await.unwrap();
        for hours in [-1, 0, 24 * 30 + 1] {
            assert_eq!(refused(set(&desk, &offer, hours).await), "INVALID", "{hours}");
        }
        // Its deadline is in 14 days.
        assert_eq!(refused(set(&desk, &offer, 24 * 14).await), "INVALID");
        assert_eq!(refused(offer::unschedule(app.act(&desk.approver), offer.id, None).await), "FORBIDDEN");
        let stale = Send { revision: Some(1), ..later(&offer) };
        let at = app.now() + TimeDelta::hours(1);
        assert_eq!(refused(offer::schedule(app.act(&desk.recruiter), stale, at).await), "STALE");
        let request = Request::new(&desk.recruiter, "offerSend", "key-1", &[Some("x")]).unwrap();
        let again = || Send { request: Some(request.clone()), ..later(&offer) };
        let once = offer::schedule(app.act(&desk.recruiter), again(), at).await.unwrap();
        let twice = offer::schedule(app.act(&desk.recruiter), again(), at).await.unwrap();
        assert_eq!((once.revision, events(&app, "offerScheduled").await), (twice.revision, 1));
        let cancel = Cancel { offer: offer.id, revision: None, reason: None };
        assert_eq!(offer::cancel(app.act(&desk.recruiter), cancel).await.unwrap().schedule, None);
        assert_eq!(refused(set(&desk, &offer, 2).await), "OFFER_STATUS");
    }
}
