//! Floor 5: HTTP. Every route is on this page. The only floor that names `actix_web`.
//!
//! * [`graphql`], [`cors`], [`media`], [`viewer`]: GraphQL over HTTP; [`graphiql`]: its explorer.
//! * `posting`, `apply`: the pages of visitors; `application`, `form`, `nomination`, `slot`, `offer`: those of candidates,
//!   `reference`: that of a referee, `scorecard` and `approval`: those of colleagues; behind a link's secret.
//! * `feed`: feeds and their reports; [`report`]: how hiring goes, as tables.
//! * [`page`], [`asset`], `fields`, `sheet`, `nonce`: what all pages share.
//! * `inbound`: mail that comes in, from whoever receives it.
//! * [`observe`], [`metrics`]: what is noted of a request, and how the installation stands.
//! * `header`, [`peer`], [`rate`], `health`: what all answers share, who is at the other end and how often, whether we are
//!   well.

mod application;
mod apply;
mod approval;
pub mod asset;
pub mod cors;
mod feed;
mod fields;
mod form;
pub mod graphiql;
pub mod graphql;
mod header;
mod health;
mod inbound;
mod mark;
pub mod media;
pub mod metrics;
mod nomination;
mod nonce;
pub mod observe;
mod offer;
pub mod page;
pub mod peer;
mod posting;
pub mod rate;
mod reference;
pub mod report;
mod scorecard;
pub mod server;
mod sheet;
mod slot;
pub mod viewer;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::middleware::from_fn;
use actix_web::{FromRequest, Handler, Resource, Responder, guard, web};

use crate::actions::Act;
use crate::domain::viewer::Viewer;
use crate::feeds::Shelf;
use crate::graphql::endpoint::Endpoint;
use crate::graphql::guard::Limits;
use crate::graphql::{Schema, Shared};

/// What requests are answered with.
#[derive(Debug)]
pub struct App {
    /// Database, clock, chance, organisation.
    pub shared: Shared,
    /// The feeds that are built.
    pub shelf: Arc<Shelf>,
    /// How the web part was told to behave.
    pub settings: Settings,
    counts: rate::Counts,
    filtered: feed::Filtered,
    names: observe::Names,
    stopping: AtomicBool,
}

/// How the web part is told to behave.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Proxies whose word on the client's address is believed.
    pub proxies: Vec<peer::Network>,
    /// Sites whose pages may call the API.
    pub cors: cors::Cors,
    /// How often a stranger may do what costs something.
    pub rates: rate::Rates,
    /// What a GraphQL request may ask for.
    pub limits: Limits,
    /// Whether to serve the GraphQL explorer.
    pub graphiql: bool,
    /// Who may ask what the schema is.
    pub introspection: Introspection,
}

/// Who may ask what the schema is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Introspection {
    /// Everybody.
    #[default]
    Everybody,
    /// Members of staff.
    Staff,
}

impl App {
    /// Ready to answer.
    #[must_use]
    pub fn new(shared: Shared, shelf: Arc<Shelf>, settings: Settings) -> Self {
        let counts = rate::Counts::new(settings.rates, &shared.clock);
        let shared = Shared { shelf: Arc::clone(&shelf), ..shared };
        let (names, stopping) = (observe::Names::default(), AtomicBool::new(false));
        let filtered = feed::Filtered::default();
        Self { shared, shelf, settings, counts, filtered, names, stopping }
    }

