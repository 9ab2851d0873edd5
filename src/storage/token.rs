//! API tokens as they are kept: never a secret, only its hash (see [`super::digest`]).

use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;

use super::dialect;
use super::fault::{Failure, Fault};
use super::row::{self, cells};
use super::source::Source;
use super::user::grant;
use super::write::Tx;
use crate::domain::id::{PostingId, TeamId, TokenId, UserId};
use crate::domain::token::Token;
use crate::domain::viewer::{Role, Staff, TokenScope, Viewer};

#[derive(FromQueryResult)]
struct Row {
    id: TokenId,
    user_id: UserId,
    name: String,
    scopes: String,
    last_four: String,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    revoked_at: Option<DateTime<Utc>>,
}

impl TryFrom<Row> for Token {
    type Error = Fault;

    fn try_from(row: Row) -> Result<Self, Fault> {
        Ok(Self {
            scopes: scopes(&row.scopes)?,
            id: row.id,
            user: row.user_id,
            name: row.name,
            last_four: row.last_four,
            created_at: row.created_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
        })
    }
}

fn scopes(text: &str) -> Result<Vec<TokenScope>, Fault> {
    let read = |word: &str| word.parse().map_err(|_| Fault::unfit(format!("a token has the scope {word:?}")));
    text.split_whitespace().map(read).collect()
}

/// All a token but its secret takes: `secret_hash` is left out.
const COLUMNS: &str = "id, user_id, name, scopes, last_four, created_at, expires_at, revoked_at";

/// Who stands behind the secret with this hash: its owner with their roles of now. `None` for an unknown, expired or
/// revoked token.
pub async fn viewer_of(
    db: &impl Source,
    secret_hash: &str,
    now: DateTime<Utc>,
) -> Result<Option<Viewer>, Fault> {
    #[derive(FromQueryResult)]
    struct Granted {
        user_id: UserId,
        scopes: String,
        role: Option<Role>,
        posting_id: Option<PostingId>,
        team_id: Option<TeamId>,
    }
    let sql = "SELECT k.user_id, k.scopes, g.role, g.posting_id, g.team_id \
         FROM api_token k LEFT JOIN role_grant g ON g.user_id = k.user_id \
         WHERE k.secret_hash = $1 AND k.revoked_at IS NULL AND k.expires_at > $2 ORDER BY g.id";
    let rows = dialect::query_all::<Granted>(db, sql, [secret_hash.into(), now.into()]).await?;
    let Some(first) = rows.first() else { return Ok(None) };
    let grants = rows.iter().filter_map(|row| Some(grant(row.role?, row.posting_id, row.team_id)));
    let staff = Staff { user: first.user_id, grants: grants.collect(), scopes: scopes(&first.scopes)? };
    Ok(Some(Viewer::Staff(staff)))
}

/// A user's tokens, newest first. Whose may be seen is the caller's to decide.
pub async fn of_user(db: &impl Source, user: UserId) -> Result<Vec<Token>, Fault> {
    let sql = format!("SELECT {COLUMNS} FROM api_token WHERE user_id = $1 ORDER BY created_at DESC, id DESC");
    let rows = dialect::query_all::<Row>(db, &sql, [user.into()]).await?;
    rows.into_iter().map(Token::try_from).collect()
}

/// Everybody's tokens, newest first: for the operator.
pub async fn all(db: &impl Source) -> Result<Vec<Token>, Fault> {
    let sql = format!("SELECT {COLUMNS} FROM api_token ORDER BY created_at DESC, id DESC");
    let rows = dialect::query_all::<Row>(db, &sql, []).await?;
    rows.into_iter().map(Token::try_from).collect()
}

/// The token, kept from others until the write ends.
pub async fn lock(tx: &Tx, id: TokenId) -> Result<Option<Token>, Failure> {
    let sql = format!("SELECT {COLUMNS} FROM api_token WHERE id = $1{}", tx.kind().for_update());
    let row = dialect::query_one::<Row>(tx, &sql, [id.into()]).await?;
    Ok(row.map(Token::try_from).transpose()?)
}

/// Adds a token with its secret's hash.
pub async fn insert(tx: &Tx, token: &Token, secret_hash: &str) -> Result<(), Failure> {
    let scopes: Vec<_> = token.scopes.iter().map(|scope| scope.as_str()).collect();
    let cells = cells! {
        id: token.id,
        user_id: token.user,
        name: token.name.as_str(),
        secret_hash: secret_hash,
        scopes: scopes.join(" "),
        last_four: token.last_four.as_str(),
        created_at: token.created_at,
        expires_at: token.expires_at,
        revoked_at: token.revoked_at,
    };
    Ok(row::insert(tx, "api_token", cells).await?)
}

/// Ends a token.
pub async fn revoke(tx: &Tx, id: TokenId, at: DateTime<Utc>) -> Result<(), Failure> {
    row::update(tx, "api_token", cells! { revoked_at: at }, cells! { id: id }).await?;
    Ok(())
}
