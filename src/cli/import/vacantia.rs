//! `vacantia import vacantia`: an export of Vacantia into an empty database, of either kind.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;

use crate::actions::archive::{self, Checked, NotLoaded};
use crate::cli::progress::{Amount, Progress};
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
        let count = rehearse(&options.file).await?;
        return say(&format!("{count} records would go in\n"));
    }
    let sound = check(&options.file)?;
    if is_bare {
        store.migrate().await?;
    }
    take_in(&store, &sound).await?;
    store.close().await?;
    say(&format!("{} records went in\n", sound.records))
}

fn check(file: &Path) -> Result<Checked<'_>, NotLoaded> {
    // A file that cannot be read is a flaw of its own.
    let bytes = file.metadata().map_or(0, |file| file.len());
    let progress = Progress::begin("checking", Amount::Bytes(bytes));
    archive::check(file, &|done| progress.reach(done))
}

async fn take_in(store: &Store, sound: &Checked<'_>) -> Result<(), NotLoaded> {
    let progress = Progress::begin("importing", Amount::Records(sound.records));
    archive::load(store, sound, &|done| progress.reach(done)).await
}

/// Takes the file into a database that is gone afterwards.
async fn rehearse(file: &Path) -> anyhow::Result<u64> {
    let folder = tempfile::Builder::new().prefix("vacantia-import-").tempdir()?;
    let url = format!("sqlite://{}", folder.path().join("vacantia.db").display());
    let place = StoreOptions { synchronous: Synchronous::Off, turn_limit: TURN, ..StoreOptions::new(url) };
    let store = Store::open(&place).await.context("cannot make a temporary database")?;
    let sound = check(file)?;
    store.migrate().await?;
    take_in(&store, &sound).await?;
    store.close().await?;
    Ok(sound.records)
}
