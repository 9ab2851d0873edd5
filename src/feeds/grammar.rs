//! A channel's table as a page to read: what operators and boards are told, made from what the writer follows. [`xsd`]
//! and [`relax_ng`] tell the same to parsers.

pub mod json_schema;
mod page;
pub mod relax_ng;
pub mod shape;
pub mod xsd;

use std::fmt::Write;

use super::dialect::{Dialect, Element, Expansion, Format, Unwritten};
use super::fact::Fact;
use crate::domain::feed::Severity;

/// The table of a channel in Markdown, as committed under `schema/feeds/<channel>/`.
#[must_use]
pub fn markdown(dialect: &Dialect) -> String {
    let mut page = format!("# {}: /feeds/{}\n\n", dialect.name, dialect.channel.file());
    page.push_str("Generated from the channel's table; a test refuses a page that differs. ");
    let (example, grammar) = (example_file(dialect), grammar_file(dialect));
    let _ = write!(page, "`{example}` is built from two invented postings, `{grammar}` is its grammar.\n\n");
    page.push_str(&facts(dialect));
    if !dialect.head.is_empty() {
        page.push_str("\n## Elements of the feed\n\n| element | holds | source |\n|---|---|---|\n");
    }
    for element in dialect.head {
        row(&mut page, &[&code(element.name), element.holds.noun(), element.source]);
    }
    let _ = write!(page, "\n## Elements of each `{}`\n\n", dialect.entry);
    page.push_str("| element | if missing | in CDATA | length | from | rule | source |\n|---|---|---|---|---|---|---|\n");
    for element in dialect.elements {
        row(&mut page, &columns(element).each_ref().map(String::as_str));
    }
    if !dialect.checks.is_empty() {
        page.push_str("\n## Rules beyond single elements\n\n| severity | code | field | means | what to do | source |\n|---|---|---|---|---|---|\n");
    }
    for check in dialect.checks {
        let (rule, field) = (code(check.code), code(check.field));
        row(&mut page, &[check.severity.as_str(), &rule, &field, check.message, check.mend, check.source]);
    }
    if let Some(gone) = &dialect.gone {
        page.push_str("\n## Of postings that left\n\n| element | rule | source |\n|---|---|---|\n");
        row(&mut page, &[&code(gone.name), gone.rule, gone.source]);
    }
    page.push_str(&unwritten(dialect.unwritten));
    page
}

/// What the file of a channel's example is called.
#[must_use]
pub fn example_file(dialect: &Dialect) -> &'static str {
    match dialect.format {
        Format::Xml => "example.xml",
        Format::Json => "example.json",
    }
}

/// What the file of a channel's grammar is called: where elements have namespaces it is one in RELAX NG, else an XML
/// Schema, or a JSON Schema.
#[must_use]
pub fn grammar_file(dialect: &Dialect) -> String {
    if dialect.format == Format::Json {
        return format!("{}.schema.json", dialect.channel);
    }
    let ending = if is_namespaced(dialect) { "rng" } else { "xsd" };
    format!("{}.{ending}", dialect.channel)
}

/// The grammar of a channel.
#[must_use]
pub fn grammar(dialect: &Dialect) -> String {
    match dialect.format {
        Format::Json => json_schema::written(dialect),
        Format::Xml if is_namespaced(dialect) => relax_ng::written(dialect),
        Format::Xml => xsd::written(dialect),
    }
}

fn is_namespaced(dialect: &Dialect) -> bool {
    let mut attributes = dialect.frame.iter().flat_map(|(_, attributes)| *attributes);
    attributes.any(|(name, _)| name.starts_with("xmlns"))
}

fn unwritten(elements: &[Unwritten]) -> String {
    let mut page = String::new();
    if !elements.is_empty() {
        page.push_str("\n## Not written\n\n| element | why | source |\n|---|---|---|\n");
    }
    for element in elements {
        row(&mut page, &[&code(element.name), element.why, element.source]);
    }
    page
}

fn facts(dialect: &Dialect) -> String {
    let expansion = match dialect.expansion {
        Expansion::Posting => "one entry for each posting",
        Expansion::Place => "one entry for each location of a posting, or for each country of a remote one",
    };
    let tags: Vec<&str> =
        dialect.tags.names.iter().copied().chain(dialect.tags.links.then_some("a")).collect();
    let mut facts = format!("- Content-Type: `{}`\n- {expansion}\n", dialect.media_type);
    let _ = writeln!(facts, "- times: {}", dialect.dates.in_words());
    let _ = writeln!(facts, "- HTML in descriptions: {}", tags.join(", "));
    let renamed: Vec<String> =
        dialect.tags.renamed.iter().map(|(from, to)| format!("{from} as {to}")).collect();
    if !renamed.is_empty() {
        let _ = writeln!(facts, "- HTML that is written as other: {}", renamed.join(", "));
    }
    if !dialect.periods.is_empty() {
        let words = dialect.periods.iter().map(|(ours, theirs)| (ours.as_str(), *theirs));
        let _ = writeln!(facts, "- pay: {}", worded(words));
    }
    facts
}

fn columns(element: &Element) -> [String; 7] {
    let missing = match element.missing {
        Some(Severity::Block) => "BLOCK: withheld",
        Some(Severity::Warn) => "WARN",
        Some(Severity::Info) => "INFO",
        None => "",
    };
    let missing = if element.even_empty { format!("{missing} (written empty)") } else { missing.to_owned() };
    [
        code(element.name),
        missing.trim().to_owned(),
        if element.cdata { "yes" } else { "" }.to_owned(),
        match element.length {
            Some((least, usize::MAX)) => format!("{least} or more"),
            Some((least, most)) => format!("{least} to {most}"),
            None => String::new(),
        },
        code(element.holds.field()),
        format!("{}{}", element.rule, vocabulary(element.holds)),
        element.source.to_owned(),
    ]
}

/// The channel's words, where it has its own.
fn vocabulary(fact: Fact) -> String {
    let words = match fact {
        Fact::Employment(words) => worded(words.iter().map(|(ours, theirs)| (ours.as_str(), *theirs))),
        Fact::Workplace(words) => worded(words.iter().map(|(ours, theirs)| (ours.as_str(), *theirs))),
        _ => return String::new(),
    };
    format!(" Words: {words}.")
}

/// An empty word means that leaving the element out says it.
fn worded<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let each = pairs.map(|(ours, theirs)| match theirs {
        "" => format!("{ours} by its absence"),
        _ => format!("{ours} = `{theirs}`"),
    });
    each.collect::<Vec<_>>().join(", ")
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

fn row(page: &mut String, cells: &[&str]) {
    let _ = writeln!(page, "| {} |", cells.join(" | "));
}
