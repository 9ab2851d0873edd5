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
    /// Since when mail to the address is known not to arrive.
    pub undeliverable_since: Option<DateTime<Utc>>,
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
    /// `REQUIRED` or `INVALID` on `name`, `email` and `phone`, on all that are at fault.
    pub fn parse(name: &str, email: &str, phone: Option<&str>) -> Result<Self, Refusal> {
        let name = text::line("name", name, 100);
        let email = EmailAddress::parse("email", email);
        let phone = text::optional_line("phone", phone, 40);
        match (name, email, phone) {
            (Ok(name), Ok(email), Ok(phone)) => {
                Ok(Self { name, contact: Contact { email, phone, undeliverable_since: None } })
            }
            (name, email, phone) => {
                let faults = [name.err(), email.err(), phone.err()].into_iter().flatten().collect();
                Err(Refusal::all(faults).err().unwrap_or(Refusal::Required { field: "name".into() }))
            }
        }
    }
}
