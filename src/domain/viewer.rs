//! Whoever asks. Every read and every change names one; there is no default.

use super::id::{
    ApplicationId, CandidateId, OfferId, PostingId, ReferenceId, SlotsId, StepId, TeamId, UserId,
};

text_enum! {
    /// What a member of staff is.
    Role {
        /// Runs the installation: users, tokens, teams, plans. Not a reader of hiring content.
        Admin = "admin",
        /// Recruits: postings, candidates, applications, offers.
        Recruiter = "recruiter",
        /// Manages the people to be hired: moves and decides on applications of their postings or teams.
        HiringManager = "hiringManager",
        /// Interviews: sees the applications of their postings, names only.
        Interviewer = "interviewer",
        /// Approves offers they are asked about.
        Approver = "approver",
    }
}

text_enum! {
    /// What a token may be used for, within its owner's roles.
    TokenScope {
        /// Queries only.
        Read = "read",
        /// Queries and every mutation but the administrative ones.
        Write = "write",
        /// Users, grants and tokens as well.
        Admin = "admin",
    }
}

/// Where a role holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reach {
    /// Everywhere in the organisation.
    Organisation,
    /// On one posting.
    Posting(PostingId),
    /// On what is allotted to one team, over all postings.
    Team(TeamId),
}

/// A role on a reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Grant {
    /// What the user is.
    pub role: Role,
    /// Where.
    pub reach: Reach,
}

/// A signed-in member of staff, as far as their token lets them be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staff {
    /// Who.
    pub user: UserId,
    /// Their roles now.
    pub grants: Vec<Grant>,
    /// What the token at hand may be used for.
    pub scopes: Vec<TokenScope>,
}

impl Staff {
    /// Whether they have the role everywhere.
    #[must_use]
    pub fn is(&self, role: Role) -> bool {
        self.grants.iter().any(|grant| grant.role == role && grant.reach == Reach::Organisation)
    }

    /// Whether they have the role anywhere.
    #[must_use]
    pub fn is_somewhere(&self, role: Role) -> bool {
        self.grants.iter().any(|grant| grant.role == role)
    }

    /// Whether the token at hand may change things.
    #[must_use]
    pub fn may_write(&self) -> bool {
        self.scopes.iter().any(|scope| *scope != TokenScope::Read)
    }
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Viewer {
    /// Anybody.
    Anonymous,
    /// A candidate who holds the link to one application.
    Applicant {
        /// The application the link is for.
        application: ApplicationId,
        /// Whose it is.
        candidate: CandidateId,
    },
    /// A candidate who holds the link to one offer.
    Offeree {
        /// The offer the link is for.
        offer: OfferId,
        /// The version it was sent for.
        version: i32,
        /// The application the offer is for.
        application: ApplicationId,
        /// Whose it is.
        candidate: CandidateId,
    },
    /// A candidate who holds the link to the questions of one step.
    Respondent {
        /// The step the questions were sent in.
        step: StepId,
        /// The application the step is of.
        application: ApplicationId,
        /// Whose it is.
        candidate: CandidateId,
    },
    /// A colleague who holds the link to their scorecard of one step.
    Assessor {
        /// Who.
        user: UserId,
        /// The step.
        step: StepId,
        /// The application the step is of.
        application: ApplicationId,
    },
    /// A candidate who holds the link to naming people in one step.
    Nominator {
        /// The step the names are for.
        step: StepId,
        /// The application the step is of.
        application: ApplicationId,
        /// Whose it is.
        candidate: CandidateId,
    },
    /// A candidate who holds the link to times of which they pick one.
    Chooser {
        /// The times.
        slots: SlotsId,
        /// The application they are offered for.
        application: ApplicationId,
        /// Whose it is.
        candidate: CandidateId,
    },
    /// A colleague who holds the link to an offer that they are asked to approve.
    Approver {
        /// Who.
        user: UserId,
        /// The offer.
        offer: OfferId,
        /// The application the offer is for.
        application: ApplicationId,
    },
    /// Somebody whom a candidate named, who holds the link to one reference.
    Referee {
        /// The reference.
        reference: ReferenceId,
        /// The application it is about.
        application: ApplicationId,
    },
    /// A member of staff.
    Staff(Staff),
    /// The program itself: workers and the operator's command line.
    System,
}

impl Viewer {
    /// The staff member behind this viewer, if it is one.
    #[must_use]
    pub fn staff(&self) -> Option<&Staff> {
        match self {
            Self::Staff(staff) => Some(staff),
            _ => None,
        }
    }

    /// The user behind this viewer, if it is one.
    #[must_use]
    pub fn user(&self) -> Option<UserId> {
        self.staff().map(|staff| staff.user)
    }

    /// What kind of viewer it is; a word that names nobody.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Applicant { .. } => "applicant",
            Self::Offeree { .. } => "offeree",
            Self::Respondent { .. } => "respondent",
            Self::Assessor { .. } => "assessor",
            Self::Nominator { .. } => "nominator",
            Self::Chooser { .. } => "chooser",
            Self::Approver { .. } => "approver",
            Self::Referee { .. } => "referee",
            Self::Staff(_) => "staff",
            Self::System => "system",
        }
    }

    /// A name that is the same for the same person: what idempotency keys and rates are counted by.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Anonymous => "anonymous".to_owned(),
            Self::Applicant { candidate, .. }
            | Self::Offeree { candidate, .. }
            | Self::Respondent { candidate, .. }
            | Self::Nominator { candidate, .. }
            | Self::Chooser { candidate, .. } => candidate.to_string(),
            Self::Referee { reference, .. } => reference.to_string(),
            Self::Assessor { user, .. } | Self::Approver { user, .. } => user.to_string(),
            Self::Staff(staff) => staff.user.to_string(),
            Self::System => "system".to_owned(),
        }
    }
}
