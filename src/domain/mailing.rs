//! From which addresses mail is sent, what is asked of candidates by mail, and where what comes back is taken in.

use std::fmt;

use super::email::LetterKind;
use super::text::EmailAddress;

/// How mail is addressed, beside the one address it is from unless something else is said.
#[derive(Debug, Clone, Default)]
pub struct Mailing {
    /// Whom mail about applications, questions and references is from.
    pub applications: Option<EmailAddress>,
    /// Whom invitations are from; calendars answer there.
    pub interviews: Option<EmailAddress>,
    /// Whom mail about offers is from.
    pub offers: Option<EmailAddress>,
    /// Whom mail to colleagues is from, but for invitations.
    pub staff: Option<EmailAddress>,
    /// Whether accepting an offer takes a code that is mailed to its candidate.
    pub offer_code: bool,
    /// Where mail comes back, if it is taken in.
    pub inbound: Option<Inbound>,
}

impl Mailing {
    /// Whom a letter is from, if it has an address of its own.
    #[must_use]
    pub fn sender(&self, group: MailGroup) -> Option<&EmailAddress> {
        let own = match group {
            MailGroup::Applications => &self.applications,
            MailGroup::Interviews => &self.interviews,
            MailGroup::Offers => &self.offers,
            MailGroup::Staff => &self.staff,
        };
        own.as_ref()
    }
}

/// Letters that have a sender in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailGroup {
    /// About applications, questions and references.
    Applications,
    /// About meetings, to whoever comes.
    Interviews,
    /// About offers.
    Offers,
    /// To colleagues, but for invitations.
    Staff,
}

impl LetterKind {
    /// Which sender it has.
    #[must_use]
    pub const fn group(self) -> MailGroup {
        match self {
            Self::ApplicationReceived
            | Self::ApplicationRepeated
            | Self::ApplicationDeclined
            | Self::ApplicationWithdrawn
            | Self::ApplicationTransferred
            | Self::MessageSent
            | Self::FormSent
            | Self::FormReminded
            | Self::NominationRequested
            | Self::NominationReminded
            | Self::ReferenceRequested
            | Self::ReferenceReminded => MailGroup::Applications,
            Self::ScorecardRequested
            | Self::ScorecardReminded
            | Self::NoteMentioned
            | Self::ApprovalRequested
            | Self::ApprovalReminded
            | Self::ApprovalGiven
            | Self::ApprovalRefused
            | Self::OfferEnded => MailGroup::Staff,
            Self::InterviewScheduled
            | Self::InterviewCancelled
            | Self::InterviewAssigned
            | Self::InterviewUnassigned
            | Self::InterviewSlots
            | Self::InterviewSlotsReminded => MailGroup::Interviews,
            Self::Offer
            | Self::OfferExtended
            | Self::OfferCode
            | Self::OfferAccepted
            | Self::OfferDeclined
            | Self::OfferReminded
            | Self::OfferExpired
            | Self::OfferRescinded => MailGroup::Offers,
        }
    }
}

/// Where mail comes back, and what shows that it does so by right.
#[derive(Clone, PartialEq, Eq)]
pub struct Inbound {
    /// The domain whose mail is handed to this program, in ASCII.
    pub domain: String,
    /// The secret that addresses are sealed with and feeders show.
    pub secret: String,
    /// The one before, which is still believed.
    pub former: Option<String>,
}

/// Shows no secret.
impl fmt::Debug for Inbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbound").field("domain", &self.domain).finish_non_exhaustive()
    }
}
