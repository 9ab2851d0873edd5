//! Offers over GraphQL: from the draft to the hire, in the words of a frontend.

use serde_json::{Value, json};
use vacantia::actions::offer::{self, Update};
use vacantia::domain::Viewer;

use crate::app::TestApp;
use crate::offering::{SECRET_REMARKS, offeree, short, wording};

const FIELDS: &str = "offer { id version status revision termsHash letter opening { status }
    message { status attempts lastReply } approvals { decision } terms { title team pay { amountMinor currency }
    employer bonuses { kind amount { amountMinor currency } words } equity benefits clauses { title text } remarks } }
    userErrors { code field }";

/// Asks for one mutation and gives its payload; nothing may fail but by a user error.
async fn change(app: &TestApp, viewer: &Viewer, mutation: &str, input: Value) -> Value {
    let name = mutation[..1].to_uppercase() + &mutation[1..];
    let query = format!("mutation($input: {name}Input!) {{ {mutation}(input: $input) {{ {FIELDS} }} }}");
    let answer = app.ask(viewer, &query, json!({ "input": input })).await;
    assert!(answer.get("errors").is_none(), "{answer}");
    answer["data"][mutation].clone()
}

fn terms() -> Value {
    json!({
        "title": "Backend Developer", "pay": { "amountMinor": "7200000", "currency": "EUR" }, "interval": "YEAR",
        "employmentType": "FULL_TIME", "startOn": "2027-04-01", "place": "Remote", "remarks": SECRET_REMARKS,
        "employer": "Hollow Oak GmbH", "equity": "400 options.", "benefits": ["A train card"],
        "bonuses": [{ "kind": "YEARLY", "amount": { "amountMinor": "500000", "currency": "EUR" }, "words": "by results" }],
        "clauses": [{ "title": "Paid leave", "text": "30 days." }],
    })
}

