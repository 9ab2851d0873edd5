//! References: what candidates are asked, whom they name, and what those people answer.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, SimpleObject};

use super::application_parts::Answer;
use super::asking::asking;
use super::batch::nested_read;
use super::posting_content::Question;
use super::scalar::DateTime;
use super::user::{User, user};
use crate::domain;
use crate::domain::id::{ApplicationId, ReferenceId, StepId};
use crate::domain::policy::application::{references, requests};
use crate::domain::reference::{AGREEMENT, CONSENT, Introduction, Tally};
use crate::storage;

/// How a referee knows the candidate.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::reference::Relation")]
pub enum ReferenceRelation {
    /// Managed the candidate.
    Manager,
    /// Worked beside the candidate.
    Peer,
    /// Was managed by the candidate.
    Report,
}

/// Where a reference is in its life.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::reference::ReferenceState")]
pub enum ReferenceStatus {
    /// The referee was asked.
    Requested,
    /// The referee answered.
    Complete,
    /// The referee would rather not answer.
    Declined,
    /// It was taken back before an answer came.
    Withdrawn,
}

/// What a referee says overall.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::reference::Recommendation")]
pub enum ReferenceRecommendation {
    /// Would work with the candidate again.
    Yes,
    /// Would, with reservations.
    WithReservations,
    /// Would not.
    No,
}

/// A text that is agreed to by sending its key back.
#[derive(SimpleObject, Debug)]
pub struct ReferenceConsent {
    /// Key of the text; another text has another key.
    key: &'static str,
    /// What is agreed to.
    text: &'static str,
}

impl From<domain::decision::Consent> for ReferenceConsent {
    fn from(consent: domain::decision::Consent) -> Self {
        Self { key: consent.id, text: consent.text }
    }
}

/// Somebody whom a candidate named.
#[derive(SimpleObject, Debug)]
pub struct NamedReferee {
    /// Name of the person.
    name: String,
    /// How the person knows the candidate.
    relation: ReferenceRelation,
}

/// A request to a candidate to name people who may be asked.
#[derive(Debug, Clone)]
pub struct ReferenceRequest(domain::reference_request::ReferenceRequest);

impl From<domain::reference_request::ReferenceRequest> for ReferenceRequest {
    fn from(request: domain::reference_request::ReferenceRequest) -> Self {
        Self(request)
    }
}

/// A request to a candidate to name people who may be asked.
#[Object]
impl ReferenceRequest {
    /// Id of the request.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Id of the step that the names are for.
    async fn step_id(&self) -> ID {
        self.0.step.into()
    }

    /// Round of the step that the request was sent in.
    async fn round(&self) -> i32 {
        self.0.round
    }

    /// How many people are hoped for.
    async fn count(&self) -> i32 {
        self.0.wanted
    }

    /// What is said to the candidate.
    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }

    /// Timestamp until when names are in time; later ones are taken as well.
    async fn due_at(&self) -> DateTime {
        self.0.due_at.into()
    }

    /// Timestamp of when the request was sent.
    async fn sent_at(&self) -> DateTime {
        self.0.sent_at.into()
    }

    /// Member of staff who sent the request.
    async fn sent_by(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        user(asking(ctx), self.0.sent_by.parse().ok()).await
    }

    /// Timestamp of when the candidate was reminded.
    async fn reminded_at(&self) -> Option<DateTime> {
        self.0.reminded_at.map(Into::into)
    }

    /// What the candidate confirms when naming people.
    async fn consent(&self) -> ReferenceConsent {
        AGREEMENT.into()
    }

    /// People who were named in the step, in order; not whether they answered.
    async fn referees(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<NamedReferee>> {
        let mentions = asking(ctx).load_all::<MentionsOfStep>(self.0.step).await?;
        let named = |mention: &domain::reference::Mention| NamedReferee {
            name: mention.name.clone(),
            relation: mention.relation.into(),
        };
        Ok(mentions.iter().map(named).collect())
    }
}

/// One person who was asked about a candidate; for recruiters and hiring managers.
#[derive(Debug, Clone)]
pub struct Reference(domain::reference::Reference);

impl From<domain::reference::Reference> for Reference {
    fn from(reference: domain::reference::Reference) -> Self {
        Self(reference)
    }
}

/// One person who was asked about a candidate; for recruiters and hiring managers.
#[Object]
impl Reference {
    /// Id of the reference.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// How the referee knows the candidate.
    async fn relation(&self) -> ReferenceRelation {
        self.0.nominee.relation.into()
    }

    /// Where the reference is in its life.
    async fn status(&self) -> ReferenceStatus {
        self.0.state.into()
    }

    /// Name of the referee.
    async fn name(&self) -> &str {
        &self.0.nominee.name
    }

    /// E-mail address of the referee.
    async fn email(&self) -> &str {
        self.0.nominee.email.as_str()
    }

