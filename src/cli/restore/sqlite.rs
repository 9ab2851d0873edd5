//! A SQLite file: checked beside the old one, then given its name.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use super::{Options, put_mails, require_equal, require_room};
use crate::cli::bundle::Manifest;
use crate::cli::{new_file, open, sqlite_file};
use crate::config::Config;
use crate::storage::backup::{self, Alone};
use crate::storage::{Store, StoreOptions};

/// Checks an unpacked database and says what was done.
pub async fn verify(database: &Path, manifest: &Manifest) -> anyhow::Result<String> {
    let store = Store::open(&StoreOptions::new(format!("sqlite://{}", database.display()))).await?;
    let damage = backup::damage(&store).await?;
    if let Some(first) = damage.first() {
        bail!("the database is damaged in {} places: {first}", damage.len());
    }
    require_equal(&store, manifest).await?;
    store.close().await?;
    Ok("every page, index, reference and count of it is right".to_owned())
}

/// Puts an unpacked database in the place of the configured one.
pub async fn restore(
    config: &Config,
    options: &Options,
    scratch: &Path,
    manifest: &Manifest,
) -> anyhow::Result<()> {
    let database = scratch.join(manifest.engine.member());
    verify(&database, manifest).await?;
    let file = sqlite_file(config)?.context("the configured database is no file")?;
    let old = vacate(config, options, &file).await?;
    put_mails(config, scratch)?;
    std::fs::File::open(&database)?.sync_all()?;
    let cannot = || format!("cannot replace {}", file.display());
    std::fs::rename(&database, &file).with_context(cannot)?;
    new_file::sync_folder(&file).with_context(cannot)?;
    if let Some(old) = old {
        old.release().await?;
    }
    Ok(())
}

/// Makes sure that nobody uses the file, and that no log of another database is left to be read into the new one.
async fn vacate(config: &Config, options: &Options, file: &Path) -> anyhow::Result<Option<Alone>> {
    if !file.exists() {
        let mut log = file.as_os_str().to_owned();
        log.push("-wal");
        if PathBuf::from(&log).exists() {
            bail!("{} is there without its database (hint: move it away)", Path::new(&log).display());
        }
        return Ok(None);
    }
    let store = open(config).await?;
    let room = require_room(&store, options).await;
    store.close().await?;
    room?;
    let alone = Alone::take(file).await;
    alone.map(Some).with_context(|| {
        format!("{} is in use (hint: stop the server and whatever else has it open)", file.display())
    })
}
