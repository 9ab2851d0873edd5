//! Scorecards: what people think of candidates, hidden from each other until their own is in.

mod write;

pub use write::ScorecardMutation;

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, SimpleObject};

use super::asking::{Asking, asking};
use super::batch::nested_read;
use super::scalar::DateTime;
use super::user::{User, user};
use crate::domain;
use crate::domain::id::{ApplicationId, StepId};
use crate::domain::policy::scorecard::{author, cards, notes};
use crate::storage;
use crate::storage::scorecard::Reader;

/// How somebody rates. No rating decides alone.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::scorecard::Rating")]
pub enum Rating {
    /// By no means.
    StrongNo,
    /// Rather not.
    No,
    /// Rather yes.
    Yes,
    /// By all means.
    StrongYes,
}

/// One attribute, rated.
#[derive(SimpleObject, Debug)]
pub struct AttributeRating {
    /// What is rated.
    name: String,
    /// How it is rated, if at all.
    rating: Option<Rating>,
    /// Why.
    note: Option<String>,
}

impl From<&domain::scorecard::Attribute> for AttributeRating {
    fn from(attribute: &domain::scorecard::Attribute) -> Self {
        let rating = attribute.rating.map(Into::into);
        Self { name: attribute.name.clone(), rating, note: attribute.note.clone() }
    }
}

/// One version of somebody's scorecard of a step.
#[derive(Debug, Clone)]
pub struct Scorecard(domain::scorecard::Scorecard);

impl From<domain::scorecard::Scorecard> for Scorecard {
    fn from(card: domain::scorecard::Scorecard) -> Self {
        Self(card)
    }
}

/// One version of somebody's scorecard of a step.
#[Object]
impl Scorecard {
    /// Id of the version.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Round of the step that the scorecard is of.
    async fn round(&self) -> i32 {
        self.0.round
    }

    /// Who wrote the scorecard.
    async fn author(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        user(asking(ctx), Some(self.0.author)).await
    }

    /// Number of the version, from 1; a correction of a submitted scorecard is the next one.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// Revision of the draft: what `scorecardSave` compares.
    async fn revision(&self) -> i32 {
        self.0.revision
    }

    /// Whether to hire, as far as the step tells.
    async fn recommendation(&self) -> Option<Rating> {
        self.0.verdict.recommendation.map(Into::into)
    }

    /// Attributes, rated.
    async fn attributes(&self) -> Vec<AttributeRating> {
        self.0.verdict.attributes.iter().map(Into::into).collect()
    }

    /// What to take away.
    async fn takeaways(&self) -> Option<&str> {
        self.0.verdict.takeaways.as_deref()
    }

    /// What speaks for the candidate.
    async fn pros(&self) -> Option<&str> {
        self.0.verdict.pros.as_deref()
    }

    /// What speaks against the candidate.
    async fn cons(&self) -> Option<&str> {
        self.0.verdict.cons.as_deref()
    }

    /// What later interviewers should look at.
    async fn note_for_others(&self) -> Option<&str> {
        self.0.verdict.note_for_others.as_deref()
    }

    /// What only recruiters, hiring managers and the author read.
    async fn private_note(&self) -> Option<&str> {
        self.0.verdict.private_note.as_deref()
    }

    /// Timestamp of when the scorecard was saved last.
    async fn saved_at(&self) -> DateTime {
        self.0.saved_at.into()
    }

    /// Timestamp of when the scorecard was submitted; absent in a draft, which only its author sees.
    async fn submitted_at(&self) -> Option<DateTime> {
        self.0.submitted_at.map(Into::into)
    }
}

/// Somebody who was asked for a scorecard.
#[derive(Debug)]
pub struct ScorecardRequest(domain::scorecard::Request);

/// Somebody who was asked for a scorecard.
#[Object]
impl ScorecardRequest {
    /// Who was asked.
    async fn user(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        user(asking(ctx), Some(self.0.user)).await
    }

    /// Round of the step that the scorecard is of.
    async fn round(&self) -> i32 {
        self.0.round
    }

    /// Timestamp until when the scorecard is due.
    async fn due_at(&self) -> DateTime {
        self.0.due_at.into()
    }

    /// Timestamp of when the person was asked.
    async fn requested_at(&self) -> DateTime {
        self.0.requested_at.into()
    }

    /// Timestamp of when the person was reminded.
    async fn reminded_at(&self) -> Option<DateTime> {
        self.0.reminded_at.map(Into::into)
    }

    /// Timestamp of when the person submitted a scorecard first.
    async fn submitted_at(&self) -> Option<DateTime> {
        self.0.submitted_at.map(Into::into)
    }
}

/// How many recommended what, of the newest version of each scorecard of a step's present round.
#[derive(SimpleObject, Debug, Default)]
pub struct ScorecardSummary {
    /// Scorecards that say "by no means".
    strong_no: i32,
    /// Scorecards that say "rather not".
    no: i32,
    /// Scorecards that say "rather yes".
    yes: i32,
    /// Scorecards that say "by all means".
    strong_yes: i32,
}

