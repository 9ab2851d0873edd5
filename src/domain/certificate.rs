//! The certificate of an acceptance: who accepted what, when and how, and what proves it.

use chrono::{DateTime, Utc};

use super::decision::{Evidence, consent};
use super::terms::Terms;

/// What is kept of an acceptance, and what proves it.
#[derive(Debug, Clone)]
pub struct Proof {
    /// What the candidate did.
    pub evidence: Evidence,
    /// The hash of that in its written form.
    pub evidence_hash: String,
    /// When the candidate first opened the offer.
    pub first_viewed_at: Option<DateTime<Utc>>,
    /// The mail that carried the accepted version.
    pub mail: Option<Mail>,
    /// SHA-256 of the PDF letter, if there is one.
    pub document: Option<String>,
    /// Place and hash of the event that records the acceptance; the hash is missing for one recorded before there were
    /// hashes.
    pub event: (i64, Option<String>),
}

/// The mail that carried an offer.
#[derive(Debug, Clone)]
pub struct Mail {
    /// To which address.
    pub to: String,
    /// Its `Message-ID`.
    pub message_id: String,
    /// When the relay took it.
    pub sent_at: Option<DateTime<Utc>>,
    /// What the relay said.
    pub reply: Option<String>,
}

/// A certificate.
#[derive(Debug, Clone)]
pub struct Certificate {
    /// Who offered.
    pub organisation: String,
    /// What was accepted.
    pub terms: Terms,
    /// What proves it.
    pub proof: Proof,
}

/// An instant to the second, the same for everybody.
fn instant(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// Those of these that are known.
fn known<const N: usize>(facts: [(&'static str, Option<String>); N]) -> Vec<(&'static str, String)> {
    facts.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

impl Certificate {
    /// What it says, by headings, a few words for each thing and what that is called.
    #[must_use]
    pub fn sections(&self) -> [(&'static str, Vec<(&'static str, String)>); 4] {
        [
            ("What was accepted", self.offer()),
            ("Who accepted, and how", self.signature()),
            ("How the offer came to them", self.delivery()),
            ("What proves it", self.proofs()),
        ]
    }

    fn offer(&self) -> Vec<(&'static str, String)> {
        let (evidence, terms) = (&self.proof.evidence, &self.terms);
        known([
            ("Offered by", Some(self.organisation.clone())),
            ("Employer", terms.employer.clone()),
            ("Role", Some(terms.title.clone())),
            ("Team", Some(terms.team.clone())),
            ("Offer", Some(evidence.offer.to_string())),
            ("Version", Some(evidence.version.to_string())),
            ("Fingerprint of the terms", Some(evidence.terms_hash.0.clone())),
            ("Fingerprint of the letter (PDF)", self.proof.document.clone()),
        ])
    }

    fn signature(&self) -> Vec<(&'static str, String)> {
        let evidence = &self.proof.evidence;
        let confirmed = evidence.consent.as_deref();
        known([
            ("Name on record", evidence.name.clone()),
            ("Name typed as signature", evidence.typed_name.clone()),
            ("Confirmed", confirmed.and_then(consent).map(|consent| consent.text.to_owned())),
            ("That text is called", confirmed.map(str::to_owned)),
            ("Code from a mail sent", evidence.code_sent_at.map(instant)),
            ("Accepted", Some(instant(evidence.at))),
            ("Internet address", evidence.ip.clone()),
            ("Program", evidence.user_agent.clone()),
            ("Link", evidence.link.map(|link| link.to_string())),
        ])
    }

    fn delivery(&self) -> Vec<(&'static str, String)> {
        let mail = self.proof.mail.as_ref();
        known([
            ("Mailed to", mail.map(|mail| mail.to.clone())),
            ("Message", mail.map(|mail| mail.message_id.clone())),
            ("Taken by the relay", mail.and_then(|mail| mail.sent_at).map(instant)),
            ("What the relay said", mail.and_then(|mail| mail.reply.clone())),
            ("First opened", self.proof.first_viewed_at.map(instant)),
        ])
    }

    fn proofs(&self) -> Vec<(&'static str, String)> {
        let (seq, hash) = &self.proof.event;
        known([
            ("Fingerprint of this evidence", Some(self.proof.evidence_hash.clone())),
            ("Recorded as event", Some(seq.to_string())),
            ("Fingerprint of that event and all before it", hash.clone()),
        ])
    }

    /// The certificate as text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::from("Certificate of acceptance\n");
        for (heading, facts) in self.sections() {
            text.extend(["\n", heading, "\n"]);
            for (name, value) in facts {
                text.extend(["- ", name, ": ", &value, "\n"]);
            }
        }
        text
    }
}
