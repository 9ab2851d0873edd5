//! A person who applies.

use chrono::{DateTime, Utc};

use super::Refusal;
use super::id::CandidateId;
use super::text::{self, EmailAddress};

/// A person who applies, without how to reach them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Their id.
    pub id: CandidateId,
    /// What they are called.
    pub name: String,
    /// When they were met.
    pub created_at: DateTime<Utc>,
}

/// How to reach a candidate. Readable only where policy says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Their e-mail address.
    pub email: EmailAddress,
    /// Their telephone number, as they wrote it.
    pub phone: Option<String>,
}

/// Who applies, as they say themselves, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applicant {
    /// Their name.
    pub name: String,
    /// How to reach them.
    pub contact: Contact,
}

impl Applicant {
    /// # Errors
    /// `REQUIRED` or `INVALID` on `name`, `email` or `phone`.
    pub fn parse(name: &str, email: &str, phone: Option<&str>) -> Result<Self, Refusal> {
        Ok(Self {
            name: text::line("name", name, 100)?,
            contact: Contact {
                email: EmailAddress::parse("email", email)?,
                phone: text::optional_line("phone", phone, 40)?,
            },
        })
    }
}
