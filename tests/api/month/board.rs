//! What is advertised: titles that companies publish, where they are at hand, otherwise invented ones; and what becomes of a
//! posting in a month.

use std::path::Path;

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::calendar::Month;

/// A posting, with the teams it hires for.
pub struct Job {
    pub id: String,
    pub teams: Vec<String>,
}

const INVENTED: [&str; 10] = [
    "Backend Developer",
    "Frontend Developer",
    "Data Engineer",
    "Site Reliability Engineer",
    "Product Designer",
    "Support Engineer",
    "Technical Writer",
    "Security Engineer",
    "Account Manager",
    "Office Manager",
];
/// Of the first posting, hiring for all of them at once.
const TEAMS: [(&str, u32); 9] = [
    ("Create", 1),
    ("Plan", 2),
    ("Share", 1),
    ("Admin", 1),
    ("Secure", 1),
    ("Configure", 2),
    ("Verify (CI)", 2),
    ("Release (CD)", 1),
    ("Monitor", 3),
];
const PLACES: [(&str, &str, &str); 3] =
    [("Galway", "Galway", "IE"), ("Lisbon", "Lisboa", "PT"), ("Leipzig", "Sachsen", "DE")];
const FIELDS: &str = "posting { id revision }";

/// So many titles, of boards in `../shared/data` first: an extra, the month is lived without them as well.
fn titles(count: usize) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/boards");
    let board = std::fs::read_to_string(folder.join("gitlab.json")).ok();
    let board: Value = board.map(|text| serde_json::from_str(&text).unwrap()).unwrap_or_default();
    let jobs = board["jobs"].as_array().cloned().unwrap_or_default();
    let real = jobs.iter().filter_map(|job| job["title"].as_str()).map(ToOwned::to_owned);
    let invented = (0..).map(|number| format!("{} {number}", INVENTED[number % INVENTED.len()]));
    ["Backend Developer".to_owned()].into_iter().chain(real).chain(invented).take(count).collect()
}

fn questions() -> Value {
    json!([
        { "key": "why", "label": "Why this role?", "type": "PROSE", "required": true },
        { "key": "notice", "label": "How soon could you begin?", "type": "LINE" },
    ])
}

