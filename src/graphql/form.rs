//! Questions that are sent to candidates within a step.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object};

use super::application_input::AnswerInput;
use super::application_parts::Answer;
use super::application_read::AnswersOfApplication;
use super::asking::asking;
use super::batch::nested_read;
use super::error::{bounded, id};
use super::payload::{answer, payload};
use super::posting_content::{QuestionInput, QuestionType};
use super::scalar::DateTime;
use super::user::{User, user};
use crate::actions::form as actions;
use crate::actions::step::Which;
use crate::domain;
use crate::domain::Refusal;
use crate::domain::id::{ApplicationId, FormId, StepId};
use crate::domain::policy::application::answers;
use crate::storage;

/// A question of a form.
#[derive(Debug)]
pub struct FormQuestion(ApplicationId, domain::form::FormQuestion);

/// A question of a form.
#[Object]
impl FormQuestion {
    /// Key of the question; no other question of the form has it.
    async fn key(&self) -> &str {
        &self.1.question.key
    }

    /// The question, in words.
    async fn label(&self) -> &str {
        &self.1.question.label
    }

    /// Kind of answer that the question takes.
    #[graphql(name = "type")]
    async fn kind(&self) -> QuestionType {
        self.1.question.kind.into()
    }

    /// Indicates whether the question needs an answer.
    async fn required(&self) -> bool {
        self.1.question.required
    }

    /// What can be chosen, for a choice.
    async fn options(&self) -> &[String] {
        &self.1.question.options
    }

    /// Answer in the application that the question is about.
    async fn about(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Answer>> {
        let Some(key) = &self.1.about else { return Ok(None) };
        let answers = asking(ctx).load_all::<AnswersOfApplication>(self.0).await?;
        Ok(answers.iter().find(|answer| answer.key == *key).cloned().map(Into::into))
    }
}

/// Questions that were sent to a candidate.
#[derive(Debug, Clone)]
pub struct Form(domain::form::Form);

impl From<domain::form::Form> for Form {
    fn from(form: domain::form::Form) -> Self {
        Self(form)
    }
}

/// Questions that were sent to a candidate.
#[Object]
impl Form {
    /// Id of the form.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Id of the step that the form was sent in.
    async fn step_id(&self) -> ID {
        self.0.step.into()
    }

    /// Round of the step that the form was sent in.
    async fn round(&self) -> i32 {
        self.0.round
    }

    /// What is said above the questions.
    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }

    /// Questions of the form, in order.
    async fn questions(&self) -> Vec<FormQuestion> {
        self.0.questions.iter().cloned().map(|question| FormQuestion(self.0.application, question)).collect()
    }

    /// Timestamp until when an answer is in time.
    async fn due_at(&self) -> DateTime {
        self.0.due_at.into()
    }

    /// Timestamp of when the form was sent.
    async fn sent_at(&self) -> DateTime {
        self.0.sent_at.into()
    }

    /// Member of staff who sent the form.
    async fn sent_by(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        user(asking(ctx), self.0.sent_by.parse().ok()).await
    }

    /// Timestamp of when the candidate was reminded.
    async fn reminded_at(&self) -> Option<DateTime> {
        self.0.reminded_at.map(Into::into)
    }

    /// Timestamp of when the form was answered.
    async fn answered_at(&self) -> Option<DateTime> {
        self.0.answered_at.map(Into::into)
    }

    /// Indicates whether the form was answered after it was due.
    async fn late(&self) -> bool {
        self.0.is_late()
    }

    /// Timestamp of when the form gave way to a newer one, unanswered.
    async fn replaced_at(&self) -> Option<DateTime> {
        self.0.replaced_at.map(Into::into)
    }