both! {
    async fn an_offer_goes_from_draft_to_hire(app: TestApp) {
        let desk = app.desk().await;
        let posted = app.posting("Backend").hiring("Create", 1).with_stages(short()).open().await;
        let application = desk.ready(&posted, "Ada").await;
        let create = json!({
            "applicationId": application.id.to_string(), "terms": terms(), "expiresAt": desk.in_days(7),
            "idempotencyKey": "draft-1",
        });
        let drafted = change(&app, &desk.recruiter, "offerCreate", create.clone()).await;
        let again = change(&app, &desk.recruiter, "offerCreate", create.clone()).await;
        assert_eq!(drafted["offer"]["id"], again["offer"]["id"]);
        let mut other = create;
        other["terms"]["title"] = "Another".into();
        let mismatch = change(&app, &desk.recruiter, "offerCreate", other).await;
        assert_eq!(mismatch["userErrors"][0]["code"], "IDEMPOTENCY_MISMATCH");
        let said = &drafted["offer"]["terms"];
        assert_eq!(said["team"], "Create");
        for field in ["title", "pay", "employer", "bonuses", "equity", "benefits", "clauses", "remarks"] {
            assert_eq!(said[field], terms()[field], "{field}");
        }
        assert_eq!(drafted["offer"]["opening"], Value::Null);
        let id = drafted["offer"]["id"].as_str().unwrap();
        let asked = desk.approver.user().unwrap().to_string();
        let submit = json!({ "offerId": id, "expectedRevision": 1, "approverId": asked });
        let held = change(&app, &desk.recruiter, "offerSubmit", submit).await["offer"].clone();
        assert_eq!((&held["status"], &held["opening"]["status"]), (&json!("PENDING_APPROVAL"), &json!("HELD")));
        let approve = json!({ "offerId": id, "termsHash": held["termsHash"] });
        let approved = change(&app, &desk.approver, "offerApprove", approve).await["offer"].clone();
        assert_eq!(approved["approvals"], json!([{ "decision": "ACCEPTED" }]));
        let send = json!({ "offerId": id, "expectedRevision": approved["revision"], "idempotencyKey": "send-1" });
        let sent = change(&app, &desk.recruiter, "offerSend", send).await["offer"].clone();
        assert_eq!(sent["message"], json!({ "status": "QUEUED", "attempts": 0, "lastReply": null }));
        let me = offeree(&app.offer(id.parse().unwrap()).await);
        let accept = json!({
            "offerId": id, "termsHash": sent["termsHash"], "typedName": "Ada", "consent": "accept-1", "nonce": "n-1",
        });
        let hired = change(&app, &me, "offerAccept", accept.clone()).await["offer"].clone();
        assert_eq!(hired["status"], "ACCEPTED");
        assert_eq!(change(&app, &me, "offerAccept", accept).await["offer"], hired);
        for words in ["EUR 72,000 per year", "EUR 5,000 per year: by results", "- A train card", "Paid leave\n30 days."] {
            assert!(hired["letter"].as_str().unwrap().contains(words), "{words}");
        }
        for hidden in ["opening", "message"] {
            assert_eq!(hired[hidden], Value::Null, "{hidden} is for staff");
        }
        let undo = json!({ "applicationId": application.id.to_string(), "reason": "Took another job." });
        let undone = change(&app, &desk.recruiter, "hireUndo", undo).await;
        assert_eq!(undone["offer"]["status"], "ACCEPTED");
        app.check_invariants().await;
    }

    async fn a_candidate_reads_the_version_that_was_sent_and_nothing_of_the_next(app: TestApp) {
        let desk = app.desk().await;
        let posted = app.posting("Backend").hiring("Create", 1).with_stages(short()).open().await;
        let sent = desk.sent(&posted, "Ada").await;
        let wording = wording("Staff Developer");
        let next = Update { offer: sent.id, revision: None, wording, expires_at: None };
        offer::update(app.act(&desk.recruiter), next).await.unwrap();
        let query = "query($id: ID!) { offer(id: $id) { version terms { title } versions { number approvalRequests { id } }
            approvals { id } evidence { ip } reason consent { key text } } node(id: $id) { id } }";
        let read = |viewer: Viewer| {
            let (app, id) = (&app, sent.id.to_string());
            async move { app.ask(&viewer, query, json!({ "id": id })).await["data"].clone() }
        };
        let mine = read(offeree(&sent)).await;
        assert_eq!(mine["offer"]["terms"]["title"], "Backend Developer");
        assert_eq!(mine["offer"]["versions"], json!([{ "number": 1, "approvalRequests": [] }]));
        assert_eq!((&mine["offer"]["version"], &mine["offer"]["approvals"]), (&json!(1), &json!([])));
        assert_eq!(mine["offer"]["consent"]["key"], "accept-1");
        let staff = read(desk.recruiter.clone()).await;
        assert_eq!((&staff["offer"]["version"], &staff["node"]["id"]), (&json!(2), &json!(sent.id.to_string())));
        assert_eq!(read(Viewer::Anonymous).await, json!({ "offer": null, "node": null }));
    }

    async fn offers_of_many_applications_take_as_many_statements_as_of_one(app: TestApp) {
        let desk = app.desk().await;
        let posted = app.posting("Backend").hiring("Create", 12).with_stages(short()).open().await;
        let query = "{ applications(first: 50) { nodes { id offers { id status terms { title } approvals { id }
            versions { number } message { status } opening { status } team { name } application { id } } } } }";
        let mut counts = Vec::new();
        for wanted in [1, 9] {
            while app.count("offer").await < wanted {
                desk.sent(&posted, &format!("Ada {}", app.count("offer").await)).await;
            }
            // Reads of one level come together where those before them end together: the fewest of three are what counts.
            let mut fewest = u64::MAX;
            for _ in 0..3 {
                let before = app.store.statements();
                let answer = app.ask(&desk.recruiter, query, json!({})).await;
                fewest = fewest.min(app.store.statements() - before);
                let nodes = answer["data"]["applications"]["nodes"].as_array().unwrap();
                let shown = nodes.iter().filter(|node| node["offers"][0]["message"]["status"] == "QUEUED").count();
                assert_eq!(i64::try_from(shown).unwrap(), wanted, "{answer}");
            }
            counts.push(fewest);
        }
        assert_eq!(counts[0], counts[1]);
    }
}
