//! The organisation's own words for the letters that it sends to candidates and referees.

use chrono::{DateTime, Utc};

use super::Refusal;
use super::email::LetterKind;
use super::faults::Faults;
use super::id::UserId;
use super::text;

/// The most characters of a subject.
const MOST_SUBJECT: usize = 200;
/// The most characters of a body.
const MOST_BODY: usize = 10_000;
/// The language of a letter unless something else is known or said (BCP 47).
pub const LANGUAGE: &str = "en";

/// A subject and a body, written in Markdown with the names of [`Variable`]s in double braces.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wording {
    /// One line.
    pub subject: String,
    /// What the letter says.
    pub body: String,
}

impl Wording {
    /// Both, within their limits; what they say is checked where it is rendered.
    ///
    /// # Errors
    /// `REQUIRED` or `INVALID` on `subject` or `body`.
    pub fn parse(subject: &str, body: &str) -> Result<Self, Refusal> {
        let mut faults = Faults::default();
        let subject = faults.keep(text::line("subject", subject, MOST_SUBJECT));
        let body = faults.keep(text::prose("body", body, MOST_BODY));
        faults.end().map(|()| Self { subject, body })
    }
}

/// One version of the words for a kind of letter in a language. Versions never change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterTemplate {
    /// For which kind of letter.
    pub kind: LetterKind,
    /// In which language (BCP 47).
    pub language: String,
    /// Its number, from 1.
    pub version: i32,
    /// What it says; none where the words this program brings along are wanted again.
    pub wording: Option<Wording>,
    /// Who saved it; none for the operator.
    pub saved_by: Option<UserId>,
    /// When.
    pub saved_at: DateTime<Utc>,
}

/// The newest version of each.
#[derive(Debug, Clone, Default)]
pub struct LetterTemplates(Vec<LetterTemplate>);

impl LetterTemplates {
    /// These, of which there is one for a kind and a language.
    #[must_use]
    pub const fn new(newest: Vec<LetterTemplate>) -> Self {
        Self(newest)
    }

    /// Which words a letter to somebody who reads `language` is written in: those for that language, else for a wider one
    /// (`pt` for `pt-BR`), else for [`LANGUAGE`]; none for the words this program brings along.
    #[must_use]
    pub fn choose(&self, kind: LetterKind, language: &str) -> Option<(&LetterTemplate, &Wording)> {
        wider(language).chain([LANGUAGE]).find_map(|language| {
            let found =
                self.0.iter().find(|one| one.kind == kind && one.language.eq_ignore_ascii_case(language))?;
            Some((found, found.wording.as_ref()?))
        })
    }
}

/// A tag, and what is left of it without its last part, until nothing is (RFC 4647 section 3.4).
fn wider(tag: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(tag), |tag| tag.rsplit_once('-').map(|(wider, _)| wider))
}

/// Language, script, and region of a tag, each as it is written (BCP 47): `de`, `zh-Hant`, `pt-BR`, `es-419`.
///
/// # Errors
/// `REQUIRED` or `INVALID`.
pub fn language(field: &str, tag: &str) -> Result<String, Refusal> {
    if tag.trim().is_empty() {
        return Err(Refusal::required(field));
    }
    let wrong = || Refusal::invalid(field, "a language tag like de, pt-BR or zh-Hant");
    let (mut parts, mut written) = (tag.trim().split('-').peekable(), Vec::new());
    let alphabetic = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphabetic());
    let language =
        parts.next().filter(|part| matches!(part.len(), 2 | 3) && alphabetic(part)).ok_or_else(wrong)?;
    written.push(language.to_ascii_lowercase());
    if let Some(script) = parts.next_if(|part| part.len() == 4 && alphabetic(part)) {
        let (first, rest) = script.split_at(1);
        written.push(first.to_ascii_uppercase() + &rest.to_ascii_lowercase());
    }
    let is_region = |part: &&str| {
        part.len() == 2 && alphabetic(part)
            || part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    if let Some(region) = parts.next_if(is_region) {
        written.push(region.to_ascii_uppercase());
    }
    if parts.next().is_some() { Err(wrong()) } else { Ok(written.join("-")) }
}

