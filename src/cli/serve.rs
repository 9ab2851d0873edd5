//! `vacantia serve`: brings the schema up to date, then serves until told to stop.

use std::process::exit;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::Parser;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{open, require_current};
use crate::config::{Config, MetricsListen, Mistake};
use crate::domain::clock::{SystemChance, SystemClock};
use crate::feeds::Shelf;
use crate::graphql::Shared;
use crate::mail::driver::Smtp;
use crate::mail::transport::Transport;
use crate::storage::{Store, channel_setting, user};
use crate::web::metrics::{self, Meters, ServerHandle};
use crate::web::server::{Patience, Server};
use crate::web::{App, Introspection, Settings};
use crate::work::event_tail::{self, EventTail};
use crate::work::expiry_sweep::{self, ExpirySweep};
use crate::work::feed_builder::FeedBuilder;
use crate::work::fetch_keeper::FetchKeeper;
use crate::work::outbox::Outbox;
use crate::work::pinger::{self, Pinger, http::Timeouts};

/// How to serve.
#[derive(Debug, Parser)]
pub struct Options {
    /// Leave the database's schema as it is; refuse to start when it is not current.
    #[arg(long, env = "VACANTIA_NO_MIGRATE", value_parser = clap::builder::BoolishValueParser::new())]
    no_migrate: bool,
}

/// Serves until it is told to stop.
///
/// # Errors
/// When a setting is wrong, the database cannot be used, or the port is taken.
pub async fn run(config: &Config, options: &Options) -> anyhow::Result<()> {
    // Looked at before anything is touched, so that a wrong setting changes nothing.
    let site = Arc::new(config.site()?);
    transport(config)?;
    config.cors()?;
    let store = open(config).await?;
    bring_up_to_date(&store, options.no_migrate).await?;
    if !user::exists(&store).await? {
        tracing::warn!(
            "nobody can sign in yet: vacantia user create you@example.com --role admin makes the first user"
        );
    }
    let (clock, chance) = (Arc::new(SystemClock), Arc::new(SystemChance));
    let shared = Shared { store, clock, chance, site, shelf: Arc::default() };
    serve(config, shared, |_| ()).await
}

async fn bring_up_to_date(store: &Store, leave: bool) -> anyhow::Result<()> {
    if leave {
        return require_current(store).await;
    }
    if store.is_behind().await? {
        let copy = store.copy_beside().await.context("cannot copy the database before migrating it")?;
        if let Some(copy) = copy {
            tracing::info!(copy = %copy.display(), "copied the database before migrating it");
        }
    }
    for step in store.migrate().await? {
        tracing::info!(step, "migrated");
    }
    Ok(())
}

/// Starts the web server and the workers, says so through `ready` with the address, and returns when all have ended
/// after a signal to stop. A second signal ends the program at once.
///
/// # Errors
/// When a setting is wrong, the port is taken, or the server breaks.
pub async fn serve(
    config: &Config,
    shared: Shared,
    ready: impl FnOnce(std::net::SocketAddr),
) -> anyhow::Result<()> {
    outlive_large_files()?;
    let outbox = outbox(config, &shared)?;
    let (shelf, builder, tail) = feeds(config, &shared).await?;
    let (sweep, pinger) = (sweep(config, &shared), pinger(config, &shared));
    let store = shared.store.clone();
    let fetches = FetchKeeper::new(store.clone(), Arc::clone(&shelf));
    let settings = settings(config)?;
    let patience = Patience {
        graphql: config.querying.graphql_timeout,
        notice: config.stop_delay,
        stop: config.stop_grace,
    };
    let server =
        Server::bind(config.listen, App::new(shared, shelf, settings), patience).with_context(|| {
            format!("cannot listen on {} (hint: set VACANTIA_LISTEN to a free port)", config.listen)
        })?;
    let address = server.addresses().first().copied().unwrap_or(config.listen);
    let inner = metrics(config, &server)?;
    let (stop, stopped) = watch::channel(false);
    let mut workers = JoinSet::new();
    workers.spawn(outbox.run(stopped.clone()));
    workers.spawn(fetches.clone().run(stopped.clone()));
    workers.spawn(builder.run(tail.newest(), stopped.clone()));
    workers.spawn(tail.run(stopped.clone()));
    workers.spawn(sweep.run(stopped.clone()));
    workers.spawn(pinger.run(stopped.clone()));
    tokio::spawn(obey(Signals::new()?, stop.clone()));
    tracing::info!(%address, "serving");
    ready(address);
    let ended = server.run(stopped).await;
    // However the server ended, what works beside it ends as well.
    stop.send_replace(true);
    while workers.join_next().await.is_some() {}
    // What was answered while the workers were ending.
    if let Err(failure) = fetches.step().await {
        tracing::warn!(%failure, "who fetched feeds last is not kept");
    }
    if let Some(inner) = inner {
        inner.stop(true).await;
    }
    store.close().await?;
    tracing::info!("stopped");
    Ok(ended?)
}

