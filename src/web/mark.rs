//! What feeds mark addresses with, as visitors bring it along: from the posting to the form, and from there to where the
//! application says it comes from.

use super::App;
use crate::feeds::dialect::Mark;

/// The name of the form's field, and of our own addresses' parameter.
pub const FIELD: &str = Mark::KEYS[0];

/// The mark in an address's query, if it is one of a channel's. Whatever else stands there is nobody's business.
pub fn of_query(app: &App, query: &str) -> Option<String> {
    let pairs: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).collect();
    let all = Mark::KEYS.iter().flat_map(|key| pairs.iter().filter(move |(name, _)| name == key));
    all.into_iter().find_map(|(_, mark)| known(app, mark))
}

/// The mark, if it is one of a channel's, as this instance knows them.
pub fn known(app: &App, mark: &str) -> Option<String> {
    let settings = app.shelf.channels.settings().unwrap_or_default();
    settings.marked(mark).map(|_| mark.trim().to_ascii_lowercase())
}

/// An address of ours with the mark that the visitor brought.
pub fn kept(address: &str, mark: Option<&str>) -> String {
    mark.map_or_else(|| address.to_owned(), |mark| format!("{address}?{FIELD}={mark}"))
}
