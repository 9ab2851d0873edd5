//! Floor 6: one file per command. What goes wrong is said on standard error in one line; 2 is wrong usage, 1 a failure.

pub mod backup;
mod bundle;
pub mod demo;
pub mod doctor;
pub mod export;
pub mod import;
pub mod migrate;
mod new_file;
pub mod outbox;
mod postgres;
pub mod progress;
pub mod report;
pub mod restore;
pub mod schema;
pub mod serve;
pub mod token;
mod trace;
pub mod user;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::{Parser, Subcommand};
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::{self, Config, LogFormat, Mistake};
use crate::storage::{Store, StoreOptions};

/// Hiring as a server: postings, candidates and offers over GraphQL, job feeds, and mail.
#[derive(Debug, Parser)]
#[command(name = "vacantia", version, max_term_width = 100)]
pub struct Cli {
    /// What to do; `serve` when nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Every setting.
    #[command(flatten)]
    pub config: Config,
}

/// What the program can be asked to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the API, the pages and the feeds, and deliver mail.
    Serve(serve::Options),
    /// Serve a demo world from a temporary folder (or `--data-dir`), and print where everything is.
    Demo,
    /// Bring the database's schema up to date, take steps of it back, or tell where it stands.
    Migrate(migrate::Options),
    /// Write the whole organisation into one file: everything that is kept, as documented JSON.
    Export(export::Options),
    /// Take in what another system, or this program, wrote.
    Import(import::Options),
    /// Copy database and mails into one file, also while others use them.
    Backup(backup::Options),
    /// Put a backup back into its place, or check that it is good.
    Restore(restore::Options),
    /// List mail, have it sent now, or take it back.
    Outbox(outbox::Options),
    /// Print how hiring goes, as a table.
    Report(report::Options),
    /// Make, list and end API tokens.
    Token(token::Options),
    /// Add members of staff.
    User(user::Options),
    /// Print the GraphQL schema.
    Schema,
    /// Check configuration, database, mail relay and clock.
    Doctor(doctor::Options),
    /// Print every setting, as docs/configuration.md has it.
    Configuration,
}

/// Runs the command and tells the shell how it went.
#[must_use]
pub fn main(cli: Cli) -> ExitCode {
    match start(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let text = format!("{error:#}");
            eprintln!("vacantia: {}", text.split_whitespace().collect::<Vec<_>>().join(" "));
            ExitCode::from(if error.is::<Mistake>() { 2 } else { 1 })
        }
    }
}

fn start(cli: Cli) -> anyhow::Result<()> {
    let sender = log(&cli.config)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let ended = runtime.block_on(run(cli));
    sender.end();
    ended
}

async fn run(cli: Cli) -> anyhow::Result<()> {
    let config = &cli.config;
    // The variables of this command alone, in case nothing was said on the command line.
    let command = cli.command.unwrap_or_else(|| Command::Serve(serve::Options::parse_from(["serve"])));
    if !matches!(command, Command::Doctor(_) | Command::Schema | Command::Configuration) {
        for stray in config::strays::<Cli>(std::env::vars()) {
            tracing::warn!("{stray}");
        }
    }
    match command {
        Command::Serve(options) => serve::run(config, &options).await,
        Command::Demo => demo::run(config).await,
        Command::Migrate(options) => migrate::run(config, &options).await,
        Command::Export(options) => export::run(config, &options).await,
        Command::Import(options) => import::run(config, &options).await,
        Command::Backup(options) => backup::run(config, &options).await,
        Command::Restore(options) => restore::run(config, &options).await,
        Command::Outbox(options) => outbox::run(config, &options).await,
        Command::Report(options) => report::run(config, &options).await,
        Command::Token(options) => token::run(config, &options).await,
        Command::User(options) => user::run(config, &options).await,
        Command::Schema => schema::run(),
        Command::Doctor(options) => doctor::run(config, &options).await,
        Command::Configuration => say(&config::reference()),
    }
}

/// Writes the log to standard error, so that standard output holds only what was asked for. Spans go to a collector if
/// there is one, and the last of them when the sender is ended.
fn log(config: &Config) -> anyhow::Result<trace::Sender> {
    let targets: Targets = config.log.parse().map_err(|_| Mistake {
        name: "VACANTIA_LOG",
        what: "write a level, or levels per part: info,vacantia::work=debug".to_owned(),
    })?;
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = match config.log_format {
        LogFormat::Text => lines.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).boxed(),
        LogFormat::Json => lines.json().boxed(),
    };
    let (spans, sender) = trace::begin(config)?;
    // A second logger in one process is refused; the first goes on.
    let _ = tracing_subscriber::registry().with(lines.with_filter(targets)).with(spans).try_init();
    Ok(sender)
}

/// Prints what was asked for. A reader that has seen enough and left is no failure.
fn say(text: &str) -> anyhow::Result<()> {
    use std::io::Write as _;
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// Opens the configured database.
async fn open(config: &Config) -> anyhow::Result<Store> {
    open_with(options(config)?).await
}

/// As [`open`], for a write that takes up to `turn`.
async fn open_patiently(config: &Config, turn: Duration) -> anyhow::Result<Store> {
    open_with(StoreOptions { turn_limit: turn, ..options(config)? }).await
}

/// As [`open`], if it is there and its schema is the newest: there is nothing to read in one that is made by opening it.
async fn open_current(config: &Config) -> anyhow::Result<Store> {
    require_file(config)?;
    let store = open(config).await?;
    require_current(&store).await?;
    Ok(store)
}

fn options(config: &Config) -> Result<StoreOptions, Mistake> {
    Ok(StoreOptions { connections: config.database_connections, ..StoreOptions::new(config.database()?) })
}

async fn open_with(options: StoreOptions) -> anyhow::Result<Store> {
    Store::open(&options)
        .await
        .context("cannot open the database (hint: vacantia doctor checks VACANTIA_DATABASE_URL)")
}

/// The file of the configured database, if it is on SQLite.
fn sqlite_file(config: &Config) -> Result<Option<PathBuf>, Mistake> {
    Ok(config.database()?.strip_prefix("sqlite://").map(PathBuf::from))
}

fn require_file(config: &Config) -> anyhow::Result<()> {
    match sqlite_file(config)? {
        Some(file) if !file.exists() => {
            bail!(
                "there is no database {} (hint: set VACANTIA_DATA_DIR or VACANTIA_DATABASE_URL)",
                file.display()
            )
        }
        _ => Ok(()),
    }
}

/// Refuses a database whose schema is not the newest this program knows.
async fn require_current(store: &Store) -> anyhow::Result<()> {
    let missing = store.migrations().await?.iter().filter(|step| !step.applied).count();
    if missing > 0 {
        bail!("the schema lacks {missing} steps (hint: vacantia migrate, or start without --no-migrate)");
    }
    Ok(())
}
