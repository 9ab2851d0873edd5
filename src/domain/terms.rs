//! What an offer promises, in one canonical form that mail, page and approval share the hash of.

mod form;
mod letter;
#[cfg(test)]
mod tests;

use chrono::NaiveDate;

use super::Refusal;
use super::faults::{Faults, each};
use super::money::{Money, PayInterval};
use super::posting::EmploymentType;
use super::text;

pub use form::Form;

/// What an offer promises. The deadline for answering is not part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// In which written form their hash is taken.
    pub form: Form,
    /// The role.
    pub title: String,
    /// The team, by its name when the terms were written.
    pub team: String,
    /// Who employs: the name of the company as the law knows it.
    pub employer: Option<String>,
    /// The pay.
    pub pay: Money,
    /// What the pay is paid for.
    pub interval: PayInterval,
    /// What is paid beside it.
    pub bonuses: Vec<Bonus>,
    /// Shares or options, in words.
    pub equity: Option<String>,
    /// The kind of employment.
    pub employment_type: EmploymentType,
    /// The first day.
    pub start_on: NaiveDate,
    /// Where the work is done, in words.
    pub place: String,
    /// What else comes with the job, a line each.
    pub benefits: Vec<String>,
    /// What else is agreed, each under a heading of its own.
    pub clauses: Vec<Clause>,
    /// Anything else that is promised, in plain text.
    pub remarks: Option<String>,
}

text_enum! {
    /// When a bonus is paid.
    BonusKind {
        /// Once, on joining.
        Signing = "signing",
        /// Each year.
        Yearly = "yearly",
        /// As its words say.
        Other = "other",
    }
}

/// What is paid beside the pay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bonus {
    /// When it is paid.
    pub kind: BonusKind,
    /// How much.
    pub amount: Money,
    /// On what it depends, in words.
    pub words: Option<String>,
}

/// Something that is agreed, under a heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// The heading.
    pub title: String,
    /// What is agreed, in plain text.
    pub text: String,
}

/// The SHA-256 of [`Terms::canonical`], in lower-case hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TermsHash(pub String);

/// The most bonuses of an offer.
pub const MOST_BONUSES: usize = 5;
/// The most benefits of an offer.
pub const MOST_BENEFITS: usize = 20;
/// The most clauses of an offer.
pub const MOST_CLAUSES: usize = 20;

impl Terms {
    /// The terms as they are kept, in the newest written form.
    ///
    /// # Errors
    /// `REQUIRED` or `INVALID` on each `terms.<field>` at fault.
    pub fn checked(self) -> Result<Self, Refusal> {
        let mut faults = Faults::default();
        positive(&mut faults, "terms.pay", self.pay);
        faults.most("terms.bonuses", &self.bonuses, MOST_BONUSES);
        faults.most("terms.benefits", &self.benefits, MOST_BENEFITS);
        faults.most("terms.clauses", &self.clauses, MOST_CLAUSES);
        let employer = text::optional_line("terms.employer", self.employer.as_deref(), 200);
        let equity = text::optional_prose("terms.equity", self.equity.as_deref(), 1_000);
        let remarks = text::optional_prose("terms.remarks", self.remarks.as_deref(), 5_000);
        let checked = Self {
            form: Form::Second,
            title: faults.keep(text::line("terms.title", &self.title, 150)),
            team: faults.keep(text::line("terms.team", &self.team, 80)),
            place: faults.keep(text::line("terms.place", &self.place, 200)),
            employer: faults.keep(employer),
            equity: faults.keep(equity),
            remarks: faults.keep(remarks),
            bonuses: each(self.bonuses, |place, bonus| bonus.checked(&mut faults, place)),
            benefits: each(self.benefits, |place, benefit| {
                faults.keep(text::line(&format!("terms.benefits.{place}"), &benefit, 200))
            }),
            clauses: each(self.clauses, |place, clause| clause.checked(&mut faults, place)),
            ..self
        };
        faults.end().map(|()| checked)
    }
}

fn positive(faults: &mut Faults, field: &str, amount: Money) {
    if amount.minor <= 0 {
        let field = format!("{field}.amountMinor");
        faults.push(Refusal::invalid(&field, "an amount above zero, in minor units"));
    }
}

impl Bonus {
    fn checked(self, faults: &mut Faults, place: usize) -> Self {
        positive(faults, &format!("terms.bonuses.{place}.amount"), self.amount);
        let field = format!("terms.bonuses.{place}.words");
        let words = match self.kind {
            BonusKind::Other => text::line(&field, self.words.as_deref().unwrap_or_default(), 300).map(Some),
            _ => text::optional_line(&field, self.words.as_deref(), 300),
        };
        Self { words: faults.keep(words), ..self }
    }
}

impl Clause {
    fn checked(self, faults: &mut Faults, place: usize) -> Self {
        let field = |name: &str| format!("terms.clauses.{place}.{name}");
        Self {
            title: faults.keep(text::line(&field("title"), &self.title, 150)),
            text: faults.keep(text::prose(&field("text"), &self.text, 5_000)),
        }
    }
}
