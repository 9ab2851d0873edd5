//! What we write to people: the facts of a letter in, its subject, text and HTML out.
//!
//! A letter is a plain struct of facts plus three templates under `templates/mail/` named like it. All share one HTML
//! frame: one column, system fonts, light and dark, nothing loaded from anywhere, nothing that tells us who read it.
//! Links are ours; everything else is [`Line`] or [`Words`], so nothing people typed can change a letter's shape.

mod approval;
mod interview;
mod message;
mod note;
mod offer;
mod reference;
mod scorecard;
mod slot;

pub use approval::{ApprovalGiven, ApprovalRefused, ApprovalReminded, ApprovalRequested};
pub use interview::{
    Appointment, Host, InterviewAssigned, InterviewCancelled, InterviewScheduled, InterviewUnassigned, News,
};
pub use message::MessageSent;
pub use note::NoteMentioned;
pub use offer::{Ending, OfferEnded, OfferExpired, OfferReminded};
pub use reference::{NominationReminded, NominationRequested, ReferenceReminded, ReferenceRequested};
pub use scorecard::{ScorecardReminded, ScorecardRequested};
pub use slot::{Choice, InterviewSlots, InterviewSlotsReminded};

use std::fmt;

use askama::Template;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use url::Url;

use super::line::{Line, Words};
use super::message::Unwritable;
use crate::domain::email::LetterKind;

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
}

impl House {
    /// An instant as people read it, like `Friday 14 August 2026, 17:00 (Europe/Berlin)`.
    #[must_use]
    pub fn when(&self, at: &DateTime<Utc>) -> String {
        let local = at.with_timezone(&self.zone);
        format!("{} ({})", local.format("%A %-d %B %Y, %H:%M"), self.zone.name())
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
        if self.0.is_empty() || self.0.looks_like_a_link() {
            "Hello,".to_owned()
        } else {
            format!("Dear {},", self.0)
        }
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

    /// Writes the letter in the name of `house`.
    fn write(&self, house: &House) -> Result<Letter, Unwritable>;
}

/// Gives facts their three templates. Escaping follows the kind of template: HTML escapes, text does not.
macro_rules! letter {
    ($facts:ident, $subject:literal, $text:literal, $html:literal) => {
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
        }
    };
}

use letter;

/// To somebody who applied: it has arrived.
#[derive(Clone, Debug)]
pub struct ApplicationReceived {
    /// The candidate.
    pub reader: Reader,
    /// Title of the posting.
    pub role: Line,
    /// The candidate's page: state, and withdrawing.
    pub status_link: Url,
}

/// To the address of an application that is there already: says nothing new, and gives the link again.
#[derive(Clone, Debug)]
pub struct ApplicationRepeated {
    /// The candidate.
    pub reader: Reader,
    /// Title of the posting.
    pub role: Line,
    /// The candidate's page.
    pub status_link: Url,
}

/// To a candidate who was declined.
#[derive(Clone, Debug)]
pub struct ApplicationDeclined {
    /// The candidate.
    pub reader: Reader,
    /// Title of the posting.
    pub role: Line,
    /// What the recruiter adds, if anything.
    pub words: Option<Words>,
    /// A live offer ends with the application, and this letter says so.
    pub ends_offer: bool,
    /// A meeting that was set does not take place, and this letter says so.
    pub ends_meeting: bool,
}

/// To a candidate whose application goes on for another posting.
#[derive(Clone, Debug)]
pub struct ApplicationTransferred {
    /// The candidate.
    pub reader: Reader,
    /// Title of the posting they applied to.
    pub from: Line,
    /// Title of the posting it goes on for.
    pub role: Line,
    /// What the recruiter adds, if anything.
    pub words: Option<Words>,
    /// The candidate's page.
    pub status_link: Url,
}

/// To a candidate who withdrew, by themselves or by asking us: it is done.
#[derive(Clone, Debug)]
pub struct ApplicationWithdrawn {
    /// The candidate.
    pub reader: Reader,
    /// Title of the posting.
    pub role: Line,
    /// A live offer ends with the application, and this letter says so.
    pub ends_offer: bool,
    /// A meeting that was set does not take place, and this letter says so.
    pub ends_meeting: bool,
}

