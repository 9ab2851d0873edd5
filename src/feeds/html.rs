//! A posting's text as HTML: rendered once, then cleaned by the list of tags each reader allows.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use ammonia::{Builder, Url, UrlRelative};
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::item::Sieve;
use crate::domain::posting::{Content, Reading, Requirement, RequirementLevel};
use crate::domain::text::may_be_shown;

/// Which tags a reader of HTML allows; everything else loses its tags and keeps its text.
#[derive(Debug)]
pub struct Tags {
    /// The allowed tags.
    pub names: &'static [&'static str],
    /// Tags that are written as another one, such as `ol` for readers that know only `ul`.
    pub renamed: &'static [(&'static str, &'static str)],
    /// Whether links stay links.
    pub links: bool,
}

/// What our own pages, feed readers and search engines show.
pub const WIDE: Tags = Tags {
    names: &[
        "p",
        "br",
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
        "code",
        "pre",
        "blockquote",
        "hr",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
    ],
    renamed: &[],
    links: true,
};

/// What boards keep that do not say what they keep.
pub static COMMON: Tags = Tags {
    names: &["p", "br", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "strong", "b", "em", "i"],
    renamed: &[],
    links: false,
};

/// How many characters of cleaned HTML one reads: tags do not count, white space counts once.
#[must_use]
pub fn visible_length(html: &str) -> usize {
    let (mut length, mut in_tag, mut in_entity, mut after_space) = (0, false, false, true);
    for c in html.chars() {
        match c {
            '<' => in_tag = true,
            '>' if in_tag => in_tag = false,
            _ if in_tag => {}
            // Cleaned HTML holds `&` as the beginning of an entity only, and an entity is one character.
            '&' => in_entity = true,
            ';' if in_entity => (length, in_entity, after_space) = (length + 1, false, false),
            _ if in_entity => {}
            c if c.is_whitespace() => {
                length += usize::from(!after_space);
                after_space = true;
            }
            _ => (length, after_space) = (length + 1, false),
        }
    }
    length - usize::from(after_space && length > 0)
}

/// HTML that nobody has cleaned yet: only [`Body::cleaned`] lets it out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    html: String,
    /// Cleaned by [`COMMON`], which most channels share; cleaning costs more than writing.
    common: OnceLock<String>,
}

impl Body {
    /// The whole text of a posting: sections, requirements, what to read beside it.
    #[must_use]
    pub fn of(content: &Content, sieve: &mut Sieve) -> Self {
        let mut html = String::new();
        for section in &content.sections {
            heading(&mut html, &section.heading);
            pulldown_cmark::html::push_html(&mut html, markdown(&section.body));
        }
        requirements(&mut html, &content.requirements);
        links(&mut html, &content.links);
        Self::new(sieve.prose("sections", &html))
    }

    /// One piece of CommonMark.
    #[must_use]
    pub fn of_markdown(text: &str) -> Self {
        let mut html = String::new();
        pulldown_cmark::html::push_html(&mut html, markdown(text));
        Self::new(html)
    }

    const fn new(html: String) -> Self {
        Self { html, common: OnceLock::new() }
    }

    /// The same as [`Body::cleaned`], kept for the next channel where several clean alike. `base` is always the item's
    /// own page.
    #[must_use]
    pub(super) fn cleaned_once(&self, tags: &Tags, base: &str) -> Cow<'_, str> {
        if std::ptr::eq(tags, &raw const COMMON) {
            return Cow::Borrowed(self.common.get_or_init(|| self.cleaned(tags, base)));
        }
        Cow::Owned(self.cleaned(tags, base))
    }

    /// The HTML with the allowed tags only, every link absolute, every entity but `&amp;`, `&lt;` and `&gt;` a
    /// character. `base` is the page that relative links start from.
    #[must_use]
    pub fn cleaned(&self, tags: &Tags, base: &str) -> String {
        let relative = Url::parse(base).map_or(UrlRelative::Deny, UrlRelative::RewriteWithBase);
        let mut names: HashSet<&str> = tags.names.iter().copied().collect();
        names.extend(tags.renamed.iter().map(|(from, _)| *from));
        let mut attributes = HashMap::new();
        if tags.links {
            names.insert("a");
            attributes.insert("a", HashSet::from(["href"]));
        }
        let mut builder = Builder::empty();
        builder
            .tags(names)
            .tag_attributes(attributes)
            .generic_attributes(HashSet::new())
            .url_schemes(HashSet::from(["https", "http", "mailto"]))
            .url_relative(relative)
            .link_rel(Some("noopener"));
        let html = builder.clean(&self.html).to_string();
        // Written by the serialiser for U+00A0 only, and a tag without attributes is always written like this.
        let mut html = html.replace("&nbsp;", "\u{A0}");
        for (from, to) in tags.renamed {
            html = html.replace(&format!("<{from}>"), &format!("<{to}>"));
            html = html.replace(&format!("</{from}>"), &format!("</{to}>"));
        }
        // A numeric entity may have stood for a character that no text of ours may hold.
        html.retain(may_be_shown);
        html.trim().to_owned()
    }
}

/// CommonMark with tables; its headings are moved below the section's own.
fn markdown(text: &str) -> impl Iterator<Item = Event<'_>> {
    Parser::new_ext(text, Options::ENABLE_TABLES).map(|event| match event {
        Event::Start(Tag::Heading { level, .. }) => {
            let level = below(level);
            Event::Start(Tag::Heading { level, id: None, classes: vec![], attrs: vec![] })
        }
        Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(below(level))),
        event => event,
    })
}

