//! What a request may use while it is answered.

use std::sync::Arc;

use async_graphql::Context;

use super::batch::Batches;
use crate::actions::Act;
use crate::domain::Viewer;
use crate::domain::clock::{Chance, Clock};
use crate::domain::id::LinkId;
use crate::domain::site::Site;
use crate::feeds::Shelf;
use crate::storage::Store;

/// What all requests share.
#[derive(Clone)]
pub struct Shared {
    /// Where things are kept.
    pub store: Store,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where ids and secrets come from.
    pub chance: Arc<dyn Chance>,
    /// Which organisation, at which web addresses.
    pub site: Arc<Site>,
    /// The feeds that this instance built.
    pub shelf: Arc<Shelf>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

/// Where a request came from: kept as evidence with what a candidate decides.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// The candidate's link that proved who asks.
    pub link: Option<LinkId>,
    /// The internet address.
    pub ip: Option<String>,
    /// The program.
    pub user_agent: Option<String>,
}

/// One request: what all share, who asks, and the nested reads under way.
#[derive(Debug)]
pub struct Asking {
    /// What all requests share.
    pub shared: Shared,
    /// Who asks.
    pub viewer: Viewer,
    /// Where it came from.
    pub origin: Origin,
    pub(super) batches: Batches,
}

impl Asking {
    /// A request by `viewer`.
    #[must_use]
    pub fn new(shared: Shared, viewer: Viewer) -> Self {
        Self { shared, viewer, origin: Origin::default(), batches: Batches::default() }
    }

    /// The same request, from there.
    #[must_use]
    pub fn coming_from(self, origin: Origin) -> Self {
        Self { origin, ..self }
    }

    /// Where things are kept.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.shared.store
    }

    /// The present instant.
    #[must_use]
    pub fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.shared.clock.now()
    }

    /// What a change by this viewer may use.
    #[must_use]
    pub fn act(&self) -> Act<'_> {
        Act {
            store: &self.shared.store,
            clock: &*self.shared.clock,
            chance: &*self.shared.chance,
            site: &self.shared.site,
            viewer: &self.viewer,
        }
    }
}

/// The request being answered.
///
/// # Panics
/// When the request was made without [`Asking`]: `web` puts one into each.
#[must_use]
pub fn asking<'a>(ctx: &Context<'a>) -> &'a Asking {
    ctx.data_unchecked::<Asking>()
}
