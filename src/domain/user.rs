//! A member of staff.

use chrono::{DateTime, Utc};

use super::id::UserId;

/// A member of staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// Their address; no two users share one.
    pub email: String,
    /// What they are called.
    pub name: String,
    /// Their job title; candidates see it beside the name.
    pub title: Option<String>,
    /// When the account was made.
    pub created_at: DateTime<Utc>,
}
