//! Lists that can grow: pages by keyset, with opaque cursors.
//!
//! The shape is that of the Relay cursor connections specification
//! (<https://relay.dev/graphql/connections.htm>), plus `nodes` for those who need no cursors.

use std::borrow::Cow;

use async_graphql::{Object, OutputType, SimpleObject, TypeName};
use chrono::{DateTime, Utc};

use crate::domain::Refusal;
use crate::storage::page::{Page, Part, Place};

/// How many entries a page has when nothing is said.
pub(super) const USUAL: i32 = 20;
/// How many it may have.
pub(super) const MOST: i32 = 100;

/// The four arguments of a connection, as they came in.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Paging {
    /// How many from the start.
    pub first: Option<i32>,
    /// Behind which cursor.
    pub after: Option<String>,
    /// How many from the end.
    pub last: Option<i32>,
    /// Ahead of which cursor.
    pub before: Option<String>,
}

impl Paging {
    /// The page asked for, of a list that begins with the newest.
    ///
    /// # Errors
    /// `INVALID` on the argument at fault: `first` or `last` outside 1 to 100, both at once, a cursor that is none.
    pub fn page(&self) -> Result<Page, Refusal> {
        if self.first.is_some() && self.last.is_some() {
            return Err(Refusal::invalid("last", "either first or last"));
        }
        let from_end = self.last.is_some();
        let (field, size) = if from_end { ("last", self.last) } else { ("first", self.first) };
        let size = size.unwrap_or(USUAL);
        if !(1..=MOST).contains(&size) {
            return Err(Refusal::invalid(field, &format!("a number from 1 to {MOST}")));
        }
        Ok(Page {
            after: self.after.as_deref().map(|text| place("after", text)).transpose()?,
            before: self.before.as_deref().map(|text| place("before", text)).transpose()?,
            limit: size.unsigned_abs(),
            from_end,
            newest_first: true,
        })
    }
}

/// Reads a cursor: microseconds, a point, an id.
fn place(field: &str, text: &str) -> Result<Place, Refusal> {
    let wrong = || Refusal::invalid(field, "a cursor this list gave");
    let (micros, id) = text.split_once('.').ok_or_else(wrong)?;
    let at = micros.parse().ok().and_then(DateTime::from_timestamp_micros).ok_or_else(wrong)?;
    if id.is_empty() || id.len() > 40 || !id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        return Err(wrong());
    }
    Ok(Place { at, id: id.to_owned() })
}

/// An entry of a list with its place in the list's order.
#[derive(Debug)]
pub struct Edge<T> {
    cursor: String,
    node: T,
}

impl<T: OutputType> TypeName for Edge<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Edge", T::type_name()).into()
    }
}

/// An entry of a list.
#[Object(name_type)]
impl<T: OutputType> Edge<T> {
    /// The entry's place in the list: what `after` and `before` take.
    async fn cursor(&self) -> &str {
        &self.cursor
    }

    /// The entry.
    async fn node(&self) -> &T {
        &self.node
    }
}

/// Where a page stands in its list.
#[derive(SimpleObject, Debug, Clone)]
pub struct PageInfo {
    /// Indicates whether entries follow.
    has_next_page: bool,
    /// Indicates whether entries precede.
    has_previous_page: bool,
    /// The cursor of the page's first entry.
    start_cursor: Option<String>,
    /// The cursor of the page's last entry.
    end_cursor: Option<String>,
}

/// A page of a list.
#[derive(Debug)]
pub struct Connection<T> {
    edges: Vec<Edge<T>>,
    has_next: bool,
    has_previous: bool,
}

impl<T> Connection<T> {
    /// The page that `part` is of `page`, each record with the time and id it is sorted by.
    pub fn new<R>(
        page: &Page,
        part: Part<R>,
        at: impl Fn(&R) -> (DateTime<Utc>, String),
        node: impl Fn(R) -> T,
    ) -> Self {
        let (has_next, has_previous) = if page.from_end {
            (page.before.is_some(), part.more)
        } else {
            (part.more, page.after.is_some())
        };
        let edge = |record: R| {
            let (time, id) = at(&record);
            Edge { cursor: format!("{}.{id}", time.timestamp_micros()), node: node(record) }
        };
        Self { edges: part.items.into_iter().map(edge).collect(), has_next, has_previous }
    }
}

impl<T: OutputType> TypeName for Connection<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Connection", T::type_name()).into()
    }
}

/// A page of a list.
#[Object(name_type)]
impl<T: OutputType> Connection<T> {
    /// The entries with their cursors.
    async fn edges(&self) -> &[Edge<T>] {
        &self.edges
    }

    /// The entries.
    async fn nodes(&self) -> Vec<&T> {
        self.edges.iter().map(|edge| &edge.node).collect()
    }

    /// Where the page stands in its list.
    async fn page_info(&self) -> PageInfo {
        PageInfo {
            has_next_page: self.has_next,
            has_previous_page: self.has_previous,
            start_cursor: self.edges.first().map(|edge| edge.cursor.clone()),
            end_cursor: self.edges.last().map(|edge| edge.cursor.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paging(first: Option<i32>, last: Option<i32>, after: Option<&str>) -> Paging {
        Paging { first, last, after: after.map(str::to_owned), before: None }
    }

    #[test]
    fn pages_are_capped_and_one_way() {
        assert_eq!(paging(None, None, None).page().unwrap().limit, 20);
        assert!(paging(None, Some(3), None).page().unwrap().from_end);
        for (bad, field) in [
            (paging(Some(0), None, None), "first"),
            (paging(Some(101), None, None), "first"),
            (paging(None, Some(-1), None), "last"),
            (paging(Some(1), Some(1), None), "last"),
            (paging(None, None, Some("x")), "after"),
            (paging(None, None, Some("1.a' OR 1")), "after"),
        ] {
            assert_eq!(bad.page().unwrap_err().field(), Some(field), "{bad:?}");
        }
    }

    #[test]
    fn a_cursor_leads_back_to_its_place() {
        let at = DateTime::from_timestamp_micros(1_700_000_000_123_456).unwrap();
        let page = Page::newest(1);
        let list =
            Connection::new(&page, Part { items: vec![7], more: true }, |_| (at, "post_1".into()), |n| n);
        let place = place("after", &list.edges[0].cursor).unwrap();
        assert_eq!((place.at, place.id.as_str()), (at, "post_1"));
        assert!(list.has_next && !list.has_previous);
    }
}
