//! A breaker between the outbox and its relay: while the relay takes nobody's mail, all mail waits.

use chrono::{DateTime, TimeDelta, Utc};

use crate::mail::delivery::{Delivery, Outcome};

/// Closed (mail flows) until the relay is found to be down; then one message at a time probes it.
#[derive(Debug)]
pub struct Breaker {
    probe: TimeDelta,
    most_troubles: u32,
    troubles: u32,
    next_probe: Option<DateTime<Utc>>,
}

impl Breaker {
    /// Closed. Opens on a relay that is down, or after `most_troubles` busy answers in a row that were about the relay;
    /// lets a message through every `probe` while open.
    #[must_use]
    pub fn new(probe: TimeDelta, most_troubles: u32) -> Self {
        Self { probe, most_troubles, troubles: 0, next_probe: None }
    }

    /// Whether mail waits.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.next_probe.is_some()
    }

    /// Whether a message may be tried now. While open, whoever gets a yes is the probe.
    pub fn admits(&mut self, now: DateTime<Utc>) -> bool {
        match self.next_probe {
            None => true,
            Some(at) if at <= now => {
                self.next_probe = Some(now + self.probe);
                true
            }
            Some(_) => false,
        }
    }

    /// Learns from a try.
    pub fn hears(&mut self, delivery: &Delivery, now: DateTime<Utc>) {
        let is_trouble = delivery.outcome == Outcome::RelayDown
            || (delivery.outcome == Outcome::Deferred && delivery.phase.is_about_the_relay());
        if !is_trouble {
            if self.is_open() {
                tracing::info!("the mail relay answers again");
            }
            self.troubles = 0;
            self.next_probe = None;
            return;
        }
        self.troubles += 1;
        if delivery.outcome == Outcome::RelayDown || self.troubles >= self.most_troubles {
            if !self.is_open() {
                // Before RCPT a reply speaks of the relay and of us, of no addressee.
                tracing::error!(%delivery, "the mail relay takes no mail: all mail waits");
            }
            self.next_probe = Some(now + self.probe);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::delivery::Phase;

    fn now() -> DateTime<Utc> {
        "2027-01-15T08:00:00Z".parse().unwrap()
    }

    fn breaker() -> Breaker {
        Breaker::new(TimeDelta::seconds(60), 3)
    }

    #[test]
    fn a_relay_that_is_down_stops_all_mail_but_a_probe() {
        let mut breaker = breaker();
        breaker.hears(&Delivery::unanswered(Phase::Connect, "refused", false), now());
        assert!(!breaker.admits(now() + TimeDelta::seconds(59)));
        let later = now() + TimeDelta::seconds(60);
        assert!(breaker.admits(later));
        assert!(!breaker.admits(later), "one probe at a time");
        breaker.hears(&Delivery::answered(Phase::Body, 250, "ok", true), later);
        assert!(breaker.admits(later) && !breaker.is_open());
    }

    #[test]
    fn a_busy_relay_stops_all_mail_at_the_third_time() {
        let mut breaker = breaker();
        let busy = Delivery::answered(Phase::Greeting, 421, "later", false);
        breaker.hears(&busy, now());
        breaker.hears(&busy, now());
        assert!(breaker.admits(now()));
        breaker.hears(&Delivery::answered(Phase::Recipient, 550, "unknown", false), now());
        breaker.hears(&busy, now());
        breaker.hears(&busy, now());
        assert!(breaker.admits(now()), "an answer in between shows that the relay works");
        breaker.hears(&busy, now());
        assert!(!breaker.admits(now()));
    }

    #[test]
    fn a_refused_recipient_is_not_the_relays_trouble() {
        let mut breaker = breaker();
        for code in [450, 550, 552] {
            breaker.hears(&Delivery::answered(Phase::Recipient, code, "no", false), now());
        }
        breaker.hears(&Delivery::unanswered(Phase::Body, "reset", true), now());
        assert!(!breaker.is_open());
        breaker.hears(&Delivery::answered(Phase::Sender, 553, "not yours", false), now());
        assert!(breaker.is_open());
    }
}
