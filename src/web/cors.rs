//! Which other sites' pages may read answers (<https://fetch.spec.whatwg.org/#http-cors-protocol>).
//!
//! Nobody by default. Allowed pages may send a bearer token of their own; cookies are never let
//! through, so that even `*` gives a page nothing that its server could not get.

use std::sync::Arc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse};

/// Seconds for which a browser may remember what a preflight said; Chromium's cap is 7200.
const MEMORY: &str = "7200";

/// The origins whose pages may call.
#[derive(Clone, Debug, Default)]
pub struct Cors {
    origins: Arc<[String]>,
    anyone: bool,
}

/// An entry of the list is not an origin as browsers write it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an origin: write https://jobs.example.com (no path, no final slash) or *")]
pub struct BadOrigin(String);

impl Cors {
    /// Reads a list of origins; `*` stands for all of them, and blank entries for none.
    pub fn new<T: AsRef<str>>(origins: impl IntoIterator<Item = T>) -> Result<Self, BadOrigin> {
        let mut listed = Vec::new();
        for origin in origins {
            let origin = origin.as_ref().trim();
            if origin.is_empty() {
                continue;
            }
            let written = url::Url::parse(origin).map(|url| url.origin().ascii_serialization());
            // A pattern would be taken for a host name, and never match.
            let is_origin = written.as_deref() == Ok(origin) && !origin.contains('*');
            if origin != "*" && !is_origin {
                return Err(BadOrigin(origin.to_owned()));
            }
            listed.push(origin.to_owned());
        }
        let anyone = listed.iter().any(|origin| origin == "*");
        Ok(Self { origins: listed.into(), anyone })
    }

    /// The middleware: answers preflights of allowed origins, and labels their other answers.
    pub async fn apply(
        self,
        request: ServiceRequest,
        next: Next<impl MessageBody + 'static>,
    ) -> Result<ServiceResponse<BoxBody>, Error> {
        let allowed = self.allowed(request.headers());
        let is_preflight = request.method() == Method::OPTIONS
            && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
        let mut response = if is_preflight && allowed.is_some() {
            request.into_response(preflight())
        } else {
            next.call(request).await?.map_into_boxed_body()
        };
        let headers = response.headers_mut();
        if !self.anyone && !self.origins.is_empty() {
            headers.append(header::VARY, HeaderValue::from_static("Origin"));
        }
        if let Some(origin) = allowed {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            let exposed = HeaderValue::from_static("retry-after");
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
        }
        Ok(response)
    }

    /// What to say of the origin of a request, if it is allowed.
    fn allowed(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let origin = headers.get(header::ORIGIN)?;
        if self.anyone {
            return Some(HeaderValue::from_static("*"));
        }
        let is_listed = self.origins.iter().any(|listed| origin == listed.as_str());
        is_listed.then(|| origin.clone())
    }
}

fn preflight() -> HttpResponse {
    let mut answer = HttpResponse::build(StatusCode::NO_CONTENT);
    let headers: [(HeaderName, &str); 3] = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, POST"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type"),
        (header::ACCESS_CONTROL_MAX_AGE, MEMORY),
    ];
    for pair in headers {
        answer.insert_header(pair);
    }
    answer.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_written_as_browsers_write_them() {
        for origin in ["", " ", "*", "https://jobs.example.com", "http://127.0.0.1:3000"] {
            assert!(Cors::new([origin]).is_ok(), "{origin}");
        }
        for origin in [
            "null",
            "jobs.example.com",
            "https://jobs.example.com/",
            "https://jobs.example.com:443",
            "https://Jobs.example.com",
            "https://*.example.com",
            "file:///",
            "mailto:a@example.com",
        ] {
            assert!(Cors::new([origin]).is_err(), "{origin}");
        }
    }
}
