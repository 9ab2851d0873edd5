//! The page on which a candidate picks one of the times that were offered, or asks for others: behind a link of its own, and
//! from the page of the application.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono_tz::Tz;

use super::App;
use super::application::{Appointment, appointment, host};
use super::fields::{Fault, Fields};
use super::page::{Frame, Trouble, sent_on, shown_privately};
use super::viewer::holder;
use crate::actions::letter;
use crate::actions::slot::{decline, pick};
use crate::domain::Refusal;
use crate::domain::id::{SlotId, StepId};
use crate::domain::interview::{Interview, InterviewState, Invitee};
use crate::domain::link::{Link, Purpose};
use crate::domain::outlook::Host;
use crate::domain::policy::application::{applications, choices, interviews};
use crate::domain::slot::{Slot, Slots, SlotsState};
use crate::domain::viewer::Viewer;
use crate::mail::letter::Appointment as Told;
use crate::storage::{self, Failure, Fault as Breakage, link, step, user};

/// What a secret opens: times that were offered together.
struct Opened {
    viewer: Viewer,
    slots: Slots,
    times: Vec<Slot>,
    people: Vec<Invitee>,
    /// Title of the posting.
    title: String,
    /// What the meeting is called.
    meeting: String,
    /// Whether one of them can be picked, by this link.
    awaited: bool,
    /// Where the page is.
    address: String,
}

/// Follows a link's secret, revoked or not: a revoked one still says why it opens nothing more.
async fn open(app: &App, secret: &str, within: Option<&str>) -> Result<Opened, Trouble> {
    let store = &app.shared.store;
    let link = link::find(store, secret).await?.ok_or(Trouble::NotFound)?;
    match (link.purpose, within) {
        (Purpose::Interview { slots, application }, None) => {
            let viewer = Viewer::Chooser { slots, application, candidate: link.candidate };
            let found = storage::slot::find(store, &choices(&viewer), slots).await?;
            opened(app, &link, viewer, found, format!("/interviews/{secret}")).await
        }
        (Purpose::Application(_), Some(step)) => {
            let viewer = holder(&link).ok_or(Trouble::NotFound)?;
            let step: StepId = step.parse().map_err(|_| Trouble::NotFound)?;
            let mut found = storage::slot::of_steps(store, &choices(&viewer), &[step]).await?;
            let newest = found.remove(&step).and_then(|slots| slots.into_iter().next());
            opened(app, &link, viewer, newest, format!("/applications/{secret}/interviews/{step}")).await
        }
        _ => Err(Trouble::NotFound),
    }
}

async fn opened(
    app: &App,
    link: &Link,
    viewer: Viewer,
    slots: Option<Slots>,
    address: String,
) -> Result<Opened, Trouble> {
    let store = &app.shared.store;
    let slots = slots.ok_or(Trouble::NotFound)?;
    let all = applications(&Viewer::System);
    let found = storage::application::find(store, &all, slots.application).await?;
    let found = found.ok_or_else(|| Breakage::missing("application", slots.application))?;
    let title = letter::role(app.act(&Viewer::System), found.posting).await?.to_string();
    let steps = step::of_applications(store, &all, &[slots.application]).await?;
    let lived = steps.into_values().flatten().find(|step| step.id == slots.step);
    let meeting = lived.ok_or_else(|| Breakage::missing("step", slots.step))?.title;
    let times = storage::slot::times_of(store, slots.id).await?;
    let people = storage::slot::people_of(store, slots.id).await?;
    let awaited = slots.is_open() && link.revoked_at.is_none() && found.active().is_ok();
    Ok(Opened { viewer, slots, times, people, title, meeting, awaited, address })
}

/// A time, as the page offers it.
struct Offered {
    id: String,
    when: String,
    /// The same by UTC, where that is not the zone it is told in.
    utc: Option<String>,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "pages/slot.html")]
struct ChoicePage {
    frame: Frame,
    address: String,
    title: String,
    meeting: String,
    minutes: i64,
    zone: String,
    place: Option<String>,
    by_video: bool,
    hosts: Vec<String>,
    times: Vec<Offered>,
    asked: bool,
    note: String,
    notice: Option<&'static str>,
    slot_fault: Option<&'static str>,
    note_fault: Option<String>,
}

#[derive(Template)]
#[template(path = "pages/slot_closed.html")]
struct ClosedPage {
    frame: Frame,
    title: String,
    meeting: Option<Appointment>,
    over: bool,
    replaced: bool,
    picked: bool,
}

/// `GET /interviews/{secret}`.
pub async fn page(app: Data<App>, secret: Path<String>) -> Result<HttpResponse, Trouble> {
    show(&app, &open(&app, &secret, None).await?).await
}

/// `GET /applications/{secret}/interviews/{step}`.
pub async fn page_within(app: Data<App>, path: Path<(String, String)>) -> Result<HttpResponse, Trouble> {
    show(&app, &open(&app, &path.0, Some(&path.1)).await?).await
}

