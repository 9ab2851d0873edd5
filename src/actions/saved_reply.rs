//! Changes of texts that colleagues keep for writing to candidates.

use super::Act;
use crate::domain::Refusal;
use crate::domain::event::{Change, Event, EventKind};
use crate::domain::id::SavedReplyId;
use crate::domain::policy::organisation::{may_keep_reply, sees_replies_of};
use crate::domain::saved_reply::{MOST, SavedReply, parse};
use crate::storage::{Failure, Tx, saved_reply as kept};

/// A text to be kept.
#[derive(Debug, Clone)]
pub struct Draft {
    /// What it is to be called.
    pub name: String,
    /// Subject of mails, if it has one.
    pub subject: Option<String>,
    /// What it says.
    pub text: String,
}

/// Keeps a text: for everybody if it is `shared`, else for the viewer.
///
/// # Errors
/// `FORBIDDEN`; `REQUIRED` or `INVALID` on `name` or `text`, `INVALID` on `subject`; `TAKEN` when another one has the name.
pub async fn create(act: Act<'_>, input: Draft, shared: bool) -> Result<SavedReply, Failure> {
    let owner = if shared { None } else { Some(act.viewer.user().ok_or(Refusal::Forbidden)?) };
    may_keep_reply(act.viewer, owner)?;
    let (name, wording) = parse(&input.name, input.subject.as_deref(), &input.text)?;
    let change = &act.change();
    let reply = &SavedReply {
        id: SavedReplyId::new(change.at, act.chance),
        owner,
        name,
        wording,
        saved_by: act.viewer.user(),
        saved_at: change.at,
        revision: 1,
    };
    let work = |tx: Tx| async move {
        if kept::count(&tx, owner).await? >= MOST {
            return Err(Refusal::invalid("name", &format!("at most {MOST} saved replies")).into());
        }
        kept::insert(&tx, reply).await?;
        tx.record(event(change, EventKind::SavedReplyCreated, reply));
        Ok(reply.clone())
    };
    act.store.write(work).await
}

/// Changes a text that is kept.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `STALE`; `REQUIRED` or `INVALID` on `name` or `text`, `INVALID` on `subject`; `TAKEN` when another
/// one has the name.
pub async fn update(
    act: Act<'_>,
    id: SavedReplyId,
    expected_revision: Option<i32>,
    input: Draft,
) -> Result<SavedReply, Failure> {
    let change = &act.change();
    let input = &input;
    let work = |tx: Tx| async move {
        let before = held(&tx, act, id, expected_revision).await?;
        let (name, wording) = parse(&input.name, input.subject.as_deref(), &input.text)?;
        if (&before.name, &before.wording) == (&name, &wording) {
            return Ok(before);
        }
        let (saved_by, saved_at) = (act.viewer.user(), change.at);
        let after = SavedReply { name, wording, saved_by, saved_at, ..before };
        kept::save(&tx, &after, after.revision).await?;
        tx.record(event(change, EventKind::SavedReplyUpdated, &after));
        Ok(SavedReply { revision: after.revision + 1, ..after })
    };
    act.store.write(work).await
}

/// Throws a text away. What was written with it stays.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `STALE`.
pub async fn delete(
    act: Act<'_>,
    id: SavedReplyId,
    expected_revision: Option<i32>,
) -> Result<SavedReply, Failure> {
    let change = &act.change();
    let work = |tx: Tx| async move {
        let reply = held(&tx, act, id, expected_revision).await?;
        kept::delete(&tx, id).await?;
        tx.record(event(change, EventKind::SavedReplyDeleted, &reply));
        Ok(reply)
    };
    act.store.write(work).await
}

/// The text, if the viewer may change it and it is at this revision.
async fn held(
    tx: &Tx,
    act: Act<'_>,
    id: SavedReplyId,
    expected_revision: Option<i32>,
) -> Result<SavedReply, Failure> {
    let reply = kept::lock(tx, id).await?.filter(|reply| sees_replies_of(act.viewer, reply.owner));
    let reply = reply.ok_or(Refusal::NotFound("saved reply"))?;
    may_keep_reply(act.viewer, reply.owner)?;
    if expected_revision.is_some_and(|expected| expected != reply.revision) {
        return Err(Refusal::Stale.into());
    }
    Ok(reply)
}

fn event(change: &Change, kind: EventKind, reply: &SavedReply) -> Event {
    change.event(kind).word("reply", reply.id)
}
