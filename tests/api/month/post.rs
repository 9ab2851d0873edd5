//! The relay at which all mail arrives, and the boxes in which people find theirs.

use std::collections::{BTreeMap, BTreeSet};

use vacantia::mail::relay::Security;
use vacantia::mail::transport::Transport;
use vacantia::work::outbox::{Outbox, Step};

use super::staff::Token;
use crate::app::TestApp;
use crate::fault_relay::{HEALTHY, Heard, relay};
use crate::mailroom::outbox;

/// The one way from the outbox to people.
pub struct Post {
    outbox: Outbox,
    relay: Heard,
    /// How many mails were handed over so far.
    pub arrived: usize,
    ids: BTreeSet<String>,
}

/// A mail as its reader sees it: what it leads to, if it holds one of our links.
#[derive(Debug, Clone)]
pub struct Letter {
    pub to: String,
    /// The page, and the secret.
    pub link: Option<(String, Token)>,
}

impl Post {
    pub async fn new(app: &TestApp) -> Self {
        let (smtp, relay) = relay(HEALTHY, Security::Plain).await;
        let outbox = outbox(app, Transport::Smtp(Box::new(smtp)));
        Self { outbox, relay, arrived: 0, ids: BTreeSet::new() }
    }

    /// Delivers until nothing waits; what arrived, in order.
    pub async fn deliver(&mut self) -> Vec<Letter> {
        while self.outbox.step().await.unwrap() == Step::Done {}
        let bodies = std::mem::take(&mut *self.relay.bodies.lock().unwrap());
        self.arrived += bodies.len();
        bodies.iter().map(|body| self.read(body)).collect()
    }

    fn read(&mut self, mail: &str) -> Letter {
        let (head, rest) = mail.split_once("\r\n\r\n").unwrap();
        let head = head.replace("\r\n ", " ");
        let headers: BTreeMap<&str, &str> =
            head.split("\r\n").filter_map(|line| line.split_once(": ")).collect();
        assert!(self.ids.insert(headers["Message-ID"].to_owned()), "a mail came twice: {head}");
        let to = headers["To"].trim_end_matches('>').rsplit('<').next().unwrap();
        let text = rest.replace("=\r\n", "").replace("=3D", "=");
        Letter { to: to.to_owned(), link: link(&text) }
    }
}

/// The first of our links in a text.
fn link(text: &str) -> Option<(String, Token)> {
    let pages = ["applications", "forms", "nominations", "references", "offers", "scorecards"];
    let start = "https://jobs.example.com/";
    text.split(start).skip(1).find_map(|rest| {
        let path: String =
            rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "/-_".contains(*c)).collect();
        let (page, secret) = path.split_once('/')?;
        pages.contains(&page).then(|| (page.to_owned(), Token::of_link(secret)))
    })
}
