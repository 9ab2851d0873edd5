//! From what a client sent to what may be executed: the one door for every transport.

use std::collections::HashSet;

use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, Field, OperationDefinition, OperationType, Selection,
    SelectionSet,
};
use async_graphql::{Name, Pos, Request, Value, Variables, parser};
use serde::Deserialize;
use serde_json::Map;

use super::extension::Began;
use super::guard::{Cost, GuardRefusal, Limits};
use super::values::Allowance;
use crate::domain::viewer::Viewer;

/// The parameters of a request, by
/// <https://graphql.github.io/graphql-over-http/draft/#sec-Request-Parameters>.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Params {
    /// The document.
    pub query: String,
    /// Which of its operations to run; an empty name is none.
    #[serde(default)]
    pub operation_name: Option<String>,
    /// Values of the operation's variables.
    #[serde(default)]
    pub variables: Option<Map<String, serde_json::Value>>,
    /// Reserved for agreements between client and server; none is made yet.
    #[serde(default)]
    pub extensions: Option<Map<String, serde_json::Value>>,
}

impl Params {
    /// Reads the body of a POST: one JSON object. A list of requests is refused.
    pub fn from_json(body: &[u8]) -> Result<Self, RequestError> {
        let is_object = body.trim_ascii_start().first() == Some(&b'{');
        match serde_json::from_slice(body) {
            Ok(params) if is_object => Ok(params),
            Err(error) if error.is_syntax() || error.is_eof() => Err(RequestError::malformed(format!(
                "The body is not JSON (line {}, column {})",
                error.line(),
                error.column()
            ))),
            _ => Err(RequestError::malformed(
                "The body must be one object: query is a string, operationName a string or null, \
                 variables and extensions are objects or null",
            )),
        }
    }

    /// Reads the decoded parameters of a GET; an empty value is an absent one.
    pub fn from_pairs<K: AsRef<str>, V: AsRef<str>>(
        pairs: impl Iterator<Item = (K, V)>,
    ) -> Result<Self, RequestError> {
        let mut params = Self::default();
        let mut seen = HashSet::new();
        for (key, value) in pairs {
            let (key, value) = (key.as_ref(), value.as_ref());
            if !seen.insert(key.to_owned()) {
                return Err(RequestError::malformed("A parameter may be given only once"));
            }
            match key {
                _ if value.is_empty() => {}
                "query" => value.clone_into(&mut params.query),
                "operationName" => params.operation_name = Some(value.to_owned()),
                "variables" => params.variables = json_object(key, value)?,
                "extensions" => params.extensions = json_object(key, value)?,
                _ => {}
            }
        }
        if params.query.is_empty() {
            return Err(RequestError::malformed("The parameter query is missing"));
        }
        Ok(params)
    }
}

fn json_object(key: &str, text: &str) -> Result<Option<Map<String, serde_json::Value>>, RequestError> {
    serde_json::from_str(text)
        .map_err(|_| RequestError::malformed(format!("The parameter {key} must be a JSON object")))
}

/// How a request came in, which decides what it may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// Anyone's page can cause one: queries only.
    Get,
    /// Queries and mutations.
    Post,
}

/// Which kind of answer a request error gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestErrorKind {
    /// The request is not a GraphQL request.
    Malformed,
    /// The document, the operation or its variables are refused.
    Refused,
    /// The operation may not come through this door.
    WrongDoor,
}

/// Why nothing was executed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct RequestError {
    /// Decides the status code.
    pub kind: RequestErrorKind,
    /// The stable code that clients may rely on.
    pub code: &'static str,
    /// One sentence for developers.
    pub message: String,
    /// Places in the document.
    pub locations: Vec<Pos>,
}

impl RequestError {
    fn malformed(message: impl Into<String>) -> Self {
        Self { kind: RequestErrorKind::Malformed, ..Self::refused("BAD_REQUEST", message) }
    }

    fn refused(code: &'static str, message: impl Into<String>) -> Self {
        Self { kind: RequestErrorKind::Refused, code, message: message.into(), locations: Vec::new() }
    }

    /// Refuses to tell what the schema is.
    #[must_use]
    pub fn introspection_off() -> Self {
        Self::refused("INTROSPECTION_OFF", "The schema is told to members of staff only: send a token")
    }

    fn at(self, position: Pos) -> Self {
        Self { locations: vec![position], ..self }
    }
}

