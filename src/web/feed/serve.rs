//! A snapshot as an answer: its bytes in the coding that was asked for, or a part of them, or that nothing is new.

use std::io;
use std::ops::Range;

use actix_web::body::{BoxBody, SizedStream};
use actix_web::http::header::{self, HttpDate};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use futures_util::stream;

use super::access::Access;
use super::condition::{Wanted, coding, is_unchanged, wanted};
use super::{hub, plain};
use crate::feeds::Snapshot;
use crate::feeds::dialect::Dialect;
use crate::feeds::document::Document;
use crate::feeds::snapshot::Coding;
use crate::web::App;
use crate::web::page::Trouble;
use crate::web::rate::{self, Deed};

/// Bytes read from a file at once: with what belongs to them, less than the 128 KiB from which on both the server and the allocator
/// would ask the kernel for new memory each time.
const CHUNK: usize = 124 * 1024;

/// Under which name a document was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    /// The channel's, which tells something else tomorrow.
    Current,
    /// Its own, under which nothing else will ever be. Only so can a part of it be asked for: a reader who resumes gets the
    /// rest of what they have.
    Own,
}

/// Answers with a snapshot.
pub(super) fn snapshot(
    app: &App,
    request: &HttpRequest,
    snapshot: &Snapshot,
    name: Name,
    access: Access,
) -> Result<HttpResponse, Trouble> {
    let Some(coding) = coding(request.headers()) else {
        let mut answer = HttpResponse::build(StatusCode::NOT_ACCEPTABLE);
        return Ok(plain(&mut answer, "This feed comes as it is, gzipped, or in Brotli.\n"));
    };
    let (etag, size) = (snapshot.etag(coding), snapshot.size(coding));
    let caching = match name {
        Name::Own => access.for_good(),
        Name::Current => access.caching(snapshot.valid_until, app.shared.clock.now()),
    };
    let described = |status| {
        let mut answer = HttpResponse::build(status);
        answer.insert_header((header::CACHE_CONTROL, &*caching));
        hub::linked(&mut answer, app, snapshot.channel);
        described(answer, snapshot, coding, name)
    };
    if is_unchanged(request, &etag, snapshot.last_modified) {
        return Ok(described(StatusCode::NOT_MODIFIED).finish());
    }
    if request.method() == Method::HEAD {
        let nothing = stream::empty::<io::Result<web::Bytes>>();
        return Ok(typed(described(StatusCode::OK), snapshot, coding).body(SizedStream::new(size, nothing)));
    }
    rate::count(app, request, Deed::Feed, 1).map_err(Trouble::TooMany)?;
    let document = snapshot.document(coding).clone();
    let wanted = if name == Name::Own { wanted(request, &etag, size) } else { Wanted::Whole };
    match wanted {
        Wanted::Whole => Ok(typed(described(StatusCode::OK), snapshot, coding).body(body(document, 0..size))),
        Wanted::Beyond => {
            let mut answer = described(StatusCode::RANGE_NOT_SATISFIABLE);
            answer.insert_header((header::CONTENT_RANGE, format!("bytes */{size}")));
            Ok(plain(&mut answer, "The document does not have these bytes.\n"))
        }
        Wanted::Part(part) => {
            let mut answer = typed(described(StatusCode::PARTIAL_CONTENT), snapshot, coding);
            let told = format!("bytes {}-{}/{size}", part.start, part.end - 1);
            Ok(answer.insert_header((header::CONTENT_RANGE, told)).body(body(document, part)))
        }
    }
}

/// What both 200 and 304 say (RFC 9110 section 15.4.5).
fn described(
    mut answer: HttpResponseBuilder,
    snapshot: &Snapshot,
    coding: Coding,
    name: Name,
) -> HttpResponseBuilder {
    answer
        .insert_header((header::ETAG, snapshot.etag(coding)))
        .insert_header((header::VARY, "Accept-Encoding"));
    match name {
        Name::Own => answer.insert_header((header::ACCEPT_RANGES, "bytes")),
        Name::Current => {
            let (channel, ending) = (snapshot.channel, snapshot.channel.ending());
            let own = format!("/feeds/{channel}/{}.{ending}", snapshot.hash);
            answer.insert_header((header::CONTENT_LOCATION, own))
        }
    };
    if let Some(at) = snapshot.last_modified {
        answer.insert_header((header::LAST_MODIFIED, HttpDate::from(std::time::SystemTime::from(at))));
    }
    answer
}

fn typed(mut answer: HttpResponseBuilder, snapshot: &Snapshot, coding: Coding) -> HttpResponseBuilder {
    answer.insert_header((header::CONTENT_TYPE, Dialect::of(snapshot.channel).media_type));
    if let Some(token) = coding.token() {
        answer.insert_header((header::CONTENT_ENCODING, token));
    }
    answer
}

/// These bytes of a document, from memory or read as they are sent.
pub(super) fn body(document: Document, bytes: Range<u64>) -> BoxBody {
    let size = bytes.end - bytes.start;
    match (document.small(), usize::try_from(bytes.start), usize::try_from(bytes.end)) {
        (Some(small), Ok(start), Ok(end)) => BoxBody::new(web::Bytes::from_owner(small).slice(start..end)),
        _ => BoxBody::new(SizedStream::new(size, Box::pin(stream::try_unfold((document, bytes), chunk)))),
    }
}

/// What the kernel has in memory is taken at once; for the disk another thread waits.
async fn chunk(
    (document, left): (Document, Range<u64>),
) -> io::Result<Option<(web::Bytes, (Document, Range<u64>))>> {
    if left.is_empty() {
        return Ok(None);
    }
    let most = usize::try_from(left.end - left.start).unwrap_or(usize::MAX).min(CHUNK);
    let (bytes, document) = if let Some(bytes) = document.at_hand(left.start, most) {
        (bytes, document)
    } else {
        let read = move || io::Result::Ok((document.read(left.start, most)?, document));
        web::block(read).await.map_err(io::Error::other)??
    };
    let next = left.start + bytes.len() as u64..left.end;
    Ok(Some((bytes.into(), (document, next))))
}
