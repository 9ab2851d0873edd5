//! Members of staff, as their colleagues see them.

use std::collections::HashMap;

use async_graphql::{ID, Object};

use super::asking::Asking;
use super::batch::Load;
use crate::domain;
use crate::domain::id::UserId;
use crate::domain::policy::organisation::sees_users;
use crate::storage::{self, Fault};

/// A member of staff.
#[derive(Debug, Clone)]
pub struct User(pub domain::user::User);

/// A member of staff.
#[Object]
impl User {
    /// Id of the user.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Name of the user.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Job title of the user; candidates see it beside the name.
    async fn title(&self) -> Option<&str> {
        self.0.title.as_deref()
    }

    /// E-mail address of the user.
    async fn email(&self) -> &str {
        &self.0.email
    }
}

/// Users by their ids, for those who may know them.
struct UserById;

impl Load for UserById {
    type Key = UserId;
    type Value = domain::user::User;

    async fn load(asking: &Asking, keys: Vec<UserId>) -> Result<HashMap<UserId, Self::Value>, Fault> {
        if !sees_users(&asking.viewer) {
            return Ok(HashMap::new());
        }
        storage::user::of(asking.store(), &keys).await
    }
}

/// The user, if the viewer may know users.
///
/// # Errors
/// `INTERNAL`.
pub async fn user(asking: &Asking, id: Option<UserId>) -> async_graphql::Result<Option<User>> {
    let Some(id) = id else { return Ok(None) };
    Ok(asking.load::<UserById>(id).await?.map(User))
}
