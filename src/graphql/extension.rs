//! The one extension of the schema. Any extension makes every field slower (150 to 200 ns), so
//! there is one, and it does both things that only an extension can.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextExecute, NextResolve, ResolveInfo,
};
use async_graphql::{
    PathSegment, QueryPathNode, QueryPathSegment, Response, ServerError, ServerResult, Value,
};

/// Put into a request's data, it tells afterwards whether execution began. A response without
/// execution is a request error and has no `data` entry.
/// Source: <https://spec.graphql.org/September2025/#sec-Response-Format>.
#[derive(Clone, Debug, Default)]
pub struct Began(Arc<AtomicBool>);

impl Began {
    /// Indicates whether a field was, or could have been, resolved.
    #[must_use]
    pub fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Registers the extension: `Schema::build(..).extension(FieldErrors)`.
///
/// A nullable field that fails becomes null and keeps its siblings, as
/// <https://spec.graphql.org/September2025/#sec-Handling-Execution-Errors> asks; async-graphql alone
/// passes errors of arguments and of `Result<Option<T>>` on to the parent.
#[derive(Clone, Copy, Debug)]
pub struct FieldErrors;

impl ExtensionFactory for FieldErrors {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Kept::default())
    }
}

/// The errors of one request, each kept where it was first met: further up, lists overwrite its path.
#[derive(Default)]
struct Kept(Mutex<Vec<ServerError>>);

/// The source of an error that is kept already, and only travels up to the next nullable field.
struct Reported;

impl Kept {
    fn errors(&self) -> MutexGuard<'_, Vec<ServerError>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, mut error: ServerError, node: &QueryPathNode<'_>) -> ServerError {
        if error.source::<Reported>().is_some() {
            return error;
        }
        if error.path.is_empty() {
            error.path = path(node);
        }
        self.errors().push(error);
        ServerError { source: Some(Arc::new(Reported)), ..ServerError::new("", None) }
    }
}

#[async_graphql::async_trait::async_trait]
impl Extension for Kept {
    async fn execute(
        &self,
        context: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        if let Some(Began(began)) = context.data_opt() {
            began.store(true, Ordering::Relaxed);
        }
        let mut response = next.run(context, operation_name).await;
        response.errors.retain(|error| error.source::<Reported>().is_none());
        response.errors.append(&mut self.errors());
        response
    }

