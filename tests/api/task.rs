//! Pieces of work: sent in a step of the plan or in one added to an application, handed in on a page, reminded of.

use chrono::TimeDelta;
use serde_json::{Value, json};
use vacantia::domain::Viewer;
use vacantia::domain::application::Application;
use vacantia::domain::email::LetterKind;
use vacantia::domain::link::Purpose;
use vacantia::domain::step::StepState;
use vacantia::domain::viewer::Role;

use crate::app::TestApp;
use crate::hire::sweep;

/// A candidate with a step of their own, added over GraphQL.
struct Story {
    recruiter: Viewer,
    application: Application,
    step: String,
}

const KIT: &str = "query($id: ID!) { application(id: $id) { steps { id step { key } status
    kit { purpose questions { key label } attributes } form { note questions { key label } answers { value } } } } }";

impl Story {
    async fn begin(app: &TestApp, kit: Value) -> Self {
        let posted = app.posting("Backend").hiring("Create", 1).open().await;
        let recruiter = app.recruiter().await;
        let application = app.apply(posted.id, "Zoë").await;
        let input = json!({
            "applicationId": application.id.to_string(), "title": "A small parser", "kind": "TASK",
            "participant": "CANDIDATE", "kit": kit,
        });
        assert_eq!(change(app, &recruiter, "stepAdd", input).await, json!([]));
        let step = app.step(application.id, "added1").await.to_string();
        Self { recruiter, application, step }
    }

    async fn sends(&self, app: &TestApp, note: Option<&str>) -> Value {
        change(app, &self.recruiter, "formSend", json!({ "stepId": self.step, "note": note })).await
    }

    /// The added step, as the viewer sees it.
    async fn seen(&self, app: &TestApp, viewer: &Viewer) -> Value {
        let told = app.ask(viewer, KIT, json!({ "id": self.application.id.to_string() })).await;
        let steps = told["data"]["application"]["steps"].as_array().unwrap_or_else(|| panic!("{told}"));
        steps.iter().find(|step| step["id"] == *self.step).unwrap().clone()
    }

    async fn page(&self, app: &TestApp) -> String {
        let purpose = Purpose::Form { step: self.step.parse().unwrap(), application: self.application.id };
        format!("/forms/{}", app.link(self.application.candidate, purpose).await)
    }
}

/// What was wrong with a change: code and field.
async fn change(app: &TestApp, viewer: &Viewer, mutation: &str, input: Value) -> Value {
    let name = match mutation {
        "scorecardSave" => "Scorecard".to_owned(),
        _ => mutation[..1].to_uppercase() + &mutation[1..],
    };
    let query = format!(
        "mutation($input: {name}Input!) {{ {mutation}(input: $input) {{ userErrors {{ code field }} }} }}"
    );
    let told = app.ask(viewer, &query, json!({ "input": input })).await;
    assert!(told.get("errors").is_none(), "{told}");
    told["data"][mutation]["userErrors"].clone()
}

