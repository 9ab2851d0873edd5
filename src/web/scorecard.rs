//! The page of a scorecard, for a colleague who holds its link: no account is needed.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::App;
use super::fields::{Fault, Fields};
use super::page::{Frame, Trouble, moment, sent_on, shown_privately};
use super::sheet::{Choice, Field, Sheet};
use super::viewer::holder;
use crate::actions::letter;
use crate::actions::scorecard::{Save, save, submit};
use crate::domain::application::Application;
use crate::domain::plan::Kit;
use crate::domain::policy::application::applications;
use crate::domain::policy::scorecard::{author, cards};
use crate::domain::scorecard::{Attribute, Rating, Request, Scorecard, Verdict};
use crate::domain::step::{ApplicationStep, StepState};
use crate::domain::viewer::Viewer;
use crate::storage::scorecard::Reader;
use crate::storage::{self, Failure, candidate, link, plan, scorecard, step};

const RATINGS: [(Rating, &str); 4] = [
    (Rating::StrongNo, "Strong no"),
    (Rating::No, "No"),
    (Rating::Yes, "Yes"),
    (Rating::StrongYes, "Strong yes"),
];

/// What a secret opens.
struct Opened {
    viewer: Viewer,
    application: Application,
    step: ApplicationStep,
    kit: Kit,
    name: String,
    title: String,
    /// The holder's newest version.
    card: Option<Scorecard>,
    request: Option<Request>,
}

async fn open(app: &App, secret: &str) -> Result<Opened, Trouble> {
    let store = &app.shared.store;
    let viewer = link::find(store, secret).await?.as_ref().and_then(holder).ok_or(Trouble::NotFound)?;
    let Viewer::Assessor { user, step: id, application } = viewer else { return Err(Trouble::NotFound) };
    let all = &applications(&Viewer::System);
    let application = storage::application::find(store, all, application).await?.ok_or(Trouble::NotFound)?;
    let mut steps = step::of_applications(store, all, &[application.id]).await?;
    let steps = steps.remove(&application.id).unwrap_or_default();
    let step = steps.into_iter().find(|step| step.id == id).ok_or(Trouble::NotFound)?;
    let plan = plan::get(store, application.plan).await?;
    let person = candidate::find(store, all, application.candidate).await?.ok_or(Trouble::NotFound)?;
    let reader = Reader { deciding: cards(&viewer), user: author(&viewer) };
    let round = step.round;
    let read = scorecard::of_steps(store, &reader, &[id]).await?.remove(&id).unwrap_or_default();
    let asked = scorecard::requests(store, &reader, &[id]).await?.remove(&id).unwrap_or_default();
    Ok(Opened {
        kit: step.kit(&plan),
        title: letter::role(app.act(&Viewer::System), application.posting).await?.to_string(),
        name: person.name,
        card: read.into_iter().find(|card| card.author == user && card.round == round),
        request: asked.into_iter().find(|request| request.round == round),
        viewer,
        application,
        step,
    })
}

impl Opened {
    /// Whether a card is still wanted: asked for in this round, of an application that is on its way.
    fn is_open(&self) -> bool {
        let over = matches!(self.step.state, StepState::Waived | StepState::Skipped | StepState::Cancelled);
        self.request.is_some() && self.application.active().is_ok() && !over
    }
}

#[derive(Template)]
#[template(path = "pages/scorecard.html")]
struct CardPage {
    frame: Frame,
    address: String,
    heading: String,
    title: String,
    purpose: Option<String>,
    questions: Vec<String>,
    due: Option<String>,
    saved: Option<String>,
    faults: Vec<(String, String)>,
    recommendation: Field,
    attributes: Vec<(Field, Field)>,
    texts: Vec<Field>,
}

#[derive(Template)]
#[template(path = "pages/scorecard_closed.html")]
struct ClosedPage {
    frame: Frame,
    heading: String,
    said: String,
    card: Option<Vec<(String, String)>>,
}

/// `GET /scorecards/{secret}`.
pub async fn page(app: Data<App>, secret: Path<String>) -> Result<HttpResponse, Trouble> {
    let opened = open(&app, &secret).await?;
    let site = &app.shared.site;
    let heading = format!("{}: {}", opened.step.title, opened.name);
    match &opened.card {
        Some(card) if card.submitted_at.is_some() => {
            let said = "Your scorecard is in, and does not change any more. Thank you.".to_owned();
            let card = Some(told(card));
            let frame = Frame::of(site, "Your scorecard");
            shown_privately(StatusCode::OK, &ClosedPage { frame, heading, said, card })
        }
        _ if opened.is_open() => {
            let fields = opened.card.as_ref().map(kept).unwrap_or_default();
            shown_privately(StatusCode::OK, &sheet(&app, &secret, &opened, &fields, &[]))
        }
        _ => {
            let said = "This scorecard is no longer needed. Nothing has to be done.".to_owned();
            let frame = Frame::of(site, "Your scorecard");
            shown_privately(StatusCode::GONE, &ClosedPage { frame, heading, said, card: None })
        }
    }
}

/// What a submitted card says, for its author.
fn told(card: &Scorecard) -> Vec<(String, String)> {
    let verdict = &card.verdict;
    let rated = |rating: Option<Rating>| {
        let found = RATINGS.iter().find(|(known, _)| Some(*known) == rating);
        found.map(|(_, words)| (*words).to_owned())
    };
    let mut said = vec![("Recommendation".to_owned(), rated(verdict.recommendation))];
    for attribute in &verdict.attributes {
        let note = attribute.note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
        let rating = rated(attribute.rating).unwrap_or_else(|| "Not rated".to_owned());
        said.push((attribute.name.clone(), Some(format!("{rating}{note}"))));
    }
    said.extend(TEXTS.iter().map(|(name, label, _)| ((*label).to_owned(), text_of(verdict, name))));
    said.into_iter().filter_map(|(label, words)| Some((label, words?))).collect()
}

