//! One seat. Counts are never stored: they are counted from the seats.

use chrono::{DateTime, Utc};

use super::Refusal;
use super::id::{ApplicationId, OfferId, OpeningId, PostingTeamId};

text_enum! {
    /// Where a seat is in its life: `open -> held -> filled`, or `cancelled`.
    OpeningState {
        /// Nobody has it.
        Open = "open",
        /// A live offer has it.
        Held = "held",
        /// A hired application has it.
        Filled = "filled",
        /// It was taken away.
        Cancelled = "cancelled",
    }
}

text_enum! {
    /// Why a seat is there.
    OpeningKind {
        /// The team grows.
        New = "new",
        /// Somebody left.
        Backfill = "backfill",
    }
}

/// One seat of a posting's team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// Its id.
    pub id: OpeningId,
    /// Whose seat it is.
    pub posting_team: PostingTeamId,
    /// Where it is in its life.
    pub state: OpeningState,
    /// Why it is there.
    pub kind: OpeningKind,
    /// The offer that holds or filled it.
    pub offer: Option<OfferId>,
    /// The hired application that filled it.
    pub application: Option<ApplicationId>,
    /// When it was added.
    pub created_at: DateTime<Utc>,
}

/// How many seats of one team, or of all, are in which state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Openings {
    /// Open.
    pub open: u32,
    /// Held by live offers.
    pub held: u32,
    /// Filled by hires.
    pub filled: u32,
    /// Taken away.
    pub cancelled: u32,
}

impl Openings {
    /// Seats not yet filled: what the outside calls vacancies. An offer does not show in it.
    #[must_use]
    pub const fn vacancies(self) -> u32 {
        self.open + self.held
    }

    /// These and those together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            open: self.open + other.open,
            held: self.held + other.held,
            filled: self.filled + other.filled,
            cancelled: self.cancelled + other.cancelled,
        }
    }
}

/// What has to happen to a team's seats so that it has the vacancies asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adjustment {
    /// Nothing.
    None,
    /// Add so many open seats.
    Add(u32),
    /// Cancel so many of the newest open seats.
    Cancel(u32),
}

/// The most vacancies a team of a posting may have.
pub const MOST_VACANCIES: u32 = 1_000;

/// How a team's seats become `vacancies`.
///
/// # Errors
/// `BELOW_HELD` when fewer than the seats held by live offers; `INVALID` on the named field above [`MOST_VACANCIES`].
pub fn adjust(now: Openings, field: &str, vacancies: u32) -> Result<Adjustment, Refusal> {
    if vacancies > MOST_VACANCIES {
        return Err(Refusal::invalid(field, &format!("at most {MOST_VACANCIES} for a team")));
    }
    if vacancies < now.held {
        return Err(Refusal::BelowHeld { held: now.held });
    }
    Ok(match vacancies.cmp(&now.vacancies()) {
        std::cmp::Ordering::Equal => Adjustment::None,
        std::cmp::Ordering::Greater => Adjustment::Add(vacancies - now.vacancies()),
        std::cmp::Ordering::Less => Adjustment::Cancel(now.vacancies() - vacancies),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vacancies_never_fall_below_held_and_filled_never_count() {
        let now = Openings { open: 2, held: 1, filled: 5, cancelled: 9 };
        assert_eq!(now.vacancies(), 3);
        assert_eq!(adjust(now, "n", 3), Ok(Adjustment::None));
        assert_eq!(adjust(now, "n", 5), Ok(Adjustment::Add(2)));
        assert_eq!(adjust(now, "n", 1), Ok(Adjustment::Cancel(2)));
        assert_eq!(adjust(now, "n", 0), Err(Refusal::BelowHeld { held: 1 }));
        assert!(adjust(now, "n", MOST_VACANCIES + 1).is_err());
    }
}
