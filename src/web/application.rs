//! The page of an application, for the candidate who holds its link: where it stands, and the way out.

mod view;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

pub(super) use self::view::{Ahead, Appointment, appointment, host};

use self::view::{StatusPage, Told};
use super::fields::Fields;
use super::page::{Frame, Trouble, sent_on, shown_privately};
use super::viewer::holder;
use super::{App, nonce};
use crate::actions::application::{Notice, Withdraw, withdraw as withdrawn};
use crate::domain::application::{Application, ApplicationStatus};
use crate::domain::form::Form;
use crate::domain::interview::Interview;
use crate::domain::offer::Offer;
use crate::domain::plan::StepKind;
use crate::domain::policy::{application as policy, offer as offer_policy};
use crate::domain::posting::Posting;
use crate::domain::reference_request::ReferenceRequest;
use crate::domain::slot::Slots;
use crate::domain::step::{ApplicationStep, StepState};
use crate::domain::viewer::Viewer;
use crate::storage::posting::Sight;
use crate::storage::{
    self, Failure, Fault, allotment, form, interview, link, plan, posting, reference, reference_request,
    slot, step, team, user,
};

/// What a link to an application opens.
struct Opened {
    viewer: Viewer,
    application: Application,
    posting: Posting,
}

/// Follows a link's secret. Nothing is there for a secret that opens no application.
async fn open(app: &App, secret: &str) -> Result<Opened, Trouble> {
    let store = &app.shared.store;
    let viewer = link::find(store, secret).await?.as_ref().and_then(holder).ok_or(Trouble::NotFound)?;
    let Viewer::Applicant { application, .. } = &viewer else { return Err(Trouble::NotFound) };
    let found = storage::application::find(store, &policy::applications(&viewer), *application).await?;
    let application = found.ok_or(Trouble::NotFound)?.as_told(app.shared.clock.now());
    // Whatever became of the posting, its candidates may know what it was called.
    let sight = Sight::of(&Viewer::System, app.shared.clock.now());
    let found = posting::find(store, &sight, application.posting).await?;
    let posting = found.ok_or_else(|| Fault::missing("posting", application.posting))?;
    Ok(Opened { viewer, application, posting })
}

/// `GET /applications/{secret}`.
pub async fn page(app: Data<App>, secret: Path<String>) -> Result<HttpResponse, Trouble> {
    let Opened { viewer, application, posting } = open(&app, &secret).await?;
    let (store, site) = (&app.shared.store, &app.shared.site);
    let scope = policy::applications(&viewer);
    let plan = plan::get(store, application.plan).await?;
    let mut steps = step::of_applications(store, &scope, &[application.id]).await?;
    let mut steps = steps.remove(&application.id).unwrap_or_default();
    if application.active().is_ok() {
        steps = steps.into_iter().map(ApplicationStep::under_way).collect();
    }
    let offer = out(&app, &application).await?;
    let told = Told {
        plan: &plan,
        steps: &steps,
        offer: offer.as_ref(),
        forms: awaited(&app, &viewer, &steps).await?,
        meetings: ahead(&app, &application).await?,
        requests: unnamed(&app, &viewer, &steps).await?,
        choices: unpicked(&app, &viewer, &steps).await?,
        preferred: preferred(&app, &viewer, &application).await?,
        now: app.shared.clock.now(),
    };
    shown_privately(StatusCode::OK, &StatusPage::of(site, &secret, &posting, &application, told))
}

/// The offer that is out with this candidate, if one is. Its terms are on its own page only.
async fn out(app: &App, application: &Application) -> Result<Option<Offer>, Trouble> {
    // The link to an application does not open offers; that one is out, and until when, its mail has said.
    let scope = offer_policy::offers(&Viewer::System);
    let offers = storage::offer::of_applications(&app.shared.store, &scope, &[application.id]).await?;
    Ok(offers.into_iter().find(|offer| offer.is_out() && !offer.is_past_deadline(app.shared.clock.now())))
}

/// The meetings that are set, and who comes. The link has no right to interviews; what is told here is in the invitation.
async fn ahead(app: &App, application: &Application) -> Result<Vec<Ahead>, Trouble> {
    met(app, interview::scheduled(&app.shared.store, application.id).await?).await
}

/// These meetings, and who comes.
pub(super) async fn met(app: &App, meetings: Vec<Interview>) -> Result<Vec<Ahead>, Trouble> {
    let store = &app.shared.store;
    let ids: Vec<_> = meetings.iter().map(|interview| interview.id).collect();
    let mut people = interview::participants(store, &ids).await?;
    let coming = people.values().flatten().filter(|one| one.removed_at.is_none());
    let users: Vec<_> = coming.map(|one| one.user).collect();
    let known = user::of(store, &users).await?;
    let ahead = |interview: Interview| {
        let coming = people.remove(&interview.id).unwrap_or_default().into_iter();
        let coming = coming.filter(|one| one.removed_at.is_none());
        let hosts = coming.filter_map(|one| known.get(&one.user).cloned()).collect();
        Ahead { meeting: interview.meeting, hosts }
    };
    Ok(meetings.into_iter().map(ahead).collect())
}

