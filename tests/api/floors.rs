//! The house rules that a compiler does not check: floors, frameworks in their folders, file length.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The floors of `src`, lowest first. A file names its own folder and floors below it.
const FLOORS: &[&[&str]] = &[
    &["domain"],
    &["storage"],
    &["mail", "print", "feeds", "boards"],
    &["actions"],
    &["graphql", "work"],
    &["web"],
    &["config"],
    &["cli"],
];

/// Crates that one folder may name, by the start of their name.
const FRAMEWORKS: &[(&str, &str)] = &[
    ("sea_orm", "storage"),
    ("sea_query", "storage"),
    ("sqlx", "storage"),
    ("async_graphql", "graphql"),
    ("actix", "web"),
    ("lettre", "mail"),
    ("minijinja", "mail"),
    ("icalendar", "mail"),
    ("mail_parser", "mail"),
    ("quick_xml", "feeds"),
    ("typst", "print"),
    ("comemo", "print"),
    ("opentelemetry", "cli"),
];

/// What the rules of hiring may stand on, apart from themselves.
const DOMAIN_STANDS_ON: &[&str] = &[
    "std",
    "core",
    "alloc",
    "chrono",
    "chrono_tz",
    "uuid",
    "thiserror",
    "getrandom",
    "crate",
    "super",
    "self",
];

const LONGEST: usize = 400;

fn floor(name: &str) -> Option<usize> {
    FLOORS.iter().position(|names| names.contains(&name))
}

/// What is wrong with a file, given its path from the repository's root.
fn violations(path: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let lines = text.lines().count();
    if lines > LONGEST {
        found.push(format!("{path}: {lines} lines, more than {LONGEST}"));
    }
    let Some(below_src) = path.strip_prefix("src/") else { return found };
    let home = below_src.split('/').next().unwrap_or_default().trim_end_matches(".rs");
    let Some(height) = floor(home) else { return found };
    let code = code_only(text);
    for other in named_in_crate(&code) {
        if other != home && floor(&other).is_some_and(|other| other >= height) {
            found.push(format!("{path}: {home} names crate::{other}, which is not below it"));
        }
    }
    for root in roots(&code) {
        let framework = FRAMEWORKS.iter().find(|(name, _)| root.starts_with(name));
        if let Some((_, owner)) = framework.filter(|(_, owner)| *owner != home) {
            found.push(format!("{path}: only {owner} names {root}"));
        }
    }
    if home == "domain" {
        found.extend(beyond_domain(path, &code));
    }
    found
}

/// The domain is pure: nothing asynchronous, no framework.
fn beyond_domain(path: &str, code: &str) -> Vec<String> {
    let imports = code.lines().filter_map(|line| line.trim().strip_prefix("use "));
    let foreign = imports
        .map(|import| import.split([':', ';', ' ', '{']).next().unwrap_or_default())
        // In upper case it is an enum, whose variants are brought into scope.
        .filter(|root| root.starts_with(char::is_lowercase) && !DOMAIN_STANDS_ON.contains(root))
        .map(|root| format!("{path}: domain uses {root}"));
    let asynchronous = words(code).any(|word| word == "async").then(|| format!("{path}: async in domain"));
    foreign.chain(asynchronous).collect()
}

fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty())
}

/// Names that stand at the start of a path: `sea_orm` of `sea_orm::Value`.
fn roots(code: &str) -> BTreeSet<String> {
    let mut roots = BTreeSet::new();
    for (at, _) in code.match_indices("::") {
        let before = &code[..at];
        let start = before.rfind(|c: char| !(c.is_alphanumeric() || c == '_')).map_or(0, |last| last + 1);
        if !before[..start].ends_with("::") {
            roots.insert(before[start..].to_owned());
        }
    }
    // `use sea_orm as db;` and `extern crate`.
    for line in code.lines() {
        let import = line.trim().strip_prefix("use ").or_else(|| line.trim().strip_prefix("extern crate "));
        roots.extend(import.and_then(|import| words(import).next()).map(str::to_owned));
    }
    roots
}

/// Modules of this crate that are named from its root: `x` of `crate::x`, `crate::{x, y::z}`, and
/// of a climb by `super::super::x`.
fn named_in_crate(code: &str) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for prefix in ["crate::", "super::super::"] {
        for (at, _) in code.match_indices(prefix) {
            let path = code[at + prefix.len()..].trim_start_matches("super::");
            named.extend(first_segments(path));
        }
    }
    named
}

