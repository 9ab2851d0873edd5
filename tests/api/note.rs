//! Notes about applications: who reads them, whom they may mention, and what those hear of it.

use chrono::TimeDelta;
use serde_json::{Value, json};
use vacantia::actions::allotment;
use vacantia::domain::Viewer;
use vacantia::domain::email::LetterKind;
use vacantia::domain::event::{EventKind, Fact};
use vacantia::domain::id::{ApplicationId, UserId};
use vacantia::domain::viewer::{Reach, Role, Staff, TokenScope};
use vacantia::storage::event;

use crate::app::TestApp;

const ADD: &str = "mutation($input: NoteAddInput!) { done: noteAdd(input: $input) {
    note { id text author { id } application { id } mentions { user { id } readAt } } userErrors { code field } } }";
const READ: &str = "mutation($input: NoteReadInput!) { done: noteRead(input: $input) {
    note { mentions { user { id } readAt } } userErrors { code } } }";
const NOTES: &str = "query($id: ID!, $first: Int, $after: String, $last: Int, $before: String) { application(id: $id) {
    notes(first: $first, after: $after, last: $last, before: $before) {
        nodes { text author { name } mentions { user { name } } } pageInfo { hasNextPage endCursor startCursor } }
    viewerPermissions { canNote } } }";
const WORK: &str = "{ work { nodes { kind overdue dueAt note { id text } application { id } } } }";

/// What a note says that nobody hears but in the note.
const TEXT: &str = "Asks for a four-day week.\n<b>Zoologist</b> & more";

/// What an addition is answered: the note, or the codes of what was wrong with which field.
async fn added(app: &TestApp, by: &Viewer, input: Value) -> Result<Value, Vec<String>> {
    let answer = app.ask(by, ADD, json!({ "input": input })).await;
    assert!(answer.get("errors").is_none(), "{answer}");
    let done = &answer["data"]["done"];
    let errors = done["userErrors"].as_array().unwrap();
    if errors.is_empty() {
        return Ok(done["note"].clone());
    }
    let path = |error: &Value| -> Vec<String> {
        error["field"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|part| part.as_str().unwrap().to_owned())
            .collect()
    };
    Err(errors
        .iter()
        .map(|error| format!("{} {}", error["code"].as_str().unwrap(), path(error).join(".")))
        .collect())
}

fn note(application: ApplicationId, mentions: &[&Viewer]) -> Value {
    let mentions: Vec<String> = mentions.iter().map(|viewer| viewer.user().unwrap().to_string()).collect();
    json!({ "applicationId": application.to_string(), "text": TEXT, "mentions": mentions })
}

/// The texts of the notes that somebody is shown, and whether they may write one.
async fn notes(app: &TestApp, viewer: &Viewer, id: ApplicationId) -> (Vec<String>, Value) {
    let answer = app.ask(viewer, NOTES, json!({ "id": id.to_string() })).await;
    assert!(answer.get("errors").is_none(), "{answer}");
    let application = &answer["data"]["application"];
    let texts = application["notes"]["nodes"].as_array().into_iter().flatten();
    let texts = texts.map(|note| note["text"].as_str().unwrap().to_owned()).collect();
    (texts, application["viewerPermissions"]["canNote"].clone())
}

/// What awaits somebody of the kind that notes are.
async fn to_read(app: &TestApp, viewer: &Viewer) -> Vec<Value> {
    let answer = app.ask(viewer, WORK, json!({})).await;
    assert!(answer.get("errors").is_none(), "{answer}");
    let nodes = answer["data"]["work"]["nodes"].as_array().unwrap().iter();
    nodes.filter(|item| item["kind"] == "NOTE_MENTION").cloned().collect()
}

async fn read(app: &TestApp, viewer: &Viewer, id: &Value) -> Value {
    let answer = app.ask(viewer, READ, json!({ "input": { "noteId": id } })).await;
    answer["data"]["done"].clone()
}

/// The same person with other roles, or with a token for something else.
fn as_other(viewer: &Viewer, change: impl FnOnce(&mut Staff)) -> Viewer {
    let mut staff = viewer.staff().unwrap().clone();
    change(&mut staff);
    Viewer::Staff(staff)
}

