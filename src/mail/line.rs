//! Text from people, made fit for mail: one line for names and titles, paragraphs for what somebody wrote.
//!
//! Everything a letter shows goes through these two types, so no name can add a header, a paragraph or a line that runs
//! the other way.

use std::fmt;

/// One line of text: no control, line-breaking or direction-changing characters, spaces single, at most 200 characters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line(String);

impl Line {
    /// The most characters a line keeps.
    pub const MAX: usize = 200;

    /// Cleans `text`; nothing is refused, what is too long ends in an ellipsis.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self::cut(text, Self::MAX)
    }

    /// The same with another limit, for places with less room.
    #[must_use]
    pub fn cut(text: &str, max: usize) -> Self {
        let spaced: String =
            text.chars().filter(|c| !is_hidden(*c)).map(|c| if c.is_control() { ' ' } else { c }).collect();
        let words = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
        Self(shortened(words, max))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it could pass for an invitation to go somewhere: a link, an address, a domain. Such a "name" must not be
    /// repeated in a mail that anybody can have us send to anybody.
    #[must_use]
    pub fn looks_like_a_link(&self) -> bool {
        self.0.chars().any(|c| matches!(c, '@' | '/' | '\\' | ':'))
            || self.0.split_whitespace().any(|word| {
                word.split('.').collect::<Vec<_>>().windows(2).any(|pair| {
                    let letters = |part: &str| part.chars().filter(|c| c.is_alphanumeric()).count();
                    letters(pair[0]) >= 2 && letters(pair[1]) >= 2
                })
            })
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for Line {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

/// What a person wrote, in paragraphs: line ends as `\n`, no other control characters, at most 20,000 characters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words(String);

impl Words {
    /// The most characters that are kept.
    pub const MAX: usize = 20_000;

    /// Cleans `text`; nothing is refused, what is too long ends in an ellipsis.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let clean = plain(text).chars().filter(|c| !is_hidden(*c)).collect::<String>();
        Self(shortened(clean.trim().to_owned(), Self::MAX))
    }

    /// Paragraphs, without the empty lines between them.
    pub fn paragraphs(&self) -> impl Iterator<Item = &str> {
        self.0.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty())
    }

    /// Whether nothing is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Line ends as `\n` and no control characters but tab: a bare CR in a body is how messages are smuggled through relays.
pub(super) fn plain(text: &str) -> String {
    let unix = text.replace("\r\n", "\n").replace(['\r', '\u{85}', '\u{2028}', '\u{2029}'], "\n");
    unix.chars().filter(|c| matches!(c, '\n' | '\t') || !c.is_control()).collect()
}

/// Characters that are not seen but change what is: directions (UAX #9), zero widths, byte order marks, tags.
fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}' | '\u{200E}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

fn shortened(text: String, max: usize) -> String {
    if text.chars().count() <= max {
        return text;
    }
    let mut kept: String = text.chars().take(max.saturating_sub(1)).collect();
    kept.truncate(kept.trim_end().len());
    kept.push('…');
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_one_visible_line() {
        let line = Line::new(
            "  Zoë\r\nBcc: x@example.org\u{0}\u{202E}gpj.\u{2066}\t O'Hara \u{1F469}\u{200D}\u{1F4BB} ",
        );
        assert_eq!(line.as_str(), "Zoë Bcc: x@example.org gpj. O'Hara \u{1F469}\u{200D}\u{1F4BB}");
        let long = Line::new(&"word ".repeat(100));
        assert!(long.as_str().chars().count() <= Line::MAX && long.as_str().ends_with("word…"));
        assert_eq!(Line::new("\u{202E}\r\n").as_str(), "");
    }

    #[test]
    fn what_somebody_wrote_keeps_its_paragraphs() {
        let words = Words::new("One\r\nstill one\r\n\r\n\r\nTwo\rtwo\u{0}\u{7}\n\n \n\n");
        assert_eq!(words.paragraphs().collect::<Vec<_>>(), ["One\nstill one", "Two\ntwo"]);
        assert_eq!(Words::new(&"ä".repeat(50_000)).to_string().chars().count(), Words::MAX);
    }

    #[test]
    fn a_name_that_is_an_advertisement_is_told_from_a_name() {
        for name in
            ["win at https://example.org", "www.example.org now", "me@example.org", "pills.example", "a\\b"]
        {
            assert!(Line::new(name).looks_like_a_link(), "{name}");
        }
        for name in
            ["Zoë O'Hara", "J.R. Miller", "Dr. Müller-Lüdenscheidt Jr.", "李雷", "Anne-Marie St. James"]
        {
            assert!(!Line::new(name).looks_like_a_link(), "{name}");
        }
    }
}
