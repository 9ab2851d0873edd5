//! Messages as they are kept: queued in the write that causes them, read by what they are about.
//!
//! How a worker takes one, sends it and says what became of it is in [`super::delivery`].

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{FromQueryResult, Value};

use super::dialect::{self, Binds, json_list};
use super::digest::sha256;
use super::fault::Fault;
use super::page::{Page, Part};
use super::scope::{Columns, within};
use super::source::Source;
use super::write::Tx;
use crate::domain::email::{EmailMessage, EmailState, LetterKind, NewEmail};
use crate::domain::id::{
    ApplicationId, CandidateId, EmailMessageId, OfferId, PostingId, ReferenceId, UserId,
};
use crate::domain::policy::Scope;
use crate::domain::policy::application::Emails;

/// All of a message but its bytes and addresses.
const COLUMNS: &str = "id, kind, posting_id, application_id, offer_id, version, candidate_id, user_id, reference_id, state, \
     attempts, run_at, created_at, sent_at, last_code, last_reply, duplicate_possible, held, replaced_at, \
     template_language, template_version";

/// Which messages a listing shows; every part that is given has to match.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted {
    /// About this application.
    pub application: Option<ApplicationId>,
    /// About this offer.
    pub offer: Option<OfferId>,
    /// Standing like this.
    pub state: Option<EmailState>,
    /// Saying this.
    pub kind: Option<LetterKind>,
}

/// Queues a message. `false` when the occasion has one already (see [`NewEmail::dedupe_key`]): nothing is written.
pub async fn push(tx: &Tx, email: &NewEmail) -> Result<bool, Fault> {
    let (offer, version) = email.offer.unzip();
    let (language, template) = email.template.clone().unzip();
    let row: [Value; 25] = [
        email.id.into(),
        email.kind.into(),
        email.dedupe_key.as_str().into(),
        email.message_id.as_str().into(),
        email.posting.into(),
        email.application.into(),
        offer.into(),
        version.into(),
        email.candidate.into(),
        email.user.into(),
        email.reference.into(),
        email.from.as_str().into(),
        email.to.as_str().into(),
        email.raw.clone().into(),
        sha256(&email.raw).into(),
        EmailState::Queued.into(),
        0.into(),
        email.due_at.into(),
        email.expires_at.into(),
        0.into(),
        false.into(),
        false.into(),
        email.created_at.into(),
        language.into(),
        template.into(),
    ];
    let sql = format!(
        "INSERT INTO email_message (id, kind, dedupe_key, message_id, posting_id, application_id, offer_id, version, \
         candidate_id, user_id, reference_id, envelope_from, envelope_to, raw, raw_sha256, state, attempts, run_at, expires_at, fence, held, \
         duplicate_possible, created_at, template_language, template_version) VALUES {} ON CONFLICT DO NOTHING",
        dialect::places(1, row.len())
    );
    Ok(dialect::execute(tx, &sql, row).await? == 1)
}

/// A message the scope reaches.
pub async fn find<Of>(
    db: &impl Source,
    scope: &Scope<Of>,
    id: EmailMessageId,
) -> Result<Option<EmailMessage>, Fault> {
    let mut binds = Binds::default();
    let id = binds.put(id);
    let seen = within(scope, &COLUMNS_OF_SCOPE, db.kind(), &mut binds);
    let sql = format!("SELECT {COLUMNS} FROM email_message m WHERE m.id = {id} AND {seen}");
    Ok(dialect::query_one::<Row>(db, &sql, binds).await?.map(EmailMessage::from))
}

/// Those of these messages that the scope reaches.
pub async fn of<Of>(
    db: &impl Source,
    scope: &Scope<Of>,
    ids: &[EmailMessageId],
) -> Result<Vec<EmailMessage>, Fault> {
    let mut binds = Binds::default();
    let ids = db.kind().listed(binds.add(json_list(ids)));
    let seen = within(scope, &COLUMNS_OF_SCOPE, db.kind(), &mut binds);
    let sql = format!("SELECT {COLUMNS} FROM email_message m WHERE m.id IN {ids} AND {seen}");
    Ok(dialect::query_all::<Row>(db, &sql, binds).await?.into_iter().map(EmailMessage::from).collect())
}

/// As [`find`], kept from changing until the write ends.
pub async fn lock<Of>(tx: &Tx, scope: &Scope<Of>, id: EmailMessageId) -> Result<Option<EmailMessage>, Fault> {
    let sql = format!("SELECT m.id FROM email_message m WHERE m.id = $1{}", tx.kind().for_update());
    dialect::query_one::<Key>(tx, &sql, [id.into()]).await?;
    find(tx, scope, id).await
}

