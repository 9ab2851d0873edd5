//! References as they are kept: who was asked, and what they answered.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{FromQueryResult, Value};

use super::application::OF_SCOPE;
use super::dialect::{self, Binds, json_list};
use super::document;
use super::fault::Fault;
use super::reference_request::Asked;
use super::scope::within;
use super::source::Source;
use super::write::Tx;
use crate::domain::application::ApplicationStatus;
use crate::domain::form::reminder;
use crate::domain::id::{AnswerId, ApplicationId, ReferenceId, ReferenceRequestId, StepId};
use crate::domain::policy::Scope;
use crate::domain::policy::application::{References, Requests, references};
use crate::domain::question::{Answer, QuestionType};
use crate::domain::reference::{
    Introduction, Mention, Nominee, Recommendation, Reference, ReferenceState, Relation, Tally,
};
use crate::domain::step::StepState;
use crate::domain::text::EmailAddress;
use crate::domain::viewer::Viewer;

/// A reference with what was asked, which stands in its request.
const SELECT: &str = "SELECT r.*, q.questions FROM reference r JOIN reference_request q ON q.id = r.request_id \
                      JOIN application c ON c.id = r.application_id";

#[derive(FromQueryResult)]
struct Row {
    id: ReferenceId,
    request_id: ReferenceRequestId,
    application_id: ApplicationId,
    step_id: StepId,
    name: String,
    email: String,
    relation: Relation,
    state: ReferenceState,
    nominated_by: String,
    agreement: String,
    questions: String,
    requested_at: DateTime<Utc>,
    due_at: DateTime<Utc>,
    reminded_at: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
    consent: Option<String>,
    recommendation: Option<Recommendation>,
    reason: Option<String>,
}

impl TryFrom<Row> for Reference {
    type Error = Fault;

    fn try_from(row: Row) -> Result<Self, Fault> {
        let Asked { questions } = document::read(format!("reference {}", row.id), &row.questions)?;
        let email = EmailAddress::parse("email", &row.email);
        let email = email.map_err(|_| Fault::unfit(format!("reference {} has an unfit address", row.id)))?;
        Ok(Self {
            id: row.id,
            request: row.request_id,
            application: row.application_id,
            step: row.step_id,
            nominee: Nominee { name: row.name, email, relation: row.relation },
            state: row.state,
            nominated_by: row.nominated_by,
            agreement: row.agreement,
            questions,
            requested_at: row.requested_at,
            due_at: row.due_at,
            reminded_at: row.reminded_at,
            ended_at: row.ended_at,
            consent: row.consent,
            recommendation: row.recommendation,
            reason: row.reason,
        })
    }
}

/// The references of these steps, in the order the referees were asked.
pub async fn of_steps(
    db: &impl Source,
    scope: &Scope<References>,
    steps: &[StepId],
) -> Result<HashMap<StepId, Vec<Reference>>, Fault> {
    let mut binds = Binds::default();
    let steps = db.kind().listed(binds.add(json_list(steps)));
    let seen = within(scope, &OF_SCOPE, db.kind(), &mut binds);
    let sql = format!("{SELECT} WHERE r.step_id IN {steps} AND {seen} ORDER BY r.requested_at, r.id");
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for row in dialect::query_all::<Row>(db, &sql, binds).await? {
        found.entry(row.step_id).or_default().push(row.try_into()?);
    }
    Ok(found)
}

/// Who was named in these steps and not taken back, in order, for those who may know of the request.
pub async fn mentions(
    db: &impl Source,
    scope: &Scope<Requests>,
    steps: &[StepId],
) -> Result<HashMap<StepId, Vec<Mention>>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        step_id: StepId,
        name: String,
        relation: Relation,
    }
    let mut binds = Binds::default();
    let steps = db.kind().listed(binds.add(json_list(steps)));
    let seen = within(scope, &OF_SCOPE, db.kind(), &mut binds);
    let sql = format!(
        "SELECT r.step_id, r.name, r.relation FROM reference r JOIN application c ON c.id = r.application_id \
         WHERE r.step_id IN {steps} AND r.state <> 'withdrawn' AND {seen} ORDER BY r.requested_at, r.id"
    );
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for row in dialect::query_all::<Row>(db, &sql, binds).await? {
        found.entry(row.step_id).or_default().push(Mention { name: row.name, relation: row.relation });
    }
    Ok(found)
}

