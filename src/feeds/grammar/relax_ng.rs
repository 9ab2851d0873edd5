//! A channel's table as a grammar in RELAX NG, which unlike XML Schema needs one file however many namespaces there are.

use super::page::Page;
use super::shape::{self, Holds, Shape};
use crate::feeds::dialect::Dialect;
use crate::feeds::fact::content::Content;

const NAMESPACE: &str = "http://relaxng.org/ns/structure/1.0";
const TYPES: &str = "http://www.w3.org/2001/XMLSchema-datatypes";

/// The grammar of a channel.
#[must_use]
pub fn written(dialect: &Dialect) -> String {
    let mut page = Page::begun();
    let mut attributes = vec![("xmlns", NAMESPACE), ("datatypeLibrary", TYPES)];
    let declared = dialect.frame.iter().flat_map(|(_, attributes)| attributes.iter().copied());
    // Names without a prefix are in the namespace that has none.
    let plain = dialect.frame.iter().flat_map(|(_, attributes)| attributes.iter());
    attributes.extend(plain.filter(|(name, _)| *name == "xmlns").map(|(_, uri)| ("ns", *uri)));
    attributes.extend(declared.filter(|(name, _)| name.starts_with("xmlns:")));
    page.open("grammar", &attributes);
    page.open("start", &[]);
    element(&mut page, &shape::document(dialect));
    page.close("start");
    page.close("grammar");
    page.finished()
}

fn element(page: &mut Page, shape: &Shape) {
    let often = match (shape.required, shape.repeats) {
        (true, false) => None,
        (false, false) => Some("optional"),
        (false, true) => Some("zeroOrMore"),
        (true, true) => Some("oneOrMore"),
    };
    if let Some(often) = often {
        page.open(often, &[]);
    }
    page.open("element", &[("name", shape.name)]);
    for attribute in &shape.attributes {
        if !attribute.required {
            page.open("optional", &[]);
        }
        page.open("attribute", &[("name", attribute.name)]);
        text(page, &attribute.content, 1, None);
        page.close("attribute");
        if !attribute.required {
            page.close("optional");
        }
    }
    match &shape.holds {
        Holds::Elements(inner) => inner.iter().for_each(|shape| element(page, shape)),
        Holds::Text { content, may_be_empty: false, least, most } => {
            text(page, content, (*least).max(1), *most);
        }
        Holds::Text { content, may_be_empty: true, least, most } => {
            page.open("choice", &[]);
            page.empty("empty", &[]);
            text(page, content, (*least).max(1), *most);
            page.close("choice");
        }
    }
    page.close("element");
    if let Some(often) = often {
        page.close(often);
    }
}

fn text(page: &mut Page, content: &Content, least: usize, most: Option<usize>) {
    match content {
        Content::Nothing => return page.empty("empty", &[]),
        Content::Word(words) => {
            page.open("choice", &[]);
            for word in words {
                page.text("value", &[("type", "string")], word);
            }
            return page.close("choice");
        }
        // White space counts once in a token, and not at all around it: blank is empty.
        Content::Text => {
            page.open("data", &[("type", "token")]);
            page.text("param", &[("name", "minLength")], &least.to_string());
        }
        Content::Pattern(pattern) => {
            page.open("data", &[("type", "string")]);
            page.text("param", &[("name", "pattern")], pattern);
        }
    }
    if let Some(most) = most {
        page.text("param", &[("name", "maxLength")], &most.to_string());
    }
    page.close("data");
}
