//! References: asked for, named on a page and over GraphQL, answered once, and what the plan's rule makes of them.

use chrono::TimeDelta;
use serde_json::{Value, json};
use vacantia::actions::application::{Decline, Notice, decline as decline_application};
use vacantia::actions::reference::{Answered, Nominate, Request, answer, cancel, decline, nominate, request};
use vacantia::actions::step::{Which, pass, reopen, waive};
use vacantia::domain::application::Application;
use vacantia::domain::email::{EmailState, LetterKind, Omission};
use vacantia::domain::event::EventKind;
use vacantia::domain::id::{ApplicationId, StepId};
use vacantia::domain::link::Purpose;
use vacantia::domain::policy::application::references;
use vacantia::domain::question::Given;
use vacantia::domain::reference::{
    AGREEMENT, CONSENT, Named, Recommendation, Reference, ReferenceState, Relation,
};
use vacantia::domain::reference_request::ReferenceRequest;
use vacantia::domain::step::StepState;
use vacantia::domain::viewer::{Reach, Role};
use vacantia::domain::{Refusal, Viewer};
use vacantia::storage;

use crate::app::TestApp;
use crate::hire::sweep;
use crate::look::refused;
use crate::seed::Posted;

fn named(name: &str, relation: Relation) -> Named {
    let email = format!("{}@example.com", name.to_lowercase());
    Named { name: name.into(), email, relation: Some(relation) }
}

/// A candidate who is at the stage in which referees are asked.
pub struct Story {
    pub recruiter: Viewer,
    pub posted: Posted,
    pub application: Application,
    pub step: StepId,
}

impl Story {
    pub async fn begin(app: &TestApp) -> Self {
        let posted = app.posting("Backend").hiring("Plan", 2).open().await;
        let recruiter = app.recruiter().await;
        let id = app.apply(posted.id, "Zoë").await.id;
        let application = app.bring_to(&recruiter, &posted, id, "team").await;
        let step = app.step(id, "references").await;
        Self { recruiter, posted, application, step }
    }

    fn request(&self) -> Request {
        let which = Which { step: self.step, revision: None };
        let note = Some("Somebody from your last team would be best.".into());
        Request { which, count: None, note, due_at: None }
    }

    pub async fn requested(&self, app: &TestApp) -> ReferenceRequest {
        request(app.act(&self.recruiter), self.request()).await.unwrap()
    }

    fn nominator(&self) -> Viewer {
        let (application, candidate) = (self.application.id, self.application.candidate);
        Viewer::Nominator { step: self.step, application, candidate }
    }

    fn nominate(&self, referees: Vec<Named>) -> Nominate {
        Nominate { step: self.step, referees, agreement: AGREEMENT.id.into() }
    }

    async fn nominated(&self, app: &TestApp, referees: Vec<Named>) {
        nominate(app.act(&self.nominator()), self.nominate(referees)).await.unwrap();
    }

    /// A manager, Maud, and a peer, Paul, are asked.
    pub async fn asked(app: &TestApp) -> (Self, Reference, Reference) {
        let story = Self::begin(app).await;
        story.requested(app).await;
        story.nominated(app, vec![named("Maud", Relation::Manager), named("Paul", Relation::Peer)]).await;
        let (maud, paul) = (story.of(app, "Maud").await, story.of(app, "Paul").await);
        (story, maud, paul)
    }

    pub async fn all(&self, app: &TestApp) -> Vec<Reference> {
        let all = references(&Viewer::System);
        let mut found = storage::reference::of_steps(&app.store, &all, &[self.step]).await.unwrap();
        found.remove(&self.step).unwrap_or_default()
    }

    pub async fn of(&self, app: &TestApp, name: &str) -> Reference {
        self.all(app).await.into_iter().find(|one| one.nominee.name == name).unwrap()
    }

    async fn answered(&self, app: &TestApp, reference: &Reference) -> Reference {
        answer(app.act(&referee(reference)), answers(reference)).await.unwrap()
    }

    async fn state(&self, app: &TestApp) -> StepState {
        app.steps(self.application.id).await.into_iter().find(|step| step.id == self.step).unwrap().state
    }

