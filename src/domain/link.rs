//! One-purpose links that people without an account hold. The secret is 52 base-32 characters (256 bits); only its SHA-256 is kept.

use chrono::{DateTime, Utc};

use super::clock::{Chance, random_text};
use super::id::{ApplicationId, CandidateId, LinkId, OfferId, ReferenceId, SlotsId, StepId, UserId};

const LENGTH: usize = 52;

text_enum! {
    /// The word for what a link is for.
    LinkKind {
        /// Following one application.
        Application = "application",
        /// Deciding one version of an offer.
        Offer = "offer",
        /// Answering the questions of one step.
        Form = "form",
        /// Writing one's scorecard of one step.
        Scorecard = "scorecard",
        /// Naming people who may be asked, in one step.
        Nomination = "nomination",
        /// Picking one of the times that were offered.
        Interview = "interview",
        /// Answering as one referee.
        Reference = "reference",
        /// Approving one version of an offer.
        Approval = "approval",
    }
}

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Following one application, and withdrawing it.
    Application(ApplicationId),
    /// Reading and deciding one version of an offer.
    Offer {
        /// The offer.
        offer: OfferId,
        /// The version the link was sent for.
        version: i32,
        /// The application the offer is for.
        application: ApplicationId,
    },
    /// Answering the questions that were sent in one step.
    Form {
        /// The step.
        step: StepId,
        /// The application the step is of.
        application: ApplicationId,
    },
    /// Writing one's scorecard of one step.
    Scorecard {
        /// The step.
        step: StepId,
        /// Who writes.
        user: UserId,
        /// The application the step is of.
        application: ApplicationId,
    },
    /// Naming people who may be asked about the candidate, in one step.
    Nomination {
        /// The step.
        step: StepId,
        /// The application the step is of.
        application: ApplicationId,
    },
    /// Picking one of the times that were offered.
    Interview {
        /// The times.
        slots: SlotsId,
        /// The application they are offered for.
        application: ApplicationId,
    },
    /// Deciding, as one approver, whether a version of an offer may be sent.
    Approval {
        /// The offer.
        offer: OfferId,
        /// The version that waits for approval.
        version: i32,
        /// Who decides.
        user: UserId,
        /// The application the offer is for.
        application: ApplicationId,
    },
    /// Answering what one referee is asked.
    Reference {
        /// The reference.
        reference: ReferenceId,
        /// The application it is about.
        application: ApplicationId,
    },
}

impl Purpose {
    /// The word for it.
    #[must_use]
    pub const fn kind(self) -> LinkKind {
        match self {
            Self::Application(_) => LinkKind::Application,
            Self::Offer { .. } => LinkKind::Offer,
            Self::Form { .. } => LinkKind::Form,
            Self::Scorecard { .. } => LinkKind::Scorecard,
            Self::Nomination { .. } => LinkKind::Nomination,
            Self::Interview { .. } => LinkKind::Interview,
            Self::Approval { .. } => LinkKind::Approval,
            Self::Reference { .. } => LinkKind::Reference,
        }
    }

    /// The application it is about.
    #[must_use]
    pub const fn application(self) -> ApplicationId {
        match self {
            Self::Application(application)
            | Self::Offer { application, .. }
            | Self::Form { application, .. }
            | Self::Scorecard { application, .. }
            | Self::Nomination { application, .. }
            | Self::Interview { application, .. }
            | Self::Approval { application, .. }
            | Self::Reference { application, .. } => application,
        }
    }
}

/// A link as it is kept: never the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its id.
    pub id: LinkId,
    /// What it is for.
    pub purpose: Purpose,
    /// The candidate it is about; who holds it follows from its purpose.
    pub candidate: CandidateId,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// A new secret of a link, as it stands in a web address.
#[must_use]
pub fn secret(chance: &dyn Chance) -> String {
    random_text(chance, LENGTH)
}

/// Whether the text has the shape of a link's secret; what has not needs no look-up.
#[must_use]
pub fn is_shaped(text: &str) -> bool {
    text.len() == LENGTH && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
}
