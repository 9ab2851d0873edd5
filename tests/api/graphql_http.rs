//! `/graphql` over HTTP in front of a schema made for it: methods, media types, statuses, limits.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::dev::ServiceResponse;
use actix_web::http::{Method, StatusCode, header};
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App, web};
use async_graphql::{Context, EmptySubscription, Error, Object, Schema};
use serde_json::{Value, json};
use vacantia::domain::viewer::Viewer;
use vacantia::graphql::Asking;
use vacantia::graphql::endpoint::Endpoint;
use vacantia::graphql::extension::FieldErrors;
use vacantia::graphql::guard::Limits;
use vacantia::storage::Kind;
use vacantia::web::cors::Cors;
use vacantia::web::graphql;

use crate::app::TestApp;
use crate::harness::Database;

pub const JSON: &str = "application/json";
pub const RESPONSE: &str = "application/graphql-response+json";

struct Query;
struct Mutation(Arc<AtomicUsize>);

#[Object]
#[expect(clippy::unused_async, reason = "the macro wants async methods")]
impl Query {
    async fn hello(&self) -> &str {
        "world"
    }
    async fn echo(&self, text: String) -> String {
        text
    }
    async fn me(&self) -> Query {
        Query
    }
    async fn broken(&self) -> Result<Option<i32>, Error> {
        Err(Error::new("no such column: salary"))
    }
    async fn is_anonymous(&self, context: &Context<'_>) -> bool {
        context.data_unchecked::<Asking>().viewer == Viewer::Anonymous
    }
    async fn forever(&self) -> Option<i32> {
        std::future::pending().await
    }
}

#[Object]
impl Mutation {
    async fn count(&self) -> usize {
        self.0.fetch_add(1, Ordering::Relaxed) + 1
    }
}

/// The route and what its mutation counted.
pub struct Desk {
    app: TestApp,
    endpoint: web::Data<Endpoint<Schema<Query, Mutation, EmptySubscription>>>,
    cors: Cors,
    counted: Arc<AtomicUsize>,
}

impl Desk {
    pub async fn new(origins: &[&str]) -> Self {
        let app = TestApp::new(Database::new(Kind::Sqlite).unwrap()).await;
        let counted = Arc::new(AtomicUsize::new(0));
        let schema = Schema::build(Query, Mutation(Arc::clone(&counted)), EmptySubscription)
            .extension(FieldErrors)
            .finish();
        let endpoint = Endpoint::new(schema, Limits::default(), Duration::from_millis(300));
        Self { app, endpoint: web::Data::new(endpoint), cors: Cors::new(origins).unwrap(), counted }
    }

    pub async fn call(&self, request: TestRequest) -> Answer {
        let shared = web::Data::new(self.app.shared());
        let configure = graphql::configure(self.endpoint.clone(), shared, self.cors.clone());
        let app = init_service(App::new().configure(configure)).await;
        Answer::read(call_service(&app, request.to_request()).await).await
    }
}

/// A response read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: header::HeaderMap,
    pub body: Value,
}

impl Answer {
    async fn read(response: ServiceResponse) -> Self {
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let body = read_body(response).await;
        Self { status, headers, body: serde_json::from_slice(&body).unwrap_or_default() }
    }

    pub fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn code(&self) -> &str {
        self.body["errors"][0]["extensions"]["code"].as_str().unwrap_or("")
    }
}

pub fn post(body: impl Into<web::Bytes>) -> TestRequest {
    TestRequest::post().uri("/graphql").insert_header((header::CONTENT_TYPE, JSON)).set_payload(body)
}

pub fn query(text: &str) -> TestRequest {
    post(json!({ "query": text }).to_string())
}

pub fn get(parameters: &[(&str, &str)]) -> TestRequest {
    let pairs = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    TestRequest::get().uri(&format!("/graphql?{pairs}"))
}

fn accepting(request: TestRequest, media: &str) -> TestRequest {
    request.insert_header((header::ACCEPT, media))
}

