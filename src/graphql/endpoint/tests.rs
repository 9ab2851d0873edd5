//! The door as every transport uses it, in front of a schema made for it.

use super::*;
use crate::graphql::answer::Outcome;
use crate::graphql::extension::FieldErrors;
use crate::graphql::request::RequestErrorKind;
use async_graphql::{EmptySubscription, Error, ErrorExtensions, Object, Schema};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};

struct Query;
struct Mutation(Arc<AtomicUsize>);

/// Who asks, as a transport would put it in.
struct Asker(&'static str);

#[Object]
#[expect(clippy::unused_async, reason = "the macro wants async methods")]
impl Query {
    async fn hello(&self) -> &str {
        "world"
    }
    async fn echo(&self, text: Option<String>) -> Option<String> {
        text
    }
    async fn total(&self, values: Vec<i32>) -> i32 {
        values.iter().sum()
    }
    async fn asker(&self, context: &async_graphql::Context<'_>) -> Option<String> {
        context.data_opt::<Asker>().map(|asker| asker.0.to_owned())
    }
    async fn coded(&self) -> Result<Option<i32>, Error> {
        Err(Error::new("Not there").extend_with(|_, values| values.set("code", "NOT_FOUND")))
    }
    async fn leaking(&self) -> Result<Option<i32>, Error> {
        Err(std::io::Error::other("no such table: candidate at /var/lib/secret.db"))?
    }
    async fn uncoded(&self) -> Result<Option<i32>, Error> {
        Err(Error::new("SELECT * FROM candidate"))
    }
    async fn forever(&self) -> Option<i32> {
        std::future::pending().await
    }
}

#[Object]
impl Mutation {
    async fn count(&self, by: Option<i32>) -> usize {
        let _ = by;
        self.0.fetch_add(1, Ordering::Relaxed) + 1
    }
}

struct Desk {
    endpoint: Endpoint<Schema<Query, Mutation, EmptySubscription>>,
    counted: Arc<AtomicUsize>,
}

impl Desk {
    fn new() -> Self {
        let counted = Arc::new(AtomicUsize::new(0));
        let schema = Schema::build(Query, Mutation(Arc::clone(&counted)), EmptySubscription)
            .extension(FieldErrors)
            .finish();
        let endpoint = Endpoint::new(schema, Limits::default(), Duration::from_millis(200));
        Self { endpoint, counted }
    }

    async fn through(&self, door: Door, body: Value) -> (Outcome, Value) {
        let answer = match Params::from_json(body.to_string().as_bytes())
            .and_then(|params| self.endpoint.prepare(params, door, &Viewer::Anonymous))
        {
            Ok(prepared) => self.endpoint.execute(prepared.with(Asker("Ada"))).await,
            Err(error) => error.into(),
        };
        (answer.outcome, serde_json::from_slice(&answer.body).unwrap())
    }

    async fn post(&self, body: Value) -> (Outcome, Value) {
        self.through(Door::Post, body).await
    }

    async fn query(&self, text: &str) -> (Outcome, Value) {
        self.post(json!({ "query": text })).await
    }
}

const REFUSED: Outcome = Outcome::NotExecuted(RequestErrorKind::Refused);
const MALFORMED: Outcome = Outcome::NotExecuted(RequestErrorKind::Malformed);

fn code(body: &Value) -> &str {
    body["errors"][0]["extensions"]["code"].as_str().unwrap_or("no code")
}

fn expect_refused(answer: &(Outcome, Value), expected: &str) {
    let (outcome, body) = answer;
    assert_eq!((*outcome, code(body)), (REFUSED, expected), "{body}");
    assert_eq!(body.get("data"), None, "{body}");
}

/// `before0after before1after ...`
fn numbered(before: &str, after: &str, count: usize) -> String {
    let numbers = (0..count).map(|at| at.to_string());
    numbers.flat_map(|at| [before.to_owned(), at, after.to_owned()]).collect()
}

#[tokio::test]
async fn data_comes_without_empty_errors() {
    let (outcome, body) = Desk::new().query("{hello asker}").await;
    assert_eq!(outcome, Outcome::Executed);
    assert_eq!(body, json!({ "data": { "hello": "world", "asker": "Ada" } }));
}

#[tokio::test]
async fn the_parameters_have_types() {
    let desk = Desk::new();
    for body in [
        json!({}),
        json!({ "query": null }),
        json!({ "query": 1 }),
        json!({ "query": ["{hello}"] }),
        json!({ "query": "{hello}", "operationName": 1 }),
        json!({ "query": "{hello}", "variables": [] }),
        json!({ "query": "{hello}", "variables": "{}" }),
        json!({ "query": "{hello}", "extensions": [] }),
        json!(["{hello}", null, null, null]),
        json!([{ "query": "{hello}" }]),
        json!("{hello}"),
        json!(null),
    ] {
        let (outcome, answer) = desk.post(body.clone()).await;
        assert_eq!((outcome, code(&answer)), (MALFORMED, "BAD_REQUEST"), "{body}");
    }
    let (outcome, _) = desk
        .post(json!({ "query": "{hello}", "operationName": null, "variables": null,
                      "extensions": null, "id": "unknown parameters are ignored" }))
        .await;
    assert_eq!(outcome, Outcome::Executed);
}

#[tokio::test]
async fn bodies_that_are_no_json_are_malformed() {
    let nested = format!("{{\"query\":\"{{hello}}\",\"variables\":{{\"a\":{}", "[".repeat(100_000));
    let twice = r#"{"query":"{hello}","query":"{total(values:[])}"}"#;
    for body in ["", "{", "{hello}", "{\"query\":\"\u{0}\"}", &nested, twice] {
        let error = Params::from_json(body.as_bytes()).unwrap_err();
        assert_eq!(error.kind, RequestErrorKind::Malformed);
    }
    assert!(Params::from_json(b"{\"query\":\"\xff\"}").is_err());
}

#[tokio::test]
async fn operations_are_chosen_by_name() {
    let desk = Desk::new();
    let both = "query A {a: hello} query B {b: hello}";
    let (_, body) = desk.post(json!({ "query": both, "operationName": "B" })).await;
    assert_eq!(body, json!({ "data": { "b": "world" } }));
    for name in [json!("C"), json!(null), json!("")] {
        let answer = desk.post(json!({ "query": both, "operationName": name })).await;
        expect_refused(&answer, "OPERATION_RESOLUTION_FAILURE");
    }
    let answer = desk.post(json!({ "query": "{hello}", "operationName": "A" })).await;
    expect_refused(&answer, "OPERATION_RESOLUTION_FAILURE");
    let (outcome, _) = desk.post(json!({ "query": "query A {hello}", "operationName": "" })).await;
    assert_eq!(outcome, Outcome::Executed);
}

#[tokio::test]
async fn only_queries_pass_the_door_of_a_get() {
    let desk = Desk::new();
    for text in ["mutation {count}", "subscription {a}"] {
        let (outcome, body) = desk.through(Door::Get, json!({ "query": text })).await;
        assert_eq!(outcome, Outcome::NotExecuted(RequestErrorKind::WrongDoor));
        assert_eq!(code(&body), "METHOD_NOT_ALLOWED");
    }
    let both = "query A {hello} mutation B {count}";
    let ask = |name: &str| json!({ "query": both, "operationName": name });
    assert_eq!(desk.through(Door::Get, ask("A")).await.0, Outcome::Executed);
    assert_ne!(desk.through(Door::Get, ask("B")).await.0, Outcome::Executed);
    assert_eq!(desk.counted.load(Ordering::Relaxed), 0);
    let answer = desk.query("subscription {a}").await;
    expect_refused(&answer, "SUBSCRIPTION_NOT_SUPPORTED");
}

#[tokio::test]
async fn a_mutation_runs_once_for_each_key() {
    let desk = Desk::new();
    for text in [
        "mutation {count count}",
        "mutation {count ... {count}}",
        "mutation {a: count(by: 1) a: count(by: 1)}",
        "mutation {count ...F} fragment F on Mutation {... on Mutation {count}}",
        "mutation {...F ...F} fragment F on Mutation {count}",
        "mutation {count @skip(if: false) count}",
    ] {
        expect_refused(&desk.query(text).await, "DUPLICATE_MUTATION");
    }
    assert_eq!(desk.counted.load(Ordering::Relaxed), 0);
    let text = "mutation {__typename a: count b: count ...F} fragment F on Mutation {__typename}";
    let (outcome, body) = desk.query(text).await;
    assert_eq!(outcome, Outcome::Executed, "{body}");
    assert_eq!(desk.counted.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn root_fields_are_limited() {
    let desk = Desk::new();
    let aliases = |count| numbered("a", ": count ", count);
    let answer = desk.query(&format!("mutation {{{}}}", aliases(11))).await;
    expect_refused(&answer, "QUERY_TOO_MANY_ROOT_FIELDS");
    let answer = desk.query(&format!("{{{}}}", "...{hello} ".repeat(21))).await;
    expect_refused(&answer, "QUERY_TOO_MANY_ROOT_FIELDS");
    let (outcome, _) = desk.query(&format!("{{{}}}", "hello ".repeat(20))).await;
    assert_eq!(outcome, Outcome::Executed);
}

#[tokio::test]
async fn required_variables_must_have_a_value() {
    let desk = Desk::new();
    let text = "query($v: String!) {echo(text: $v)}";
    for variables in [json!(null), json!({}), json!({ "v": null }), json!({ "w": "x" })] {
        let answer = desk.post(json!({ "query": text, "variables": variables })).await;
        expect_refused(&answer, "BAD_USER_INPUT");
    }
    let text = "query($v: String! = \"d\") {echo(text: $v)}";
    let (_, body) = desk.query(text).await;
    assert_eq!(body, json!({ "data": { "echo": "d" } }));
    let answer = desk.post(json!({ "query": text, "variables": { "v": null } })).await;
    expect_refused(&answer, "BAD_USER_INPUT");
    let (_, body) = desk.query("query($v: String) {echo(text: $v)}").await;
    assert_eq!(body, json!({ "data": { "echo": null } }));
}

#[tokio::test]
async fn large_variables_may_not_be_used_often() {
    let desk = Desk::new();
    let post = |uses: usize, values: usize| {
        let fields = "...{total(values: $v)} ".repeat(uses);
        json!({ "query": format!("query($v: [Int!]!) {{{fields}}}"),
                "variables": { "v": vec![1; values] } })
    };
    assert_eq!(desk.post(post(1, 50_000)).await.0, Outcome::Executed);
    assert_eq!(desk.post(post(20, 100)).await.0, Outcome::Executed);
    expect_refused(&desk.post(post(20, 50_000)).await, "VARIABLES_TOO_LARGE");
}

#[tokio::test]
async fn refused_documents_have_codes_and_short_messages() {
    let desk = Desk::new();
    let long = format!("{{hello({}", "x:1 ".repeat(400));
    for (text, expected) in [
        ("", "GRAPHQL_PARSE_FAILED"),
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{hello()}", "GRAPHQL_PARSE_FAILED"),
        (&long, "GRAPHQL_PARSE_FAILED"),
        ("{unknown}", "GRAPHQL_VALIDATION_FAILED"),
        ("{total(values: [\"a\"])}", "GRAPHQL_VALIDATION_FAILED"),
        ("{...F} fragment F on Query {...F}", "QUERY_FRAGMENT_CYCLE"),
    ] {
        let answer = desk.query(text).await;
        expect_refused(&answer, expected);
        let message = answer.1["errors"][0]["message"].as_str().unwrap();
        assert!(!message.contains('\n') && message.len() < 320, "{message}");
    }
    let (_, body) = desk.query("{\n  hello()}").await;
    assert_eq!(body["errors"][0]["locations"], json!([{ "line": 2, "column": 9 }]));
    assert_eq!(body["errors"][0]["message"], "Syntax error: expected name");
}

#[tokio::test]
async fn at_most_ten_errors_are_told() {
    let names = numbered("unknown", " ", 20);
    let (_, body) = Desk::new().query(&format!("{{{names}}}")).await;
    assert_eq!(body["errors"].as_array().map(Vec::len), Some(10));
    let long = "x".repeat(9_000);
    let (_, body) = Desk::new().query(&format!("{{{long}}}")).await;
    assert!(body.to_string().len() < 700, "{}", body.to_string().len());
}

#[tokio::test]
async fn what_a_resolver_did_not_mean_to_say_is_not_told() {
    let desk = Desk::new();
    for field in ["leaking", "uncoded"] {
        let (outcome, body) = desk.query(&format!("{{hello {field}}}")).await;
        assert_eq!(outcome, Outcome::Executed);
        assert_eq!(body["data"], json!({ "hello": "world", field: null }));
        assert_eq!(code(&body), "INTERNAL");
        assert_eq!(body["errors"][0]["message"], "Something went wrong on our side.");
        assert_eq!(body["errors"][0]["path"], json!([field]));
    }
    let (_, body) = desk.query("{coded}").await;
    assert_eq!((code(&body), &body["errors"][0]["message"]), ("NOT_FOUND", &json!("Not there")));
    let text = "query($v: [Int!]!) {total(values: $v)}";
    let (_, body) = desk.post(json!({ "query": text, "variables": { "v": [3_000_000_000_u64] } })).await;
    assert!(["BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"].contains(&code(&body)), "{body}");
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_stopped() {
    let (outcome, body) = Desk::new().query("{hello forever}").await;
    assert_eq!((outcome, code(&body)), (Outcome::TimedOut, "TIMED_OUT"));
    assert_eq!(body["data"], Value::Null);
}

#[test]
fn a_get_reads_its_pairs() {
    let read = |pairs: &[(&str, &str)]| Params::from_pairs(pairs.iter().copied());
    let params = read(&[
        ("query", "{hello}"),
        ("operationName", ""),
        ("variables", "{\"a\":1}"),
        ("extensions", ""),
        ("other", "x"),
    ])
    .unwrap();
    assert_eq!((params.query.as_str(), params.operation_name), ("{hello}", None));
    assert_eq!(params.variables.map(Value::from), Some(json!({ "a": 1 })));
    for wrong in [
        &[("query", "")][..],
        &[],
        &[("query", "{a}"), ("query", "{b}")],
        &[("query", "{a}"), ("variables", "[]")],
        &[("query", "{a}"), ("variables", "{")],
        &[("query", "{a}"), ("extensions", "1")],
    ] {
        assert_eq!(read(wrong).unwrap_err().kind, RequestErrorKind::Malformed, "{wrong:?}");
    }
    assert!(read(&[("query", "{a}"), ("variables", "null")]).is_ok());
}
