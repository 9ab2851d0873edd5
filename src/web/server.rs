//! The listening socket, from bind to the last answer.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use actix_web::dev::Server as Running;
use actix_web::{App as Application, HttpServer, web};
use tokio::sync::watch;

use super::{App, Introspection, routes};
use crate::graphql::endpoint::Endpoint;
use crate::graphql::{discreet_schema, schema};

/// A server that has its port and answers as soon as it runs.
pub struct Server {
    running: Running,
    app: web::Data<App>,
    addresses: Vec<SocketAddr>,
    notice: Duration,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("addresses", &self.addresses).finish_non_exhaustive()
    }
}

/// How long a request's line and headers may take to arrive; a connection that says nothing has as long.
const HEADERS: Duration = Duration::from_secs(5);
/// How long a connection may rest after an answer.
const QUIET: Duration = Duration::from_secs(5);
/// Connections that each thread answers at once; more wait until one of them ends.
const CONNECTIONS: usize = 4_096;

/// How long a client may take.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// One GraphQL request.
    pub graphql: Duration,
    /// Those who send requests here, until they notice that it is no longer ready and send them elsewhere.
    pub notice: Duration,
    /// Requests under way when the program is told to stop; `notice` is a part of it.
    pub stop: Duration,
}

impl Server {
    /// Takes the port.
    ///
    /// # Errors
    /// When it is taken or not ours to take.
    pub fn bind(listen: SocketAddr, app: App, patience: Patience) -> io::Result<Self> {
        let schema = match app.settings.introspection {
            Introspection::Everybody => schema(),
            Introspection::Staff => discreet_schema(),
        };
        let endpoint = web::Data::new(Endpoint::new(schema, app.settings.limits, patience.graphql));
        let app = web::Data::new(app);
        let each = app.clone();
        // Counted in whole seconds, so a part of one is given as one.
        let left = patience.stop.saturating_sub(patience.notice) + Duration::from_millis(999);
        let server =
            HttpServer::new(move || Application::new().configure(routes(each.clone(), endpoint.clone())))
                .client_request_timeout(HEADERS)
                .keep_alive(QUIET)
                .max_connections(CONNECTIONS)
                .disable_signals()
                .shutdown_timeout(left.as_secs())
                .bind(listen)?;
        let addresses = server.addrs();
        Ok(Self { running: server.run(), app, addresses, notice: patience.notice })
    }

    /// What it answers with.
    #[must_use]
    pub fn app(&self) -> web::Data<App> {
        self.app.clone()
    }

    /// Where it listens; the port is a real one even when 0 was asked for.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Answers until `stop` says true. Then it is not ready, but still takes requests for as long as those who send
    /// them need to notice; only after that the port is given back, and what is under way is finished.
    ///
    /// # Errors
    /// When the server itself breaks.
    pub async fn run(self, mut stop: watch::Receiver<bool>) -> io::Result<()> {
        let handle = self.running.handle();
        let app = self.app;
        let stopping = async move {
            // An error means that nobody is left to say stop: the program is ending.
            let _ = stop.wait_for(|stop| *stop).await;
            app.stop_being_ready();
            tokio::time::sleep(self.notice).await;
            handle.stop(true).await;
        };
        let stopping = tokio::spawn(stopping);
        let ended = self.running.await;
        stopping.abort();
        ended
    }
}
