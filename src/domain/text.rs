//! Text from outside becomes text that is safe to keep: parsed once at the rim, trusted below.

use std::fmt;

use super::Refusal;

/// A text that names no variant of the enum it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a known {0}")]
pub struct Unknown(pub &'static str);

/// Characters that turn the reading direction; they can make a name or title lie about itself.
fn turns_direction(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// A character no XML 1.0 document may hold, or a C1 control nobody types.
fn unprintable(c: char) -> bool {
    c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}')
}

/// Whether a character may be shown to people: no control but tab and line end, nothing XML 1.0 cannot hold, nothing that
/// turns the reading direction.
#[must_use]
pub fn may_be_shown(c: char) -> bool {
    matches!(c, '\n' | '\t') || !(unprintable(c) || turns_direction(c))
}

/// What may be shown again of a text that was typed, before anything else is known of it.
#[must_use]
pub fn shown(text: &str) -> String {
    text.replace("\r\n", "\n").chars().filter(|c| may_be_shown(*c)).collect()
}

/// A character that takes no place of its own: joiners, marks of direction, soft hyphens, fillers, tags. Some scripts and
/// emoji need them between other characters, so they stay there; alone they make a text that nobody can see.
fn invisible(c: char) -> bool {
    matches!(
        c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}' | '\u{FFA0}' | '\u{E0000}'..='\u{E0FFF}'
    )
}

/// One line: trimmed, inner white space folded, without control or direction-turning characters.
///
/// # Errors
/// `REQUIRED` when nothing that can be seen is left, `INVALID` when it is over `max` characters or holds U+0000.
pub fn line(field: &str, text: &str, max: usize) -> Result<String, Refusal> {
    refuse_nul(field, text)?;
    let kept: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !unprintable(*c) && !turns_direction(*c))
        .collect();
    let folded = kept.split_whitespace().collect::<Vec<_>>().join(" ");
    sized(field, folded, max)
}

/// Text of several lines: line ends become `\n`, control characters but tab and line end go, ends trimmed.
///
/// # Errors
/// As [`line()`].
pub fn prose(field: &str, text: &str, max: usize) -> Result<String, Refusal> {
    refuse_nul(field, text)?;
    let kept: String =
        text.replace("\r\n", "\n").replace('\r', "\n").chars().filter(|c| may_be_shown(*c)).collect();
    sized(field, kept.trim().to_owned(), max)
}

/// As [`line()`], but absent or blank is `None`.
///
/// # Errors
/// As [`line()`], less `REQUIRED`.
pub fn optional_line(field: &str, text: Option<&str>, max: usize) -> Result<Option<String>, Refusal> {
    present(text).map(|given| line(field, given, max)).transpose()
}

/// As [`prose`], but absent or blank is `None`.
///
/// # Errors
/// As [`prose`], less `REQUIRED`.
pub fn optional_prose(field: &str, text: Option<&str>, max: usize) -> Result<Option<String>, Refusal> {
    present(text).map(|given| prose(field, given, max)).transpose()
}

fn present(text: Option<&str>) -> Option<&str> {
    text.filter(|given| !given.trim().is_empty())
}

fn refuse_nul(field: &str, text: &str) -> Result<(), Refusal> {
    if text.contains('\0') {
        return Err(Refusal::invalid(field, "text without the character U+0000"));
    }
    Ok(())
}

fn sized(field: &str, text: String, max: usize) -> Result<String, Refusal> {
    if text.chars().all(|c| c.is_whitespace() || invisible(c)) {
        return Err(Refusal::required(field));
    }
    if text.chars().count() > max {
        return Err(Refusal::invalid(field, &format!("at most {max} characters")));
    }
    Ok(text)
}

/// An e-mail address as it is written to: one `@`, a domain with a dot, no spaces, controls or characters that cannot be
/// seen (RFC 5321 sizes).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// # Errors
    /// `INVALID` on the named field.
    pub fn parse(field: &str, text: &str) -> Result<Self, Refusal> {
        let address = line(field, text, 254)?;
        let wrong = || Refusal::invalid(field, "an e-mail address such as name@example.com");
        let (local, domain) = address.rsplit_once('@').ok_or_else(wrong)?;
        let sound = !local.is_empty()
            && local.len() <= 64
            && domain.contains('.')
            && domain.split('.').all(label)
            && !address.contains(|c: char| c.is_whitespace() || invisible(c) || "<>()[]\\,;:\"".contains(c))
            && local.matches('@').count() == 0
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..");
        if sound { Ok(Self(address)) } else { Err(wrong()) }
    }

    /// The address as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address folded to lower case: what makes two addresses the same person's.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

