//! A referee answers, or would rather not.

use super::{held, told};
use crate::actions::Act;
use crate::actions::step::Standing;
use crate::domain::application::Application;
use crate::domain::event::{Change, EventKind};
use crate::domain::id::{AnswerId, ReferenceId};
use crate::domain::policy::application::refereeing;
use crate::domain::question::{self, Answer, Given, Question};
use crate::domain::reference::{CONSENT, Recommendation, Reference, takes_answers};
use crate::domain::step::StepState;
use crate::storage::{self, Failure, Tx, plan, step};

/// What a referee answers.
#[derive(Debug, Clone)]
pub struct Answered {
    /// Which reference.
    pub reference: ReferenceId,
    /// The answers.
    pub answers: Vec<Given>,
    /// What they say overall, if they like.
    pub recommendation: Option<Recommendation>,
    /// The id of what they agree to by answering.
    pub consent: String,
}

/// Takes a referee's answers, once. When they complete the plan's rule, the step awaits somebody who reads them.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `NOT_ACTIVE`, `STEP_STATE` when the step was let off, `ALREADY_ANSWERED`, `STALE` when it was
/// withdrawn; `REQUIRED` or `INVALID` on `consent` or each `answers.<key>` at fault.
pub async fn answer(act: Act<'_>, input: Answered) -> Result<Reference, Failure> {
    let (change, right) = (&act.change(), &refereeing(act.viewer));
    // As many as a step can ask: which of them are needed is known inside.
    let ids: &Vec<AnswerId> = &(0..50).map(|_| AnswerId::new(change.at, act.chance)).collect();
    let input = &input;
    act.store
        .write(|tx| async move {
            let (application, before) = held(&tx, act.viewer, right, input.reference).await?;
            CONSENT.confirmed(&input.consent)?;
            let step = step::get_locked(&tx, application.id, before.step).await?;
            let complete = before.complete(input.recommendation, change.at)?;
            takes_answers(step.state)?;
            let answers = question::check(&complete.questions, &input.answers)?;
            let answers: Vec<_> = answers.into_iter().zip(ids).map(taken).collect();
            storage::reference::insert_answers(&tx, complete.id, &answers).await?;
            storage::reference::save(&tx, &complete).await?;
            tx.record(told(change, EventKind::ReferenceCompleted, &application, &complete));
            follow(&tx, change, Standing { application, step }).await?;
            Ok(complete)
        })
        .await
}

/// Once enough references are complete, the step awaits feedback.
async fn follow(tx: &Tx, change: &Change, standing: Standing) -> Result<(), Failure> {
    let Application { id, plan, .. } = standing.application;
    let rule = plan::get(tx, plan).await?.references;
    if standing.step.state == StepState::Requested && rule.is_met(storage::reference::tally(tx, id).await?) {
        let moved = standing.step.clone().await_feedback()?;
        standing.moved(tx, change, EventKind::StepAwaitsFeedback, moved).await?;
    }
    Ok(())
}

fn taken(((question, value), id): ((Question, String), &AnswerId)) -> Answer {
    Answer { id: *id, key: question.key, label: question.label, kind: question.kind, value }
}

/// A referee would rather not answer.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `NOT_ACTIVE`, `STEP_STATE` when the step was let off, `ALREADY_ANSWERED`, or `STALE` when it was
/// withdrawn.
pub async fn decline(act: Act<'_>, id: ReferenceId) -> Result<Reference, Failure> {
    let (change, right) = (&act.change(), &refereeing(act.viewer));
    act.store
        .write(|tx| async move {
            let (application, before) = held(&tx, act.viewer, right, id).await?;
            let step = step::get_locked(&tx, application.id, before.step).await?;
            let declined = before.decline(change.at)?;
            takes_answers(step.state)?;
            storage::reference::save(&tx, &declined).await?;
            tx.record(told(change, EventKind::ReferenceDeclined, &application, &declined));
            Ok(declined)
        })
        .await
}
