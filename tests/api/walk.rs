//! Asks everything that can be asked: walks the committed schema and writes a query for each root field, with every
//! path to a given depth; and keeps what was answered, by field and record.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::Positioned;
use async_graphql::parser::types::{
    BaseType, FieldDefinition, InputValueDefinition, Type, TypeDefinition, TypeKind, TypeSystemDefinition,
};
use serde_json::{Value, json};

/// The types of the committed schema, by name.
pub struct Types(BTreeMap<String, TypeDefinition>);

/// A query of one root field.
pub struct Question {
    pub text: String,
    pub variables: Value,
    /// Whether a list is to be asked for to its end.
    pub is_whole: bool,
}

impl Types {
    pub fn committed() -> Self {
        let sdl = include_str!("../../schema/schema.graphql");
        let document = async_graphql::parser::parse_schema(sdl).unwrap();
        let types = document.definitions.into_iter().filter_map(|definition| match definition {
            TypeSystemDefinition::Type(definition) => {
                Some((definition.node.name.node.to_string(), definition.node))
            }
            _ => None,
        });
        Self(types.collect())
    }

    fn kind(&self, name: &str) -> Option<&TypeKind> {
        self.0.get(name).map(|definition| &definition.kind)
    }

    /// The fields of an object; none of anything else.
    pub fn fields(&self, name: &str) -> &[Positioned<FieldDefinition>] {
        match self.kind(name) {
            Some(TypeKind::Object(object)) => &object.fields,
            _ => &[],
        }
    }

    /// The fields of an input; none of anything else.
    pub fn inputs(&self, name: &str) -> &[Positioned<InputValueDefinition>] {
        match self.kind(name) {
            Some(TypeKind::InputObject(input)) => &input.fields,
            _ => &[],
        }
    }

    /// The values of an enum, each with what it means; none of anything else.
    pub fn values(&self, name: &str) -> Vec<(&str, &str)> {
        let Some(TypeKind::Enum(values)) = self.kind(name) else { return Vec::new() };
        let described = values.values.iter().map(|value| {
            let meaning = value.node.description.as_ref().map_or("", |text| text.node.as_str());
            (value.node.value.node.as_str(), meaning)
        });
        described.collect()
    }

    /// Every field of every object, each as `Type.field`.
    pub fn all_fields(&self) -> BTreeSet<String> {
        let of = |name: &String| {
            let fields = self.fields(name).iter();
            fields.map(|field| format!("{name}.{}", field.node.name.node)).collect::<Vec<_>>()
        };
        self.0.keys().flat_map(of).collect()
    }

    /// The objects an interface or union stands for.
    fn members(&self, name: &str) -> Option<Vec<&str>> {
        match self.kind(name)? {
            TypeKind::Union(union) => Some(union.members.iter().map(|member| member.node.as_str()).collect()),
            TypeKind::Interface(_) => {
                let implements = |definition: &&TypeDefinition| match &definition.kind {
                    TypeKind::Object(object) => object.implements.iter().any(|one| one.node == name),
                    _ => false,
                };
                let members = self.0.values().filter(implements);
                Some(members.map(|definition| definition.name.node.as_str()).collect())
            }
            _ => None,
        }
    }

    /// A selection of everything in a type, `depth` objects deep. The wrapping of lists does not count, and neither do
    /// values: objects that lead to no other record.
    pub fn selection(&self, name: &str, depth: u32) -> Option<String> {
        if let Some(members) = self.members(name) {
            let part = |kind: &&str| Some(format!("... on {kind} {}", self.selection(kind, depth)?));
            let parts: Vec<_> = members.iter().filter_map(part).collect();
            return Some(format!("{{ __typename {} }}", parts.join(" ")));
        }
        let fields = self.fields(name);
        if fields.is_empty() {
            return Some(String::new());
        }
        if name.ends_with("Edge") {
            // The same entries as the connection's `nodes`: once is enough.
            return Some("{ __typename cursor }".to_owned());
        }
        let left = if self.counts(name) { depth.checked_sub(1)? } else { depth };
        let parts = fields.iter().filter_map(|field| {
            let field = &field.node;
            let inner = self.selection(base(&field.ty.node), left)?;
            Some(format!("{}{} {inner}", field.name.node, self.arguments(field)?))
        });
        Some(format!("{{ __typename {} }}", parts.collect::<Vec<_>>().join(" ")))
    }

    fn counts(&self, name: &str) -> bool {
        !name.ends_with("Connection") && !self.is_value(name)
    }

    fn is_value(&self, name: &str) -> bool {
        let fields = self.fields(name);
        let leads_nowhere = |field: &Positioned<FieldDefinition>| {
            let inner = base(&field.node.ty.node);
            inner != name && self.members(inner).is_none() && self.is_value(inner)
        };
        !fields.iter().any(|field| field.node.name.node == "id") && fields.iter().all(leads_nowhere)
    }

