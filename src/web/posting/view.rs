//! What visitors see of postings. Pure: no reads, no clock.

use askama::Template;
use chrono::{DateTime, Utc};

use crate::domain::country::Country;
use crate::domain::feed::Advertised;
use crate::domain::place::Workplace;
use crate::domain::plan::{HiringPlan, PlanStep, Stage, StageMode, StepKind};
use crate::domain::posting::{Content, RequirementLevel};
use crate::domain::site::Site;
use crate::feeds::FeedItem;
use crate::feeds::html::{Body, WIDE, summary};
use crate::feeds::json_ld;
use crate::web::page::{Day, Frame};

/// A job in a list.
pub struct Job {
    pub slug: String,
    pub title: String,
    pub vacancies: String,
    pub place: String,
    pub employment: &'static str,
    pub posted: Option<Day>,
}

impl Job {
    pub fn of(site: &Site, advertised: &Advertised) -> Self {
        let posting = &advertised.posting;
        Self {
            slug: posting.slug.clone(),
            title: posting.content.title.clone(),
            vacancies: vacancies(advertised),
            place: place(&posting.content),
            employment: posting.content.employment_type.in_words(),
            posted: posting.published_at.map(|at| Day::of(site, at)),
        }
    }
}

/// One of the choices of a filter.
pub struct Choice {
    pub value: String,
    pub label: String,
    pub count: usize,
    pub chosen: bool,
}

#[derive(Template)]
#[template(path = "pages/jobs.html")]
pub struct JobsPage {
    pub frame: Frame,
    pub summary: String,
    pub teams: Vec<Choice>,
    pub places: Vec<Choice>,
    pub found: Option<String>,
    pub jobs: Vec<Job>,
    pub earlier: Option<String>,
    pub later: Option<String>,
}

#[derive(Template)]
#[template(path = "pages/gone.html")]
pub struct GonePage {
    pub frame: Frame,
    pub title: String,
    pub jobs: Vec<Job>,
}

pub struct SectionView {
    pub heading: String,
    pub html: String,
}

pub struct RequirementView {
    pub text: String,
    pub level: Option<&'static str>,
    pub strict: bool,
}

pub struct TeamView {
    pub name: String,
    pub vacancies: u32,
}

pub struct StageView {
    pub title: String,
    pub optional: bool,
    pub said: Option<String>,
    pub steps: Vec<String>,
}

pub struct LinkView {
    pub label: String,
    pub url: String,
}

#[derive(Template)]
#[template(path = "pages/job.html")]
pub struct JobPage {
    pub frame: Frame,
    pub json_ld: Option<String>,
    pub title: String,
    pub place: String,
    pub employment: &'static str,
    pub posted: Option<Day>,
    pub until: Option<Day>,
    pub apply: bool,
    pub apply_url: String,
    pub applies_here: bool,
    pub sections: Vec<SectionView>,
    pub requirements: Vec<RequirementView>,
    pub teams: Vec<TeamView>,
    pub vacancies: u32,
    pub pay: Vec<String>,
    pub where_said: &'static str,
    pub places: Vec<String>,
    pub stages: Vec<StageView>,
    pub links: Vec<LinkView>,
    pub questions: usize,
    pub questions_said: String,
}

impl JobPage {
    /// The page of a posting that takes applications, or, paused, will perhaps take some again.
    pub fn of(site: &Site, advertised: &Advertised, plan: &HiringPlan, now: DateTime<Utc>) -> Self {
        let posting = &advertised.posting;
        let content = &posting.content;
        let url = site.posting_url(&posting.slug);
        let apply = posting.is_visible(now);
        let frame = if apply {
            Frame::public(site, &content.title, url.clone(), summary(content, 155))
        } else {
            Frame::of(site, &content.title)
        };
        let item = apply.then(|| FeedItem::project(advertised, site, now));
        let teams: Vec<TeamView> = advertised
            .teams
            .iter()
            .filter(|team| team.vacancies > 0)
            .map(|team| TeamView { name: team.name.clone(), vacancies: team.vacancies })
            .collect();
        Self {
            frame,
            json_ld: item.and_then(|item| json_ld::job_posting(&item)).map(|job| json_ld::embedded(&job)),
            title: content.title.clone(),
            place: place(content),
            employment: content.employment_type.in_words(),
            posted: posting.published_at.map(|at| Day::of(site, at)),
            until: posting.expires_at.map(|at| Day::of(site, at)),
            apply,
            apply_url: match &posting.apply_url {
                Some(url) => url.clone(),
                None => format!("/jobs/{}/apply", posting.slug),
            },
            applies_here: posting.apply_url.is_none(),
            sections: sections(content, &url),
            requirements: requirements(content),
            vacancies: teams.iter().map(|team| team.vacancies).sum(),
            teams,
            pay: pay(content),
            where_said: where_said(content),
            places: places(content),
            // Whoever takes the applications has a process of their own.
            stages: match posting.apply_url {
                Some(_) => Vec::new(),
                None => plan.stages.iter().map(stage).collect(),
            },
            links: content
                .links
                .iter()
                .map(|link| LinkView { label: link.label.clone(), url: link.url.clone() })
                .collect(),
            questions: content.questions.len(),
            questions_said: counted(content.questions.len(), "answer", "answers"),
        }
    }
}

