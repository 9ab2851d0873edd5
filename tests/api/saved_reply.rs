//! Texts that colleagues keep for writing to candidates, and the names in braces that each candidate gets their own for.

use serde_json::{Value, json};
use vacantia::actions::application::{Submission, submit};
use vacantia::domain::Viewer;
use vacantia::domain::id::PostingId;
use vacantia::domain::viewer::{Reach, Role};

use crate::app::TestApp;

const FIELDS: &str =
    "savedReply { id name subject text shared savedBy { id } revision } userErrors { code field }";
const LIST: &str = "{ savedReplies { name text shared } messageVariables { name } }";
const SEND: &str = "mutation($input: MessageSendInput!) { messageSend(input: $input) { messages { subject text } \
    userErrors { code field message } } }";

async fn change(app: &TestApp, who: &Viewer, mutation: &str, input: Value) -> Value {
    let name = format!("{}{}", mutation[..1].to_uppercase(), &mutation[1..]);
    let query = format!("mutation($input: {name}Input!) {{ {mutation}(input: $input) {{ {FIELDS} }} }}");
    let answer = app.ask(who, &query, json!({ "input": input })).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    answer["data"][mutation].clone()
}

async fn create(app: &TestApp, who: &Viewer, name: &str, shared: bool) -> Value {
    let input = json!({ "name": name, "text": format!("{name} of {{{{ role }}}}"), "shared": shared });
    change(app, who, "savedReplyCreate", input).await
}

/// The names of what somebody is told is kept.
async fn listed(app: &TestApp, who: &Viewer) -> Vec<String> {
    let answer = app.ask(who, LIST, Value::Null).await;
    let replies = answer["data"]["savedReplies"].as_array().unwrap().iter();
    replies
        .map(|reply| {
            format!(
                "{}{}",
                reply["name"].as_str().unwrap(),
                if reply["shared"] == true { "" } else { " (own)" }
            )
        })
        .collect()
}

/// The id of an application by somebody who gives this as their name.
async fn applied(app: &TestApp, posting: PostingId, name: &str) -> String {
    let person = if name.starts_with("Ada") { "Ada" } else { "Eve" };
    let submission = Submission { name: name.to_owned(), ..app.submission(posting, person) };
    submit(app.act(&Viewer::Anonymous), submission).await.unwrap().to_string()
}

async fn send(app: &TestApp, who: &Viewer, input: Value) -> Value {
    let answer = app.ask(who, SEND, json!({ "input": input })).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    answer["data"]["messageSend"].clone()
}

