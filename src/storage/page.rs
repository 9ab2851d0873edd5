//! A page of a list: by keyset, so that it is stable and costs the same wherever it lies.

use std::collections::HashMap;
use std::hash::Hash;

use chrono::{DateTime, Utc};

use super::dialect::Binds;

/// A record's place in a list that is sorted by a time and, within it, by id.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    /// The time it is sorted by.
    pub at: DateTime<Utc>,
    /// Its id.
    pub id: String,
}

/// Which part of a list is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Page {
    /// Only what follows this place.
    pub after: Option<Place>,
    /// Only what precedes this place.
    pub before: Option<Place>,
    /// How many at most.
    pub limit: u32,
    /// Whether the last `limit` are wanted instead of the first.
    pub from_end: bool,
    /// Whether the list begins with the newest.
    pub newest_first: bool,
}

impl Page {
    /// The newest `limit`.
    #[must_use]
    pub const fn newest(limit: u32) -> Self {
        Self { after: None, before: None, limit, from_end: false, newest_first: true }
    }
}

/// The records of a page, in the list's order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part<T> {
    /// The records.
    pub items: Vec<T>,
    /// Whether there are more in the direction of reading: behind the first ones, or ahead of the last ones.
    pub more: bool,
}

impl<T> Default for Part<T> {
    /// Nothing, and nothing more.
    fn default() -> Self {
        Self { items: Vec::new(), more: false }
    }
}

impl<T> Part<T> {
    /// The same page of something else.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Part<U> {
        Part { items: self.items.into_iter().map(change).collect(), more: self.more }
    }
}

/// What a page adds to a statement.
pub(super) struct Bounds {
    /// A condition for its WHERE.
    pub(super) wanted: String,
    /// Its ORDER BY and LIMIT.
    pub(super) order: String,
}

impl Page {
    /// The page of a list sorted by `at`, a column or an expression, and the column `id`; one row more is read than asked for, to know
    /// whether there are more (see [`Page::part`]).
    pub(super) fn bounds(&self, at: &str, id: &str, binds: &mut Binds) -> Bounds {
        let mut wanted = vec!["true".to_owned()];
        for (place, is_after) in [(&self.after, true), (&self.before, false)] {
            let Some(place) = place else { continue };
            let sign = if is_after == self.newest_first { '<' } else { '>' };
            let (time, key) = (binds.put(place.at), binds.put(place.id.as_str()));
            if at.ends_with(')') {
                // It says nothing new, but SQLite looks for this alone in an index on an expression.
                wanted.push(format!("{at} {sign}= {time}"));
            }
            wanted.push(format!("({at}, {id}) {sign} ({time}, {key})"));
        }
        let way = if self.newest_first == self.from_end { "ASC" } else { "DESC" };
        let limit = binds.put(i64::from(self.limit) + 1);
        let order = format!("ORDER BY {at} {way}, {id} {way} LIMIT {limit}");
        Bounds { wanted: wanted.join(" AND "), order }
    }

    /// The page itself, from the rows that its [`Bounds`] brought.
    pub(super) fn part<T>(&self, mut rows: Vec<T>) -> Part<T> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        if self.from_end {
            rows.reverse();
        }
        Part { items: rows, more }
    }

    /// The same page of several lists as one, from that page of each.
    pub fn joined<T, I: Ord>(&self, parts: Vec<Part<T>>, at: impl Fn(&T) -> (DateTime<Utc>, I)) -> Part<T> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let mut more = parts.iter().any(|part| part.more);
        let mut items: Vec<T> = parts.into_iter().flat_map(|part| part.items).collect();
        items.sort_by(|one, other| {
            let rising = at(one).cmp(&at(other));
            if self.newest_first { rising.reverse() } else { rising }
        });
        let surplus = items.len().saturating_sub(limit);
        more |= surplus > 0;
        if self.from_end {
            items.drain(..surplus);
        } else {
            items.truncate(limit);
        }
        Part { items, more }
    }

    /// The same page of each of several lists, from rows that come in no order.
    ///
    /// Each row tells whose list it is in and its place there.
    pub(super) fn parts<K, T, I>(
        &self,
        rows: Vec<T>,
        of: impl Fn(&T) -> (K, DateTime<Utc>, I),
    ) -> HashMap<K, Part<T>>
    where
        K: Hash + Eq,
        I: Ord,
    {
        let mut placed: Vec<(K, (DateTime<Utc>, I), T)> = rows
            .into_iter()
            .map(|row| {
                let (key, at, id) = of(&row);
                (key, (at, id), row)
            })
            .collect();
        placed.sort_by(|one, other| {
            let rising = one.1.cmp(&other.1);
            if self.newest_first == self.from_end { rising } else { rising.reverse() }
        });
        let mut lists: HashMap<K, Vec<T>> = HashMap::new();
        for (key, _, row) in placed {
            lists.entry(key).or_default().push(row);
        }
        lists.into_iter().map(|(key, rows)| (key, self.part(rows))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(places: &[i64], more: bool) -> Part<i64> {
        Part { items: places.to_vec(), more }
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that a page asks for")]
    fn at(place: &i64) -> (DateTime<Utc>, i64) {
        (DateTime::UNIX_EPOCH + chrono::TimeDelta::seconds(*place), *place)
    }

    #[test]
    fn pages_of_several_lists_join_to_the_page_of_all() {
        let first = Page::newest(3);
        assert_eq!(
            first.joined(vec![part(&[9, 5, 1], true), part(&[8, 7], false)], at),
            part(&[9, 8, 7], true)
        );
        assert_eq!(first.joined(vec![part(&[2], false), part(&[3, 1], false)], at), part(&[3, 2, 1], false));
        let last = Page { from_end: true, ..Page::newest(2) };
        assert_eq!(last.joined(vec![part(&[5, 1], true), part(&[4, 2], false)], at), part(&[2, 1], true));
        assert_eq!(first.joined(vec![], at), part(&[], false));
    }
}
