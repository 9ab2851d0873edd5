//! Which team an application is, and was, for; and which teams its candidate would prefer.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{FromQueryResult, Value};

use super::application::OF_SCOPE;
use super::dialect::{self, Binds, json_list};
use super::fault::{Failure, Fault};
use super::scope::within;
use super::source::Source;
use super::write::Tx;
use crate::domain::allotment::Allotment;
use crate::domain::id::{AllotmentId, ApplicationId, PostingTeamId, TeamId};
use crate::domain::policy::Scope;
use crate::domain::policy::application::Applications;

/// The allotments of these applications, oldest first.
pub async fn of_applications(
    db: &impl Source,
    scope: &Scope<Applications>,
    applications: &[ApplicationId],
) -> Result<HashMap<ApplicationId, Vec<Allotment>>, Fault> {
    let mut binds = Binds::default();
    let applications = db.kind().listed(binds.add(json_list(applications)));
    let seen = within(scope, &OF_SCOPE, db.kind(), &mut binds);
    let sql = format!(
        "SELECT a.*, t.team_id FROM allotment a JOIN application c ON c.id = a.application_id \
         JOIN posting_team t ON t.id = a.posting_team_id WHERE a.application_id IN {applications} AND {seen} ORDER BY a.application_id, a.since, a.id"
    );
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for row in dialect::query_all::<Row>(db, &sql, binds).await? {
        found.entry(row.application_id).or_default().push(row.into());
    }
    Ok(found)
}

/// The present allotment of an application that the write has locked.
pub async fn current(tx: &Tx, application: ApplicationId) -> Result<Option<Allotment>, Fault> {
    let sql = "SELECT a.*, t.team_id FROM allotment a JOIN posting_team t ON t.id = a.posting_team_id \
               WHERE a.application_id = $1 AND a.until IS NULL";
    Ok(dialect::query_one::<Row>(tx, sql, [application.into()]).await?.map(Allotment::from))
}

/// Ends the present allotment, if there is one.
pub async fn end(tx: &Tx, application: ApplicationId, at: DateTime<Utc>) -> Result<(), Fault> {
    let sql = "UPDATE allotment SET until = $2 WHERE application_id = $1 AND until IS NULL";
    dialect::execute(tx, sql, [application.into(), at.into()]).await?;
    Ok(())
}

/// Ends the present allotment, if there is one, and keeps the new one.
pub async fn replace(tx: &Tx, new: &Allotment) -> Result<(), Failure> {
    end(tx, new.application, new.since).await?;
    let sql = "INSERT INTO allotment (id, application_id, posting_team_id, allotted_by, since) \
               VALUES ($1, $2, $3, $4, $5)";
    let values: [Value; 5] = [
        new.id.into(),
        new.application.into(),
        new.posting_team.into(),
        new.by.as_str().into(),
        new.since.into(),
    ];
    dialect::execute(tx, sql, values).await?;
    Ok(())
}

/// The teams that the candidates of these applications would prefer, best first.
pub async fn preferred(
    db: &impl Source,
    scope: &Scope<Applications>,
    applications: &[ApplicationId],
) -> Result<HashMap<ApplicationId, Vec<TeamId>>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        application_id: ApplicationId,
        team_id: TeamId,
    }
    let mut binds = Binds::default();
    let applications = db.kind().listed(binds.add(json_list(applications)));
    let seen = within(scope, &OF_SCOPE, db.kind(), &mut binds);
    let sql = format!(
        "SELECT p.application_id, t.team_id FROM preferred_team p \
         JOIN posting_team t ON t.id = p.posting_team_id JOIN application c ON c.id = p.application_id \
         WHERE p.application_id IN {applications} AND {seen} ORDER BY p.application_id, p.rank"
    );
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for row in dialect::query_all::<Row>(db, &sql, binds).await? {
        found.entry(row.application_id).or_default().push(row.team_id);
    }
    Ok(found)
}

/// Keeps these as the teams the candidate would prefer, best first, instead of those before.
pub async fn prefer(tx: &Tx, application: ApplicationId, teams: &[PostingTeamId]) -> Result<(), Fault> {
    let sql = "DELETE FROM preferred_team WHERE application_id = $1";
    dialect::execute(tx, sql, [application.into()]).await?;
    if teams.is_empty() {
        return Ok(());
    }
    let row = |(rank, team): (i32, &PostingTeamId)| -> [Value; 3] {
        [application.into(), rank.into(), (*team).into()]
    };
    let values: Vec<Value> = (1..).zip(teams).flat_map(row).collect();
    let sql = format!(
        "INSERT INTO preferred_team (application_id, rank, posting_team_id) VALUES {}",
        dialect::places(teams.len(), 3)
    );
    dialect::execute(tx, &sql, values).await?;
    Ok(())
}

/// Keeps since when a change of preferred teams waits to be looked at.
pub async fn await_look(tx: &Tx, application: ApplicationId, since: DateTime<Utc>) -> Result<(), Fault> {
    let sql = "UPDATE application SET preference_since = $2 WHERE id = $1 AND preference_since IS NULL";
    dialect::execute(tx, sql, [Value::from(application), since.into()]).await?;
    Ok(())
}

/// Somebody looked at what the candidate prefers; says whether that was awaited.
pub async fn looked(tx: &Tx, application: ApplicationId) -> Result<bool, Fault> {
    let sql = "UPDATE application SET preference_since = NULL WHERE id = $1 AND preference_since IS NOT NULL";
    Ok(dialect::execute(tx, sql, [application.into()]).await? == 1)
}

#[derive(FromQueryResult)]
struct Row {
    id: AllotmentId,
    application_id: ApplicationId,
    posting_team_id: PostingTeamId,
    team_id: TeamId,
    allotted_by: String,
    since: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
}

impl From<Row> for Allotment {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            application: row.application_id,
            posting_team: row.posting_team_id,
            team: row.team_id,
            by: row.allotted_by,
            since: row.since,
            until: row.until,
        }
    }
}
