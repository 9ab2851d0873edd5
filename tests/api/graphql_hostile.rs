//! Queries written to hurt: each is refused, and the process goes on answering.

use std::time::Duration;

use serde_json::{Value, json};
use vacantia::domain::Viewer;
use vacantia::graphql::endpoint::Endpoint;
use vacantia::graphql::guard::Limits;
use vacantia::graphql::request::{Door, Params};
use vacantia::graphql::{Asking, schema};
use vacantia::storage::Kind;

use crate::app::TestApp;
use crate::graphql_http::{Answer, Desk, RESPONSE, post, query};
use crate::harness::Database;
use actix_web::http::header;

/// `depth` fragments of which each spreads the next one `times`.
fn fan_out(depth: usize, times: usize) -> String {
    let fragments = (0..depth).map(|at| {
        let spreads = format!("...F{} ", at + 1).repeat(times);
        format!("fragment F{at} on Query{{{spreads}}}")
    });
    let fragments: Vec<String> = fragments.collect();
    format!("{{...F0}}{}fragment F{depth} on Query{{hello}}", fragments.concat())
}

fn nested(open: &str, inner: &str, close: &str, times: usize) -> String {
    format!("{}{inner}{}", open.repeat(times), close.repeat(times))
}

/// Name, text, and the code of its refusal.
type Hostile = (&'static str, String, &'static str);

fn too_long() -> Vec<Hostile> {
    let zeros = "0".repeat(9_000);
    let numbers = "-1".repeat(4_000);
    vec![
        ("a megabyte", "{hello}".repeat(150_000), "BODY_TOO_LARGE"),
        ("many operations", "{hello}".repeat(20_000), "QUERY_TOO_LARGE"),
        ("a long comment", format!("{{hello}}#{}", "x".repeat(10_000)), "QUERY_TOO_LARGE"),
        ("tokens", format!("{{{}}}", "a ".repeat(4_000)), "QUERY_TOO_MANY_TOKENS"),
        ("numbers", format!("{{echo(text:[{numbers}])}}"), "QUERY_TOO_MANY_TOKENS"),
        ("zeros", format!("{{echo(text:[{zeros}])}}"), "GRAPHQL_PARSE_FAILED"),
        ("aliases", format!("{{{}}}", "a:hello ".repeat(101)), "QUERY_TOO_MANY_ALIASES"),
        ("directives", format!("{{hello {}}}", "@skip(if:false)".repeat(51)), "QUERY_TOO_MANY_DIRECTIVES"),
        ("repeated fields", format!("{{{}}}", "hello ".repeat(500)), "QUERY_TOO_MANY_ROOT_FIELDS"),
    ]
}

/// Without the guard, all but the last few of these end the process.
fn too_nested() -> Vec<Hostile> {
    let lists = nested("[", "", "]", 2_000);
    let objects = nested("{a:", "1", "}", 1_500);
    let few = nested("[", "", "]", 300);
    let fields = nested("me{", "hello", "}", 1_000);
    let types = nested("fields{type{", "name", "}}", 10);
    vec![
        ("lists", format!("{{echo(text:{lists})}}"), "QUERY_TOO_NESTED"),
        ("few lists", format!("{{echo(text:{few})}}"), "QUERY_TOO_NESTED"),
        ("objects", format!("{{echo(text:{objects})}}"), "QUERY_TOO_NESTED"),
        ("open lists", format!("{{echo(text:{}", "[".repeat(9_900)), "QUERY_TOO_NESTED"),
        ("a default value", format!("query($v:I={lists}){{hello}}"), "QUERY_TOO_NESTED"),
        ("a variable's type", format!("query($v:{lists}){{hello}}"), "QUERY_TOO_NESTED"),
        ("a directive", format!("{{hello @skip(if:{lists})}}"), "QUERY_TOO_NESTED"),
        ("open braces", "{a:".repeat(3_000), "GRAPHQL_PARSE_FAILED"),
        ("brackets only", "[".repeat(9_999), "GRAPHQL_PARSE_FAILED"),
        ("fields", format!("{{{fields}}}"), "QUERY_TOO_DEEP"),
        ("inline fragments", nested("{...", "{hello}", "}", 1_000), "QUERY_TOO_DEEP"),
        ("circular introspection", format!("{{__schema{{types{{{types}}}}}}}"), "QUERY_TOO_DEEP"),
    ]
}

fn too_complex() -> Vec<Hostile> {
    let argument = "9 ".repeat(1_500);
    let spreads = "...F ".repeat(60);
    let long = format!("{{{spreads}}}fragment F on Query{{echo(text:[{argument}])}}");
    let cycle = "{...A}fragment A on Query{...B}fragment B on Query{...A}";
    vec![
        ("fragments in fragments", fan_out(200, 1), "QUERY_TOO_DEEP"),
        ("2^18 fields", fan_out(18, 2), "QUERY_TOO_COMPLEX"),
        ("2^20 fields", fan_out(20, 2), "QUERY_TOO_DEEP"),
        ("8^8 fields", fan_out(8, 8), "QUERY_TOO_COMPLEX"),
        ("20^6 fields", fan_out(6, 20), "QUERY_TOO_COMPLEX"),
        ("a long argument, spread often", long, "QUERY_TOO_COMPLEX"),
        ("a cycle", cycle.into(), "QUERY_FRAGMENT_CYCLE"),
    ]
}

