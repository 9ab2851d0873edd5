//! A channel's table as a tree: which element stands in which, how often, and what it holds. Grammars are written from it.

use crate::feeds::dialect::{DateStyle, Dialect, Element, Gone, HeadElement};
use crate::feeds::fact::Fact;
use crate::feeds::fact::content::{Attribute, Content};

/// An element.
#[derive(Debug)]
pub struct Shape {
    /// Its name, with the prefix of its namespace.
    pub name: &'static str,
    /// Whether it is always there.
    pub required: bool,
    /// Whether it may come several times.
    pub repeats: bool,
    /// What it holds.
    pub holds: Holds,
    /// Its attributes.
    pub attributes: Vec<Attribute>,
}

/// What an element holds.
#[derive(Debug)]
pub enum Holds {
    /// Text. A shorter one than `least` characters is wrong, and a longer one than `most`; one that is there without
    /// anything in it is wrong unless it `may_be_empty`.
    Text {
        /// What it looks like.
        content: Content,
        /// Whether it may hold nothing.
        may_be_empty: bool,
        /// The fewest characters.
        least: usize,
        /// The most characters, if there is a limit.
        most: Option<usize>,
    },
    /// Elements, in this order.
    Elements(Vec<Shape>),
}

/// The whole document of a channel.
#[must_use]
pub fn document(dialect: &Dialect) -> Shape {
    let mut inner = head(dialect);
    inner.push(entry(dialect));
    inner.extend(dialect.gone.as_ref().map(gone));
    let frames = dialect.frame.iter().rev().map(|(name, attributes)| (*name, *attributes));
    let mut innermost = inner;
    for (name, attributes) in frames {
        // Declarations of namespaces are no attributes of a grammar.
        let attributes = attributes.iter().filter(|(name, _)| !name.starts_with("xmlns"));
        let attributes = attributes
            .map(|(name, value)| Attribute { name, content: Content::Word(vec![*value]), required: true })
            .collect();
        innermost = vec![Shape {
            name,
            required: true,
            repeats: false,
            holds: Holds::Elements(innermost),
            attributes,
        }];
    }
    innermost.remove(0)
}

/// What the feed says of itself.
pub(super) fn head(dialect: &Dialect) -> Vec<Shape> {
    dialect.head.iter().map(about).collect()
}

/// What is said of a posting that left.
fn gone(gone: &Gone) -> Shape {
    let text = |content| Holds::Text { content, may_be_empty: false, least: 0, most: None };
    let always = |name, content| Attribute { name, content, required: true };
    let comment = Shape {
        name: gone.comment,
        required: true,
        repeats: false,
        holds: text(Content::Text),
        attributes: Vec::new(),
    };
    Shape {
        name: gone.name,
        required: false,
        repeats: true,
        holds: Holds::Elements(vec![comment]),
        attributes: vec![
            always("ref", Content::Pattern(r"tag:[^,\s]+,\d{4}-\d\d-\d\d:\S+")),
            always("when", Content::Pattern(DateStyle::Iso8601.pattern())),
        ],
    }
}

fn about(element: &HeadElement) -> Shape {
    Shape {
        name: element.name,
        required: !element.holds.may_be_missing(),
        repeats: element.holds.repeats(),
        holds: Holds::Text { content: element.holds.content(), may_be_empty: false, least: 0, most: None },
        attributes: element.holds.attributes(),
    }
}

pub(super) fn entry(dialect: &Dialect) -> Shape {
    let mut attributes = Vec::new();
    let mut elements = Vec::new();
    for element in dialect.elements {
        match element.attribute() {
            Some(name) => attributes.push(Attribute {
                name,
                content: element.holds.content(dialect),
                required: element.is_required(),
            }),
            None => {
                place(&mut elements, &element.groups(), leaf(dialect, element), element.is_required());
            }
        }
    }
    Shape {
        name: dialect.entry,
        required: false,
        repeats: true,
        holds: Holds::Elements(elements),
        attributes,
    }
}

fn leaf(dialect: &Dialect, element: &Element) -> Shape {
    let (least, most) = element.length.unwrap_or((0, usize::MAX));
    // Pay is told with all its parts or not at all, so within a group of its own each is there.
    let with_others = element.holds.is_pay() && !element.holds.repeats() && !element.groups().is_empty();
    Shape {
        name: element.own_name(),
        required: element.is_required() || element.even_empty || with_others,
        repeats: element.holds.repeats(),
        holds: Holds::Text {
            content: element.holds.content(dialect),
            may_be_empty: element.even_empty,
            // Only a description is counted without its tags: with them it is never shorter, but may be longer.
            least,
            most: (most < usize::MAX && element.holds != Fact::Description).then_some(most),
        },
        attributes: element.holds.attributes(),
    }
}

/// Puts an element into the groups around it, which are always there if it `always` is.
fn place(among: &mut Vec<Shape>, groups: &[&'static str], element: Shape, always: bool) {
    let Some((name, inner)) = groups.split_first() else {
        among.push(element);
        return;
    };
    let group = match among.pop() {
        Some(last) if last.name == *name => last,
        other => {
            among.extend(other);
            let holds = Holds::Elements(Vec::new());
            Shape { name, required: false, repeats: false, holds, attributes: Vec::new() }
        }
    };
    let Holds::Elements(mut elements) = group.holds else { return };
    // Within a group that may be missing as a whole, an inner group is not missing alone.
    place(&mut elements, inner, element, true);
    let required = group.required || always;
    among.push(Shape { required, holds: Holds::Elements(elements), ..group });
}