/// Messages the scope reaches, by the time they were written.
pub async fn listed(
    db: &impl Source,
    scope: &Scope<Emails>,
    wanted: Wanted,
    page: &Page,
) -> Result<Part<EmailMessage>, Fault> {
    let mut binds = Binds::default();
    let asked: [(&str, Option<Value>); 4] = [
        ("m.application_id", wanted.application.map(Value::from)),
        ("m.offer_id", wanted.offer.map(Value::from)),
        ("m.state", wanted.state.map(Value::from)),
        ("m.kind", wanted.kind.map(Value::from)),
    ];
    let mut conditions = vec![within(scope, &COLUMNS_OF_SCOPE, db.kind(), &mut binds)];
    for (column, value) in asked {
        conditions.extend(value.map(|value| format!("{column} = {}", binds.put(value))));
    }
    let bounds = page.bounds("m.created_at", "m.id", &mut binds);
    let sql = format!(
        "SELECT {COLUMNS} FROM email_message m WHERE {} AND {} {}",
        conditions.join(" AND "),
        bounds.wanted,
        bounds.order
    );
    let rows = dialect::query_all::<Row>(db, &sql, binds).await?;
    Ok(page.part(rows).map(EmailMessage::from))
}

/// The `Message-ID` of the first message about an application, to each person who got one: the candidate, or the colleague
/// or referee named.
pub async fn threads(
    db: &impl Source,
    application: ApplicationId,
) -> Result<HashMap<(Option<UserId>, Option<ReferenceId>), String>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        user_id: Option<UserId>,
        reference_id: Option<ReferenceId>,
        named: String,
    }
    let sql = "SELECT m.user_id, m.reference_id, m.message_id AS named FROM email_message m WHERE m.application_id = $1 \
               AND m.state <> 'cancelled' ORDER BY m.created_at DESC, m.id DESC";
    let rows = dialect::query_all::<Row>(db, sql, [application.into()]).await?;
    Ok(rows.into_iter().map(|row| ((row.user_id, row.reference_id), row.named)).collect())
}

/// The messages that carry these offers (not those that tell of their end), newest first.
pub async fn of_offers(
    db: &impl Source,
    scope: &Scope<Emails>,
    offers: &[OfferId],
) -> Result<Vec<EmailMessage>, Fault> {
    let mut binds = Binds::default();
    let offers = db.kind().listed(binds.add(json_list(offers)));
    let kind = binds.put(LetterKind::Offer);
    let seen = within(scope, &COLUMNS_OF_SCOPE, db.kind(), &mut binds);
    let sql = format!(
        "SELECT {COLUMNS} FROM email_message m WHERE m.offer_id IN {offers} AND m.kind = {kind} AND {seen} \
         ORDER BY m.created_at DESC, m.id DESC"
    );
    Ok(dialect::query_all::<Row>(db, &sql, binds).await?.into_iter().map(EmailMessage::from).collect())
}

/// Takes back what has not left of an offer's mail. Says which messages.
pub async fn cancel_of_offer(tx: &Tx, offer: OfferId) -> Result<Vec<EmailMessage>, Fault> {
    take_back(
        tx,
        "offer_id = $1 AND kind IN ('offer', 'offerExtended', 'offerReminded', 'offerCode')",
        offer.into(),
    )
    .await
}

/// Takes back what has not left of a referee's mail. Says which messages.
pub async fn cancel_of_reference(tx: &Tx, reference: ReferenceId) -> Result<Vec<EmailMessage>, Fault> {
    take_back(tx, "reference_id = $1", reference.into()).await
}

/// Takes back what has not left of the mail about an application's decline. Says which messages.
pub async fn cancel_of_decline(tx: &Tx, application: ApplicationId) -> Result<Vec<EmailMessage>, Fault> {
    take_back(tx, "application_id = $1 AND kind = 'applicationDeclined'", application.into()).await
}

/// One that a worker has at this moment is not touched: it asks again before it lets the body go.
async fn take_back(tx: &Tx, which: &str, of: Value) -> Result<Vec<EmailMessage>, Fault> {
    let sql = format!(
        "UPDATE email_message SET state = 'cancelled', raw = NULL \
         WHERE {which} AND state IN ('queued', 'deferred') RETURNING {COLUMNS}"
    );
    let rows = dialect::query_all::<Row>(tx, &sql, [of]).await?;
    Ok(rows.into_iter().map(EmailMessage::from).collect())
}

