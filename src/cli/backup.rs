//! `vacantia backup`: database and mails in one file, while others go on working.

use std::io::BufWriter;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use tempfile::TempDir;

use super::bundle::{self, Copied, Engine};
use super::new_file::{self, NewFile};
use super::postgres::Target;
use super::progress::{Amount, Progress};
use super::{open, require_file, say, sqlite_file};
use crate::config::Config;
use crate::domain::clock::{Clock as _, SystemClock};
use crate::storage::{Kind, Store, StoreOptions, backup};

/// Where to.
#[derive(Debug, Args)]
pub struct Options {
    /// The file to make. It holds personal data, and links in mail that is still to be sent.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Runs the command.
///
/// # Errors
/// When the database cannot be read, is newer than this program, or the file is there already or cannot be made.
pub async fn run(config: &Config, options: &Options) -> anyhow::Result<()> {
    require_file(config)?;
    let file = NewFile::create(&options.file)?;
    let scratch = scratch_beside(&options.file)?;
    let store = open(config).await?;
    // Said of a newer one before anything is copied.
    store.migrations().await?;
    let copied = match store.kind() {
        Kind::Sqlite => copy_sqlite(config, &store, scratch.path()).await?,
        Kind::Postgres => copy_postgres(config, &store, scratch.path()).await?,
    };
    store.close().await?;
    let database = copied.engine.member();
    let mut files = vec![(database.to_owned(), scratch.path().join(database))];
    // After the database: a mail that it calls written is there.
    files.extend(mails(&config.data_dir.join("mail"))?);
    let rows: i64 = copied.tables.values().sum();
    let sizes = files.iter().map(|(_, path)| path.metadata().map_or(0, |file| file.len()));
    let packing = Progress::watching("packing", Amount::Bytes(sizes.sum()), file.place().to_owned());
    let mut to = BufWriter::new(file);
    bundle::pack(&mut to, copied, SystemClock.now(), &files).context("cannot write the backup")?;
    to.into_inner().map_err(std::io::IntoInnerError::into_error)?.keep()?;
    drop(packing);
    say(&format!("backed up {rows} rows and {} mails\n", files.len() - 1))
}

/// A folder for copies on the disk that has to have room for them anyway.
fn scratch_beside(file: &Path) -> anyhow::Result<TempDir> {
    let folder = new_file::folder(file);
    let scratch = tempfile::Builder::new().prefix(".vacantia-backup-").tempdir_in(folder);
    scratch.with_context(|| format!("cannot write to {}", folder.display()))
}

async fn copy_sqlite(config: &Config, store: &Store, into: &Path) -> anyhow::Result<Copied> {
    let file = into.join(Engine::Sqlite.member());
    let size = sqlite_file(config)?.and_then(|from| from.metadata().ok()).map_or(0, |from| from.len());
    let _copying = Progress::watching("copying", Amount::Bytes(size), file.clone());
    store.copy_into(&file).await.context("cannot copy the database")?;
    describe(&file).await
}

/// What a SQLite file holds.
async fn describe(file: &Path) -> anyhow::Result<Copied> {
    let store = Store::open(&StoreOptions::new(format!("sqlite://{}", file.display()))).await?;
    let tables = backup::tables(&store).await?;
    let schema = store.schema_version().await?.unwrap_or_default();
    store.close().await?;
    Ok(Copied { engine: Engine::Sqlite, schema, tables })
}

/// Counts and dumps one and the same state.
async fn copy_postgres(config: &Config, store: &Store, into: &Path) -> anyhow::Result<Copied> {
    let snapshot = store.long_snapshot().await?;
    let name = backup::share(&snapshot).await?;
    let tables = backup::tables(&snapshot).await?;
    let schema = store.schema_version().await?.unwrap_or_default();
    let words = [
        "--format=custom".into(),
        "--no-owner".into(),
        "--no-privileges".into(),
        format!("--snapshot={name}"),
        format!("--file={}", into.join(Engine::Postgres.member()).display()),
    ];
    let target = Target::of(&config.database()?)?;
    let dumping = Progress::begin("dumping", Amount::Unknown);
    tokio::task::spawn_blocking(move || target.run("pg_dump", words)).await??;
    drop((snapshot, dumping));
    Ok(Copied { engine: Engine::Postgres, schema, tables })
}

/// The mails that were written to files, in the order of their names. The feeds are left out: they are built again.
fn mails(folder: &Path) -> anyhow::Result<Vec<(String, PathBuf)>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut mails = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).map(|name| format!("mail/{name}"));
        let is_mail = path.extension().is_some_and(|extension| extension == "eml");
        mails.extend(name.filter(|_| is_mail).map(|name| (name, path)));
    }
    mails.sort();
    Ok(mails)
}
