//! The program at the other end of a history: each move done through `actions`, under a clock that a history moves.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::FromQueryResult;
use vacantia::actions::application::{self, Advance, Decline, GoBack, Notice, Withdraw};
use vacantia::actions::posting::{self, Close, NewTeam, TeamEntry, TeamVacancies, VacanciesSet};
use vacantia::actions::step::{self, Which};
use vacantia::actions::{allotment, justification, plan, team};
use vacantia::domain::Viewer;
use vacantia::domain::approval::ApprovalGroup;
use vacantia::domain::country::Country;
use vacantia::domain::email::Omission;
use vacantia::domain::id::{ApplicationId, OfferId, PlanId, PostingId, StepId, TeamId};
use vacantia::domain::opening::OpeningKind;
use vacantia::domain::place::Workplace;
use vacantia::domain::plan::{Kit, Participant, PlanStep, Stage, StageMode, StepKind};
use vacantia::domain::plan_reference;
use vacantia::domain::posting::{CloseReason, Content, EmploymentType, Section};
use vacantia::domain::viewer::{Reach, Role};
use vacantia::storage::{Failure, dialect};

use super::model::{CEO, OFFER_STEP, REFERENCES, STAGES, STEPS, TEAMS};
use super::moves::{Age, Deed, Move, Turn};
use crate::app::TestApp;

/// The records by the numbers the story gives them.
pub struct World {
    pub app: TestApp,
    pub recruiter: Viewer,
    pub approver: Viewer,
    pub teams: Vec<TeamId>,
    pub plan: PlanId,
    pub postings: Vec<PostingId>,
    pub apps: Vec<ApplicationId>,
    pub steps: Vec<Vec<StepId>>,
    pub offers: Vec<OfferId>,
    /// Terms that were written so far: no two alike.
    pub wordings: u32,
}

/// The record an accepted move names.
pub enum Named {
    Nothing,
    Posting(PostingId),
    App(ApplicationId),
    Offer(OfferId),
}

fn stages() -> Vec<Stage> {
    let step = |place: usize| PlanStep {
        key: STEPS[place].0.into(),
        title: STEPS[place].0.into(),
        kind: match place {
            REFERENCES => StepKind::Reference,
            OFFER_STEP => StepKind::Offer,
            _ => StepKind::Review,
        },
        required: STEPS[place].2,
        participant: Participant::Recruiting,
        least_people: 1,
        minutes: None,
        kit: Kit::default(),
    };
    let stage = |(number, key): (usize, &&str)| Stage {
        key: (*key).into(),
        title: (*key).into(),
        mode: if number == 1 { StageMode::Parallel } else { StageMode::Sequential },
        optional: number == CEO,
        sla_hours: None,
        steps: (0..STEPS.len()).filter(|&place| STEPS[place].1 == number).map(step).collect(),
    };
    STAGES.iter().enumerate().map(stage).collect()
}

impl World {
    pub async fn new(app: TestApp, approval: Vec<ApprovalGroup>) -> Self {
        let recruiter = app.recruiter().await;
        let approver = app.staff(Role::Approver, Reach::Organisation).await;
        let mut teams = Vec::new();
        for name in TEAMS {
            teams.push(team::create(app.act(&recruiter), name).await.unwrap().id);
        }
        let input = plan::Create {
            name: "Short".into(),
            stages: stages(),
            approval,
            references: plan_reference::REFERENCES,
        };
        let plan = plan::create(app.act(&recruiter), input).await.unwrap().version.plan;
        let (postings, apps, steps, offers) = Default::default();
        Self { app, recruiter, approver, teams, plan, postings, apps, steps, offers, wordings: 0 }
    }

    pub fn in_days(&self, days: i64) -> DateTime<Utc> {
        self.app.now() + TimeDelta::days(days)
    }