    /// What was answered, in the order of the questions.
    async fn answers(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Answer>> {
        let answers = asking(ctx).load_all::<AnswersOfForm>(self.0.id).await?;
        Ok(answers.iter().cloned().map(Into::into).collect())
    }
}

nested_read! {
    /// Forms of steps, the newest first.
    pub(super) FormsOfStep(asking, keys: StepId) -> Arc<Vec<domain::form::Form>> {
        let found = storage::form::of_steps(asking.store(), &answers(&asking.viewer), &keys).await?;
        Ok(found.into_iter().map(|(step, forms)| (step, Arc::new(forms))).collect())
    }
}
nested_read! {
    /// What was answered in forms.
    AnswersOfForm(asking, keys: FormId) -> Arc<Vec<domain::question::Answer>> {
        let found = storage::form::answers(asking.store(), &answers(&asking.viewer), &keys).await?;
        Ok(found.into_iter().map(|(form, answers)| (form, Arc::new(answers))).collect())
    }
}

/// A question to be sent.
#[derive(InputObject, Debug)]
pub struct FormQuestionInput {
    /// The question.
    question: QuestionInput,
    /// Key of the question of the application whose answer this one asks about.
    about: Option<String>,
}

impl From<FormQuestionInput> for domain::form::FormQuestion {
    fn from(it: FormQuestionInput) -> Self {
        Self { question: it.question.into(), about: it.about }
    }
}

/// What `formSend` takes.
#[derive(InputObject, Debug)]
pub struct FormSendInput {
    /// Id of the step: of kind `FORM` or `TASK`.
    step_id: ID,
    /// Revision of the application that the caller read, if it is to matter.
    expected_revision: Option<i32>,
    /// What is asked, in order: at most 50. When nothing is said, what the step's kit asks; of a task without one, its result.
    questions: Option<Vec<FormQuestionInput>>,
    /// What is said above the questions, or what the task is: at most 5000 characters.
    note: Option<String>,
    /// Timestamp until when an answer is in time: from an hour to 90 days from now; a week when nothing is said.
    due_at: Option<DateTime>,
}

impl FormSendInput {
    fn parsed(self) -> Result<actions::Send, Refusal> {
        bounded("questions", self.questions.as_deref().unwrap_or_default())?;
        let which = Which { step: id(&self.step_id, "step")?, revision: self.expected_revision };
        let questions = self.questions.map(|given| given.into_iter().map(Into::into).collect());
        Ok(actions::Send { which, questions, note: self.note, due_at: self.due_at.map(|at| at.0) })
    }
}

/// What `formAnswer` takes.
#[derive(InputObject, Debug)]
pub struct FormAnswerInput {
    /// Id of the form.
    form_id: ID,
    /// Answers to the questions of the form.
    answers: Vec<AnswerInput>,
}

payload!(
    /// Answer to `formSend`.
    FormSendPayload {
        /// The form that was sent.
        form: Form
    }
);
payload!(
    /// Answer to `formAnswer`.
    FormAnswerPayload {
        /// The form, answered.
        form: Form
    }
);

/// Changes of forms.
#[derive(Debug, Default)]
pub struct FormMutation;

#[Object]
impl FormMutation {
    /// Sends questions, or a piece of work, to the candidate of an application, who answers them on a page of their own or by `formAnswer`.
    /// What was sent before in the step and is unanswered gives way to them.
    async fn form_send(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked, and until when.")] input: FormSendInput,
    ) -> async_graphql::Result<Option<FormSendPayload>> {
        let ended = async { actions::send(asking(ctx).act(), input.parsed()?).await };
        answer(ended.await)
    }

    /// Answers the questions that were sent in a step: for the candidate, by the link that was sent or the one to the
    /// application, and for recruiters who were told. Late answers are taken and marked.
    async fn form_answer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The answers.")] input: FormAnswerInput,
    ) -> async_graphql::Result<Option<FormAnswerPayload>> {
        let ended = async {
            bounded("answers", &input.answers)?;
            let answers = input.answers.into_iter().map(Into::into).collect();
            let given = actions::Answered { form: id(&input.form_id, "form")?, answers };
            actions::answer(asking(ctx).act(), given).await
        };
        answer(ended.await)
    }
}
