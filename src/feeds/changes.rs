//! What has come, changed and left, for readers who keep up by what is new (after the change list of EURES).

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;

use crate::domain::feed::FeedChange;
use crate::domain::site::Site;

/// How many changes one answer has at most.
pub const MOST: usize = 1_000;

/// The changes behind a cursor.
#[derive(Debug, Serialize)]
pub struct Changes {
    /// Where to go on from: the `since` of the next request.
    cursor: String,
    /// Whether there is more behind it already.
    more: bool,
    /// Postings that came in since, for the first time or again.
    created: Vec<Told>,
    /// Postings that were there, and say something else now.
    modified: Vec<Told>,
    /// Postings that left.
    closed: Vec<Departed>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    id: String,
    url: String,
    /// Not there (404) where the posting lacks what search engines require.
    json_ld: String,
    changed_at: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Departed {
    id: String,
    url: String,
    closed_at: String,
}

impl Changes {
    /// Of these changes, the ones behind `since` in order, as many as one answer has. Whoever takes `created` and `modified`
    /// in and `closed` out, in this order, has what is listed, wherever they began.
    #[must_use]
    pub fn of(site: &Site, since: i64, mut found: Vec<FeedChange>) -> Self {
        let more = found.len() > MOST;
        found.truncate(MOST);
        let cursor = found.last().map_or(since, |last| last.number);
        let mut changes = Self {
            cursor: cursor.to_string(),
            more,
            created: Vec::new(),
            modified: Vec::new(),
            closed: Vec::new(),
        };
        for change in &found {
            changes.add(site, since, change);
        }
        changes
    }

    fn add(&mut self, site: &Site, since: i64, change: &FeedChange) {
        let (id, url) = (change.posting.short(), site.posting_url(&change.slug));
        if let Some(at) = change.left_at {
            self.closed.push(Departed { id, url, closed_at: instant(at) });
            return;
        }
        let told = Told { id, json_ld: format!("{url}.jsonld"), url, changed_at: instant(change.changed_at) };
        if change.listed_by > since { self.created.push(told) } else { self.modified.push(told) }
    }
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