/// To a candidate who goes on: questions about the application, or a piece of work, answered on a page.
#[derive(Clone, Debug)]
pub struct FormSent {
    /// The candidate.
    pub reader: Reader,
    /// Title of the posting.
    pub role: Line,
    /// What the piece of work is called, if it is one.
    pub task: Option<Line>,
    /// What the recruiter says to them, if anything.
    pub words: Option<Words>,
    /// Until when answers are in time.
    pub deadline: DateTime<Utc>,
    /// The page of the questions.
    pub link: Url,
}

/// To a candidate who has not answered yet.
#[derive(Clone, Debug)]
pub struct FormReminded {
    /// The candidate.
    pub reader: Reader,
    /// Title of the posting.
    pub role: Line,
    /// What the piece of work is called, if it is one.
    pub task: Option<Line>,
    /// Until when answers are in time.
    pub deadline: DateTime<Utc>,
    /// The page of the questions.
    pub link: Url,
}

/// The offer. Its terms stand on the page behind the link, not in the mail: mail is read by many.
#[derive(Clone, Debug)]
pub struct Offer {
    /// The candidate.
    pub reader: Reader,
    /// Title of the posting.
    pub role: Line,
    /// The team that offers.
    pub team: Line,
    /// Until when it can be accepted.
    pub deadline: DateTime<Utc>,
    /// The offer's page.
    pub link: Url,
}

/// To a candidate who accepted.
#[derive(Clone, Debug)]
pub struct OfferAccepted {
    /// The candidate.
    pub reader: Reader,
    /// Title of the posting.
    pub role: Line,
    /// The team they join.
    pub team: Line,
    /// The offer's page, with what was agreed.
    pub link: Url,
    /// A meeting that was set does not take place, and this letter says so.
    pub ends_meeting: bool,
}

/// To a candidate who declined the offer: it is recorded.
#[derive(Clone, Debug)]
pub struct OfferDeclined {
    /// The candidate.
    pub reader: Reader,
    /// Title of the posting.
    pub role: Line,
    /// The team that offered.
    pub team: Line,
}

/// To a candidate whose offer was taken back.
#[derive(Clone, Debug)]
pub struct OfferRescinded {
    /// The candidate.
    pub reader: Reader,
    /// Title of the posting.
    pub role: Line,
    /// The team that offered.
    pub team: Line,
    /// What the recruiter adds, if anything.
    pub words: Option<Words>,
}

/// To a candidate whose offer can now be accepted until another day.
#[derive(Clone, Debug)]
pub struct OfferExtended {
    /// The candidate.
    pub reader: Reader,
    /// Title of the posting.
    pub role: Line,
    /// The team that offers.
    pub team: Line,
    /// The new deadline.
    pub deadline: DateTime<Utc>,
    /// The offer's page.
    pub link: Url,
}

letter!(
    ApplicationReceived,
    "mail/application_received.subject",
    "mail/application_received.txt",
    "mail/application_received.html"
);
letter!(
    ApplicationRepeated,
    "mail/application_repeated.subject",
    "mail/application_repeated.txt",
    "mail/application_repeated.html"
);
letter!(
    ApplicationDeclined,
    "mail/application_declined.subject",
    "mail/application_declined.txt",
    "mail/application_declined.html"
);
letter!(
    ApplicationWithdrawn,
    "mail/application_withdrawn.subject",
    "mail/application_withdrawn.txt",
    "mail/application_withdrawn.html"
);
letter!(
    ApplicationTransferred,
    "mail/application_transferred.subject",
    "mail/application_transferred.txt",
    "mail/application_transferred.html"
);
letter!(FormSent, "mail/form_sent.subject", "mail/form_sent.txt", "mail/form_sent.html");
letter!(FormReminded, "mail/form_reminded.subject", "mail/form_reminded.txt", "mail/form_reminded.html");
letter!(Offer, "mail/offer.subject", "mail/offer.txt", "mail/offer.html");
letter!(OfferAccepted, "mail/offer_accepted.subject", "mail/offer_accepted.txt", "mail/offer_accepted.html");
letter!(OfferDeclined, "mail/offer_declined.subject", "mail/offer_declined.txt", "mail/offer_declined.html");
letter!(
    OfferRescinded,
    "mail/offer_rescinded.subject",
    "mail/offer_rescinded.txt",
    "mail/offer_rescinded.html"
);
letter!(OfferExtended, "mail/offer_extended.subject", "mail/offer_extended.txt", "mail/offer_extended.html");