/// The questions that still await the candidate's answers.
async fn awaited(app: &App, viewer: &Viewer, steps: &[ApplicationStep]) -> Result<Vec<Form>, Trouble> {
    let asked: Vec<_> =
        steps.iter().filter(|step| step.state == StepState::Requested).map(|step| step.id).collect();
    let mut forms = form::of_steps(&app.shared.store, &policy::answers(viewer), &asked).await?;
    let newest = |step| forms.remove(step).and_then(|forms: Vec<Form>| forms.into_iter().next());
    Ok(asked.iter().filter_map(newest).filter(Form::is_open).collect())
}

/// The requests for names that await more of them.
async fn unnamed(
    app: &App,
    viewer: &Viewer,
    steps: &[ApplicationStep],
) -> Result<Vec<ReferenceRequest>, Trouble> {
    let (store, own) = (&app.shared.store, &policy::requests(viewer));
    let asked: Vec<_> =
        steps.iter().filter(|step| step.state == StepState::Requested).map(|step| step.id).collect();
    let mut requests = reference_request::of_steps(store, own, &asked).await?;
    let named = reference::mentions(store, own, &asked).await?;
    let wanted = |step| {
        requests.remove(step).filter(|request| request.missing(named.get(step).map_or(0, Vec::len)) > 0)
    };
    Ok(asked.iter().filter_map(wanted).collect())
}

/// Steps in which the candidate may pick a time.
async fn unpicked(
    app: &App,
    viewer: &Viewer,
    steps: &[ApplicationStep],
) -> Result<Vec<ApplicationStep>, Trouble> {
    let waiting = steps.iter().filter(|step| step.kind == StepKind::Interview);
    let waiting: Vec<_> = waiting.filter(|step| step.state == StepState::Pending).collect();
    let ids: Vec<_> = waiting.iter().map(|step| step.id).collect();
    let offered = slot::of_steps(&app.shared.store, &policy::choices(viewer), &ids).await?;
    let open =
        |step: &&ApplicationStep| offered.get(&step.id).is_some_and(|all| all.iter().any(Slots::is_open));
    Ok(waiting.into_iter().filter(open).cloned().collect())
}

async fn preferred(app: &App, viewer: &Viewer, application: &Application) -> Result<Vec<String>, Trouble> {
    let store = &app.shared.store;
    let scope = policy::applications(viewer);
    let mut preferred = allotment::preferred(store, &scope, &[application.id]).await?;
    let teams = preferred.remove(&application.id).unwrap_or_default();
    let sight = Sight::of(&Viewer::System, app.shared.clock.now());
    let known = team::of(store, &sight, &teams).await?;
    Ok(teams.iter().filter_map(|team| known.get(team)).map(|team| team.name.clone()).collect())
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
    ends_offer: bool,
}

/// `GET /applications/{secret}/withdraw`: asks once more before anything happens.
pub async fn ask(app: Data<App>, secret: Path<String>) -> Result<HttpResponse, Trouble> {
    let opened = open(&app, &secret).await?;
    if opened.application.status != ApplicationStatus::Active {
        return Ok(sent_on(&format!("/applications/{secret}")));
    }
    shown_privately(StatusCode::OK, &asked(&app, &secret, &opened, "", None).await?)
}

async fn asked(
    app: &App,
    secret: &str,
    opened: &Opened,
    reason: &str,
    notice: Option<&'static str>,
) -> Result<WithdrawPage, Trouble> {
    let Opened { application, posting, .. } = opened;
    Ok(WithdrawPage {
        frame: Frame::of(&app.shared.site, "Withdraw your application"),
        address: format!("/applications/{secret}"),
        title: posting.content.title.clone(),
        nonce: nonce::new(secret, app.shared.clock.now(), &*app.shared.chance),
        reason: reason.to_owned(),
        notice,
        ends_offer: out(app, application).await?.is_some(),
    })
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
    let again = async |notice| {
        let page = asked(&app, &secret, &opened, &reason, Some(notice)).await?;
        shown_privately(StatusCode::UNPROCESSABLE_ENTITY, &page)
    };
    if !nonce::holds(&secret, fields.get("nonce"), app.shared.clock.now()) {
        return again("This page had been open for long. Please confirm once more.").await;
    }
    let reason_given = fields.stated("reason");
    let application = opened.application.id;
    let input = Withdraw { application, revision: None, reason: reason_given, notice: Notice::Mail };
    match withdrawn(app.act(&opened.viewer), input).await {
        Err(Failure::Fault(fault)) => Err(fault.into()),
        Err(Failure::Refused(refusal)) if refusal.field().is_some() => {
            again("What you wrote is too long. Please shorten it.").await
        }
        // Done; or it has ended meanwhile, or is moving just now: its page says which.
        Ok(_) | Err(Failure::Refused(_)) => Ok(sent_on(&back)),
    }
}
