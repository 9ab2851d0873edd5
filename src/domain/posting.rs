//! The job as advertised, and its life: draft, open, paused, closed, archived.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::Refusal;
use super::country::Country;
use super::id::{PlanId, PostingId, UserId};
use super::money::PayRange;
use super::place::{Location, Workplace};
use super::question::Question;
use super::text;

const SLUG_KEY: usize = 8;

text_enum! {
    /// Where a posting is in its life.
    PostingStatus {
        /// Being written.
        Draft = "draft",
        /// Waits for approval to open.
        PendingApproval = "pendingApproval",
        /// Taking applications.
        Open = "open",
        /// Not taking applications for now.
        Paused = "paused",
        /// Not taking applications any more.
        Closed = "closed",
        /// Put away for good.
        Archived = "archived",
    }
}

text_enum! {
    /// Why a posting was closed.
    CloseReason {
        /// Everyone needed was hired.
        Filled = "filled",
        /// Nobody is needed any more.
        NoLongerNeeded = "noLongerNeeded",
        /// Its deadline passed.
        Deadline = "deadline",
        /// Anything else.
        Other = "other",
    }
}

text_enum! {
    /// The kind of employment.
    EmploymentType {
        /// Full time.
        FullTime = "fullTime",
        /// Part time.
        PartTime = "partTime",
        /// For a contract.
        Contract = "contract",
        /// For a limited time.
        Temporary = "temporary",
        /// An internship.
        Intern = "intern",
        /// Unpaid by choice.
        Volunteer = "volunteer",
        /// By the day.
        PerDiem = "perDiem",
    }
}

text_enum! {
    /// How much a requirement counts.
    RequirementLevel {
        /// Nobody is hired without it.
        Strict = "strict",
        /// Normally needed.
        Expected = "expected",
        /// Good to have.
        Plus = "plus",
    }
}

/// A part of the posting's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Its heading; empty for text that stands by itself.
    pub heading: String,
    /// Its text, in CommonMark.
    pub body: String,
}

/// What somebody needs for the job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// In words.
    pub text: String,
    /// How much it counts.
    pub level: RequirementLevel,
}

/// Something to read beside the posting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// What it is called.
    pub label: String,
    /// Where it is.
    pub url: String,
}

/// What a posting says: everything a recruiter writes and a candidate reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// The job's title.
    pub title: String,
    /// The text, in order.
    pub sections: Vec<Section>,
    /// What is needed, in order.
    pub requirements: Vec<Requirement>,
    /// What to read beside it.
    pub links: Vec<Reading>,
    /// Where the job is done; empty if fully remote.
    pub locations: Vec<Location>,
    /// Where somebody may work from, if fully remote.
    pub remote_countries: Vec<Country>,
    /// What another system says about the place in words that are neither; only pages show it.
    pub place_labels: Vec<String>,
    /// How much is done at a location.
    pub workplace: Workplace,
    /// The kind of employment.
    pub employment_type: EmploymentType,
    /// The pay, per jurisdiction.
    pub pay_ranges: Vec<PayRange>,
    /// What applicants are asked.
    pub questions: Vec<Question>,
}

impl Content {
    /// The countries of its locations and those one may work from, each once.
    #[must_use]
    pub fn countries(&self) -> BTreeSet<Country> {
        self.locations.iter().map(|location| location.country).chain(self.remote_countries.clone()).collect()
    }

    /// Whether it says where the job is done: the condition of opening. Words will do; channels that need a country
    /// withhold the posting then.
    ///
    /// # Errors
    /// `PLACE_MISSING`: a remote job needs its countries, any other a location.
    pub fn has_place(&self) -> Result<(), Refusal> {
        let placed = match self.workplace {
            Workplace::Remote => !self.remote_countries.is_empty(),
            Workplace::Onsite | Workplace::Hybrid => !self.locations.is_empty(),
        };
        if placed || !self.place_labels.is_empty() { Ok(()) } else { Err(Refusal::PlaceMissing) }
    }
}

/// The version of a hiring plan that a posting or an application follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PlanVersion {
    /// Which plan.
    pub plan: PlanId,
    /// Which of its versions, from 1.
    pub number: i32,
}

