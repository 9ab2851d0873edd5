//! Notes about applications, and who is mentioned in them.

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
use crate::domain::id::{ApplicationId, NoteId, UserId};
use crate::domain::note::{Mention, Note};
use crate::domain::policy::Scope;
use crate::domain::policy::application::Notes;

/// By which columns of `note c` a scope reaches a note.
const OF_SCOPE: Columns<'static> = Columns {
    posting: Some("(SELECT a.posting_id FROM application a WHERE a.id = c.application_id)"),
    team: None,
    application: Some("c.application_id"),
    offer: None,
};

/// The same page of the notes of each of these applications, by when they were written.
pub async fn of_applications(
    db: &impl Source,
    scope: &Scope<Notes>,
    applications: &[ApplicationId],
    page: &Page,
) -> Result<HashMap<ApplicationId, Part<Note>>, Fault> {
    if scope.is_nothing() {
        return Ok(HashMap::new());
    }
    let mut binds = Binds::default();
    let parents = binds.add(json_list(applications));
    let seen = within(scope, &OF_SCOPE, db.kind(), &mut binds);
    let bounds = page.bounds("c.created_at", "c.id", &mut binds);
    let sql = db.kind().newest_per_parent(&Children {
        columns: "c.*",
        table: "note",
        parents,
        wanted: &format!("c.application_id = p.value AND {seen} AND {}", bounds.wanted),
        order: &bounds.order,
    });
    let rows = read(db, &sql, binds).await?;
    Ok(page.parts(rows, |note| (note.application, note.created_at, note.id)))
}

/// Those of these notes that the scope reaches, in no order.
pub async fn of(db: &impl Source, scope: &Scope<Notes>, ids: &[NoteId]) -> Result<Vec<Note>, Fault> {
    let mut binds = Binds::default();
    let ids = db.kind().listed(binds.add(json_list(ids)));
    let seen = within(scope, &OF_SCOPE, db.kind(), &mut binds);
    read(db, &format!("SELECT c.* FROM note c WHERE c.id IN {ids} AND {seen}"), binds).await
}

/// The note, for a change that then asks who may know of it.
pub async fn get(tx: &Tx, id: NoteId) -> Result<Option<Note>, Fault> {
    Ok(read(tx, "SELECT c.* FROM note c WHERE c.id = $1", [id.into()]).await?.pop())
}

/// Who is mentioned in these notes, which whoever asks has seen.
pub async fn mentions(db: &impl Source, notes: &[NoteId]) -> Result<Vec<Mention>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        note_id: NoteId,
        user_id: UserId,
        read_at: Option<DateTime<Utc>>,
    }
    let notes_listed = db.kind().listed(1);
    let sql = format!("SELECT * FROM note_mention WHERE note_id IN {notes_listed} ORDER BY note_id, user_id");
    let rows = dialect::query_all::<Row>(db, &sql, [json_list(notes)]).await?;
    let mention = |row: Row| Mention { note: row.note_id, user: row.user_id, read_at: row.read_at };
    Ok(rows.into_iter().map(mention).collect())
}

/// Keeps a note and whom it mentions.
pub async fn insert(tx: &Tx, note: &Note, mentions: &[UserId]) -> Result<(), Fault> {
    let cells = cells! {
        id: note.id,
        application_id: note.application,
        author_id: note.author,
        body: note.text.as_str(),
        created_at: note.created_at,
    };
    row::insert(tx, "note", cells).await?;
    if mentions.is_empty() {
        return Ok(());
    }
    let values: Vec<Value> = mentions.iter().flat_map(|user| [note.id.into(), (*user).into()]).collect();
    let places = dialect::places(mentions.len(), 2);
    dialect::execute(tx, &format!("INSERT INTO note_mention (note_id, user_id) VALUES {places}"), values)
        .await?;
    Ok(())
}

/// Keeps that somebody who is mentioned has read the note.
pub async fn mark_read(tx: &Tx, note: NoteId, user: UserId, at: DateTime<Utc>) -> Result<(), Fault> {
    row::update(tx, "note_mention", cells! { read_at: at }, cells! { note_id: note, user_id: user }).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Row {
    id: NoteId,
    application_id: ApplicationId,
    author_id: UserId,
    body: String,
    created_at: DateTime<Utc>,
}

async fn read(
    db: &impl Source,
    sql: &str,
    values: impl IntoIterator<Item = Value> + Send,
) -> Result<Vec<Note>, Fault> {
    let rows = dialect::query_all::<Row>(db, sql, values).await?;
    let note = |row: Row| Note {
        id: row.id,
        application: row.application_id,
        author: row.author_id,
        text: row.body,
        created_at: row.created_at,
    };
    Ok(rows.into_iter().map(note).collect())
}
