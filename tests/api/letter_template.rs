//! The organisation's own words for letters: saved, tried, versioned, chosen by language, and safe whatever stands in them.

use chrono::TimeDelta;
use serde_json::{Value, json};
use vacantia::actions::application::{Submission, submit};
use vacantia::domain::Viewer;
use vacantia::domain::viewer::{Reach, Role};
use vacantia::storage::dialect;

use crate::app::TestApp;
use crate::browser::form;
use crate::offering::{refused, short};
use crate::seed::Posted;

const FIELDS: &str = "letterTemplate { kind language version subject body versions { version subject } } userErrors { code field message }";

async fn change(app: &TestApp, who: &Viewer, mutation: &str, fields: &str, input: Value) -> Value {
    let name = format!("{}{}", mutation[..1].to_uppercase(), &mutation[1..]);
    let query = format!("mutation($input: {name}Input!) {{ {mutation}(input: $input) {{ {fields} }} }}");
    let answer = app.ask(who, &query, json!({ "input": input })).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    answer["data"][mutation].clone()
}

async fn save(app: &TestApp, who: &Viewer, kind: &str, language: &str, words: (&str, &str)) -> Value {
    let input = json!({ "kind": kind, "language": language, "subject": words.0, "body": words.1 });
    change(app, who, "letterTemplateSave", FIELDS, input).await
}

/// The newest mail of a kind, as it would leave.
async fn raw(app: &TestApp, kind: &str) -> String {
    #[derive(sea_orm::FromQueryResult)]
    struct Row {
        raw: Vec<u8>,
    }
    let sql = format!(
        "SELECT raw FROM email_message WHERE kind = '{kind}' ORDER BY created_at DESC, id DESC LIMIT 1"
    );
    let raw = dialect::query_one::<Row>(&app.store, &sql, []).await.unwrap().unwrap().raw;
    String::from_utf8(raw).unwrap()
}

async fn written_in(app: &TestApp, kind: &str) -> String {
    let sql = format!(
        "SELECT coalesce(template_language || ' ' || template_version, 'ours') AS text FROM email_message WHERE kind = '{kind}' \
         ORDER BY created_at DESC, id DESC"
    );
    app.texts(&sql).await.remove(0)
}

async fn posted(app: &TestApp) -> Posted {
    app.posting("Backend Developer").hiring("Plan", 5).with_stages(short()).open().await
}

async fn applies(app: &TestApp, posted: &Posted, name: &str, language: Option<&str>) {
    let mut submission = app.submission(posted.id, name);
    submission.language = language.map(str::to_owned);
    app.clock.pass(TimeDelta::milliseconds(1));
    submit(app.act(&Viewer::Anonymous), submission).await.unwrap();
}

