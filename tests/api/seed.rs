//! The world a test starts in, told in the words of recruiting: `app.posting("Backend").hiring("Create", 2).open()`.

use chrono::{DateTime, TimeDelta, Utc};
use vacantia::actions::application::{Advance, Submission, advance, submit};
use vacantia::actions::step::{Which, pass, waive};
use vacantia::domain::Viewer;
use vacantia::domain::application::Application;
use vacantia::domain::approval::ApprovalGroup;
use vacantia::domain::country::Country;
use vacantia::domain::id::{
    ApplicationId, CandidateId, GrantId, OpeningId, PlanId, PostingId, PostingTeamId, StepId, TeamId, UserId,
};
use vacantia::domain::opening::{Opening, OpeningKind, OpeningState};
use vacantia::domain::place::Workplace;
use vacantia::domain::plan::{HiringPlan, Stage, StepKind};
use vacantia::domain::plan_reference;
use vacantia::domain::policy::application::applications;
use vacantia::domain::posting::{Content, EmploymentType, PlanVersion, Posting, PostingStatus, slug};
use vacantia::domain::question::Question;
use vacantia::domain::step::ApplicationStep;
use vacantia::domain::team::{PostingTeam, Team};
use vacantia::domain::text::EmailAddress;
use vacantia::domain::user::User;
use vacantia::domain::viewer::{Grant, Reach, Role, Staff, TokenScope};
use vacantia::storage::{self, Page, Tx};

use crate::app::TestApp;

/// A posting to be: open, fully remote, on the reference plan unless said otherwise.
pub struct Draft<'a> {
    app: &'a TestApp,
    title: String,
    teams: Vec<(String, u32)>,
    questions: Vec<Question>,
    stages: Vec<Stage>,
    approval: Vec<ApprovalGroup>,
    listed: bool,
    expires_at: Option<DateTime<Utc>>,
    status: PostingStatus,
}

/// A posting with its teams in rank order.
#[derive(Debug, Clone)]
pub struct Posted {
    pub id: PostingId,
    pub plan: HiringPlan,
    pub teams: Vec<PostingTeam>,
}

impl Posted {
    /// The first team it hires for.
    pub fn team(&self) -> TeamId {
        self.teams[0].team
    }
}

impl Draft<'_> {
    pub fn hiring(mut self, team: &str, vacancies: u32) -> Self {
        self.teams.push((team.to_owned(), vacancies));
        self
    }

    pub fn asking(mut self, question: Question) -> Self {
        self.questions.push(question);
        self
    }

    pub fn with_stages(mut self, stages: Vec<Stage>) -> Self {
        self.stages = stages;
        self
    }

    pub fn approved_by(mut self, rule: Vec<ApprovalGroup>) -> Self {
        self.approval = rule;
        self
    }

    pub fn unlisted(mut self) -> Self {
        self.listed = false;
        self
    }

    pub fn until(mut self, deadline: DateTime<Utc>) -> Self {
        self.expires_at = Some(deadline);
        self
    }

    pub async fn open(self) -> Posted {
        self.in_status(PostingStatus::Open).await
    }

    /// Put there without its history.
    pub async fn in_status(mut self, status: PostingStatus) -> Posted {
        self.status = status;
        let (app, now) = (self.app, self.app.now());
        let plan = HiringPlan {
            version: PlanVersion { plan: PlanId::new(now, &*app.chance), number: 1 },
            name: plan_reference::NAME.into(),
            stages: self.stages.clone(),
            approval: self.approval.clone(),
            references: plan_reference::REFERENCES,
        };
        let posting = self.posting(&plan);
        let mut teams = Vec::new();
        for (rank, (name, vacancies)) in (1..).zip(&self.teams) {
            let (id, team) = (PostingTeamId::new(now, &*app.chance), app.team(name).await);
            let entry = PostingTeam { id, posting: posting.id, team, rank, manager: None };
            let seat = |_| OpeningId::new(now, &*app.chance);
            teams.push((entry, (0..*vacancies).map(seat).collect::<Vec<_>>()));
        }
        let (plan, posting, teams) = (&plan, &posting, &teams);
        let write = app.store.write(|tx| async move {
            storage::plan::insert(&tx, plan, now).await?;
            storage::posting::insert(&tx, posting).await?;
            for (entry, seats) in teams {
                storage::posting_team::insert(&tx, entry).await?;
                for seat in seats {
                    storage::opening::insert(&tx, &vacancy(*seat, entry.id, now)).await?;
                }
            }
            Ok(())
        });
        write.await.unwrap();
        let teams = teams.iter().map(|(entry, _)| entry.clone()).collect();
        Posted { id: posting.id, plan: plan.clone(), teams }
    }

    fn posting(&self, plan: &HiringPlan) -> Posting {
        let now = self.app.now();
        let id = PostingId::new(now, &*self.app.chance);
        Posting {
            id,
            slug: slug(&self.title, id),
            status: self.status,
            listed: self.listed,
            content: Content {
                title: self.title.clone(),
                sections: Vec::new(),
                requirements: Vec::new(),
                links: Vec::new(),
                locations: Vec::new(),
                place_labels: Vec::new(),
                remote_countries: vec![Country::parse("country", "DE").unwrap()],
                workplace: Workplace::Remote,
                employment_type: EmploymentType::FullTime,
                pay_ranges: Vec::new(),
                questions: self.questions.clone(),
            },
            plan: plan.version,
            lead: None,
            published_at: (self.status != PostingStatus::Draft).then_some(now),
            apply_url: None,
            reopened_at: None,
            expires_at: self.expires_at,
            close_reason: None,
            created_at: now,
            updated_at: now,
            revision: 1,
        }
    }
}

