//! Durations as operators write them: a whole number and its unit.

use std::time::Duration;

/// Reads `250ms`, `5s`, `10m`, `2h` or `1d`.
///
/// # Errors
/// What would be right, for the command line.
pub fn parse(text: &str) -> Result<Duration, String> {
    let wrong = || "write a whole number with its unit: 250ms, 5s, 10m, 2h or 1d".to_owned();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number: u64 = text[..digits].parse().map_err(|_| wrong())?;
    let millis = match &text[digits..] {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err(wrong()),
    };
    match number.checked_mul(millis) {
        Some(total) if total > 0 => Ok(Duration::from_millis(total)),
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_and_its_unit() {
        assert_eq!(parse("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(parse("10m"), Ok(Duration::from_mins(10)));
        assert_eq!(parse("1d"), Ok(Duration::from_hours(24)));
        for bad in [
            "",
            "5",
            "s",
            "-1s",
            "1.5s",
            "0s",
            "5 s",
            "5sec",
            "99999999999999999999s",
            "18446744073709551615d",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
