//! The schema: every noun's queries and mutations, merged.

use async_graphql::{EmptySubscription, MergedObject, SDLExportOptions, SchemaBuilder};

use super::application::ApplicationQuery;
use super::application_each::ApplicationsMutation;
use super::application_move::ApplicationMutation;
use super::candidate::{CandidateMutation, CandidateQuery};
use super::channel_setting::{FeedMutation, FeedQuery};
use super::email_message::{EmailMessageMutation, EmailMessageQuery};
use super::event::EventQuery;
use super::extension::FieldErrors;
use super::form::FormMutation;
use super::interview_move::InterviewMutation;
use super::letter_template::{LetterTemplateMutation, LetterTemplateQuery};
use super::message::MessageMutation;
use super::node::NodeQuery;
use super::note::NoteMutation;
use super::offer::OfferQuery;
use super::offer_move::OfferMutation;
use super::organisation::OrganisationQuery;
use super::ping::PingQuery;
use super::plan::{PlanMutation, PlanQuery};
use super::posting::{PostingLifeMutation, PostingMutation, PostingQuery};
use super::reference_move::ReferenceMutation;
use super::report::ReportQuery;
use super::saved_reply::{SavedReplyMutation, SavedReplyQuery};
use super::scorecard::ScorecardMutation;
use super::slot_move::SlotMutation;
use super::step_move::StepMutation;
use super::tag::{TagMutation, TagQuery};
use super::team::{TeamMutation, TeamQuery};
use super::token::TokenMutation;
use super::viewer::ViewerQuery;
use super::work::WorkQuery;

/// Everything that can be asked.
#[derive(MergedObject, Debug, Default)]
pub struct Query(
    ApplicationQuery,
    CandidateQuery,
    EmailMessageQuery,
    EventQuery,
    FeedQuery,
    NodeQuery,
    OfferQuery,
    OrganisationQuery,
    PingQuery,
    LetterTemplateQuery,
    PlanQuery,
    PostingQuery,
    ReportQuery,
    SavedReplyQuery,
    TagQuery,
    TeamQuery,
    ViewerQuery,
    WorkQuery,
);

/// Everything that can be changed.
#[derive(MergedObject, Debug, Default)]
pub struct Mutation(
    ApplicationMutation,
    ApplicationsMutation,
    CandidateMutation,
    FeedMutation,
    FormMutation,
    InterviewMutation,
    MessageMutation,
    LetterTemplateMutation,
    NoteMutation,
    ReferenceMutation,
    OfferMutation,
    PlanMutation,
    PostingLifeMutation,
    PostingMutation,
    SavedReplyMutation,
    ScorecardMutation,
    SlotMutation,
    StepMutation,
    EmailMessageMutation,
    TagMutation,
    TeamMutation,
    TokenMutation,
);

/// The schema that is served.
pub type Schema = async_graphql::Schema<Query, Mutation, EmptySubscription>;

/// How deep selections may nest for the library itself, behind the guard's own smaller limit ([`super::guard::Limits`]).
const DEPTH: usize = 24;

/// Builds the schema. Each request brings its own [`Asking`](super::Asking).
#[must_use]
pub fn schema() -> Schema {
    builder().finish()
}

/// The same, that suggests no names beside misspelt ones, so that nobody learns it by asking.
#[must_use]
pub fn discreet_schema() -> Schema {
    builder().disable_suggestions().finish()
}

fn builder() -> SchemaBuilder<Query, Mutation, EmptySubscription> {
    Schema::build(Query::default(), Mutation::default(), EmptySubscription)
        .extension(FieldErrors)
        .limit_depth(DEPTH)
}

/// The schema in its definition language: what `schema/schema.graphql` holds.
#[must_use]
pub fn sdl() -> String {
    let options = SDLExportOptions::new()
        .sorted_fields()
        .sorted_arguments()
        .sorted_enum_items()
        .include_specified_by()
        .use_space_ident()
        .indent_width(2);
    schema().sdl_with_options(options)
}
