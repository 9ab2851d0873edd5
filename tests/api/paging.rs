//! Pages give nothing away about rows that are hidden: however a list is paged, it is the same list, page after page
//! full, and a cursor of a row that somebody else sees leads nowhere else.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::walk::{Types, base};
use crate::world::{Who, World};

/// The entries of a page with what the page says about itself.
struct Page {
    keys: Vec<String>,
    cursors: Vec<String>,
    has_next: bool,
    has_previous: bool,
}

/// A list at the root of the schema.
struct List<'a> {
    world: &'a World,
    name: &'a str,
    /// By which field its entries are told apart.
    key: &'static str,
}

impl List<'_> {
    async fn page(&self, who: Who, arguments: &str) -> Page {
        let Self { world, name, key } = self;
        let query = format!(
            "{{ {name}({arguments}) {{ nodes {{ {key} }} edges {{ cursor }} \
             pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"
        );
        let answer = world.ask(who, &query, Value::Null).await;
        assert!(answer["errors"].is_null(), "{who:?}: {query}: {answer}");
        let list = &answer["data"][name];
        let texts = |list: &Value, field: &str| -> Vec<String> {
            let entries = list.as_array().unwrap().iter();
            entries.map(|entry| entry[field].as_str().unwrap().to_owned()).collect()
        };
        let info = &list["pageInfo"];
        let cursors = texts(&list["edges"], "cursor");
        assert_eq!(info["startCursor"].as_str(), cursors.first().map(String::as_str));
        assert_eq!(info["endCursor"].as_str(), cursors.last().map(String::as_str));
        Page {
            keys: texts(&list["nodes"], key),
            cursors,
            has_next: info["hasNextPage"].as_bool().unwrap(),
            has_previous: info["hasPreviousPage"].as_bool().unwrap(),
        }
    }

    /// The entries, two by two, in the direction of `first` and `after` or of `last` and `before`.
    async fn two_by_two(&self, who: Who, forward: bool) -> Vec<String> {
        let (size, from) = if forward { ("first", "after") } else { ("last", "before") };
        let (mut found, mut place) = (Vec::new(), String::new());
        loop {
            let page = self.page(who, &format!("{size}: 2{place}")).await;
            let has_more = if forward { page.has_next } else { page.has_previous };
            let last = if forward { page.cursors.last() } else { page.cursors.first() };
            assert!(!has_more || page.keys.len() == 2, "{who:?}: a page of {} is not full", self.name);
            place = last.map(|cursor| format!(", {from}: \"{cursor}\"")).unwrap_or_default();
            if forward {
                found.extend(page.keys);
            } else {
                found.splice(0..0, page.keys).for_each(drop);
            }
            if !has_more {
                return found;
            }
        }
    }
}

/// What is wrong with the pages somebody is shown.
pub async fn pages(world: &World, who: Who) -> Vec<String> {
    let types = Types::committed();
    let mut faults = Vec::new();
    for field in types.fields("Query") {
        let field = &field.node;
        if !base(&field.ty.node).ends_with("Connection") {
            continue;
        }
        let name = field.name.node.as_str();
        let key = match name {
            "events" => "seq",
            "work" => "key",
            _ => "id",
        };
        let list = List { world, name, key };
        let whole = list.page(who, "first: 100").await;
        // Long lists are the same code with more rows.
        if whole.has_next {
            continue;
        }
        let shown: BTreeSet<&String> = whole.keys.iter().collect();
        for forward in [true, false] {
            if list.two_by_two(who, forward).await != whole.keys {
                faults.push(format!("{who:?}: {name} is another list when paged, forward: {forward}"));
            }
        }
        let all = list.page(Who::Recruiter, "first: 100").await;
        for cursor in all.cursors.iter().filter(|cursor| !whole.cursors.contains(cursor)).take(4) {
            for way in ["first: 1, after", "last: 1, before"] {
                let page = list.page(who, &format!("{way}: \"{cursor}\"")).await;
                if page.keys.iter().any(|key| !shown.contains(key)) {
                    faults.push(format!("{who:?}: {name} by a hidden cursor shows what is hidden"));
                }
            }
        }
    }
    faults
}
