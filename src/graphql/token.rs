//! API tokens: made, listed and ended by their owners.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};

use super::asking::asking;
use super::error::id;
use super::payload::{UserError, answer, payload};
use super::scalar::DateTime;
use crate::actions::token::{self as actions, Create, Created};
use crate::domain::{self, Refusal};

/// What a token may be used for, within the roles of its owner.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::viewer::TokenScope")]
pub enum TokenScope {
    /// Queries only.
    Read,
    /// Queries and every mutation but the administrative ones.
    Write,
    /// Users, grants and tokens as well.
    Admin,
}

/// An API token. Its secret is shown once, when it is made.
#[derive(Debug, Clone)]
pub struct ApiToken(pub domain::token::Token);

impl From<domain::token::Token> for ApiToken {
    fn from(token: domain::token::Token) -> Self {
        Self(token)
    }
}

/// An API token. Its secret is shown once, when it is made.
#[Object]
impl ApiToken {
    /// Id of the token.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Name that its owner gave the token.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What the token may be used for.
    async fn scopes(&self) -> Vec<TokenScope> {
        self.0.scopes.iter().map(|scope| (*scope).into()).collect()
    }

    /// Last four characters of the secret, to tell tokens apart.
    async fn last_four(&self) -> &str {
        &self.0.last_four
    }

    /// Timestamp of when the token was made.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Timestamp of when the token stops being good.
    async fn expires_at(&self) -> DateTime {
        self.0.expires_at.into()
    }

    /// Timestamp of when the token was revoked.
    async fn revoked_at(&self) -> Option<DateTime> {
        self.0.revoked_at.map(Into::into)
    }
}

/// A token to be made for oneself.
#[derive(InputObject, Debug)]
pub struct TokenCreateInput {
    /// Name of the token.
    name: String,
    /// What the token may be used for; no more than the token at hand.
    scopes: Vec<TokenScope>,
    /// Timestamp of when the token stops being good: in 90 days when nothing is said, in 365 at the latest.
    expires_at: Option<DateTime>,
}

/// Which token is to be ended.
#[derive(InputObject, Debug)]
pub struct TokenRevokeInput {
    /// Id of the token.
    token_id: ID,
}

/// Answer to `tokenCreate`.
#[derive(SimpleObject, Debug)]
pub struct TokenCreatePayload {
    /// The token.
    token: Option<ApiToken>,
    /// Secret of the token: sent as `Authorization: Bearer` and this. It is never shown again.
    secret: Option<String>,
    /// Why nothing was changed; empty when it was.
    user_errors: Vec<UserError>,
}

impl From<Result<Created, Refusal>> for TokenCreatePayload {
    fn from(ended: Result<Created, Refusal>) -> Self {
        let (token, secret, user_errors) = match ended {
            Ok(created) => (Some(created.token.into()), Some(created.secret), Vec::new()),
            Err(refusal) => (None, None, refusal.each().iter().map(Into::into).collect()),
        };
        Self { token, secret, user_errors }
    }
}

payload! {
    /// Answer to `tokenRevoke`.
    TokenRevokePayload {
        /// The token, now ended.
        token: ApiToken
    }
}

/// Mutations of tokens.
#[derive(Debug, Default)]
pub struct TokenMutation;

#[Object]
impl TokenMutation {
    /// Makes an API token for oneself.
    async fn token_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token to be made.")] input: TokenCreateInput,
    ) -> async_graphql::Result<Option<TokenCreatePayload>> {
        let act = asking(ctx).act();
        let work = async {
            let owner = act.viewer.user().ok_or(Refusal::Forbidden)?;
            let scopes = input.scopes.into_iter().map(Into::into).collect();
            let expires_at = input.expires_at.map(|at| at.0);
            actions::create(act, Create { owner, name: input.name, scopes, expires_at }).await
        };
        answer(work.await)
    }

    /// Ends a token at once: one's own, or anybody's for administrators.
    async fn token_revoke(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which token.")] input: TokenRevokeInput,
    ) -> async_graphql::Result<Option<TokenRevokePayload>> {
        let work = async { actions::revoke(asking(ctx).act(), id(&input.token_id, "token")?).await };
        answer(work.await)
    }
}
