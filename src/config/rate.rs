//! How often strangers may do what costs something.

use std::num::NonZeroU32;
use std::time::Duration;

use super::duration;
use crate::web::rate::{Rate, Rates};

/// A rate, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting(pub(super) Option<Rate>);

/// How often one internet address may do what costs something.
#[derive(Debug, Clone, Copy, clap::Args)]
#[command(next_help_heading = "Limits on strangers")]
pub struct Rating {
    /// Applications that one internet address may send without a link or token, by form or by GraphQL: so many at once,
    /// and again as many within each such time; `off` for no limit. Without it: `30/10m`. The addresses of a household
    /// (of IPv6, those that share 64 bits) count as one. Behind a proxy, on the same machine too, set
    /// `VACANTIA_TRUSTED_PROXIES`, or all visitors count as one. The demo has no limit that is not set.
    #[arg(long, env = "VACANTIA_RATE_APPLICATIONS", global = true, value_name = "TIMES/DURATION")]
    #[arg(value_parser = parse)]
    pub rate_applications: Option<Setting>,

    /// Forms that one address may send from the pages behind candidates' links. Without it: `60/10m`.
    #[arg(long, env = "VACANTIA_RATE_LINKS", global = true, value_name = "TIMES/DURATION")]
    #[arg(value_parser = parse)]
    pub rate_links: Option<Setting>,

    /// Links and tokens that are none which one address may try; the right ones are answered all the same. Without it:
    /// `30/10m`.
    #[arg(long, env = "VACANTIA_RATE_GUESSES", global = true, value_name = "TIMES/DURATION")]
    #[arg(value_parser = parse)]
    pub rate_guesses: Option<Setting>,

    /// GraphQL requests that one address may send without the token of a member of staff. Without it: `1200/1m`.
    #[arg(long, env = "VACANTIA_RATE_QUERIES", global = true, value_name = "TIMES/DURATION")]
    #[arg(value_parser = parse)]
    pub rate_queries: Option<Setting>,

    /// Whole feeds, sitemaps and lists of changes that one address may fetch. An answer that says nothing is new is free, so
    /// whoever sends the `ETag` of what they have may come as often as they like. Without it: `300/1h`.
    #[arg(long, env = "VACANTIA_RATE_FEEDS", global = true, value_name = "TIMES/DURATION")]
    #[arg(value_parser = parse)]
    pub rate_feeds: Option<Setting>,
}

impl Rating {
    /// The web part's own settings.
    #[must_use]
    pub fn rates(&self) -> Rates {
        let or =
            |given: Option<Setting>, times, minutes| given.map_or(usual(times, minutes), |given| given.0);
        Rates {
            applications: or(self.rate_applications, 30, 10),
            links: or(self.rate_links, 60, 10),
            guesses: or(self.rate_guesses, 30, 10),
            queries: or(self.rate_queries, 1_200, 1),
            feeds: or(self.rate_feeds, 300, 60),
        }
    }

    /// The same, without the limits that were not set.
    #[must_use]
    pub fn only_as_set(self) -> Self {
        let off = Some(Setting(None));
        Self {
            rate_applications: self.rate_applications.or(off),
            rate_links: self.rate_links.or(off),
            rate_guesses: self.rate_guesses.or(off),
            rate_queries: self.rate_queries.or(off),
            rate_feeds: self.rate_feeds.or(off),
        }
    }
}

fn usual(times: u32, minutes: u64) -> Option<Rate> {
    Some(Rate { times: NonZeroU32::new(times)?, within: Duration::from_mins(minutes) })
}

/// Reads `30/10m`, or `off`.
pub(super) fn parse(text: &str) -> Result<Setting, String> {
    if text == "off" {
        return Ok(Setting(None));
    }
    let wrong = || "write how often within which time, as in 30/10m, or off".to_owned();
    let (times, within) = text.split_once('/').ok_or_else(wrong)?;
    let times: NonZeroU32 = times.parse().map_err(|_| wrong())?;
    let within = duration::parse(within).map_err(|_| wrong())?;
    Ok(Setting(Some(Rate { times, within })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_times_within_a_time() {
        let times = |times| NonZeroU32::new(times).unwrap();
        let rate = Rate { times: times(30), within: Duration::from_mins(10) };
        assert_eq!(parse("30/10m"), Ok(Setting(Some(rate))));
        assert_eq!(parse("off"), Ok(Setting(None)));
        for bad in ["", "30", "0/10m", "30/", "30/10", "-1/1m", "1/1m/1m", "on"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
