//! What a recruiter does for one application when it is its turn.

use serde_json::{Value, json};

use super::board::{id, text};
use super::calendar::Month;
use super::staff::Token;

/// An application, as far as the month keeps track of it.
pub struct Candidacy {
    pub email: String,
    pub job: usize,
    /// The link to the page of the application.
    pub status: Token,
    /// It is over, as far as anybody knows.
    pub over: bool,
    /// On which day it was withdrawn.
    pub left_on: Option<i64>,
    /// A meeting is set.
    pub meets: bool,
    /// On which day it stood still last.
    pub since: i64,
    /// Until which day nobody needs to look.
    pub rests_until: i64,
}

impl Candidacy {
    pub const fn new(email: String, job: usize, status: Token) -> Self {
        Self { email, job, status, over: false, left_on: None, meets: false, since: 0, rests_until: 0 }
    }
}

/// An application as the recruiter sees it.
pub struct View(pub Value);

const VIEW: &str = "query($id: ID!) { application(id: $id) { id status revision stage { key position } needsDecisionSince \
    currentTeam { id } justification { text } \
    steps { id stage status round step { key kind required minutes } interviews { id status startsAt revision } references { id status } } \
    offers { id status version sentVersion termsHash undoneAt versions { number status } } } }";
const SHORT: &str = "application { status }";

/// What is over: nothing is left to be done in such a step.
fn is_final(step: &Value) -> bool {
    matches!(text(step, "status").as_str(), "PASSED" | "WAIVED" | "SKIPPED" | "CANCELLED")
}

