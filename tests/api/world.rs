//! A small organisation in which every protected value is a canary: a text that occurs nowhere else, so that it gives
//! away whoever shows it. Made through the actions; what a relay would have said is written beside them.

mod applications;
mod channels;
mod interviews;
mod notes;
mod offers;
mod postings;
mod references;
mod staff;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use async_graphql::parser::types::ExecutableDocument;
use chrono::TimeDelta;
use sea_orm::ConnectionTrait;
use serde_json::Value;
use vacantia::domain::Viewer;
use vacantia::graphql::Asking;

use crate::app::TestApp;
use crate::harness::Database;

/// What canaries that are words begin with. It holds letters that ids do not.
const WORD: &str = "zulu";

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    Anyone,
    /// By the link to `mine`.
    Applicant,
    /// By the link to the version of the offer to `mine` that was sent.
    Offeree,
    /// By the link to the unanswered questions to `mine`.
    Respondent,
    /// By the link to a scorecard of `mine`.
    Assessor,
    /// By the link to approving the offer to `asked`.
    Approving,
    /// By the link to naming people for `mine`.
    Nominator,
    /// By the link to times to pick from for `mine`.
    Chooser,
    /// By the link to the reference to `mine` that is awaited.
    Referee,
    /// By the link to `declined`.
    Rejected,
    /// By the link to the offer to `undone`.
    Former,
    /// Of the posting `open`.
    Interviewer,
    /// Of the team Xenon.
    HiringManager,
    Recruiter,
    /// Of the posting `open`.
    PostingRecruiter,
    /// Asked about the offer to `asked`, and nothing else.
    Approver,
    Admin,
    /// A recruiter with a token that may only read.
    Reader,
    /// Staff without any role.
    Newcomer,
}

/// A value that only some may see.
#[derive(Debug, Clone)]
pub struct Canary {
    /// Whose it is and what: `mine email`.
    pub label: String,
    /// What is looked for, in lower case.
    pub mark: String,
}

/// What is known of the world without its database.
#[derive(Debug, Clone, Default)]
pub struct Scene {
    pub canaries: Vec<Canary>,
    ids: BTreeMap<String, String>,
    /// By ids.
    revisions: BTreeMap<String, i32>,
    pub viewers: Vec<(Who, Viewer)>,
}

impl Scene {
    /// The id of what is called so: `open`, `mine`, `mine offer`.
    #[track_caller]
    pub fn id(&self, name: &str) -> &str {
        self.ids.get(name).unwrap_or_else(|| panic!("nothing is called {name}"))
    }

    /// At which revision the application with this id is.
    pub fn revision(&self, id: &str) -> i32 {
        self.revisions[id]
    }

    /// The ids with this prefix, all when it is empty.
    pub fn ids(&self, prefix: &str) -> Vec<String> {
        self.ids.values().filter(|id| id.starts_with(prefix)).cloned().collect()
    }

    pub fn viewer(&self, who: Who) -> &Viewer {
        &self.viewers.iter().find(|(known, _)| *known == who).unwrap().1
    }

    /// The labels of the canaries in a text.
    pub fn heard(&self, text: &str) -> Vec<&str> {
        let text = text.to_lowercase();
        let words = text.match_indices(WORD).filter_map(|(at, _)| text.get(at..at + WORD.len() + 3));
        let words: BTreeSet<&str> = words.collect();
        let is_heard = |canary: &&Canary| match canary.mark.as_str() {
            word if word.starts_with(WORD) => words.contains(word),
            mark => text.contains(mark),
        };
        self.canaries.iter().filter(is_heard).map(|canary| canary.label.as_str()).collect()
    }
}

/// The organisation in its database.
pub struct World {
    pub app: TestApp,
    pub scene: Arc<Scene>,
    /// Documents that were asked before: reading them takes longer than answering.
    parsed: Arc<Mutex<BTreeMap<String, ExecutableDocument>>>,
}

impl World {
    pub async fn found(app: TestApp) -> Self {
        let mut founder = Founder { app, scene: Scene::default() };
        let staff = founder.staff().await;
        let postings = founder.postings(&staff).await;
        founder.grants(&staff, &postings).await;
        founder.applications(&staff, &postings).await;
        founder.channels().await;
        founder.letter_templates().await;
        founder.saved_replies().await;
        founder.close(&postings).await;
        founder.pings().await;
        founder.name_the_nested().await;
        Self { app: founder.app, scene: Arc::new(founder.scene), parsed: Arc::default() }
    }

    pub async fn ask(&self, who: Who, query: &str, variables: Value) -> Value {
        let document = self.parsed.lock().unwrap().get(query).cloned();
        let document = document.unwrap_or_else(|| {
            let document = async_graphql::parser::parse_query(query).unwrap();
            self.parsed.lock().unwrap().insert(query.to_owned(), document.clone());
            document
        });
        let mut request = async_graphql::Request::new(String::new())
            .variables(async_graphql::Variables::from_json(variables))
            .data(Asking::new(self.app.shared(), self.scene.viewer(who).clone()));
        request.set_parsed_query(document);
        serde_json::to_value(self.app.schema.execute(request).await).unwrap()
    }

    /// How much has happened.
    pub async fn events(&self) -> i64 {
        self.app.number("SELECT count(*) FROM event").await
    }
}

/// A world on a SQLite file, to be set up again at will.
pub struct Copies {
    content: Vec<u8>,
    like: World,
}

