//! Where an application stands, in the candidate's words. Pure: no reads, no clock. What is said is what
//! [`Outlook`] tells, and nothing beside it.

use askama::Template;
use chrono_tz::Tz;

use crate::domain::application::ApplicationStatus;
use crate::domain::interview::Meeting;
use crate::domain::outlook::{Asked, Host, Outlook, Progress, Stop, StopState, StopStep, Task};
use crate::domain::plan::StepKind;
use crate::domain::site::Site;
use crate::web::page::{Day, Frame, moment};

/// A meeting, as the candidate reads of it.
pub struct Appointment {
    pub title: String,
    pub when: String,
    /// The same by UTC, where that is not the zone it is told in.
    pub utc: Option<String>,
    pub place: Option<String>,
    pub video_link: Option<String>,
    pub hosts: Vec<String>,
}

/// What is asked of the candidate.
pub struct TaskView {
    pub words: String,
    pub address: String,
    /// What is said beside it once it is late.
    pub late: Option<&'static str>,
}

/// A stage on the way.
pub struct StopView {
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
    pub tasks: Vec<TaskView>,
    pub meetings: Vec<Appointment>,
    pub way: Vec<StopView>,
    pub preferred: Vec<String>,
    pub can_prefer: bool,
}

impl StatusPage {
    pub fn of(site: &Site, secret: &str, outlook: &Outlook) -> Self {
        let address = format!("/applications/{secret}");
        let (heading, said) = standing(site, outlook);
        let meetings = outlook.meetings.iter();
        Self {
            frame: Frame::of(site, "Your application"),
            title: outlook.title.clone(),
            applied: Day::of(site, outlook.applied_at),
            heading,
            said,
            active: outlook.status == ApplicationStatus::Active,
            tasks: outlook.tasks.iter().filter_map(|one| task(site, &address, one)).collect(),
            meetings: meetings
                .map(|one| appointment(&one.title, &one.meeting, one.hosts.iter().cloned()))
                .collect(),
            way: outlook.way.iter().map(stop).collect(),
            preferred: outlook.preferred.iter().map(|team| team.name.clone()).collect(),
            can_prefer: !outlook.choices.is_empty(),
            address,
        }
    }
}

/// Somebody the candidate meets: name, and title where they have one.
pub fn host(host: &Host) -> String {
    match &host.title {
        Some(title) => format!("{}, {title}", host.name),
        None => host.name.clone(),
    }
}

pub fn appointment(title: &str, meeting: &Meeting, hosts: impl Iterator<Item = Host>) -> Appointment {
    let Meeting { starts_at, zone, place, video_link, .. } = meeting;
    let local = starts_at.with_timezone(zone).format("%A %-d %B %Y, %H:%M");
    Appointment {
        title: title.to_owned(),
        when: format!("{local} ({}), {} minutes", zone.name(), meeting.minutes()),
        utc: (*zone != Tz::UTC).then(|| format!("{} UTC", starts_at.format("%-d %B, %H:%M"))),
        place: place.clone(),
        video_link: video_link.clone(),
        hosts: hosts.map(|one| host(&one)).collect(),
    }
}

/// What is asked, with the way to its page. The offer has its own link, of which only the hash is kept: the heading speaks
/// of it.
fn task(site: &Site, address: &str, task: &Task) -> Option<TaskView> {
    let (step, due) = (task.step?, moment(site, task.due_at));
    let title = task.title.as_deref().unwrap_or_default();
    let (words, part, late) = match task.asked {
        Asked::Answers(_) => {
            (format!("Answer our questions by {due}"), "forms", "We still take your answers.")
        }
        Asked::Work(_) => {
            (format!("{title}: hand in your work by {due}"), "forms", "We still take your work.")
        }
        Asked::Names(_) => {
            (format!("Name people we may ask by {due}"), "references", "We still take the names.")
        }
        Asked::Time(_) => (
            format!("Pick a time to talk: {title}"),
            "interviews",
            "The times we offered are over. Please ask us for others.",
        ),
        Asked::Decision(_) => return None,
    };
    let address = format!("{address}/{part}/{step}");
    Some(TaskView { words, address, late: task.late.then_some(late) })
}

