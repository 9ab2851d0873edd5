//! Asks for changes, and keeps what they were refused with.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};

use crate::walk::{Types, base};
use crate::world::{Copies, Who, World};

/// What became of a request.
#[derive(Debug, Default)]
pub struct Told {
    /// The codes of what was wrong; none when it was done.
    pub codes: Vec<String>,
    /// The fields that were named, each beside its code.
    pub fields: Vec<String>,
    pub has_changed: bool,
}

impl Told {
    /// Whether this is said of this field.
    pub fn says(&self, codes: &[&str], field: &str) -> bool {
        let told = self.codes.iter().zip(&self.fields);
        told.into_iter().any(|(code, named)| codes.contains(&code.as_str()) && named == field)
    }
}

/// Whoever asks, in a world of their own.
pub struct Asker {
    copies: Arc<Copies>,
    pub types: Arc<Types>,
    pub world: World,
    events: i64,
    /// Whether the world is another one than was founded.
    has_moved: bool,
    /// Codes, by mutation.
    pub heard: BTreeMap<String, BTreeSet<String>>,
    /// Mutations that were carried out.
    pub done: BTreeSet<String>,
    pub faults: Vec<String>,
}

impl Asker {
    pub async fn new(copies: Arc<Copies>, types: Arc<Types>) -> Self {
        let world = copies.another().await;
        let events = world.events().await;
        let (heard, done, faults) = <_>::default();
        Self { copies, types, world, events, has_moved: false, heard, done, faults }
    }

    /// The type of what a mutation takes.
    pub fn input_of(&self, mutation: &str) -> &str {
        let field = self.types.fields("Mutation").iter().find(|field| field.node.name.node == mutation);
        let field = &field.unwrap_or_else(|| panic!("there is no {mutation}")).node;
        base(&field.arguments[0].node.ty.node)
    }

    /// The id of what is called so in the world.
    pub fn id(&self, name: &str) -> String {
        self.world.scene.id(name).to_owned()
    }

    /// At which revision an application is now.
    pub async fn revision(&self, name: &str) -> i64 {
        let id = self.id(name);
        self.world.app.number(&format!("SELECT revision FROM application WHERE id = '{id}'")).await
    }

    /// The first id that a statement finds.
    pub async fn found(&self, sql: &str) -> String {
        self.world.app.texts(sql).await.into_iter().next().unwrap_or_else(|| panic!("nothing: {sql}"))
    }

    /// What was added last to a table about an application. Ids of one instant have no order: the file has.
    pub async fn newest(&self, table: &str, name: &str) -> String {
        let of = format!("{table} WHERE application_id = '{}'", self.id(name));
        self.found(&format!("SELECT id AS text FROM {of} ORDER BY rowid DESC LIMIT 1")).await
    }

    /// Asks, and stays in the world as it is then.
    pub async fn ask(&mut self, who: Who, mutation: &str, input: &Value) -> Told {
        let kind = self.input_of(mutation).to_owned();
        let text = format!(
            "mutation($input: {kind}!) {{ {mutation}(input: $input) {{ userErrors {{ code field message }} }} }}"
        );
        let answer = self.world.ask(who, &text, json!({ "input": input })).await;
        let events = self.world.events().await;
        let has_changed = std::mem::replace(&mut self.events, events) != events;
        self.has_moved |= has_changed;
        let request = || format!("{who:?} {mutation} {}", shortened(input));
        let errors = answer["data"][mutation]["userErrors"].as_array();
        let (Some(errors), None) = (errors, answer.get("errors")) else {
            self.faults.push(format!("no refusal: {}: {}", request(), shortened(&answer)));
            return Told { codes: vec!["FAULT".into()], has_changed, ..Told::default() };
        };
        let mut told = Told { has_changed, ..Told::default() };
        for error in errors {
            let field: Option<Vec<&str>> =
                error["field"].as_array().map(|path| path.iter().filter_map(Value::as_str).collect());
            told.codes.push(error["code"].as_str().unwrap().to_owned());
            told.fields.push(field.unwrap_or_default().join("."));
        }
        let unnamed =
            told.codes.iter().zip(&told.fields).find(|(code, field)| !self.is_named(&kind, code, field));
        if let Some((code, field)) = unnamed {
            self.faults.push(format!("{code} names {field:?}: {}: {}", request(), shortened(&answer)));
        }
        if has_changed && !errors.is_empty() && !mutation.starts_with("applications") {
            self.faults.push(format!("refused and done: {}: {}", request(), shortened(&answer)));
        }
        if errors.is_empty() {
            self.done.insert(mutation.to_owned());
        }
        self.heard.entry(mutation.to_owned()).or_default().extend(told.codes.iter().cloned());
        told
    }

    /// Whether a refusal names a field of the input where it has to.
    fn is_named(&self, kind: &str, code: &str, field: &str) -> bool {
        let first = field.split('.').next().unwrap_or_default();
        let is_known = self.types.inputs(kind).iter().any(|known| known.node.name.node == first);
        match code {
            "REQUIRED" | "INVALID" | "TAKEN" | "REFERRED_BY" => is_known,
            _ => field.is_empty() || is_known,
        }
    }

    /// Asks, and is back in the world as it was founded if anything was changed.
    pub async fn try_out(&mut self, who: Who, mutation: &str, input: &Value) -> Told {
        let told = self.ask(who, mutation, input).await;
        self.begin_anew().await;
        told
    }

    /// Goes back to the world as it was founded, if anything was changed in it.
    pub async fn begin_anew(&mut self) {
        if std::mem::take(&mut self.has_moved) {
            self.world = self.copies.another().await;
            self.events = self.world.events().await;
        }
    }

    /// A statement beside the store.
    pub async fn beside(&mut self, sql: &str) {
        self.has_moved = true;
        self.world.app.beside(sql).await;
    }

    /// Is refused with this code and nothing else.
    pub async fn is_refused(&mut self, who: Who, code: &str, mutation: &str, input: Value) {
        let told = self.ask(who, mutation, &input).await;
        if told.codes != [code] {
            self.faults.push(format!("{who:?} {mutation} {input}: {code} is due, not {:?}", told.codes));
        }
    }

    /// Does this.
    pub async fn does(&mut self, who: Who, mutation: &str, input: Value) {
        let told = self.ask(who, mutation, &input).await;
        if !told.codes.is_empty() {
            self.faults.push(format!("{who:?} {mutation} {input}: refused with {:?}", told.codes));
        }
    }

    /// Takes what another one has found.
    pub fn join(&mut self, other: Self) {
        for (mutation, codes) in other.heard {
            self.heard.entry(mutation).or_default().extend(codes);
        }
        self.done.extend(other.done);
        self.faults.extend(other.faults);
    }
}

/// For people: long texts and lists are no use to them.
fn shortened(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(600) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
