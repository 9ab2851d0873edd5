//! The page of all feeds, and a page for each: what is withheld from it, what may fare badly there, and what to do about it.
//!
//! Feeds that are off or private have none.

use std::io::{self, BufRead};
use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use crate::domain::channel_setting::FeedFetch;
use crate::domain::feed::Channel;
use crate::domain::site::Site;
use crate::feeds::Snapshot;
use crate::feeds::dialect::Dialect;
use crate::feeds::snapshot::{Coding, Counts};
use crate::storage::{Fault, channel_setting};
use crate::web::App;
use crate::web::page::{Frame, Trouble, shown};
use crate::web::rate::{self, Deed};

/// How many postings of each kind a page lists; the report has all.
const MOST: usize = 100;

#[derive(Template)]
#[template(path = "pages/feeds.html")]
struct FeedsPage {
    frame: Frame,
    channels: Vec<ChannelView>,
}

struct ChannelView {
    name: &'static str,
    channel: Channel,
    built: Option<BuiltView>,
    fetched: Option<FetchView>,
}

struct BuiltView {
    counts: Counts,
    changed: Option<String>,
    size: String,
}

impl BuiltView {
    fn of(snapshot: &Snapshot, now: DateTime<Utc>) -> Self {
        Self {
            counts: snapshot.counts,
            changed: snapshot.last_modified.map(|at| age(now - at)),
            size: size(snapshot.size(Coding::Identity)),
        }
    }
}

struct FetchView {
    age: String,
    who: String,
    status: u16,
    said: &'static str,
}

impl FetchView {
    fn of(fetch: FeedFetch, now: DateTime<Utc>) -> Self {
        let said = match fetch.status {
            200 => "got all of it",
            206 => "got a part of it",
            304 => "had it already",
            _ => "got nothing",
        };
        let who = if fetch.who.is_empty() { "a program that gave no name".to_owned() } else { fetch.who };
        Self { age: age(now - fetch.at), who, status: fetch.status, said }
    }
}

/// `GET /feeds`.
pub(in crate::web) async fn all(app: web::Data<App>) -> Result<HttpResponse, Trouble> {
    let (site, now) = (&app.shared.site, app.shared.clock.now());
    let mut fetches = channel_setting::fetches(&app.shared.store).await?;
    let view = |channel: &Channel| ChannelView {
        name: Dialect::of(*channel).name,
        channel: *channel,
        built: app.shelf.current(*channel).map(|snapshot| BuiltView::of(&snapshot, now)),
        fetched: fetches.remove(channel).map(|fetch| FetchView::of(fetch, now)),
    };
    let public = Channel::ALL.iter().filter(|channel| is_public(&app, **channel));
    let channels = public.map(view).collect();
    let description = format!("The open positions at {} as feeds for job boards and readers.", site.name);
    let frame = Frame::public(site, "Feeds", format!("{}/feeds", site.public_url), description);
    shown(StatusCode::OK, &FeedsPage { frame: frame.with_feed(&app), channels })
}

/// Whether anybody may know of the feed. Nobody does as long as nobody knows how the channels are set.
fn is_public(app: &App, channel: Channel) -> bool {
    app.shelf.channels.settings().is_some_and(|settings| settings.of(channel).is_public())
}

/// What a channel's report says first, as far as its page tells it.
#[derive(Deserialize)]
struct Head {
    alert: Option<String>,
}

#[derive(Deserialize)]
struct Posting {
    title: String,
    url: String,
    status: String,
    issues: Vec<Issue>,
}

#[derive(Deserialize)]
struct Issue {
    severity: String,
    field: String,
    message: String,
    mend: String,
    source: String,
}

#[derive(Template)]
#[template(path = "pages/feed.html")]
struct FeedPage {
    frame: Frame,
    name: &'static str,
    board: &'static str,
    channel: Channel,
    built: BuiltView,
    fetched: Option<FetchView>,
    alert: Option<String>,
    groups: Vec<Group>,
}

/// Postings that fared alike.
struct Group {
    title: &'static str,
    lead: String,
    postings: Vec<PostingView>,
    more: usize,
}

struct PostingView {
    title: String,
    url: String,
    issues: Vec<IssueView>,
}

struct IssueView {
    message: String,
    mend: String,
    field: String,
    rule: Option<String>,
}

/// `GET /feeds/{channel}`.
pub(super) async fn of_channel(
    app: &App,
    request: &HttpRequest,
    channel: Channel,
) -> Result<HttpResponse, Trouble> {
    if !is_public(app, channel) {
        return Err(Trouble::NotFound);
    }
    let Some(snapshot) = app.shelf.current(channel) else { return Ok(super::nothing_yet()) };
    // It may read a file that is as long as there are postings.
    rate::count(app, request, Deed::Feed, 1).map_err(Trouble::TooMany)?;
    let dialect = Dialect::of(channel);
    let read = {
        let snapshot = Arc::clone(&snapshot);
        move || told(snapshot.report().reader(), snapshot.counts, dialect)
    };
    let read = web::block(read).await;
    let read = read.map_err(|error| Fault::unfit(format!("a report was not read: {error}")))?;
    let (alert, groups) = read.map_err(|error| Fault::unfit(format!("a report cannot be read: {error}")))?;
    let (site, now) = (&app.shared.site, app.shared.clock.now());
    let fetched = channel_setting::fetches(&app.shared.store).await?.remove(&channel);
    shown(
        StatusCode::OK,
        &FeedPage {
            frame: frame(site, dialect).with_feed(app),
            name: dialect.name,
            board: dialect.board,
            channel,
            built: BuiltView::of(&snapshot, now),
            fetched: fetched.map(|fetch| FetchView::of(fetch, now)),
            alert,
            groups,
        },
    )
}

