//! The door of the program: GraphQL over HTTP, asked with a token, with the secret of a link, or with nothing.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::web;
use chrono::TimeDelta;
use futures_util::future::LocalBoxFuture;
use serde_json::{Value, json};
use vacantia::feeds::Shelf;
use vacantia::graphql::endpoint::Endpoint;
use vacantia::graphql::guard::Limits;
use vacantia::graphql::schema;
use vacantia::web::rate::Rates;
use vacantia::web::{App, Settings, routes};

use super::staff::Token;
use crate::app::{ManualClock, TestApp};

type Door = Box<dyn Fn(TestRequest) -> LocalBoxFuture<'static, (u16, Value)>>;

/// Where everybody asks.
pub struct Office {
    door: Door,
    clock: Arc<ManualClock>,
    /// How often each mutation was accepted.
    pub done: RefCell<BTreeMap<String, usize>>,
    /// How often each was refused, with the code.
    pub refused: RefCell<BTreeMap<String, usize>>,
}

/// Nobody is counted: all of the world has one address here.
const UNCOUNTED: Rates = Rates { applications: None, links: None, guesses: None, queries: None, feeds: None };

impl Office {
    pub async fn open(app: &TestApp) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Arc::new(Shelf::open(folder.path()).unwrap());
        let settings = Settings { rates: UNCOUNTED, ..Settings::default() };
        let data = web::Data::new(App::new(app.shared(), shelf, settings));
        let endpoint = Endpoint::new(schema(), Limits::default(), Duration::from_mins(1));
        let configure = routes(data, web::Data::new(endpoint));
        let service = Rc::new(init_service(actix_web::App::new().configure(configure)).await);
        let door: Door = Box::new(move |request| {
            let service = Rc::clone(&service);
            Box::pin(async move {
                let response = call_service(&*service, request.to_request()).await;
                let status = response.status().as_u16();
                (status, serde_json::from_slice(&read_body(response).await).unwrap_or_default())
            })
        });
        Self { door, clock: Arc::clone(&app.clock), done: RefCell::default(), refused: RefCell::default() }
    }

    async fn ask(&self, by: &Token, query: &str, variables: &Value) -> (u16, Value) {
        let mut request =
            TestRequest::post().uri("/graphql").insert_header(("content-type", "application/json"));
        if let Some(secret) = by.secret() {
            request = request.insert_header(("authorization", format!("Bearer {secret}")));
        }
        (self.door)(request.set_payload(json!({ "query": query, "variables": variables }).to_string())).await
    }

    /// Whether a link still leads somewhere.
    pub async fn knows(&self, link: &Token) -> bool {
        self.ask(link, "{ viewer { kind } }", &json!({})).await.0 == 200
    }

    /// What is answered to a question nothing is wrong with.
    pub async fn read(&self, by: &Token, query: &str, variables: Value) -> Value {
        let (status, mut answer) = self.ask(by, query, &variables).await;
        assert!(status == 200 && answer.get("errors").is_none(), "{status} {answer} to {query} {variables}");
        answer["data"].take()
    }

    /// Asks for a change: its payload, or the code it was refused with. A second passes.
    pub async fn try_change(
        &self,
        by: &Token,
        mutation: &str,
        input: Value,
        fields: &str,
    ) -> Result<Value, String> {
        self.clock.pass(TimeDelta::seconds(1));
        let kind = if mutation.starts_with("scorecardS") { "Scorecard" } else { mutation };
        let kind = kind[..1].to_uppercase() + &kind[1..];
        let query = format!(
            "mutation($input: {kind}Input!) {{ {mutation}(input: $input) {{ {fields} userErrors {{ code field }} }} }}"
        );
        let payload = self.read(by, &query, json!({ "input": input })).await[mutation].take();
        let Some(code) = payload["userErrors"][0]["code"].as_str() else {
            *self.done.borrow_mut().entry(mutation.to_owned()).or_default() += 1;
            return Ok(payload);
        };
        *self.refused.borrow_mut().entry(format!("{mutation} {code}")).or_default() += 1;
        Err(code.to_owned())
    }

    /// A change that nothing stands against.
    pub async fn change(&self, by: &Token, mutation: &str, input: Value, fields: &str) -> Value {
        let said = input.to_string();
        let done = self.try_change(by, mutation, input, fields).await;
        done.unwrap_or_else(|code| panic!("{mutation} was refused with {code}: {said}"))
    }

    /// A change that may be refused with one of these codes; whether it was not.
    pub async fn attempt(&self, by: &Token, mutation: &str, input: Value, codes: &[&str]) -> bool {
        let said = input.to_string();
        match self.try_change(by, mutation, input, "").await {
            Ok(_) => true,
            Err(code) => {
                assert!(codes.contains(&code.as_str()), "{mutation} was refused with {code}: {said}");
                false
            }
        }
    }
}