/// How a posting shows itself to somebody who has its address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appearance {
    /// As it is, taking applications.
    Visible,
    /// As it is, not taking applications for now.
    Paused,
    /// Its title only: it was to be seen once and is over.
    Closed,
    /// As if it did not exist.
    Hidden,
}

/// A posting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    /// Its id.
    pub id: PostingId,
    /// Names it in web addresses; ends in its short id, so that older slugs still find it.
    pub slug: String,
    /// Where it is in its life.
    pub status: PostingStatus,
    /// Whether it is shown to everyone while open; unlisted ones are reached only by staff.
    pub listed: bool,
    /// What it says.
    pub content: Content,
    /// The plan new applications follow.
    pub plan: PlanVersion,
    /// The hiring manager of those not yet allotted to a team.
    pub lead: Option<UserId>,
    /// When it was opened for the first time; never moves.
    pub published_at: Option<DateTime<Utc>>,
    /// When it was last opened again after closing.
    pub reopened_at: Option<DateTime<Utc>>,
    /// Its deadline.
    pub expires_at: Option<DateTime<Utc>>,
    /// Where one applies, if not here.
    pub apply_url: Option<String>,
    /// Why it was closed.
    pub close_reason: Option<CloseReason>,
    /// When it was drafted.
    pub created_at: DateTime<Utc>,
    /// When a public fact of it last changed.
    pub updated_at: DateTime<Utc>,
    /// Rises with each change.
    pub revision: i32,
}

/// What every slug of a posting ends in: the last eight characters of its id, 40 random bits.
#[must_use]
pub fn slug_key(id: PostingId) -> String {
    let short = id.short();
    short[short.len() - SLUG_KEY..].to_owned()
}

/// The slug of a posting with this title: readable words, then its key.
#[must_use]
pub fn slug(title: &str, id: PostingId) -> String {
    match text::slug(title) {
        words if words.is_empty() => slug_key(id),
        words => format!("{words}-{}", slug_key(id)),
    }
}

/// The key at the end of a slug: it finds the posting whatever its title was when the slug was made.
#[must_use]
pub fn key_of_slug(slug: &str) -> Option<&str> {
    let key = slug.rsplit('-').next()?;
    (key.len() == SLUG_KEY).then_some(key)
}

impl Posting {
    /// The time it is listed by: its first publication, or when it was drafted.
    #[must_use]
    pub fn since(&self) -> DateTime<Utc> {
        self.published_at.unwrap_or(self.created_at)
    }

    /// Whether anybody may see it now: open, listed, and not past its deadline. The one place this is decided;
    /// `storage::posting` says the same in SQL.
    #[must_use]
    pub fn is_visible(&self, now: DateTime<Utc>) -> bool {
        self.status == PostingStatus::Open && self.listed && !self.is_past_deadline(now)
    }

    /// Whether everyone may know that it exists: it is shown, or its page says that it takes no applications any more.
    #[must_use]
    pub fn is_known_to_public(&self) -> bool {
        let shown =
            matches!(self.status, PostingStatus::Open | PostingStatus::Paused | PostingStatus::Closed);
        shown && self.listed
    }

    /// How it shows itself to somebody who has its address. A draft or an unlisted posting never does.
    #[must_use]
    pub fn appearance(&self, now: DateTime<Utc>) -> Appearance {
        match self.status {
            _ if !self.is_known_to_public() => Appearance::Hidden,
            PostingStatus::Closed => Appearance::Closed,
            _ if self.is_past_deadline(now) => Appearance::Closed,
            PostingStatus::Open => Appearance::Visible,
            PostingStatus::Paused => Appearance::Paused,
            PostingStatus::Draft | PostingStatus::PendingApproval | PostingStatus::Archived => {
                Appearance::Hidden
            }
        }
    }

