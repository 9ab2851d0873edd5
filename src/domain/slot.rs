//! Times that a candidate may choose from: a meeting that has every part but its time. The step waits as it did before, since
//! no meeting is set until one of them is picked.

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;

use super::Refusal;
use super::faults::Faults;
use super::id::{ApplicationId, InterviewId, SlotId, SlotsId, StepId};
use super::interview::{Meeting, Setting, Usual, is_ahead};
use super::step::{ApplicationStep, StepState};

/// The most times that are offered at once.
pub const MOST: usize = 20;
/// How long a candidate is left alone at most before the reminder.
const PATIENCE: Duration = Duration::hours(48);

text_enum! {
    /// What became of the times that were offered.
    SlotsState {
        /// The candidate may pick one.
        Open = "open",
        /// The candidate has picked one: the meeting is set.
        Picked = "picked",
        /// Others were offered in their place.
        Replaced = "replaced",
        /// They were taken back, or nothing is left to choose: the step moved or the application ended or went back.
        Closed = "closed",
    }
}

/// Times that were offered to a candidate, and what their meeting is apart from its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slots {
    /// Their id.
    pub id: SlotsId,
    /// Of which application.
    pub application: ApplicationId,
    /// In which step.
    pub step: StepId,
    /// In which round of the step.
    pub round: i32,
    /// What became of them.
    pub state: SlotsState,
    /// The zone in which they are told.
    pub zone: Tz,
    /// Where people would meet, in words.
    pub place: Option<String>,
    /// The `https` address of the video call.
    pub video_link: Option<String>,
    /// When the candidate is reminded.
    pub remind_at: DateTime<Utc>,
    /// When they were offered.
    pub offered_at: DateTime<Utc>,
    /// Who offered them: a viewer's key.
    pub offered_by: String,
    /// When the candidate was reminded.
    pub reminded_at: Option<DateTime<Utc>>,
    /// When the candidate asked for other times.
    pub declined_at: Option<DateTime<Utc>>,
    /// What the candidate said with it: internal.
    pub note: Option<String>,
    /// When they were picked from, replaced or closed.
    pub ended_at: Option<DateTime<Utc>>,
}

/// One of the times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// Its id.
    pub id: SlotId,
    /// When the meeting would begin.
    pub starts_at: DateTime<Utc>,
    /// When it would end.
    pub ends_at: DateTime<Utc>,
    /// Whether the candidate or somebody who is to come is in another meeting by then.
    pub busy: bool,
    /// The meeting that was set when it was picked.
    pub interview: Option<InterviewId>,
}

impl Slot {
    /// Whether it can be picked, as long as the times are open.
    #[must_use]
    pub fn is_free(&self, now: DateTime<Utc>) -> bool {
        self.starts_at > now && !self.busy && self.interview.is_none()
    }
}

impl Slots {
    /// Whether the candidate may still choose.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.state == SlotsState::Open
    }

    fn open(&self) -> Result<(), Refusal> {
        match self.state {
            SlotsState::Open => Ok(()),
            SlotsState::Picked => Err(Refusal::AlreadyAnswered),
            SlotsState::Replaced | SlotsState::Closed => Err(Refusal::Stale),
        }
    }

    /// One of them was picked.
    ///
    /// # Errors
    /// `ALREADY_ANSWERED` when one was picked before, `STALE` when they were replaced or closed.
    pub fn pick(self, now: DateTime<Utc>) -> Result<Self, Refusal> {
        self.open()?;
        Ok(self.end(SlotsState::Picked, now))
    }

    /// The candidate asked for others. These stay open: whoever finds that one of them suits after all may pick it.
    ///
    /// # Errors
    /// `ALREADY_ANSWERED` when one was picked or others were asked for before, `STALE` when they were replaced or closed.
    pub fn decline(mut self, note: Option<String>, now: DateTime<Utc>) -> Result<Self, Refusal> {
        self.open()?;
        if self.declined_at.is_some() {
            return Err(Refusal::AlreadyAnswered);
        }
        (self.declined_at, self.note) = (Some(now), note);
        Ok(self)
    }

    /// Taken back.
    ///
    /// # Errors
    /// As [`Slots::pick`].
    pub fn withdraw(self, now: DateTime<Utc>) -> Result<Self, Refusal> {
        self.open()?;
        Ok(self.end(SlotsState::Closed, now))
    }

    /// Over in this way.
    #[must_use]
    pub fn end(self, state: SlotsState, now: DateTime<Utc>) -> Self {
        Self { state, ended_at: Some(now), ..self }
    }

    /// The meeting that one of the times stands for.
    #[must_use]
    pub fn meeting(&self, slot: &Slot) -> Meeting {
        Meeting {
            starts_at: slot.starts_at,
            ends_at: slot.ends_at,
            zone: self.zone,
            place: self.place.clone(),
            video_link: self.video_link.clone(),
        }
    }
}

