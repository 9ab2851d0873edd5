//! `vacantia migrate`: the database's schema, up, down, or as it stands.

use std::fmt::Write as _;

use anyhow::bail;
use clap::{Args, Subcommand};

use super::{open, say};
use crate::config::Config;
use crate::storage::Store;

/// What to do with the schema.
#[derive(Debug, Args)]
pub struct Options {
    #[command(subcommand)]
    way: Option<Way>,
}

#[derive(Debug, Subcommand)]
enum Way {
    /// Apply every step the database lacks (when nothing is said).
    Up,
    /// Take back the newest steps, with everything stored in what they added.
    Down {
        /// How many.
        #[arg(long, default_value_t = 1)]
        steps: u32,
        /// Yes, delete what those steps hold.
        #[arg(long)]
        yes: bool,
    },
    /// List the steps and which of them the database has.
    Status {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}

/// Runs the command.
///
/// # Errors
/// When the database cannot be reached, is newer than this program, or refuses a step.
pub async fn run(config: &Config, options: &Options) -> anyhow::Result<()> {
    let store = open(config).await?;
    match &options.way {
        None | Some(Way::Up) => up(&store).await,
        Some(Way::Down { yes: false, .. }) => {
            bail!("this deletes what those steps hold (hint: make a copy, then add --yes)")
        }
        Some(Way::Down { steps, yes: true }) => {
            store.migrate_down(*steps).await?;
            say(&format!("took back {steps} steps\n"))
        }
        Some(Way::Status { json }) => status(&store, *json).await,
    }
}

async fn up(store: &Store) -> anyhow::Result<()> {
    let applied = store.migrate().await?;
    if applied.is_empty() {
        return say("nothing to do: the schema is current\n");
    }
    say(&applied.iter().fold(String::new(), |text, name| text + "applied " + name + "\n"))
}

async fn status(store: &Store, json: bool) -> anyhow::Result<()> {
    let steps = store.migrations().await?;
    if json {
        let list: Vec<_> = steps
            .iter()
            .map(|step| serde_json::json!({ "name": step.name, "applied": step.applied }))
            .collect();
        return say(&format!("{}\n", serde_json::Value::from(list)));
    }
    let mut text = String::new();
    for step in steps {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{} {}", if step.applied { "applied" } else { "missing" }, step.name);
    }
    say(&text)
}
