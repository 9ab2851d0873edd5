//! Money: integer minor units, an ISO 4217 currency, and for pay an interval. Never a float.

use std::fmt;
use std::str::FromStr;

use super::Refusal;
use super::country::Country;
use super::text::Unknown;

/// An ISO 4217 code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency(&'static str);

/// Source: ISO 4217, active currencies of countries.
const CURRENCIES: &str = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP \
BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD \
HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL \
MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB \
RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS \
VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG";

/// Currencies without minor units (ISO 4217).
const WHOLE: &str = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF";
/// Currencies with three decimal places (ISO 4217).
const THREE: &str = "BHD IQD JOD KWD LYD OMR TND";

impl Currency {
    /// The euro.
    pub const EUR: Self = Self("EUR");

    /// # Errors
    /// `INVALID` on the named field when the code is not an active currency.
    pub fn parse(field: &str, code: &str) -> Result<Self, Refusal> {
        Self::find(code).ok_or_else(|| Refusal::invalid(field, "an ISO 4217 currency code such as EUR"))
    }

    /// The currency of this upper-case code.
    #[must_use]
    pub fn find(code: &str) -> Option<Self> {
        CURRENCIES.split_whitespace().find(|known| *known == code).map(Self)
    }

    /// The code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.0
    }

    /// How many decimal places its minor unit has.
    #[must_use]
    pub fn decimals(self) -> u32 {
        let among = |list: &str| list.split_whitespace().any(|code| code == self.0);
        if among(WHOLE) {
            0
        } else if among(THREE) {
            3
        } else {
            2
        }
    }

    /// The sign boards and people read, where one is unmistakable.
    #[must_use]
    pub fn sign(self) -> Option<&'static str> {
        match self.0 {
            "EUR" => Some("€"),
            "GBP" => Some("£"),
            "USD" => Some("$"),
            "JPY" => Some("¥"),
            "INR" => Some("₹"),
            _ => None,
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Currency {
    type Err = Unknown;

    fn from_str(code: &str) -> Result<Self, Unknown> {
        Self::find(code).ok_or(Unknown("Currency"))
    }
}

text_enum! {
    /// What an amount of pay is paid for.
    PayInterval {
        /// Per hour.
        Hour = "hour",
        /// Per day.
        Day = "day",
        /// Per week.
        Week = "week",
        /// Per month.
        Month = "month",
        /// Per year.
        Year = "year",
    }
}

/// An amount of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    /// In the currency's minor unit: 12345 EUR is 123.45 euro.
    pub minor: i64,
    /// In which currency.
    pub currency: Currency,
}

impl Money {
    /// The amount in plain digits, without separators: `123.45`, or `123` when nothing is behind the point.
    #[must_use]
    pub fn plain(self) -> String {
        let unit = 10_i64.pow(self.currency.decimals());
        let (whole, part) = (self.minor / unit, (self.minor % unit).abs());
        if part == 0 {
            return whole.to_string();
        }
        format!("{whole}.{part:0width$}", width = self.currency.decimals() as usize)
    }
}

impl Money {
    /// The amount in whole units, rounded down.
    #[must_use]
    pub fn whole(self) -> i64 {
        self.minor.div_euclid(10_i64.pow(self.currency.decimals()))
    }

    /// Whether nothing is behind the point.
    #[must_use]
    pub fn is_whole(self) -> bool {
        self.minor % 10_i64.pow(self.currency.decimals()) == 0
    }
}

impl fmt::Display for Money {
    /// Grouped by thousands behind the currency code: `EUR 72,000`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.currency.code(), grouped(&self.plain()))
    }
}

fn grouped(plain: &str) -> String {
    let (whole, part) = plain.split_once('.').map_or((plain, None), |(whole, part)| (whole, Some(part)));
    let digits = whole.trim_start_matches('-');
    let mut text = String::from(if whole.starts_with('-') { "-" } else { "" });
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(part) = part {
        text.push('.');
        text.push_str(part);
    }
    text
}

/// The pay a posting offers, for one jurisdiction or everywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayRange {
    /// Where it holds; everywhere when absent.
    pub jurisdiction: Option<Country>,
    /// The least, in minor units.
    pub min: i64,
    /// The most, in minor units.
    pub max: i64,
    /// In which currency.
    pub currency: Currency,
    /// For how long a time's work.
    pub interval: PayInterval,
}

impl PayRange {
    /// # Errors
    /// `INVALID` on `{field}.minMinor` or `{field}.maxMinor` unless 0 < min <= max.
    pub fn checked(self, field: &str) -> Result<Self, Refusal> {
        if self.min <= 0 {
            return Err(Refusal::invalid(
                &format!("{field}.minMinor"),
                "an amount above zero, in minor units",
            ));
        }
        if self.max < self.min {
            return Err(Refusal::invalid(&format!("{field}.maxMinor"), "an amount not below the minimum"));
        }
        Ok(self)
    }

    /// The least, as money.
    #[must_use]
    pub fn least(&self) -> Money {
        Money { minor: self.min, currency: self.currency }
    }

    /// The most, as money.
    #[must_use]
    pub fn most(&self) -> Money {
        Money { minor: self.max, currency: self.currency }
    }
}

impl fmt::Display for PayRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.least())?;
        if self.max != self.min {
            write!(f, " to {}", grouped(&self.most().plain()))?;
        }
        write!(f, " per {}", self.interval)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(minor: i64, code: &str) -> Money {
        Money { minor, currency: Currency::find(code).unwrap() }
    }

    #[test]
    fn amounts_are_written_by_their_currency() {
        assert_eq!(money(7_200_000, "EUR").to_string(), "EUR 72,000");
        assert_eq!(money(1_850, "USD").plain(), "18.50");
        assert_eq!((money(1_850, "USD").whole(), money(1_850, "USD").is_whole()), (18, false));
        assert_eq!((money(1_850, "JPY").whole(), money(1_850, "JPY").is_whole()), (1_850, true));
        assert_eq!(money(4_000_000, "JPY").to_string(), "JPY 4,000,000");
        assert_eq!(money(1_500, "KWD").plain(), "1.500");
        assert_eq!(money(-123_456, "EUR").to_string(), "EUR -1,234.56");
    }

    #[test]
    fn a_range_is_the_right_way_round() {
        let range = |min, max| PayRange {
            jurisdiction: None,
            min,
            max,
            currency: Currency("EUR"),
            interval: PayInterval::Year,
        };
        assert!(range(1, 1).checked("pay").is_ok());
        assert_eq!(range(2, 1).checked("pay").unwrap_err().field(), Some("pay.maxMinor"));
        assert_eq!(range(0, 1).checked("pay").unwrap_err().field(), Some("pay.minMinor"));
        assert_eq!(range(7_000_000, 9_000_000).to_string(), "EUR 70,000 to 90,000 per year");
    }
}
