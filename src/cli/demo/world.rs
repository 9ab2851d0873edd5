//! The demo world, made through the same actions as everything else, at the times it is said to have happened.

use std::sync::{Mutex, PoisonError};

use anyhow::Context as _;
use chrono::{DateTime, TimeDelta, Utc};

use super::people::{self, Colleague};
use super::postings::{self, Sample};
use crate::actions::application::{Advance, Submission};
use crate::actions::posting::{Create, Move, NewTeam, TeamEntry};
use crate::actions::reference::{Answered, Nominate};
use crate::actions::step::Which;
use crate::actions::{
    Act, allotment, application, email, justification, offer, plan, posting, reference, step, team, token,
    user,
};
use crate::domain::Viewer;
use crate::domain::application::Source;
use crate::domain::clock::{Clock, SystemChance};
use crate::domain::email::EmailState;
use crate::domain::id::{ApplicationId, OfferId, TeamId, UserId};
use crate::domain::money::{Currency, Money, PayInterval};
use crate::domain::plan::StepKind;
use crate::domain::plan_reference;
use crate::domain::policy::application::{applications, emails, references};
use crate::domain::posting::{EmploymentType, Posting};
use crate::domain::question::{Given, Question, QuestionType};
use crate::domain::reference::{AGREEMENT, CONSENT, Named, Recommendation, Relation};
use crate::domain::site::Site;
use crate::domain::step::ApplicationStep;
use crate::domain::terms::{Bonus, BonusKind, Clause, TermsHash};
use crate::domain::viewer::{Grant, Reach, Role, Staff, TokenScope};
use crate::storage::{self, Page, Store};

/// Stands where it is set: the demo's past is written in order.
struct Calendar(Mutex<DateTime<Utc>>);

impl Calendar {
    fn set(&self, at: DateTime<Utc>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = at;
    }
}

impl Clock for Calendar {
    /// A millisecond later at each look, so that what happened in order sorts in order.
    fn now(&self) -> DateTime<Utc> {
        let mut at = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *at += TimeDelta::milliseconds(1);
        *at
    }
}

/// What the demo prints: a role and the secret of a token for it.
pub struct Key {
    /// Which role.
    pub role: Role,
    /// Whose.
    pub name: &'static str,
    /// What they send.
    pub secret: String,
}

/// The staff of the demo.
struct People {
    recruiter: Viewer,
    manager: UserId,
    approver: Viewer,
    approver_id: UserId,
}

struct World<'a> {
    store: &'a Store,
    site: &'a Site,
    calendar: &'a Calendar,
    now: DateTime<Utc>,
}

/// Makes the world in an empty database, as if it had grown until `now`. Its last deed is an offer just sent.
///
/// # Errors
/// When the database is not empty or fails.
pub async fn make(store: &Store, site: &Site, now: DateTime<Utc>) -> anyhow::Result<Vec<Key>> {
    let calendar = Calendar(Mutex::new(now - TimeDelta::days(150)));
    let world = World { store, site, calendar: &calendar, now };
    let (people, keys) = world.staff().await?;
    let reference = world.posting(&people, postings::backend_developer()).await?;
    let furthest = world.applicants(&people, &reference).await?;
    for (which, sample) in
        [postings::site_reliability_engineer(), postings::technical_writer()].into_iter().enumerate()
    {
        let opened = world.posting(&people, sample).await?;
        world.others(&opened, which).await?;
    }
    world.offer(&people, furthest).await?;
    Ok(keys)
}

