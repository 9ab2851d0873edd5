//! Changes of the organisation's own words for letters: each is a new version.

use super::Act;
use crate::domain::Refusal;
use crate::domain::email::LetterKind;
use crate::domain::event::{Change, Event, EventKind};
use crate::domain::faults::Faults;
use crate::domain::letter_template::{LetterTemplate, Wording, language};
use crate::domain::policy::organisation::may_set;
use crate::mail::letter::Letter;
use crate::mail::template;
use crate::storage::letter_template::{add, versions};
use crate::storage::{Failure, Tx};

/// Words for a kind of letter, to be tried or saved.
#[derive(Debug, Clone)]
pub struct Draft {
    /// For which kind.
    pub kind: LetterKind,
    /// In which language.
    pub language: String,
    /// Its subject.
    pub subject: String,
    /// What it says, in Markdown.
    pub body: String,
}

impl Draft {
    /// The language and the words, of which it was tried that they make a letter.
    fn checked(&self, act: Act<'_>) -> Result<(String, Wording, Letter), Refusal> {
        let mut faults = Faults::default();
        faults.keep(has_own_words(self.kind));
        let language = faults.keep(language("language", &self.language));
        let wording = faults.keep(Wording::parse(&self.subject, &self.body));
        faults.end()?;
        let letter = template::sample(self.kind, &wording, &super::letter::house(act.site, &language))?;
        Ok((language, wording, letter))
    }
}

fn has_own_words(kind: LetterKind) -> Result<(), Refusal> {
    let expected = "a kind of letter that goes to candidates or referees, but for messages of colleagues";
    kind.has_own_words().then_some(()).ok_or_else(|| Refusal::invalid("kind", expected))
}

/// The letter that these words would make, to somebody invented. Nothing is saved.
///
/// # Errors
/// `FORBIDDEN`; `REQUIRED` or `INVALID` on `kind`, `language`, `subject` or `body`.
pub fn preview(act: Act<'_>, input: &Draft) -> Result<Letter, Refusal> {
    may_set(act.viewer)?;
    input.checked(act).map(|(.., letter)| letter)
}

/// Saves words after `expected_version`, which is 0 where there was none: letters of this kind are written in them from now
/// on, to those who read the language.
///
/// # Errors
/// `FORBIDDEN`, `STALE`; `REQUIRED` or `INVALID` on `kind`, `language`, `subject` or `body`.
pub async fn save(
    act: Act<'_>,
    input: Draft,
    expected_version: Option<i32>,
) -> Result<LetterTemplate, Failure> {
    may_set(act.viewer)?;
    let (language, wording, _) = input.checked(act)?;
    follow(act, (input.kind, &language), expected_version, Some(&wording)).await
}

/// Takes the organisation's own words back: letters of this kind are written in the words this program brings along, or in
/// those for a wider language. The versions stay.
///
/// # Errors
/// `FORBIDDEN`, `STALE`, `NOT_FOUND` where there are no words of its own; `REQUIRED` or `INVALID` on `kind` or `language`.
pub async fn reset(
    act: Act<'_>,
    kind: LetterKind,
    tag: &str,
    expected_version: Option<i32>,
) -> Result<LetterTemplate, Failure> {
    may_set(act.viewer)?;
    let mut faults = Faults::default();
    faults.keep(has_own_words(kind));
    let language = faults.keep(language("language", tag));
    faults.end()?;
    follow(act, (kind, &language), expected_version, None).await
}

async fn follow(
    act: Act<'_>,
    (kind, language): (LetterKind, &str),
    expected_version: Option<i32>,
    wording: Option<&Wording>,
) -> Result<LetterTemplate, Failure> {
    let change = &act.change();
    let work = |tx: Tx| async move {
        let newest = versions(&tx, kind, language).await?.into_iter().next();
        let version = newest.as_ref().map_or(0, |newest| newest.version);
        if expected_version.is_some_and(|expected| expected != version) {
            return Err(Refusal::Stale.into());
        }
        let before = newest.as_ref().and_then(|newest| newest.wording.as_ref());
        match (newest.clone(), wording, before) {
            (_, None, None) => return Err(Refusal::NotFound("letter template").into()),
            (Some(same), Some(wording), Some(before)) if wording == before => return Ok(same),
            _ => {}
        }
        let next = LetterTemplate {
            kind,
            language: language.to_owned(),
            version: version + 1,
            wording: wording.cloned(),
            saved_by: act.viewer.user(),
            saved_at: change.at,
        };
        add(&tx, &next).await?;
        tx.record(event(change, &next));
        Ok(next)
    };
    act.store.write(work).await
}

fn event(change: &Change, template: &LetterTemplate) -> Event {
    let kind = if template.wording.is_some() {
        EventKind::LetterTemplateSaved
    } else {
        EventKind::LetterTemplateReset
    };
    let event = change.event(kind).word("kind", template.kind).word("language", &template.language);
    event.count("version", template.version.into())
}
