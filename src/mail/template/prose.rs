//! Markdown as the text and the HTML of a letter, which say the same.

use std::fmt::Write as _;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// What Markdown became.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Prose {
    /// As text.
    pub text: String,
    /// As HTML, fit to stand in the frame of a letter.
    pub html: String,
}

/// A value as Markdown that means nothing but itself: marks are escaped, line ends are kept.
pub fn escaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len() + value.len() / 8);
    for (place, paragraph) in value.split("\n\n").map(str::trim).filter(|text| !text.is_empty()).enumerate() {
        text.push_str(if place > 0 { "\n\n" } else { "" });
        for (place, line) in paragraph.lines().map(str::trim).enumerate() {
            text.push_str(if place > 0 { "\\\n" } else { "" });
            for c in line.chars() {
                if c.is_ascii_punctuation() {
                    text.push('\\');
                }
                text.push(c);
            }
        }
    }
    text
}

/// Reads Markdown. A paragraph that is nothing but a link to `page` becomes a button.
///
/// # Errors
/// What would be right instead of something that letters do not have.
pub fn read(markdown: &str, page: Option<&str>) -> Result<Prose, String> {
    let mut writer = Writer { page, ..Writer::default() };
    for event in Parser::new_ext(markdown, Options::empty()) {
        writer.take(event)?;
    }
    let Prose { text, html } = writer.prose;
    Ok(Prose { text: text.trim_end().to_owned(), html: html.replace(BUTTON_MARK, "</a>") })
}

/// A link that is being read.
#[derive(Debug)]
struct Link {
    address: String,
    /// Where in the text it begins.
    begins: usize,
    /// Whether it may be alone in its paragraph.
    is_first: bool,
}

#[derive(Debug, Default)]
struct Writer<'a> {
    page: Option<&'a str>,
    prose: Prose,
    /// What begins each line of the text: quotations and lists indent it.
    indents: Vec<&'static str>,
    /// The number of the next entry of each list; none for lists without.
    lists: Vec<Option<u64>>,
    link: Option<Link>,
    /// A link that began its paragraph, until it is known whether anything follows.
    button: Option<Link>,
    /// Where the paragraph begins in the HTML.
    paragraph: usize,
    /// Whether a quotation or an entry has begun in the text, and nothing in it yet.
    has_just_begun: bool,
}

