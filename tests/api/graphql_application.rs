//! Applications over GraphQL, as frontends and candidates use them.

use serde_json::{Value, json};
use vacantia::actions::allotment::allot;
use vacantia::actions::application::{Decline, Notice, decline};
use vacantia::actions::step::{Which, waive};
use vacantia::domain::Viewer;
use vacantia::domain::id::{ApplicationId, CandidateId, PostingId};
use vacantia::domain::plan::HiringPlan;
use vacantia::domain::posting::PlanVersion;
use vacantia::domain::question::QuestionType;
use vacantia::domain::viewer::{Reach, Role};
use vacantia::storage::{self, dialect};

use crate::app::TestApp;
use crate::seed::Posted;
use crate::submission::question;

const SUBMIT: &str = "mutation($input: ApplicationSubmitInput!) { applicationSubmit(input: $input) { \
    receipt { receivedAt applicationId } userErrors { code field } } }";

async fn submit(app: &TestApp, viewer: &Viewer, input: Value) -> Value {
    let answer = app.ask(viewer, SUBMIT, json!({ "input": input })).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    answer["data"]["applicationSubmit"].clone()
}

/// The answer's data, which nothing was wrong with.
async fn data(app: &TestApp, viewer: &Viewer, query: &str, variables: Value) -> Value {
    let answer = app.ask(viewer, query, variables).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    answer["data"].clone()
}

/// Adds so many applications to the first stage, each of a person of its own.
async fn crowd(app: &TestApp, posted: &Posted, number: usize) {
    let now = app.now();
    let (posting, plan) = (posted.id, posted.plan.version);
    for chunk in (0..number).collect::<Vec<_>>().chunks(100) {
        let rows: Vec<_> = chunk
            .iter()
            .map(|place| {
                (
                    ApplicationId::new(now, &*app.chance),
                    CandidateId::new(now, &*app.chance),
                    format!("Person {place}"),
                )
            })
            .collect();
        let rows = &rows;
        app.put(|tx| async move {
            let people = rows.iter().flat_map(|(_, id, name)| [(*id).into(), name.as_str().into(), now.into()]);
            let sql = format!("INSERT INTO candidate (id, name, created_at) VALUES {}", dialect::places(rows.len(), 3));
            dialect::execute(&tx, &sql, people.collect::<Vec<sea_orm::Value>>()).await?;
            let came = rows.iter().flat_map(|(id, person, _)| -> [sea_orm::Value; 11] {
                [
                    (*id).into(),
                    posting.into(),
                    (*person).into(),
                    plan.plan.into(),
                    plan.number.into(),
                    "active".into(),
                    0.into(),
                    1.into(),
                    now.into(),
                    "careers".into(),
                    false.into(),
                ]
            });
            let sql = format!(
                "INSERT INTO application (id, posting_id, candidate_id, plan_id, plan_version, status, stage, \
                 revision, applied_at, source, repeated) VALUES {}",
                dialect::places(rows.len(), 11)
            );
            dialect::execute(&tx, &sql, came.collect::<Vec<_>>()).await?;
            Ok(())
        })
        .await;
    }
}

const BOARD: &str = "{ postings(first: 5) { nodes { title teams { team { name } openVacancies } pipeline { key stage \
    count applications(first: 10) { nodes { id appliedAt candidate { name contact { email } } currentTeam { name } \
    steps { step { title } status } viewerPermissions { canMove } } } } } } }";

