//! What is noted of a request: one line in the log, and its share of the metrics.
//!
//! The line names the route's pattern, never the path, which may hold a secret; neither the query string, nor who asked, nor
//! where from. Whatever else is logged while a request is answered stands in a span with its id.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpRequest, web};
use tracing::field::Empty;
use tracing::{Instrument as _, Span};

use super::App;
use crate::domain::clock::random_text;
use crate::domain::viewer::Viewer;
use crate::graphql::answer::Outcome;
use crate::storage::tally::Tally;

/// The header that names a request, for whoever looks for it in several logs.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Names of operations that metrics tell apart; all others are one, so that nobody can fill the memory with names.
const MOST_NAMES: usize = 100;
/// The longest name of an operation that is logged, in bytes.
const LONGEST_NAME: usize = 60;

/// What a handler found out about its request.
#[derive(Debug, Clone, Default)]
struct Known {
    viewer: Option<&'static str>,
    operation: Option<Operation>,
}

/// A GraphQL operation and how it ended.
#[derive(Debug, Clone)]
struct Operation {
    kind: &'static str,
    name: Option<String>,
    outcome: &'static str,
}

/// Notes what kind of viewer a request is from.
pub fn seen(request: &HttpRequest, viewer: &Viewer) {
    known(request, |known| known.viewer = Some(viewer.kind()));
}

