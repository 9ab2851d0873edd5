//! A schema behind its door: guard, parser, deadline, answer.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Executor, parser};

use super::answer::Answer;
use super::guard::{self, Limits};
use super::recent::Recent;
use super::request::{self, Door, Params, Parsed, Prepared, RequestError};
use crate::domain::viewer::Viewer;

/// Answers requests to one schema, which needs the extension
/// [`FieldErrors`](super::extension::FieldErrors).
#[derive(Debug)]
pub struct Endpoint<S> {
    schema: S,
    limits: Limits,
    timeout: Duration,
    recent: Recent,
}

impl<S: Executor> Endpoint<S> {
    /// `timeout` is how long one request may be executed. It stops at the next point where the
    /// request waits for something; the limits bound what happens in between.
    pub fn new(schema: S, limits: Limits, timeout: Duration) -> Self {
        Self { schema, limits, timeout, recent: Recent::default() }
    }

    /// How long one request may be executed; a fair limit for its arrival, too.
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Decides whether a request of this viewer may be executed.
    pub fn prepare(&self, params: Params, door: Door, viewer: &Viewer) -> Result<Prepared, RequestError> {
        let parsed = self.parsed(&params.query)?;
        request::prepare(params, &parsed, door, viewer, &self.limits)
    }

    /// Executes a request and writes its answer.
    pub async fn execute(&self, prepared: Prepared) -> Answer {
        let Prepared { request, began, .. } = prepared;
        match tokio::time::timeout(self.timeout, self.schema.execute(request)).await {
            Ok(response) => Answer::of(response, began.get()),
            Err(_) => Answer::timed_out(),
        }
    }

    fn parsed(&self, text: &str) -> Result<Arc<Parsed>, RequestError> {
        if let Some(parsed) = self.recent.find(text) {
            return Ok(parsed);
        }
        let cost = guard::check(text, &self.limits)?;
        let document = parser::parse_query(text)?;
        let parsed = Arc::new(Parsed { document, cost });
        self.recent.keep(text.to_owned(), Arc::clone(&parsed));
        Ok(parsed)
    }
}

#[cfg(test)]
mod tests;
