//! `vacantia import`: what others wrote, by its format.

mod board;
mod intake;
mod report;
mod vacantia;

use clap::{Args, Subcommand};

pub use self::board::Options as BoardOptions;
pub use self::intake::Intake;
pub use self::report::{Line, Missing, Report};
use crate::config::Config;
use crate::domain::posting_source::SourceSystem;

/// What to take in.
#[derive(Debug, Args)]
pub struct Options {
    #[command(subcommand)]
    format: Format,
}

#[derive(Debug, Subcommand)]
enum Format {
    /// A board as Greenhouse's public Job Board API gives it.
    Greenhouse(board::Options),
    /// A board as Lever's public Postings API gives it.
    Lever(board::Options),
    /// A board as Ashby's public posting API gives it.
    Ashby(board::Options),
    /// A whole organisation, as `vacantia export` wrote it, into an empty database.
    Vacantia(vacantia::Options),
}

/// Runs the command.
///
/// # Errors
/// Those of the format's own command.
pub async fn run(config: &Config, options: &Options) -> anyhow::Result<()> {
    match &options.format {
        Format::Greenhouse(options) => board::run(config, SourceSystem::Greenhouse, options).await,
        Format::Lever(options) => board::run(config, SourceSystem::Lever, options).await,
        Format::Ashby(options) => board::run(config, SourceSystem::Ashby, options).await,
        Format::Vacantia(options) => vacantia::run(config, options).await,
    }
}
