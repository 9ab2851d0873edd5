//! The set of records a right reaches.

use std::marker::PhantomData;

use crate::domain::id::{ApplicationId, OfferId, PostingId, TeamId, UserId};
use crate::domain::viewer::{Reach, Role, Staff};

/// The set of records a right reaches. Made only by policy; `Of` names the right, so that one cannot pass for another.
#[derive(Debug, Clone)]
pub struct Scope<Of> {
    everything: bool,
    postings: Vec<PostingId>,
    teams: Vec<TeamId>,
    application: Option<ApplicationId>,
    offer: Option<OfferId>,
    approving: Option<OfferId>,
    approver: Option<UserId>,
    participant: Option<UserId>,
    of: PhantomData<Of>,
}

/// What a right is asked about.
#[derive(Debug, Clone, Copy, Default)]
pub struct Subject {
    /// The posting it belongs to.
    pub posting: Option<PostingId>,
    /// The team it is allotted to.
    pub team: Option<TeamId>,
    /// The application it belongs to.
    pub application: Option<ApplicationId>,
    /// The offer it is.
    pub offer: Option<OfferId>,
    /// Who is asked to approve it.
    pub approver: Option<UserId>,
    /// Who comes to an interview of it.
    pub participant: Option<UserId>,
}

impl<Of> Scope<Of> {
    pub(super) fn nothing() -> Self {
        Self {
            everything: false,
            postings: Vec::new(),
            teams: Vec::new(),
            application: None,
            offer: None,
            approving: None,
            approver: None,
            participant: None,
            of: PhantomData,
        }
    }

    pub(super) fn everything() -> Self {
        Self { everything: true, ..Self::nothing() }
    }

    pub(super) fn of_roles(staff: &Staff, roles: &[Role]) -> Self {
        let mut scope = Self::nothing();
        for grant in staff.grants.iter().filter(|grant| roles.contains(&grant.role)) {
            match grant.reach {
                Reach::Organisation => scope.everything = true,
                Reach::Posting(id) => scope.postings.push(id),
                Reach::Team(id) => scope.teams.push(id),
            }
        }
        scope
    }

    pub(super) fn and_application(mut self, id: ApplicationId) -> Self {
        self.application = Some(id);
        self
    }

    pub(super) fn and_offer(mut self, id: OfferId) -> Self {
        self.offer = Some(id);
        self
    }

    pub(super) fn and_approving(mut self, id: OfferId) -> Self {
        self.approving = Some(id);
        self
    }

    pub(super) fn and_asked_of(mut self, approver: UserId) -> Self {
        self.approver = Some(approver);
        self
    }

    pub(super) fn and_met_by(mut self, participant: UserId) -> Self {
        self.participant = Some(participant);
        self
    }

    /// Whether every record is within it.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.everything
    }

    /// Whether no record can be within it.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        !self.everything
            && self.postings.is_empty()
            && self.teams.is_empty()
            && self.application.is_none()
            && self.offer.is_none()
            && self.approving.is_none()
            && self.approver.is_none()
            && self.participant.is_none()
    }

    /// What belongs to these postings is within it.
    #[must_use]
    pub fn postings(&self) -> &[PostingId] {
        &self.postings
    }

    /// What is allotted to these teams is within it.
    #[must_use]
    pub fn teams(&self) -> &[TeamId] {
        &self.teams
    }

    /// What belongs to this application is within it.
    #[must_use]
    pub fn application(&self) -> Option<ApplicationId> {
        self.application
    }

    /// This offer is within it.
    #[must_use]
    pub fn offer(&self) -> Option<OfferId> {
        self.offer
    }

    /// This offer is within it, with what staff know of it.
    #[must_use]
    pub fn approving(&self) -> Option<OfferId> {
        self.approving
    }

    /// What this user is, or was, asked to approve is within it.
    #[must_use]
    pub fn approver(&self) -> Option<UserId> {
        self.approver
    }

    /// What this user interviews for is within it, from the moment they are invited until they are removed.
    #[must_use]
    pub fn participant(&self) -> Option<UserId> {
        self.participant
    }

    /// Whether the subject is within it.
    #[must_use]
    pub fn covers(&self, subject: &Subject) -> bool {
        self.everything
            || subject.posting.is_some_and(|id| self.postings.contains(&id))
            || subject.team.is_some_and(|id| self.teams.contains(&id))
            || (subject.application.is_some() && subject.application == self.application)
            || (subject.offer.is_some() && (subject.offer == self.offer || subject.offer == self.approving))
            || (subject.approver.is_some() && subject.approver == self.approver)
            || (subject.participant.is_some() && subject.participant == self.participant)
    }
}
