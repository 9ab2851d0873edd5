//! People meet within a step: when, where, who comes, and what became of it.

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;

use super::Refusal;
use super::faults::Faults;
use super::id::{ApplicationId, InterviewId, StepId, UserId};
use super::plan::StepKind;
use super::step::ApplicationStep;
use super::text;

/// How long a meeting may be, in minutes: from five to eight hours.
const MINUTES: std::ops::RangeInclusive<i32> = 5..=480;
/// How far ahead a meeting may be set.
const AHEAD: Duration = Duration::days(366);
/// The most people who come to one.
const MOST_PEOPLE: usize = 20;
/// How long after a meeting its scorecards are due.
const FEEDBACK: Duration = Duration::hours(24);

text_enum! {
    /// Where an interview is in its life.
    InterviewState {
        /// It is to take place.
        Scheduled = "scheduled",
        /// Its time is over, and nobody said that it did not take place.
        Held = "held",
        /// It was called off.
        Cancelled = "cancelled",
        /// Somebody who was needed did not come.
        NoShow = "noShow",
    }
}

text_enum! {
    /// What somebody answers to an invitation (RFC 5545 section 3.2.12).
    Response {
        /// Nothing yet.
        NeedsAction = "needsAction",
        /// They will come.
        Accepted = "accepted",
        /// They may come.
        Tentative = "tentative",
        /// They will not come.
        Declined = "declined",
    }
}

text_enum! {
    /// Who did not come.
    Missing {
        /// The candidate.
        Candidate = "candidate",
        /// Somebody of ours.
        Interviewer = "interviewer",
    }
}

/// When and where people meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meeting {
    /// When it begins.
    pub starts_at: DateTime<Utc>,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
    /// The zone in which its time is told.
    pub zone: Tz,
    /// Where, in words, if not by video alone.
    pub place: Option<String>,
    /// The `https` address of the video call.
    pub video_link: Option<String>,
}

/// What is asked for of a meeting, apart from when it begins.
#[derive(Debug, Clone, Default)]
pub struct Setting {
    /// How long it is, in minutes.
    pub minutes: Option<i32>,
    /// The IANA name of the zone in which its time is told.
    pub zone: Option<String>,
    /// Where, in words.
    pub place: Option<String>,
    /// The address of the video call.
    pub video_link: Option<String>,
}

/// What stands for what a [`Setting`] leaves out.
#[derive(Debug, Clone, Copy)]
pub struct Usual {
    /// How long the step is, where the plan says so.
    pub minutes: Option<i32>,
    /// The organisation's zone.
    pub zone: Tz,
}

impl Meeting {
    /// A meeting that begins then, checked.
    ///
    /// # Errors
    /// `REQUIRED` or `INVALID` on `startsAt`, `minutes`, `zone`, `place`, `videoLink`.
    pub fn checked(
        starts_at: DateTime<Utc>,
        setting: &Setting,
        usual: Usual,
        now: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        let mut faults = Faults::default();
        faults.keep(is_ahead("startsAt", starts_at, now));
        let minutes = faults.keep(minutes(setting.minutes.or(usual.minutes)));
        let zone = faults.keep(zone(setting.zone.as_deref(), usual.zone).map(Some));
        let place = faults.keep(text::optional_line("place", setting.place.as_deref(), 200));
        let video_link = faults.keep(video_link(setting.video_link.as_deref()));
        faults.end()?;
        let ends_at = starts_at + Duration::minutes(minutes.into());
        Ok(Self { starts_at, ends_at, zone: zone.unwrap_or(usual.zone), place, video_link })
    }

    /// How long it is, in minutes.
    #[must_use]
    pub fn minutes(&self) -> i32 {
        i32::try_from((self.ends_at - self.starts_at).num_minutes()).unwrap_or(i32::MAX)
    }
}

/// Whether a meeting may begin then.
///
/// # Errors
/// `INVALID` on `field`.
pub(super) fn is_ahead(field: &str, starts_at: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), Refusal> {
    let ahead = starts_at > now && starts_at <= now + AHEAD;
    if ahead { Ok(()) } else { Err(Refusal::invalid(field, "a time to come, within a year")) }
}