both! {
    async fn texts_are_kept_for_all_or_for_oneself(app: TestApp) {
        let (recruiter, admin) = (app.recruiter().await, app.staff(Role::Admin, Reach::Organisation).await);
        let posted = app.posting("Cook").hiring("Kitchen", 1).open().await;
        let manager = app.staff(Role::HiringManager, Reach::Team(posted.team())).await;
        let interviewer = app.staff(Role::Interviewer, Reach::Posting(posted.id)).await;
        let shared = create(&app, &recruiter, "  Next \t steps ", true).await;
        let kept = &shared["savedReply"];
        assert_eq!((&kept["name"], &kept["subject"], &kept["shared"], &kept["revision"]), (&json!("Next steps"), &json!(null), &json!(true), &json!(1)));
        assert_eq!(kept["savedBy"]["id"], recruiter.user().unwrap().to_string());
        // A name is one's own; the organisation's is another's.
        assert_eq!(create(&app, &admin, "NEXT steps", true).await["userErrors"], json!([{ "code": "TAKEN", "field": ["name"] }]));
        let own = create(&app, &manager, "next steps", false).await["savedReply"]["id"].clone();
        assert_eq!(create(&app, &manager, "Next Steps", false).await["userErrors"][0]["code"], "TAKEN");
        create(&app, &recruiter, "Apology", false).await;
        for (who, names) in [
            (&manager, vec!["Next steps", "next steps (own)"]), (&recruiter, vec!["Apology (own)", "Next steps"]),
            (&interviewer, vec!["Next steps"]), (&admin, vec!["Next steps"]), (&Viewer::Anonymous, vec![]),
        ] {
            assert_eq!(listed(&app, who).await, names, "{who:?}");
        }
        // What is nobody's business does not exist; what is everybody's is changed by those who set the organisation up.
        let edit = |id: &Value| json!({ "savedReplyId": id, "name": "Other", "subject": "{{role}}", "text": "x" });
        for (who, id, code) in [
            (&recruiter, &own, "NOT_FOUND"), (&admin, &own, "NOT_FOUND"), (&manager, &kept["id"], "FORBIDDEN"),
            (&Viewer::Anonymous, &kept["id"], "NOT_FOUND"),
        ] {
            for mutation in ["savedReplyUpdate", "savedReplyDelete"] {
                let input = if mutation.ends_with("Update") { edit(id) } else { json!({ "savedReplyId": id }) };
                assert_eq!(change(&app, who, mutation, input).await["userErrors"][0]["code"], code, "{mutation} by {who:?}");
            }
        }
        assert_eq!(create(&app, &interviewer, "Mine", false).await["userErrors"][0]["code"], "FORBIDDEN");
        assert_eq!(create(&app, &manager, "All", true).await["userErrors"][0]["code"], "FORBIDDEN");

        let edited = change(&app, &admin, "savedReplyUpdate", edit(&kept["id"])).await["savedReply"].clone();
        assert_eq!((&edited["name"], &edited["subject"], &edited["revision"]), (&json!("Other"), &json!("{{role}}"), &json!(2)));
        assert_eq!(edited["savedBy"]["id"], admin.user().unwrap().to_string());
        assert_eq!(change(&app, &admin, "savedReplyUpdate", edit(&kept["id"])).await["savedReply"]["revision"], 2, "the same is no change");
        let mut stale = edit(&kept["id"]);
        stale["expectedRevision"] = 1.into();
        assert_eq!(change(&app, &admin, "savedReplyUpdate", stale).await["userErrors"][0]["code"], "STALE");
        let stale = json!({ "savedReplyId": kept["id"], "expectedRevision": 1 });
        assert_eq!(change(&app, &admin, "savedReplyDelete", stale).await["userErrors"][0]["code"], "STALE");
        let gone = change(&app, &admin, "savedReplyDelete", json!({ "savedReplyId": kept["id"], "expectedRevision": 2 })).await;
        assert_eq!(gone["savedReply"]["name"], "Other");
        assert_eq!(listed(&app, &manager).await, ["next steps (own)"]);
        assert_eq!(change(&app, &admin, "savedReplyDelete", json!({ "savedReplyId": kept["id"] })).await["userErrors"][0]["code"], "NOT_FOUND");
        app.check_invariants().await;
    }

    async fn each_candidate_gets_their_own(app: TestApp) {
        let recruiter = app.recruiter().await;
        let (cook, baker) = (app.posting("Cook").hiring("Kitchen", 1).open().await, app.posting("Baker").hiring("Bakery", 1).open().await);
        let ada = applied(&app, cook.id, "Ada {{ role }}").await;
        let eve = applied(&app, baker.id, "http://evil.example.net").await;
        let text = "{{name}}, {{ organisation }} looks for a {{ role }} { still }.\n\n{{ author }}";
        let input = json!({ "applicationIds": [ada, eve], "subject": "As a {{ role }}", "text": text, "idempotencyKey": "all" });
        let sent = send(&app, &recruiter, input.clone()).await;
        let author = app.texts("SELECT name AS text FROM user_account").await.remove(0);
        let house = &app.site.name;
        assert_eq!(sent, json!({ "userErrors": [], "messages": [
            { "subject": "As a Cook", "text": format!("Ada {{{{ role }}}}, {house} looks for a Cook {{ still }}.\n\n{author}") },
            // What somebody gave as a name and is none is not repeated.
            { "subject": "As a Baker", "text": format!(", {house} looks for a Baker {{ still }}.\n\n{author}") },
        ] }));
        assert_eq!(send(&app, &recruiter, input).await, sent, "said twice, done once");
        let mails = app.mails().await;
        let subjects: Vec<_> = mails.iter().filter_map(|mail| mail.header("Subject")).filter(|subject| subject.starts_with("As a")).collect();
        assert_eq!(subjects, ["As a Cook", "As a Baker"]);

        let wrong = json!({ "applicationIds": [ada], "subject": "{{ first_name }}", "text": "Hello {{ name }!" });
        let refused = send(&app, &recruiter, wrong).await["userErrors"].clone();
        assert_eq!((&refused[0]["field"], &refused[1]["field"]), (&json!(["subject"]), &json!(["text"])));
        let names = "no other names in braces than {{ name }}, {{ role }}, {{ organisation }}, {{ author }}";
        assert!(refused[0]["message"].as_str().unwrap().contains(names), "{refused}");
        assert_eq!(app.mails().await.len(), mails.len());
        let answer = app.ask(&recruiter, LIST, Value::Null).await;
        let told: Vec<_> = answer["data"]["messageVariables"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
        assert_eq!(told, ["name", "role", "organisation", "author"]);
        app.check_invariants().await;
    }
}