async fn show(app: &App, opened: &Opened) -> Result<HttpResponse, Trouble> {
    if opened.awaited {
        let page = offered(app, opened, &Fields::default(), Said::default()).await?;
        return shown_privately(StatusCode::OK, &page);
    }
    let (picked, replaced) =
        (opened.slots.state == SlotsState::Picked, opened.slots.state == SlotsState::Replaced);
    let interview = set(app, opened).await?;
    let over = interview.as_ref().is_some_and(|interview| interview.state == InterviewState::Held);
    let going_on = interview
        .filter(|interview| matches!(interview.state, InterviewState::Scheduled | InterviewState::Held));
    let mut hosts = match &going_on {
        Some(interview) => storage::interview::hosts(&app.shared.store, &[interview.id]).await?,
        None => HashMap::new(),
    };
    let meeting = going_on.map(|interview| {
        let hosts = hosts.remove(&interview.id).unwrap_or_default();
        appointment(&opened.meeting, &interview.meeting, hosts.iter().map(Host::from))
    });
    let page = ClosedPage {
        frame: Frame::of(&app.shared.site, "When we meet"),
        title: opened.title.clone(),
        meeting,
        over,
        replaced,
        picked,
    };
    shown_privately(if picked { StatusCode::OK } else { StatusCode::GONE }, &page)
}

/// The meeting that was set. A link has no right to interviews; what is told here is in the invitation.
async fn set(app: &App, opened: &Opened) -> Result<Option<Interview>, Trouble> {
    let Some(id) = opened.times.iter().find_map(|time| time.interview) else { return Ok(None) };
    Ok(storage::interview::find(&app.shared.store, &interviews(&Viewer::System), id).await?)
}

/// What is said beside what can be chosen.
#[derive(Default)]
struct Said {
    notice: Option<&'static str>,
    slot: Option<&'static str>,
    note: Option<String>,
}

async fn offered(app: &App, opened: &Opened, fields: &Fields, said: Said) -> Result<ChoicePage, Trouble> {
    let Opened { slots, times, people, .. } = opened;
    let now = app.shared.clock.now();
    let users: Vec<_> = people.iter().map(|one| one.user).collect();
    let known = user::of(&app.shared.store, &users).await?;
    let free = times.iter().filter(|time| time.is_free(now));
    Ok(ChoicePage {
        frame: Frame::of(&app.shared.site, "When can we talk?"),
        address: opened.address.clone(),
        title: opened.title.clone(),
        meeting: opened.meeting.clone(),
        minutes: times.first().map_or(0, |time| (time.ends_at - time.starts_at).num_minutes()),
        zone: slots.zone.name().to_owned(),
        place: slots.place.clone(),
        by_video: slots.video_link.is_some(),
        hosts: users.iter().filter_map(|user| known.get(user)).map(|user| host(&user.into())).collect(),
        times: free.map(|time| shown(slots, time, fields.get("slot"))).collect(),
        asked: slots.declined_at.is_some(),
        note: fields.shown("note"),
        notice: said.notice,
        slot_fault: said.slot,
        note_fault: said.note,
    })
}

fn shown(slots: &Slots, time: &Slot, chosen: &str) -> Offered {
    let (starts_at, ends_at, zone) = (time.starts_at, time.ends_at, slots.zone);
    let told = Told { starts_at, ends_at, zone, place: None, video_link: None };
    let id = time.id.to_string();
    let utc = (zone != Tz::UTC).then(|| told.utc());
    Offered { when: told.span(), utc, chosen: id == chosen, id }
}

/// `POST /interviews/{secret}`.
pub async fn send(
    app: Data<App>,
    secret: Path<String>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, Trouble> {
    let fields = Fields::read(&request, &app.shared.site, body).await?;
    take(&app, open(&app, &secret, None).await?, &fields).await
}

/// `POST /applications/{secret}/interviews/{step}`.
pub async fn send_within(
    app: Data<App>,
    path: Path<(String, String)>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, Trouble> {
    let fields = Fields::read(&request, &app.shared.site, body).await?;
    take(&app, open(&app, &path.0, Some(&path.1)).await?, &fields).await
}

async fn take(app: &App, opened: Opened, fields: &Fields) -> Result<HttpResponse, Trouble> {
    if !opened.awaited {
        // Its page says why.
        return Ok(sent_on(&opened.address));
    }
    let act = app.act(&opened.viewer);
    let ended = if fields.get("decision") == "decline" {
        decline(act, opened.slots.id, Some(fields.get("note"))).await
    } else {
        let time = fields.get("slot").parse::<SlotId>().ok();
        let time = time.filter(|id| opened.times.iter().any(|time| time.id == *id));
        let Some(time) = time else {
            let said = Said { slot: Some("Please choose one of the times."), ..Said::default() };
            return again(app, opened, fields, StatusCode::UNPROCESSABLE_ENTITY, said).await;
        };
        pick(act, time).await
    };
    match ended {
        Err(Failure::Fault(fault)) => Err(fault.into()),
        Err(Failure::Refused(Refusal::SlotTaken)) => {
            let notice = "That time has just been taken. Nothing is set yet.";
            let said = Said { notice: Some(notice), ..Said::default() };
            again(app, opened, fields, StatusCode::CONFLICT, said).await
        }
        Err(Failure::Refused(refusal)) if !Fault::of(&refusal).is_empty() => {
            let said = Said { note: Fault::at(&Fault::of(&refusal), "note"), ..Said::default() };
            again(app, opened, fields, StatusCode::UNPROCESSABLE_ENTITY, said).await
        }
        // Done; or picked, replaced or closed meanwhile: its page says which.
        Ok(_) | Err(Failure::Refused(_)) => Ok(sent_on(&opened.address)),
    }
}

/// The page once more, with what is free by now.
async fn again(
    app: &App,
    mut opened: Opened,
    fields: &Fields,
    status: StatusCode,
    said: Said,
) -> Result<HttpResponse, Trouble> {
    opened.times = storage::slot::times_of(&app.shared.store, opened.slots.id).await?;
    shown_privately(status, &offered(app, &opened, fields, said).await?)
}
