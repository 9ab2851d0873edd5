//! The moves of a round made, through `actions` or over GraphQL, each under the clock of its hour.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use vacantia::actions::application::{self, Advance, Decline, Notice};
use vacantia::actions::interview::{self, Schedule};
use vacantia::actions::posting::{self, NewTeam, TeamEntry};
use vacantia::actions::reference::{self, Answered, Nominate, Request};
use vacantia::actions::scorecard;
use vacantia::actions::step::{self, Which};
use vacantia::actions::{Act, plan, team};
use vacantia::domain::Viewer;
use vacantia::domain::id::{ApplicationId, CandidateId, PostingId, ReferenceId, StepId};
use vacantia::domain::interview::Setting;
use vacantia::domain::plan::Stage;
use vacantia::domain::plan_reference;
use vacantia::domain::policy::application::references;
use vacantia::domain::question::Given;
use vacantia::domain::reference::{AGREEMENT, CONSENT, Named, Relation};
use vacantia::domain::scorecard::{Rating, Verdict};
use vacantia::domain::viewer::{Reach, Role};
use vacantia::storage::{self, Failure};

use super::STEPS;
use super::courses::{Course, Finish, Move, Standing};
use crate::app::TestApp;
use crate::history::content;
use crate::meeting::coming;

/// Who is named by every candidate.
pub const REFEREES: [(&str, &str, &str); 2] =
    [("Maud", "maud@example.com", "MANAGER"), ("Paul", "paul@example.com", "PEER")];

/// What referees are asked.
const ASKED: [&str; 4] = ["together", "strengths", "growth", "again"];

/// By which way in the moves are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hand {
    Actions,
    Graphql,
}

/// Where the round is played.
pub struct Table<'a> {
    app: &'a TestApp,
    hand: Hand,
    posting: PostingId,
    recruiter: Viewer,
    hosts: [Viewer; 2],
    began_at: DateTime<Utc>,
}

/// One application in it.
pub struct Seat {
    pub id: ApplicationId,
    pub standing: Standing,
    /// It stands in the next stage.
    gone: bool,
    candidate: CandidateId,
    steps: [StepId; 3],
    asked: Vec<ReferenceId>,
}

/// What a move is answered: `ok`, or a refusal's code.
fn answer<T>(outcome: Result<T, Failure>) -> String {
    match outcome {
        Ok(_) => "ok".to_owned(),
        Err(Failure::Refused(refusal)) => refusal.code().to_owned(),
        Err(Failure::Fault(fault)) => panic!("a fault: {fault:?}"),
    }
}

/// A posting on a plan of these stages, with its history from the first draft on.
async fn opened(act: Act<'_>, stages: Vec<Stage>) -> PostingId {
    let (approval, references) = (plan_reference::approval(), plan_reference::REFERENCES);
    let input = plan::Create { name: "Team round".into(), stages, approval, references };
    let plan = plan::create(act, input).await.unwrap().version.plan;
    let entry = TeamEntry { team: team::create(act, "Create").await.unwrap().id, manager: None };
    let input = posting::Create {
        content: content(),
        listed: true,
        plan,
        lead: None,
        expires_at: None,
        teams: vec![NewTeam { entry, vacancies: 2 }],
    };
    let posting = posting::create(act, input).await.unwrap().id;
    posting::publish(act, posting::Move { posting, expected_revision: None }).await.unwrap();
    posting
}

impl<'a> Table<'a> {
    pub async fn laid(app: &'a TestApp, stages: Vec<Stage>, hand: Hand) -> Self {
        let recruiter = app.recruiter().await;
        let posting = opened(app.act(&recruiter), stages).await;
        let reach = Reach::Posting(posting);
        let hosts = [app.staff(Role::Interviewer, reach).await, app.staff(Role::Interviewer, reach).await];
        Self { app, hand, posting, recruiter, hosts, began_at: app.now() }
    }

    /// The ids of those who meet candidates, by step.
    pub fn hosts(&self) -> [String; 2] {
        self.hosts.each_ref().map(|host| host.user().unwrap().to_string())
    }

    /// Somebody applies.
    pub async fn seat(&self, number: usize) -> Seat {
        let submission = self.app.submission(self.posting, &format!("Ada {number}"));
        let id = application::submit(self.app.act(&Viewer::Anonymous), submission).await.unwrap();
        let steps = self.app.steps(id).await;
        let step = |key: &str| steps.iter().find(|step| step.key == key).unwrap().id;
        let candidate = self.app.application(id).await.candidate;
        let asked = Vec::new();
        Seat { id, standing: Standing::default(), gone: false, candidate, steps: STEPS.map(step), asked }
    }

