//! Candidates, and apart from them how to reach them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;

use super::application::OF_SCOPE;
use super::dialect::{self, Binds, json_list};
use super::fault::{Failure, Fault};
use super::scope::within;
use super::source::Source;
use super::write::Tx;
use crate::domain::Refusal;
use crate::domain::candidate::{Applicant, Candidate, Contact};
use crate::domain::id::{ApplicationId, CandidateId};
use crate::domain::policy::Scope;
use crate::domain::policy::application::Contacts;
use crate::domain::text::EmailAddress;

/// A candidate with an application the scope reaches.
pub async fn find<Of>(
    db: &impl Source,
    scope: &Scope<Of>,
    id: CandidateId,
) -> Result<Option<Candidate>, Fault> {
    Ok(of_ids(db, scope, &[id]).await?.remove(&id))
}

/// Those of these candidates who have an application the scope reaches.
pub async fn of_ids<Of>(
    db: &impl Source,
    scope: &Scope<Of>,
    ids: &[CandidateId],
) -> Result<HashMap<CandidateId, Candidate>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        id: CandidateId,
        name: String,
        created_at: DateTime<Utc>,
    }
    let mut binds = Binds::default();
    let ids = db.kind().listed(binds.add(json_list(ids)));
    let seen = within(scope, &OF_SCOPE, db.kind(), &mut binds);
    let sql = format!(
        "SELECT d.id, d.name, d.created_at FROM candidate d WHERE d.id IN {ids} \
         AND EXISTS (SELECT 1 FROM application c WHERE c.candidate_id = d.id AND {seen})"
    );
    let rows = dialect::query_all::<Row>(db, &sql, binds).await?;
    let candidate = |row: Row| Candidate { id: row.id, name: row.name, created_at: row.created_at };
    Ok(rows.into_iter().map(|row| (row.id, candidate(row))).collect())
}

/// How to reach these candidates, where the scope reaches an application of theirs.
pub async fn contacts(
    db: &impl Source,
    scope: &Scope<Contacts>,
    ids: &[CandidateId],
) -> Result<HashMap<CandidateId, Contact>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        candidate_id: CandidateId,
        email: String,
        phone: Option<String>,
        undeliverable_since: Option<DateTime<Utc>>,
    }
    let mut binds = Binds::default();
    let ids = db.kind().listed(binds.add(json_list(ids)));
    let seen = within(scope, &OF_SCOPE, db.kind(), &mut binds);
    let sql = format!(
        "SELECT d.candidate_id, d.email, d.phone, d.undeliverable_since FROM candidate_contact d WHERE d.candidate_id IN {ids} \
         AND EXISTS (SELECT 1 FROM application c WHERE c.candidate_id = d.candidate_id AND {seen})"
    );
    let rows = dialect::query_all::<Row>(db, &sql, binds).await?;
    rows.into_iter()
        .map(|row| {
            let (email, undeliverable_since) = (address(&row.email)?, row.undeliverable_since);
            Ok((row.candidate_id, Contact { email, phone: row.phone, undeliverable_since }))
        })
        .collect()
}

/// What these applicants said of themselves with their application, which may differ from what is kept of the person.
pub async fn as_submitted(
    db: &impl Source,
    scope: &Scope<Contacts>,
    applications: &[ApplicationId],
) -> Result<HashMap<ApplicationId, Applicant>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        application_id: ApplicationId,
        name: String,
        email: String,
        phone: Option<String>,
    }
    let mut binds = Binds::default();
    let applications = db.kind().listed(binds.add(json_list(applications)));
    let seen = within(scope, &OF_SCOPE, db.kind(), &mut binds);
    let sql = format!(
        "SELECT d.application_id, d.name, d.email, d.phone FROM application_contact d \
         JOIN application c ON c.id = d.application_id WHERE d.application_id IN {applications} AND {seen}"
    );
    let rows = dialect::query_all::<Row>(db, &sql, binds).await?;
    rows.into_iter()
        .map(|row| {
            let contact =
                Contact { email: address(&row.email)?, phone: row.phone, undeliverable_since: None };
            Ok((row.application_id, Applicant { name: row.name, contact }))
        })
        .collect()
}

/// The candidate whose address this is.
pub async fn of_email(db: &impl Source, email: &EmailAddress) -> Result<Option<Candidate>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        id: CandidateId,
        name: String,
        created_at: DateTime<Utc>,
    }
    let sql = "SELECT d.id, d.name, d.created_at FROM candidate_contact t JOIN candidate d ON d.id = t.candidate_id \
               WHERE t.email_key = $1";
    let row = dialect::query_one::<Row>(db, sql, [email.key().into()]).await?;
    Ok(row.map(|row| Candidate { id: row.id, name: row.name, created_at: row.created_at }))
}

/// Keeps a new candidate.
pub async fn insert(tx: &Tx, candidate: &Candidate, contact: &Contact) -> Result<(), Fault> {
    let sql = "INSERT INTO candidate (id, name, created_at) VALUES ($1, $2, $3)";
    let values = [candidate.id.into(), candidate.name.as_str().into(), candidate.created_at.into()];
    dialect::execute(tx, sql, values).await?;
    let sql = "INSERT INTO candidate_contact (candidate_id, email, email_key, phone) VALUES ($1, $2, $3, $4)";
    let values = [
        candidate.id.into(),
        contact.email.as_str().into(),
        contact.email.key().into(),
        contact.phone.as_deref().into(),
    ];
    dialect::execute(tx, sql, values).await?;
    Ok(())
}

/// Gives a candidate this address, which counts as working until mail to it comes back.
///
/// # Errors
/// `TAKEN` on `email` when it is another candidate's.
pub async fn correct_address(tx: &Tx, id: CandidateId, email: &EmailAddress) -> Result<(), Failure> {
    if of_email(tx, email).await?.is_some_and(|other| other.id != id) {
        return Err(Refusal::Taken("email").into());
    }
    let sql = "UPDATE candidate_contact SET email = $2, email_key = $3, undeliverable_since = NULL WHERE candidate_id = $1";
    dialect::execute(tx, sql, [id.into(), email.as_str().into(), email.key().into()]).await?;
    Ok(())
}

/// Keeps what an applicant says of themselves, with their application.
pub async fn keep_submitted(tx: &Tx, application: ApplicationId, who: &Applicant) -> Result<(), Fault> {
    let sql = "INSERT INTO application_contact (application_id, name, email, phone) VALUES ($1, $2, $3, $4)";
    let values = [
        application.into(),
        who.name.as_str().into(),
        who.contact.email.as_str().into(),
        who.contact.phone.as_deref().into(),
    ];
    dialect::execute(tx, sql, values).await?;
    Ok(())
}

fn address(text: &str) -> Result<EmailAddress, Fault> {
    EmailAddress::parse("email", text).map_err(|_| Fault::unfit("a kept e-mail address is none"))
}
