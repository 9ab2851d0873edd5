//! Questions to a candidate within a step: sent, answered; the reminder is in `remind`.

mod remind;

pub use remind::remind_due;

use chrono::{DateTime, Utc};

use super::Act;
use super::application::event;
use super::letter::{self, About, WithLink};
use super::step::{Standing, Which, seen};
use crate::domain::application::Application;
use crate::domain::event::{Change, EventKind};
use crate::domain::form::{self, Form, FormQuestion};
use crate::domain::id::{AnswerId, FormId};
use crate::domain::link::{LinkKind, Purpose};
use crate::domain::plan::StepKind;
use crate::domain::policy::allow;
use crate::domain::policy::application::{answering, answers, moving};
use crate::domain::question::{self, Answer, Given, Question};
use crate::domain::step::{ApplicationStep, StepState};
use crate::domain::viewer::Viewer;
use crate::domain::{Refusal, text};
use crate::mail::letter::{Facts, FormSent, Reader};
use crate::mail::line::{Line, Words};
use crate::storage::{self, Failure, Tx, answer as kept_answers, application as kept, link, step};

/// The most characters of what is said above the questions.
const MOST_OF_NOTE: usize = 5_000;

/// Questions to be sent.
#[derive(Debug, Clone)]
pub struct Send {
    /// In which step.
    pub which: Which,
    /// What is asked; what the plan says, if nothing is given.
    pub questions: Option<Vec<FormQuestion>>,
    /// What is said above the questions.
    pub note: Option<String>,
    /// Until when an answer is in time; a week from now when nothing is said.
    pub due_at: Option<DateTime<Utc>>,
}

/// Sends questions, or a piece of work, to the candidate. Those that were sent before in this step and are unanswered give way to
/// them.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `NOT_ACTIVE`, `STALE`, `STEP_NOT_REACHED`, `STEP_STATE`; `REQUIRED` or `INVALID` on `stepId`,
/// `note`, `dueAt` or parts of `questions`.
pub async fn send(act: Act<'_>, input: Send) -> Result<Form, Failure> {
    let change = act.change();
    let (application, asked_in) = seen(act, input.which.step).await?;
    form::belongs_in(&asked_in)?;
    let note = text::optional_prose("note", input.note.as_deref(), MOST_OF_NOTE)?;
    let questions = asked(act, &application, &asked_in, input.questions, note.as_deref()).await?;
    let form = Form {
        id: FormId::new(change.at, act.chance),
        application: application.id,
        step: asked_in.id,
        round: asked_in.round,
        note,
        questions,
        due_at: form::deadline(input.due_at, change.at)?,
        sent_at: change.at,
        sent_by: change.actor.clone(),
        reminded_at: None,
        answered_at: None,
        replaced_at: None,
    };
    let prepared = prepare(act, &application, &form, "sent", |(reader, role, link)| FormSent {
        reader,
        role,
        task: task(&asked_in),
        words: form.note.as_deref().map(Words::new),
        deadline: form.due_at,
        link,
    })
    .await?;
    let (change, form, prepared) = (&change, &form, &prepared);
    act.store
        .write(|tx| async move {
            let standing = Standing::held(&tx, act.viewer, &moving(act.viewer), input.which).await?;
            let moved = standing.step.clone().request()?;
            if moved.round != form.round {
                return Err(Refusal::Stale.into());
            }
            replace(&tx, change, &standing).await?;
            storage::form::insert(&tx, form).await?;
            prepared.queue(&tx, change).await?;
            tx.record(told(change, EventKind::FormSent, &standing.application, form));
            standing.moved(&tx, change, EventKind::StepRequested, moved).await?;
            Ok(form.clone())
        })
        .await
}

/// What is asked: what is given, else what is usual in the step.
async fn asked(
    act: Act<'_>,
    application: &Application,
    step: &ApplicationStep,
    given: Option<Vec<FormQuestion>>,
    note: Option<&str>,
) -> Result<Vec<FormQuestion>, Failure> {
    let (all, id) = (answers(&Viewer::System), application.id);
    let answered = kept_answers::of_applications(act.store, &all, &[id]).await?;
    let plan = storage::plan::get(act.store, application.plan).await?;
    let questions = match given {
        Some(questions) => questions,
        None => form::usual(step, step.kit(&plan), note)?,
    };
    Ok(form::checked(questions, answered.get(&id).map_or(&[], Vec::as_slice))?)
}

