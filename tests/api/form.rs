//! Questions within a step: sent, answered over GraphQL and on their page, reminded of, late, replaced.

use chrono::TimeDelta;
use serde_json::{Value, json};
use vacantia::actions::application::{Decline, Notice, decline};
use vacantia::actions::form::{Answered, Send, answer, send};
use vacantia::actions::step::{Which, pass};
use vacantia::domain::application::Application;
use vacantia::domain::email::{LetterKind, Omission};
use vacantia::domain::event::EventKind;
use vacantia::domain::form::{Form, FormQuestion};
use vacantia::domain::id::{ApplicationId, StepId};
use vacantia::domain::link::Purpose;
use vacantia::domain::question::{Given, Question, QuestionType};
use vacantia::domain::step::StepState;
use vacantia::domain::viewer::{Reach, Role};
use vacantia::domain::{Refusal, Viewer};

use crate::app::TestApp;
use crate::hire::sweep;
use crate::look::refused;
use crate::seed::Posted;

fn question(key: &str, kind: QuestionType, required: bool) -> Question {
    Question { key: key.into(), label: format!("What about {key}?"), kind, required, options: Vec::new() }
}

fn asked(key: &str, kind: QuestionType, required: bool) -> FormQuestion {
    FormQuestion { question: question(key, kind, required), about: None }
}

fn questions() -> Vec<FormQuestion> {
    let motive = FormQuestion { about: Some("why".into()), ..asked("motive", QuestionType::Prose, true) };
    vec![motive, asked("remote", QuestionType::YesNo, true), asked("site", QuestionType::Url, false)]
}

fn given(pairs: &[(&str, &str)]) -> Vec<Given> {
    pairs.iter().map(|(key, value)| Given { key: (*key).into(), value: (*value).into() }).collect()
}

/// A candidate who is at the stage in which questions are sent.
struct Story {
    recruiter: Viewer,
    posted: Posted,
    application: Application,
    step: StepId,
}

impl Story {
    async fn begin(app: &TestApp) -> Self {
        let posted =
            app.posting("Backend").asking(question("why", QuestionType::Prose, false)).hiring("Plan", 2);
        let posted = posted.open().await;
        let recruiter = app.recruiter().await;
        let answers = given(&[("why", "I like <parsers>.")]);
        let submission =
            vacantia::actions::application::Submission { answers, ..app.submission(posted.id, "Zoë") };
        let id =
            vacantia::actions::application::submit(app.act(&Viewer::Anonymous), submission).await.unwrap();
        let application = app.bring_to(&recruiter, &posted, id, "feedback").await;
        let step = app.step(id, "feedback").await;
        Self { recruiter, posted, application, step }
    }

    fn send(&self) -> Send {
        let which = Which { step: self.step, revision: None };
        Send { which, questions: Some(questions()), note: Some("Take your time.".into()), due_at: None }
    }

    async fn sent(&self, app: &TestApp) -> Form {
        send(app.act(&self.recruiter), self.send()).await.unwrap()
    }

    fn respondent(&self) -> Viewer {
        let (application, candidate) = (self.application.id, self.application.candidate);
        Viewer::Respondent { step: self.step, application, candidate }
    }

    fn answers(&self, form: &Form) -> Answered {
        let answers = given(&[("motive", "Because of the team."), ("remote", "yes")]);
        Answered { form: form.id, answers }
    }

    async fn page(&self, app: &TestApp) -> String {
        let purpose = Purpose::Form { step: self.step, application: self.application.id };
        format!("/forms/{}", app.link(self.application.candidate, purpose).await)
    }
}

async fn state(app: &TestApp, id: ApplicationId) -> StepState {
    app.steps(id).await.into_iter().find(|step| step.key == "feedback").unwrap().state
}

async fn count(app: &TestApp, id: ApplicationId, kind: LetterKind) -> usize {
    app.letters(id).await.into_iter().filter(|letter| *letter == kind).count()
}