    /// Whether its deadline has passed.
    #[must_use]
    pub fn is_past_deadline(&self, now: DateTime<Utc>) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }

    /// Whether somebody may apply here now.
    ///
    /// # Errors
    /// `NOT_TAKING_APPLICATIONS`, or `APPLIES_ELSEWHERE`.
    pub fn takes_applications(&self, now: DateTime<Utc>) -> Result<(), Refusal> {
        if self.apply_url.is_some() {
            return Err(Refusal::AppliesElsewhere);
        }
        if self.status == PostingStatus::Open && !self.is_past_deadline(now) {
            return Ok(());
        }
        Err(Refusal::NotTakingApplications)
    }

    fn only(&self, from: &[PostingStatus]) -> Result<(), Refusal> {
        if from.contains(&self.status) { Ok(()) } else { Err(Refusal::PostingStatus(self.status.as_str())) }
    }

    fn may_open(&self, vacancies: u32, now: DateTime<Utc>) -> Result<(), Refusal> {
        self.content.has_place()?;
        if self.is_past_deadline(now) {
            return Err(Refusal::DeadlinePassed);
        }
        if vacancies == 0 {
            return Err(Refusal::NoVacancies);
        }
        Ok(())
    }

    /// Opens a draft.
    ///
    /// # Errors
    /// `POSTING_STATUS`, `PLACE_MISSING`, `DEADLINE_PASSED` or `NO_VACANCIES`.
    pub fn publish(mut self, vacancies: u32, now: DateTime<Utc>) -> Result<Self, Refusal> {
        self.only(&[PostingStatus::Draft])?;
        self.may_open(vacancies, now)?;
        self.status = PostingStatus::Open;
        self.published_at = Some(now);
        self.updated_at = now;
        Ok(self)
    }

    /// Stops taking applications for now.
    ///
    /// # Errors
    /// `POSTING_STATUS` unless open.
    pub fn pause(mut self, now: DateTime<Utc>) -> Result<Self, Refusal> {
        self.only(&[PostingStatus::Open])?;
        self.status = PostingStatus::Paused;
        self.updated_at = now;
        Ok(self)
    }

    /// Takes applications again.
    ///
    /// # Errors
    /// As [`Posting::publish`], from paused.
    pub fn resume(mut self, vacancies: u32, now: DateTime<Utc>) -> Result<Self, Refusal> {
        self.only(&[PostingStatus::Paused])?;
        self.may_open(vacancies, now)?;
        self.status = PostingStatus::Open;
        self.updated_at = now;
        Ok(self)
    }

    /// Stops taking applications.
    ///
    /// # Errors
    /// `POSTING_STATUS` unless open or paused.
    pub fn close(mut self, reason: CloseReason, now: DateTime<Utc>) -> Result<Self, Refusal> {
        self.only(&[PostingStatus::Open, PostingStatus::Paused])?;
        self.status = PostingStatus::Closed;
        self.close_reason = Some(reason);
        self.updated_at = now;
        Ok(self)
    }

    /// Opens a closed posting again.
    ///
    /// # Errors
    /// As [`Posting::publish`], from closed.
    pub fn reopen(mut self, vacancies: u32, now: DateTime<Utc>) -> Result<Self, Refusal> {
        self.only(&[PostingStatus::Closed])?;
        self.may_open(vacancies, now)?;
        self.status = PostingStatus::Open;
        self.close_reason = None;
        self.reopened_at = Some(now);
        self.updated_at = now;
        Ok(self)
    }

    /// Puts it away for good. `busy`: an application is active or an offer live.
    ///
    /// # Errors
    /// `POSTING_STATUS` unless draft or closed, `ACTIVE_APPLICATIONS` when busy.
    pub fn archive(mut self, busy: bool, now: DateTime<Utc>) -> Result<Self, Refusal> {
        self.only(&[PostingStatus::Draft, PostingStatus::Closed])?;
        if busy {
            return Err(Refusal::ActiveApplications);
        }
        self.status = PostingStatus::Archived;
        self.updated_at = now;
        Ok(self)
    }

    /// Whether its facts may still be changed.
    ///
    /// # Errors
    /// `POSTING_STATUS` once archived.
    pub fn may_change(&self) -> Result<(), Refusal> {
        if self.status == PostingStatus::Archived {
            return Err(Refusal::PostingStatus(self.status.as_str()));
        }
        Ok(())
    }
}
