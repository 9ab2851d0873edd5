//! Who is given a channel's feed: anybody, those who send its key, or nobody.

use actix_web::HttpRequest;
use chrono::{DateTime, Utc};

use crate::domain::channel_setting::{ChannelSetting, is_shaped};
use crate::domain::feed::Channel;
use crate::storage::digest::sha256;
use crate::web::App;
use crate::web::page::Trouble;
use crate::web::rate::{self, Deed};

/// Seconds a copy may be served without asking again.
const FRESH: i64 = 300;
/// The parameter that holds a private feed's key.
const KEY: &str = "key";

/// How somebody came to be given a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Anybody is given it.
    Public,
    /// They sent its key.
    ByKey,
}

impl Access {
    /// How long who may keep a copy that is right until then.
    pub(super) fn caching(self, valid_until: Option<DateTime<Utc>>, now: DateTime<Utc>) -> String {
        let left = valid_until.map_or(FRESH, |end| (end - now).num_seconds());
        format!("{}, max-age={}", self.who(), left.clamp(0, FRESH))
    }

    /// The same for what will never be otherwise.
    pub(super) fn for_good(self) -> String {
        format!("{}, max-age=31536000, immutable", self.who())
    }

    fn who(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::ByKey => "private",
        }
    }

    /// The same for what is asked for anew each time.
    pub(super) const fn asking_each_time(self) -> &'static str {
        match self {
            Self::Public => "no-cache",
            Self::ByKey => "private, no-cache",
        }
    }
}

/// How the request is given the feed of a channel; none while nobody knows how channels are set.
///
/// A feed that is off, one whose key is not sent, and one that never was answer alike, also when keys are tried.
///
/// # Errors
/// `NotFound`, or `TooMany` where too many keys from one address were none.
pub(super) fn given(
    app: &App,
    request: &HttpRequest,
    channel: Option<Channel>,
) -> Result<Option<Access>, Trouble> {
    let key = key(request);
    let access = match (channel, app.shelf.channels.settings()) {
        (Some(_), None) => return Ok(None),
        (Some(channel), Some(settings)) => access(settings.of(channel), key.as_deref()),
        (None, _) => None,
    };
    if access.is_none() && key.is_some() {
        rate::count(app, request, Deed::Guess, 1).map_err(Trouble::TooMany)?;
    }
    access.map(Some).ok_or(Trouble::NotFound)
}

fn access(setting: &ChannelSetting, key: Option<&str>) -> Option<Access> {
    match setting {
        _ if !setting.enabled => None,
        _ if !setting.is_private => Some(Access::Public),
        _ => {
            let sent = key.filter(|key| is_shaped(key)).map(sha256);
            let kept = setting.key.as_ref().map(|key| &key.hash);
            (sent.is_some() && sent.as_ref() == kept).then_some(Access::ByKey)
        }
    }
}

fn key(request: &HttpRequest) -> Option<String> {
    let mut pairs = url::form_urlencoded::parse(request.query_string().as_bytes());
    pairs.find(|(name, _)| name == KEY).map(|(_, key)| key.into_owned())
}
