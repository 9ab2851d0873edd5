//! HTML of boards becomes sections of CommonMark: what it says stays, what is no text goes.

mod mark;

use std::collections::{HashMap, HashSet};

use ammonia::{Builder, UrlRelative};

use self::mark::{emphasised, escaped, guarded, linked, plain, push_escaped};
use crate::domain::posting::Section;

/// How many sections a posting has at most; what follows stays in the last one.
const SECTIONS: usize = 20;
/// A section that is longer, in characters, goes on in one without a heading.
const LONG: usize = 9_000;
/// A heading that is longer, in characters, is text.
const HEADING: usize = 120;
/// Tags that mean something in CommonMark; of all others only the text stays, of `script` and `style` nothing.
const TAGS: &[&str] = &[
    "p",
    "br",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "li",
    "strong",
    "b",
    "em",
    "i",
    "a",
    "hr",
    "div",
    "blockquote",
    "tr",
];

/// A part of a posting's text.
pub(super) struct Part<'a> {
    /// Its heading, as plain text.
    pub heading: Option<&'a str>,
    /// Its text.
    pub html: &'a str,
}

/// The sections that these parts make; none if they hold no text.
pub(super) fn sections(parts: &[Part<'_>]) -> Vec<Section> {
    let mut writer = Writer::default();
    for part in parts {
        if part.html.trim().is_empty() && part.heading.is_none() {
            continue;
        }
        writer.begin(part.heading.unwrap_or_default());
        let clean = cleaned(part.html);
        for piece in Pieces(&clean) {
            writer.take(&piece);
        }
        writer.flush();
        writer.lists.clear();
    }
    writer.begin("");
    writer.sections
}

fn cleaned(html: &str) -> String {
    Builder::empty()
        .tags(TAGS.iter().copied().collect())
        .clean_content_tags(HashSet::from(["script", "style"]))
        .tag_attributes(HashMap::from([("a", HashSet::from(["href"]))]))
        .generic_attributes(HashSet::new())
        .url_schemes(HashSet::from(["https", "http", "mailto"]))
        .url_relative(UrlRelative::Deny)
        .link_rel(None)
        .clean(html)
        .to_string()
}

/// A piece of cleaned HTML.
enum Piece<'a> {
    Open(&'a str, Option<String>),
    Close(&'a str),
    Text(String),
}

/// Takes cleaned HTML apart: well-formed, few tags, one attribute.
struct Pieces<'a>(&'a str);

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        if self.0.is_empty() {
            return None;
        }
        let Some(tag) = self.0.strip_prefix('<') else {
            let end = self.0.find('<').unwrap_or(self.0.len());
            let (text, rest) = self.0.split_at(end);
            self.0 = rest;
            return Some(Piece::Text(decoded(text)));
        };
        let end = tag_end(tag);
        let inside = &tag[..end];
        self.0 = tag.get(end + 1..).unwrap_or_default();
        if let Some(name) = inside.strip_prefix('/') {
            return Some(Piece::Close(name));
        }
        let (name, attributes) = inside.split_once(' ').unwrap_or((inside, ""));
        let address = attributes.strip_prefix("href=\"").and_then(|rest| rest.split('"').next());
        Some(Piece::Open(name, address.map(decoded)))
    }
}

/// Where a tag ends; a `>` inside quotes does not end it.
fn tag_end(tag: &str) -> usize {
    let mut quoted = false;
    let ends = |c: char| {
        quoted ^= c == '"';
        c == '>' && !quoted
    };
    tag.find(ends).unwrap_or(tag.len())
}

/// The entities that the cleaner writes.
fn decoded(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&nbsp;", "\u{A0}")
        .replace("&amp;", "&")
}

/// A list that is being written: the number of its next item, if it is numbered.
struct List {
    next: Option<usize>,
    /// Whether the item's marker is still to be written.
    fresh: bool,
    width: usize,
}

#[derive(Default)]
struct Writer {
    sections: Vec<Section>,
    heading: String,
    body: String,
    /// The block that is being written.
    inline: String,
    /// Where emphasis and links in it began.
    open: Vec<(usize, String)>,
    lists: Vec<List>,
    /// Whether the last block was in a list.
    tight: bool,
    /// Whether a heading is being written: it holds plain text.
    is_heading: bool,
}

