//! Where an application stands, in the candidate's words. Pure: no reads, no clock.

use askama::Template;
use chrono::{DateTime, Utc};

use crate::domain::application::{Application, ApplicationStatus};
use crate::domain::form::Form;
use crate::domain::interview::Meeting;
use crate::domain::offer::Offer;
use crate::domain::plan::{HiringPlan, StageMode, StepKind};
use crate::domain::posting::Posting;
use crate::domain::reference_request::ReferenceRequest;
use crate::domain::site::Site;
use crate::domain::step::{ApplicationStep, StepState};
use crate::domain::user::User;
use crate::web::page::{Day, Frame, moment};

/// What else the page is made of.
pub struct Told<'a> {
    pub plan: &'a HiringPlan,
    pub steps: &'a [ApplicationStep],
    pub offer: Option<&'a Offer>,
    pub preferred: Vec<String>,
    /// Questions that await the candidate's answers.
    pub forms: Vec<Form>,
    /// Meetings that are set.
    pub meetings: Vec<Ahead>,
    /// Requests for names that await more of them.
    pub requests: Vec<ReferenceRequest>,
    /// Steps in which the candidate may pick a time.
    pub choices: Vec<ApplicationStep>,
    pub now: DateTime<Utc>,
}

/// A meeting that is set, and who comes.
pub struct Ahead {
    pub meeting: Meeting,
    pub hosts: Vec<User>,
}

/// A meeting, as the candidate reads of it.
pub struct Appointment {
    pub when: String,
    pub utc: String,
    pub place: Option<String>,
    pub video_link: Option<String>,
    pub hosts: Vec<String>,
}

/// What is asked of the candidate.
pub struct Task {
    pub words: String,
    pub address: String,
}

/// A stage on the way.
pub struct Stop {
    pub title: String,
    pub state: &'static str,
    pub said: Vec<String>,
}

#[derive(Template)]
#[template(path = "pages/application.html")]
pub struct StatusPage {
    pub frame: Frame,
    pub address: String,
    pub title: String,
    pub applied: Day,
    pub heading: &'static str,
    pub said: Vec<String>,
    pub active: bool,
    pub tasks: Vec<Task>,
    pub meetings: Vec<Appointment>,
    pub way: Vec<Stop>,
    pub preferred: Vec<String>,
}

impl StatusPage {
    pub fn of(
        site: &Site,
        secret: &str,
        posting: &Posting,
        application: &Application,
        told: Told<'_>,
    ) -> Self {
        let active = application.status == ApplicationStatus::Active;
        let (heading, said) = standing(site, application, &told);
        Self {
            frame: Frame::of(site, "Your application"),
            address: format!("/applications/{secret}"),
            title: posting.content.title.clone(),
            applied: Day::of(site, application.applied_at),
            heading,
            said,
            active,
            meetings: told.meetings.iter().map(appointment).collect(),
            tasks: if active { tasks(site, secret, &told) } else { Vec::new() },
            way: if active { way(application, &told) } else { Vec::new() },
            preferred: told.preferred,
        }
    }
}

/// Somebody the candidate meets: name, and title where they have one.
pub fn host(user: &User) -> String {
    match &user.title {
        Some(title) => format!("{}, {title}", user.name),
        None => user.name.clone(),
    }
}

pub fn appointment(ahead: &Ahead) -> Appointment {
    let Meeting { starts_at, zone, place, video_link, .. } = &ahead.meeting;
    let local = starts_at.with_timezone(zone).format("%A %-d %B %Y, %H:%M");
    Appointment {
        when: format!("{local} ({}), {} minutes", zone.name(), ahead.meeting.minutes()),
        utc: format!("{} UTC", starts_at.format("%-d %B, %H:%M")),
        place: place.clone(),
        video_link: video_link.clone(),
        hosts: ahead.hosts.iter().map(host).collect(),
    }
}

fn tasks(site: &Site, secret: &str, told: &Told<'_>) -> Vec<Task> {
    let task = |form: &Form| Task {
        words: format!("Answer our questions by {}", moment(site, form.due_at)),
        address: format!("/applications/{secret}/forms/{}", form.step),
    };
    let naming = |request: &ReferenceRequest| Task {
        words: format!("Name people we may ask by {}", moment(site, request.due_at)),
        address: format!("/applications/{secret}/references/{}", request.step),
    };
    let picking = |step: &ApplicationStep| Task {
        words: format!("Pick a time to talk: {}", step.title),
        address: format!("/applications/{secret}/interviews/{}", step.id),
    };
    let (forms, requests) = (told.forms.iter().map(task), told.requests.iter().map(naming));
    forms.chain(requests).chain(told.choices.iter().map(picking)).collect()
}

