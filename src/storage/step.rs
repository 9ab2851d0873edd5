//! Steps as lived by applications.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sea_orm::{FromQueryResult, Value};

use super::application::OF_SCOPE;
use super::dialect::{self, Binds, json_list};
use super::fault::Fault;
use super::plan;
use super::row::{self, cells};
use super::scope::within;
use super::source::Source;
use super::write::Tx;
use crate::domain::id::{ApplicationId, StepId};
use crate::domain::plan::{Participant, StepKind};
use crate::domain::policy::Scope;
use crate::domain::policy::application::{Applications, Reasons};
use crate::domain::step::{ApplicationStep, StepState};

/// Columns of a step that is kept.
const COLUMNS: usize = 17;

/// The steps of these applications, in the plan's order, without why and by whom they were moved.
pub async fn of_applications(
    db: &impl Source,
    scope: &Scope<Applications>,
    applications: &[ApplicationId],
) -> Result<HashMap<ApplicationId, Vec<ApplicationStep>>, Fault> {
    let mut binds = Binds::default();
    let applications = db.kind().listed(binds.add(json_list(applications)));
    let seen = within(scope, &OF_SCOPE, db.kind(), &mut binds);
    let sql = format!(
        "SELECT s.id, s.application_id, s.stage, s.position, s.key, s.title, s.kind, s.required, s.participant, \
         s.least_people, s.minutes, s.kit, s.state, s.round, NULL AS reason, NULL AS moved_by, s.moved_at \
         FROM application_step s JOIN application c ON c.id = s.application_id \
         WHERE s.application_id IN {applications} AND {seen} ORDER BY s.application_id, s.stage, s.position, s.id"
    );
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for row in dialect::query_all::<Row>(db, &sql, binds).await? {
        found.entry(row.application_id).or_default().push(row.try_into()?);
    }
    Ok(found)
}

/// Those of these steps whose meetings took place or whose answers are in, in their present round. Whoever sees the steps
/// may know.
pub async fn happened(db: &impl Source, steps: &[StepId]) -> Result<HashSet<StepId>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        id: StepId,
    }
    let sql = format!(
        "SELECT s.id FROM application_step s WHERE s.id IN {} AND (\
         EXISTS (SELECT 1 FROM interview i WHERE i.step_id = s.id AND i.round = s.round AND i.state = 'held') \
         OR EXISTS (SELECT 1 FROM form f WHERE f.step_id = s.id AND f.round = s.round AND f.answered_at IS NOT NULL) \
         OR EXISTS (SELECT 1 FROM reference_request q JOIN reference r ON r.request_id = q.id \
         WHERE q.step_id = s.id AND q.round = s.round AND r.state = 'complete'))",
        db.kind().listed(1)
    );
    let rows = dialect::query_all::<Row>(db, &sql, [json_list(steps)]).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Why a step was moved last, and by whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Why, where a reason was asked for.
    pub reason: Option<String>,
    /// Who: a viewer's key.
    pub by: String,
}

/// Why these steps were moved last, for those that were.
pub async fn reasons(
    db: &impl Source,
    scope: &Scope<Reasons>,
    steps: &[StepId],
) -> Result<HashMap<StepId, Moved>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        id: StepId,
        reason: Option<String>,
        moved_by: String,
    }
    let mut binds = Binds::default();
    let steps = db.kind().listed(binds.add(json_list(steps)));
    let seen = within(scope, &OF_SCOPE, db.kind(), &mut binds);
    let sql = format!(
        "SELECT s.id, s.reason, s.moved_by FROM application_step s JOIN application c ON c.id = s.application_id \
         WHERE s.id IN {steps} AND s.moved_by IS NOT NULL AND {seen}"
    );
    let rows = dialect::query_all::<Row>(db, &sql, binds).await?;
    Ok(rows.into_iter().map(|row| (row.id, Moved { reason: row.reason, by: row.moved_by })).collect())
}

/// Whose step this is.
pub async fn application_of(db: &impl Source, step: StepId) -> Result<Option<ApplicationId>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        application_id: ApplicationId,
    }
    let sql = "SELECT application_id FROM application_step WHERE id = $1";
    Ok(dialect::query_one::<Row>(db, sql, [step.into()]).await?.map(|row| row.application_id))
}