    async fn resolve(
        &self,
        context: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<Value>> {
        let is_nullable = !info.return_type.ends_with('!');
        let node = info.path_node;
        match next.run(context, info).await {
            Err(error) => {
                let error = self.keep(error, node);
                if is_nullable { Ok(None) } else { Err(error) }
            }
            value => value,
        }
    }
}

fn path(node: &QueryPathNode<'_>) -> Vec<PathSegment> {
    let mut path: Vec<_> = std::iter::once(node)
        .chain(node.parents())
        .map(|node| match node.segment {
            QueryPathSegment::Name(name) => PathSegment::Field(name.to_owned()),
            QueryPathSegment::Index(index) => PathSegment::Index(index),
        })
        .collect();
    path.reverse();
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::{EmptyMutation, EmptySubscription, Error, Object, Request, Schema};

    struct Query;
    struct Node;

    #[Object]
    #[expect(clippy::unused_async, reason = "the macro wants async methods")]
    impl Query {
        async fn required(&self) -> i32 {
            1
        }
        async fn broken_required(&self) -> Result<i32, Error> {
            Err(Error::new("broken"))
        }
        async fn broken_optional(&self) -> Result<Option<i32>, Error> {
            Err(Error::new("broken"))
        }
        async fn broken_inside(&self) -> Option<Result<i32, Error>> {
            Some(Err(Error::new("broken")))
        }
        async fn checked(&self, #[graphql(validator(maximum = 5))] first: i32) -> Option<i32> {
            Some(first)
        }
        async fn node(&self) -> Option<Node> {
            Some(Node)
        }
        async fn required_node(&self) -> Node {
            Node
        }
        async fn nodes(&self) -> Option<Vec<Node>> {
            Some(vec![Node, Node])
        }
        async fn optional_nodes(&self) -> Vec<Option<Node>> {
            vec![Some(Node), None]
        }
        async fn values(&self) -> Vec<Option<Result<i32, Error>>> {
            vec![Some(Ok(1)), Some(Err(Error::new("broken")))]
        }
    }

    #[Object]
    #[expect(clippy::unused_async, reason = "the macro wants async methods")]
    impl Node {
        async fn id(&self) -> i32 {
            7
        }
        async fn broken(&self) -> Result<i32, Error> {
            Err(Error::new("broken"))
        }
        async fn maybe(&self) -> Result<Option<i32>, Error> {
            Err(Error::new("broken"))
        }
        #[graphql(guard = "Closed")]
        async fn secret(&self) -> Option<i32> {
            Some(1)
        }
    }

    struct Closed;

    impl async_graphql::Guard for Closed {
        async fn check(&self, _: &async_graphql::Context<'_>) -> Result<(), Error> {
            Err(Error::new("closed"))
        }
    }

    async fn ask(query: &str) -> (String, Vec<String>, bool) {
        let schema = Schema::build(Query, EmptyMutation, EmptySubscription).extension(FieldErrors).finish();
        let began = Began::default();
        let response = schema.execute(Request::new(query).data(began.clone())).await;
        let data = serde_json::to_string(&response.data).unwrap();
        let mut paths: Vec<_> =
            response.errors.iter().map(|error| serde_json::to_string(&error.path).unwrap()).collect();
        paths.sort();
        (data, paths, began.get())
    }

    /// Query, data, and the sorted paths of its errors, as graphql-js answers on the same schema.
    const CASES: &[(&str, &str, &[&str])] = &[
        ("{required}", r#"{"required":1}"#, &[]),
        ("{required brokenRequired}", "null", &[r#"["brokenRequired"]"#]),
        ("{required brokenOptional}", r#"{"required":1,"brokenOptional":null}"#, &[r#"["brokenOptional"]"#]),
        ("{required a: brokenInside}", r#"{"required":1,"a":null}"#, &[r#"["a"]"#]),
        ("{node{id broken}}", r#"{"node":null}"#, &[r#"["node","broken"]"#]),
        ("{node{id maybe}}", r#"{"node":{"id":7,"maybe":null}}"#, &[r#"["node","maybe"]"#]),
        ("{node{id secret}}", r#"{"node":{"id":7,"secret":null}}"#, &[r#"["node","secret"]"#]),
        ("{required requiredNode{broken}}", "null", &[r#"["requiredNode","broken"]"#]),
        ("{nodes{broken}}", r#"{"nodes":null}"#, &[r#"["nodes",0,"broken"]"#]),
        (
            "{optionalNodes{id broken}}",
            r#"{"optionalNodes":[null,null]}"#,
            &[r#"["optionalNodes",0,"broken"]"#],
        ),
        ("{values}", r#"{"values":[1,null]}"#, &[r#"["values",1]"#]),
        ("{required checked(first: 6)}", r#"{"required":1,"checked":null}"#, &[r#"["checked"]"#]),
        ("{checked(first: 5)}", r#"{"checked":5}"#, &[]),
    ];

    #[tokio::test]
    async fn nulls_propagate_as_the_specification_says() {
        for (query, data, paths) in CASES {
            let paths = paths.iter().map(ToString::to_string).collect();
            assert_eq!(ask(query).await, ((*data).to_owned(), paths, true), "{query}");
        }
    }

    #[tokio::test]
    async fn execution_does_not_begin_when_the_document_is_refused() {
        for query in ["{", "{unknown}", "{node}", "{checked(first: \"x\")}", "mutation{a}"] {
            let (data, paths, began) = ask(query).await;
            assert_eq!((data.as_str(), began), ("null", false), "{query}");
            assert!(!paths.is_empty(), "{query}");
        }
    }
}
