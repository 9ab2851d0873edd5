//! How a worker takes a message, lets its bytes go, and says what became of it.
//!
//! A claim is a lease with a fence: a number that rises with each claim. Every later word of a worker names its fence, so
//! one that was slow, stalled or believed dead can't speak for a message that somebody else has by now.

use chrono::{DateTime, Utc};
use sea_orm::{FromQueryResult, Value};

use super::dialect::{self, json_list};
use super::fault::Fault;
use super::source::Source;
use super::write::Tx;
use crate::domain::delivery::{Outcome, Standing, Verdict};
use crate::domain::email::{EmailAttempt, EmailState, LetterKind};
use crate::domain::id::{ApplicationId, EmailMessageId, OfferId, PostingId};

/// A message that a worker has.
#[derive(Clone, PartialEq, Eq)]
pub struct Claimed {
    /// Its id.
    pub id: EmailMessageId,
    /// The claim.
    pub fence: i32,
    /// What it says.
    pub kind: LetterKind,
    /// The posting it is about.
    pub posting: PostingId,
    /// The application it is about.
    pub application: ApplicationId,
    /// The offer and its version it is about.
    pub offer: Option<(OfferId, i32)>,
    /// The envelope's sender.
    pub from: String,
    /// The envelope's recipient.
    pub to: String,
    /// The frozen bytes.
    pub raw: Vec<u8>,
    /// How it stood.
    pub standing: Standing,
}

/// Shows no address and no bytes: a claim may end up in a log.
impl std::fmt::Debug for Claimed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Claimed({}, fence {})", self.id, self.fence)
    }
}

/// How a try ended, for the record.
#[derive(Debug, Clone, Copy)]
pub struct Ended<'a> {
    /// When.
    pub at: DateTime<Utc>,
    /// How far it got, if it began.
    pub phase: Option<&'a str>,
    /// What it meant.
    pub outcome: Outcome,
    /// The relay's reply code.
    pub code: Option<u16>,
    /// Its enhanced status code.
    pub enhanced: Option<&'a str>,
    /// Its words, or ours.
    pub reply: &'a str,
}

/// A message that a lost worker left behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// Its id.
    pub id: EmailMessageId,
    /// How it stands now.
    pub state: EmailState,
    /// The posting it is about.
    pub posting: PostingId,
    /// The application it is about.
    pub application: ApplicationId,
    /// The offer it is about.
    pub offer: Option<OfferId>,
}

/// Waiting for its turn. The first part repeats the index's condition word for word, or it would not be used.
const DUE: &str = "m.state IN ('queued', 'deferred', 'unknown') AND m.run_at <= $1 \
     AND (m.state <> 'unknown' OR NOT m.held)";

/// Mails of one application leave in the order they were written, as far as one is leaving: a rescission must not
/// overtake its offer.
const IN_ORDER: &str = "NOT EXISTS (SELECT 1 FROM email_message e WHERE e.application_id = m.application_id \
     AND e.state IN ('sending', 'transmitting') AND e.created_at < m.created_at)";

/// Whether there is anything to claim. Cheap, and takes no turn of the writer.
pub async fn is_any_due(db: &impl Source, now: DateTime<Utc>) -> Result<bool, Fault> {
    let sql = format!("SELECT m.id FROM email_message m WHERE {DUE} AND {IN_ORDER} LIMIT 1");
    Ok(dialect::query_one::<Key>(db, &sql, [now.into()]).await?.is_some())
}

/// Takes the message that has been due longest, if there is any, and opens the record of this try.
pub async fn claim(
    tx: &Tx,
    worker: &str,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Option<Claimed>, Fault> {
    let sql = format!(
        "UPDATE email_message SET state = 'sending', fence = fence + 1, lease_owner = $2, lease_until = $3 \
         WHERE id IN (SELECT m.id FROM email_message m WHERE {DUE} AND {IN_ORDER} ORDER BY m.run_at, m.id LIMIT 1{}) \
         RETURNING id, fence, kind, posting_id, application_id, offer_id, version, envelope_from, envelope_to, raw, \
         attempts, transmit_fence, expires_at",
        tx.kind().for_claim()
    );
    let values: [Value; 3] = [now.into(), worker.into(), until.into()];
    let Some(row) = dialect::query_one::<Row>(tx, &sql, values).await? else { return Ok(None) };
    let claimed = Claimed::from(row);
    let sql =
        "INSERT INTO email_attempt (email_message_id, fence, worker, started_at) VALUES ($1, $2, $3, $4)";
    let values: [Value; 4] = [claimed.id.into(), claimed.fence.into(), worker.into(), now.into()];
    dialect::execute(tx, sql, values).await?;
    Ok(Some(claimed))
}

/// The last tries at delivering these messages, the newest first. Whoever sees a message may know.
pub async fn attempts(db: &impl Source, emails: &[EmailMessageId]) -> Result<Vec<EmailAttempt>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        email_message_id: EmailMessageId,
        started_at: DateTime<Utc>,
        ended_at: Option<DateTime<Utc>>,
        phase: Option<String>,
        outcome: Option<String>,
        code: Option<i32>,
        enhanced: Option<String>,
        reply: Option<String>,
    }
    let sql = format!(
        "SELECT a.* FROM (SELECT t.*, row_number() OVER (PARTITION BY t.email_message_id ORDER BY t.fence DESC) AS place \
         FROM email_attempt t WHERE t.email_message_id IN {}) a WHERE a.place <= 20 ORDER BY a.email_message_id, a.place",
        db.kind().listed(1)
    );
    let attempt = |row: Row| EmailAttempt {
        email: row.email_message_id,
        started_at: row.started_at,
        ended_at: row.ended_at,
        phase: row.phase,
        outcome: row.outcome,
        code: row.code,
        enhanced: row.enhanced,
        said: row.reply,
    };
    let rows = dialect::query_all::<Row>(db, &sql, [json_list(emails)]).await?;
    Ok(rows.into_iter().map(attempt).collect())
}

