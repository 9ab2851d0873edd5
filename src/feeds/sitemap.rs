//! Sitemaps (sitemaps.org protocol 0.9): an index, and the careers pages in parts that never change places.

use std::io;

use chrono::{DateTime, SecondsFormat, Utc};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use crate::domain::feed::FeedChange;
use crate::domain::site::Site;

/// How many postings a sitemap has at most. The protocol allows 50000 addresses and 50 MB; fewer make a part that is asked
/// for cheap.
pub const SIZE: i64 = 5_000;
/// The namespace of both kinds of document.
const NAMESPACE: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";

/// An address, and when what it shows last changed.
type Entry = (String, Option<DateTime<Utc>>);

/// A part of the sitemap: which, counted from 0, and when something in it last changed.
pub type Part = (i64, DateTime<Utc>);

/// The index. The first part is always there, since it has the list of jobs.
///
/// # Errors
/// Of writing.
pub fn index(site: &Site, parts: &[Part]) -> io::Result<Vec<u8>> {
    let newest = newest(parts);
    let first = (site.sitemap_url(1), newest);
    let others = parts.iter().filter(|(number, _)| *number > 0);
    let others = others.map(|(number, changed_at)| (site.sitemap_url(number + 1), Some(*changed_at)));
    document("sitemapindex", "sitemap", std::iter::once(first).chain(others))
}

/// One part: these postings; the first part has the list of jobs as well, which changes with any of them.
///
/// # Errors
/// Of writing.
pub fn part(site: &Site, number: i64, parts: &[Part], listed: &[FeedChange]) -> io::Result<Vec<u8>> {
    let list = (number == 0).then(|| (site.jobs_url(), newest(parts)));
    let pages = listed.iter().map(|one| (site.posting_url(&one.slug), Some(one.changed_at)));
    document("urlset", "url", list.into_iter().chain(pages))
}

fn newest(parts: &[Part]) -> Option<DateTime<Utc>> {
    parts.iter().map(|(_, changed_at)| *changed_at).max()
}

fn document(root: &str, each: &str, entries: impl Iterator<Item = Entry>) -> io::Result<Vec<u8>> {
    let mut xml = Writer::new(Vec::new());
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    xml.create_element(root).with_attribute(("xmlns", NAMESPACE)).write_inner_content(|xml| {
        for (address, changed_at) in entries {
            xml.create_element(each).write_inner_content(|xml| {
                xml.create_element("loc").write_text_content(BytesText::new(&address))?;
                if let Some(at) = changed_at {
                    let at = at.to_rfc3339_opts(SecondsFormat::Secs, true);
                    xml.create_element("lastmod").write_text_content(BytesText::new(&at))?;
                }
                Ok(())
            })?;
        }
        Ok(())
    })?;
    let mut bytes = xml.into_inner();
    bytes.push(b'\n');
    Ok(bytes)
}
