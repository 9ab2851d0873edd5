//! Documents parsed of late: clients send the same few texts, and parsing is half of a small query.

use std::collections::HashMap;
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use super::request::Parsed;

/// Tokens kept in each of the two generations. A parsed token takes up to some 600 bytes, so that
/// both together stay below 60 MB, whatever strangers send.
const GENERATION: usize = 50_000;

/// Documents by their text. A text that was not asked for during a whole generation is forgotten.
#[derive(Debug, Default)]
pub(super) struct Recent(Mutex<Generations>);

#[derive(Debug, Default)]
struct Generations {
    young: HashMap<String, Arc<Parsed>>,
    young_tokens: usize,
    old: HashMap<String, Arc<Parsed>>,
}

impl Recent {
    pub fn find(&self, text: &str) -> Option<Arc<Parsed>> {
        let mut generations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(parsed) = generations.young.get(text) {
            return Some(Arc::clone(parsed));
        }
        let (text, parsed) = generations.old.remove_entry(text)?;
        generations.keep(text, Arc::clone(&parsed));
        Some(parsed)
    }

    pub fn keep(&self, text: String, parsed: Arc<Parsed>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).keep(text, parsed);
    }
}

impl Generations {
    fn keep(&mut self, text: String, parsed: Arc<Parsed>) {
        if self.young_tokens + parsed.cost.tokens > GENERATION {
            self.old = mem::take(&mut self.young);
            self.young_tokens = 0;
        }
        self.young_tokens += parsed.cost.tokens;
        self.young.insert(text, parsed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graphql::guard::Cost;
    use async_graphql::Positioned;
    use async_graphql::parser::parse_query;
    use async_graphql::parser::types::Selection;

    #[test]
    fn what_is_asked_for_stays_and_the_rest_goes() {
        let document = parse_query("{a}").unwrap();
        let cost = Cost { tokens: GENERATION / 100, ..Cost::default() };
        let parsed = Arc::new(Parsed { document, cost });
        let recent = Recent::default();
        recent.keep("loved".to_owned(), Arc::clone(&parsed));
        recent.keep("once".to_owned(), Arc::clone(&parsed));
        for at in 0..500 {
            recent.keep(at.to_string(), Arc::clone(&parsed));
            assert!(recent.find("loved").is_some(), "{at}");
        }
        assert!(recent.find("once").is_none());
        let generations = recent.0.lock().unwrap();
        assert!(generations.young.len() + generations.old.len() <= 200);
    }

    #[test]
    fn a_parsed_token_is_as_small_as_the_bound_assumes() {
        // The dearest token is a field: its selection in a list with room to spare, and its name.
        let field = 2 * size_of::<Positioned<Selection>>() + 32;
        assert!(field <= 600, "{field}");
    }
}
