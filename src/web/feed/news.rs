//! What is new, for those who keep up: the list of changes, the sitemaps, and where robots find them. Read from the database,
//! where the feed builder notes what comes, changes and leaves.

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::condition::is_unchanged;
use crate::feeds::changes::{Changes, MOST};
use crate::feeds::sitemap::{self, Part, SIZE};
use crate::storage::digest::sha256;
use crate::storage::{Fault, Source, feed_change};
use crate::web::App;
use crate::web::page::Trouble;
use crate::web::rate::{self, Deed};

/// What the list of changes is asked with.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Since {
    since: Option<String>,
}

/// `GET /feeds/changes.json?since=`.
pub(in crate::web) async fn changes(
    app: web::Data<App>,
    query: web::Query<Since>,
    request: HttpRequest,
) -> Result<HttpResponse, Trouble> {
    let db = app.shared.store.snapshot().await?;
    let newest = feed_change::head(&db).await?.number;
    let Some(since) = cursor(query.since.as_deref(), newest) else { return Ok(no_cursor()) };
    // One more than an answer has, to know whether there is more.
    let most = u32::try_from(MOST + 1).unwrap_or(u32::MAX);
    let found = feed_change::since(&db, since, most).await?;
    let body = serde_json::to_vec(&Changes::of(&app.shared.site, since, found));
    let body = body.map_err(|error| Fault::unfit(format!("changes cannot be written: {error}")))?;
    answered(&app, &request, "application/json", body)
}

/// A cursor that was given out here; the beginning when there is none.
fn cursor(text: Option<&str>, newest: i64) -> Option<i64> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Some(0) };
    text.parse().ok().filter(|number| (0..=newest).contains(number))
}

fn no_cursor() -> HttpResponse {
    let message =
        "`since` is a `cursor` that this address gave; without it, everything is told from the beginning";
    let body = serde_json::json!({ "error": { "field": "since", "message": message } });
    HttpResponse::BadRequest().insert_header((header::CACHE_CONTROL, "no-store")).json(body)
}

/// `GET /sitemap.xml`: the index.
pub(in crate::web) async fn index(
    app: web::Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, Trouble> {
    let parts = parts(&app.shared.store).await?;
    written(&app, &request, sitemap::index(&app.shared.site, &parts))
}

/// `GET /sitemaps/{number}.xml`: one part, counted from 1.
pub(in crate::web) async fn part(
    app: web::Data<App>,
    number: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Trouble> {
    let number = number.parse::<i32>().map_err(|_| Trouble::NotFound)?;
    let place = i64::from(number) - 1;
    let db = app.shared.store.snapshot().await?;
    let parts = parts(&db).await?;
    if place != 0 && !parts.iter().any(|(known, _)| *known == place) {
        return Err(Trouble::NotFound);
    }
    let listed = feed_change::listed(&db, place * SIZE..(place + 1) * SIZE).await?;
    written(&app, &request, sitemap::part(&app.shared.site, place, &parts, &listed))
}

async fn parts(db: &impl Source) -> Result<Vec<Part>, Fault> {
    let shards = feed_change::shards(db, SIZE).await?;
    Ok(shards.into_iter().map(|shard| (shard.number, shard.changed_at)).collect())
}

fn written(
    app: &App,
    request: &HttpRequest,
    document: std::io::Result<Vec<u8>>,
) -> Result<HttpResponse, Trouble> {
    let body = document.map_err(|error| Fault::unfit(format!("a sitemap cannot be written: {error}")))?;
    answered(app, request, "application/xml; charset=utf-8", body)
}

/// `GET /robots.txt` (RFC 9309): everything public may be read; what is behind a secret is nobody's to look for.
pub(in crate::web) async fn robots(app: web::Data<App>) -> HttpResponse {
    let sitemap = format!("{}/sitemap.xml", app.shared.site.public_url);
    let closed = ["applications", "forms", "interviews", "nominations", "offers", "references", "scorecards"];
    let closed = closed.map(|path| format!("Disallow: /{path}/")).join("\n");
    let body = format!("User-agent: *\n{closed}\nDisallow: /graphql\n\nSitemap: {sitemap}\n");
    HttpResponse::Ok().insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8")).body(body)
}

/// A document with a tag of its own, or that the client has it.
fn answered(
    app: &App,
    request: &HttpRequest,
    media_type: &'static str,
    body: Vec<u8>,
) -> Result<HttpResponse, Trouble> {
    let etag = format!("\"{}\"", sha256(&body));
    let unchanged = is_unchanged(request, &etag, None);
    if !unchanged {
        rate::count(app, request, Deed::Feed, 1).map_err(Trouble::TooMany)?;
    }
    let mut answer = HttpResponse::build(if unchanged { StatusCode::NOT_MODIFIED } else { StatusCode::OK });
    answer.insert_header((header::ETAG, etag)).insert_header((header::CACHE_CONTROL, "no-cache"));
    if unchanged {
        return Ok(answer.finish());
    }
    Ok(answer.insert_header((header::CONTENT_TYPE, media_type)).body(body))
}
