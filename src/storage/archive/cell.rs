//! A value of the database as JSON, and back: the same text whichever database it comes from.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SecondsFormat, Utc};
use sea_orm::{QueryResult, Value};
use serde_json::value::RawValue;

use super::{Field, Form};
use crate::storage::fault::Fault;

/// What kind of value a column holds.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sort {
    Text,
    /// Text that one of the domain's types reads.
    Word(fn(&str) -> bool),
    /// 32 bits.
    Integer,
    /// 64 bits.
    Long,
    Flag,
    /// UTC, to the microsecond at most: PostgreSQL keeps no finer ones.
    Instant,
    /// As base64 (RFC 4648, section 4).
    Bytes,
    /// JSON that is kept as text. It stands in a record as it is, not as a text in a text.
    Document,
}

impl Field {
    /// How a query asks for it: numbers of any width come back as 64 bits.
    pub(super) fn wanted(&self) -> String {
        match self.form.sort {
            Sort::Integer | Sort::Long => format!("CAST({0} AS BIGINT) AS {0}", self.column),
            _ => self.column.to_owned(),
        }
    }

    /// Whether it is text that the database may compare by the rules of some language.
    pub(super) fn is_text(&self) -> bool {
        matches!(self.form.sort, Sort::Text)
    }

    /// What the row holds of it.
    pub(super) fn read(&self, row: &QueryResult) -> Result<Value, Fault> {
        let column = self.column;
        Ok(match self.form.sort {
            Sort::Text | Sort::Word(_) | Sort::Document => Value::String(row.try_get("", column)?),
            Sort::Integer | Sort::Long => Value::BigInt(row.try_get("", column)?),
            Sort::Flag => Value::Bool(row.try_get("", column)?),
            Sort::Instant => Value::ChronoDateTimeUtc(row.try_get("", column)?),
            Sort::Bytes => Value::Bytes(row.try_get("", column)?),
        })
    }

    /// Adds the value to a record.
    pub(super) fn write(&self, value: &Value, record: &mut String) -> Result<(), Fault> {
        match value {
            Value::String(Some(text)) if matches!(self.form.sort, Sort::Document) => {
                record.push_str(&self.on_one_line(text)?);
            }
            Value::String(Some(text)) => record.push_str(&serde_json::Value::from(text.as_str()).to_string()),
            Value::BigInt(Some(number)) => record.push_str(&number.to_string()),
            Value::Bool(Some(flag)) => record.push_str(if *flag { "true" } else { "false" }),
            Value::ChronoDateTimeUtc(Some(at)) => {
                record.push('"');
                record.push_str(&at.to_rfc3339_opts(SecondsFormat::AutoSi, true));
                record.push('"');
            }
            Value::Bytes(Some(bytes)) => {
                record.push('"');
                STANDARD.encode_string(bytes, record);
                record.push('"');
            }
            _ => record.push_str("null"),
        }
        Ok(())
    }

    /// Line breaks of a document stand between its tokens, where a space means the same: its strings cannot hold any.
    fn on_one_line(&self, document: &str) -> Result<String, Fault> {
        let whole = serde_json::from_str::<&RawValue>(document)
            .map_err(|error| Fault::unfit(format!("a {} is no JSON: {error}", self.column)))?;
        Ok(whole.get().replace(['\n', '\r'], " "))
    }

    /// What a record says of it; `None` when it says nothing.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub(super) fn parse(&self, said: Option<&RawValue>) -> Result<Value, String> {
        let Form { sort, optional } = self.form;
        match said.filter(|said| said.get() != "null") {
            Some(said) => sort.parse(said),
            None if optional => Ok(sort.nothing()),
            None => Err("is missing".to_owned()),
        }
    }
}

impl Sort {
    fn parse(self, said: &RawValue) -> Result<Value, String> {
        match self {
            Self::Text => Ok(text(said)?.into()),
            Self::Word(is_one) => {
                let text = text(said)?;
                if is_one(&text) { Ok(text.into()) } else { Err(format!("cannot be {}", shortened(&text))) }
            }
            Self::Integer => {
                as_json::<i32>(said, "a whole number of 32 bits").map(|number| i64::from(number).into())
            }
            Self::Long => as_json::<i64>(said, "a whole number of 64 bits").map(Into::into),
            Self::Flag => as_json::<bool>(said, "true or false").map(Into::into),
            Self::Instant => instant(said).map(Into::into),
            Self::Bytes => {
                let bytes = STANDARD.decode(text(said)?).map_err(|_| "has to be base64".to_owned())?;
                Ok(bytes.into())
            }
            Self::Document => Ok(said.get().into()),
        }
    }

    /// NULL of the right type: PostgreSQL takes no text for a number, not even an absent one.
    fn nothing(self) -> Value {
        match self {
            Self::Text | Self::Word(_) | Self::Document => Value::String(None),
            Self::Integer | Self::Long => Value::BigInt(None),
            Self::Flag => Value::Bool(None),
            Self::Instant => Value::ChronoDateTimeUtc(None),
            Self::Bytes => Value::Bytes(None),
        }
    }
}

fn as_json<T: serde::de::DeserializeOwned>(said: &RawValue, what: &str) -> Result<T, String> {
    serde_json::from_str(said.get()).map_err(|_| format!("has to be {what}"))
}

/// PostgreSQL keeps no U+0000 in a text, and the program takes none from anybody.
fn text(said: &RawValue) -> Result<String, String> {
    let text: String = as_json(said, "a text")?;
    if text.contains('\0') { Err("holds the character U+0000".to_owned()) } else { Ok(text) }
}

fn instant(said: &RawValue) -> Result<DateTime<Utc>, String> {
    let read = |text: &str| Some(DateTime::parse_from_rfc3339(text).ok()?.to_utc());
    let at = read(&text(said)?).ok_or("has to be a time like 2027-01-15T08:00:00Z")?;
    if at.timestamp_subsec_nanos() % 1000 == 0 {
        Ok(at)
    } else {
        Err("is a time finer than a microsecond".to_owned())
    }
}

/// The text as it can stand in a message: it may be anything, and of any length.
fn shortened(text: &str) -> String {
    let start: String = text.chars().take(40).collect();
    let more = if start.len() < text.len() { ".." } else { "" };
    format!("{start:?}{more}")
}
