//! What the candidate decided on an offer, and the evidence of it.

use chrono::{DateTime, Utc};

use super::Refusal;
use super::canonical::Writing;
use super::faults::Faults;
use super::id::{LinkId, OfferId};
use super::offer::Decision;
use super::offer_code;
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

/// What somebody confirmed once, by its id.
#[must_use]
pub fn consent(id: &str) -> Option<Consent> {
    Some(CONSENT).filter(|consent| consent.id == id)
}

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

/// What somebody signs with, checked.
#[derive(Debug)]
pub struct Signature {
    /// The name that was typed.
    pub name: String,
    /// The id of the consent that was confirmed.
    pub consent: &'static str,
    /// The code that was typed, if one is asked for; not yet compared with the one that was sent.
    pub code: Option<String>,
}

/// Checks what somebody signs with; `code` is what was typed as one, where one is asked for.
///
/// # Errors
/// `REQUIRED` or `INVALID` on `typedName`, `consent` or `code`, or on several.
pub fn signed(name: &str, consent: &str, code: Option<&str>) -> Result<Signature, Refusal> {
    let mut faults = Faults::default();
    let name = faults.keep(text::line("typedName", name, 100));
    let consent = faults.keep(CONSENT.confirmed(consent).map(|consent| consent.id));
    let code = faults.keep(code.map(offer_code::typed).transpose());
    faults.end().map(|()| Signature { name, consent, code })
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
    /// The candidate's name as it was on record then; none for decisions made before it was kept.
    pub name: Option<String>,
    /// When the code was sent that the acceptance took, if it took one.
    pub code_sent_at: Option<DateTime<Utc>>,
    /// When.
    pub at: DateTime<Utc>,
}

impl Evidence {
    /// The written form that is hashed.
    #[must_use]
    pub fn canonical(&self) -> String {
        let mut form = Writing::of("vacantia-decision-1\n");
        form.put("offerId", &self.offer.to_string());
        form.put("version", &self.version.to_string());
        form.put("decision", self.decision.as_str());
        form.put("termsHash", &self.terms_hash.0);
        form.maybe("typedName", self.typed_name.as_deref());
        form.maybe("consent", self.consent.as_deref());
        form.put("nonceHash", &self.nonce_hash);
        form.put("linkId", &self.link.map(|link| link.to_string()).unwrap_or_default());
        form.maybe("ip", self.ip.as_deref());
        form.maybe("userAgent", self.user_agent.as_deref());
        form.maybe("reason", self.reason.as_deref());
        form.maybe("name", self.name.as_deref());
        let instant = |at: DateTime<Utc>| at.timestamp_micros().to_string();
        form.put("codeSentAt", &self.code_sent_at.map(instant).unwrap_or_default());
        form.put("decidedAt", &instant(self.at));
        form.text()
    }
}
