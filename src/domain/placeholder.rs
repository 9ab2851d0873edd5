//! Names in double braces in what colleagues write to candidates, such as `{{ role }}`: each candidate gets their own.
//!
//! Text without such a name is left as it is. One that nobody knows is refused rather than sent, since a candidate who reads
//! `{{ first_name }}` knows that nobody wrote to them.

use super::Refusal;
use super::letter_template::Variable;

/// What a message may name.
pub const NAMES: &[Variable] = &[Variable::Name, Variable::Role, Variable::Organisation, Variable::Author];

/// What is put in for each of [`NAMES`].
pub type Values = [(Variable, String)];

/// Whether every name in braces is one that is known.
///
/// # Errors
/// `INVALID` on `field`.
pub fn check(field: &str, text: &str) -> Result<(), Refusal> {
    if !pieces(text).any(|piece| matches!(piece, Piece::Unknown)) {
        return Ok(());
    }
    let names: Vec<_> = NAMES.iter().map(|name| format!("{{{{ {name} }}}}")).collect();
    Err(Refusal::invalid(field, &format!("no other names in braces than {}", names.join(", "))))
}

/// The text with every name replaced. What is put in is not looked at again.
#[must_use]
pub fn fill(text: &str, values: &Values) -> String {
    let value = |name| values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value);
    pieces(text)
        .map(|piece| match piece {
            Piece::Text(text) => text,
            Piece::Name(name) => value(name),
            Piece::Unknown => "",
        })
        .collect()
}

enum Piece<'a> {
    Text(&'a str),
    Name(Variable),
    /// Braces that open and hold no name that is known.
    Unknown,
}

fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut left = text;
    std::iter::from_fn(move || match left.find("{{") {
        _ if left.is_empty() => None,
        Some(0) => {
            let (inside, rest) = left[2..].split_once("}}").unwrap_or_default();
            left = rest;
            let name = inside.trim().parse().ok().filter(|name| NAMES.contains(name));
            Some(name.map_or(Piece::Unknown, Piece::Name))
        }
        found => {
            let (before, rest) = left.split_at(found.unwrap_or(left.len()));
            left = rest;
            Some(Piece::Text(before))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str) -> String {
        let values = [(Variable::Name, "Zoë {{ role }}".to_owned()), (Variable::Role, "Cook".to_owned())];
        fill(text, &values)
    }

    #[test]
    fn names_are_replaced_and_nothing_else() {
        for (text, result) in [
            ("{{ role }}", "Cook"),
            ("{{role}}{{  role\t}}, {{ role }}.", "CookCook, Cook."),
            ("To {{ name }}!", "To Zoë {{ role }}!"),
            ("{ role } }} {%x%} ä", "{ role } }} {%x%} ä"),
            ("", ""),
        ] {
            assert_eq!(check("text", text), Ok(()), "{text}");
            assert_eq!(filled(text), result);
        }
    }

    #[test]
    fn a_name_that_nobody_knows_is_refused() {
        for text in [
            "{{ first_name }}",
            "{{}}",
            "a {{ role",
            "{{ link }}",
            "{{ Role }}",
            "{{ {{ role }} }}",
            "{{{role}}}",
        ] {
            assert!(check("text", text).is_err(), "{text}");
        }
    }
}
