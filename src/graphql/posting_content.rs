//! What a posting says, part by part.

use async_graphql::{Enum, InputObject, SimpleObject};

use super::error::bounded;
use super::scalar::{BigInt, CountryCode, CurrencyCode, Money, Url};
use crate::domain::country::Country;
use crate::domain::money::{self, Currency, PayRange as DomainPayRange};
use crate::domain::{Refusal, place, posting, question};

/// Kind of employment.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "posting::EmploymentType")]
pub enum EmploymentType {
    /// Full time.
    FullTime,
    /// Part time.
    PartTime,
    /// For a contract.
    Contract,
    /// For a limited time.
    Temporary,
    /// An internship.
    Intern,
    /// Unpaid by choice.
    Volunteer,
    /// By the day.
    PerDiem,
}

/// How much of the work is done at a location.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "place::Workplace")]
pub enum Workplace {
    /// At the location.
    Onsite,
    /// Partly at the location.
    Hybrid,
    /// Anywhere in the remote countries.
    Remote,
}

/// How much a requirement counts.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "posting::RequirementLevel")]
pub enum RequirementLevel {
    /// Nobody is hired without it.
    Strict,
    /// Normally needed.
    Expected,
    /// Good to have.
    Plus,
}

/// What an amount of pay is paid for.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "money::PayInterval")]
pub enum PayInterval {
    /// Per hour.
    Hour,
    /// Per day.
    Day,
    /// Per week.
    Week,
    /// Per month.
    Month,
    /// Per year.
    Year,
}

/// Kind of answer that a question takes.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "question::QuestionType")]
pub enum QuestionType {
    /// One line.
    Line,
    /// Several lines.
    Prose,
    /// `yes` or `no`.
    YesNo,
    /// One of the options.
    Choice,
    /// A web address.
    Url,
}

/// A part of a posting's text.
#[derive(SimpleObject, InputObject, Debug, Clone)]
#[graphql(input_name = "SectionInput")]
pub struct Section {
    /// Heading of the section.
    pub heading: String,
    /// Text of the section, in CommonMark.
    pub body: String,
}

/// What somebody needs for the job.
#[derive(SimpleObject, InputObject, Debug, Clone)]
#[graphql(input_name = "RequirementInput")]
pub struct Requirement {
    /// The requirement, in words.
    pub text: String,
    /// How much the requirement counts.
    pub level: RequirementLevel,
}

/// Something to read beside the posting.
#[derive(SimpleObject, InputObject, Debug, Clone)]
#[graphql(input_name = "PostingLinkInput")]
pub struct PostingLink {
    /// Name of what is to be read.
    pub label: String,
    /// Address of what is to be read.
    pub url: Url,
}

/// A place the job is done at.
#[derive(SimpleObject, Debug, Clone)]
pub struct Location {
    /// Key of the location: eight characters that feeds tell places apart by.
    pub key: String,
    /// Street and number of the location.
    pub street: Option<String>,
    /// City of the location.
    pub city: String,
    /// State, province or region of the location.
    pub region: Option<String>,
    /// Postal code of the location.
    pub postal_code: Option<String>,
    /// Country of the location.
    pub country: CountryCode,
}

/// A place the job is done at.
#[derive(InputObject, Debug, Clone)]
pub struct LocationInput {
    /// Key of a location that is there already and stays, whatever else of it changes.
    pub key: Option<String>,
    /// Street and number of the location.
    pub street: Option<String>,
    /// City of the location.
    pub city: String,
    /// State, province or region of the location.
    pub region: Option<String>,
    /// Postal code of the location.
    pub postal_code: Option<String>,
    /// Country of the location.
    pub country: CountryCode,
}

/// The pay that a posting offers.
#[derive(SimpleObject, Debug, Clone)]
pub struct PayRange {
    /// Country the range holds for; everywhere when absent.
    pub jurisdiction: Option<CountryCode>,
    /// The least that is paid.
    pub min: Money,
    /// The most that is paid.
    pub max: Money,
    /// What the pay is paid for.
    pub interval: PayInterval,
}

/// The pay that a posting offers.
#[derive(InputObject, Debug, Clone)]
pub struct PayRangeInput {
    /// Country the range holds for; everywhere when absent.
    pub jurisdiction: Option<CountryCode>,
    /// The least that is paid, in the currency's minor unit.
    pub min_minor: BigInt,
    /// The most that is paid, in the currency's minor unit.
    pub max_minor: BigInt,
    /// Currency of both.
    pub currency: CurrencyCode,
    /// What the pay is paid for.
    pub interval: PayInterval,
}

/// Something that applicants are asked.
#[derive(SimpleObject, Debug, Clone)]
pub struct Question {
    /// Key of the question; no other question of the posting has it.
    pub key: String,
    /// The question, in words.
    pub label: String,
    /// Kind of answer that the question takes.
    #[graphql(name = "type")]
    pub kind: QuestionType,
    /// Indicates whether an application needs an answer.
    pub required: bool,
    /// What may be chosen, for a choice.
    pub options: Vec<String>,
}