impl Writer {
    /// Ends the section and begins one under this heading.
    fn begin(&mut self, heading: &str) {
        self.flush();
        let heading = heading.split_whitespace().collect::<Vec<_>>().join(" ");
        let body = self.body.trim().to_owned();
        if body.is_empty() && (self.heading.is_empty() || !heading.is_empty()) {
            // A heading over nothing is text of the next section.
            if !self.heading.is_empty() {
                self.body = format!("{}\n\n", escaped(&self.heading));
                self.heading = heading;
                return;
            }
            self.body.clear();
        } else {
            let body = if body.is_empty() { escaped(&self.heading) } else { body };
            self.sections.push(Section { heading: std::mem::take(&mut self.heading), body });
            self.body.clear();
        }
        self.heading = heading;
    }

    fn take(&mut self, piece: &Piece<'_>) {
        match piece {
            Piece::Text(text) => self.text(text),
            Piece::Open(name, address) => self.opened(name, address.as_deref()),
            Piece::Close(name) => self.closed(name),
        }
    }

    fn text(&mut self, text: &str) {
        for (place, c) in text.char_indices() {
            if c.is_whitespace() {
                if !self.inline.is_empty() && !self.inline.ends_with([' ', '\n']) {
                    self.inline.push(' ');
                }
            } else {
                push_escaped(&mut self.inline, c, &text[place..]);
            }
        }
    }

