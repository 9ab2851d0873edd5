//! A visitor's browser: asks the whole web part, in process, and remembers what came back.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::Method;
use actix_web::http::header::HeaderMap;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App as Application, web};
use vacantia::domain::id::{CandidateId, LinkId};
use vacantia::domain::link::{Link, Purpose, secret};
use vacantia::feeds::Shelf;
use vacantia::graphql::endpoint::Endpoint;
use vacantia::graphql::guard::Limits;
use vacantia::graphql::schema;
use vacantia::storage;
use vacantia::web::{App, Settings, routes};

use crate::app::TestApp;

/// What came back.
#[derive(Debug)]
pub struct Seen {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Seen {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// What stands in the page's hidden field of this name.
    pub fn hidden(&self, name: &str) -> &str {
        let start = format!("<input type=\"hidden\" name=\"{name}\" value=\"");
        let rest = self.body.split_once(&start).unwrap_or_else(|| panic!("no {name} in {}", self.body)).1;
        rest.split_once('"').unwrap().0
    }

    /// The words on the page, without markup.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut inside = false;
        for c in self.body.chars() {
            match c {
                '<' => inside = true,
                '>' => {
                    inside = false;
                    text.push(' ');
                }
                c if !inside => text.push(c),
                _ => {}
            }
        }
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    pub fn says(&self, words: &str) -> bool {
        self.text().contains(words)
    }
}

impl TestApp {
    pub async fn send(&self, request: TestRequest) -> Seen {
        self.send_to(Settings::default(), request).await
    }

    /// As [`TestApp::send`], to a web part that was told to behave otherwise.
    pub async fn send_to(&self, settings: Settings, request: TestRequest) -> Seen {
        let folder = tempfile::tempdir().unwrap();
        let shelves = Arc::new(Shelf::open(folder.path()).unwrap());
        shelves.channels.set(storage::channel_setting::all(&self.store).await.unwrap());
        let app = web::Data::new(App::new(self.shared(), shelves, settings));
        let endpoint = web::Data::new(Endpoint::new(schema(), Limits::default(), Duration::from_secs(10)));
        let service = init_service(Application::new().configure(routes(app, endpoint))).await;
        let response = call_service(&service, request.to_request()).await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = String::from_utf8(read_body(response).await.to_vec()).unwrap();
        Seen { status, headers, body }
    }

    pub async fn get(&self, path: &str) -> Seen {
        self.send(TestRequest::get().uri(path)).await
    }

    pub async fn head(&self, path: &str) -> Seen {
        self.send(TestRequest::default().method(Method::HEAD).uri(path)).await
    }

    /// Sends a form as a browser on our own page does.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Seen {
        self.send(form(path, fields).insert_header(("sec-fetch-site", "same-origin"))).await
    }

    /// A link of this candidate, by its secret.
    pub async fn link(&self, candidate: CandidateId, purpose: Purpose) -> String {
        let secret = secret(&*self.chance);
        let id = LinkId::new(self.now(), &*self.chance);
        let link = &Link { id, purpose, candidate, created_at: self.now(), revoked_at: None };
        let hash = &storage::link::hash(&secret);
        self.put(|tx| async move { Ok(storage::link::create(&tx, link, hash).await?) }).await;
        secret
    }
}

pub fn form(path: &str, fields: &[(&str, &str)]) -> TestRequest {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    TestRequest::post()
        .uri(path)
        .insert_header(("content-type", "application/x-www-form-urlencoded"))
        .set_payload(body)
}
