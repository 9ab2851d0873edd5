//! An offer as a document: a letter that its candidate can keep. The page decides, the document says the same.

use chrono::{DateTime, Utc};

use super::id::OfferId;
use super::terms::{Terms, TermsHash};

/// What the letter of a version says.
#[derive(Debug, Clone)]
pub struct OfferLetter {
    /// Which offer.
    pub offer: OfferId,
    /// Which version of it.
    pub version: i32,
    /// Who offers.
    pub organisation: String,
    /// To whom.
    pub name: String,
    /// The day it is sent, in words.
    pub day: String,
    /// What is promised.
    pub terms: Terms,
    /// The hash of that.
    pub terms_hash: TermsHash,
}

/// The document of a version. It is made once, when the version is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferDocument {
    /// Of which offer.
    pub offer: OfferId,
    /// Of which version of it.
    pub version: i32,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// What came of it.
    pub print: Print,
}

/// A PDF, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Print {
    /// A PDF with this SHA-256 (hexadecimal), and so many bytes.
    Made {
        /// SHA-256 of the bytes, hexadecimal.
        sha256: String,
        /// How many bytes there are.
        size: i32,
    },
    /// Characters of the letter that no font at hand has: a document without them would not say the same.
    Unprintable(String),
}

impl OfferDocument {
    /// The SHA-256 of the PDF, if there is one.
    #[must_use]
    pub fn sha256(&self) -> Option<&str> {
        match &self.print {
            Print::Made { sha256, .. } => Some(sha256),
            Print::Unprintable(_) => None,
        }
    }
}
