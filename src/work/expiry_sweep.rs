//! What time alone brings: offers that were set to leave do, offers nobody answered and postings past their deadline end,
//! interviews are over, people are reminded of what they were asked, idempotency keys kept long enough are forgotten.
//!
//! Nothing waits for it: an offer past its deadline is refused and a posting past its deadline is invisible at once. The
//! sweep writes it down, frees the seats, and so lets others see it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time;
use tracing::Instrument as _;

use super::pass;
use crate::actions::{Act, form, interview, offer, posting, reference, scorecard, slot};
use crate::domain::Viewer;
use crate::domain::clock::{Chance, Clock};
use crate::domain::site::Site;
use crate::storage::{Failure, Store, idempotency};

/// What an operator or a test may turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// How often it looks: 30 s.
    pub interval: Duration,
    /// How many offers, and how many postings, it ends at most before it looks again: 100.
    pub batch: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { interval: Duration::from_secs(30), batch: 100 }
    }
}

/// The worker that writes down what time has ended.
pub struct ExpirySweep {
    store: Store,
    clock: Arc<dyn Clock>,
    chance: Arc<dyn Chance>,
    site: Arc<Site>,
    settings: Settings,
}

impl ExpirySweep {
    /// A sweep that has not begun yet.
    #[must_use]
    pub fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        chance: Arc<dyn Chance>,
        site: Arc<Site>,
        settings: Settings,
    ) -> Self {
        Self { store, clock, chance, site, settings }
    }

    /// Sweeps until `stop` says true.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            match self.step().instrument(pass("expiry_sweep")).await {
                Ok(0) => {}
                Ok(_) => continue,
                Err(failure) => tracing::error!(%failure, "the expiry sweep could not do its part"),
            }
            tokio::select! {
                () = time::sleep(self.settings.interval) => {}
                _ = stop.changed() => {}
            }
        }
    }

    /// Ends or reminds of what is due, at most a batch of each kind, and says how many records those were.
    pub async fn step(&self) -> Result<usize, Failure> {
        let act = Act {
            store: &self.store,
            clock: &*self.clock,
            chance: &*self.chance,
            site: &self.site,
            viewer: &Viewer::System,
        };
        let sent = offer::send_due(act, self.settings.batch).await;
        let offers = offer::expire_due(act, self.settings.batch).await;
        let candidates = offer::remind_candidates_due(act, self.settings.batch).await;
        let approvers = offer::remind_due(act, self.settings.batch).await;
        let postings = posting::close_due(act, self.settings.batch).await;
        let forms = form::remind_due(act, self.settings.batch).await;
        let interviews = interview::hold_due(act, self.settings.batch).await;
        let asked = scorecard::ask_held(act, self.settings.batch).await;
        let scorecards = scorecard::remind_due(act, self.settings.batch).await;
        let nominations = reference::remind_nominations_due(act, self.settings.batch).await;
        let choices = slot::remind_due(act, self.settings.batch).await;
        let referees = reference::remind_referees_due(act, self.settings.batch).await;
        let now = self.clock.now();
        self.store.write(|tx| async move { Ok(idempotency::forget(&tx, now).await?) }).await?;
        Ok(sent?
            + offers?
            + approvers?
            + candidates?
            + postings?
            + forms?
            + nominations?
            + choices?
            + referees?
            + interviews?
            + asked?
            + scorecards?)
    }
}
