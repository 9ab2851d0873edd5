//! People who apply. How to reach them is a group of its own, read by fewer.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::application::{Application, ApplicationFilter};
use super::asking::asking;
use super::batch::nested_read;
use super::board;
use super::connection::{Connection, Paging};
use super::error::{fault, id};
use super::payload::{answer, payload};
use super::scalar::DateTime;
use crate::actions::candidate as actions;
use crate::domain;
use crate::domain::id::CandidateId;
use crate::domain::policy::application::{applications, contacts};
use crate::storage;

/// A person who applies.
#[derive(Debug, Clone)]
pub struct Candidate(pub domain::candidate::Candidate);

impl From<domain::candidate::Candidate> for Candidate {
    fn from(candidate: domain::candidate::Candidate) -> Self {
        Self(candidate)
    }
}

/// How to reach a candidate.
#[derive(SimpleObject, Debug)]
pub struct Contact {
    /// E-mail address of the candidate.
    email: String,
    /// Telephone number of the candidate, as they wrote it.
    phone: Option<String>,
    /// Timestamp of since when mail to the address is known not to arrive: nothing is sent there until `candidateUpdate`.
    undeliverable_since: Option<DateTime>,
}

impl From<domain::candidate::Contact> for Contact {
    fn from(contact: domain::candidate::Contact) -> Self {
        Self {
            email: contact.email.as_str().to_owned(),
            phone: contact.phone,
            undeliverable_since: contact.undeliverable_since.map(Into::into),
        }
    }
}

/// What somebody said of themselves with one application.
#[derive(SimpleObject, Debug)]
pub struct SubmittedContact {
    /// Name that they gave.
    name: String,
    /// E-mail address that they gave.
    email: String,
    /// Telephone number that they gave.
    phone: Option<String>,
}

impl From<domain::candidate::Applicant> for SubmittedContact {
    fn from(said: domain::candidate::Applicant) -> Self {
        let domain::candidate::Contact { email, phone, .. } = said.contact;
        Self { name: said.name, email: email.to_string(), phone }
    }
}

/// A person who applies.
#[Object]
impl Candidate {
    /// Id of the candidate.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Name of the candidate.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Timestamp of when the candidate was first met.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// How to reach the candidate; for recruiters, hiring managers and the candidate.
    async fn contact(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Contact>> {
        Ok(asking(ctx).load::<ContactOfCandidate>(self.0.id).await?.map(Contact::from))
    }

    /// Applications of the candidate that the viewer works on, the newest first.
    async fn applications(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which applications.")] filter: Option<ApplicationFilter>,
        #[graphql(desc = "How many from the start: 1 to 100, 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only entries behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only entries ahead of this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Application>> {
        let paging = Paging { first, after, last, before };
        board::of_candidate(asking(ctx), self.0.id, &filter.unwrap_or_default(), &paging).await
    }
}

nested_read! {
    /// Candidates by their ids.
    pub(super) CandidateById(asking, keys: CandidateId) -> domain::candidate::Candidate {
        storage::candidate::of_ids(asking.store(), &applications(&asking.viewer), &keys).await
    }
}

nested_read! {
    /// How to reach candidates.
    ContactOfCandidate(asking, keys: CandidateId) -> domain::candidate::Contact {
        storage::candidate::contacts(asking.store(), &contacts(&asking.viewer), &keys).await
    }
}

/// Queries about candidates.
#[derive(Debug, Default)]
pub struct CandidateQuery;

#[Object]
impl CandidateQuery {
    /// A candidate, for those who work on one of their applications, and for themselves.
    async fn candidate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the candidate.")] id: ID,
    ) -> async_graphql::Result<Option<Candidate>> {
        let (asking, Ok(id)) = (asking(ctx), id.parse()) else { return Ok(None) };
        let found = storage::candidate::find(asking.store(), &applications(&asking.viewer), id).await;
        found.map(|found| found.map(Candidate)).map_err(|broken| fault(&broken))
    }
}

/// What `candidateUpdate` takes.
#[derive(InputObject, Debug)]
pub struct CandidateUpdateInput {
    /// Id of the candidate.
    candidate_id: ID,
    /// E-mail address that mail goes to from now on: at most 254 characters. The one there is, if it works again.
    email: String,
}

payload!(
    /// Answer to `candidateUpdate`.
    CandidateUpdatePayload {
        /// The candidate.
        candidate: Candidate
    }
);

/// Changes of candidates.
#[derive(Debug, Default)]
pub struct CandidateMutation;

#[Object]
impl CandidateMutation {
    /// Gives a candidate another e-mail address, for recruiters. What was sent before, or waits to be sent, is not sent there.
    async fn candidate_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who, and the address.")] input: CandidateUpdateInput,
    ) -> async_graphql::Result<Option<CandidateUpdatePayload>> {
        let ended = async {
            let candidate = id(&input.candidate_id, "candidate")?;
            actions::update(asking(ctx).act(), candidate, &input.email).await
        };
        answer(ended.await)
    }
}