/// The language that a browser asks for first (`Accept-Language`, RFC 9110 section 12.5.4), if it names one we can write.
#[must_use]
pub fn preferred(accepted: &str) -> Option<String> {
    let weighed = accepted.split(',').take(20).filter_map(|range| {
        let mut parts = range.split(';');
        let tag = language("language", parts.next()?).ok()?;
        let weight =
            parts.find_map(|part| part.trim().strip_prefix("q=")?.parse::<f32>().ok()).unwrap_or(1.0);
        (weight > 0.0).then_some((tag, weight))
    });
    // The first of those that weigh most.
    let heavier = |best: Option<(String, f32)>, next: (String, f32)| match best {
        Some(best) if best.1 >= next.1 => Some(best),
        _ => Some(next),
    };
    weighed.fold(None, heavier).map(|(tag, _)| tag)
}

macro_rules! variables {
    ($($variable:ident = $name:literal, $about:literal, $sample:literal, $always:literal;)+) => {
        text_enum! {
            /// Something that words may name: `{{ role }}`.
            Variable { $(#[doc = $about] $variable = $name),+ }
        }

        impl Variable {
            /// What it is.
            #[must_use]
            pub const fn about(self) -> &'static str {
                match self { $(Self::$variable => $about),+ }
            }

            /// What stands there when words are tried.
            #[must_use]
            pub const fn sample(self) -> &'static str {
                match self { $(Self::$variable => $sample),+ }
            }

            /// Whether it is never empty.
            #[must_use]
            pub const fn is_always_there(self) -> bool {
                match self { $(Self::$variable => $always),+ }
            }
        }
    };
}

variables! {
    Greeting = "greeting", "Greeting in English, with the reader's name if it can be shown.", "Dear Robin Sample,", true;
    Name = "name", "Name of the reader, as they gave it; empty if it cannot be shown.", "Robin Sample", false;
    Organisation = "organisation", "Name of the organisation.", "Sample Works", true;
    Role = "role", "Title of the posting, or of the role that is offered.", "Instrument Maker", true;
    FormerRole = "former_role", "Title of the posting that was applied to.", "Apprentice", true;
    Team = "team", "Team that offers.", "Workshop", true;
    Task = "task", "Title of the piece of work; empty for questions.", "A small gauge", false;
    Candidate = "candidate", "Name of the candidate a referee is asked about.", "Kim Sample", true;
    Meeting = "meeting", "Title of the meeting.", "A first talk", true;
    When = "when", "When the meeting is.", "Friday 14 August 2026, 17:00 to 17:45 (Europe/Berlin)", true;
    Place = "place", "Where the meeting is; empty for a video call.", "Sample Street 1", false;
    VideoLink = "video_link", "Address of the video call; empty if there is none.", "https://meet.example.com/sample", false;
    Hosts = "hosts", "Who comes to the meeting.", "Ada Sample, Head of Engineering", false;
    Times = "times", "Times to choose from, one a line.", "Friday 14 August 2026, 17:00 to 17:45", true;
    Contact = "contact", "Address of a person.", "jobs@example.com", true;
    Deadline = "deadline", "Until when something is to be answered.", "Friday 14 August 2026, 17:00 (Europe/Berlin)", true;
    Link = "link", "Address of the page that the letter is about.", "https://jobs.example.com/sample", true;
    Code = "code", "Code that is asked for.", "048151", true;
    Author = "author", "Name of the colleague who writes.", "Ada Sample", true;
    Words = "words", "What a colleague adds; empty if nothing.", "It was good to meet you.", false;
    EndsOffer = "ends_offer", "`yes` if an offer ends with this letter, else empty.", "yes", false;
    EndsMeeting = "ends_meeting", "`yes` if a meeting that was set does not take place, else empty.", "yes", false;
}

impl Variable {
    /// Whether words for a letter that has it must name it, or the reader could not go on.
    #[must_use]
    pub const fn is_needed(self) -> bool {
        matches!(self, Self::Link | Self::Code | Self::When | Self::Times)
    }
}