/// Settles the doubt about an offer's mail, since its addressee used the link in it. Says which messages.
pub async fn arrived(tx: &Tx, offer: OfferId) -> Result<Vec<EmailMessage>, Fault> {
    let sql = format!(
        "UPDATE email_message AS m SET state = 'sent', raw = NULL, held = $2 WHERE m.offer_id = $1 \
         AND m.kind = 'offer' AND m.state = 'unknown' RETURNING {COLUMNS}"
    );
    let rows = dialect::query_all::<Row>(tx, &sql, [offer.into(), false.into()]).await?;
    Ok(rows.into_iter().map(EmailMessage::from).collect())
}

/// Notes that another message carries an offer now: nobody has to see to those that did not arrive.
pub async fn replace_of_offer(tx: &Tx, offer: OfferId, at: DateTime<Utc>) -> Result<(), Fault> {
    // One whose fate is unknown is not sent once more by itself.
    let sql = "UPDATE email_message SET replaced_at = $2, held = CASE WHEN state = 'unknown' THEN $3 ELSE held END \
               WHERE offer_id = $1 AND kind = 'offer' AND replaced_at IS NULL";
    dialect::execute(tx, sql, [offer.into(), at.into(), true.into()]).await?;
    Ok(())
}

/// Takes one message back and forgets its bytes.
pub async fn cancel(tx: &Tx, id: EmailMessageId) -> Result<(), Fault> {
    let sql = "UPDATE email_message SET state = 'cancelled', raw = NULL WHERE id = $1";
    dialect::execute(tx, sql, [id.into()]).await?;
    Ok(())
}

/// Notes that somebody saw to a message that came back.
pub async fn dismiss(tx: &Tx, id: EmailMessageId) -> Result<(), Fault> {
    let sql = "UPDATE email_message SET held = $2 WHERE id = $1 AND state = 'bounced'";
    dialect::execute(tx, sql, [id.into(), false.into()]).await?;
    Ok(())
}

/// Makes a message due now, with all its tries before it. One whose fate is unknown stays so until it is sent again.
pub async fn make_due(tx: &Tx, id: EmailMessageId, now: DateTime<Utc>) -> Result<(), Fault> {
    let sql = "UPDATE email_message SET state = CASE state WHEN 'unknown' THEN 'unknown' ELSE 'queued' END, \
               attempts = 0, run_at = $2, held = $3 WHERE id = $1";
    dialect::execute(tx, sql, [id.into(), now.into(), false.into()]).await?;
    Ok(())
}

pub(super) const COLUMNS_OF_SCOPE: Columns<'static> = Columns {
    posting: Some("m.posting_id"),
    team: None,
    application: Some("m.application_id"),
    offer: Some("m.offer_id"),
};

#[derive(FromQueryResult)]
struct Key {
    #[expect(dead_code, reason = "read only to hold the row")]
    id: EmailMessageId,
}

#[derive(FromQueryResult)]
struct Row {
    id: EmailMessageId,
    kind: LetterKind,
    posting_id: PostingId,
    application_id: ApplicationId,
    offer_id: Option<OfferId>,
    version: Option<i32>,
    candidate_id: CandidateId,
    user_id: Option<UserId>,
    reference_id: Option<ReferenceId>,
    state: EmailState,
    attempts: i32,
    run_at: DateTime<Utc>,
    created_at: DateTime<Utc>,
    sent_at: Option<DateTime<Utc>>,
    last_code: Option<i32>,
    last_reply: Option<String>,
    duplicate_possible: bool,
    held: bool,
    replaced_at: Option<DateTime<Utc>>,
    template_language: Option<String>,
    template_version: Option<i32>,
}

impl From<Row> for EmailMessage {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            posting: row.posting_id,
            application: row.application_id,
            offer: row.offer_id,
            version: row.version,
            candidate: row.candidate_id,
            user: row.user_id,
            reference: row.reference_id,
            state: row.state,
            attempts: row.attempts,
            run_at: row.run_at,
            created_at: row.created_at,
            sent_at: row.sent_at,
            last_code: row.last_code,
            last_reply: row.last_reply,
            duplicate_possible: row.duplicate_possible,
            held: row.held,
            replaced_at: row.replaced_at,
            template: row.template_language.zip(row.template_version),
        }
    }
}
