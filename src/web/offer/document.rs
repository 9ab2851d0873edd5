//! An offer as a document: for the candidate on its page, for others with a token.

use actix_web::http::header;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

use crate::domain::id::OfferId;
use crate::domain::policy::offer::offers;
use crate::storage::{offer_document, offer_version};
use crate::web::App;
use crate::web::page::{Trouble, kept_private};
use crate::web::viewer::{named, nameless};

/// `GET /offers/{offer}/{version}.pdf`, with a token: for those who see the version in GraphQL.
pub async fn fetched(
    app: Data<App>,
    path: Path<(String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, Trouble> {
    let Some(viewer) = named(&app, &request).await? else { return Ok(nameless("Documents")) };
    let (offer, file) = path.into_inner();
    let offer: OfferId = offer.parse().map_err(|_| Trouble::NotFound)?;
    let number = file.strip_suffix(".pdf").and_then(|number| number.parse().ok()).ok_or(Trouble::NotFound)?;
    let seen = offer_version::of_offers(&app.shared.store, &offers(&viewer), &[offer]).await?;
    if seen.iter().any(|version| version.number == number) {
        download(&app, offer, number).await
    } else {
        Err(Trouble::NotFound)
    }
}

/// The document of a version that whoever asks has seen.
pub(super) async fn download(app: &App, offer: OfferId, version: i32) -> Result<HttpResponse, Trouble> {
    let content = offer_document::content(&app.shared.store, offer, version).await?;
    let content = content.ok_or(Trouble::NotFound)?;
    let name = format!("attachment; filename=\"offer-{version}.pdf\"");
    let mut answer = HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/pdf"))
        .insert_header((header::CONTENT_DISPOSITION, name))
        .body(content);
    kept_private(answer.headers_mut());
    Ok(answer)
}