    /// Tells those who send requests here to send them elsewhere; those that come are answered.
    pub fn stop_being_ready(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// What a change by this viewer may use.
    fn act<'a>(&'a self, viewer: &'a Viewer) -> Act<'a> {
        let Shared { store, clock, chance, site, .. } = &self.shared;
        Act { store, clock: &**clock, chance: &**chance, site, viewer }
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }
}

/// Every route.
pub fn routes(
    app: web::Data<App>,
    endpoint: web::Data<Endpoint<Schema>>,
) -> impl FnOnce(&mut web::ServiceConfig) {
    move |config| {
        let cors = app.settings.cors.clone();
        let shared = web::Data::new(app.shared.clone());
        let everything = web::scope("")
            .wrap(from_fn(page::told))
            .wrap(from_fn(header::added))
            .wrap(from_fn(observe::noted))
            .configure(graphql::configure(endpoint, shared, cors))
            .service(read("/graphiql", graphiql::page))
            .service(read("/assets/{name}", asset::served))
            .service(read("/", posting::home))
            .service(read("/jobs", posting::list))
            .service(read("/jobs/{slug}.jsonld", posting::json_ld))
            .service(read("/jobs/{slug}", posting::page))
            .service(read("/feeds", feed::page))
            .service(read("/feeds/changes.json", feed::news::changes))
            .service(read("/feeds/{name}", feed::named))
            .service(read("/feeds/{channel}/report.json", feed::report))
            .service(read("/feeds/{channel}/{file}", feed::document))
            .service(read("/sitemap.xml", feed::news::index))
            .service(read("/sitemaps/{number}.xml", feed::news::part))
            .service(read("/robots.txt", feed::news::robots))
            .service(read("/{key}.txt", feed::index_now_key))
            .service(read("/reports/{name}.csv", report::csv))
            .service(read("/jobs/{slug}/apply", apply::form).route(web::post().to(apply::send)))
            .service(read("/jobs/{slug}/applied", apply::applied))
            .configure(of_applications)
            .configure(behind_secrets)
            .service(web::resource("/inbound/mail").route(web::post().to(inbound::mail)))
            .service(read("/healthz", health::alive))
            .service(read("/readyz", health::ready))
            .default_service(web::to(page::nowhere));
        config.app_data(app).service(everything);
    }
}

/// The page of an application, and what is done from it.
fn of_applications(config: &mut web::ServiceConfig) {
    config
        .service(read("/applications/{secret}", application::page).wrap(from_fn(rate::kept)))
        .service(
            read("/applications/{secret}/withdraw", application::ask)
                .route(web::post().to(application::withdraw))
                .wrap(from_fn(rate::kept)),
        )
        .service(
            read("/applications/{secret}/teams", application::teams)
                .route(web::post().to(application::send_teams))
                .wrap(from_fn(rate::kept)),
        )
        .service(
            read("/applications/{secret}/forms/{step}", form::page_within)
                .route(web::post().to(form::answer_within))
                .wrap(from_fn(rate::kept)),
        )
        .service(
            read("/applications/{secret}/references/{step}", nomination::page_within)
                .route(web::post().to(nomination::send_within))
                .wrap(from_fn(rate::kept)),
        )
        .service(
            read("/applications/{secret}/interviews/{step}", slot::page_within)
                .route(web::post().to(slot::send_within))
                .wrap(from_fn(rate::kept)),
        );
}

/// The other pages behind a link's secret.
fn behind_secrets(config: &mut web::ServiceConfig) {
    config
        .service(
            read("/forms/{secret}", form::page).route(web::post().to(form::answer)).wrap(from_fn(rate::kept)),
        )
        .service(
            read("/approvals/{secret}", approval::page)
                .route(web::post().to(approval::act))
                .wrap(from_fn(rate::kept)),
        )
        .service(
            read("/nominations/{secret}", nomination::page)
                .route(web::post().to(nomination::send))
                .wrap(from_fn(rate::kept)),
        )
        .service(
            read("/interviews/{secret}", slot::page)
                .route(web::post().to(slot::send))
                .wrap(from_fn(rate::kept)),
        )
        .service(
            read("/references/{secret}", reference::page)
                .route(web::post().to(reference::send))
                .wrap(from_fn(rate::kept)),
        )
        .service(
            read("/scorecards/{secret}", scorecard::page)
                .route(web::post().to(scorecard::act))
                .wrap(from_fn(rate::kept)),
        )
        .service(read("/offers/{offer}/{document}", offer::fetched).wrap(from_fn(rate::kept)))
        .service(
            read("/offers/{secret}", offer::page).route(web::post().to(offer::act)).wrap(from_fn(rate::kept)),
        );
}

/// A path that is only read: GET and HEAD, neither of which changes anything.
fn read<F, Args>(path: &str, handler: F) -> Resource
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    let reading = guard::Any(guard::Get()).or(guard::Head());
    web::resource(path).route(web::route().guard(reading).to(handler))
}
