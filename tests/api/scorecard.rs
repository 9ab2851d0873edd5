//! Scorecards: drafts, frozen when submitted, corrected by versions; blind until one's own is in; asked for and reminded of.

use chrono::TimeDelta;
use serde_json::{Value, json};
use vacantia::actions::application::{GoBack, go_back};
use vacantia::actions::plan::{self, Create};
use vacantia::actions::scorecard::{Ask, Save, ask, save, submit};
use vacantia::actions::step::{Which, pass, waive};
use vacantia::domain::application::Application;
use vacantia::domain::email::LetterKind;
use vacantia::domain::id::{StepId, UserId};
use vacantia::domain::link::Purpose;
use vacantia::domain::plan::{Kit, PlanStep, Stage};
use vacantia::domain::plan_reference;
use vacantia::domain::policy::organisation::sees_settings;
use vacantia::domain::scorecard::{Attribute, Rating, Scorecard, Verdict};
use vacantia::domain::viewer::{Reach, Role};
use vacantia::domain::{Refusal, Viewer};

use crate::app::TestApp;
use crate::hire::sweep;
use crate::look::refused;
use crate::meeting::{coming, listening};
use crate::seed::Posted;

/// The reference process, whose screening call rates two attributes.
fn stages() -> Vec<Stage> {
    let mut stages = plan_reference::stages();
    let kit = Kit {
        purpose: Some("Whether we understand each other.".into()),
        questions: Vec::new(),
        attributes: vec!["Clarity".into(), "Curiosity".into()],
    };
    let screening = &mut stages[2].steps[0];
    *screening = PlanStep { kit, ..screening.clone() };
    stages
}

struct Story {
    posted: Posted,
    recruiter: Viewer,
    ada: Viewer,
    bob: Viewer,
    application: Application,
    step: StepId,
}

impl Story {
    async fn begin(app: &TestApp) -> Self {
        let posted = app.posting("Backend").hiring("Plan", 2).with_stages(stages()).open().await;
        let recruiter = app.recruiter().await;
        let ada = app.staff(Role::Interviewer, Reach::Posting(posted.id)).await;
        let bob = app.staff(Role::Interviewer, Reach::Posting(posted.id)).await;
        let id = app.apply(posted.id, "Zoë").await.id;
        let application = app.bring_to(&recruiter, &posted, id, "screening").await;
        let step = app.step(id, "screening").await;
        Self { posted, recruiter, ada, bob, application, step }
    }

    fn card(&self, word: &str) -> Save {
        let rated =
            |name: &str| Attribute { name: name.into(), rating: Some(Rating::Yes), note: Some(word.into()) };
        let text = |part: &str| Some(format!("{part} {word}"));
        let verdict = Verdict {
            recommendation: Some(Rating::StrongYes),
            attributes: vec![rated("Clarity"), rated("Curiosity")],
            takeaways: text("takeaways"),
            pros: text("pros"),
            cons: text("cons"),
            note_for_others: text("others"),
            private_note: text("private"),
        };
        Save { step: self.step, revision: None, verdict }
    }

    async fn submits(&self, app: &TestApp, by: &Viewer, word: &str) -> Scorecard {
        submit(app.act(by), self.card(word)).await.unwrap()
    }

    fn which(&self) -> Which {
        Which { step: self.step, revision: None }
    }

    fn ask(&self, users: &[&Viewer]) -> Ask {
        Ask {
            which: self.which(),
            users: users.iter().map(|viewer| viewer.user().unwrap()).collect(),
            due_at: None,
        }
    }

    async fn link(&self, app: &TestApp, user: UserId) -> String {
        let purpose = Purpose::Scorecard { step: self.step, user, application: self.application.id };
        format!("/scorecards/{}", app.link(self.application.candidate, purpose).await)
    }

    /// Everything this viewer is told of the application's cards.
    async fn told(&self, app: &TestApp, viewer: &Viewer) -> Value {
        const QUERY: &str = "query($id: ID!) { application(id: $id) { interviewerNotes { text } events(first: 100) { nodes { kind } } \
            steps { step { key } scorecards { version recommendation takeaways pros privateNote author { id } attributes { name rating note } } \
            ownScorecards { version submittedAt takeaways } scorecardSummary { strongNo no yes strongYes } \
            scorecardRequests { submittedAt user { id } } } } }";
        let told = app.ask(viewer, QUERY, json!({ "id": self.application.id.to_string() })).await;
        assert!(told.get("errors").is_none(), "{told}");
        told["data"]["application"].clone()
    }

