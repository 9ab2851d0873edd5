//! How fast the outbox sends at most: as fast as whoever runs the relay allows.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

/// Lets messages through, one every so often.
#[derive(Debug)]
pub struct Pace {
    every: Option<TimeDelta>,
    next: DateTime<Utc>,
}

impl Pace {
    /// One message `every` so often; without that, as fast as they come.
    #[must_use]
    pub fn new(every: Option<TimeDelta>) -> Self {
        Self { every, next: DateTime::UNIX_EPOCH }
    }

    /// How long the next message has to wait yet. Not at all where that would be longer than the pause between two: the clock
    /// was put back then.
    #[must_use]
    pub fn wait(&self, now: DateTime<Utc>) -> Option<Duration> {
        let (left, every) = (self.next - now, self.every?);
        left.to_std().ok().filter(|wait| !wait.is_zero() && left <= every)
    }

    /// A message is on its way.
    pub fn counts(&mut self, now: DateTime<Utc>) {
        self.next = self.every.map_or(now, |every| now + every);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_message_every_so_often() {
        let (mut pace, at) = (Pace::new(Some(TimeDelta::seconds(2))), |second| {
            DateTime::UNIX_EPOCH + TimeDelta::seconds(second)
        });
        assert_eq!(pace.wait(at(100)), None);
        pace.counts(at(100));
        assert_eq!(pace.wait(at(100)), Some(Duration::from_secs(2)));
        assert_eq!(pace.wait(at(101)), Some(Duration::from_secs(1)));
        assert_eq!(pace.wait(at(102)), None);
        assert_eq!(pace.wait(at(10)), None, "the clock was put back: mail goes on");
        pace.counts(at(10));
        assert_eq!(pace.wait(at(10)), Some(Duration::from_secs(2)));
        let mut free = Pace::new(None);
        free.counts(at(100));
        assert_eq!(free.wait(at(100)), None);
    }
}
