//! How patient and how often the parts that work by themselves are.

use std::time::Duration;

use chrono::TimeDelta;

use super::duration::parse;
use super::rate;
use crate::domain::delivery::RetryRule;
use crate::work::outbox;

/// How patient and how often the parts that work by themselves are.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Delivery of mail")]
pub struct Work {
    /// How long a worker may have a message without a sign of life before another one takes it.
    #[arg(long, env = "VACANTIA_OUTBOX_LEASE", global = true, value_name = "DURATION")]
    #[arg(default_value = "120s", value_parser = parse)]
    pub outbox_lease: Duration,

    /// How often a worker gives that sign; never seldomer than twice a lease.
    #[arg(long, env = "VACANTIA_OUTBOX_HEARTBEAT", global = true, value_name = "DURATION")]
    #[arg(default_value = "30s", value_parser = parse)]
    pub outbox_heartbeat: Duration,

    /// How often the outbox looks for mail that other instances queued or that has become due.
    #[arg(long, env = "VACANTIA_OUTBOX_POLL", global = true, value_name = "DURATION")]
    #[arg(default_value = "1s", value_parser = parse)]
    pub outbox_poll: Duration,

    /// How many messages are under way at once.
    #[arg(long, env = "VACANTIA_OUTBOX_CONCURRENCY", global = true, value_name = "NUMBER")]
    #[arg(default_value = "4", value_parser = clap::value_parser!(u16).range(1..=100))]
    pub outbox_concurrency: u16,

    /// How many messages begin at most within which time, as the relay's provider allows: `14/1s`, `600/1m`, or `off`. Each instance
    /// counts by itself.
    #[arg(long, env = "VACANTIA_OUTBOX_RATE", global = true, value_name = "RATE")]
    #[arg(default_value = "off", value_parser = rate::parse)]
    pub outbox_rate: rate::Setting,

    /// How often a relay that is down is tried.
    #[arg(long, env = "VACANTIA_OUTBOX_PROBE", global = true, value_name = "DURATION")]
    #[arg(default_value = "60s", value_parser = parse)]
    pub outbox_probe: Duration,

    /// The pause after the first try of a message; it doubles with each further one.
    #[arg(long, env = "VACANTIA_OUTBOX_FIRST_PAUSE", global = true, value_name = "DURATION")]
    #[arg(default_value = "30s", value_parser = parse)]
    pub outbox_first_pause: Duration,

    /// The longest pause between two tries of a message.
    #[arg(long, env = "VACANTIA_OUTBOX_LONGEST_PAUSE", global = true, value_name = "DURATION")]
    #[arg(default_value = "1h", value_parser = parse)]
    pub outbox_longest_pause: Duration,

    /// The shortest pause after greylisting.
    #[arg(long, env = "VACANTIA_OUTBOX_GREYLIST_PAUSE", global = true, value_name = "DURATION")]
    #[arg(default_value = "5m", value_parser = parse)]
    pub outbox_greylist_pause: Duration,

    /// How often a message is tried at most.
    #[arg(long, env = "VACANTIA_OUTBOX_TRIES", global = true, value_name = "NUMBER")]
    #[arg(default_value = "12", value_parser = clap::value_parser!(i32).range(1..=100))]
    pub outbox_tries: i32,

    /// How long a message of unknown fate rests before it is sent once more.
    #[arg(long, env = "VACANTIA_OUTBOX_UNKNOWN_GRACE", global = true, value_name = "DURATION")]
    #[arg(default_value = "10m", value_parser = parse)]
    pub outbox_unknown_grace: Duration,

    /// How often offers and postings past their deadline are looked for. They are refused or hidden at once; the sweep
    /// writes it down and frees the seats.
    #[arg(
        long,
        env = "VACANTIA_SWEEP_INTERVAL",
        global = true,
        value_name = "DURATION",
        help_heading = "Deadlines"
    )]
    #[arg(default_value = "30s", value_parser = parse)]
    pub sweep_interval: Duration,
}

impl Work {
    /// The outbox's own settings. `stop_grace` is how long deliveries under way may take when the program stops.
    #[must_use]
    pub fn outbox(&self, stop_grace: Duration) -> outbox::Settings {
        outbox::Settings {
            lease: delta(self.outbox_lease),
            heartbeat: self.outbox_heartbeat.min(self.outbox_lease / 2),
            poll: self.outbox_poll,
            concurrency: usize::from(self.outbox_concurrency),
            pause: self.outbox_rate.0.map(|rate| delta(rate.within / rate.times.get())),
            probe: delta(self.outbox_probe),
            stop_grace,
            retry: RetryRule {
                first_pause: delta(self.outbox_first_pause),
                longest_pause: delta(self.outbox_longest_pause),
                greylist_pause: delta(self.outbox_greylist_pause),
                tries: self.outbox_tries,
                grace: delta(self.outbox_unknown_grace),
                ..RetryRule::default()
            },
            ..outbox::Settings::default()
        }
    }
}

fn delta(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}
