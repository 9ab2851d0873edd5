//! A part of a feed: the postings of a team, in a country, or at a workplace. Built when it is asked for, and kept as long
//! as the whole feed says the same and there is room.
//!
//! The whole feed is built apart from requests; this is the one document that a request may have to wait for. So one is
//! built at a time, few wait, and there is a limit to how many postings are read.

use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::body::SizedStream;
use actix_web::http::header::{self, HeaderMap, HeaderValue, HttpDate};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use chrono::{DateTime, Utc};
use flate2::{Compression, GzBuilder};
use futures_util::stream;
use tokio::sync::Semaphore;

use super::access::Access;
use super::condition::{coding, is_unchanged};
use super::plain;
use crate::domain::channel_setting::ChannelSetting;
use crate::domain::feed::{Advertised, Channel};
use crate::domain::site::Site;
use crate::feeds::dialect::Dialect;
use crate::feeds::snapshot::Coding;
use crate::feeds::writer::{self, Matter};
use crate::feeds::{FeedItem, Snapshot};
use crate::storage::digest::sha256;
use crate::storage::{Fault, advertised};
use crate::web::App;
use crate::web::page::Trouble;
use crate::web::posting::filter::Filter;
use crate::web::rate::{self, Deed};

/// Postings that are read for one document at most. Where more are open, there are whole feeds only.
const MOST_POSTINGS: u32 = 5_000;
/// Documents that are kept at most, and their bytes together.
const MOST_KEPT: usize = 64;
const MOST_BYTES: usize = 32 * 1024 * 1024;
/// Bytes of a document that is kept; a larger one would leave no room for others.
const LARGEST_KEPT: usize = MOST_BYTES / 4;
/// Requests that wait for a document to be built, the one it is built for included.
const MOST_WAITING: usize = 8;
/// Seconds after which to come again when too many wait, and when there are too many postings.
const SOON: &str = "5";
const LATER: &str = "3600";
/// As for whole feeds.
const GZIP_EFFORT: u32 = 4;

/// The documents that were asked for of late, and who waits for the next.
#[derive(Debug)]
pub(in crate::web) struct Filtered {
    kept: Mutex<Kept>,
    turn: Semaphore,
    waiting: AtomicUsize,
}

impl Default for Filtered {
    fn default() -> Self {
        Self { kept: Mutex::default(), turn: Semaphore::new(1), waiting: AtomicUsize::new(0) }
    }
}

/// What a document is kept by: whatever changes what it says changes this, as it changes the whole feed's.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    channel: Channel,
    filter: Filter,
    generation: i64,
    valid_until: Option<DateTime<Utc>>,
}

#[derive(Debug)]
struct Document {
    hash: String,
    plain: web::Bytes,
    gzip: web::Bytes,
}

impl Document {
    fn bytes(&self, coding: Coding) -> &web::Bytes {
        if coding == Coding::Gzip { &self.gzip } else { &self.plain }
    }
}

/// Documents, the one that was asked for last at the end.
#[derive(Debug, Default)]
struct Kept(Vec<(Key, Arc<Document>)>);

impl Kept {
    fn find(&mut self, key: &Key) -> Option<Arc<Document>> {
        let place = self.0.iter().position(|(known, _)| known == key)?;
        let found = self.0.remove(place);
        let document = Arc::clone(&found.1);
        self.0.push(found);
        Some(document)
    }

    fn keep(&mut self, key: Key, document: Arc<Document>) {
        // What was built of an earlier state of the feed is never asked for again.
        self.0.retain(|(known, _)| known.channel != key.channel || known.generation >= key.generation);
        if size(&key, &document) > LARGEST_KEPT {
            return;
        }
        self.0.push((key, document));
        while self.0.len() > MOST_KEPT || self.bytes() > MOST_BYTES {
            self.0.remove(0);
        }
    }

    fn bytes(&self) -> usize {
        self.0.iter().map(|(key, document)| size(key, document)).sum()
    }
}

fn size(key: &Key, document: &Document) -> usize {
    document.plain.len() + document.gzip.len() + key.filter.size()
}

/// Why there is no such document now.
#[derive(Debug, Clone, Copy)]
enum Unbuilt {
    Crowded,
    TooLong,
}

