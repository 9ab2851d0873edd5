//! Keeps who fetched each feed last, apart from requests, so that every instance knows it, also after a restart.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time;
use tracing::Instrument as _;

use super::{Step, pass};
use crate::actions::channel_setting::note_fetches;
use crate::feeds::Shelf;
use crate::storage::{Failure, Store};

/// How often it writes at most, and thus how late others know.
const PAUSE: Duration = Duration::from_secs(5);

/// The worker that keeps fetches.
#[derive(Clone)]
pub struct FetchKeeper {
    store: Store,
    shelf: Arc<Shelf>,
}

impl std::fmt::Debug for FetchKeeper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FetchKeeper").finish_non_exhaustive()
    }
}

impl FetchKeeper {
    /// A keeper of what is noted on this shelf.
    #[must_use]
    pub fn new(store: Store, shelf: Arc<Shelf>) -> Self {
        Self { store, shelf }
    }

    /// Keeps what was noted since the step before, in one write.
    ///
    /// # Errors
    /// When it could not be kept. It is forgotten then: the next fetch says more than it.
    pub async fn step(&self) -> Result<Step, Failure> {
        let fetches = self.shelf.channels.take_fetches();
        if fetches.is_empty() {
            return Ok(Step::Empty);
        }
        note_fetches(&self.store, &fetches).await?;
        Ok(Step::Done)
    }

    /// Keeps until `stop` says true.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            tokio::select! {
                () = time::sleep(PAUSE) => {}
                Ok(()) = stop.changed() => {}
            }
            if let Err(failure) = self.step().instrument(pass("fetch_keeper")).await {
                tracing::warn!(%failure, "who fetched feeds last is not kept");
            }
        }
    }
}
