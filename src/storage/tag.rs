//! Tags of applications. A tag that no application has is not kept: its words may be about somebody who is gone.

use std::collections::HashMap;

use sea_orm::{FromQueryResult, Value};

use super::application::OF_SCOPE;
use super::dialect::{self, Binds, json_list};
use super::fault::Fault;
use super::scope::within;
use super::source::Source;
use super::write::Tx;
use crate::domain::id::ApplicationId;
use crate::domain::policy::Scope;
use crate::domain::policy::application::Tags;
use crate::domain::tag::{Tag, Used};

#[derive(FromQueryResult)]
struct Key {
    name_key: String,
}

/// The tags of these applications, in the order of their letters.
pub async fn of_applications(
    db: &impl Source,
    scope: &Scope<Tags>,
    applications: &[ApplicationId],
) -> Result<HashMap<ApplicationId, Vec<String>>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        application_id: ApplicationId,
        name: String,
    }
    if scope.is_nothing() {
        return Ok(HashMap::new());
    }
    let mut binds = Binds::default();
    let applications = db.kind().listed(binds.add(json_list(applications)));
    let seen = within(scope, &OF_SCOPE, db.kind(), &mut binds);
    let sql = format!(
        "SELECT g.application_id, t.name FROM application_tag g JOIN tag t ON t.name_key = g.name_key \
         JOIN application c ON c.id = g.application_id WHERE g.application_id IN {applications} AND {seen} \
         ORDER BY g.application_id, g.name_key"
    );
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for row in dialect::query_all::<Row>(db, &sql, binds).await? {
        found.entry(row.application_id).or_default().push(row.name);
    }
    Ok(found)
}

/// Tags that begin so, of the applications that the scope reaches: those that most of them have, first.
pub async fn used(
    db: &impl Source,
    scope: &Scope<Tags>,
    beginning: &str,
    most: i64,
) -> Result<Vec<Used>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        name: String,
        count: i64,
    }
    if scope.is_nothing() {
        return Ok(Vec::new());
    }
    let mut binds = Binds::default();
    let seen = within(scope, &OF_SCOPE, db.kind(), &mut binds);
    let length = binds.put(i64::try_from(beginning.chars().count()).unwrap_or(i64::MAX));
    let (beginning, most) = (binds.put(beginning), binds.put(most));
    let sql = format!(
        "SELECT t.name, count(*) AS count FROM application_tag g JOIN tag t ON t.name_key = g.name_key \
         JOIN application c ON c.id = g.application_id WHERE {seen} \
         AND substr(g.name_key, 1, CAST({length} AS INTEGER)) = {beginning} \
         GROUP BY t.name_key, t.name ORDER BY count(*) DESC, t.name_key LIMIT {most}"
    );
    let rows = dialect::query_all::<Row>(db, &sql, binds).await?;
    Ok(rows.into_iter().map(|row| Used { name: row.name, count: row.count }).collect())
}

/// What the tags of an application, which the write has locked, are compared by; in order.
pub async fn keys(tx: &Tx, application: ApplicationId) -> Result<Vec<String>, Fault> {
    let sql = "SELECT name_key FROM application_tag WHERE application_id = $1 ORDER BY name_key";
    let rows = dialect::query_all::<Key>(tx, sql, [application.into()]).await?;
    Ok(rows.into_iter().map(|row| row.name_key).collect())
}

/// Adds tags that the application does not have. What is there already stays as it was written first.
pub async fn add(tx: &Tx, application: ApplicationId, tags: &[&Tag]) -> Result<(), Fault> {
    if tags.is_empty() {
        return Ok(());
    }
    let values = tags.iter().flat_map(|tag| [tag.key.as_str().into(), tag.name.as_str().into()]);
    // The update changes nothing but holds the row, so that nobody drops it as unused meanwhile.
    let sql = format!(
        "INSERT INTO tag (name_key, name) VALUES {} ON CONFLICT (name_key) DO UPDATE SET name_key = excluded.name_key",
        dialect::places(tags.len(), 2)
    );
    dialect::execute(tx, &sql, values.collect::<Vec<Value>>()).await?;
    let values = tags.iter().flat_map(|tag| [application.into(), tag.key.as_str().into()]);
    let sql = format!(
        "INSERT INTO application_tag (application_id, name_key) VALUES {}",
        dialect::places(tags.len(), 2)
    );
    dialect::execute(tx, &sql, values.collect::<Vec<Value>>()).await?;
    Ok(())
}

/// Takes tags from an application, and drops those that no other has.
pub async fn remove(tx: &Tx, application: ApplicationId, keys: &[&str]) -> Result<(), Fault> {
    if keys.is_empty() {
        return Ok(());
    }
    let kind = tx.kind();
    let sql =
        format!("DELETE FROM application_tag WHERE application_id = $1 AND name_key IN {}", kind.listed(2));
    dialect::execute(tx, &sql, [application.into(), json_list(keys)]).await?;
    // Held in one order first, so that the next statement sees every application that got one of them.
    let listed = kind.listed(1);
    let sql =
        format!("SELECT name_key FROM tag WHERE name_key IN {listed} ORDER BY name_key{}", kind.for_update());
    dialect::query_all::<Key>(tx, &sql, [json_list(keys)]).await?;
    let sql = format!(
        "DELETE FROM tag WHERE name_key IN {listed} AND NOT EXISTS \
         (SELECT 1 FROM application_tag g WHERE g.name_key = tag.name_key)"
    );
    dialect::execute(tx, &sql, [json_list(keys)]).await?;
    Ok(())
}
