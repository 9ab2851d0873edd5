//! The page on which candidates say which teams they would prefer, and in which order.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::{Opened, open};
use crate::actions::allotment::prefer_teams;
use crate::domain::Refusal;
use crate::domain::id::TeamId;
use crate::domain::outlook::{Outlook, TeamChoice};
use crate::storage::Failure;
use crate::web::fields::{Fault, Fields};
use crate::web::page::{Frame, Trouble, sent_on, shown_privately};
use crate::web::sheet::{CHOICES, Field, Sheet, team_name};
use crate::web::{App, nonce};

#[derive(Template)]
#[template(path = "pages/teams.html")]
struct TeamsPage {
    frame: Frame,
    address: String,
    title: String,
    nonce: String,
    notice: Option<&'static str>,
    faults: Vec<(String, String)>,
    fields: Vec<Field>,
}

/// `GET /applications/{secret}/teams`.
pub async fn page(app: Data<App>, secret: Path<String>) -> Result<HttpResponse, Trouble> {
    let opened = open(&app, &secret).await?;
    if opened.outlook.choices.is_empty() {
        // Nothing can be chosen, or no more: the application's page says where it stands.
        return Ok(sent_on(&format!("/applications/{secret}")));
    }
    let chosen = (0..).zip(&opened.outlook.preferred);
    let fields = Fields::of(chosen.map(|(place, team)| (team_name(place), team.team.to_string())).collect());
    shown_privately(StatusCode::OK, &asked(&app, &secret, &opened.outlook, &fields, &[], None))
}

fn asked(
    app: &App,
    secret: &str,
    outlook: &Outlook,
    fields: &Fields,
    faults: &[Fault],
    notice: Option<&'static str>,
) -> TeamsPage {
    let sheet = Sheet { fields, faults };
    let teams: Vec<_> =
        outlook.choices.iter().map(|choice| (choice.team.to_string(), choice.name.as_str())).collect();
    let fields = sheet.preferences(&teams, places(outlook));
    let wrong = fields.iter().filter_map(|field| Some((field, field.fault.as_ref()?)));
    TeamsPage {
        frame: Frame::of(&app.shared.site, "Teams you would prefer"),
        address: format!("/applications/{secret}"),
        title: outlook.title.clone(),
        nonce: nonce::new(secret, app.shared.clock.now(), &*app.shared.chance),
        notice,
        faults: wrong
            .map(|(field, fault)| (field.name.clone(), format!("{}: {fault}", field.label)))
            .collect(),
        fields,
    }
}

/// How many may be named: as many as when applying, or as were named before.
fn places(outlook: &Outlook) -> usize {
    CHOICES.len().max(outlook.preferred.len()).min(outlook.choices.len())
}

/// `POST /applications/{secret}/teams`.
pub async fn send(
    app: Data<App>,
    secret: Path<String>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, Trouble> {
    let fields = Fields::read(&request, &app.shared.site, body).await?;
    let Opened { viewer, application, outlook } = open(&app, &secret).await?;
    let done = format!("/applications/{secret}");
    if outlook.choices.is_empty() {
        return Ok(sent_on(&done));
    }
    let again = |faults: &[Fault], notice| {
        let page = asked(&app, &secret, &outlook, &fields, faults, notice);
        shown_privately(StatusCode::UNPROCESSABLE_ENTITY, &page)
    };
    if !nonce::holds(&secret, fields.get("nonce"), app.shared.clock.now()) {
        return again(&[], Some("This page had been open for long. Please send it once more."));
    }
    let teams = match named(&outlook, &fields) {
        Ok(teams) => teams,
        Err(faults) => return again(&faults, None),
    };
    match prefer_teams(app.act(&viewer), application, &teams, None).await {
        Err(Failure::Fault(fault)) => Err(fault.into()),
        Err(Failure::Refused(Refusal::OfferLive)) => {
            again(&[], Some("Your preferences can't be changed just now. If it matters, please write to us."))
        }
        Err(Failure::Refused(refusal)) if refusal.field().is_some() => {
            again(&[], Some("The teams of this job have changed meanwhile. Please choose once more."))
        }
        // Done; or it has ended or is moving just now: its page says which.
        Ok(_) | Err(Failure::Refused(_)) => Ok(sent_on(&done)),
    }
}

/// The teams that were chosen, best first, or what is wrong with which choice. A choice left out makes no gap.
fn named(outlook: &Outlook, fields: &Fields) -> Result<Vec<TeamId>, Vec<Fault>> {
    let (mut teams, mut faults) = (Vec::<&TeamChoice>::new(), Vec::new());
    for place in 0..places(outlook) {
        let name = team_name(place);
        let Some(given) = fields.stated(&name) else { continue };
        let found = outlook.choices.iter().find(|choice| choice.team.to_string() == given);
        match found {
            None => faults.push(Fault::new(&name, "Please choose one of the teams of this job.")),
            Some(team) if teams.contains(&team) => {
                let message = format!("You have chosen {} before. Please choose each team once.", team.name);
                faults.push(Fault::new(&name, &message));
            }
            Some(team) => teams.push(team),
        }
    }
    if faults.is_empty() { Ok(teams.into_iter().map(|choice| choice.team).collect()) } else { Err(faults) }
}