fn vacancy(id: OpeningId, posting_team: PostingTeamId, created_at: DateTime<Utc>) -> Opening {
    let (state, kind) = (OpeningState::Open, OpeningKind::New);
    Opening { id, posting_team, state, kind, offer: None, application: None, created_at }
}

impl TestApp {
    pub fn posting(&self, title: &str) -> Draft<'_> {
        Draft {
            app: self,
            title: title.to_owned(),
            teams: Vec::new(),
            questions: Vec::new(),
            stages: plan_reference::stages(),
            approval: plan_reference::approval(),
            listed: true,
            expires_at: None,
            status: PostingStatus::Draft,
        }
    }

    /// The team of this name, made if there is none.
    pub async fn team(&self, name: &str) -> TeamId {
        let sight = storage::posting::Sight::of(&Viewer::System, self.now());
        let teams = storage::team::listed(&self.store, &sight, &Page::newest(100)).await.unwrap();
        if let Some(team) = teams.items.into_iter().find(|team| team.name == name) {
            return team.id;
        }
        let id = TeamId::new(self.now(), &*self.chance);
        let team = &Team { id, name: name.to_owned(), created_at: self.now(), revision: 1 };
        self.put(|tx| async move { storage::team::insert(&tx, team).await }).await;
        id
    }

    /// A member of staff with this role there and a token that may write.
    pub async fn staff(&self, role: Role, reach: Reach) -> Viewer {
        let now = self.now();
        let (id, grant_id) = (UserId::new(now, &*self.chance), GrantId::new(now, &*self.chance));
        let grant = Grant { role, reach };
        let email = EmailAddress::parse("email", &format!("{}@example.com", id.short())).unwrap();
        let user = &User {
            id,
            email: email.to_string(),
            name: format!("{role} {}", &id.short()[20..]),
            title: None,
            created_at: now,
        };
        let email = &email;
        self.put(|tx| async move {
            storage::user::insert(&tx, user, email).await?;
            storage::user::insert_grant(&tx, grant_id, id, grant, now).await
        })
        .await;
        Viewer::Staff(Staff { user: id, grants: vec![grant], scopes: vec![TokenScope::Write] })
    }

    /// A recruiter of the whole organisation.
    pub async fn recruiter(&self) -> Viewer {
        self.staff(Role::Recruiter, Reach::Organisation).await
    }

    /// What somebody of this name would send; their address is made of the name.
    pub fn submission(&self, posting: PostingId, name: &str) -> Submission {
        Submission {
            posting,
            name: name.to_owned(),
            email: format!("{}@example.org", name.to_lowercase().replace(' ', ".")),
            phone: None,
            answers: Vec::new(),
            preferred_teams: Vec::new(),
            source: None,
            tracking_source: None,
            language: None,
            referrer: None,
            idempotency_key: None,
        }
    }

    /// Somebody of this name applies; a millisecond passes before and after, so that all has an order.
    pub async fn apply(&self, posting: PostingId, name: &str) -> Application {
        self.clock.pass(TimeDelta::milliseconds(1));
        let id = submit(self.act(&Viewer::Anonymous), self.submission(posting, name)).await.unwrap();
        self.clock.pass(TimeDelta::milliseconds(1));
        self.application(id).await
    }

    pub async fn application(&self, id: ApplicationId) -> Application {
        let scope = applications(&Viewer::System);
        storage::application::find(&self.store, &scope, id).await.unwrap().unwrap()
    }

    pub async fn steps(&self, id: ApplicationId) -> Vec<ApplicationStep> {
        let scope = applications(&Viewer::System);
        let found = storage::step::of_applications(&self.store, &scope, &[id]).await;
        found.unwrap().remove(&id).unwrap()
    }

    /// The step with this key of the plan.
    pub async fn step(&self, id: ApplicationId, key: &str) -> StepId {
        self.steps(id).await.into_iter().find(|step| step.key == key).unwrap().id
    }

    /// Whoever holds the link to this application.
    pub fn applicant(application: ApplicationId, candidate: CandidateId) -> Viewer {
        Viewer::Applicant { application, candidate }
    }

    /// Writes and says nothing.
    pub async fn put<F, Fut>(&self, work: F)
    where
        F: Fn(Tx) -> Fut + Send + Sync,
        Fut: Future<Output = Result<(), storage::Failure>> + Send,
    {
        self.store.write(work).await.unwrap();
    }

    /// Passes a step; one in which referees are asked is waived, since passing it by hand makes no reference.
    pub async fn settle(&self, viewer: &Viewer, step: &ApplicationStep) {
        let which = Which { step: step.id, revision: None };
        let settled = match step.kind {
            StepKind::Reference => waive(self.act(viewer), which, "Known from earlier work.").await,
            _ => pass(self.act(viewer), which).await,
        };
        settled.unwrap();
    }

    /// Settles what blocks each stage and moves on, until the application stands in the stage with this key; optional
    /// stages before it are stepped over.
    pub async fn bring_to(
        &self,
        viewer: &Viewer,
        posted: &Posted,
        id: ApplicationId,
        key: &str,
    ) -> Application {
        let stages = &posted.plan.stages;
        let goal = stages.iter().position(|stage| stage.key == key).unwrap();
        loop {
            let now = self.application(id).await;
            let stage = usize::try_from(now.stage).unwrap();
            if stage == goal {
                return now;
            }
            for step in self.steps(id).await {
                if step.stage == now.stage && !step.state.is_final() {
                    self.settle(viewer, &step).await;
                }
            }
            let pass_over = stages[stage + 1].optional && stage + 1 != goal;
            let revision = self.application(id).await.revision;
            let stage = stages[stage].key.clone();
            advance(self.act(viewer), Advance { application: id, stage, revision, pass_over }).await.unwrap();
        }
    }
}
