//! What a client reads: `{errors?, data?, extensions?}`, few errors, short ones, each with a code.

use std::collections::BTreeMap;

use async_graphql::{ErrorExtensionValues, Response, ServerError, Value};
use serde::Serialize;

use super::request::{RequestError, RequestErrorKind};

/// Errors told in one response; a document of a thousand unknown fields causes a thousand.
const MOST_ERRORS: usize = 10;

/// Characters told of one error; some quote what was sent.
const LONGEST_MESSAGE: usize = 300;

/// How a request ended, as far as a transport cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was executed, with or without errors of fields.
    Executed,
    /// It was executed for longer than allowed, and stopped.
    TimedOut,
    /// It was not executed.
    NotExecuted(RequestErrorKind),
}

/// A response ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Decides the status code.
    pub outcome: Outcome,
    /// JSON text.
    pub body: Vec<u8>,
}

#[derive(Serialize)]
struct Body {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ServerError>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Value>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    extensions: BTreeMap<String, Value>,
}

impl Answer {
    /// Answers with what the executor returned. Without execution there is no `data`.
    pub(super) fn of(response: Response, began: bool) -> Self {
        let (outcome, data) = if began {
            (Outcome::Executed, Some(response.data))
        } else {
            (Outcome::NotExecuted(RequestErrorKind::Refused), None)
        };
        let errors = response.errors.into_iter().map(|error| coded(error, began));
        Self::written(outcome, errors.take(MOST_ERRORS).collect(), data, response.extensions)
    }

    /// Answers an executed request that was stopped by its deadline.
    pub(super) fn timed_out() -> Self {
        let message = "The request took too long and was stopped; whether a mutation took effect \
                       is not known";
        let error = with_code(ServerError::new(message, None), "TIMED_OUT");
        Self::written(Outcome::TimedOut, vec![error], Some(Value::Null), BTreeMap::new())
    }

    fn written(
        outcome: Outcome,
        errors: Vec<ServerError>,
        data: Option<Value>,
        extensions: BTreeMap<String, Value>,
    ) -> Self {
        let errors = errors.into_iter().map(shortened).collect();
        let body = serde_json::to_vec(&Body { errors, data, extensions });
        // Names and texts always serialise; only a map with keys that are no text could fail.
        let body = body.unwrap_or_else(|_| br#"{"errors":[{"message":"Unwritable"}]}"#.to_vec());
        Self { outcome, body }
    }
}

/// The body that tells of one error a transport found by itself, before there was a request.
#[must_use]
pub fn problem(code: &'static str, message: &str) -> Vec<u8> {
    let error = with_code(ServerError::new(message, None), code);
    let outcome = Outcome::NotExecuted(RequestErrorKind::Malformed);
    Answer::written(outcome, vec![error], None, BTreeMap::new()).body
}

impl From<RequestError> for Answer {
    fn from(error: RequestError) -> Self {
        let mut written = ServerError::new(error.message, None);
        written.locations = error.locations;
        let errors = vec![with_code(written, error.code)];
        Self::written(Outcome::NotExecuted(error.kind), errors, None, BTreeMap::new())
    }
}

/// Gives an error the code it lacks. Our resolvers set codes; async-graphql sets none, neither for
/// what the client did wrong nor for an error that a resolver passed on with `?`, whose text may
/// tell of tables, files or other people: that one is logged and not told.
fn coded(error: ServerError, began: bool) -> ServerError {
    let has_code = error.extensions.as_ref().is_some_and(|values| values.get("code").is_some());
    if has_code {
        error
    } else if !began {
        with_code(error, "GRAPHQL_VALIDATION_FAILED")
    } else if is_about_input(&error) {
        with_code(error, "BAD_USER_INPUT")
    } else {
        tracing::error!(path = ?error.path, "a field failed: {}", error.message);
        let told =
            ServerError { message: "Something went wrong on our side.".to_owned(), source: None, ..error };
        with_code(told, "INTERNAL")
    }
}

/// Whether async-graphql says this of an argument, by the texts it uses.
fn is_about_input(error: &ServerError) -> bool {
    let message = &error.message;
    error.source.is_none()
        && (message.starts_with("Failed to parse \"")
            || message.starts_with("Expected input type \"")
            || message.starts_with("Variable "))
}

fn with_code(mut error: ServerError, code: &'static str) -> ServerError {
    error.extensions.get_or_insert_with(ErrorExtensionValues::default).set("code", code);
    error
}

fn shortened(mut error: ServerError) -> ServerError {
    let first_line = error.message.lines().next().unwrap_or_default();
    error.message = match first_line.char_indices().nth(LONGEST_MESSAGE) {
        Some((end, _)) => format!("{}…", &first_line[..end]),
        None => first_line.to_owned(),
    };
    error
}