impl LetterKind {
    /// What the organisation's own words for this kind may name, beside [`Variable::Greeting`], [`Variable::Name`] and
    /// [`Variable::Organisation`]; nothing for kinds that have no words of the organisation's own.
    #[must_use]
    pub const fn variables(self) -> &'static [Variable] {
        use Variable as V;
        match self {
            Self::ApplicationReceived | Self::ApplicationRepeated => &[V::Role, V::Link],
            Self::ApplicationDeclined => &[V::Role, V::Words, V::EndsOffer, V::EndsMeeting],
            Self::ApplicationWithdrawn => &[V::Role, V::EndsOffer, V::EndsMeeting],
            Self::ApplicationTransferred => &[V::FormerRole, V::Role, V::Words, V::Link],
            Self::FormSent => &[V::Role, V::Task, V::Words, V::Deadline, V::Link],
            Self::FormReminded => &[V::Role, V::Task, V::Deadline, V::Link],
            Self::InterviewScheduled => {
                &[V::Role, V::Meeting, V::When, V::Place, V::VideoLink, V::Hosts, V::Contact]
            }
            Self::InterviewCancelled => &[V::Role, V::Meeting, V::When],
            Self::InterviewSlots | Self::InterviewSlotsReminded => {
                &[V::Role, V::Meeting, V::Times, V::Hosts, V::Link]
            }
            Self::NominationRequested => &[V::Role, V::Words, V::Deadline, V::Link],
            Self::NominationReminded => &[V::Role, V::Deadline, V::Link],
            Self::ReferenceRequested | Self::ReferenceReminded => {
                &[V::Candidate, V::Role, V::Deadline, V::Link]
            }
            Self::Offer | Self::OfferExtended | Self::OfferReminded => {
                &[V::Role, V::Team, V::Deadline, V::Link]
            }
            Self::OfferCode => &[V::Role, V::Team, V::Deadline, V::Code],
            Self::OfferAccepted => &[V::Role, V::Team, V::Link, V::EndsMeeting],
            Self::OfferDeclined => &[V::Role, V::Team],
            Self::OfferExpired => &[V::Role, V::Team, V::Deadline],
            Self::OfferRescinded => &[V::Role, V::Team, V::Words],
            Self::MessageSent
            | Self::ScorecardRequested
            | Self::ScorecardReminded
            | Self::NoteMentioned
            | Self::InterviewAssigned
            | Self::InterviewUnassigned
            | Self::ApprovalRequested
            | Self::ApprovalReminded
            | Self::ApprovalGiven
            | Self::ApprovalRefused
            | Self::OfferEnded => &[],
        }
    }

    /// [`LetterKind::variables`] with those that every letter has.
    pub fn all_variables(self) -> impl Iterator<Item = Variable> {
        [Variable::Greeting, Variable::Name, Variable::Organisation]
            .into_iter()
            .chain(self.variables().iter().copied())
    }

    /// Whether the organisation may write its own words for it.
    #[must_use]
    pub const fn has_own_words(self) -> bool {
        !self.variables().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(language: &str, words: Option<&str>) -> LetterTemplate {
        let wording = words.map(|words| Wording { subject: words.into(), body: words.into() });
        let (version, saved_at) = (1, DateTime::UNIX_EPOCH);
        LetterTemplate {
            kind: LetterKind::Offer,
            language: language.into(),
            version,
            wording,
            saved_by: None,
            saved_at,
        }
    }

    #[test]
    fn a_letter_falls_back_to_a_wider_language_and_then_to_english() {
        let all = LetterTemplates::new(vec![
            template("pt", Some("pt")),
            template("pt-BR", Some("pt-BR")),
            template("de-AT", None),
            template("de", Some("de")),
            template("en", Some("en")),
        ]);
        let chosen =
            |kind, language: &str| all.choose(kind, language).map(|(_, words)| words.subject.clone());
        for (language, words) in [
            ("pt-BR", "pt-BR"),
            ("pt-PT", "pt"),
            ("pt", "pt"),
            ("de-AT", "de"),
            ("de-Latn-CH", "de"),
            ("fr", "en"),
            ("en-GB", "en"),
        ] {
            assert_eq!(chosen(LetterKind::Offer, language).as_deref(), Some(words), "{language}");
        }
        assert_eq!(chosen(LetterKind::OfferCode, "pt"), None);
    }

    #[test]
    fn tags_are_written_one_way() {
        for (given, written) in [
            ("DE", "de"),
            ("pt-br", "pt-BR"),
            ("ZH-hant-tw", "zh-Hant-TW"),
            ("es-419", "es-419"),
            ("gsw", "gsw"),
        ] {
            assert_eq!(language("language", given).as_deref(), Ok(written));
        }
        for bad in ["", " ", "d", "deutsch", "de_AT", "de-", "de-AT-1996", "12", "de-x"] {
            assert!(language("language", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_browser_says_which_language_it_prefers() {
        for (accepted, tag) in [
            ("de-AT,de;q=0.9,en;q=0.8", Some("de-AT")),
            ("en;q=0.5, fr ;q=0.9", Some("fr")),
            ("*, pt-BR;q=0.1", Some("pt-BR")),
            ("de;q=0", None),
            ("", None),
            ("\u{7f}\u{fffd},;;=", None),
        ] {
            assert_eq!(preferred(accepted).as_deref(), tag, "{accepted}");
        }
    }
}
