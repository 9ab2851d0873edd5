//! Messages over GraphQL, on both databases: who sees them, by which filters, and a hand in their delivery.

use serde_json::{Value, json};
use vacantia::domain::Viewer;
use vacantia::domain::email::LetterKind;
use vacantia::domain::id::UserId;
use vacantia::domain::viewer::{Grant, Reach, Role, Staff, TokenScope};

use crate::fault_relay::Turn::{Drop, Say};
use crate::fault_relay::{HEALTHY, Script};
use crate::mailroom::Mailroom;

fn staff(room: &Mailroom, role: Role, reach: Reach) -> Viewer {
    let user = UserId::new(room.app.now(), &*room.app.chance);
    Viewer::Staff(Staff { user, grants: vec![Grant { role, reach }], scopes: vec![TokenScope::Write] })
}

const LIST: &str = "query ($filter: EmailMessageFilter) { emailMessages(filter: $filter) { nodes {
    id kind status attempts lastCode lastReply nextAttemptAt sentAt duplicatePossible } } }";

async fn listed(room: &Mailroom, viewer: &Viewer, filter: Value) -> Vec<Value> {
    let answer = room.app.ask(viewer, LIST, json!({ "filter": filter })).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    answer["data"]["emailMessages"]["nodes"].as_array().unwrap().clone()
}

