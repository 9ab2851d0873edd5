//! What mail that comes in does to what is kept: each body once, and reports to the messages they are about.

use chrono::{DateTime, Utc};
use sea_orm::{FromQueryResult, Value};

use super::dialect;
use super::fault::Fault;
use super::write::Tx;
use crate::domain::id::{ApplicationId, CandidateId, EmailMessageId, InterviewId, UserId};
use crate::domain::message::Report;

/// Notes that a body is taken now. `false` when it was before.
pub async fn take(tx: &Tx, sha256: &str, now: DateTime<Utc>) -> Result<bool, Fault> {
    let sql = "INSERT INTO inbound_mail (sha256, received_at) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    Ok(dialect::execute(tx, sql, [sha256.into(), now.into()]).await? == 1)
}

/// Forgets a body that had no effect: it would have none again.
pub async fn forget(tx: &Tx, sha256: &str) -> Result<(), Fault> {
    dialect::execute(tx, "DELETE FROM inbound_mail WHERE sha256 = $1", [sha256.into()]).await?;
    Ok(())
}

/// May have been transmitted: sent, in doubt, or leaving right now while its report is here already.
const MAY_HAVE_LEFT: &str =
    "(state IN ('sent', 'unknown', 'transmitting') OR (state = 'sending' AND transmit_fence IS NOT NULL))";

/// Marks a message as come back, which somebody has to see to. A worker that has it learns that its claim is lost.
/// `false` when it never left, or came back before.
pub async fn bounce(tx: &Tx, id: EmailMessageId, report: &Report, now: DateTime<Utc>) -> Result<bool, Fault> {
    let sql = format!(
        "UPDATE email_message SET state = 'bounced', raw = NULL, held = $2, run_at = $3, last_code = $4, last_reply = $5, \
         lease_owner = NULL, lease_until = NULL WHERE id = $1 AND {MAY_HAVE_LEFT}"
    );
    let values: [Value; 5] =
        [id.into(), true.into(), now.into(), report.code().into(), report.words().into()];
    Ok(dialect::execute(tx, &sql, values).await? == 1)
}

/// Settles the doubt about a message: it arrived. `false` when there was none.
pub async fn arrive(tx: &Tx, id: EmailMessageId, now: DateTime<Utc>) -> Result<bool, Fault> {
    let sql = "UPDATE email_message SET state = 'sent', sent_at = $2, raw = NULL, held = $3, lease_owner = NULL, \
               lease_until = NULL WHERE id = $1 \
               AND (state = 'unknown' OR (state = 'sending' AND transmit_fence IS NOT NULL))";
    let values: [Value; 3] = [id.into(), now.into(), false.into()];
    Ok(dialect::execute(tx, sql, values).await? == 1)
}

/// The address a message went to.
pub async fn recipient(tx: &Tx, id: EmailMessageId) -> Result<Option<String>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        envelope_to: String,
    }
    let sql = "SELECT envelope_to FROM email_message WHERE id = $1";
    Ok(dialect::query_one::<Row>(tx, sql, [id.into()]).await?.map(|row| row.envelope_to))
}

/// Notes that mail to a candidate's address does not arrive, if it still is their address. `false` when that was known, or
/// they have another one by now.
pub async fn mark_dead(
    tx: &Tx,
    candidate: CandidateId,
    address: &str,
    now: DateTime<Utc>,
) -> Result<bool, Fault> {
    let sql = "UPDATE candidate_contact SET undeliverable_since = $3 WHERE candidate_id = $1 AND email_key = $2 \
               AND undeliverable_since IS NULL";
    let values: [Value; 3] = [candidate.into(), address.to_lowercase().into(), now.into()];
    Ok(dialect::execute(tx, sql, values).await? == 1)
}

/// Whether mail to this address of a candidate is known not to arrive.
pub async fn is_dead(tx: &Tx, candidate: CandidateId, address: &str) -> Result<bool, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        #[expect(dead_code, reason = "read only to know whether there is one")]
        candidate_id: CandidateId,
    }
    let sql = "SELECT candidate_id FROM candidate_contact WHERE candidate_id = $1 AND email_key = $2 \
               AND undeliverable_since IS NOT NULL";
    let values: [Value; 2] = [candidate.into(), address.to_lowercase().into()];
    Ok(dialect::query_one::<Row>(tx, sql, values).await?.is_some())
}

/// An interview by its name among calendars, and the application it is of.
pub async fn interview(tx: &Tx, uid: &str) -> Result<Option<(InterviewId, ApplicationId)>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        id: InterviewId,
        application_id: ApplicationId,
    }
    let sql = "SELECT id, application_id FROM interview WHERE uid = $1";
    Ok(dialect::query_one::<Row>(tx, sql, [uid.into()]).await?.map(|row| (row.id, row.application_id)))
}

/// The member of staff with this address.
pub async fn user(tx: &Tx, address: &str) -> Result<Option<UserId>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        id: UserId,
    }
    let sql = "SELECT id FROM user_account WHERE email_key = $1";
    Ok(dialect::query_one::<Row>(tx, sql, [address.to_lowercase().into()]).await?.map(|row| row.id))
}
