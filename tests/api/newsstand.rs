//! What feed tests work with: the feeds of an app on a shelf of their own, and what changes them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::{self, HeaderMap};
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::web;
use tempfile::TempDir;
use vacantia::actions::posting::{
    Changes, Move, TeamVacancies, VacanciesSet, pause_if_filled, set_vacancies, update,
};
use vacantia::domain::Viewer;
use vacantia::domain::country::Country;
use vacantia::domain::feed::Channel;
use vacantia::domain::id::{ApplicationId, OfferId, PostingId};
use vacantia::domain::opening::OpeningKind;
use vacantia::domain::place::{Location, Workplace};
use vacantia::domain::posting::Section;
use vacantia::domain::site::Site;
use vacantia::feeds::Shelf;
use vacantia::graphql::endpoint::Endpoint;
use vacantia::graphql::guard::Limits;
use vacantia::graphql::{Asking, Shared, schema};
use vacantia::storage::{channel_setting, opening};
use vacantia::web::{App, Settings, routes};
use vacantia::work::Step;
use vacantia::work::feed_builder::FeedBuilder;

use crate::app::TestApp;
use crate::seed::Posted;

/// Long enough for every channel.
const KEEP_MOVING: &str = "Keep it *moving*: every gate, every lock, every boat that waits before one of them, by day and by \
night, in all weathers but ice.";

/// The feeds of an app, with their files.
pub struct Stand<'a> {
    pub app: &'a TestApp,
    folder: TempDir,
    pub shelf: Arc<Shelf>,
    pub builder: FeedBuilder,
}

/// An answer read to its end.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

impl<'a> Stand<'a> {
    pub fn new(app: &'a TestApp) -> Self {
        let folder = tempfile::Builder::new().prefix("vacantia-test-").tempdir().unwrap();
        let shelf = Arc::new(Shelf::open(folder.path()).unwrap());
        let builder = builder(app, &shelf);
        Self { app, folder, shelf, builder }
    }

    /// The same folder, found by a new process.
    pub fn restarted(self) -> Self {
        let found = Arc::new(Shelf::open(self.folder.path()).unwrap());
        let builder = builder(self.app, &found);
        Self { shelf: found, builder, ..self }
    }

    /// Builds what is to be built; says whether anything was.
    pub async fn built(&mut self) -> bool {
        let built = self.builder.step().await.unwrap() == Step::Done;
        assert_eq!(self.builder.step().await.unwrap(), Step::Empty, "one step is enough");
        built
    }

    pub async fn ask(&self, request: TestRequest) -> Answer {
        if self.shelf.channels.settings().is_none() {
            // As the program does before it listens.
            self.shelf.channels.set(channel_setting::all(&self.app.store).await.unwrap());
        }
        let data = web::Data::new(App::new(self.app.shared(), Arc::clone(&self.shelf), Settings::default()));
        let endpoint = Endpoint::new(schema(), Limits::default(), Duration::from_secs(5));
        let configure = routes(data, web::Data::new(endpoint));
        let service = init_service(actix_web::App::new().configure(configure)).await;
        let response = call_service(&service, request.to_request()).await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Answer { status, headers, body: read_body(response).await.to_vec() }
    }

    /// What GraphQL tells somebody where these feeds are served.
    pub async fn tell(&self, viewer: &Viewer, query: &str) -> serde_json::Value {
        let shared = Shared { shelf: Arc::clone(&self.shelf), ..self.app.shared() };
        let request = async_graphql::Request::new(query).data(Asking::new(shared, viewer.clone()));
        serde_json::to_value(self.app.schema.execute(request).await).unwrap()["data"].clone()
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask(TestRequest::get().uri(path)).await
    }

    pub async fn feeds(&self) -> [String; 2] {
        let text = |answer: Answer| answer.text().to_owned();
        [text(self.get("/feeds/rss.xml").await), text(self.get("/feeds/indeed.xml").await)]
    }

    /// What the report of a channel says of each posting, by id: whether it is listed, and as what.
    pub async fn fared(&self, channel: Channel) -> BTreeMap<String, (bool, Vec<String>)> {
        let answer = self.get(&format!("/feeds/{channel}/report.json")).await;
        let report: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        let posting = |one: &serde_json::Value| {
            let references = one["references"].as_array().unwrap().iter();
            let references = references.map(|reference| reference.as_str().unwrap().to_owned()).collect();
            (one["id"].as_str().unwrap().to_owned(), (one["status"] == "LISTED", references))
        };
        report["postings"].as_array().unwrap().iter().map(posting).collect()
    }

    pub fn tags(&self) -> Vec<String> {
        let tag = |channel: &Channel| self.shelf.current(*channel).unwrap().hash.clone();
        Channel::ALL.iter().map(tag).collect()
    }
}

pub fn builder(app: &TestApp, shelf: &Arc<Shelf>) -> FeedBuilder {
    builder_of(app, app.site.clone(), shelf)
}

pub fn builder_of(app: &TestApp, site: Arc<Site>, shelf: &Arc<Shelf>) -> FeedBuilder {
    let (clock, chance) = (app.clock.clone(), app.chance.clone());
    FeedBuilder::new(app.store.clone(), clock, chance, site, Arc::clone(shelf))
}

pub fn step_of(posting: PostingId) -> Move {
    Move { posting, expected_revision: None }
}

pub fn text(heading: &str, body: &str) -> Vec<Section> {
    vec![Section { heading: heading.into(), body: body.into() }]
}

impl TestApp {
    /// A remote posting that every channel takes, but those that want a city.
    pub async fn advertised(&self, title: &str) -> Posted {
        let posted = self.posting(title).hiring("Create", 1).hiring("Plan", 2).open().await;
        let changes = Changes { sections: Some(text("The work", KEEP_MOVING)), ..Changes::default() };
        update(self.system(), posted.id, None, changes).await.unwrap();
        posted
    }

    /// A posting at a place, which every channel takes.
    pub async fn advertised_at_a_place(&self, title: &str) -> Posted {
        let posted = self.advertised(title).await;
        let location = Location {
            key: String::new(),
            street: Some("12 Quay Street".into()),
            city: "Portland".into(),
            region: Some("ME".into()),
            postal_code: Some("04101".into()),
            country: Country::parse("country", "US").unwrap(),
        };
        let changes = Changes {
            workplace: Some(Workplace::Onsite),
            locations: Some(vec![location]),
            remote_countries: Some(Vec::new()),
            ..Changes::default()
        };
        update(self.system(), posted.id, None, changes).await.unwrap();
        posted
    }

    pub async fn vacancies(&self, posted: &Posted, team: usize, vacancies: u32) {
        let team = posted.teams[team].team;
        let teams = vec![TeamVacancies { team, vacancies, kind: OpeningKind::New }];
        let input = VacanciesSet { posting: posted.id, expected_revision: None, teams };
        set_vacancies(self.system(), input).await.unwrap();
    }

    /// Somebody is hired into the team, as far as the ledger sees it.
    pub async fn fill(&self, posted: &Posted, team: usize) {
        let (now, team) = (self.now(), posted.teams[team].id);
        let offer = OfferId::new(now, &*self.chance);
        let application = ApplicationId::new(now, &*self.chance);
        let change = &self.system().change();
        self.put(|tx| async move {
            opening::hold(&tx, team, offer).await?.unwrap();
            opening::fill(&tx, offer, application).await?.unwrap();
            pause_if_filled(&tx, change, posted.id).await?;
            Ok(())
        })
        .await;
    }
}