    async fn revision(&self, table: &str, id: &str, age: Age) -> i32 {
        #[derive(FromQueryResult)]
        struct Row {
            revision: i32,
        }
        let sql = format!("SELECT revision FROM {table} WHERE id = '{id}'");
        let row = dialect::query_one::<Row>(&self.app.store, &sql, []).await.unwrap().unwrap();
        row.revision - i32::from(age == Age::Stale)
    }

    /// The revision a caller names, if any.
    pub async fn said(&self, table: &str, id: impl ToString, age: Age) -> Option<i32> {
        match age {
            Age::Unsaid => None,
            _ => Some(self.revision(table, &id.to_string(), age).await),
        }
    }

    pub async fn carry_out(&mut self, step: &Move) -> Result<Named, Failure> {
        self.app.clock.pass(TimeDelta::minutes(1));
        match step {
            Move::Wait { hours } => {
                self.app.clock.pass(TimeDelta::hours(*hours));
                Ok(Named::Nothing)
            }
            Move::Sweep => {
                crate::hire::sweep(&self.app).step().await?;
                Ok(Named::Nothing)
            }
            Move::Create { .. } | Move::Turn { .. } | Move::Prolong { .. } | Move::Seats { .. } => {
                self.of_posting(step).await
            }
            Move::Apply { posting, person, by_staff, key } => {
                let viewer = if *by_staff { &self.recruiter } else { &Viewer::Anonymous };
                let mut input = self.app.submission(self.postings[*posting], super::model::PEOPLE[*person]);
                input.idempotency_key = key.map(|key| key.to_string());
                Ok(Named::App(application::submit(self.app.act(viewer), input).await?))
            }
            Move::Advance { .. }
            | Move::Back { .. }
            | Move::Decline { .. }
            | Move::Withdraw { .. }
            | Move::Reinstate { .. } => self.of_application(step).await,
            Move::Step { app, step, deed, age } => self.of_step(*app, *step, *deed, *age).await,
            Move::Allot { app, team, age } => {
                let (id, team) = (self.apps[*app], self.teams[*team]);
                let revision = self.said("application", id, *age).await;
                allotment::allot(self.app.act(&self.recruiter), id, team, revision).await?;
                Ok(Named::Nothing)
            }
            Move::Prefer { app, team, age } => {
                let (id, team) = (self.apps[*app], self.teams[*team]);
                let revision = self.said("application", id, *age).await;
                allotment::prefer_teams(self.app.act(&self.recruiter), id, &[team], revision).await?;
                Ok(Named::Nothing)
            }
            Move::Justify { app } => {
                let why = "Asked the best questions.";
                justification::save(self.app.act(&self.recruiter), self.apps[*app], why).await?;
                Ok(Named::Nothing)
            }
            offer => self.of_offer(offer).await,
        }
    }

    async fn of_posting(&mut self, step: &Move) -> Result<Named, Failure> {
        let act = self.app.act(&self.recruiter);
        match step {
            Move::Create { seats, days } => {
                let entry = |team| TeamEntry { team, manager: None };
                let hires = self.teams.iter().zip(seats);
                let input = posting::Create {
                    content: told_at_length(),
                    listed: true,
                    plan: self.plan,
                    lead: None,
                    expires_at: days.map(|days| self.in_days(days)),
                    teams: hires
                        .map(|(team, seats)| NewTeam { entry: entry(*team), vacancies: *seats })
                        .collect(),
                };
                Ok(Named::Posting(posting::create(act, input).await?.id))
            }
            Move::Turn { posting, turn, age } => {
                let id = self.postings[*posting];
                let expected_revision = self.said("posting", id, *age).await;
                let input = posting::Move { posting: id, expected_revision };
                match turn {
                    Turn::Publish => posting::publish(act, input).await?,
                    Turn::Pause => posting::pause(act, input).await?,
                    Turn::Resume => posting::resume(act, input).await?,
                    Turn::Reopen => posting::reopen(act, input).await?,
                    Turn::Archive => posting::archive(act, input).await?,
                    Turn::Close => {
                        let reason = CloseReason::NoLongerNeeded;
                        posting::close(act, Close { posting: id, expected_revision, reason }).await?
                    }
                };
                Ok(Named::Nothing)
            }
            Move::Prolong { posting, days } => {
                let expires_at = Some(days.map(|days| self.in_days(days)));
                let changes = posting::Changes { expires_at, ..posting::Changes::default() };
                posting::update(act, self.postings[*posting], None, changes).await?;
                Ok(Named::Nothing)
            }
            Move::Seats { posting, wanted, age } => {
                let posting = self.postings[*posting];
                let expected_revision = self.said("posting", posting, *age).await;
                let seats = |&(team, vacancies): &(usize, u32)| TeamVacancies {
                    team: self.teams[team],
                    vacancies,
                    kind: OpeningKind::New,
                };
                let teams = wanted.iter().map(seats).collect();
                posting::set_vacancies(act, VacanciesSet { posting, expected_revision, teams }).await?;
                Ok(Named::Nothing)
            }
            other => unreachable!("{other}"),
        }
    }

