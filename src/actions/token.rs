//! Changes of API tokens.

use chrono::{DateTime, Utc};

use super::Act;
use crate::domain::event::EventKind;
use crate::domain::id::{TokenId, UserId};
use crate::domain::policy::organisation::{may_create_token, may_revoke_token};
use crate::domain::token::{self, Token};
use crate::domain::viewer::TokenScope;
use crate::domain::{Refusal, text};
use crate::storage::{self, Failure, Tx, digest, user};

/// A token to be made.
#[derive(Debug, Clone)]
pub struct Create {
    /// Whose it is to be.
    pub owner: UserId,
    /// What its owner calls it.
    pub name: String,
    /// What it may be used for.
    pub scopes: Vec<TokenScope>,
    /// When it stops being good; in 90 days unless said.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A token with its secret, which is shown this once and kept nowhere.
#[derive(Debug, Clone)]
pub struct Created {
    /// The token.
    pub token: Token,
    /// What its holder sends: `Authorization: Bearer` and this.
    pub secret: String,
}

/// Makes a token.
///
/// # Errors
/// `FORBIDDEN` for more than the viewer's own token may, `REQUIRED` or `INVALID` on `name`, `scopes` or `expiresAt`, or
/// `NOT_FOUND` for the owner.
pub async fn create(act: Act<'_>, input: Create) -> Result<Created, Failure> {
    may_create_token(act.viewer, input.owner, &input.scopes)?;
    let change = &act.change();
    let secret = token::secret(act.chance);
    let token = &new(act, input, change.at, &secret)?;
    let hash = &digest::sha256(&secret);
    let work = |tx: Tx| async move {
        if user::find(&tx, token.user).await?.is_none() {
            return Err(Refusal::NotFound("user").into());
        }
        storage::token::insert(&tx, token, hash).await?;
        tx.record(change.event(EventKind::TokenCreated).word("token", token.id).word("user", token.user));
        Ok(token.clone())
    };
    let token = act.store.write(work).await?;
    Ok(Created { token, secret })
}

fn new(act: Act<'_>, input: Create, now: DateTime<Utc>, secret: &str) -> Result<Token, Refusal> {
    let mut scopes = input.scopes;
    scopes.sort_unstable();
    scopes.dedup();
    if scopes.is_empty() {
        return Err(Refusal::required("scopes"));
    }
    Ok(Token {
        id: TokenId::new(now, act.chance),
        user: input.owner,
        name: text::line("name", &input.name, 80)?,
        scopes,
        last_four: secret[secret.len() - 4..].to_owned(),
        created_at: now,
        expires_at: token::expiry(now, input.expires_at)?,
        revoked_at: None,
    })
}

/// Ends a token at once. One that was ended before stays as it is.
///
/// # Errors
/// `NOT_FOUND` also for tokens of others; `FORBIDDEN` with a token that may only read.
pub async fn revoke(act: Act<'_>, id: TokenId) -> Result<Token, Failure> {
    let change = &act.change();
    let work = |tx: Tx| async move {
        let token = storage::token::lock(&tx, id).await?.ok_or(Refusal::NotFound("token"))?;
        may_revoke_token(act.viewer, token.user)?;
        if token.revoked_at.is_some() {
            return Ok(token);
        }
        storage::token::revoke(&tx, id, change.at).await?;
        tx.record(change.event(EventKind::TokenRevoked).word("token", id).word("user", token.user));
        Ok(Token { revoked_at: Some(change.at), ..token })
    };
    act.store.write(work).await
}
