//! An application that goes on to another posting, and what becomes of its steps under that posting's plan.

use chrono::{DateTime, Utc};

use super::Refusal;
use super::application::Why;
use super::id::{ApplicationId, PostingId};
use super::plan::{HiringPlan, PlanStep};
use super::posting::{PlanVersion, Posting, PostingStatus};
use super::progress::Progress;
use super::step::ApplicationStep;

/// That an application went on to another posting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// Which application.
    pub application: ApplicationId,
    /// The revision the application had afterwards.
    pub revision: i32,
    /// From which posting.
    pub from: PostingId,
    /// To which posting.
    pub to: PostingId,
    /// The plan it had followed until then.
    pub from_plan: PlanVersion,
    /// The stage of that plan it was in, counted from 0.
    pub from_stage: i32,
    /// The stage of its new plan it went on in.
    pub to_stage: i32,
    /// Why, and by whose hand: internal.
    pub why: Why,
    /// When.
    pub at: DateTime<Utc>,
}

/// An application's steps as they stand under another plan.
#[derive(Debug, Clone)]
pub struct Laid {
    /// The stage the application goes on in.
    pub stage: i32,
    /// The steps it had, each in its new place. What was done stays done.
    pub kept: Vec<ApplicationStep>,
    /// Steps that were unfinished and that the new plan does not have, in their new places: to be left out.
    pub dropped: Vec<ApplicationStep>,
    /// Steps of the new plan that it did not have, with the stages and positions they get.
    pub missing: Vec<(i32, i32, PlanStep)>,
}

/// Whether applications to other postings may go on to this one.
///
/// # Errors
/// `POSTING_STATUS` unless it is open or paused.
pub fn may_take(posting: &Posting) -> Result<(), Refusal> {
    match posting.status {
        PostingStatus::Open | PostingStatus::Paused => Ok(()),
        other => Err(Refusal::PostingStatus(other.as_str())),
    }
}

/// Lays the steps of an application, which stands in `stage` of the plan `from`, into the plan `to`.
///
/// A step is the same in both plans if its key and kind are. Steps that only the old plan has stay behind the others, and
/// block nothing; steps that were added to this application alone stay what they are. A gate is never skipped: the
/// application goes on in the stage of the same key, or in an earlier one that it would not have got through.
#[must_use]
pub fn lay(mut steps: Vec<ApplicationStep>, stage: i32, from: &HiringPlan, to: &HiringPlan) -> Laid {
    let mut laid = Laid { stage: 0, kept: Vec::new(), dropped: Vec::new(), missing: Vec::new() };
    for (place, in_plan) in (0..).zip(&to.stages) {
        for (position, planned) in (0..).zip(&in_plan.steps) {
            let same = |step: &ApplicationStep| step.key == planned.key && step.kind == planned.kind;
            match steps.iter().position(same) {
                Some(at) => laid.kept.push(steps.remove(at).placed(place, position, planned)),
                None => laid.missing.push((place, position, planned.clone())),
            }
        }
    }
    let counterpart = |stage: i32| {
        let key = usize::try_from(stage).ok().and_then(|place| from.stages.get(place)).map(|old| &old.key);
        let place = to.stages.iter().position(|new| Some(&new.key) == key);
        place.and_then(|place| i32::try_from(place).ok())
    };
    let wanted = counterpart(stage).unwrap_or_default();
    for step in steps {
        let place = counterpart(step.stage).unwrap_or(wanted);
        let planned = from.stages.iter().flat_map(|stage| &stage.steps).any(|known| known.key == step.key);
        let behind = i32::try_from(laid.kept.len() + laid.dropped.len() + laid.missing.len());
        let position = behind.unwrap_or(i32::MAX);
        let required = step.required && !planned;
        let own_kit = Some(step.kit(from));
        let leftover = ApplicationStep { stage: place, position, required, own_kit, ..step };
        let is_over = leftover.state.is_final() || !planned;
        if is_over { laid.kept.push(leftover) } else { laid.dropped.push(leftover) }
    }
    laid.stage = furthest(&laid, wanted, to);
    laid
}

/// The first stage before `wanted` whose gate is closed, or `wanted`. A step that is missing closes the gate if required.
fn furthest(laid: &Laid, wanted: i32, to: &HiringPlan) -> i32 {
    let closed = |stage: &i32| {
        let progress = Progress { plan: to, stage: *stage, steps: &laid.kept };
        let lacks = laid.missing.iter().any(|(place, _, planned)| place == stage && planned.required);
        !progress.is_optional(*stage) && (lacks || !progress.blocking().is_empty())
    };
    (0..wanted).find(closed).unwrap_or(wanted)
}

#[cfg(test)]
#[path = "transfer_tests.rs"]
mod tests;
