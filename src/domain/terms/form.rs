//! The written forms of terms. A form never changes once terms were hashed in it; what is new is a new form.

use super::{Bonus, BonusKind, Clause, Terms};
use crate::domain::canonical::{Reading, Writing, said};
use crate::domain::money::{Currency, Money};

/// Which written form terms have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Role, pay, kind, first day, place, remarks. Read for ever, written no more but to take a kept hash again.
    First,
    /// All that terms can say now.
    Second,
}

impl Form {
    const fn tag(self) -> &'static str {
        match self {
            Self::First => "vacantia-terms-1\n",
            Self::Second => "vacantia-terms-2\n",
        }
    }
}

impl Terms {
    /// The written form that is hashed. A list says first how many entries it has, and each entry has all its fields.
    #[must_use]
    pub fn canonical(&self) -> String {
        let mut form = Writing::of(self.form.tag());
        match self.form {
            Form::First => self.write_first(&mut form),
            Form::Second => self.write_second(&mut form),
        }
        form.text()
    }

    fn write_first(&self, form: &mut Writing) {
        form.put("title", &self.title);
        form.put("team", &self.team);
        self.write_pay(form);
        form.put("employmentType", self.employment_type.as_str());
        form.put("startOn", &self.start_on.to_string());
        form.put("place", &self.place);
        form.maybe("remarks", self.remarks.as_deref());
    }

    fn write_second(&self, form: &mut Writing) {
        form.put("title", &self.title);
        form.put("team", &self.team);
        form.maybe("employer", self.employer.as_deref());
        self.write_pay(form);
        form.put("bonuses", &self.bonuses.len().to_string());
        for bonus in &self.bonuses {
            form.put("bonusKind", bonus.kind.as_str());
            form.put("bonusMinor", &bonus.amount.minor.to_string());
            form.put("bonusCurrency", bonus.amount.currency.code());
            form.maybe("bonusWords", bonus.words.as_deref());
        }
        form.maybe("equity", self.equity.as_deref());
        form.put("employmentType", self.employment_type.as_str());
        form.put("startOn", &self.start_on.to_string());
        form.put("place", &self.place);
        form.put("benefits", &self.benefits.len().to_string());
        for benefit in &self.benefits {
            form.put("benefit", benefit);
        }
        form.put("clauses", &self.clauses.len().to_string());
        for clause in &self.clauses {
            form.put("clauseTitle", &clause.title);
            form.put("clauseText", &clause.text);
        }
        form.maybe("remarks", self.remarks.as_deref());
    }

    fn write_pay(&self, form: &mut Writing) {
        form.put("payMinor", &self.pay.minor.to_string());
        form.put("payCurrency", self.pay.currency.code());
        form.put("payInterval", self.interval.as_str());
    }

    /// Reads back what [`Terms::canonical`] wrote. `None` for any other text.
    #[must_use]
    pub fn read(canonical: &str) -> Option<Self> {
        let read = [Form::First, Form::Second].into_iter().find_map(|form| {
            let text = &mut Reading::of(canonical, form.tag())?;
            match form {
                Form::First => read_first(text),
                Form::Second => read_second(text),
            }
        });
        // Nothing is left over, and every number is written as we write it.
        read.filter(|terms| terms.canonical() == canonical)
    }
}

fn read_first(text: &mut Reading<'_>) -> Option<Terms> {
    let title = text.take("title")?.to_owned();
    let team = text.take("team")?.to_owned();
    let pay = money(text, "payMinor", "payCurrency")?;
    Some(Terms {
        form: Form::First,
        title,
        team,
        employer: None,
        pay,
        interval: text.take("payInterval")?.parse().ok()?,
        bonuses: Vec::new(),
        equity: None,
        employment_type: text.take("employmentType")?.parse().ok()?,
        start_on: text.take("startOn")?.parse().ok()?,
        place: text.take("place")?.to_owned(),
        benefits: Vec::new(),
        clauses: Vec::new(),
        remarks: said(text.take("remarks")?),
    })
}

/// The fields stand here in the order of the form: an expression is evaluated before the next one.
fn read_second(text: &mut Reading<'_>) -> Option<Terms> {
    Some(Terms {
        form: Form::Second,
        title: text.take("title")?.to_owned(),
        team: text.take("team")?.to_owned(),
        employer: said(text.take("employer")?),
        pay: money(text, "payMinor", "payCurrency")?,
        interval: text.take("payInterval")?.parse().ok()?,
        bonuses: list(text, "bonuses", |text| {
            Some(Bonus {
                kind: text.take("bonusKind")?.parse::<BonusKind>().ok()?,
                amount: money(text, "bonusMinor", "bonusCurrency")?,
                words: said(text.take("bonusWords")?),
            })
        })?,
        equity: said(text.take("equity")?),
        employment_type: text.take("employmentType")?.parse().ok()?,
        start_on: text.take("startOn")?.parse().ok()?,
        place: text.take("place")?.to_owned(),
        benefits: list(text, "benefits", |text| Some(text.take("benefit")?.to_owned()))?,
        clauses: list(text, "clauses", |text| {
            Some(Clause {
                title: text.take("clauseTitle")?.to_owned(),
                text: text.take("clauseText")?.to_owned(),
            })
        })?,
        remarks: said(text.take("remarks")?),
    })
}

fn money(text: &mut Reading<'_>, minor: &str, currency: &str) -> Option<Money> {
    let minor = text.take(minor)?.parse().ok()?;
    Some(Money { minor, currency: Currency::find(text.take(currency)?)? })
}

/// As many entries as the list says. A lie about their number ends at the first that is missing.
fn list<T>(
    text: &mut Reading<'_>,
    name: &str,
    mut entry: impl FnMut(&mut Reading<'_>) -> Option<T>,
) -> Option<Vec<T>> {
    let count: usize = text.take(name)?.parse().ok()?;
    let mut entries = Vec::new();
    for _ in 0..count {
        entries.push(entry(text)?);
    }
    Some(entries)
}