    /// Timestamp of when the referee was asked.
    async fn requested_at(&self) -> DateTime {
        self.0.requested_at.into()
    }

    /// Timestamp until when an answer is hoped for; a later one is taken as well.
    async fn due_at(&self) -> DateTime {
        self.0.due_at.into()
    }

    /// Timestamp of when the referee was reminded.
    async fn reminded_at(&self) -> Option<DateTime> {
        self.0.reminded_at.map(Into::into)
    }

    /// Timestamp of when the referee answered.
    async fn answered_at(&self) -> Option<DateTime> {
        self.0.answered_at().map(Into::into)
    }

    /// What was answered, in the order of the questions.
    async fn answers(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Answer>> {
        let answers = asking(ctx).load_all::<AnswersOfReference>(self.0.id).await?;
        Ok(answers.iter().cloned().map(Into::into).collect())
    }

    /// What the referee says overall, if they said it.
    async fn recommendation(&self) -> Option<ReferenceRecommendation> {
        self.0.recommendation.map(Into::into)
    }

    /// Why the reference was taken back.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }
}

/// How far an application is with what the plan asks of references.
#[derive(SimpleObject, Debug)]
pub struct ReferenceProgress {
    /// How many references are complete, in all steps and rounds.
    complete: i32,
    /// How many of them are by people who managed the candidate.
    managers: i32,
    /// How many have to be complete before an offer, unless the step is waived.
    needed_complete: i32,
    /// How many of them have to be by people who managed the candidate.
    needed_managers: i32,
}

impl ReferenceProgress {
    pub(super) fn of(tally: Tally, rule: domain::plan::ReferenceRule) -> Self {
        Self {
            complete: tally.complete,
            managers: tally.managers,
            needed_complete: rule.least,
            needed_managers: rule.managers,
        }
    }
}

/// What a referee is asked, for whoever holds the link.
#[derive(Debug)]
pub struct ReferenceSheet {
    pub(super) reference: domain::reference::Reference,
    pub(super) introduction: Introduction,
}

/// What a referee is asked, for whoever holds the link.
#[Object]
impl ReferenceSheet {
    /// Id of the reference.
    async fn id(&self) -> ID {
        self.reference.id.into()
    }

    /// Name of the candidate.
    async fn candidate(&self) -> &str {
        &self.introduction.candidate
    }

    /// Title of the posting that the candidate applied to.
    async fn role(&self) -> &str {
        &self.introduction.role
    }

    /// How the referee knows the candidate, as the candidate said.
    async fn relation(&self) -> ReferenceRelation {
        self.reference.nominee.relation.into()
    }

    /// Timestamp until when an answer is hoped for; a later one is taken as well.
    async fn due_at(&self) -> DateTime {
        self.reference.due_at.into()
    }

    /// Questions to the referee, in order.
    async fn questions(&self) -> Vec<Question> {
        self.reference.questions.iter().map(Question::from).collect()
    }

    /// What the referee agrees to by answering.
    async fn consent(&self) -> ReferenceConsent {
        CONSENT.into()
    }

    /// Indicates whether an answer would be taken now.
    async fn awaited(&self) -> bool {
        self.reference.is_awaited(&self.introduction)
    }
}

nested_read! {
    /// The newest requests of steps.
    pub(super) RequestOfStep(asking, keys: StepId) -> domain::reference_request::ReferenceRequest {
        storage::reference_request::of_steps(asking.store(), &requests(&asking.viewer), &keys).await
    }
}
nested_read! {
    /// Who was named in steps.
    MentionsOfStep(asking, keys: StepId) -> Arc<Vec<domain::reference::Mention>> {
        let found = storage::reference::mentions(asking.store(), &requests(&asking.viewer), &keys).await?;
        Ok(found.into_iter().map(|(step, mentions)| (step, Arc::new(mentions))).collect())
    }
}
nested_read! {
    /// References of steps, in the order the referees were asked.
    pub(super) ReferencesOfStep(asking, keys: StepId) -> Arc<Vec<domain::reference::Reference>> {
        let found = storage::reference::of_steps(asking.store(), &references(&asking.viewer), &keys).await?;
        Ok(found.into_iter().map(|(step, references)| (step, Arc::new(references))).collect())
    }
}
nested_read! {
    /// What was answered in references.
    AnswersOfReference(asking, keys: ReferenceId) -> Arc<Vec<domain::question::Answer>> {
        let found = storage::reference::answers(asking.store(), &references(&asking.viewer), &keys).await?;
        Ok(found.into_iter().map(|(reference, answers)| (reference, Arc::new(answers))).collect())
    }
}
nested_read! {
    /// How many references of applications are complete.
    pub(super) TallyOfApplication(asking, keys: ApplicationId) -> Tally {
        storage::reference::tallies(asking.store(), &references(&asking.viewer), &keys).await
    }
}
