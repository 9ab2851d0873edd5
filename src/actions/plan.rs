//! Changes of hiring plans.

use super::Act;
use crate::domain::event::EventKind;
use crate::domain::id::PlanId;
use crate::domain::plan::{self, ApprovalRule, HiringPlan, ReferenceRule, Stage};
use crate::domain::policy::organisation::may_set;
use crate::domain::posting::PlanVersion;
use crate::storage::{self, Failure, Tx};

/// A plan to be made.
#[derive(Debug, Clone)]
pub struct Create {
    /// What people call it.
    pub name: String,
    /// What an application goes through, in order.
    pub stages: Vec<Stage>,
    /// Who approves offers.
    pub approval: ApprovalRule,
    /// Which references an offer waits for.
    pub references: ReferenceRule,
}

/// Makes a hiring plan, in its first version.
///
/// # Errors
/// `FORBIDDEN`, or `REQUIRED` or `INVALID` on the field at fault.
pub async fn create(act: Act<'_>, input: Create) -> Result<HiringPlan, Failure> {
    may_set(act.viewer)?;
    let change = &act.change();
    let plan = &HiringPlan {
        version: PlanVersion { plan: PlanId::new(change.at, act.chance), number: 1 },
        name: plan::name(&input.name)?,
        stages: plan::checked(input.stages)?,
        approval: input.approval,
        references: input.references.checked()?,
    };
    let work = |tx: Tx| async move {
        storage::plan::insert(&tx, plan, change.at).await?;
        let event = change.event(EventKind::PlanCreated).word("plan", plan.version.plan);
        tx.record(event.count("version", plan.version.number.into()));
        Ok(plan.clone())
    };
    act.store.write(work).await
}