impl World<'_> {
    fn act<'b>(&'b self, viewer: &'b Viewer) -> Act<'b> {
        Act { store: self.store, clock: self.calendar, chance: &SystemChance, site: self.site, viewer }
    }

    async fn staff(&self) -> anyhow::Result<(People, Vec<Key>)> {
        let mut keys = Vec::new();
        self.person(&people::ADMIN, Role::Admin, &mut keys).await?;
        let recruiter = self.person(&people::RECRUITER, Role::Recruiter, &mut keys).await?;
        let manager = self.person(&people::HIRING_MANAGER, Role::HiringManager, &mut keys).await?;
        self.person(&people::INTERVIEWER, Role::Interviewer, &mut keys).await?;
        let approver = self.person(&people::APPROVER, Role::Approver, &mut keys).await?;
        let people = People {
            recruiter: viewer(recruiter, Role::Recruiter),
            manager,
            approver: viewer(approver, Role::Approver),
            approver_id: approver,
        };
        Ok((people, keys))
    }

    async fn person(&self, who: &Colleague, role: Role, keys: &mut Vec<Key>) -> anyhow::Result<UserId> {
        let grant = Grant { role, reach: Reach::Organisation };
        let new = user::Create {
            email: format!("{}@example.com", who.mailbox),
            name: who.name.to_owned(),
            title: Some(who.title.to_owned()),
            grants: vec![grant],
        };
        let id = user::create(self.act(&Viewer::System), new).await?.id;
        let scopes = match role {
            Role::Admin => vec![TokenScope::Write, TokenScope::Admin],
            _ => vec![TokenScope::Write],
        };
        // Tokens are made last of all, so that they are good for as long as tokens are.
        let expires_at = Some(self.now + TimeDelta::days(90));
        let ahead = Act { clock: &Calendar(Mutex::new(self.now)), ..self.act(&Viewer::System) };
        let made =
            token::create(ahead, token::Create { owner: id, name: "Demo".to_owned(), scopes, expires_at })
                .await?;
        keys.push(Key { role, name: who.name, secret: made.secret });
        Ok(id)
    }

    async fn posting(&self, people: &People, sample: Sample) -> anyhow::Result<Posting> {
        self.calendar.set(self.now - TimeDelta::days(sample.age_days));
        let act = self.act(&Viewer::System);
        let input = plan::Create {
            name: plan_reference::NAME.to_owned(),
            stages: plan_reference::stages(),
            approval: plan_reference::approval(),
            references: plan_reference::REFERENCES,
        };
        let plan = plan::create(act, input).await?.version.plan;
        let mut teams = Vec::new();
        for (name, vacancies) in sample.teams {
            let entry = TeamEntry { team: self.team(name).await?, manager: Some(people.manager) };
            teams.push(NewTeam { entry, vacancies: *vacancies });
        }
        let lead = Some(people.manager);
        let input = Create { content: sample.content, listed: true, plan, lead, expires_at: None, teams };
        let drafted = posting::create(act, input).await?;
        let which = Move { posting: drafted.id, expected_revision: Some(drafted.revision) };
        Ok(posting::publish(act, which).await?)
    }

    /// The team of this name, created when it is not there yet.
    async fn team(&self, name: &str) -> anyhow::Result<TeamId> {
        let act = self.act(&Viewer::System);
        let sight = storage::posting::Sight::of(&Viewer::System, self.calendar.now());
        let there = storage::team::listed(self.store, &sight, &Page::newest(100)).await?;
        match there.items.into_iter().find(|team| team.name == name) {
            Some(team) => Ok(team.id),
            None => Ok(team::create(act, name).await?.id),
        }
    }

    /// Everyone who applied; the last of them came furthest.
    async fn applicants(&self, people: &People, to: &Posting) -> anyhow::Result<ApplicationId> {
        let mut last = None;
        for (place, (name, stage)) in (0..).zip(people::APPLICANTS) {
            // Who is further along applied earlier.
            let days_ago = 4 + place % 3 + 9 * i64::try_from(*stage)?;
            self.calendar.set(self.now - TimeDelta::days(days_ago) - TimeDelta::minutes(37 * place));
            let id = self.apply(to, name).await?;
            let mut reached = 0;
            while reached < *stage {
                self.calendar.set(self.calendar.now() + TimeDelta::days(4));
                reached = self.move_on(&people.recruiter, id, *stage).await?;
            }
            last = Some(id);
        }
        last.context("nobody applied")
    }

    async fn others(&self, to: &Posting, which: usize) -> anyhow::Result<()> {
        for (place, (name, _)) in (0..).zip(people::OTHERS.iter().filter(|(_, posting)| *posting == which)) {
            self.calendar.set(self.now - TimeDelta::hours(7 + 11 * place));
            self.apply(to, name).await?;
        }
        Ok(())
    }

    async fn apply(&self, to: &Posting, name: &str) -> anyhow::Result<ApplicationId> {
        let submission = Submission {
            posting: to.id,
            name: name.to_owned(),
            email: people::address(name),
            phone: None,
            answers: to.content.questions.iter().map(answer).collect(),
            preferred_teams: Vec::new(),
            source: Some(Source::Careers),
            tracking_source: None,
            language: None,
            referrer: None,
            idempotency_key: None,
        };
        let id = application::submit(self.act(&Viewer::System), submission).await;
        let id = id.with_context(|| format!("{name} cannot apply"))?;
        self.settle_mail().await?;
        Ok(id)
    }

    /// The demo's past is not mailed: only its last offer is.
    async fn settle_mail(&self) -> anyhow::Result<()> {
        let act = self.act(&Viewer::System);
        let wanted = storage::email_message::Wanted { state: Some(EmailState::Queued), ..Default::default() };
        let (scope, page) = (emails(&Viewer::System), Page::newest(10));
        let queued = storage::email_message::listed(self.store, &scope, wanted, &page).await?;
        for message in queued.items {
            email::cancel(act, message.id).await?;
        }
        Ok(())
    }

    /// Passes every step of the stage the application is in and moves it on, towards the stage `to`; optional stages
    /// ahead of it are stepped over. Tells the stage it is in now.
    async fn move_on(&self, by: &Viewer, id: ApplicationId, to: usize) -> anyhow::Result<usize> {
        let act = self.act(by);
        let scope = applications(by);
        let steps = storage::step::of_applications(self.store, &scope, &[id]).await?;
        let here = storage::application::find(self.store, &scope, id).await?.map(|now| now.stage);
        for asked in steps.values().flatten().filter(|step| step.kind == StepKind::Reference) {
            if here == Some(asked.stage) {
                self.refer(by, asked).await?;
            }
        }
        let before =
            storage::application::find(self.store, &scope, id).await?.context("an application is gone")?;
        let steps = storage::step::of_applications(self.store, &scope, &[id]).await?;
        let mut revision = before.revision;
        for to_pass in steps.values().flatten().filter(|step| step.stage == before.stage) {
            let moved = step::pass(act, Which { step: to_pass.id, revision: Some(revision) }).await?;
            revision = moved.application.revision;
        }
        let stages = storage::plan::get(self.store, before.plan).await?.stages;
        let at = usize::try_from(before.stage)?;
        let pass_over = at + 1 < to && stages.get(at + 1).is_some_and(|next| next.optional);
        let stage = stages[at].key.clone();
        let after =
            application::advance(act, Advance { application: id, stage, revision, pass_over }).await?;
        Ok(usize::try_from(after.stage)?)
    }

    /// The candidate names two people, and both answer.
    async fn refer(&self, by: &Viewer, asked: &ApplicationStep) -> anyhow::Result<()> {
        let (act, which) = (self.act(by), Which { step: asked.id, revision: None });
        reference::request(act, reference::Request { which, count: None, note: None, due_at: None }).await?;
        let named = |(name, relation): (&str, Relation)| Named {
            name: name.to_owned(),
            email: people::address(name),
            relation: Some(relation),
        };
        let referees = people::REFEREES.map(named).into();
        let agreement = AGREEMENT.id.to_owned();
        reference::nominate(act, Nominate { step: asked.id, referees, agreement }).await?;
        self.settle_mail().await?;
        let named = storage::reference::of_steps(self.store, &references(by), &[asked.id]).await?;
        for one in named.values().flatten() {
            let referee = Viewer::Referee { reference: one.id, application: one.application };
            let answered = Answered {
                reference: one.id,
                answers: one.questions.iter().map(told).collect(),
                recommendation: Some(Recommendation::Yes),
                consent: CONSENT.id.to_owned(),
            };
            reference::answer(self.act(&referee), answered).await?;
        }
        Ok(())
    }

    /// Sends an offer to whoever came furthest.
    async fn offer(&self, people: &People, id: ApplicationId) -> anyhow::Result<()> {
        self.calendar.set(self.now - TimeDelta::hours(3));
        let plan_team = self.team("Plan").await?;
        let act = self.act(&people.recruiter);
        allotment::allot(act, id, plan_team, None).await?;
        justification::save(
            act,
            id,
            "Led a migration of a large Rails application without an outage, explains trade-offs plainly, and both \
             referees would work with him again.",
        )
        .await?;
        let drafted = offer::create(
            act,
            offer::Create {
                application: id,
                wording: wording(self.now),
                expires_at: self.now + TimeDelta::days(7),
                request: None,
            },
        )
        .await?;
        let submit = offer::Submit {
            offer: drafted.id,
            revision: Some(drafted.revision),
            approvers: vec![vec![people.approver_id]],
        };
        offer::submit(act, submit).await?;
        let terms_hash = self.terms_of(&people.recruiter, drafted.id).await?;
        let approve = offer::Approve { offer: drafted.id, terms_hash };
        let approved = offer::approve(self.act(&people.approver), approve).await?;
        self.calendar.set(self.now);
        let send = offer::Send {
            offer: approved.id,
            revision: Some(approved.revision),
            expires_at: None,
            request: None,
        };
        offer::send(act, send).await?;
        Ok(())
    }

    async fn terms_of(&self, viewer: &Viewer, id: OfferId) -> anyhow::Result<TermsHash> {
        let scope = crate::domain::policy::offer::offers(viewer);
        let versions = storage::offer_version::of_offers(self.store, &scope, &[id]).await?;
        Ok(versions.last().context("the offer has no version")?.terms_hash.clone())
    }
}