fn sections(content: &Content, url: &str) -> Vec<SectionView> {
    let section = |section: &crate::domain::posting::Section| SectionView {
        heading: section.heading.clone(),
        html: Body::of_markdown(&section.body).cleaned(&WIDE, url),
    };
    content.sections.iter().map(section).collect()
}

fn requirements(content: &Content) -> Vec<RequirementView> {
    let requirement = |requirement: &crate::domain::posting::Requirement| RequirementView {
        text: requirement.text.clone(),
        level: match requirement.level {
            RequirementLevel::Strict => Some("required"),
            RequirementLevel::Expected => None,
            RequirementLevel::Plus => Some("a plus"),
        },
        strict: requirement.level == RequirementLevel::Strict,
    };
    content.requirements.iter().map(requirement).collect()
}

fn pay(content: &Content) -> Vec<String> {
    let line = |range: &crate::domain::money::PayRange| match range.jurisdiction {
        Some(country) => format!("{}: {range}", country.name()),
        None if content.pay_ranges.len() > 1 => format!("Elsewhere: {range}"),
        None => range.to_string(),
    };
    content.pay_ranges.iter().map(line).collect()
}

/// The place in one line.
pub fn place(content: &Content) -> String {
    let mut names = places(content);
    let more = names.len().saturating_sub(3);
    names.truncate(3);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    match content.workplace {
        Workplace::Onsite => format!("{}{more}", names.join("; ")),
        Workplace::Hybrid => format!("{}{more} (hybrid)", names.join("; ")),
        Workplace::Remote if content.remote_countries.is_empty() => format!("{}{more}", names.join("; ")),
        Workplace::Remote => format!("Remote: {}{more}", names.join(", ")),
    }
}

fn places(content: &Content) -> Vec<String> {
    let mut places: Vec<String> = match content.workplace {
        Workplace::Remote => {
            content.remote_countries.iter().map(|country| country.name().to_owned()).collect()
        }
        Workplace::Onsite | Workplace::Hybrid => content.locations.iter().map(ToString::to_string).collect(),
    };
    places.extend(content.place_labels.iter().cloned());
    places
}

/// The countries somebody may work from.
pub fn countries(content: &Content) -> Vec<Country> {
    let mut countries: Vec<Country> = match content.workplace {
        Workplace::Remote => content.remote_countries.clone(),
        Workplace::Onsite | Workplace::Hybrid => {
            content.locations.iter().map(|place| place.country).collect()
        }
    };
    countries.sort_unstable();
    countries.dedup();
    countries
}

fn where_said(content: &Content) -> &'static str {
    if !content.place_labels.is_empty() {
        // Words of another system fit into no sentence of ours.
        return "As the posting says:";
    }
    match (content.workplace, places(content).len()) {
        (Workplace::Remote, 1) => "From anywhere in",
        (Workplace::Remote, _) => "From anywhere in these countries:",
        (Workplace::Hybrid, 1) => "Partly from home, partly in",
        (Workplace::Hybrid, _) => "Partly from home, partly in one of these places:",
        (Workplace::Onsite, 1) => "In",
        (Workplace::Onsite, _) => "In one of these places:",
    }
}

fn vacancies(advertised: &Advertised) -> String {
    let hiring: Vec<_> = advertised.teams.iter().filter(|team| team.vacancies > 0).collect();
    let seats = hiring.iter().map(|team| team.vacancies as usize).sum();
    let seats = counted(seats, "vacancy", "vacancies");
    match hiring.as_slice() {
        [] => seats,
        [team] => format!("{seats} in {}", team.name),
        teams => format!("{seats} in {} teams", teams.len()),
    }
}

/// `1 team`, `2 teams`.
pub fn counted(count: usize, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}

fn stage(stage: &Stage) -> StageView {
    let minutes = match stage.steps.as_slice() {
        [only] => only.minutes,
        _ => None,
    };
    let several = stage.steps.len() > 1;
    let said = match stage.mode {
        StageMode::Parallel if several => Some("– all at once, in any order".to_owned()),
        _ => minutes.map(|minutes| format!("– {minutes} minutes")),
    };
    let steps = if several { stage.steps.iter().map(step).collect() } else { Vec::new() };
    StageView { title: stage.title.clone(), optional: stage.optional, said, steps }
}

fn step(step: &PlanStep) -> String {
    let optional = if step.required { "" } else { " (optional)" };
    match (step.minutes, step.kind) {
        (Some(minutes), StepKind::Interview) => format!("{}, {minutes} minutes{optional}", step.title),
        _ => format!("{}{optional}", step.title),
    }
}
