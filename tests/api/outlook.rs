//! What candidates are told of their applications: the page and GraphQL say the same, and no more than is theirs.

mod reading;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use vacantia::actions::allotment::prefer_teams;
use vacantia::actions::application::{Decline, Notice, decline, withdraw};
use vacantia::actions::form::{self, Send};
use vacantia::actions::interview::{Schedule, schedule};
use vacantia::actions::note::{self, Add};
use vacantia::actions::reference::{Nominate, Request, nominate, request};
use vacantia::actions::slot::{Offer, offer};
use vacantia::actions::step::{self, Which};
use vacantia::actions::{justification, tag};
use vacantia::domain::Viewer;
use vacantia::domain::application::Application;
use vacantia::domain::form::FormQuestion;
use vacantia::domain::id::{ApplicationId, StepId};
use vacantia::domain::interview::Setting;
use vacantia::domain::link::Purpose;
use vacantia::domain::plan::{Participant, PlanStep, StepKind};
use vacantia::domain::plan_reference;
use vacantia::domain::question::QuestionType;
use vacantia::domain::reference::{AGREEMENT, Named, Relation};
use vacantia::domain::viewer::{Reach, Role};

use self::reading::{each, items, meetings_on, part, stage, stages_on, tasks_on, text};
use crate::app::TestApp;
use crate::application::{declining, withdrawing};
use crate::board::crowd;
use crate::hire::sweep;
use crate::meeting::{coming, listening};
use crate::offering::short;
use crate::seed::Posted;
use crate::submission::question;

const OUTLOOK: &str = "title status endedAt reconsidered stage
    stages { title position status parallel optional steps { title kind minutes status } }
    tasks { kind subjectId title dueAt late step { id } }
    meetings { interviewId title startsAt endsAt minutes zone place videoLink hosts { name title } }
    preferredTeams { teamId name } teamChoices { teamId name }";

async fn told(app: &TestApp, viewer: &Viewer, id: ApplicationId) -> Value {
    let query = format!("query($id: ID!) {{ application(id: $id) {{ outlook {{ {OUTLOOK} }} }} }}");
    let answer = app.ask(viewer, &query, json!({ "id": id.to_string() })).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["application"]["outlook"].clone()
}

/// A candidate who is at the stage where all happens at once, and whom everything is asked of that can be.
struct Busy<'a> {
    app: &'a TestApp,
    recruiter: Viewer,
    posted: Posted,
    ada: Application,
    own: Viewer,
    path: String,
}

impl<'a> Busy<'a> {
    async fn begin(app: &'a TestApp) -> Self {
        let posted =
            app.posting("Backend").hiring("Create", 1).hiring("Plan", 2).hiring("Full", 0).open().await;
        let recruiter = app.recruiter().await;
        let ada = app.apply(posted.id, "Ada").await;
        let own = TestApp::applicant(ada.id, ada.candidate);
        let secret = app.link(ada.candidate, Purpose::Application(ada.id)).await;
        Self { app, recruiter, posted, ada, own, path: format!("/applications/{secret}") }
    }

    async fn which(&self, key: &str) -> Which {
        Which { step: self.app.step(self.ada.id, key).await, revision: None }
    }

    async fn asked(&self) {
        let app = self.app;
        app.bring_to(&self.recruiter, &self.posted, self.ada.id, "team").await;
        let act = app.act(&self.recruiter);
        let setting =
            || Setting { video_link: Some("https://meet.example.com/ada".into()), ..Setting::default() };
        let (bob, cleo) = (app.recruiter().await, app.colleague().await);
        let starts_at = app.now() + TimeDelta::days(2);
        let participants = vec![coming(&bob), listening(&cleo)];
        let which = self.which("behavioral").await;
        schedule(act, Schedule { which, starts_at, setting: setting(), participants }).await.unwrap();
        let starts_at = vec![app.now() + TimeDelta::days(3), app.now() + TimeDelta::days(4)];
        let (which, participants) = (self.which("technical").await, vec![coming(&bob)]);
        offer(act, Offer { which, starts_at, setting: setting(), participants }).await.unwrap();
        let (which, due_at) = (self.which("references").await, Some(app.now() + TimeDelta::days(5)));
        request(act, Request { which, count: Some(2), note: None, due_at }).await.unwrap();
        let step = self.added(StepKind::Form).await;
        let question = FormQuestion { question: question("else", QuestionType::Choice, true), about: None };
        let (which, questions) = (Which { step, revision: None }, Some(vec![question]));
        form::send(act, Send { which, questions, note: None, due_at: None }).await.unwrap();
        let teams = [self.posted.teams[1].team, self.posted.teams[2].team];
        prefer_teams(app.act(&self.own), self.ada.id, &teams, None).await.unwrap();
    }

