//! What awaits whom: everything that can wait, for those who can do it and for nobody else.

use chrono::TimeDelta;
use serde_json::{Value, json};
use vacantia::actions::allotment;
use vacantia::actions::application::{
    Advance, Decline, GoBack, Notice, advance, decline, go_back, reinstate,
};
use vacantia::actions::form::{self, Answered};
use vacantia::actions::interview::{Update, update};
use vacantia::actions::scorecard::{self, Ask};
use vacantia::actions::step::{Which, pass, waive};
use vacantia::domain::Viewer;
use vacantia::domain::form::FormQuestion;
use vacantia::domain::id::ApplicationId;
use vacantia::domain::plan::Stage;
use vacantia::domain::plan_reference::stages;
use vacantia::domain::question::{Given, Question, QuestionType};
use vacantia::domain::scorecard::{Rating, Verdict};
use vacantia::domain::viewer::{Reach, Role};

use crate::app::TestApp;
use crate::meeting::coming;
use crate::offering::short;
use crate::seed::Posted;

const WORK: &str = "query($first: Int, $last: Int, $after: String, $before: String) {
    work(first: $first, last: $last, after: $after, before: $before) {
        nodes { kind since dueAt overdue application { id candidate { name } } step { step { key } } offer { id } emailMessage { id } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }";

/// The reference process, whose first stage should take a day and whose second should take two.
fn timely() -> Vec<Stage> {
    let mut stages = stages();
    (stages[0].sla_hours, stages[1].sla_hours) = (Some(24), Some(48));
    stages
}

async fn asked(app: &TestApp, viewer: &Viewer, variables: Value) -> Value {
    let told = app.ask(viewer, WORK, variables).await;
    assert!(told.get("errors").is_none(), "{told}");
    told["data"]["work"].clone()
}

/// What awaits somebody, each as `KIND of Name`, with a mark when it is late.
async fn work(app: &TestApp, viewer: &Viewer) -> Vec<String> {
    let told = asked(app, viewer, json!({ "first": 100 })).await;
    let line = |item: &Value| {
        let who = item["application"]["candidate"]["name"].as_str().unwrap_or("somebody");
        let late = if item["overdue"] == json!(true) { " late" } else { "" };
        format!("{} of {who}{late}", item["kind"].as_str().unwrap())
    };
    told["nodes"].as_array().unwrap().iter().map(line).collect()
}

async fn which(app: &TestApp, id: ApplicationId, key: &str) -> Which {
    Which { step: app.step(id, key).await, revision: None }
}

async fn sends(app: &TestApp, by: &Viewer, posted: &Posted, name: &str) -> form::Send {
    let id = app.apply(posted.id, name).await.id;
    app.bring_to(by, posted, id, "feedback").await;
    let (label, kind) = ("What else?".to_owned(), QuestionType::Line);
    let question = Question { key: "else".into(), label, kind, required: true, options: Vec::new() };
    let questions = Some(vec![FormQuestion { question, about: None }]);
    form::Send { which: which(app, id, "feedback").await, questions, note: None, due_at: None }
}

both! {
    async fn an_application_stalls_when_it_is_too_long_in_its_stage(app: TestApp) {
        let recruiter = app.recruiter().await;
        let posted = app.posting("Backend").hiring("Create", 2).with_stages(timely()).open().await;
        let id = app.apply(posted.id, "Ada").await.id;
        let came = app.now() - TimeDelta::milliseconds(1);
        app.clock.pass(TimeDelta::hours(24) - TimeDelta::milliseconds(2));
        assert_eq!(work(&app, &recruiter).await, Vec::<String>::new());
        app.clock.pass(TimeDelta::milliseconds(1));
        assert_eq!(work(&app, &recruiter).await, ["APPLICATION_STALLED of Ada late"]);
        let told = asked(&app, &recruiter, json!({})).await;
        let at = |at: chrono::DateTime<chrono::Utc>| json!(at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true));
        assert_eq!(told["nodes"][0]["since"], at(came));
        assert_eq!(told["nodes"][0]["dueAt"], at(came + TimeDelta::hours(24)));
        // What happens within the stage is no move; the next stage has its own time, and so has each way back.
        app.clock.pass(TimeDelta::hours(1));
        pass(app.act(&recruiter), which(&app, id, "review").await).await.unwrap();
        assert_eq!(work(&app, &recruiter).await.len(), 1);
        let revision = app.application(id).await.revision;
        let input = Advance { application: id, stage: "review".into(), revision, pass_over: false };
        advance(app.act(&recruiter), input).await.unwrap();
        app.clock.pass(TimeDelta::hours(47));
        assert_eq!(work(&app, &recruiter).await.len(), 0);
        app.clock.pass(TimeDelta::hours(1));
        assert_eq!(work(&app, &recruiter).await.len(), 1);
        let revision = app.application(id).await.revision;
        let back = GoBack { application: id, revision, to: "review".into(), reason: "Look again.".into() };
        go_back(app.act(&recruiter), back).await.unwrap();
        assert_eq!(work(&app, &recruiter).await.len(), 0);
        app.clock.pass(TimeDelta::hours(24));
        assert_eq!(work(&app, &recruiter).await.len(), 1);
        // What has ended stalls no more; taken up again, it has its time anew.
        let end = Decline { application: id, revision: None, reason: "No.".into(), note: None, notice: Notice::Mail };
        decline(app.act(&recruiter), end).await.unwrap();
        assert_eq!(work(&app, &recruiter).await.len(), 0);
        reinstate(app.act(&recruiter), id, None).await.unwrap();
        assert_eq!(work(&app, &recruiter).await.len(), 0);
        app.clock.pass(TimeDelta::hours(24));
        assert_eq!(work(&app, &recruiter).await.len(), 1);
    }

    async fn what_is_asked_of_somebody_is_theirs_alone(app: TestApp) {
        let desk = app.desk().await;
        let posted = app.posting("Backend").hiring("Create", 2).with_stages(short()).open().await;
        let ada = app.staff(Role::Interviewer, Reach::Posting(posted.id)).await;
        let bob = app.staff(Role::Interviewer, Reach::Posting(posted.id)).await;
        let offer = desk.submitted(&posted, "Zoë").await;
        assert_eq!(work(&app, &desk.approver).await, ["APPROVAL_ASKED of Zoë"]);
        let other = app.staff(Role::Approver, Reach::Organisation).await;
        let told = asked(&app, &desk.approver, json!({})).await;
        assert_eq!(told["nodes"][0]["offer"]["id"], json!(offer.id.to_string()));
        let id = app.apply(posted.id, "Bo").await.id;
        let ask = Ask { which: which(&app, id, "review").await, users: vec![ada.user().unwrap(), bob.user().unwrap()], due_at: None };
        scorecard::ask(app.act(&desk.recruiter), ask).await.unwrap();
        assert_eq!(work(&app, &ada).await, ["SCORECARD_DUE of Bo"]);
        for nobody in [&other, &desk.recruiter, &app.staff(Role::Admin, Reach::Organisation).await, &Viewer::Anonymous] {
            assert_eq!(work(&app, nobody).await, Vec::<String>::new());
        }
        app.clock.pass(TimeDelta::days(3));
        assert_eq!(work(&app, &ada).await, ["SCORECARD_DUE of Bo late"]);
        let text = || Some("Calm.".to_owned());
        let verdict = Verdict { recommendation: Some(Rating::Yes), takeaways: text(), pros: text(), cons: text(), ..Verdict::default() };
        let card = scorecard::Save { step: app.step(id, "review").await, revision: None, verdict };
        scorecard::submit(app.act(&ada), card).await.unwrap();
        assert_eq!(work(&app, &ada).await, Vec::<String>::new());
        waive(app.act(&desk.recruiter), which(&app, id, "review").await, "Known well.").await.unwrap();
        assert_eq!(work(&app, &bob).await, Vec::<String>::new());
        desk.approve(offer.id).await.unwrap();
        assert_eq!(work(&app, &desk.approver).await, Vec::<String>::new());
    }

    async fn what_stands_still_is_seen_where_one_works(app: TestApp) {
        let recruiter = app.recruiter().await;
        let posted = app.posting("Backend").hiring("Create", 2).hiring("Plan", 1).with_stages(timely()).open().await;
        let other = app.posting("Frontend").hiring("Create", 1).with_stages(short()).open().await;
        let theirs = app.staff(Role::Recruiter, Reach::Posting(other.id)).await;
        let manager = app.staff(Role::HiringManager, Reach::Team(posted.teams[1].team)).await;
        let admin = app.staff(Role::Admin, Reach::Organisation).await;
        let late = sends(&app, &recruiter, &posted, "Ada").await;
        form::send(app.act(&recruiter), late.clone()).await.unwrap();
        let answered = sends(&app, &recruiter, &posted, "Bo").await;
        let form = form::send(app.act(&recruiter), answered).await.unwrap();
        let answers = vec![Given { key: "else".into(), value: "Nothing.".into() }];
        form::answer(app.act(&recruiter), Answered { form: form.id, answers }).await.unwrap();
        allotment::allot(app.act(&recruiter), form.application, posted.teams[1].team, None).await.unwrap();
        assert_eq!(work(&app, &manager).await, ["FEEDBACK_AWAITED of Bo"]);
        assert_eq!(work(&app, &recruiter).await, ["FEEDBACK_AWAITED of Bo"]);
        app.clock.pass(TimeDelta::days(8));
        let all = ["FEEDBACK_AWAITED of Bo", "APPLICATION_STALLED of Ada late", "APPLICATION_STALLED of Bo late", "FORM_OVERDUE of Ada late"];
        assert_eq!(work(&app, &recruiter).await, all);
        assert_eq!(work(&app, &manager).await, ["FEEDBACK_AWAITED of Bo", "APPLICATION_STALLED of Bo late"]);
        assert_eq!((work(&app, &theirs).await, work(&app, &admin).await), (vec![], vec![]));
        let told = asked(&app, &recruiter, json!({})).await;
        assert_eq!(told["nodes"][3]["step"]["step"]["key"], "feedback");

        // A message that failed, is in doubt or came back; one that is tried again by itself, or that somebody saw to, is nobody's work.
        let letter = |state: &str, held: bool| {
            format!("UPDATE email_message SET state = '{state}', held = {held} WHERE application_id = '{}'", form.application)
        };
        for (state, held, is_work) in [("deferred", false, false), ("unknown", false, false), ("unknown", true, true), ("failed", false, true), ("bounced", true, true), ("bounced", false, false)] {
            app.beside(&letter(state, held)).await;
            let has = |lines: Vec<String>| lines.iter().any(|line| line.starts_with("EMAIL_FAILED"));
            assert_eq!(has(work(&app, &admin).await), is_work, "{state}");
            assert_eq!(has(work(&app, &recruiter).await), is_work, "{state}");
            assert!(!has(work(&app, &manager).await) && !has(work(&app, &theirs).await));
        }
    }

    async fn whoever_is_left_over_needs_a_decision(app: TestApp) {
        let desk = app.desk().await;
        let posted = app.posting("Backend").hiring("Create", 1).with_stages(short()).open().await;
        let left = app.apply(posted.id, "Ada").await;
        desk.hired(&posted, "Zoë").await;
        assert_eq!(work(&app, &desk.recruiter).await, ["DECISION_NEEDED of Ada"]);
        let reason = "Filled.".to_owned();
        let end = Decline { application: left.id, revision: None, reason, note: None, notice: Notice::Mail };
        decline(app.act(&desk.recruiter), end).await.unwrap();
        assert_eq!(work(&app, &desk.recruiter).await, Vec::<String>::new());
    }

    async fn another_team_is_a_reason_to_look_again(app: TestApp) {
        let meet = app.meet().await;
        let (bob, recruiter) = (app.colleague().await, meet.recruiter.clone());
        let [create, plan] = [meet.posted.teams[0].team, meet.posted.teams[1].team];
        let own = TestApp::applicant(meet.ada.id, meet.ada.candidate);
        allotment::allot(app.act(&recruiter), meet.ada.id, create, None).await.unwrap();
        // What recruiting states for a candidate needs no second look of recruiting.
        allotment::prefer_teams(app.act(&recruiter), meet.ada.id, &[create], None).await.unwrap();
        assert_eq!(work(&app, &recruiter).await, Vec::<String>::new());
        app.clock.pass(TimeDelta::minutes(1));
        allotment::prefer_teams(app.act(&own), meet.ada.id, &[plan], None).await.unwrap();
        let asked = app.now();
        app.clock.pass(TimeDelta::minutes(1));
        allotment::prefer_teams(app.act(&own), meet.ada.id, &[plan, create], None).await.unwrap();
        assert_eq!(work(&app, &recruiter).await, ["TEAMS_PREFERRED of Ada"]);
        let told = self::asked(&app, &recruiter, json!({})).await;
        assert_eq!(told["nodes"][0]["since"], json!(asked.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)));
        assert_eq!(work(&app, &bob).await, Vec::<String>::new());
        // It stays where it is, which is a decision too.
        let before = app.application(meet.ada.id).await.revision;
        allotment::allot(app.act(&recruiter), meet.ada.id, create, None).await.unwrap();
        assert_eq!(app.application(meet.ada.id).await.revision, before + 1);
        assert_eq!((work(&app, &recruiter).await, app.rows("allotment").await), (vec![], 1));

        let interview = meet.set(&[&bob]).await;
        app.clock.pass(TimeDelta::minutes(1));
        allotment::allot(app.act(&recruiter), meet.ada.id, plan, None).await.unwrap();
        assert_eq!(work(&app, &recruiter).await, ["PARTICIPANTS_TO_CHECK of Ada"]);
        assert_eq!(work(&app, &bob).await, Vec::<String>::new());
        app.clock.pass(TimeDelta::minutes(1));
        let participants = Some(vec![coming(&bob)]);
        let looked = Update { interview: interview.id, revision: None, participants, video_link: None };
        update(app.act(&recruiter), looked).await.unwrap();
        assert_eq!(work(&app, &recruiter).await, Vec::<String>::new());
        // Whoever ends takes the wish along.
        allotment::prefer_teams(app.act(&own), meet.ada.id, &[], None).await.unwrap();
        let end = Decline { application: meet.ada.id, revision: None, reason: "No.".into(), note: None, notice: Notice::Mail };
        decline(app.act(&recruiter), end).await.unwrap();
        assert_eq!(work(&app, &recruiter).await, Vec::<String>::new());
    }

    async fn the_list_pages_both_ways_in_a_constant_number_of_statements(app: TestApp) {
        let recruiter = app.recruiter().await;
        let posted = app.posting("Backend").hiring("Create", 2).with_stages(timely()).open().await;
        let cost = async || {
            let before = app.store.reading().statements;
            let told = asked(&app, &recruiter, json!({ "first": 100 })).await;
            (told["nodes"].as_array().unwrap().len(), app.store.reading().statements - before)
        };
        app.apply(posted.id, "Person zero").await;
        app.clock.pass(TimeDelta::days(2));
        let few = cost().await;
        for number in 1..25 {
            app.apply(posted.id, &format!("Person {number}")).await;
        }
        app.clock.pass(TimeDelta::days(2));
        let many = cost().await;
        assert_eq!((few.0, many.0), (1, 25));
        assert!(few.1 == many.1 && many.1 <= 6, "{few:?} {many:?}");

        let all = asked(&app, &recruiter, json!({ "first": 100 })).await["nodes"].clone();
        let (mut forth, mut after) = (Vec::new(), Value::Null);
        loop {
            let page = asked(&app, &recruiter, json!({ "first": 7, "after": after })).await;
            forth.extend(page["nodes"].as_array().unwrap().iter().cloned());
            after = page["pageInfo"]["endCursor"].clone();
            if page["pageInfo"]["hasNextPage"] == json!(false) {
                break;
            }
        }
        assert_eq!(Value::Array(forth), all);
        let (mut back, mut before) = (Vec::new(), Value::Null);
        loop {
            let page = asked(&app, &recruiter, json!({ "last": 7, "before": before })).await;
            back.splice(0..0, page["nodes"].as_array().unwrap().iter().cloned());
            before = page["pageInfo"]["startCursor"].clone();
            if page["pageInfo"]["hasPreviousPage"] == json!(false) {
                break;
            }
        }
        assert_eq!(Value::Array(back), all);
        let told = app.ask(&recruiter, WORK, json!({ "first": 101 })).await;
        assert_eq!(told["errors"][0]["extensions"]["code"], "INVALID");
    }
}
