//! Forms as they are kept: what was asked, and what was answered.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{FromQueryResult, Value};
use serde::{Deserialize, Serialize};

use super::application::OF_SCOPE;
use super::content::QuestionMirror;
use super::dialect::{self, Binds, json_list};
use super::document::{self, lists};
use super::fault::Fault;
use super::scope::within;
use super::source::Source;
use super::write::Tx;
use crate::domain::form::{Form, FormQuestion, reminder};
use crate::domain::id::{AnswerId, ApplicationId, FormId, StepId};
use crate::domain::policy::Scope;
use crate::domain::policy::application::Answers;
use crate::domain::question::{Answer, Question, QuestionType};

#[derive(Serialize, Deserialize)]
#[serde(remote = "FormQuestion")]
struct FormQuestionMirror {
    #[serde(with = "QuestionMirror")]
    question: Question,
    about: Option<String>,
}

lists! {
    questions = Vec<FormQuestion> as "FormQuestionMirror";
}

#[derive(Serialize, Deserialize)]
struct Asked {
    #[serde(with = "questions")]
    questions: Vec<FormQuestion>,
}

#[derive(FromQueryResult)]
struct Row {
    id: FormId,
    application_id: ApplicationId,
    step_id: StepId,
    round: i32,
    note: Option<String>,
    questions: String,
    due_at: DateTime<Utc>,
    sent_at: DateTime<Utc>,
    sent_by: String,
    reminded_at: Option<DateTime<Utc>>,
    answered_at: Option<DateTime<Utc>>,
    replaced_at: Option<DateTime<Utc>>,
}

impl TryFrom<Row> for Form {
    type Error = Fault;

    fn try_from(row: Row) -> Result<Self, Fault> {
        let Asked { questions } = document::read(format!("form {}", row.id), &row.questions)?;
        Ok(Self {
            id: row.id,
            application: row.application_id,
            step: row.step_id,
            round: row.round,
            note: row.note,
            questions,
            due_at: row.due_at,
            sent_at: row.sent_at,
            sent_by: row.sent_by,
            reminded_at: row.reminded_at,
            answered_at: row.answered_at,
            replaced_at: row.replaced_at,
        })
    }
}

/// The forms that were sent in these steps, the newest first.
pub async fn of_steps(
    db: &impl Source,
    scope: &Scope<Answers>,
    steps: &[StepId],
) -> Result<HashMap<StepId, Vec<Form>>, Fault> {
    let mut binds = Binds::default();
    let steps = db.kind().listed(binds.add(json_list(steps)));
    let seen = within(scope, &OF_SCOPE, db.kind(), &mut binds);
    let sql = format!(
        "SELECT f.* FROM form f JOIN application c ON c.id = f.application_id \
         WHERE f.step_id IN {steps} AND {seen} ORDER BY f.sent_at DESC, f.id DESC"
    );
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for row in dialect::query_all::<Row>(db, &sql, binds).await? {
        found.entry(row.step_id).or_default().push(row.try_into()?);
    }
    Ok(found)
}

/// What was answered in these forms, in the order of the questions.
pub async fn answers(
    db: &impl Source,
    scope: &Scope<Answers>,
    forms: &[FormId],
) -> Result<HashMap<FormId, Vec<Answer>>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        id: AnswerId,
        form_id: FormId,
        question_key: String,
        question_label: String,
        question_kind: QuestionType,
        value: String,
    }
    let mut binds = Binds::default();
    let forms = db.kind().listed(binds.add(json_list(forms)));
    let seen = within(scope, &OF_SCOPE, db.kind(), &mut binds);
    let sql = format!(
        "SELECT a.* FROM form_answer a JOIN form f ON f.id = a.form_id JOIN application c ON c.id = f.application_id \
         WHERE a.form_id IN {forms} AND {seen} ORDER BY a.form_id, a.position"
    );
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for row in dialect::query_all::<Row>(db, &sql, binds).await? {
        found.entry(row.form_id).or_default().push(Answer {
            id: row.id,
            key: row.question_key,
            label: row.question_label,
            kind: row.question_kind,
            value: row.value,
        });
    }
    Ok(found)
}

