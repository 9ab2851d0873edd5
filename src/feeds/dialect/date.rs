//! How times are written.

use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;

/// How times are written. Where there is a day alone it is the day in the organisation's zone, as on the careers page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateStyle {
    /// `2027-01-11T00:30:00+01:00` (ISO 8601), with the offset of the organisation's zone.
    Iso8601,
    /// `2027-01-10T23:30:00Z` (ISO 8601), in UTC.
    Utc,
    /// `Mon, 11 Jan 2027 00:30:00 +0100` (RFC 822 with a year of four digits).
    Rfc822,
    /// `11/01/2027`.
    DayMonthYear,
    /// `11.01.2027`.
    DayMonthYearDots,
    /// `1/11/2027`.
    MonthDayYear,
}

impl DateStyle {
    /// A time in this style.
    #[must_use]
    pub fn write(self, at: &DateTime<Tz>) -> String {
        match self {
            Self::Iso8601 => at.to_rfc3339_opts(SecondsFormat::Secs, true),
            Self::Utc => at.with_timezone(&Utc).to_rfc3339_opts(SecondsFormat::Secs, true),
            Self::Rfc822 => at.format("%a, %d %b %Y %H:%M:%S %z").to_string(),
            Self::DayMonthYear => at.format("%d/%m/%Y").to_string(),
            Self::DayMonthYearDots => at.format("%d.%m.%Y").to_string(),
            Self::MonthDayYear => at.format("%-m/%-d/%Y").to_string(),
        }
    }

    /// What it is, for people.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Iso8601 => "ISO 8601 with the offset of the organisation's zone",
            Self::Utc => "ISO 8601 in UTC",
            Self::Rfc822 => "RFC 822 with the offset of the organisation's zone",
            Self::DayMonthYear => "DD/MM/YYYY, the day in the organisation's zone",
            Self::DayMonthYearDots => "DD.MM.YYYY, the day in the organisation's zone",
            Self::MonthDayYear => "M/D/YYYY, the day in the organisation's zone",
        }
    }

    /// What it looks like, as a regular expression of XML Schema (part 2, appendix F).
    #[must_use]
    pub const fn pattern(self) -> &'static str {
        match self {
            Self::Iso8601 => r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+\-]\d\d:\d\d)",
            Self::Utc => r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
            Self::Rfc822 => {
                r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d [+\-]\d{4}"
            }
            Self::DayMonthYear => r"(0[1-9]|[12]\d|3[01])/(0[1-9]|1[0-2])/\d{4}",
            Self::DayMonthYearDots => r"(0[1-9]|[12]\d|3[01])\.(0[1-9]|1[0-2])\.\d{4}",
            Self::MonthDayYear => r"([1-9]|1[0-2])/([1-9]|[12]\d|3[01])/\d{4}",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_evening_in_every_style() {
        let at: DateTime<Utc> = "2027-03-04T23:30:00Z".parse().unwrap();
        let at = at.with_timezone(&chrono_tz::Europe::Berlin);
        let written = |style: DateStyle| style.write(&at);
        assert_eq!(written(DateStyle::Iso8601), "2027-03-05T00:30:00+01:00");
        assert_eq!(written(DateStyle::Utc), "2027-03-04T23:30:00Z");
        assert_eq!(written(DateStyle::Rfc822), "Fri, 05 Mar 2027 00:30:00 +0100");
        assert_eq!(written(DateStyle::DayMonthYear), "05/03/2027");
        assert_eq!(written(DateStyle::DayMonthYearDots), "05.03.2027");
        assert_eq!(written(DateStyle::MonthDayYear), "3/5/2027");
    }
}
