//! Mutations of scorecards.

use async_graphql::{Context, ID, InputObject, Object};

use super::{Rating, Scorecard};
use crate::actions::scorecard as actions;
use crate::actions::step::Which;
use crate::domain;
use crate::domain::Refusal;
use crate::graphql::asking::asking;
use crate::graphql::error::{bounded, id};
use crate::graphql::payload::{answer, payload};
use crate::graphql::scalar::DateTime;
use crate::graphql::step::ApplicationStep;

/// One attribute, as it is to be rated.
#[derive(InputObject, Debug)]
pub struct AttributeRatingInput {
    /// What is rated: one of the attributes of the step's kit, if it has any.
    name: String,
    /// How it is rated.
    rating: Option<Rating>,
    /// Why: at most 2000 characters.
    note: Option<String>,
}

/// What `scorecardSave` and `scorecardSubmit` take: the whole scorecard. Texts have at most 10000 characters.
#[derive(InputObject, Debug)]
pub struct ScorecardInput {
    /// Id of the step.
    step_id: ID,
    /// Revision of one's own scorecard, draft or submitted, that the caller read, if it is to matter.
    expected_revision: Option<i32>,
    /// Whether to hire, as far as the step tells; needed to submit.
    recommendation: Option<Rating>,
    /// Attributes, rated: at most 20.
    #[graphql(default)]
    attributes: Vec<AttributeRatingInput>,
    /// What to take away; needed to submit.
    takeaways: Option<String>,
    /// What speaks for the candidate; needed to submit.
    pros: Option<String>,
    /// What speaks against the candidate; needed to submit.
    cons: Option<String>,
    /// What later interviewers should look at. They read it before they have written their own.
    note_for_others: Option<String>,
    /// What only recruiters and hiring managers are to read.
    private_note: Option<String>,
}

impl ScorecardInput {
    fn parsed(self) -> Result<actions::Save, Refusal> {
        bounded("attributes", &self.attributes)?;
        let attribute = |it: AttributeRatingInput| domain::scorecard::Attribute {
            name: it.name,
            rating: it.rating.map(Into::into),
            note: it.note,
        };
        let verdict = domain::scorecard::Verdict {
            recommendation: self.recommendation.map(Into::into),
            attributes: self.attributes.into_iter().map(attribute).collect(),
            takeaways: self.takeaways,
            pros: self.pros,
            cons: self.cons,
            note_for_others: self.note_for_others,
            private_note: self.private_note,
        };
        Ok(actions::Save { step: id(&self.step_id, "step")?, revision: self.expected_revision, verdict })
    }
}

/// What `scorecardRequest` takes.
#[derive(InputObject, Debug)]
pub struct ScorecardRequestInput {
    /// Id of the step.
    step_id: ID,
    /// Revision of the application that the caller read, if it is to matter.
    expected_revision: Option<i32>,
    /// Ids of the members of staff who are asked: at most 20.
    user_ids: Vec<ID>,
    /// Timestamp until when the scorecards are due: within 30 days; in 24 hours when nothing is said.
    due_at: Option<DateTime>,
}

impl ScorecardRequestInput {
    fn parsed(self) -> Result<actions::Ask, Refusal> {
        bounded("userIds", &self.user_ids)?;
        let which = Which { step: id(&self.step_id, "step")?, revision: self.expected_revision };
        let known = |it: &ID| id(it, "user");
        let users = self.user_ids.iter().map(known).collect::<Result<_, _>>()?;
        Ok(actions::Ask { which, users, due_at: self.due_at.map(|at| at.0) })
    }
}

payload!(
    /// Answer to `scorecardSave`.
    ScorecardSavePayload {
        /// The draft.
        scorecard: Scorecard
    }
);
payload!(
    /// Answer to `scorecardSubmit`.
    ScorecardSubmitPayload {
        /// The scorecard that was submitted.
        scorecard: Scorecard
    }
);
payload!(
    /// Answer to `scorecardRequest`.
    ScorecardRequestPayload {
        /// The step.
        step: ApplicationStep
    }
);

/// Changes of scorecards.
#[derive(Debug, Default)]
pub struct ScorecardMutation;

#[Object]
impl ScorecardMutation {
    /// Keeps a draft of one's own scorecard of a step; behind a submitted one, the draft of its correction.
    async fn scorecard_save(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The whole scorecard.")] input: ScorecardInput,
    ) -> async_graphql::Result<Option<ScorecardSavePayload>> {
        let ended = async { actions::save(asking(ctx).act(), input.parsed()?).await };
        answer(ended.await)
    }

    /// Submits one's own scorecard of a step: from then on it never changes, and the others' can be read.
    async fn scorecard_submit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The whole scorecard.")] input: ScorecardInput,
    ) -> async_graphql::Result<Option<ScorecardSubmitPayload>> {
        let ended = async { actions::submit(asking(ctx).act(), input.parsed()?).await };
        answer(ended.await)
    }

    /// Asks members of staff for their scorecards of a step, by mail with a link each.
    async fn scorecard_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who is asked, and until when.")] input: ScorecardRequestInput,
    ) -> async_graphql::Result<Option<ScorecardRequestPayload>> {
        let ended = async { actions::ask(asking(ctx).act(), input.parsed()?).await.map(ApplicationStep) };
        answer(ended.await)
    }
}
