//! What is said to a hub or to a search engine, and how it answers. It blocks.

use std::io::Read;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use ureq::Agent;
use ureq::config::Config;
use ureq::http::header::{LOCATION, RETRY_AFTER};
use ureq::http::{HeaderMap, HeaderName, Response};
use url::form_urlencoded::Serializer;
use url::{Host, Url};

use crate::domain::ping::{Answer, IndexNow, Ping, PingKind, Pings, reply};
use crate::domain::site::Site;
use crate::mail::relay::is_loopback;

/// How many bytes of an answer are read: more than is kept of its words, since some are not kept.
const MOST_READ: u64 = 2_048;

/// How long whoever is told may take, phase by phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Being found by its name: 5 s.
    pub resolve: Duration,
    /// Being reached, TLS included: 5 s.
    pub connect: Duration,
    /// Taking in the request: 10 s.
    pub send: Duration,
    /// Beginning to answer: 10 s.
    pub answer: Duration,
    /// Telling the rest: 3 s.
    pub body: Duration,
    /// All of it: 20 s, less than the program waits for when it is stopped.
    pub all: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            resolve: Duration::from_secs(5),
            connect: Duration::from_secs(5),
            send: Duration::from_secs(10),
            answer: Duration::from_secs(10),
            body: Duration::from_secs(3),
            all: Duration::from_secs(20),
        }
    }
}

/// Speaks for a site.
#[derive(Debug)]
pub struct Speaker {
    public_url: String,
    pings: Pings,
    agent: Agent,
    /// Nothing on this machine is reached through a proxy.
    here: Agent,
}

impl Speaker {
    /// One that has not spoken yet.
    #[must_use]
    pub fn new(site: &Site, timeouts: Timeouts) -> Self {
        let config = || {
            Agent::config_builder()
                .http_status_as_error(false)
                .max_redirects(0)
                .max_redirects_will_error(false)
                .max_idle_connections(0)
                .user_agent(concat!("Vacantia/", env!("CARGO_PKG_VERSION")))
                .timeout_resolve(Some(timeouts.resolve))
                .timeout_connect(Some(timeouts.connect))
                .timeout_send_request(Some(timeouts.send))
                .timeout_send_body(Some(timeouts.send))
                .timeout_recv_response(Some(timeouts.answer))
                .timeout_recv_body(Some(timeouts.body))
                .timeout_global(Some(timeouts.all))
        };
        let agent = |config: Config| Agent::new_with_config(config);
        Self {
            public_url: site.public_url.clone(),
            pings: site.pings.clone(),
            agent: agent(config().build()),
            here: agent(config().proxy(None).build()),
        }
    }

    /// Says a ping and hears the answer. Redirects are not followed: whoever moved is told by the operator's word only.
    #[must_use]
    pub fn say(&self, ping: &Ping, now: DateTime<Utc>) -> Answer {
        if self.pings.target(ping.kind) != Some(&ping.target) {
            return Answer { hopeless: true, ..Answer::none("nothing is sent there any more") };
        }
        let (kind, body) = match (ping.kind, &self.pings.index_now) {
            (PingKind::Indexnow, Some(told)) => {
                ("application/json; charset=utf-8", self.for_engines(told, ping))
            }
            _ => ("application/x-www-form-urlencoded", for_hub(ping)),
        };
        let sent = self.agent(&ping.target).post(&ping.target).content_type(kind).send(body);
        let mut answer = match sent {
            Ok(answer) => heard(answer, now),
            Err(error) => Answer::none(&error.to_string()),
        };
        // Some quote what they were told.
        if let Some(told) = &self.pings.index_now {
            answer.reply = answer.reply.replace(told.key.reveal(), "(key)");
        }
        answer
    }

    fn agent(&self, target: &str) -> &Agent {
        let host = Url::parse(target).ok().and_then(|url| url.host().map(|host| host.to_owned()));
        if host.is_some_and(|host: Host| is_loopback(&host)) { &self.here } else { &self.agent }
    }

    /// Several addresses in one (<https://www.indexnow.org/documentation>).
    fn for_engines(&self, told: &IndexNow, ping: &Ping) -> String {
        let key = told.key.reveal();
        let host = self.public_url.split_once("://").map_or(&*self.public_url, |(_, host)| host);
        let location = format!("{}/{key}.txt", self.public_url);
        json!({ "host": host, "key": key, "keyLocation": location, "urlList": ping.urls }).to_string()
    }
}

/// The standard leaves it to hubs how they are told. All in use take one of these two names for the feed.
fn for_hub(ping: &Ping) -> String {
    let mut form = Serializer::new(String::new());
    form.append_pair("hub.mode", "publish");
    for url in &ping.urls {
        form.append_pair("hub.url", url).append_pair("hub.topic", url);
    }
    form.finish()
}

fn heard(mut answer: Response<ureq::Body>, now: DateTime<Utc>) -> Answer {
    let status = answer.status();
    let retry_after = said(answer.headers(), RETRY_AFTER).and_then(|text| wish(text, now));
    let moved = said(answer.headers(), LOCATION).filter(|_| status.is_redirection());
    let moved = moved.map(|place| format!("redirects are not followed; this one leads to {place} "));
    let mut words = Vec::new();
    // What breaks off here has answered all the same.
    let _ = answer.body_mut().as_reader().take(MOST_READ).read_to_end(&mut words);
    let words = moved.unwrap_or_default() + &String::from_utf8_lossy(&words);
    let words = if words.trim().is_empty() { status.canonical_reason().unwrap_or_default() } else { &words };
    Answer { code: Some(status.as_u16()), reply: reply(words), retry_after, hopeless: false }
}

fn said(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// How long to wait by `Retry-After`: seconds, or until a date (RFC 9110 section 10.2.3).
fn wish(text: &str, now: DateTime<Utc>) -> Option<TimeDelta> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // Whatever is too large to be a number is longer than we wait anyhow.
        return Some(text.parse().ok().and_then(TimeDelta::try_seconds).unwrap_or(TimeDelta::MAX));
    }
    Some(DateTime::parse_from_rfc2822(text).ok()?.with_timezone(&Utc) - now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wishes_come_in_seconds_or_as_a_date() {
        let now: DateTime<Utc> = "2027-01-15T08:00:00Z".parse().unwrap();
        let waits = |text| wish(text, now);
        assert_eq!(waits(" 120 "), Some(TimeDelta::minutes(2)));
        assert_eq!(waits("Fri, 15 Jan 2027 08:30:00 GMT"), Some(TimeDelta::minutes(30)));
        assert_eq!(waits("99999999999999999999"), Some(TimeDelta::MAX));
        for none in ["", "soon", "-1", "1.5", "\u{0}"] {
            assert_eq!(waits(none), None, "{none:?}");
        }
    }
}
