//! Whether the program is alive, and whether it can answer.

use actix_web::http::header;
use actix_web::{HttpResponse, HttpResponseBuilder, web};

use super::App;

/// `GET /healthz`: the process answers. Says nothing about what it stands on.
pub async fn alive() -> HttpResponse {
    plain(&mut HttpResponse::Ok(), "ok\n")
}

/// `GET /readyz`: it may be sent requests: the database answers with a current schema and keeps what
/// it is given, and the program is not stopping.
///
/// What is wrong is in the log, since anybody may ask.
pub async fn ready(app: web::Data<App>) -> HttpResponse {
    if app.is_stopping() {
        return plain(&mut HttpResponse::ServiceUnavailable(), "stopping\n");
    }
    let store = &app.shared.store;
    if let Err(failure) = store.probe().await {
        tracing::warn!("not ready: {failure}");
        return plain(&mut HttpResponse::ServiceUnavailable(), "not ready: reading only\n");
    }
    match store.migrations().await {
        Ok(steps) if steps.iter().all(|step| step.applied) => plain(&mut HttpResponse::Ok(), "ready\n"),
        Ok(_) => {
            tracing::warn!("not ready: the schema is not current");
            plain(&mut HttpResponse::ServiceUnavailable(), "not ready\n")
        }
        Err(fault) => {
            tracing::warn!("not ready: {fault}");
            plain(&mut HttpResponse::ServiceUnavailable(), "not ready\n")
        }
    }
}

fn plain(answer: &mut HttpResponseBuilder, text: &'static str) -> HttpResponse {
    answer
        .insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(text)
}
