//! Meetings: set, moved, called off, missed, held; and what those who came write down.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::board::{id, text};
use super::calendar::Month;
use super::staff::Colleague;
use super::visits::View;

const FIELDS: &str = "interview { id }";

impl Month<'_> {
    /// Who comes to the meeting of this step.
    fn hosts(&mut self, key: &str) -> Vec<String> {
        let staff = &self.staff;
        let one = self.dice.one_of(4);
        let hosts: Vec<&Colleague> = match key {
            "screening" => vec![&staff.recruiters[one % 2]],
            "panel" => vec![&staff.interviewers[one], &staff.interviewers[(one + 1) % 4]],
            "behavioral" => vec![&staff.managers[one % 2]],
            "vp" => vec![&staff.vp],
            "ceo" => vec![&staff.ceo],
            _ => vec![&staff.interviewers[one]],
        };
        hosts.into_iter().map(|host| host.id.clone()).collect()
    }

    /// Tomorrow, between eleven and three.
    fn slot(&mut self, days: i64) -> DateTime<Utc> {
        let quarters = i64::try_from(self.dice.one_of(16)).unwrap();
        let midnight = self.app.now().date_naive().and_hms_opt(0, 0, 0).unwrap().and_utc();
        midnight + TimeDelta::days(days) + TimeDelta::hours(11) + TimeDelta::minutes(15 * quarters)
    }

    /// The meeting of a step is set.
    pub async fn schedule(&mut self, step: &Value) {
        let key = text(&step["step"], "key");
        let participants: Vec<_> = self.hosts(&key).iter().map(|host| json!({ "userId": host })).collect();
        let input = json!({
            "stepId": step["id"], "startsAt": self.slot(1), "participants": participants, "videoLink": "https://meet.example.com/room",
        });
        let input = if step["step"]["minutes"].is_null() { with(input, "minutes", 30.into()) } else { input };
        self.office.change(self.staff.recruiter(), "interviewSchedule", input, FIELDS).await;
    }

    /// What may still happen to a meeting before it takes place. Whether anything did.
    pub async fn rearrange(&mut self, step: &Value) -> bool {
        let Some(meeting) = meeting(step) else { return false };
        let by = self.staff.recruiter().clone();
        let (interview, revision) = (&meeting["id"], &meeting["revision"]);
        match self.dice.one_of(20) {
            0 | 1 => {
                let starts_at = self.slot(2);
                let input =
                    json!({ "interviewId": interview, "expectedRevision": revision, "startsAt": starts_at });
                self.office.change(&by, "interviewReschedule", input, FIELDS).await;
            }
            2 => {
                let reason = "The room is flooded.";
                let input =
                    json!({ "interviewId": interview, "expectedRevision": revision, "reason": reason });
                self.office.change(&by, "interviewCancel", input, FIELDS).await;
            }
            3 => {
                let key = text(&step["step"], "key");
                let people: Vec<_> = self.hosts(&key).iter().map(|host| json!({ "userId": host })).collect();
                let input =
                    json!({ "interviewId": interview, "expectedRevision": revision, "participants": people });
                self.office.change(&by, "interviewUpdate", input, FIELDS).await;
            }
            _ => return false,
        }
        true
    }

    /// To some of today's meetings somebody does not come.
    pub async fn meet_today(&mut self) {
        let now = self.app.now();
        let open: Vec<String> = self.active();
        for application in open {
            if !self.candidacies[&application].meets || !self.dice.chance(10) {
                continue;
            }
            let view = self.view(&application).await;
            for step in view.steps() {
                let begun =
                    |meeting: &&Value| text(meeting, "startsAt").parse::<DateTime<Utc>>().unwrap() <= now;
                if let Some(meeting) = meeting(step).filter(begun) {
                    let missing = if self.dice.chance(70) { "CANDIDATE" } else { "INTERVIEWER" };
                    let input = json!({ "interviewId": meeting["id"], "missing": missing });
                    self.office.change(self.staff.recruiter(), "interviewNoShow", input, FIELDS).await;
                }
            }
        }
    }

    /// Colleagues look at what awaits them, and most of them write down what they think.
    pub async fn write_cards(&mut self) {
        const ENDED: &[&str] = &["NOT_ACTIVE", "STEP_STATE"];
        let query = "{ work(first: 100) { nodes { kind step { id } } } }";
        let colleagues: Vec<Colleague> = self.staff.all().cloned().collect();
        for colleague in colleagues {
            let work = self.office.read(&colleague.token, query, json!({})).await;
            for item in work["work"]["nodes"].as_array().unwrap() {
                if text(item, "kind") != "SCORECARD_DUE" || !self.dice.chance(80) {
                    continue;
                }
                let rating = ["STRONG_YES", "YES", "YES", "NO"][self.dice.one_of(4)];
                let said = "Asks before guessing.";
                let step = id(&item["step"]);
                let card = json!({ "stepId": step, "recommendation": rating, "takeaways": said, "pros": said, "cons": said });
                if self.dice.chance(10) {
                    self.office.attempt(&colleague.token, "scorecardSave", card.clone(), ENDED).await;
                }
                self.office.attempt(&colleague.token, "scorecardSubmit", card, ENDED).await;
            }
        }
    }
}

/// The meeting a step waits for.
fn meeting(step: &Value) -> Option<&Value> {
    step["interviews"].as_array().unwrap().iter().find(|meeting| meeting["status"] == "SCHEDULED")
}

fn with(mut input: Value, name: &str, value: Value) -> Value {
    input[name] = value;
    input
}

impl View {
    /// All steps of the application.
    pub fn steps(&self) -> &Vec<Value> {
        self.0["steps"].as_array().unwrap()
    }
}
