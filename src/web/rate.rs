//! How often a stranger may do what costs something, by the internet address it comes from.
//!
//! Counted here, in memory and for this process alone: a limit is there to keep one sender from taking what is meant for
//! all, and need not be exact over several instances or over a restart.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest, HttpResponse, web};
use governor::clock::{self, Clock as _};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

use super::page::Trouble;
use super::{App, peer};
use crate::domain::clock::Clock;

/// Addresses remembered of one deed; beyond them neighbours are counted as one.
const MOST: usize = 50_000;
/// Deeds after which addresses that have been quiet long enough are forgotten.
const SWEEP: u32 = 1_024;

/// So many times at once, and again as many within each such time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many times.
    pub times: NonZeroU32,
    /// Within which time.
    pub within: Duration,
}

/// What one address may do how often; without limit where there is none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rates {
    /// Applications sent without a link or token, by form or by GraphQL.
    pub applications: Option<Rate>,
    /// Forms sent from the pages behind a link.
    pub links: Option<Rate>,
    /// Links and tokens that are none.
    pub guesses: Option<Rate>,
    /// GraphQL requests without the token of a member of staff.
    pub queries: Option<Rate>,
    /// Whole feeds, sitemaps and lists of changes sent to whoever does not have them already.
    pub feeds: Option<Rate>,
}

/// What is counted: the fields of [`Rates`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// [`Rates::applications`].
    Application,
    /// [`Rates::links`].
    Link,
    /// [`Rates::guesses`].
    Guess,
    /// [`Rates::queries`].
    Query,
    /// [`Rates::feeds`].
    Feed,
}

/// It came too often: status 429 (RFC 6585 section 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many requests")]
pub struct TooMany {
    /// Whole seconds after which to try again, at least one.
    pub retry_after: u64,
}

/// The counts of each deed.
#[derive(Debug)]
pub(super) struct Counts {
    applications: Option<Count>,
    links: Option<Count>,
    guesses: Option<Count>,
    queries: Option<Count>,
    feeds: Option<Count>,
}

impl Counts {
    pub(super) fn new(rates: Rates, clock: &Arc<dyn Clock>) -> Self {
        let count = |rate: Option<Rate>| rate.map(|rate| Count::new(rate, Arc::clone(clock)));
        Self {
            applications: count(rates.applications),
            links: count(rates.links),
            guesses: count(rates.guesses),
            queries: count(rates.queries),
            feeds: count(rates.feeds),
        }
    }

    fn of(&self, deed: Deed) -> Option<&Count> {
        match deed {
            Deed::Application => self.applications.as_ref(),
            Deed::Link => self.links.as_ref(),
            Deed::Guess => self.guesses.as_ref(),
            Deed::Query => self.queries.as_ref(),
            Deed::Feed => self.feeds.as_ref(),
        }
    }
}

/// Counts a deed of whoever sent this request, `times` over.
///
/// # Errors
/// When that is too often; then nothing is counted.
pub fn count(app: &App, request: &HttpRequest, deed: Deed, times: usize) -> Result<(), TooMany> {
    let Some(count) = app.counts.of(deed) else { return Ok(()) };
    // A request always has a peer; only one made up inside the program has none, and it is no stranger.
    let Some(address) = peer::client(request, &app.settings.proxies) else { return Ok(()) };
    let Some(times) = u32::try_from(times).map_or(Some(NonZeroU32::MAX), NonZeroU32::new) else {
        return Ok(());
    };
    count.add(address, times).inspect_err(|_| {
        let hint = if address.is_loopback() {
            " (behind a proxy on this machine? Name it in VACANTIA_TRUSTED_PROXIES, or all visitors are counted as one)"
        } else {
            ""
        };
        tracing::warn!(?deed, "one address sent too many requests{hint}");
    })
}

/// Around the pages behind a link: counts the forms sent there, and the links that are none.
///
/// Whoever holds a link that is right gets its page however many wrong ones came from the same address: secrets are far
/// too long to be guessed, and nobody can lock out their neighbours.
pub(super) async fn kept(
    app: web::Data<App>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if request.method() == Method::POST
        && let Err(too_many) = count(&app, request.request(), Deed::Link, 1)
    {
        return Ok(request.into_response(refused(too_many)));
    }
    let response = next.call(request).await?;
    if response.status() == StatusCode::NOT_FOUND
        && let Err(too_many) = count(&app, response.request(), Deed::Guess, 1)
    {
        return Ok(response.into_response(refused(too_many)));
    }
    Ok(response.map_into_boxed_body())
}

/// Not an error of the service: the words around it are found for answers only.
fn refused(too_many: TooMany) -> HttpResponse {
    HttpResponse::from_error(Trouble::TooMany(too_many))
}

/// One deed's counts by address.
struct Count {
    limiter: RateLimiter<IpAddr, HashMapStateStore<IpAddr>, Ticks, NoOpMiddleware<Duration>>,
    added: AtomicU32,
}

impl std::fmt::Debug for Count {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Count").finish_non_exhaustive()
    }
}

impl Count {
    fn new(rate: Rate, clock: Arc<dyn Clock>) -> Self {
        let pause = (rate.within / rate.times.get()).max(Duration::from_nanos(1));
        // None only for a pause of zero.
        let quota = Quota::with_period(pause).unwrap_or(Quota::per_second(rate.times));
        let limiter =
            RateLimiter::new(quota.allow_burst(rate.times), HashMapStateStore::default(), Ticks(clock));
        Self { limiter, added: AtomicU32::new(0) }
    }

    fn add(&self, address: IpAddr, times: NonZeroU32) -> Result<(), TooMany> {
        if self.added.fetch_add(1, Ordering::Relaxed) % SWEEP == SWEEP - 1 {
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
        }
        let key = if self.limiter.len() < MOST { household(address) } else { region(address) };
        match self.limiter.check_key_n(&key, times) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(not_yet)) => {
                let wait = not_yet.wait_time_from(self.limiter.clock().now());
                Err(TooMany { retry_after: wait.as_secs() + 1 })
            }
            // More at once than is ever allowed: waiting helps only whoever then asks for less.
            Err(_) => Err(TooMany { retry_after: 1 }),
        }
    }
}

/// The addresses that one customer of a network has: one of version 4, 2^64 of version 6 (RFC 6177).
fn household(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(own) => masked(own, 64),
    }
}

/// The addresses that one network has, about.
fn region(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(own) => IpAddr::from((u32::from(own) & 0xFFFF_0000).to_be_bytes()),
        IpAddr::V6(own) => masked(own, 32),
    }
}

fn masked(address: Ipv6Addr, bits: u32) -> IpAddr {
    IpAddr::V6(Ipv6Addr::from(u128::from(address) & !(u128::MAX >> bits)))
}

/// The program's clock, as the limiter reads it.
#[derive(Clone)]
struct Ticks(Arc<dyn Clock>);

impl clock::Clock for Ticks {
    type Instant = Duration;

    fn now(&self) -> Duration {
        (self.0.now() - chrono::DateTime::UNIX_EPOCH).to_std().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