both! {
    async fn a_task_is_sent_handed_in_and_read(app: TestApp) {
        let story = Story::begin(&app, Value::Null).await;
        // Without a word of what it is, nobody could do it.
        assert_eq!(story.sends(&app, None).await, json!([{ "code": "REQUIRED", "field": ["note"] }]));
        assert_eq!(story.sends(&app, Some("Read numbers from <text>.")).await, json!([]));
        let page = story.page(&app).await;
        let shown = app.get(&page).await;
        for words in ["A small parser", "Please hand it in by", "Read numbers from &#60;text&#62;.", "Hand in my work"] {
            assert!(shown.says(words), "{words:?} is not in {}", shown.text());
        }
        let again = app.post(&page, &[("answers.result", " ")]).await;
        assert!(again.status == 422 && again.body.contains("href=\"#answers.result\""));
        // The page of the application and the API both say that it is asked, and that it came.
        let id = &story.application;
        let status = format!("/applications/{}", app.link(id.candidate, Purpose::Application(id.id)).await);
        assert!(app.get(&status).await.says("A small parser: hand in your work by"));
        let asked = "query($id: ID!) { application(id: $id) { outlook { tasks { kind title } } } }";
        let own = TestApp::applicant(id.id, id.candidate);
        let told = app.ask(&own, asked, json!({ "id": id.id.to_string() })).await;
        let tasks = json!([{ "kind": "HAND_IN_WORK", "title": "A small parser" }]);
        assert_eq!(told["data"]["application"]["outlook"]["tasks"], tasks);
        let done = app.post(&page, &[("answers.result", "https://example.com/parser")]).await;
        assert_eq!(done.status, 303);
        assert!(app.get(&page).await.says("Your work has arrived"));
        assert!(app.get(&status).await.says("A small parser: your work has arrived"));
        let seen = story.seen(&app, &story.recruiter).await;
        assert_eq!(seen["status"], "AWAITING_FEEDBACK");
        assert_eq!(seen["form"]["answers"], json!([{ "value": "https://example.com/parser" }]));
    }

    async fn what_an_added_step_brings_is_asked_and_rated(app: TestApp) {
        let kit = json!({
            "purpose": "How they test.", "attributes": ["Care"],
            "questions": [{ "key": "repository", "label": "Where is it?", "type": "URL", "required": true }],
        });
        let story = Story::begin(&app, kit.clone()).await;
        assert_eq!(story.sends(&app, None).await, json!([]));
        let seen = story.seen(&app, &story.recruiter).await;
        let questions = json!([{ "key": "repository", "label": "Where is it?" }]);
        assert_eq!(seen["kit"], json!({ "purpose": "How they test.", "attributes": ["Care"], "questions": questions }));
        assert_eq!(seen["form"]["questions"], questions);
        // What it is to find out is not the candidate's to read.
        let own = TestApp::applicant(story.application.id, story.application.candidate);
        assert_eq!(story.seen(&app, &own).await["kit"], Value::Null);
        let card = |name: &str| json!({ "stepId": story.step, "attributes": [{ "name": name, "rating": "YES" }] });
        let wrong = change(&app, &story.recruiter, "scorecardSave", card("Speed")).await;
        assert_eq!(wrong, json!([{ "code": "INVALID", "field": ["attributes", "0", "name"] }]));
        assert_eq!(change(&app, &story.recruiter, "scorecardSave", card("Care")).await, json!([]));
        let bad = json!({
            "applicationId": story.application.id.to_string(), "title": "More", "kind": "TASK", "participant": "CANDIDATE",
            "kit": { "attributes": ["Care", "Care"] },
        });
        let fault = json!([{ "code": "INVALID", "field": ["kit", "attributes", "1"] }]);
        assert_eq!(change(&app, &story.recruiter, "stepAdd", bad).await, fault);
    }

    async fn a_task_is_reminded_of_by_its_name(app: TestApp) {
        let story = Story::begin(&app, Value::Null).await;
        assert_eq!(story.sends(&app, Some("Read numbers.")).await, json!([]));
        app.clock.pass(TimeDelta::days(5));
        sweep(&app).step().await.unwrap();
        let mails = app.mails().await;
        for (kind, words) in [(LetterKind::FormSent, "Hand in by"), (LetterKind::FormReminded, "It has not reached us yet")] {
            let mail = mails.iter().find(|mail| mail.kind == kind.as_str()).unwrap();
            assert_eq!(mail.header("Subject"), Some("A small parser, for your application for Backend"));
            assert!(mail.text().contains(words), "{}", mail.text());
        }
        assert_eq!(app.steps(story.application.id).await[1].state, StepState::Requested);
        let manager = app.staff(Role::HiringManager, vacantia::domain::viewer::Reach::Organisation).await;
        assert_eq!(story.seen(&app, &manager).await["kit"]["purpose"], Value::Null);
    }
}
