//! What the guard passes is parsed, validated and executed without ending the process, and within libFuzzer's time limit.

#![no_main]

use std::sync::LazyLock;
use std::time::Duration;

use async_graphql::{EmptyMutation, EmptySubscription, InputObject, Object, Schema};
use libfuzzer_sys::fuzz_target;
use tokio::runtime::{Builder, Runtime};
use vacantia::domain::viewer::Viewer;
use vacantia::graphql::endpoint::Endpoint;
use vacantia::graphql::extension::FieldErrors;
use vacantia::graphql::guard::Limits;
use vacantia::graphql::request::{Door, Params};

struct Query;

#[derive(InputObject)]
struct Wish {
    text: Option<String>,
    numbers: Option<Vec<Vec<i32>>>,
    wish: Option<Box<Wish>>,
}

/// Everything a type can be asked, with nothing behind it: the cost is that of the query alone.
#[Object]
impl Query {
    async fn a(&self) -> i32 {
        1
    }
    async fn me(&self) -> Option<Query> {
        Some(Query)
    }
    async fn us(&self, first: Option<i32>) -> Vec<Query> {
        // One: what lists multiply is for the schema that is served to bound.
        first.into_iter().take(1).map(|_| Query).collect()
    }
    async fn echo(&self, text: String) -> String {
        text
    }
    async fn wish(&self, wish: Option<Wish>) -> Option<String> {
        let wish = wish?;
        wish.text.or(wish.numbers.map(|numbers| numbers.len().to_string())).or(wish.wish.and_then(|wish| wish.text))
    }
}

type Pure = Schema<Query, EmptyMutation, EmptySubscription>;

static ENDPOINT: LazyLock<Endpoint<Pure>> = LazyLock::new(|| {
    let schema = Schema::build(Query, EmptyMutation, EmptySubscription).extension(FieldErrors).finish();
    Endpoint::new(schema, Limits::default(), Duration::from_secs(10))
});

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().enable_time().build().expect("a runtime"));

fuzz_target!(|text: &str| {
    let params = Params { query: text.to_owned(), ..Params::default() };
    if let Ok(prepared) = ENDPOINT.prepare(params, Door::Post, &Viewer::Anonymous) {
        // An answer, whatever it says.
        let answer = RUNTIME.block_on(ENDPOINT.execute(prepared));
        assert!(answer.body.starts_with(b"{"));
    }
});
