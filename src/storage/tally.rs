//! What one piece of work asked of the database, however deep in it the question was asked.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

tokio::task_local! {
    static TALLY: Arc<Tally>;
}

/// Statements and the time they took, of the work that is counted.
#[derive(Debug, Default)]
pub struct Tally {
    statements: AtomicU64,
    nanoseconds: AtomicU64,
}

impl Tally {
    /// Does the work, and counts what it asks; not what tasks ask that it starts.
    pub async fn counting<F: Future>(self: Arc<Self>, work: F) -> F::Output {
        TALLY.scope(self, work).await
    }

    /// Statements sent so far.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// How long they took, those that ran side by side added up.
    #[must_use]
    pub fn time(&self) -> Duration {
        Duration::from_nanos(self.nanoseconds.load(Ordering::Relaxed))
    }
}

/// Counts a statement with the work that asked, if that is counted.
pub(super) fn asked(time: Duration) {
    let nanoseconds = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    // Work of the program itself is counted by nobody.
    let _ = TALLY.try_with(|tally| {
        tally.statements.fetch_add(1, Ordering::Relaxed);
        tally.nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
    });
}
