//! The tables of a report, and how they are written: comma-separated values by RFC 4180.

use chrono::{DateTime, SecondsFormat, Utc};

use crate::domain::report::{OfferTally, Table, rate};
use crate::domain::viewer::Viewer;
use crate::storage::posting::Sight;
use crate::storage::report::{Overdue, Report};
use crate::storage::{self, Fault, Store};

/// The rows of a table, the names of its columns first. Postings and teams are named as far as the viewer sees them.
///
/// # Errors
/// When the names cannot be read.
pub async fn rows(
    store: &Store,
    viewer: &Viewer,
    now: DateTime<Utc>,
    table: Table,
    report: &Report,
) -> Result<Vec<Vec<String>>, Fault> {
    Ok(match table {
        Table::Funnel => funnel(report),
        Table::Sources => sources(report),
        Table::Offers => offers(report.tally.offers),
        Table::TimeToFill => time_to_fill(store, viewer, now, report).await?,
        Table::Overdue => overdue(report.overdue),
    })
}

/// As RFC 4180 says, each line ended by CRLF. A text that a spreadsheet would take for a formula gets an apostrophe ahead
/// of it (<https://owasp.org/www-community/attacks/CSV_Injection>).
#[must_use]
pub fn csv(rows: &[Vec<String>]) -> String {
    let line = |row: &Vec<String>| row.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(",") + "\r\n";
    rows.iter().map(line).collect()
}

fn quoted(cell: &str) -> String {
    let harmless = if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    };
    if harmless.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", harmless.replace('"', "\"\""))
    } else {
        harmless
    }
}

fn head(names: &[&str]) -> Vec<Vec<String>> {
    vec![names.iter().map(|name| (*name).to_owned()).collect()]
}

/// A number of any kind, to four places; nothing for none.
fn decimal(number: Option<f64>) -> String {
    let Some(number) = number else { return String::new() };
    let text = format!("{number:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[expect(clippy::cast_precision_loss, reason = "minutes are far below 2^52")]
fn of_minutes(minutes: Option<i64>, unit: f64) -> String {
    decimal(minutes.map(|minutes| minutes as f64 / unit))
}

fn at(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn funnel(report: &Report) -> Vec<Vec<String>> {
    let mut rows = head(&[
        "plan",
        "stage",
        "title",
        "entered",
        "advanced",
        "conversion",
        "active",
        "declined",
        "withdrawn",
        "stays",
        "median_hours",
        "p90_hours",
    ]);
    for stage in &report.stages {
        let plan = report.plans.iter().find(|plan| plan.version.plan == stage.plan.plan);
        let tally = &stage.tally;
        rows.push(vec![
            plan.map(|plan| plan.name.clone()).unwrap_or_default(),
            stage.key.clone(),
            stage.title.clone(),
            tally.entered.to_string(),
            tally.advanced.to_string(),
            decimal(rate(tally.advanced, tally.entered)),
            tally.active.to_string(),
            tally.declined.to_string(),
            tally.withdrawn.to_string(),
            tally.stays.count().to_string(),
            of_minutes(tally.stays.percentile(50), 60.0),
            of_minutes(tally.stays.percentile(90), 60.0),
        ]);
    }
    rows
}

fn sources(report: &Report) -> Vec<Vec<String>> {
    let mut rows = head(&["source", "channel", "applications", "reached_offer", "hired", "hire_rate"]);
    for ((source, channel), tally) in &report.tally.sources {
        rows.push(vec![
            source.to_string(),
            channel.map(|channel| channel.to_string()).unwrap_or_default(),
            tally.applications.to_string(),
            tally.reached_offer.to_string(),
            tally.hired.to_string(),
            decimal(rate(tally.hired, tally.applications)),
        ]);
    }
    rows
}

fn offers(tally: OfferTally) -> Vec<Vec<String>> {
    let mut rows = head(&[
        "sent",
        "accepted",
        "declined",
        "expired",
        "rescinded",
        "awaiting",
        "undone",
        "acceptance_rate",
    ]);
    let awaiting = tally.sent.saturating_sub(tally.ended());
    let counts =
        [tally.sent, tally.accepted, tally.declined, tally.expired, tally.rescinded, awaiting, tally.undone];
    let mut row: Vec<_> = counts.iter().map(ToString::to_string).collect();
    row.push(decimal(rate(tally.accepted, tally.ended())));
    rows.push(row);
    rows
}

async fn time_to_fill(
    store: &Store,
    viewer: &Viewer,
    now: DateTime<Utc>,
    report: &Report,
) -> Result<Vec<Vec<String>>, Fault> {
    let sight = Sight::of(viewer, now);
    let postings: Vec<_> = report.filled.iter().map(|seat| seat.posting).collect();
    let teams: Vec<_> = report.filled.iter().map(|seat| seat.team).collect();
    let postings = storage::posting::of(store, &sight, &postings).await?;
    let teams = storage::team::of(store, &sight, &teams).await?;
    let mut rows = head(&["posting", "posting_id", "team", "team_id", "opened_at", "filled_at", "days"]);
    for seat in &report.filled {
        rows.push(vec![
            postings.get(&seat.posting).map(|posting| posting.content.title.clone()).unwrap_or_default(),
            seat.posting.to_string(),
            teams.get(&seat.team).map(|team| team.name.clone()).unwrap_or_default(),
            seat.team.to_string(),
            at(seat.opened_at),
            at(seat.filled_at),
            of_minutes(Some((seat.filled_at - seat.opened_at).num_minutes()), 1_440.0),
        ]);
    }
    Ok(rows)
}

fn overdue(overdue: Overdue) -> Vec<Vec<String>> {
    let mut rows = head(&["stalled_applications", "scorecards", "forms"]);
    let counts = [overdue.stalled, overdue.scorecards, overdue.forms];
    rows.push(counts.iter().map(ToString::to_string).collect());
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_formulas_are_not() {
        let row = ["plain", "a,b", "say \"no\"", "two\r\nlines", "=1+1", "@x", "-1,2", ""];
        let rows = [row.iter().map(|cell| (*cell).to_owned()).collect()];
        assert_eq!(csv(&rows), "plain,\"a,b\",\"say \"\"no\"\"\",\"two\r\nlines\",'=1+1,'@x,\"'-1,2\",\r\n");
    }

    #[test]
    fn numbers_end_where_they_say_nothing_more() {
        assert_eq!([None, Some(0.0), Some(1.0), Some(2.0 / 3.0)].map(decimal), ["", "0", "1", "0.6667"]);
    }
}