both! {
    async fn messages_are_listed_by_what_they_are_about(app: TestApp) {
        let room = Mailroom::new(app).await;
        let received = room.queued().await;
        let offer = room.queued_offer().await;
        let recruiter = staff(&room, Role::Recruiter, Reach::Organisation);
        assert_eq!(listed(&room, &recruiter, json!({})).await.len(), 2);
        for (filter, found) in [
            (json!({ "offerId": room.offer.to_string() }), offer),
            (json!({ "kind": "APPLICATION_RECEIVED" }), received),
            (json!({ "applicationId": room.application.to_string(), "kind": "OFFER", "status": "QUEUED" }), offer),
        ] {
            let nodes = listed(&room, &recruiter, filter.clone()).await;
            assert_eq!((nodes.len(), nodes[0]["id"].as_str()), (1, Some(found.to_string().as_str())), "{filter}");
        }
        assert!(listed(&room, &recruiter, json!({ "status": "SENT" })).await.is_empty());
        room.drain().await;
        let sent = &listed(&room, &recruiter, json!({ "kind": "OFFER" })).await[0];
        assert_eq!(sent, &json!({
            "id": offer.to_string(), "kind": "OFFER", "status": "SENT", "attempts": 1, "lastCode": 250,
            "lastReply": "2.0.0 queued as 4711", "nextAttemptAt": null, "sentAt": "2027-01-15T08:00:00Z",
            "duplicatePossible": false,
        }));
    }

    async fn a_message_is_there_only_for_those_who_work_on_it(app: TestApp) {
        let room = Mailroom::new(app).await;
        let id = room.queued().await;
        let query = "query ($id: ID!) { emailMessage(id: $id) { id } node(id: $id) { id } }";
        let applicant = Viewer::Applicant { application: room.application, candidate: room.candidate };
        let elsewhere = Reach::Posting(vacantia::domain::id::PostingId::new(room.app.now(), &*room.app.chance));
        for (viewer, sees) in [
            (staff(&room, Role::Recruiter, Reach::Organisation), true),
            (staff(&room, Role::Admin, Reach::Organisation), true),
            (staff(&room, Role::HiringManager, Reach::Posting(room.posting)), true),
            (staff(&room, Role::Recruiter, elsewhere), false),
            (staff(&room, Role::Interviewer, Reach::Organisation), false),
            (staff(&room, Role::Approver, Reach::Organisation), false),
            (applicant, false),
            (Viewer::Anonymous, false),
        ] {
            let answer = room.app.ask(&viewer, query, json!({ "id": id.to_string() })).await;
            assert_eq!(answer["data"]["emailMessage"].is_object(), sees, "{viewer:?}: {answer}");
            assert_eq!(answer["data"]["node"].is_object(), sees, "{viewer:?}: {answer}");
            assert_eq!(listed(&room, &viewer, json!({})).await.len(), usize::from(sees), "{viewer:?}");
        }
    }

    async fn a_held_message_waits_for_a_person(app: TestApp) {
        let room = Mailroom::new(app).await;
        let id = room.queued().await;
        room.relay.follow(Script { end: Drop, ..HEALTHY });
        room.drain().await;
        let recruiter = staff(&room, Role::Recruiter, Reach::Organisation);
        let unknown = &listed(&room, &recruiter, json!({})).await[0];
        assert_eq!((&unknown["status"], &unknown["nextAttemptAt"]), (&json!("UNKNOWN"), &json!("2027-01-15T08:10:00Z")));
        room.pass(chrono::TimeDelta::minutes(10));
        room.drain().await;
        assert_eq!(listed(&room, &recruiter, json!({})).await[0]["nextAttemptAt"], Value::Null);
        let retry = "mutation ($id: ID!) { emailMessageRetry(input: { emailMessageId: $id }) {
            emailMessage { status nextAttemptAt } userErrors { code } } }";
        let answer = room.app.ask(&recruiter, retry, json!({ "id": id.to_string() })).await;
        assert_eq!(answer["data"]["emailMessageRetry"], json!({
            "emailMessage": { "status": "UNKNOWN", "nextAttemptAt": "2027-01-15T08:10:00Z" }, "userErrors": [],
        }));
    }

    async fn every_try_is_told_without_the_addresses_that_the_relay_quoted(app: TestApp) {
        let room = Mailroom::new(app).await;
        let id = room.queued().await;
        room.relay.follow(Script { rcpt: Say("451 4.2.1 <someone@example.org> is busy"), ..HEALTHY });
        room.drain().await;
        room.relay.follow(HEALTHY);
        room.pass(chrono::TimeDelta::hours(1));
        room.drain().await;
        let query = "query ($id: ID!) { emailMessage(id: $id) { status attempts attemptLog { startedAt endedAt phase outcome
            code enhancedCode reply } } }";
        let recruiter = staff(&room, Role::Recruiter, Reach::Organisation);
        let answer = room.app.ask(&recruiter, query, json!({ "id": id.to_string() })).await;
        let message = &answer["data"]["emailMessage"];
        assert_eq!((&message["status"], &message["attempts"]), (&json!("SENT"), &json!(2)), "{answer}");
        let [last, first] = &message["attemptLog"].as_array().unwrap()[..] else { panic!("{answer}") };
        assert_eq!((&last["code"], &last["reply"]), (&json!(250), &json!("2.0.0 queued as 4711")));
        assert_eq!((&first["code"], &first["enhancedCode"]), (&json!(451), &json!("4.2.1")));
        assert!(first["reply"].as_str().unwrap().contains("(address) is busy"), "{first}");
        assert!(first["phase"].is_string() && first["outcome"].is_string() && first["endedAt"].is_string(), "{first}");
    }

    async fn a_message_is_taken_back_once(app: TestApp) {
        let room = Mailroom::new(app).await;
        let email = room.draft(LetterKind::ApplicationReceived);
        room.queue(&email).await;
        let cancel = "mutation ($id: ID!) { emailMessageCancel(input: { emailMessageId: $id }) {
            emailMessage { status } userErrors { code field } } }";
        let ask = async |viewer: &Viewer, id: &str| {
            room.app.ask(viewer, cancel, json!({ "id": id })).await["data"]["emailMessageCancel"].clone()
        };
        let refused = |code: &str| json!({ "emailMessage": null, "userErrors": [{ "code": code, "field": null }] });
        let recruiter = staff(&room, Role::Recruiter, Reach::Organisation);
        let manager = staff(&room, Role::HiringManager, Reach::Organisation);
        let id = email.id.to_string();
        assert_eq!(ask(&Viewer::Anonymous, &id).await, refused("NOT_FOUND"));
        assert_eq!(ask(&recruiter, "post_x").await, refused("NOT_FOUND"));
        assert_eq!(ask(&manager, &id).await, refused("FORBIDDEN"));
        let done = json!({ "emailMessage": { "status": "CANCELLED" }, "userErrors": [] });
        assert_eq!(ask(&recruiter, &id).await, done);
        assert_eq!(ask(&recruiter, &id).await, refused("EMAIL_STATE"));
    }
}