fn standing(site: &Site, application: &Application, told: &Told<'_>) -> (&'static str, Vec<String>) {
    let ended = application.outcome.as_ref().map_or(told.now, |outcome| outcome.at);
    let day = Day::of(site, ended).words;
    let (heading, said) = match application.status {
        ApplicationStatus::Active => return active(site, application, told),
        ApplicationStatus::Declined => (
            "We will not go on with your application",
            format!(
                "We decided this on {day}. Thank you for the time you have given us. You are welcome to apply again."
            ),
        ),
        ApplicationStatus::Withdrawn => (
            "You have withdrawn your application",
            format!("It ended on {day}. If that was a mistake, write to us."),
        ),
        ApplicationStatus::Hired => (
            "You have accepted our offer",
            format!("We have had your yes since {day}, and look forward to working with you."),
        ),
    };
    (heading, vec![said])
}

fn active(site: &Site, application: &Application, told: &Told<'_>) -> (&'static str, Vec<String>) {
    if let Some(offer) = told.offer {
        let until = Day::of(site, offer.expires_at).words;
        let said = format!("It came by mail, with a link that opens it. Please answer by {until}.");
        return ("You have an offer from us", vec![said]);
    }
    let mut said = Vec::new();
    if application.needs_decision_since.is_some() {
        said.push(
            "Something has changed around this job, and we are looking at what it means for you.".to_owned(),
        );
    }
    let place = usize::try_from(application.stage).unwrap_or_default();
    let here = told.plan.stages.get(place).map(|stage| stage.title.as_str());
    said.extend(here.map(|title| format!("It is at this stage: {title}.")));
    said.extend(next(told.plan, place));
    ("Your application is under way", said)
}

fn next(plan: &HiringPlan, place: usize) -> Option<String> {
    let next = plan.stages.get(place + 1)?;
    if next.steps.iter().any(|step| step.kind == StepKind::Offer) {
        return Some("After it we decide about an offer.".to_owned());
    }
    let perhaps = if next.optional { "Perhaps next" } else { "Next" };
    Some(format!("{perhaps}: {}.", next.title))
}

fn way(application: &Application, told: &Told<'_>) -> Vec<Stop> {
    let stop = |(place, stage): (i32, &crate::domain::plan::Stage)| {
        let steps: Vec<&ApplicationStep> = told.steps.iter().filter(|step| step.stage == place).collect();
        let now = place == application.stage;
        let mut said: Vec<String> = Vec::new();
        if now {
            if stage.mode == StageMode::Parallel && steps.len() > 1 {
                said.push("All at once, in any order:".to_owned());
            }
            said.extend(steps.iter().map(|step| words(step)));
        } else if stage.optional && place > application.stage {
            said.push("Not everybody goes through this one.".to_owned());
        }
        let state = match place {
            _ if now => "now",
            place if place < application.stage => "done",
            _ => "ahead",
        };
        Stop { title: stage.title.clone(), state, said }
    };
    (0..).zip(&told.plan.stages).map(stop).collect()
}

/// What is happening in a step, as far as it is the candidate's to know: never how it went.
fn words(step: &ApplicationStep) -> String {
    let title = &step.title;
    match (step.state, step.kind) {
        (StepState::Passed | StepState::Waived | StepState::Skipped | StepState::Cancelled, _) => {
            format!("{title}: done.")
        }
        (StepState::AwaitingFeedback, StepKind::Form) => {
            format!("{title}: your answers have arrived, and we are reading them.")
        }
        (StepState::AwaitingFeedback, _) => format!("{title}: it took place, and we are talking about it."),
        (_, StepKind::Review) => "We are reading what you have sent us.".to_owned(),
        (StepState::Scheduled, _) => format!("{title}: the time is set; you have an invitation."),
        (StepState::Requested, StepKind::Reference) => {
            format!("{title}: we have asked and wait for the answers.")
        }
        (StepState::Requested, _) => format!("{title}: we have asked you for something and wait for it."),
        (StepState::Pending, StepKind::Form) => format!("{title}: we will send you some questions."),
        (StepState::Pending, StepKind::Interview) => format!("{title}: we will invite you."),
        (StepState::Pending, StepKind::Reference) => {
            format!("{title}: we will ask you whom we may speak to.")
        }
        (StepState::Pending, StepKind::Task) => format!("{title}: we will send you what it is about."),
        (StepState::Pending, StepKind::Offer) => "We are deciding, and you will hear from us.".to_owned(),
    }
}
