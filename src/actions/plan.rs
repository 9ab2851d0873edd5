//! Changes of hiring plans. A version never changes: a plan that is updated gets a new one, and whatever follows an older
//! one goes on following that.

use super::Act;
use crate::domain::Refusal;
use crate::domain::approval::{self, ApprovalGroup};
use crate::domain::event::{Change, EventKind};
use crate::domain::id::PlanId;
use crate::domain::plan::{self, HiringPlan, ReferenceRule, Stage};
use crate::domain::plan_template::PlanTemplate;
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
    /// Who approves offers, one group after another.
    pub approval: Vec<ApprovalGroup>,
    /// Which references an offer waits for.
    pub references: ReferenceRule,
}

/// Makes a hiring plan, in its first version.
///
/// # Errors
/// `FORBIDDEN`, or `REQUIRED` or `INVALID` on the field at fault.
pub async fn create(act: Act<'_>, input: Create) -> Result<HiringPlan, Failure> {
    may_set(act.viewer)?;
    let change = act.change();
    let Create { name, stages, approval, references } = input;
    let made = HiringPlan { version: first(act, &change), name, stages, approval, references };
    keep(act, &change, made).await
}

/// What a plan is copied from.
#[derive(Debug, Clone, Copy)]
pub enum Original {
    /// The newest version of another plan.
    Plan(PlanId),
    /// A plan that is shipped.
    Template(PlanTemplate),
}

/// Makes a hiring plan like another one, in its first version.
///
/// # Errors
/// `FORBIDDEN`, `NOT_FOUND`, or `REQUIRED` or `INVALID` on `name`.
pub async fn copy(act: Act<'_>, original: Original, name: Option<String>) -> Result<HiringPlan, Failure> {
    may_set(act.viewer)?;
    let change = act.change();
    let version = first(act, &change);
    let original = match original {
        Original::Template(template) => template.plan(version),
        Original::Plan(id) => newest(act.store, id).await?,
    };
    let name = name.unwrap_or_else(|| original.name.clone());
    keep(act, &change, HiringPlan { version, name, ..original }).await
}

/// What is to change of a plan; what is `None` stays.
#[derive(Debug, Clone)]
pub struct Update {
    /// Which plan.
    pub plan: PlanId,
    /// The version the caller read.
    pub expected_version: i32,
    /// Its name.
    pub name: Option<String>,
    /// All its stages, in order.
    pub stages: Option<Vec<Stage>>,
    /// Who approves offers, one group after another.
    pub approval: Option<Vec<ApprovalGroup>>,
    /// Which references an offer waits for.
    pub references: Option<ReferenceRule>,
}

/// Gives a plan a new version, for those who will follow it. Without any difference the newest one stays.
///
/// # Errors
/// `FORBIDDEN`, `NOT_FOUND`, `STALE` unless the newest version is the one expected, or `REQUIRED` or `INVALID` on the
/// field at fault.
pub async fn update(act: Act<'_>, input: Update) -> Result<HiringPlan, Failure> {
    may_set(act.viewer)?;
    let before = newest(act.store, input.plan).await?;
    if before.version.number != input.expected_version {
        return Err(Refusal::Stale.into());
    }
    let after = HiringPlan {
        version: before.version,
        name: input.name.unwrap_or_else(|| before.name.clone()),
        stages: input.stages.unwrap_or_else(|| before.stages.clone()),
        approval: input.approval.unwrap_or_else(|| before.approval.clone()),
        references: input.references.unwrap_or(before.references),
    };
    if after == before {
        return Ok(before);
    }
    let version = PlanVersion { number: before.version.number + 1, ..before.version };
    keep(act, &act.change(), HiringPlan { version, ..after }).await
}

fn first(act: Act<'_>, change: &Change) -> PlanVersion {
    PlanVersion { plan: PlanId::new(change.at, act.chance), number: 1 }
}

async fn newest(db: &impl storage::Source, id: PlanId) -> Result<HiringPlan, Failure> {
    let made = storage::plan::find(db, id).await?.ok_or(Refusal::NotFound("plan"))?;
    Ok(made.plan)
}

/// Checks a version of a plan and keeps it, unless somebody else made that version first.
async fn keep(act: Act<'_>, change: &Change, made: HiringPlan) -> Result<HiringPlan, Failure> {
    let plan = &HiringPlan {
        name: plan::name(&made.name)?,
        stages: plan::checked(made.stages)?,
        approval: approval::checked(made.approval)?,
        references: made.references.checked()?,
        ..made
    };
    let PlanVersion { plan: id, number } = plan.version;
    let kind = if number == 1 { EventKind::PlanCreated } else { EventKind::PlanUpdated };
    let work = |tx: Tx| async move {
        all_approve(&tx, &plan.approval).await?;
        storage::plan::insert(&tx, plan, change.at).await?;
        tx.record(change.event(kind).word("plan", id).count("version", number.into()));
        Ok(plan.clone())
    };
    act.store.write(work).await
}

/// # Errors
/// `INVALID` on everybody in the groups who approves nothing.
async fn all_approve(tx: &Tx, groups: &[ApprovalGroup]) -> Result<(), Failure> {
    let mut wrong = Vec::new();
    for (place, group) in groups.iter().enumerate() {
        for (at, approver) in group.approvers.iter().enumerate() {
            if !storage::user::approves(tx, *approver).await? {
                let field = format!("approvalGroups.{place}.approverIds.{at}");
                wrong.push(Refusal::invalid(&field, "a user who approves"));
            }
        }
    }
    Ok(Refusal::all(wrong)?)
}
