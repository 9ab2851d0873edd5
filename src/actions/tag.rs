//! Tags of applications.

use super::Act;
use super::application::{event, held};
use crate::domain::application::Application;
use crate::domain::event::EventKind;
use crate::domain::id::ApplicationId;
use crate::domain::policy::application::tagging;
use crate::domain::tag::Tag;
use crate::storage::{Failure, application as kept, tag};

/// Gives an application these tags instead of those it has.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `STALE`; `REQUIRED` or `INVALID` on `tags` or the entry at fault.
pub async fn set(
    act: Act<'_>,
    id: ApplicationId,
    tags: &[String],
    revision: Option<i32>,
) -> Result<Application, Failure> {
    let (change, right) = (&act.change(), &tagging(act.viewer));
    let tags = &Tag::set("tags", tags)?;
    act.store
        .write(|tx| async move {
            let application = held(&tx, act.viewer, right, id, "application").await?;
            revision.map_or(Ok(()), |revision| application.is_at(revision))?;
            let before = tag::keys(&tx, id).await?;
            let new: Vec<&Tag> = tags.iter().filter(|tag| !before.contains(&tag.key)).collect();
            let is_kept = |key: &&str| tags.iter().any(|tag| tag.key == *key);
            let old: Vec<&str> = before.iter().map(String::as_str).filter(|key| !is_kept(key)).collect();
            if new.is_empty() && old.is_empty() {
                return Ok(application);
            }
            tag::add(&tx, id, &new).await?;
            tag::remove(&tx, id, &old).await?;
            let application = kept::save(&tx, application).await?;
            let count = |tags: usize| i64::try_from(tags).unwrap_or_default();
            let set = event(change, EventKind::TagsSet, &application).count("tags", count(tags.len()));
            tx.record(set.count("added", count(new.len())).count("removed", count(old.len())));
            Ok(application)
        })
        .await
}
