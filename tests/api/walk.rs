//! Asks everything that can be asked: walks the committed schema and writes a query for each root field, with every
//! path to a given depth.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::parser::types::{BaseType, FieldDefinition, Type, TypeDefinition, TypeKind, TypeSystemDefinition};
use serde_json::Value;

/// The types of the committed schema, by name.
pub struct Types(BTreeMap<String, TypeDefinition>);

/// Fields of objects that were answered with something: `Posting.title`.
pub type Seen = BTreeSet<String>;

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

    pub fn fields(&self, name: &str) -> &[async_graphql::Positioned<FieldDefinition>] {
        match self.0.get(name).map(|definition| &definition.kind) {
            Some(TypeKind::Object(object)) => &object.fields,
            _ => &[],
        }
    }

    /// Every field of every object: what the permission matrix has a row for.
    pub fn all_fields(&self) -> BTreeSet<String> {
        let objects = self.0.keys().flat_map(|name| {
            self.fields(name).iter().map(move |field| format!("{name}.{}", field.node.name.node))
        });
        objects.collect()
    }

    fn is_interface(&self, name: &str) -> bool {
        matches!(self.0.get(name).map(|definition| &definition.kind), Some(TypeKind::Interface(_) | TypeKind::Union(_)))
    }

    fn implementers(&self, interface: &str) -> Vec<&str> {
        let implements = |definition: &TypeDefinition| match &definition.kind {
            TypeKind::Object(object) => object.implements.iter().any(|name| name.node == interface),
            _ => false,
        };
        let found = self.0.iter().filter(|(_, definition)| implements(definition));
        found.map(|(name, _)| name.as_str()).collect()
    }

    /// A selection of everything in a type, `depth` objects deep; the wrapping of lists does not count.
    fn selection(&self, name: &str, depth: u32) -> Option<String> {
        if self.is_interface(name) {
            let kinds = self.implementers(name);
            let parts: Vec<_> =
                kinds.iter().filter_map(|kind| Some(format!("... on {kind} {}", self.selection(kind, depth)?))).collect();
            return Some(format!("{{ __typename {} }}", parts.join(" ")));
        }
        let Some(TypeKind::Object(object)) = self.0.get(name).map(|definition| &definition.kind) else {
            return Some(String::new());
        };
        if name.ends_with("Edge") {
            // The same entries as the connection's `nodes`: once is enough.
            return Some("{ __typename cursor }".to_owned());
        }
        let wraps = name.ends_with("Connection");
        let left = if wraps { depth } else { depth.checked_sub(1)? };
        let parts = object.fields.iter().filter_map(|field| {
            let field = &field.node;
            let inner = self.selection(base(&field.ty.node), left)?;
            Some(format!("{}{} {inner}", field.name.node, self.arguments(field)?))
        });
        Some(format!("{{ __typename {} }}", parts.collect::<Vec<_>>().join(" ")))
    }

    /// The arguments a nested field needs; those it can do without are left out, but for the size of a page.
    fn arguments(&self, field: &FieldDefinition) -> Option<String> {
        let mut given = Vec::new();
        for argument in &field.arguments {
            let (name, ty) = (&argument.node.name.node, &argument.node.ty.node);
            if name == "first" {
                given.push("first: 100".to_owned());
            } else if !ty.nullable && argument.node.default_value.is_none() {
                let TypeKind::Enum(values) = &self.0.get(base(ty))?.kind else { return None };
                given.push(format!("{name}: {}", values.values[0].node.value.node));
            }
        }
        Some(if given.is_empty() { String::new() } else { format!("({})", given.join(", ")) })
    }

    /// Queries for a root field, every path `depth` objects deep, with each of the ids where it takes one.
    pub fn queries(&self, field: &FieldDefinition, ids: &[String], depth: u32) -> Vec<String> {
        let name = &field.name.node;
        let selection = self.selection(base(&field.ty.node), depth).unwrap_or_default();
        let takes = |argument: &str| field.arguments.iter().any(|given| given.node.name.node == argument);
        let list = ids.iter().map(|id| format!("\"{id}\"")).collect::<Vec<_>>().join(", ");
        let each = |argument: fn(&str) -> String| ids.iter().map(|id| argument(id)).collect();
        let arguments: Vec<String> = if takes("id") {
            each(|id| format!("(id: \"{id}\")"))
        } else if takes("by") {
            each(|id| format!("(by: {{ id: \"{id}\" }})"))
        } else if takes("ids") {
            vec![format!("(ids: [{list}])")]
        } else if takes("first") {
            vec!["(first: 100)".to_owned()]
        } else {
            vec![String::new()]
        };
        arguments.iter().map(|arguments| format!("{{ {name}{arguments} {selection} }}")).collect()
    }
}

fn base(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => base(inner),
    }
}

/// Adds every field that is answered with something.
pub fn collect(value: &Value, seen: &mut Seen) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, seen)),
        Value::Object(fields) => {
            let kind = fields.get("__typename").and_then(Value::as_str).unwrap_or("Query");
            for (name, value) in fields.iter().filter(|(name, value)| *name != "__typename" && !value.is_null()) {
                seen.insert(format!("{kind}.{name}"));
                collect(value, seen);
            }
        }
        _ => {}
    }
}
