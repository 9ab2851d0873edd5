//! What a job of a board makes of the posting it became before, if it did.

use chrono::{DateTime, Utc};

use super::{Board, Brought, Outcome};
use crate::actions::Act;
use crate::boards::{self, Job, Note};
use crate::domain::Refusal;
use crate::domain::event::Change;
use crate::domain::id::PostingId;
use crate::domain::posting::{Content, EmploymentType, Posting, PostingStatus, slug};
use crate::domain::posting_source::PostingSource;
use crate::storage::posting::Sight;
use crate::storage::{Failure, Fault, Source, advertised, posting, posting_source};

/// What is to be kept.
pub(super) struct Step {
    pub before: Option<Posting>,
    pub after: Posting,
    pub source: PostingSource,
    /// What changes, for the event.
    pub fields: Vec<&'static str>,
    pub brought: Brought,
}

/// Decides what a job changes; changes nothing.
pub(super) async fn decide(
    db: &impl Source,
    act: Act<'_>,
    change: &Change,
    board: &Board,
    job: &Job,
) -> Result<Step, Failure> {
    let Some(known) = posting_source::find(db, board.system, &board.name, &job.external_id).await? else {
        let id = posting::free_id(db, change.at, act.chance).await?;
        return Ok(first(act, id, change.at, board, job)?);
    };
    let sight = Sight::of(act.viewer, change.at);
    let found = posting::find(db, &sight, known.posting).await?;
    let before = found.ok_or_else(|| Fault::missing("posting", known.posting))?;
    let teams = advertised::with_teams(db, vec![before.clone()]).await?;
    let vacancies = teams.iter().flat_map(|one| &one.teams).map(|team| team.vacancies).sum();
    Ok(again(act, change.at, board, job, known, before, vacancies)?)
}

/// The job as a new posting.
fn first(act: Act<'_>, id: PostingId, now: DateTime<Utc>, board: &Board, job: &Job) -> Result<Step, Refusal> {
    let content = all_of(job).checked(&[], act.chance)?;
    let draft = Posting {
        id,
        slug: slug(&content.title, id),
        status: PostingStatus::Draft,
        listed: job.listed,
        content,
        plan: board.plan,
        lead: None,
        published_at: None,
        reopened_at: None,
        expires_at: job.expires_at,
        apply_url: board.apply_url(job)?,
        close_reason: None,
        created_at: now,
        updated_at: now,
        revision: 1,
    };
    // With its one seat.
    let open = draft.publish(1, now)?;
    // The board published it, not we; a time to come is no publication yet.
    let published_at = Some(job.published_at.filter(|at| *at <= now).unwrap_or(now));
    let mut notes = notes(job);
    if open.apply_url.is_none() {
        notes.push(Note::new("applyUrl", "the record names no address, so candidates apply here"));
    }
    let source = source(board, job, id, now);
    let brought = Brought { posting: id, outcome: Outcome::Created, notes };
    Ok(Step { before: None, after: Posting { published_at, ..open }, source, fields: Vec::new(), brought })
}

fn source(board: &Board, job: &Job, posting: PostingId, now: DateTime<Utc>) -> PostingSource {
    PostingSource {
        posting,
        system: board.system,
        board: board.name.clone(),
        external_id: job.external_id.clone(),
        record: job.record.clone(),
        digest: job.digest.clone(),
        imported_at: now,
        missing_since: None,
    }
}

/// What of the job people should know.
fn notes(job: &Job) -> Vec<Note> {
    let label = |label: &boards::place::Label| {
        Note::new("places", format!("{:?} is kept as words: {}", label.text, label.reason))
    };
    job.places.labels.iter().map(label).chain(job.notes.iter().cloned()).collect()
}

