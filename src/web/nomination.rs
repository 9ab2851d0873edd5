//! The page on which a candidate names people who may be asked: behind a link of its own, and from the page of the
//! application.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::App;
use super::fields::{Fault, Fields};
use super::page::{Frame, Trouble, moment, sent_on, shown_privately};
use super::sheet::{Field, Sheet, referee_name};
use super::viewer::holder;
use crate::actions::letter;
use crate::actions::reference::{Nominate, nominate};
use crate::domain::id::{ApplicationId, StepId};
use crate::domain::link::{Link, Purpose};
use crate::domain::policy::application::{applications, requests};
use crate::domain::reference::{AGREEMENT, MOST, Mention, Named, Relation};
use crate::domain::reference_request::{ReferenceRequest, takes_names};
use crate::domain::viewer::Viewer;
use crate::storage::{self, Failure, Fault as Breakage, link, plan, reference_request, step};

/// What a secret opens: the newest request of a step.
struct Opened {
    viewer: Viewer,
    request: ReferenceRequest,
    named: Vec<Mention>,
    title: String,
    /// How many of the people should have managed the candidate.
    managers: i32,
    /// Whether names are still taken, and by this link.
    awaited: bool,
    /// Where the page is.
    address: String,
}

/// Follows a link's secret, revoked or not: a revoked one still says that it opens nothing more.
async fn open(app: &App, secret: &str, within: Option<&str>) -> Result<Opened, Trouble> {
    let link = link::find(&app.shared.store, secret).await?.ok_or(Trouble::NotFound)?;
    match (link.purpose, within) {
        (Purpose::Nomination { step, application }, None) => {
            let viewer = Viewer::Nominator { step, application, candidate: link.candidate };
            opened(app, &link, viewer, (application, step), format!("/nominations/{secret}")).await
        }
        (Purpose::Application(application), Some(step)) => {
            let viewer = holder(&link).ok_or(Trouble::NotFound)?;
            let step: StepId = step.parse().map_err(|_| Trouble::NotFound)?;
            let address = format!("/applications/{secret}/references/{step}");
            opened(app, &link, viewer, (application, step), address).await
        }
        _ => Err(Trouble::NotFound),
    }
}

async fn opened(
    app: &App,
    link: &Link,
    viewer: Viewer,
    (application, step): (ApplicationId, StepId),
    address: String,
) -> Result<Opened, Trouble> {
    let (store, own) = (&app.shared.store, &requests(&viewer));
    let request = reference_request::of_steps(store, own, &[step]).await?.remove(&step);
    let request = request.ok_or(Trouble::NotFound)?;
    let named = storage::reference::mentions(store, own, &[step]).await?.remove(&step).unwrap_or_default();
    let all = applications(&Viewer::System);
    let found = storage::application::find(store, &all, application).await?;
    let found = found.ok_or_else(|| Breakage::missing("application", application))?;
    let steps = step::of_applications(store, &all, &[application]).await?;
    let lived = steps.get(&application).and_then(|steps| steps.iter().find(|lived| lived.id == step));
    let going_on = found.active().is_ok() && lived.is_some_and(|lived| takes_names(lived.state).is_ok());
    let awaited = link.revoked_at.is_none() && going_on && named.len() < MOST;
    let title = letter::role(app.act(&Viewer::System), found.posting).await?.to_string();
    let managers = plan::get(store, found.plan).await?.references.managers;
    Ok(Opened { viewer, request, named, title, managers, awaited, address })
}

#[derive(Template)]
#[template(path = "pages/nomination.html")]
struct NominationPage {
    frame: Frame,
    address: String,
    title: String,
    note: Option<String>,
    due: String,
    wanted: i32,
    managers: i32,
    enough: bool,
    named: Vec<String>,
    faults: Vec<(String, String)>,
    people: Vec<Vec<Field>>,
    consent_id: &'static str,
    consent: &'static str,
    confirmed: bool,
    consent_fault: Option<String>,
}

#[derive(Template)]
#[template(path = "pages/nomination_closed.html")]
struct ClosedPage {
    frame: Frame,
    title: String,
    named: Vec<String>,
}

/// `GET /nominations/{secret}`.
pub async fn page(app: Data<App>, secret: Path<String>) -> Result<HttpResponse, Trouble> {
    show(&app, &open(&app, &secret, None).await?)
}

/// `GET /applications/{secret}/references/{step}`.
pub async fn page_within(app: Data<App>, path: Path<(String, String)>) -> Result<HttpResponse, Trouble> {
    show(&app, &open(&app, &path.0, Some(&path.1)).await?)
}