fn minutes(asked: Option<i32>) -> Result<i32, Refusal> {
    let minutes = asked.ok_or_else(|| Refusal::required("minutes"))?;
    if MINUTES.contains(&minutes) {
        Ok(minutes)
    } else {
        Err(Refusal::invalid("minutes", "from 5 to 480 minutes"))
    }
}

fn zone(asked: Option<&str>, usual: Tz) -> Result<Tz, Refusal> {
    let Some(name) = asked else { return Ok(usual) };
    name.parse().map_err(|_| Refusal::invalid("zone", "an IANA time zone such as Europe/Berlin"))
}

/// The address of a video call, checked.
///
/// # Errors
/// `INVALID` on `videoLink`.
pub fn video_link(asked: Option<&str>) -> Result<Option<String>, Refusal> {
    let wrong = || Refusal::invalid("videoLink", "an absolute https:// address");
    let Some(given) = asked.filter(|given| !given.trim().is_empty()) else { return Ok(None) };
    let address = text::web_address("videoLink", given).map_err(|_| wrong())?;
    if address.starts_with("https://") { Ok(Some(address)) } else { Err(wrong()) }
}

/// Somebody of ours who is to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invitee {
    /// Who.
    pub user: UserId,
    /// Whether they only listen: they never say how it went.
    pub shadow: bool,
}

/// Somebody of ours who comes, or was to come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Participant {
    /// Who.
    pub user: UserId,
    /// Whether they only listen.
    pub shadow: bool,
    /// What they answered.
    pub response: Response,
    /// When they were added last.
    pub added_at: DateTime<Utc>,
    /// When they were removed.
    pub removed_at: Option<DateTime<Utc>>,
}

impl Participant {
    /// Somebody who is invited now.
    #[must_use]
    pub const fn invited(invitee: Invitee, now: DateTime<Utc>) -> Self {
        let Invitee { user, shadow } = invitee;
        Self { user, shadow, response: Response::NeedsAction, added_at: now, removed_at: None }
    }
}

/// The people who are to come, checked: each once, enough who do more than listen, and nobody who referred the candidate.
///
/// # Errors
/// `INVALID` on `participants`, `INVALID` or `REFERRED_BY` on each `participants.<n>.userId` at fault.
pub fn people(asked: &[Invitee], least: i32, referrer: Option<UserId>) -> Result<(), Refusal> {
    let mut faults = Faults::default();
    faults.most("participants", asked, MOST_PEOPLE);
    let users: Vec<UserId> = asked.iter().map(|invitee| invitee.user).collect();
    let field = |place: usize| format!("participants.{place}.userId");
    faults.twice(&users, field, "each person once");
    for place in (0..users.len()).filter(|place| referrer == Some(users[*place])) {
        faults.push(Refusal::ReferredBy { field: field(place) });
    }
    let speaking = asked.iter().filter(|invitee| !invitee.shadow).count();
    if i32::try_from(speaking).unwrap_or(i32::MAX) < least {
        let expected = format!("at least {least} who do more than listen");
        faults.push(Refusal::invalid("participants", &expected));
    }
    faults.end()
}

/// A meeting between a candidate and people of ours, in a round of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interview {
    /// Its id.
    pub id: InterviewId,
    /// Of which application.
    pub application: ApplicationId,
    /// In which step.
    pub step: StepId,
    /// In which round of the step.
    pub round: i32,
    /// Where it is in its life.
    pub state: InterviewState,
    /// When and where.
    pub meeting: Meeting,
    /// What calendars know it by: the same for all who come, and for good (RFC 5545 section 3.8.4.7).
    pub uid: String,
    /// Rises with each change that calendars have to learn of (RFC 5546 section 2.1.4).
    pub sequence: i32,
    /// Rises with each change.
    pub revision: i32,
    /// Who did not come.
    pub missing: Option<Missing>,
    /// Why it was called off: internal.
    pub reason: Option<String>,
    /// When the people were chosen last.
    pub arranged_at: DateTime<Utc>,
    /// When it was set.
    pub created_at: DateTime<Utc>,
    /// Who set it: a viewer's key.
    pub created_by: String,
}

