//! Floor 4: what runs by itself. Each worker calls an action or a floor below, and its step returns done or empty, so
//! that tests drain it.

pub mod breaker;
pub mod event_tail;
pub mod expiry_sweep;
pub mod feed_builder;
pub mod fetch_keeper;
pub mod outbox;
pub mod pace;
pub mod pinger;

/// The span of one pass of a worker.
fn pass(worker: &'static str) -> tracing::Span {
    tracing::debug_span!("pass", worker)
}

/// Whether a worker's step found anything to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It did something, and there may be more.
    Done,
    /// There is nothing to do now.
    Empty,
}
