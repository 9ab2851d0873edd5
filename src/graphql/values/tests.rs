//! Documents and what they count, on a schema made for it.

use super::*;
use crate::graphql::connection::Connection;
use crate::graphql::extension::FieldErrors;
use crate::storage::page::{Page, Part};
use async_graphql::{EmptySubscription, Object, Request, Schema, SimpleObject};
use chrono::DateTime;
use serde_json::json;

struct Query;
struct Shelf;

#[derive(SimpleObject)]
struct Book {
    title: String,
}

/// A page without entries: what is counted is what might come.
fn none<T>() -> Connection<T> {
    let at = |_: &T| (DateTime::UNIX_EPOCH, String::new());
    Connection::new(&Page::newest(20), Part::default(), at, |node| node)
}

#[Object]
impl Query {
    async fn shelf(&self) -> Option<Shelf> {
        None
    }
    async fn shelves(&self, first: Option<i32>, last: Option<i32>) -> Connection<Shelf> {
        let _ = (first, last);
        none()
    }
    async fn nodes(&self, ids: Vec<String>) -> Vec<Option<Shelf>> {
        let _ = ids;
        Vec::new()
    }
}

#[Object]
impl Shelf {
    async fn label(&self) -> Option<String> {
        None
    }
    async fn tags(&self) -> Vec<String> {
        Vec::new()
    }
    async fn favourites(&self) -> Vec<Book> {
        Vec::new()
    }
    async fn within(&self, first: Option<i32>) -> Connection<Shelf> {
        let _ = first;
        none()
    }
    async fn books(&self, first: Option<i32>, last: Option<i32>) -> Connection<Book> {
        let _ = (first, last);
        none()
    }
}

struct Mutation;

#[Object]
impl Mutation {
    async fn tidy(&self) -> Option<Shelf> {
        None
    }
}

/// How many values the document is said to ask for, when it is allowed none.
async fn values(query: &str, variables: serde_json::Value, operation: Option<&str>) -> usize {
    let schema = Schema::build(Query, Mutation, EmptySubscription).extension(FieldErrors).finish();
    let allowance = Allowance { values: 0, operation: operation.map(str::to_owned) };
    let request = Request::new(query).variables(Variables::from_json(variables)).data(allowance);
    let response = schema.execute(request).await;
    let message = response.errors.first().map(|error| error.message.clone()).unwrap_or_default();
    let counted = message.strip_prefix("The query asks for up to ").and_then(|rest| rest.split(' ').next());
    counted.unwrap_or_else(|| panic!("{query}: {message}")).parse().unwrap()
}

#[tokio::test]
async fn fields_times_the_lists_around_them() {
    for (query, expected) in [
        ("{__typename}", 1),
        ("{shelf{label tags}}", 3),
        ("{shelf{favourites{title}}}", 1 + 10 * 2),
        ("{shelves{pageInfo{hasNextPage}}}", 1 + 2),
        ("{shelves{nodes{label}}}", 1 + 20 * 2),
        ("{shelves(first: 5){nodes{label}}}", 1 + 5 * 2),
        ("{shelves(last: 7){edges{cursor node{label}}}}", 1 + 7 * (1 + 1 + 2)),
        ("{shelves(first: 100){nodes{books(first: 100){nodes{title}}}}}", 1 + 100 * (1 + 1 + 100 * 2)),
        ("{a: shelves(first: 3){nodes{label}} shelves(first: 4){nodes{label}}}", 2 + 3 * 2 + 4 * 2),
        // A page in a fragment is as large as where it is spread.
        ("{shelves(first: 9){...F}} fragment F on ShelfConnection{nodes{...{label}}}", 1 + 9 * 2),
        ("{nodes(ids: [\"a\", \"b\", \"c\"]){label}}", 3 * 2),
        ("mutation{tidy{favourites{title}}}", 1 + 10 * 2),
    ] {
        assert_eq!(values(query, json!({}), None).await, expected, "{query}");
    }
}

#[tokio::test]
async fn a_variable_counts_with_its_value() {
    let query = "query($n: Int) {shelves(first: $n){nodes{label}}}";
    for (variables, page) in [
        (json!({ "n": 3 }), 3),
        (json!({ "n": null }), 20),
        (json!({}), 20),
        // What will be refused counts as the most.
        (json!({ "n": 0 }), 100),
        (json!({ "n": -1 }), 100),
        (json!({ "n": 1_000_000 }), 100),
        (json!({ "n": "7" }), 100),
        (json!({ "n": [7] }), 100),
    ] {
        assert_eq!(values(query, variables.clone(), None).await, 1 + page * 2, "{variables}");
    }
    let query = "query($n: Int = 8) {shelves(last: $n){nodes{label}}}";
    assert_eq!(values(query, json!({}), None).await, 1 + 8 * 2);
    assert_eq!(values(query, json!({ "n": 2 }), None).await, 1 + 2 * 2);
    let query = "query($ids: [String!]!) {nodes(ids: $ids){label}}";
    assert_eq!(values(query, json!({ "ids": ["a", "b"] }), None).await, 2 * 2);
    assert_eq!(values(query, json!({ "ids": vec!["a"; 500] }), None).await, 100 * 2);
    assert_eq!(values(query, json!({ "ids": "a" }), None).await, 100 * 2);
}

#[tokio::test]
async fn only_the_operation_that_runs_counts() {
    let query = "query A{shelf{label}} query B{shelves{nodes{label}}}";
    assert_eq!(values(query, json!({}), Some("A")).await, 2);
    assert_eq!(values(query, json!({}), Some("B")).await, 41);
}

#[tokio::test]
async fn the_product_does_not_wrap() {
    let levels = 10;
    let query =
        format!("{{shelf{}{{label}}{}}}", "{within(first: 100){nodes".repeat(levels), "}}".repeat(levels));
    assert_eq!(values(&query, json!({}), None).await, usize::MAX);
}
