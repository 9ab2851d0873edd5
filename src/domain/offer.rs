//! An offer and its versions: drafted, approved, sent, decided; it holds a seat while it is live.

use chrono::{DateTime, Duration, Utc};

use super::Refusal;
use super::approval::Chain;
use super::id::{ApplicationId, CandidateId, OfferId, OpeningId, PostingId, PostingTeamId, UserId};
use super::terms::{Terms, TermsHash};

text_enum! {
    /// Where an offer is in its life.
    OfferStatus {
        /// Being written.
        Draft = "draft",
        /// Waits for the approver; holds its seat.
        PendingApproval = "pendingApproval",
        /// May be sent.
        Approved = "approved",
        /// Released to the candidate.
        Sent = "sent",
        /// The candidate accepted: a hire.
        Accepted = "accepted",
        /// The candidate declined.
        Declined = "declined",
        /// Its deadline passed.
        Expired = "expired",
        /// It was taken back after sending.
        Rescinded = "rescinded",
        /// It was dropped before sending.
        Cancelled = "cancelled",
    }
}

impl OfferStatus {
    /// Whether it holds its seat.
    #[must_use]
    pub const fn is_live(self) -> bool {
        matches!(self, Self::PendingApproval | Self::Approved | Self::Sent)
    }
}

text_enum! {
    /// Where a version of an offer is in its life.
    VersionStatus {
        /// Being written.
        Draft = "draft",
        /// Waits for the approver.
        PendingApproval = "pendingApproval",
        /// May be sent.
        Approved = "approved",
        /// Released; frozen from here on.
        Sent = "sent",
        /// A newer version was sent.
        Superseded = "superseded",
        /// Dropped before it was sent.
        Cancelled = "cancelled",
    }
}

text_enum! {
    /// What an approver or a candidate decided.
    Decision {
        /// Yes.
        Accepted = "accepted",
        /// No.
        Declined = "declined",
    }
}

/// One version of an offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferVersion {
    /// Which offer.
    pub offer: OfferId,
    /// Its number, from 1.
    pub number: i32,
    /// Where it is in its life.
    pub status: VersionStatus,
    /// What it promises.
    pub terms: Terms,
    /// The hash of what it promises.
    pub terms_hash: TermsHash,
    /// Who wrote it.
    pub drafted_by: UserId,
    /// When it was released.
    pub released_at: Option<DateTime<Utc>>,
}

/// An offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Its id.
    pub id: OfferId,
    /// For which application.
    pub application: ApplicationId,
    /// To whom.
    pub candidate: CandidateId,
    /// Of which posting.
    pub posting: PostingId,
    /// For which of the posting's teams: the application's allotment when it was submitted.
    pub posting_team: PostingTeamId,
    /// The seat it holds or filled.
    pub opening: Option<OpeningId>,
    /// Where it is in its life: that of its sent version if one is out, else of its newest.
    pub status: OfferStatus,
    /// The number of its newest version.
    pub version: i32,
    /// The number of the version the candidate has.
    pub sent_version: Option<i32>,
    /// The deadline for answering.
    pub expires_at: DateTime<Utc>,
    /// When its newest version is sent by itself, if it is to be.
    pub schedule: Option<Schedule>,
    /// When the candidate is to be reminded, if they are to be.
    pub remind_at: Option<DateTime<Utc>>,
    /// When the relay took the mail of the sent version.
    pub sent_at: Option<DateTime<Utc>>,
    /// When the candidate first opened it.
    pub first_viewed_at: Option<DateTime<Utc>>,
    /// When it was accepted, declined, expired, rescinded or cancelled.
    pub decided_at: Option<DateTime<Utc>>,
    /// When the hire it led to was undone.
    pub undone_at: Option<DateTime<Utc>>,
    /// Why it was rescinded, cancelled or declined.
    pub reason: Option<String>,
    /// When it was drafted.
    pub created_at: DateTime<Utc>,
    /// Rises with each change.
    pub revision: i32,
}

/// When an approved version is to be sent by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    /// When it leaves.
    pub at: DateTime<Utc>,
    /// Until when it can be answered then; as the offer says, if absent.
    pub expires_at: Option<DateTime<Utc>>,
}

/// How long ahead an offer may be set to leave at most; at least [`LEAST_TIME`].
const MOST_AHEAD: Duration = Duration::days(30);

/// The shortest and the longest time a candidate is given to answer.
pub const LEAST_TIME: Duration = Duration::minutes(1);
/// See [`LEAST_TIME`].
pub const MOST_TIME: Duration = Duration::days(90);
/// How long before the deadline a candidate is reminded.
const REMINDED_BEFORE: Duration = Duration::days(1);