fn below(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 => HeadingLevel::H3,
        HeadingLevel::H2 => HeadingLevel::H4,
        HeadingLevel::H3 => HeadingLevel::H5,
        _ => HeadingLevel::H6,
    }
}

/// The beginning of a posting's text without any markup, at most about `most` characters, cut between words.
#[must_use]
pub fn summary(content: &Content, most: usize) -> String {
    let mut text = String::new();
    for section in &content.sections {
        for event in Parser::new_ext(&section.body, Options::ENABLE_TABLES) {
            match event {
                // Here as well a numeric entity may have stood for anything.
                Event::Text(part) | Event::Code(part) => {
                    text.extend(part.chars().filter(|c| may_be_shown(*c)));
                }
                Event::SoftBreak | Event::HardBreak | Event::End(_) => text.push(' '),
                _ => {}
            }
            if text.len() > most * 4 {
                break;
            }
        }
    }
    shortened(&text, most)
}

fn shortened(text: &str, most: usize) -> String {
    let mut short = String::new();
    let mut length = 0;
    for word in text.split_whitespace() {
        length += word.chars().count() + 1;
        if length > most {
            short.push('…');
            break;
        }
        if !short.is_empty() {
            short.push(' ');
        }
        short.push_str(word);
    }
    short
}

fn heading(html: &mut String, text: &str) {
    if !text.trim().is_empty() {
        html.push_str("<h2>");
        html.push_str(&escaped(text));
        html.push_str("</h2>\n");
    }
}

fn requirements(html: &mut String, requirements: &[Requirement]) {
    let line = |requirement: &Requirement| {
        let level = match requirement.level {
            RequirementLevel::Strict => " (required)",
            RequirementLevel::Expected => "",
            RequirementLevel::Plus => " (a plus)",
        };
        format!("{}{level}", escaped(&requirement.text))
    };
    list(html, "Requirements", requirements.iter().map(line));
}

fn links(html: &mut String, links: &[Reading]) {
    let line = |link: &Reading| {
        format!(r#"<a href="{}">{}</a>"#, escaped(&link.url).replace('"', "&quot;"), escaped(&link.label))
    };
    list(html, "Read more", links.iter().map(line));
}

fn list(html: &mut String, title: &str, lines: impl ExactSizeIterator<Item = String>) {
    if lines.len() == 0 {
        return;
    }
    heading(html, title);
    html.push_str("<ul>\n");
    for line in lines {
        html.push_str("<li>");
        html.push_str(&line);
        html.push_str("</li>\n");
    }
    html.push_str("</ul>\n");
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    const NARROW: Tags =
        Tags { names: &["p", "ul", "li", "em"], renamed: &[("ol", "ul"), ("i", "em")], links: false };

    fn cleaned(markdown: &str, tags: &Tags) -> String {
        Body::of_markdown(markdown).cleaned(tags, "https://jobs.example.com/jobs/backend-01")
    }

    #[test]
    fn links_become_absolute_and_dangerous_ones_go() {
        assert_eq!(
            cleaned("[a](/handbook) [b](other)", &WIDE),
            r#"<p><a href="https://jobs.example.com/handbook" rel="noopener">a</a> <a href="https://jobs.example.com/jobs/other" rel="noopener">b</a></p>"#
        );
        for link in ["javascript:alert(1)", "data:text/html,x", "JaVaScRiPt:x", "vbscript:x"] {
            let html = cleaned(&format!("<a href=\"{link}\">x</a> [y]({link})"), &WIDE);
            assert!(!html.contains("href") && html.contains('y'), "{html}");
        }
        let html = cleaned(
            r#"a <img src="https://track.example/p.gif" onerror=x> b<script>alert(1)</script>"#,
            &WIDE,
        );
        assert_eq!(html, "<p>a  b</p>");
    }

    #[test]
    fn entities_become_characters_but_three() {
        assert_eq!(
            cleaned("&copy; &nbsp; &hellip; &eacute; R&D a < b > c &amp;nbsp;", &WIDE),
            "<p>© \u{A0} … é R&amp;D a &lt; b &gt; c &amp;nbsp;</p>"
        );
    }

    #[test]
    fn tags_a_channel_does_not_know_lose_their_tags_only() {
        assert_eq!(
            cleaned("1. one\n2. *two*\n\n<i title=x>three</i> [four](https://example.com)", &NARROW),
            "<ul>\n<li>one</li>\n<li><em>two</em></li>\n</ul>\n<p><em>three</em> four</p>"
        );
    }

    #[test]
    fn numeric_entities_bring_no_forbidden_characters() {
        let html = cleaned("<p>a&#11;b&#x1;c&#xFFFE;d</p>\n\ne&#11;f", &WIDE);
        assert!(html.chars().all(super::super::item::is_legal), "{html:?}");
    }

    #[test]
    fn what_one_reads_is_counted() {
        assert_eq!(
            visible_length("<p>Keep <em>it</em></p>\n<p>R&amp;D &lt; 3</p>\n"),
            "Keep it R&D < 3".len()
        );
        assert_eq!(visible_length(" <p> </p> "), 0);
        assert_eq!(visible_length("<p>é🎉</p>"), 2);
    }

    #[test]
    fn a_summary_ends_between_words() {
        assert_eq!(shortened("one two three", 9), "one two…");
        assert_eq!(shortened(" one \n two ", 9), "one two");
    }
}
