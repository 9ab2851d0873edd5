//! The answer of a mutation: the object, or what was refused and why.

use async_graphql::{Enum, SimpleObject};

use super::error::fault;
use crate::domain::Refusal;
use crate::storage::Failure;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal),+ $(,)?) => {
        /// Why a change was refused. More codes may come.
        #[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
        pub enum UserErrorCode { $($(#[$doc])* $name),+ }

        impl From<&Refusal> for UserErrorCode {
            fn from(refusal: &Refusal) -> Self {
                match refusal.code() {
                    $($code => Self::$name,)+
                    // Every code is listed above; a test walks them.
                    _ => Self::Invalid,
                }
            }
        }

        #[cfg(test)]
        const CODES: &[&str] = &[$($code),+];
    };
}

codes! {
    /// There is no such thing for you.
    NotFound = "NOT_FOUND",
    /// You may see this but not do that.
    Forbidden = "FORBIDDEN",
    /// A value is missing.
    Required = "REQUIRED",
    /// A value is malformed, too long or out of range.
    Invalid = "INVALID",
    /// Another record already has this value.
    Taken = "TAKEN",
    /// The record moved on since you read it.
    Stale = "STALE",
    /// The idempotency key was used for a different request.
    IdempotencyMismatch = "IDEMPOTENCY_MISMATCH",
    /// The posting's status does not allow this.
    PostingStatus = "POSTING_STATUS",
    /// The posting has neither a location nor remote countries.
    PlaceMissing = "PLACE_MISSING",
    /// The posting has no vacancies.
    NoVacancies = "NO_VACANCIES",
    /// The deadline has passed.
    DeadlinePassed = "DEADLINE_PASSED",
    /// Applications are still active.
    ActiveApplications = "ACTIVE_APPLICATIONS",
    /// Fewer vacancies than seats held by live offers.
    BelowHeld = "BELOW_HELD",
    /// The team still has seats or applications in the posting.
    TeamInUse = "TEAM_IN_USE",
    /// The posting takes no applications now.
    NotTakingApplications = "NOT_TAKING_APPLICATIONS",
    /// Applications to the posting are taken elsewhere: see its `applyUrl`.
    AppliesElsewhere = "APPLIES_ELSEWHERE",
    /// This person has already applied.
    AlreadyApplied = "ALREADY_APPLIED",
    /// The application is no longer active.
    NotActive = "NOT_ACTIVE",
    /// The application's status does not allow this.
    ApplicationStatus = "APPLICATION_STATUS",
    /// Required steps of the stage are unfinished.
    GateIncomplete = "GATE_INCOMPLETE",
    /// The next stage cannot be stepped over.
    CannotPassOver = "CANNOT_PASS_OVER",
    /// There is no such stage to move to.
    NoStage = "NO_STAGE",
    /// The step's state does not allow this.
    StepState = "STEP_STATE",
    /// A required step cannot be skipped.
    StepRequired = "STEP_REQUIRED",
    /// The application has not reached the step.
    StepNotReached = "STEP_NOT_REACHED",
    /// What was asked was answered before.
    AlreadyAnswered = "ALREADY_ANSWERED",
    /// The interview's state does not allow this.
    InterviewState = "INTERVIEW_STATE",
    /// The time was taken meanwhile, or has begun.
    SlotTaken = "SLOT_TAKEN",
    /// Nobody interviews a person they referred.
    ReferredBy = "REFERRED_BY",
    /// The application is allotted to no team.
    NoAllotment = "NO_ALLOTMENT",
    /// The application was allotted to another team after the offer was drafted.
    AllottedElsewhere = "ALLOTTED_ELSEWHERE",
    /// The team has no open seat.
    NoOpening = "NO_OPENING",
    /// There is already a live offer.
    OfferLive = "OFFER_LIVE",
    /// The justification is missing.
    NoJustification = "NO_JUSTIFICATION",
    /// The references are not complete.
    ReferencesMissing = "REFERENCES_MISSING",
    /// The offer's status does not allow this.
    OfferStatus = "OFFER_STATUS",
    /// These terms are not approved.
    NotApproved = "NOT_APPROVED",
    /// The terms have changed.
    TermsChanged = "TERMS_CHANGED",
    /// Name an approver who did not draft the offer.
    ApproverRequired = "APPROVER_REQUIRED",
    /// The offer has expired.
    Expired = "EXPIRED",
    /// The offer was already decided.
    AlreadyDecided = "ALREADY_DECIDED",
    /// Mail to the candidate is known not to arrive; give another address first.
    EmailUndeliverable = "EMAIL_UNDELIVERABLE",
    /// This was done too often; wait a while.
    TooOften = "TOO_OFTEN",
    /// The message's delivery state does not allow this.
    EmailState = "EMAIL_STATE",
}

/// Why a change was refused. Nothing was changed.
#[derive(SimpleObject, Debug, Clone)]
pub struct UserError {
    /// The stable code.
    pub code: UserErrorCode,
    /// For people.
    pub message: String,
    /// Path into the input of the field at fault, where one is.
    pub field: Option<Vec<String>>,
}

impl From<&Refusal> for UserError {
    fn from(refusal: &Refusal) -> Self {
        Self {
            code: refusal.into(),
            message: refusal.to_string(),
            field: refusal.field().map(|path| path.split('.').map(str::to_owned).collect()),
        }
    }
}

impl UserError {
    /// Why one of the entries of a list of an input was refused.
    pub(super) fn of_item(list: &str, place: usize, refusal: &Refusal) -> Self {
        let of = Self::from(refusal);
        let path = [list.to_owned(), place.to_string()];
        Self { field: Some(path.into_iter().chain(of.field.into_iter().flatten()).collect()), ..of }
    }
}

/// What a change ended in, our own faults aside: the object, or what was refused.
///
/// # Errors
/// `INTERNAL` for our own fault.
pub fn answer<T, P: From<Result<T, Refusal>>>(ended: Result<T, Failure>) -> async_graphql::Result<Option<P>> {
    match ended {
        Ok(object) => Ok(Some(P::from(Ok(object)))),
        Err(Failure::Refused(refusal)) => {
            tracing::debug!(code = refusal.code(), "a change was refused");
            metrics::counter!("vacantia_refusals_total", "code" => refusal.code()).increment(1);
            Ok(Some(P::from(Err(refusal))))
        }
        Err(Failure::Fault(broken)) => Err(fault(&broken)),
    }
}

/// Declares the payload of a mutation: `payload!(/// Answer to postingPublish. PostingPublishPayload { /// .. posting: Posting });`
macro_rules! payload {
    ($(#[$doc:meta])* $name:ident { $(#[$field_doc:meta])* $field:ident: $object:ty }) => {
        $(#[$doc])*
        #[derive(async_graphql::SimpleObject, Debug)]
        pub struct $name {
            $(#[$field_doc])*
            $field: Option<$object>,
            /// Why nothing was changed; empty when it was.
            user_errors: Vec<$crate::graphql::payload::UserError>,
        }

        impl<T: Into<$object>> From<Result<T, $crate::domain::Refusal>> for $name {
            fn from(ended: Result<T, $crate::domain::Refusal>) -> Self {
                match ended {
                    Ok(object) => Self { $field: Some(object.into()), user_errors: Vec::new() },
                    Err(refusal) => Self { $field: None, user_errors: refusal.each().iter().map(Into::into).collect() },
                }
            }
        }
    };
}

pub(super) use payload;

#[cfg(test)]
mod tests {
    #[test]
    fn every_refusal_has_its_code_here() {
        let source = include_str!("../domain/refusal.rs");
        let codes: Vec<&str> = source
            .lines()
            .filter_map(|line| line.split_once("=> \"")?.1.split_once('"'))
            .map(|(code, _)| code)
            .collect();
        assert_eq!(codes, super::CODES);
    }
}