/// A deadline, checked.
///
/// # Errors
/// `INVALID` on `expiresAt`.
pub fn deadline(at: DateTime<Utc>, now: DateTime<Utc>) -> Result<DateTime<Utc>, Refusal> {
    if at >= now + LEAST_TIME && at <= now + MOST_TIME {
        return Ok(at);
    }
    Err(Refusal::invalid("expiresAt", "a time between a minute and 90 days ahead"))
}

/// When to remind of a deadline: a day before it, or halfway to it where there is less than two days.
fn reminder(deadline: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    deadline - REMINDED_BEFORE.min((deadline - now) / 2)
}

impl Offer {
    fn only(&self, from: &[OfferStatus]) -> Result<(), Refusal> {
        if from.contains(&self.status) { Ok(()) } else { Err(Refusal::OfferStatus(self.status.as_str())) }
    }

    /// # Errors
    /// `STALE` unless the caller read this revision.
    pub fn is_at(&self, revision: i32) -> Result<(), Refusal> {
        if self.revision == revision { Ok(()) } else { Err(Refusal::Stale) }
    }

    /// Whether a version is out with the candidate.
    #[must_use]
    pub fn is_out(&self) -> bool {
        self.status == OfferStatus::Sent
    }

    /// Whether the candidate's time is over.
    #[must_use]
    pub fn is_past_deadline(&self, now: DateTime<Utc>) -> bool {
        now >= self.expires_at
    }

    /// Whether the candidate may decide on this version now.
    ///
    /// # Errors
    /// `ALREADY_DECIDED`, `EXPIRED`, or `TERMS_CHANGED` when a newer version is out.
    pub fn may_be_decided(&self, version: i32, now: DateTime<Utc>) -> Result<(), Refusal> {
        match self.status {
            OfferStatus::Sent if self.sent_version != Some(version) => Err(Refusal::TermsChanged),
            OfferStatus::Sent if self.is_past_deadline(now) => Err(Refusal::Expired),
            OfferStatus::Sent => Ok(()),
            OfferStatus::Expired => Err(Refusal::Expired),
            other => Err(Refusal::AlreadyDecided(other.as_str())),
        }
    }

    /// The candidate accepts or declines, or time, recruiting or the end of the application decides.
    ///
    /// # Errors
    /// `OFFER_STATUS` unless a version is out.
    pub fn end_sent(
        mut self,
        status: OfferStatus,
        reason: Option<String>,
        at: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        self.only(&[OfferStatus::Sent])?;
        self.status = status;
        self.schedule = None;
        self.reason = reason;
        self.decided_at = Some(at);
        Ok(self)
    }

    /// Drops an offer no version of which was sent.
    ///
    /// # Errors
    /// `OFFER_STATUS`.
    pub fn cancel(mut self, reason: Option<String>, at: DateTime<Utc>) -> Result<Self, Refusal> {
        self.only(&[OfferStatus::Draft, OfferStatus::PendingApproval, OfferStatus::Approved])?;
        self.status = OfferStatus::Cancelled;
        self.schedule = None;
        self.reason = reason;
        self.decided_at = Some(at);
        Ok(self)
    }

    /// As its newest version stands, unless a version is out: that one counts then. What was set to leave is not any more.
    #[must_use]
    pub fn following(mut self, newest: VersionStatus) -> Self {
        self.schedule = None;
        if !self.is_out() {
            self.status = match newest {
                VersionStatus::Draft => OfferStatus::Draft,
                VersionStatus::PendingApproval => OfferStatus::PendingApproval,
                VersionStatus::Approved => OfferStatus::Approved,
                VersionStatus::Sent => OfferStatus::Sent,
                VersionStatus::Superseded | VersionStatus::Cancelled => self.status,
            };
        }
        self
    }

    /// Its newest version goes out, to be answered until `expires_at`.
    #[must_use]
    pub fn release(mut self, expires_at: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        self.remind_at = Some(reminder(expires_at, now));
        self.status = OfferStatus::Sent;
        self.schedule = None;
        self.sent_version = Some(self.version);
        self.sent_at = None;
        self.first_viewed_at = None;
        self.expires_at = expires_at;
        self
    }