    /// Makes the move that stands at this place, and tries to move the application on: after it, and also before a step is
    /// finished, since what was asked or held opens the gate no more than what was not begun.
    pub async fn turn(&self, course: &Course, place: usize, seat: &mut Seat) {
        let Some(step) = course.order.get(place).copied() else { return };
        if matches!(step, Move::Finish(_)) {
            self.try_gate(seat, course).await;
        }
        let expected = seat.standing.take(step, course.finishes);
        let answers = match step {
            Move::Begin(2) => self.ask_for_names(seat, expected).await,
            Move::Begin(step) => vec![self.meet(seat, step, self.time(course, step, place)).await],
            Move::Card(step) => vec![self.card(seat, step).await],
            Move::Finish(step) => self.finish(seat, step, course).await,
        };
        for answer in answers {
            assert_eq!(answer, expected, "{step:?} at {place} of {course}");
        }
        self.try_gate(seat, course).await;
    }

    async fn try_gate(&self, seat: &mut Seat, course: &Course) {
        let gate = if seat.gone { "STALE" } else { seat.standing.gate() };
        assert_eq!(self.advance(seat).await, gate, "the gate at {:?} of {course}", seat.standing);
        seat.gone |= gate == "ok";
    }

    /// A meeting that is waived never comes about; any other is over right before its step is.
    fn time(&self, course: &Course, step: usize, begun: usize) -> DateTime<Utc> {
        let end = course.place(Move::Finish(step));
        assert!(begun < end);
        let hours = if course.finishes[step] == Finish::Waive { 48 } else { i64::try_from(end).unwrap() };
        self.began_at + TimeDelta::hours(hours) - TimeDelta::minutes(30)
    }

    async fn change(&self, viewer: &Viewer, mutation: &str, input: Value) -> String {
        let name = if mutation == "scorecardSubmit" { "scorecard" } else { mutation };
        let name = name[..1].to_uppercase() + &name[1..];
        let query = format!(
            "mutation($input: {name}Input!) {{ {mutation}(input: $input) {{ userErrors {{ code }} }} }}"
        );
        let answer = self.app.ask(viewer, &query, json!({ "input": input })).await;
        assert!(answer.get("errors").is_none(), "{answer}");
        let code = &answer["data"][mutation]["userErrors"][0]["code"];
        code.as_str().unwrap_or("ok").to_owned()
    }

    async fn meet(&self, seat: &Seat, step: usize, starts_at: DateTime<Utc>) -> String {
        let (id, host) = (seat.steps[step], &self.hosts[step]);
        if self.hand == Hand::Graphql {
            let participants = json!([{ "userId": host.user().unwrap().to_string() }]);
            let input = json!({ "stepId": id.to_string(), "startsAt": starts_at, "minutes": 20, "participants": participants });
            return self.change(&self.recruiter, "interviewSchedule", input).await;
        }
        let setting = Setting { minutes: Some(20), ..Setting::default() };
        let which = Which { step: id, revision: None };
        let input = Schedule { which, starts_at, setting, participants: vec![coming(host)] };
        answer(interview::schedule(self.app.act(&self.recruiter), input).await)
    }

    /// The candidate is asked, and names two people, who are asked at once.
    async fn ask_for_names(&self, seat: &mut Seat, expected: &str) -> Vec<String> {
        let (step, application, candidate) = (seat.steps[2], seat.id, seat.candidate);
        let nominator = Viewer::Nominator { step, application, candidate };
        if self.hand == Hand::Graphql {
            let asked =
                self.change(&self.recruiter, "referenceRequest", json!({ "stepId": step.to_string() })).await;
            let referee = |(name, email, relation): (&str, &str, &str)| json!({ "name": name, "email": email, "relation": relation });
            let referees: Vec<_> = REFEREES.into_iter().map(referee).collect();
            let input = json!({ "stepId": step.to_string(), "referees": referees, "consent": AGREEMENT.id });
            let named = self.change(&nominator, "referenceNominate", input).await;
            seat.asked = self.asked(step).await;
            return vec![asked, named];
        }
        let which = Which { step, revision: None };
        let input = Request { which, count: None, note: None, due_at: None };
        let asked = answer(reference::request(self.app.act(&self.recruiter), input).await);
        let named = |(name, email, relation): (&str, &str, &str)| Named {
            name: name.into(),
            email: email.into(),
            relation: Some(if relation == "MANAGER" { Relation::Manager } else { Relation::Peer }),
        };
        let referees = REFEREES.into_iter().map(named).collect();
        let input = Nominate { step, referees, agreement: AGREEMENT.id.into() };
        let named = answer(reference::nominate(self.app.act(&nominator), input).await);
        if expected == "ok" {
            seat.asked = self.asked(step).await;
        }
        vec![asked, named]
    }