fn no_query() -> Vec<Hostile> {
    let on = "{...on #\n Q}fragment on on Query{hello}";
    [
        ("a fragment called on", on),
        ("a string without end", "{echo(text:\""),
        ("a block string without end", "{echo(text:\"\"\""),
        ("nothing", ""),
        ("a schema", "type Query{hello:String}"),
        ("a NUL", "{hello\u{0}}"),
        ("an overlong name of an operation", "queryA{hello}"),
    ]
    .map(|(name, text)| (name, text.to_owned(), "GRAPHQL_PARSE_FAILED"))
    .to_vec()
}

fn told(answer: &Answer) -> (u16, usize, bool) {
    let errors = answer.body["errors"].as_array().map_or(0, Vec::len);
    (answer.status, errors, answer.body.to_string().len() < 4_000)
}

#[actix_web::test]
async fn every_hostile_query_is_refused_and_the_next_one_answered() {
    let desk = Desk::new(&[]).await;
    let corpus = [too_long(), too_nested(), too_complex(), no_query()].concat();
    for (name, text, code) in corpus {
        let answer = desk.call(query(&text).insert_header((header::ACCEPT, RESPONSE))).await;
        assert_eq!(answer.code(), code, "{name}: {}", answer.body);
        assert!(matches!(told(&answer), (400 | 413, 1, true)), "{name}: {answer:?}");
        assert_eq!(answer.body.get("data"), None, "{name}");
        let next = desk.call(query("{hello}")).await;
        assert_eq!(next.body, json!({ "data": { "hello": "world" } }), "after {name}");
    }
}

/// The dearest texts that the limits let through are answered like any other.
#[actix_web::test]
async fn the_worst_legal_queries_are_answered() {
    let desk = Desk::new(&[]).await;
    for text in [
        fan_out(10, 2).replacen("{...F0}", "{me{...F0}}", 1),
        nested("{me", "{hello}", "}", 19),
        format!("{{me{{{}}}}}", "...on Query{hello}".repeat(320)),
        format!("{{me{{{}}}}}", "a:me{hello hello} ".repeat(50)),
        format!("{{me{{{}}}}}", "hello ".repeat(1_600)),
        format!("{{me{{hello {}}}}}", "hello @skip(if:false) ".repeat(50)),
        format!("{{echo(text:\"{}\")}}", "\\u00e9".repeat(1_600)),
    ] {
        let start = text.chars().take(60).collect::<String>();
        let answer = desk.call(query(&text)).await;
        assert_eq!(answer.status, 200, "{start}");
        assert!(answer.body["data"].is_object(), "{start}: {}", answer.body);
    }
}

#[actix_web::test]
async fn thousands_of_mistakes_are_told_in_ten_lines() {
    let desk = Desk::new(&[]).await;
    let unknown: Vec<String> = (0..900).map(|at| format!("u{at} ")).collect();
    let long = "x".repeat(9_900);
    for text in [format!("{{me{{{}}}}}", unknown.concat()), format!("{{{long}}}")] {
        let answer = desk.call(query(&text)).await;
        let (_, errors, is_short) = told(&answer);
        assert!((1..=10).contains(&errors) && is_short, "{}", answer.body);
    }
}

#[actix_web::test]
async fn hostile_variables_are_refused() {
    let desk = Desk::new(&[]).await;
    let deep = format!(r#"{{"query":"{{hello}}","variables":{{"v":{}}}}}"#, nested("[", "", "]", 5_000));
    assert_eq!(desk.call(post(deep)).await.code(), "BAD_REQUEST");
    let uses = "echo(text:$v) ".repeat(15);
    let text = format!("query($v:String!){{{uses}me{{{uses}}}}}");
    let body = |variable: Value| json!({ "query": text, "variables": { "v": variable } }).to_string();
    let answer = desk.call(post(body(json!(vec![1; 100_000])))).await;
    assert_eq!(answer.code(), "VARIABLES_TOO_LARGE");
    let answer = desk.call(post(body(json!("short")))).await;
    assert_eq!(answer.body["data"]["me"]["echo"], "short");
    let answer = desk.call(post(body(json!({ "a": [{ "b": 1 }] })))).await;
    assert_eq!(answer.code(), "GRAPHQL_VALIDATION_FAILED");
}

/// What a corpus' file has to meet, by the start of its name.
fn expected(name: &str) -> &str {
    let code = name.split(['-', '.']).next().unwrap();
    if code == "PASSES" { "" } else { code }
}

#[actix_web::test]
async fn the_corpus_is_refused_by_the_schema_that_is_served() {
    let app = TestApp::new(Database::new(Kind::Sqlite).unwrap()).await;
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/api/corpus/graphql");
    let (mut count, mut wrong) = (0, Vec::new());
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let (name, bytes) =
            (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(&path).unwrap());
        let request = match path.extension().and_then(std::ffi::OsStr::to_str) {
            Some("graphql") => query(std::str::from_utf8(&bytes).unwrap()),
            _ => post(bytes),
        };
        let seen = app.send(request.insert_header((header::ACCEPT, RESPONSE))).await;
        let body: Value = serde_json::from_str(&seen.body).unwrap();
        let code = body["errors"][0]["extensions"]["code"].as_str().unwrap_or_default();
        let is_right = match expected(&name) {
            // What is executed may still name nothing that is there.
            "" => seen.status == 200,
            expected => (seen.status, code) == (400, expected),
        };
        if !is_right {
            wrong.push(format!("{name}: {} {}", seen.status, &seen.body[..seen.body.len().min(300)]));
        }
        assert!(expected(&name).is_empty() || seen.body.len() < 4_000, "{name}: {} bytes", seen.body.len());
        count += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 50, "the corpus is there: {count}");
}

