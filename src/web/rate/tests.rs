use std::sync::Mutex;

use chrono::{DateTime, TimeDelta, Utc};

use super::*;

#[derive(Default)]
struct Hand(Mutex<TimeDelta>);

impl Hand {
    fn pass(&self, seconds: i64) {
        *self.0.lock().unwrap() += TimeDelta::seconds(seconds);
    }
}

impl Clock for Hand {
    fn now(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + *self.0.lock().unwrap()
    }
}

fn five_a_minute() -> (Arc<Hand>, Count) {
    let hand = Arc::new(Hand::default());
    let rate = Rate { times: NonZeroU32::new(5).unwrap(), within: Duration::from_mins(1) };
    (hand.clone(), Count::new(rate, hand))
}

fn add(count: &Count, address: &str, times: u32) -> Result<(), u64> {
    let added = count.add(address.parse().unwrap(), NonZeroU32::new(times).unwrap());
    added.map_err(|too_many| too_many.retry_after)
}

#[test]
fn a_burst_passes_and_then_one_at_a_time() {
    let (hand, count) = five_a_minute();
    for _ in 0..5 {
        assert_eq!(add(&count, "192.0.2.1", 1), Ok(()));
    }
    assert_eq!(add(&count, "192.0.2.1", 1), Err(13));
    assert_eq!(add(&count, "192.0.2.2", 1), Ok(()), "others are not held up");
    hand.pass(13);
    assert_eq!(add(&count, "192.0.2.1", 1), Ok(()));
    assert!(add(&count, "192.0.2.1", 1).is_err());
    hand.pass(60);
    assert_eq!(add(&count, "192.0.2.1", 5), Ok(()));
}

#[test]
fn several_at_once_count_as_many_or_not_at_all() {
    let (_, count) = five_a_minute();
    assert_eq!(add(&count, "192.0.2.1", 3), Ok(()));
    assert!(add(&count, "192.0.2.1", 3).is_err());
    assert_eq!(add(&count, "192.0.2.1", 2), Ok(()));
    assert!(add(&count, "192.0.2.9", 6).is_err(), "more than ever allowed");
}

#[test]
fn a_household_of_version_6_is_one_sender() {
    let (_, count) = five_a_minute();
    for last in 0..5 {
        assert_eq!(add(&count, &format!("2001:db8::{last}"), 1), Ok(()));
    }
    assert!(add(&count, "2001:db8::ffff:ffff:ffff:ffff", 1).is_err());
    assert_eq!(add(&count, "2001:db8:0:1::1", 1), Ok(()));
}

#[test]
fn however_many_addresses_come_few_are_remembered() {
    let (hand, count) = five_a_minute();
    for address in 0..2 * u32::try_from(MOST).unwrap() {
        let _ = count.add(IpAddr::from((0x0A00_0000 + address).to_be_bytes()), NonZeroU32::MIN);
    }
    // Ten to the eighth of version 4 are at most 2^16 regions, here two.
    assert!(count.limiter.len() <= MOST + 2, "{}", count.limiter.len());
    hand.pass(3_600);
    for _ in 0..SWEEP {
        let _ = add(&count, "192.0.2.1", 1);
    }
    assert!(count.limiter.len() <= 2, "the quiet ones are forgotten: {}", count.limiter.len());
}
