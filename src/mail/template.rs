//! The organisation's own words as a letter: names in braces are put in, Markdown becomes text and HTML.
//!
//! The words are from colleagues and what is put in is from anybody, so neither can do more than it says: there are no
//! loops without end, no files, no HTML, no pictures, and what is put in is never read as Markdown.

mod prose;

use askama::Template as _;
use minijinja::value::Value;
use minijinja::{Environment, ErrorKind, UndefinedBehavior};

use self::prose::{Prose, read};
use super::letter::{House, Letter};
use super::line::Line;
use crate::domain::Refusal;
use crate::domain::email::LetterKind;
use crate::domain::letter_template::{Variable, Wording};

/// How many steps a rendering may take: a letter of the longest kind takes some hundreds.
const FUEL: u64 = 20_000;
/// How deep expressions may be nested.
const DEPTH: usize = 50;
/// The most bytes that words may grow to.
const MOST: usize = 64 * 1024;

/// The parts of words, as they are called where they come in.
const SUBJECT: &str = "subject";
const BODY: &str = "body";
/// What words have to be, though everything that may be empty is.
const THERE: &str = "words that are there for every letter";

/// What is wrong with words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// `subject` or `body`.
    pub part: &'static str,
    /// What would be right.
    pub expected: String,
}

impl From<Flaw> for Refusal {
    fn from(flaw: Flaw) -> Self {
        Self::invalid(flaw.part, &flaw.expected)
    }
}

/// What is put in for each name.
pub type Values = Vec<(Variable, String)>;

/// Writes a letter in these words.
///
/// # Errors
/// What is wrong with them; words that [`sample`] found good have nothing wrong with them.
pub fn write(wording: &Wording, values: &Values, house: &House) -> Result<Letter, Flaw> {
    framed(&subject(wording, values)?, &body(wording, values)?, house)
}

fn subject(wording: &Wording, values: &Values) -> Result<Line, Flaw> {
    let line = filled(SUBJECT, &wording.subject, values, |value| Line::new(value).to_string())?;
    let line = Line::new(&line);
    if line.is_empty() { Err(Flaw { part: SUBJECT, expected: THERE.to_owned() }) } else { Ok(line) }
}

fn body(wording: &Wording, values: &Values) -> Result<Prose, Flaw> {
    let body = filled(BODY, &wording.body, values, prose::escaped)?;
    let link = values.iter().find(|(variable, _)| *variable == Variable::Link).map(|(_, link)| link.as_str());
    let prose = read(&body, link).map_err(|expected| Flaw { part: BODY, expected })?;
    if prose.text.is_empty() {
        return Err(Flaw { part: BODY, expected: THERE.to_owned() });
    }
    // Also of each letter that leaves: whether words name something may depend on what else is there.
    let is_said = |value: &str| value.lines().all(|line| prose.text.contains(line));
    match values.iter().find(|(variable, value)| variable.is_needed() && !is_said(value)) {
        Some((variable, _)) => {
            let expected = format!("{{{{ {variable} }}}} in it, whatever else is there");
            Err(Flaw { part: BODY, expected })
        }
        None => Ok(prose),
    }
}

/// Writes the letter to nobody that words are tried by: everything has its sample. What may be empty is empty in some
/// letters, so they are tried without that as well.
///
/// # Errors
/// `INVALID` on `subject`, `body`, or both: the first thing that is wrong with each.
pub fn sample(kind: LetterKind, wording: &Wording, house: &House) -> Result<Letter, Refusal> {
    let (full, bare) = (samples(kind, |_| true), samples(kind, Variable::is_always_there));
    let subjects = subject(wording, &bare).and_then(|_| subject(wording, &full));
    let bodies = body(wording, &bare).and_then(|_| body(wording, &full));
    match (subjects, bodies) {
        (Ok(subject), Ok(body)) => Ok(framed(&subject, &body, house)?),
        (subject, body) => {
            let flaws = [subject.err(), body.err()].into_iter().flatten().map(Refusal::from).collect();
            Err(Refusal::all(flaws).err().unwrap_or(Refusal::Forbidden))
        }
    }
}

fn samples(kind: LetterKind, is_there: impl Fn(Variable) -> bool) -> Values {
    let sample = |variable: Variable| if is_there(variable) { variable.sample() } else { "" };
    kind.all_variables().map(|variable| (variable, sample(variable).to_owned())).collect()
}

/// The text with every name in braces replaced by its value, as `escape` makes it safe there.
fn filled(
    part: &'static str,
    text: &str,
    values: &Values,
    escape: impl Fn(&str) -> String + Send + Sync + 'static,
) -> Result<String, Flaw> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(DEPTH);
    environment.set_formatter(move |out, _, value| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        out.write_str(&escape(&text)).map_err(Into::into)
    });
    let flaw = |error: minijinja::Error| Flaw { part, expected: meant(&error, values) };
    let template = environment.template_from_str(text).map_err(flaw)?;
    let context = Value::from_pairs(
        values.iter().map(|(variable, value)| (variable.as_str(), Value::from(value.as_str()))),
    );
    let filled = template.render(context).map_err(flaw)?;
    if filled.len() > MOST {
        return Err(Flaw { part, expected: format!("words that make at most {} kB", MOST / 1024) });
    }
    Ok(filled)
}

/// What would be right instead, for people who write letters.
fn meant(error: &minijinja::Error, values: &Values) -> String {
    let line = error.line().map(|line| format!(" (line {line})")).unwrap_or_default();
    match error.kind() {
        ErrorKind::UndefinedError => {
            let names: Vec<_> = values.iter().map(|(variable, _)| variable.as_str()).collect();
            format!("no other names in braces than {}{line}", names.join(", "))
        }
        ErrorKind::OutOfFuel => format!("words that take less work to put together{line}"),
        _ => format!("braces as in {{{{ role }}}} and {{% if words %}}..{{% endif %}}{line}"),
    }
}

/// Puts the words into the frame that all letters have.
fn framed(subject: &Line, prose: &Prose, house: &House) -> Result<Letter, Flaw> {
    #[derive(askama::Template)]
    #[template(path = "mail/own.txt", escape = "none")]
    struct Text<'a> {
        text: &'a str,
        house: &'a House,
    }
    #[derive(askama::Template)]
    #[template(path = "mail/own.html", escape = "html")]
    struct Html<'a> {
        html: &'a str,
        house: &'a House,
    }
    let failed = |error: askama::Error| Flaw { part: BODY, expected: error.to_string() };
    Ok(Letter {
        subject: subject.to_string(),
        text: Text { text: &prose.text, house }.render().map_err(failed)?,
        html: Html { html: &prose.html, house }.render().map_err(failed)?,
    })
}

#[cfg(test)]
mod tests;
