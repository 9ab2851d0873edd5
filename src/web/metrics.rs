//! How the installation stands, for Prometheus, on a listener of its own that strangers do not reach.
//!
//! Each metric has one row in [`METRICS`]; docs/operations.md holds the same rows. Counters and histograms are fed where
//! things happen; gauges of the database are read when they are asked for.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use actix_web::dev::Server as Running;
pub use actix_web::dev::ServerHandle;
use actix_web::http::header;
use actix_web::{App as Application, HttpResponse, HttpServer, web};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

use super::{App, health};
use crate::domain::clock::Clock;
use crate::domain::email::EmailState;
use crate::domain::feed::Channel;
use crate::feeds::Shelf;
use crate::storage::{Fault, Store, gauge};

/// What a metric counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It only rises.
    Counter,
    /// It rises and falls.
    Gauge,
    /// How values are spread.
    Histogram,
}

/// Every metric: its name, its kind, its labels, what it tells.
pub const METRICS: &[(&str, Kind, &str, &str)] = &[
    ("vacantia_build_info", Kind::Gauge, "version", "Always 1; which program runs."),
    (
        "vacantia_http_requests_total",
        Kind::Counter,
        "method, route, status",
        "Requests by route pattern and class of status.",
    ),
    ("vacantia_http_request_seconds", Kind::Histogram, "route", "How long requests took."),
    ("vacantia_http_requests_in_flight", Kind::Gauge, "", "Requests being answered."),
    (
        "vacantia_graphql_requests_total",
        Kind::Counter,
        "type, operation, outcome",
        "GraphQL requests by operation name: the first hundred names, others together.",
    ),
    (
        "vacantia_graphql_request_seconds",
        Kind::Histogram,
        "type, operation",
        "How long GraphQL requests took.",
    ),
    ("vacantia_refusals_total", Kind::Counter, "code", "Changes the business said no to."),
    ("vacantia_database_statement_seconds", Kind::Histogram, "", "How long statements took."),
    ("vacantia_database_commit_writes", Kind::Histogram, "", "Writes that shared a commit (SQLite)."),
    (
        "vacantia_database_writes_waiting",
        Kind::Gauge,
        "",
        "Writes that waited when the last commit began (SQLite).",
    ),
    ("vacantia_database_retries_total", Kind::Counter, "", "Writes tried again after a passing trouble."),
    ("vacantia_database_connections", Kind::Gauge, "state", "Connections of the pool, busy and idle."),
    ("vacantia_outbox_messages", Kind::Gauge, "state", "Messages by delivery state."),
    (
        "vacantia_outbox_oldest_due_seconds",
        Kind::Gauge,
        "",
        "How long the longest waiting message has been due; 0 when none is.",
    ),
    ("vacantia_outbox_tries_total", Kind::Counter, "outcome", "Tries to deliver, by what became of them."),
    ("vacantia_outbox_breaker_open", Kind::Gauge, "", "1 while the relay takes no mail and all mail waits."),
    (
        "vacantia_pings_total",
        Kind::Counter,
        "kind, outcome",
        "Tries to tell hubs and search engines, by what became of them.",
    ),
    ("vacantia_pings_waiting", Kind::Gauge, "", "Pings that wait for their turn."),
    ("vacantia_feed_entries", Kind::Gauge, "channel", "Entries of the feed as it is served."),
    ("vacantia_feed_withheld", Kind::Gauge, "channel", "Public postings that are not in the feed."),
    (
        "vacantia_feed_generations_behind",
        Kind::Gauge,
        "channel",
        "Public changes the served feed does not know yet.",
    ),
    ("vacantia_feed_builds_total", Kind::Counter, "channel, outcome", "Builds of feeds, done and failed."),
    ("vacantia_events_seq", Kind::Gauge, "", "The newest event's number."),
    (
        "vacantia_event_tail_seq",
        Kind::Gauge,
        "",
        "The number of the newest event that this instance passed on.",
    ),
    (
        "vacantia_invariant_violations",
        Kind::Gauge,
        "invariant",
        "Records that break a rule of the ledger; anything but 0 is a fault of the program.",
    ),
];

/// Seconds at which histograms of time are cut.
const SECONDS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// Writes at which the histogram of commits is cut.
const WRITES: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0];
/// How often what was recorded is summed up, so that it takes no more memory when nobody asks.
const UPKEEP: Duration = Duration::from_secs(5);

/// Where this process's numbers gather.
#[derive(Clone)]
pub struct Meters(PrometheusHandle);

impl std::fmt::Debug for Meters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Meters").finish_non_exhaustive()
    }
}

