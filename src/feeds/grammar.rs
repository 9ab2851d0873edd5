//! A channel's table as a page to read: what operators and boards are told, made from what the writer follows.

use std::fmt::Write;

use super::dialect::{DateStyle, Dialect, Element, Expansion};
use crate::domain::feed::Severity;

/// The table of a channel in Markdown, as committed under `schema/feeds/<channel>/`.
#[must_use]
pub fn markdown(dialect: &Dialect) -> String {
    let mut page = format!("# {}: /feeds/{}.xml\n\n", dialect.name, dialect.channel);
    page.push_str("Generated from the channel's table; a test refuses a page that differs. `example.xml` is built from ");
    page.push_str("two invented postings.\n\n");
    page.push_str(&facts(dialect));
    page.push_str("\n## Elements of the feed\n\n| element | holds | source |\n|---|---|---|\n");
    for element in dialect.head {
        row(&mut page, &[&code(element.name), &format!("{:?}", element.holds), element.source]);
    }
    let _ = write!(page, "\n## Elements of each `{}`\n\n", dialect.entry);
    page.push_str("| element | if missing | in CDATA | length | from | rule | source |\n|---|---|---|---|---|---|---|\n");
    for element in dialect.elements {
        row(&mut page, &columns(element).each_ref().map(String::as_str));
    }
    page.push_str("\n## Rules beyond single elements\n\n| severity | code | field | means | source |\n|---|---|---|---|---|\n");
    for check in dialect.checks {
        row(
            &mut page,
            &[check.severity.as_str(), &code(check.code), &code(check.field), check.message, check.source],
        );
    }
    page.push_str("\n## Not written\n\n| element | why | source |\n|---|---|---|\n");
    for element in dialect.unwritten {
        row(&mut page, &[&code(element.name), element.why, element.source]);
    }
    page
}

fn facts(dialect: &Dialect) -> String {
    let expansion = match dialect.expansion {
        Expansion::Posting => "one entry for each posting",
        Expansion::Place => "one entry for each location of a posting, or for each country of a remote one",
    };
    let dates = match dialect.dates {
        DateStyle::Iso8601 => "ISO 8601",
        DateStyle::Rfc822 => "RFC 822",
    };
    let words = |pairs: Vec<(&str, &str)>| {
        let each = pairs.into_iter().map(|(ours, theirs)| format!("{ours} = `{theirs}`"));
        each.collect::<Vec<_>>().join(", ")
    };
    let tags: Vec<&str> =
        dialect.tags.names.iter().copied().chain(dialect.tags.links.then_some("a")).collect();
    let mut facts = format!("- Content-Type: `{}`\n- {expansion}\n", dialect.media_type);
    let _ = writeln!(facts, "- times in {dates} with the offset of the organisation's zone");
    let _ = writeln!(facts, "- HTML in descriptions: {}", tags.join(", "));
    let employment = dialect.employment.iter().map(|(ours, theirs)| (ours.as_str(), *theirs)).collect();
    let _ = writeln!(facts, "- employment: {}", words(employment));
    let workplace = dialect.workplace.iter().map(|(ours, theirs)| (ours.as_str(), *theirs)).collect();
    let _ = writeln!(facts, "- workplace: {}", words(workplace));
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
        element.length.map(|(least, most)| format!("{least} to {most}")).unwrap_or_default(),
        code(element.holds.field()),
        element.rule.to_owned(),
        element.source.to_owned(),
    ]
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

fn row(page: &mut String, cells: &[&str]) {
    let _ = writeln!(page, "| {} |", cells.join(" | "));
}
