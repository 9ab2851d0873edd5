//! What colleagues write to candidates, and how it goes on.

use serde_json::{Value, json};
use vacantia::domain::Viewer;
use vacantia::mail::seal::Sealed;

use super::{events, inbound, post, receiving, reply, work};
use crate::app::TestApp;

const SEND: &str = "mutation($input: MessageSendInput!) { messageSend(input: $input) { messages { id text author { id } \
    emailMessage { kind status } } userErrors { code field } } }";
const THREAD: &str = "query($id: ID!) { application(id: $id) { messages(last: 100) { nodes { subject text from fromCandidate \
    author { id } emailMessage { kind } readAt } } } }";

async fn send(app: &TestApp, viewer: &Viewer, input: Value) -> Value {
    let answer = app.ask(viewer, SEND, json!({ "input": input })).await;
    assert!(answer.get("errors").is_none(), "{answer}");
    answer["data"]["messageSend"].clone()
}

both! {
    async fn what_is_written_is_sent_and_answered_in_one_thread(app: TestApp) {
        let app = receiving(app);
        let recruiter = app.recruiter().await;
        let posted = app.posting("Backend").hiring("Create", 1).open().await;
        let ada = app.apply(posted.id, "Ada").await;
        let input = json!({
            "applicationIds": [ada.id.to_string()], "subject": "Your question\r\nBcc: eve@example.net",
            "text": "Tuesdays.\n\n<b>Always</b>\r\n.\r\nFrom here on.",
        });
        let sent = send(&app, &recruiter, input).await;
        assert_eq!(sent["userErrors"], json!([]));
        assert_eq!(sent["messages"][0]["emailMessage"], json!({ "kind": "MESSAGE_SENT", "status": "QUEUED" }));
        let mails = app.mails().await;
        let (first, mail) = (&mails[0], &mails[1]);
        assert_eq!((mail.header("Subject"), mail.header("Bcc")), (Some("Your question Bcc: eve@example.net"), None));
        assert_eq!(mail.header("In-Reply-To"), first.header("Message-ID"));
        let back = Sealed::Reply(ada.id).address(&inbound());
        assert!(mail.header("Reply-To").unwrap().contains(&back));
        let own = app.texts("SELECT email AS text FROM candidate_contact").await.remove(0);
        assert_eq!(post(&app, reply(ada.id, &own, "", "Good, Tuesday then.")).await, "kept");
        let answer = app.ask(&recruiter, THREAD, json!({ "id": ada.id.to_string() })).await;
        let thread = answer["data"]["application"]["messages"]["nodes"].as_array().unwrap().clone();
        let ours = thread.iter().find(|message| !message["author"].is_null()).unwrap();
        assert_eq!((&ours["author"]["id"], &ours["from"]), (&json!(recruiter.user().unwrap().to_string()), &json!(null)));
        assert_eq!(ours["text"], "Tuesdays.\n\n<b>Always</b>\n.\nFrom here on.");
        let theirs = thread.iter().find(|message| message["author"].is_null()).unwrap();
        assert_eq!((&theirs["fromCandidate"], &theirs["emailMessage"]), (&json!(true), &json!(null)));
        assert_eq!((work(&app, &recruiter).await, events(&app, "messageSent").await), (vec!["REPLY_TO_READ".to_owned()], 1));
        app.check_invariants().await;
    }

    async fn several_are_written_to_and_none_holds_up_another(app: TestApp) {
        let recruiter = app.recruiter().await;
        let posted = app.posting("Backend").hiring("Create", 1).open().await;
        let (ada, bo, cy) = (app.apply(posted.id, "Ada").await, app.apply(posted.id, "Bo").await, app.apply(posted.id, "Cy").await);
        let dead = format!("UPDATE candidate_contact SET undeliverable_since = '2027-01-14T08:00:00+00:00' WHERE candidate_id = '{}'", bo.candidate);
        app.beside(&dead).await;
        let to = [ada.id.to_string(), bo.id.to_string(), cy.id.to_string()];
        let input = json!({ "applicationIds": to, "text": "We are moving house.", "idempotencyKey": "house-1" });
        let sent = send(&app, &recruiter, input.clone()).await;
        assert_eq!(sent["userErrors"], json!([{ "code": "EMAIL_UNDELIVERABLE", "field": ["applicationIds", "1"] }]));
        assert!(sent["messages"][0].is_object() && sent["messages"][1].is_null() && sent["messages"][2].is_object());
        assert_eq!(send(&app, &recruiter, input.clone()).await, sent, "said twice, done once");
        assert_eq!((app.count("email_message WHERE kind = 'messageSent'").await, events(&app, "messageSent").await), (2, 2));
        let mut other = input;
        other["text"] = "We are not.".into();
        other["applicationIds"] = json!([ada.id.to_string()]);
        let mismatch = send(&app, &recruiter, other).await;
        assert_eq!(mismatch["userErrors"], json!([{ "code": "IDEMPOTENCY_MISMATCH", "field": ["applicationIds", "0"] }]));
        for (ids, field) in [(json!([]), json!(["applicationIds"])), (json!([to[0], to[0]]), json!(["applicationIds", "1"]))] {
            let refused = send(&app, &recruiter, json!({ "applicationIds": ids, "text": "x" })).await;
            assert_eq!(refused["userErrors"][0]["field"], field);
        }
        // Neither the candidate nor whoever only approves writes in our name.
        let applicant = Viewer::Applicant { application: ada.id, candidate: ada.candidate };
        let approver = app.desk().await.approver;
        for (viewer, code) in [(&applicant, "FORBIDDEN"), (&approver, "NOT_FOUND"), (&Viewer::Anonymous, "NOT_FOUND")] {
            let refused = send(&app, viewer, json!({ "applicationIds": [to[0]], "text": "x" })).await;
            assert_eq!(refused["userErrors"][0]["code"], code, "{viewer:?}");
        }
        app.check_invariants().await;
    }
}
