//! `POST /inbound/mail`: whoever receives the mail of the inbound domain hands it over here, one message a request.
//!
//! The secret is shown before the body, so that nobody else can make us read one; a body has its effect once, so that it
//! may be handed over again whenever it is not known whether it was taken.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::StreamExt as _;
use tokio::sync::Semaphore;
use tokio::time::{Duration, timeout};

use super::App;
use super::page::Trouble;
use super::rate::{self, Deed};
use super::viewer::bearer;
use crate::actions::inbound;
use crate::domain::mailing::Inbound;
use crate::domain::message::Taken;
use crate::domain::viewer::Viewer;
use crate::mail::inbound::{Incoming, LARGEST, read};
use crate::mail::seal;
use crate::storage::Failure;
use crate::storage::digest::sha256;

/// How many mails are in memory at once; others wait for their turn.
static TURNS: Semaphore = Semaphore::const_new(4);
/// How long a mail may take to arrive.
const PATIENCE: Duration = Duration::from_mins(2);

/// Takes a mail. Answers 200 when what follows of it is kept for good, also when nothing does.
pub(super) async fn mail(
    app: web::Data<App>,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, Trouble> {
    let Some(own) = app.shared.site.mailing.inbound.clone() else { return Err(Trouble::NotFound) };
    let shown = matches!(bearer(&request), Ok(Some(secret)) if seal::is_shown(&own, secret));
    if !shown {
        rate::count(&app, &request, Deed::Guess, 1)?;
        let mut answer = plain(StatusCode::UNAUTHORIZED, "Mail is taken from whoever shows the secret.\n");
        answer.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        return Ok(answer);
    }
    // Never closed, so there is always a turn.
    let _turn = TURNS.acquire().await;
    let Some(raw) = timeout(PATIENCE, whole(body)).await.map_err(|_| Trouble::TooSlow)? else {
        return Ok(plain(
            StatusCode::PAYLOAD_TOO_LARGE,
            "A mail has 25 MiB at most, and all of them come.\n",
        ));
    };
    let (sha256, incoming) = understood(own, raw).await;
    let taken = match incoming {
        Some(incoming) => taken(&app, &incoming, &sha256).await?,
        None => Taken::Ignored,
    };
    tracing::info!(%taken, "a mail came in");
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .content_type("application/json")
        .body(format!("{{\"outcome\":\"{taken}\"}}\n")))
}

async fn taken(app: &App, incoming: &Incoming, sha256: &str) -> Result<Taken, Trouble> {
    match inbound::take(app.act(&Viewer::System), incoming, sha256).await {
        Ok(taken) => Ok(taken),
        // Nothing that mail does is refused to the program.
        Err(Failure::Refused(refusal)) => {
            tracing::warn!("a mail that came in was refused: {refusal}");
            Ok(Taken::Ignored)
        }
        Err(Failure::Fault(fault)) => Err(fault.into()),
    }
}

/// The body, if it is not too large and does not break off.
async fn whole(mut body: web::Payload) -> Option<Vec<u8>> {
    let mut raw = Vec::new();
    while let Some(chunk) = body.next().await {
        let chunk = chunk.ok()?;
        if raw.len() + chunk.len() > LARGEST {
            return None;
        }
        raw.extend_from_slice(&chunk);
    }
    Some(raw)
}

/// Reads the mail apart from requests, since it may take a while; one that breaks its reader is none.
async fn understood(own: Inbound, raw: Vec<u8>) -> (String, Option<Incoming>) {
    let digest = sha256(&raw);
    let incoming = web::block(move || read(&own, &raw)).await.unwrap_or_else(|_| {
        tracing::error!("a mail that came in broke its reader");
        None
    });
    (digest, incoming)
}

fn plain(status: StatusCode, text: &'static str) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(text)
}
