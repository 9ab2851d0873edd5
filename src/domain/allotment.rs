//! Which team an application is for. History is kept; one allotment is current.

use chrono::{DateTime, Utc};

use super::id::{AllotmentId, ApplicationId, PostingTeamId, TeamId};

/// An application's time with one team of its posting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allotment {
    /// Its id.
    pub id: AllotmentId,
    /// Which application.
    pub application: ApplicationId,
    /// Which entry of the application's posting.
    pub posting_team: PostingTeamId,
    /// Which team that is.
    pub team: TeamId,
    /// Who allotted it: a viewer's key.
    pub by: String,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Until when; `None` while it is current.
    pub until: Option<DateTime<Utc>>,
}
