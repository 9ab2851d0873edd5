//! Floor 3: every change, one function each.
//!
//! A change *prepares* outside (reads, renders letters, hashes, makes ids and secrets), then runs **one re-runnable
//! closure** in `store.write` that locks, loads, asks policy and domain, saves, and records events and messages; then it
//! answers. The closure touches nothing but the database: it may run again.
//!
//! Rows are locked in one order, so that two changes never wait for each other: posting, application, offer, opening, people.

pub mod allotment;
pub mod application;
pub mod archive;
pub mod candidate;
pub mod channel_setting;
pub mod delivery;
pub mod email;
pub mod feed;
pub mod form;
pub mod import;
pub mod inbound;
pub mod interview;
pub mod justification;
pub mod letter;
pub mod letter_template;
pub mod message;
pub mod note;
pub mod offer;
pub mod ping;
pub mod plan;
pub mod posting;
pub mod reference;
pub mod saved_reply;
pub mod scorecard;
pub mod slot;
pub mod step;
pub mod tag;
pub mod team;
pub mod token;
pub mod user;

use crate::domain::Refusal;
use crate::domain::clock::{Chance, Clock};
use crate::domain::event::Change;
use crate::domain::id::ChangeId;
use crate::domain::site::Site;
use crate::domain::viewer::Viewer;
use crate::storage::{Failure, Store};

/// What a change may use: not the whole application.
#[derive(Clone, Copy)]
pub struct Act<'a> {
    /// Where things are kept.
    pub store: &'a Store,
    /// What time it is.
    pub clock: &'a dyn Clock,
    /// Where ids and secrets come from.
    pub chance: &'a dyn Chance,
    /// Which organisation, at which web addresses.
    pub site: &'a Site,
    /// Who does it.
    pub viewer: &'a Viewer,
}

impl std::fmt::Debug for Act<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Act").field("viewer", self.viewer).finish_non_exhaustive()
    }
}

impl Act<'_> {
    /// A change that begins now. Made once, outside the closure.
    #[must_use]
    pub fn change(&self) -> Change {
        let now = self.clock.now();
        Change::new(ChangeId::new(now, self.chance), self.viewer, now)
    }
}

/// How often what changed between preparing and writing is prepared again.
const TRIES: u32 = 4;

/// Does a change again, from its preparation on, as long as it is refused as stale: what it was prepared from had changed
/// when it was written.
async fn anew<T, Fut>(attempt: impl Fn() -> Fut) -> Result<T, Failure>
where
    Fut: Future<Output = Result<T, Failure>>,
{
    let mut ended = attempt().await;
    for _ in 1..TRIES {
        if !matches!(ended, Err(Failure::Refused(Refusal::Stale))) {
            break;
        }
        ended = attempt().await;
    }
    ended
}
