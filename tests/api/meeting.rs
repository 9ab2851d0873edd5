//! Meetings for tests, told in the words of recruiting: `meet.set(&people).await`.

use base64::Engine as _;
use chrono::{DateTime, TimeDelta, Utc};
use vacantia::actions::interview::{self, Schedule};
use vacantia::actions::step::Which;
use vacantia::domain::Viewer;
use vacantia::domain::application::Application;
use vacantia::domain::id::{InterviewId, StepId, UserId};
use vacantia::domain::interview::{Interview, Invitee, Participant, Setting};
use vacantia::domain::plan::{Stage, StageMode, StepKind};
use vacantia::domain::plan_reference;
use vacantia::domain::policy::application::interviews;
use vacantia::domain::viewer::{Reach, Role};
use vacantia::storage::{self, Failure};

use crate::app::TestApp;
use crate::seed::Posted;

/// One stage in which people meet twice, and the offer.
pub fn stages() -> Vec<Stage> {
    let all = plan_reference::stages();
    let offer = all.iter().find(|stage| stage.key == "offer").unwrap().clone();
    let like = all[0].steps[0].clone();
    let step = |key: &str, least_people, required| vacantia::domain::plan::PlanStep {
        key: key.into(),
        title: format!("The {key}"),
        kind: StepKind::Interview,
        least_people,
        required,
        minutes: Some(45),
        ..like.clone()
    };
    let steps = vec![step("talk", 1, true), step("panel", 2, false)];
    vec![
        Stage {
            key: "meet".into(),
            title: "Meet".into(),
            mode: StageMode::Parallel,
            steps,
            ..all[0].clone()
        },
        offer,
    ]
}

/// A mail as it was queued.
#[derive(Debug, Clone)]
pub struct Mail {
    pub kind: String,
    pub to: String,
    pub raw: String,
}

impl Mail {
    /// What a header of the message says.
    pub fn header(&self, name: &str) -> Option<&str> {
        let head = self.raw.split("\r\n\r\n").next().unwrap();
        head.split("\r\n").find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    /// The message without soft line breaks.
    pub fn text(&self) -> String {
        self.raw.replace("=\r\n", "")
    }

    /// The calendar parts, unfolded: the one that calendars read, then the files.
    pub fn calendars(&self) -> Vec<String> {
        let coded = |kind: &str| {
            let mark = format!("Content-Type: {kind}");
            let parts = self.raw.split(&mark).skip(1);
            let body = |part: &str| part.split("\r\n\r\n").nth(1).unwrap().replace("\r\n", "");
            parts.map(body).collect::<Vec<_>>()
        };
        let decode = |text: String| {
            let text = text.split("--").next().unwrap().to_owned();
            let bytes = base64::engine::general_purpose::STANDARD.decode(text).unwrap();
            String::from_utf8(bytes).unwrap().replace("\r\n ", "")
        };
        coded("text/calendar").into_iter().chain(coded("application/ics")).map(decode).collect()
    }

    /// What its calendar part says of a property.
    #[track_caller]
    pub fn says(&self, property: &str) -> String {
        let calendar = self.calendars().remove(0);
        let mut found = calendar
            .split("\r\n")
            .filter(|line| line.strip_prefix(property).is_some_and(|rest| rest.starts_with([':', ';'])));
        let line = found.next().unwrap_or_else(|| panic!("no {property} in {calendar}"));
        assert_eq!(found.next(), None, "{property} twice");
        line[property.len() + 1..].to_owned()
    }
}

/// A candidate who is to be met.
pub struct Meet<'a> {
    pub app: &'a TestApp,
    pub posted: Posted,
    pub recruiter: Viewer,
    pub ada: Application,
}

impl TestApp {
    /// Ada has applied, and is to be met.
    pub async fn meet(&self) -> Meet<'_> {
        let posted =
            self.posting("Backend").hiring("Create", 2).hiring("Plan", 1).with_stages(stages()).open().await;
        let ada = self.apply(posted.id, "Ada").await;
        Meet { app: self, posted, recruiter: self.recruiter().await, ada }
    }

    /// Somebody of ours without any business with the posting.
    pub async fn colleague(&self) -> Viewer {
        let elsewhere = self.team("Elsewhere").await;
        self.staff(Role::Interviewer, Reach::Team(elsewhere)).await
    }

    /// What was queued, in order.
    pub async fn mails(&self) -> Vec<Mail> {
        #[derive(sea_orm::FromQueryResult)]
        struct Row {
            kind: String,
            envelope_to: String,
            raw: Option<Vec<u8>>,
        }
        let sql = "SELECT m.kind, m.envelope_to, m.raw FROM email_message m JOIN event e \
                   ON e.kind = 'emailQueued' AND e.facts LIKE '%' || m.id || '%' ORDER BY e.seq";
        let rows = storage::dialect::query_all::<Row>(&self.store, sql, []).await.unwrap();
        let mail = |row: Row| Mail {
            kind: row.kind,
            to: row.envelope_to,
            raw: String::from_utf8(row.raw.unwrap_or_default()).unwrap(),
        };
        rows.into_iter().map(mail).collect()
    }

    pub async fn interview(&self, id: InterviewId) -> Interview {
        let found = storage::interview::find(&self.store, &interviews(&Viewer::System), id).await;
        found.unwrap().unwrap()
    }

    pub async fn people(&self, id: InterviewId) -> Vec<Participant> {
        storage::interview::participants(&self.store, &[id]).await.unwrap().remove(&id).unwrap()
    }
}

pub fn id(viewer: &Viewer) -> UserId {
    viewer.user().unwrap()
}

pub fn coming(viewer: &Viewer) -> Invitee {
    Invitee { user: id(viewer), shadow: false }
}

pub fn listening(viewer: &Viewer) -> Invitee {
    Invitee { user: id(viewer), shadow: true }
}

impl Meet<'_> {
    pub async fn step(&self, key: &str) -> StepId {
        self.app.step(self.ada.id, key).await
    }

    /// Tomorrow at nine, as the test's clock has it.
    pub fn tomorrow(&self) -> DateTime<Utc> {
        self.app.now() + TimeDelta::hours(25)
    }

    pub fn wanted(&self, step: StepId, participants: Vec<Invitee>) -> Schedule {
        let setting =
            Setting { video_link: Some("https://meet.example.com/ada".into()), ..Setting::default() };
        let which = Which { step, revision: None };
        Schedule { which, starts_at: self.tomorrow(), setting, participants }
    }

    pub async fn schedule(&self, step: &str, people: Vec<Invitee>) -> Result<Interview, Failure> {
        let wanted = self.wanted(self.step(step).await, people);
        interview::schedule(self.app.act(&self.recruiter), wanted).await
    }

    /// A talk with these people is set.
    pub async fn set(&self, people: &[&Viewer]) -> Interview {
        self.schedule("talk", people.iter().map(|one| coming(one)).collect()).await.unwrap()
    }

    /// The mails since so many.
    pub async fn since(&self, count: usize) -> Vec<Mail> {
        self.app.mails().await.split_off(count)
    }
}
