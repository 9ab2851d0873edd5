//! What we write to people: the facts of a letter in, its subject, text and HTML out.
//!
//! A letter is a plain struct of facts plus three templates under `templates/mail/` named like it. All share one HTML
//! frame: one column, system fonts, light and dark, nothing loaded from anywhere, nothing that tells us who read it.
//! Links are ours; everything else is [`Line`] or [`Words`], so nothing people typed can change a letter's shape.

mod application;
mod approval;
mod interview;
mod message;
mod note;
mod offer;
mod reference;
mod scorecard;
mod slot;

pub use application::{
    ApplicationDeclined, ApplicationReceived, ApplicationRepeated, ApplicationTransferred,
    ApplicationWithdrawn, FormReminded, FormSent,
};
pub use approval::{ApprovalGiven, ApprovalRefused, ApprovalReminded, ApprovalRequested};
pub use interview::{
    Appointment, Host, InterviewAssigned, InterviewCancelled, InterviewScheduled, InterviewUnassigned, News,
};
pub use message::MessageSent;
pub use note::NoteMentioned;
pub use offer::{
    Ending, Offer, OfferAccepted, OfferCode, OfferDeclined, OfferEnded, OfferExpired, OfferExtended,
    OfferReminded, OfferRescinded,
};
pub use reference::{NominationReminded, NominationRequested, ReferenceReminded, ReferenceRequested};
pub use scorecard::{ScorecardReminded, ScorecardRequested};
pub use slot::{Choice, InterviewSlots, InterviewSlotsReminded};

use std::fmt;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use url::Url;

use super::line::{Line, Words};
use super::message::Unwritable;
use super::template::Values;
use crate::domain::email::LetterKind;
use crate::domain::letter_template::{LANGUAGE, Variable};

/// A written letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// One line, at most 200 characters.
    pub subject: String,
    /// The whole letter as text: complete without the HTML.
    pub text: String,
    /// The same as an HTML page.
    pub html: String,
}

/// The organisation that writes.
#[derive(Clone, Debug)]
pub struct House {
    /// Its name.
    pub name: Line,
    /// Its public site, shown at the foot of a letter.
    pub url: Option<Url>,
    /// The zone in which deadlines are told.
    pub zone: Tz,
    /// The language it writes in (BCP 47).
    pub language: String,
}

impl House {
    /// An instant as people read it, like `Friday 14 August 2026, 17:00 (Europe/Berlin)`; in other languages than English as
    /// `2026-08-14, 17:00 (Europe/Berlin)`, which needs no words.
    #[must_use]
    pub fn when(&self, at: &DateTime<Utc>) -> String {
        let local = at.with_timezone(&self.zone);
        let form = if self.writes_english() { "%A %-d %B %Y, %H:%M" } else { "%Y-%m-%d, %H:%M" };
        format!("{} ({})", local.format(form), self.zone.name())
    }

    /// Whether dates may be told in English words.
    #[must_use]
    pub fn writes_english(&self) -> bool {
        self.language.split('-').next() == Some(LANGUAGE)
    }
}

/// Who a letter greets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader(Line);

impl Reader {
    /// The name as the person gave it.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self(Line::cut(name, 80))
    }

    /// `Dear Zoë O'Hara,`, or `Hello,` if what was given as a name is none: anybody may put anything in an application
    /// form together with somebody else's address.
    #[must_use]
    pub fn greeting(&self) -> String {
        match self.name() {
            "" => "Hello,".to_owned(),
            name => format!("Dear {name},"),
        }
    }

    /// The name, or nothing if what was given as one is none.
    #[must_use]
    pub fn name(&self) -> &str {
        if self.0.looks_like_a_link() { "" } else { self.0.as_str() }
    }
}

/// Somebody a letter speaks of to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person(Line);

impl Person {
    /// The name as the person gave it.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self(Line::cut(name, 80))
    }
}

impl fmt::Display for Person {
    /// The name, unless what was given as one is none: see [`Reader::greeting`].
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let none = self.0.is_empty() || self.0.looks_like_a_link();
        f.write_str(if none { "Somebody you know" } else { self.0.as_str() })
    }
}

/// Facts that can be written as a letter.
pub trait Facts {
    /// What kind of letter they make.
    fn kind(&self) -> LetterKind;

    /// Writes the letter in the name of `house`, in the words this program brings along.
    fn write(&self, house: &House) -> Result<Letter, Unwritable>;

    /// What the organisation's own words may name; nothing for kinds that have none ([`LetterKind::variables`]).
    fn values(&self, _house: &House) -> Values {
        Values::new()
    }
}

/// Gives facts their three templates, and says what words of the organisation's own may name. Escaping follows the kind of
/// template: HTML escapes, text does not.
macro_rules! letter {
    (
        $facts:ident, $subject:literal, $text:literal, $html:literal
        $(, |$it:ident, $house:ident| { $($variable:ident = $value:expr),+ $(,)? })?
    ) => {
        impl Facts for $facts {
            fn kind(&self) -> LetterKind {
                LetterKind::$facts
            }

            fn write(&self, house: &House) -> Result<Letter, Unwritable> {
                #[derive(Template)]
                #[template(path = $subject, escape = "none")]
                struct Subject<'a> {
                    it: &'a $facts,
                }
                #[derive(Template)]
                #[template(path = $text, escape = "none")]
                struct Text<'a> {
                    it: &'a $facts,
                    house: &'a House,
                }
                #[derive(Template)]
                #[template(path = $html, escape = "html")]
                struct Html<'a> {
                    it: &'a $facts,
                    house: &'a House,
                }
                let failed = |error: askama::Error| Unwritable::Template(error.to_string());
                let subject = Subject { it: self }.render().map_err(failed)?;
                Ok(Letter {
                    subject: Line::new(&subject).to_string(),
                    text: Text { it: self, house }.render().map_err(failed)?,
                    html: Html { it: self, house }.render().map_err(failed)?,
                })
            }

            $(fn values(&self, $house: &House) -> Values {
                let $it = self;
                vec![
                    (Variable::Greeting, $it.reader.greeting()),
                    (Variable::Name, $it.reader.name().to_owned()),
                    (Variable::Organisation, $house.name.to_string()),
                    $((Variable::$variable, $value)),+
                ]
            })?
        }
    };
}

use letter;

/// What may be absent, as words of the organisation's own see it.
fn perhaps(value: Option<&impl fmt::Display>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}

/// A fact that holds or does not, as words of the organisation's own see it.
fn flag(holds: bool) -> String {
    (if holds { "yes" } else { "" }).to_owned()
}
