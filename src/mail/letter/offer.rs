//! Letters about offers that are out: reminders, and how they ended.

use askama::Template;
use chrono::{DateTime, Utc};
use url::Url;

use super::{Facts, House, Letter, Line, Reader, Unwritable, letter};
use crate::domain::email::LetterKind;

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

letter!(OfferReminded, "mail/offer_reminded.subject", "mail/offer_reminded.txt", "mail/offer_reminded.html");
letter!(OfferExpired, "mail/offer_expired.subject", "mail/offer_expired.txt", "mail/offer_expired.html");
letter!(OfferEnded, "mail/offer_ended.subject", "mail/offer_ended.txt", "mail/offer_ended.html");