/// The job as a change of its posting.
fn again(
    act: Act<'_>,
    now: DateTime<Utc>,
    board: &Board,
    job: &Job,
    known: PostingSource,
    before: Posting,
    vacancies: u32,
) -> Result<Step, Refusal> {
    let earlier = boards::read(known.system, &known.record).ok();
    let mut notes = notes(job);
    let content = match merged(&before.content, earlier.as_ref(), job) {
        same if same == before.content => same,
        other => other.checked(&before.content.locations, act.chance)?,
    };
    let differs =
        |alike: fn(&Job, &Job) -> bool| !earlier.as_ref().is_some_and(|earlier| alike(earlier, job));
    let mut after = Posting {
        slug: slug(&content.title, before.id),
        apply_url: board.apply_url(job)?,
        content,
        ..before.clone()
    };
    if differs(|a, b| a.listed == b.listed) {
        after.listed = job.listed;
    }
    if differs(|a, b| a.expires_at == b.expires_at) {
        after.expires_at = job.expires_at;
    }
    if after.status == PostingStatus::Open {
        after.content.has_place()?;
    }
    let gone = known.missing_since.is_some();
    if after.status == PostingStatus::Closed {
        let note = if gone {
            after = after.reopen(vacancies, now)?;
            "is on the board again and was opened again"
        } else {
            "is on the board, but was closed here and stays closed"
        };
        notes.push(Note::new("status", note));
    }
    let mut fields = changed(&before, &after);
    if !fields.is_empty() {
        after.may_change()?;
        after.updated_at = now;
    } else if known.digest != job.digest || gone {
        fields.push("source");
    }
    let outcome = if fields.is_empty() { Outcome::Unchanged } else { Outcome::Updated };
    let brought = Brought { posting: before.id, outcome, notes };
    let source = if known.digest == job.digest {
        PostingSource { missing_since: None, ..known }
    } else {
        source(board, job, before.id, now)
    };
    Ok(Step { before: Some(before), after, source, fields, brought })
}

/// What a new posting says.
fn all_of(job: &Job) -> Content {
    Content {
        title: job.title.clone(),
        sections: job.sections.clone(),
        requirements: Vec::new(),
        links: Vec::new(),
        locations: job.places.locations.clone(),
        remote_countries: job.places.remote_countries.clone(),
        place_labels: labels(job),
        workplace: job.places.workplace,
        employment_type: employment(job),
        pay_ranges: job.pay_ranges.clone(),
        questions: Vec::new(),
    }
}

fn labels(job: &Job) -> Vec<String> {
    job.places.labels.iter().map(|label| label.text.clone()).collect()
}

/// Boards that say nothing mean full time.
fn employment(job: &Job) -> EmploymentType {
    job.employment_type.unwrap_or(EmploymentType::FullTime)
}

/// What the posting says when what the board changed is changed here.
fn merged(kept: &Content, earlier: Option<&Job>, job: &Job) -> Content {
    let mut content = kept.clone();
    let differs = |alike: fn(&Job, &Job) -> bool| !earlier.is_some_and(|earlier| alike(earlier, job));
    if differs(|a, b| a.title == b.title) {
        content.title.clone_from(&job.title);
    }
    if differs(|a, b| a.sections == b.sections) {
        content.sections.clone_from(&job.sections);
    }
    if differs(|a, b| a.places == b.places) {
        content.workplace = job.places.workplace;
        content.locations.clone_from(&job.places.locations);
        content.remote_countries.clone_from(&job.places.remote_countries);
        content.place_labels = labels(job);
    }
    if differs(|a, b| a.employment_type == b.employment_type) {
        content.employment_type = employment(job);
    }
    if differs(|a, b| a.pay_ranges == b.pay_ranges) {
        content.pay_ranges.clone_from(&job.pay_ranges);
    }
    content
}

fn changed(before: &Posting, after: &Posting) -> Vec<&'static str> {
    let (old, new) = (&before.content, &after.content);
    let said = [
        ("title", old.title != new.title),
        ("sections", old.sections != new.sections),
        ("locations", old.locations != new.locations),
        ("remoteCountries", old.remote_countries != new.remote_countries),
        ("placeLabels", old.place_labels != new.place_labels),
        ("workplace", old.workplace != new.workplace),
        ("employmentType", old.employment_type != new.employment_type),
        ("payRanges", old.pay_ranges != new.pay_ranges),
        ("listed", before.listed != after.listed),
        ("expiresAt", before.expires_at != after.expires_at),
        ("applyUrl", before.apply_url != after.apply_url),
        ("status", before.status != after.status),
    ];
    said.into_iter().filter_map(|(name, differs)| differs.then_some(name)).collect()
}
