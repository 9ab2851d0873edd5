//! What the business says no to. A refusal is an answer, not a fault: nothing was changed.

/// One line per reason; `code` is the contract with callers, the message is for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no such thing for this viewer: absent and hidden answer alike.
    #[error("There is no such {0}.")]
    NotFound(&'static str),
    /// The viewer may see this but not do that.
    #[error("You may not do this here.")]
    Forbidden,
    /// A value is missing.
    #[error("{} is required.", pretty(.field))]
    Required {
        /// Dotted path into the input.
        field: String,
    },
    /// A value is malformed, too long or out of range.
    #[error("{}: expected {expected}.", pretty(.field))]
    Invalid {
        /// Dotted path into the input.
        field: String,
        /// What would be right.
        expected: String,
    },
    /// Several values are at fault; never empty, never nested.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))]
    Several(Vec<Refusal>),
    /// Another record already has this value.
    #[error("This {0} is taken.")]
    Taken(&'static str),
    /// The record moved on since the caller read it.
    #[error("This has changed since you read it; read it again.")]
    Stale,
    /// The key was used for another request.
    #[error("This idempotency key was used for a different request.")]
    IdempotencyMismatch,
    /// The posting's status does not allow this move.
    #[error("A posting that is {0} cannot do this.")]
    PostingStatus(&'static str),
    /// Neither a location nor a remote country is given.
    #[error("A posting needs a location or, if fully remote, its countries.")]
    PlaceMissing,
    /// No seat is open or held.
    #[error("The posting has no vacancies.")]
    NoVacancies,
    /// The posting's deadline has passed.
    #[error("The deadline has passed.")]
    DeadlinePassed,
    /// Active applications or live offers stand in the way.
    #[error("Applications are still active.")]
    ActiveApplications,
    /// The number of vacancies would fall below the seats held by live offers.
    #[error("{held} seats are held by live offers; vacancies cannot be fewer.")]
    BelowHeld {
        /// Seats held now.
        held: u32,
    },
    /// A team that has seats, or applications, cannot leave its posting.
    #[error("The team still has seats or applications in this posting.")]
    TeamInUse,
    /// The posting takes no applications now.
    #[error("This posting takes no applications now.")]
    NotTakingApplications,
    /// Applications to the posting are taken by another system.
    #[error("Apply to this posting at the address it names.")]
    AppliesElsewhere,
    /// The candidate already has an active or hired application to this posting.
    #[error("This person has already applied.")]
    AlreadyApplied,
    /// The application is not active.
    #[error("The application is no longer active.")]
    NotActive,
    /// The application's status does not allow this move.
    #[error("An application that is {0} cannot do this.")]
    ApplicationStatus(&'static str),
    /// Required steps of the stage are unfinished.
    #[error("These steps are unfinished: {}.", .0.join(", "))]
    GateIncomplete(Vec<String>),
    /// An optional stage was to be stepped over, but something in it is under way or it is not optional.
    #[error("The next stage cannot be stepped over.")]
    CannotPassOver,
    /// There is no stage after this one, or none before.
    #[error("There is no such stage to move to.")]
    NoStage,
    /// The step's state does not allow this move.
    #[error("A step that is {0} cannot do this.")]
    StepState(&'static str),
    /// Only an optional step can be skipped.
    #[error("A required step cannot be skipped; waive it with a reason.")]
    StepRequired,
    /// The step is in a stage the application has not reached.
    #[error("The application has not reached this step.")]
    StepNotReached,
    /// What was asked was answered before.
    #[error("This has been answered already.")]
    AlreadyAnswered,
    /// The interview's state does not allow this move.
    #[error("An interview that is {0} cannot do this.")]
    InterviewState(&'static str),
    /// The time was taken meanwhile, or has begun.
    #[error("This time is no longer free.")]
    SlotTaken,
    /// Somebody was to interview a person they referred.
    #[error("Nobody interviews a person they referred.")]
    ReferredBy {
        /// Where in the input they are named.
        field: String,
    },
    /// The application is allotted to no team.
    #[error("Allot the application to a team first.")]
    NoAllotment,
    /// The application was allotted to another team after the offer was drafted.
    #[error("The application is allotted to another team now; write the offer for that one.")]
    AllottedElsewhere,
    /// No open seat is left in the team.
    #[error("The team has no open seat.")]
    NoOpening,
    /// A live offer stands in the way.
    #[error("There is already a live offer.")]
    OfferLive,
    /// Nobody has written why to hire.
    #[error("Write the justification first.")]
    NoJustification,
    /// The plan's reference rule is neither met nor waived.
    #[error("The references are not complete.")]
    ReferencesMissing,
    /// The offer's status does not allow this move.
    #[error("An offer that is {0} cannot do this.")]
    OfferStatus(&'static str),
    /// The plan asks for an approval that is missing or was given for other terms.
    #[error("These terms are not approved.")]
    NotApproved,
    /// The terms differ from those the caller decides on.
    #[error("The terms have changed.")]
    TermsChanged,
    /// The plan's rule asks for an approver, or the approver may not approve this.
    #[error("Name an approver who did not draft the offer.")]
    ApproverRequired,
    /// The link or the offer has expired.
    #[error("The offer has expired.")]
    Expired,
    /// The offer was decided before.
    #[error("This offer was already {0}.")]
    AlreadyDecided(&'static str),
    /// Mail to the candidate is known not to arrive.
    #[error("Mail does not reach this candidate; give another address first.")]
    EmailUndeliverable,
    /// It was done as often as it may be, for now or at all.
    #[error("This was done too often; wait a while, or write to us.")]
    TooOften,
    /// The message's delivery state does not allow this move.
    #[error("A message that is {0} cannot do this.")]
    EmailState(&'static str),
}

impl Refusal {
    /// `REQUIRED` for a field.
    #[must_use]
    pub fn required(field: &str) -> Self {
        Self::Required { field: field.to_owned() }
    }

    /// `INVALID` for a field, telling what would be right.
    #[must_use]
    pub fn invalid(field: &str, expected: &str) -> Self {
        Self::Invalid { field: field.to_owned(), expected: expected.to_owned() }
    }

    /// All of them as one; `Ok` when there are none.
    ///
    /// # Errors
    /// The one, or `Several`.
    pub fn all(refusals: Vec<Self>) -> Result<(), Self> {
        let mut flat: Vec<Self> = refusals.into_iter().flat_map(Self::apart).collect();
        match flat.len() {
            0 => Ok(()),
            1 => Err(flat.remove(0)),
            _ => Err(Self::Several(flat)),
        }
    }

    fn apart(self) -> Vec<Self> {
        match self {
            Self::Several(refusals) => refusals,
            one => vec![one],
        }
    }

    /// Each single refusal in it, in the order they were found.
    #[must_use]
    pub fn each(&self) -> &[Self] {
        match self {
            Self::Several(refusals) => refusals,
            one => std::slice::from_ref(one),
        }
    }

    /// The stable code callers branch on; of several, the first one's.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound(_) => "NOT_FOUND",
            Self::Forbidden => "FORBIDDEN",
            Self::Required { .. } => "REQUIRED",
            Self::Invalid { .. } => "INVALID",
            Self::Several(refusals) => refusals.first().map_or("INVALID", Self::code),
            Self::Taken(_) => "TAKEN",
            Self::Stale => "STALE",
            Self::IdempotencyMismatch => "IDEMPOTENCY_MISMATCH",
            Self::PostingStatus(_) => "POSTING_STATUS",
            Self::PlaceMissing => "PLACE_MISSING",
            Self::NoVacancies => "NO_VACANCIES",
            Self::DeadlinePassed => "DEADLINE_PASSED",
            Self::ActiveApplications => "ACTIVE_APPLICATIONS",
            Self::BelowHeld { .. } => "BELOW_HELD",
            Self::TeamInUse => "TEAM_IN_USE",
            Self::NotTakingApplications => "NOT_TAKING_APPLICATIONS",
            Self::AppliesElsewhere => "APPLIES_ELSEWHERE",
            Self::AlreadyApplied => "ALREADY_APPLIED",
            Self::NotActive => "NOT_ACTIVE",
            Self::ApplicationStatus(_) => "APPLICATION_STATUS",
            Self::GateIncomplete(_) => "GATE_INCOMPLETE",
            Self::CannotPassOver => "CANNOT_PASS_OVER",
            Self::NoStage => "NO_STAGE",
            Self::StepState(_) => "STEP_STATE",
            Self::StepRequired => "STEP_REQUIRED",
            Self::StepNotReached => "STEP_NOT_REACHED",
            Self::AlreadyAnswered => "ALREADY_ANSWERED",
            Self::InterviewState(_) => "INTERVIEW_STATE",
            Self::SlotTaken => "SLOT_TAKEN",
            Self::ReferredBy { .. } => "REFERRED_BY",
            Self::NoAllotment => "NO_ALLOTMENT",
            Self::AllottedElsewhere => "ALLOTTED_ELSEWHERE",
            Self::NoOpening => "NO_OPENING",
            Self::OfferLive => "OFFER_LIVE",
            Self::NoJustification => "NO_JUSTIFICATION",
            Self::ReferencesMissing => "REFERENCES_MISSING",
            Self::OfferStatus(_) => "OFFER_STATUS",
            Self::NotApproved => "NOT_APPROVED",
            Self::TermsChanged => "TERMS_CHANGED",
            Self::ApproverRequired => "APPROVER_REQUIRED",
            Self::Expired => "EXPIRED",
            Self::AlreadyDecided(_) => "ALREADY_DECIDED",
            Self::EmailUndeliverable => "EMAIL_UNDELIVERABLE",
            Self::TooOften => "TOO_OFTEN",
            Self::EmailState(_) => "EMAIL_STATE",
        }
    }

    /// The dotted path of the input field at fault, where one is known.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::Required { field } | Self::Invalid { field, .. } | Self::ReferredBy { field } => {
                Some(field)
            }
            Self::Taken(field) => Some(field),
            Self::Several(refusals) => refusals.first().and_then(Self::field),
            _ => None,
        }
    }
}

/// `payRanges.0.min` reads as `Pay ranges 0 min`.
fn pretty(field: &str) -> String {
    let mut words = String::new();
    for c in field.chars() {
        match c {
            '.' => words.push(' '),
            c if c.is_uppercase() => {
                words.push(' ');
                words.extend(c.to_lowercase());
            }
            c if words.is_empty() => words.extend(c.to_uppercase()),
            c => words.push(c),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_name_the_field_as_people_say_it() {
        let refusal = Refusal::invalid("payRanges.0.minMinor", "an amount");
        assert_eq!(refusal.to_string(), "Pay ranges 0 min minor: expected an amount.");
        assert_eq!(refusal.field(), Some("payRanges.0.minMinor"));
        assert_eq!(refusal.code(), "INVALID");
    }

    #[test]
    fn several_refusals_stay_apart() {
        let (name, email) = (Refusal::required("name"), Refusal::required("email"));
        assert_eq!(Refusal::all(vec![]), Ok(()));
        assert_eq!(Refusal::all(vec![name.clone()]), Err(name.clone()));
        let inner = Refusal::all(vec![name.clone(), email.clone()]).unwrap_err();
        let both = Refusal::all(vec![inner, Refusal::Stale]).unwrap_err();
        assert_eq!(both.each(), [name, email, Refusal::Stale]);
        assert_eq!((both.code(), both.field()), ("REQUIRED", Some("name")));
    }
}