/// Notes which operation a request runs.
pub fn runs(request: &HttpRequest, (kind, name): (&'static str, Option<&str>)) {
    let name = name.filter(|name| name.len() <= LONGEST_NAME).map(str::to_owned);
    known(request, |known| known.operation = Some(Operation { kind, name, outcome: "unknown" }));
}

/// Notes how the operation ended.
pub fn ended(request: &HttpRequest, outcome: Outcome) {
    let outcome = match outcome {
        Outcome::Executed => "executed",
        Outcome::TimedOut => "timedOut",
        Outcome::NotExecuted(_) => "refused",
    };
    known(request, |known| {
        if let Some(operation) = &mut known.operation {
            operation.outcome = outcome;
        }
    });
}

fn known(request: &HttpRequest, note: impl FnOnce(&mut Known)) {
    let mut extensions = request.extensions_mut();
    if !extensions.contains::<Known>() {
        extensions.insert(Known::default());
    }
    if let Some(known) = extensions.get_mut::<Known>() {
        note(known);
    }
}

/// Around every route: gives the request an id and a span, counts what it asks of the database, and notes how it went.
pub async fn noted(
    app: web::Data<App>,
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let (began, tally) = (Instant::now(), Arc::new(Tally::default()));
    let method = request.method().clone();
    let id = request_id(&app, &request);
    let span = tracing::info_span!("request", id, method = Empty, route = Empty, status = Empty);
    metrics::gauge!("vacantia_http_requests_in_flight").increment(1);
    let under_way = UnderWay;
    let answer = Arc::clone(&tally).counting(next.call(request)).instrument(span.clone()).await;
    drop(under_way);
    let mut response = answer?;
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    let known = response.request().extensions().get::<Known>().cloned().unwrap_or_default();
    let line = Line { method: method.as_str(), known: &known, tally: &tally, time: began.elapsed() };
    span.in_scope(|| line.written(&response));
    line.traced(&span, &response);
    line.counted(&app.names, &response);
    Ok(response)
}

/// Counts a request out, also one whose sender went away.
struct UnderWay;

impl Drop for UnderWay {
    fn drop(&mut self) {
        metrics::gauge!("vacantia_http_requests_in_flight").decrement(1);
    }
}

/// The id that a trusted proxy gave, or a new one.
fn request_id(app: &App, request: &ServiceRequest) -> String {
    let peer = request.peer_addr().map(|peer| peer.ip());
    let trusted = peer.is_some_and(|peer| app.settings.proxies.iter().any(|network| network.holds(peer)));
    let given = request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let well_formed = |id: &&str| {
        (8..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    match given.filter(well_formed) {
        Some(given) if trusted => given.to_owned(),
        _ => random_text(&*app.shared.chance, 20),
    }
}

struct Line<'a> {
    method: &'a str,
    known: &'a Known,
    tally: &'a Tally,
    time: Duration,
}

impl Line<'_> {
    fn written<B: MessageBody>(&self, response: &ServiceResponse<B>) {
        let pattern = response.request().match_pattern();
        let route = pattern.as_deref().unwrap_or("none");
        let status = response.status();
        let bytes = match response.response().body().size() {
            BodySize::Sized(bytes) => Some(bytes),
            BodySize::None | BodySize::Stream => None,
        };
        let operation = self.known.operation.as_ref();
        macro_rules! line {
            ($level:ident) => {
                tracing::$level!(
                    method = self.method,
                    route,
                    status = status.as_u16(),
                    ms = milliseconds(self.time),
                    bytes,
                    viewer = self.known.viewer.unwrap_or_else(|| holder(route, status)),
                    operation = operation.map(|operation| operation.kind),
                    name = operation.and_then(|operation| operation.name.as_deref()),
                    outcome = operation.map(|operation| operation.outcome),
                    statements = self.tally.statements(),
                    database_ms = milliseconds(self.tally.time()),
                    "request"
                )
            };
        }
        if status.is_server_error() {
            line!(error);
        } else if matches!(route, "/healthz" | "/readyz" | "/assets/{name}") {
            line!(debug);
        } else {
            line!(info);
        }
    }

    /// Tells the span what is known only now, for where spans are collected. The line in the log says the same, so it is
    /// written before.
    fn traced<B>(&self, span: &Span, response: &ServiceResponse<B>) {
        let pattern = response.request().match_pattern();
        span.record("method", self.method)
            .record("route", pattern.as_deref().unwrap_or("none"))
            .record("status", response.status().as_u16());
    }

    fn counted<B>(&self, names: &Names, response: &ServiceResponse<B>) {
        let route = response.request().match_pattern().unwrap_or_else(|| "none".to_owned());
        let class = match response.status().as_u16() / 100 {
            1 | 2 => "2xx",
            3 => "3xx",
            4 => "4xx",
            _ => "5xx",
        };
        let method = match self.method {
            "GET" | "HEAD" | "POST" | "OPTIONS" => self.method.to_owned(),
            _ => "other".to_owned(),
        };
        let labels = [("method", method), ("route", route.clone()), ("status", class.to_owned())];
        metrics::counter!("vacantia_http_requests_total", &labels).increment(1);
        metrics::histogram!("vacantia_http_request_seconds", "route" => route).record(self.time);
        let Some(operation) = &self.known.operation else { return };
        let labels = [
            ("type", operation.kind.to_owned()),
            ("operation", names.known(operation.name.as_deref())),
            ("outcome", operation.outcome.to_owned()),
        ];
        metrics::counter!("vacantia_graphql_requests_total", &labels).increment(1);
        metrics::histogram!("vacantia_graphql_request_seconds", &labels[..2]).record(self.time);
    }
}

/// What kind of viewer a page was for: behind a link that is one, its holder.
fn holder(route: &str, status: StatusCode) -> &'static str {
    match route.split('/').nth(1) {
        Some("applications") if status != StatusCode::NOT_FOUND => "applicant",
        Some("offers") if status != StatusCode::NOT_FOUND => "offeree",
        _ => "anonymous",
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Names of operations that metrics tell apart: the first ones that came.
#[derive(Debug, Default)]
pub(super) struct Names(Mutex<HashSet<String>>);

impl Names {
    fn known(&self, name: Option<&str>) -> String {
        let Some(name) = name else { return "none".to_owned() };
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if names.contains(name) || (names.len() < MOST_NAMES && names.insert(name.to_owned())) {
            return name.to_owned();
        }
        "other".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_beyond_the_first_hundred_are_one() {
        let names = Names::default();
        for number in 0..MOST_NAMES {
            assert_eq!(names.known(Some(&format!("N{number}"))), format!("N{number}"));
        }
        assert_eq!(names.known(Some("Late")), "other");
        assert_eq!(names.known(Some("N7")), "N7");
        assert_eq!(names.known(None), "none");
    }
}
