//! The careers pages: the list of jobs, and a page for each.

pub mod filter;
pub mod view;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};

use self::filter::{Filter, Query};
use self::view::{GonePage, Job, JobPage, JobsPage};
use super::page::{Frame, Trouble, shown};
use super::{App, mark};
use crate::domain::feed::Advertised;
use crate::domain::posting::Appearance;
use crate::domain::site::Site;
use crate::feeds::{FeedItem, json_ld as ld};
use crate::storage::{advertised, plan};

/// How many jobs a page lists.
const PAGE: usize = 50;
/// How many jobs a closed one's page offers instead.
const INSTEAD: usize = 5;

/// `GET /`: the jobs are what there is to see.
pub async fn home() -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, "/jobs")).finish()
}

/// `GET /jobs?team=&place=&page=`.
pub async fn list(app: web::Data<App>, query: web::Query<Query>) -> Result<HttpResponse, Trouble> {
    let site = &app.shared.site;
    let all = open(&app).await?;
    let filter = Filter::of(&query);
    let matching: Vec<&Advertised> = all.iter().filter(|job| filter.takes(job)).collect();
    let number = filter.page.min(matching.len().div_ceil(PAGE).saturating_sub(1));
    let part = matching.iter().skip(number * PAGE).take(PAGE);
    let page = JobsPage {
        frame: frame(site, &all, filter.is_on()).with_feed(&app),
        summary: filter::summary(&all),
        teams: filter.teams(&all),
        places: filter.places(&all),
        found: filter.is_on().then(|| filter::found(matching.len())),
        jobs: part.map(|job| Job::of(site, job)).collect(),
        earlier: ((number + 1) * PAGE < matching.len()).then(|| filter.address(number + 1)),
        later: number.checked_sub(1).map(|before| filter.address(before)),
    };
    shown(StatusCode::OK, &page)
}

fn frame(site: &Site, all: &[Advertised], filtered: bool) -> Frame {
    let description = format!("Jobs at {}: {}", site.name, filter::summary(all));
    let frame = Frame::public(site, "Jobs", site.jobs_url(), description);
    // A filtered list is the same page to a search engine: `canonical` says so.
    if filtered { Frame { title: format!("Some jobs · {}", site.name), ..frame } } else { frame }
}

/// The job that a slug names, unless it is hidden.
pub async fn found(app: &App, slug: &str) -> Result<(Advertised, Appearance), Trouble> {
    let now = app.shared.clock.now();
    let job = advertised::find_by_slug(&app.shared.store, slug, now).await?.ok_or(Trouble::NotFound)?;
    match job.posting.appearance(now) {
        Appearance::Hidden => Err(Trouble::NotFound),
        appearance => Ok((job, appearance)),
    }
}

/// `GET /jobs/{slug}`.
pub async fn page(
    app: web::Data<App>,
    slug: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Trouble> {
    let (now, site) = (app.shared.clock.now(), &app.shared.site);
    let (job, appearance) = found(&app, &slug).await?;
    let mark = mark::of_query(&app, request.query_string());
    if job.posting.slug != *slug {
        return Ok(moved(&mark::kept(&site.posting_url(&job.posting.slug), mark.as_deref())));
    }
    if appearance == Appearance::Closed {
        return gone(&app, &job).await;
    }
    let plan = plan::get(&app.shared.store, job.posting.plan).await?;
    let mut page = JobPage::of(site, &job, &plan, now);
    page.frame = page.frame.with_feed(&app);
    if page.applies_here {
        page.apply_url = mark::kept(&page.apply_url, mark.as_deref());
    }
    shown(StatusCode::OK, &page)
}

/// `GET /jobs/{slug}.jsonld`: what the page tells search engines, alone. Where it tells them nothing, this is not there.
pub async fn json_ld(app: web::Data<App>, slug: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let (now, site) = (app.shared.clock.now(), &app.shared.site);
    let (job, appearance) = found(&app, &slug).await?;
    if appearance != Appearance::Visible {
        return Err(Trouble::NotFound);
    }
    if job.posting.slug != *slug {
        return Ok(moved(&format!("{}.jsonld", site.posting_url(&job.posting.slug))));
    }
    let told = ld::job_posting(&FeedItem::project(&job, site, now)).ok_or(Trouble::NotFound)?;
    Ok(HttpResponse::Ok().insert_header((header::CONTENT_TYPE, "application/ld+json")).body(told.to_string()))
}

async fn gone(app: &App, job: &Advertised) -> Result<HttpResponse, Trouble> {
    let site = &app.shared.site;
    let title = &job.posting.content.title;
    let jobs = open(app).await?.iter().take(INSTEAD).map(|job| Job::of(site, job)).collect();
    shown(StatusCode::GONE, &GonePage { frame: Frame::of(site, title), title: title.clone(), jobs })
}

/// Everything anybody may see now, newest first.
async fn open(app: &App) -> Result<Vec<Advertised>, Trouble> {
    Ok(advertised::visible(&app.shared.store, app.shared.clock.now()).await?)
}

/// Sends whoever came under an older address to the present one.
pub fn moved(url: &str) -> HttpResponse {
    HttpResponse::MovedPermanently().insert_header((header::LOCATION, url)).finish()
}
