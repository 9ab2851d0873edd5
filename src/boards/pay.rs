//! Pay as boards state it. What cannot be said as a range here stays in the record, with a note.

use serde_json::Value;

use super::Note;
use super::record::Record;
use crate::domain::money::{Currency, PayInterval, PayRange};

/// No pay is higher, in the currency's own unit.
const MOST: f64 = 1e12;

/// Greenhouse: `pay_input_ranges`, in cents, without an interval but in their titles.
pub(super) fn greenhouse(record: &Record, notes: &mut Vec<Note>) -> Vec<PayRange> {
    let ranges = record.list("pay_input_ranges").iter().map(|range| {
        let words =
            ["title", "blurb"].map(|name| range.get(name).and_then(Value::as_str).unwrap_or_default());
        let cents = |name: &str| Some(range.get(name)?.as_f64()? / 100.0);
        let interval = words.iter().find_map(|words| interval(words));
        range_of(cents("min_cents")?, cents("max_cents")?, text(range, "currency_type")?, interval?)
    });
    one("pay_input_ranges", ranges.collect(), notes)
}

/// Lever: `salaryRange`.
pub(super) fn lever(record: &Record, notes: &mut Vec<Note>) -> Vec<PayRange> {
    let range = record.at("salaryRange").map(|range| {
        let amount = |name: &str| range.get(name)?.as_f64();
        range_of(
            amount("min")?,
            amount("max")?,
            text(range, "currency")?,
            interval(text(range, "interval")?)?,
        )
    });
    one("salaryRange", range.into_iter().collect(), notes)
}

/// Ashby: the salaries among the components of its summary, or of its tiers.
pub(super) fn ashby(record: &Record, notes: &mut Vec<Note>) -> Vec<PayRange> {
    let mut components: Vec<&Value> = record.list("compensation.summaryComponents").iter().collect();
    if components.is_empty() {
        let tiers = record.list("compensation.compensationTiers").iter();
        components = tiers.filter_map(|tier| tier.get("components")?.as_array()).flatten().collect();
    }
    let salaries = components.into_iter().filter(|one| text(one, "compensationType") == Some("Salary"));
    let ranges = salaries.map(|one| {
        let amount = |name: &str| one.get(name)?.as_f64();
        let interval = interval(text(one, "interval")?)?;
        range_of(amount("minValue")?, amount("maxValue")?, text(one, "currencyCode")?, interval)
    });
    one("compensation", ranges.collect(), notes)
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name)?.as_str()
}

/// A posting states one pay for all places: ranges of one currency and interval become the range that covers them.
fn one(field: &str, ranges: Vec<Option<PayRange>>, notes: &mut Vec<Note>) -> Vec<PayRange> {
    if ranges.contains(&None) {
        notes
            .push(Note::new(field, "a pay without amounts, currency or interval is kept in the source only"));
    }
    let mut ranges = ranges.into_iter().flatten();
    let Some(mut covering) = ranges.next() else { return Vec::new() };
    for range in ranges {
        if (range.currency, range.interval) != (covering.currency, covering.interval) {
            notes.push(Note::new(
                field,
                "several kinds of pay; the first is taken, the others are kept in the source",
            ));
            continue;
        }
        covering.min = covering.min.min(range.min);
        covering.max = covering.max.max(range.max);
    }
    vec![covering]
}

fn range_of(min: f64, max: f64, currency: &str, interval: PayInterval) -> Option<PayRange> {
    let currency = Currency::find(currency)?;
    let range = PayRange {
        jurisdiction: None,
        min: minor(min, currency)?,
        max: minor(max, currency)?,
        currency,
        interval,
    };
    range.checked("payRanges.0").ok()
}

/// The amount in minor units; boards write amounts as JSON numbers.
fn minor(amount: f64, currency: Currency) -> Option<i64> {
    if !(0.0..MOST).contains(&amount) {
        return None;
    }
    let minor = (amount * f64::from(10_u32.pow(currency.decimals()))).round();
    format!("{minor:.0}").parse().ok()
}

/// `per-year-salary`, `1 YEAR`, `Annual Salary`, `per-hour-wage`.
fn interval(words: &str) -> Option<PayInterval> {
    let words = words.to_lowercase();
    let says = |word: &str| words.contains(word);
    match () {
        () if says("hour") => Some(PayInterval::Hour),
        () if says("day") || says("daily") => Some(PayInterval::Day),
        () if says("week") => Some(PayInterval::Week),
        () if says("month") => Some(PayInterval::Month),
        () if says("year") || says("annual") => Some(PayInterval::Year),
        () => None,
    }
}
