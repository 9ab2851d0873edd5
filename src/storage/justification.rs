//! Why to hire, as it is kept: one for each application.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{FromQueryResult, Value};

use super::application::OF_SCOPE;
use super::dialect::{self, Binds, json_list};
use super::fault::Fault;
use super::scope::within;
use super::source::Source;
use super::write::Tx;
use crate::domain::id::{ApplicationId, UserId};
use crate::domain::justification::Justification;
use crate::domain::policy::Scope;
use crate::domain::policy::application::Reasons;

/// The justifications of these applications, for those that have one.
pub async fn of_applications(
    db: &impl Source,
    scope: &Scope<Reasons>,
    applications: &[ApplicationId],
) -> Result<HashMap<ApplicationId, Justification>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        application_id: ApplicationId,
        body: String,
        author_id: UserId,
        updated_at: DateTime<Utc>,
    }
    let mut binds = Binds::default();
    let applications = db.kind().listed(binds.add(json_list(applications)));
    let seen = within(scope, &OF_SCOPE, db.kind(), &mut binds);
    let sql = format!(
        "SELECT j.application_id, j.body, j.author_id, j.updated_at FROM justification j \
         JOIN application c ON c.id = j.application_id WHERE j.application_id IN {applications} AND {seen}"
    );
    let rows = dialect::query_all::<Row>(db, &sql, binds).await?;
    let justification = |row: Row| Justification {
        application: row.application_id,
        text: row.body,
        author: row.author_id,
        updated_at: row.updated_at,
    };
    Ok(rows.into_iter().map(|row| (row.application_id, justification(row))).collect())
}

/// Whether somebody wrote why to hire.
pub async fn is_written(tx: &Tx, application: ApplicationId) -> Result<bool, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        written: bool,
    }
    let sql = "SELECT EXISTS (SELECT 1 FROM justification WHERE application_id = $1) AS written";
    let row = dialect::query_one::<Row>(tx, sql, [application.into()]).await?;
    Ok(row.is_some_and(|row| row.written))
}

/// Keeps why to hire, instead of what was written before.
pub async fn save(tx: &Tx, justification: &Justification) -> Result<(), Fault> {
    let sql = "INSERT INTO justification (application_id, body, author_id, updated_at) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (application_id) DO UPDATE SET body = $2, author_id = $3, updated_at = $4";
    let values: [Value; 4] = [
        justification.application.into(),
        justification.text.as_str().into(),
        justification.author.into(),
        justification.updated_at.into(),
    ];
    dialect::execute(tx, sql, values).await?;
    Ok(())
}
