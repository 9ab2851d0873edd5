//! `vacantia outbox`: what was or is to be sent, mails and pings, and a hand in it.

use std::fmt::{Display, Write as _};
use std::str::FromStr;

use anyhow::{anyhow, bail};
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};

use super::{open, say};
use crate::actions::{Act, email, ping};
use crate::config::Config;
use crate::domain::clock::{SystemChance, SystemClock};
use crate::domain::email::{EmailMessage, EmailState};
use crate::domain::id::{EmailMessageId, PingId};
use crate::domain::ping::Ping;
use crate::domain::policy::application::emails;
use crate::domain::{Refusal, Viewer};
use crate::storage::email_message::{self, Wanted};
use crate::storage::{self, Failure, Page, Part};

/// What to do with what is to be sent.
#[derive(Debug, Args)]
pub struct Options {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List mails, and pings to hubs and search engines, the newest first (when nothing is said). Addresses of mails are not
    /// listed, but a relay's own words may name one.
    List(Listing),
    /// Have one sent now: sooner, again after it failed, or a mail once more though it may have arrived.
    Retry {
        /// Its id, such as `mail_01h...` or `ping_01h...`.
        id: Id,
    },
    /// Take one back before it leaves.
    Cancel {
        /// Its id.
        id: Id,
    },
}

/// Of which of the two.
#[derive(Debug, Clone, Copy)]
enum Id {
    Email(EmailMessageId),
    Ping(PingId),
}

impl FromStr for Id {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let ping = || text.parse().map(Self::Ping);
        text.parse().map(Self::Email).or_else(|_| ping()).map_err(|_| "not an id of a mail or of a ping")
    }
}

#[derive(Debug, Args)]
struct Listing {
    /// Only those that stand like this: queued, sending, transmitting, sent, deferred, unknown, failed, cancelled, bounced.
    #[arg(long)]
    state: Option<EmailState>,
    /// How many at most.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

impl Default for Listing {
    fn default() -> Self {
        Self { state: None, limit: 50, json: false }
    }
}

/// What is, or was, to be sent.
enum Entry {
    Email(EmailMessage),
    Ping(Ping),
}

/// Runs the command.
///
/// # Errors
/// When the database cannot be used, there is no such mail or ping, or its state does not allow it.
pub async fn run(config: &Config, options: &Options) -> anyhow::Result<()> {
    let (store, site) = (open(config).await?, config.site()?);
    let (clock, chance, viewer) = (SystemClock, SystemChance, Viewer::System);
    let act = Act { store: &store, clock: &clock, chance: &chance, site: &site, viewer: &viewer };
    match &options.what {
        None => list(act, &Listing::default()).await,
        Some(What::List(listing)) => list(act, listing).await,
        Some(What::Retry { id: Id::Email(id) }) => told(email::retry(act, *id).await.map(Entry::Email)),
        Some(What::Cancel { id: Id::Email(id) }) => told(email::cancel(act, *id).await.map(Entry::Email)),
        Some(What::Retry { id: Id::Ping(id) }) => told(ping::retry(act, *id).await.map(Entry::Ping)),
        Some(What::Cancel { id: Id::Ping(id) }) => told(ping::cancel(act, *id).await.map(Entry::Ping)),
    }
}

async fn list(act: Act<'_>, listing: &Listing) -> anyhow::Result<()> {
    let page = Page::newest(listing.limit);
    let found =
        page.joined(vec![mails(act, listing, &page).await?, pings(act, listing, &page).await?], Entry::place);
    if listing.json {
        let list: Vec<_> = found.items.iter().map(Entry::in_json).collect();
        return say(&format!("{}\n", serde_json::Value::from(list)));
    }
    let mut text = found.items.iter().map(Entry::in_words).collect::<String>();
    if found.items.is_empty() {
        text.push_str("no messages\n");
    } else if found.more {
        text.push_str("there are more (hint: --limit)\n");
    }
    say(&text)
}

async fn mails(act: Act<'_>, listing: &Listing, page: &Page) -> anyhow::Result<Part<Entry>> {
    let wanted = Wanted { state: listing.state, ..Wanted::default() };
    Ok(email_message::listed(act.store, &emails(act.viewer), wanted, page).await?.map(Entry::Email))
}

async fn pings(act: Act<'_>, listing: &Listing, page: &Page) -> anyhow::Result<Part<Entry>> {
    let states = match listing.state.map(|state| state.as_str().parse()) {
        None => None,
        Some(Ok(state)) => Some([state]),
        // No ping is ever in a state that only mails have.
        Some(Err(_)) => return Ok(Part::default()),
    };
    let states = states.as_ref().map(<[_; 1]>::as_slice);
    Ok(storage::ping::listed(act.store, states, page).await?.map(Entry::Ping))
}

fn told(outcome: Result<Entry, Failure>) -> anyhow::Result<()> {
    match outcome {
        Ok(entry) => say(&entry.in_words()),
        Err(Failure::Refused(Refusal::NotFound(_))) => bail!("there is no such message"),
        Err(failure) => Err(anyhow!(failure)),
    }
}

impl Entry {
    fn place(&self) -> (DateTime<Utc>, String) {
        match self {
            Self::Email(message) => (message.created_at, message.id.to_string()),
            Self::Ping(ping) => (ping.created_at, ping.id.to_string()),
        }
    }

