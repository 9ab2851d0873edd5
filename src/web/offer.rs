//! The page of an offer, for the candidate who holds its link: read, accept, decline.
//!
//! Programs that look into mails follow links. So a GET shows only a neutral page and changes nothing; what the offer
//! says is shown, and noted as seen, after a press of a button; and a decision carries a number that only that page has.

mod view;

use actix_web::http::{StatusCode, header};
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};

use self::view::{ClosedPage, CoverPage, State, TermsPage, Tries};
use super::fields::{Fault, Fields};
use super::page::{Trouble, sent_on, shown_privately};
use super::{App, nonce, peer};
use crate::actions::offer::{self, Accept, Decline, Page};
use crate::domain::link::{Link, Purpose};
use crate::domain::offer::{Offer, OfferVersion};
use crate::domain::policy::application::applications;
use crate::domain::policy::offer::offers;
use crate::domain::terms::TermsHash;
use crate::domain::viewer::Viewer;
use crate::storage::{self, Failure, Fault as Breakage, candidate, link, offer_version};

/// What a link to an offer opens.
struct Opened {
    link: Link,
    viewer: Viewer,
    offer: Offer,
    version: OfferVersion,
}

impl Opened {
    fn state(&self, app: &App) -> State {
        State::of(&self.offer, self.version.number, self.link.revoked_at.is_some(), app.shared.clock.now())
    }
}

/// Follows a link's secret, revoked or not: a revoked one still says why it opens nothing more.
async fn open(app: &App, secret: &str) -> Result<Opened, Trouble> {
    let store = &app.shared.store;
    let link = link::find(store, secret).await?.ok_or(Trouble::NotFound)?;
    let Purpose::Offer { offer, version, application } = link.purpose else { return Err(Trouble::NotFound) };
    let viewer = Viewer::Offeree { offer, version, application, candidate: link.candidate };
    let found = storage::offer::find(store, &offers(&viewer), offer).await?;
    let offer = found.ok_or(Trouble::NotFound)?;
    let version = offer_version::get(store, offer.id, version).await?;
    Ok(Opened { link, viewer, offer, version })
}

/// `GET /offers/{secret}`.
pub async fn page(app: Data<App>, secret: Path<String>) -> Result<HttpResponse, Trouble> {
    let opened = open(&app, &secret).await?;
    standing(&app, &secret, &opened)
}

/// How the offer stands, without what it says.
fn standing(app: &App, secret: &str, opened: &Opened) -> Result<HttpResponse, Trouble> {
    let site = &app.shared.site;
    match opened.state(app) {
        State::Open => shown_privately(StatusCode::OK, &CoverPage::of(site, secret, &opened.offer)),
        state => shown_privately(state.status(), &ClosedPage::of(site, secret, &opened.offer, state)),
    }
}

/// `POST /offers/{secret}`: `step` says what is to be done.
pub async fn act(
    app: Data<App>,
    secret: Path<String>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, Trouble> {
    let fields = Fields::read(&request, &app.shared.site, body).await?;
    let opened = open(&app, &secret).await?;
    match (opened.state(&app), fields.get("step")) {
        (State::Open, "view") => {
            accepted_or_refused(offer::view(app.act(&opened.viewer), opened.offer.id).await)?;
            terms(&app, &secret, &opened, StatusCode::OK, Tries::default()).await
        }
        (State::Accepted, "view") if opened.link.revoked_at.is_none() => {
            terms(&app, &secret, &opened, StatusCode::OK, Tries::default()).await
        }
        (State::Open, "accept" | "decline") => decide(&app, &secret, &request, &fields, &opened).await,
        (_, "view") => standing(&app, &secret, &opened),
        // It can't be decided any more: its page says why.
        _ => Ok(sent_on(&format!("/offers/{secret}"))),
    }
}

async fn terms(
    app: &App,
    secret: &str,
    opened: &Opened,
    status: StatusCode,
    tries: Tries,
) -> Result<HttpResponse, Trouble> {
    let scope = applications(&opened.viewer);
    let person = candidate::find(&app.shared.store, &scope, opened.offer.candidate).await?;
    let name = person.map(|person| person.name).unwrap_or_default();
    let nonce = nonce::new(secret, app.shared.clock.now(), &*app.shared.chance);
    let page = TermsPage {
        name,
        nonce,
        open: opened.state(app) == State::Open,
        ..TermsPage::of(&app.shared.site, secret, &opened.offer, &opened.version, tries)
    };
    shown_privately(status, &page)
}

async fn decide(
    app: &App,
    secret: &str,
    request: &HttpRequest,
    fields: &Fields,
    opened: &Opened,
) -> Result<HttpResponse, Trouble> {
    let again = async |faults, notice| {
        let (typed, reason) = (fields.shown("typedName"), fields.shown("reason"));
        let tries = Tries { faults, notice, typed, reason };
        terms(app, secret, opened, StatusCode::UNPROCESSABLE_ENTITY, tries).await
    };
    if !nonce::holds(secret, fields.get("nonce"), app.shared.clock.now()) {
        return again(Vec::new(), Some("This page had been open for long. Please confirm once more.")).await;
    }
    let (act, page) = (app.act(&opened.viewer), sent_page(app, request, fields, opened));
    let decided = if fields.get("step") == "accept" {
        let (typed_name, consent) = (fields.get("typedName").to_owned(), fields.get("consent").to_owned());
        offer::accept(act, Accept { page, typed_name, consent }).await
    } else {
        offer::decline(act, Decline { page, reason: fields.stated("reason") }).await
    };
    match decided {
        Ok(_) => Ok(sent_on(&format!("/offers/{secret}"))),
        Err(Failure::Fault(fault)) => Err(fault.into()),
        Err(Failure::Refused(refusal)) => match Fault::of(&refusal) {
            // It was decided, ended or replaced meanwhile: its page says which.
            faults if faults.is_empty() => Ok(sent_on(&format!("/offers/{secret}"))),
            faults => again(faults, None).await,
        },
    }
}

fn sent_page(app: &App, request: &HttpRequest, fields: &Fields, opened: &Opened) -> Page {
    let agent = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    Page {
        offer: opened.offer.id,
        terms_hash: TermsHash(fields.get("termsHash").to_owned()),
        nonce: fields.get("nonce").to_owned(),
        link: Some(opened.link.id),
        ip: peer::client(request, &app.settings.proxies).map(|address| address.to_string()),
        user_agent: agent.map(str::to_owned),
    }
}

/// A refusal to note that the page was seen changes nothing for its reader.
fn accepted_or_refused(done: Result<Offer, Failure>) -> Result<(), Breakage> {
    match done {
        Err(Failure::Fault(fault)) => Err(fault),
        Ok(_) | Err(Failure::Refused(_)) => Ok(()),
    }
}