impl Writer<'_> {
    fn take(&mut self, event: Event<'_>) -> Result<(), String> {
        match event {
            Event::Start(tag) => self.begin(tag),
            Event::End(tag) => {
                self.end(tag);
                Ok(())
            }
            Event::Text(text) => {
                self.has_just_begun = false;
                self.prose.text.push_str(&text);
                escape(&mut self.prose.html, &text);
                Ok(())
            }
            Event::SoftBreak => {
                self.line();
                self.prose.html.push('\n');
                Ok(())
            }
            Event::HardBreak => {
                self.line();
                self.prose.html.push_str("<br>\n");
                Ok(())
            }
            Event::Rule => {
                self.block();
                self.prose.text.push_str("---");
                self.prose.html.push_str("<hr>\n");
                Ok(())
            }
            Event::Html(_) | Event::InlineHtml(_) => Err(NO_HTML.to_owned()),
            _ => Err(ALONE.to_owned()),
        }
    }

    fn begin(&mut self, tag: Tag<'_>) -> Result<(), String> {
        let html = match tag {
            Tag::Paragraph => {
                self.block();
                self.paragraph = self.prose.html.len();
                "<p>"
            }
            Tag::Heading { .. } => {
                self.block();
                "<p><strong>"
            }
            Tag::BlockQuote(_) => {
                self.quotation();
                "<blockquote>\n"
            }
            Tag::List(first) => {
                self.lists.push(first);
                if first.is_some() { "<ol>\n" } else { "<ul>\n" }
            }
            Tag::Item => {
                self.item();
                "<li>"
            }
            Tag::Emphasis => "<em>",
            Tag::Strong => "<strong>",
            Tag::Link { dest_url, .. } => return self.begin_link(&dest_url),
            Tag::Image { .. } => return Err("no pictures".to_owned()),
            Tag::HtmlBlock => return Err(NO_HTML.to_owned()),
            _ => return Err(ALONE.to_owned()),
        };
        self.prose.html.push_str(html);
        Ok(())
    }

    fn end(&mut self, tag: TagEnd) {
        let html = match tag {
            TagEnd::Paragraph => "</p>\n",
            TagEnd::Heading(_) => "</strong></p>\n",
            TagEnd::BlockQuote(_) => {
                self.indents.pop();
                "</blockquote>\n"
            }
            TagEnd::List(is_numbered) => {
                self.lists.pop();
                if is_numbered { "</ol>\n" } else { "</ul>\n" }
            }
            TagEnd::Item => {
                self.indents.pop();
                "</li>\n"
            }
            TagEnd::Emphasis => "</em>",
            TagEnd::Strong => "</strong>",
            TagEnd::Link => {
                self.end_link();
                ""
            }
            _ => "",
        };
        self.prose.html.push_str(html);
        if matches!(tag, TagEnd::Paragraph) {
            self.end_paragraph();
        }
    }

    /// Makes a button of a link that stood alone in its paragraph, and says below it where it goes.
    fn end_paragraph(&mut self) {
        let Some(link) = self.button.take().filter(|_| self.prose.html.ends_with(BUTTON_ENDS)) else {
            return;
        };
        self.prose.html.truncate(self.prose.html.len() - BUTTON_ENDS.len());
        self.prose.html.replace_range(self.paragraph..self.paragraph + "<p>".len(), "<p class=\"go\">");
        let mut address = String::new();
        escape(&mut address, &link.address);
        let _ =
            write!(self.prose.html, "</a></p>\n<p class=\"small\"><a href=\"{address}\">{address}</a></p>\n");
        if let Some(words) = self.prose.text.strip_suffix(&format!(": {}", link.address)) {
            self.prose.text = words.to_owned() + ":";
            self.line();
            self.prose.text.push_str(&link.address);
        }
    }

    fn begin_link(&mut self, address: &str) -> Result<(), String> {
        let is_page = self.page == Some(address);
        if !is_page && !address.starts_with("https://") && !address.starts_with("mailto:") {
            return Err("links that begin with https:// or mailto:".to_owned());
        }
        let is_first = is_page && self.prose.html[self.paragraph..] == *"<p>";
        let begins = self.prose.text.len();
        self.link = Some(Link { address: address.to_owned(), begins, is_first });
        self.prose.html.push_str("<a href=\"");
        escape(&mut self.prose.html, address);
        self.prose.html.push_str("\">");
        Ok(())
    }

    /// Says in the text where the link goes, unless its words are that.
    fn end_link(&mut self) {
        let Some(link) = self.link.take() else { return };
        let words = &self.prose.text[link.begins..];
        if words != link.address && link.address.strip_prefix("mailto:") != Some(words) {
            let _ = write!(self.prose.text, ": {}", link.address);
        }
        self.prose.html.push_str(if link.is_first { BUTTON_MARK } else { "</a>" });
        self.button = Some(link).filter(|link| link.is_first);
    }

    /// Begins something of its own in the text: behind an empty line, unless what it stands in has just begun.
    fn block(&mut self) {
        if !self.has_just_begun && !self.prose.text.is_empty() {
            let quoted = self.indents.iter().filter(|indent| **indent == QUOTED).count();
            self.prose.text.push('\n');
            self.prose.text.push_str(&QUOTED.trim_end().repeat(quoted));
            self.line();
        }
        self.has_just_begun = false;
    }

    fn line(&mut self) {
        self.prose.text.push('\n');
        self.prose.text.push_str(&self.indents.concat());
    }

    fn quotation(&mut self) {
        self.block();
        self.prose.text.push_str(QUOTED);
        self.indents.push(QUOTED);
        self.has_just_begun = true;
    }

    /// Begins an entry of a list; the first one as something of its own.
    fn item(&mut self) {
        if self.prose.html.ends_with("</li>\n") {
            self.line();
        } else {
            self.block();
        }
        match self.lists.last_mut() {
            Some(Some(number)) => {
                let _ = write!(self.prose.text, "{number}. ");
                *number += 1;
            }
            _ => self.prose.text.push_str("- "),
        }
        self.indents.push("  ");
        self.has_just_begun = true;
    }
}

const ALONE: &str = "paragraphs, headings, lists, quotations, emphasis and links alone";
const NO_HTML: &str = "no HTML: Markdown alone";

/// What begins each line of a quotation in the text.
const QUOTED: &str = "> ";
/// Stands in for the end of a link that began its paragraph, until it is known whether anything follows.
const BUTTON_MARK: &str = "</a\u{0}>";
const BUTTON_ENDS: &str = "</a\u{0}></p>\n";

pub(super) fn escape(html: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            c => html.push(c),
        }
    }
}
