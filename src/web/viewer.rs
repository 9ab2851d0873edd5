//! Who asks, by the headers of a request.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};

use super::App;
use super::page::Trouble;
use super::rate::{self, Deed};
use crate::domain::id::LinkId;
use crate::domain::link::{Link, Purpose};
use crate::domain::token;
use crate::domain::viewer::Viewer;
use crate::graphql::Shared;
use crate::storage::digest::sha256;
use crate::storage::{self, Fault};

/// The request names somebody, but not in a way that proves it: status 401.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The Authorization header must be one Bearer token that is valid now")]
pub struct Unauthorized;

/// Why it is not known who asks.
#[derive(Debug, thiserror::Error)]
pub enum Unknown {
    /// What was given proves nothing.
    #[error(transparent)]
    Unauthorized(#[from] Unauthorized),
    /// Storage failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Who asks: anybody without an `Authorization` header, else whoever its bearer token stands for: the owner of an API
/// token, or whoever a link with this secret was sent to; and that link.
pub async fn viewer(request: &HttpRequest, shared: &Shared) -> Result<(Viewer, Option<LinkId>), Unknown> {
    let Some(secret) = bearer(request)? else { return Ok((Viewer::Anonymous, None)) };
    let (store, now) = (&shared.store, shared.clock.now());
    if token::is_shaped(secret) {
        let found = storage::token::viewer_of(store, &sha256(secret), now).await?;
        return Ok((found.ok_or(Unauthorized)?, None));
    }
    let link = storage::link::find(store, secret).await?.ok_or(Unauthorized)?;
    Ok((holder(&link).ok_or(Unauthorized)?, Some(link.id)))
}

/// Who asks by name, of whatever answers nobody else.
pub(super) async fn named(app: &App, request: &HttpRequest) -> Result<Option<Viewer>, Trouble> {
    let asks = match viewer(request, &app.shared).await {
        Ok((Viewer::Anonymous, _)) => return Ok(None),
        Ok((viewer, _)) => viewer,
        Err(Unknown::Unauthorized(_)) => {
            rate::count(app, request, Deed::Guess, 1)?;
            return Ok(None);
        }
        Err(Unknown::Fault(broken)) => return Err(broken.into()),
    };
    super::observe::seen(request, &asks);
    Ok(Some(asks))
}

/// RFC 6750 section 3: how to say who asks for these things.
pub(super) fn nameless(things: &str) -> HttpResponse {
    HttpResponse::Unauthorized()
        .insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::WWW_AUTHENTICATE, "Bearer"))
        .body(format!("{things} need a Bearer token that is valid now.\n"))
}

/// Who holds a link, unless it was revoked.
#[must_use]
pub fn holder(link: &Link) -> Option<Viewer> {
    let candidate = link.candidate;
    match (link.revoked_at, link.purpose) {
        (Some(_), _) => None,
        (None, Purpose::Application(application)) => Some(Viewer::Applicant { application, candidate }),
        (None, Purpose::Offer { offer, version, application }) => {
            Some(Viewer::Offeree { offer, version, application, candidate })
        }
        (None, Purpose::Form { step, application }) => {
            Some(Viewer::Respondent { step, application, candidate })
        }
        (None, Purpose::Scorecard { step, user, application }) => {
            Some(Viewer::Assessor { user, step, application })
        }
        (None, Purpose::Approval { offer, user, application, .. }) => {
            Some(Viewer::Approver { user, offer, application })
        }
        (None, Purpose::Nomination { step, application }) => {
            Some(Viewer::Nominator { step, application, candidate })
        }
        (None, Purpose::Interview { slots, application }) => {
            Some(Viewer::Chooser { slots, application, candidate })
        }
        (None, Purpose::Reference { reference, application }) => {
            Some(Viewer::Referee { reference, application })
        }
    }
}

/// The token of the `Authorization` header, by RFC 6750 section 2.1; none without the header.
pub fn bearer(request: &HttpRequest) -> Result<Option<&str>, Unauthorized> {
    let mut headers = request.headers().get_all(header::AUTHORIZATION);
    let Some(value) = headers.next() else {
        return Ok(None);
    };
    let value = value.to_str().map_err(|_| Unauthorized)?;
    let (scheme, token) = value.split_once(' ').ok_or(Unauthorized)?;
    let token = token.trim();
    let is_token = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    if headers.next().is_none() && scheme.eq_ignore_ascii_case("Bearer") && is_token {
        Ok(Some(token))
    } else {
        Err(Unauthorized)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn token(values: &[&str]) -> Result<Option<String>, Unauthorized> {
        let request = TestRequest::default();
        let request = values
            .iter()
            .fold(request, |request, value| request.append_header((header::AUTHORIZATION, *value)));
        bearer(&request.to_http_request()).map(|token| token.map(ToOwned::to_owned))
    }

    #[test]
    fn one_bearer_token_is_read() {
        assert_eq!(token(&[]), Ok(None));
        for value in ["Bearer vac_1", "bearer vac_1", "BEARER   vac_1 "] {
            assert_eq!(token(&[value]), Ok(Some("vac_1".to_owned())), "{value}");
        }
    }

    #[test]
    fn anything_else_is_refused_instead_of_being_anonymous() {
        for values in [
            &[""][..],
            &["Bearer"],
            &["Bearer "],
            &["Basic dTpw"],
            &["Bearer a b"],
            &["Bearer é"],
            &["Bearer a", "Bearer a"],
        ] {
            assert_eq!(token(values), Err(Unauthorized), "{values:?}");
        }
    }
}
