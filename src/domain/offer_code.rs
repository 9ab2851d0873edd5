//! A code that is mailed to a candidate, where accepting an offer takes one: it shows that whoever accepts reads the mail
//! of the address the offer went to.

use chrono::{DateTime, TimeDelta, Utc};

use super::Refusal;
use super::clock::Chance;
use super::id::OfferId;

/// How long a code can be used.
pub const LIFE: TimeDelta = TimeDelta::minutes(15);
/// How long nobody has to wait for a code that was sent: another is sent no sooner.
const PAUSE: TimeDelta = TimeDelta::minutes(1);
/// The most codes that are sent for one version of an offer.
const MOST_CODES: i32 = 10;
/// How often one code may be tried.
const MOST_TRIES: i32 = 5;
/// How many digits a code has.
const DIGITS: usize = 6;

/// The newest code for an offer, of which only the hash is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferCode {
    /// For which offer.
    pub offer: OfferId,
    /// For which of its versions.
    pub version: i32,
    /// The hash of the code.
    pub hash: String,
    /// When it was sent.
    pub sent_at: DateTime<Utc>,
    /// How often it was tried.
    pub tries: i32,
    /// How many were sent for this version, this one included.
    pub codes: i32,
}

impl OfferCode {
    /// The first code, or the one that follows `before`.
    ///
    /// # Errors
    /// `TOO_OFTEN` when the one before is too young, or there were too many.
    pub fn following(before: Option<Self>, next: Self) -> Result<Self, Refusal> {
        let Some(before) = before.filter(|before| before.version == next.version) else { return Ok(next) };
        if next.sent_at < before.sent_at + PAUSE || before.codes >= MOST_CODES {
            return Err(Refusal::TooOften);
        }
        Ok(Self { codes: before.codes + 1, ..next })
    }

    /// Whether a try for this version, which is counted already, is one that may be right.
    #[must_use]
    pub fn may_be_tried(&self, version: i32, now: DateTime<Utc>) -> bool {
        self.version == version && self.tries <= MOST_TRIES && now < self.sent_at + LIFE
    }
}

/// A new code.
#[must_use]
pub fn random(chance: &dyn Chance) -> String {
    let mut code = String::with_capacity(DIGITS);
    while code.len() < DIGITS {
        let mut byte = [0];
        chance.fill(&mut byte);
        // Every digit has as many of the first 250 bytes.
        if byte[0] < 250 {
            code.push(char::from(b'0' + byte[0] % 10));
        }
    }
    code
}

/// What somebody typed as a code: spaces and hyphens, as people put between digits, do not count.
///
/// # Errors
/// `REQUIRED` or `INVALID` on `code`.
pub fn typed(text: &str) -> Result<String, Refusal> {
    let code: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    match code.len() {
        0 => Err(Refusal::required("code")),
        DIGITS if code.bytes().all(|byte| byte.is_ascii_digit()) => Ok(code),
        _ => Err(wrong()),
    }
}

/// `INVALID` on `code`, whatever is wrong with it: who guesses learns nothing.
#[must_use]
pub fn wrong() -> Refusal {
    Refusal::invalid("code", "the six digits of our newest mail about it, which is at most 15 minutes old")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::SystemChance;

    fn code(version: i32, minute: i64) -> OfferCode {
        let (offer, sent_at) = (OfferId::new(DateTime::UNIX_EPOCH, &SystemChance), DateTime::UNIX_EPOCH);
        OfferCode {
            offer,
            version,
            hash: "x".into(),
            sent_at: sent_at + TimeDelta::minutes(minute),
            tries: 0,
            codes: 1,
        }
    }

    #[test]
    fn codes_follow_each_other_after_a_while_and_end() {
        let first = OfferCode::following(None, code(1, 0)).unwrap();
        assert_eq!(OfferCode::following(Some(first.clone()), code(1, 0)), Err(Refusal::TooOften));
        let mut last = first;
        for minute in 1..10 {
            last = OfferCode::following(Some(last), code(1, minute)).unwrap();
        }
        assert_eq!(last.codes, 10);
        assert_eq!(OfferCode::following(Some(last.clone()), code(1, 60)), Err(Refusal::TooOften));
        assert_eq!(OfferCode::following(Some(last), code(2, 60)).unwrap().codes, 1, "another version");
    }

    #[test]
    fn a_code_is_tried_five_times_in_its_quarter_of_an_hour() {
        let (first, at) = (code(1, 0), |minute| DateTime::UNIX_EPOCH + TimeDelta::minutes(minute));
        assert!(
            first.may_be_tried(1, at(14)) && !first.may_be_tried(1, at(15)) && !first.may_be_tried(2, at(1))
        );
        assert!(OfferCode { tries: 5, ..first.clone() }.may_be_tried(1, at(1)));
        assert!(!OfferCode { tries: 6, ..first }.may_be_tried(1, at(1)));
    }

    #[test]
    fn what_is_typed_is_read_as_people_write_it() {
        let random = random(&SystemChance);
        assert!(random.len() == 6 && random.bytes().all(|digit| digit.is_ascii_digit()));
        assert_eq!(typed(" 12 34-56 "), Ok("123456".to_owned()));
        assert_eq!(typed(" - "), Err(Refusal::required("code")));
        for bad in ["12345", "1234567", "12345a", "١٢٣"] {
            assert_eq!(typed(bad), Err(wrong()), "{bad}");
        }
    }
}
