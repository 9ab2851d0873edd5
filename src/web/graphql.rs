//! GraphQL over HTTP: one request, one answer. The status codes are those that the audits of the npm
//! package `graphql-http` ask for; the newer draft asks for others, and nobody can pass both.

use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::from_fn;
use actix_web::{HttpRequest, HttpResponse, web};
use tokio::time::timeout;

use super::cors::Cors;
use super::media::{self, Media};
use super::rate::{self, Deed, TooMany};
use super::viewer::{Unknown, viewer};
use super::{App, Introspection, observe, peer};
use crate::domain::id::LinkId;
use crate::domain::viewer::Viewer;
use crate::graphql::answer::{self, Answer, Outcome};
use crate::graphql::endpoint::Endpoint;
use crate::graphql::request::{Door, Params, RequestError, RequestErrorKind};
use crate::graphql::{Asking, Executor, Origin, Shared};

/// Bytes of a POST's body.
const LARGEST_BODY: usize = 256 * 1024;

/// Bytes of a GET's path and query.
const LONGEST_URI: usize = 8 * 1024;

/// The route `/graphql`.
pub fn configure<E: Executor>(
    endpoint: web::Data<Endpoint<E>>,
    shared: web::Data<Shared>,
    cors: Cors,
) -> impl FnOnce(&mut web::ServiceConfig) {
    move |config| {
        let resource = web::resource("/graphql")
            .app_data(endpoint)
            .app_data(shared)
            .wrap(from_fn(move |request, next| cors.clone().apply(request, next)))
            // Not one route per method: the others get an answer of ours as well.
            .default_service(web::to(graphql::<E>));
        config.service(resource);
    }
}

async fn graphql<E: Executor>(
    request: HttpRequest,
    body: web::Payload,
    endpoint: web::Data<Endpoint<E>>,
    shared: web::Data<Shared>,
) -> HttpResponse {
    match answer(&request, body, &endpoint, &shared).await {
        Ok((media, answer)) => written(media, answer),
        Err(problem) => problem.written(),
    }
}

/// The mutation that a stranger may send.
const APPLY: &str = "applicationSubmit";

async fn answer<E: Executor>(
    request: &HttpRequest,
    body: web::Payload,
    endpoint: &Endpoint<E>,
    shared: &Shared,
) -> Result<(Media, Answer), Problem> {
    let door = door(request.method())?;
    if request.uri().path_and_query().is_some_and(|uri| uri.as_str().len() > LONGEST_URI) {
        return Err(Problem::UriTooLong);
    }
    let media = media::preferred(request.headers()).ok_or(Problem::Unacceptable)?;
    let app = request.app_data::<web::Data<App>>().map(|app| &***app);
    let counted = |deed, times| app.map_or(Ok(()), |app| rate::count(app, request, deed, times));
    let (viewer, link) = match viewer(request, shared).await {
        Ok(known) => known,
        Err(unknown) => {
            counted(Deed::Guess, usize::from(matches!(unknown, Unknown::Unauthorized(_))))?;
            return Err(unknown.into());
        }
    };
    observe::seen(request, &viewer);
    if viewer.staff().is_none() {
        counted(Deed::Query, 1)?;
    }
    let params = match door {
        Door::Get => Params::from_pairs(url::form_urlencoded::parse(request.query_string().as_bytes())),
        Door::Post => Params::from_json(&read(request, body, endpoint).await?),
    };
    let answer = match params.and_then(|params| endpoint.prepare(params, door, &viewer)) {
        Ok(prepared) if prepared.introspects() && !may_introspect(app, &viewer) => {
            RequestError::introspection_off().into()
        }
        Ok(prepared) => {
            observe::runs(request, prepared.operation());
            if viewer == Viewer::Anonymous {
                counted(Deed::Application, prepared.roots_named(APPLY))?;
            }
            let asking = Asking::new(shared.clone(), viewer).coming_from(origin(request, link));
            endpoint.execute(prepared.with(asking)).await
        }
        Err(error) => error.into(),
    };
    observe::ended(request, answer.outcome);
    Ok((media, answer))
}

fn may_introspect(app: Option<&App>, viewer: &Viewer) -> bool {
    let introspection = app.map_or(Introspection::Everybody, |app| app.settings.introspection);
    introspection == Introspection::Everybody || viewer.staff().is_some()
}

/// What a candidate's decision keeps as evidence of where it came from.
fn origin(request: &HttpRequest, link: Option<LinkId>) -> Origin {
    let proxies = request.app_data::<web::Data<App>>().map_or(&[][..], |app| &app.settings.proxies);
    let agent = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    let ip = peer::client(request, proxies).map(|address| address.to_string());
    Origin { link, ip, user_agent: agent.map(str::to_owned) }
}