    /// A step beside those of the plan.
    async fn added(&self, kind: StepKind) -> StepId {
        let asked = plan_reference::step("", "", kind, Participant::Candidate);
        let step = PlanStep { title: "Some <more>".into(), required: false, ..asked };
        let add = step::Add { application: self.ada.id, revision: None, stage: None, step };
        step::add(self.app.act(&self.recruiter), add).await.unwrap().step.id
    }

    /// Holds the page against what GraphQL says, part by part.
    async fn same(&self) -> Value {
        let told = told(self.app, &self.own, self.ada.id).await;
        let page = self.app.get(&self.path).await;
        assert_eq!(page.status, 200);
        assert!(page.body.contains(&format!("<h1>{}</h1>", text(&told["title"]))), "{}", page.body);
        let offer_is_out =
            told["tasks"].as_array().unwrap().iter().any(|task| task["kind"] == "ANSWER_OFFER");
        assert_eq!(page.says("You have an offer from us"), offer_is_out);
        let heading = match text(&told["status"]) {
            "DECLINED" => "We will not go on with your application",
            "WITHDRAWN" => "You have withdrawn your application",
            "ACTIVE" if offer_is_out => "You have an offer from us",
            _ => "Your application is under way",
        };
        assert!(page.says(heading), "{}", page.text());
        assert_eq!(page.says("Something has changed around this job"), told["reconsidered"] == true);
        assert_eq!(stages_on(&page.body), each(&told["stages"], stage));
        assert_eq!(tasks_on(&page.body), self.tasks(&told));
        assert_eq!(meetings_on(&page.body), each(&told["meetings"], |one| self.meeting(one)));
        let preferred = part(&page.body, "<h2>Teams you would prefer</h2>", "</ol>");
        let preferred: Vec<_> = preferred.map(|list| items(list, "<li>", "</li>")).unwrap_or_default();
        assert_eq!(preferred, each(&told["preferredTeams"], |team| text(&team["name"]).to_owned()));
        let can = page.body.contains(&format!("href=\"{}/teams\"", self.path));
        assert_eq!(can, !told["teamChoices"].as_array().unwrap().is_empty());
        told
    }

    fn tasks(&self, told: &Value) -> Vec<String> {
        let task = |task: &Value| {
            let kind = match text(&task["kind"]) {
                "ANSWER_QUESTIONS" => "forms",
                "NAME_REFEREES" => "references",
                "PICK_TIME" => "interviews",
                "ANSWER_OFFER" => return None,
                other => panic!("{other}"),
            };
            let words = match kind {
                "interviews" => format!("Pick a time to talk: {}", text(&task["title"])),
                "forms" => format!("Answer our questions by {}", self.moment(&task["dueAt"])),
                _ => format!("Name people we may ask by {}", self.moment(&task["dueAt"])),
            };
            let late = if task["late"] == true { " late" } else { "" };
            Some(format!("{}/{kind}/{} {words}{late}", self.path, text(&task["step"]["id"])))
        };
        told["tasks"].as_array().unwrap().iter().filter_map(task).collect()
    }

    fn moment(&self, at: &Value) -> String {
        let at: DateTime<Utc> = text(at).parse().unwrap();
        format!("{} (Europe/Berlin)", at.with_timezone(&self.app.site.zone).format("%-d %B %Y, %H:%M"))
    }

    fn meeting(&self, meeting: &Value) -> String {
        let at: DateTime<Utc> = text(&meeting["startsAt"]).parse().unwrap();
        let local = at.with_timezone(&self.app.site.zone).format("%A %-d %B %Y, %H:%M");
        let host = |host: &Value| match host["title"].as_str() {
            Some(title) => format!("{}, {title}", text(&host["name"])),
            None => text(&host["name"]).to_owned(),
        };
        let when = format!("{local} ({}), {} minutes", text(&meeting["zone"]), meeting["minutes"]);
        let hosts = each(&meeting["hosts"], host).join("; ");
        format!("{} | {when} | {} | {hosts}", text(&meeting["title"]), text(&meeting["videoLink"]))
    }
}

