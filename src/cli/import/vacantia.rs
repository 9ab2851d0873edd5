//! `vacantia import vacantia`: an export of Vacantia into an empty database, of either kind.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;

use crate::actions::archive::{self, NotLoaded};
use crate::cli::{open_patiently, require_current, say};
use crate::config::Config;
use crate::storage::archive::load;
use crate::storage::{Store, StoreOptions, Synchronous};

/// What to take in.
#[derive(Debug, Args)]
pub struct Options {
    /// The file that `vacantia export` wrote.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Only tell whether it would go in: it goes into a temporary database instead.
    #[arg(long)]
    dry_run: bool,
}

/// It is one write, and takes as long as it takes.
const TURN: Duration = Duration::from_hours(24);

/// Runs the command.
///
/// # Errors
/// When the database is not empty, or the file is not sound; then nothing is changed.
pub async fn run(config: &Config, options: &Options) -> anyhow::Result<()> {
    let store = open_patiently(config, TURN).await?;
    let is_bare = store.schema_version().await?.is_none();
    if !is_bare {
        require_current(&store).await?;
        if let Some(occupant) = load::occupant(&store).await? {
            return Err(NotLoaded::Occupied(occupant.name).into());
        }
    }
    if options.dry_run {
        let count = rehearse(options).await?;
        return say(&format!("{count} records would go in\n"));
    }
    if is_bare {
        archive::check(&options.file)?;
        store.migrate().await?;
    }
    let count = archive::load(&store, &options.file).await?;
    store.close().await?;
    say(&format!("{count} records went in\n"))
}

/// Takes the file into a database that is gone afterwards.
async fn rehearse(options: &Options) -> anyhow::Result<u64> {
    let folder = tempfile::Builder::new().prefix("vacantia-import-").tempdir()?;
    let url = format!("sqlite://{}", folder.path().join("vacantia.db").display());
    let place = StoreOptions { synchronous: Synchronous::Off, turn_limit: TURN, ..StoreOptions::new(url) };
    let store = Store::open(&place).await.context("cannot make a temporary database")?;
    store.migrate().await?;
    let count = archive::load(&store, &options.file).await?;
    store.close().await?;
    Ok(count)
}