/// The meetings that are offered, checked: the earliest first, of one length, none at the time of another.
///
/// # Errors
/// `REQUIRED` or `INVALID` on `slots`, `INVALID` on each `slots.<n>.startsAt` at fault; `REQUIRED` or `INVALID` on what is said
/// for all, as [`Meeting::checked`] says.
pub fn checked(
    asked: &[DateTime<Utc>],
    setting: &Setting,
    usual: Usual,
    now: DateTime<Utc>,
) -> Result<Vec<Meeting>, Refusal> {
    let mut faults = Faults::default();
    if asked.is_empty() {
        faults.push(Refusal::required("slots"));
    }
    faults.most("slots", asked, MOST);
    for (place, starts_at) in asked.iter().take(MOST).enumerate() {
        faults.keep(is_ahead(&field(place), *starts_at, now));
    }
    // At a time that is surely right, so that only what is said for all can be wrong.
    let model = Meeting::checked(now + Duration::hours(1), setting, usual, now);
    let model = model.map_err(|fault| faults.push(fault)).ok();
    let length = model.as_ref().map_or(Duration::zero(), |meeting| meeting.ends_at - meeting.starts_at);
    for (place, starts_at) in asked.iter().take(MOST).enumerate() {
        if asked[..place].iter().any(|other| (*other - *starts_at).abs() < length) {
            faults.push(Refusal::invalid(&field(place), "a time that does not overlap with another"));
        }
    }
    faults.end()?;
    let mut asked = asked.to_vec();
    asked.sort_unstable();
    let at = |(starts_at, model): (DateTime<Utc>, &Meeting)| Meeting {
        starts_at,
        ends_at: starts_at + length,
        ..model.clone()
    };
    Ok(asked.into_iter().filter_map(|starts_at| Some(at((starts_at, model.as_ref()?)))).collect())
}

/// Where in the input the time at this place stands.
#[must_use]
pub fn field(place: usize) -> String {
    format!("slots.{place}.startsAt")
}

/// When the candidate is reminded, if the first of the times is then: after half of what is left until it, or two days if
/// that is sooner.
#[must_use]
pub fn reminder(offered_at: DateTime<Utc>, first: DateTime<Utc>) -> DateTime<Utc> {
    offered_at + PATIENCE.min((first - offered_at) / 2)
}

/// Whether times can be offered in this step now: nothing happened in it yet.
///
/// # Errors
/// `STEP_STATE`.
pub fn waits(step: &ApplicationStep) -> Result<(), Refusal> {
    match step.state {
        StepState::Pending => Ok(()),
        other => Err(Refusal::StepState(other.as_str())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USUAL: Usual = Usual { minutes: Some(45), zone: Tz::Europe__Berlin };

    fn hour(hours: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + Duration::hours(hours)
    }

    fn fields(asked: &[DateTime<Utc>], setting: &Setting) -> Vec<String> {
        let refusal = checked(asked, setting, USUAL, hour(0)).unwrap_err();
        refusal.each().iter().filter_map(Refusal::field).map(str::to_owned).collect()
    }

    #[test]
    fn times_come_in_order_and_may_touch() {
        let touching = hour(5) + Duration::minutes(45);
        let meetings = checked(&[touching, hour(9), hour(5)], &Setting::default(), USUAL, hour(0)).unwrap();
        let starts: Vec<_> = meetings.iter().map(|meeting| meeting.starts_at).collect();
        assert_eq!(starts, [hour(5), touching, hour(9)]);
        assert!(meetings.iter().all(|meeting| meeting.minutes() == 45));
    }

    #[test]
    fn every_fault_of_the_times_is_named() {
        let usual = Setting::default();
        assert_eq!(fields(&[], &usual), ["slots"]);
        let many: Vec<_> = (1..=21).map(hour).collect();
        assert_eq!(fields(&many, &usual), ["slots"]);
        assert!(checked(&many[..20], &usual, USUAL, hour(0)).is_ok());
        let asked = [hour(0), hour(3), hour(3) + Duration::minutes(44), hour(367 * 24)];
        assert_eq!(fields(&asked, &usual), ["slots.0.startsAt", "slots.3.startsAt", "slots.2.startsAt"]);
        let long = Setting { minutes: Some(481), zone: Some("Mars".into()), ..usual };
        assert_eq!(fields(&asked[..2], &long), ["slots.0.startsAt", "minutes", "zone"]);
    }

    #[test]
    fn a_reminder_comes_half_way_or_after_two_days() {
        assert_eq!(reminder(hour(0), hour(10)), hour(5));
        assert_eq!(reminder(hour(0), hour(200)), hour(48));
    }
}
