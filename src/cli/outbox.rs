//! `vacantia outbox`: what was or is to be sent, and a hand in it.

use std::fmt::Write as _;

use anyhow::{anyhow, bail};
use clap::{Args, Subcommand};

use super::{open, say};
use crate::actions::{Act, email};
use crate::config::Config;
use crate::domain::clock::{SystemChance, SystemClock};
use crate::domain::email::{EmailMessage, EmailState};
use crate::domain::id::EmailMessageId;
use crate::domain::policy::application::emails;
use crate::domain::{Refusal, Viewer};
use crate::storage::email_message::{self, Wanted};
use crate::storage::{Failure, Page};

/// What to do with mail.
#[derive(Debug, Args)]
pub struct Options {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List messages, the newest first (when nothing is said). Addresses are not listed, but a relay's own words may name one.
    List(Listing),
    /// Have a message sent now: sooner, again after it failed, or once more though it may have arrived.
    Retry {
        /// The message's id, such as `mail_01h...`.
        id: EmailMessageId,
    },
    /// Take a message back before it leaves.
    Cancel {
        /// The message's id.
        id: EmailMessageId,
    },
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

/// Runs the command.
///
/// # Errors
/// When the database cannot be used, there is no such message, or its state does not allow it.
pub async fn run(config: &Config, options: &Options) -> anyhow::Result<()> {
    let (store, site) = (open(config).await?, config.site()?);
    let (clock, chance, viewer) = (SystemClock, SystemChance, Viewer::System);
    let act = Act { store: &store, clock: &clock, chance: &chance, site: &site, viewer: &viewer };
    match &options.what {
        None => list(act, &Listing::default()).await,
        Some(What::List(listing)) => list(act, listing).await,
        Some(What::Retry { id }) => told(email::retry(act, *id).await),
        Some(What::Cancel { id }) => told(email::cancel(act, *id).await),
    }
}

async fn list(act: Act<'_>, listing: &Listing) -> anyhow::Result<()> {
    let wanted = Wanted { state: listing.state, ..Wanted::default() };
    let page = Page::newest(listing.limit);
    let found = email_message::listed(act.store, &emails(act.viewer), wanted, &page).await?;
    if listing.json {
        let list: Vec<_> = found.items.iter().map(in_json).collect();
        return say(&format!("{}\n", serde_json::Value::from(list)));
    }
    let mut text = found.items.iter().map(in_words).collect::<String>();
    if found.items.is_empty() {
        text.push_str("no messages\n");
    } else if found.more {
        text.push_str("there are more (hint: --limit)\n");
    }
    say(&text)
}

fn told(outcome: Result<EmailMessage, Failure>) -> anyhow::Result<()> {
    match outcome {
        Ok(message) => say(&in_words(&message)),
        Err(Failure::Refused(Refusal::NotFound(_))) => bail!("there is no such message"),
        Err(failure) => Err(anyhow!(failure)),
    }
}

fn in_words(message: &EmailMessage) -> String {
    let mut text = format!(
        "{}  {:12}  {:20}  {}",
        message.id,
        message.state,
        message.kind,
        message.created_at.format("%Y-%m-%d %H:%M:%S")
    );
    let tries = if message.attempts == 1 { "try" } else { "tries" };
    // Writing to a String cannot fail.
    let _ = write!(text, "  {} {tries}", message.attempts);
    if message.duplicate_possible {
        text.push_str("  perhaps twice");
    }
    if let Some(reply) = &message.last_reply {
        let code = message.last_code.map(|code| format!("{code} ")).unwrap_or_default();
        let _ = write!(text, "  {code}{reply}");
    }
    text + "\n"
}

fn in_json(message: &EmailMessage) -> serde_json::Value {
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
