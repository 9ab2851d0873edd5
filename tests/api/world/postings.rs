//! What is advertised: two postings for everyone, and one of each kind that is not.

use chrono::TimeDelta;
use vacantia::actions::import::{self, Board};
use vacantia::actions::posting::{self, Close, Create, Move, NewTeam, TeamEntry};
use vacantia::actions::{plan, team};
use vacantia::boards;
use vacantia::domain::country::Country;
use vacantia::domain::id::{PlanId, PostingId, TeamId};
use vacantia::domain::money::{Currency, PayInterval, PayRange};
use vacantia::domain::place::{Location, Workplace};
use vacantia::domain::plan::{PlanStep, Stage, StepKind};
use vacantia::domain::plan_reference;
use vacantia::domain::posting::{
    CloseReason, Content, EmploymentType, Posting, Reading, Requirement, RequirementLevel, Section,
};
use vacantia::domain::posting_source::SourceSystem;
use vacantia::domain::question::{Question, QuestionType};

use super::Founder;
use super::staff::Team;

pub struct Postings {
    /// Everyone's; for Xenon and Yttrium.
    pub open: PostingId,
    /// Open, but not listed; for Yttrium.
    pub unlisted: PostingId,
    /// Closed at the end of founding; for Yttrium.
    pub closed: PostingId,
    pub xenon: TeamId,
    pub yttrium: TeamId,
}

/// The first and the last stage of the reference process, with something to be left out in the first.
fn stages() -> Vec<Stage> {
    let wanted = |stage: &Stage| matches!(stage.key.as_str(), "review" | "offer");
    let mut stages: Vec<Stage> = plan_reference::stages().into_iter().filter(wanted).collect();
    let review = &stages[0].steps[0];
    let task = PlanStep {
        key: "task".into(),
        title: "A task".into(),
        kind: StepKind::Task,
        required: false,
        minutes: Some(90),
        ..review.clone()
    };
    stages[0].steps.push(task);
    stages[0].sla_hours = Some(72);
    stages
}

/// What everyone may read; `mark` is in every text of it.
fn content(mark: &str, pay: (i64, i64)) -> Content {
    let text = |what: &str| format!("{what} {mark}");
    let question = |key: &str, kind, options: &[&str]| Question {
        key: key.into(),
        label: text(key),
        kind,
        required: false,
        options: options.iter().map(|option| text(option)).collect(),
    };
    Content {
        title: text("Developer"),
        sections: vec![Section { heading: text("About"), body: text("It is <b>good</b>.") }],
        requirements: vec![Requirement { text: text("Patience"), level: RequirementLevel::Strict }],
        links: vec![Reading { label: text("Handbook"), url: format!("https://www.example.com/{mark}") }],
        locations: Vec::new(),
        place_labels: Vec::new(),
        remote_countries: vec![Country::find("DE").unwrap()],
        workplace: Workplace::Remote,
        employment_type: EmploymentType::FullTime,
        pay_ranges: vec![PayRange {
            jurisdiction: Country::find("DE"),
            min: pay.0,
            max: pay.1,
            currency: Currency::EUR,
            interval: PayInterval::Year,
        }],
        questions: vec![
            question("why", QuestionType::Prose, &[]),
            question("pick", QuestionType::Choice, &["this", "that"]),
        ],
    }
}

fn on_site(content: Content) -> Content {
    let place = Location {
        key: String::new(),
        street: Some("1 Example Street".into()),
        city: "Galway".into(),
        region: Some("County Galway".into()),
        postal_code: Some("H91 E2K5".into()),
        country: Country::find("IE").unwrap(),
    };
    Content { locations: vec![place], remote_countries: Vec::new(), workplace: Workplace::Onsite, ..content }
}

