//! What tests of pings work with: an app that tells a receiver, its feeds, and workers that say it.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use serde_json::Value;
use vacantia::domain::ping::{IndexNow, IndexNowKey, Ping, PingState, Pings};
use vacantia::domain::site::Site;
use vacantia::storage::{Page, ping};
use vacantia::work::Step;
use vacantia::work::pinger::{Pinger, Settings, http::Timeouts};

use crate::app::TestApp;
use crate::newsstand::Stand;
use crate::receiver::{Heard, Receiver};

pub const KEY: &str = "0123abcDEF-canary-of-a-key";

/// Whom a test tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    Both,
    Hub,
    Engines,
}

impl TestApp {
    /// The same with somebody to tell.
    pub fn telling(self, told: Told, hub: &str, engines: &str) -> Self {
        let index_now = IndexNow { url: engines.into(), key: IndexNowKey::parse(KEY).unwrap() };
        let pings = Pings {
            hub: (told != Told::Engines).then(|| hub.into()),
            index_now: (told != Told::Hub).then_some(index_now),
        };
        let site = Site { pings, ..Site::clone(&self.site) };
        Self { site: Arc::new(site), ..self }
    }

    pub async fn pings(&self) -> Vec<Ping> {
        let mut pings = ping::listed(&self.store, None, &Page::newest(100)).await.unwrap().items;
        pings.reverse();
        pings
    }

    /// The state of each ping, the oldest first.
    pub async fn ping_states(&self) -> Vec<PingState> {
        self.pings().await.iter().map(|ping| ping.state).collect()
    }

    pub async fn only_ping(&self) -> Ping {
        let mut pings = self.pings().await;
        assert_eq!(pings.len(), 1, "{pings:?}");
        pings.remove(0)
    }

    pub fn pinger(&self) -> Pinger {
        self.pinger_with(Timeouts::default())
    }

    pub fn pinger_with(&self, timeouts: Timeouts) -> Pinger {
        let (clock, chance) = (Arc::clone(&self.clock) as _, Arc::clone(&self.chance) as _);
        let settings = Settings { timeouts, ..Settings::default() };
        Pinger::new(self.store.clone(), clock, chance, Arc::clone(&self.site), settings)
    }
}

/// Long enough for anything that is to happen; short for the answer, where none will come.
pub fn impatient() -> Timeouts {
    Timeouts { answer: Duration::from_millis(200), ..Timeouts::default() }
}

/// An app that tells a receiver, and its feeds.
pub struct Tower<'a> {
    pub app: &'a TestApp,
    pub stand: Stand<'a>,
    pub receiver: &'a Receiver,
    pub pinger: Pinger,
}

impl<'a> Tower<'a> {
    pub fn new(app: &'a TestApp, receiver: &'a Receiver) -> Self {
        Self { app, stand: Stand::new(app), receiver, pinger: app.pinger() }
    }

    /// What others are told once everything that happened is in the feeds.
    pub async fn told(&mut self) -> Vec<Heard> {
        self.stand.built().await;
        self.app.clock.pass(TimeDelta::seconds(2));
        self.drain().await;
        self.receiver.heard()
    }

    /// Steps until nothing is to be done; says how many steps that took.
    pub async fn drain(&self) -> usize {
        let mut steps = 0;
        while self.pinger.step().await.unwrap() == Step::Done {
            steps += 1;
            assert!(steps < 100, "the pinger does not come to rest");
        }
        steps
    }
}

impl Heard {
    /// The feed that a hub is told of.
    pub fn topic(&self) -> Option<String> {
        let fields: Vec<(String, String)> =
            self.body.split('&').filter_map(|pair| pair.split_once('=')).map(decoded).collect();
        let value =
            |name: &str| fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        (value("hub.mode")? == "publish").then(|| value("hub.url")).flatten()
    }

    /// The pages that search engines are told of.
    pub fn pages(&self) -> Vec<String> {
        let Ok(body) = serde_json::from_str::<Value>(&self.body) else { return Vec::new() };
        body["urlList"].as_array().unwrap().iter().map(|url| url.as_str().unwrap().to_owned()).collect()
    }
}

fn decoded((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.replace("%3A", ":").replace("%2F", "/"))
}

/// The files of the feeds that a hub was told of, and the pages that search engines were told of, in order.
pub fn both(heard: &[Heard]) -> (Vec<String>, Vec<String>) {
    let file = |topic: String| topic.rsplit('/').next().unwrap().to_owned();
    let mut feeds: Vec<String> = heard.iter().filter_map(Heard::topic).map(file).collect();
    let mut pages: Vec<String> = heard.iter().flat_map(Heard::pages).collect();
    feeds.sort();
    pages.sort();
    (feeds, pages)
}