both! {
    async fn the_page_says_what_graphql_says(app: TestApp) {
        let busy = Busy::begin(&app).await;
        let fresh = busy.same().await;
        assert_eq!((&fresh["stage"], &fresh["stages"][2]["steps"][0]["minutes"]), (&json!(1), &json!(30)));
        assert_eq!(each(&fresh["teamChoices"], |team| text(&team["name"]).to_owned()), ["Create", "Plan"]);
        busy.asked().await;
        let asked = busy.same().await;
        let kinds = each(&asked["tasks"], |task| text(&task["kind"]).to_owned());
        assert_eq!(kinds, ["ANSWER_QUESTIONS", "NAME_REFEREES", "PICK_TIME"]);
        assert!(asked["tasks"].as_array().unwrap().iter().all(|task| task["late"] == false), "{asked}");
        assert_eq!(asked["meetings"][0]["hosts"].as_array().unwrap().len(), 2);
        assert_eq!(each(&asked["teamChoices"], |team| text(&team["name"]).to_owned()), ["Create", "Plan", "Full"]);
        assert_eq!(each(&asked["preferredTeams"], |team| text(&team["name"]).to_owned()), ["Plan", "Full"]);
        // Recruiters and hiring managers of the posting read what the candidate reads; whoever interviews does not.
        let manager = app.staff(Role::HiringManager, Reach::Posting(busy.posted.id)).await;
        let interviewer = app.staff(Role::Interviewer, Reach::Posting(busy.posted.id)).await;
        assert_eq!(told(&app, &busy.recruiter, busy.ada.id).await, asked);
        assert_eq!(told(&app, &manager, busy.ada.id).await, asked);
        assert_eq!(told(&app, &interviewer, busy.ada.id).await, Value::Null);
        // Half of what was wanted is not all of it.
        let named = Named { name: "Rea".into(), email: "rea@example.com".into(), relation: Some(Relation::Peer) };
        let nominated = Nominate { step: busy.which("references").await.step, referees: vec![named], agreement: AGREEMENT.id.into() };
        nominate(app.act(&busy.own), nominated).await.unwrap();
        assert_eq!(busy.same().await["tasks"].as_array().unwrap().len(), 3);
        app.clock.pass(TimeDelta::days(8));
        let late = busy.same().await;
        assert_eq!(each(&late["tasks"], |task| task["late"].to_string()), ["true"; 3]);
        withdraw(app.act(&busy.own), withdrawing(busy.ada.id)).await.unwrap();
        let over = busy.same().await;
        let [stages, tasks, meetings, choices] = ["stages", "tasks", "meetings", "teamChoices"].map(|part| &over[part]);
        assert_eq!([stages, tasks, meetings, choices], [&json!([]); 4]);
        assert!(over["endedAt"].is_string());
    }

    async fn an_offer_that_is_out_is_asked_about_until_its_time_is_over(app: TestApp) {
        let desk = app.desk().await;
        let posted = app.posting("Backend").hiring("Plan", 2).hiring("Create", 1).with_stages(short()).open().await;
        let sent = desk.sent(&posted, "Ada").await;
        let ada = app.application(sent.application).await;
        let own = TestApp::applicant(ada.id, ada.candidate);
        let path = format!("/applications/{}", app.link(ada.candidate, Purpose::Application(ada.id)).await);
        let busy = Busy { app: &app, recruiter: app.recruiter().await, posted, ada, own, path };
        let out = busy.same().await;
        let task = &out["tasks"][0];
        assert_eq!((&task["kind"], &task["subjectId"], &task["step"]), (&json!("ANSWER_OFFER"), &json!(sent.id.to_string()), &Value::Null));
        assert_eq!(text(&task["dueAt"]).parse::<DateTime<Utc>>().unwrap(), sent.expires_at);
        assert_eq!((&out["teamChoices"], &out["stages"][1]["steps"][0]["status"]), (&json!([]), &json!("ASKED")));
        app.clock.pass(TimeDelta::days(14));
        assert_eq!(busy.same().await["tasks"], json!([]));
    }

    async fn what_is_decided_but_not_told_looks_under_way(app: TestApp) {
        let busy = Busy::begin(&app).await;
        let before = busy.same().await;
        let at = app.now() + TimeDelta::days(2);
        let later = Decline { notice: Notice::MailAt(at), ..declining(busy.ada.id) };
        decline(app.act(&busy.recruiter), later).await.unwrap();
        assert_eq!(busy.same().await, before);
        assert_eq!(told(&app, &busy.recruiter, busy.ada.id).await, before, "colleagues read what the candidate knows");
        app.clock.pass(TimeDelta::days(2));
        assert_eq!(busy.same().await["status"], "DECLINED");
    }

    async fn what_took_place_stays_so_to_whoever_was_not_told(app: TestApp) {
        let busy = Busy::begin(&app).await;
        app.bring_to(&busy.recruiter, &busy.posted, busy.ada.id, "screening").await;
        let bob = app.recruiter().await;
        let (which, starts_at) = (busy.which("screening").await, app.now() + TimeDelta::days(1));
        let participants = vec![coming(&bob)];
        schedule(app.act(&busy.recruiter), Schedule { which, starts_at, setting: Setting::default(), participants }).await.unwrap();
        app.clock.pass(TimeDelta::days(2));
        while sweep(&app).step().await.unwrap() > 0 {}
        let steps = async || {
            let query = "query($id: ID!) { application(id: $id) { steps { status } } }";
            app.ask(&busy.own, query, json!({ "id": busy.ada.id.to_string() })).await["data"]["application"]["steps"].clone()
        };
        let (before, lived) = (busy.same().await, steps().await);
        assert_eq!((&before["stages"][2]["steps"][0]["status"], &lived[2]["status"]), (&json!("WITH_US"), &json!("AWAITING_FEEDBACK")));
        let later = Decline { notice: Notice::MailAt(app.now() + TimeDelta::days(2)), ..declining(busy.ada.id) };
        decline(app.act(&busy.recruiter), later).await.unwrap();
        assert_eq!((busy.same().await, steps().await), (before, lived));
    }

    async fn nothing_internal_is_told(app: TestApp) {
        let busy = Busy::begin(&app).await;
        let (id, act) = (busy.ada.id, app.act(&busy.recruiter));
        step::waive(act, busy.which("review").await, "canary-waived").await.unwrap();
        busy.asked().await;
        note::add(act, Add { application: id, text: "canary-note".into(), mentions: Vec::new(), idempotency_key: None }).await.unwrap();
        tag::set(act, id, &["canary-tag".to_owned()], None).await.unwrap();
        justification::save(act, id, "canary-justified").await.unwrap();
        app.apply(busy.posted.id, "Canary Person").await;
        let other = app.posting("Canary Posting").hiring("Canary Team", 1).open().await;
        app.apply(other.id, "Ada").await;
        let (told, page) = (told(&app, &busy.own, id).await.to_string(), app.get(&busy.path).await.body);
        for said in [told, page] {
            assert!(!said.to_lowercase().contains("canary"), "{said}");
            assert!(!said.contains("rea@") && !said.contains("@example.org"), "{said}");
        }
    }

    async fn the_page_and_graphql_cost_the_same_whoever_else_applies(app: TestApp) {
        let busy = Busy::begin(&app).await;
        let fresh = cost(&busy).await;
        busy.asked().await;
        let few = cost(&busy).await;
        assert_eq!((few[0].0, few[1].0 - 1), (fresh[0].0, fresh[1].0), "only the steps of what is asked are read beside");
        crowd(&app, &busy.posted, 300).await;
        assert_eq!(cost(&busy).await, few, "statements, rows and bytes of the page, and of GraphQL");
        let [(page, rows, _), (graphql, ..)] = few;
        assert!(page <= 17 && graphql <= 18, "{page} and {graphql} statements");
        // Eleven steps, three teams, and what is asked.
        assert!(rows < 40, "{rows} rows");
    }

    async fn many_outlooks_are_read_together(app: TestApp) {
        let recruiter = app.recruiter().await;
        let posted = app.posting("Backend").hiring("Create", 2).hiring("Plan", 1).open().await;
        let asked = async || {
            let query = format!("{{ applications(first: 100) {{ nodes {{ outlook {{ {OUTLOOK} }} }} }} }}");
            let before = app.store.reading().statements;
            let answer = app.ask(&recruiter, &query, json!({})).await;
            let nodes = answer["data"]["applications"]["nodes"].as_array().unwrap();
            assert!(nodes.iter().all(|node| node["outlook"]["title"] == "Backend"), "{answer}");
            (nodes.len(), app.store.reading().statements - before)
        };
        crowd(&app, &posted, 2).await;
        let (two, few) = asked().await;
        crowd(&app, &posted, 60).await;
        assert_eq!((two, asked().await), (2, (62, few)));
    }
}

/// Statements, rows and bytes of the page and of the same by GraphQL.
async fn cost(busy: &Busy<'_>) -> [(u64, u64, u64); 2] {
    let app = busy.app;
    let since = |before: vacantia::storage::source::Reading| {
        let after = app.store.reading();
        (after.statements - before.statements, after.rows - before.rows, after.bytes - before.bytes)
    };
    let before = app.store.reading();
    app.get(&busy.path).await;
    let page = since(before);
    let before = app.store.reading();
    told(app, &busy.own, busy.ada.id).await;
    [page, since(before)]
}