/// The answer that the schema gives this viewer.
async fn answered(app: &TestApp, viewer: Viewer, body: &Value) -> (Value, usize) {
    let endpoint = Endpoint::new(schema(), Limits::default(), Duration::from_mins(1));
    let params = Params::from_json(body.to_string().as_bytes()).unwrap();
    let prepared = endpoint.prepare(params, Door::Post, &viewer).unwrap();
    let answer = endpoint.execute(prepared.with(Asking::new(app.shared(), viewer))).await;
    (serde_json::from_slice(&answer.body).unwrap(), answer.body.len())
}

/// How many nulls there are in what was answered.
fn nulls(value: &Value) -> usize {
    match value {
        Value::Null => 1,
        Value::Array(items) => items.iter().map(nulls).sum(),
        Value::Object(fields) => fields.values().map(nulls).sum(),
        _ => 0,
    }
}

fn errors(answer: &Value) -> (usize, bool) {
    let errors = answer["errors"].as_array().unwrap();
    (errors.len(), answer["errors"].to_string().len() < 4_000)
}

/// A document says no more than 2,000 words, so it makes no more mistakes: of ten thousand, a fifth arrives.
#[actix_web::test]
async fn no_document_is_wrong_two_thousand_times() {
    let app = TestApp::new(Database::new(Kind::Sqlite).unwrap()).await;
    let wrong = |count: usize| json!({ "query": format!("{{postings{{nodes{{{}}}}}}}", "u ".repeat(count)) });
    let (answer, size) = answered(&app, Viewer::Anonymous, &wrong(1_992)).await;
    assert_eq!((errors(&answer), size < 4_000), ((10, true), true), "{answer}");
    assert_eq!(answer["errors"][9]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
    let more = Params::from_json(wrong(1_993).to_string().as_bytes()).unwrap();
    let endpoint = Endpoint::new(schema(), Limits::default(), Duration::from_mins(1));
    let refused = endpoint.prepare(more, Door::Post, &Viewer::Anonymous).unwrap_err();
    assert_eq!(refused.code, "QUERY_TOO_MANY_TOKENS");
}

/// Fields can go wrong more often, since lists multiply: for staff ten thousand times and more.
#[actix_web::test]
async fn ten_thousand_fields_that_fail_are_told_in_ten_errors() {
    let app = TestApp::new(Database::new(Kind::Sqlite).unwrap()).await;
    let posted = app.posting("Backend").hiring("Create", 1).open().await;
    let ids = json!({ "ids": vec![posted.id.to_string(); 100] });
    // A stranger: each of a hundred objects becomes null, twenty times.
    let fields = (0..20).map(|at| format!("n{at}: nodes(ids: $ids){{...F}} ")).collect::<Vec<_>>().concat();
    let head = format!("query($ids: [ID!]!) {{{fields}}} fragment F on Posting");
    let fails = "applications(first: 0){pageInfo{hasNextPage}}";
    let body = json!({ "query": format!("{head}{{{fails}}}"), "variables": ids });
    let (answer, _) = answered(&app, Viewer::Anonymous, &body).await;
    assert_eq!((errors(&answer), nulls(&answer["data"])), ((10, true), 2_000));
    // A recruiter: five fields of each of them do.
    let pipelines = (0..5).map(|at| format!("p{at}: pipeline{{{fails}}} ")).collect::<Vec<_>>().concat();
    let body = json!({ "query": format!("{head}{{{pipelines}}}"), "variables": ids });
    let (answer, size) = answered(&app, app.recruiter().await, &body).await;
    assert_eq!((errors(&answer), nulls(&answer["data"])), ((10, true), 10_000));
    assert!(size < 150_000, "{size}");
}
