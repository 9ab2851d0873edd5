//! Members of staff and their roles, as they are kept.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;

use super::dialect::{self, Binds, json_list};
use super::fault::{Failure, Fault};
use super::row::{self, cells};
use super::source::Source;
use super::write::Tx;
use crate::domain::id::{GrantId, PostingId, TeamId, UserId};
use crate::domain::text::EmailAddress;
use crate::domain::user::User;
use crate::domain::viewer::{Grant, Reach, Role};

#[derive(FromQueryResult)]
struct Row {
    id: UserId,
    email: String,
    name: String,
    title: Option<String>,
    created_at: DateTime<Utc>,
}

impl From<Row> for User {
    fn from(row: Row) -> Self {
        let Row { id, email, name, title, created_at } = row;
        Self { id, email, name, title, created_at }
    }
}

/// Where a grant holds: both empty for the whole organisation.
#[derive(FromQueryResult)]
struct GrantRow {
    role: Role,
    posting_id: Option<PostingId>,
    team_id: Option<TeamId>,
}

/// A grant from its columns; no role, no grant.
pub(super) fn grant(role: Role, posting: Option<PostingId>, team: Option<TeamId>) -> Grant {
    let reach = match (posting, team) {
        (Some(posting), _) => Reach::Posting(posting),
        (None, Some(team)) => Reach::Team(team),
        (None, None) => Reach::Organisation,
    };
    Grant { role, reach }
}

/// The user. Whether the viewer may know is policy's `sees_users`.
pub async fn find(db: &impl Source, id: UserId) -> Result<Option<User>, Fault> {
    Ok(of(db, &[id]).await?.remove(&id))
}

/// The users with these ids. Whether the viewer may know is policy's `sees_users`.
pub async fn of(db: &impl Source, ids: &[UserId]) -> Result<HashMap<UserId, User>, Fault> {
    let sql = format!("SELECT * FROM user_account WHERE id IN {}", db.kind().listed(1));
    let rows = dialect::query_all::<Row>(db, &sql, [json_list(ids)]).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.into())).collect())
}

/// The user with this address, whatever its case.
pub async fn find_by_email(db: &impl Source, email: &EmailAddress) -> Result<Option<User>, Fault> {
    let sql = "SELECT * FROM user_account WHERE email_key = $1";
    Ok(dialect::query_one::<Row>(db, sql, [email.key().into()]).await?.map(User::from))
}

/// Whether there is any user: a program without one tells its operator how to make the first.
pub async fn exists(db: &impl Source) -> Result<bool, Fault> {
    let sql = "SELECT * FROM user_account LIMIT 1";
    Ok(dialect::query_one::<Row>(db, sql, []).await?.is_some())
}

/// The user's roles.
pub async fn grants_of(db: &impl Source, user: UserId) -> Result<Vec<Grant>, Fault> {
    let sql = "SELECT role, posting_id, team_id FROM role_grant WHERE user_id = $1 ORDER BY id";
    let rows = dialect::query_all::<GrantRow>(db, sql, [user.into()]).await?;
    Ok(rows.into_iter().map(|row| grant(row.role, row.posting_id, row.team_id)).collect())
}

/// Whether the user approves offers.
pub async fn approves(db: &impl Source, user: UserId) -> Result<bool, Fault> {
    Ok(grants_of(db, user).await?.iter().any(|grant| grant.role == Role::Approver))
}

/// Everybody who has this role anywhere, by name.
pub async fn with_role(db: &impl Source, role: Role) -> Result<Vec<User>, Fault> {
    let sql = "SELECT u.* FROM user_account u WHERE u.id IN (SELECT g.user_id FROM role_grant g WHERE g.role = $1) \
               ORDER BY u.name, u.id LIMIT 500";
    Ok(dialect::query_all::<Row>(db, sql, [role.into()]).await?.into_iter().map(User::from).collect())
}

/// The roles of these users, for those who have any.
pub async fn grants(db: &impl Source, users: &[UserId]) -> Result<HashMap<UserId, Vec<Grant>>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        user_id: UserId,
        role: Role,
        posting_id: Option<PostingId>,
        team_id: Option<TeamId>,
    }
    let users_listed = db.kind().listed(1);
    let sql = format!(
        "SELECT user_id, role, posting_id, team_id FROM role_grant WHERE user_id IN {users_listed} ORDER BY id"
    );
    let mut found: HashMap<UserId, Vec<Grant>> = HashMap::new();
    for row in dialect::query_all::<Row>(db, &sql, [json_list(users)]).await? {
        found.entry(row.user_id).or_default().push(grant(row.role, row.posting_id, row.team_id));
    }
    Ok(found)
}

/// Adds a user.
///
/// # Errors
/// `TAKEN` when another one has the address.
pub async fn insert(tx: &Tx, user: &User, address: &EmailAddress) -> Result<(), Failure> {
    let cells = cells! {
        id: user.id,
        email: user.email.as_str(),
        email_key: address.key(),
        name: user.name.as_str(),
        title: user.title.clone(),
        created_at: user.created_at,
    };
    Ok(row::insert(tx, "user_account", cells).await?)
}

/// Gives a user a role.
pub async fn insert_grant(
    tx: &Tx,
    id: GrantId,
    user: UserId,
    grant: Grant,
    at: DateTime<Utc>,
) -> Result<(), Failure> {
    let (posting, team) = match grant.reach {
        Reach::Organisation => (None, None),
        Reach::Posting(posting) => (Some(posting), None),
        Reach::Team(team) => (None, Some(team)),
    };
    let cells = cells! {
        id: id,
        user_id: user,
        role: grant.role,
        posting_id: posting,
        team_id: team,
        created_at: at,
    };
    Ok(row::insert(tx, "role_grant", cells).await?)
}

/// Takes a role from a user. `false` when they did not have it.
pub async fn delete_grant(tx: &Tx, user: UserId, grant: Grant) -> Result<bool, Fault> {
    let (posting, team) = match grant.reach {
        Reach::Organisation => (None, None),
        Reach::Posting(posting) => (Some(posting), None),
        Reach::Team(team) => (None, Some(team)),
    };
    let mut binds = Binds::default();
    let mut wanted =
        vec![format!("user_id = {}", binds.put(user)), format!("role = {}", binds.put(grant.role))];
    wanted.push(
        posting
            .map_or_else(|| "posting_id IS NULL".to_owned(), |id| format!("posting_id = {}", binds.put(id))),
    );
    wanted
        .push(team.map_or_else(|| "team_id IS NULL".to_owned(), |id| format!("team_id = {}", binds.put(id))));
    let sql = format!("DELETE FROM role_grant WHERE {}", wanted.join(" AND "));
    Ok(dialect::execute(tx, &sql, binds).await? > 0)
}
