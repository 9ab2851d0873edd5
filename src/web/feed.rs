//! Feeds over HTTP: the bytes that are on the shelf, and what came of each posting.
//!
//! Nothing is built here. Where nothing was ever built the answer is 503, never an empty feed, since boards take what
//! is not in a feed for closed.

mod condition;
mod hub;
pub(super) mod news;
mod serve;

pub(super) use hub::index_now_key;

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use askama::Template;
use chrono::TimeDelta;

use self::serve::Name;
use super::App;
use super::page::{Frame, Trouble, shown};
use crate::domain::feed::Channel;
use crate::feeds::Snapshot;
use crate::feeds::dialect::Dialect;
use crate::feeds::snapshot::{Coding, Counts};

/// Seconds after which to ask for a feed again that is not there yet.
const RETRY: &str = "10";

/// `GET /feeds/{file}`, such as `rss.xml`.
pub(super) async fn document(
    app: web::Data<App>,
    file: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Trouble> {
    let channel = Channel::ALL.iter().copied().find(|channel| channel.file() == *file);
    let channel = channel.ok_or(Trouble::NotFound)?;
    let Some(snapshot) = app.shelf.current(channel) else { return Ok(nothing_yet()) };
    serve::snapshot(&app, &request, &snapshot, Name::Current)
}

/// `GET /feeds/{channel}/{file}`, such as `9f86d081884c7d659a2feaa0c55ad015.xml`: the document of this hash, which never changes.
pub(super) async fn named(
    app: web::Data<App>,
    path: web::Path<(String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, Trouble> {
    let (channel, file) = path.into_inner();
    let channel = known(&channel)?;
    let hash = file.strip_suffix(channel.ending()).and_then(|name| name.strip_suffix('.'));
    let snapshot = hash.and_then(|hash| app.shelf.named(channel, hash)).ok_or(Trouble::NotFound)?;
    serve::snapshot(&app, &request, &snapshot, Name::Own)
}

/// `GET /feeds/{channel}/report.json`: how each posting fared, with the rule behind each complaint.
pub(super) async fn report(app: web::Data<App>, channel: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let Some(snapshot) = app.shelf.current(known(&channel)?) else { return Ok(nothing_yet()) };
    let mut answer = HttpResponse::Ok();
    answer.insert_header((header::CONTENT_TYPE, "application/json"));
    answer.insert_header((header::CACHE_CONTROL, "no-cache"));
    Ok(answer.body(serve::body(snapshot.report().clone(), 0..snapshot.report().length())))
}

fn known(channel: &str) -> Result<Channel, Trouble> {
    channel.parse().map_err(|_| Trouble::NotFound)
}

fn nothing_yet() -> HttpResponse {
    let mut answer = HttpResponse::build(StatusCode::SERVICE_UNAVAILABLE);
    answer.insert_header((header::RETRY_AFTER, RETRY)).insert_header((header::CACHE_CONTROL, "no-store"));
    plain(&mut answer, "This feed is not built yet. Please come again.\n")
}

fn plain(answer: &mut HttpResponseBuilder, text: &'static str) -> HttpResponse {
    answer.insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8")).body(text)
}

#[derive(Template)]
#[template(path = "pages/feeds.html")]
struct FeedsPage {
    frame: Frame,
    channels: Vec<ChannelView>,
}

struct ChannelView {
    name: &'static str,
    channel: Channel,
    built: Option<BuiltView>,
}

struct BuiltView {
    counts: Counts,
    changed: Option<String>,
    size: String,
}

/// `GET /feeds`.
pub(super) async fn page(app: web::Data<App>) -> Result<HttpResponse, Trouble> {
    let (site, now) = (&app.shared.site, app.shared.clock.now());
    let built = |snapshot: &Snapshot| BuiltView {
        counts: snapshot.counts,
        changed: snapshot.last_modified.map(|at| age(now - at)),
        size: size(snapshot.size(Coding::Identity)),
    };
    let view = |channel: &Channel| ChannelView {
        name: Dialect::of(*channel).name,
        channel: *channel,
        built: app.shelf.current(*channel).as_deref().map(built),
    };
    let description = format!("The open positions at {} as feeds for job boards and readers.", site.name);
    let frame = Frame::public(site, "Feeds", format!("{}/feeds", site.public_url), description);
    shown(StatusCode::OK, &FeedsPage { frame, channels: Channel::ALL.iter().map(view).collect() })
}

fn age(time: TimeDelta) -> String {
    let several = |count: i64, unit: &str| {
        let ending = if count == 1 { "" } else { "s" };
        format!("{count} {unit}{ending} ago")
    };
    match time.num_minutes() {
        ..1 => "just now".to_owned(),
        minutes @ 1..60 => several(minutes, "minute"),
        minutes @ 60..2_880 => several(minutes / 60, "hour"),
        minutes => several(minutes / 1_440, "day"),
    }
}

fn size(bytes: u64) -> String {
    match bytes {
        ..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{} MB", bytes / 1_000_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_told_in_one_unit() {
        let told = |minutes| age(TimeDelta::minutes(minutes));
        assert_eq!((told(-1), told(0)), ("just now".into(), "just now".into()));
        assert_eq!((told(1), told(59)), ("1 minute ago".into(), "59 minutes ago".into()));
        assert_eq!((told(60), told(2_879)), ("1 hour ago".into(), "47 hours ago".into()));
        assert_eq!(told(2_880), "2 days ago");
    }
}
