//! What lets others learn of news without asking again: where a feed has its hub, and that we may speak for the site.

use actix_web::http::header;
use actix_web::{HttpResponse, HttpResponseBuilder, web};

use crate::domain::feed::Channel;
use crate::web::App;
use crate::web::page::Trouble;

/// Says where the hub is, if there is one, and by what address it knows the feed (WebSub section 4: exactly one of each).
pub(super) fn linked(answer: &mut HttpResponseBuilder, app: &App, channel: Channel) {
    let (site, settings) = (&app.shared.site, app.shelf.channels.settings().unwrap_or_default());
    let Some(hub) = site.hub_of(channel, settings.of(channel)) else { return };
    let links = format!("<{hub}>; rel=\"hub\", <{}>; rel=\"self\"", site.feed_url(channel));
    answer.insert_header((header::LINK, links));
}

/// `GET /{key}.txt`: the file by which search engines know that what was told them comes from here
/// (<https://www.indexnow.org/documentation>). Its name is no part of the route, which is logged.
pub(in crate::web) async fn index_now_key(
    app: web::Data<App>,
    name: web::Path<String>,
) -> Result<HttpResponse, Trouble> {
    let told = app.shared.site.pings.index_now.as_ref().filter(|told| told.key.reveal() == *name);
    let told = told.ok_or(Trouble::NotFound)?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(told.key.reveal().to_owned()))
}
