//! The media types of GraphQL over HTTP.
//! Source: <https://graphql.github.io/graphql-over-http/draft/#sec-Media-Types>.

use actix_web::http::header::{self, HeaderMap};

/// How an answer is labelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Media {
    /// `application/json`: clients from before the specification, which expect status 200.
    Json,
    /// `application/graphql-response+json`: the status code says how it went.
    GraphqlResponse,
}

impl Media {
    /// The value of `Content-Type`.
    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json; charset=utf-8",
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
        }
    }

    fn essence(self) -> (&'static str, &'static str) {
        match self {
            Self::Json => ("application", "json"),
            Self::GraphqlResponse => ("application", "graphql-response+json"),
        }
    }
}

/// The media type a client likes best; none if it likes neither. Without an `Accept` header, and
/// where a wildcard leaves the choice, it is `application/json`.
#[must_use]
pub fn preferred(headers: &HeaderMap) -> Option<Media> {
    let values: Option<Vec<&str>> =
        headers.get_all(header::ACCEPT).map(|value| value.to_str().ok()).collect();
    let accept = values?.join(",");
    if accept.trim().is_empty() {
        return Some(Media::Json);
    }
    let ranges: Vec<Range> = accept.split(',').filter_map(Range::read).collect();
    [Media::GraphqlResponse, Media::Json]
        .into_iter()
        .filter_map(|media| Some((Range::best(&ranges, media)?, media)))
        .filter(|((quality, _), _)| *quality > 0)
        .max_by_key(|((quality, place), _)| (*quality, std::cmp::Reverse(*place)))
        .map(|(_, media)| media)
}

/// Whether the body of a POST is JSON in UTF-8.
#[must_use]
pub fn is_json(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(header::CONTENT_TYPE);
    let range = values.next().and_then(|value| Range::read(value.to_str().ok()?));
    let is_plain = |name| headers.get(name).is_none_or(|value| value == "identity");
    range.is_some_and(|range| range.kind == "application" && range.subkind == "json")
        && values.next().is_none()
        && is_plain(header::CONTENT_ENCODING)
}

/// One entry of an `Accept` header (RFC 9110 section 12.5.1); its quality in thousandths.
struct Range {
    kind: String,
    subkind: String,
    quality: u16,
}

impl Range {
    /// None if it is unreadable, or asks for another charset than UTF-8.
    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let (kind, subkind) = parts.next()?.split_once('/')?;
        let mut quality = 1000;
        for parameter in parts.filter(|part| !part.is_empty()) {
            let (name, value) = parameter.split_once('=')?;
            if name.eq_ignore_ascii_case("q") {
                quality = thousandths(value)?;
            } else if name.eq_ignore_ascii_case("charset")
                && !value.trim_matches('"').eq_ignore_ascii_case("utf-8")
            {
                return None;
            }
        }
        Some(Self { kind: kind.to_ascii_lowercase(), subkind: subkind.to_ascii_lowercase(), quality })
    }

    /// Quality and place of the range that speaks most exactly of a media type.
    fn best(ranges: &[Self], media: Media) -> Option<(u16, usize)> {
        let (_, _, place) = ranges
            .iter()
            .enumerate()
            .filter_map(|(place, range)| Some((range.exactness(media)?, usize::MAX - place, place)))
            .max()?;
        Some((ranges[place].quality, place))
    }

    fn exactness(&self, media: Media) -> Option<u8> {
        let (kind, subkind) = media.essence();
        match (self.kind.as_str(), self.subkind.as_str()) {
            own if own == (kind, subkind) => Some(2),
            (own, "*") if own == kind => Some(1),
            ("*", "*") => Some(0),
            _ => None,
        }
    }
}

fn thousandths(text: &str) -> Option<u16> {
    let quality: f32 = text.parse().ok()?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 1000")]
    (0.0..=1.0).contains(&quality).then_some((quality * 1000.0) as u16)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn headers(name: &header::HeaderName, values: &[&str]) -> HeaderMap {
        let request = TestRequest::default();
        let request =
            values.iter().fold(request, |request, value| request.append_header((name.clone(), *value)));
        request.to_http_request().headers().clone()
    }

    fn chosen(accept: &[&str]) -> Option<Media> {
        preferred(&headers(&header::ACCEPT, accept))
    }

    #[test]
    fn json_is_the_default() {
        for accept in [
            &[][..],
            &[""],
            &["*/*"],
            &["application/*"],
            &["application/json"],
            &["Application/JSON; charset=UTF-8"],
            &["application/json;charset=\"utf-8\""],
            &["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"],
            &["application/json, application/graphql-response+json"],
            &["application/graphql-response+json;q=0.5, application/json;q=0.9"],
            &["application/graphql-response+json;q=0, */*"],
            &["text/event-stream", "application/json"],
        ] {
            assert_eq!(chosen(accept), Some(Media::Json), "{accept:?}");
        }
    }

    #[test]
    fn the_new_type_is_sent_to_who_asks_for_it() {
        for accept in [
            &["application/graphql-response+json"][..],
            &["application/graphql-response+json; charset=utf-8"],
            &["application/graphql-response+json, application/json;q=0.9"],
            &["application/graphql-response+json, application/json"],
            &["application/graphql-response+json", "application/json"],
            &["application/json;q=0, */*"],
            &["application/json;q=0.1, */*;q=0.2"],
        ] {
            assert_eq!(chosen(accept), Some(Media::GraphqlResponse), "{accept:?}");
        }
    }

    #[test]
    fn nothing_fits() {
        for accept in [
            &["text/html"][..],
            &["text/event-stream"],
            &["application/json;q=0"],
            &["application/json; charset=iso-8859-1"],
            &["application/json;q=2"],
            &["nonsense"],
            &["\u{e9}/*"],
        ] {
            assert_eq!(chosen(accept), None, "{accept:?}");
        }
    }

    #[test]
    fn a_post_is_json_in_utf_8() {
        let is_json_with = |values: &[&str]| is_json(&headers(&header::CONTENT_TYPE, values));
        for value in ["application/json", "application/json; charset=utf-8", "APPLICATION/JSON"] {
            assert!(is_json_with(&[value]), "{value}");
        }
        for values in [
            &[][..],
            &[""],
            &["text/plain"],
            &["application/json; charset=utf-16"],
            &["application/graphql"],
            &["application/x-www-form-urlencoded"],
            &["multipart/form-data; boundary=x"],
            &["application/jsonp"],
            &["*/*"],
            &["text/plain; application/json"],
            &["application/json", "text/plain"],
        ] {
            assert!(!is_json_with(values), "{values:?}");
        }
    }
}
