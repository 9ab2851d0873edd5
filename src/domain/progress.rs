//! The gate: how an application moves through its stages.

use super::Refusal;
use super::plan::{HiringPlan, MOST, Stage, StepKind};
use super::reference::Tally;
use super::step::{ApplicationStep, StepState};

/// An application's place in its plan.
#[derive(Debug, Clone, Copy)]
pub struct Progress<'a> {
    /// The plan it follows.
    pub plan: &'a HiringPlan,
    /// The stage it is in, counted from 0.
    pub stage: i32,
    /// Its steps, of all stages.
    pub steps: &'a [ApplicationStep],
}

impl<'a> Progress<'a> {
    fn of_stage(&self, stage: i32) -> impl Iterator<Item = &'a ApplicationStep> + use<'a> {
        self.steps.iter().filter(move |step| step.stage == stage)
    }

    fn stage_at(&self, stage: i32) -> Option<&'a Stage> {
        usize::try_from(stage).ok().and_then(|place| self.plan.stages.get(place))
    }

    /// The stage with this key, counted from 0.
    ///
    /// # Errors
    /// `NO_STAGE`.
    pub fn stage_of_key(&self, key: &str) -> Result<i32, Refusal> {
        let place = self.plan.stages.iter().position(|stage| stage.key == key);
        place.and_then(|place| i32::try_from(place).ok()).ok_or(Refusal::NoStage)
    }

    /// Whether the application still stands where whoever moves it saw it.
    ///
    /// # Errors
    /// `STALE`.
    pub fn stands_in(&self, key: &str) -> Result<(), Refusal> {
        let here = self.stage_at(self.stage).is_some_and(|stage| stage.key == key);
        if here { Ok(()) } else { Err(Refusal::Stale) }
    }

    /// Whether a stage may be stepped over by the plan.
    #[must_use]
    pub fn is_optional(&self, stage: i32) -> bool {
        self.stage_at(stage).is_some_and(|stage| stage.optional)
    }

    /// What still blocks the stage it is in: required steps neither passed nor waived, optional ones under way.
    ///
    /// Of an optional stage that was not stepped over, the required steps block like any other, unless skipped.
    #[must_use]
    pub fn blocking(&self) -> Vec<String> {
        let optional_stage = self.stage_at(self.stage).is_some_and(|stage| stage.optional);
        self.of_stage(self.stage)
            .filter(|step| match step.state {
                StepState::Skipped => step.required && !optional_stage,
                state => !state.clears_gate() && (step.required || state.is_under_way()),
            })
            .map(|step| step.title.clone())
            .collect()
    }

    /// The stage after this one; with `pass_over`, the one behind the optional stages that follow.
    ///
    /// # Errors
    /// `GATE_INCOMPLETE` naming the unfinished steps, `NO_STAGE` at the end, `CANNOT_PASS_OVER` when the next stage is
    /// not optional or something in it is under way or done.
    pub fn advance(&self, pass_over: bool) -> Result<i32, Refusal> {
        let blocking = self.blocking();
        if !blocking.is_empty() {
            return Err(Refusal::GateIncomplete(blocking));
        }
        let next = self.stage + 1;
        let stage = self.stage_at(next).ok_or(Refusal::NoStage)?;
        if !pass_over {
            return Ok(next);
        }
        if !stage.optional || !self.can_be_passed_over(next) {
            return Err(Refusal::CannotPassOver);
        }
        let mut beyond = next + 1;
        while self.stage_at(beyond).is_some_and(|stage| stage.optional) && self.can_be_passed_over(beyond) {
            beyond += 1;
        }
        self.stage_at(beyond).map(|_| beyond).ok_or(Refusal::NoStage)
    }

    fn can_be_passed_over(&self, stage: i32) -> bool {
        use StepState::{Cancelled, Pending, Skipped, Waived};
        self.of_stage(stage).all(|step| matches!(step.state, Pending | Skipped | Cancelled | Waived))
    }

    /// Where one more step goes: its place behind the others of a stage that is not over, and a key that none of them
    /// has.
    ///
    /// # Errors
    /// `NO_STAGE` for a stage that is over, `INVALID` on `stage` when it is full.
    pub fn room_for_step(&self, stage: i32) -> Result<(i32, String), Refusal> {
        if stage < self.stage || self.stage_at(stage).is_none() {
            return Err(Refusal::NoStage);
        }
        if self.of_stage(stage).count() >= MOST {
            return Err(Refusal::invalid("stage", &format!("a stage of fewer than {MOST} steps")));
        }
        let last = self.of_stage(stage).map(|step| step.position).max();
        let mut number = 1;
        while self.steps.iter().any(|step| step.key == format!("added{number}")) {
            number += 1;
        }
        Ok((last.map_or(0, |last| last + 1), format!("added{number}")))
    }

    /// Back to an earlier stage.
    ///
    /// # Errors
    /// `NO_STAGE` unless `to` is before the stage it is in.
    pub fn go_back(&self, to: i32) -> Result<i32, Refusal> {
        if (0..self.stage).contains(&to) { Ok(to) } else { Err(Refusal::NoStage) }
    }

    /// Whether a step may be moved: its stage is reached.
    ///
    /// # Errors
    /// `STEP_NOT_REACHED`. Steps of an optional stage right ahead may be moved too: skipped or waived.
    pub fn has_reached(&self, step: &ApplicationStep) -> Result<(), Refusal> {
        let ahead_optional = step.stage > self.stage
            && (self.stage + 1..=step.stage).all(|at| self.stage_at(at).is_some_and(|stage| stage.optional));
        if step.stage <= self.stage || ahead_optional { Ok(()) } else { Err(Refusal::StepNotReached) }
    }

    /// The plan's reference rule: every required reference step is waived, or it is passed and enough references of the
    /// application are complete. Passing the step by hand is no reference.
    ///
    /// # Errors
    /// `REFERENCES_MISSING`.
    pub fn references_met(&self, tally: Tally) -> Result<(), Refusal> {
        let enough = self.plan.references.is_met(tally);
        let mut asked = self.steps.iter().filter(|step| step.kind == StepKind::Reference && step.required);
        let met = asked.all(|step| match step.state {
            StepState::Waived => true,
            StepState::Passed => enough,
            _ => false,
        });
        if met { Ok(()) } else { Err(Refusal::ReferencesMissing) }
    }

    /// Whether the stage where an offer is made is reached: a gate that is still closed holds the offer back.
    ///
    /// # Errors
    /// `STEP_NOT_REACHED`. A plan without such a stage holds back nothing.
    pub fn has_reached_offer(&self) -> Result<(), Refusal> {
        let stage =
            self.steps.iter().filter(|step| step.kind == StepKind::Offer).map(|step| step.stage).min();
        if stage.is_none_or(|stage| stage <= self.stage) { Ok(()) } else { Err(Refusal::StepNotReached) }
    }

    /// Whether the application stands in a stage where an offer is made.
    #[must_use]
    pub fn is_at_offer(&self) -> bool {
        self.of_stage(self.stage).any(|step| step.kind == StepKind::Offer)
    }
}

#[cfg(test)]
#[path = "progress_tests.rs"]
mod tests;