/// Prolongs the lease. `false` when the claim is lost.
pub async fn keep(tx: &Tx, claimed: &Claimed, until: DateTime<Utc>) -> Result<bool, Fault> {
    let sql = "UPDATE email_message SET lease_until = $3 WHERE id = $1 AND fence = $2 \
               AND state IN ('sending', 'transmitting')";
    let values: [Value; 3] = [claimed.id.into(), claimed.fence.into(), until.into()];
    Ok(dialect::execute(tx, sql, values).await? == 1)
}

/// Whether the offer's version is still out and its time not over; held so until this write ends.
pub async fn is_offer_out(tx: &Tx, offer: (OfferId, i32), now: DateTime<Utc>) -> Result<bool, Fault> {
    let sql = format!(
        "SELECT id FROM offer WHERE id = $1 AND status = 'sent' AND sent_version = $2 AND expires_at > $3{}",
        tx.kind().for_update()
    );
    let values: [Value; 3] = [offer.0.into(), offer.1.into(), now.into()];
    Ok(dialect::query_one::<OfferKey>(tx, &sql, values).await?.is_some())
}

/// Marks that the body is about to leave. From the commit of this on, only an answer of the relay tells whether the
/// message was delivered. `false` when the claim is lost or the lease has run out: nothing may be sent.
pub async fn begin(
    tx: &Tx,
    claimed: &Claimed,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<bool, Fault> {
    let sql = "UPDATE email_message SET state = 'transmitting', lease_until = $4, transmit_started_at = $3, \
               duplicate_possible = (duplicate_possible OR transmit_fence IS NOT NULL), transmit_fence = $2 \
               WHERE id = $1 AND fence = $2 AND state = 'sending' AND lease_until > $3";
    let values: [Value; 4] = [claimed.id.into(), claimed.fence.into(), now.into(), until.into()];
    Ok(dialect::execute(tx, sql, values).await? == 1)
}

/// Says what became of the message. `false` when the claim is lost: only the record of the try is written then.
pub async fn settle(tx: &Tx, claimed: &Claimed, verdict: &Verdict, ended: &Ended<'_>) -> Result<bool, Fault> {
    record(tx, claimed, ended).await?;
    let sent_at = (verdict.state == EmailState::Sent).then_some(ended.at);
    // A message is in doubt as long as it names the fence of a transmission without an answer.
    let sql = "UPDATE email_message SET state = $3, attempts = $4, run_at = $5, held = $6, sent_at = $7, \
               last_phase = $8, last_code = $9, last_reply = $10, lease_owner = NULL, lease_until = NULL, \
               raw = CASE WHEN $11 THEN raw END, transmit_fence = CASE WHEN $12 THEN transmit_fence END \
               WHERE id = $1 AND fence = $2 AND state IN ('sending', 'transmitting')";
    let values: [Value; 12] = [
        claimed.id.into(),
        claimed.fence.into(),
        verdict.state.into(),
        verdict.attempts.into(),
        verdict.run_at.into(),
        verdict.held.into(),
        sent_at.into(),
        ended.phase.into(),
        ended.code.map(i32::from).into(),
        ended.reply.into(),
        verdict.state.keeps_bytes().into(),
        matches!(verdict.state, EmailState::Sent | EmailState::Unknown).into(),
    ];
    Ok(dialect::execute(tx, sql, values).await? == 1)
}

/// Late proof: the relay took what this claim transmitted, though the claim was given up meanwhile. Lifts the message
/// out of its doubt unless another copy is leaving already.
pub async fn prove(tx: &Tx, claimed: &Claimed, ended: &Ended<'_>) -> Result<bool, Fault> {
    let sql = "UPDATE email_message SET state = 'sent', sent_at = $3, held = $4, raw = NULL, last_phase = $5, \
               last_code = $6, last_reply = $7, lease_owner = NULL, lease_until = NULL \
               WHERE id = $1 AND transmit_fence = $2 AND state IN ('unknown', 'sending')";
    let values: [Value; 7] = [
        claimed.id.into(),
        claimed.fence.into(),
        ended.at.into(),
        false.into(),
        ended.phase.into(),
        ended.code.map(i32::from).into(),
        ended.reply.into(),
    ];
    Ok(dialect::execute(tx, sql, values).await? == 1)
}

async fn record(tx: &Tx, claimed: &Claimed, ended: &Ended<'_>) -> Result<(), Fault> {
    let sql = "UPDATE email_attempt SET ended_at = $3, phase = $4, outcome = $5, code = $6, enhanced = $7, \
               reply = $8 WHERE email_message_id = $1 AND fence = $2";
    let values: [Value; 8] = [
        claimed.id.into(),
        claimed.fence.into(),
        ended.at.into(),
        ended.phase.into(),
        ended.outcome.as_str().into(),
        ended.code.map(i32::from).into(),
        ended.enhanced.into(),
        ended.reply.into(),
    ];
    dialect::execute(tx, sql, values).await?;
    Ok(())
}

/// Writes down when the relay took the mail of the version that is out. `false` when it was known already. The offer's
/// revision stays: nobody's decision goes stale because a mail arrived.
pub async fn offer_delivered(tx: &Tx, offer: (OfferId, i32), at: DateTime<Utc>) -> Result<bool, Fault> {
    let sql = "UPDATE offer SET sent_at = $3 WHERE id = $1 AND sent_version = $2 AND sent_at IS NULL";
    let values: [Value; 3] = [offer.0.into(), offer.1.into(), at.into()];
    Ok(dialect::execute(tx, sql, values).await? == 1)
}

/// Takes messages from workers whose lease has run out, or from all of them when `everybodys` (a starting program that
/// is the only one owes its predecessor's leases no respect). What had begun to leave is of unknown fate from now on;
/// what had not is due again, and the try does not count.
pub async fn reap(
    tx: &Tx,
    now: DateTime<Utc>,
    grace_over: DateTime<Utc>,
    everybodys: bool,
) -> Result<Vec<Left>, Fault> {
    let begun = "UPDATE email_message SET state = 'unknown', attempts = attempts + 1, run_at = $2, \
                 held = duplicate_possible, lease_owner = NULL, lease_until = NULL, \
                 last_reply = 'the worker was lost while the message was leaving' \
                 WHERE state IN ('sending', 'transmitting') AND state = 'transmitting' AND (lease_until <= $1 OR $3) \
                 RETURNING id, state, posting_id, application_id, offer_id";
    let waiting = "UPDATE email_message SET state = CASE WHEN transmit_fence IS NULL THEN 'queued' ELSE 'unknown' END, \
                   run_at = $1, lease_owner = NULL, lease_until = NULL \
                   WHERE state IN ('sending', 'transmitting') AND state = 'sending' AND (lease_until <= $1 OR $2) \
                   RETURNING id, state, posting_id, application_id, offer_id";
    let values: [Value; 3] = [now.into(), grace_over.into(), everybodys.into()];
    let mut left = dialect::query_all::<LeftRow>(tx, begun, values).await?;
    left.extend(dialect::query_all::<LeftRow>(tx, waiting, [now.into(), everybodys.into()]).await?);
    Ok(left.into_iter().map(Left::from).collect())
}

/// Whether any lease has run out. Cheap, and takes no turn of the writer.
pub async fn is_any_lost(db: &impl Source, now: DateTime<Utc>) -> Result<bool, Fault> {
    let sql = "SELECT id FROM email_message WHERE state IN ('sending', 'transmitting') AND lease_until <= $1 LIMIT 1";
    Ok(dialect::query_one::<Key>(db, sql, [now.into()]).await?.is_some())
}

#[derive(FromQueryResult)]
struct Key {
    #[expect(dead_code, reason = "read only to know whether there is one")]
    id: EmailMessageId,
}

#[derive(FromQueryResult)]
struct OfferKey {
    #[expect(dead_code, reason = "read only to know whether there is one")]
    id: OfferId,
}

#[derive(FromQueryResult)]
struct Row {
    id: EmailMessageId,
    fence: i32,
    kind: LetterKind,
    posting_id: PostingId,
    application_id: ApplicationId,
    offer_id: Option<OfferId>,
    version: Option<i32>,
    envelope_from: String,
    envelope_to: String,
    raw: Option<Vec<u8>>,
    attempts: i32,
    transmit_fence: Option<i32>,
    expires_at: Option<DateTime<Utc>>,
}

impl From<Row> for Claimed {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            fence: row.fence,
            kind: row.kind,
            posting: row.posting_id,
            application: row.application_id,
            offer: row.offer_id.zip(row.version),
            from: row.envelope_from,
            to: row.envelope_to,
            raw: row.raw.unwrap_or_default(),
            standing: Standing {
                attempts: row.attempts,
                in_doubt: row.transmit_fence.is_some(),
                expires_at: row.expires_at,
            },
        }
    }
}

#[derive(FromQueryResult)]
struct LeftRow {
    id: EmailMessageId,
    state: EmailState,
    posting_id: PostingId,
    application_id: ApplicationId,
    offer_id: Option<OfferId>,
}

impl From<LeftRow> for Left {
    fn from(row: LeftRow) -> Self {
        Self {
            id: row.id,
            state: row.state,
            posting: row.posting_id,
            application: row.application_id,
            offer: row.offer_id,
        }
    }
}