    pub async fn page(&self, app: &TestApp) -> String {
        let purpose = Purpose::Nomination { step: self.step, application: self.application.id };
        format!("/nominations/{}", app.link(self.application.candidate, purpose).await)
    }

    pub async fn page_of(&self, app: &TestApp, reference: &Reference) -> String {
        let purpose = Purpose::Reference { reference: reference.id, application: self.application.id };
        format!("/references/{}", app.link(self.application.candidate, purpose).await)
    }

    async fn told(&self, app: &TestApp, viewer: &Viewer) -> Value {
        let told = app.ask(viewer, STEPS, json!({ "id": self.application.id.to_string() })).await;
        let steps = told["data"]["application"]["steps"].as_array().unwrap_or_else(|| panic!("{told}"));
        steps.iter().find(|step| step["step"]["key"] == "references").unwrap().clone()
    }
}

fn referee(reference: &Reference) -> Viewer {
    Viewer::Referee { reference: reference.id, application: reference.application }
}

fn answers(reference: &Reference) -> Answered {
    let value = |key: &str| Given { key: key.into(), value: "yes".into() };
    let answers = ["together", "strengths", "growth", "again"].map(value).into();
    let recommendation = Some(Recommendation::WithReservations);
    Answered { reference: reference.id, answers, recommendation, consent: CONSENT.id.into() }
}

async fn count(app: &TestApp, id: ApplicationId, kind: LetterKind) -> usize {
    app.letters(id).await.into_iter().filter(|letter| *letter == kind).count()
}

fn fields(refused: &Refusal) -> Vec<String> {
    refused.each().iter().filter_map(Refusal::field).map(str::to_owned).collect()
}

const STEPS: &str = "query($id: ID!) { application(id: $id) { steps { step { key } status \
    referenceRequest { count note sentBy { id } referees { name relation } consent { key } } \
    references { id relation status name email answeredAt reason answers { key value } recommendation } \
    referenceProgress { complete managers neededComplete neededManagers } } } }";

