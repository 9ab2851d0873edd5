//! What can be read of a mail's text.
//!
//! HTML is read tag by tag, in one go. It is not made into a tree, as browsers do: that takes a time that grows with the square
//! of what is nested, and what comes out is no HTML any more, so nothing has to be made safe.

use crate::domain::text::shown;

/// The most bytes of text or HTML that are looked at.
const MOST_READ: usize = 2 * 1024 * 1024;

/// Elements of which nothing is shown.
const UNSEEN: [&str; 4] = ["script", "style", "title", "template"];
/// Elements that begin a line of their own, or end it.
const BLOCKS: [&str; 14] =
    ["br", "p", "div", "li", "tr", "table", "ul", "ol", "h1", "h2", "h3", "h4", "blockquote", "hr"];

/// Text without what nobody can see, its lines ended alike.
pub(super) fn plain(text: &str) -> String {
    shown(text.get(..floor(text, MOST_READ)).unwrap_or_default()).trim().to_owned()
}

/// What of HTML can be read: no styles, scripts or comments, a line where a block ends.
pub(super) fn of_html(html: &str) -> String {
    let mut rest = html.get(..floor(html, MOST_READ)).unwrap_or_default();
    let mut text = String::with_capacity(rest.len() / 2);
    while let Some(at) = rest.find('<') {
        push_words(&mut text, &rest[..at]);
        rest = &rest[at..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.find("-->").map_or("", |end| &comment[end + 3..]);
            continue;
        }
        let name: String =
            rest[1..].chars().take(12).take_while(|c| c.is_ascii_alphanumeric() || *c == '/').collect();
        if name.is_empty() && !rest[1..].starts_with('!') {
            text.push('<');
            rest = &rest[1..];
            continue;
        }
        let element = name.trim_matches('/').to_ascii_lowercase();
        rest = behind_tag(rest);
        if UNSEEN.contains(&element.as_str()) && !name.starts_with('/') {
            rest = behind_end(rest, &element);
        } else if BLOCKS.contains(&element.as_str()) {
            text.push('\n');
        } else if element == "td" {
            text.push(' ');
        }
    }
    push_words(&mut text, rest);
    lines(&plain(&text))
}

/// What follows a tag, whose values may hold a `>`.
fn behind_tag(rest: &str) -> &str {
    let mut quote = None;
    for (at, byte) in rest.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return &rest[at + 1..],
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    ""
}

/// What follows the end of an element that holds no others. Without an end nothing follows.
fn behind_end<'a>(rest: &'a str, element: &str) -> &'a str {
    let mut from = 0;
    while let Some(at) = rest[from..].find("</") {
        let name = from + at + 2;
        let is_end =
            rest.get(name..name + element.len()).is_some_and(|name| name.eq_ignore_ascii_case(element));
        if is_end {
            return behind_tag(&rest[name..]);
        }
        from = name;
    }
    ""
}

/// Text between tags: white space is one space, and the usual entities are characters.
fn push_words(text: &mut String, words: &str) {
    let mut rest = words;
    while let Some(at) = rest.find(['&', ' ', '\t', '\r', '\n', '\u{a0}']) {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let (c, length) =
            entity(rest).unwrap_or((if rest.starts_with('&') { '&' } else { ' ' }, first(rest)));
        if c != ' ' || !text.ends_with([' ', '\n']) {
            text.push(c);
        }
        rest = &rest[length..];
    }
    text.push_str(rest);
}

fn first(text: &str) -> usize {
    text.chars().next().map_or(0, char::len_utf8)
}

/// The character that an entity at the start stands for, and how long the entity is.
fn entity(text: &str) -> Option<(char, usize)> {
    let body = text.strip_prefix('&')?;
    let end = body.bytes().take(10).position(|byte| byte == b';')?;
    let name = body.get(..end)?;
    let number = |digits: &str, radix| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
    let c = match name.to_ascii_lowercase().as_str() {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        other => match other.strip_prefix('#')? {
            hex if hex.starts_with('x') => number(&hex[1..], 16)?,
            digits => number(digits, 10)?,
        },
    };
    Some((c, end + 2))
}

/// At most one empty line in a row.
fn lines(text: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for line in text.lines().map(str::trim) {
        if !(line.is_empty() && kept.last().is_none_or(|last| last.is_empty())) {
            kept.push(line);
        }
    }
    kept.join("\n").trim().to_owned()
}

/// At most so many bytes, and a mark where it was cut.
pub(super) fn cut(mut text: String, most: usize) -> String {
    const MARK: &str = "\n[...]";
    if text.len() > most {
        text.truncate(floor(&text, most - MARK.len()));
        text.push_str(MARK);
    }
    text
}

/// The last place up to `most` where a character begins.
fn floor(text: &str, most: usize) -> usize {
    (0..=most.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_html_what_people_see_is_left() {
        let html = "<html><head><title>t</title><STYLE>p{color:red}</style></head><body><p>Hello&nbsp;&lt;you&gt;  &amp;amp;\n&#228;&#x1F600;</p>\
                    <script>alert('<p>')</script><div>One<br/>two</div><!-- <p>no --><img src=x alt='a>b'><a href=\"javascript:x\">link</a> 1 < 2 &co;";
        assert_eq!(of_html(html), "Hello <you> &amp; ä😀\n\nOne\ntwo\nlink 1 < 2 &co;");
        for odd in [
            "<",
            "<!",
            "<!--",
            "<a b='",
            "<script",
            "<script>",
            "<style></sty",
            "&",
            "&#",
            "&#x;",
            "&#xd800;",
            "&é;",
            "</",
            "<é>",
        ] {
            of_html(odd);
        }
        assert_eq!(of_html("<script>x</scripte>y"), "y");
    }

    #[test]
    fn text_is_cut_between_characters() {
        let cut = cut("é".repeat(100), 51);
        assert!(cut.len() <= 51 && cut.ends_with("é\n[...]"), "{cut}");
    }
}