impl Interview {
    fn scheduled(&self) -> Result<(), Refusal> {
        match self.state {
            InterviewState::Scheduled => Ok(()),
            other => Err(Refusal::InterviewState(other.as_str())),
        }
    }

    /// # Errors
    /// `STALE` unless the caller read this revision.
    pub fn is_at(&self, revision: i32) -> Result<(), Refusal> {
        (self.revision == revision).then_some(()).ok_or(Refusal::Stale)
    }

    /// Whether its time is over.
    #[must_use]
    pub fn is_over(&self, now: DateTime<Utc>) -> bool {
        self.meeting.ends_at <= now
    }

    /// Moved, or held elsewhere.
    ///
    /// # Errors
    /// `INTERVIEW_STATE` unless it is to take place.
    pub fn reschedule(mut self, meeting: Meeting) -> Result<Self, Refusal> {
        self.scheduled()?;
        self.meeting = meeting;
        self.sequence += 1;
        Ok(self)
    }

    /// With other people or another video call.
    ///
    /// # Errors
    /// `INTERVIEW_STATE` unless it is to take place.
    pub fn rearrange(mut self, video_link: Option<String>, now: DateTime<Utc>) -> Result<Self, Refusal> {
        self.scheduled()?;
        self.meeting.video_link = video_link;
        self.arranged_at = now;
        self.sequence += 1;
        Ok(self)
    }

    /// Looked at again, and left as it is.
    ///
    /// # Errors
    /// `INTERVIEW_STATE` unless it is to take place.
    pub fn confirm(mut self, now: DateTime<Utc>) -> Result<Self, Refusal> {
        self.scheduled()?;
        self.arranged_at = now;
        Ok(self)
    }

    /// Called off.
    ///
    /// # Errors
    /// `INTERVIEW_STATE` unless it is to take place.
    pub fn cancel(mut self, reason: Option<String>) -> Result<Self, Refusal> {
        self.scheduled()?;
        self.state = InterviewState::Cancelled;
        self.reason = reason;
        self.sequence += 1;
        Ok(self)
    }

    /// Somebody did not come.
    ///
    /// # Errors
    /// `INTERVIEW_STATE` once it was called off or missed; `INVALID` on `interviewId` before it begins.
    pub fn miss(mut self, missing: Missing, now: DateTime<Utc>) -> Result<Self, Refusal> {
        if !matches!(self.state, InterviewState::Scheduled | InterviewState::Held) {
            return Err(Refusal::InterviewState(self.state.as_str()));
        }
        if self.meeting.starts_at > now {
            return Err(Refusal::invalid("interviewId", "an interview that has begun"));
        }
        self.state = InterviewState::NoShow;
        self.missing = Some(missing);
        Ok(self)
    }

    /// Its time is over.
    ///
    /// # Errors
    /// `INTERVIEW_STATE` unless it was to take place.
    pub fn hold(mut self) -> Result<Self, Refusal> {
        self.scheduled()?;
        self.state = InterviewState::Held;
        Ok(self)
    }

    /// Until when those who spoke with the candidate are to say how it went, once it took place.
    #[must_use]
    pub fn scorecards_due_at(&self) -> Option<DateTime<Utc>> {
        (self.state == InterviewState::Held).then(|| self.meeting.ends_at + FEEDBACK)
    }
}

/// Whether people can meet in this step.
///
/// # Errors
/// `INVALID` on `stepId` unless it is one in which they do.
pub fn belongs_in(step: &ApplicationStep) -> Result<(), Refusal> {
    if step.kind == StepKind::Interview {
        Ok(())
    } else {
        Err(Refusal::invalid("stepId", "a step of kind INTERVIEW"))
    }
}

#[cfg(test)]
#[path = "interview_tests.rs"]
mod tests;