    fn opened(&mut self, name: &str, address: Option<&str>) {
        match name {
            "strong" | "b" => self.open.push((self.inline.len(), "**".into())),
            "em" | "i" => self.open.push((self.inline.len(), "*".into())),
            "a" => self.open.push((self.inline.len(), address.unwrap_or_default().into())),
            "br" => {
                let end = self.inline.trim_end().len();
                // Open marks stay outside of the line's end.
                if end > 0 && self.open.iter().all(|(start, _)| *start <= end) {
                    self.inline.truncate(end);
                    if !self.inline.ends_with("\\\n") {
                        self.inline.push_str("\\\n");
                    }
                }
            }
            "ul" | "ol" => {
                self.flush();
                let next = (name == "ol").then_some(1);
                self.lists.push(List { next, fresh: false, width: 2 });
            }
            "li" => {
                self.flush();
                if self.lists.is_empty() {
                    self.lists.push(List { next: None, fresh: false, width: 2 });
                }
                if let Some(list) = self.lists.last_mut() {
                    list.fresh = true;
                }
            }
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.flush();
                self.is_heading = true;
            }
            _ => self.flush(),
        }
    }

    fn closed(&mut self, name: &str) {
        match name {
            "strong" | "b" | "em" | "i" | "a" => self.end_mark(),
            "ul" | "ol" => {
                self.flush();
                self.lists.pop();
            }
            "h1" | "h2" | "h3" => self.end_heading(),
            "h4" | "h5" | "h6" => self.end_small_heading(),
            "br" | "hr" => {}
            _ => self.flush(),
        }
    }

    /// A large heading begins a section, unless there are too many or it is a paragraph in disguise.
    fn end_heading(&mut self) {
        if self.sections.len() + 2 > SECTIONS {
            return self.end_small_heading();
        }
        let text = plain(&self.inline);
        if text.is_empty() || text.chars().count() > HEADING || !self.lists.is_empty() {
            return self.flush();
        }
        self.inline.clear();
        self.open.clear();
        self.is_heading = false;
        self.begin(&text);
    }

    /// A small heading stands in its section; in a list it is text.
    fn end_small_heading(&mut self) {
        self.open.clear();
        self.is_heading = false;
        let text = plain(&std::mem::take(&mut self.inline));
        if !text.is_empty() && self.lists.is_empty() {
            self.block(&format!("# {}", escaped(&text)));
        } else {
            self.block(&escaped(&text));
        }
    }

    /// Puts marks around what was written since they were opened: around its words, as CommonMark wants it.
    fn end_mark(&mut self) {
        let Some((start, mark)) = self.open.pop() else { return };
        if self.is_heading {
            return;
        }
        let Some(content) = self.inline.get(start..) else { return };
        let words =
            content.trim_matches(|c: char| c.is_whitespace() || c == '\\' && content.ends_with("\\\n"));
        if words.is_empty() {
            return;
        }
        let marked = match mark.as_str() {
            "" => return,
            "**" | "*" => emphasised(content, &mark),
            address => linked(content, words, address),
        };
        self.inline.truncate(start);
        self.inline.push_str(&marked);
    }

    fn flush(&mut self) {
        while !self.open.is_empty() {
            self.end_mark();
        }
        self.is_heading = false;
        let block = guarded(self.inline.trim().trim_end_matches("\\\n").trim_end_matches('\\').trim());
        self.inline.clear();
        self.block(&block);
    }

    fn block(&mut self, block: &str) {
        if block.is_empty() {
            return;
        }
        if self.body.chars().count() + block.chars().count() > LONG && self.sections.len() + 2 < SECTIONS {
            let body = self.body.trim().to_owned();
            if !body.is_empty() {
                self.sections.push(Section { heading: std::mem::take(&mut self.heading), body });
                self.body.clear();
            }
        }
        let item = self.lists.last().is_some_and(|list| list.fresh);
        if !self.body.is_empty() {
            self.body.push_str(if item && self.tight { "\n" } else { "\n\n" });
        }
        let indent = self.indent();
        self.body.push_str(&block.replace('\n', &format!("\n{indent}")));
        self.tight = !self.lists.is_empty();
    }

    /// Writes the marker or the indent of the innermost list, and says the indent of further lines.
    fn indent(&mut self) -> String {
        let outer: usize = self.lists.iter().rev().skip(1).map(|list| list.width).sum();
        let Some(list) = self.lists.last_mut() else { return String::new() };
        let marker = match (list.fresh, &mut list.next) {
            (true, Some(number)) => {
                *number += 1;
                format!("{}. ", *number - 1)
            }
            (true, None) => "- ".to_owned(),
            (false, _) => " ".repeat(list.width),
        };
        list.width = marker.len();
        list.fresh = false;
        self.body.push_str(&" ".repeat(outer));
        self.body.push_str(&marker);
        " ".repeat(outer + marker.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(html: &str) -> String {
        let sections = sections(&[Part { heading: None, html }]);
        let told = |section: &Section| format!("[{}]\n{}", section.heading, section.body);
        sections.iter().map(told).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn headings_make_sections_and_marks_touch_words() {
        let html = "<div><p>We make <strong>things </strong>&amp; <em>more</em>.</p><h3><strong>Your&nbsp;work</strong></h3>\
            <ul>\n<li><p>One: <a href=\"https://example.com/a_b\">read</a></p></li>\n<li>Two<ul><li>deeper</li></ul></li></ul>\
            <ol><li>first</li><li>second</li></ol></div>";
        assert_eq!(
            told(html),
            "[]\nWe make **things** & *more*.\n[Your work]\n- One: [read](<https://example.com/a_b>)\n- Two\n\n  - deeper\n\n1. first\n2. second"
                .replace("- Two\n\n  - deeper", "- Two\n  - deeper")
                .replace("deeper\n\n1.", "deeper\n1.")
        );
    }

    #[test]
    fn nothing_dangerous_and_nothing_that_looks_like_markup_stays() {
        let html = "<p>1. a *b* _c_ [d](e)</p><p># x</p><script>alert(1)</script><p onclick=x>- <b>y:</b> z</p>\
            <a href=\"javascript:x\">j</a><img src=x onerror=y>";
        let told = told(html);
        assert_eq!(told, "[]\n1\\. a \\*b\\* \\_c\\_ \\[d\\](e)\n\n\\# x\n\n\\- **y**: z\n\nj");
    }

    #[test]
    fn no_text_makes_no_section_and_long_text_goes_on() {
        assert_eq!(told("<p> </p><div>&nbsp;</div>"), "");
        let long = format!("<h2>Long</h2>{}", format!("<p>{}</p>", "word ".repeat(1_000)).repeat(3));
        let sections = sections(&[Part { heading: None, html: &long }]);
        assert_eq!(sections.iter().map(|one| one.heading.as_str()).collect::<Vec<_>>(), ["Long", "", ""]);
        assert!(sections.iter().all(|one| one.body.chars().count() <= 10_000));
    }
}