    /// Its newest version is to leave then.
    ///
    /// # Errors
    /// `INVALID` on `sendAt`, or on `expiresAt` unless the candidate is left time from then on.
    pub fn schedule(mut self, schedule: Schedule, now: DateTime<Utc>) -> Result<Self, Refusal> {
        if schedule.at < now + LEAST_TIME || schedule.at > now + MOST_AHEAD {
            return Err(Refusal::invalid("sendAt", "a time between a minute and 30 days ahead"));
        }
        deadline(schedule.expires_at.unwrap_or(self.expires_at), schedule.at)?;
        self.schedule = Some(schedule);
        Ok(self)
    }

    /// The hire it led to did not come about; it stays accepted.
    ///
    /// # Errors
    /// `OFFER_STATUS` unless accepted, and not undone before.
    pub fn undo(mut self, reason: String, at: DateTime<Utc>) -> Result<Self, Refusal> {
        self.only(&[OfferStatus::Accepted])?;
        if self.undone_at.is_some() {
            return Err(Refusal::OfferStatus("undone"));
        }
        self.undone_at = Some(at);
        self.reason = Some(reason);
        Ok(self)
    }

    /// Moves the deadline of a sent offer.
    ///
    /// # Errors
    /// `OFFER_STATUS`, `EXPIRED`, or `INVALID` unless the new deadline is later.
    pub fn extend(mut self, to: DateTime<Utc>, now: DateTime<Utc>) -> Result<Self, Refusal> {
        self.only(&[OfferStatus::Sent])?;
        if self.is_past_deadline(now) {
            return Err(Refusal::Expired);
        }
        if to <= self.expires_at {
            return Err(Refusal::invalid("expiresAt", "a time after the present deadline"));
        }
        self.expires_at = deadline(to, now)?;
        self.remind_at = Some(reminder(to, now));
        Ok(self)
    }
}

impl OfferVersion {
    fn only(&self, from: &[VersionStatus]) -> Result<(), Refusal> {
        if from.contains(&self.status) { Ok(()) } else { Err(Refusal::OfferStatus(self.status.as_str())) }
    }

    /// Other terms, by somebody who is its drafter from now on. Approval asked for or given to the old ones is void.
    ///
    /// # Errors
    /// `OFFER_STATUS` once sent or over.
    pub fn rewrite(mut self, terms: Terms, hash: TermsHash, by: UserId) -> Result<Self, Refusal> {
        self.only(&[VersionStatus::Draft, VersionStatus::PendingApproval, VersionStatus::Approved])?;
        self.status = VersionStatus::Draft;
        self.terms = terms;
        self.terms_hash = hash;
        self.drafted_by = by;
        Ok(self)
    }

    /// # Errors
    /// `OFFER_STATUS` unless draft.
    pub fn may_be_submitted(&self) -> Result<(), Refusal> {
        self.only(&[VersionStatus::Draft])
    }

    /// Asks for approval; where the plan asks nobody (`chain` is complete from the start), it is approved at once.
    #[must_use]
    pub fn submit(mut self, chain: &Chain) -> Self {
        self.status = VersionStatus::PendingApproval;
        self.following(chain)
    }

    /// Approved, once everybody whose yes the chain needs gave it.
    fn following(mut self, chain: &Chain) -> Self {
        if chain.is_complete() {
            self.status = VersionStatus::Approved;
        }
        self
    }

    /// Whether these very terms wait for approval.
    ///
    /// # Errors
    /// `OFFER_STATUS`, or `TERMS_CHANGED` when the hash is of other terms.
    pub fn may_be_approved(&self, hash: &TermsHash) -> Result<(), Refusal> {
        self.only(&[VersionStatus::PendingApproval])?;
        if self.terms_hash == *hash { Ok(()) } else { Err(Refusal::TermsChanged) }
    }

    /// An approver's yes, with which the chain stands as it does.
    #[must_use]
    pub fn approve(self, chain: &Chain) -> Self {
        self.following(chain)
    }

    /// An approver's no: back to draft.
    #[must_use]
    pub fn reject(self) -> Self {
        Self { status: VersionStatus::Draft, ..self }
    }

    /// Released to the candidate, frozen from here on.
    ///
    /// # Errors
    /// `NOT_APPROVED` unless approved, `OFFER_STATUS` when it is over.
    pub fn release(mut self, now: DateTime<Utc>) -> Result<Self, Refusal> {
        match self.status {
            VersionStatus::Approved => {}
            VersionStatus::Draft | VersionStatus::PendingApproval => {
                return Err(Refusal::NotApproved);
            }
            other => return Err(Refusal::OfferStatus(other.as_str())),
        }
        self.status = VersionStatus::Sent;
        self.released_at = Some(now);
        Ok(self)
    }
}