fn viewer(user: UserId, role: Role) -> Viewer {
    let grants = vec![Grant { role, reach: Reach::Organisation }];
    Viewer::Staff(Staff { user, grants, scopes: vec![TokenScope::Write] })
}

fn answer(question: &Question) -> Given {
    let value = match question.kind {
        QuestionType::YesNo => "yes",
        QuestionType::Url => "https://code.example.org/something-i-made",
        QuestionType::Choice => question.options.first().map_or("", String::as_str),
        QuestionType::Line | QuestionType::Prose => {
            "An order system used by forty shops; keeping deliveries right while the stock service was down."
        }
    };
    Given { key: question.key.clone(), value: value.to_owned() }
}

/// What a referee answers.
fn told(question: &Question) -> Given {
    let value = match question.kind {
        QuestionType::YesNo => "yes",
        _ => {
            "We rebuilt a billing system together: careful, quick to ask, and good company when it went wrong."
        }
    };
    Given { key: question.key.clone(), value: value.to_owned() }
}

fn wording(now: DateTime<Utc>) -> offer::Wording {
    offer::Wording {
        title: "Backend Developer".to_owned(),
        employer: None,
        pay: Money { minor: 7_650_000, currency: Currency::EUR },
        interval: PayInterval::Year,
        bonuses: vec![Bonus {
            kind: BonusKind::Signing,
            amount: Money { minor: 100_000, currency: Currency::EUR },
            words: Some("to set up your desk".to_owned()),
        }],
        equity: None,
        employment_type: EmploymentType::FullTime,
        start_on: (now + TimeDelta::days(60)).date_naive(),
        place: "Remote, Germany".to_owned(),
        benefits: vec!["A train card for all of Germany".to_owned(), "Two conferences a year".to_owned()],
        clauses: vec![Clause {
            title: "Paid leave".to_owned(),
            text: "30 working days a year, beside public holidays.".to_owned(),
        }],
        remarks: None,
    }
}
