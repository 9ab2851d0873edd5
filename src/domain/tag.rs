//! Words that colleagues put on applications to find them again.

use super::Refusal;
use super::text;

/// The most characters a tag has.
const MOST: usize = 40;
/// The most tags an application has.
const MOST_TAGS: usize = 20;

/// A tag, as somebody wrote it. It is another's equal whatever the case of its letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// As it was written.
    pub name: String,
    /// What it is compared by.
    pub key: String,
}

impl Tag {
    /// A tag, checked.
    ///
    /// # Errors
    /// `REQUIRED` or `INVALID` on the field.
    pub fn parse(field: &str, given: &str) -> Result<Self, Refusal> {
        let name = text::line(field, given, MOST)?;
        Ok(Self { key: name.to_lowercase(), name })
    }

    /// The tags of an application or of a search, each once, by what they are compared by.
    ///
    /// # Errors
    /// `INVALID` on the field, `REQUIRED` or `INVALID` on each entry at fault.
    pub fn set(field: &str, given: &[String]) -> Result<Vec<Self>, Refusal> {
        if given.len() > MOST_TAGS {
            return Err(Refusal::invalid(field, &format!("at most {MOST_TAGS} entries")));
        }
        let (mut tags, mut wrong) = (Vec::<Self>::new(), Vec::new());
        for (place, text) in given.iter().enumerate() {
            match Self::parse(&format!("{field}.{place}"), text) {
                Ok(tag) => tags.push(tag),
                Err(refusal) => wrong.push(refusal),
            }
        }
        Refusal::all(wrong)?;
        tags.sort_by(|one, other| one.key.cmp(&other.key));
        tags.dedup_by(|later, first| later.key == first.key);
        Ok(tags)
    }
}

/// A tag, and how many applications have it among those that somebody reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Used {
    /// As it was first written.
    pub name: String,
    /// How many applications.
    pub count: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_each_tag_once_as_it_was_written_first() {
        let given = ["  Night  shift", "ÄRZTIN", "night SHIFT", "b"].map(str::to_owned);
        let names: Vec<String> = Tag::set("tags", &given).unwrap().into_iter().map(|tag| tag.name).collect();
        assert_eq!(names, ["b", "Night shift", "ÄRZTIN"]);
        let given = ["a".repeat(41), String::new(), "fine".to_owned()];
        let refusal = Tag::set("tags", &given).unwrap_err();
        let fields: Vec<_> = refusal.each().iter().filter_map(Refusal::field).collect();
        assert_eq!(fields, ["tags.0", "tags.1"]);
        assert_eq!(Tag::set("tags", &vec!["a".to_owned(); 21]).unwrap_err().field(), Some("tags"));
    }
}
