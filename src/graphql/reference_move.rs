//! Changes of references.

use async_graphql::{Context, ID, InputObject, Object};

use super::application_input::AnswerInput;
use super::asking::asking;
use super::error::{bounded, id};
use super::payload::{answer, payload};
use super::reference::{Reference, ReferenceRecommendation, ReferenceRelation, ReferenceRequest};
use super::scalar::DateTime;
use crate::actions::reference as actions;
use crate::actions::step::Which;
use crate::domain::Refusal;
use crate::domain::reference::Named;

/// What `referenceRequest` takes.
#[derive(InputObject, Debug)]
pub struct ReferenceRequestInput {
    /// Id of the step: of kind `REFERENCE`.
    step_id: ID,
    /// Revision of the application that the caller read, if it is to matter.
    expected_revision: Option<i32>,
    /// How many people are hoped for: 1 to 10; as many as the plan needs when nothing is said.
    count: Option<i32>,
    /// What is said to the candidate: at most 5000 characters.
    note: Option<String>,
    /// Timestamp until when names are in time: from an hour to 90 days from now; a week when nothing is said.
    due_at: Option<DateTime>,
}

impl ReferenceRequestInput {
    fn parsed(self) -> Result<actions::Request, Refusal> {
        let which = Which { step: id(&self.step_id, "step")?, revision: self.expected_revision };
        let due_at = self.due_at.map(|at| at.0);
        Ok(actions::Request { which, count: self.count, note: self.note, due_at })
    }
}

/// Somebody who may be asked.
#[derive(InputObject, Debug)]
pub struct RefereeInput {
    /// Name of the person: at most 100 characters.
    name: String,
    /// E-mail address of the person; not the candidate's own.
    email: String,
    /// How the person knows the candidate.
    relation: ReferenceRelation,
}

impl From<RefereeInput> for Named {
    fn from(referee: RefereeInput) -> Self {
        Self { name: referee.name, email: referee.email, relation: Some(referee.relation.into()) }
    }
}

/// What `referenceNominate` takes.
#[derive(InputObject, Debug)]
pub struct ReferenceNominateInput {
    /// Id of the step.
    step_id: ID,
    /// People who may be asked: at most 10 in a step, each once.
    referees: Vec<RefereeInput>,
    /// Key of `ReferenceRequest.consent`, which the candidate confirms.
    consent: String,
}

impl ReferenceNominateInput {
    fn parsed(self) -> Result<actions::Nominate, Refusal> {
        bounded("referees", &self.referees)?;
        let referees = self.referees.into_iter().map(Into::into).collect();
        Ok(actions::Nominate { step: id(&self.step_id, "step")?, referees, agreement: self.consent })
    }
}

/// What `referenceAnswer` takes.
#[derive(InputObject, Debug)]
pub struct ReferenceAnswerInput {
    /// Id of the reference.
    reference_id: ID,
    /// Answers to the questions.
    answers: Vec<AnswerInput>,
    /// What the referee says overall, if they like.
    recommendation: Option<ReferenceRecommendation>,
    /// Key of `ReferenceSheet.consent`, which the referee agrees to.
    consent: String,
}

impl ReferenceAnswerInput {
    fn parsed(self) -> Result<actions::Answered, Refusal> {
        bounded("answers", &self.answers)?;
        Ok(actions::Answered {
            reference: id(&self.reference_id, "reference")?,
            answers: self.answers.into_iter().map(Into::into).collect(),
            recommendation: self.recommendation.map(Into::into),
            consent: self.consent,
        })
    }
}

/// What `referenceDecline` takes.
#[derive(InputObject, Debug)]
pub struct ReferenceDeclineInput {
    /// Id of the reference.
    reference_id: ID,
}

/// What `referenceCancel` takes.
#[derive(InputObject, Debug)]
pub struct ReferenceCancelInput {
    /// Id of the reference.
    reference_id: ID,
    /// Why it is taken back.
    reason: String,
}

payload!(
    /// Answer to `referenceRequest`.
    ReferenceRequestPayload {
        /// The request that was sent.
        request: ReferenceRequest
    }
);
payload!(
    /// Answer to `referenceNominate`.
    ReferenceNominatePayload {
        /// The request that people were named for.
        request: ReferenceRequest
    }
);
payload!(
    /// Answer to `referenceAnswer`.
    ReferenceAnswerPayload {
        /// The reference, complete.
        reference: Reference
    }
);
payload!(
    /// Answer to `referenceDecline`.
    ReferenceDeclinePayload {
        /// The reference, declined.
        reference: Reference
    }
);
payload!(
    /// Answer to `referenceCancel`.
    ReferenceCancelPayload {
        /// The reference, withdrawn.
        reference: Reference
    }
);

/// Changes of references.
#[derive(Debug, Default)]
pub struct ReferenceMutation;

#[Object]
impl ReferenceMutation {
    /// Asks the candidate of an application to name people, on a page of their own or by `referenceNominate`. What was
    /// asked before in the step gives way to it; people who were named by then stay asked.
    async fn reference_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "In which step, and until when.")] input: ReferenceRequestInput,
    ) -> async_graphql::Result<Option<ReferenceRequestPayload>> {
        let ended = async { actions::request(asking(ctx).act(), input.parsed()?).await };
        answer(ended.await)
    }

    /// Names people who may be asked: for the candidate, by the link that was sent or the one to the application, and
    /// for recruiters who were told. Each person gets a mail with a link that answers once.
    async fn reference_nominate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The people.")] input: ReferenceNominateInput,
    ) -> async_graphql::Result<Option<ReferenceNominatePayload>> {
        let ended = async { actions::nominate(asking(ctx).act(), input.parsed()?).await };
        answer(ended.await)
    }

    /// Answers as a referee, once: for whoever holds the link that was sent to them.
    async fn reference_answer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The answers.")] input: ReferenceAnswerInput,
    ) -> async_graphql::Result<Option<ReferenceAnswerPayload>> {
        let ended = async { actions::answer(asking(ctx).act(), input.parsed()?).await };
        answer(ended.await)
    }

    /// Says as a referee that one would rather not answer.
    async fn reference_decline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which reference.")] input: ReferenceDeclineInput,
    ) -> async_graphql::Result<Option<ReferenceDeclinePayload>> {
        let ended =
            async { actions::decline(asking(ctx).act(), id(&input.reference_id, "reference")?).await };
        answer(ended.await)
    }

    /// Takes back what a referee was asked and has not answered; the link that was sent opens nothing more.
    async fn reference_cancel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which reference, and why.")] input: ReferenceCancelInput,
    ) -> async_graphql::Result<Option<ReferenceCancelPayload>> {
        let ended = async {
            let reference = id(&input.reference_id, "reference")?;
            actions::cancel(asking(ctx).act(), reference, &input.reason).await
        };
        answer(ended.await)
    }
}