/// The first segment of the path that `code` starts with; of each, if it starts with a group.
fn first_segments(code: &str) -> Vec<String> {
    let Some(group) = code.strip_prefix('{') else {
        return words(code).next().map(str::to_owned).into_iter().collect();
    };
    let (mut depth, mut end) = (1, 0);
    let mut starts = vec![0];
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => starts.push(at + 1),
            _ => {}
        }
        if depth == 0 {
            end = at;
            break;
        }
    }
    starts
        .iter()
        .filter_map(|start| words(&group[*start..end.max(*start)]).next())
        .map(str::to_owned)
        .collect()
}

/// The code without comments and the insides of strings.
fn code_only(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if rest.starts_with('"') {
            string_end(rest)
        } else if rest.starts_with("r\"") || rest.starts_with("r#") {
            raw_string_end(rest)
        } else if rest.starts_with("'\"'") {
            3
        } else {
            0
        };
        if skipped == 0 {
            code.push(c);
            rest = &rest[c.len_utf8()..];
        } else {
            rest = &rest[skipped..];
        }
    }
    code
}

fn string_end(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '"' if !escaped => return at + 1,
            _ => escaped = c == '\\' && !escaped,
        }
    }
    text.len()
}

/// 0 for a raw identifier, which is no string.
fn raw_string_end(text: &str) -> usize {
    let hashes = text[1..].chars().take_while(|c| *c == '#').count();
    if !text[1 + hashes..].starts_with('"') {
        return 0;
    }
    let close = format!("\"{}", "#".repeat(hashes));
    let inside = hashes + 2;
    text[inside..].find(&close).map_or(text.len(), |end| inside + end + close.len())
}

fn inspect(folder: &Path, root: &Path, files: &mut usize, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        // What the fuzzer's workspace builds holds files that nobody here wrote.
        if path.is_dir() && !path.ends_with("target") {
            inspect(&path, root, files, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            *files += 1;
            let name = path.strip_prefix(root).unwrap().to_str().unwrap();
            found.extend(violations(name, &fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn the_house_rules_hold() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut files, mut found) = (0, Vec::new());
    for folder in ["src", "tests", "migrations", "benches"] {
        let folder = root.join(folder);
        if folder.is_dir() {
            inspect(&folder, root, &mut files, &mut found);
        }
    }
    assert!(files > 40, "only {files} files were looked at");
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn planted_violations_are_found() {
    let planted = [
        ("src/domain/posting.rs", "use crate::storage::Store;"),
        ("src/storage/posting.rs", "fn x() { crate::actions::posting::publish() }"),
        ("src/storage/posting.rs", "use crate::{\n    domain::{id::{PostingId}, Refusal},\n    web,\n};"),
        ("src/mail/letter.rs", "use crate::feeds::item;"),
        ("src/mail/letter/offer.rs", "use super::super::super::web::Page;"),
        ("src/graphql/mod.rs", "use crate::work;"),
        ("src/config.rs", "use actix_web::App;"),
        ("src/actions/offer.rs", "use sea_orm::EntityTrait;"),
        ("src/actions/offer.rs", "fn x(y: sea_orm_migration::MigratorTrait) {}"),
        ("src/web/mod.rs", "use async_graphql as g;"),
        ("src/work/outbox.rs", "use lettre::Transport;"),
        ("src/web/observe.rs", "use opentelemetry::KeyValue;"),
        ("src/domain/offer.rs", "use serde::Serialize;"),
        ("src/domain/offer.rs", "pub async fn send() {}"),
        ("tests/api/posting.rs", &"\n".repeat(LONGEST + 1)),
    ];
    for (path, text) in planted {
        assert_eq!(violations(path, text).len(), 1, "{path}: {text}");
    }
}

#[test]
fn what_is_allowed_is_not_reported() {
    let allowed = [
        (
            "src/storage/posting.rs",
            "use crate::domain::Refusal;\nuse sea_orm::Value;\nuse crate::storage::Tx;",
        ),
        ("src/cli/serve.rs", "use crate::{config::Config, web, work};"),
        ("src/web/page.rs", "//! As [`crate::cli`] says.\nconst X: &str = \"crate::cli::x\";"),
        (
            "src/web/page.rs",
            "const X: &str = r#\"a \" crate::cli::x\"#; const Q: char = '\"'; const R: &str = \"\\\"\";",
        ),
        ("src/domain/offer.rs", "use std::fmt;\nuse super::id::OfferId;\nenum Part { A }\nuse Part::A;"),
        ("src/lib.rs", "pub mod web;"),
        ("tests/api/store.rs", "use sea_orm::Value;"),
    ];
    for (path, text) in allowed {
        assert_eq!(violations(path, text), Vec::<String>::new(), "{path}");
    }
}
