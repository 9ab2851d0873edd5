//! People on a board: companies put recruiters and managers into records, with names and addresses. None of it is kept.

use serde_json::{Map, Value};

/// Fields that hold staff, or their ids, in what the systems give to those who are signed in: Lever's first four, Ashby's rest.
const STAFF: &[&str] = &["user", "owner", "hiringManager", "followers", "author", "hiringTeam"];

/// Takes out every value about people, however deep, and says how many there were.
pub(super) fn leave_out(value: &mut Value) -> usize {
    match value {
        Value::Object(fields) => {
            let before = fields.len();
            fields.retain(|name, value| !is_staff(name, value) && !is_person(value));
            before - fields.len() + fields.values_mut().map(leave_out).sum::<usize>()
        }
        Value::Array(values) => {
            let before = values.len();
            values.retain(|value| !is_person(value));
            before - values.len() + values.iter_mut().map(leave_out).sum::<usize>()
        }
        _ => 0,
    }
}

fn is_staff(name: &str, value: &Value) -> bool {
    STAFF.contains(&name) && !value.is_null()
}

/// A custom field of Greenhouse that names users, or whatever has an address.
fn is_person(value: &Value) -> bool {
    let says = |fields: &Map<String, Value>, name: &str, word: &str| {
        fields.get(name).and_then(Value::as_str).is_some_and(|said| said.eq_ignore_ascii_case(word))
    };
    value.as_object().is_some_and(|fields| {
        says(fields, "value_type", "user")
            || fields
                .keys()
                .any(|name| name.eq_ignore_ascii_case("email") || name.eq_ignore_ascii_case("email_address"))
    })
}
