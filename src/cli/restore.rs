//! `vacantia restore`: a backup back into its place, or into a temporary one to see that it is good.

mod postgres;
mod sqlite;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use clap::Args;
use tempfile::TempDir;

use super::bundle::{self, Engine, Manifest};
use super::progress::{Amount, Progress};
use super::{new_file, say};
use crate::config::Config;
use crate::storage::backup::{self, Tables};
use crate::storage::{Store, migration};

/// What to restore, and how.
#[derive(Debug, Args)]
pub struct Options {
    /// The file that `vacantia backup` made.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Change nothing: restore into a temporary place, check everything there, and tell.
    #[arg(long, conflicts_with = "replace")]
    verify: bool,
    /// Yes, replace what the database holds.
    #[arg(long)]
    replace: bool,
}

/// Runs the command.
///
/// # Errors
/// When the backup is not whole or not sound, the database holds something, or a server has it open; then nothing is
/// changed.
pub async fn run(config: &Config, options: &Options) -> anyhow::Result<()> {
    let scratch = scratch(config, options)?;
    let manifest = bundle::unpack(&options.file, scratch.path())?;
    ensure!(
        migration::is_known(&manifest.schema),
        "the backup is of the schema {:.80?}, which this program does not know: run a newer program",
        manifest.schema
    );
    let database = scratch.path().join(manifest.engine.member());
    ensure!(database.is_file(), "the backup holds no database");
    let progress = Progress::begin(if options.verify { "checking" } else { "restoring" }, Amount::Unknown);
    if options.verify {
        let how = match manifest.engine {
            Engine::Sqlite => sqlite::verify(&database, &manifest).await?,
            Engine::Postgres => postgres::verify(config, scratch.path(), &manifest).await?,
        };
        drop(progress);
        return say(&format!("good: {}, {how}\n", summary(&manifest)));
    }
    require_engine(config, manifest.engine)?;
    match manifest.engine {
        Engine::Sqlite => sqlite::restore(config, options, scratch.path(), &manifest).await?,
        Engine::Postgres => postgres::restore(config, options, scratch.path(), &manifest).await?,
    }
    drop(progress);
    say(&format!("restored {}\n", summary(&manifest)))
}

/// Beside the database that is to be replaced, so that a rename puts it in its place; to verify, anywhere.
fn scratch(config: &Config, options: &Options) -> anyhow::Result<TempDir> {
    let builder = |prefix| tempfile::Builder::new().prefix(prefix).to_owned();
    match super::sqlite_file(config)? {
        Some(file) if !options.verify => {
            let folder = new_file::folder(&file);
            std::fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
            Ok(builder(".vacantia-restore-").tempdir_in(folder)?)
        }
        _ => Ok(builder("vacantia-restore-").tempdir()?),
    }
}

fn require_engine(config: &Config, engine: Engine) -> anyhow::Result<()> {
    let configured = if super::sqlite_file(config)?.is_some() { Engine::Sqlite } else { Engine::Postgres };
    if configured == engine {
        return Ok(());
    }
    bail!(
        "the backup is of {}, the configured database is {} (hint: vacantia export and import go from one to the other)",
        engine.name(),
        configured.name()
    )
}

fn summary(manifest: &Manifest) -> String {
    let rows: i64 = manifest.tables.values().sum();
    let taken = manifest.taken_at.format("%Y-%m-%d %H:%M:%S");
    format!("{rows} rows of {}, taken {taken} UTC", manifest.engine.name())
}

/// Refuses a database that holds something, unless it may be replaced, and in any case a newer one.
async fn require_room(store: &Store, options: &Options) -> anyhow::Result<()> {
    store.migrations().await?;
    if !options.replace && backup::hold_something(&backup::tables(store).await?) {
        bail!("the database is not empty (hint: --replace puts the backup in the place of what it holds)");
    }
    Ok(())
}

/// Holds what was restored against what was counted when the backup was taken.
async fn require_equal(store: &Store, manifest: &Manifest) -> anyhow::Result<()> {
    let found = backup::tables(store).await?;
    if let Some((table, rows)) =
        unequal(&manifest.tables, &found).or_else(|| unequal(&found, &manifest.tables))
    {
        bail!("the table {table} has not the {rows} rows that it should have");
    }
    let schema = store.schema_version().await?;
    ensure!(
        schema.as_deref() == Some(manifest.schema.as_str()),
        "the schema is not the one that was backed up"
    );
    Ok(())
}

fn unequal<'a>(wanted: &'a Tables, found: &Tables) -> Option<(&'a String, i64)> {
    wanted.iter().find(|(table, rows)| found.get(*table) != Some(rows)).map(|(table, rows)| (table, *rows))
}

/// Puts the backup's mails beside those that are there already. A mail's name is its own, so the same name is the same
/// mail.
fn put_mails(config: &Config, scratch: &Path) -> anyhow::Result<()> {
    let (from, to) = (scratch.join("mail"), config.data_dir.join("mail"));
    if !from.is_dir() {
        return Ok(());
    }
    std::fs::create_dir_all(&to).with_context(|| format!("cannot create {}", to.display()))?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let place = to.join(entry.file_name());
        let mut mail = tempfile::NamedTempFile::new_in(&to)?;
        std::io::copy(&mut std::fs::File::open(entry.path())?, &mut mail)?;
        mail.as_file().sync_all()?;
        mail.persist(&place).with_context(|| format!("cannot write {}", place.display()))?;
    }
    Ok(std::fs::File::open(&to)?.sync_all()?)
}
