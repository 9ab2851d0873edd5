//! Offers that are sent once more, reminded of, and told of when they end.

use chrono::TimeDelta;
use serde_json::{Value, json};
use vacantia::actions::offer::{self, Extend, Resend};
use vacantia::domain::email::LetterKind;
use vacantia::domain::offer::{Offer, OfferStatus};
use vacantia::storage::{Failure, dialect};

use crate::app::TestApp;
use crate::hire::sweep;
use crate::offering::{Desk, offeree, refused, short};

async fn sent(app: &TestApp) -> (Desk<'_>, Offer) {
    let desk = app.desk().await;
    let posted = app.posting("Backend").hiring("Create", 2).with_stages(short()).open().await;
    let offer = desk.sent(&posted, "Ada").await;
    (desk, offer)
}

async fn resend(desk: &Desk<'_>, offer: &Offer, email: Option<&str>) -> Result<Offer, Failure> {
    let email = email.map(str::to_owned);
    let input = Resend { offer: offer.id, revision: None, email, request: None };
    offer::resend(desk.app.act(&desk.recruiter), input).await
}

async fn set(app: &TestApp, sql: &'static str) {
    app.put(|tx| async move {
        dialect::execute(&tx, sql, []).await?;
        Ok(())
    })
    .await;
}

async fn swept(app: &TestApp) {
    while sweep(app).step().await.unwrap() > 0 {}
}

async fn mails(app: &TestApp, kind: LetterKind) -> i64 {
    app.count(&format!("email_message WHERE kind = '{kind}'")).await
}

async fn failed_work(desk: &Desk<'_>) -> usize {
    let answer = desk.app.ask(&desk.recruiter, "{ work(first: 50) { nodes { kind } } }", json!({})).await;
    let nodes = answer["data"]["work"]["nodes"].as_array().unwrap();
    nodes.iter().filter(|node| node["kind"] == "EMAIL_FAILED").count()
}

