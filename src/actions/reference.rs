//! References: a candidate is asked to name people, and each of them is asked once. The candidate's part is in `nominate`,
//! the referee's in `answer`, reminders are in `remind`.

mod answer;
mod nominate;
mod remind;

pub use answer::{Answered, answer, decline};
pub use nominate::{Nominate, nominate};
pub use remind::{remind_nominations_due, remind_referees_due};

use chrono::{DateTime, Utc};

use super::application::{MOST_OF_REASON, event};
use super::letter::{self, About, Addressee, WithLink};
use super::step::{Standing, Which, seen};
use super::{Act, email};
use crate::domain::application::Application;
use crate::domain::event::{Change, Event, EventKind};
use crate::domain::id::{ReferenceId, ReferenceRequestId};
use crate::domain::letter_template::LetterTemplates;
use crate::domain::link::{LinkKind, Purpose};
use crate::domain::policy::application::{moving, references};
use crate::domain::policy::{Scope, allow};
use crate::domain::reference::{Nominee, Reference};
use crate::domain::reference_request::{self as requests, ReferenceRequest};
use crate::domain::viewer::Viewer;
use crate::domain::{Refusal, form, text};
use crate::mail::letter::{Facts, NominationRequested, Person, Reader};
use crate::mail::line::{Line, Words};
use crate::storage::{self, Failure, Tx, application as kept, link, reference_request};

/// The most characters of what is said to the candidate.
const MOST_OF_NOTE: usize = 5_000;

/// A candidate to be asked for names.
#[derive(Debug, Clone)]
pub struct Request {
    /// In which step.
    pub which: Which,
    /// How many people are hoped for; as many as the plan's rule needs when nothing is said.
    pub count: Option<i32>,
    /// What is said to the candidate.
    pub note: Option<String>,
    /// Until when the names are in time; a week from now when nothing is said.
    pub due_at: Option<DateTime<Utc>>,
}

/// Asks the candidate to name people. What was asked before in this step gives way to it; those who were named by then
/// stay asked.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `NOT_ACTIVE`, `STALE`, `STEP_NOT_REACHED`, `STEP_STATE`; `INVALID` on `stepId`, `count`, `note`
/// or `dueAt`.
pub async fn request(act: Act<'_>, input: Request) -> Result<ReferenceRequest, Failure> {
    let change = act.change();
    let (application, asked_in) = seen(act, input.which.step).await?;
    requests::belongs_in(&asked_in)?;
    let plan = storage::plan::get(act.store, application.plan).await?;
    let request = ReferenceRequest {
        id: ReferenceRequestId::new(change.at, act.chance),
        application: application.id,
        step: asked_in.id,
        round: asked_in.round,
        wanted: requests::wanted(input.count, plan.references)?,
        note: text::optional_prose("note", input.note.as_deref(), MOST_OF_NOTE)?,
        questions: requests::questions(asked_in.kit(&plan)),
        due_at: form::deadline(input.due_at, change.at)?,
        sent_at: change.at,
        sent_by: change.actor.clone(),
        reminded_at: None,
        replaced_at: None,
    };
    let prepared = to_candidate(act, &application, &request, "requested", |(reader, role, link)| {
        let words = request.note.as_deref().map(Words::new);
        NominationRequested { reader, role, words, deadline: request.due_at, link }
    })
    .await?;
    let (change, request, prepared) = (&change, &request, &prepared);
    act.store
        .write(|tx| async move {
            let standing = Standing::held(&tx, act.viewer, &moving(act.viewer), input.which).await?;
            let moved = standing.step.clone().request()?;
            if moved.round != request.round {
                return Err(Refusal::Stale.into());
            }
            replace(&tx, change, &standing).await?;
            reference_request::insert(&tx, request).await?;
            prepared.queue(&tx, change).await?;
            tx.record(asked(change, EventKind::ReferencesRequested, &standing.application, request));
            standing.moved(&tx, change, EventKind::StepRequested, moved).await?;
            Ok(request.clone())
        })
        .await
}

/// The request of the step gives way to a newer one, with its links.
async fn replace(tx: &Tx, change: &Change, standing: &Standing) -> Result<(), Failure> {
    let step = standing.step.id;
    if let Some(old) = reference_request::newest_locked(tx, step).await? {
        let old = ReferenceRequest { replaced_at: Some(change.at), ..old };
        reference_request::save(tx, &old).await?;
        tx.record(asked(change, EventKind::ReferencesReplaced, &standing.application, &old));
    }
    link::revoke_of_step(tx, LinkKind::Nomination, step, change.at).await?;
    Ok(())
}