fn label(label: &str) -> bool {
    !label.is_empty()
        && label.len() <= 63
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.chars().all(|c| c.is_alphanumeric() || c == '-')
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A name that programs use, also as a part of field names: a letter, then letters, digits or `_`.
///
/// # Errors
/// `INVALID` on the named field.
pub fn key(field: &str, text: &str) -> Result<String, Refusal> {
    let sound = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.len() <= 40
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if sound {
        return Ok(text.to_owned());
    }
    Err(Refusal::invalid(field, "a letter, then letters, digits or _, at most 40 in all"))
}

/// An absolute `https` or `http` URL.
///
/// # Errors
/// `INVALID` on the named field.
pub fn web_address(field: &str, text: &str) -> Result<String, Refusal> {
    let url = line(field, text, 2_048)?;
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    if host.is_empty() || host.contains('@') || url.contains([' ', '"', '<', '>', '\\']) {
        return Err(Refusal::invalid(field, "an absolute https:// or http:// address"));
    }
    Ok(url)
}

/// A title as the readable part of a web address: lower-case ASCII words joined by `-`, at most 60 characters.
#[must_use]
pub fn slug(title: &str) -> String {
    let mut slug = String::new();
    for c in title.chars() {
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        if slug.len() >= 60 {
            break;
        }
    }
    slug.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_line_without_tricks() {
        assert_eq!(line("t", " a\r\n\u{202E}b\u{0007}\tc ", 10).unwrap(), "a b c");
        assert_eq!(line("t", " \n ", 10), Err(Refusal::required("t")));
        assert!(line("t", "a\0b", 10).is_err());
        for unseen in ["\u{200B}", "\u{3164} \u{FEFF}", "\u{E0041}\u{AD}"] {
            assert_eq!(line("t", unseen, 10), Err(Refusal::required("t")), "{unseen:?}");
            assert_eq!(prose("t", unseen, 10), Err(Refusal::required("t")), "{unseen:?}");
        }
        for joined in ["👩\u{200D}🚀", "می\u{200C}خواهم", "❤\u{FE0F}"] {
            assert_eq!(line("t", joined, 20).unwrap(), joined);
        }
        assert!(line("t", "abc", 2).is_err());
    }

    #[test]
    fn prose_keeps_its_lines() {
        assert_eq!(prose("t", "a\r\nb\rc\u{000B}", 10).unwrap(), "a\nb\nc");
    }

    #[test]
    fn what_was_typed_is_shown_again_without_what_nobody_may_see() {
        assert_eq!(shown(" a\r\nb\0\u{1B}[31m\u{202E}c\u{FFFF} "), " a\nb[31mc ");
    }

    #[test]
    fn addresses() {
        for good in ["a@example.com", "Zoë.B+x@mail.example.org"] {
            assert!(EmailAddress::parse("email", good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "a",
            "a@b",
            "a b@example.com",
            "a@@example.com",
            "a@example.com\r\nBcc: x@example.com",
            "<a@example.com>",
            ".a@example.com",
            "a@-x.example",
            "ad\u{200B}a@example.com",
        ] {
            assert!(EmailAddress::parse("email", bad).is_err(), "{bad}");
        }
        assert_eq!(EmailAddress::parse("email", "Ada@Example.COM").unwrap().key(), "ada@example.com");
    }

    #[test]
    fn slugs() {
        assert_eq!(slug("Backend Developer (Hiring for Many!)"), "backend-developer-hiring-for-many");
        assert_eq!(slug("東京"), "");
    }

    #[test]
    fn web_addresses() {
        assert!(web_address("url", "https://example.com/a?b#c").is_ok());
        for bad in
            ["javascript:alert(1)", "//example.com", "https://", "ftp://example.com", "https://u@example.com"]
        {
            assert!(web_address("url", bad).is_err(), "{bad}");
        }
    }
}