    async fn screening(&self, app: &TestApp, viewer: &Viewer) -> Value {
        let told = self.told(app, viewer).await;
        let steps = told["steps"].as_array().unwrap();
        steps.iter().find(|step| step["step"]["key"] == "screening").unwrap().clone()
    }
}

both! {
    async fn a_draft_becomes_a_card_that_never_changes(app: TestApp) {
        let story = Story::begin(&app).await;
        let act = app.act(&story.ada);
        let empty = Save { verdict: Verdict::default(), ..story.card("") };
        let draft = save(act, empty.clone()).await.unwrap();
        assert_eq!((draft.version, draft.revision, draft.submitted_at), (1, 1, None));
        let faults = refused(submit(act, empty).await);
        let fields: Vec<_> = faults.each().iter().filter_map(Refusal::field).collect();
        assert_eq!(fields, ["recommendation", "takeaways", "pros", "cons"]);
        let stale = Save { revision: Some(2), ..story.card("x") };
        assert_eq!(refused(save(act, stale).await), Refusal::Stale);
        let second = save(act, Save { revision: Some(1), ..story.card("draft") }).await.unwrap();
        assert_eq!((second.id, second.revision), (draft.id, 2));
        let first = story.submits(&app, &story.ada, "first").await;
        assert_eq!((first.id, first.version), (draft.id, 1));

        // A correction is the next version; the first stays as it was.
        app.clock.pass(TimeDelta::minutes(1));
        save(act, story.card("thinking again")).await.unwrap();
        let told = story.screening(&app, &story.ada).await;
        assert_eq!(told["scorecards"][0]["takeaways"], "takeaways first");
        assert_eq!(told["ownScorecards"][0], json!({ "version": 2, "submittedAt": null, "takeaways": "takeaways thinking again" }));
        let corrected = story.submits(&app, &story.ada, "second").await;
        assert_eq!(corrected.version, 2);
        let told = story.screening(&app, &story.recruiter).await;
        assert_eq!(told["scorecards"].as_array().unwrap().len(), 1);
        assert_eq!(told["scorecards"][0]["takeaways"], "takeaways second");
        assert_eq!(told["scorecardSummary"], json!({ "strongNo": 0, "no": 0, "yes": 0, "strongYes": 1 }));
        assert_eq!(app.rows("scorecard").await, 2);
    }

    async fn nobody_learns_of_anothers_card_before_their_own_is_in(app: TestApp) {
        let story = Story::begin(&app).await;
        let hidden = |told: &Value, what: &str| assert!(!told.to_string().contains(what), "{what} in {told}");
        let before = story.told(&app, &story.bob).await;
        save(app.act(&story.ada), story.card("zulu draft")).await.unwrap();
        story.submits(&app, &story.ada, "zulu").await;
        // Lists, counts, summaries and events are the same as before, and so are errors.
        assert_eq!(story.told(&app, &story.bob).await, before);
        let nothing = Save { verdict: Verdict::default(), ..story.card("") };
        hidden(&json!(format!("{:?}", refused(submit(app.act(&story.bob), nothing).await))), "zulu");
        // A draft of one's own opens nothing.
        save(app.act(&story.bob), story.card("bob")).await.unwrap();
        hidden(&story.told(&app, &story.bob).await, "zulu");
        story.submits(&app, &story.bob, "bob").await;
        let told = story.screening(&app, &story.bob).await;
        let mine = told["scorecards"].as_array().unwrap().iter().find(|card| card["takeaways"] == "takeaways bob").unwrap();
        assert_eq!(mine["privateNote"], "private bob");
        let other = told["scorecards"].as_array().unwrap().iter().find(|card| card["takeaways"] == "takeaways zulu").unwrap();
        assert_eq!(other["privateNote"], Value::Null);
        assert_eq!(told["scorecardSummary"]["strongYes"], 2);
    }

    async fn who_decides_reads_all_unless_they_owe_a_card(app: TestApp) {
        let story = Story::begin(&app).await;
        story.submits(&app, &story.ada, "zulu").await;
        let told = story.screening(&app, &story.recruiter).await;
        assert_eq!(told["scorecards"][0]["privateNote"], "private zulu");
        ask(app.act(&story.recruiter), story.ask(&[&story.recruiter, &story.bob])).await.unwrap();
        let told = story.screening(&app, &story.recruiter).await;
        assert_eq!((&told["scorecards"], &told["scorecardSummary"]), (&json!([]), &Value::Null));
        story.submits(&app, &story.recruiter, "own").await;
        assert_eq!(story.screening(&app, &story.recruiter).await["scorecards"].as_array().unwrap().len(), 2);
        let admin = app.staff(Role::Admin, Reach::Organisation).await;
        assert!(sees_settings(&admin));
        let told = story.screening(&app, &admin).await;
        assert_eq!((&told["scorecards"], &told["scorecardRequests"]), (&json!([]), &json!([])));
        // Of those who were asked, an interviewer sees only themselves.
        let told = story.screening(&app, &story.bob).await;
        assert_eq!(told["scorecardRequests"].as_array().unwrap().len(), 1);
        let candidate = TestApp::applicant(story.application.id, story.application.candidate);
        assert!(!story.told(&app, &candidate).await.to_string().contains("zulu"));
    }

    async fn notes_for_others_are_read_when_the_step_is_done(app: TestApp) {
        let story = Story::begin(&app).await;
        story.submits(&app, &story.ada, "depth").await;
        assert_eq!(story.told(&app, &story.bob).await["interviewerNotes"], json!([]));
        pass(app.act(&story.recruiter), story.which()).await.unwrap();
        let told = story.told(&app, &story.bob).await;
        assert_eq!(told["interviewerNotes"], json!([{ "text": "others depth" }]));
        assert!(!told.to_string().contains("takeaways depth"));
        let candidate = TestApp::applicant(story.application.id, story.application.candidate);
        assert_eq!(story.told(&app, &candidate).await["interviewerNotes"], json!([]));
        // A correction corrects the note as well.
        story.submits(&app, &story.ada, "breadth").await;
        assert_eq!(story.told(&app, &story.bob).await["interviewerNotes"], json!([{ "text": "others breadth" }]));
    }

    async fn who_may_not_write_is_told_so(app: TestApp) {
        let story = Story::begin(&app).await;
        let card = || story.card("x");
        let elsewhere = app.staff(Role::Interviewer, Reach::Team(app.team("Elsewhere").await)).await;
        let admin = app.staff(Role::Admin, Reach::Organisation).await;
        let candidate = TestApp::applicant(story.application.id, story.application.candidate);
        assert_eq!(refused(save(app.act(&elsewhere), card()).await), Refusal::NotFound("step"));
        assert_eq!(refused(save(app.act(&admin), card()).await), Refusal::Forbidden);
        assert_eq!(refused(save(app.act(&candidate), card()).await), Refusal::NotFound("step"));
        let later = Save { step: app.step(story.application.id, "panel").await, ..card() };
        assert_eq!(refused(save(app.act(&story.ada), Save { verdict: Verdict::default(), ..later }).await), Refusal::StepNotReached);
        let mut odd = card();
        odd.verdict.attributes[0].name = "Speed".into();
        assert_eq!(refused(save(app.act(&story.ada), odd).await).field(), Some("attributes.0.name"));
        waive(app.act(&story.recruiter), story.which(), "Known well").await.unwrap();
        assert_eq!(refused(save(app.act(&story.ada), card()).await), Refusal::StepState("waived"));
        assert_eq!(app.rows("scorecard").await, 0);
    }

    async fn who_was_asked_may_write_though_the_application_went_back(app: TestApp) {
        let story = Story::begin(&app).await;
        ask(app.act(&story.recruiter), story.ask(&[&story.ada])).await.unwrap();
        pass(app.act(&story.recruiter), story.which()).await.unwrap();
        let (application, to, reason) = (story.application.id, "feedback".into(), "One more question.".into());
        let revision = app.application(application).await.revision;
        go_back(app.act(&story.recruiter), GoBack { application, revision, to, reason }).await.unwrap();
        let query = "{ work(first: 5) { nodes { kind step { id } } } }";
        let due = app.ask(&story.ada, query, json!({})).await["data"]["work"]["nodes"].clone();
        assert_eq!(due, json!([{ "kind": "SCORECARD_DUE", "step": { "id": story.step.to_string() } }]));
        assert_eq!(refused(save(app.act(&story.bob), story.card("unasked")).await), Refusal::StepNotReached);
        story.submits(&app, &story.ada, "late").await;
        assert_eq!(app.ask(&story.ada, query, json!({})).await["data"]["work"]["nodes"], json!([]));
    }

    async fn people_are_asked_once_and_reminded_once(app: TestApp) {
        let story = Story::begin(&app).await;
        let act = app.act(&story.recruiter);
        let nobody = Ask { users: Vec::new(), ..story.ask(&[]) };
        assert_eq!(refused(ask(act, nobody).await).field(), Some("userIds"));
        assert_eq!(refused(ask(act, story.ask(&[&story.ada, &story.ada])).await).field(), Some("userIds.1"));
        let past = Ask { due_at: Some(app.now()), ..story.ask(&[&story.ada]) };
        assert_eq!(refused(ask(act, past).await).field(), Some("dueAt"));
        assert_eq!(refused(ask(app.act(&story.ada), story.ask(&[&story.bob])).await), Refusal::Forbidden);
        for _ in 0..2 {
            ask(act, story.ask(&[&story.ada, &story.bob])).await.unwrap();
        }
        let id = story.application.id;
        let count = async |kind| app.letters(id).await.into_iter().filter(|letter| *letter == kind).count();
        assert_eq!(count(LetterKind::ScorecardRequested).await, 2);
        story.submits(&app, &story.ada, "in time").await;
        app.clock.pass(TimeDelta::hours(24));
        assert_eq!(sweep(&app).step().await.unwrap(), 1);
        assert_eq!(sweep(&app).step().await.unwrap(), 0);
        assert_eq!(count(LetterKind::ScorecardReminded).await, 1);
        let told = story.screening(&app, &story.recruiter).await;
        let met: Vec<_> = told["scorecardRequests"].as_array().unwrap().iter().map(|it| it["submittedAt"].is_null()).collect();
        assert_eq!(met.iter().filter(|open| **open).count(), 1);
    }

    async fn a_colleague_without_an_account_writes_on_a_page(app: TestApp) {
        let story = Story::begin(&app).await;
        let guest = app.staff(Role::Approver, Reach::Organisation).await.user().unwrap();
        app.put(|tx| async move {
            vacantia::storage::dialect::execute(&tx, "DELETE FROM role_grant WHERE user_id = $1", [guest.into()]).await?;
            Ok(())
        }).await;
        let path = story.link(&app, guest).await;
        let seen = app.get(&path).await;
        assert!(seen.status == 410 && seen.says("no longer needed"), "{}", seen.text());
        let ask_guest = Ask { which: story.which(), users: vec![guest], due_at: None };
        ask(app.act(&story.recruiter), ask_guest).await.unwrap();
        story.submits(&app, &story.ada, "zulu").await;
        let kinds = app.kinds().await;
        let seen = app.get(&path).await;
        assert_eq!((seen.status, seen.header("cache-control")), (200, "no-store"));
        for words in ["Screening call: Zoë", "Whether we understand each other.", "Clarity", "Please submit it by"] {
            assert!(seen.says(words), "{words:?} is not in {}", seen.text());
        }
        assert!(!seen.body.contains("zulu"));
        assert_eq!(app.kinds().await, kinds, "looking changes nothing");
        let mut fields = vec![("takeaways", "Listens <well>."), ("attributes.0.rating", "yes"), ("step", "save")];
        assert_eq!(app.post(&path, &fields).await.status, 303);
        let seen = app.get(&path).await;
        assert!(seen.body.contains("Listens &#60;well&#62;.") && seen.says("Kept as a draft"), "{}", seen.body);
        fields[2] = ("step", "submit");
        let again = app.post(&path, &fields).await;
        assert_eq!(again.status, 422);
        for name in ["recommendation", "pros", "cons"] {
            assert!(again.body.contains(&format!("href=\"#{name}\"")), "{name}");
        }
        fields.extend([("recommendation", "strongYes"), ("pros", "Calm."), ("cons", "None seen.")]);
        for _ in 0..2 {
            let done = app.post(&path, &fields).await;
            assert_eq!((done.status, done.header("location")), (303, path.as_str()));
        }
        let seen = app.get(&path).await;
        assert!(seen.says("Your scorecard is in") && seen.says("Strong yes") && !seen.body.contains("zulu"), "{}", seen.text());
        assert_eq!(app.rows("scorecard").await, 2);
        // The link is for this card and nothing else.
        let assessor = Viewer::Assessor { user: guest, step: story.step, application: story.application.id };
        let told = app.ask(&assessor, "query($id: ID!) { application(id: $id) { id } }", json!({ "id": story.application.id.to_string() })).await;
        assert_eq!(told["data"]["application"], Value::Null);
        let other = app.apply(story.posted.id, "Other").await;
        let elsewhere = Save { step: app.step(other.id, "review").await, verdict: Verdict::default(), revision: None };
        assert_eq!(refused(save(app.act(&assessor), elsewhere).await), Refusal::NotFound("step"));
    }

    async fn a_kit_is_checked_with_its_plan(app: TestApp) {
        let recruiter = app.recruiter().await;
        let mut stages = stages();
        stages[2].steps[0].kit.attributes.push("Clarity".into());
        let input = Create {
            name: "Kits".into(),
            stages,
            approval: plan_reference::approval(),
            references: plan_reference::REFERENCES,
        };
        let fault = refused(plan::create(app.act(&recruiter), input).await);
        assert_eq!(fault.field(), Some("stages.2.steps.0.kit.attributes.2"));
    }

    async fn those_who_met_the_candidate_are_asked_and_shadows_are_not(app: TestApp) {
        let meet = app.meet().await;
        let (bob, cleo, dina) = (app.colleague().await, app.colleague().await, app.colleague().await);
        let step = meet.step("talk").await;
        meet.schedule("talk", vec![coming(&bob), listening(&cleo), coming(&dina)]).await.unwrap();
        let card = || {
            let text = || Some("zulu".to_owned());
            let verdict = Verdict {
                recommendation: Some(Rating::No), takeaways: text(), pros: text(), cons: text(), ..Verdict::default()
            };
            Save { step, revision: None, verdict }
        };
        assert_eq!(refused(submit(app.act(&cleo), card()).await), Refusal::Forbidden);
        let stranger = app.colleague().await;
        assert_eq!(refused(submit(app.act(&stranger), card()).await), Refusal::NotFound("step"));
        // A recruiter who comes owes a card, so that they read nobody else's.
        submit(app.act(&bob), card()).await.unwrap();
        let query = "query($id: ID!) { application(id: $id) { steps { scorecards { pros } scorecardSummary { no } } } }";
        let told = async |viewer: &Viewer| {
            let told = app.ask(viewer, query, json!({ "id": meet.ada.id.to_string() })).await;
            told["data"]["application"]["steps"][0].clone()
        };
        assert_eq!(told(&meet.recruiter).await["scorecards"][0]["pros"], "zulu");
        assert_eq!(told(&cleo).await, json!({ "scorecards": [], "scorecardSummary": null }));
        app.clock.pass(TimeDelta::days(2));
        sweep(&app).step().await.unwrap();
        sweep(&app).step().await.unwrap();
        let letters = app.letters(meet.ada.id).await;
        // Bob has written already: there is nothing to ask him for, and nobody to remind once Dina has.
        let asked = letters.iter().filter(|kind| **kind == LetterKind::ScorecardRequested).count();
        let user = dina.user().unwrap();
        assert_eq!((asked, app.rows(&format!("scorecard_request WHERE user_id = '{user}'")).await), (1, 1));
        assert_eq!(app.rows("scorecard_request").await, 1);
        submit(app.act(&dina), card()).await.unwrap();
        app.clock.pass(TimeDelta::days(2));
        sweep(&app).step().await.unwrap();
        assert!(!app.letters(meet.ada.id).await.contains(&LetterKind::ScorecardReminded));
    }
}