impl From<GuardRefusal> for RequestError {
    fn from(refusal: GuardRefusal) -> Self {
        let error = Self::refused(refusal.code(), refusal.to_string());
        match refusal {
            GuardRefusal::Syntax { line, column, .. } => error.at(Pos { line, column }),
            GuardRefusal::Over { .. } | GuardRefusal::Cycle { .. } => error,
        }
    }
}

/// The parser's own text quotes the whole line of the query; its last line says what it wanted.
impl From<parser::Error> for RequestError {
    fn from(error: parser::Error) -> Self {
        let text = error.to_string();
        let wanted = text.lines().find_map(|line| line.trim_start().strip_prefix("= "));
        let message = format!("Syntax error: {}", wanted.unwrap_or(&text));
        Self {
            locations: error.positions().take(1).collect(),
            ..Self::refused("GRAPHQL_PARSE_FAILED", message)
        }
    }
}

/// A document that passed the guard and the parser.
#[derive(Debug)]
pub(super) struct Parsed {
    pub document: ExecutableDocument,
    pub cost: Cost,
}

/// A request that may be executed.
#[derive(Debug)]
pub struct Prepared {
    pub(super) request: Request,
    pub(super) began: Began,
    roots: Vec<Name>,
    kind: OperationType,
}

impl Prepared {
    /// What is to be run: a query or a mutation, and the name its sender gave it.
    #[must_use]
    pub fn operation(&self) -> (&'static str, Option<&str>) {
        let kind = match self.kind {
            OperationType::Query => "query",
            OperationType::Mutation => "mutation",
            OperationType::Subscription => "subscription",
        };
        (kind, self.request.operation_name.as_deref())
    }

    /// How many of its root fields have this name.
    #[must_use]
    pub fn roots_named(&self, name: &str) -> usize {
        self.roots.iter().filter(|root| *root == name).count()
    }

    /// Whether it asks what the schema is; `__typename` does not.
    #[must_use]
    pub fn introspects(&self) -> bool {
        self.roots_named("__schema") + self.roots_named("__type") > 0
    }

    /// Gives the resolvers something of this request, such as who asks.
    #[must_use]
    pub fn with<T: std::any::Any + Send + Sync>(mut self, data: T) -> Self {
        self.request = self.request.data(data);
        self
    }
}

/// Decides whether an operation of a document may run, and with which variables.
pub(super) fn prepare(
    params: Params,
    parsed: &Parsed,
    door: Door,
    viewer: &Viewer,
    limits: &Limits,
) -> Result<Prepared, RequestError> {
    let document = &parsed.document;
    let name = params.operation_name.filter(|name| !name.is_empty());
    let (name, operation) = choose(document, name.as_deref())?;
    may_enter(operation, door)?;
    let roots = check_roots(document, operation, limits)?;
    let variables = variables(operation, params.variables.unwrap_or_default(), parsed, limits)?;
    let began = Began::default();
    let operation_name = name.map(ToString::to_string);
    let allowance = Allowance { values: limits.values_for(viewer), operation: operation_name.clone() };
    let mut request = Request::new(params.query).variables(variables).data(began.clone()).data(allowance);
    request.operation_name = operation_name;
    request.set_parsed_query(document.clone());
    Ok(Prepared { request, began, roots, kind: operation.ty })
}

fn choose<'a>(
    document: &'a ExecutableDocument,
    wanted: Option<&str>,
) -> Result<(Option<&'a Name>, &'a OperationDefinition), RequestError> {
    let mut operations = document.operations.iter();
    let found = match (wanted, &document.operations) {
        (Some(wanted), _) => operations.find(|(name, _)| name.is_some_and(|name| name == wanted)),
        (None, DocumentOperations::Multiple(all)) if all.len() > 1 => None,
        (None, _) => operations.next(),
    };
    let (name, operation) = found.ok_or_else(|| {
        let message = match wanted {
            Some(name) => format!("The document has no operation named {name:?}"),
            None => "operationName must say which operation to run".to_owned(),
        };
        RequestError::refused("OPERATION_RESOLUTION_FAILURE", message)
    })?;
    Ok((name, &operation.node))
}

