//! Letters to colleagues about approving an offer. None of them tells the terms: mail is read by many.

use askama::Template;
use chrono::{DateTime, Utc};
use url::Url;

use super::{Facts, House, Letter, Line, Reader, Unwritable, letter};
use crate::domain::email::LetterKind;

/// To an approver whose turn it is.
#[derive(Clone, Debug)]
pub struct ApprovalRequested {
    /// The approver.
    pub reader: Reader,
    /// The candidate.
    pub candidate: Line,
    /// The role that is offered.
    pub role: Line,
    /// The team that offers.
    pub team: Line,
    /// Who drafted the offer.
    pub drafter: Line,
    /// Until when the candidate could answer.
    pub deadline: DateTime<Utc>,
    /// The page of the decision.
    pub link: Url,
}

/// To an approver who has not decided yet.
#[derive(Clone, Debug)]
pub struct ApprovalReminded(pub ApprovalRequested);

impl From<ApprovalRequested> for ApprovalReminded {
    fn from(requested: ApprovalRequested) -> Self {
        Self(requested)
    }
}

/// To whoever drafted an offer: it is approved, and can be sent.
#[derive(Clone, Debug)]
pub struct ApprovalGiven {
    /// Who drafted it.
    pub reader: Reader,
    /// The candidate.
    pub candidate: Line,
    /// The role that is offered.
    pub role: Line,
    /// The team that offers.
    pub team: Line,
}

/// To whoever drafted an offer: an approver said no.
#[derive(Clone, Debug)]
pub struct ApprovalRefused {
    /// Who drafted it.
    pub reader: Reader,
    /// The candidate.
    pub candidate: Line,
    /// The role that is offered.
    pub role: Line,
    /// The team that offers.
    pub team: Line,
    /// Who said no.
    pub approver: Line,
}

letter!(
    ApprovalRequested,
    "mail/approval_requested.subject",
    "mail/approval_requested.txt",
    "mail/approval_requested.html"
);
letter!(
    ApprovalReminded,
    "mail/approval_reminded.subject",
    "mail/approval_reminded.txt",
    "mail/approval_reminded.html"
);
letter!(ApprovalGiven, "mail/approval_given.subject", "mail/approval_given.txt", "mail/approval_given.html");
letter!(
    ApprovalRefused,
    "mail/approval_refused.subject",
    "mail/approval_refused.txt",
    "mail/approval_refused.html"
);