/// What the step is called, if it is a piece of work.
fn task(step: &ApplicationStep) -> Option<Line> {
    (step.kind == StepKind::Task).then(|| Line::new(&step.title))
}

/// The unanswered form of the step gives way to a newer one, with its links.
async fn replace(tx: &Tx, change: &Change, standing: &Standing) -> Result<(), Failure> {
    let step = standing.step.id;
    if let Some(old) = storage::form::newest_locked(tx, step).await?.filter(Form::is_open) {
        let old = Form { replaced_at: Some(change.at), ..old };
        storage::form::save(tx, &old).await?;
        tx.record(told(change, EventKind::FormReplaced, &standing.application, &old));
    }
    link::revoke_of_step(tx, LinkKind::Form, step, change.at).await?;
    Ok(())
}

async fn prepare<F: Facts>(
    act: Act<'_>,
    application: &Application,
    form: &Form,
    occasion: &str,
    facts: impl Fn((Reader, Line, url::Url)) -> F,
) -> Result<WithLink, Failure> {
    let to = letter::addressee(act.store, application.candidate, application.id).await?;
    let role = letter::role(act, application.posting).await?;
    let purpose = Purpose::Form { step: form.step, application: application.id };
    let link = letter::link_for(act, application.candidate, purpose)?;
    let facts = facts((Reader::new(&to.name), role, link.address.clone()));
    let about = About { posting: application.posting, application: application.id, offer: None };
    let occasion = format!("form-{}-{occasion}", form.id.short());
    Ok(WithLink { email: letter::prepare(act, &to, about, &occasion, &facts)?, link })
}

fn told(
    change: &Change,
    kind: EventKind,
    application: &Application,
    form: &Form,
) -> crate::domain::event::Event {
    event(change, kind, application)
        .word("form", form.id)
        .word("step", form.step)
        .count("round", form.round.into())
}

/// What a candidate answers, or a recruiter who was told.
#[derive(Debug, Clone)]
pub struct Answered {
    /// Which questions.
    pub form: FormId,
    /// The answers.
    pub answers: Vec<Given>,
}

/// Takes the answers to the questions of a step. Late ones are taken as well, and marked.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `NOT_ACTIVE`, `STALE`, `ALREADY_ANSWERED`; `REQUIRED` or `INVALID` on each `answers.<key>` at fault.
pub async fn answer(act: Act<'_>, input: Answered) -> Result<Form, Failure> {
    let (change, right) = (&act.change(), &answering(act.viewer));
    // As many as a form can ask: which of them are needed is known inside.
    let ids: &Vec<AnswerId> = &(0..50).map(|_| AnswerId::new(change.at, act.chance)).collect();
    let input = &input;
    act.store
        .write(|tx| async move {
            let unknown = || Refusal::NotFound("form");
            let id = storage::form::application_of(&tx, input.form).await?.ok_or_else(unknown)?;
            let application = kept::lock(&tx, id).await?.ok_or_else(unknown)?;
            let subject = kept::subject(&tx, &application, act.viewer.user()).await?;
            allow("form", &subject, &answers(act.viewer), right)?;
            let form = storage::form::get_locked(&tx, input.form).await?;
            if matches!(act.viewer, Viewer::Respondent { step, .. } if *step != form.step) {
                return Err(unknown().into());
            }
            application.active()?;
            let form = form.answer(change.at)?;
            let answers = question::check(&form.asked(), &input.answers)?;
            let answers: Vec<_> = answers.into_iter().zip(ids).map(taken).collect();
            storage::form::insert_answers(&tx, form.id, &answers).await?;
            storage::form::save(&tx, &form).await?;
            let event = told(change, EventKind::FormAnswered, &application, &form);
            tx.record(event.count("late", form.is_late().into()));
            let before = step::get_locked(&tx, application.id, form.step).await?;
            if before.state == StepState::Requested {
                let moved = before.clone().await_feedback()?;
                let standing = Standing { application, step: before };
                standing.moved(&tx, change, EventKind::StepAwaitsFeedback, moved).await?;
            }
            Ok(form)
        })
        .await
}

fn taken(((question, value), id): ((Question, String), &AnswerId)) -> Answer {
    Answer { id: *id, key: question.key, label: question.label, kind: question.kind, value }
}
