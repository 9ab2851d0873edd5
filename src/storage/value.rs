//! The domain's ids and enums as column values: all of them are text.

use std::str::FromStr;

use sea_orm::sea_query::{ArrayType, ColumnType, Nullable, StringLen, ValueType, ValueTypeErr};
use sea_orm::{
    ActiveValue, ColIdx, DbErr, IntoActiveValue, QueryResult, TryFromU64, TryGetError, TryGetable, Value,
};

use crate::domain::{
    application, approval, email, event, feed, id, interview, link, message, money, offer, opening, ping,
    place, plan, posting, posting_source, question, reference, scorecard, slot, step, viewer, work,
};

/// Reads a column's text into a type of the domain; a text it does not know is a fault.
fn parsed<T: FromStr, I: ColIdx>(row: &QueryResult, column: I) -> Result<T, TryGetError> {
    let text = String::try_get_by(row, column)?;
    let unknown = || {
        let name = std::any::type_name::<T>();
        DbErr::Type(format!("{column:?} holds {text:?}, which is no {name}"))
    };
    text.parse().map_err(|_| unknown().into())
}

/// Lets types with `Display` and `FromStr` stand in entities, filters and queries.
macro_rules! text_columns {
    ($($name:ty),+ $(,)?) => { $(
        impl From<$name> for Value {
            fn from(value: $name) -> Self {
                value.to_string().into()
            }
        }

        impl TryGetable for $name {
            fn try_get_by<I: ColIdx>(row: &QueryResult, column: I) -> Result<Self, TryGetError> {
                parsed(row, column)
            }
        }

        impl ValueType for $name {
            fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
                let text = <String as ValueType>::try_from(value)?;
                text.parse().map_err(|_| ValueTypeErr)
            }

            fn type_name() -> String {
                stringify!($name).to_owned()
            }

            fn array_type() -> ArrayType {
                ArrayType::String
            }

            fn column_type() -> ColumnType {
                ColumnType::String(StringLen::None)
            }
        }

        impl Nullable for $name {
            fn null() -> Value {
                Value::String(None)
            }
        }

        impl IntoActiveValue<$name> for $name {
            fn into_active_value(self) -> ActiveValue<$name> {
                ActiveValue::Set(self)
            }
        }

        impl TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, DbErr> {
                Err(DbErr::ConvertFromU64(stringify!($name)))
            }
        }
    )+ };
}

text_columns! {
    id::PostingId, id::TeamId, id::PostingTeamId, id::OpeningId, id::PlanId, id::CandidateId,
    id::ApplicationId, id::StepId, id::AnswerId, id::FormId, id::SavedReplyId, id::ScorecardId, id::AllotmentId, id::NoteId, id::MessageId, id::OfferId, id::ApprovalId, id::ApprovalRequestId, id::InterviewId, id::ReferenceRequestId, id::ReferenceId, id::SlotsId, id::SlotId,
    id::EmailMessageId, id::PingId, id::UserId, id::GrantId, id::TokenId, id::LinkId, id::ChangeId,
    approval::RequestState,
    application::ApplicationStatus, application::Side, application::Source,
    email::EmailState, email::LetterKind,
    event::EventKind,
    feed::Channel,
    interview::InterviewState, interview::Missing, interview::Response,
    link::LinkKind, message::QuestionKind,
    money::PayInterval,
    offer::Decision, offer::OfferStatus, offer::VersionStatus,
    opening::OpeningKind, opening::OpeningState,
    ping::PingKind, ping::PingState,
    place::Workplace,
    plan::Participant, plan::StageMode, plan::StepKind,
    posting::CloseReason, posting::EmploymentType, posting::PostingStatus, posting::RequirementLevel,
    posting_source::SourceSystem,
    question::QuestionType,
    scorecard::Rating,
    reference::Recommendation, reference::ReferenceState, reference::Relation,
    slot::SlotsState,
    step::StepState,
    viewer::Role, viewer::TokenScope,
    work::WorkKind,
}
