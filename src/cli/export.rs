//! `vacantia export`: the whole organisation as one JSON Lines file; docs/export.md describes it.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;

use super::new_file::NewFile;
use super::open_current;
use super::progress::{Amount, Progress};
use crate::config::Config;
use crate::storage::Store;
use crate::storage::archive::copy::Copy;
use crate::storage::archive::file::{End, Header};

/// Where to.
#[derive(Debug, Args)]
pub struct Options {
    /// The file to make; `-` for standard output. It holds personal data.
    #[arg(value_name = "FILE", default_value = "-")]
    file: PathBuf,
}

/// Runs the command.
///
/// # Errors
/// When the database cannot be read, or the file cannot be made.
pub async fn run(config: &Config, options: &Options) -> anyhow::Result<()> {
    let store = open_current(config).await?;
    let end = if options.file == Path::new("-") {
        write(&store, io::stdout().lock()).await?
    } else {
        let mut file = NewFile::create(&options.file)?;
        let end = write(&store, &mut file).await?;
        file.keep()?;
        end
    };
    eprintln!("exported {} records", end.records.values().sum::<u64>());
    Ok(())
}

/// Writes one state of the whole database, and says what its last line says.
///
/// # Errors
/// When the database cannot be read, or `to` written to.
pub async fn write(store: &Store, to: impl Write) -> anyhow::Result<End> {
    let cannot = "cannot write the export";
    let mut to = BufWriter::new(to);
    let (line, mut tally) = Header::new(store.schema_version().await?.unwrap_or_default()).begin()?;
    to.write_all(line.as_bytes()).context(cannot)?;
    let mut copy = Copy::begin(store).await?;
    let progress = Progress::begin("exporting", Amount::Records(copy.total().await?));
    let mut done = 0;
    while let Some(records) = copy.next().await? {
        tally.add(records.noun, records.count, records.lines.as_bytes());
        to.write_all(records.lines.as_bytes()).context(cannot)?;
        done += records.count;
        progress.reach(done);
    }
    drop(progress);
    let end = tally.end();
    to.write_all(end.line()?.as_bytes()).context(cannot)?;
    to.flush().context(cannot)?;
    Ok(end)
}