both! {
    async fn an_application_comes_in_and_is_read(app: TestApp) {
        let posted = app
            .posting("Backend")
            .hiring("Create", 1)
            .asking(question("why", QuestionType::Prose, true))
            .open()
            .await;
        let recruiter = app.recruiter().await;
        let posting = posted.id.to_string();
        let team = posted.team().to_string();
        let empty = submit(&app, &Viewer::Anonymous, json!({ "postingId": posting, "name": "", "email": "x" })).await;
        let expected = json!([
            { "code": "REQUIRED", "field": ["name"] },
            { "code": "INVALID", "field": ["email"] },
            { "code": "REQUIRED", "field": ["answers", "why"] },
        ]);
        assert_eq!((&empty["userErrors"], &empty["receipt"]), (&expected, &Value::Null));

        let input = json!({ "postingId": posting, "name": "Zoë", "email": "zoe@example.org", "source": "BOARD",
            "answers": [{ "key": "why", "value": "<i>so</i>" }], "preferredTeams": [team], "idempotencyKey": "1" });
        let first = submit(&app, &Viewer::Anonymous, input.clone()).await;
        let mut again = input.clone();
        again["idempotencyKey"] = "2".into();
        // The public is told the same of a first time, a repeat, and a repeated request.
        for same in [input.clone(), again.clone()] {
            assert_eq!(submit(&app, &Viewer::Anonymous, same).await, first);
        }
        assert_eq!((&first["receipt"]["applicationId"], &first["userErrors"]), (&Value::Null, &json!([])));
        let told = submit(&app, &recruiter, again.clone()).await;
        assert_eq!(told["userErrors"], json!([{ "code": "ALREADY_APPLIED", "field": null }]));

        again["email"] = "ada@example.org".into();
        let id = submit(&app, &recruiter, again).await["receipt"]["applicationId"].clone();
        let query = "query($id: ID!) { application(id: $id) { status revision stage { key } candidate { name \
            contact { email } } answers { key label type value } preferredTeams { name } } }";
        let entered = data(&app, &recruiter, query, json!({ "id": id })).await["application"].clone();
        let expected = json!({ "status": "ACTIVE", "revision": 1, "stage": { "key": "review" },
            "candidate": { "name": "Zoë", "contact": { "email": "ada@example.org" } },
            "answers": [{ "key": "why", "label": "why?", "type": "PROSE", "value": "<i>so</i>" }],
            "preferredTeams": [{ "name": "Create" }] });
        assert_eq!(entered, expected);
    }

    async fn an_application_is_moved_step_by_step(app: TestApp) {
        let posted = app.posting("Backend").hiring("Create", 1).hiring("Plan", 1).open().await;
        let recruiter = app.recruiter().await;
        let ada = app.apply(posted.id, "Ada").await;
        let id = ada.id.to_string();
        let steps = data(&app, &recruiter, "query($id: ID!) { application(id: $id) { steps { id step { key } stage \
            status round } } }", json!({ "id": id })).await;
        let review = &steps["application"]["steps"][0];
        assert_eq!((&review["step"]["key"], &review["stage"]), (&json!("review"), &json!(1)));
        let forth = "mutation($input: ApplicationAdvanceInput!) { applicationAdvance(input: $input) { application { \
            stage { key } revision } userErrors { code message } } }";
        let input = json!({ "input": { "applicationId": id, "stage": "review", "expectedRevision": 1 } });
        let closed = data(&app, &recruiter, forth, input.clone()).await;
        assert_eq!(closed["applicationAdvance"]["userErrors"][0]["code"], "GATE_INCOMPLETE");
        assert_eq!(closed["applicationAdvance"]["application"], Value::Null);
        let pass = "mutation($input: StepPassInput!) { stepPass(input: $input) { application { revision \
            steps { status movedBy { id } } } userErrors { code } } }";
        let passed = data(&app, &recruiter, pass, json!({ "input": { "stepId": review["id"] } })).await;
        let who = recruiter.user().unwrap().to_string();
        let passed = &passed["stepPass"]["application"];
        let expected = json!({ "status": "PASSED", "movedBy": { "id": who } });
        assert_eq!((&passed["revision"], &passed["steps"][0]), (&json!(2), &expected));
        let stale = data(&app, &recruiter, forth, input).await;
        assert_eq!(stale["applicationAdvance"]["userErrors"][0]["code"], "STALE");
        let input = json!({ "input": { "applicationId": id, "stage": "review", "expectedRevision": 2 } });
        let moved = data(&app, &recruiter, forth, input).await;
        let expected = json!({ "stage": { "key": "feedback" }, "revision": 3 });
        assert_eq!(moved["applicationAdvance"]["application"], expected);

        let team = posted.teams[1].team.to_string();
        let everything = "mutation($id: ID!, $team: ID!) { \
            back: applicationReturn(input: { applicationId: $id, expectedRevision: 3, toStage: \"review\", reason: \"again\" }) { \
              application { stage { key } returns { from { key } to { key } reason by { id } } } userErrors { code } } \
            applicationAllot(input: { applicationId: $id, teamId: $team }) { application { currentTeam { name } \
              allotments { team { name } until by { id } } } userErrors { code } } \
            applicationPreferTeams(input: { applicationId: $id, teams: [$team] }) { application { preferredTeams { id } } userErrors { code } } \
            justificationSave(input: { applicationId: $id, text: \"Kind\" }) { justification { text author { id } } userErrors { code } } \
            applicationDecline(input: { applicationId: $id, reason: \"Internal\", omitMail: TOLD_OTHERWISE }) { application { status \
              outcome { side reason by { id } } viewerPermissions { canMove canSpeak } } userErrors { code } } \
            applicationReinstate(input: { applicationId: $id }) { application { status outcome { side } } userErrors { code } } }";
        let done = data(&app, &recruiter, everything, json!({ "id": id, "team": team })).await;
        let back = json!([{ "from": { "key": "feedback" }, "to": { "key": "review" }, "reason": "again", "by": { "id": who } }]);
        assert_eq!(done["back"]["application"], json!({ "stage": { "key": "review" }, "returns": back }));
        let allotted = json!({ "currentTeam": { "name": "Plan" },
            "allotments": [{ "team": { "name": "Plan" }, "until": null, "by": { "id": who } }] });
        assert_eq!(done["applicationAllot"]["application"], allotted);
        assert_eq!(done["applicationPreferTeams"]["application"]["preferredTeams"], json!([{ "id": team }]));
        assert_eq!(done["justificationSave"]["justification"], json!({ "text": "Kind", "author": { "id": who } }));
        let declined = json!({ "status": "DECLINED",
            "outcome": { "side": "ORGANISATION", "reason": "Internal", "by": { "id": who } },
            "viewerPermissions": { "canMove": true, "canSpeak": true } });
        assert_eq!(done["applicationDecline"]["application"], declined);
        assert_eq!(done["applicationReinstate"]["application"], json!({ "status": "ACTIVE", "outcome": null }));
    }

    async fn ids_of_nothing_are_refused_by_name(app: TestApp) {
        let recruiter = app.recruiter().await;
        let posted = app.posting("Backend").hiring("Create", 1).open().await;
        let ada = app.apply(posted.id, "Ada").await.id.to_string();
        for (mutation, code, field) in [
            ("applicationDecline(input: { applicationId: \"x\", reason: \"x\" })", "NOT_FOUND", Value::Null),
            ("applicationDecline(input: { applicationId: \"post_0\", reason: \"x\" })", "NOT_FOUND", Value::Null),
            ("stepPass(input: { stepId: \"step_00000000000000000000000000\" })", "NOT_FOUND", Value::Null),
            ("applicationAllot(input: { applicationId: \"ADA\", teamId: \"x\" })", "NOT_FOUND", Value::Null),
            ("applicationPreferTeams(input: { applicationId: \"ADA\", teams: [\"x\"] })", "NOT_FOUND", Value::Null),
            ("applicationDecline(input: { applicationId: \"ADA\", reason: \" \" })", "REQUIRED", json!(["reason"])),
        ] {
            let query = format!("mutation {{ done: {mutation} {{ userErrors {{ code field }} }} }}");
            let answer = data(&app, &recruiter, &query.replace("ADA", &ada), json!({})).await;
            assert_eq!(answer["done"]["userErrors"], json!([{ "code": code, "field": field }]), "{mutation}");
        }
        let query = "{ application(id: \"x\") { id } candidate(id: \"y\") { id } nodes(ids: [\"app_1\", \"cand_1\"]) { id } }";
        let nothing = json!({ "application": null, "candidate": null, "nodes": [null, null] });
        assert_eq!(data(&app, &recruiter, query, json!({})).await, nothing);
    }

    async fn candidates_see_their_own_and_no_internal_reason(app: TestApp) {
        let posted = app.posting("Backend").hiring("Create", 1).open().await;
        let (ada, bob) = (app.apply(posted.id, "Ada").await, app.apply(posted.id, "Bob").await);
        let recruiter = app.recruiter().await;
        allot(app.act(&recruiter), ada.id, posted.team(), None).await.unwrap();
        let review = app.step(ada.id, "review").await;
        waive(app.act(&recruiter), Which { step: review, revision: None }, "canary-waiver").await.unwrap();
        vacantia::actions::justification::save(app.act(&recruiter), ada.id, "canary-why").await.unwrap();
        let end = Decline {
            application: ada.id,
            revision: None,
            reason: "canary-decline".into(),
            note: None,
            notice: Notice::Mail,
        };
        decline(app.act(&recruiter), end).await.unwrap();
        let own = TestApp::applicant(ada.id, ada.candidate);
        let query = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Application { id status repeated needsDecisionSince \
            posting { title pipeline { count } needsDecision { nodes { id } } applications { nodes { id } } } \
            candidate { name contact { email } applications { nodes { id } } } submittedContact { name } \
            steps { status reason movedBy { id } } outcome { side reason by { id } } justification { text } \
            returns { reason } allotments { team { id } } events { nodes { seq } } viewerPermissions { canSpeak canMove } } \
            ... on Candidate { id name } } applications { nodes { id } } }";
        let ids = json!({ "ids": [ada.id.to_string(), bob.id.to_string(), ada.candidate.to_string(), bob.candidate.to_string()] });
        let seen = data(&app, &own, query, ids.clone()).await;
        assert!(!seen.to_string().contains("canary"), "{seen}");
        assert!(!seen.to_string().contains(&recruiter.key()), "{seen}");
        assert!(!seen.to_string().contains("Bob") && !seen.to_string().contains(&bob.id.to_string()), "{seen}");
        let [one, two, three, four] = &seen["nodes"].as_array().unwrap()[..] else { panic!("four nodes") };
        assert_eq!((two, four), (&Value::Null, &Value::Null));
        assert_eq!(three["name"], "Ada");
        assert_eq!(one["status"], "DECLINED");
        assert_eq!(one["outcome"], json!({ "side": "ORGANISATION", "reason": null, "by": null }));
        assert_eq!(one["candidate"]["contact"]["email"], "ada@example.org");
        assert_eq!(one["steps"][0], json!({ "status": "WAIVED", "reason": null, "movedBy": null }));
        assert_eq!(one["posting"]["pipeline"], Value::Null);
        let refused = app.ask(&own, "{ applications(filter: { needsDecision: true }) { nodes { id } } }", json!({})).await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN");
        // The public sees nothing of it, and recruiting everything.
        let unseen = data(&app, &Viewer::Anonymous, query, ids.clone()).await;
        assert_eq!(unseen, json!({ "nodes": [null, null, null, null], "applications": { "nodes": [] } }));
        let whole = data(&app, &recruiter, query, ids).await;
        for canary in ["canary-waiver", "canary-why", "canary-decline"] {
            assert!(whole.to_string().contains(canary), "{canary}");
        }
    }

    async fn interviewers_see_names_only(app: TestApp) {
        let posted = app.posting("Backend").hiring("Create", 1).open().await;
        let ada = app.apply(posted.id, "Ada").await;
        let interviewer = app.staff(Role::Interviewer, Reach::Posting(posted.id)).await;
        let query = "query($id: ID!) { application(id: $id) { candidate { name contact { email phone } } \
            submittedContact { email } viewerPermissions { canMove canRecruit canJustify canSpeak } } }";
        let seen = data(&app, &interviewer, query, json!({ "id": ada.id.to_string() })).await;
        let expected = json!({ "application": { "candidate": { "name": "Ada", "contact": null }, "submittedContact": null,
            "viewerPermissions": { "canMove": false, "canRecruit": false, "canJustify": false, "canSpeak": false } } });
        assert_eq!(seen, expected);
    }

    async fn a_board_takes_as_many_statements_for_ten_as_for_a_thousand(app: TestApp) {
        let recruiter = app.recruiter().await;
        let here = app.posting("Backend").hiring("Create", 1).hiring("Plan", 2).open().await;
        let there = app.posting("Frontend").hiring("Create", 1).open().await;
        let once = async || {
            let before = app.store.reading();
            let seen = data(&app, &recruiter, BOARD, json!({})).await;
            let after = app.store.reading();
            (seen, after.statements - before.statements, after.rows - before.rows)
        };
        // Teams are wanted on two levels, and are read together where both levels are reached at once: the fewest of some reads
        // are what has to be the same.
        let read = async || {
            let mut fewest = once().await;
            for _ in 0..5 {
                let again = once().await;
                assert!(again.1 <= 12, "{} statements", again.1);
                fewest = if again.1 < fewest.1 { again } else { fewest };
            }
            fewest
        };
        for (name, stage) in [("Ada", "review"), ("Bob", "screening"), ("Cleo", "team")] {
            for posted in [&here, &there] {
                let id = app.apply(posted.id, name).await.id;
                allot(app.act(&recruiter), id, posted.team(), None).await.unwrap();
                app.bring_to(&recruiter, posted, id, stage).await;
            }
        }
        for posted in [&here, &there] {
            crowd(&app, posted, 10).await;
        }
        let (few, statements, rows) = read().await;
        assert_eq!(few["postings"]["nodes"][0]["pipeline"][0]["count"], 11);
        for posted in [&here, &there] {
            crowd(&app, posted, 490).await;
        }
        let (many, again, rows_again) = read().await;
        assert_eq!(many["postings"]["nodes"][0]["pipeline"][0]["count"], 501);
        let shown = many["postings"]["nodes"][0]["pipeline"][0]["applications"]["nodes"].as_array().unwrap();
        assert_eq!(shown.len(), 10);
        assert_eq!((statements, rows), (again, rows_again), "whatever the number of applications");
        assert!(statements <= 12, "{statements} statements");
    }

    async fn a_pipeline_gathers_stages_of_earlier_plans_by_key(app: TestApp) {
        let posted = app.posting("Backend").hiring("Create", 1).open().await;
        let recruiter = app.recruiter().await;
        for (name, stage) in [("Ada", "review"), ("Bob", "vp"), ("Cleo", "ceo")] {
            let id = app.apply(posted.id, name).await.id;
            app.bring_to(&recruiter, &posted, id, stage).await;
        }
        // The next version drops the last interview, so that stages of one key stand at other places.
        let version = PlanVersion { number: 2, ..posted.plan.version };
        let mut stages = posted.plan.stages.clone();
        stages.retain(|stage| stage.key != "ceo" && stage.key != "feedback");
        change_plan(&app, posted.id, HiringPlan { version, stages, ..posted.plan.clone() }).await;
        let posted = Posted { plan: HiringPlan { version, ..posted.plan.clone() }, ..posted };
        let dana = app.apply(posted.id, "Dana").await;
        assert_eq!(dana.plan, version);
        let query = "query($id: ID!) { posting(by: { id: $id }) { pipeline { key count \
            applications(first: 1) { nodes { candidate { name } } pageInfo { hasNextPage } } } } }";
        let seen = data(&app, &recruiter, query, json!({ "id": posted.id.to_string() })).await;
        let pipeline = seen["posting"]["pipeline"].as_array().unwrap();
        let shape: Vec<_> = pipeline.iter().map(|one| (one["key"].as_str().unwrap(), one["count"].clone())).collect();
        let expected = [("review", 2), ("screening", 0), ("panel", 0), ("team", 0), ("vp", 1), ("offer", 0), ("ceo", 1)];
        assert_eq!(shape, expected.map(|(key, count)| (key, json!(count))));
        let first = json!({ "nodes": [{ "candidate": { "name": "Dana" } }], "pageInfo": { "hasNextPage": true } });
        assert_eq!(pipeline[0]["applications"], first);
    }
}

/// The posting's new applications follow this plan from now on.
async fn change_plan(app: &TestApp, posting: PostingId, plan: HiringPlan) {
    let (now, plan) = (app.now(), &plan);
    app.put(|tx| async move {
        storage::plan::insert(&tx, plan, now).await?;
        let sql = "UPDATE posting SET plan_version = $2, revision = revision + 1 WHERE id = $1";
        dialect::execute(&tx, sql, [posting.into(), plan.version.number.into()]).await?;
        Ok(())
    })
    .await;
}