/// What a referee is told, for whoever holds the link to the reference.
pub async fn introduction(db: &impl Source, id: ReferenceId) -> Result<Introduction, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        candidate: String,
        role: String,
        status: ApplicationStatus,
        step: StepState,
    }
    let sql = "SELECT d.name AS candidate, p.title AS role, c.status, s.state AS step FROM reference r \
               JOIN application c ON c.id = r.application_id JOIN application_step s ON s.id = r.step_id \
               JOIN candidate d ON d.id = c.candidate_id JOIN posting p ON p.id = c.posting_id WHERE r.id = $1";
    let row = dialect::query_one::<Row>(db, sql, [id.into()]).await?;
    let row = row.ok_or_else(|| Fault::missing("reference", id))?;
    Ok(Introduction { candidate: row.candidate, role: row.role, status: row.status, step: row.step })
}

/// A reference, for whoever was shown it already or holds the link to it.
pub async fn get(db: &impl Source, id: ReferenceId) -> Result<Reference, Fault> {
    let sql = format!("{SELECT} WHERE r.id = $1");
    let row = dialect::query_one::<Row>(db, &sql, [id.into()]).await?;
    row.ok_or_else(|| Fault::missing("reference", id))?.try_into()
}

/// What was answered in these references, in the order of the questions.
pub async fn answers(
    db: &impl Source,
    scope: &Scope<References>,
    ids: &[ReferenceId],
) -> Result<HashMap<ReferenceId, Vec<Answer>>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        id: AnswerId,
        reference_id: ReferenceId,
        question_key: String,
        question_label: String,
        question_kind: QuestionType,
        value: String,
    }
    let mut binds = Binds::default();
    let ids = db.kind().listed(binds.add(json_list(ids)));
    let seen = within(scope, &OF_SCOPE, db.kind(), &mut binds);
    let sql = format!(
        "SELECT a.* FROM reference_answer a JOIN reference r ON r.id = a.reference_id \
         JOIN application c ON c.id = r.application_id \
         WHERE a.reference_id IN {ids} AND {seen} ORDER BY a.reference_id, a.position"
    );
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for row in dialect::query_all::<Row>(db, &sql, binds).await? {
        found.entry(row.reference_id).or_default().push(Answer {
            id: row.id,
            key: row.question_key,
            label: row.question_label,
            kind: row.question_kind,
            value: row.value,
        });
    }
    Ok(found)
}

#[derive(FromQueryResult)]
struct Count {
    application_id: ApplicationId,
    complete: i64,
    managers: i64,
}

impl Count {
    fn tally(&self) -> Tally {
        let narrow = |count: i64| i32::try_from(count).unwrap_or(i32::MAX);
        Tally { complete: narrow(self.complete), managers: narrow(self.managers) }
    }
}

/// How many references of these applications are complete, in all steps and rounds; all that the scope reaches are told.
pub async fn tallies(
    db: &impl Source,
    scope: &Scope<References>,
    applications: &[ApplicationId],
) -> Result<HashMap<ApplicationId, Tally>, Fault> {
    let mut binds = Binds::default();
    let applications = db.kind().listed(binds.add(json_list(applications)));
    let seen = within(scope, &OF_SCOPE, db.kind(), &mut binds);
    let sql = format!(
        "SELECT c.id AS application_id, COUNT(r.id) AS complete, \
         COUNT(CASE r.relation WHEN 'manager' THEN 1 END) AS managers FROM application c \
         LEFT JOIN reference r ON r.application_id = c.id AND r.state = 'complete' \
         WHERE c.id IN {applications} AND {seen} GROUP BY c.id"
    );
    let rows = dialect::query_all::<Count>(db, &sql, binds).await?;
    Ok(rows.into_iter().map(|row| (row.application_id, row.tally())).collect())
}

/// How many references of an application are complete, whoever asks.
pub async fn tally(db: &impl Source, application: ApplicationId) -> Result<Tally, Fault> {
    let mut found = tallies(db, &references(&Viewer::System), &[application]).await?;
    Ok(found.remove(&application).unwrap_or_default())
}

