//! What the candidate decided on an offer, and the evidence of it.

use chrono::{DateTime, Utc};

use super::Refusal;
use super::faults::Faults;
use super::id::{LinkId, OfferId};
use super::offer::Decision;
use super::terms::TermsHash;
use super::text;

/// What somebody confirms. A change of the text is a new consent with a new id, so that what is kept says what was
/// confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consent {
    /// Names the text.
    pub id: &'static str,
    /// What is confirmed.
    pub text: &'static str,
}

/// What a candidate confirms now when accepting.
pub const CONSENT: Consent = Consent {
    id: "accept-1",
    text: "I accept this offer on the terms shown above. By typing my name and confirming, I sign electronically.",
};

impl Consent {
    /// This consent, if it is the one that was confirmed.
    ///
    /// # Errors
    /// `REQUIRED` or `INVALID` on `consent`.
    pub fn confirmed(self, id: &str) -> Result<Self, Refusal> {
        match id {
            "" => Err(Refusal::required("consent")),
            id if id == self.id => Ok(self),
            _ => Err(Refusal::invalid("consent", "the id of the consent that is shown now")),
        }
    }
}

/// The name somebody signs with, and the id of the consent they confirm with it, both checked.
///
/// # Errors
/// `REQUIRED` or `INVALID` on `typedName`, on `consent`, or on both.
pub fn signed(name: &str, consent: &str) -> Result<(String, &'static str), Refusal> {
    let mut faults = Faults::default();
    let name = faults.keep(text::line("typedName", name, 100));
    let consent = faults.keep(CONSENT.confirmed(consent).map(|consent| consent.id));
    faults.end().map(|()| (name, consent))
}

/// The evidence of a decision: what a signature on paper would show. One for each decided offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Which offer.
    pub offer: OfferId,
    /// Which of its versions.
    pub version: i32,
    /// What was decided.
    pub decision: Decision,
    /// On exactly these terms.
    pub terms_hash: TermsHash,
    /// The name that was typed to accept.
    pub typed_name: Option<String>,
    /// [`Consent::id`] of what was confirmed.
    pub consent: Option<String>,
    /// The hash of the page's nonce: the same page sent twice decides once.
    pub nonce_hash: String,
    /// Through which link.
    pub link: Option<LinkId>,
    /// From which internet address.
    pub ip: Option<String>,
    /// With which program.
    pub user_agent: Option<String>,
    /// Why, when declined and said.
    pub reason: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}
