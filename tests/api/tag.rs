//! Tags of applications: whole sets, spelt as they were first, found again by those who see the application.

use futures_util::future::join_all;
use serde_json::{Value, json};
use vacantia::actions::{allotment, tag};
use vacantia::domain::Viewer;
use vacantia::domain::event::{EventKind, Fact};
use vacantia::domain::id::ApplicationId;
use vacantia::domain::viewer::{Reach, Role};
use vacantia::storage::event;

use crate::app::TestApp;
use crate::race::rounds;

const SET: &str = "mutation($input: TagSetInput!) { done: tagSet(input: $input) {
    application { tags revision } userErrors { code field } } }";
const USED: &str = "query($beginning: String) { tags(beginning: $beginning) { name count } }";
const FIND: &str = "query($filter: ApplicationFilter) { applications(filter: $filter) { nodes { candidate { name } tags } } }";

/// What setting tags is answered: the tags and the revision, or what was wrong with which field.
async fn set(app: &TestApp, by: &Viewer, id: ApplicationId, tags: &[&str], revision: Option<i32>) -> Value {
    let input = json!({ "applicationId": id.to_string(), "tags": tags, "expectedRevision": revision });
    let answer = app.ask(by, SET, json!({ "input": input })).await;
    assert!(answer.get("errors").is_none(), "{answer}");
    let done = &answer["data"]["done"];
    match done["userErrors"].as_array().unwrap().as_slice() {
        [] => done["application"].clone(),
        errors => errors.iter().map(|error| json!([error["code"], error["field"]])).collect(),
    }
}

/// Each tag that somebody is told, with how many have it.
async fn used(app: &TestApp, viewer: &Viewer, beginning: Option<&str>) -> Vec<String> {
    let answer = app.ask(viewer, USED, json!({ "beginning": beginning })).await;
    assert!(answer.get("errors").is_none(), "{answer}");
    let tags = answer["data"]["tags"].as_array().unwrap().iter();
    tags.map(|tag| format!("{} {}", tag["name"].as_str().unwrap(), tag["count"])).collect()
}

/// Whose applications have all of these tags, as somebody is told.
async fn found(app: &TestApp, viewer: &Viewer, tags: &[&str]) -> Vec<String> {
    let answer = app.ask(viewer, FIND, json!({ "filter": { "tags": tags } })).await;
    assert!(answer.get("errors").is_none(), "{answer}");
    let nodes = answer["data"]["applications"]["nodes"].as_array().unwrap().iter();
    nodes.map(|one| one["candidate"]["name"].as_str().unwrap().to_owned()).collect()
}

fn texts(tags: &[&str]) -> Vec<String> {
    tags.iter().map(|tag| (*tag).to_owned()).collect()
}

