//! A channel's table as a JSON Schema (draft 2020-12).

use serde_json::{Map, Value, json};

use super::shape::{self, Holds, Shape};
use crate::feeds::dialect::Dialect;
use crate::feeds::fact::content::{Attribute, Content, WHOLE};

/// The schema of a channel whose documents are JSON.
#[must_use]
pub fn written(dialect: &Dialect) -> String {
    let mut shapes = shape::head(dialect);
    let entry = shape::entry(dialect);
    // An empty list is there all the same.
    shapes.push(Shape { required: true, ..entry });
    let mut schema = object(&shapes);
    schema.insert("$schema".to_owned(), "https://json-schema.org/draft/2020-12/schema".into());
    let text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    format!("{text}\n")
}

/// An object with these members and no others.
fn object(shapes: &[Shape]) -> Map<String, Value> {
    let properties: Map<_, _> = shapes.iter().map(|shape| (shape.name.to_owned(), member(shape))).collect();
    let required = shapes.iter().filter(|shape| shape.required).map(|shape| shape.name);
    closed(properties, required.collect())
}

fn closed(properties: Map<String, Value>, required: Vec<&str>) -> Map<String, Value> {
    let mut schema = Map::new();
    schema.insert("type".to_owned(), "object".into());
    schema.insert("properties".to_owned(), properties.into());
    schema.insert("required".to_owned(), required.into());
    schema.insert("additionalProperties".to_owned(), false.into());
    schema
}

fn member(shape: &Shape) -> Value {
    let one = match &shape.holds {
        Holds::Elements(inner) => object(inner).into(),
        Holds::Text { content, least, most, .. } if shape.attributes.is_empty() => {
            text(content, *least, *most)
        }
        Holds::Text { content, .. } => attributed(&shape.attributes, content),
    };
    if shape.repeats { json!({ "type": "array", "items": one }) } else { one }
}

fn attributed(attributes: &[Attribute], content: &Content) -> Value {
    let each = attributes.iter().map(|one| (one.name.to_owned(), text(&one.content, 1, None)));
    let mut properties: Map<_, _> = each.collect();
    let mut required: Vec<_> = attributes.iter().filter(|one| one.required).map(|one| one.name).collect();
    if *content != Content::Nothing {
        properties.insert("text".to_owned(), text(content, 1, None));
        required.push("text");
    }
    closed(properties, required).into()
}

fn text(content: &Content, least: usize, most: Option<usize>) -> Value {
    match content {
        content if *content == WHOLE => json!({ "type": "integer", "minimum": 0 }),
        Content::Word(words) => json!({ "enum": words }),
        Content::Pattern(pattern) => json!({ "type": "string", "pattern": format!("^({pattern})$") }),
        Content::Text | Content::Nothing => {
            let mut schema = json!({ "type": "string", "minLength": least.max(1) });
            if let Some(most) = most {
                schema["maxLength"] = most.into();
            }
            schema
        }
    }
}
