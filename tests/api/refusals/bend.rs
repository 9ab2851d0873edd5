//! Requests that are wrong in one place: derived from the types of the schema, out of one that is right.

use async_graphql::parser::types::{BaseType, Type};
use serde_json::{Value, json};

use crate::cases::absent;
use crate::walk::{Types, base};

/// In which way a value is wrong, or may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// The id of nothing.
    Absent,
    /// An id of another kind of record.
    OtherKind,
    /// A revision, or version, that the record is not at.
    Stale,
    /// A text that has to say something says nothing.
    Blank,
    /// A text longer than any may be.
    Long,
    /// A text with the character U+0000.
    Nul,
    /// A code or address without its form.
    Malformed,
    /// A list of more entries than any may have.
    Many,
    /// What can be right as well: an end of what a number or a time can be, another word of an enum, a list that is empty
    /// or names something twice.
    Odd,
}

/// A request, and the place where it is wrong.
pub struct Bend {
    pub how: How,
    /// As `userErrors` name fields: `terms.title`.
    pub path: String,
    pub input: Value,
}

/// The most characters that any text may have: a justification.
const LONGEST: usize = 20_000;

/// Every way to bend the input of this type.
pub fn bends(types: &Types, kind: &str, input: &Value) -> Vec<Bend> {
    let mut bender = Bender { types, bends: Vec::new() };
    bender.object(kind, input, "");
    bender.bends
}

/// The same request with all its needed texts blank, and where they are.
pub fn blank(bends: &[Bend], input: &Value) -> (Vec<String>, Value) {
    let (mut places, mut all) = (Vec::new(), input.clone());
    for bend in bends.iter().filter(|bend| bend.how == How::Blank) {
        let place = format!("/{}", bend.path.replace('.', "/"));
        if all.pointer(&place).is_some() {
            all = with(&all, &place, " ".into());
            places.push(bend.path.clone());
        }
    }
    (places, all)
}

struct Bender<'a> {
    types: &'a Types,
    bends: Vec<Bend>,
}

impl Bender<'_> {
    fn object(&mut self, kind: &str, root: &Value, at: &str) {
        for field in self.types.inputs(kind) {
            let (name, ty) = (field.node.name.node.as_str(), &field.node.ty.node);
            let place = format!("{at}/{name}");
            let is_needed = !ty.nullable && field.node.default_value.is_none();
            if root.pointer(&place).is_some_and(|given| !given.is_null() && *given != json!([])) {
                self.value(ty, root, &place, is_needed);
            } else {
                let root = with(root, &place, self.plausible(ty, name));
                self.value(ty, &root, &place, is_needed);
            }
        }
    }

    fn value(&mut self, ty: &Type, root: &Value, place: &str, is_needed: bool) {
        if let BaseType::List(inner) = &ty.base {
            return self.list(inner, root, place, is_needed || ty.nullable);
        }
        let kind = base(ty);
        if !self.types.inputs(kind).is_empty() {
            return self.object(kind, root, place);
        }
        let given = root.pointer(place).cloned().unwrap_or_default();
        let name = place.rsplit('/').find(|part| part.parse::<usize>().is_err()).unwrap_or_default();
        for (how, wrong) in self.wrong(kind, name, &given, is_needed) {
            self.push(how, root, place, wrong);
        }
    }

    fn list(&mut self, inner: &Type, root: &Value, place: &str, says_something: bool) {
        let first = format!("{place}/0");
        let one = root.pointer(&first).cloned().unwrap_or_default();
        if says_something {
            self.push(How::Odd, root, place, json!([]));
        }
        self.push(How::Odd, root, place, json!([one, one]));
        self.push(How::Many, root, place, vec![one; 101].into());
        self.value(inner, root, &first, true);
    }

    /// What is wrong, or odd, in the place of a value.
    fn wrong(&self, kind: &str, name: &str, given: &Value, is_needed: bool) -> Vec<(How, Value)> {
        match kind {
            "ID" => {
                let prefix = given.as_str().and_then(|id| id.split('_').next()).unwrap_or_default();
                let other = if prefix == "link" { "team" } else { "link" };
                vec![(How::Absent, absent(prefix).into()), (How::OtherKind, absent(other).into())]
            }
            "Int" if name.starts_with("expected") => vec![(How::Stale, 999.into())],
            "Int" => vec![(How::Odd, (-1).into()), (How::Odd, i32::MAX.into())],
            "BigInt" => vec![(How::Odd, "-1".into()), (How::Odd, i64::MAX.to_string().into())],
            "DateTime" => {
                let times = ["2001-01-01T00:00:00Z", "9990-01-01T00:00:00Z"];
                times.map(|time| (How::Odd, time.into())).into()
            }
            "Date" => ["1900-01-01", "9990-01-01"].map(|day| (How::Odd, day.into())).into(),
            "URL" | "CountryCode" | "CurrencyCode" => vec![(How::Malformed, "nowhere".into())],
            "String" => {
                let blank = (if is_needed { How::Blank } else { How::Odd }, " ".into());
                let long = "Ä".repeat(LONGEST + 1);
                let wrong = [(How::Long, long.into()), (How::Nul, "a\0b".into())];
                std::iter::once(blank).chain(wrong).collect()
            }
            _ => {
                let words = self.types.values(kind).into_iter().map(|(word, _)| word);
                let others: Vec<&str> = words.filter(|word| *word != given).collect();
                // Of many, the first and the last stand for those between them.
                let step = if others.len() > 4 { others.len() - 1 } else { 1 };
                let some = others.iter().step_by(step);
                some.map(|word| (How::Odd, (*word).into())).collect()
            }
        }
    }

    /// A value of this type that says little.
    fn plausible(&self, ty: &Type, name: &str) -> Value {
        if let BaseType::List(inner) = &ty.base {
            return json!([self.plausible(inner, name)]);
        }
        match base(ty) {
            "ID" => match name {
                "teamId" | "teams" | "preferredTeams" => absent("team"),
                "planId" => absent("plan"),
                _ => absent("user"),
            }
            .into(),
            "Int" => 1.into(),
            "BigInt" => "1".into(),
            "Boolean" => false.into(),
            "DateTime" => "2027-01-22T08:00:00Z".into(),
            "Date" => "2027-05-01".into(),
            "URL" => "https://www.example.com/".into(),
            "CountryCode" => "DE".into(),
            "CurrencyCode" => "EUR".into(),
            "String" => "a".into(),
            kind => {
                let fields = self.types.inputs(kind).iter().map(|field| &field.node);
                let needed = fields.filter(|field| !field.ty.node.nullable && field.default_value.is_none());
                let value = |name: &str, ty| (name.to_owned(), self.plausible(ty, name));
                let object: serde_json::Map<_, _> =
                    needed.map(|field| value(&field.name.node, &field.ty.node)).collect();
                let word = self.types.values(kind).first().map(|(word, _)| (*word).into());
                word.unwrap_or(Value::Object(object))
            }
        }
    }

    fn push(&mut self, how: How, root: &Value, place: &str, wrong: Value) {
        let path = place[1..].replace('/', ".");
        self.bends.push(Bend { how, path, input: with(root, place, wrong) });
    }
}

/// The same with this value in that place, whose parent is there.
fn with(root: &Value, place: &str, value: Value) -> Value {
    let mut root = root.clone();
    let (parent, name) = place.rsplit_once('/').unwrap();
    match root.pointer_mut(parent).unwrap() {
        Value::Array(items) => items[name.parse::<usize>().unwrap()] = value,
        parent => parent[name] = value,
    }
    root
}