impl ScorecardSummary {
    fn of(cards: &[domain::scorecard::Scorecard]) -> Self {
        use domain::scorecard::Rating as Says;
        let says = |rating| {
            let count = cards.iter().filter(|card| card.verdict.recommendation == Some(rating)).count();
            i32::try_from(count).unwrap_or(i32::MAX)
        };
        Self {
            strong_no: says(Says::StrongNo),
            no: says(Says::No),
            yes: says(Says::Yes),
            strong_yes: says(Says::StrongYes),
        }
    }
}

/// What an interviewer left for those who come after.
#[derive(Debug)]
pub struct InterviewerNote(storage::scorecard::Note);

/// What an interviewer left for those who come after.
#[Object]
impl InterviewerNote {
    /// Id of the step that the note is from.
    async fn step_id(&self) -> ID {
        self.0.step_id.into()
    }

    /// Who left the note.
    async fn author(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        user(asking(ctx), Some(self.0.author_id)).await
    }

    /// The note.
    async fn text(&self) -> &str {
        &self.0.note
    }
}

fn reader(asking: &Asking) -> Reader {
    Reader { deciding: cards(&asking.viewer), user: author(&asking.viewer) }
}

nested_read! {
    /// Scorecards of steps that the viewer may read, all versions.
    CardsOfStep(asking, keys: StepId) -> Arc<Vec<domain::scorecard::Scorecard>> {
        let found = storage::scorecard::of_steps(asking.store(), &reader(asking), &keys).await?;
        Ok(found.into_iter().map(|(step, cards)| (step, Arc::new(cards))).collect())
    }
}
nested_read! {
    /// Who was asked for scorecards in steps, as far as the viewer may know.
    RequestsOfStep(asking, keys: StepId) -> Arc<Vec<domain::scorecard::Request>> {
        let found = storage::scorecard::requests(asking.store(), &reader(asking), &keys).await?;
        Ok(found.into_iter().map(|(step, requests)| (step, Arc::new(requests))).collect())
    }
}
nested_read! {
    /// What interviewers of applications left for those who come after.
    NotesOfApplication(asking, keys: ApplicationId) -> Arc<Vec<storage::scorecard::Note>> {
        let found = storage::scorecard::notes(asking.store(), &notes(&asking.viewer), &keys).await?;
        Ok(found.into_iter().map(|(application, notes)| (application, Arc::new(notes))).collect())
    }
}

/// The submitted cards of a step that the viewer may read: of each author and round the newest version.
pub(super) async fn submitted(asking: &Asking, step: StepId) -> async_graphql::Result<Vec<Scorecard>> {
    let cards = asking.load_all::<CardsOfStep>(step).await?;
    Ok(newest(&cards).into_iter().map(Scorecard).collect())
}

fn newest(cards: &[domain::scorecard::Scorecard]) -> Vec<domain::scorecard::Scorecard> {
    let mut newest: Vec<domain::scorecard::Scorecard> = Vec::new();
    for card in cards.iter().filter(|card| card.submitted_at.is_some()) {
        if !newest.iter().any(|other| other.author == card.author && other.round == card.round) {
            newest.push(card.clone());
        }
    }
    newest
}

/// All versions of the viewer's own cards of a step, drafts included, the newest first.
pub(super) async fn own(asking: &Asking, step: StepId) -> async_graphql::Result<Vec<Scorecard>> {
    let cards = asking.load_all::<CardsOfStep>(step).await?;
    let me = author(&asking.viewer);
    Ok(cards.iter().filter(|card| Some(card.author) == me).cloned().map(Scorecard).collect())
}

/// How many recommended what in this round; nothing when the viewer may not read a single card.
pub(super) async fn summary(
    asking: &Asking,
    step: StepId,
    round: i32,
) -> async_graphql::Result<Option<ScorecardSummary>> {
    let cards = newest(&asking.load_all::<CardsOfStep>(step).await?);
    let cards: Vec<_> = cards.into_iter().filter(|card| card.round == round).collect();
    Ok((!cards.is_empty()).then(|| ScorecardSummary::of(&cards)))
}

/// Who was asked for scorecards of a step.
pub(super) async fn requests(asking: &Asking, step: StepId) -> async_graphql::Result<Vec<ScorecardRequest>> {
    let requests = asking.load_all::<RequestsOfStep>(step).await?;
    Ok(requests.iter().cloned().map(ScorecardRequest).collect())
}

/// What interviewers of an application left for those who come after.
pub(super) async fn left(
    asking: &Asking,
    application: ApplicationId,
) -> async_graphql::Result<Vec<InterviewerNote>> {
    let notes = asking.load_all::<NotesOfApplication>(application).await?;
    Ok(notes.iter().cloned().map(InterviewerNote).collect())
}
