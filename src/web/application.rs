//! The page of an application, for the candidate who holds its link: where it stands, which teams they would prefer, and the
//! way out.

mod teams;
mod view;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

pub(super) use self::teams::{page as teams, send as send_teams};
pub(super) use self::view::{Appointment, appointment, host};

use self::view::StatusPage;
use super::fields::{Fault, Fields};
use super::page::{Frame, Trouble, sent_on, shown_privately};
use super::viewer::holder;
use super::{App, nonce};
use crate::actions::application::{Notice, Withdraw, withdraw as withdrawn};
use crate::domain::application::ApplicationStatus;
use crate::domain::id::ApplicationId;
use crate::domain::outlook::Outlook;
use crate::domain::policy::application::outlooks;
use crate::domain::viewer::Viewer;
use crate::storage::{Failure, link, outlook};

/// What a link to an application opens.
struct Opened {
    viewer: Viewer,
    application: ApplicationId,
    outlook: Outlook,
}

/// Follows a link's secret. Nothing is there for a secret that opens no application.
async fn open(app: &App, secret: &str) -> Result<Opened, Trouble> {
    let store = &app.shared.store;
    let viewer = link::find(store, secret).await?.as_ref().and_then(holder).ok_or(Trouble::NotFound)?;
    let Viewer::Applicant { application, .. } = viewer else { return Err(Trouble::NotFound) };
    let found = outlook::find(store, &outlooks(&viewer), application, app.shared.clock.now()).await?;
    Ok(Opened { viewer, application, outlook: found.ok_or(Trouble::NotFound)? })
}

/// `GET /applications/{secret}`.
pub async fn page(app: Data<App>, secret: Path<String>) -> Result<HttpResponse, Trouble> {
    let opened = open(&app, &secret).await?;
    shown_privately(StatusCode::OK, &StatusPage::of(&app.shared.site, &secret, &opened.outlook))
}

#[derive(Template)]
#[template(path = "pages/withdraw.html")]
struct WithdrawPage {
    frame: Frame,
    address: String,
    title: String,
    nonce: String,
    reason: String,
    notice: Option<&'static str>,
    fault: Option<String>,
    ends_offer: bool,
}

/// `GET /applications/{secret}/withdraw`: asks once more before anything happens.
pub async fn ask(app: Data<App>, secret: Path<String>) -> Result<HttpResponse, Trouble> {
    let opened = open(&app, &secret).await?;
    if opened.outlook.status != ApplicationStatus::Active {
        return Ok(sent_on(&format!("/applications/{secret}")));
    }
    shown_privately(StatusCode::OK, &asked(&app, &secret, &opened.outlook, "", &[], None))
}

fn asked(
    app: &App,
    secret: &str,
    outlook: &Outlook,
    reason: &str,
    faults: &[Fault],
    notice: Option<&'static str>,
) -> WithdrawPage {
    WithdrawPage {
        frame: Frame::of(&app.shared.site, "Withdraw your application"),
        address: format!("/applications/{secret}"),
        title: outlook.title.clone(),
        nonce: nonce::new(secret, app.shared.clock.now(), &*app.shared.chance),
        reason: reason.to_owned(),
        notice,
        fault: Fault::at(faults, "reason"),
        ends_offer: outlook.offer().is_some(),
    }
}

/// `POST /applications/{secret}/withdraw`.
pub async fn withdraw(
    app: Data<App>,
    secret: Path<String>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, Trouble> {
    let fields = Fields::read(&request, &app.shared.site, body).await?;
    let opened = open(&app, &secret).await?;
    let (reason, back) = (fields.shown("reason"), format!("/applications/{secret}"));
    let again = |faults: &[Fault], notice| {
        let page = asked(&app, &secret, &opened.outlook, &reason, faults, notice);
        shown_privately(StatusCode::UNPROCESSABLE_ENTITY, &page)
    };
    if !nonce::holds(&secret, fields.get("nonce"), app.shared.clock.now()) {
        return again(&[], Some("This page had been open for long. Please confirm once more."));
    }
    let reason_given = fields.stated("reason");
    let application = opened.application;
    let input = Withdraw { application, revision: None, reason: reason_given, notice: Notice::Mail };
    match withdrawn(app.act(&opened.viewer), input).await {
        Err(Failure::Fault(fault)) => Err(fault.into()),
        Err(Failure::Refused(refusal)) if !Fault::of(&refusal).is_empty() => {
            again(&Fault::of(&refusal), None)
        }
        // Done; or it has ended meanwhile, or is moving just now: its page says which.
        Ok(_) | Err(Failure::Refused(_)) => Ok(sent_on(&back)),
    }
}