impl Meters {
    /// Begins to gather, for the whole process and as long as it lives.
    ///
    /// # Errors
    /// When something in this process gathers already.
    pub fn begin() -> Result<Self, BuildError> {
        let recorder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), SECONDS)?
            .set_buckets_for_metric(Matcher::Full("vacantia_database_commit_writes".to_owned()), WRITES)?
            .build_recorder();
        let meters = Self(recorder.handle());
        metrics::set_global_recorder(recorder).map_err(BuildError::FailedToSetGlobalRecorder)?;
        for (name, kind, _, help) in METRICS {
            match kind {
                Kind::Counter => metrics::describe_counter!(*name, *help),
                Kind::Gauge => metrics::describe_gauge!(*name, *help),
                Kind::Histogram => metrics::describe_histogram!(*name, *help),
            }
        }
        metrics::gauge!("vacantia_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1);
        Ok(meters)
    }

    /// Keeps what is gathered small; never ends.
    pub async fn upkeep(self) {
        let mut beats = tokio::time::interval(UPKEEP);
        loop {
            beats.tick().await;
            self.0.run_upkeep();
        }
    }
}

/// The listener for Prometheus and for probes.
///
/// # Errors
/// When the port is taken or not ours to take.
pub fn listen(on: SocketAddr, app: web::Data<App>, meters: &Meters) -> io::Result<Running> {
    let meters = web::Data::new(meters.clone());
    let server = HttpServer::new(move || {
        Application::new()
            .app_data(app.clone())
            .app_data(meters.clone())
            .route("/metrics", web::get().to(told))
            .route("/healthz", web::get().to(health::alive))
            .route("/readyz", web::get().to(health::ready))
    });
    Ok(server.workers(1).disable_signals().shutdown_timeout(1).bind(on)?.run())
}

/// `GET /metrics`, in the text format of Prometheus
/// (<https://prometheus.io/docs/instrumenting/exposition_formats/>). A database that cannot be read costs its gauges only.
async fn told(app: web::Data<App>, meters: web::Data<Meters>) -> HttpResponse {
    let shared = &app.shared;
    if let Err(fault) = look(&shared.store, &*shared.clock, &app.shelf).await {
        tracing::error!(%fault, "the database could not be read for its metrics");
    }
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(meters.0.render())
}

async fn look(store: &Store, clock: &dyn Clock, shelf: &Shelf) -> Result<(), Fault> {
    let connections = store.connections();
    let busy = connections.open.saturating_sub(connections.idle);
    metrics::gauge!("vacantia_database_connections", "state" => "busy").set(busy);
    metrics::gauge!("vacantia_database_connections", "state" => "idle").set(connections.idle);
    let now = clock.now();
    let gauges = gauge::read(store, now).await?;
    for state in EmailState::ALL {
        let of_state = gauges.messages.iter().find(|(name, _)| name == state.as_str());
        let number = of_state.map_or(0, |(_, number)| *number);
        metrics::gauge!("vacantia_outbox_messages", "state" => state.as_str()).set(float(number));
    }
    let waits = gauges.oldest_due.map_or(0, |since| (now - since).num_seconds());
    metrics::gauge!("vacantia_outbox_oldest_due_seconds").set(float(waits));
    metrics::gauge!("vacantia_pings_waiting").set(float(gauges.pings));
    metrics::gauge!("vacantia_events_seq").set(float(gauges.events));
    for (rule, offenders) in gauges.violations {
        metrics::gauge!("vacantia_invariant_violations", "invariant" => rule).set(float(offenders));
    }
    for channel in Channel::ALL {
        // One that is off, or not built yet, tells nothing.
        let snapshot = shelf.current(*channel);
        let counts = snapshot.as_ref().map(|snapshot| snapshot.counts).unwrap_or_default();
        let behind = snapshot.map_or(0, |snapshot| gauges.feed_generation - snapshot.generation);
        let count = |number: usize| float(i64::try_from(number).unwrap_or(i64::MAX));
        let channel = channel.as_str();
        metrics::gauge!("vacantia_feed_entries", "channel" => channel).set(count(counts.entries));
        metrics::gauge!("vacantia_feed_withheld", "channel" => channel).set(count(counts.withheld));
        metrics::gauge!("vacantia_feed_generations_behind", "channel" => channel).set(float(behind.max(0)));
    }
    Ok(())
}

/// Exact up to 2^53.
#[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
fn float(number: i64) -> f64 {
    number as f64
}

/// The rows of docs/operations.md.
#[must_use]
pub fn table() -> String {
    let row = |(name, kind, labels, help): &(&str, Kind, &str, &str)| {
        format!("| `{name}` | {} | {labels} | {help} |\n", format!("{kind:?}").to_lowercase())
    };
    METRICS.iter().map(row).collect()
}
