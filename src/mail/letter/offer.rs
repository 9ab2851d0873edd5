//! Letters about offers: the offer itself, what is said while it is out, and how it ended.

use askama::Template;
use chrono::{DateTime, Utc};
use url::Url;

use super::{Facts, House, Letter, Line, Reader, Unwritable, Values, Variable, Words, flag, letter, perhaps};
use crate::domain::email::LetterKind;

/// The offer. Its terms stand on the page behind the link, not in the mail: mail is read by many.
#[derive(Clone, Debug)]
pub struct Offer {
    /// The candidate.
    pub reader: Reader,
    /// Title of the posting.
    pub role: Line,
    /// The team that offers.
    pub team: Line,
    /// Until when it can be accepted.
    pub deadline: DateTime<Utc>,
    /// The offer's page.
    pub link: Url,
}

/// To a candidate who accepted.
#[derive(Clone, Debug)]
pub struct OfferAccepted {
    /// The candidate.
    pub reader: Reader,
    /// Title of the posting.
    pub role: Line,
    /// The team they join.
    pub team: Line,
    /// The offer's page, with what was agreed.
    pub link: Url,
    /// A meeting that was set does not take place, and this letter says so.
    pub ends_meeting: bool,
}

/// To a candidate who declined the offer: it is recorded.
#[derive(Clone, Debug)]
pub struct OfferDeclined {
    /// The candidate.
    pub reader: Reader,
    /// Title of the posting.
    pub role: Line,
    /// The team that offered.
    pub team: Line,
}

/// To a candidate whose offer was taken back.
#[derive(Clone, Debug)]
pub struct OfferRescinded {
    /// The candidate.
    pub reader: Reader,
    /// Title of the posting.
    pub role: Line,
    /// The team that offered.
    pub team: Line,
    /// What the recruiter adds, if anything.
    pub words: Option<Words>,
}

/// To a candidate whose offer can now be accepted until another day.
#[derive(Clone, Debug)]
pub struct OfferExtended {
    /// The candidate.
    pub reader: Reader,
    /// Title of the posting.
    pub role: Line,
    /// The team that offers.
    pub team: Line,
    /// The new deadline.
    pub deadline: DateTime<Utc>,
    /// The offer's page.
    pub link: Url,
}

/// To a candidate who has not answered an offer whose time is nearly over.
#[derive(Clone, Debug)]
pub struct OfferReminded {
    /// The candidate.
    pub reader: Reader,
    /// The role that is offered.
    pub role: Line,
    /// The team that offers.
    pub team: Line,
    /// Until when it can be accepted.
    pub deadline: DateTime<Utc>,
    /// The offer's page.
    pub link: Url,
}

/// To a candidate who did not answer in time.
#[derive(Clone, Debug)]
pub struct OfferExpired {
    /// The candidate.
    pub reader: Reader,
    /// The role that was offered.
    pub role: Line,
    /// The team that offered.
    pub team: Line,
    /// Until when it could be accepted.
    pub deadline: DateTime<Utc>,
}

/// How an offer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The candidate said yes.
    Accepted,
    /// The candidate said no.
    Declined,
    /// The candidate did not answer in time.
    Expired,
}

impl Ending {
    /// For a subject.
    #[must_use]
    pub const fn short(self) -> &'static str {
        match self {
            Self::Accepted => "Accepted",
            Self::Declined => "Declined",
            Self::Expired => "Expired",
        }
    }

    /// What the candidate did.
    #[must_use]
    pub const fn said(self) -> &'static str {
        match self {
            Self::Accepted => "has accepted our offer",
            Self::Declined => "has declined our offer",
            Self::Expired => "did not answer our offer in time",
        }
    }

    /// What follows.
    #[must_use]
    pub const fn follows(self) -> &'static str {
        match self {
            Self::Accepted => "That is the hire: the seat is filled.",
            Self::Declined => "The seat is free again. If they said why, it stands with the offer.",
            Self::Expired => {
                "The seat is free again. The application is active until somebody decides on it."
            }
        }
    }
}

/// To whoever drafted an offer: how it ended.
#[derive(Clone, Debug)]
pub struct OfferEnded {
    /// Who drafted it.
    pub reader: Reader,
    /// The candidate.
    pub candidate: Line,
    /// The role that was offered.
    pub role: Line,
    /// The team that offered.
    pub team: Line,
    /// How it ended.
    pub ending: Ending,
}

letter!(
    OfferReminded,
    "mail/offer_reminded.subject",
    "mail/offer_reminded.txt",
    "mail/offer_reminded.html",
    |it, house| {
        Role = it.role.to_string(),
        Team = it.team.to_string(),
        Deadline = house.when(&it.deadline),
        Link = it.link.to_string(),
    }
);
letter!(
    OfferExpired,
    "mail/offer_expired.subject",
    "mail/offer_expired.txt",
    "mail/offer_expired.html",
    |it, house| {
        Role = it.role.to_string(),
        Team = it.team.to_string(),
        Deadline = house.when(&it.deadline),
    }
);
/// To a candidate who is about to accept: the code it takes.
#[derive(Clone, Debug)]
pub struct OfferCode {
    /// The candidate.
    pub reader: Reader,
    /// The role that is offered.
    pub role: Line,
    /// The team that offers.
    pub team: Line,
    /// The code.
    pub code: Line,
    /// Until when it can be used.
    pub until: DateTime<Utc>,
}

letter!(
    OfferCode,
    "mail/offer_code.subject",
    "mail/offer_code.txt",
    "mail/offer_code.html",
    |it, house| {
        Role = it.role.to_string(),
        Team = it.team.to_string(),
        Deadline = house.when(&it.until),
        Code = it.code.to_string(),
    }
);
letter!(OfferEnded, "mail/offer_ended.subject", "mail/offer_ended.txt", "mail/offer_ended.html");
letter!(
    Offer,
    "mail/offer.subject",
    "mail/offer.txt",
    "mail/offer.html",
    |it, house| {
        Role = it.role.to_string(),
        Team = it.team.to_string(),
        Deadline = house.when(&it.deadline),
        Link = it.link.to_string(),
    }
);
letter!(
    OfferAccepted,
    "mail/offer_accepted.subject",
    "mail/offer_accepted.txt",
    "mail/offer_accepted.html",
    |it, house| {
        Role = it.role.to_string(),
        Team = it.team.to_string(),
        Link = it.link.to_string(),
        EndsMeeting = flag(it.ends_meeting),
    }
);
letter!(
    OfferDeclined,
    "mail/offer_declined.subject",
    "mail/offer_declined.txt",
    "mail/offer_declined.html",
    |it, house| {
        Role = it.role.to_string(),
        Team = it.team.to_string(),
    }
);
letter!(
    OfferRescinded,
    "mail/offer_rescinded.subject",
    "mail/offer_rescinded.txt",
    "mail/offer_rescinded.html",
    |it, house| {
        Role = it.role.to_string(),
        Team = it.team.to_string(),
        Words = perhaps(it.words.as_ref()),
    }
);
letter!(
    OfferExtended,
    "mail/offer_extended.subject",
    "mail/offer_extended.txt",
    "mail/offer_extended.html",
    |it, house| {
        Role = it.role.to_string(),
        Team = it.team.to_string(),
        Deadline = house.when(&it.deadline),
        Link = it.link.to_string(),
    }
);