both! {
    async fn a_set_of_tags_takes_the_place_of_another(app: TestApp) {
        let recruiter = app.recruiter().await;
        let posted = app.posting("Night nurse").hiring("Ward", 1).open().await;
        let (ada, bo) = (app.apply(posted.id, "Ada").await.id, app.apply(posted.id, "Bo").await.id);
        let first = set(&app, &recruiter, ada, &[" Night  shift ", "ärztin", "night SHIFT"], None).await;
        assert_eq!(first, json!({ "tags": ["Night shift", "ärztin"], "revision": 2 }));
        // Others who write it otherwise mean the same, and get it as it was written first.
        let second = set(&app, &recruiter, bo, &["NIGHT SHIFT", "Ärztin", "Later"], Some(1)).await;
        assert_eq!(second, json!({ "tags": ["Later", "Night shift", "ärztin"], "revision": 2 }));
        // What changes nothing is no change.
        assert_eq!(set(&app, &recruiter, ada, &["NIGHT shift", "Ärztin"], Some(2)).await, first);
        assert_eq!(set(&app, &recruiter, ada, &[], Some(1)).await, json!([["STALE", null]]));
        assert_eq!(set(&app, &recruiter, ada, &["ÄRZTIN", "b"], Some(2)).await, json!({ "tags": ["b", "ärztin"], "revision": 3 }));
        assert_eq!(set(&app, &recruiter, bo, &[], None).await, json!({ "tags": [], "revision": 3 }));
        // A tag that nobody has any more is gone, and whoever writes it next says how it is spelt.
        assert_eq!(app.texts("SELECT name AS text FROM tag ORDER BY name_key").await, ["b", "ärztin"]);
        assert_eq!(set(&app, &recruiter, bo, &["night shift"], None).await["tags"], json!(["night shift"]));

        let long = "x".repeat(41);
        let wrong = json!([["INVALID", ["tags", "0"]], ["REQUIRED", ["tags", "2"]]]);
        assert_eq!(set(&app, &recruiter, bo, &[&long, "fine", "\u{200b}"], None).await, wrong);
        let many: Vec<String> = (0..21).map(|number| number.to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(set(&app, &recruiter, bo, &many, None).await, json!([["INVALID", ["tags"]]]));
        assert_eq!(set(&app, &recruiter, bo, &many[..20], None).await["tags"].as_array().unwrap().len(), 20);

        let happened = event::after(&app.store, 0, 1000).await.unwrap();
        let counts: Vec<Vec<i64>> = happened.iter().filter(|one| one.kind == EventKind::TagsSet).map(|one| {
            let count = |name: &str| match one.facts.iter().find(|(known, _)| known == name) {
                Some((_, Fact::Count(count))) => *count,
                other => panic!("{other:?}"),
            };
            assert_eq!(one.facts.len(), 3, "{:?}", one.facts);
            ["tags", "added", "removed"].map(count).into()
        }).collect();
        assert_eq!(counts, [[2, 2, 0], [3, 3, 0], [2, 1, 1], [0, 0, 3], [1, 1, 0], [20, 20, 1]]);
    }

    async fn tags_are_told_and_found_where_one_sees_the_application(app: TestApp) {
        let recruiter = app.recruiter().await;
        let posted = app.posting("Night nurse").hiring("Ward", 1).hiring("Clinic", 1).open().await;
        let other = app.posting("Cook").hiring("Kitchen", 1).open().await;
        let ada = app.apply(posted.id, "Ada").await;
        let bo = app.apply(posted.id, "Bo").await.id;
        let cy = app.apply(other.id, "Cy").await.id;
        allotment::allot(app.act(&recruiter), ada.id, posted.team(), None).await.unwrap();
        for (id, tags) in [(ada.id, ["Nights", "Silver_100%", "near"]), (bo, ["Nights", "silver", "Far"]), (cy, ["Kitchen", "near", "Nimble"])] {
            assert!(set(&app, &recruiter, id, &tags, None).await["tags"].is_array());
        }
        let here = Reach::Posting(posted.id);
        let manager = app.staff(Role::HiringManager, Reach::Team(posted.team())).await;
        let interviewer = app.staff(Role::Interviewer, here).await;
        let admin = app.staff(Role::Admin, Reach::Organisation).await;
        let elsewhere = app.staff(Role::HiringManager, Reach::Team(posted.teams[1].team)).await;
        let candidate = TestApp::applicant(ada.id, ada.candidate);
        let all = ["near 2", "Nights 2", "Far 1", "Kitchen 1", "Nimble 1", "silver 1", "Silver_100% 1"];
        for viewer in [&recruiter, &admin] {
            assert_eq!(used(&app, viewer, None).await, all, "{viewer:?}");
            assert_eq!(used(&app, viewer, Some(" ")).await, all);
        }
        assert_eq!(used(&app, &interviewer, None).await, ["Nights 2", "Far 1", "near 1", "silver 1", "Silver_100% 1"]);
        assert_eq!(used(&app, &manager, None).await, ["near 1", "Nights 1", "Silver_100% 1"]);
        for (beginning, told) in [("nI", vec!["Nights 2", "Nimble 1"]), ("SILVER_", vec!["Silver_100% 1"]), ("_", vec![]), ("%", vec![])] {
            assert_eq!(used(&app, &recruiter, Some(beginning)).await, told, "{beginning}");
        }
        for nobody in [&elsewhere, &candidate, &Viewer::Anonymous] {
            assert_eq!(used(&app, nobody, None).await, Vec::<String>::new(), "{nobody:?}");
        }

        assert_eq!(found(&app, &recruiter, &["NEAR"]).await, ["Cy", "Ada"]);
        assert_eq!(found(&app, &recruiter, &["near", "nights", "Near"]).await, ["Ada"]);
        assert_eq!(found(&app, &recruiter, &["near", "far"]).await, Vec::<String>::new());
        assert_eq!(found(&app, &recruiter, &[]).await, ["Cy", "Bo", "Ada"]);
        assert_eq!(found(&app, &manager, &["nights"]).await, ["Ada"]);
        assert_eq!(found(&app, &interviewer, &["nights"]).await, ["Bo", "Ada"]);
        let pipeline = "query($filter: ApplicationFilter) { postings { nodes { title applications(filter: $filter) { nodes { candidate { name } } } } } }";
        let answer = app.ask(&recruiter, pipeline, json!({ "filter": { "tags": ["near"] } })).await;
        let shown: Vec<Value> = answer["data"]["postings"]["nodes"].as_array().unwrap().iter().map(|one| one["applications"]["nodes"].clone()).collect();
        assert_eq!(shown, [json!([{ "candidate": { "name": "Cy" } }]), json!([{ "candidate": { "name": "Ada" } }])], "{answer}");
        for nobody in [&candidate, &Viewer::Anonymous] {
            let answer = app.ask(nobody, FIND, json!({ "filter": { "tags": ["near"] } })).await;
            assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN");
        }
        let wrong = app.ask(&recruiter, FIND, json!({ "filter": { "tags": ["near", " "] } })).await;
        assert_eq!(wrong["errors"][0]["extensions"]["code"], "REQUIRED");
        let own = "query($id: ID!) { application(id: $id) { id tags viewerPermissions { canTag } } }";
        let answer = app.ask(&candidate, own, json!({ "id": ada.id.to_string() })).await;
        let nothing = json!({ "id": ada.id.to_string(), "tags": [], "viewerPermissions": { "canTag": false } });
        assert_eq!(answer["data"]["application"], nothing);

        // Those who read tags need not be those who set them.
        for (who, code) in [(&interviewer, "FORBIDDEN"), (&admin, "FORBIDDEN"), (&candidate, "FORBIDDEN"), (&elsewhere, "NOT_FOUND"), (&Viewer::Anonymous, "NOT_FOUND")] {
            assert_eq!(set(&app, who, ada.id, &["mine"], None).await, json!([[code, null]]), "{who:?}");
        }
        assert_eq!(set(&app, &manager, ada.id, &["Mine"], None).await["tags"], json!(["Mine"]));
    }

    async fn the_tags_of_many_take_one_statement(app: TestApp) {
        let recruiter = app.recruiter().await;
        let posted = app.posting("Night nurse").hiring("Ward", 1).open().await;
        let cost = async || {
            let before = app.store.reading().statements;
            let answer = app.ask(&recruiter, "{ applications(first: 50) { nodes { tags } } }", json!({})).await;
            (answer["data"]["applications"]["nodes"].as_array().unwrap().len(), app.store.reading().statements - before)
        };
        for number in 0..12 {
            let id = app.apply(posted.id, &format!("Person {number}")).await.id;
            tag::set(app.act(&recruiter), id, &texts(&["all", &format!("number {number}")]), None).await.unwrap();
            if number == 0 {
                assert_eq!(cost().await, (1, 2));
            }
        }
        assert_eq!(cost().await, (12, 2));
        assert_eq!(used(&app, &recruiter, Some("all")).await, ["all 12"]);
    }

    async fn a_tag_that_some_take_up_while_others_let_go_of_it_is_kept(app: TestApp) {
        let recruiter = app.recruiter().await;
        let posted = app.posting("Night nurse").hiring("Ward", 1).open().await;
        let mut ids = Vec::new();
        for number in 0..6 {
            ids.push(app.apply(posted.id, &format!("Person {number}")).await.id);
        }
        for round in 0..rounds(8) {
            let sets = ids.iter().enumerate().map(|(place, id)| {
                let tags: &[&str] = match (place + round) % 3 {
                    0 => &["a", "b"],
                    1 => &["B", "C"],
                    _ => &[],
                };
                let act = app.act(&recruiter);
                async move { tag::set(act, *id, &texts(tags), None).await.unwrap() }
            });
            join_all(sets).await;
            let kept = app.texts("SELECT DISTINCT name_key AS text FROM application_tag ORDER BY text").await;
            assert_eq!(kept, ["a", "b", "c"]);
            assert_eq!(app.texts("SELECT name_key AS text FROM tag ORDER BY text").await, kept, "none is unused");
        }
    }
}