/// Whom this reference is about.
pub async fn application_of(db: &impl Source, id: ReferenceId) -> Result<Option<ApplicationId>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        application_id: ApplicationId,
    }
    let sql = "SELECT application_id FROM reference WHERE id = $1";
    Ok(dialect::query_one::<Row>(db, sql, [id.into()]).await?.map(|row| row.application_id))
}

/// All references of an application that the write has locked.
pub async fn of_locked(tx: &Tx, application: ApplicationId) -> Result<Vec<Reference>, Fault> {
    let sql = format!("{SELECT} WHERE r.application_id = $1 ORDER BY r.requested_at, r.id");
    let rows = dialect::query_all::<Row>(tx, &sql, [application.into()]).await?;
    rows.into_iter().map(Reference::try_from).collect()
}

/// References whose referees are to be reminded by now: unanswered, still awaited, not reminded yet.
pub async fn due_reminders(
    db: &impl Source,
    now: DateTime<Utc>,
    most: u32,
) -> Result<Vec<ReferenceId>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        id: ReferenceId,
    }
    let sql = "SELECT r.id FROM reference r JOIN application_step s ON s.id = r.step_id \
               JOIN application c ON c.id = r.application_id WHERE r.remind_at <= $1 AND r.reminded_at IS NULL \
               AND r.state = 'requested' AND s.state NOT IN ('passed', 'waived', 'skipped', 'cancelled') \
               AND c.status = 'active' ORDER BY r.remind_at, r.id LIMIT $2";
    let values: [Value; 2] = [now.into(), i64::from(most).into()];
    Ok(dialect::query_all::<Row>(db, sql, values).await?.into_iter().map(|row| row.id).collect())
}

/// Keeps a reference that is asked for.
pub async fn insert(tx: &Tx, reference: &Reference) -> Result<(), Fault> {
    let values: [Value; 14] = [
        reference.id.into(),
        reference.request.into(),
        reference.application.into(),
        reference.step.into(),
        reference.nominee.name.as_str().into(),
        reference.nominee.email.as_str().into(),
        reference.nominee.email.key().into(),
        reference.nominee.relation.into(),
        reference.state.into(),
        reference.nominated_by.as_str().into(),
        reference.agreement.as_str().into(),
        reference.requested_at.into(),
        reference.due_at.into(),
        reminder(reference.requested_at, reference.due_at).into(),
    ];
    let sql = format!(
        "INSERT INTO reference (id, request_id, application_id, step_id, name, email, email_key, relation, state, \
         nominated_by, agreement, requested_at, due_at, remind_at) VALUES {}",
        dialect::places(1, values.len())
    );
    dialect::execute(tx, &sql, values).await?;
    Ok(())
}

/// Saves what became of a reference; the lock on its application keeps it from changing twice.
pub async fn save(tx: &Tx, reference: &Reference) -> Result<(), Fault> {
    let sql = "UPDATE reference SET state = $2, reminded_at = $3, ended_at = $4, consent = $5, recommendation = $6, \
               reason = $7 WHERE id = $1";
    let values: [Value; 7] = [
        reference.id.into(),
        reference.state.into(),
        reference.reminded_at.into(),
        reference.ended_at.into(),
        reference.consent.as_deref().into(),
        reference.recommendation.into(),
        reference.reason.as_deref().into(),
    ];
    dialect::execute(tx, sql, values).await?;
    Ok(())
}

/// Keeps what was answered, in this order.
pub async fn insert_answers(tx: &Tx, reference: ReferenceId, answers: &[Answer]) -> Result<(), Fault> {
    if answers.is_empty() {
        return Ok(());
    }
    let row = |(position, answer): (i32, &Answer)| -> [Value; 7] {
        [
            answer.id.into(),
            reference.into(),
            position.into(),
            answer.key.as_str().into(),
            answer.label.as_str().into(),
            answer.kind.into(),
            answer.value.as_str().into(),
        ]
    };
    let values: Vec<Value> = (0..).zip(answers).flat_map(row).collect();
    let sql = format!(
        "INSERT INTO reference_answer (id, reference_id, position, question_key, question_label, question_kind, value) \
         VALUES {}",
        dialect::places(answers.len(), 7)
    );
    dialect::execute(tx, &sql, values).await?;
    Ok(())
}