#[actix_web::test]
async fn answers_are_labelled_as_asked() {
    let desk = Desk::new(&[]).await;
    for (media, label) in [
        (JSON, "application/json; charset=utf-8"),
        (RESPONSE, "application/graphql-response+json; charset=utf-8"),
        ("*/*", "application/json; charset=utf-8"),
    ] {
        for request in [query("{hello}"), get(&[("query", "{hello}")])] {
            let answer = desk.call(accepting(request, media)).await;
            assert_eq!((answer.status, answer.header(header::CONTENT_TYPE)), (200, label));
            assert_eq!(answer.body, json!({ "data": { "hello": "world" } }));
            assert_eq!(answer.header(header::CACHE_CONTROL), "no-store");
            assert_eq!(answer.header(header::VARY), "Accept");
        }
    }
}

#[actix_web::test]
async fn the_status_says_how_far_it_came() {
    let desk = Desk::new(&[]).await;
    let variables = r#"{"query":"query($v:String!){echo(text:$v)}","variables":{}}"#;
    for (body, old, new, code) in [
        ("{".to_owned(), 400, 400, "BAD_REQUEST"),
        ("{}".to_owned(), 400, 400, "BAD_REQUEST"),
        (r#"{"query":"{"}"#.to_owned(), 200, 400, "GRAPHQL_PARSE_FAILED"),
        (r#"{"query":"{unknown}"}"#.to_owned(), 200, 400, "GRAPHQL_VALIDATION_FAILED"),
        (r#"{"query":"{a:b}","operationName":"B"}"#.to_owned(), 200, 400, "OPERATION_RESOLUTION_FAILURE"),
        (r#"{"query":"mutation{count count}"}"#.to_owned(), 200, 400, "DUPLICATE_MUTATION"),
        (variables.to_owned(), 200, 400, "BAD_USER_INPUT"),
        (r#"{"query":"{hello broken}"}"#.to_owned(), 200, 200, "INTERNAL"),
        (r#"{"query":"{forever}"}"#.to_owned(), 503, 503, "TIMED_OUT"),
    ] {
        for (media, status) in [(JSON, old), (RESPONSE, new)] {
            let answer = desk.call(accepting(post(body.clone()), media)).await;
            assert_eq!((answer.status, answer.code()), (status, code), "{media} {body}");
            let began = ["INTERNAL", "TIMED_OUT"].contains(&code);
            assert_eq!(answer.body.get("data").is_some(), began, "{body}");
        }
    }
    assert_eq!(desk.counted.load(Ordering::Relaxed), 0);
}

#[actix_web::test]
async fn other_methods_are_told_which_ones_serve() {
    let desk = Desk::new(&[]).await;
    for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
        let answer = desk.call(query("{hello}").method(method)).await;
        assert_eq!((answer.status, answer.header(header::ALLOW)), (405, "GET, HEAD, POST"));
        assert_eq!(answer.code(), "METHOD_NOT_ALLOWED");
    }
    let answer = desk.call(get(&[("query", "{hello}")]).method(Method::HEAD)).await;
    assert_eq!(answer.status, 200);
}

#[actix_web::test]
async fn a_get_never_changes_anything() {
    let desk = Desk::new(&[]).await;
    for media in [JSON, RESPONSE] {
        for text in ["mutation{count}", "subscription{hello}"] {
            let answer = desk.call(accepting(get(&[("query", text)]), media)).await;
            assert_eq!((answer.status, answer.header(header::ALLOW)), (405, "POST"), "{text}");
        }
    }
    let both = [("query", "query A{hello} mutation B{count}"), ("operationName", "B")];
    assert_eq!(desk.call(get(&both)).await.status, 405);
    let both = [both[0], ("operationName", "A"), ("variables", "{}"), ("extensions", "")];
    assert_eq!(desk.call(get(&both)).await.status, 200);
    assert_eq!(desk.counted.load(Ordering::Relaxed), 0);
    assert_eq!(desk.call(query("mutation{count}")).await.body, json!({ "data": { "count": 1 } }));
}

#[actix_web::test]
async fn a_get_is_read_strictly() {
    let desk = Desk::new(&[]).await;
    for parameters in [
        &[][..],
        &[("query", "")],
        &[("query", "{hello}"), ("query", "{hello}")],
        &[("query", "{hello}"), ("variables", "[]")],
        &[("query", "{hello}"), ("variables", "{")],
        &[("query", "{hello}"), ("extensions", "\"x\"")],
    ] {
        let answer = desk.call(get(parameters)).await;
        assert_eq!((answer.status, answer.code()), (400, "BAD_REQUEST"), "{parameters:?}");
    }
    let text = "query($v:String!){echo(text:$v)}";
    let answer = desk.call(get(&[("query", text), ("variables", r#"{"v":"é + &"}"#)])).await;
    assert_eq!(answer.body, json!({ "data": { "echo": "é + &" } }));
    let long = format!("{{hello}}#{}", "x".repeat(9_000));
    let answer = desk.call(get(&[("query", &long)])).await;
    assert_eq!((answer.status, answer.code()), (414, "URI_TOO_LONG"));
    assert_eq!(desk.call(query(&long)).await.status, 200);
}

#[actix_web::test]
async fn a_post_must_be_json() {
    let desk = Desk::new(&[]).await;
    let body = r#"{"query":"mutation{count}"}"#;
    for label in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
        "application/json; charset=utf-16",
        "image/png",
    ] {
        let answer = desk.call(post(body).insert_header((header::CONTENT_TYPE, label))).await;
        assert_eq!((answer.status, answer.code()), (415, "UNSUPPORTED_MEDIA_TYPE"), "{label}");
    }
    let unlabelled = TestRequest::post().uri("/graphql").set_payload(body);
    assert_eq!(desk.call(unlabelled).await.status, 415);
    let packed = post(body).insert_header((header::CONTENT_ENCODING, "gzip"));
    assert_eq!(desk.call(packed).await.status, 415);
    assert_eq!(desk.counted.load(Ordering::Relaxed), 0);
    let labelled = post(body).insert_header((header::CONTENT_TYPE, "application/json; charset=UTF-8"));
    assert_eq!(desk.call(labelled).await.status, 200);
}

#[actix_web::test]
async fn what_nobody_can_read_is_not_sent() {
    let desk = Desk::new(&[]).await;
    for media in ["text/html", "text/event-stream", "application/json;q=0", "nonsense"] {
        let answer = desk.call(accepting(query("mutation{count}"), media)).await;
        assert_eq!((answer.status, answer.code()), (406, "NOT_ACCEPTABLE"), "{media}");
    }
    assert_eq!(desk.counted.load(Ordering::Relaxed), 0);
}

#[actix_web::test]
async fn bodies_are_small_single_and_utf_8() {
    let desk = Desk::new(&[]).await;
    let padded = |bytes: usize| format!("{}{}", r#"{"query":"{hello}"}"#, " ".repeat(bytes - 19));
    assert_eq!(desk.call(post(padded(256 * 1024))).await.status, 200);
    let answer = desk.call(post(padded(256 * 1024 + 1))).await;
    assert_eq!((answer.status, answer.code()), (413, "BODY_TOO_LARGE"));
    assert_eq!(desk.call(post(padded(20 * 1024 * 1024))).await.status, 413);
    for body in [
        &b""[..],
        b"[]",
        br#"[{"query":"{hello}"}]"#,
        br#"["{hello}",null,null,null]"#,
        b"\"{hello}\"",
        b"{\"query\":\"{hello}\xff\"}",
        b"{\"query\":\"{hello\xc3\"}",
        b"\xef\xbb\xbf{\"query\":\"{hello}\"}",
        b"\xff\xfe{\x00",
        br#"{"query":"{hello}","query":"{me{hello}}"}"#,
        br#"{"query":"{hello}"}{"query":"{hello}"}"#,
    ] {
        let answer = desk.call(post(body)).await;
        let text = String::from_utf8_lossy(body);
        assert_eq!((answer.status, answer.code()), (400, "BAD_REQUEST"), "{text}");
    }
}

#[actix_web::test]
async fn an_authorization_that_proves_nothing_is_not_anonymous() {
    let desk = Desk::new(&[]).await;
    let answer = desk.call(query("{isAnonymous}")).await;
    assert_eq!(answer.body, json!({ "data": { "isAnonymous": true } }));
    for value in ["Bearer", "Basic dTpw", "Bearer nobody's"] {
        let answer = desk.call(query("{hello}").insert_header((header::AUTHORIZATION, value))).await;
        assert_eq!((answer.status, answer.code()), (401, "UNAUTHENTICATED"), "{value}");
        assert!(answer.header(header::WWW_AUTHENTICATE).starts_with("Bearer"));
    }
}

#[actix_web::test]
async fn other_paths_are_not_answered() {
    let desk = Desk::new(&[]).await;
    for path in ["/", "/graphql/", "/graphqlx"] {
        let answer = desk.call(query("{hello}").uri(path)).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND.as_u16(), "{path}");
    }
}
