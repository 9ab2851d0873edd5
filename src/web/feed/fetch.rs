//! Who fetched which feed last. Noted in memory only: `work/fetch_keeper.rs` keeps it, away from requests.

use actix_web::http::{Method, header};
use actix_web::{HttpRequest, HttpResponse, ResponseError};

use super::access::Access;
use crate::domain::channel_setting::{FeedFetch, who};
use crate::domain::feed::Channel;
use crate::web::App;
use crate::web::page::Trouble;

/// Notes that somebody who may have a feed asked for it, and how they were answered. Who asks for the head alone fetches
/// nothing.
pub(super) fn noted(
    app: &App,
    request: &HttpRequest,
    channel: Channel,
    access: Access,
    answer: &Result<HttpResponse, Trouble>,
) {
    if request.method() != Method::GET {
        return;
    }
    let status = match answer {
        Ok(answer) => answer.status(),
        Err(trouble) => trouble.status_code(),
    };
    let agent = request.headers().get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    let at = app.shared.clock.now();
    let fetch = FeedFetch {
        at,
        who: who(agent.unwrap_or_default()),
        status: status.as_u16(),
        key_used_at: (access == Access::ByKey).then_some(at),
    };
    app.shelf.channels.fetched(channel, fetch);
}