fn standing(site: &Site, outlook: &Outlook) -> (&'static str, Vec<String>) {
    let day = outlook.ended_at.map(|at| Day::of(site, at).words).unwrap_or_default();
    let (heading, said) = match outlook.status {
        ApplicationStatus::Active => return active(site, outlook),
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

fn active(site: &Site, outlook: &Outlook) -> (&'static str, Vec<String>) {
    if let Some(offer) = outlook.offer() {
        let until = Day::of(site, offer.due_at).words;
        let said = format!("It came by mail, with a link that opens it. Please answer by {until}.");
        return ("You have an offer from us", vec![said]);
    }
    let mut said = Vec::new();
    if outlook.reconsidered {
        said.push(
            "Something has changed around this job, and we are looking at what it means for you.".to_owned(),
        );
    }
    let here = outlook.way.iter().find(|stop| stop.state == StopState::Now);
    said.extend(here.map(|stop| format!("It is at this stage: {}.", stop.title)));
    said.extend(outlook.way.iter().find(|stop| stop.state == StopState::Ahead).map(next));
    ("Your application is under way", said)
}

fn next(stop: &Stop) -> String {
    if stop.steps.iter().any(|step| step.kind == StepKind::Offer) {
        return "After it we decide about an offer.".to_owned();
    }
    let perhaps = if stop.optional { "Perhaps next" } else { "Next" };
    format!("{perhaps}: {}.", stop.title)
}

fn stop(stop: &Stop) -> StopView {
    let mut said: Vec<String> = Vec::new();
    let all_at_once = stop.parallel && stop.steps.len() > 1;
    match stop.state {
        StopState::Done => {}
        StopState::Now => {
            said.extend(all_at_once.then(|| "All at once, in any order:".to_owned()));
            said.extend(stop.steps.iter().map(words));
        }
        StopState::Ahead => {
            said.extend(stop.optional.then(|| "Not everybody goes through this one.".to_owned()));
            said.extend(all_at_once.then(|| "All at once, in any order:".to_owned()));
            said.extend(coming(stop));
        }
    }
    StopView { title: stop.title.clone(), state: stop.state.as_str(), said }
}

/// What is done in a stage to come, as far as its title does not say it.
fn coming(stop: &Stop) -> Vec<String> {
    match stop.steps.as_slice() {
        [only] => only.minutes.map(|minutes| format!("{minutes} minutes")).into_iter().collect(),
        several => several.iter().map(planned).collect(),
    }
}

fn planned(step: &StopStep) -> String {
    match step.minutes {
        Some(minutes) => format!("{}, {minutes} minutes", step.title),
        None => step.title.clone(),
    }
}

/// What is happening in a step, as far as it is the candidate's to know: never how it went.
fn words(step: &StopStep) -> String {
    let title = &step.title;
    match (step.progress, step.kind) {
        (Progress::Done, _) => format!("{title}: done."),
        (Progress::WithUs, StepKind::Form) => {
            format!("{title}: your answers have arrived, and we are reading them.")
        }
        (Progress::WithUs, StepKind::Task) => {
            format!("{title}: your work has arrived, and we are looking at it.")
        }
        (Progress::WithUs, _) => format!("{title}: it took place, and we are talking about it."),
        (_, StepKind::Review) => "We are reading what you have sent us.".to_owned(),
        (Progress::Set, _) => format!("{title}: the time is set; you have an invitation."),
        (Progress::Asked, StepKind::Reference) => {
            format!("{title}: we have asked and wait for the answers.")
        }
        (Progress::Asked, StepKind::Offer) => {
            "Our offer is with you, and we wait for your answer.".to_owned()
        }
        (Progress::Asked, StepKind::Interview) => format!("{title}: you can pick a time."),
        (Progress::Asked, _) => format!("{title}: we have asked you for something and wait for it."),
        (Progress::Ahead, StepKind::Form) => format!("{title}: we will send you some questions."),
        (Progress::Ahead, StepKind::Interview) => format!("{title}: we will invite you."),
        (Progress::Ahead, StepKind::Reference) => {
            format!("{title}: we will ask you whom we may speak to.")
        }
        (Progress::Ahead, StepKind::Task) => format!("{title}: we will send you what it is about."),
        (Progress::Ahead, StepKind::Offer) => "We are deciding, and you will hear from us.".to_owned(),
    }
}
