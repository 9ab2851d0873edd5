//! An outbox with a scripted relay, and enough of a hiring world for messages to be about something.

use std::sync::Arc;

use chrono::TimeDelta;
use sea_orm::ConnectionTrait;
use vacantia::actions::email;
use vacantia::domain::Viewer;
use vacantia::domain::email::{EmailMessage, EmailState, LetterKind, NewEmail};
use vacantia::domain::event::EventKind;
use vacantia::domain::id::{
    ApplicationId, CandidateId, EmailMessageId, OfferId, OpeningId, PlanId, PostingId, PostingTeamId, TeamId,
};
use vacantia::domain::policy::application::emails;
use vacantia::mail::driver::Smtp;
use vacantia::mail::relay::Security;
use vacantia::mail::transport::Transport;
use vacantia::storage::email_message;
use vacantia::storage::event::{Concerning, listed};
use vacantia::work::outbox::{Outbox, Settings, Step};

use crate::app::TestApp;
use crate::fault_relay::{HEALTHY, Heard, relay};

/// An app, its outbox, and the relay at the other end.
pub struct Mailroom {
    pub app: TestApp,
    pub smtp: Smtp,
    pub relay: Heard,
    pub posting: PostingId,
    pub application: ApplicationId,
    pub candidate: CandidateId,
    pub offer: OfferId,
    pub outbox: Outbox,
}

impl Mailroom {
    pub async fn new(app: TestApp) -> Self {
        let (smtp, relay) = relay(HEALTHY, Security::Plain).await;
        let (now, chance) = (app.now(), &*app.chance);
        let posting = PostingId::new(now, chance);
        let application = ApplicationId::new(now, chance);
        let candidate = CandidateId::new(now, chance);
        let offer = OfferId::new(now, chance);
        let outbox = outbox(&app, Transport::Smtp(Box::new(smtp.clone())));
        let room = Self { app, smtp, relay, posting, application, candidate, offer, outbox };
        room.found().await;
        room
    }

    /// Another worker on the same database.
    pub fn colleague(&self) -> Outbox {
        outbox(&self.app, Transport::Smtp(Box::new(self.smtp.clone())))
    }

    /// Another one, with these settings.
    pub fn colleague_with(&self, settings: Settings) -> Outbox {
        outbox_with(&self.app, Transport::Smtp(Box::new(self.smtp.clone())), settings)
    }

    /// The least a message can be about: an application with an offer that is out in its first version.
    async fn found(&self) {
        let Self { posting, application, candidate, offer, .. } = self;
        let (at, end) = ("2027-01-15T08:00:00+00:00", "2027-02-15T08:00:00+00:00");
        let (now, chance) = (self.app.now(), &*self.app.chance);
        let (plan, team) = (PlanId::new(now, chance), TeamId::new(now, chance));
        let (pteam, seat) = (PostingTeamId::new(now, chance), OpeningId::new(now, chance));
        self.sql(&format!(
            "INSERT INTO plan (id, version, name, definition, created_at) VALUES ('{plan}', 1, 'p', '{{}}', '{at}'); \
             INSERT INTO team (id, name, name_key, created_at, revision) VALUES ('{team}', 'Plan', 'plan', '{at}', 1); \
             INSERT INTO posting (id, slug, slug_key, status, listed, title, title_key, workplace, content, plan_id, plan_version, \
             created_at, updated_at, revision, published_at) VALUES ('{posting}', 's', 's', 'open', true, 't', 't', 'remote', '{{}}', \
             '{plan}', 1, '{at}', '{at}', 1, '{at}'); \
             INSERT INTO posting_team (id, posting_id, team_id, rank) VALUES ('{pteam}', '{posting}', '{team}', 1); \
             INSERT INTO candidate (id, name, created_at) VALUES ('{candidate}', 'Zoë', '{at}'); \
             INSERT INTO application (id, posting_id, candidate_id, plan_id, plan_version, status, stage, revision, \
             applied_at, source, repeated) VALUES ('{application}', '{posting}', '{candidate}', '{plan}', 1, 'active', \
             0, 1, '{at}', 'careers', false); \
             INSERT INTO opening (id, posting_team_id, state, kind, offer_id, created_at) VALUES ('{seat}', '{pteam}', \
             'held', 'new', '{offer}', '{at}'); \
             INSERT INTO offer (id, application_id, candidate_id, posting_id, posting_team_id, opening_id, status, \
             version, sent_version, expires_at, created_at, revision) VALUES ('{offer}', '{application}', \
             '{candidate}', '{posting}', '{pteam}', '{seat}', 'sent', 1, 1, '{end}', '{at}', 1);"
        ))
        .await;
    }