const FORM: &str = "query($id: ID!) { application(id: $id) { steps { step { key } status form { note late answeredAt remindedAt \
    questions { key required about { value } } answers { key value } sentBy { id } } forms { id replacedAt } } } }";

async fn form_of(app: &TestApp, viewer: &Viewer, id: ApplicationId) -> Value {
    let told = app.ask(viewer, FORM, json!({ "id": id.to_string() })).await;
    let steps = told["data"]["application"]["steps"].as_array().unwrap_or_else(|| panic!("{told}"));
    steps.iter().find(|step| step["step"]["key"] == "feedback").unwrap().clone()
}

both! {
    async fn questions_are_sent_answered_and_read(app: TestApp) {
        let story = Story::begin(&app).await;
        let id = story.application.id;
        let form = story.sent(&app).await;
        assert_eq!(state(&app, id).await, StepState::Requested);
        assert_eq!(form.due_at, app.now() + TimeDelta::days(7));
        assert_eq!(count(&app, id, LetterKind::FormSent).await, 1);

        // The candidate is told of a field that is missing and one that is no address, and nothing is kept.
        let bad = Answered { answers: given(&[("motive", " "), ("remote", "maybe"), ("site", "ftp://x")]), ..story.answers(&form) };
        let faults = refused(answer(app.act(&story.respondent()), bad).await);
        let fields: Vec<_> = faults.each().iter().filter_map(Refusal::field).collect();
        assert_eq!(fields, ["answers.motive", "answers.remote", "answers.site"]);
        assert_eq!(app.rows("form_answer").await, 0);

        answer(app.act(&story.respondent()), story.answers(&form)).await.unwrap();
        assert_eq!(refused(answer(app.act(&story.respondent()), story.answers(&form)).await), Refusal::AlreadyAnswered);
        assert_eq!(state(&app, id).await, StepState::AwaitingFeedback);
        let told = form_of(&app, &story.recruiter, id).await;
        assert_eq!(told["status"], "AWAITING_FEEDBACK");
        assert_eq!(told["form"]["late"], false);
        assert_eq!(told["form"]["note"], "Take your time.");
        assert_eq!(told["form"]["questions"][0]["about"]["value"], "I like <parsers>.");
        assert_eq!(told["form"]["answers"], json!([
            { "key": "motive", "value": "Because of the team." }, { "key": "remote", "value": "yes" },
        ]));
        // An administrator runs the installation and reads no answers.
        let admin = app.staff(Role::Admin, Reach::Organisation).await;
        assert_eq!(form_of(&app, &admin, id).await["form"], Value::Null);
        pass(app.act(&story.recruiter), Which { step: story.step, revision: None }).await.unwrap();
        let kinds = app.kinds().await;
        for kind in [EventKind::FormSent, EventKind::StepRequested, EventKind::FormAnswered, EventKind::StepAwaitsFeedback] {
            assert_eq!(kinds.iter().filter(|told| **told == kind).count(), 1, "{kind}");
        }
    }

    async fn questions_that_cannot_be_sent_say_why(app: TestApp) {
        let story = Story::begin(&app).await;
        let act = app.act(&story.recruiter);
        let field = |input: Send| async { refused(send(act, input).await).field().map(str::to_owned) };
        assert_eq!(field(Send { questions: None, ..story.send() }).await.as_deref(), Some("questions"));
        assert_eq!(field(Send { due_at: Some(app.now()), ..story.send() }).await.as_deref(), Some("dueAt"));
        assert_eq!(field(Send { note: Some("x".repeat(5_001)), ..story.send() }).await.as_deref(), Some("note"));
        let stray = FormQuestion { about: Some("when".into()), ..asked("motive", QuestionType::Prose, true) };
        assert_eq!(field(Send { questions: Some(vec![stray]), ..story.send() }).await.as_deref(), Some("questions.0.about"));
        let twice = vec![asked("motive", QuestionType::Line, true), asked("motive", QuestionType::Line, true)];
        assert_eq!(field(Send { questions: Some(twice), ..story.send() }).await.as_deref(), Some("questions.1.question.key"));
        let which = Which { step: app.step(story.application.id, "review").await, revision: None };
        assert_eq!(field(Send { which, ..story.send() }).await.as_deref(), Some("stepId"));
        let stale = Which { step: story.step, revision: Some(story.application.revision - 1) };
        assert_eq!(refused(send(act, Send { which: stale, ..story.send() }).await), Refusal::Stale);
        let interviewer = app.staff(Role::Interviewer, Reach::Organisation).await;
        assert_eq!(refused(send(app.act(&interviewer), story.send()).await), Refusal::Forbidden);
        let stranger = app.staff(Role::Interviewer, Reach::Team(app.team("Elsewhere").await)).await;
        assert_eq!(refused(send(app.act(&stranger), story.send()).await), Refusal::NotFound("step"));
        pass(act, Which { step: story.step, revision: None }).await.unwrap();
        assert_eq!(refused(send(act, story.send()).await), Refusal::StepState("passed"));
        assert_eq!(app.rows("form").await, 0);
        assert_eq!(count(&app, story.application.id, LetterKind::FormSent).await, 0);
    }

    async fn a_link_answers_its_own_questions_only(app: TestApp) {
        let story = Story::begin(&app).await;
        let form = story.sent(&app).await;
        let other = app.apply(story.posted.id, "Bob").await;
        let others = Viewer::Respondent { step: app.step(other.id, "feedback").await, application: other.id, candidate: other.candidate };
        let outsider = TestApp::applicant(other.id, other.candidate);
        for viewer in [&others, &outsider, &Viewer::Anonymous] {
            assert_eq!(refused(answer(app.act(viewer), story.answers(&form)).await), Refusal::NotFound("form"), "{viewer:?}");
        }
        // It opens neither the application nor anything else of the candidate.
        let id = story.application.id.to_string();
        let query = "query($id: ID!) { application(id: $id) { id } node(id: $id) { id } viewer { kind form { stepId questions { about { value } } } } }";
        let told = app.ask(&story.respondent(), query, json!({ "id": id })).await;
        assert_eq!((&told["data"]["application"], &told["data"]["node"]), (&Value::Null, &Value::Null));
        assert_eq!(told["data"]["viewer"]["kind"], "RESPONDENT");
        assert_eq!(told["data"]["viewer"]["form"]["questions"][0]["about"]["value"], "I like <parsers>.");
        // The link to the application answers them as well; so does a recruiter who was told.
        let applicant = TestApp::applicant(story.application.id, story.application.candidate);
        answer(app.act(&applicant), story.answers(&form)).await.unwrap();
        assert_eq!(refused(answer(app.act(&story.recruiter), story.answers(&form)).await), Refusal::AlreadyAnswered);
    }

    async fn who_does_not_answer_is_reminded_once_and_late_answers_are_marked(app: TestApp) {
        let story = Story::begin(&app).await;
        let id = story.application.id;
        let form = story.sent(&app).await;
        app.clock.pass(TimeDelta::days(5) - TimeDelta::seconds(1));
        assert_eq!(sweep(&app).step().await.unwrap(), 0);
        app.clock.pass(TimeDelta::seconds(1));
        assert_eq!(sweep(&app).step().await.unwrap(), 1);
        assert_eq!(sweep(&app).step().await.unwrap(), 0);
        assert_eq!(count(&app, id, LetterKind::FormReminded).await, 1);
        app.clock.pass(TimeDelta::days(3));
        let form = answer(app.act(&story.respondent()), story.answers(&form)).await.unwrap();
        assert!(form.is_late());
        assert_eq!(form_of(&app, &story.recruiter, id).await["form"]["late"], true);
    }

    async fn nobody_is_reminded_of_what_is_over(app: TestApp) {
        let story = Story::begin(&app).await;
        let form = story.sent(&app).await;
        let notice = Notice::Omitted(Omission::ToldOtherwise);
        let input = Decline { application: story.application.id, revision: None, reason: "No".into(), note: None, notice };
        decline(app.act(&story.recruiter), input).await.unwrap();
        app.clock.pass(TimeDelta::days(6));
        assert_eq!(sweep(&app).step().await.unwrap(), 0);
        assert_eq!(refused(answer(app.act(&story.respondent()), story.answers(&form)).await), Refusal::NotActive);
        let page = app.get(&story.page(&app).await).await;
        assert!(page.status == 410 && page.says("These questions are no longer open"), "{}", page.text());
    }

    async fn newer_questions_replace_older_ones_and_their_links(app: TestApp) {
        let story = Story::begin(&app).await;
        let old = story.sent(&app).await;
        let page = story.page(&app).await;
        app.clock.pass(TimeDelta::hours(1));
        let new = Send { questions: Some(vec![asked("salary", QuestionType::Line, true)]), ..story.send() };
        send(app.act(&story.recruiter), new).await.unwrap();
        let seen = app.get(&page).await;
        assert!(seen.status == 410 && seen.says("We have sent you something newer"), "{}", seen.text());
        assert_eq!(refused(answer(app.act(&story.respondent()), story.answers(&old)).await), Refusal::Stale);
        let told = form_of(&app, &story.recruiter, story.application.id).await;
        assert_eq!(told["form"]["questions"][0]["key"], "salary");
        assert_ne!(told["forms"][1]["replacedAt"], Value::Null);
        let seen = app.get(&story.page(&app).await).await;
        assert!(seen.says("What about salary?") && !seen.says("What about remote?"));
    }

    async fn a_candidate_answers_on_a_page(app: TestApp) {
        let story = Story::begin(&app).await;
        story.sent(&app).await;
        let path = story.page(&app).await;
        let kinds = app.kinds().await;
        let seen = app.get(&path).await;
        assert_eq!((seen.status, seen.header("cache-control")), (200, "no-store"));
        for words in ["Our questions to you", "Please answer by", "Take your time.", "You wrote: What about why?", "I like &#60;parsers&#62;."] {
            assert!(seen.says(words), "{words:?} is not in {}", seen.text());
        }
        assert_eq!(app.kinds().await, kinds, "looking changes nothing");
        let again = app.post(&path, &[("answers.motive", "Kept <as> typed"), ("answers.remote", "")]).await;
        assert_eq!(again.status, 422);
        assert!(again.body.contains("href=\"#answers.remote\""), "{}", again.body);
        assert!(again.body.contains("Kept &#60;as&#62; typed"), "{}", again.body);
        let fields = [("answers.motive", "The team."), ("answers.remote", "no")];
        for _ in 0..2 {
            let done = app.post(&path, &fields).await;
            assert_eq!((done.status, done.header("location")), (303, path.as_str()));
        }
        let seen = app.get(&path).await;
        assert!(seen.status == 200 && seen.says("Your answers have arrived") && seen.says("The team."));
        assert_eq!(app.get(&format!("{path}x")).await.status, 404);
    }

    async fn the_page_of_the_application_leads_to_the_questions(app: TestApp) {
        let story = Story::begin(&app).await;
        let secret = app.link(story.application.candidate, Purpose::Application(story.application.id)).await;
        let (status, form) = (format!("/applications/{secret}"), format!("/applications/{secret}/forms/{}", story.step));
        assert!(!app.get(&status).await.body.contains(&form));
        assert_eq!(app.get(&form).await.status, 404);
        story.sent(&app).await;
        assert!(app.get(&status).await.body.contains(&format!("href=\"{form}\"")));
        assert!(app.get(&form).await.says("What about motive?"));
        let other = app.step(app.apply(story.posted.id, "Bob").await.id, "feedback").await;
        assert_eq!(app.get(&format!("/applications/{secret}/forms/{other}")).await.status, 404);
        let done = app.post(&form, &[("answers.motive", "The team."), ("answers.remote", "no")]).await;
        assert_eq!((done.status, done.header("location")), (303, form.as_str()));
        let seen = app.get(&status).await;
        assert!(!seen.body.contains(&form) && seen.says("Feedback questions: your answers have arrived"), "{}", seen.text());
    }
}