impl Copies {
    pub async fn of(world: World) -> Self {
        let file = world.app.database.url.trim_start_matches("sqlite://").to_owned();
        // Leaves no write-ahead log beside the file.
        world.app.store.close().await.unwrap();
        Self { content: std::fs::read(file).unwrap(), like: world }
    }

    /// The world as it was founded. Its chance goes on, so that new ids are new.
    pub async fn another(&self) -> World {
        let database = Database::holding(&self.content);
        let World { app, scene, parsed } = &self.like;
        let TestApp { clock, chance, site, schema, .. } = app;
        let app = TestApp {
            store: database.open().await,
            clock: Arc::clone(clock),
            chance: Arc::clone(chance),
            site: Arc::clone(site),
            schema: schema.clone(),
            database,
            chain: Mutex::default(),
        };
        World { app, scene: Arc::clone(scene), parsed: Arc::clone(parsed) }
    }
}

/// Makes the world, and remembers what is called how.
struct Founder {
    app: TestApp,
    scene: Scene,
}

impl Founder {
    fn number(&self) -> usize {
        self.scene.canaries.len() + 1
    }

    fn keep(&mut self, label: &str, mark: String) {
        assert!(self.number() < 1000, "canaries are numbered with three digits");
        self.scene.canaries.push(Canary { label: label.to_owned(), mark });
    }

    /// A word that only this label has.
    fn word(&mut self, label: &str) -> String {
        let word = format!("{WORD}{:03}", self.number());
        self.keep(label, word.clone());
        word
    }

    fn email(&mut self, label: &str) -> String {
        format!("{}@example.com", self.word(label))
    }

    fn phone(&mut self, label: &str) -> String {
        let mark = format!("5550{:03}", self.number());
        self.keep(label, mark.clone());
        format!("+49 30 {mark}")
    }

    /// An amount in minor units.
    fn amount(&mut self, label: &str) -> i64 {
        let amount = 7_100_037 + 100 * i64::try_from(self.number()).unwrap();
        self.keep(label, amount.to_string());
        amount
    }

    fn call(&mut self, name: &str, id: impl ToString) {
        let before = self.scene.ids.insert(name.to_owned(), id.to_string());
        assert!(before.is_none(), "two are called {name}");
    }

    /// Names the records that came into being with others, so that they are asked for by their ids too.
    async fn name_the_nested(&mut self) {
        let names = self.scene.ids.clone().into_iter();
        for (name, id) in names.filter(|(_, id)| id.starts_with("app_")) {
            let revision = self.app.application(id.parse().unwrap()).await.revision;
            self.scene.revisions.insert(id.clone(), revision);
            for step in self.app.steps(id.parse().unwrap()).await {
                self.call(&format!("{name} {} step", step.key), step.id);
            }
            let sql =
                format!("SELECT id AS text FROM email_message WHERE application_id = '{id}' ORDER BY id");
            for (place, mail) in (1..).zip(self.app.texts(&sql).await) {
                self.call(&format!("{name} mail {place}"), mail);
            }
        }
        for kind in ["posting_team", "opening"] {
            let ids = self.app.texts(&format!("SELECT id AS text FROM {kind} ORDER BY id")).await;
            for (place, id) in ids.into_iter().enumerate() {
                self.call(&format!("{kind} {place}"), id);
            }
        }
    }

    /// Two words to search engines: one that waits, one that was refused for good.
    async fn pings(&mut self) {
        let now = self.app.now().to_rfc3339();
        let mut reply = |label| self.word(label);
        let (busy, refused) = (reply("ping busy"), reply("ping refused"));
        let (first, second) = ("ping_00000000000000000000000001", "ping_00000000000000000000000002");
        self.app
            .beside(&format!(
                "INSERT INTO ping (id, kind, target, urls, state, attempts, run_at, fence, created_at, done_at, last_code, \
                 last_reply) VALUES ('{first}', 'indexnow', 'https://engine.example.com/', \
                 '[\"https://jobs.example.com/jobs/a\"]', 'deferred', 1, '{now}', 1, '{now}', NULL, 503, '{busy}'), \
                 ('{second}', 'websub', 'https://hub.example.com/', '[\"https://jobs.example.com/feeds/rss.xml\"]', \
                 'failed', 1, '{now}', 1, '{now}', '{now}', 410, '{refused}')"
            ))
            .await;
        self.call("busy ping", first);
        self.call("refused ping", second);
    }

    /// A moment passes, so that what happened in order sorts in order.
    fn pass(&self) {
        self.app.clock.pass(TimeDelta::milliseconds(1));
    }
}

impl TestApp {
    /// A statement beside the store, for what the world outside would have done.
    pub async fn beside(&self, sql: &str) {
        self.database.beside().await.execute_unprepared(sql).await.unwrap();
    }

    /// Texts from the database.
    pub async fn texts(&self, sql: &str) -> Vec<String> {
        #[derive(sea_orm::FromQueryResult)]
        struct Row {
            text: String,
        }
        let rows = vacantia::storage::dialect::query_all::<Row>(&self.store, sql, []).await.unwrap();
        rows.into_iter().map(|row| row.text).collect()
    }

    /// One number from the database.
    pub async fn number(&self, sql: &str) -> i64 {
        #[derive(sea_orm::FromQueryResult)]
        struct Row {
            number: i64,
        }
        let sql = format!("SELECT ({sql}) AS number");
        vacantia::storage::dialect::query_one::<Row>(&self.store, &sql, []).await.unwrap().unwrap().number
    }
}
