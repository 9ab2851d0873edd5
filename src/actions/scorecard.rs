//! Scorecards: saved as drafts, submitted and then frozen. Asking for them and reminding is in `ask`.

mod ask;

pub(in crate::actions) use ask::excuse;
pub use ask::{Ask, ask, ask_held, remind_due};

use super::Act;
use super::application::event;
use crate::domain::Refusal;
use crate::domain::application::Application;
use crate::domain::event::{Change, Event, EventKind};
use crate::domain::id::{ScorecardId, StepId, UserId};
use crate::domain::plan::Kit;
use crate::domain::policy::application::applications;
use crate::domain::policy::scorecard::{assessing, author};
use crate::domain::progress::Progress;
use crate::domain::scorecard::{Scorecard, Verdict};
use crate::domain::step::{ApplicationStep, StepState};
use crate::domain::viewer::Viewer;
use crate::storage::{Failure, Tx, application as kept, interview, plan, scorecard, step};

/// What somebody thinks so far.
#[derive(Debug, Clone)]
pub struct Save {
    /// In which step.
    pub step: StepId,
    /// The revision of one's own card that the caller read, draft or submitted, where that matters.
    pub revision: Option<i32>,
    /// All of it.
    pub verdict: Verdict,
}

/// Keeps a draft of one's own card. Behind a submitted one it is the draft of a correction.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `REFERRED_BY`, `NOT_ACTIVE`, `STEP_NOT_REACHED`, `STEP_STATE`, `STALE`, or
/// `REQUIRED` or `INVALID` on the field at fault.
pub async fn save(act: Act<'_>, input: Save) -> Result<Scorecard, Failure> {
    let change = &act.change();
    let id = ScorecardId::new(change.at, act.chance);
    let input = &input;
    act.store
        .write(|tx| async move {
            let desk = Desk::held(&tx, act.viewer, input.step).await?;
            let card = desk.saved(&tx, change, id, input).await?;
            scorecard::save(&tx, &card).await?;
            tx.record(desk.told(change, EventKind::ScorecardSaved, &card));
            Ok(card)
        })
        .await
}

/// Keeps what somebody thinks and freezes it.
///
/// # Errors
/// As [`save`]; `REQUIRED` on each of `recommendation`, `takeaways`, `pros` and `cons` that is missing.
pub async fn submit(act: Act<'_>, input: Save) -> Result<Scorecard, Failure> {
    let change = &act.change();
    let id = ScorecardId::new(change.at, act.chance);
    let input = &input;
    act.store
        .write(|tx| async move {
            let desk = Desk::held(&tx, act.viewer, input.step).await?;
            let card = desk.saved(&tx, change, id, input).await?.submit(change.at)?;
            scorecard::save(&tx, &card).await?;
            tx.record(desk.told(change, EventKind::ScorecardSubmitted, &card));
            Ok(card)
        })
        .await
}

/// Somebody who may write a card, and what about.
struct Desk {
    author: UserId,
    application: Application,
    step: ApplicationStep,
    kit: Kit,
}

impl Desk {
    async fn held(tx: &Tx, viewer: &Viewer, id: StepId) -> Result<Self, Failure> {
        let unknown = || Refusal::NotFound("step");
        let application = step::application_of(tx, id).await?.ok_or_else(unknown)?;
        let application = kept::lock(tx, application).await?.ok_or_else(unknown)?;
        let lived = step::get_locked(tx, application.id, id).await?;
        let author = author(viewer).ok_or_else(unknown)?;
        let subject = kept::subject(tx, &application, viewer.user()).await?;
        let comes = interview::comes(tx, id, lived.round, author).await?;
        let is_asked = comes.is_some() || scorecard::is_asked(tx, id, lived.round, author).await?;
        let may = assessing(viewer).covers(&subject) || (is_asked && may_write_if_asked(viewer, id));
        if !may {
            let seen = applications(viewer).covers(&subject);
            return Err(if seen { Refusal::Forbidden } else { unknown() }.into());
        }
        // Who looks over another's shoulder learns, and does not judge.
        if comes == Some(true) {
            return Err(Refusal::Forbidden.into());
        }
        if application.referrer == Some(author) {
            return Err(Refusal::ReferredBy { field: "stepId".to_owned() }.into());
        }
        application.active()?;
        let plan = plan::get(tx, application.plan).await?;
        // Whoever was asked may answer, also when the application went back to an earlier stage meanwhile.
        if !is_asked {
            Progress { plan: &plan, stage: application.stage, steps: &[] }.has_reached(&lived)?;
        }
        if matches!(lived.state, StepState::Waived | StepState::Skipped | StepState::Cancelled) {
            return Err(Refusal::StepState(lived.state.as_str()).into());
        }
        let kit = lived.kit(&plan);
        Ok(Self { author, application, step: lived, kit })
    }

    /// The author's draft with what is saved now.
    async fn saved(
        &self,
        tx: &Tx,
        change: &Change,
        id: ScorecardId,
        input: &Save,
    ) -> Result<Scorecard, Failure> {
        let verdict = input.verdict.clone().checked(&self.kit)?;
        let before = scorecard::newest_locked(tx, self.step.id, self.step.round, self.author).await?;
        if let Some(revision) = input.revision {
            before.as_ref().ok_or(Refusal::Stale)?.is_at(revision)?;
        }
        let (draft, version) = match before {
            Some(draft) if draft.submitted_at.is_none() => {
                let version = draft.version;
                (Some(draft), version)
            }
            Some(submitted) => (None, submitted.version + 1),
            None => (None, 1),
        };
        Ok(Scorecard {
            id: draft.as_ref().map_or(id, |draft| draft.id),
            application: self.application.id,
            step: self.step.id,
            round: self.step.round,
            author: self.author,
            version,
            revision: draft.map_or(1, |draft| draft.revision + 1),
            verdict,
            saved_at: change.at,
            submitted_at: None,
        })
    }

    /// The event tells that there is a card, never what it says.
    fn told(&self, change: &Change, kind: EventKind, card: &Scorecard) -> Event {
        let event = event(change, kind, &self.application).word("scorecard", card.id).word("step", card.step);
        event.count("round", card.round.into()).count("version", card.version.into())
    }
}

/// Whether having been asked for a card in this step, or coming to its meeting, lets the viewer write one.
fn may_write_if_asked(viewer: &Viewer, id: StepId) -> bool {
    match viewer {
        Viewer::Assessor { step, .. } => *step == id,
        Viewer::Staff(staff) => staff.may_write(),
        _ => false,
    }
}