/// The whole steps of an application that the write has locked, in the plan's order.
pub async fn of_locked(tx: &Tx, application: ApplicationId) -> Result<Vec<ApplicationStep>, Fault> {
    let sql =
        "SELECT s.* FROM application_step s WHERE s.application_id = $1 ORDER BY s.stage, s.position, s.id";
    let rows = dialect::query_all::<Row>(tx, sql, [application.into()]).await?;
    rows.into_iter().map(ApplicationStep::try_from).collect()
}

/// A step of an application that the write has locked.
pub async fn get_locked(tx: &Tx, application: ApplicationId, id: StepId) -> Result<ApplicationStep, Fault> {
    let sql = "SELECT s.* FROM application_step s WHERE s.application_id = $1 AND s.id = $2";
    let values: [Value; 2] = [application.into(), id.into()];
    let row = dialect::query_one::<Row>(tx, sql, values).await?;
    row.ok_or_else(|| Fault::missing("step", id))?.try_into()
}

/// Keeps the steps of a new application.
pub async fn insert(tx: &Tx, steps: &[ApplicationStep]) -> Result<(), Fault> {
    if steps.is_empty() {
        return Ok(());
    }
    let row = |step: &ApplicationStep| -> Result<[Value; COLUMNS], Fault> {
        Ok([
            step.id.into(),
            step.application.into(),
            step.stage.into(),
            step.position.into(),
            step.key.as_str().into(),
            step.title.as_str().into(),
            step.kind.into(),
            step.required.into(),
            step.participant.into(),
            step.least_people.into(),
            step.minutes.into(),
            own_kit(step)?.into(),
            step.state.into(),
            step.round.into(),
            step.reason.as_deref().into(),
            step.moved_by.as_deref().into(),
            step.moved_at.into(),
        ])
    };
    let values: Vec<Value> =
        steps.iter().map(row).collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
    let sql = format!(
        "INSERT INTO application_step (id, application_id, stage, position, key, title, kind, required, participant, \
         least_people, minutes, kit, state, round, reason, moved_by, moved_at) VALUES {}",
        dialect::places(steps.len(), COLUMNS)
    );
    dialect::execute(tx, &sql, values).await?;
    Ok(())
}

/// Saves a step that moved; the lock on its application is what keeps it from moving twice.
pub async fn save(tx: &Tx, step: &ApplicationStep) -> Result<(), Fault> {
    let sql = "UPDATE application_step SET state = $2, round = $3, reason = $4, moved_by = $5, moved_at = $6 \
               WHERE id = $1";
    let values: [Value; 6] = [
        step.id.into(),
        step.state.into(),
        step.round.into(),
        step.reason.as_deref().into(),
        step.moved_by.as_deref().into(),
        step.moved_at.into(),
    ];
    dialect::execute(tx, sql, values).await?;
    Ok(())
}

/// Saves where a step stands in its plan and what the plan says of it, in the write that lays it into another one.
pub async fn place(tx: &Tx, step: &ApplicationStep) -> Result<(), Fault> {
    let cells = cells! {
        stage: step.stage,
        position: step.position,
        title: step.title.as_str(),
        required: step.required,
        participant: step.participant,
        least_people: step.least_people,
        minutes: step.minutes,
        kit: own_kit(step)?,
    };
    row::update(tx, "application_step", cells, cells! { id: step.id }).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Row {
    id: StepId,
    application_id: ApplicationId,
    stage: i32,
    position: i32,
    key: String,
    title: String,
    kind: StepKind,
    required: bool,
    participant: Participant,
    least_people: i32,
    minutes: Option<i32>,
    kit: Option<String>,
    state: StepState,
    round: i32,
    reason: Option<String>,
    moved_by: Option<String>,
    moved_at: Option<DateTime<Utc>>,
}

/// What the step brings of its own, as it is kept.
fn own_kit(step: &ApplicationStep) -> Result<Option<String>, Fault> {
    step.own_kit.as_ref().map(plan::kit_written).transpose()
}

impl TryFrom<Row> for ApplicationStep {
    type Error = Fault;

    fn try_from(row: Row) -> Result<Self, Fault> {
        let own_kit = row.kit.map(|kit| plan::kit_read(row.id, &kit)).transpose()?;
        Ok(Self {
            id: row.id,
            application: row.application_id,
            stage: row.stage,
            position: row.position,
            key: row.key,
            title: row.title,
            kind: row.kind,
            required: row.required,
            participant: row.participant,
            least_people: row.least_people,
            minutes: row.minutes,
            own_kit,
            state: row.state,
            round: row.round,
            reason: row.reason,
            moved_by: row.moved_by,
            moved_at: row.moved_at,
        })
    }
}