    /// Statements beside the store, for what other parts of the program would have done.
    pub async fn sql(&self, sql: &str) {
        self.app.database.beside().await.execute_unprepared(sql).await.unwrap();
    }

    /// A message of this kind; about the offer's first version where the kind speaks of it.
    pub fn draft(&self, kind: LetterKind) -> NewEmail {
        let (now, chance) = (self.app.now(), &*self.app.chance);
        let id = EmailMessageId::new(now, chance);
        let is_offer = kind.as_str().starts_with("offer");
        NewEmail {
            id,
            kind,
            dedupe_key: format!("test/{id}"),
            message_id: format!("<{id}@example.org>"),
            posting: self.posting,
            application: self.application,
            offer: is_offer.then_some((self.offer, 1)),
            candidate: self.candidate,
            user: None,
            reference: None,
            from: "jobs@example.org".to_owned(),
            to: "zoe@example.com".to_owned(),
            raw: format!("Message-ID: <{id}@example.org>\r\n\r\nHello\r\n.\r\n").into_bytes(),
            created_at: now,
            template: None,
            due_at: now,
            expires_at: None,
        }
    }

    pub async fn queue(&self, email: &NewEmail) {
        let change = self.app.system().change();
        let change = &change;
        self.app.store.write(|tx| async move { email::queue(&tx, change, email).await }).await.unwrap();
    }

    /// Queues a message that speaks of the application.
    pub async fn queued(&self) -> EmailMessageId {
        let email = self.draft(LetterKind::ApplicationReceived);
        self.queue(&email).await;
        email.id
    }

    /// Queues the offer.
    pub async fn queued_offer(&self) -> EmailMessageId {
        let email = self.draft(LetterKind::Offer);
        self.queue(&email).await;
        email.id
    }

    pub async fn find(&self, id: EmailMessageId) -> EmailMessage {
        email_message::find(&self.app.store, &emails(&Viewer::System), id).await.unwrap().unwrap()
    }

    pub async fn state(&self, id: EmailMessageId) -> EmailState {
        self.find(id).await.state
    }

    /// One number from the database.
    pub async fn count(&self, sql: &str) -> i64 {
        let db = self.app.database.beside().await;
        let statement = sea_orm::Statement::from_string(db.get_database_backend(), sql.to_owned());
        db.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index::<i64>(0).unwrap()
    }

    pub async fn step(&self) -> Step {
        self.outbox.step().await.unwrap()
    }

    /// Steps until nothing is to be done; says how many steps that took.
    pub async fn drain(&self) -> usize {
        let mut steps = 0;
        while self.step().await == Step::Done {
            steps += 1;
            assert!(steps < 1_000, "the outbox does not come to rest");
        }
        steps
    }

    pub fn pass(&self, time: TimeDelta) {
        self.app.clock.pass(time);
    }

    /// What has happened, oldest first.
    pub async fn events(&self) -> Vec<EventKind> {
        let scope = vacantia::domain::policy::organisation::events(&Viewer::System);
        let page = vacantia::storage::Page::newest(100);
        let events = listed(&self.app.store, &scope, Concerning::default(), &page).await.unwrap().items;
        events.iter().rev().map(|event| event.kind).collect()
    }

    /// How many messages the relay accepted.
    pub fn accepted(&self) -> usize {
        self.relay.bodies.lock().unwrap().len()
    }

    /// The messages that came to the relay whole, whatever it answered.
    pub fn received(&self) -> Vec<String> {
        self.relay.received.lock().unwrap().clone()
    }
}

pub fn outbox(app: &TestApp, transport: Transport) -> Outbox {
    outbox_with(app, transport, Settings::default())
}

fn outbox_with(app: &TestApp, transport: Transport, settings: Settings) -> Outbox {
    let (clock, chance) = (Arc::clone(&app.clock) as _, Arc::clone(&app.chance) as _);
    Outbox::new(app.store.clone(), clock, chance, Arc::clone(&app.site), transport, settings)
}