impl Unbuilt {
    fn answer(self) -> HttpResponse {
        let (after, text) = match self {
            Self::Crowded => (SOON, "Many ask for parts of feeds just now. Please come again.\n"),
            Self::TooLong => {
                (LATER, "There are too many postings for parts of this feed. Please take the whole.\n")
            }
        };
        let mut answer = HttpResponse::build(StatusCode::SERVICE_UNAVAILABLE);
        answer.insert_header((header::RETRY_AFTER, after)).insert_header((header::CACHE_CONTROL, "no-store"));
        plain(&mut answer, text)
    }
}

/// `GET /feeds/{name}?team=&location=&workplace=`.
pub(super) async fn document(
    app: &App,
    channel: Channel,
    filter: Filter,
    request: &HttpRequest,
    access: Access,
) -> Result<HttpResponse, Trouble> {
    let (whole, settings) = (app.shelf.current(channel), app.shelf.channels.settings());
    let (Some(whole), Some(settings)) = (whole, settings) else { return Ok(super::nothing_yet()) };
    let Some(coding) = coding(&without_brotli(request.headers())) else {
        let mut answer = HttpResponse::build(StatusCode::NOT_ACCEPTABLE);
        return Ok(plain(&mut answer, "This part of a feed comes as it is, or gzipped.\n"));
    };
    let (generation, valid_until) = (whole.generation, whole.valid_until);
    let key = Key { channel, filter, generation, valid_until };
    let counted = || rate::count(app, request, Deed::Feed, 1).map_err(Trouble::TooMany);
    let known = app.filtered.find(&key);
    let is_built = known.is_some();
    let document = if let Some(document) = known {
        document
    } else {
        // Whatever comes of it.
        counted()?;
        match app.filtered.built(app, key, settings.of(channel), &whole).await? {
            Ok(document) => document,
            Err(unbuilt) => return Ok(unbuilt.answer()),
        }
    };
    let etag = format!("\"{}.{}\"", document.hash, coding.suffix());
    let unchanged = is_unchanged(request, &etag, whole.last_modified);
    if is_built && !unchanged && request.method() == Method::GET {
        counted()?;
    }
    let mut answer = HttpResponse::build(if unchanged { StatusCode::NOT_MODIFIED } else { StatusCode::OK });
    let caching = access.caching(valid_until, app.shared.clock.now());
    described(&mut answer, etag, caching, whole.last_modified);
    if unchanged {
        return Ok(answer.finish());
    }
    answer.insert_header((header::CONTENT_TYPE, Dialect::of(channel).media_type));
    Ok(sent(answer, &document, coding, request.method() == Method::HEAD))
}

/// What both 200 and 304 say.
fn described(
    answer: &mut HttpResponseBuilder,
    etag: String,
    caching: String,
    last_modified: Option<DateTime<Utc>>,
) {
    answer
        .insert_header((header::ETAG, etag))
        .insert_header((header::VARY, "Accept-Encoding"))
        .insert_header((header::CACHE_CONTROL, caching));
    if let Some(at) = last_modified {
        answer.insert_header((header::LAST_MODIFIED, HttpDate::from(std::time::SystemTime::from(at))));
    }
}

fn sent(mut answer: HttpResponseBuilder, document: &Document, coding: Coding, is_head: bool) -> HttpResponse {
    if let Some(token) = coding.token() {
        answer.insert_header((header::CONTENT_ENCODING, token));
    }
    let bytes = document.bytes(coding).clone();
    if is_head {
        let nothing = stream::empty::<io::Result<web::Bytes>>();
        return answer.body(SizedStream::new(bytes.len() as u64, nothing));
    }
    answer.body(bytes)
}

/// What the client takes, were it not for Brotli, which costs more than it is worth for what is asked for once.
fn without_brotli(headers: &HeaderMap) -> HeaderMap {
    let mut without = HeaderMap::new();
    let is_brotli =
        |wish: &&str| wish.split(';').next().is_some_and(|name| name.trim().eq_ignore_ascii_case("br"));
    for value in headers.get_all(header::ACCEPT_ENCODING) {
        let Ok(wishes) = value.to_str() else { continue };
        let kept: Vec<&str> = wishes.split(',').filter(|wish| !is_brotli(wish)).collect();
        if let Ok(value) = HeaderValue::from_str(&kept.join(",")) {
            without.append(header::ACCEPT_ENCODING, value);
        }
    }
    without
}