/// Whose form this is.
pub async fn application_of(db: &impl Source, id: FormId) -> Result<Option<ApplicationId>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        application_id: ApplicationId,
    }
    let sql = "SELECT application_id FROM form WHERE id = $1";
    Ok(dialect::query_one::<Row>(db, sql, [id.into()]).await?.map(|row| row.application_id))
}

/// A form whose application the write has locked.
pub async fn get_locked(tx: &Tx, id: FormId) -> Result<Form, Fault> {
    let row = dialect::query_one::<Row>(tx, "SELECT * FROM form WHERE id = $1", [id.into()]).await?;
    row.ok_or_else(|| Fault::missing("form", id))?.try_into()
}

/// The newest form of a step whose application the write has locked.
pub async fn newest_locked(tx: &Tx, step: StepId) -> Result<Option<Form>, Fault> {
    let sql = "SELECT * FROM form WHERE step_id = $1 ORDER BY sent_at DESC, id DESC LIMIT 1";
    dialect::query_one::<Row>(tx, sql, [step.into()]).await?.map(Form::try_from).transpose()
}

/// A reminder that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromQueryResult)]
pub struct Due {
    /// Of this step's form.
    pub step_id: StepId,
    /// The application it is about.
    pub application_id: ApplicationId,
}

/// Forms whose candidates are to be reminded by now: unanswered, still awaited, not reminded yet.
pub async fn due_reminders(db: &impl Source, now: DateTime<Utc>, most: u32) -> Result<Vec<Due>, Fault> {
    let sql = "SELECT f.step_id, f.application_id FROM form f JOIN application_step s ON s.id = f.step_id \
               JOIN application c ON c.id = f.application_id \
               WHERE f.remind_at <= $1 AND f.reminded_at IS NULL AND f.answered_at IS NULL AND f.replaced_at IS NULL \
               AND s.state = 'requested' AND c.status = 'active' ORDER BY f.remind_at, f.id LIMIT $2";
    let values: [Value; 2] = [now.into(), i64::from(most).into()];
    dialect::query_all::<Due>(db, sql, values).await
}

/// Keeps a form that is sent.
pub async fn insert(tx: &Tx, form: &Form) -> Result<(), Fault> {
    let asked = Asked { questions: form.questions.clone() };
    let values: [Value; 10] = [
        form.id.into(),
        form.application.into(),
        form.step.into(),
        form.round.into(),
        form.note.as_deref().into(),
        document::written(&asked)?.into(),
        form.due_at.into(),
        reminder(form.sent_at, form.due_at).into(),
        form.sent_at.into(),
        form.sent_by.as_str().into(),
    ];
    let sql = format!(
        "INSERT INTO form (id, application_id, step_id, round, note, questions, due_at, remind_at, sent_at, sent_by) \
         VALUES {}",
        dialect::places(1, values.len())
    );
    dialect::execute(tx, &sql, values).await?;
    Ok(())
}

/// Saves what became of a form; the lock on its application keeps it from changing twice.
pub async fn save(tx: &Tx, form: &Form) -> Result<(), Fault> {
    let sql = "UPDATE form SET reminded_at = $2, answered_at = $3, replaced_at = $4 WHERE id = $1";
    let values: [Value; 4] =
        [form.id.into(), form.reminded_at.into(), form.answered_at.into(), form.replaced_at.into()];
    dialect::execute(tx, sql, values).await?;
    Ok(())
}

/// Keeps what was answered, in this order.
pub async fn insert_answers(tx: &Tx, form: FormId, answers: &[Answer]) -> Result<(), Fault> {
    if answers.is_empty() {
        return Ok(());
    }
    let row = |(position, answer): (i32, &Answer)| -> [Value; 7] {
        [
            answer.id.into(),
            form.into(),
            position.into(),
            answer.key.as_str().into(),
            answer.label.as_str().into(),
            answer.kind.into(),
            answer.value.as_str().into(),
        ]
    };
    let values: Vec<Value> = (0..).zip(answers).flat_map(row).collect();
    let sql = format!(
        "INSERT INTO form_answer (id, form_id, position, question_key, question_label, question_kind, value) VALUES {}",
        dialect::places(answers.len(), 7)
    );
    dialect::execute(tx, &sql, values).await?;
    Ok(())
}
