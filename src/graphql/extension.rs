//! The one extension of the schema. Any extension makes every field slower (150 to 200 ns), so
//! there is one, and it does the things that only an extension can.

use std::collections::BTreeMap;
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextExecute, NextParseQuery, NextResolve, ResolveInfo,
};
use async_graphql::parser::types::ExecutableDocument;
use async_graphql::{
    PathSegment, QueryPathNode, QueryPathSegment, Response, ServerError, ServerResult, Value, Variables,
};

use tracing::Instrument as _;

use super::values::Allowance;

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

/// What went wrong during one request.
#[derive(Default)]
struct Kept(Mutex<Failures>);

#[derive(Default)]
struct Failures {
    /// Each error where it was first met, since lists further up overwrite its path, by [`key`] of
    /// that place: a field asked for twice fails twice and is told once.
    errors: BTreeMap<String, ServerError>,
    /// The fields that became null for one of them.
    nulls: Vec<Vec<PathSegment>>,
}

/// The source of an error that is kept already, and only travels up to the next nullable field.
struct Reported;

impl Kept {
    fn failures(&self) -> MutexGuard<'_, Failures> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, mut error: ServerError, node: &QueryPathNode<'_>) -> ServerError {
        if error.source::<Reported>().is_some() {
            return error;
        }
        if error.path.is_empty() {
            error.path = path(node);
        }
        self.failures().errors.entry(key(&error.path)).or_insert(error);
        ServerError { source: Some(Arc::new(Reported)), ..ServerError::new("", None) }
    }
}

#[async_graphql::async_trait::async_trait]
impl Extension for Kept {
    async fn parse_query(
        &self,
        context: &ExtensionContext<'_>,
        query: &str,
        variables: &Variables,
        next: NextParseQuery<'_>,
    ) -> ServerResult<ExecutableDocument> {
        let document = next.run(context, query, variables).await?;
        if let Some(allowance) = context.data_opt::<Allowance>() {
            allowance.covers(&context.schema_env.registry, &document, variables)?;
        }
        Ok(document)
    }

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
        let mut failures = self.failures();
        response.errors.extend(mem::take(&mut failures.errors).into_values());
        // A field asked for in two places is executed twice, and where one null meets one object, the
        // executor keeps the object.
        for null in failures.nulls.drain(..) {
            set_null(&mut response.data, &null);
        }
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
        let resolved = if node.parent.is_none() {
            let span = tracing::debug_span!("field", name = info.name);
            next.run(context, info).instrument(span).await
        } else {
            next.run(context, info).await
        };
        match resolved {
            Err(error) => {
                let error = self.keep(error, node);
                if !is_nullable {
                    return Err(error);
                }
            }
            // An optional object takes the errors of its fields by itself.
            Ok(None | Some(Value::Null)) => {}
            value => return value,
        }
        let mut failures = self.failures();
        if !failures.errors.is_empty() {
            let path = path(node);
            let here = key(&path);
            let next = failures.errors.range(here.clone()..).next();
            if next.is_some_and(|(place, _)| place.starts_with(&here)) {
                failures.nulls.push(path);
            }
        }
        // Not `None`: lists, whose items come through here too, panic on it.
        Ok(Some(Value::Null))
    }
}

fn set_null(data: &mut Value, path: &[PathSegment]) {
    let mut place = Some(data);
    for segment in path {
        place = match (segment, place) {
            (PathSegment::Field(name), Some(Value::Object(fields))) => fields.get_mut(name.as_str()),
            (PathSegment::Index(index), Some(Value::List(items))) => items.get_mut(*index),
            _ => return,
        };
    }
    if let Some(value) = place {
        *value = Value::Null;
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

/// A path as text that is a prefix of the texts of all paths below it, and of no others.
fn key(path: &[PathSegment]) -> String {
    path.iter()
        .flat_map(|segment| match segment {
            PathSegment::Field(name) => [name.clone(), ".".to_owned()],
            PathSegment::Index(index) => [index.to_string(), ".".to_owned()],
        })
        .collect()
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
        ("{node{maybe} node{maybe}}", r#"{"node":{"maybe":null}}"#, &[r#"["node","maybe"]"#]),
        (
            "{optionalNodes{id} optionalNodes{broken}}",
            r#"{"optionalNodes":[null,null]}"#,
            &[r#"["optionalNodes",0,"broken"]"#],
        ),
        ("{values}", r#"{"values":[1,null]}"#, &[r#"["values",1]"#]),
        ("{required checked(first: 6)}", r#"{"required":1,"checked":null}"#, &[r#"["checked"]"#]),
        ("{checked(first: 5)}", r#"{"checked":5}"#, &[]),
        ("{node{id} node{broken}}", r#"{"node":null}"#, &[r#"["node","broken"]"#]),
        ("{node{broken} ...{node{id}}}", r#"{"node":null}"#, &[r#"["node","broken"]"#]),
        ("{nodes{id} nodes{broken}}", r#"{"nodes":null}"#, &[r#"["nodes",0,"broken"]"#]),
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
