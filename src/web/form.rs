//! The page of questions that were sent to a candidate: behind a link of its own, and from the page of the application.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::App;
use super::fields::{Fault, Fields};
use super::page::{Frame, Trouble, moment, sent_on, shown_privately};
use super::sheet::{Field, Sheet, given};
use super::viewer::holder;
use crate::actions::form::{Answered, answer as answered};
use crate::actions::letter;
use crate::domain::form::Form;
use crate::domain::id::{ApplicationId, StepId};
use crate::domain::link::{Link, Purpose};
use crate::domain::plan::StepKind;
use crate::domain::policy::application::{answers, applications};
use crate::domain::question::Answer;
use crate::domain::viewer::Viewer;
use crate::storage::{self, Failure, Fault as Breakage, answer as kept_answers, link, step};

/// What a secret opens: the newest form of a step.
struct Opened {
    viewer: Viewer,
    form: Form,
    title: String,
    /// What the piece of work is called, if it is one.
    task: Option<String>,
    /// Whether an answer is still wanted, and by this link.
    awaited: bool,
    /// Where the page is.
    address: String,
}

/// Follows a link's secret, revoked or not: a revoked one still says why it opens nothing more.
async fn open(app: &App, secret: &str, within: Option<&str>) -> Result<Opened, Trouble> {
    let link = link::find(&app.shared.store, secret).await?.ok_or(Trouble::NotFound)?;
    match (link.purpose, within) {
        (Purpose::Form { step, application }, None) => {
            let viewer = Viewer::Respondent { step, application, candidate: link.candidate };
            opened(app, &link, viewer, (application, step), format!("/forms/{secret}")).await
        }
        (Purpose::Application(application), Some(step)) => {
            let viewer = holder(&link).ok_or(Trouble::NotFound)?;
            let step: StepId = step.parse().map_err(|_| Trouble::NotFound)?;
            let address = format!("/applications/{secret}/forms/{step}");
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
    let store = &app.shared.store;
    let mut forms = storage::form::of_steps(store, &answers(&viewer), &[step]).await?;
    let form = forms.remove(&step).and_then(|forms| forms.into_iter().next()).ok_or(Trouble::NotFound)?;
    let all = applications(&Viewer::System);
    let found = storage::application::find(store, &all, application).await?;
    let found = found.ok_or_else(|| Breakage::missing("application", application))?;
    let steps = step::of_applications(store, &all, &[application]).await?;
    let lived = steps.get(&application).and_then(|steps| steps.iter().find(|lived| lived.id == step));
    let going_on = found.active().is_ok() && lived.is_some_and(|lived| !lived.state.is_final());
    let awaited = form.is_open() && link.revoked_at.is_none() && going_on;
    let task = lived.filter(|lived| lived.kind == StepKind::Task).map(|lived| lived.title.clone());
    let title = letter::role(app.act(&Viewer::System), found.posting).await?.to_string();
    Ok(Opened { viewer, form, title, task, awaited, address })
}

#[derive(Template)]
#[template(path = "pages/form.html")]
struct FormPage {
    frame: Frame,
    address: String,
    title: String,
    task: Option<String>,
    note: Option<String>,
    due: String,
    late: bool,
    faults: Vec<(String, String)>,
    questions: Vec<Asked>,
}

/// A question, with the answer of the application that it is about.
struct Asked {
    about: Option<Answer>,
    field: Field,
}

#[derive(Template)]
#[template(path = "pages/form_closed.html")]
struct ClosedPage {
    frame: Frame,
    title: String,
    task: Option<String>,
    answered: bool,
    replaced: bool,
    answers: Vec<Answer>,
}

/// `GET /forms/{secret}`.
pub async fn page(app: Data<App>, secret: Path<String>) -> Result<HttpResponse, Trouble> {
    show(&app, open(&app, &secret, None).await?).await
}

/// `GET /applications/{secret}/forms/{step}`.
pub async fn page_within(app: Data<App>, path: Path<(String, String)>) -> Result<HttpResponse, Trouble> {
    show(&app, open(&app, &path.0, Some(&path.1)).await?).await
}

async fn show(app: &App, opened: Opened) -> Result<HttpResponse, Trouble> {
    if opened.awaited {
        let page = asked(app, &opened, &Fields::default(), &[]).await?;
        return shown_privately(StatusCode::OK, &page);
    }
    let answered = opened.form.answered_at.is_some();
    let own = &answers(&opened.viewer);
    let mut found = storage::form::answers(&app.shared.store, own, &[opened.form.id]).await?;
    let page = ClosedPage {
        frame: Frame::of(&app.shared.site, opened.task.as_deref().unwrap_or("Our questions")),
        title: opened.title,
        task: opened.task,
        answered,
        replaced: opened.form.is_open(),
        answers: found.remove(&opened.form.id).unwrap_or_default(),
    };
    shown_privately(if answered { StatusCode::OK } else { StatusCode::GONE }, &page)
}

async fn asked(app: &App, opened: &Opened, fields: &Fields, faults: &[Fault]) -> Result<FormPage, Trouble> {
    let Opened { form, viewer, .. } = opened;
    let site = &app.shared.site;
    let mut said =
        kept_answers::of_applications(&app.shared.store, &answers(viewer), &[form.application]).await?;
    let said = said.remove(&form.application).unwrap_or_default();
    let sheet = Sheet { fields, faults };
    let with_about = |(asked, field): (&crate::domain::form::FormQuestion, Field)| Asked {
        about: said.iter().find(|answer| Some(&answer.key) == asked.about.as_ref()).cloned(),
        field,
    };
    let questions: Vec<_> = form.questions.iter().zip(sheet.answers(&form.asked())).map(with_about).collect();
    let wrong = questions.iter().map(|asked| &asked.field).filter(|field| field.fault.is_some());
    Ok(FormPage {
        frame: Frame::of(site, opened.task.as_deref().unwrap_or("Our questions to you")),
        address: opened.address.clone(),
        title: opened.title.clone(),
        task: opened.task.clone(),
        note: form.note.clone(),
        due: moment(site, form.due_at),
        late: app.shared.clock.now() > form.due_at,
        faults: wrong.map(|field| (field.name.clone(), field.label.clone())).collect(),
        questions,
    })
}

/// `POST /forms/{secret}`.
pub async fn answer(
    app: Data<App>,
    secret: Path<String>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, Trouble> {
    let fields = Fields::read(&request, &app.shared.site, body).await?;
    take(&app, open(&app, &secret, None).await?, &fields).await
}

/// `POST /applications/{secret}/forms/{step}`.
pub async fn answer_within(
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
    let given = given(&opened.form.asked(), fields);
    let input = Answered { form: opened.form.id, answers: given };
    match answered(app.act(&opened.viewer), input).await {
        Err(Failure::Fault(fault)) => Err(fault.into()),
        Err(Failure::Refused(refusal)) if !Fault::of(&refusal).is_empty() => {
            let page = asked(app, &opened, fields, &Fault::of(&refusal)).await?;
            shown_privately(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        // Taken; or answered, replaced or ended meanwhile: its page says which.
        Ok(_) | Err(Failure::Refused(_)) => Ok(sent_on(&opened.address)),
    }
}
