//! The page of an offer, for the candidate who holds its link: read, accept, decline.
//!
//! Programs that look into mails follow links. So a GET shows only a neutral page and changes nothing; what the offer
//! says is shown, and noted as seen, after a press of a button; and a decision carries a number that only that page has.

mod document;
mod view;

use actix_web::http::{StatusCode, header};
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};

pub use self::document::fetched;
use self::view::{CertificatePage, ClosedPage, CoverPage, State, TermsPage, Tries};
use super::fields::{Fault, Fields};
use super::page::{Trouble, sent_on, shown_privately};
use super::{App, nonce, peer};
use crate::actions::offer::{self, Accept, Decline, Page, Question};
use crate::domain::Refusal;
use crate::domain::link::{Link, Purpose};
use crate::domain::offer::{Offer, OfferVersion};
use crate::domain::policy::application::applications;
use crate::domain::policy::offer::{offering, offers};
use crate::domain::terms::TermsHash;
use crate::domain::viewer::Viewer;
use crate::storage::{self, Failure, Fault as Breakage, candidate, link, offer_document, offer_version};

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
        (State::Accepted, "certificate") if opened.link.revoked_at.is_none() => {
            certificate(&app, &secret, &opened).await
        }
        (State::Open | State::Accepted, "document") if opened.link.revoked_at.is_none() => {
            document::download(&app, opened.offer.id, opened.version.number).await
        }
        (State::Open, "accept" | "decline" | "code" | "ask") => {
            answer(&app, &secret, &request, &fields, &opened).await
        }
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
    let size = offer_document::size(&app.shared.store, opened.offer.id, opened.version.number).await?;
    let page = TermsPage {
        name,
        nonce,
        open: opened.state(app) == State::Open,
        document: size.map(|bytes| (bytes + 999) / 1000),
        ..TermsPage::of(&app.shared.site, secret, &opened.offer, &opened.version, tries)
    };
    shown_privately(status, &page)
}

/// What proves the candidate's own acceptance, for them to keep.
async fn certificate(app: &App, secret: &str, opened: &Opened) -> Result<HttpResponse, Trouble> {
    let (store, offer) = (&app.shared.store, opened.offer.id);
    let mut proofs = storage::certificate::proofs(store, &offering(&Viewer::System), &[offer]).await?;
    let proof = proofs.remove(&offer).ok_or(Trouble::NotFound)?;
    let page = CertificatePage::of(&app.shared.site, secret, &opened.version.terms, proof);
    shown_privately(StatusCode::OK, &page)
}

/// What the candidate does on the page that shows the terms; whoever does it has seen that page.
async fn answer(
    app: &App,
    secret: &str,
    request: &HttpRequest,
    fields: &Fields,
    opened: &Opened,
) -> Result<HttpResponse, Trouble> {
    let again = async |faults, notice| {
        let tries = Tries { faults, notice, ..Tries::of(fields) };
        terms(app, secret, opened, StatusCode::UNPROCESSABLE_ENTITY, tries).await
    };
    if !nonce::holds(secret, fields.get("nonce"), app.shared.clock.now()) {
        return again(Vec::new(), Some("This page had been open for long. Please confirm once more.")).await;
    }
    let done = done(app, request, fields, opened).await;
    let elsewhere = || Ok(sent_on(&format!("/offers/{secret}")));
    let told = match done {
        Ok(told) => told,
        Err(Failure::Fault(fault)) => return Err(fault.into()),
        Err(Failure::Refused(Refusal::TooOften)) => {
            return again(Vec::new(), Some("That was too often. Please wait a minute, or write to us."))
                .await;
        }
        Err(Failure::Refused(Refusal::EmailUndeliverable)) => {
            return again(Vec::new(), Some("Our mail does not reach you. Please write to us.")).await;
        }
        Err(Failure::Refused(refusal)) => match Fault::of(&refusal) {
            // It was decided, ended or replaced meanwhile: its page says which.
            faults if faults.is_empty() => return elsewhere(),
            faults => return again(faults, None).await,
        },
    };
    match told {
        None => elsewhere(),
        told => terms(app, secret, opened, StatusCode::OK, Tries { told, ..Tries::default() }).await,
    }
}

/// Does what the candidate asks for. What they are told then, where the offer is still open.
async fn done(
    app: &App,
    request: &HttpRequest,
    fields: &Fields,
    opened: &Opened,
) -> Result<Option<&'static str>, Failure> {
    let (act, offer) = (app.act(&opened.viewer), opened.offer.id);
    let page = || sent_page(app, request, fields, opened);
    let field = |name| fields.get(name).to_owned();
    match fields.get("step") {
        "accept" => {
            let (typed_name, consent, code) = (field("typedName"), field("consent"), field("code"));
            offer::accept(act, Accept { page: page(), typed_name, consent, code }).await?;
            Ok(None)
        }
        "decline" => {
            offer::decline(act, Decline { page: page(), reason: fields.stated("reason") }).await?;
            Ok(None)
        }
        "code" => {
            offer::send_code(act, offer).await?;
            Ok(Some("A code is on its way to your mailbox. It can be used for 15 minutes."))
        }
        _ => {
            let kind = Tries::kind(fields);
            offer::question(act, Question { offer, kind, text: field("text"), nonce: field("nonce") })
                .await?;
            Ok(Some("We have your message, and will answer by mail. Until then the offer stays as it is."))
        }
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
