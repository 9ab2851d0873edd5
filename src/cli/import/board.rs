//! `vacantia import greenhouse|lever|ashby`: another system's board becomes postings.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;

use super::intake::Intake;
use crate::actions::Act;
use crate::boards;
use crate::cli::progress::{Amount, Progress};
use crate::cli::{open_current, say};
use crate::config::{Config, Mistake};
use crate::domain::Viewer;
use crate::domain::clock::{SystemChance, SystemClock};
use crate::domain::posting_source::SourceSystem;
use crate::domain::text;

/// What to bring in, and how.
#[derive(Debug, Clone, Args)]
pub struct Options {
    /// The board as the system's public API gives it: a JSON file of at most 64 MB.
    pub file: PathBuf,
    /// Change nothing, and print what would be done.
    #[arg(long)]
    pub dry_run: bool,
    /// Where candidates apply, with {id} for the system's id: <https://careers.example.com/jobs/{id}>. Where each record says
    /// when nothing is said.
    #[arg(long, value_name = "URL")]
    pub careers: Option<String>,
    /// What new postings take their team from; without it all are in one.
    #[arg(long, value_name = "FIELD", value_parser = ["department"])]
    pub team_from: Option<String>,
    /// The team of new postings; with --team-from, of those whose record names none.
    #[arg(long, value_name = "NAME", default_value = "General")]
    pub team: String,
    /// Which of the organisation's boards of this system it is, if there are several. What is missing is missing from it.
    #[arg(long, value_name = "NAME", default_value = "main")]
    pub board: String,
    /// Close postings that came from the board and are no longer on it; without it they are only reported.
    #[arg(long)]
    pub close_missing: bool,
    /// The report as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Runs the command.
///
/// # Errors
/// When the file is no board, the database cannot be used, or a record was refused: the others are in all the same.
pub async fn run(config: &Config, system: SourceSystem, options: &Options) -> anyhow::Result<()> {
    let options = checked(options)?;
    let text = contents(&options.file).await?;
    let named = || format!("cannot import {}", options.file.display());
    let records = boards::records(system, &text).with_context(named)?;
    let (store, site) = (open_current(config).await?, config.site()?);
    let (clock, chance, viewer) = (SystemClock, SystemChance, Viewer::System);
    let act = Act { store: &store, clock: &clock, chance: &chance, site: &site, viewer: &viewer };
    let intake = Intake::new(act, system, &options).await?;
    let progress = Progress::begin("importing", Amount::Records(records.len() as u64));
    let report = intake.take(&records, &progress).await?;
    drop(progress);
    say(&if options.json { report.in_json()? } else { report.in_words() })?;
    match report.refused_records() {
        0 => Ok(()),
        some => bail!("{some} of {} records were refused; the others are in", records.len()),
    }
}

fn checked(options: &Options) -> Result<Options, Mistake> {
    let mistake = |name, what: String| Mistake { name, what };
    if let Some(careers) = &options.careers {
        text::web_address("careers", &careers.replace("{id}", "1")).map_err(|_| {
            mistake("--careers", "write an address such as https://careers.example.com/jobs/{id}".to_owned())
        })?;
    }
    let board =
        text::line("board", &options.board, 60).map_err(|refusal| mistake("--board", refusal.to_string()))?;
    crate::domain::team::name(&options.team).map_err(|refusal| mistake("--team", refusal.to_string()))?;
    Ok(Options { board, ..options.clone() })
}

/// The file's text, unless it is too large.
async fn contents(file: &Path) -> anyhow::Result<String> {
    let named = || format!("cannot read {}", file.display());
    let size = tokio::fs::metadata(file).await.with_context(named)?.len();
    if size > boards::LARGEST {
        bail!(
            "{} is larger than 64 MB (hint: import it in parts, each under its own --board)",
            file.display()
        );
    }
    let bytes = tokio::fs::read(file).await.with_context(named)?;
    let text = String::from_utf8(bytes).map_err(|error| {
        anyhow::anyhow!("{} is not UTF-8 at byte {}", file.display(), error.utf8_error().valid_up_to())
    })?;
    // Some tools put a byte order mark first, which JSON does not know.
    Ok(text.strip_prefix('\u{FEFF}').map(str::to_owned).unwrap_or(text))
}
