//! The guard and the parser must see the same document: random texts, most of them almost right,
//! counted by the guard from tokens and here again, by recursion, from what the parser understood.

use super::{Cost, Limits, check};
use async_graphql_parser::parse_query;
use async_graphql_parser::types::{ExecutableDocument, Selection, SelectionSet};
use std::collections::BTreeSet;

/// Numbers that look random and are the same in each run (Knuth's multiplier).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

const NAMES: &[&str] = &["a", "b", "on", "query", "fragment", "_1", "true", "F0", "mutation"];
const FRAGMENTS: &[&str] = &["F0", "F1", "F2"];
const VALUES: &[&str] = &[
    "1",
    "-1.5e3",
    "\"{[(\"",
    "\"\\\"\"",
    "\"\"\"}\\\"\"\"\"\"\"",
    "$v",
    "E",
    "null",
    "[]",
    "{}",
    "[1 [$v]]",
    "{a:{b:[$v]}}",
    "\"\"",
    "[truefalse]",
];
const GAPS: &[&str] = &["", "", "", " ", "\n", ",", "\u{feff}", "#}\n", "#\"\r", "\t"];
const NOISE: &[&str] = &[
    "{", "}", "(", ")", "[", "]", "...", "on", "\"", "\"\"\"", "#", " #\n", "\n", "@", ":", "$", "!", "-",
    "0", ".", "fragment", "query", " ", "é", "\\", "&",
];

/// A document with `fragments` fragments; each spreads only later ones, so that most have no cycle.
fn document(dice: &mut Dice) -> String {
    let fragments = dice.below(4);
    let mut text = String::new();
    text += dice.pick(&["", "query ", "mutation M", "query Q($v:[Int!]=[1])@d "]);
    selection_set(dice, &mut text, 0, 0, fragments);
    for (at, name) in FRAGMENTS.iter().enumerate().take(fragments) {
        text += dice.pick(GAPS);
        text.extend(["fragment ", name, " on T "]);
        selection_set(dice, &mut text, 0, at + 1, fragments);
    }
    text
}

fn selection_set(dice: &mut Dice, text: &mut String, level: usize, first_fragment: usize, fragments: usize) {
    text.push('{');
    for _ in 0..=dice.below(3) {
        *text += dice.pick(GAPS);
        let inner = match dice.below(4) {
            0 if first_fragment < fragments => {
                let at = first_fragment + dice.below(fragments - first_fragment);
                text.extend(["...", dice.pick(GAPS), FRAGMENTS[at]]);
                false
            }
            1 if level < 3 => {
                *text += dice.pick(&["...", "... on T", "...on on", "...on\n,T", "... @d(x:1)"]);
                true
            }
            _ => {
                field(dice, text);
                level < 3 && dice.below(2) == 0
            }
        };
        if inner {
            selection_set(dice, text, level + 1, first_fragment, fragments);
        }
        text.push(' ');
    }
    text.push('}');
}

fn field(dice: &mut Dice, text: &mut String) {
    if dice.below(4) == 0 {
        text.extend([dice.pick(NAMES), dice.pick(GAPS), ":"]);
    }
    *text += dice.pick(NAMES);
    if dice.below(3) == 0 {
        text.extend(["(", dice.pick(NAMES), ":", dice.pick(GAPS), dice.pick(VALUES), ")"]);
    }
    if dice.below(6) == 0 {
        text.extend([" @", dice.pick(NAMES), "(if:", dice.pick(VALUES), ")"]);
    }
}

/// Replaces, doubles or removes a few characters.
fn spoil(dice: &mut Dice, text: &str) -> String {
    let mut characters: Vec<String> = text.chars().map(String::from).collect();
    for _ in 0..dice.below(3) {
        let at = dice.below(characters.len());
        characters[at] = match dice.below(3) {
            0 => String::new(),
            1 => characters[at].repeat(2),
            _ => dice.pick(NOISE).to_owned(),
        };
    }
    characters.concat()
}

/// Counts by recursion what the guard counts without.
struct Recount<'a> {
    document: &'a ExecutableDocument,
    fields: usize,
    depth: usize,
    spread: BTreeSet<&'a str>,
}

impl<'a> Recount<'a> {
    fn set(&mut self, set: &'a SelectionSet, level: usize) {
        self.depth = self.depth.max(level);
        for selection in &set.items {
            self.fields += 1;
            match &selection.node {
                Selection::Field(field) if field.node.selection_set.node.items.is_empty() => {}
                Selection::Field(field) => self.set(&field.node.selection_set.node, level + 1),
                Selection::InlineFragment(inline) => {
                    self.set(&inline.node.selection_set.node, level + 1);
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    if let Some(fragment) = self.document.fragments.get(name) {
                        self.spread.insert(name);
                        self.set(&fragment.node.selection_set.node, level + 1);
                    }
                }
            }
        }
    }
}

fn recount(document: &ExecutableDocument) -> (usize, usize) {
    let mut all = Recount { document, fields: 0, depth: 0, spread: BTreeSet::new() };
    for fragment in document.fragments.values() {
        all.set(&fragment.node.selection_set.node, 1);
    }
    all.fields = 0;
    for (_, operation) in document.operations.iter() {
        all.set(&operation.node.selection_set.node, 1);
    }
    for (name, fragment) in &document.fragments {
        if !all.spread.contains(name.as_str()) {
            all.set(&fragment.node.selection_set.node, 1);
        }
    }
    (all.fields, all.depth)
}

#[test]
fn guard_and_parser_see_the_same_document() {
    let mut compared = 0;
    for seed in 0..3_000 {
        let mut dice = Dice(seed);
        let text = document(&mut dice);
        let text = spoil(&mut dice, &text);
        let Ok(Cost { fields, depth, .. }) = check(&text, &Limits::default()) else {
            continue;
        };
        if let Ok(document) = parse_query(&text) {
            assert_eq!((fields, depth), recount(&document), "{text}");
            compared += 1;
        }
    }
    assert!(compared > 600, "only {compared} texts were compared");
}

#[test]
fn the_guard_refuses_no_document_that_the_parser_takes() {
    let mut taken = 0;
    for seed in 0..1_000 {
        let text = document(&mut Dice(seed));
        if parse_query(&text).is_ok() {
            assert!(check(&text, &Limits::default()).is_ok(), "{text}");
            taken += 1;
        }
    }
    assert!(taken > 900, "only {taken} texts were taken");
}