impl Founder {
    pub(super) async fn postings(&mut self, staff: &Team) -> Postings {
        let xenon = self.team("Xenon").await;
        let yttrium = self.team("Yttrium").await;
        let hidden = self.word("hidden team");
        let zinc = self.team(&hidden).await;
        let plan = self.plan().await;
        let new = |content: Content, teams: &[(TeamId, u32)]| Create {
            content,
            listed: true,
            plan,
            lead: Some(staff.chief),
            expires_at: None,
            teams: teams.iter().map(|(team, vacancies)| hiring(*team, *vacancies, staff)).collect(),
        };
        let open =
            self.draft("open", new(content("public", (60_000, 70_000)), &[(xenon, 6), (yttrium, 5)])).await;
        self.publish(&open).await;
        let deadline = Some(self.app.now() + TimeDelta::days(60));
        let site = new(on_site(content("public", (50_000, 55_000))), &[(xenon, 1)]);
        let site = self.draft("site", Create { expires_at: deadline, ..site }).await;
        self.publish(&site).await;
        self.reopen(&site).await;
        let text = self.content("draft posting");
        self.draft("draft", new(text, &[(zinc, 1), (yttrium, 1)])).await;
        let text = self.content("unlisted posting");
        let unlisted = self.draft("unlisted", Create { listed: false, ..new(text, &[(yttrium, 5)]) }).await;
        self.publish(&unlisted).await;
        let text = self.content("paused posting");
        let paused = self.draft("paused", new(text, &[(yttrium, 1)])).await;
        self.publish(&paused).await;
        let which = Move { posting: paused.id, expected_revision: None };
        posting::pause(self.app.system(), which).await.unwrap();
        let text = self.content("closed posting");
        let closed = self.draft("closed", new(text, &[(yttrium, 3)])).await;
        self.publish(&closed).await;
        self.imported().await;
        Postings { open: open.id, unlisted: unlisted.id, closed: closed.id, xenon, yttrium }
    }

    /// Open, and brought in from a board; only its record is a secret.
    async fn imported(&mut self) {
        self.pass();
        let mark = self.word("imported record");
        let record = format!(
            r#"{{"id": 1, "title": "Imported", "location": {{"name": "Oslo, EMEA"}}, "internal": "{mark}",
                "absolute_url": "https://boards.example.com/1"}}"#
        );
        let job = boards::read(SourceSystem::Greenhouse, &record).unwrap();
        let act = self.app.system();
        let plan = import::plan(act).await.unwrap().unwrap();
        let board = Board { system: SourceSystem::Greenhouse, name: "main".into(), plan, careers: None };
        let team = import::team(act, "Yttrium").await.unwrap();
        let posting = import::bring(act, &board, &job, team).await.unwrap().posting;
        self.call("imported", posting);
    }

    /// Texts that only those may see who may see the posting.
    fn content(&mut self, label: &str) -> Content {
        let mark = self.word(label);
        let pay = (self.amount(&format!("{label} least pay")), self.amount(&format!("{label} most pay")));
        content(&mark, pay)
    }

    async fn team(&mut self, name: &str) -> TeamId {
        self.pass();
        let id = team::create(self.app.system(), name).await.unwrap().id;
        self.call(&format!("team {}", name.chars().next().unwrap().to_lowercase()), id);
        id
    }

    async fn plan(&mut self) -> PlanId {
        let new = plan::Create {
            name: self.word("plan"),
            stages: stages(),
            approval: plan_reference::approval(),
            references: plan_reference::REFERENCES,
        };
        let id = plan::create(self.app.system(), new).await.unwrap().version.plan;
        self.call("plan", id);
        id
    }

    async fn draft(&mut self, name: &str, new: Create) -> Posting {
        self.pass();
        let posting = posting::create(self.app.system(), new).await.unwrap();
        self.call(name, posting.id);
        posting
    }

    async fn publish(&self, draft: &Posting) {
        let which = Move { posting: draft.id, expected_revision: None };
        posting::publish(self.app.system(), which).await.unwrap();
    }

    async fn reopen(&self, open: &Posting) {
        let close = Close { posting: open.id, expected_revision: None, reason: CloseReason::Other };
        posting::close(self.app.system(), close).await.unwrap();
        let which = Move { posting: open.id, expected_revision: None };
        posting::reopen(self.app.system(), which).await.unwrap();
    }

    /// The reason is a word of the schema: it is its own canary.
    pub(super) async fn close(&mut self, postings: &Postings) {
        let reason = CloseReason::NoLongerNeeded;
        self.keep("closed posting reason", "no_longer_needed".into());
        let close = Close { posting: postings.closed, expected_revision: None, reason };
        posting::close(self.app.system(), close).await.unwrap();
    }
}

fn hiring(team: TeamId, vacancies: u32, staff: &Team) -> NewTeam {
    NewTeam { entry: TeamEntry { team, manager: Some(staff.manager) }, vacancies }
}