both! {
    async fn people_are_named_asked_and_heard(app: TestApp) {
        let (story, maud, paul) = Story::asked(&app).await;
        let id = story.application.id;
        assert_eq!(story.state(&app).await, StepState::Requested);
        assert_eq!((count(&app, id, LetterKind::NominationRequested).await, count(&app, id, LetterKind::ReferenceRequested).await), (1, 2));

        // Nobody is asked anew, nothing is kept, while something is missing.
        let bad = Answered { answers: vec![Given { key: "again".into(), value: "maybe".into() }], ..answers(&maud) };
        let faults = refused(answer(app.act(&referee(&maud)), bad).await);
        assert_eq!(fields(&faults), ["answers.together", "answers.strengths", "answers.growth", "answers.again"]);
        let unread = Answered { consent: "refer-0".into(), ..answers(&maud) };
        assert_eq!(fields(&refused(answer(app.act(&referee(&maud)), unread).await)), ["consent"]);
        assert_eq!(app.rows("reference_answer").await, 0);

        story.answered(&app, &paul).await;
        assert_eq!(story.state(&app).await, StepState::Requested, "two are needed");
        story.answered(&app, &maud).await;
        assert_eq!(story.state(&app).await, StepState::AwaitingFeedback);
        for again in [answer(app.act(&referee(&maud)), answers(&maud)).await, decline(app.act(&referee(&maud)), maud.id).await] {
            assert_eq!(refused(again), Refusal::AlreadyAnswered);
        }
        let told = story.told(&app, &story.recruiter).await;
        assert_eq!(told["referenceProgress"], json!({ "complete": 2, "managers": 1, "neededComplete": 2, "neededManagers": 1 }));
        let first = &told["references"][0];
        assert_eq!((&first["relation"], &first["status"], &first["name"], &first["email"]),
            (&"MANAGER".into(), &"COMPLETE".into(), &"Maud".into(), &"maud@example.com".into()));
        assert_eq!(first["recommendation"], "WITH_RESERVATIONS");
        assert_eq!(first["answers"][0], json!({ "key": "together", "value": "yes" }));
        let maud = story.of(&app, "Maud").await;
        assert_eq!((maud.agreement.as_str(), maud.consent.as_deref()), (AGREEMENT.id, Some(CONSENT.id)));
        let kinds = app.kinds().await;
        let told = |kind| kinds.iter().filter(|told| **told == kind).count();
        assert_eq!([EventKind::ReferencesRequested, EventKind::ReferenceRequested, EventKind::ReferenceCompleted].map(told), [1, 2, 2]);
        for secret in ["Maud", "maud@example.com", "last team"] {
            assert!(!app.texts("SELECT facts AS text FROM event").await.iter().any(|facts| facts.contains(secret)), "{secret}");
        }
    }

    async fn only_those_who_decide_read_what_referees_wrote(app: TestApp) {
        let (story, maud, _) = Story::asked(&app).await;
        story.answered(&app, &maud).await;
        let manager = app.staff(Role::HiringManager, Reach::Posting(story.posted.id)).await;
        assert_eq!(story.told(&app, &manager).await["references"][0]["name"], "Maud");
        let applicant = TestApp::applicant(story.application.id, story.application.candidate);
        let interviewer = app.staff(Role::Interviewer, Reach::Organisation).await;
        let admin = app.staff(Role::Admin, Reach::Organisation).await;
        for viewer in [&applicant, &interviewer, &admin] {
            let told = story.told(&app, viewer).await;
            assert_eq!((&told["references"], &told["referenceProgress"]), (&json!([]), &Value::Null), "{viewer:?}");
        }
        // The candidate knows whom they named, and not what came of it.
        let told = story.told(&app, &applicant).await;
        assert_eq!(told["referenceRequest"]["referees"], json!([{ "name": "Maud", "relation": "MANAGER" }, { "name": "Paul", "relation": "PEER" }]));
        for viewer in [&interviewer, &admin] {
            assert_eq!(story.told(&app, viewer).await["referenceRequest"], Value::Null, "{viewer:?}");
        }
        // Neither link opens more than it is for.
        let query = "query($id: ID!) { application(id: $id) { id } viewer { kind reference { candidate role relation awaited questions { key } consent { key } } \
                     referenceRequest { stepId count referees { name } } } }";
        let variables = json!({ "id": story.application.id.to_string() });
        let told = app.ask(&referee(&maud), query, variables.clone()).await["data"].clone();
        assert_eq!(told["application"], Value::Null);
        assert_eq!((&told["viewer"]["kind"], &told["viewer"]["referenceRequest"]), (&"REFEREE".into(), &Value::Null));
        assert_eq!((&told["viewer"]["reference"]["candidate"], &told["viewer"]["reference"]["role"]), (&"Zoë".into(), &"Backend".into()));
        assert_eq!(told["viewer"]["reference"]["awaited"], false);
        let told = app.ask(&story.nominator(), query, variables).await["data"].clone();
        assert_eq!((&told["application"], &told["viewer"]["reference"]), (&Value::Null, &Value::Null));
        assert_eq!(told["viewer"]["referenceRequest"]["count"], 2);
    }

    async fn who_may_not_is_refused(app: TestApp) {
        let (story, maud, paul) = Story::asked(&app).await;
        let interviewer = app.staff(Role::Interviewer, Reach::Organisation).await;
        let stranger = app.staff(Role::Recruiter, Reach::Posting(app.posting("Other").hiring("Plan", 1).open().await.id)).await;
        let manager = app.staff(Role::HiringManager, Reach::Organisation).await;
        let applicant = TestApp::applicant(story.application.id, story.application.candidate);
        let (here, other) = (story.application.id, app.apply(story.posted.id, "Bob").await);
        let elsewhere = Viewer::Nominator { step: app.step(here, "technical").await, application: here, candidate: story.application.candidate };
        let unknown = Refusal::NotFound("step");
        for (viewer, expected) in [
            (&interviewer, Refusal::Forbidden), (&stranger, unknown.clone()), (&applicant, Refusal::Forbidden),
            (&story.nominator(), unknown.clone()), (&referee(&maud), unknown.clone()), (&Viewer::Anonymous, unknown.clone()),
        ] {
            assert_eq!(refused(request(app.act(viewer), story.request()).await), expected, "{viewer:?}");
        }
        let more = || story.nominate(vec![named("Nina", Relation::Report)]);
        for (viewer, expected) in [
            (&interviewer, Refusal::Forbidden), (&manager, Refusal::Forbidden), (&stranger, unknown.clone()), (&elsewhere, unknown.clone()),
            (&TestApp::applicant(other.id, other.candidate), unknown.clone()), (&referee(&maud), unknown.clone()), (&Viewer::Anonymous, unknown),
        ] {
            assert_eq!(refused(nominate(app.act(viewer), more()).await), expected, "{viewer:?}");
        }
        let unknown = Refusal::NotFound("reference");
        for (viewer, expected) in [
            (&story.recruiter, Refusal::Forbidden), (&manager, Refusal::Forbidden), (&interviewer, unknown.clone()), (&applicant, unknown.clone()),
            (&story.nominator(), unknown.clone()), (&referee(&paul), unknown.clone()), (&Viewer::Anonymous, unknown.clone()),
        ] {
            assert_eq!(refused(answer(app.act(viewer), answers(&maud)).await), expected, "{viewer:?}");
            assert_eq!(refused(decline(app.act(viewer), maud.id).await), expected, "{viewer:?}");
        }
        for viewer in [&interviewer, &stranger, &applicant, &story.nominator(), &Viewer::Anonymous] {
            assert_eq!(refused(cancel(app.act(viewer), maud.id, "No").await), unknown, "{viewer:?}");
        }
        assert_eq!(refused(cancel(app.act(&referee(&maud)), maud.id, "No").await), unknown);
        // A recruiter who was told may name people; so may the candidate by the link to the application.
        nominate(app.act(&story.recruiter), more()).await.unwrap();
        nominate(app.act(&applicant), story.nominate(vec![named("Olaf", Relation::Peer)])).await.unwrap();
        assert_eq!(story.all(&app).await.len(), 4);
    }

    async fn what_cannot_be_asked_or_named_says_why(app: TestApp) {
        let story = Story::begin(&app).await;
        let act = app.act(&story.recruiter);
        let field = |input: Request| async { refused(request(act, input).await).field().map(str::to_owned) };
        assert_eq!(field(Request { count: Some(0), ..story.request() }).await.as_deref(), Some("count"));
        assert_eq!(field(Request { count: Some(11), ..story.request() }).await.as_deref(), Some("count"));
        assert_eq!(field(Request { due_at: Some(app.now()), ..story.request() }).await.as_deref(), Some("dueAt"));
        assert_eq!(field(Request { note: Some("x".repeat(5_001)), ..story.request() }).await.as_deref(), Some("note"));
        let which = Which { step: app.step(story.application.id, "technical").await, revision: None };
        assert_eq!(field(Request { which, ..story.request() }).await.as_deref(), Some("stepId"));
        let stale = Which { step: story.step, revision: Some(story.application.revision - 1) };
        assert_eq!(refused(request(act, Request { which: stale, ..story.request() }).await), Refusal::Stale);
        let nominator = story.nominator();
        let name = |referees| nominate(app.act(&nominator), story.nominate(referees));
        assert_eq!(refused(name(vec![named("Maud", Relation::Manager)]).await), Refusal::StepState("pending"));
        story.requested(&app).await;
        let email = app.submission(story.posted.id, "Zoë").email.to_uppercase();
        let own = Named { email, ..named("Zoë", Relation::Peer) };
        assert_eq!(fields(&refused(name(vec![named("Maud", Relation::Manager), own]).await)), ["referees.1.email"]);
        let twice = vec![named("Maud", Relation::Manager), named("Maud", Relation::Peer)];
        assert_eq!(fields(&refused(name(twice).await)), ["referees.1.email"]);
        let unconfirmed = Nominate { agreement: String::new(), ..story.nominate(vec![named("Maud", Relation::Manager)]) };
        assert_eq!(fields(&refused(nominate(app.act(&nominator), unconfirmed).await)), ["consent"]);
        assert_eq!(app.rows("reference").await, 0);
        name(vec![named("Maud", Relation::Manager)]).await.unwrap();
        assert_eq!(fields(&refused(name(vec![named("Maud", Relation::Manager)]).await)), ["referees.0.email"]);
        let many = (0..9).map(|number| named(&format!("P{number}"), Relation::Peer)).collect();
        name(many).await.unwrap();
        assert_eq!(fields(&refused(name(vec![named("Nina", Relation::Peer)]).await)), ["referees"]);
        pass(act, Which { step: story.step, revision: None }).await.unwrap();
        assert_eq!(refused(name(vec![named("Nina", Relation::Peer)]).await), Refusal::StepState("passed"));
        assert_eq!(refused(request(act, story.request()).await), Refusal::StepState("passed"));
    }

    async fn what_is_taken_back_is_over_for_the_referee(app: TestApp) {
        let (story, maud, paul) = Story::asked(&app).await;
        let act = app.act(&story.recruiter);
        let page = story.page_of(&app, &maud).await;
        assert_eq!(fields(&refused(cancel(act, maud.id, " ").await)), ["reason"]);
        let withdrawn = cancel(act, maud.id, "Named by mistake.").await.unwrap();
        assert_eq!(withdrawn.state, ReferenceState::Withdrawn);
        assert_eq!(refused(cancel(act, maud.id, "Again.").await), Refusal::Stale);
        assert_eq!(refused(answer(app.act(&referee(&maud)), answers(&maud)).await), Refusal::Stale);
        let seen = app.get(&page).await;
        assert!(seen.status == 410 && seen.says("This is no longer needed"), "{}", seen.text());
        let states = app.texts("SELECT state AS text FROM email_message WHERE kind = 'referenceRequested' ORDER BY reference_id").await;
        assert_eq!(states, [EmailState::Cancelled.as_str(), EmailState::Queued.as_str()]);
        assert_eq!(story.told(&app, &story.recruiter).await["references"][0]["reason"], "Named by mistake.");
        // The same person may be named again, and is asked anew.
        app.clock.pass(TimeDelta::seconds(1));
        story.nominated(&app, vec![named("Maud", Relation::Manager)]).await;
        decline(app.act(&referee(&paul)), paul.id).await.unwrap();
        assert_eq!(refused(cancel(act, paul.id, "Late.").await), Refusal::AlreadyAnswered);
        let told = story.told(&app, &story.recruiter).await;
        assert_eq!((&told["references"][1]["status"], &told["references"][1]["answeredAt"]), (&"DECLINED".into(), &Value::Null));
        assert_eq!(told["referenceProgress"]["complete"], 0);
    }

    async fn whoever_does_not_answer_is_reminded_once(app: TestApp) {
        let story = Story::begin(&app).await;
        let id = story.application.id;
        story.requested(&app).await;
        app.clock.pass(TimeDelta::days(5));
        assert_eq!((sweep(&app).step().await.unwrap(), sweep(&app).step().await.unwrap()), (1, 0));
        assert_eq!(count(&app, id, LetterKind::NominationReminded).await, 1);
        story.nominated(&app, vec![named("Maud", Relation::Manager), named("Paul", Relation::Peer)]).await;
        let (maud, paul) = (story.of(&app, "Maud").await, story.of(&app, "Paul").await);
        story.answered(&app, &maud).await;
        app.clock.pass(TimeDelta::days(5) - TimeDelta::seconds(1));
        assert_eq!(sweep(&app).step().await.unwrap(), 0);
        app.clock.pass(TimeDelta::seconds(1));
        assert_eq!((sweep(&app).step().await.unwrap(), sweep(&app).step().await.unwrap()), (1, 0));
        assert_eq!(count(&app, id, LetterKind::ReferenceReminded).await, 1);
        // Late answers are taken.
        app.clock.pass(TimeDelta::days(20));
        story.answered(&app, &paul).await;
    }

    async fn nobody_is_reminded_or_heard_once_the_application_is_over(app: TestApp) {
        let (story, maud, _) = Story::asked(&app).await;
        let page = story.page_of(&app, &maud).await;
        let notice = Notice::Omitted(Omission::ToldOtherwise);
        let input = Decline { application: story.application.id, revision: None, reason: "No".into(), note: None, notice };
        decline_application(app.act(&story.recruiter), input).await.unwrap();
        app.clock.pass(TimeDelta::days(6));
        assert_eq!(sweep(&app).step().await.unwrap(), 0);
        assert_eq!(refused(answer(app.act(&referee(&maud)), answers(&maud)).await), Refusal::NotActive);
        assert_eq!(refused(cancel(app.act(&story.recruiter), maud.id, "Over.").await), Refusal::NotActive);
        for path in [page, story.page(&app).await] {
            assert_eq!(app.get(&path).await.status, 410);
        }
    }

    async fn a_newer_request_replaces_the_older_and_its_link(app: TestApp) {
        let (story, maud, _) = Story::asked(&app).await;
        let page = story.page(&app).await;
        app.clock.pass(TimeDelta::hours(1));
        request(app.act(&story.recruiter), Request { count: Some(3), note: None, ..story.request() }).await.unwrap();
        let seen = app.get(&page).await;
        assert!(seen.status == 410 && seen.says("We have sent you a newer link"), "{}", seen.text());
        let told = story.told(&app, &story.recruiter).await;
        assert_eq!((&told["referenceRequest"]["count"], &told["referenceRequest"]["note"]), (&json!(3), &Value::Null));
        // Those who were asked stay asked.
        story.answered(&app, &maud).await;
        assert_eq!(app.kinds().await.iter().filter(|kind| **kind == EventKind::ReferencesReplaced).count(), 1);
    }

    async fn invariant_10_an_offer_waits_for_references(app: TestApp) {
        let desk = app.desk().await;
        let posted = app.posting("Backend").hiring("Create", 1).open().await;
        let ready = desk.ready(&posted, "Ada").await;
        let step = app.step(ready.id, "references").await;
        let (act, which) = (app.act(&desk.recruiter), Which { step, revision: None });
        let offer = desk.draft(&ready).await;
        reopen(act, which, "Waived too early.").await.unwrap();
        request(act, Request { which, count: None, note: None, due_at: None }).await.unwrap();
        let referees = vec![named("Paul", Relation::Peer), named("Rita", Relation::Report), named("Maud", Relation::Manager)];
        nominate(act, Nominate { step, referees, agreement: AGREEMENT.id.into() }).await.unwrap();
        let all = references(&Viewer::System);
        let asked = storage::reference::of_steps(&app.store, &all, &[step]).await.unwrap().remove(&step).unwrap();
        pass(act, which).await.unwrap();
        // Passed by hand with none, with one, with two none of whom managed her: not enough. Late answers count.
        for reference in &asked {
            assert_eq!(refused(desk.submit(offer.id).await), Refusal::ReferencesMissing, "before {}", reference.nominee.name);
            answer(app.act(&referee(reference)), answers(reference)).await.unwrap();
        }
        // What was answered in an earlier round counts as well: nobody is asked twice.
        reopen(act, which, "One more call.").await.unwrap();
        assert_eq!(refused(desk.submit(offer.id).await), Refusal::ReferencesMissing);
        pass(act, which).await.unwrap();
        desk.submit(offer.id).await.unwrap();
        app.check_invariants().await;
    }

    async fn nobody_is_heard_once_the_step_is_waived(app: TestApp) {
        let (story, maud, _) = Story::asked(&app).await;
        let page = story.page_of(&app, &maud).await;
        assert_eq!(app.get(&page).await.status, 200);
        waive(app.act(&story.recruiter), Which { step: story.step, revision: None }, "Known well.").await.unwrap();
        assert_eq!(refused(answer(app.act(&referee(&maud)), answers(&maud)).await), Refusal::StepState("waived"));
        assert_eq!(refused(decline(app.act(&referee(&maud)), maud.id).await), Refusal::StepState("waived"));
        assert_eq!(app.get(&page).await.status, 410);
        app.clock.pass(TimeDelta::days(6));
        assert_eq!(sweep(&app).step().await.unwrap(), 0);
    }
}
