//! What every answer carries.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::ConnectionType;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, web};

use super::App;

/// Only our own style sheet, images and forms; no script, no frame (Content Security Policy level 3).
/// Structured data in a page is no script: nothing runs it, so nothing has to allow it.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; \
                      frame-ancestors 'none'; base-uri 'none'";

/// Adds the headers that protect a reader, unless the answer has its own. While the program is stopping, also says that
/// this is the last answer on its connection (RFC 9112 section 9.6).
pub async fn added(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    usual(headers, header::CONTENT_SECURITY_POLICY, POLICY);
    usual(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    usual(headers, header::X_FRAME_OPTIONS, "DENY");
    usual(headers, header::REFERRER_POLICY, "same-origin");
    usual(headers, HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    if response.request().app_data::<web::Data<App>>().is_some_and(|app| app.is_stopping()) {
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    Ok(response)
}

fn usual(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    if !headers.contains_key(&name) {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