const TEXTS: [(&str, &str, bool); 5] = [
    ("takeaways", "Takeaways", true),
    ("pros", "What speaks for the candidate", true),
    ("cons", "What speaks against", true),
    ("noteForOthers", "For later interviewers: what they should look at", false),
    ("privateNote", "For recruiting and the hiring manager only", false),
];

fn text_of(verdict: &Verdict, name: &str) -> Option<String> {
    let text = match name {
        "takeaways" => &verdict.takeaways,
        "pros" => &verdict.pros,
        "cons" => &verdict.cons,
        "noteForOthers" => &verdict.note_for_others,
        _ => &verdict.private_note,
    };
    text.clone()
}

/// A draft as the fields it was typed in.
fn kept(card: &Scorecard) -> Fields {
    let verdict = &card.verdict;
    let word = |rating: Option<Rating>| rating.map(|rating| rating.to_string()).unwrap_or_default();
    let mut fields = vec![("recommendation".to_owned(), word(verdict.recommendation))];
    for (place, attribute) in verdict.attributes.iter().enumerate() {
        fields.push((format!("attributes.{place}.rating"), word(attribute.rating)));
        fields.push((format!("attributes.{place}.note"), attribute.note.clone().unwrap_or_default()));
    }
    let texts = TEXTS.iter();
    fields.extend(texts.map(|(name, ..)| ((*name).to_owned(), text_of(verdict, name).unwrap_or_default())));
    Fields::of(fields)
}

fn sheet(app: &App, secret: &str, opened: &Opened, fields: &Fields, faults: &[Fault]) -> CardPage {
    let site = &app.shared.site;
    let sheet = Sheet { fields, faults };
    let rating = |name: &str, label: &str, required: bool| {
        let base = sheet.field(name, label, "radio", required);
        let choice = |(rating, words): &(Rating, &str)| {
            let chosen = base.value == rating.as_str();
            Choice { value: rating.to_string(), label: (*words).to_owned(), chosen }
        };
        Field { options: RATINGS.iter().map(choice).collect(), ..base }
    };
    let attribute = |(place, name): (usize, &String)| {
        let note = format!("Why? {name}");
        (
            rating(&format!("attributes.{place}.rating"), name, false),
            sheet.field(&format!("attributes.{place}.note"), &note, "prose", false),
        )
    };
    let recommendation = rating("recommendation", "Should we hire, as far as this step tells?", true);
    let attributes: Vec<_> = opened.kit.attributes.iter().enumerate().map(attribute).collect();
    let text = |(name, label, required): &(&str, &str, bool)| sheet.field(name, label, "prose", *required);
    let texts: Vec<_> = TEXTS.iter().map(text).collect();
    let all = std::iter::once(&recommendation)
        .chain(attributes.iter().flat_map(|(rating, note)| [rating, note]))
        .chain(&texts);
    let wrong = all.filter(|field| field.fault.is_some());
    CardPage {
        faults: wrong.map(|field| (field.name.clone(), field.label.clone())).collect(),
        frame: Frame::of(site, "Your scorecard"),
        address: format!("/scorecards/{secret}"),
        heading: format!("{}: {}", opened.step.title, opened.name),
        title: opened.title.clone(),
        purpose: opened.kit.purpose.clone(),
        questions: opened.kit.questions.iter().map(|question| question.label.clone()).collect(),
        due: opened.request.as_ref().map(|request| moment(site, request.due_at)),
        saved: opened.card.as_ref().map(|card| moment(site, card.saved_at)),
        recommendation,
        attributes,
        texts,
    }
}

/// `POST /scorecards/{secret}`: `step` says whether it is kept or submitted.
pub async fn act(
    app: Data<App>,
    secret: Path<String>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, Trouble> {
    let fields = Fields::read(&request, &app.shared.site, body).await?;
    let opened = open(&app, &secret).await?;
    let address = format!("/scorecards/{}", *secret);
    let is_in = opened.card.as_ref().is_some_and(|card| card.submitted_at.is_some());
    if is_in || !opened.is_open() {
        // Its page says why.
        return Ok(sent_on(&address));
    }
    let input = Save { step: opened.step.id, revision: None, verdict: typed(&opened, &fields) };
    let by = app.act(&opened.viewer);
    let done = if fields.get("step") == "submit" { submit(by, input).await } else { save(by, input).await };
    match done {
        Err(Failure::Fault(fault)) => Err(fault.into()),
        Err(Failure::Refused(refusal)) if !Fault::of(&refusal).is_empty() => {
            let page = sheet(&app, &secret, &opened, &fields, &Fault::of(&refusal));
            shown_privately(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        // Done; or ended meanwhile: its page says which.
        Ok(_) | Err(Failure::Refused(_)) => Ok(sent_on(&address)),
    }
}

fn typed(opened: &Opened, fields: &Fields) -> Verdict {
    let attribute = |(place, name): (usize, &String)| Attribute {
        name: name.clone(),
        rating: fields.get(&format!("attributes.{place}.rating")).parse().ok(),
        note: fields.stated(&format!("attributes.{place}.note")),
    };
    Verdict {
        recommendation: fields.get("recommendation").parse().ok(),
        attributes: opened.kit.attributes.iter().enumerate().map(attribute).collect(),
        takeaways: fields.stated("takeaways"),
        pros: fields.stated("pros"),
        cons: fields.stated("cons"),
        note_for_others: fields.stated("noteForOthers"),
        private_note: fields.stated("privateNote"),
    }
}
