//! `vacantia token`: API tokens, made and ended by the operator.

use std::fmt::Write as _;
use std::time::Duration;

use anyhow::{anyhow, bail};
use chrono::TimeDelta;
use clap::{Args, Subcommand};

use super::{open, say};
use crate::actions::{Act, token};
use crate::config::{Config, duration};
use crate::domain::clock::{SystemChance, SystemClock};
use crate::domain::id::TokenId;
use crate::domain::text::EmailAddress;
use crate::domain::token::Token;
use crate::domain::user::User;
use crate::domain::viewer::TokenScope;
use crate::domain::{Refusal, Viewer};
use crate::storage::{self, Failure};

/// What to do with tokens.
#[derive(Debug, Args)]
pub struct Options {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Make a token. Standard output holds its secret alone, which is shown this once.
    Create(Creating),
    /// List all tokens, the newest first. Secrets are kept nowhere.
    List {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// End a token at once.
    Revoke {
        /// The token's id, such as `tok_01h...`.
        id: TokenId,
    },
}

#[derive(Debug, Args)]
struct Creating {
    /// The address of the user it stands for.
    #[arg(long, value_name = "EMAIL")]
    user: String,
    /// What it may be used for: read, write (reads too) or admin (both, and users).
    #[arg(long, value_name = "SCOPE", default_value_t = TokenScope::Read)]
    scope: TokenScope,
    /// How long it is good, such as 30d; 365d at the most.
    #[arg(long, value_name = "TIME", default_value = "90d", value_parser = duration::parse)]
    expires: Duration,
    /// What to call it.
    #[arg(long, default_value = "command line")]
    name: String,
}

/// Runs the command.
///
/// # Errors
/// When the database cannot be used, there is no such user or token, or the life is too long.
pub async fn run(config: &Config, options: &Options) -> anyhow::Result<()> {
    let (store, site) = (open(config).await?, config.site()?);
    let (clock, chance, viewer) = (SystemClock, SystemChance, Viewer::System);
    let act = Act { store: &store, clock: &clock, chance: &chance, site: &site, viewer: &viewer };
    match &options.what {
        What::Create(creating) => create(act, creating).await,
        What::List { json } => list(act, *json).await,
        What::Revoke { id } => match token::revoke(act, *id).await {
            Ok(token) => say(&format!("{} no longer opens anything\n", token.id)),
            Err(Failure::Refused(Refusal::NotFound(_))) => bail!("there is no such token"),
            Err(failure) => Err(anyhow!(failure)),
        },
    }
}

async fn create(act: Act<'_>, creating: &Creating) -> anyhow::Result<()> {
    let owner = owner(act, &creating.user).await?;
    let expires_at = act.clock.now() + TimeDelta::from_std(creating.expires)?;
    let input = token::Create {
        owner: owner.id,
        name: creating.name.clone(),
        scopes: vec![creating.scope],
        expires_at: Some(expires_at),
    };
    let made = token::create(act, input).await?;
    eprintln!("{} for {}, good until {}", made.token.id, owner.email, made.token.expires_at.to_rfc3339());
    say(&format!("{}\n", made.secret))
}

async fn owner(act: Act<'_>, email: &str) -> anyhow::Result<User> {
    let address = EmailAddress::parse("user", email)?;
    let found = storage::user::find_by_email(act.store, &address).await?;
    found.ok_or_else(|| anyhow!("there is no user {email} (hint: vacantia user create)"))
}

async fn list(act: Act<'_>, json: bool) -> anyhow::Result<()> {
    let tokens = storage::token::all(act.store).await?;
    let owners: Vec<_> = tokens.iter().map(|token| token.user).collect();
    let owners = storage::user::of(act.store, &owners).await?;
    let listed = tokens.iter().filter_map(|token| Some((token, owners.get(&token.user)?)));
    if json {
        let list: Vec<_> = listed.map(|(token, owner)| in_json(token, owner)).collect();
        return say(&format!("{}\n", serde_json::Value::from(list)));
    }
    let now = act.clock.now();
    let mut text: String = listed.map(|(token, owner)| in_words(token, owner, token.is_good(now))).collect();
    if text.is_empty() {
        text.push_str("no tokens\n");
    }
    say(&text)
}

fn scopes(token: &Token) -> Vec<&'static str> {
    token.scopes.iter().map(|scope| scope.as_str()).collect()
}

fn in_words(token: &Token, owner: &User, is_good: bool) -> String {
    let mut text = format!("{}  ..{}  {:12}", token.id, token.last_four, scopes(token).join("+"));
    let end = match token.revoked_at {
        Some(at) => format!("revoked {}", at.format("%Y-%m-%d")),
        None if is_good => format!("until {}", token.expires_at.format("%Y-%m-%d")),
        None => format!("expired {}", token.expires_at.format("%Y-%m-%d")),
    };
    // Writing to a String cannot fail.
    let _ = writeln!(text, "  {end:18}  {}  {}", owner.email, token.name);
    text
}

fn in_json(token: &Token, owner: &User) -> serde_json::Value {
    serde_json::json!({
        "id": token.id.to_string(),
        "user": owner.email,
        "name": token.name,
        "scopes": scopes(token),
        "lastFour": token.last_four,
        "createdAt": token.created_at.to_rfc3339(),
        "expiresAt": token.expires_at.to_rfc3339(),
        "revokedAt": token.revoked_at.map(|at| at.to_rfc3339()),
    })
}