fn frame(site: &Site, dialect: &Dialect) -> Frame {
    let description = format!("How the open positions at {} fare in the feed {}.", site.name, dialect.name);
    let address = format!("{}/feeds/{}", site.public_url, dialect.channel);
    Frame::public(site, &format!("Feed: {}", dialect.name), address, description)
}

/// What a report warns of, and the postings against which something stands: those that are not in the feed, and those that
/// are. A posting is a line of the report, and no more of them are read than are listed.
fn told(report: impl BufRead, counts: Counts, dialect: &Dialect) -> io::Result<(Option<String>, Vec<Group>)> {
    let mut lines = report.lines();
    let head = lines.next().transpose()?.unwrap_or_default();
    let head: Head = serde_json::from_str(&format!("{}}}", head.trim_end_matches(',')))?;
    let (mut withheld, mut warned) = (Vec::new(), Vec::new());
    for line in lines {
        if withheld.len() == counts.withheld.min(MOST) && warned.len() == counts.warned.min(MOST) {
            break;
        }
        let line = line?;
        if !line.starts_with('{') {
            continue;
        }
        let posting: Posting = serde_json::from_str(line.trim_end_matches(','))?;
        let (group, severity) =
            if posting.status == "LISTED" { (&mut warned, "WARN") } else { (&mut withheld, "BLOCK") };
        let posting = view(posting, severity);
        if !posting.issues.is_empty() && group.len() < MOST {
            group.push(posting);
        }
    }
    let board = dialect.board;
    let group = |title, lead: String, postings: Vec<PostingView>, all: usize| {
        let more = all - postings.len().min(all);
        Group { title, lead, postings, more }
    };
    let (out, within) = (
        format!("Not in the feed, because {board} would refuse it as it is."),
        format!("In the feed, but {board} may hide it or show less of it."),
    );
    let groups = [
        group("Withheld", out, withheld, counts.withheld),
        group("With warnings", within, warned, counts.warned),
    ];
    Ok((head.alert, groups.into_iter().filter(|group| !group.postings.is_empty()).collect()))
}

fn view(posting: Posting, severity: &str) -> PostingView {
    let issues = posting.issues.into_iter().filter(|issue| issue.severity == severity);
    let issue = |issue: Issue| IssueView {
        message: sentence(&issue.message),
        mend: sentence(&issue.mend),
        field: issue.field,
        rule: Some(issue.source).filter(|source| source.starts_with("http")),
    };
    PostingView { title: posting.title, url: posting.url, issues: issues.map(issue).collect() }
}

/// What is told in the middle of a sentence elsewhere, as one of its own.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase).into_iter().flatten();
    format!("{}.", first.chain(letters).collect::<String>().trim_end_matches('.'))
}

fn age(time: TimeDelta) -> String {
    let several = |count: i64, unit: &str| {
        let ending = if count == 1 { "" } else { "s" };
        format!("{count} {unit}{ending} ago")
    };
    match time.num_minutes() {
        ..1 => "just now".to_owned(),
        minutes @ 1..60 => several(minutes, "minute"),
        minutes @ 60..2_880 => several(minutes / 60, "hour"),
        minutes => several(minutes / 1_440, "day"),
    }
}

fn size(bytes: u64) -> String {
    match bytes {
        ..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{} MB", bytes / 1_000_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_told_in_one_unit() {
        let told = |minutes| age(TimeDelta::minutes(minutes));
        assert_eq!((told(-1), told(0)), ("just now".into(), "just now".into()));
        assert_eq!((told(1), told(59)), ("1 minute ago".into(), "59 minutes ago".into()));
        assert_eq!((told(60), told(2_879)), ("1 hour ago".into(), "47 hours ago".into()));
        assert_eq!(told(2_880), "2 days ago");
    }

    #[test]
    fn what_stands_within_a_sentence_becomes_one() {
        assert_eq!(sentence("écrire less"), "Écrire less.");
        assert_eq!((sentence("done."), sentence("")), ("Done.".into(), ".".into()));
    }

    #[test]
    fn no_more_of_a_report_is_read_than_is_listed() {
        let posting = |status: &str, severity: &str| {
            let issue = format!(
                "{{\"severity\":\"{severity}\",\"field\":\"title\",\"message\":\"long\",\"mend\":\"cut\",\"source\":\"x\"}}"
            );
            format!("{{\"title\":\"A\",\"url\":\"u\",\"status\":\"{status}\",\"issues\":[{issue}]}},\n")
        };
        let head = "{\"generation\":1,\"alert\":\"Beware\",\n\"postings\": [\n";
        let listed = posting("LISTED", "WARN") + &posting("LISTED", "INFO");
        let withheld = posting("WITHHELD", "BLOCK").repeat(MOST + 7);
        // Behind what is listed stands what could not be read.
        let report = format!("{head}{listed}{withheld}{{broken");
        let counts = Counts { entries: 2, listed: 2, withheld: MOST + 50, warned: 1 };
        let (alert, groups) = told(report.as_bytes(), counts, Dialect::of(Channel::Indeed)).unwrap();
        assert_eq!(alert.as_deref(), Some("Beware"));
        let shown: Vec<_> =
            groups.iter().map(|group| (group.title, group.postings.len(), group.more)).collect();
        assert_eq!(shown, [("Withheld", MOST, 50), ("With warnings", 1, 0)]);
        let counts = Counts { warned: 2, ..counts };
        assert!(
            told(report.as_bytes(), counts, Dialect::of(Channel::Indeed)).is_err(),
            "it reads on for one more"
        );
    }
}
