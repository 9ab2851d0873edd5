//! A step as lived by one application, and its life.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::Refusal;
use super::id::{ApplicationId, StepId};
use super::plan::{HiringPlan, Kit, Participant, PlanStep, StepKind};

text_enum! {
    /// Where a step is in its life.
    StepState {
        /// Nothing happened yet.
        Pending = "pending",
        /// The candidate or a referee was asked.
        Requested = "requested",
        /// A meeting is set.
        Scheduled = "scheduled",
        /// It took place; feedback is missing.
        AwaitingFeedback = "awaitingFeedback",
        /// Done and no longer blocking, whatever the ratings.
        Passed = "passed",
        /// Let off by somebody, with a reason.
        Waived = "waived",
        /// An optional step that was left out.
        Skipped = "skipped",
        /// It ended with its application.
        Cancelled = "cancelled",
    }
}

impl StepState {
    /// Whether the gate is open as far as this step goes.
    #[must_use]
    pub const fn clears_gate(self) -> bool {
        matches!(self, Self::Passed | Self::Waived)
    }

    /// Whether it is over, one way or another.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Passed | Self::Waived | Self::Skipped | Self::Cancelled)
    }

    /// Whether somebody is at it: asked, scheduled, or waiting for feedback.
    #[must_use]
    pub const fn is_under_way(self) -> bool {
        matches!(self, Self::Requested | Self::Scheduled | Self::AwaitingFeedback)
    }
}

/// A step as lived by one application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicationStep {
    /// Its id.
    pub id: StepId,
    /// Whose step.
    pub application: ApplicationId,
    /// The stage it belongs to, counted from 0.
    pub stage: i32,
    /// Where it stands within the stage, counted from 0.
    pub position: i32,
    /// The plan's key of it.
    pub key: String,
    /// What people call it.
    pub title: String,
    /// What is done.
    pub kind: StepKind,
    /// Whether the stage waits for it.
    pub required: bool,
    /// Who takes it.
    pub participant: Participant,
    /// How many people at least.
    pub least_people: i32,
    /// How long it takes, in minutes.
    pub minutes: Option<i32>,
    /// What whoever takes it is given, where its application's plan does not say.
    pub own_kit: Option<Kit>,
    /// Where it is in its life.
    pub state: StepState,
    /// How often it was begun: 1, and 1 more each time it is reopened.
    pub round: i32,
    /// Why it was waived, skipped or reopened.
    pub reason: Option<String>,
    /// Who moved it last: a viewer's key.
    pub moved_by: Option<String>,
    /// When.
    pub moved_at: Option<DateTime<Utc>>,
}

impl ApplicationStep {
    /// A step of the plan, for an application.
    #[must_use]
    pub fn of_plan(
        id: StepId,
        application: ApplicationId,
        stage: i32,
        position: i32,
        step: &PlanStep,
    ) -> Self {
        Self {
            id,
            application,
            stage,
            position,
            key: step.key.clone(),
            title: step.title.clone(),
            kind: step.kind,
            required: step.required,
            participant: step.participant,
            least_people: step.least_people,
            minutes: step.minutes,
            own_kit: None,
            state: StepState::Pending,
            round: 1,
            reason: None,
            moved_by: None,
            moved_at: None,
        }
    }

    /// A step beside those of the plan, which brings what the plan would say of it.
    #[must_use]
    pub fn added(id: StepId, application: ApplicationId, stage: i32, position: i32, step: &PlanStep) -> Self {
        Self { own_kit: Some(step.kit.clone()), ..Self::of_plan(id, application, stage, position, step) }
    }

    /// What whoever takes it is given.
    #[must_use]
    pub fn kit(&self, plan: &HiringPlan) -> Kit {
        let planned = || plan.step(&self.key).map(|step| step.kit.clone());
        self.own_kit.clone().or_else(planned).unwrap_or_default()
    }

    /// The same step in its place in another plan, which says what it is from now on.
    #[must_use]
    pub fn placed(self, stage: i32, position: i32, planned: &PlanStep) -> Self {
        let Self { id, application, state, round, reason, moved_by, moved_at, .. } = self;
        let placed = Self::of_plan(id, application, stage, position, planned);
        Self { state, round, reason, moved_by, moved_at, ..placed }
    }

    fn unfinished(&self) -> Result<(), Refusal> {
        if self.state.is_final() { Err(Refusal::StepState(self.state.as_str())) } else { Ok(()) }
    }

