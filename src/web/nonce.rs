//! A number that a page carries: who sends it back has seen that page, and only lately.
//!
//! Programs that look into mails follow links and some even send forms they find; they do not fill in a number that only
//! the page shows. The page's own secret vouches for it, so nothing is stored and any instance can tell.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::clock::{Chance, random_text};
use crate::storage::digest::sha256;

/// How long a page may stay open before it has to be loaded again.
const LIFE: TimeDelta = TimeDelta::hours(12);

/// A new number for the page that `secret` opens.
#[must_use]
pub fn new(secret: &str, now: DateTime<Utc>, chance: &dyn Chance) -> String {
    signed(secret, &format!("{}-{}", now.timestamp(), random_text(chance, 26)))
}

/// Whether the page that `secret` opens carried this number lately.
#[must_use]
pub fn holds(secret: &str, nonce: &str, now: DateTime<Utc>) -> bool {
    let Some((body, _)) = nonce.rsplit_once('-') else { return false };
    let made = body.split('-').next().and_then(|seconds| seconds.parse().ok());
    let Some(made) = made.and_then(|seconds| DateTime::from_timestamp(seconds, 0)) else { return false };
    signed(secret, body) == nonce && now - made <= LIFE && made <= now
}

fn signed(secret: &str, body: &str) -> String {
    // Twice, so that nobody can continue the hash of a longer text from it.
    let seal = sha256(format!("{secret}/{}", sha256(format!("vacantia-page-1/{secret}/{body}"))));
    format!("{body}-{}", &seal[..32])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::SystemChance;

    #[test]
    fn a_number_is_good_for_its_own_page_and_for_some_hours() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let nonce = new("secret", now, &SystemChance);
        assert!(holds("secret", &nonce, now));
        assert!(holds("secret", &nonce, now + LIFE));
        assert!(!holds("secret", &nonce, now + LIFE + TimeDelta::seconds(1)));
        assert!(!holds("secret", &nonce, now - TimeDelta::seconds(1)));
        assert!(!holds("other", &nonce, now));
        let later = nonce.replacen("18", "19", 1);
        for bad in ["", "-", "x", &nonce[1..], &nonce[..nonce.len() - 1], &later] {
            assert!(!holds("secret", bad, now), "{bad}");
        }
        assert_ne!(nonce, new("secret", now, &SystemChance));
    }
}
