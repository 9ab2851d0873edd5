//! What somebody thought of a candidate in one step: written alone, frozen when it is submitted.

use chrono::{DateTime, Duration, Utc};

use super::Refusal;
use super::faults::{Faults, each};
use super::id::{ApplicationId, ScorecardId, StepId, UserId};
use super::plan::Kit;
use super::text;

text_enum! {
    /// How somebody rates. No rating decides alone.
    Rating {
        /// By no means.
        StrongNo = "strongNo",
        /// Rather not.
        No = "no",
        /// Rather yes.
        Yes = "yes",
        /// By all means.
        StrongYes = "strongYes",
    }
}

/// How long somebody has for a scorecard when nothing is said.
pub const USUAL: Duration = Duration::hours(24);
/// The shortest time that is given to those who are asked late.
pub const LEAST: Duration = Duration::hours(1);
/// The longest time that may be given.
const MOST: Duration = Duration::days(30);

/// One attribute, rated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// What is rated.
    pub name: String,
    /// How, if at all.
    pub rating: Option<Rating>,
    /// Why.
    pub note: Option<String>,
}

/// What a scorecard says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verdict {
    /// Whether to hire, as far as this step tells.
    pub recommendation: Option<Rating>,
    /// Each attribute.
    pub attributes: Vec<Attribute>,
    /// What to take away.
    pub takeaways: Option<String>,
    /// What speaks for the candidate.
    pub pros: Option<String>,
    /// What speaks against.
    pub cons: Option<String>,
    /// What later interviewers should look at: the one thing they are told before they have written their own.
    pub note_for_others: Option<String>,
    /// What only recruiters and hiring managers read.
    pub private_note: Option<String>,
}

impl Verdict {
    /// Cleaned and checked against what the step rates.
    ///
    /// # Errors
    /// `INVALID` on each field at fault.
    pub fn checked(self, kit: &Kit) -> Result<Self, Refusal> {
        let mut faults = Faults::default();
        faults.most("attributes", &self.attributes, 20);
        let names: Vec<_> = self.attributes.iter().map(|attribute| attribute.name.as_str()).collect();
        faults.twice(&names, |place| format!("attributes.{place}.name"), "each attribute once");
        let mut prose = |field: &str, text: Option<String>| {
            faults.keep(text::optional_prose(field, text.as_deref(), 10_000))
        };
        let (takeaways, pros, cons) =
            (prose("takeaways", self.takeaways), prose("pros", self.pros), prose("cons", self.cons));
        let note_for_others = prose("noteForOthers", self.note_for_others);
        let private_note = prose("privateNote", self.private_note);
        let attributes = each(self.attributes, |place, it| attribute(&mut faults, place, &it, kit));
        faults.end()?;
        Ok(Self {
            recommendation: self.recommendation,
            attributes,
            takeaways,
            pros,
            cons,
            note_for_others,
            private_note,
        })
    }

    /// Whether it says what a scorecard has to.
    ///
    /// # Errors
    /// `REQUIRED` on each of `recommendation`, `takeaways`, `pros` and `cons` that is missing.
    fn is_whole(&self) -> Result<(), Refusal> {
        let parts = [
            ("recommendation", self.recommendation.is_some()),
            ("takeaways", self.takeaways.is_some()),
            ("pros", self.pros.is_some()),
            ("cons", self.cons.is_some()),
        ];
        let missing = parts.into_iter().filter(|(_, there)| !there);
        Refusal::all(missing.map(|(field, _)| Refusal::required(field)).collect())
    }
}

fn attribute(faults: &mut Faults, place: usize, attribute: &Attribute, kit: &Kit) -> Attribute {
    let field = |name: &str| format!("attributes.{place}.{name}");
    let name = faults.keep(text::line(&field("name"), &attribute.name, 80));
    if !kit.attributes.is_empty() && !name.is_empty() && !kit.attributes.contains(&name) {
        faults.push(Refusal::invalid(&field("name"), &format!("one of: {}", kit.attributes.join(", "))));
    }
    let note = faults.keep(text::optional_prose(&field("note"), attribute.note.as_deref(), 2_000));
    Attribute { name, rating: attribute.rating, note }
}

/// One version of somebody's scorecard. A submitted one never changes; a correction is the next version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scorecard {
    /// Its id.
    pub id: ScorecardId,
    /// Of whom.
    pub application: ApplicationId,
    /// In which step.
    pub step: StepId,
    /// In which round of the step.
    pub round: i32,
    /// By whom.
    pub author: UserId,
    /// Which version, from 1.
    pub version: i32,
    /// How often it was saved, from 1.
    pub revision: i32,
    /// What it says.
    pub verdict: Verdict,
    /// When it was saved last.
    pub saved_at: DateTime<Utc>,
    /// When it was submitted.
    pub submitted_at: Option<DateTime<Utc>>,
}

impl Scorecard {
    /// Whether the caller saw it as it stands.
    ///
    /// # Errors
    /// `STALE`.
    pub fn is_at(&self, revision: i32) -> Result<(), Refusal> {
        if self.revision == revision { Ok(()) } else { Err(Refusal::Stale) }
    }

    /// A draft, submitted: frozen from now on.
    ///
    /// # Errors
    /// `REQUIRED` on each part that is missing.
    pub fn submit(self, now: DateTime<Utc>) -> Result<Self, Refusal> {
        self.verdict.is_whole()?;
        Ok(Self { submitted_at: Some(now), ..self })
    }
}

/// Somebody who was asked for a scorecard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Of whom.
    pub application: ApplicationId,
    /// In which step.
    pub step: StepId,
    /// In which round of the step.
    pub round: i32,
    /// Who was asked.
    pub user: UserId,
    /// Until when.
    pub due_at: DateTime<Utc>,
    /// When they were asked.
    pub requested_at: DateTime<Utc>,
    /// When they were reminded.
    pub reminded_at: Option<DateTime<Utc>>,
    /// When they submitted one.
    pub submitted_at: Option<DateTime<Utc>>,
}

/// Until when a scorecard is due.
///
/// # Errors
/// `INVALID` on `dueAt`.
pub fn deadline(asked: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Result<DateTime<Utc>, Refusal> {
    let due = asked.unwrap_or(now + USUAL);
    if due > now && due <= now + MOST {
        Ok(due)
    } else {
        Err(Refusal::invalid("dueAt", "a time within the next 30 days"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named_at_once() {
        let faults = Verdict { pros: Some("x".into()), ..Verdict::default() }.is_whole().unwrap_err();
        let fields: Vec<_> = faults.each().iter().filter_map(Refusal::field).collect();
        assert_eq!(fields, ["recommendation", "takeaways", "cons"]);
    }

    #[test]
    fn only_what_the_step_rates_is_rated() {
        let kit = Kit { attributes: vec!["Care".into()], ..Kit::default() };
        let rated = |name: &str| Verdict {
            attributes: vec![Attribute { name: name.into(), rating: Some(Rating::Yes), note: None }],
            ..Verdict::default()
        };
        assert!(rated("Care").checked(&kit).is_ok());
        assert!(rated("Anything").checked(&Kit::default()).is_ok());
        assert_eq!(rated("Speed").checked(&kit).unwrap_err().field(), Some("attributes.0.name"));
    }
}
