//! A record's fields by their paths. Every field at fault is noted; reading goes on with nothing in its place.

use std::cell::RefCell;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;

use super::{LARGEST_RECORD, Note, people};
use crate::storage::digest::sha256;

pub(super) struct Record {
    raw: String,
    value: Value,
    left_out: usize,
    faults: RefCell<Vec<Note>>,
}

impl Record {
    pub fn parse(raw: &str) -> Result<Self, Note> {
        if raw.len() > LARGEST_RECORD {
            return Err(Note::new("", "larger than 1 MB"));
        }
        let mut value: Value =
            serde_json::from_str(raw).map_err(|error| Note::new("", format!("unreadable: {error}")))?;
        if !value.is_object() {
            return Err(Note::new("", "expected an object"));
        }
        let left_out = people::leave_out(&mut value);
        let raw = if left_out == 0 { raw.to_owned() } else { value.to_string() };
        Ok(Self { raw, value, left_out, faults: RefCell::default() })
    }

    /// The record as it may be kept.
    pub fn raw(&self) -> String {
        self.raw.clone()
    }

    pub fn digest(&self) -> String {
        sha256(self.value.to_string())
    }

    /// How many values about people were left out.
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    pub fn fault(&self, field: &str, reason: &str) {
        let fault = Note::new(field, reason);
        let mut faults = self.faults.borrow_mut();
        if !faults.contains(&fault) {
            faults.push(fault);
        }
    }

    pub fn faults(&self) -> Vec<Note> {
        self.faults.borrow().clone()
    }

    /// What is at a dotted path; null and absent are alike.
    pub fn at(&self, path: &str) -> Option<&Value> {
        let mut value = &self.value;
        for (end, name) in path.split('.').scan(0, |end, name| {
            *end += name.len() + 1;
            Some((*end - name.len() - 1, name))
        }) {
            if value.is_null() {
                return None;
            }
            let Some(object) = value.as_object() else {
                self.fault(path[..end].trim_end_matches('.'), "expected an object");
                return None;
            };
            value = object.get(name)?;
        }
        Some(value).filter(|value| !value.is_null())
    }

    /// A text; blank and absent are alike.
    pub fn text(&self, path: &str) -> Option<&str> {
        let value = self.at(path)?;
        if let Some(text) = value.as_str() {
            return Some(text).filter(|text| !text.trim().is_empty());
        }
        self.fault(path, "expected a text");
        None
    }

    /// A text that has to be there.
    pub fn needed(&self, path: &str) -> String {
        let before = self.faults.borrow().len();
        let text = self.text(path).map(str::to_owned);
        if text.is_none() && self.faults.borrow().len() == before {
            self.fault(path, "missing");
        }
        text.unwrap_or_default()
    }

    /// The id: a whole number or a short text.
    pub fn id(&self) -> String {
        match self.at("id") {
            Some(Value::Number(number)) if !number.is_f64() => number.to_string(),
            Some(Value::String(text)) if is_id(text) => text.clone(),
            Some(_) => {
                self.fault("id", "expected a whole number, or 1 to 100 letters, digits, -, _, . or :");
                String::new()
            }
            None => {
                self.fault("id", "missing");
                String::new()
            }
        }
    }

    pub fn flag(&self, path: &str) -> Option<bool> {
        let value = self.at(path)?;
        if value.as_bool().is_none() {
            self.fault(path, "expected true or false");
        }
        value.as_bool()
    }

    pub fn list(&self, path: &str) -> &[Value] {
        match self.at(path) {
            Some(Value::Array(list)) => list,
            Some(_) => {
                self.fault(path, "expected a list");
                &[]
            }
            None => &[],
        }
    }

    /// An instant in RFC 3339; a date alone is the end of that day.
    pub fn instant(&self, path: &str) -> Option<DateTime<Utc>> {
        let text = self.text(path)?;
        let instant = DateTime::parse_from_rfc3339(text.trim()).map(|at| at.to_utc()).ok();
        let day_end = || Some(text.trim().parse::<NaiveDate>().ok()?.and_hms_opt(23, 59, 59)?.and_utc());
        let read = instant.or_else(day_end).filter(is_sensible);
        if read.is_none() {
            self.fault(path, "expected a time such as 2026-05-01T09:00:00Z");
        }
        read
    }

    /// An instant in milliseconds since 1970.
    pub fn millis(&self, path: &str) -> Option<DateTime<Utc>> {
        let value = self.at(path)?;
        let read = value.as_i64().and_then(DateTime::from_timestamp_millis).filter(is_sensible);
        if read.is_none() {
            self.fault(path, "expected milliseconds since 1970");
        }
        read
    }
}

/// Years that both databases and all feeds can write.
fn is_sensible(at: &DateTime<Utc>) -> bool {
    (DateTime::UNIX_EPOCH..DateTime::from_timestamp(253_402_300_799, 0).unwrap_or(DateTime::UNIX_EPOCH))
        .contains(at)
}

fn is_id(text: &str) -> bool {
    (1..=100).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b))
}
