//! `schema/refusals.md` says with which codes each mutation can be refused. It is checked against what happens: every
//! mutation with everything that can be wrong with any request, and in the states that stand in its way.
//!
//! On SQLite alone: what is refused is decided in the domain, and each mutation that is carried out has its own copy of the
//! world.

mod applications;
mod asker;
mod battery;
mod bend;
mod interviews;
mod offers;
mod postings;
mod promise;
mod steps;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use vacantia::storage::Kind;

use self::asker::Asker;
use crate::app::TestApp;
use crate::harness::{Database, run_on};
use crate::walk::Types;
use crate::world::{Copies, World};

const HEAD: &str = "\
# What changes are refused with

Every mutation has one row: the codes of `userErrors` it can answer with. `tests/api/refusals.rs` is refused with each of
them, and with no other; `UPDATE_REFUSALS=1 cargo test --test api refusals` writes the file anew. More codes may come.

A refused request has changed nothing (`applicationsAdvance` and `applicationsDecline` do the rest of what they were asked).
`field` of an error is the path into the input where one value is at fault; an answer is named by the key of its question, as
in `[\"answers\", \"why\"]`. What is malformed for its type, or our own fault, is in `errors`, as GraphQL has it.
";

fn page(types: &Types, asker: &Asker) -> String {
    let mut page = format!("{HEAD}\n## Codes\n\n| code | meaning |\n|---|---|\n");
    for (code, meaning) in types.values("UserErrorCode") {
        let _ = writeln!(page, "| `{code}` | {} |", meaning.trim());
    }
    page.push_str("\n## Mutations\n\n| mutation | codes |\n|---|---|\n");
    for (mutation, codes) in &asker.heard {
        let codes: Vec<String> = codes.iter().map(|code| format!("`{code}`")).collect();
        let _ = writeln!(page, "| `{mutation}` | {} |", codes.join(" "));
    }
    page
}

fn file() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/refusals.md")
}

/// What differs from the committed page.
fn differences(page: &str) -> Vec<String> {
    if std::env::var_os("UPDATE_REFUSALS").is_some() {
        std::fs::write(file(), page).unwrap();
    }
    let committed = std::fs::read_to_string(file()).unwrap_or_default();
    let mut lines: BTreeMap<&str, i32> = BTreeMap::new();
    page.lines().for_each(|line| *lines.entry(line).or_default() += 1);
    committed.lines().for_each(|line| *lines.entry(line).or_default() -= 1);
    let differing = lines.into_iter().filter(|(_, count)| *count != 0);
    let told = |(line, count)| format!("{} {line}", if count > 0 { "now       " } else { "committed " });
    differing.map(told).collect()
}

/// What stands in the way of some mutations only, each met where it does.
async fn stories(asker: &mut Asker) {
    postings::run(asker).await;
    applications::run(asker).await;
    steps::run(asker).await;
    interviews::run(asker).await;
    offers::run(asker).await;
}

/// Who have asked for everything, each in worlds of their own.
async fn asked(database: Database, types: &Arc<Types>) -> Asker {
    let copies = Arc::new(Copies::of(World::found(TestApp::new(database).await).await).await);
    let ended = Arc::new(battery::ended(&copies).await);
    let parts = 2;
    let batteries: Vec<_> = (0..parts)
        .map(|part| {
            let (copies, ended, types) = (Arc::clone(&copies), Arc::clone(&ended), Arc::clone(types));
            tokio::spawn(battery::run(copies, ended, types, (part, parts)))
        })
        .collect();
    let mut all = Asker::new(copies, Arc::clone(types)).await;
    stories(&mut all).await;
    for battery in batteries {
        all.join(battery.await.unwrap());
    }
    all
}

#[test]
fn the_committed_codes_are_what_happens() {
    run_on(Database::new(Kind::Sqlite), |database| async {
        let types = Arc::new(Types::committed());
        let asker = asked(database, &types).await;
        let mut faults = differences(&page(&types, &asker));
        let mutations = types.fields("Mutation").iter().map(|field| field.node.name.node.as_str());
        let missing = mutations.filter(|name| !asker.done.contains(*name));
        faults.extend(missing.map(|name| format!("nobody has succeeded with {name}")));
        faults.extend(promise::broken(&types, &asker.heard));
        faults.extend(asker.faults);
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    });
}
