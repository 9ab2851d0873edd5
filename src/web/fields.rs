//! Forms as browsers send them, and what is said beside their fields.

use std::time::Duration;

use actix_web::http::header::{self, HeaderMap};
use actix_web::web::Payload;
use actix_web::{HttpRequest, mime};
use tokio::time::timeout;
use url::Url;

use super::page::Trouble;
use crate::domain::Refusal;
use crate::domain::site::Site;
use crate::domain::text;

/// Bytes of a form: twenty long answers, percent-encoded.
const LARGEST: usize = 1024 * 1024;

/// How long a form may take to arrive: the largest one over a poor mobile connection.
const PATIENCE: Duration = Duration::from_secs(30);

/// The fields of a form that was sent from a page of ours.
#[derive(Debug, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads a form.
    ///
    /// # Errors
    /// `Elsewhere` when another site's page sent it, `Unreadable` when it is no form, `TooLarge`, `TooSlow`.
    pub async fn read(request: &HttpRequest, site: &Site, body: Payload) -> Result<Self, Trouble> {
        if !is_ours(request.headers(), site) {
            return Err(Trouble::Elsewhere);
        }
        if !is_form(request.headers()) {
            return Err(Trouble::Unreadable);
        }
        let arrived = timeout(PATIENCE, body.to_bytes_limited(LARGEST)).await;
        let within_limit = arrived.map_err(|_| Trouble::TooSlow)?.map_err(|_| Trouble::TooLarge)?;
        let bytes = within_limit.map_err(|_| Trouble::Unreadable)?;
        Ok(Self(url::form_urlencoded::parse(&bytes).into_owned().collect()))
    }

    /// A form as it would arrive with these fields.
    #[must_use]
    pub const fn of(fields: Vec<(String, String)>) -> Self {
        Self(fields)
    }

    /// What stands in a field; nothing when it is missing.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }

    /// What stands in a field, as a page may show it again.
    #[must_use]
    pub fn shown(&self, name: &str) -> String {
        text::shown(self.get(name))
    }

    /// What stands in a field, unless it is blank.
    #[must_use]
    pub fn stated(&self, name: &str) -> Option<String> {
        Some(self.get(name).to_owned()).filter(|value| !value.trim().is_empty())
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let label = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media = label.and_then(|label| label.parse::<mime::Mime>().ok());
    media.is_some_and(|media| media.essence_str() == mime::APPLICATION_WWW_FORM_URLENCODED.essence_str())
}

/// Whether a page of ours, or no page at all, sent this (<https://www.w3.org/TR/fetch-metadata/>, Fetch's `Origin`).
///
/// Pages that must not leak their address say `no-referrer`, for which browsers send the origin `null`; there only the
/// metadata tells, and the number that the page itself carries.
fn is_ours(headers: &HeaderMap, site: &Site) -> bool {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match (header("sec-fetch-site"), header("origin")) {
        (Some(from), _) => matches!(from, "same-origin" | "none"),
        (None, None | Some("null")) => true,
        (None, Some(origin)) => {
            let host = header("host").unwrap_or_default();
            let same_host = Url::parse(origin).is_ok_and(|url| url.authority() == host && !host.is_empty());
            origin == site.public_url || same_host
        }
    }
}

/// What is said beside a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Which field, as the form names it.
    pub field: String,
    /// What would be right.
    pub message: String,
}

impl Fault {
    /// What a refusal says, field by field; refusals that are about no field are left out.
    #[must_use]
    pub fn of(refusal: &Refusal) -> Vec<Self> {
        match refusal {
            Refusal::Several(refusals) => refusals.iter().flat_map(Self::of).collect(),
            Refusal::Required { field } => vec![Self::new(field, "Please fill this in.")],
            Refusal::Invalid { field, expected } => {
                vec![Self::new(field, &format!("Please give {expected}."))]
            }
            _ => Vec::new(),
        }
    }

    /// A sentence beside a field.
    #[must_use]
    pub fn new(field: &str, message: &str) -> Self {
        Self { field: field.to_owned(), message: message.to_owned() }
    }

    /// What is said beside this field.
    #[must_use]
    pub fn at(faults: &[Self], field: &str) -> Option<String> {
        faults.iter().find(|fault| fault.field == field).map(|fault| fault.message.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn site() -> Site {
        let address = crate::domain::text::EmailAddress::parse("a", "jobs@example.com").unwrap();
        Site {
            name: "Example".into(),
            url: "https://www.example.com".into(),
            public_url: "https://jobs.example.com".into(),
            zone: chrono_tz::UTC,
            mail_from: address.clone(),
            mailing: crate::domain::mailing::Mailing::default(),
            contact_email: address,
            linkedin_company: None,
            pings: crate::domain::ping::Pings::default(),
        }
    }

    fn ours(headers: &[(&str, &str)]) -> bool {
        let request =
            headers.iter().fold(TestRequest::default(), |request, pair| request.insert_header(*pair));
        is_ours(request.to_http_request().headers(), &site())
    }

    #[test]
    fn only_our_own_pages_may_send_forms() {
        assert!(ours(&[]));
        assert!(ours(&[("sec-fetch-site", "same-origin"), ("origin", "null")]));
        assert!(ours(&[("origin", "https://jobs.example.com")]));
        assert!(ours(&[("origin", "http://127.0.0.1:8080"), ("host", "127.0.0.1:8080")]));
        assert!(ours(&[("origin", "null")]));
        for headers in [
            &[("sec-fetch-site", "cross-site")][..],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "cross-site"), ("origin", "https://jobs.example.com")],
            &[("origin", "https://evil.example"), ("host", "jobs.example.com")],
            &[("origin", "https://jobs.example.com.evil.example"), ("host", "jobs.example.com")],
            &[("origin", ""), ("host", "")],
        ] {
            assert!(!ours(headers), "{headers:?}");
        }
    }

    #[test]
    fn only_forms_are_forms() {
        let form = |label: &'static str| {
            is_form(TestRequest::default().insert_header(("content-type", label)).to_http_request().headers())
        };
        assert!(form("application/x-www-form-urlencoded"));
        assert!(form("application/x-www-form-urlencoded; charset=UTF-8"));
        for label in ["text/plain", "multipart/form-data; boundary=x", "application/json", ""] {
            assert!(!form(label), "{label}");
        }
    }
}