/// Serves metrics on a listener of their own. One that was not asked for may find its port taken.
fn metrics(config: &Config, server: &Server) -> anyhow::Result<Option<ServerHandle>> {
    let (on, asked) = match config.metrics_listen {
        None => (MetricsListen::USUAL, false),
        Some(MetricsListen(None)) => return Ok(None),
        Some(MetricsListen(Some(on))) => (on, true),
    };
    let meters = Meters::begin()?;
    let running = match metrics::listen(on, server.app(), &meters) {
        Err(error) if !asked => {
            tracing::warn!(%on, %error, "no metrics: the port is taken (VACANTIA_METRICS_LISTEN sets another)");
            return Ok(None);
        }
        bound => bound.with_context(|| {
            format!(
                "cannot listen on {on} for metrics (hint: set VACANTIA_METRICS_LISTEN to a free port, or off)"
            )
        })?,
    };
    let handle = running.handle();
    tokio::spawn(meters.upkeep());
    tokio::spawn(running);
    Ok(Some(handle))
}

fn settings(config: &Config) -> Result<Settings, Mistake> {
    Ok(Settings {
        proxies: config.trusted_proxies.clone(),
        cors: config.cors()?,
        rates: config.rating.rates(),
        limits: config.querying.limits(),
        graphiql: config.graphiql,
        introspection: if config.introspection { Introspection::Everybody } else { Introspection::Staff },
    })
}

fn outbox(config: &Config, shared: &Shared) -> Result<Arc<Outbox>, Mistake> {
    let Shared { store, clock, chance, site, .. } = shared.clone();
    let settings = config.work.outbox(config.stop_grace);
    Ok(Arc::new(Outbox::new(store, clock, chance, site, transport(config)?, settings)))
}

fn sweep(config: &Config, shared: &Shared) -> ExpirySweep {
    let Shared { store, clock, chance, site, .. } = shared.clone();
    let settings = expiry_sweep::Settings { interval: config.work.sweep_interval, ..Default::default() };
    ExpirySweep::new(store, clock, chance, site, settings)
}

/// What tells others of what is new, with the patience that mail has.
fn pinger(config: &Config, shared: &Shared) -> Pinger {
    let Shared { store, clock, chance, site, .. } = shared.clone();
    let outbox = config.work.outbox(config.stop_grace);
    let usual = Timeouts::default();
    // What is being said when the program is told to stop is over before it has to.
    let timeouts = Timeouts { all: usual.all.min(config.stop_grace).max(Duration::from_secs(1)), ..usual };
    let settings =
        pinger::Settings { poll: outbox.poll, retry: outbox.retry, timeouts, ..Default::default() };
    Pinger::new(store, clock, chance, site, settings)
}

/// What builds the feeds, and what tells it that something happened.
async fn feeds(
    config: &Config,
    shared: &Shared,
) -> anyhow::Result<(Arc<Shelf>, FeedBuilder, Arc<EventTail>)> {
    let folder = config.data_dir.join("feeds");
    let shelf = Shelf::open(&folder).with_context(|| {
        format!("cannot use {} (hint: set VACANTIA_DATA_DIR to a folder of your own)", folder.display())
    })?;
    let (shelf, Shared { store, clock, chance, site, .. }) = (Arc::new(shelf), shared.clone());
    // Known before anybody asks, so that nothing private is given away.
    shelf.channels.set(channel_setting::all(&store).await?);
    let tail = EventTail::begin(store.clone(), event_tail::POLL).await?;
    Ok((Arc::clone(&shelf), FeedBuilder::new(store, clock, chance, site, shelf), Arc::new(tail)))
}

/// How mail leaves: to the relay, or into a folder as long as there is none.
fn transport(config: &Config) -> Result<Transport, Mistake> {
    let Some(relay) = config.relay()? else { return Ok(Transport::Folder(config.data_dir.join("mail"))) };
    let (hello, authorities) = (config.hello()?, config.authorities()?);
    Ok(Transport::Smtp(Box::new(Smtp { relay, timeouts: config.relaying.timeouts(), hello, authorities })))
}

/// What the kernel sends to whoever writes beyond the limit on the size of files; the same number on Linux and macOS.
const SIGXFSZ: i32 = 25;

/// Has such a write fail, as on a full disk, instead of ending the program (setrlimit(2), `RLIMIT_FSIZE`). A signal that
/// was listened for once is caught from then on.
fn outlive_large_files() -> std::io::Result<()> {
    signal(SignalKind::from_raw(SIGXFSZ)).map(drop)
}

/// Signals that ask the program to end: SIGTERM from a supervisor, SIGINT from a terminal.
struct Signals(Signal, Signal);

impl Signals {
    /// Heard from now on.
    fn new() -> std::io::Result<Self> {
        Ok(Self(signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?))
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.0.recv() => {}
            _ = self.1.recv() => {}
        }
    }
}

async fn obey(mut signals: Signals, stop: watch::Sender<bool>) {
    signals.next().await;
    tracing::info!("stopping; a second signal stops at once");
    stop.send_replace(true);
    signals.next().await;
    tracing::warn!("stopped at once");
    exit(1);
}
