//! The application form, and the receipt for it.

use actix_web::http::{StatusCode, header};
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::fields::{Fault, Fields};
use super::page::{Frame, Trouble, shown};
use super::rate::{self, Deed, TooMany};
use super::sheet::{CHOICES, Field, Sheet, given, team_name};
use super::{App, mark, posting};
use crate::actions::application::{Submission, submit};
use crate::domain::Refusal;
use crate::domain::clock::random_text;
use crate::domain::feed::Advertised;
use crate::domain::id::TeamId;
use crate::domain::letter_template;
use crate::domain::posting::{Appearance, Posting};
use crate::domain::viewer::Viewer;
use crate::storage::Failure;

/// How long a page's number is, and thus an idempotency key: 130 random bits.
const NONCE: usize = 26;
/// A field that people do not see and machines fill in.
const TRAP: &str = "homepage";
/// Said above the form, which keeps what was typed.
const TOO_MANY: &str = "Many applications came from your network in a short time, so this one was not taken yet. \
                        Please wait a few minutes and send it again.";

#[derive(Template)]
#[template(path = "pages/apply.html")]
struct ApplyPage {
    frame: Frame,
    slug: String,
    title: String,
    notice: Option<&'static str>,
    faults: Vec<(String, String)>,
    person: Vec<Field>,
    answers: Vec<Field>,
    teams: Vec<Field>,
    nonce: String,
    mark: Option<String>,
    trap: &'static str,
}

#[derive(Template)]
#[template(path = "pages/applied.html")]
struct AppliedPage {
    frame: Frame,
    title: String,
}

/// `GET /jobs/{slug}/apply`.
pub async fn form(app: Data<App>, slug: Path<String>, request: HttpRequest) -> Result<HttpResponse, Trouble> {
    let mark = mark::of_query(&app, request.query_string());
    match posting::found(&app, &slug).await? {
        (Advertised { posting: Posting { apply_url: Some(url), .. }, .. }, Appearance::Visible) => {
            Ok(elsewhere(&url))
        }
        (job, Appearance::Visible) if job.posting.slug == *slug => {
            let fields = mark.map(|mark| (mark::FIELD.to_owned(), mark)).into_iter().collect();
            shown(StatusCode::OK, &page(&app, &job, &Fields::of(fields), &[], None))
        }
        (job, Appearance::Visible) => {
            let address = app.shared.site.apply_url(&job.posting.slug);
            Ok(posting::moved(&mark::kept(&address, mark.as_deref())))
        }
        // The job's own page says why nobody can apply.
        (job, _) => Ok(elsewhere(&format!("/jobs/{}", job.posting.slug))),
    }
}

/// `POST /jobs/{slug}/apply`.
pub async fn send(
    app: Data<App>,
    slug: Path<String>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, Trouble> {
    let fields = Fields::read(&request, &app.shared.site, body).await?;
    let (job, _) = posting::found(&app, &slug).await?;
    if job.posting.apply_url.is_some() {
        return Ok(elsewhere(&format!("/jobs/{}", job.posting.slug)));
    }
    let done = elsewhere(&format!("/jobs/{}/applied", job.posting.slug));
    if fields.stated(TRAP).is_some() {
        tracing::info!("a form with its trap filled in was dropped");
        return Ok(done);
    }
    let again = |faults: &[Fault], notice| {
        shown(StatusCode::UNPROCESSABLE_ENTITY, &page(&app, &job, &fields, faults, notice))
    };
    if let Err(TooMany { retry_after }) = rate::count(&app, &request, Deed::Application, 1) {
        let page = page(&app, &job, &fields, &[], Some(TOO_MANY));
        let mut answer = shown(StatusCode::TOO_MANY_REQUESTS, &page)?;
        answer.headers_mut().insert(header::RETRY_AFTER, retry_after.into());
        return Ok(answer);
    }
    if fields.get("nonce").len() != NONCE {
        return again(&[], Some("This page was incomplete. Please send it once more."));
    }
    let act = app.act(&Viewer::Anonymous);
    let language = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let language = language.and_then(letter_template::preferred);
    match submit(act, Submission { language, ..submission(&app, &job, &fields) }).await {
        Ok(_) => Ok(done),
        Err(Failure::Fault(fault)) => Err(fault.into()),
        Err(Failure::Refused(Refusal::NotFound(_))) => Err(Trouble::NotFound),
        Err(Failure::Refused(Refusal::NotTakingApplications)) => {
            Ok(elsewhere(&format!("/jobs/{}", job.posting.slug)))
        }
        Err(Failure::Refused(Refusal::IdempotencyMismatch)) => {
            again(&[], Some("You have sent this form before, and what you sent then has arrived."))
        }
        Err(Failure::Refused(refusal)) => {
            let faults = Fault::of(&refusal);
            let unclear = "We could not take this just now. Please send it once more.";
            again(&faults, faults.is_empty().then_some(unclear))
        }
    }
}

/// `GET /jobs/{slug}/applied`: the same for everybody, so that it tells nobody who has applied before.
pub async fn applied(app: Data<App>, slug: Path<String>) -> Result<HttpResponse, Trouble> {
    let (job, _) = posting::found(&app, &slug).await?;
    let title = job.posting.content.title;
    shown(StatusCode::OK, &AppliedPage { frame: Frame::of(&app.shared.site, "Thank you"), title })
}

fn elsewhere(path: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, path)).finish()
}

fn submission(app: &App, job: &Advertised, fields: &Fields) -> Submission {
    let mut preferred_teams: Vec<TeamId> = Vec::new();
    for team in (0..CHOICES.len()).filter_map(|place| fields.get(&team_name(place)).parse().ok()) {
        if !preferred_teams.contains(&team) {
            preferred_teams.push(team);
        }
    }
    Submission {
        posting: job.posting.id,
        name: fields.get("name").to_owned(),
        email: fields.get("email").to_owned(),
        phone: fields.stated("phone"),
        answers: given(&job.posting.content.questions, fields),
        preferred_teams,
        source: None,
        tracking_source: mark::known(app, fields.get(mark::FIELD)),
        language: None,
        referrer: None,
        idempotency_key: Some(fields.get("nonce").to_owned()),
    }
}

fn page(
    app: &App,
    job: &Advertised,
    fields: &Fields,
    faults: &[Fault],
    notice: Option<&'static str>,
) -> ApplyPage {
    let title = job.posting.content.title.clone();
    let sheet = Sheet { fields, faults };
    let (person, answers, teams) =
        (sheet.person(), sheet.answers(&job.posting.content.questions), sheet.teams(job));
    let wrong = person.iter().chain(&answers).chain(&teams).filter(|field| field.fault.is_some());
    ApplyPage {
        frame: Frame::of(&app.shared.site, &format!("Apply: {title}")),
        slug: job.posting.slug.clone(),
        title,
        notice,
        faults: wrong.map(|field| (field.name.clone(), field.label.clone())).collect(),
        person,
        answers,
        teams,
        nonce: random_text(&*app.shared.chance, NONCE),
        mark: mark::known(app, fields.get(mark::FIELD)),
        trap: TRAP,
    }
}