/// Something that applicants are asked.
#[derive(InputObject, Debug, Clone)]
pub struct QuestionInput {
    /// Key of the question: at most 40 characters; no other question of the posting has it.
    pub key: String,
    /// The question, in words.
    pub label: String,
    /// Kind of answer that the question takes.
    #[graphql(name = "type")]
    pub kind: QuestionType,
    /// Indicates whether an application needs an answer.
    #[graphql(default)]
    pub required: bool,
    /// What may be chosen, for a choice: 2 to 50 options.
    #[graphql(default)]
    pub options: Vec<String>,
}

impl From<&posting::Section> for Section {
    fn from(section: &posting::Section) -> Self {
        Self { heading: section.heading.clone(), body: section.body.clone() }
    }
}

impl From<&posting::Requirement> for Requirement {
    fn from(requirement: &posting::Requirement) -> Self {
        Self { text: requirement.text.clone(), level: requirement.level.into() }
    }
}

impl From<&posting::Reading> for PostingLink {
    fn from(link: &posting::Reading) -> Self {
        Self { label: link.label.clone(), url: Url(link.url.clone()) }
    }
}

impl From<&place::Location> for Location {
    fn from(location: &place::Location) -> Self {
        Self {
            key: location.key.clone(),
            street: location.street.clone(),
            city: location.city.clone(),
            region: location.region.clone(),
            postal_code: location.postal_code.clone(),
            country: location.country.into(),
        }
    }
}

impl From<&DomainPayRange> for PayRange {
    fn from(range: &DomainPayRange) -> Self {
        Self {
            jurisdiction: range.jurisdiction.map(Into::into),
            min: range.least().into(),
            max: range.most().into(),
            interval: range.interval.into(),
        }
    }
}

impl From<&question::Question> for Question {
    fn from(question: &question::Question) -> Self {
        Self {
            key: question.key.clone(),
            label: question.label.clone(),
            kind: question.kind.into(),
            required: question.required,
            options: question.options.clone(),
        }
    }
}

/// The sections as the domain knows them.
///
/// # Errors
/// `INVALID` when there are too many.
pub fn sections(given: Vec<Section>) -> Result<Vec<posting::Section>, Refusal> {
    bounded("sections", &given)?;
    Ok(given.into_iter().map(|Section { heading, body }| posting::Section { heading, body }).collect())
}

/// As [`sections`].
pub fn requirements(given: Vec<Requirement>) -> Result<Vec<posting::Requirement>, Refusal> {
    bounded("requirements", &given)?;
    let requirement = |it: Requirement| posting::Requirement { text: it.text, level: it.level.into() };
    Ok(given.into_iter().map(requirement).collect())
}

/// As [`sections`].
pub fn links(given: Vec<PostingLink>) -> Result<Vec<posting::Reading>, Refusal> {
    bounded("links", &given)?;
    Ok(given.into_iter().map(|it| posting::Reading { label: it.label, url: it.url.0 }).collect())
}

/// As [`sections`], and `INVALID` on each country that is none.
pub fn locations(given: Vec<LocationInput>) -> Result<Vec<place::Location>, Refusal> {
    bounded("locations", &given)?;
    let location = |(at, it): (usize, LocationInput)| {
        Ok(place::Location {
            key: it.key.unwrap_or_default(),
            street: it.street,
            city: it.city,
            region: it.region,
            postal_code: it.postal_code,
            country: Country::parse(&format!("locations.{at}.country"), &it.country.0)?,
        })
    };
    all(given.into_iter().enumerate().map(location))
}

/// As [`locations`].
pub fn countries(given: &[CountryCode]) -> Result<Vec<Country>, Refusal> {
    let code = |(at, it): (usize, &CountryCode)| Country::parse(&format!("remoteCountries.{at}"), &it.0);
    all(given.iter().enumerate().map(code))
}

/// As [`locations`], and `INVALID` on each currency that is none.
pub fn pay_ranges(given: &[PayRangeInput]) -> Result<Vec<DomainPayRange>, Refusal> {
    bounded("payRanges", given)?;
    let range = |(at, it): (usize, &PayRangeInput)| {
        let field = |name: &str| format!("payRanges.{at}.{name}");
        let place = it.jurisdiction.as_ref();
        Ok(DomainPayRange {
            jurisdiction: place.map(|code| Country::parse(&field("jurisdiction"), &code.0)).transpose()?,
            min: it.min_minor.0,
            max: it.max_minor.0,
            currency: Currency::parse(&field("currency"), &it.currency.0)?,
            interval: it.interval.into(),
        })
    };
    all(given.iter().enumerate().map(range))
}

impl From<QuestionInput> for question::Question {
    fn from(it: QuestionInput) -> Self {
        Self {
            key: it.key,
            label: it.label,
            kind: it.kind.into(),
            required: it.required,
            options: it.options,
        }
    }
}

/// As [`sections`].
pub fn questions(given: Vec<QuestionInput>) -> Result<Vec<question::Question>, Refusal> {
    bounded("questions", &given)?;
    Ok(given.into_iter().map(Into::into).collect())
}

/// Everything, or all that is at fault.
fn all<T>(parsed: impl Iterator<Item = Result<T, Refusal>>) -> Result<Vec<T>, Refusal> {
    let mut faults = Vec::new();
    let kept = parsed.filter_map(|one| one.map_err(|fault| faults.push(fault)).ok()).collect();
    Refusal::all(faults)?;
    Ok(kept)
}
