//! What an offer promises, as it is read and as it is written.

use async_graphql::{Enum, InputObject, SimpleObject};

use super::posting_content::{EmploymentType, PayInterval};
use super::scalar::{Date, Money, MoneyInput};
use crate::actions::offer;
use crate::domain;
use crate::domain::Refusal;

/// When a bonus is paid.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::terms::BonusKind")]
pub enum BonusKind {
    /// Once, on joining.
    Signing,
    /// Each year.
    Yearly,
    /// As its words say.
    Other,
}

/// What is paid beside the pay.
#[derive(SimpleObject, Debug)]
pub struct OfferBonus {
    /// When it is paid.
    kind: BonusKind,
    /// How much is paid.
    amount: Money,
    /// On what it depends.
    words: Option<String>,
}

/// Something that is agreed, under a heading.
#[derive(SimpleObject, Debug)]
pub struct OfferClause {
    /// Heading of the clause.
    title: String,
    /// What is agreed, in plain text.
    text: String,
}

/// What an offer promises.
#[derive(SimpleObject, Debug)]
pub struct OfferTerms {
    /// Role that is offered.
    title: String,
    /// Name of the team when the terms were written.
    team: String,
    /// Who employs: the name of the company as the law knows it.
    employer: Option<String>,
    /// Pay that is offered.
    pay: Money,
    /// What the pay is paid for.
    interval: PayInterval,
    /// What is paid beside the pay.
    bonuses: Vec<OfferBonus>,
    /// Shares or options, in words.
    equity: Option<String>,
    /// Kind of employment.
    employment_type: EmploymentType,
    /// First day of work.
    start_on: Date,
    /// Where the work is done, in words.
    place: String,
    /// What else comes with the job, a line each.
    benefits: Vec<String>,
    /// What else is agreed, each under a heading of its own.
    clauses: Vec<OfferClause>,
    /// Anything else that is promised.
    remarks: Option<String>,
}

impl From<domain::terms::Terms> for OfferTerms {
    fn from(terms: domain::terms::Terms) -> Self {
        let bonus = |bonus: domain::terms::Bonus| OfferBonus {
            kind: bonus.kind.into(),
            amount: bonus.amount.into(),
            words: bonus.words,
        };
        let clause = |clause: domain::terms::Clause| OfferClause { title: clause.title, text: clause.text };
        Self {
            title: terms.title,
            team: terms.team,
            employer: terms.employer,
            pay: terms.pay.into(),
            interval: terms.interval.into(),
            bonuses: terms.bonuses.into_iter().map(bonus).collect(),
            equity: terms.equity,
            employment_type: terms.employment_type.into(),
            start_on: Date(terms.start_on),
            place: terms.place,
            benefits: terms.benefits,
            clauses: terms.clauses.into_iter().map(clause).collect(),
            remarks: terms.remarks,
        }
    }
}

/// What is paid beside the pay.
#[derive(InputObject, Debug)]
pub struct OfferBonusInput {
    /// When it is paid.
    kind: BonusKind,
    /// How much is paid: above zero.
    amount: MoneyInput,
    /// On what it depends: at most 300 characters. `OTHER` needs it.
    words: Option<String>,
}

/// Something that is agreed, under a heading.
#[derive(InputObject, Debug)]
pub struct OfferClauseInput {
    /// Heading of the clause: at most 150 characters.
    title: String,
    /// What is agreed, in plain text: at most 5,000 characters.
    text: String,
}

/// What an offer promises. The team is that of the application's allotment.
#[derive(InputObject, Debug)]
pub struct OfferTermsInput {
    /// Role that is offered: at most 150 characters.
    title: String,
    /// Who employs, the name of the company as the law knows it: at most 200 characters.
    employer: Option<String>,
    /// Pay that is offered.
    pay: MoneyInput,
    /// What the pay is paid for.
    interval: PayInterval,
    /// What is paid beside the pay: at most 5 entries.
    #[graphql(default)]
    bonuses: Vec<OfferBonusInput>,
    /// Shares or options, in words: at most 1,000 characters.
    equity: Option<String>,
    /// Kind of employment.
    employment_type: EmploymentType,
    /// First day of work.
    start_on: Date,
    /// Where the work is done, in words: at most 200 characters.
    place: String,
    /// What else comes with the job: at most 20 lines of at most 200 characters.
    #[graphql(default)]
    benefits: Vec<String>,
    /// What else is agreed: at most 20 entries.
    #[graphql(default)]
    clauses: Vec<OfferClauseInput>,
    /// Anything else that is promised, in plain text: at most 5,000 characters.
    remarks: Option<String>,
}

impl OfferTermsInput {
    /// # Errors
    /// `INVALID` on `terms.pay.currency`, or on `terms.bonuses.<n>.amount.currency`.
    pub(super) fn parse(self) -> Result<offer::Wording, Refusal> {
        let bonus = |(place, bonus): (usize, OfferBonusInput)| {
            let amount = bonus.amount.parse(&format!("terms.bonuses.{place}.amount"))?;
            Ok(domain::terms::Bonus { kind: bonus.kind.into(), amount, words: bonus.words })
        };
        let clause =
            |clause: OfferClauseInput| domain::terms::Clause { title: clause.title, text: clause.text };
        Ok(offer::Wording {
            title: self.title,
            employer: self.employer,
            pay: self.pay.parse("terms.pay")?,
            interval: self.interval.into(),
            bonuses: self.bonuses.into_iter().enumerate().map(bonus).collect::<Result<_, Refusal>>()?,
            equity: self.equity,
            employment_type: self.employment_type.into(),
            start_on: self.start_on.0,
            place: self.place,
            benefits: self.benefits,
            clauses: self.clauses.into_iter().map(clause).collect(),
            remarks: self.remarks,
        })
    }
}