both! {
    async fn an_offer_that_did_not_arrive_is_sent_again(app: TestApp) {
        let (desk, offer) = sent(&app).await;
        set(&app, "UPDATE email_message SET state = 'failed' WHERE kind = 'offer'").await;
        assert_eq!(failed_work(&desk).await, 1);
        let again = resend(&desk, &offer, None).await.unwrap();
        assert_eq!((again.status, again.revision), (OfferStatus::Sent, offer.revision));
        assert_eq!(failed_work(&desk).await, 0, "nobody has to see to the first one any more");
        assert_eq!(app.count("email_message WHERE kind = 'offer' AND state = 'queued' AND replaced_at IS NULL").await, 1);
        assert_eq!(app.count("link WHERE purpose = 'offer' AND revoked_at IS NULL").await, 2, "same person, same terms");
        let query = "query($id: ID!) { offer(id: $id) { message { status replacedAt attemptLog { phase } } } }";
        let shown = app.ask(&desk.recruiter, query, json!({ "id": offer.id.to_string() })).await;
        assert_eq!(shown["data"]["offer"]["message"]["status"], "QUEUED", "{shown}");
        assert_eq!(shown["data"]["offer"]["message"]["attemptLog"], json!([]));
        desk.accept(&again, "page-1").await.unwrap();
        assert_eq!(refused(resend(&desk, &offer, None).await), "OFFER_STATUS");
        app.check_invariants().await;
    }

    async fn one_of_unknown_fate_is_not_sent_beside_it(app: TestApp) {
        let (desk, offer) = sent(&app).await;
        set(&app, "UPDATE email_message SET state = 'unknown' WHERE kind = 'offer'").await;
        resend(&desk, &offer, Some("ada.right@example.org")).await.unwrap();
        assert_eq!(app.count("email_message WHERE kind = 'offer' AND state = 'unknown' AND held").await, 1);
        assert_eq!(app.count("email_message WHERE kind = 'offer' AND state = 'queued'").await, 1);
        app.check_invariants().await;
    }

    async fn an_address_is_corrected_with_it_and_the_old_links_stop(app: TestApp) {
        let (desk, offer) = sent(&app).await;
        app.apply(offer.posting, "Bea").await;
        for (email, code) in [("nobody", "INVALID"), ("bea@example.org", "TAKEN")] {
            assert_eq!(refused(resend(&desk, &offer, Some(email)).await), code, "{email}");
        }
        assert_eq!(app.count("link WHERE purpose = 'offer' AND revoked_at IS NULL").await, 1);
        resend(&desk, &offer, Some("ada.right@example.org")).await.unwrap();
        assert_eq!(app.count("link WHERE purpose = 'offer' AND revoked_at IS NULL").await, 1);
        assert_eq!(app.count("link WHERE purpose = 'offer' AND revoked_at IS NOT NULL").await, 1);
        let queued = "email_message WHERE kind = 'offer' AND state = 'queued' AND envelope_to = 'ada.right@example.org'";
        assert_eq!(app.count(queued).await, 1);
        assert_eq!(app.count("email_message WHERE kind = 'offer' AND state = 'cancelled'").await, 1);
        assert_eq!(app.count("candidate_contact WHERE email = 'ada.right@example.org'").await, 1);
        assert_eq!(app.count("event WHERE kind = 'offerResent' AND facts LIKE '%@%'").await, 0, "no address in events");
        app.check_invariants().await;
    }

    async fn a_repeated_request_sends_once(app: TestApp) {
        let (desk, offer) = sent(&app).await;
        let query = "mutation($input: OfferResendInput!) { offerResend(input: $input) { offer { id } userErrors { code } } }";
        let input = |email: Value| {
            json!({ "input": { "offerId": offer.id.to_string(), "email": email, "idempotencyKey": "once" } })
        };
        for _ in 0..3 {
            let answer = app.ask(&desk.recruiter, query, input(Value::Null)).await;
            assert_eq!(answer["data"]["offerResend"]["userErrors"], json!([]), "{answer}");
        }
        assert_eq!(mails(&app, LetterKind::Offer).await, 2);
        let other = app.ask(&desk.recruiter, query, input(json!("ada.right@example.org"))).await;
        assert_eq!(other["data"]["offerResend"]["userErrors"][0]["code"], "IDEMPOTENCY_MISMATCH", "{other}");
        app.check_invariants().await;
    }

    async fn a_candidate_is_reminded_once_a_day_before_the_deadline(app: TestApp) {
        let (desk, offer) = sent(&app).await;
        app.clock.pass(TimeDelta::days(12));
        swept(&app).await;
        assert_eq!(mails(&app, LetterKind::OfferReminded).await, 0);
        app.clock.pass(TimeDelta::hours(25));
        swept(&app).await;
        swept(&app).await;
        assert_eq!(mails(&app, LetterKind::OfferReminded).await, 1);
        assert_eq!(app.offer(offer.id).await.revision, offer.revision);
        let later = Extend { offer: offer.id, revision: None, expires_at: desk.in_days(5) };
        offer::extend(app.act(&desk.recruiter), later).await.unwrap();
        app.clock.pass(TimeDelta::days(4));
        swept(&app).await;
        assert_eq!(mails(&app, LetterKind::OfferReminded).await, 2, "another deadline, another reminder");
        app.check_invariants().await;
    }

    async fn nobody_is_reminded_of_what_they_answered(app: TestApp) {
        let (desk, offer) = sent(&app).await;
        desk.accept(&offer, "page-1").await.unwrap();
        app.clock.pass(TimeDelta::days(13) + TimeDelta::hours(1));
        swept(&app).await;
        assert_eq!(mails(&app, LetterKind::OfferReminded).await, 0);
        assert_eq!(mails(&app, LetterKind::OfferEnded).await, 1);
        app.check_invariants().await;
    }

    async fn an_offer_that_expires_is_told_to_both(app: TestApp) {
        let (desk, offer) = sent(&app).await;
        offer::view(app.act(&offeree(&offer)), offer.id).await.unwrap();
        app.clock.pass(TimeDelta::days(15));
        swept(&app).await;
        assert_eq!(app.offer(offer.id).await.status, OfferStatus::Expired);
        assert_eq!(mails(&app, LetterKind::OfferExpired).await, 1);
        let user = desk.recruiter.user().unwrap();
        assert_eq!(app.count(&format!("email_message WHERE kind = 'offerEnded' AND user_id = '{user}'")).await, 1);
        app.check_invariants().await;
    }

    async fn what_never_left_is_not_said_to_have_expired(app: TestApp) {
        sent(&app).await;
        app.clock.pass(TimeDelta::days(15));
        swept(&app).await;
        assert_eq!(mails(&app, LetterKind::OfferExpired).await, 0);
        let omitted = "event WHERE kind = 'emailOmitted' AND facts LIKE '%offerNeverLeft%'";
        assert_eq!(app.count(omitted).await, 1);
        app.check_invariants().await;
    }
}