impl Month<'_> {
    pub async fn view(&self, application: &str) -> View {
        View(
            self.office.read(self.staff.recruiter(), VIEW, json!({ "id": application })).await["application"]
                .take(),
        )
    }

    /// Those that go on.
    pub fn active(&self) -> Vec<String> {
        self.candidacies.iter().filter(|(_, one)| !one.over).map(|(id, _)| id.clone()).collect()
    }

    pub async fn visit_all(&mut self) {
        for application in self.active() {
            if self.speaks_up(&application).await || self.candidacies[&application].rests_until > self.day {
                continue;
            }
            // As much as can be done in one go.
            for _ in 0..6 {
                let view = self.view(&application).await;
                if !self.visit(&application, &view).await {
                    break;
                }
                self.note(&application).since = self.day;
            }
        }
        let over: Vec<_> =
            self.candidacies.iter().filter(|(_, one)| one.over).map(|(id, _)| id.clone()).collect();
        for application in over {
            if self.candidacies[&application].since == self.day - 1 {
                self.reconsider(&application).await;
            }
        }
    }

    pub fn note(&mut self, application: &str) -> &mut Candidacy {
        self.candidacies.get_mut(application).unwrap()
    }

    fn end(&mut self, application: &str, left_on: Option<i64>) {
        let day = self.day;
        let one = self.note(application);
        (one.over, one.left_on, one.since) = (true, left_on, day);
    }

    /// What the candidate does of their own accord, by the link to their application. Whether that was the end.
    async fn speaks_up(&mut self, application: &str) -> bool {
        let Candidacy { status, job, .. } = &self.candidacies[application];
        let (status, job) = (status.clone(), *job);
        match self.dice.one_of(200) {
            0 | 1 => {
                let input = json!({ "applicationId": application, "reason": "I stay where I am." });
                let gone = self.office.attempt(&status, "applicationWithdraw", input, &["NOT_ACTIVE"]).await;
                self.end(application, gone.then_some(self.day));
                gone
            }
            2..5 => {
                let mut teams = self.jobs[job].teams.clone();
                teams.reverse();
                let input = json!({ "applicationId": application, "teams": teams });
                self.office
                    .attempt(&status, "applicationPreferTeams", input, &["OFFER_LIVE", "NOT_ACTIVE"])
                    .await;
                false
            }
            _ => false,
        }
    }

    /// Does the next thing; whether there may be more to do at once.
    async fn visit(&mut self, application: &str, view: &View) -> bool {
        match text(&view.0, "status").as_str() {
            "ACTIVE" => {}
            "HIRED" => return self.regret(application).await,
            _ => {
                self.end(application, None);
                return false;
            }
        }
        // There is nobody left to be hired, and somebody has to say so.
        if !view.0["needsDecisionSince"].is_null() {
            if self.dice.chance(60) {
                return self.decline(application, "Nobody else is looked for.").await;
            }
            let input = json!({ "applicationId": application, "expectedRevision": view.0["revision"] });
            self.office.change(self.staff.recruiter(), "applicationKeep", input, SHORT).await;
            return true;
        }
        let here = view.0["stage"]["position"].as_i64();
        let open: Vec<&Value> =
            view.steps().iter().filter(|step| step["stage"].as_i64() == here && !is_final(step)).collect();
        self.note(application).meets = open.iter().any(|step| step["status"] == "SCHEDULED");
        if text(&view.0["stage"], "key") == "offer" {
            return self.make_offer(application, view).await;
        }
        if open.is_empty() {
            return self.go_on(application, view).await;
        }
        let first = self.dice.one_of(open.len());
        let mut moved = false;
        for place in 0..open.len() {
            match self.work_on(application, open[(first + place) % open.len()]).await {
                None => return false,
                Some(done) => moved |= done,
            }
        }
        moved
    }

    /// One step of the stage the application is in: whether it moved, or none when that was the end of it.
    async fn work_on(&mut self, application: &str, step: &Value) -> Option<bool> {
        let waited = self.day - self.candidacies[application].since;
        let (kind, status) = (text(&step["step"], "kind"), text(step, "status"));
        match (kind.as_str(), status.as_str()) {
            ("REVIEW", "PENDING") if self.dice.chance(45) => self.decline_for_now(application).await,
            ("FORM" | "INTERVIEW" | "REFERENCE", "AWAITING_FEEDBACK") if self.dice.chance(15) => {
                self.decline_for_now(application).await
            }
            ("INTERVIEW" | "REFERENCE", "PENDING") if self.dice.chance(6) => Some(self.waive(step).await),
            ("FORM", "PENDING") => {
                let input = json!({ "stepId": step["id"], "questions": [{ "question": { "key": "more", "label": "What did you like most about it?", "type": "PROSE", "required": true }, "about": "why" }] });
                self.office.change(self.staff.recruiter(), "formSend", input, "form { id }").await;
                Some(false)
            }
            ("REFERENCE", "PENDING") => {
                let input =
                    json!({ "stepId": step["id"], "note": "Somebody of your last team would be best." });
                self.office.change(self.staff.recruiter(), "referenceRequest", input, "request { id }").await;
                Some(false)
            }
            ("INTERVIEW", "PENDING") => {
                self.schedule(step).await;
                self.note(application).meets = true;
                Some(false)
            }
            ("INTERVIEW", "SCHEDULED") => Some(self.rearrange(step).await && step["status"] == "PENDING"),
            ("REFERENCE", "REQUESTED") if waited > 3 => Some(self.hurry_references(step).await),
            ("FORM", "REQUESTED") if waited > 8 => self.decline_for_now(application).await,
            ("FORM" | "REFERENCE", "REQUESTED") => Some(false),
            _ => {
                let input = json!({ "stepId": step["id"] });
                self.office.change(self.staff.recruiter(), "stepPass", input, SHORT).await;
                Some(true)
            }
        }
    }

    async fn decline_for_now(&mut self, application: &str) -> Option<bool> {
        self.decline(application, "Others were closer.").await;
        None
    }

    async fn waive(&mut self, step: &Value) -> bool {
        let input = json!({ "stepId": step["id"], "reason": "Known from earlier work." });
        self.office.change(self.staff.recruiter(), "stepWaive", input, SHORT).await;
        true
    }

    /// Somebody who does not answer is not waited for: another name is asked for, or the step is let off.
    async fn hurry_references(&mut self, step: &Value) -> bool {
        let by = self.staff.recruiter().clone();
        let silent = step["references"].as_array().unwrap().iter().find(|one| one["status"] == "REQUESTED");
        if let Some(reference) = silent.filter(|_| self.dice.chance(50)) {
            let input = json!({ "referenceId": reference["id"], "reason": "No answer." });
            self.office.change(&by, "referenceCancel", input, "reference { id }").await;
            let input = json!({ "stepId": step["id"], "count": 1 });
            self.office.change(&by, "referenceRequest", input, "request { id }").await;
            return false;
        }
        self.waive(step).await
    }

    pub async fn decline(&mut self, application: &str, reason: &str) -> bool {
        let mut input = json!({ "applicationId": application, "reason": reason });
        match self.dice.one_of(12) {
            0 => {
                let reasons = ["TOLD_OTHERWISE", "ASKED_NOT_TO", "NOT_A_PERSON"];
                input["omitMail"] = reasons[self.dice.one_of(3)].into();
            }
            1..4 => input["note"] = "We kept your name, and would be glad to hear from you in a year.".into(),
            4 => {
                // Not while the candidate waits for something of ours.
                input["mailAt"] = self.in_days(2).into();
                if self
                    .office
                    .attempt(self.staff.recruiter(), "applicationDecline", input.clone(), &["INVALID"])
                    .await
                {
                    self.end(application, None);
                    return false;
                }
                input["mailAt"] = Value::Null;
            }
            _ => {}
        }
        self.office.change(self.staff.recruiter(), "applicationDecline", input, SHORT).await;
        self.end(application, None);
        false
    }

    /// The gate is open: on to the next stage, over the optional one, or for once back.
    async fn go_on(&mut self, application: &str, view: &View) -> bool {
        let by = self.staff.recruiter().clone();
        let stage = text(&view.0["stage"], "key");
        let revision = &view.0["revision"];
        if stage == "panel" && self.dice.chance(4) {
            let input = json!({ "applicationId": application, "expectedRevision": revision, "toStage": "screening", "reason": "The call was cut short." });
            self.office.change(&by, "applicationReturn", input, SHORT).await;
            let call = view.steps().iter().find(|step| step["step"]["key"] == "screening").unwrap();
            let input = json!({ "stepId": call["id"], "reason": "The call was cut short." });
            self.office.change(&by, "stepReopen", input, SHORT).await;
            return true;
        }
        if stage == "team" && view.0["currentTeam"].is_null() {
            self.allot(application).await;
            return true;
        }
        if stage == "screening" && self.dice.chance(5) && view.steps().len() < 12 {
            self.add_step(application).await;
            return true;
        }
        let pass_over = stage == "vp" && self.dice.chance(60);
        let input = json!({ "applicationId": application, "expectedRevision": revision, "stage": stage, "passOver": pass_over });
        self.office.change(&by, "applicationAdvance", input, SHORT).await;
        true
    }

    /// A task on top, which most are let off.
    async fn add_step(&mut self, application: &str) {
        let by = self.staff.recruiter().clone();
        let input = json!({ "applicationId": application, "kind": "REVIEW", "title": "Work sample", "participant": "RECRUITING", "required": false });
        let added = "application { steps { id step { title } status } }";
        let payload = self.office.change(&by, "stepAdd", input, added).await;
        let mut steps = payload["application"]["steps"].as_array().unwrap().iter();
        let step =
            steps.find(|step| step["step"]["title"] == "Work sample" && step["status"] == "PENDING").unwrap();
        let input = json!({ "stepId": id(step) });
        let how = if self.dice.chance(70) { "stepSkip" } else { "stepPass" };
        self.office.change(&by, how, input, SHORT).await;
    }

    pub async fn allot(&mut self, application: &str) {
        let teams = &self.jobs[self.candidacies[application].job].teams;
        let team = teams[self.dice.one_of(teams.len())].clone();
        let input = json!({ "applicationId": application, "teamId": team });
        self.office.change(self.staff.recruiter(), "applicationAllot", input, SHORT).await;
    }

    /// The day after: for a few there was more to say.
    async fn reconsider(&mut self, application: &str) {
        if self.dice.chance(5) {
            let input = json!({ "applicationId": application });
            let codes = &["ALREADY_APPLIED", "APPLICATION_STATUS", "POSTING_STATUS"];
            let back =
                self.office.attempt(self.staff.recruiter(), "applicationReinstate", input, codes).await;
            let day = self.day;
            let one = self.note(application);
            (one.over, one.since) = (!back, day);
        }
    }

    /// A few of those who were hired never come. Nobody looks at the others again.
    async fn regret(&mut self, application: &str) -> bool {
        if self.candidacies[application].rests_until == 0 && self.dice.chance(12) {
            self.note(application).rests_until = self.day + 2;
            return false;
        }
        if self.candidacies[application].rests_until > 0 {
            let input = json!({ "applicationId": application, "reason": "Took another job." });
            self.office.change(self.staff.recruiter(), "hireUndo", input, "offer { status }").await;
            self.note(application).rests_until = 0;
            return true;
        }
        self.end(application, None);
        self.note(application).since = -10;
        false
    }
}
