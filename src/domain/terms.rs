//! What an offer promises, in one canonical form that mail, page and approval share the hash of.

use chrono::NaiveDate;

use super::Refusal;
use super::money::{Currency, Money, PayInterval};
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

/// Says which written form follows.
const TAG: &str = "vacantia-terms-1\n";

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
        let mut text = String::from(TAG);
        for (name, value) in fields {
            text.extend([name, ":", &value.len().to_string(), ":", value, "\n"]);
        }
        text
    }

    /// The terms as people read them: one promise a line, then what else is promised.
    #[must_use]
    pub fn letter(&self) -> String {
        let employment = match self.employment_type {
            EmploymentType::FullTime => "full time",
            EmploymentType::PartTime => "part time",
            EmploymentType::Contract => "contract",
            EmploymentType::Temporary => "temporary",
            EmploymentType::Intern => "internship",
            EmploymentType::Volunteer => "volunteer",
            EmploymentType::PerDiem => "by the day",
        };
        let mut text = format!(
            "Role: {}\nTeam: {}\nPay: {} per {}\nEmployment: {employment}\nFirst day: {}\nPlace: {}\n",
            self.title,
            self.team,
            self.pay,
            self.interval,
            self.start_on.format("%-d %B %Y"),
            self.place
        );
        if let Some(remarks) = &self.remarks {
            text.extend(["\n", remarks, "\n"]);
        }
        text
    }

    /// Reads back what [`Terms::canonical`] wrote. `None` for any other text.
    #[must_use]
    pub fn read(canonical: &str) -> Option<Self> {
        let mut rest = canonical.strip_prefix(TAG)?;
        let mut next = |name: &str| {
            let (length, text) = rest.strip_prefix(name)?.strip_prefix(':')?.split_once(':')?;
            let value = text.get(..length.parse().ok()?)?;
            rest = text[value.len()..].strip_prefix('\n')?;
            Some(value)
        };
        let title = next("title")?.to_owned();
        let team = next("team")?.to_owned();
        let minor = next("payMinor")?.parse().ok()?;
        let currency = Currency::find(next("payCurrency")?)?;
        let interval = next("payInterval")?.parse().ok()?;
        let employment_type = next("employmentType")?.parse().ok()?;
        let start_on = next("startOn")?.parse().ok()?;
        let place = next("place")?.to_owned();
        let remarks = Some(next("remarks")?).filter(|text| !text.is_empty()).map(str::to_owned);
        let pay = Money { minor, currency };
        rest.is_empty().then_some(Self {
            title,
            team,
            pay,
            interval,
            employment_type,
            start_on,
            place,
            remarks,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms() -> Terms {
        Terms {
            title: "Backend Developer: \u{c9}quipe".into(),
            team: "Verify (CI)".into(),
            pay: Money { minor: 7_200_000, currency: Currency::find("EUR").unwrap() },
            interval: PayInterval::Year,
            employment_type: EmploymentType::FullTime,
            start_on: "2027-03-01".parse().unwrap(),
            place: "Remote, Portugal".into(),
            remarks: Some("A laptop.\nplace:4:Mars\n\n".into()),
        }
    }

    #[test]
    fn the_canonical_form_reads_back() {
        let plain = Terms { remarks: None, ..terms() };
        for terms in [terms(), plain] {
            assert_eq!(Terms::read(&terms.canonical()), Some(terms));
        }
    }

    #[test]
    fn a_letter_says_every_promise() {
        let letter = terms().letter();
        for promise in ["EUR 72,000 per year", "full time", "1 March 2027", "Verify (CI)", "A laptop."] {
            assert!(letter.contains(promise), "{promise}: {letter}");
        }
    }

    #[test]
    fn no_other_text_is_read() {
        let text = terms().canonical();
        for bad in [
            String::new(),
            text.replace("terms-1", "terms-2"),
            text.replace("payMinor:7:7200000", "payMinor:9:7200000"),
            text.replace("startOn:10", "startOn:99999999999999999999"),
            format!("{text}x"),
            text[..text.len() - 1].to_owned(),
        ] {
            assert_eq!(Terms::read(&bad), None, "{bad}");
        }
    }

    #[test]
    fn no_value_passes_for_another_field() {
        let sly = Terms { team: "A\npayMinor:1:9".into(), ..terms() };
        assert_eq!(Terms::read(&sly.canonical()), Some(sly));
    }
}