    /// The arguments a nested field needs; those it can do without are left out, but for the size of a page.
    fn arguments(&self, field: &FieldDefinition) -> Option<String> {
        let mut given = Vec::new();
        for argument in &field.arguments {
            let (name, ty) = (&argument.node.name.node, &argument.node.ty.node);
            if name == "first" {
                given.push("first: 100".to_owned());
            } else if !ty.nullable && argument.node.default_value.is_none() {
                let TypeKind::Enum(values) = self.kind(base(ty))? else { return None };
                given.push(format!("{name}: {}", values.values[0].node.value.node));
            }
        }
        Some(if given.is_empty() { String::new() } else { format!("({})", given.join(", ")) })
    }

    /// Queries for a root field: every path `depth` objects deep, for each of the ids where it takes one. A list is asked
    /// for as a whole one object less deep, as its entries have queries of their own, and many at once not deep at all.
    pub fn questions(&self, field: &FieldDefinition, ids: &[String], depth: u32) -> Vec<Question> {
        let name = &field.name.node;
        let takes = |argument: &str| field.arguments.iter().any(|given| given.node.name.node == argument);
        let question = |head: &str, arguments: &str, variables: Value, depth: u32| {
            let selection = self.selection(base(&field.ty.node), depth).unwrap_or_default();
            let text = format!("query{head} {{ __typename {name}{arguments} {selection} }}");
            Question { text, variables, is_whole: head.contains("$after") }
        };
        let of_each = |arguments: &str| {
            let of = |id| question("($id: ID!)", arguments, json!({ "id": id }), depth);
            ids.iter().map(of).collect()
        };
        if takes("id") {
            of_each("(id: $id)")
        } else if takes("by") {
            of_each("(by: { id: $id })")
        } else if takes("ids") {
            let of = |ids| question("($ids: [ID!]!)", "(ids: $ids)", json!({ "ids": ids }), 1);
            ids.chunks(100).map(of).collect()
        } else if takes("first") {
            let some = question("", "(first: 3)", json!({}), depth);
            let all = question("($after: String)", "(first: 100, after: $after)", json!({}), depth - 1);
            vec![some, all]
        } else {
            vec![question("", &self.arguments(field).unwrap_or_default(), json!({}), depth)]
        }
    }
}

/// What is inside of all lists and non-nulls.
pub fn base(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => base(inner),
    }
}

/// Which fields were answered with something, each with the records it was answered for.
#[derive(Default)]
pub struct Seen(pub BTreeMap<String, BTreeSet<String>>);

impl Seen {
    /// Keeps an answer. `place` says of which record it is, as long as no id does.
    pub fn keep(&mut self, answer: &Value, place: &str) {
        match answer {
            Value::Array(items) => items.iter().for_each(|item| self.keep(item, place)),
            Value::Object(fields) => {
                let kind = fields.get("__typename").and_then(Value::as_str).unwrap_or_default();
                let place = identity(answer).unwrap_or_else(|| place.to_owned());
                for (name, value) in
                    fields.iter().filter(|(name, value)| *name != "__typename" && says(value))
                {
                    let records = self.0.entry(format!("{kind}.{name}")).or_default();
                    let entries = entries(value);
                    if entries.is_empty() {
                        records.insert(place.clone());
                    }
                    records.extend(entries.into_iter().map(|entry| format!("{place} {entry}")));
                    self.keep(value, &format!("{place}.{name}"));
                }
            }
            _ => {}
        }
    }

    /// Keeps an answer without the records it leads to: those a change brings about were not there for all.
    pub fn keep_shallow(&mut self, answer: &Value, place: &str) {
        let kind = answer["__typename"].as_str().unwrap_or_default();
        let fields = answer.as_object().into_iter().flatten();
        for (name, value) in fields.filter(|(name, value)| *name != "__typename" && says(value)) {
            self.0.entry(format!("{kind}.{name}")).or_default().insert(place.to_owned());
            if identity(value).is_none() {
                self.keep_shallow(value, place);
            }
        }
    }

    /// Whether a record with this id was shown.
    pub fn has(&self, id: &str) -> bool {
        self.0.iter().any(|(field, records)| field.ends_with(".id") && records.contains(id))
    }

    /// Adds what another one has seen.
    pub fn join(&mut self, other: &Self) {
        for (field, records) in &other.0 {
            self.0.entry(field.clone()).or_default().extend(records.iter().cloned());
        }
    }
}

/// By what a record is told from others.
fn identity(record: &Value) -> Option<String> {
    let key = record.get("id").or_else(|| record.get("seq"))?;
    key.as_str().map(ToOwned::to_owned)
}

/// The records a list holds.
fn entries(list: &Value) -> Vec<String> {
    let items = list.as_array().or_else(|| list.get("nodes").and_then(Value::as_array));
    items.into_iter().flatten().filter_map(identity).collect()
}

/// Whether an answer tells anything: an empty list does not.
fn says(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(items) => items.iter().any(says),
        Value::Object(fields) => fields.get("nodes").is_none_or(says),
        _ => true,
    }
}
