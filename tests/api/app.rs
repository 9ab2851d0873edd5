//! The program under test, with a clock that stands still and chance that repeats itself.

use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use vacantia::actions::Act;
use vacantia::domain::Viewer;
use vacantia::domain::clock::{Chance, Clock};
use vacantia::domain::ping::Pings;
use vacantia::domain::site::Site;
use vacantia::domain::text::EmailAddress;
use vacantia::graphql::{Asking, Schema, Shared, schema};
use vacantia::storage::Store;
use vacantia::storage::event::chain::Chain;

use crate::harness::Database;

/// What a test works with.
pub struct TestApp {
    pub store: Store,
    pub clock: Arc<ManualClock>,
    pub chance: Arc<SeededChance>,
    pub site: Arc<Site>,
    pub schema: Schema,
    pub database: Database,
    /// The chain of events, as far as it was followed: histories are looked at after each move.
    pub chain: Mutex<Chain>,
}

impl TestApp {
    pub async fn new(database: Database) -> Self {
        let store = database.open().await;
        let (clock, chance) = (Arc::default(), Arc::default());
        Self {
            store,
            clock,
            chance,
            site: Arc::new(site()),
            schema: schema(),
            database,
            chain: Mutex::default(),
        }
    }

    /// What a change by this viewer may use.
    pub fn act<'a>(&'a self, viewer: &'a Viewer) -> Act<'a> {
        Act { store: &self.store, clock: &*self.clock, chance: &*self.chance, site: &self.site, viewer }
    }

    /// What a change by the program itself may use.
    pub fn system(&self) -> Act<'_> {
        self.act(&Viewer::System)
    }

    /// What all requests share.
    pub fn shared(&self) -> Shared {
        Shared {
            store: self.store.clone(),
            clock: self.clock.clone(),
            chance: self.chance.clone(),
            site: self.site.clone(),
            shelf: Arc::default(),
        }
    }

    /// The whole answer to a request, behind the HTTP shell.
    pub async fn ask(&self, viewer: &Viewer, query: &str, variables: serde_json::Value) -> serde_json::Value {
        let request = async_graphql::Request::new(query)
            .variables(async_graphql::Variables::from_json(variables))
            .data(Asking::new(self.shared(), viewer.clone()));
        serde_json::to_value(self.schema.execute(request).await).unwrap()
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }
}

fn site() -> Site {
    Site {
        name: "Example Works".into(),
        url: "https://www.example.com".into(),
        public_url: "https://jobs.example.com".into(),
        zone: "Europe/Berlin".parse().unwrap(),
        mail_from: EmailAddress::parse("mailFrom", "jobs@example.com").unwrap(),
        mailing: vacantia::domain::mailing::Mailing::default(),
        contact_email: EmailAddress::parse("contactEmail", "people@example.com").unwrap(),
        linkedin_company: None,
        pings: Pings::default(),
    }
}

/// Stands at 2027-01-15 08:00 UTC until it is moved.
pub struct ManualClock(Mutex<DateTime<Utc>>);

impl Default for ManualClock {
    fn default() -> Self {
        Self(Mutex::new("2027-01-15T08:00:00Z".parse().unwrap()))
    }
}

impl ManualClock {
    pub fn pass(&self, time: TimeDelta) {
        *self.0.lock().unwrap() += time;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

/// The same bytes in the same order in every run (splitmix64); different at every call.
#[derive(Default)]
pub struct SeededChance(Mutex<u64>);

impl Chance for SeededChance {
    fn fill(&self, bytes: &mut [u8]) {
        let mut state = self.0.lock().unwrap();
        for chunk in bytes.chunks_mut(8) {
            *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut mixed = *state;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            mixed ^= mixed >> 31;
            chunk.copy_from_slice(&mixed.to_le_bytes()[..chunk.len()]);
        }
    }
}