impl Month<'_> {
    /// Teams, plans, and all postings: published, on the day they are to appear.
    pub async fn advertise(&mut self) {
        let by = self.staff.recruiter().clone();
        for (name, _) in TEAMS {
            let made = self.office.change(&by, "teamCreate", json!({ "name": name }), "team { id }").await;
            self.teams.push(id(&made["team"]));
        }
        let copy = json!({ "template": "ENGINEERING", "name": "Engineering" });
        let plan = id(&self.office.change(&by, "planCopy", copy, "plan { id }").await["plan"]);
        for (number, title) in titles(self.size.postings).iter().enumerate() {
            let input = self.draft(number, title, &plan);
            let draft =
                self.office.change(&by, "postingCreate", input.clone(), FIELDS).await["posting"].take();
            let move_ = json!({ "postingId": draft["id"], "expectedRevision": draft["revision"] });
            self.office.change(&by, "postingPublish", move_, FIELDS).await;
            let teams = input["teams"].as_array().unwrap().iter().map(|team| text(team, "teamId")).collect();
            self.jobs.push(Job { id: id(&draft), teams });
        }
    }

    fn draft(&mut self, number: usize, title: &str, plan: &str) -> Value {
        let manager = &self.staff.managers[number % 2].id;
        let teams: Vec<Value> = if number == 0 {
            let team = |(team, (_, seats)): (&String, &(&str, u32))| json!({ "teamId": team, "vacancies": seats, "managerId": manager });
            self.teams.iter().zip(&TEAMS).map(team).collect()
        } else {
            let first = self.dice.one_of(self.teams.len());
            let count = 1 + self.dice.one_of(3);
            let of = |place: usize| &self.teams[(first + place) % self.teams.len()];
            let seats = |place: usize| json!({ "teamId": of(place), "vacancies": 1 + (number + place) % 3, "managerId": manager });
            (0..count).map(seats).collect()
        };
        let deadline = self.dice.chance(10).then(|| self.in_days(12 + i64::try_from(number % 8).unwrap()));
        let mut input = json!({
            "title": title, "planId": plan, "leadId": manager, "teams": teams, "employmentType": "FULL_TIME", "expiresAt": deadline,
            "questions": questions(),
            "sections": [{ "heading": "The work", "body": format!("You look after what people of this team rely on every day: as **{}**, with time to do it well.", title.replace('*', "")) }],
            "requirements": [{ "text": "You have done this before", "level": "STRICT" }, { "text": "You like to write", "level": "PLUS" }],
        });
        if number.is_multiple_of(3) {
            input["workplace"] = "REMOTE".into();
            input["remoteCountries"] = json!(["IE", "DE", "PT"]);
        } else {
            let (city, region, country) = PLACES[number % PLACES.len()];
            input["workplace"] = if number.is_multiple_of(2) { "HYBRID" } else { "ONSITE" }.into();
            input["locations"] = json!([{ "city": city, "region": region, "country": country, "street": "1 Example Street", "postalCode": "04109" }]);
        }
        if number.is_multiple_of(4) {
            input["payRanges"] = json!([{ "minMinor": "5000000", "maxMinor": "7000000", "currency": "EUR", "interval": "YEAR", "jurisdiction": "DE" }]);
        }
        input
    }

    /// What happens to postings on one day.
    pub async fn tend_postings(&mut self) {
        for number in 0..self.jobs.len() {
            if self.dice.chance(12) {
                self.tend(number).await;
            }
        }
    }

    async fn tend(&mut self, number: usize) {
        const NEEDS: &[&str] = &["NO_VACANCIES", "DEADLINE_PASSED"];
        let by = self.staff.recruiter().clone();
        let posting = self.jobs[number].id.clone();
        let query = "query($id: ID!) { posting(by: { id: $id }) { status revision teams { team { id } openVacancies } } }";
        let seen = self.office.read(&by, query, json!({ "id": posting })).await["posting"].take();
        let expected = json!({ "postingId": posting, "expectedRevision": seen["revision"] });
        let (mutation, input, codes) = match (text(&seen, "status").as_str(), self.dice.one_of(10)) {
            ("OPEN", 0) => ("postingPause", expected, &[][..]),
            ("OPEN" | "PAUSED", 1) => {
                ("postingClose", json!({ "postingId": posting, "reason": "NO_LONGER_NEEDED" }), &[][..])
            }
            ("PAUSED", 2..=6) => ("postingResume", expected, NEEDS),
            ("CLOSED", 0..=4) => ("postingReopen", expected, NEEDS),
            ("CLOSED", 5 | 6) => ("postingArchive", expected, &["ACTIVE_APPLICATIONS"][..]),
            ("ARCHIVED", _) => return,
            (_, 7) => {
                let body = format!(
                    "Told anew on day {}, by those who do it, for those who would like to do it as well.",
                    self.day
                );
                let sections = json!([{ "heading": "The work", "body": body }]);
                (
                    "postingUpdate",
                    json!({ "postingId": posting, "sections": sections, "expiresAt": null }),
                    &[][..],
                )
            }
            _ => return self.reseat(&posting, &seen).await,
        };
        self.office.attempt(&by, mutation, input, codes).await;
    }

    /// One team looks for one more or one fewer; what is held stays.
    async fn reseat(&mut self, posting: &str, seen: &Value) {
        let by = self.staff.recruiter().clone();
        let teams = seen["teams"].as_array().unwrap();
        let team = &teams[self.dice.one_of(teams.len())];
        let now = team["openVacancies"].as_i64().unwrap();
        let wanted = if self.dice.chance(60) { now + 1 } else { (now - 1).max(0) };
        let kind = if self.dice.chance(30) { "BACKFILL" } else { "NEW" };
        let teams = json!([{ "teamId": team["team"]["id"], "vacancies": wanted, "kind": kind }]);
        let input = json!({ "postingId": posting, "expectedRevision": seen["revision"], "teams": teams });
        self.office.attempt(&by, "postingVacanciesSet", input, &["BELOW_HELD"]).await;
    }

    /// The last posting is given up: everybody in it is told, and it is put away.
    pub async fn put_away(&mut self) {
        let by = self.staff.recruiter().clone();
        let number = self.jobs.len() - 1;
        let posting = self.jobs[number].id.clone();
        let query = "query($id: ID!) { posting(by: { id: $id }) { status } }";
        let seen = self.office.read(&by, query, json!({ "id": posting })).await["posting"].take();
        let status = text(&seen, "status");
        if status == "ARCHIVED" {
            return;
        }
        for application in self.active() {
            if self.candidacies[&application].job == number
                && self.view(&application).await.0["status"] == "ACTIVE"
            {
                self.decline(&application, "The role is given up.").await;
            }
        }
        if status != "CLOSED" {
            let close = json!({ "postingId": posting, "reason": "NO_LONGER_NEEDED" });
            self.office.change(&by, "postingClose", close, FIELDS).await;
        }
        self.office.change(&by, "postingArchive", json!({ "postingId": posting }), FIELDS).await;
    }

    pub fn in_days(&self, days: i64) -> String {
        (self.app.now() + TimeDelta::days(days)).to_rfc3339()
    }
}

pub fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

pub fn id(value: &Value) -> String {
    text(value, "id")
}
