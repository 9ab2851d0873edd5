//! Many applications moved by one request.

use std::collections::HashSet;

use serde_json::{Value, json};
use vacantia::actions::step::{Which, pass};
use vacantia::domain::application::ApplicationStatus;
use vacantia::domain::email::LetterKind;
use vacantia::domain::event::EventKind;
use vacantia::domain::viewer::{Reach, Role};
use vacantia::storage::event;

use crate::offering::short;

const ADVANCE: &str =
    "mutation($input: ApplicationsAdvanceInput!) { done: applicationsAdvance(input: $input) {
    applications { id stage { key } } userErrors { code field } } }";
const DECLINE: &str =
    "mutation($input: ApplicationsDeclineInput!) { done: applicationsDecline(input: $input) {
    applications { id status } userErrors { code field } } }";

fn item(id: impl ToString, revision: i32) -> Value {
    json!({ "applicationId": id.to_string(), "expectedRevision": revision })
}

both! {
    async fn one_that_may_not_go_on_holds_up_no_other(app: TestApp) {
        let recruiter = app.recruiter().await;
        let posted = app.posting("Plumber").hiring("Pipes", 1).open().await;
        let mut ids = Vec::new();
        for name in ["Ada", "Bo", "Cy", "Di"] {
            ids.push(app.apply(posted.id, name).await.id);
        }
        for id in [ids[0], ids[2], ids[3]] {
            pass(app.act(&recruiter), Which { step: app.step(id, "review").await, revision: None }).await.unwrap();
        }
        let items = json!([item(ids[0], 2), item(ids[1], 1), item(ids[2], 7), item(ids[3], 2)]);
        let answer = app.ask(&recruiter, ADVANCE, json!({ "input": { "items": items, "stage": "review" } })).await;
        let done = &answer["data"]["done"];
        let moved = |id: &_| json!({ "id": ToString::to_string(id), "stage": { "key": "feedback" } });
        assert_eq!(done["applications"], json!([moved(&ids[0]), null, null, moved(&ids[3])]), "{answer}");
        let refused = json!([
            { "code": "GATE_INCOMPLETE", "field": ["items", "1"] },
            { "code": "STALE", "field": ["items", "2"] },
        ]);
        assert_eq!(done["userErrors"], refused);
        let events = event::after(&app.store, 0, 1000).await.unwrap();
        let advanced: Vec<_> = events.iter().filter(|event| event.kind == EventKind::ApplicationAdvanced).collect();
        assert_eq!(advanced.len(), 2);
        assert_eq!(advanced.iter().map(|event| event.change).collect::<HashSet<_>>().len(), 1, "one change");
    }

    async fn many_are_declined_and_each_is_told(app: TestApp) {
        let recruiter = app.recruiter().await;
        let posted = app.posting("Plumber").hiring("Pipes", 1).with_stages(short()).open().await;
        let other = app.posting("Painter").hiring("Walls", 1).with_stages(short()).open().await;
        let theirs = app.staff(Role::Recruiter, Reach::Posting(posted.id)).await;
        let (ada, bo) = (app.apply(posted.id, "Ada").await.id, app.apply(posted.id, "Bo").await.id);
        let far = app.apply(other.id, "Cy").await.id;
        let items = json!([item(ada, 1), item(far, 1), item(bo, 1), item("app_nobody", 1)]);
        let input = |items: &Value| json!({ "input": { "items": items, "reason": "Others were closer.", "note": "Thank you." } });
        let unknown = app.ask(&theirs, DECLINE, input(&items)).await;
        assert_eq!(unknown["data"]["done"]["userErrors"], json!([{ "code": "NOT_FOUND", "field": ["items", "3"] }]), "{unknown}");
        let items = json!([item(ada, 1), item(far, 1), item(bo, 1)]);
        let answer = app.ask(&theirs, DECLINE, input(&items)).await;
        let done = &answer["data"]["done"];
        assert_eq!(done["userErrors"], json!([{ "code": "NOT_FOUND", "field": ["items", "1"] }]), "{answer}");
        assert_eq!(done["applications"][1], Value::Null);
        for id in [ada, bo] {
            assert_eq!(app.application(id).await.status, ApplicationStatus::Declined);
            assert_eq!(app.letters(id).await, [LetterKind::ApplicationReceived, LetterKind::ApplicationDeclined]);
        }
        assert_eq!(app.application(far).await.status, ApplicationStatus::Active);
        // Said once more, nothing happens twice.
        let again = app.ask(&recruiter, DECLINE, input(&json!([item(ada, 1), item(bo, 1)]))).await;
        let codes: Vec<_> = again["data"]["done"]["userErrors"].as_array().unwrap().iter().map(|one| &one["code"]).collect();
        assert_eq!(codes, ["NOT_ACTIVE", "NOT_ACTIVE"]);
        assert_eq!(app.letters(ada).await.len(), 2);
    }

    async fn what_is_wrong_of_any_is_said_once_and_nothing_is_done(app: TestApp) {
        let recruiter = app.recruiter().await;
        let posted = app.posting("Plumber").hiring("Pipes", 1).with_stages(short()).open().await;
        let (ada, bo) = (app.apply(posted.id, "Ada").await.id, app.apply(posted.id, "Bo").await.id);
        let both = json!([item(ada, 1), item(bo, 1)]);
        let many: Vec<_> = (0..101).map(|_| item(ada, 1)).collect();
        for (items, reason, mail_at, field) in [
            (both.clone(), " ", Value::Null, json!(["reason"])),
            (both, "No.", json!("2020-01-01T00:00:00Z"), json!(["mailAt"])),
            (json!([item(ada, 1), item(ada, 1)]), "No.", Value::Null, json!(["items", "1"])),
            (json!([]), "No.", Value::Null, json!(["items"])),
            (json!(many), "No.", Value::Null, json!(["items"])),
        ] {
            let input = json!({ "input": { "items": items, "reason": reason, "mailAt": mail_at } });
            let answer = app.ask(&recruiter, DECLINE, input).await;
            let errors = answer["data"]["done"]["userErrors"].as_array().unwrap_or_else(|| panic!("{answer}"));
            assert_eq!((errors.len(), &errors[0]["field"]), (1, &field), "{answer}");
        }
        assert_eq!(app.application(ada).await.status, ApplicationStatus::Active);
    }
}
