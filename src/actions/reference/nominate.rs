//! A candidate names people, who are asked at once.

use super::{Introduction, told};
use crate::actions::Act;
use crate::actions::application::held;
use crate::actions::letter::WithLink;
use crate::domain::Refusal;
use crate::domain::application::Application;
use crate::domain::event::EventKind;
use crate::domain::id::{ApplicationId, ReferenceId, StepId};
use crate::domain::policy::Scope;
use crate::domain::policy::application::{Nominating, applications, contacts, nominating};
use crate::domain::reference::{self, Named, Nominee, Reference, TIME_TO_ANSWER};
use crate::domain::reference_request::{ReferenceRequest, takes_names};
use crate::domain::text::EmailAddress;
use crate::domain::viewer::Viewer;
use crate::mail::letter::ReferenceRequested;
use crate::storage::{self, Failure, Fault, Tx, application as kept, candidate, reference_request, step};

/// People a candidate names.
#[derive(Debug, Clone)]
pub struct Nominate {
    /// In which step.
    pub step: StepId,
    /// Who.
    pub referees: Vec<Named>,
    /// The id of what the candidate confirms.
    pub agreement: String,
}

/// Takes the names of people who agreed to be asked, and asks each of them by mail.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `NOT_ACTIVE`, `STEP_STATE` unless the candidate was asked; `REQUIRED` or `INVALID` on `consent`,
/// `referees` or parts of them.
pub async fn nominate(act: Act<'_>, input: Nominate) -> Result<ReferenceRequest, Failure> {
    let nominees = reference::nominees(&input.referees, &input.agreement)?;
    let unknown = || Refusal::NotFound("step");
    let id = step::application_of(act.store, input.step).await?.ok_or_else(unknown)?;
    let application = kept::find(act.store, &applications(&Viewer::System), id).await?;
    let application = application.ok_or_else(|| Fault::missing("application", id))?;
    let letters = letters(act, &application, &nominees).await?;
    let (change, right) = (&act.change(), &nominating(act.viewer));
    let (nominees, letters, of) = (&nominees, &letters, input.step);
    act.store
        .write(|tx| async move {
            let (application, request) = held_request(&tx, act.viewer, right, (id, of)).await?;
            let asked = storage::reference::of_locked(&tx, id).await?;
            reference::beside(nominees, of, &asked, &own(&tx, &application).await?)?;
            for (nominee, (id, letter)) in nominees.iter().zip(letters) {
                let reference =
                    Reference::requested(*id, &request, nominee.clone(), &change.actor, change.at);
                storage::reference::insert(&tx, &reference).await?;
                letter.queue(&tx, change).await?;
                tx.record(told(change, EventKind::ReferenceRequested, &application, &reference));
            }
            Ok(request)
        })
        .await
}

/// The request that names are taken for, with its active application held until the write ends.
async fn held_request(
    tx: &Tx,
    viewer: &Viewer,
    right: &Scope<Nominating>,
    (id, of): (ApplicationId, StepId),
) -> Result<(Application, ReferenceRequest), Failure> {
    let application = held(tx, viewer, right, id, "step").await?;
    if matches!(viewer, Viewer::Nominator { step, .. } if *step != of) {
        return Err(Refusal::NotFound("step").into());
    }
    application.active()?;
    let step = step::get_locked(tx, id, of).await?;
    takes_names(step.state)?;
    let request = reference_request::newest_locked(tx, of).await?;
    Ok((application, request.ok_or(Refusal::StepState(step.state.as_str()))?))
}

async fn letters(
    act: Act<'_>,
    application: &Application,
    nominees: &[Nominee],
) -> Result<Vec<(ReferenceId, WithLink)>, Failure> {
    let now = act.clock.now();
    let introduction = Introduction::of(act, application).await?;
    // In rising order, so that they are listed as they were named.
    let mut ids: Vec<_> = nominees.iter().map(|_| ReferenceId::new(now, act.chance)).collect();
    ids.sort();
    let letter = |(nominee, id): (&Nominee, ReferenceId)| {
        let facts = |(reader, candidate, role, link)| ReferenceRequested {
            reader,
            candidate,
            role,
            deadline: now + TIME_TO_ANSWER,
            link,
        };
        Ok((id, introduction.letter(act, application, (id, nominee, None), "requested", facts)?))
    };
    nominees.iter().zip(ids).map(letter).collect()
}

/// The candidate's own addresses: the one that is kept of the person, and the one the application came with.
async fn own(tx: &Tx, application: &Application) -> Result<Vec<EmailAddress>, Fault> {
    let scope = &contacts(&Viewer::System);
    let kept = candidate::contacts(tx, scope, &[application.candidate]).await?;
    let submitted = candidate::as_submitted(tx, scope, &[application.id]).await?;
    let submitted = submitted.into_values().map(|applicant| applicant.contact.email);
    Ok(kept.into_values().map(|contact| contact.email).chain(submitted).collect())
}