/// Takes back what a referee was asked, before they answered: the link is void, and what has not left is not sent.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `NOT_ACTIVE`, `ALREADY_ANSWERED`, `STALE` when it was withdrawn before; `REQUIRED` or `INVALID`
/// on `reason`.
pub async fn cancel(act: Act<'_>, id: ReferenceId, reason: &str) -> Result<Reference, Failure> {
    let reason = &text::prose("reason", reason, MOST_OF_REASON)?;
    let (change, right) = (&act.change(), &moving(act.viewer));
    act.store
        .write(|tx| async move {
            let (application, before) = held(&tx, act.viewer, right, id).await?;
            let withdrawn = before.withdraw(reason.clone(), change.at)?;
            storage::reference::save(&tx, &withdrawn).await?;
            link::revoke_of_reference(&tx, id, change.at).await?;
            email::take_back_reference(&tx, change, id).await?;
            tx.record(told(change, EventKind::ReferenceWithdrawn, &application, &withdrawn));
            Ok(withdrawn)
        })
        .await
}

/// A reference whose active application is held until the write ends, if the viewer may do this to it.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN` or `NOT_ACTIVE`.
async fn held<Of>(
    tx: &Tx,
    viewer: &Viewer,
    right: &Scope<Of>,
    id: ReferenceId,
) -> Result<(Application, Reference), Failure> {
    let unknown = || Refusal::NotFound("reference");
    let about = storage::reference::application_of(tx, id).await?.ok_or_else(unknown)?;
    let application = kept::lock(tx, about).await?.ok_or_else(unknown)?;
    let subject = kept::subject(tx, &application, viewer.user()).await?;
    allow("reference", &subject, &references(viewer), right)?;
    if matches!(viewer, Viewer::Referee { reference, .. } if *reference != id) {
        return Err(unknown().into());
    }
    application.active()?;
    let reference = storage::reference::get(tx, id).await?;
    Ok((application, reference))
}

/// A letter to the candidate, with a new link to the page on which people are named.
async fn to_candidate<F: Facts>(
    act: Act<'_>,
    application: &Application,
    request: &ReferenceRequest,
    occasion: &str,
    facts: impl Fn((Reader, Line, url::Url)) -> F,
) -> Result<WithLink, Failure> {
    let to = letter::addressee(act.store, application.candidate, application.id).await?;
    let role = letter::role(act, application.posting).await?;
    let purpose = Purpose::Nomination { step: request.step, application: application.id };
    let link = letter::link_for(act, application.candidate, purpose)?;
    let facts = facts((Reader::new(&to.name), role, link.address.clone()));
    let occasion = format!("nomination-{}-{occasion}", request.id.short());
    Ok(WithLink { email: letter::prepare(act, &to, about(application), &occasion, &facts)?, link })
}

/// Who asks a referee, about whom.
struct Introduction {
    /// The candidate, as letters name them.
    candidate: Person,
    /// Title of the posting.
    role: Line,
    /// The organisation's own words for it.
    templates: LetterTemplates,
}

impl Introduction {
    async fn of(act: Act<'_>, application: &Application) -> Result<Self, Failure> {
        let candidate = letter::addressee(act.store, application.candidate, application.id).await?;
        let role = letter::role(act, application.posting).await?;
        Ok(Self { candidate: Person::new(&candidate.name), role, templates: candidate.templates })
    }

    /// A letter to a referee, with a new link to the page on which they answer.
    fn letter<F: Facts>(
        &self,
        act: Act<'_>,
        application: &Application,
        (id, nominee, thread): (ReferenceId, &Nominee, Option<String>),
        occasion: &str,
        facts: impl Fn((Reader, Person, Line, url::Url)) -> F,
    ) -> Result<WithLink, Failure> {
        let to = Addressee {
            candidate: application.candidate,
            user: None,
            reference: Some(id),
            name: nominee.name.clone(),
            email: nominee.email.clone(),
            thread,
            // Nobody said which language a referee reads.
            language: None,
            templates: self.templates.clone(),
        };
        let purpose = Purpose::Reference { reference: id, application: application.id };
        let link = letter::link_for(act, application.candidate, purpose)?;
        let (reader, address) = (Reader::new(&to.name), link.address.clone());
        let facts = facts((reader, self.candidate.clone(), self.role.clone(), address));
        let occasion = format!("reference-{}-{occasion}", id.short());
        Ok(WithLink { email: letter::prepare(act, &to, about(application), &occasion, &facts)?, link })
    }
}

fn about(application: &Application) -> About {
    About { posting: application.posting, application: application.id, offer: None }
}

fn asked(change: &Change, kind: EventKind, application: &Application, request: &ReferenceRequest) -> Event {
    event(change, kind, application)
        .word("request", request.id)
        .word("step", request.step)
        .count("round", request.round.into())
}

fn told(change: &Change, kind: EventKind, application: &Application, reference: &Reference) -> Event {
    event(change, kind, application)
        .word("reference", reference.id)
        .word("step", reference.step)
        .word("state", reference.state)
}
