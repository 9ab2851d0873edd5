//! Feeds over HTTP: the bytes that are on the shelf, and what came of each posting.
//!
//! Nothing is built here but parts of feeds ([`filtered`]). Where nothing was ever built the answer is 503, never an empty
//! feed, since boards take what is not in a feed for closed.

mod access;
mod condition;
mod fetch;
mod filtered;
mod hub;
pub(super) mod news;
mod page;
mod serve;

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};

pub(super) use self::filtered::Filtered;
pub(super) use self::hub::index_now_key;
pub(super) use self::page::all as page;
use self::serve::Name;
use super::App;
use super::page::Trouble;
use super::posting::filter::Filter;
use crate::domain::feed::Channel;

/// Seconds after which to ask for a feed again that is not there yet.
const RETRY: &str = "10";

/// `GET /feeds/{name}`: a document such as `rss.xml`, or the page about a channel, such as `rss`.
pub(super) async fn named(
    app: web::Data<App>,
    name: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Trouble> {
    if let Ok(channel) = name.parse::<Channel>() {
        return page::of_channel(&app, &request, channel).await;
    }
    let channel = Channel::ALL.iter().copied().find(|channel| channel.file() == *name);
    let access = access::given(&app, &request, channel)?;
    let (Some(channel), Some(access)) = (channel, access) else { return Ok(nothing_yet()) };
    let filter = Filter::of_feed(request.query_string());
    let answer = if filter.is_on() {
        filtered::document(&app, channel, filter, &request, access).await
    } else {
        match app.shelf.current(channel) {
            Some(snapshot) => serve::snapshot(&app, &request, &snapshot, Name::Current, access),
            None => Ok(nothing_yet()),
        }
    };
    fetch::noted(&app, &request, channel, access, &answer);
    answer
}

/// `GET /feeds/{channel}/{file}`, such as `9f86d081884c7d659a2feaa0c55ad015.xml`: the document of this hash, which never changes.
pub(super) async fn document(
    app: web::Data<App>,
    path: web::Path<(String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, Trouble> {
    let (channel, file) = path.into_inner();
    let channel = channel.parse::<Channel>().ok();
    let access = access::given(&app, &request, channel)?;
    let (Some(channel), Some(access)) = (channel, access) else { return Ok(nothing_yet()) };
    let hash = file.strip_suffix(channel.ending()).and_then(|name| name.strip_suffix('.'));
    let snapshot = hash.and_then(|hash| app.shelf.named(channel, hash)).ok_or(Trouble::NotFound)?;
    let answer = serve::snapshot(&app, &request, &snapshot, Name::Own, access);
    fetch::noted(&app, &request, channel, access, &answer);
    answer
}

/// `GET /feeds/{channel}/report.json`: how each posting fared, with the rule behind each complaint.
pub(super) async fn report(
    app: web::Data<App>,
    channel: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Trouble> {
    let channel = channel.parse::<Channel>().ok();
    let access = access::given(&app, &request, channel)?;
    let (Some(channel), Some(access)) = (channel, access) else { return Ok(nothing_yet()) };
    let Some(snapshot) = app.shelf.current(channel) else { return Ok(nothing_yet()) };
    let mut answer = HttpResponse::Ok();
    answer.insert_header((header::CONTENT_TYPE, "application/json"));
    answer.insert_header((header::CACHE_CONTROL, access.asking_each_time()));
    Ok(answer.body(serve::body(snapshot.report().clone(), 0..snapshot.report().length())))
}

fn nothing_yet() -> HttpResponse {
    let mut answer = HttpResponse::build(StatusCode::SERVICE_UNAVAILABLE);
    answer.insert_header((header::RETRY_AFTER, RETRY)).insert_header((header::CACHE_CONTROL, "no-store"));
    plain(&mut answer, "This feed is not built yet. Please come again.\n")
}

fn plain(answer: &mut HttpResponseBuilder, text: &'static str) -> HttpResponse {
    answer.insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8")).body(text)
}