    /// Somebody outside was asked, or is asked again.
    ///
    /// # Errors
    /// `STEP_STATE` unless it waits to begin or was asked before.
    pub fn request(mut self) -> Result<Self, Refusal> {
        if !matches!(self.state, StepState::Pending | StepState::Requested) {
            return Err(Refusal::StepState(self.state.as_str()));
        }
        self.state = StepState::Requested;
        Ok(self)
    }

    /// People are to meet.
    ///
    /// # Errors
    /// `STEP_STATE` unless it waits to begin or the candidate was asked when.
    pub fn schedule(mut self) -> Result<Self, Refusal> {
        if !matches!(self.state, StepState::Pending | StepState::Requested) {
            return Err(Refusal::StepState(self.state.as_str()));
        }
        self.state = StepState::Scheduled;
        Ok(self)
    }

    /// What was asked was answered, or the meeting took place: somebody has to say what came of it.
    ///
    /// # Errors
    /// `STEP_STATE` unless it was asked or scheduled.
    pub fn await_feedback(mut self) -> Result<Self, Refusal> {
        if !matches!(self.state, StepState::Requested | StepState::Scheduled) {
            return Err(Refusal::StepState(self.state.as_str()));
        }
        self.state = StepState::AwaitingFeedback;
        Ok(self)
    }

    /// The meeting was cancelled or missed: back to where it was.
    ///
    /// # Errors
    /// `STEP_STATE` unless it is scheduled or awaits feedback.
    pub fn unschedule(mut self) -> Result<Self, Refusal> {
        if !matches!(self.state, StepState::Scheduled | StepState::AwaitingFeedback) {
            return Err(Refusal::StepState(self.state.as_str()));
        }
        self.state = StepState::Pending;
        Ok(self)
    }

    /// Done, and no longer blocking.
    ///
    /// # Errors
    /// `STEP_STATE` when it is over.
    pub fn pass(mut self) -> Result<Self, Refusal> {
        self.unfinished()?;
        self.state = StepState::Passed;
        Ok(self)
    }

    /// Let off, with a reason.
    ///
    /// # Errors
    /// `STEP_STATE` when it is over.
    pub fn waive(mut self, reason: String) -> Result<Self, Refusal> {
        self.unfinished()?;
        self.state = StepState::Waived;
        self.reason = Some(reason);
        Ok(self)
    }

    /// Left out: only an optional step, or one of an optional stage.
    ///
    /// # Errors
    /// `STEP_REQUIRED`, or `STEP_STATE` when it is over.
    pub fn skip(mut self, stage_is_optional: bool, reason: Option<String>) -> Result<Self, Refusal> {
        if self.required && !stage_is_optional {
            return Err(Refusal::StepRequired);
        }
        self.unfinished()?;
        self.state = StepState::Skipped;
        self.reason = reason;
        Ok(self)
    }

    /// Begun anew, with a reason.
    ///
    /// # Errors
    /// `STEP_STATE` unless passed, waived or skipped.
    pub fn reopen(mut self, reason: String) -> Result<Self, Refusal> {
        if !matches!(self.state, StepState::Passed | StepState::Waived | StepState::Skipped) {
            return Err(Refusal::StepState(self.state.as_str()));
        }
        self.state = StepState::Pending;
        self.round += 1;
        self.reason = Some(reason);
        Ok(self)
    }

    /// Ended with its application; `None` when it was over before.
    #[must_use]
    pub fn cancel(mut self) -> Option<Self> {
        if self.state.is_final() {
            return None;
        }
        self.state = StepState::Cancelled;
        Some(self)
    }

    /// As it is known to whoever knows its application to be under way, with the steps whose meetings took place or whose
    /// answers are in.
    #[must_use]
    pub fn under_way(self, happened: &HashSet<StepId>) -> Self {
        if self.state != StepState::Cancelled {
            return self;
        }
        let awaits = happened.contains(&self.id);
        let state = if awaits { StepState::AwaitingFeedback } else { StepState::Pending };
        // It moved when the application ended.
        Self { state, moved_at: None, ..self }
    }

    /// Back with its application; `None` unless it had ended with it.
    #[must_use]
    pub fn restore(mut self) -> Option<Self> {
        if self.state != StepState::Cancelled {
            return None;
        }
        self.state = StepState::Pending;
        Some(self)
    }
}
