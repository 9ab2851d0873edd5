//! What was written about applications by mail, either way.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{FromQueryResult, Value};

use super::dialect::{self, Binds, Children, json_list};
use super::fault::Fault;
use super::page::{Page, Part};
use super::row::{self, cells};
use super::scope::{Columns, within};
use super::source::Source;
use super::write::Tx;
use crate::domain::id::{ApplicationId, EmailMessageId, InterviewId, MessageId, OfferId, UserId};
use crate::domain::interview::Response;
use crate::domain::message::{Asked, Message, QuestionKind};
use crate::domain::policy::Scope;
use crate::domain::policy::application::Messages;

/// By which columns of `message c` a scope reaches a mail.
const OF_SCOPE: Columns<'static> = Columns {
    posting: Some("(SELECT a.posting_id FROM application a WHERE a.id = c.application_id)"),
    team: None,
    application: Some("c.application_id"),
    offer: None,
};

/// The same page of the mails about each of these applications, by when they came.
pub async fn of_applications(
    db: &impl Source,
    scope: &Scope<Messages>,
    applications: &[ApplicationId],
    page: &Page,
) -> Result<HashMap<ApplicationId, Part<Message>>, Fault> {
    if scope.is_nothing() {
        return Ok(HashMap::new());
    }
    let mut binds = Binds::default();
    let parents = binds.add(json_list(applications));
    let seen = within(scope, &OF_SCOPE, db.kind(), &mut binds);
    let bounds = page.bounds("c.received_at", "c.id", &mut binds);
    let sql = db.kind().newest_per_parent(&Children {
        columns: "c.*",
        table: "message",
        parents,
        wanted: &format!("c.application_id = p.value AND {seen} AND {}", bounds.wanted),
        order: &bounds.order,
    });
    let rows = read(db, &sql, binds).await?;
    Ok(page.parts(rows, |message| (message.application, message.received_at, message.id)))
}

/// Those of these mails that the scope reaches, in no order.
pub async fn of(db: &impl Source, scope: &Scope<Messages>, ids: &[MessageId]) -> Result<Vec<Message>, Fault> {
    let mut binds = Binds::default();
    let ids = db.kind().listed(binds.add(json_list(ids)));
    let seen = within(scope, &OF_SCOPE, db.kind(), &mut binds);
    read(db, &format!("SELECT c.* FROM message c WHERE c.id IN {ids} AND {seen}"), binds).await
}

/// The mail, for a change that then asks who may know of it.
pub async fn get(tx: &Tx, id: MessageId) -> Result<Option<Message>, Fault> {
    Ok(read(tx, "SELECT c.* FROM message c WHERE c.id = $1", [id.into()]).await?.pop())
}

/// Whether something of this name is kept: the hash of a mail's bytes, or of a page's number.
pub async fn is_kept(tx: &Tx, sha256: &str) -> Result<bool, Fault> {
    Ok(!read(tx, "SELECT c.* FROM message c WHERE c.sha256 = $1", [sha256.into()]).await?.is_empty())
}

/// How much was asked on the page of this version of an offer.
pub async fn count_asked(tx: &Tx, offer: OfferId, version: i32) -> Result<usize, Fault> {
    let sql = "SELECT c.* FROM message c WHERE c.offer_id = $1 AND c.version = $2";
    Ok(read(tx, sql, [offer.into(), version.into()]).await?.len())
}

/// Keeps a mail; `sha256` is of its bytes.
pub async fn insert(tx: &Tx, message: &Message, sha256: &str) -> Result<(), Fault> {
    let (interview, response) = message.answer.unzip();
    let (author, email) = message.sent.unzip();
    let asked = message.asked;
    let cells = cells! {
        id: message.id,
        application_id: message.application,
        sha256: sha256,
        message_id: message.message_id.as_deref(),
        sender: message.sender.as_deref(),
        from_candidate: message.from_candidate,
        automatic: message.automatic,
        subject: message.subject.as_str(),
        body: message.text.as_str(),
        attachments: serde_json::json!(message.attachments).to_string(),
        attachment_count: message.attachment_count,
        interview_id: interview,
        response: response,
        received_at: message.received_at,
        read_at: message.read_at,
        read_by: message.read_by,
        author_id: author,
        email_id: email,
        offer_id: asked.map(|asked| asked.offer),
        version: asked.map(|asked| asked.version),
        question: asked.map(|asked| asked.kind),
    };
    row::insert(tx, "message", cells).await
}

/// Keeps that somebody has read a mail.
pub async fn mark_read(tx: &Tx, id: MessageId, user: UserId, at: DateTime<Utc>) -> Result<(), Fault> {
    row::update(tx, "message", cells! { read_at: at, read_by: user }, cells! { id: id }).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Row {
    id: MessageId,
    application_id: ApplicationId,
    message_id: Option<String>,
    sender: Option<String>,
    from_candidate: bool,
    automatic: bool,
    subject: String,
    body: String,
    attachments: String,
    attachment_count: i32,
    interview_id: Option<InterviewId>,
    response: Option<Response>,
    received_at: DateTime<Utc>,
    read_at: Option<DateTime<Utc>>,
    read_by: Option<UserId>,
    author_id: Option<UserId>,
    email_id: Option<EmailMessageId>,
    offer_id: Option<OfferId>,
    version: Option<i32>,
    question: Option<QuestionKind>,
}

async fn read(
    db: &impl Source,
    sql: &str,
    values: impl IntoIterator<Item = Value> + Send,
) -> Result<Vec<Message>, Fault> {
    let rows = dialect::query_all::<Row>(db, sql, values).await?;
    rows.into_iter().map(message).collect()
}

fn message(row: Row) -> Result<Message, Fault> {
    let unfit = |_| Fault::unfit(format!("message {} has no list of attachments", row.id));
    Ok(Message {
        attachments: serde_json::from_str(&row.attachments).map_err(unfit)?,
        id: row.id,
        application: row.application_id,
        message_id: row.message_id,
        sender: row.sender,
        from_candidate: row.from_candidate,
        automatic: row.automatic,
        subject: row.subject,
        text: row.body,
        attachment_count: row.attachment_count,
        answer: row.interview_id.zip(row.response),
        received_at: row.received_at,
        read_at: row.read_at,
        read_by: row.read_by,
        sent: row.author_id.zip(row.email_id),
        asked: asked(row.offer_id, row.version, row.question),
    })
}

fn asked(offer: Option<OfferId>, version: Option<i32>, kind: Option<QuestionKind>) -> Option<Asked> {
    Some(Asked { offer: offer?, version: version?, kind: kind? })
}