both! {
    async fn an_offer_is_written_in_the_organisations_own_words(app: TestApp) {
        let desk = app.desk().await;
        let admin = app.staff(Role::Admin, Reach::Organisation).await;
        let posted = posted(&app).await;
        let body = "Ciao {{ name }},\n\nyou are *wanted* in {{ team }}.\n\n[Look here]({{ link }})\n\nUntil {{ deadline }}.";
        let saved = save(&app, &admin, "OFFER", "en", ("Come, {{ role }}!", body)).await;
        assert_eq!((&saved["userErrors"], &saved["letterTemplate"]["version"]), (&json!([]), &json!(1)));
        desk.sent(&posted, "Zoë *O'Hara*").await;
        let mail = raw(&app, "offer").await;
        assert!(mail.contains("Subject: Come, Backend Developer!\r\n"), "{mail}");
        assert_eq!(written_in(&app, "offer").await, "en 1");
        for words in ["you are wanted in Plan.", "you are <em>wanted</em> in Plan.", "Look here:\r\nhttp", "class=3D\"go\""] {
            assert!(mail.contains(words), "{words}: {mail}");
        }
        assert!(!mail.contains("<em>O'Hara"), "what is put in is never read as Markdown");
        assert_eq!(written_in(&app, "applicationReceived").await, "ours");
        let query = "{ emailMessages(first: 5, filter: { kind: OFFER }) { nodes { templateLanguage templateVersion } } }";
        let seen = app.ask(&admin, query, json!({})).await;
        let node = &seen["data"]["emailMessages"]["nodes"][0];
        assert_eq!(node, &json!({ "templateLanguage": "en", "templateVersion": 1 }));
        app.check_invariants().await;
    }

    async fn versions_follow_each_other_and_can_be_taken_back(app: TestApp) {
        let admin = app.staff(Role::Admin, Reach::Organisation).await;
        let words = |subject| (subject, "[Your application]({{ link }})");
        let kind = "APPLICATION_RECEIVED";
        for (subject, version) in [("One", 1), ("Two", 2), ("Two", 2)] {
            let saved = save(&app, &admin, kind, "en", words(subject)).await;
            assert_eq!(saved["letterTemplate"]["version"], version, "the same words are no new version");
        }
        let stale = json!({ "kind": kind, "language": "en", "subject": "Three", "body": "[x]({{ link }})", "expectedVersion": 1 });
        let refused = change(&app, &admin, "letterTemplateSave", FIELDS, stale).await;
        assert_eq!(refused["userErrors"][0]["code"], "STALE");
        let posted = posted(&app).await;
        applies(&app, &posted, "Ada", None).await;
        assert!(raw(&app, "applicationReceived").await.contains("Subject: Two\r\n"));
        let back = json!({ "kind": kind, "language": "en", "expectedVersion": 2 });
        let reset = change(&app, &admin, "letterTemplateReset", FIELDS, back.clone()).await;
        let template = &reset["letterTemplate"];
        assert_eq!((&template["version"], &template["subject"]), (&json!(3), &Value::Null), "{reset}");
        let subjects = json!([
            { "version": 3, "subject": null }, { "version": 2, "subject": "Two" }, { "version": 1, "subject": "One" },
        ]);
        assert_eq!(template["versions"], subjects);
        applies(&app, &posted, "Bea", None).await;
        assert_eq!(written_in(&app, "applicationReceived").await, "ours");
        let again = json!({ "kind": kind, "language": "en" });
        assert_eq!(change(&app, &admin, "letterTemplateReset", FIELDS, again).await["userErrors"][0]["code"], "NOT_FOUND");
        let listed = app.ask(&admin, "{ letterTemplates { kind language version body savedBy { name } } }", json!({})).await;
        assert_eq!(listed["data"]["letterTemplates"].as_array().unwrap().len(), 1);
    }

    async fn a_letter_is_in_the_readers_language_where_there_are_words_in_it(app: TestApp) {
        let admin = app.staff(Role::Admin, Reach::Organisation).await;
        let kind = "APPLICATION_RECEIVED";
        for (language, subject) in [("pt", "Chegou"), ("de", "Angekommen"), ("en", "Here")] {
            save(&app, &admin, kind, language, (subject, "{{ greeting }}\n\n[x]({{ link }})")).await;
        }
        let posted = posted(&app).await;
        for (name, language, subject, tag) in [
            ("Ada", Some("pt-BR"), "Chegou", "pt"),
            ("Bea", Some("de"), "Angekommen", "de"),
            ("Cleo", Some("fr"), "Here", "en"),
            ("Dan", None, "Here", "en"),
        ] {
            applies(&app, &posted, name, language).await;
            let mail = raw(&app, "applicationReceived").await;
            assert!(mail.contains(&format!("Subject: {subject}\r\n")), "{name}: {mail}");
            assert!(mail.contains(&format!("Content-Language: {tag}\r\n")) && mail.contains(&format!("<html lang=3D\"{tag}\">")));
        }
        let bad = Submission { language: Some("german!".into()), ..app.submission(posted.id, "Eve") };
        let given = submit(app.act(&Viewer::Anonymous), bad).await;
        assert_eq!(refused(given), "INVALID");
        let words = ("Ja", "{{ team }} bis {{ deadline }}: [x]({{ link }})");
        save(&app, &admin, "OFFER", "de", words).await;
        let desk = app.desk().await;
        app.beside("UPDATE application SET language = 'de'").await;
        let offer = desk.sent(&posted, "Fay").await;
        assert_eq!(written_in(&app, "offer").await, "ours", "Fay said nothing, and there are no English words");
        app.beside("UPDATE application SET language = 'de-AT'").await;
        let resend = json!({ "offerId": offer.id.to_string() });
        change(&app, &desk.recruiter, "offerResend", "userErrors { code }", resend).await;
        assert_eq!(written_in(&app, "offer").await, "de 1");
        let mail = raw(&app, "offer").await;
        assert!(mail.contains("Plan bis 2027-01-29, 09:00 (Europe/Berlin)"), "no English words for days: {mail}");
    }

    async fn the_application_form_notes_which_language_a_browser_asks_for(app: TestApp) {
        posted(&app).await;
        let path = format!("/jobs/{}/apply", app.texts("SELECT slug AS text FROM posting").await.remove(0));
        let nonce = app.get(&path).await.hidden("nonce").to_owned();
        let request = form(&path, &[("nonce", &nonce), ("name", "Bea"), ("email", "bea@example.org")]);
        let seen = app.send(request.insert_header(("accept-language", "de-CH, en;q=0.5"))).await;
        assert_eq!(seen.status, 303, "{}", seen.text());
        assert_eq!(app.texts("SELECT language AS text FROM application").await, ["de-CH"]);
    }

    async fn words_are_tried_before_they_are_saved(app: TestApp) {
        let admin = app.staff(Role::Admin, Reach::Organisation).await;
        let fields = "letter { subject text html } userErrors { code field message }";
        let good = json!({ "kind": "OFFER", "language": "en", "subject": "For {{ name }}", "body": "[Go]({{ link }})" });
        let shown = change(&app, &admin, "letterTemplatePreview", fields, good).await;
        assert_eq!(shown["letter"]["subject"], "For Robin Sample");
        assert!(shown["letter"]["html"].as_str().unwrap().contains("<p class=\"go\"><a href=\"https://jobs.example.com/sample\">Go</a></p>"));
        let bad = json!({ "kind": "APPROVAL_GIVEN", "language": "x", "subject": "", "body": "\u{0}" });
        for mutation in ["letterTemplatePreview", "letterTemplateSave"] {
            let refused = change(&app, &admin, mutation, "userErrors { code field message }", bad.clone()).await;
            let fields: Vec<_> = refused["userErrors"].as_array().unwrap().iter().map(|fault| fault["field"][0].clone()).collect();
            assert_eq!(fields, ["kind", "language", "subject", "body"], "{refused}");
        }
        let wrong = save(&app, &admin, "OFFER", "en", ("Hi", "{{ salary }} [x]({{ link }})")).await;
        let message = wrong["userErrors"][0]["message"].as_str().unwrap();
        assert!(message.contains("greeting, name, organisation, role, team, deadline, link (line 1)"), "{message}");
        assert_eq!(app.count("letter_template").await, 0);
        let kinds = app.ask(&Viewer::Anonymous, "{ letterTemplateKinds { kind variables { name required always sample about } } }", json!({})).await;
        let kinds = kinds["data"]["letterTemplateKinds"].as_array().unwrap().clone();
        let code = kinds.iter().find(|kind| kind["kind"] == "OFFER_CODE").unwrap();
        let required: Vec<_> = code["variables"].as_array().unwrap().iter().filter(|one| one["required"] == true).collect();
        assert!(required.len() == 1 && required[0]["name"] == "code", "{code}");
    }

    async fn words_that_fail_after_all_hold_up_no_letter(app: TestApp) {
        let admin = app.staff(Role::Admin, Reach::Organisation).await;
        save(&app, &admin, "APPLICATION_RECEIVED", "en", ("Hi", "[x]({{ link }})")).await;
        app.beside("UPDATE letter_template SET body = '{{ gone }}'").await;
        let posted = posted(&app).await;
        applies(&app, &posted, "Ada", None).await;
        assert_eq!(written_in(&app, "applicationReceived").await, "ours");
        assert!(raw(&app, "applicationReceived").await.contains("Dear Ada,"));
    }

    async fn only_who_sets_the_organisation_up_writes_its_words(app: TestApp) {
        let posted = posted(&app).await;
        let manager = app.staff(Role::HiringManager, Reach::Organisation).await;
        let admin = app.staff(Role::Admin, Reach::Organisation).await;
        let of_one = app.staff(Role::Recruiter, Reach::Posting(posted.id)).await;
        save(&app, &admin, "OFFER", "en", ("Yes", "[x]({{ link }})")).await;
        for who in [&manager, &of_one, &Viewer::Anonymous] {
            let refused = save(&app, who, "OFFER", "en", ("No", "[x]({{ link }})")).await;
            assert_eq!(refused["userErrors"][0]["code"], "FORBIDDEN", "{who:?}");
            let seen = app.ask(who, "{ letterTemplates { subject } }", json!({})).await;
            assert_eq!(seen["data"]["letterTemplates"], json!([]), "{who:?}");
        }
    }
}
