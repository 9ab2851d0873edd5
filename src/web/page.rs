//! What all pages share: the frame around them, and what is said when there is no page to show.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, ResponseError, web};
use askama::Template;
use chrono::{DateTime, Utc};

use super::App;
use super::asset::STYLE_SHEET;
use super::rate::TooMany;
use crate::domain::feed::Channel;
use crate::domain::site::Site;
use crate::feeds::dialect::Dialect;
use crate::storage::Fault;

/// What stands around every page.
#[derive(Debug)]
pub struct Frame {
    /// The page's title, the organisation's name included.
    pub title: String,
    /// What a search engine shows of it.
    pub description: Option<String>,
    /// Its one address. Pages without one are kept out of search engines.
    pub canonical: Option<String>,
    /// The organisation's name.
    pub organisation: String,
    /// Its web site.
    pub organisation_url: String,
    /// Where a person reads mail.
    pub contact: String,
    /// The style sheet.
    pub style: &'static str,
    /// The feeds that readers may subscribe to: media type and address.
    pub feeds: Vec<(&'static str, String)>,
}

impl Frame {
    /// The frame of a page that search engines keep out.
    #[must_use]
    pub fn of(site: &Site, title: &str) -> Self {
        Self {
            title: format!("{title} · {}", site.name),
            description: None,
            canonical: None,
            organisation: site.name.clone(),
            organisation_url: site.url.clone(),
            contact: site.contact_email.to_string(),
            style: STYLE_SHEET.as_str(),
            feeds: Vec::new(),
        }
    }

    /// The frame of a page that everybody may find.
    #[must_use]
    pub fn public(site: &Site, title: &str, canonical: String, description: String) -> Self {
        Self { description: Some(description), canonical: Some(canonical), ..Self::of(site, title) }
    }

    /// The same, naming those feeds for people's readers that anybody may fetch.
    #[must_use]
    pub fn with_feed(self, app: &App) -> Self {
        let settings = app.shelf.channels.settings();
        let public = |channel: &Channel| settings.as_ref().is_some_and(|all| all.of(*channel).is_public());
        let channels = [Channel::Rss, Channel::Atom, Channel::JsonFeed].into_iter().filter(public);
        let named = |channel: Channel| {
            let media_type = Dialect::of(channel).media_type.split(';').next().unwrap_or_default();
            (media_type, format!("/feeds/{}", channel.file()))
        };
        Self { feeds: channels.map(named).collect(), ..self }
    }
}

/// A day, for people and for machines.
#[derive(Debug)]
pub struct Day {
    /// `2027-01-31`.
    pub date: String,
    /// `31 January 2027`.
    pub words: String,
}

impl Day {
    /// The day of this instant, in the organisation's zone.
    #[must_use]
    pub fn of(site: &Site, at: DateTime<Utc>) -> Self {
        let day = site.day(at);
        Self { date: day.to_string(), words: day.format("%-d %B %Y").to_string() }
    }
}

/// An instant in words: the day and the time in the organisation's zone.
pub(super) fn moment(site: &Site, at: DateTime<Utc>) -> String {
    let local = at.with_timezone(&site.zone);
    format!("{} ({})", local.format("%-d %B %Y, %H:%M"), site.zone.name())
}

/// Why there is no page to show.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// Nothing is there for this visitor.
    #[error("not found")]
    NotFound,
    /// The form that was sent cannot be read.
    #[error("unreadable form")]
    Unreadable,
    /// It is larger than any form of ours.
    #[error("form too large")]
    TooLarge,
    /// It was sent from another site's page.
    #[error("sent from elsewhere")]
    Elsewhere,
    /// It did not arrive in time.
    #[error("form too slow")]
    TooSlow,
    /// Its sender sent too many.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// Storage failed.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// A template failed.
    #[error("template: {0}")]
    Template(#[from] askama::Error),
}

impl ResponseError for Trouble {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Unreadable => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Elsewhere => StatusCode::FORBIDDEN,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Fault(_) | Self::Template(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        // The words come from [`told`], which knows the organisation.
        let mut answer = HttpResponse::build(self.status_code());
        if let Self::TooMany(too_many) = self {
            answer.insert_header((header::RETRY_AFTER, too_many.retry_after));
        }
        answer.finish()
    }
}

/// A page, with this status.
pub(super) fn shown(status: StatusCode, page: &impl Template) -> Result<HttpResponse, Trouble> {
    Ok(HttpResponse::build(status)
        .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
        .body(page.render()?))
}

/// A page behind a secret: nobody on the way keeps it, no other site learns its address, no search engine lists it.
pub(super) fn shown_privately(status: StatusCode, page: &impl Template) -> Result<HttpResponse, Trouble> {
    let mut answer = shown(status, page)?;
    kept_private(answer.headers_mut());
    Ok(answer)
}

/// Sends the browser on to another page behind a secret.
pub(super) fn sent_on(path: &str) -> HttpResponse {
    let mut answer = HttpResponse::SeeOther();
    let mut answer = answer.insert_header((header::LOCATION, path)).finish();
    kept_private(answer.headers_mut());
    answer
}

/// Says so of an answer behind a secret.
pub(super) fn kept_private(headers: &mut header::HeaderMap) {
    let pairs = [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
    ];
    for (name, value) in pairs {
        headers.insert(name, header::HeaderValue::from_static(value));
    }
}

/// What is answered where there is nothing.
pub(super) async fn nowhere() -> Result<HttpResponse, Trouble> {
    Err(Trouble::NotFound)
}

#[derive(Template)]
#[template(path = "pages/message.html")]
struct Message<'a> {
    frame: Frame,
    heading: &'a str,
    paragraphs: &'a [&'a str],
}