    async fn asked(&self, step: StepId) -> Vec<ReferenceId> {
        let all = references(&Viewer::System);
        let mut found = storage::reference::of_steps(&self.app.store, &all, &[step]).await.unwrap();
        found.remove(&step).unwrap_or_default().into_iter().map(|one| one.id).collect()
    }

    async fn card(&self, seat: &Seat, step: usize) -> String {
        let (id, host) = (seat.steps[step], &self.hosts[step]);
        if self.hand == Hand::Graphql {
            let text = "Asks before guessing.";
            let input = json!({ "stepId": id.to_string(), "recommendation": "YES", "takeaways": text, "pros": text, "cons": text });
            return self.change(host, "scorecardSubmit", input).await;
        }
        let text = || Some("Asks before guessing.".to_owned());
        let recommendation = Some(Rating::Yes);
        let verdict =
            Verdict { recommendation, takeaways: text(), pros: text(), cons: text(), ..Verdict::default() };
        let input = scorecard::Save { step: id, revision: None, verdict };
        answer(scorecard::submit(self.app.act(host), input).await)
    }

    /// References are passed once both have answered.
    async fn finish(&self, seat: &Seat, step: usize, course: &Course) -> Vec<String> {
        let how = course.finishes[step];
        let mut answers = Vec::new();
        if how == Finish::Pass && step == 2 {
            for reference in &seat.asked {
                answers.push(self.refer(seat, *reference).await);
            }
            // Heard, but not passed yet.
            let gate = if seat.standing.is_declined() { "NOT_ACTIVE" } else { "GATE_INCOMPLETE" };
            assert_eq!(self.advance(seat).await, gate, "the gate before references are passed in {course}");
        }
        answers.push(if self.hand == Hand::Graphql {
            self.asks_to_finish(seat, step, how).await
        } else {
            self.finishes(seat, step, how).await
        });
        answers
    }

    async fn finishes(&self, seat: &Seat, step: usize, how: Finish) -> String {
        let (act, which) = (self.app.act(&self.recruiter), Which { step: seat.steps[step], revision: None });
        match how {
            Finish::Pass => answer(step::pass(act, which).await),
            Finish::Waive => answer(step::waive(act, which, "Known from before.").await),
            Finish::Decline => {
                let (application, reason) = (seat.id, "Others were closer.".to_owned());
                let input = Decline { application, revision: None, reason, note: None, notice: Notice::Mail };
                answer(application::decline(act, input).await)
            }
        }
    }

    async fn asks_to_finish(&self, seat: &Seat, step: usize, how: Finish) -> String {
        let id = seat.steps[step].to_string();
        let (mutation, input) = match how {
            Finish::Pass => ("stepPass", json!({ "stepId": id })),
            Finish::Waive => ("stepWaive", json!({ "stepId": id, "reason": "Known from before." })),
            Finish::Decline => {
                let reason = "Others were closer.";
                ("applicationDecline", json!({ "applicationId": seat.id.to_string(), "reason": reason }))
            }
        };
        self.change(&self.recruiter, mutation, input).await
    }

    async fn refer(&self, seat: &Seat, reference: ReferenceId) -> String {
        let referee = Viewer::Referee { reference, application: seat.id };
        if self.hand == Hand::Graphql {
            let answers = ASKED.map(|key| json!({ "key": key, "value": "yes" }));
            let input =
                json!({ "referenceId": reference.to_string(), "answers": answers, "consent": CONSENT.id });
            return self.change(&referee, "referenceAnswer", input).await;
        }
        let answers = ASKED.map(|key| Given { key: key.into(), value: "yes".into() }).into();
        let input = Answered { reference, answers, recommendation: None, consent: CONSENT.id.into() };
        answer(reference::answer(self.app.act(&referee), input).await)
    }

    async fn advance(&self, seat: &Seat) -> String {
        let revision = self.app.application(seat.id).await.revision;
        if self.hand == Hand::Graphql {
            let id = seat.id.to_string();
            let input = json!({ "applicationId": id, "expectedRevision": revision, "stage": "team" });
            return self.change(&self.recruiter, "applicationAdvance", input).await;
        }
        let input = Advance { application: seat.id, stage: "team".into(), revision, pass_over: false };
        answer(application::advance(self.app.act(&self.recruiter), input).await)
    }
}