fn may_enter(operation: &OperationDefinition, door: Door) -> Result<(), RequestError> {
    match (operation.ty, door) {
        (OperationType::Query, _) | (OperationType::Mutation, Door::Post) => Ok(()),
        (OperationType::Mutation | OperationType::Subscription, Door::Get) => Err(RequestError {
            kind: RequestErrorKind::WrongDoor,
            ..RequestError::refused("METHOD_NOT_ALLOWED", "A GET runs queries only: use POST")
        }),
        (OperationType::Subscription, Door::Post) => Err(RequestError::refused(
            "SUBSCRIPTION_NOT_SUPPORTED",
            "Subscriptions need a connection that can carry many answers",
        )),
    }
}

/// The names of the root fields. Refuses too many of them, so that aliases can't multiply attempts, and a second root field of
/// a mutation under the same key: the executor would run it twice.
fn check_roots(
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    limits: &Limits,
) -> Result<Vec<Name>, RequestError> {
    let roots = roots(document, &operation.selection_set.node);
    let is_mutation = operation.ty == OperationType::Mutation;
    let limit = if is_mutation { limits.mutation_roots } else { limits.query_roots };
    if roots.len() > limit {
        let message = format!("The operation has too many root fields: at most {limit} may be used");
        return Err(RequestError::refused("QUERY_TOO_MANY_ROOT_FIELDS", message));
    }
    let mut keys = HashSet::new();
    for field in roots.iter().filter(|field| field.name.node != "__typename") {
        let key = field.response_key();
        if is_mutation && !keys.insert(&key.node) {
            let message = format!("The mutation has two fields that answer as {:?}", key.node.as_str());
            return Err(RequestError::refused("DUPLICATE_MUTATION", message).at(key.pos));
        }
    }
    Ok(roots.into_iter().map(|field| field.name.node.clone()).collect())
}

/// The fields at the root of an operation, those of fragments included.
fn roots<'a>(document: &'a ExecutableDocument, set: &'a SelectionSet) -> Vec<&'a Field> {
    let mut fields = Vec::new();
    let mut sets = vec![set];
    while let Some(set) = sets.pop() {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => fields.push(&field.node),
                Selection::InlineFragment(inline) => sets.push(&inline.node.selection_set.node),
                Selection::FragmentSpread(spread) => {
                    let fragment = document.fragments.get(&spread.node.fragment_name.node);
                    sets.extend(fragment.map(|fragment| &fragment.node.selection_set.node));
                }
            }
        }
    }
    fields
}

/// Takes the declared variables and drops the others. async-graphql notices a missing one only in
/// the resolver, and copies a value wherever it is used, so both are decided here.
fn variables(
    operation: &OperationDefinition,
    mut given: Map<String, serde_json::Value>,
    parsed: &Parsed,
    limits: &Limits,
) -> Result<Variables, RequestError> {
    let mut taken = Vec::new();
    let mut size = parsed.cost.tokens;
    for definition in &operation.variable_definitions {
        let name = &definition.node.name.node;
        let given = given.remove(name.as_str());
        let is_missing = given.as_ref().is_none_or(serde_json::Value::is_null);
        let may_miss = definition.node.var_type.node.nullable
            || (definition.node.default_value.is_some() && given.is_none());
        if is_missing && !may_miss {
            let message = format!("The variable ${name} needs a value");
            return Err(RequestError::refused("BAD_USER_INPUT", message).at(definition.pos));
        }
        if let Some(value) = given {
            size += values_in(&value);
            taken.push((name.clone(), value));
        }
    }
    if parsed.cost.variable_uses.saturating_mul(size) > limits.variable_copies {
        let message = "The variables are too large for as often as they are used";
        return Err(RequestError::refused("VARIABLES_TOO_LARGE", message));
    }
    let mut variables = Variables::default();
    for (name, value) in taken {
        let value = Value::from_json(value)
            .map_err(|_| RequestError::malformed(format!("The variable ${name} is unreadable")))?;
        variables.insert(name, value);
    }
    Ok(variables)
}

/// Values inside a value; a long text counts once for each 16 bytes.
fn values_in(value: &serde_json::Value) -> usize {
    let mut count = 0;
    let mut rest = vec![value];
    while let Some(value) = rest.pop() {
        count += 1;
        match value {
            serde_json::Value::Array(items) => rest.extend(items),
            serde_json::Value::Object(fields) => rest.extend(fields.values()),
            serde_json::Value::String(text) => count += text.len() / 16,
            _ => {}
        }
    }
    count
}