fn show(app: &App, opened: &Opened) -> Result<HttpResponse, Trouble> {
    if opened.awaited {
        return shown_privately(StatusCode::OK, &asked(app, opened, &Fields::default(), &[]));
    }
    let page = ClosedPage {
        frame: Frame::of(&app.shared.site, "Whom we may ask"),
        title: opened.title.clone(),
        named: opened.named.iter().map(introduced).collect(),
    };
    shown_privately(StatusCode::GONE, &page)
}

fn introduced(mention: &Mention) -> String {
    let relation = match mention.relation {
        Relation::Manager => "managed you",
        Relation::Peer => "worked beside you",
        Relation::Report => "was managed by you",
    };
    format!("{}, who {relation}", mention.name)
}

fn asked(app: &App, opened: &Opened, fields: &Fields, faults: &[Fault]) -> NominationPage {
    let site = &app.shared.site;
    let rows = (0..MOST).rev().find(|place| is_filled(fields, *place)).map_or(0, |last| last + 1);
    let people =
        Sheet { fields, faults }.referees(rows.max(opened.request.missing(opened.named.len())).max(1));
    let wrong = people.iter().flatten().filter(|field| field.fault.is_some());
    let mut wrong: Vec<_> = wrong.map(|field| (field.name.clone(), field.label.clone())).collect();
    let consent_fault = Fault::at(faults, "consent").map(|_| "Please confirm this.".to_owned());
    wrong.extend(consent_fault.is_some().then(|| ("consent".to_owned(), "Your confirmation".to_owned())));
    NominationPage {
        frame: Frame::of(site, "Whom may we ask about you?"),
        address: opened.address.clone(),
        title: opened.title.clone(),
        note: opened.request.note.clone(),
        due: moment(site, opened.request.due_at),
        wanted: opened.request.wanted,
        managers: opened.managers,
        enough: opened.request.missing(opened.named.len()) == 0,
        named: opened.named.iter().map(introduced).collect(),
        faults: wrong,
        people,
        consent_id: AGREEMENT.id,
        consent: AGREEMENT.text,
        confirmed: fields.stated("consent").is_some(),
        consent_fault,
    }
}

/// `POST /nominations/{secret}`.
pub async fn send(
    app: Data<App>,
    secret: Path<String>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, Trouble> {
    let fields = Fields::read(&request, &app.shared.site, body).await?;
    take(&app, &open(&app, &secret, None).await?, &fields).await
}

/// `POST /applications/{secret}/references/{step}`.
pub async fn send_within(
    app: Data<App>,
    path: Path<(String, String)>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, Trouble> {
    let fields = Fields::read(&request, &app.shared.site, body).await?;
    take(&app, &open(&app, &path.0, Some(&path.1)).await?, &fields).await
}

async fn take(app: &App, opened: &Opened, fields: &Fields) -> Result<HttpResponse, Trouble> {
    if !opened.awaited {
        // Its page says why.
        return Ok(sent_on(&opened.address));
    }
    let places: Vec<usize> = (0..MOST).filter(|place| is_filled(fields, *place)).collect();
    let named = |place: &usize| Named {
        name: fields.get(&referee_name(*place, "name")).to_owned(),
        email: fields.get(&referee_name(*place, "email")).to_owned(),
        relation: fields.get(&referee_name(*place, "relation")).parse().ok(),
    };
    let input = Nominate {
        step: opened.request.step,
        referees: places.iter().map(named).collect(),
        agreement: fields.get("consent").to_owned(),
    };
    match nominate(app.act(&opened.viewer), input).await {
        Err(Failure::Fault(fault)) => Err(fault.into()),
        Err(Failure::Refused(refusal)) if !Fault::of(&refusal).is_empty() => {
            let faults: Vec<_> =
                Fault::of(&refusal).into_iter().map(|fault| placed(fault, &places)).collect();
            shown_privately(StatusCode::UNPROCESSABLE_ENTITY, &asked(app, opened, fields, &faults))
        }
        // Taken; or replaced or ended meanwhile: its page says which.
        Ok(_) | Err(Failure::Refused(_)) => Ok(sent_on(&opened.address)),
    }
}

fn is_filled(fields: &Fields, place: usize) -> bool {
    ["name", "email", "relation"].iter().any(|part| fields.stated(&referee_name(place, part)).is_some())
}

/// A fault beside the row it was typed in: rows that were left empty were not counted.
fn placed(fault: Fault, places: &[usize]) -> Fault {
    let row = places.iter().enumerate().find_map(|(counted, place)| {
        let part = fault.field.strip_prefix(&referee_name(counted, ""))?;
        Some(referee_name(*place, part))
    });
    match row {
        Some(field) => Fault { field, ..fault },
        None if fault.field == "referees" => Fault { field: referee_name(0, "name"), ..fault },
        None => fault,
    }
}