    async fn of_application(&self, step: &Move) -> Result<Named, Failure> {
        let act = self.app.act(&self.recruiter);
        match step {
            Move::Advance { app, pass_over, from, age } => {
                let id = self.apps[*app];
                let revision = self.revision("application", &id.to_string(), *age).await;
                let (stage, pass_over) = (STAGES[*from].to_owned(), *pass_over);
                application::advance(act, Advance { application: id, stage, revision, pass_over }).await?;
            }
            Move::Back { app, to, age } => {
                let id = self.apps[*app];
                let revision = self.revision("application", &id.to_string(), *age).await;
                let (to, reason) = (STAGES[*to].to_owned(), "A second look.".to_owned());
                application::go_back(act, GoBack { application: id, revision, to, reason }).await?;
            }
            Move::Decline { app, told, age } => {
                let id = self.apps[*app];
                let notice = if *told { Notice::Mail } else { Notice::Omitted(Omission::ALL[0]) };
                let input = Decline {
                    application: id,
                    revision: self.said("application", id, *age).await,
                    reason: "Others were closer.".into(),
                    note: None,
                    notice,
                };
                application::decline(act, input).await?;
            }
            Move::Withdraw { app, age } => {
                let id = self.apps[*app];
                let revision = self.said("application", id, *age).await;
                let input = Withdraw { application: id, revision, reason: None, notice: Notice::Mail };
                application::withdraw(act, input).await?;
            }
            Move::Reinstate { app, age } => {
                let id = self.apps[*app];
                let revision = self.said("application", id, *age).await;
                application::reinstate(act, id, revision).await?;
            }
            other => unreachable!("{other}"),
        }
        Ok(Named::Nothing)
    }

    async fn of_step(&self, app: usize, step: usize, deed: Deed, age: Age) -> Result<Named, Failure> {
        let act = self.app.act(&self.recruiter);
        let revision = self.said("application", self.apps[app], age).await;
        let which = Which { step: self.steps[app][step], revision };
        match deed {
            Deed::Pass => step::pass(act, which).await?,
            Deed::Waive => step::waive(act, which, "Known from before.").await?,
            Deed::Skip => step::skip(act, which, None).await?,
            Deed::Reopen => step::reopen(act, which, "Once more.").await?,
        };
        Ok(Named::Nothing)
    }
}

/// What such a posting says: as little as opens.
pub fn content() -> Content {
    Content {
        title: "Backend Developer".into(),
        sections: Vec::new(),
        requirements: Vec::new(),
        links: Vec::new(),
        locations: Vec::new(),
        place_labels: Vec::new(),
        remote_countries: vec![Country::parse("country", "DE").unwrap()],
        workplace: Workplace::Remote,
        employment_type: EmploymentType::FullTime,
        pay_ranges: Vec::new(),
        questions: Vec::new(),
    }
}

/// `content` with a text that is long enough for every board.
fn told_at_length() -> Content {
    let body = "Moves data between harbours that disagree about the time, and loses no crate. ".repeat(2);
    Content { sections: vec![Section { heading: "The work".into(), body }], ..content() }
}
