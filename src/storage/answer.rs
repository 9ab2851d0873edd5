//! What applicants answered, with the questions as they were asked.

use std::collections::HashMap;

use sea_orm::{FromQueryResult, Value};

use super::application::OF_SCOPE;
use super::dialect::{self, Binds, json_list};
use super::fault::Fault;
use super::scope::within;
use super::source::Source;
use super::write::Tx;
use crate::domain::id::{AnswerId, ApplicationId};
use crate::domain::policy::Scope;
use crate::domain::policy::application::Answers;
use crate::domain::question::{Answer, QuestionType};

#[derive(FromQueryResult)]
struct Row {
    id: AnswerId,
    application_id: ApplicationId,
    question_key: String,
    question_label: String,
    question_kind: QuestionType,
    value: String,
}

/// The answers of these applications, in the order of the questions.
pub async fn of_applications(
    db: &impl Source,
    scope: &Scope<Answers>,
    applications: &[ApplicationId],
) -> Result<HashMap<ApplicationId, Vec<Answer>>, Fault> {
    let mut binds = Binds::default();
    let applications = db.kind().listed(binds.add(json_list(applications)));
    let seen = within(scope, &OF_SCOPE, db.kind(), &mut binds);
    let sql = format!(
        "SELECT a.id, a.application_id, a.question_key, a.question_label, a.question_kind, a.value \
         FROM answer a JOIN application c ON c.id = a.application_id \
         WHERE a.application_id IN {applications} AND {seen} ORDER BY a.application_id, a.position"
    );
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for row in dialect::query_all::<Row>(db, &sql, binds).await? {
        found.entry(row.application_id).or_default().push(Answer {
            id: row.id,
            key: row.question_key,
            label: row.question_label,
            kind: row.question_kind,
            value: row.value,
        });
    }
    Ok(found)
}

/// Keeps the answers of a new application, in this order.
pub async fn insert(tx: &Tx, application: ApplicationId, answers: &[Answer]) -> Result<(), Fault> {
    if answers.is_empty() {
        return Ok(());
    }
    let row = |(position, answer): (i32, &Answer)| -> [Value; 7] {
        [
            answer.id.into(),
            application.into(),
            position.into(),
            answer.key.as_str().into(),
            answer.label.as_str().into(),
            answer.kind.into(),
            answer.value.as_str().into(),
        ]
    };
    let values: Vec<Value> = (0..).zip(answers).flat_map(row).collect();
    let sql = format!(
        "INSERT INTO answer (id, application_id, position, question_key, question_label, question_kind, value) \
         VALUES {}",
        dialect::places(answers.len(), 7)
    );
    dialect::execute(tx, &sql, values).await?;
    Ok(())
}