both! {
    async fn whoever_is_mentioned_hears_of_it_and_reads_it_once(app: TestApp) {
        let recruiter = app.recruiter().await;
        let posted = app.posting("Night nurse").hiring("Ward", 1).open().await;
        let id = app.apply(posted.id, "Zerafina").await.id;
        allotment::allot(app.act(&recruiter), id, posted.team(), None).await.unwrap();
        let manager = app.staff(Role::HiringManager, Reach::Team(posted.team())).await;
        let other = app.recruiter().await;
        let mut input = note(id, &[&manager, &other]);
        input["text"] = format!("  {TEXT}\r\n").into();
        let written = added(&app, &recruiter, input).await.unwrap();
        assert_eq!((written["text"].as_str(), &written["application"]["id"]), (Some(TEXT), &json!(id.to_string())));
        assert_eq!(written["author"]["id"], json!(recruiter.user().unwrap().to_string()));

        let letters = app.letters(id).await;
        assert_eq!(letters, [LetterKind::ApplicationReceived, LetterKind::NoteMentioned, LetterKind::NoteMentioned]);
        let mut to = app.texts("SELECT user_id AS text FROM email_message WHERE kind = 'noteMentioned'").await;
        let mut both: Vec<String> = [&manager, &other].map(|who| who.user().unwrap().to_string()).into();
        to.sort();
        both.sort();
        assert_eq!(to, both);
        for raw in mails(&app).await {
            let subject = raw.lines().find(|line| line.starts_with("Subject: ")).unwrap();
            assert!(subject.contains("mentioned you in a note: Night nurse"), "{subject}");
            assert!(!subject.contains("Zerafina"), "{subject}");
            assert!(raw.contains(&id.to_string()) && raw.contains("Zerafina"), "{raw}");
            assert!(!raw.contains("four-day") && !raw.contains("Zoologist") && !raw.contains(written["id"].as_str().unwrap()));
        }

        for reader in [&manager, &other] {
            let item = &to_read(&app, reader).await[0];
            assert_eq!((&item["note"]["text"], &item["overdue"], &item["dueAt"]), (&json!(TEXT), &json!(false), &Value::Null));
            assert_eq!((&item["note"]["id"], &item["application"]["id"]), (&written["id"], &json!(id.to_string())));
        }
        assert!(to_read(&app, &recruiter).await.is_empty());
        app.clock.pass(TimeDelta::hours(1));
        let now = app.now();
        for _ in 0..2 {
            let done = read(&app, &manager, &written["id"]).await;
            assert_eq!(done["userErrors"], json!([]));
            let mentions = done["note"]["mentions"].as_array().unwrap();
            let when = |who: &Viewer| {
                let who = json!(who.user().unwrap().to_string());
                mentions.iter().find(|mention| mention["user"]["id"] == who).unwrap()["readAt"].clone()
            };
            assert_eq!(when(&manager), json!(now.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)));
            assert_eq!(when(&other), Value::Null);
            // Said again later, it was read when it was read.
            app.clock.pass(TimeDelta::hours(1));
        }
        assert!(to_read(&app, &manager).await.is_empty());
        assert_eq!(to_read(&app, &other).await.len(), 1);
        assert_eq!(read(&app, &recruiter, &written["id"]).await["userErrors"][0]["code"], "FORBIDDEN");

        let happened = event::after(&app.store, 0, 1000).await.unwrap();
        let happened: Vec<_> = happened.iter().filter(|one| matches!(one.kind, EventKind::NoteAdded | EventKind::NoteRead)).collect();
        let noted = ("note".to_owned(), Fact::Word(written["id"].as_str().unwrap().to_owned()));
        let facts: Vec<_> = happened.iter().map(|one| one.facts.clone()).collect();
        assert_eq!(facts, [vec![("mentions".to_owned(), Fact::Count(2)), noted.clone()], vec![noted]]);
        assert_eq!(happened[1].actor, manager.key());
    }

    async fn notes_are_for_those_who_recruit_and_manage_there(app: TestApp) {
        let recruiter = app.recruiter().await;
        let posted = app.posting("Night nurse").hiring("Ward", 1).hiring("Clinic", 1).open().await;
        let other = app.posting("Cook").hiring("Kitchen", 1).open().await;
        let ada = app.apply(posted.id, "Ada").await;
        let id = ada.id;
        allotment::allot(app.act(&recruiter), id, posted.team(), None).await.unwrap();
        let here = Reach::Posting(posted.id);
        let manager = app.staff(Role::HiringManager, Reach::Team(posted.team())).await;
        let theirs = app.staff(Role::Recruiter, here).await;
        let elsewhere = app.staff(Role::HiringManager, Reach::Team(posted.teams[1].team)).await;
        let far = app.staff(Role::Recruiter, Reach::Posting(other.id)).await;
        let interviewer = app.staff(Role::Interviewer, here).await;
        let admin = app.staff(Role::Admin, Reach::Organisation).await;
        let approver = app.staff(Role::Approver, Reach::Organisation).await;
        let reader = as_other(&recruiter, |staff| staff.scopes = vec![TokenScope::Read]);
        let candidate = TestApp::applicant(id, ada.candidate);
        for writer in [&recruiter, &manager, &theirs] {
            assert!(added(&app, writer, note(id, &[])).await.is_ok(), "{writer:?}");
        }
        for (who, code) in [(&elsewhere, "NOT_FOUND "), (&far, "NOT_FOUND "), (&approver, "NOT_FOUND "), (&Viewer::Anonymous, "NOT_FOUND "),
            (&interviewer, "FORBIDDEN "), (&admin, "FORBIDDEN "), (&reader, "FORBIDDEN "), (&candidate, "FORBIDDEN ")] {
            assert_eq!(added(&app, who, note(id, &[])).await.unwrap_err(), [code], "{who:?}");
        }
        for (who, may_write) in [(&recruiter, true), (&manager, true), (&theirs, true), (&reader, false)] {
            assert_eq!(notes(&app, who, id).await, (vec![TEXT.to_owned(); 3], json!(may_write)), "{who:?}");
        }
        for who in [&interviewer, &admin, &candidate] {
            assert_eq!(notes(&app, who, id).await, (Vec::new(), json!(false)), "{who:?}");
        }
        // Only those can be mentioned who read the notes anyway.
        let unfit: Vec<&Viewer> = vec![&manager, &elsewhere, &far, &interviewer, &admin, &approver, &recruiter, &theirs];
        let wrong = ["INVALID mentions.1", "INVALID mentions.2", "INVALID mentions.3", "INVALID mentions.4", "INVALID mentions.5"];
        let by = app.recruiter().await;
        assert_eq!(added(&app, &by, note(id, &unfit)).await.unwrap_err(), wrong);
        let mut strange = note(id, &[&manager]);
        let nobody = UserId::new(app.now(), &*app.chance).to_string();
        for text in [nobody.as_str(), "user_1", id.to_string().as_str()] {
            strange["mentions"] = json!([strange["mentions"][0], text]);
            assert_eq!(added(&app, &by, strange.clone()).await.unwrap_err(), ["INVALID mentions.1"], "{text}");
        }
        assert_eq!(added(&app, &by, note(id, &[&by, &manager, &manager])).await.unwrap_err(), ["INVALID mentions.0", "INVALID mentions.2"]);
        assert_eq!(added(&app, &by, note(id, &[&manager; 21])).await.unwrap_err(), ["INVALID mentions"]);
        for text in [" \n", "\u{200b}"] {
            let empty = json!({ "applicationId": id.to_string(), "text": text });
            assert_eq!(added(&app, &by, empty).await.unwrap_err(), ["REQUIRED text"]);
        }
        let long = json!({ "applicationId": id.to_string(), "text": "é".repeat(10_001) });
        assert_eq!(added(&app, &by, long).await.unwrap_err(), ["INVALID text"]);
        assert_eq!(app.count("note").await, 3);
        assert_eq!(app.letters(id).await, [LetterKind::ApplicationReceived]);

        // A mention gives nothing to those whose role has ended, or whose team the application has left.
        let written = added(&app, &by, note(id, &[&manager, &theirs])).await.unwrap();
        let former = as_other(&theirs, |staff| staff.grants.clear());
        assert!(to_read(&app, &former).await.is_empty());
        assert_eq!(read(&app, &former, &written["id"]).await["userErrors"][0]["code"], "NOT_FOUND");
        allotment::allot(app.act(&recruiter), id, posted.teams[1].team, None).await.unwrap();
        assert!(to_read(&app, &manager).await.is_empty());
        assert_eq!(read(&app, &manager, &written["id"]).await["userErrors"][0]["code"], "NOT_FOUND");
        assert_eq!(to_read(&app, &theirs).await.len(), 1);
        for who in [&interviewer, &admin, &far, &candidate] {
            let answer = read(&app, who, &written["id"]).await;
            assert_eq!(answer["userErrors"][0]["code"], "NOT_FOUND", "{who:?}");
        }
    }

    async fn a_repeated_request_adds_one_note(app: TestApp) {
        let (recruiter, other) = (app.recruiter().await, app.recruiter().await);
        let posted = app.posting("Night nurse").hiring("Ward", 1).open().await;
        let id = app.apply(posted.id, "Ada").await.id;
        let mut input = note(id, &[&other]);
        input["idempotencyKey"] = "once".into();
        let first = added(&app, &recruiter, input.clone()).await.unwrap();
        assert_eq!(added(&app, &recruiter, input.clone()).await.unwrap(), first);
        for (field, value) in [("text", json!("Another.")), ("mentions", json!([]))] {
            let mut changed = input.clone();
            changed[field] = value;
            assert_eq!(added(&app, &recruiter, changed).await.unwrap_err(), ["IDEMPOTENCY_MISMATCH "], "{field}");
        }
        assert_eq!((app.count("note").await, app.count("note_mention").await), (1, 1));
        assert_eq!(app.letters(id).await.len(), 2);
        // Under a key of their own, others add theirs.
        let mut theirs = note(id, &[]);
        theirs["idempotencyKey"] = "once".into();
        assert_ne!(added(&app, &other, theirs).await.unwrap()["id"], first["id"]);
    }

    async fn notes_page_newest_first_in_a_constant_number_of_statements(app: TestApp) {
        let (recruiter, other) = (app.recruiter().await, app.recruiter().await);
        let posted = app.posting("Night nurse").hiring("Ward", 1).open().await;
        let (ada, bo) = (app.apply(posted.id, "Ada").await.id, app.apply(posted.id, "Bo").await.id);
        let write = async |id: ApplicationId, text: &str| {
            app.clock.pass(TimeDelta::milliseconds(1));
            let mut input = note(id, &[&other]);
            input["text"] = text.into();
            added(&app, &recruiter, input).await.unwrap();
        };
        let list = "{ applications { nodes { notes(first: 3) { nodes { text author { name } mentions { user { name } } }
            pageInfo { hasNextPage } } } } }";
        let cost = async || {
            let mut best = u64::MAX;
            for _ in 0..3 {
                let before = app.store.reading().statements;
                let answer = app.ask(&recruiter, list, json!({})).await;
                assert!(answer.get("errors").is_none(), "{answer}");
                best = best.min(app.store.reading().statements - before);
            }
            best
        };
        write(ada, "Ada 0").await;
        let few = cost().await;
        for number in 1..7 {
            write(ada, &format!("Ada {number}")).await;
            write(bo, &format!("Bo {number}")).await;
        }
        assert_eq!(cost().await, few);
        assert!(few <= 5, "{few} statements");
        let answer = app.ask(&recruiter, list, json!({})).await;
        let shown: Vec<Vec<&str>> = answer["data"]["applications"]["nodes"].as_array().unwrap().iter()
            .map(|one| one["notes"]["nodes"].as_array().unwrap().iter().map(|note| note["text"].as_str().unwrap()).collect())
            .collect();
        assert_eq!(shown, [["Bo 6", "Bo 5", "Bo 4"], ["Ada 6", "Ada 5", "Ada 4"]]);

        let all: Vec<String> = (0..7).rev().map(|number| format!("Ada {number}")).collect();
        assert_eq!(notes(&app, &recruiter, ada).await.0, all);
        for (size, from, end) in [("first", "after", "endCursor"), ("last", "before", "startCursor")] {
            let (mut found, mut cursor) = (Vec::<String>::new(), Value::Null);
            while found.len() < all.len() {
                let variables = json!({ "id": ada.to_string(), size: 3, from: cursor });
                let page = app.ask(&recruiter, NOTES, variables).await["data"]["application"]["notes"].clone();
                cursor = page["pageInfo"][end].clone();
                let texts = page["nodes"].as_array().unwrap().iter().map(|note| note["text"].as_str().unwrap().to_owned());
                let at = if size == "first" { found.len() } else { 0 };
                found.splice(at..at, texts.collect::<Vec<_>>()).for_each(drop);
            }
            assert_eq!(found, all, "{size}");
        }
        let bad = app.ask(&recruiter, NOTES, json!({ "id": ada.to_string(), "first": 101 })).await;
        assert_eq!(bad["errors"][0]["extensions"]["code"], "INVALID");
    }
}

/// The letters about notes as they were frozen, decoded as far as these tests look.
async fn mails(app: &TestApp) -> Vec<String> {
    #[derive(sea_orm::FromQueryResult)]
    struct Row {
        raw: Vec<u8>,
    }
    let sql = "SELECT raw FROM email_message WHERE kind = 'noteMentioned'";
    let rows = vacantia::storage::dialect::query_all::<Row>(&app.store, sql, []).await.unwrap();
    assert_eq!(rows.len(), 2);
    rows.into_iter()
        .map(|row| String::from_utf8(row.raw).unwrap().replace("=\r\n", "").replace("\r\n ", " "))
        .collect()
}
