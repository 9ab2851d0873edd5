//! What a request says about the copy it wants and the copy it has.

use std::ops::Range;

use actix_web::HttpRequest;
use actix_web::http::header::{self, EntityTag, Header, HeaderMap, IfModifiedSince, IfNoneMatch};
use chrono::{DateTime, Utc};

use crate::feeds::snapshot::Coding;

/// The coding to answer in: of Brotli and gzip the one that is liked best, Brotli of two equals, where it is named and
/// not liked less than the plain form. None if nothing will do.
///
/// `*` alone does not count as a wish for either: it is what tools send that cannot unpack anything.
pub(super) fn coding(headers: &HeaderMap) -> Option<Coding> {
    let wishes: Vec<(&str, f32)> = headers
        .get_all(header::ACCEPT_ENCODING)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(wish)
        .collect();
    let named = |name: &str| wishes.iter().find(|(wish, _)| wish.eq_ignore_ascii_case(name)).map(|(_, q)| *q);
    let gzip = named("gzip").or_else(|| named("x-gzip")).unwrap_or(0.0);
    let brotli = named("br").unwrap_or(0.0);
    let (packed, liking) = if brotli >= gzip { (Coding::Brotli, brotli) } else { (Coding::Gzip, gzip) };
    let identity = named("identity");
    // What is not named is acceptable unless `*` says otherwise (RFC 9110 section 12.5.3).
    let plain = identity.or_else(|| named("*")).unwrap_or(1.0);
    match (liking > 0.0, plain > 0.0) {
        (true, true) if identity.is_some_and(|identity| identity > liking) => Some(Coding::Identity),
        (true, _) => Some(packed),
        (false, true) => Some(Coding::Identity),
        (false, false) => None,
    }
}

fn wish(text: &str) -> (&str, f32) {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    // A weight that is no number is no reason to send nothing.
    (name, weight.and_then(|q| q.parse().ok()).unwrap_or(1.0))
}

/// Whether the client has this very copy (RFC 9110 section 13.2.2: tags are asked first, and dates not at all then).
pub(super) fn is_unchanged(request: &HttpRequest, etag: &str, last_modified: Option<DateTime<Utc>>) -> bool {
    if request.headers().contains_key(header::IF_NONE_MATCH) {
        let Ok(tag) = etag.parse::<EntityTag>() else { return false };
        return match IfNoneMatch::parse(request) {
            Ok(IfNoneMatch::Any) => true,
            Ok(IfNoneMatch::Items(known)) => known.iter().any(|known| known.weak_eq(&tag)),
            Err(_) => false,
        };
    }
    let (Ok(IfModifiedSince(since)), Some(changed)) = (IfModifiedSince::parse(request), last_modified) else {
        return false;
    };
    std::time::SystemTime::from(since) >= std::time::SystemTime::from(changed)
}

/// How much of a document is asked for (RFC 9110 section 14).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wanted {
    /// All of it, also by those who ask for several parts at once, or for a part of another document than this.
    Whole,
    /// These bytes.
    Part(Range<u64>),
    /// Bytes that it does not have.
    Beyond,
}

/// How much of a document of this size is asked for.
pub(super) fn wanted(request: &HttpRequest, etag: &str, size: u64) -> Wanted {
    let Ok(header::Range::Bytes(wanted)) = header::Range::parse(request) else { return Wanted::Whole };
    let [wanted] = &*wanted else { return Wanted::Whole };
    // Only a strong validator says that it is the same to the byte, and a date is none (RFC 9110 section 13.1.5).
    if request.headers().get(header::IF_RANGE).is_some_and(|known| known.as_bytes() != etag.as_bytes()) {
        return Wanted::Whole;
    }
    wanted.to_satisfiable_range(size).map_or(Wanted::Beyond, |(first, last)| Wanted::Part(first..last + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn negotiated(accept: &str) -> Option<Coding> {
        coding(
            TestRequest::default()
                .insert_header((header::ACCEPT_ENCODING, accept))
                .to_http_request()
                .headers(),
        )
    }

    #[test]
    fn a_packed_form_is_sent_to_whoever_names_it() {
        let (plain, gzip, brotli) = (Some(Coding::Identity), Some(Coding::Gzip), Some(Coding::Brotli));
        assert_eq!(coding(TestRequest::default().to_http_request().headers()), plain);
        for (accept, expected) in [
            ("", plain),
            ("*", plain),
            ("zstd, compress", plain),
            ("br, zstd", brotli),
            ("gzip, deflate, br, zstd", brotli),
            ("gzip, BR;q=0.9", gzip),
            ("gzip;q=0.2, br;q=0.9", brotli),
            ("br;q=0, gzip;q=0.1", gzip),
            ("br;q=0.5, identity", plain),
            ("br;q=0.5, identity;q=0.5", brotli),
            ("br;q=0, gzip;q=0, identity;q=0", None),
            ("gzip", gzip),
            ("GZIP;q=0.5, *;q=0", gzip),
            ("deflate, gzip;q=1.0, *;q=0.5", gzip),
            ("identity, gzip", gzip),
            ("identity;q=1, gzip;q=0.5", plain),
            ("gzip;q=0", plain),
            ("gzip; q=0.0, identity", plain),
            ("identity;q=0, gzip;q=0.1", gzip),
            ("identity;q=0", None),
            ("*;q=0", None),
            ("gzip;q=nonsense", gzip),
        ] {
            assert_eq!(negotiated(accept), expected, "{accept:?}");
        }
    }
}
