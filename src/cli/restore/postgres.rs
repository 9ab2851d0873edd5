//! A dump of PostgreSQL: applied in one transaction by PostgreSQL's own programs.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};

use super::{Options, put_mails, require_equal, require_room};
use crate::cli::bundle::Manifest;
use crate::cli::postgres::{self, Target};
use crate::cli::{open, sqlite_file};
use crate::config::Config;
use crate::storage::archive::nouns::NOUNS;
use crate::storage::{Store, StoreOptions};

/// Checks an unpacked dump, in a scratch database where one may be made, and says what was done.
pub async fn verify(config: &Config, scratch: &Path, manifest: &Manifest) -> anyhow::Result<String> {
    let dump = scratch.join(manifest.engine.member());
    let listed = postgres::run("pg_restore", [Path::new("--list"), &dump])?;
    // `..; 0 16391 TABLE DATA public team postgres`
    let data = listed.lines().filter_map(|line| line.split_once(" TABLE DATA ")?.1.split(' ').nth(1));
    let held: BTreeSet<&str> = data.collect();
    if let Some(table) = manifest.tables.keys().find(|table| !held.contains(table.as_str())) {
        bail!("the dump lacks the table {table}");
    }
    if sqlite_file(config)?.is_some() {
        return Ok(
            "its list is complete; not restored, since VACANTIA_DATABASE_URL names no PostgreSQL".to_owned()
        );
    }
    let server = Target::of(&config.database()?)?;
    let name = format!("vacantia_verify_{}", std::process::id());
    if let Err(error) =
        server.run("psql", ["--no-psqlrc", "--quiet", "--command", &format!("CREATE DATABASE {name}")])
    {
        return Ok(format!(
            "its list is complete; not restored, since no scratch database could be made: {error:#}"
        ));
    }
    let checked = check(config, &server.beside(&name), &name, scratch, manifest).await;
    let drop = format!("DROP DATABASE {name} WITH (FORCE)");
    server
        .run("psql", ["--no-psqlrc", "--quiet", "--command", &drop])
        .context("cannot drop the scratch database")?;
    checked?;
    Ok("every table, index, reference and count of it is right in a scratch database".to_owned())
}

async fn check(
    config: &Config,
    target: &Target,
    name: &str,
    scratch: &Path,
    manifest: &Manifest,
) -> anyhow::Result<()> {
    target.apply(&[&script(scratch, manifest)?])?;
    let mut url = url::Url::parse(&config.database()?).context("VACANTIA_DATABASE_URL is no URL")?;
    url.set_path(name);
    let store = Store::open(&StoreOptions::new(url)).await?;
    let equal = require_equal(&store, manifest).await;
    store.close().await?;
    equal
}

/// Puts a dump in the place of what the configured database holds.
pub async fn restore(
    config: &Config,
    options: &Options,
    scratch: &Path,
    manifest: &Manifest,
) -> anyhow::Result<()> {
    let store = open(config).await?;
    require_room(&store, options).await?;
    store.close().await?;
    let target = Target::of(&config.database()?)?;
    require_unused(&target).await?;
    let (clearing, script) = (scratch.join("clear.sql"), script(scratch, manifest)?);
    std::fs::write(&clearing, clear(manifest))?;
    put_mails(config, scratch)?;
    target.apply(&[&clearing, &script])?;
    let store = open(config).await?;
    let equal = require_equal(&store, manifest).await;
    store.close().await?;
    equal
}

/// Connections to the database beside the one that asks.
const OTHERS: &str = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                      AND backend_type = 'client backend' AND pid <> pg_backend_pid()";
/// How often, and with which pause, they are counted before somebody is taken to stay: this program's own connections
/// take a moment to go.
const LOOKS: u32 = 20;
const PAUSE: Duration = Duration::from_millis(100);

async fn require_unused(target: &Target) -> anyhow::Result<()> {
    let mut others = String::new();
    for _ in 0..LOOKS {
        others = target
            .run("psql", ["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--command", OTHERS])?;
        if others.trim() == "0" {
            return Ok(());
        }
        tokio::time::sleep(PAUSE).await;
    }
    bail!("{} other connections use the database (hint: stop the servers that use it)", others.trim())
}

/// The dump as statements, so that they and the clearing before them can be one transaction.
fn script(scratch: &Path, manifest: &Manifest) -> anyhow::Result<PathBuf> {
    let script = scratch.join("restore.sql");
    let to = format!("--file={}", script.display());
    let dump = scratch.join(manifest.engine.member());
    postgres::run(
        "pg_restore",
        ["--no-owner".into(), "--no-privileges".into(), to, dump.display().to_string()],
    )?;
    Ok(script)
}

/// Drops this program's tables: those it knows and those the backup had, and nobody else's.
fn clear(manifest: &Manifest) -> String {
    let known = NOUNS.iter().map(|noun| noun.table).chain(["schema_migration"]);
    let tables: BTreeSet<&str> = known.chain(manifest.tables.keys().map(String::as_str)).collect();
    let quoted: Vec<String> =
        tables.iter().map(|table| format!("\"{}\"", table.replace('"', "\"\""))).collect();
    format!("SET client_min_messages = warning; DROP TABLE IF EXISTS {} CASCADE;\n", quoted.join(", "))
}