/// Gives answers without words their page, and logs what went wrong inside: once, here.
pub(super) async fn told(
    app: web::Data<App>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let response = next.call(request).await?.map_into_boxed_body();
    let trouble = response.response().error().and_then(|error| error.as_error::<Trouble>());
    let status = match trouble {
        Some(trouble) => trouble.status_code(),
        None if response.status() == StatusCode::METHOD_NOT_ALLOWED && is_bare(&response) => {
            response.status()
        }
        None => return Ok(response),
    };
    if let Some(trouble @ (Trouble::Fault(_) | Trouble::Template(_))) = trouble {
        tracing::error!(route = response.request().match_pattern(), "{trouble}");
    }
    let (heading, paragraphs) = words(status);
    let frame = Frame::of(&app.shared.site, heading);
    let mut page = shown(status, &Message { frame, heading, paragraphs })?;
    let (request, old) = response.into_parts();
    for name in [header::ALLOW, header::RETRY_AFTER] {
        if let Some(value) = old.headers().get(&name) {
            page.headers_mut().insert(name, value.clone());
        }
    }
    Ok(ServiceResponse::new(request, page))
}

fn is_bare(response: &ServiceResponse<BoxBody>) -> bool {
    !response.headers().contains_key(header::CONTENT_TYPE)
}

fn words(status: StatusCode) -> (&'static str, &'static [&'static str]) {
    match status {
        StatusCode::NOT_FOUND => (
            "There is nothing here",
            &[
                "The address may be mistyped, or what was here is gone. If you followed a link from one of our mails, \
               check that all of it was copied.",
            ],
        ),
        StatusCode::METHOD_NOT_ALLOWED => ("This cannot be done here", &["Go back and try another way."]),
        StatusCode::FORBIDDEN => (
            "Please send this from our own page",
            &[
                "What arrived came from another site's page, so nothing was done. Open our page and try again there.",
            ],
        ),
        StatusCode::PAYLOAD_TOO_LARGE => {
            ("That is too much", &["The form is larger than we can take. Nothing was saved."])
        }
        StatusCode::REQUEST_TIMEOUT => (
            "That took too long",
            &["The form did not arrive in time, so nothing was saved. Please send it once more."],
        ),
        StatusCode::TOO_MANY_REQUESTS => (
            "Please wait a little",
            &[
                "Too much came from your network in a short time, so nothing was done. Go back in a few minutes and send \
                 it again.",
            ],
        ),
        StatusCode::BAD_REQUEST => ("We could not read that", &["Nothing was saved. Go back and try again."]),
        _ => (
            "Something went wrong on our side",
            &["Nothing was saved. Please try again in a few minutes; if it happens again, write to us."],
        ),
    }
}
