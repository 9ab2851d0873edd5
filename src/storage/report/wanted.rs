//! What a report is about, and the conditions that say so.

use chrono::{DateTime, Utc};

use crate::domain::Refusal;
use crate::domain::id::{PostingId, TeamId};
use crate::storage::dialect::Binds;

/// What a report is about; every part that is given has to match.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted {
    /// One posting.
    pub posting: Option<PostingId>,
    /// Applications that are allotted to this team, and its seats.
    pub team: Option<TeamId>,
    /// Applications that came in at this instant or later; seats that were filled then.
    pub from: Option<DateTime<Utc>>,
    /// Applications that came in before this instant; seats that were filled before.
    pub until: Option<DateTime<Utc>>,
}

impl Wanted {
    /// What was asked for, if it can be meant.
    ///
    /// # Errors
    /// `INVALID` on `until` unless it is later than `from`.
    pub fn checked(self) -> Result<Self, Refusal> {
        match (self.from, self.until) {
            (Some(from), Some(until)) if until <= from => Err(Refusal::invalid("until", "later than from")),
            _ => Ok(self),
        }
    }

    pub(super) fn covers(&self, at: DateTime<Utc>) -> bool {
        self.from.is_none_or(|from| at >= from) && self.until.is_none_or(|until| at < until)
    }

    /// The condition that the application `c` is meant, whenever it came in.
    pub(super) fn of_application(&self, binds: &mut Binds) -> String {
        let mut conditions = vec!["true".to_owned()];
        conditions.extend(self.posting.map(|posting| format!("c.posting_id = {}", binds.put(posting))));
        conditions.extend(self.team.map(|team| {
            format!(
                "c.id IN (SELECT w.application_id FROM allotment w JOIN posting_team t \
                 ON t.id = w.posting_team_id WHERE w.until IS NULL AND t.team_id = {})",
                binds.put(team)
            )
        }));
        conditions.join(" AND ")
    }

    pub(super) fn of_cohort(&self, binds: &mut Binds) -> String {
        let mut condition = self.of_application(binds);
        for (sign, bound) in [(">=", self.from), ("<", self.until)] {
            if let Some(at) = bound {
                condition = format!("{condition} AND c.applied_at {sign} {}", binds.put(at));
            }
        }
        condition
    }
}