    fn in_words(&self) -> String {
        match self {
            Self::Email(message) => {
                let line = Line { id: &message.id, state: &message.state, kind: &message.kind };
                let possible = if message.duplicate_possible { "  perhaps twice" } else { "" };
                let said = (message.last_code, message.last_reply.as_deref());
                line.told(message.created_at, message.attempts, possible, said)
            }
            Self::Ping(ping) => {
                let line = Line { id: &ping.id, state: &ping.state, kind: &ping.kind };
                let about = match ping.urls.as_slice() {
                    [url] => format!("  {url}"),
                    urls => format!("  {} pages", urls.len()),
                };
                let said = (ping.last_code, ping.last_reply.as_deref());
                line.told(ping.created_at, ping.attempts, &about, said)
            }
        }
    }

    fn in_json(&self) -> serde_json::Value {
        match self {
            Self::Email(message) => email_in_json(message),
            Self::Ping(ping) => ping_in_json(ping),
        }
    }
}

/// What every line begins with.
struct Line<'a> {
    id: &'a dyn Display,
    state: &'a dyn Display,
    kind: &'a dyn Display,
}

impl Line<'_> {
    fn told(
        &self,
        at: DateTime<Utc>,
        attempts: i32,
        more: &str,
        said: (Option<i32>, Option<&str>),
    ) -> String {
        let (state, kind) = (self.state.to_string(), self.kind.to_string());
        let tries = if attempts == 1 { "try" } else { "tries" };
        let at = at.format("%Y-%m-%d %H:%M:%S");
        let mut text = format!("{}  {state:12}  {kind:20}  {at}  {attempts} {tries}{more}", self.id);
        if let (code, Some(reply)) = said {
            let code = code.map(|code| format!("{code} ")).unwrap_or_default();
            // Writing to a String cannot fail.
            let _ = write!(text, "  {code}{reply}");
        }
        text + "\n"
    }
}

fn email_in_json(message: &EmailMessage) -> serde_json::Value {
    serde_json::json!({
        "id": message.id.to_string(),
        "kind": message.kind.as_str(),
        "state": message.state.as_str(),
        "posting": message.posting.to_string(),
        "application": message.application.to_string(),
        "offer": message.offer.map(|id| id.to_string()),
        "attempts": message.attempts,
        "createdAt": message.created_at.to_rfc3339(),
        "nextAttemptAt": message.next_attempt_at().map(|at| at.to_rfc3339()),
        "sentAt": message.sent_at.map(|at| at.to_rfc3339()),
        "lastCode": message.last_code,
        "lastReply": message.last_reply,
        "duplicatePossible": message.duplicate_possible,
    })
}

fn ping_in_json(ping: &Ping) -> serde_json::Value {
    serde_json::json!({
        "id": ping.id.to_string(),
        "kind": ping.kind.as_str(),
        "state": ping.state.as_str(),
        "target": ping.target,
        "urls": ping.urls,
        "attempts": ping.attempts,
        "createdAt": ping.created_at.to_rfc3339(),
        "nextAttemptAt": ping.next_attempt_at().map(|at| at.to_rfc3339()),
        "doneAt": ping.done_at.map(|at| at.to_rfc3339()),
        "lastCode": ping.last_code,
        "lastReply": ping.last_reply,
    })
}
