//! How far it is: a bar on a terminal, plain lines elsewhere, nothing for what is done at once.

use std::io::IsTerminal as _;

use chrono::{DateTime, TimeDelta, Utc};
use indicatif::{ProgressBar, ProgressStyle};

/// After this long it is worth saying.
const PATIENCE: TimeDelta = TimeDelta::seconds(1);
/// How often a line is written where there is no terminal.
const LINES: TimeDelta = TimeDelta::seconds(5);

/// How many records of a board are done.
#[derive(Debug)]
pub struct Progress {
    total: usize,
    began: DateTime<Utc>,
    said: DateTime<Utc>,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// None of so many, now.
    #[must_use]
    pub fn new(total: usize, now: DateTime<Utc>) -> Self {
        Self { total, began: now, said: now, bar: None }
    }

    /// So many are done.
    pub fn reach(&mut self, done: usize, now: DateTime<Utc>) {
        if now - self.began < PATIENCE {
            return;
        }
        if std::io::stderr().is_terminal() {
            let bar = self.bar.get_or_insert_with(|| bar(self.total));
            bar.set_position(done.try_into().unwrap_or(u64::MAX));
        } else if now - self.said >= LINES {
            self.said = now;
            eprintln!("{done} of {} records", self.total);
        }
    }

    /// All that can be done is done.
    pub fn end(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}

fn bar(total: usize) -> ProgressBar {
    let bar = ProgressBar::new(total.try_into().unwrap_or(u64::MAX));
    let style = ProgressStyle::with_template("{wide_bar} {pos} of {len} records");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}
