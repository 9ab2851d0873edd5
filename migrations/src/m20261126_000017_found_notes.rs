//! Notes about applications, who is mentioned in them, and tags.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

const UP: &str = r"
-- Written once: nothing updates a note.
CREATE TABLE note (
    id {id} NOT NULL PRIMARY KEY,
    application_id {id} NOT NULL REFERENCES application (id),
    author_id {id} NOT NULL REFERENCES user_account (id),
    body TEXT NOT NULL,
    created_at {instant} NOT NULL
) {strict};
CREATE INDEX ix_note_application ON note (application_id, created_at, id);

CREATE TABLE note_mention (
    note_id {id} NOT NULL REFERENCES note (id),
    user_id {id} NOT NULL REFERENCES user_account (id),
    read_at {instant},
    PRIMARY KEY (note_id, user_id)
) {strict};
CREATE INDEX ix_note_mention_unread ON note_mention (user_id) WHERE read_at IS NULL;

-- Each as it was first written; one that no application has is not here.
CREATE TABLE tag (
    name_key {id} NOT NULL PRIMARY KEY,
    name TEXT NOT NULL
) {strict};

CREATE TABLE application_tag (
    application_id {id} NOT NULL REFERENCES application (id),
    name_key {id} NOT NULL REFERENCES tag (name_key),
    PRIMARY KEY (application_id, name_key)
) {strict};
CREATE INDEX ix_application_tag_name ON application_tag (name_key, application_id);
";

/// Dropped in this order, so that no table goes before one that refers to it.
const TABLES: &[&str] = &["application_tag", "tag", "note_mention", "note"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::drop(manager, TABLES).await
    }
}
