//! What an offer promises, in one canonical form that mail, page and approval share the hash of.

use chrono::NaiveDate;

use super::Refusal;
use super::money::{Money, PayInterval};
use super::posting::EmploymentType;
use super::text;

/// What an offer promises. The deadline for answering is not part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// The role.
    pub title: String,
    /// The team, by its name when the terms were written.
    pub team: String,
    /// The pay.
    pub pay: Money,
    /// What the pay is paid for.
    pub interval: PayInterval,
    /// The kind of employment.
    pub employment_type: EmploymentType,
    /// The first day.
    pub start_on: NaiveDate,
    /// Where the work is done, in words.
    pub place: String,
    /// Anything else that is promised, in plain text.
    pub remarks: Option<String>,
}

/// The SHA-256 of [`Terms::canonical`], in lower-case hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TermsHash(pub String);

impl Terms {
    /// # Errors
    /// `REQUIRED` or `INVALID` on `terms.<field>`.
    pub fn checked(self) -> Result<Self, Refusal> {
        if self.pay.minor <= 0 {
            return Err(Refusal::invalid("terms.pay.amountMinor", "an amount above zero, in minor units"));
        }
        Ok(Self {
            title: text::line("terms.title", &self.title, 150)?,
            team: text::line("terms.team", &self.team, 80)?,
            place: text::line("terms.place", &self.place, 200)?,
            remarks: text::optional_prose("terms.remarks", self.remarks.as_deref(), 5_000)?,
            ..self
        })
    }

    /// The written form that is hashed: a version tag, then one `name:length:value` a line, so that no value can
    /// pass for another field.
    #[must_use]
    pub fn canonical(&self) -> String {
        let minor = self.pay.minor.to_string();
        let start = self.start_on.to_string();
        let fields = [
            ("title", self.title.as_str()),
            ("team", &self.team),
            ("payMinor", &minor),
            ("payCurrency", self.pay.currency.code()),
            ("payInterval", self.interval.as_str()),
            ("employmentType", self.employment_type.as_str()),
            ("startOn", &start),
            ("place", &self.place),
            ("remarks", self.remarks.as_deref().unwrap_or_default()),
        ];
        let mut text = String::from("vacantia-terms-1\n");
        for (name, value) in fields {
            text.extend([name, ":", &value.len().to_string(), ":", value, "\n"]);
        }
        text
    }
}
