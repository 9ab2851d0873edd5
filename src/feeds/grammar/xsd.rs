//! A channel's table as an XML Schema (XML Schema 1.0), to check its documents with.

use super::page::Page;
use super::shape::{self, Holds, Shape};
use crate::feeds::dialect::Dialect;
use crate::feeds::fact::Fact;
use crate::feeds::fact::content::Content;

const NAMESPACE: &str = "http://www.w3.org/2001/XMLSchema";

/// The schema of a channel whose elements have no namespaces and no attributes beside their text.
#[must_use]
pub fn written(dialect: &Dialect) -> String {
    let mut page = Page::begun();
    page.open("xs:schema", &[("xmlns:xs", NAMESPACE)]);
    let document = shape::document(dialect);
    page.open("xs:element", &[("name", document.name)]);
    elements(&mut page, &document);
    unique(&mut page, dialect);
    page.close("xs:element");
    page.close("xs:schema");
    page.finished()
}

/// No two entries have the same reference.
fn unique(page: &mut Page, dialect: &Dialect) {
    let Some(reference) = dialect.elements.iter().find(|element| element.holds == Fact::Reference) else {
        return;
    };
    let frames = dialect.frame.iter().skip(1).map(|(name, _)| *name);
    let path: Vec<&str> = frames.chain([dialect.entry]).collect();
    page.open("xs:unique", &[("name", "reference")]);
    page.empty("xs:selector", &[("xpath", &path.join("/"))]);
    page.empty("xs:field", &[("xpath", reference.name)]);
    page.close("xs:unique");
}

fn element(page: &mut Page, shape: &Shape) {
    let mut attributes = vec![("name", shape.name)];
    if !shape.required {
        attributes.push(("minOccurs", "0"));
    }
    if shape.repeats {
        attributes.push(("maxOccurs", "unbounded"));
    }
    page.open("xs:element", &attributes);
    match &shape.holds {
        Holds::Elements(_) => elements(page, shape),
        Holds::Text { content, may_be_empty, least, most } => {
            text(page, content, *may_be_empty, (*least).max(1), *most);
        }
    }
    page.close("xs:element");
}

fn elements(page: &mut Page, shape: &Shape) {
    let Holds::Elements(inner) = &shape.holds else { return };
    page.open("xs:complexType", &[]);
    page.open("xs:sequence", &[]);
    for shape in inner {
        element(page, shape);
    }
    page.close("xs:sequence");
    for attribute in &shape.attributes {
        let usage = if attribute.required { "required" } else { "optional" };
        page.open("xs:attribute", &[("name", attribute.name), ("use", usage)]);
        text(page, &attribute.content, false, 1, None);
        page.close("xs:attribute");
    }
    page.close("xs:complexType");
}

fn text(page: &mut Page, content: &Content, may_be_empty: bool, least: usize, most: Option<usize>) {
    // White space counts once in a token, and not at all around it: blank is empty.
    let base = if *content == Content::Text { "xs:token" } else { "xs:string" };
    page.open("xs:simpleType", &[]);
    page.open("xs:restriction", &[("base", base)]);
    match content {
        Content::Pattern(pattern) if may_be_empty => {
            page.empty("xs:pattern", &[("value", &format!("({pattern})?"))]);
        }
        Content::Pattern(pattern) => page.empty("xs:pattern", &[("value", pattern)]),
        Content::Word(words) => {
            for word in words.iter().copied().chain(may_be_empty.then_some("")) {
                page.empty("xs:enumeration", &[("value", word)]);
            }
        }
        Content::Nothing => page.empty("xs:length", &[("value", "0")]),
        Content::Text if may_be_empty => {}
        Content::Text => page.empty("xs:minLength", &[("value", &least.to_string())]),
    }
    if let Some(most) = most {
        page.empty("xs:maxLength", &[("value", &most.to_string())]);
    }
    page.close("xs:restriction");
    page.close("xs:simpleType");
}
