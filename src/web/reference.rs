//! The page on which a referee answers, or says that they would rather not. It works once.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::App;
use super::fields::{Fault, Fields};
use super::page::{Frame, Trouble, moment, sent_on, shown_privately};
use super::sheet::{Field, Sheet, given};
use crate::actions::reference::{Answered, answer, decline};
use crate::domain::link::Purpose;
use crate::domain::reference::{CONSENT, Introduction, Reference, ReferenceState, Relation};
use crate::domain::viewer::Viewer;
use crate::storage::{self, Failure, link};

/// What a secret opens: one reference.
struct Opened {
    viewer: Viewer,
    reference: Reference,
    introduction: Introduction,
    /// Whether an answer would be taken, by this link.
    awaited: bool,
    /// Where the page is.
    address: String,
}

/// Follows a link's secret, revoked or not: a revoked one still says that it is no longer needed.
async fn open(app: &App, secret: &str) -> Result<Opened, Trouble> {
    let store = &app.shared.store;
    let link = link::find(store, secret).await?.ok_or(Trouble::NotFound)?;
    let Purpose::Reference { reference, application } = link.purpose else { return Err(Trouble::NotFound) };
    let viewer = Viewer::Referee { reference, application };
    let introduction = storage::reference::introduction(store, reference).await?;
    let reference = storage::reference::get(store, reference).await?;
    let awaited = link.revoked_at.is_none() && reference.is_awaited(&introduction);
    Ok(Opened { viewer, reference, introduction, awaited, address: format!("/references/{secret}") })
}

#[derive(Template)]
#[template(path = "pages/reference.html")]
struct ReferencePage {
    frame: Frame,
    address: String,
    candidate: String,
    role: String,
    relation: &'static str,
    due: String,
    faults: Vec<(String, String)>,
    questions: Vec<Field>,
    recommendation: Field,
    consent_id: &'static str,
    consent: &'static str,
}

#[derive(Template)]
#[template(path = "pages/reference_closed.html")]
struct ClosedPage {
    frame: Frame,
    complete: bool,
    declined: bool,
}

/// `GET /references/{secret}`.
pub async fn page(app: Data<App>, secret: Path<String>) -> Result<HttpResponse, Trouble> {
    let opened = open(&app, &secret).await?;
    if opened.awaited {
        return shown_privately(StatusCode::OK, &asked(&app, &opened, &Fields::default(), &[]));
    }
    let state = opened.reference.state;
    let (complete, declined) = (state == ReferenceState::Complete, state == ReferenceState::Declined);
    let page = ClosedPage { frame: Frame::of(&app.shared.site, "Our questions"), complete, declined };
    shown_privately(if complete || declined { StatusCode::OK } else { StatusCode::GONE }, &page)
}

fn asked(app: &App, opened: &Opened, fields: &Fields, faults: &[Fault]) -> ReferencePage {
    let Opened { reference, introduction, .. } = opened;
    let site = &app.shared.site;
    let sheet = Sheet { fields, faults };
    let questions = sheet.answers(&reference.questions);
    let wrong = questions.iter().filter(|field| field.fault.is_some());
    ReferencePage {
        frame: Frame::of(site, "Our questions to you"),
        address: opened.address.clone(),
        candidate: introduction.candidate.clone(),
        role: introduction.role.clone(),
        relation: match reference.nominee.relation {
            Relation::Manager => "somebody who managed them",
            Relation::Peer => "somebody who worked beside them",
            Relation::Report => "somebody whom they managed",
        },
        due: moment(site, reference.due_at),
        faults: wrong.map(|field| (field.name.clone(), field.label.clone())).collect(),
        questions,
        recommendation: sheet.recommendation(),
        consent_id: CONSENT.id,
        consent: CONSENT.text,
    }
}

/// `POST /references/{secret}`.
pub async fn send(
    app: Data<App>,
    secret: Path<String>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, Trouble> {
    let fields = Fields::read(&request, &app.shared.site, body).await?;
    let opened = open(&app, &secret).await?;
    if !opened.awaited {
        // Its page says why.
        return Ok(sent_on(&opened.address));
    }
    let (act, reference) = (app.act(&opened.viewer), opened.reference.id);
    let ended = if fields.get("decision") == "decline" {
        decline(act, reference).await
    } else {
        let input = Answered {
            reference,
            answers: given(&opened.reference.questions, &fields),
            recommendation: fields.get("recommendation").parse().ok(),
            consent: fields.get("consent").to_owned(),
        };
        answer(act, input).await
    };
    match ended {
        Err(Failure::Fault(fault)) => Err(fault.into()),
        Err(Failure::Refused(refusal)) if !Fault::of(&refusal).is_empty() => {
            let page = asked(&app, &opened, &fields, &Fault::of(&refusal));
            shown_privately(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        // Taken; or answered, withdrawn or ended meanwhile: its page says which.
        Ok(_) | Err(Failure::Refused(_)) => Ok(sent_on(&opened.address)),
    }
}
