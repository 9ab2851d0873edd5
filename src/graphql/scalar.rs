//! Values with a format of their own.

use async_graphql::{
    InputObject, InputValueError, InputValueResult, Scalar, ScalarType, SimpleObject, Value,
};
use chrono::{DateTime as Instant, NaiveDate, SubsecRound, Utc};

use crate::domain::Refusal;
use crate::domain::country::Country;
use crate::domain::money::{Currency, Money as DomainMoney};

/// A timestamp in UTC, as RFC 3339 writes it: `2027-01-15T08:00:00Z`. Any offset is understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateTime(pub Instant<Utc>);

/// A timestamp in UTC, as RFC 3339 writes it: `2027-01-15T08:00:00Z`. Any offset is understood.
#[Scalar(specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else { return Err(InputValueError::expected_type(value)) };
        let parsed = Instant::parse_from_rfc3339(text)
            .map_err(|_| InputValueError::custom("expected a timestamp such as 2027-01-15T08:00:00Z"))?;
        Ok(Self(parsed.with_timezone(&Utc).trunc_subsecs(6)))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
    }
}

impl From<Instant<Utc>> for DateTime {
    fn from(at: Instant<Utc>) -> Self {
        Self(at)
    }
}

/// A day, as RFC 3339 writes a full date: `2027-01-15`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date(pub NaiveDate);

/// A day, as RFC 3339 writes a full date: `2027-01-15`.
#[Scalar(specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339")]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else { return Err(InputValueError::expected_type(value)) };
        text.parse().map(Self).map_err(|_| InputValueError::custom("expected a date such as 2027-01-15"))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// Declares a scalar that is text with a known form; what does not have it is refused where it is used, by field.
macro_rules! text_scalar {
    ($(#[$doc:meta])* $name:literal as $rust:ident, $url:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $rust(pub String);

        $(#[$doc])*
        #[Scalar(name = $name, specified_by_url = $url)]
        impl ScalarType for $rust {
            fn parse(value: Value) -> InputValueResult<Self> {
                match value {
                    Value::String(text) => Ok(Self(text)),
                    other => Err(InputValueError::expected_type(other)),
                }
            }

            fn to_value(&self) -> Value {
                Value::String(self.0.clone())
            }
        }
    };
}

text_scalar! {
    /// An absolute `https` or `http` address.
    "URL" as Url, "https://url.spec.whatwg.org/"
}

text_scalar! {
    /// An ISO 3166-1 alpha-2 country code: `DE`.
    "CountryCode" as CountryCode, "https://www.iso.org/iso-3166-country-codes.html"
}

text_scalar! {
    /// An ISO 4217 currency code: `EUR`.
    "CurrencyCode" as CurrencyCode, "https://www.iso.org/iso-4217-currency-codes.html"
}

impl From<Country> for CountryCode {
    fn from(country: Country) -> Self {
        Self(country.code().to_owned())
    }
}

impl From<Currency> for CurrencyCode {
    fn from(currency: Currency) -> Self {
        Self(currency.code().to_owned())
    }
}

/// A whole number that may pass 32 bits, written as a string of digits. A plain integer is understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BigInt(pub i64);

/// A whole number that may pass 32 bits, written as a string of digits. A plain integer is understood.
#[Scalar]
impl ScalarType for BigInt {
    fn parse(value: Value) -> InputValueResult<Self> {
        let number = match &value {
            Value::String(text) => text.parse().ok(),
            Value::Number(number) => number.as_i64(),
            _ => None,
        };
        number.map(Self).ok_or_else(|| InputValueError::custom("expected a whole number of at most 64 bits"))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// An amount of money.
#[derive(SimpleObject, Debug, Clone)]
pub struct Money {
    /// The amount in the currency's minor unit: 12345 of EUR is 123.45 euro.
    pub amount_minor: BigInt,
    /// The currency.
    pub currency: CurrencyCode,
}

impl From<DomainMoney> for Money {
    fn from(money: DomainMoney) -> Self {
        Self { amount_minor: BigInt(money.minor), currency: money.currency.into() }
    }
}

/// An amount of money.
#[derive(InputObject, Debug, Clone)]
pub struct MoneyInput {
    /// The amount in the currency's minor unit: 12345 of EUR is 123.45 euro.
    pub amount_minor: BigInt,
    /// The currency.
    pub currency: CurrencyCode,
}

impl MoneyInput {
    /// # Errors
    /// `INVALID` on `{field}.currency`.
    pub fn parse(&self, field: &str) -> Result<DomainMoney, Refusal> {
        let currency = Currency::parse(&format!("{field}.currency"), &self.currency.0)?;
        Ok(DomainMoney { minor: self.amount_minor.0, currency })
    }
}
