//! A team that people are hired for.

use chrono::{DateTime, Utc};

use super::Refusal;
use super::id::{PostingId, PostingTeamId, TeamId, UserId};
use super::text;

/// A team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Team {
    /// Its id.
    pub id: TeamId,
    /// What it is called; no two teams share a name.
    pub name: String,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// Rises with each change.
    pub revision: i32,
}

/// A posting's hiring for a team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostingTeam {
    /// Its id.
    pub id: PostingTeamId,
    /// Which posting.
    pub posting: PostingId,
    /// Which team.
    pub team: TeamId,
    /// Where it stands in the posting's order of teams, from 1.
    pub rank: i32,
    /// Who manages those hired into it.
    pub manager: Option<UserId>,
}

/// A team's name, checked.
///
/// # Errors
/// `REQUIRED` or `INVALID` on `name`.
pub fn name(text: &str) -> Result<String, Refusal> {
    text::line("name", text, 80)
}
