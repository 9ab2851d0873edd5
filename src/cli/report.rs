//! `vacantia report`: how hiring goes, as a table.

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use clap::Args;

use super::{open_current, say};
use crate::config::Config;
use crate::domain::clock::{Clock as _, SystemClock};
use crate::domain::id::{PostingId, TeamId};
use crate::domain::policy::report::reports;
use crate::domain::report::Table;
use crate::domain::site::Site;
use crate::domain::viewer::Viewer;
use crate::storage::report::{Wanted, read};
use crate::web::report::{instant, table};

/// Which table, about what.
#[derive(Debug, Args)]
pub struct Options {
    /// The table: funnel, sources, offers, time-to-fill or overdue. docs/reports.md says what it counts.
    name: Table,
    /// Of this posting only.
    #[arg(long)]
    posting: Option<PostingId>,
    /// Of this team only.
    #[arg(long)]
    team: Option<TeamId>,
    /// Beginning of the period: a day (2027-01-15) or a timestamp.
    #[arg(long)]
    from: Option<String>,
    /// End of the period, which is not part of it.
    #[arg(long)]
    until: Option<String>,
    /// As JSON: a list of objects, all values as text.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
///
/// # Errors
/// When the database cannot be used or the period makes no sense.
pub async fn run(config: &Config, options: &Options) -> anyhow::Result<()> {
    let (store, site) = (open_current(config).await?, config.site()?);
    let from = at("--from", options.from.as_deref(), &site)?;
    let until = at("--until", options.until.as_deref(), &site)?;
    let wanted = Wanted { posting: options.posting, team: options.team, from, until }.checked()?;
    let (viewer, now) = (Viewer::System, SystemClock.now());
    let report = read(&store, &reports(&viewer), &wanted, now).await?;
    let rows = table::rows(&store, &viewer, now, options.name, &report).await?;
    if options.json { say(&format!("{}\n", in_json(&rows))) } else { say(&table::csv(&rows)) }
}

fn at(option: &str, given: Option<&str>, site: &Site) -> anyhow::Result<Option<DateTime<Utc>>> {
    let read = |text| {
        instant(text, site).with_context(|| format!("{option}: {text:?} is neither a day nor a timestamp"))
    };
    given.map(read).transpose()
}

fn in_json(rows: &[Vec<String>]) -> serde_json::Value {
    let Some((head, rows)) = rows.split_first() else { return serde_json::Value::Null };
    let object = |row: &Vec<String>| {
        let pairs = head.iter().zip(row).map(|(name, value)| (name.clone(), value.as_str().into()));
        serde_json::Value::Object(pairs.collect())
    };
    rows.iter().map(object).collect()
}