fn door(method: &Method) -> Result<Door, Problem> {
    match *method {
        Method::GET | Method::HEAD => Ok(Door::Get),
        Method::POST => Ok(Door::Post),
        _ => Err(Problem::Method),
    }
}

async fn read<E: Executor>(
    request: &HttpRequest,
    body: web::Payload,
    endpoint: &Endpoint<E>,
) -> Result<web::Bytes, Problem> {
    if !media::is_json(request.headers()) {
        return Err(Problem::BodyType);
    }
    let arrived = timeout(endpoint.timeout(), body.to_bytes_limited(LARGEST_BODY)).await;
    let within_limit = arrived.map_err(|_| Problem::BodyTooSlow)?;
    within_limit.map_err(|_| Problem::BodyTooLarge)?.map_err(|_| Problem::BodyCut)
}

fn written(media: Media, answer: Answer) -> HttpResponse {
    let status = match (answer.outcome, media) {
        (Outcome::Executed, _) | (Outcome::NotExecuted(RequestErrorKind::Refused), Media::Json) => {
            StatusCode::OK
        }
        (Outcome::NotExecuted(RequestErrorKind::WrongDoor), _) => StatusCode::METHOD_NOT_ALLOWED,
        (Outcome::NotExecuted(RequestErrorKind::Malformed | RequestErrorKind::Refused), _) => {
            StatusCode::BAD_REQUEST
        }
        (Outcome::TimedOut, _) => StatusCode::SERVICE_UNAVAILABLE,
    };
    let mut response = labelled(status, media, answer.body);
    if status == StatusCode::METHOD_NOT_ALLOWED {
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
    }
    response
}

/// Answers may hold what only this viewer may see, so nobody on the way may keep them.
fn labelled(status: StatusCode, media: Media, body: Vec<u8>) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((header::CONTENT_TYPE, media.content_type()))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::VARY, "Accept"))
        .body(body)
}

/// What HTTP itself has against a request.
#[derive(Clone, Copy)]
enum Problem {
    TooMany(TooMany),
    Method,
    UriTooLong,
    Unacceptable,
    Unauthorized,
    Fault,
    BodyType,
    BodyTooLarge,
    BodyTooSlow,
    BodyCut,
}

impl From<TooMany> for Problem {
    fn from(too_many: TooMany) -> Self {
        Self::TooMany(too_many)
    }
}

impl From<Unknown> for Problem {
    fn from(unknown: Unknown) -> Self {
        match unknown {
            Unknown::Unauthorized(_) => Self::Unauthorized,
            Unknown::Fault(fault) => {
                tracing::error!("{fault}");
                Self::Fault
            }
        }
    }
}

impl Problem {
    /// Status, code and message.
    fn told(self) -> (u16, &'static str, &'static str) {
        match self {
            Self::TooMany(_) => {
                (429, "RATE_LIMITED", "Too many requests came from this address: wait and try again")
            }
            Self::Method => (405, "METHOD_NOT_ALLOWED", "Use POST, or GET for queries"),
            Self::UriTooLong => (414, "URI_TOO_LONG", "The address is longer than 8 KiB: use POST"),
            Self::Unacceptable => {
                (406, "NOT_ACCEPTABLE", "Accept application/graphql-response+json or application/json")
            }
            Self::Unauthorized => (
                401,
                "UNAUTHENTICATED",
                "The Authorization header must be one Bearer token that is valid now",
            ),
            Self::Fault => (500, "INTERNAL_SERVER_ERROR", "Internal server error"),
            Self::BodyType => (
                415,
                "UNSUPPORTED_MEDIA_TYPE",
                "The body must be application/json in UTF-8 without a content coding",
            ),
            Self::BodyTooLarge => (413, "BODY_TOO_LARGE", "The body is larger than 256 KiB"),
            Self::BodyTooSlow => (408, "BODY_TOO_SLOW", "The body did not arrive in time"),
            Self::BodyCut => (400, "BAD_REQUEST", "The body ended before its end"),
        }
    }

    fn written(self) -> HttpResponse {
        let (status, code, message) = self.told();
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
        let mut response = labelled(status, Media::Json, answer::problem(code, message));
        let header = match self {
            Self::Method => Some((header::ALLOW, HeaderValue::from_static("GET, HEAD, POST"))),
            Self::Unauthorized => {
                Some((header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer error=\"invalid_token\"")))
            }
            Self::TooMany(TooMany { retry_after }) => Some((header::RETRY_AFTER, retry_after.into())),
            _ => None,
        };
        if let Some((name, value)) = header {
            response.headers_mut().insert(name, value);
        }
        response
    }
}