/// Leaves the queue when it is dropped, also with a request that its sender gave up.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Filtered {
    fn find(&self, key: &Key) -> Option<Arc<Document>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).find(key)
    }

    /// The document, built when it is this request's turn, unless the one before built it.
    async fn built(
        &self,
        app: &App,
        key: Key,
        setting: &ChannelSetting,
        whole: &Snapshot,
    ) -> Result<Result<Arc<Document>, Unbuilt>, Trouble> {
        let ahead = self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waiting = Waiting(&self.waiting);
        if ahead >= MOST_WAITING {
            return Ok(Err(Unbuilt::Crowded));
        }
        // Never closed.
        let Ok(_turn) = self.turn.acquire().await else { return Ok(Err(Unbuilt::Crowded)) };
        if let Some(document) = self.find(&key) {
            return Ok(Ok(document));
        }
        let now = app.shared.clock.now();
        let db = app.shared.store.snapshot().await?;
        let Some(all) = advertised::visible_within(&db, now, MOST_POSTINGS).await? else {
            return Ok(Err(Unbuilt::TooLong));
        };
        drop(db);
        let (site, setting, channel) = (Arc::clone(&app.shared.site), setting.clone(), key.channel);
        let (filter, changed) = (key.filter.clone(), whole.last_modified);
        let build = move || {
            let taken: Vec<Advertised> = all.into_iter().filter(|job| filter.takes(job)).collect();
            written(channel, &site, (&setting, &filter.part()), &taken, now, changed)
        };
        let document = web::block(build).await.map_err(|error| Fault::unfit(error.to_string()))?;
        let document = document.map_err(|error| Fault::unfit(format!("a part of a feed: {error}")))?;
        let document = Arc::new(document);
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).keep(key, Arc::clone(&document));
        Ok(Ok(document))
    }
}

fn written(
    channel: Channel,
    site: &Site,
    (setting, part): (&ChannelSetting, &str),
    postings: &[Advertised],
    now: DateTime<Utc>,
    last_changed: Option<DateTime<Utc>>,
) -> io::Result<Document> {
    // They are read with the newest first, and written as they came.
    let items: Vec<FeedItem> = postings.iter().rev().map(|one| FeedItem::project(one, site, now)).collect();
    let matter = Matter { setting, part, ..Matter::of(site, &items, now) };
    let (plain, _) = writer::write(Dialect::of(channel), matter, last_changed)?;
    // No name and no time in the header: the same document gives the same bytes.
    let mut gzip = GzBuilder::new().mtime(0).write(Vec::new(), Compression::new(GZIP_EFFORT));
    gzip.write_all(&plain)?;
    Ok(Document { hash: sha256(&plain), gzip: gzip.finish()?.into(), plain: plain.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(team: usize, generation: i64) -> Key {
        let filter = Filter::of_feed(&format!("team={team}"));
        Key { channel: Channel::Rss, filter, generation, valid_until: None }
    }

    fn document(bytes: usize) -> Arc<Document> {
        let plain = web::Bytes::from(vec![b'x'; bytes]);
        Arc::new(Document { hash: String::new(), plain, gzip: web::Bytes::new() })
    }

    #[test]
    fn what_is_kept_has_a_bound_and_what_is_asked_for_stays() {
        let mut kept = Kept::default();
        for team in 0..MOST_KEPT * 2 {
            kept.keep(key(team, 1), document(1));
            assert!(kept.find(&key(0, 1)).is_some(), "{team}");
        }
        assert_eq!((kept.0.len(), kept.find(&key(1, 1)).is_some()), (MOST_KEPT, false));
        kept.keep(key(0, 2), document(1));
        assert_eq!(kept.0.len(), 1, "a newer state of the feed ends the older");
        for team in 1..=4 {
            kept.keep(key(team, 2), document(LARGEST_KEPT - 10));
        }
        assert!(kept.bytes() <= MOST_BYTES && kept.find(&key(0, 2)).is_some(), "just so");
        kept.keep(key(5, 2), document(40));
        assert!(kept.find(&key(1, 2)).is_none() && kept.find(&key(0, 2)).is_some(), "{}", kept.bytes());
        kept.keep(key(6, 2), document(LARGEST_KEPT));
        assert!(kept.find(&key(6, 2)).is_none() && kept.find(&key(5, 2)).is_some(), "too large, and no loss");
    }

    #[test]
    fn brotli_is_no_wish_here() {
        let chosen = |accept: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_str(accept).unwrap());
            coding(&without_brotli(&headers))
        };
        assert_eq!(chosen("gzip, deflate, br"), Some(Coding::Gzip));
        assert_eq!((chosen("br"), chosen("BR;q=1.0")), (Some(Coding::Identity), Some(Coding::Identity)));
        assert_eq!(chosen("br, identity;q=0"), None);
    }
}
