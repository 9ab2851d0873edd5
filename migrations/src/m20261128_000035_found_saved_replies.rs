//! Texts that colleagues keep for writing to candidates.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

const UP: &str = r"
-- Without an owner it is the whole organisation's.
CREATE TABLE saved_reply (
    id {id} NOT NULL PRIMARY KEY,
    owner_id {id} REFERENCES user_account (id),
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    subject TEXT,
    body TEXT NOT NULL,
    saved_by {id} REFERENCES user_account (id),
    saved_at {instant} NOT NULL,
    revision INTEGER NOT NULL
) {strict};
CREATE UNIQUE INDEX uq_saved_reply_name ON saved_reply (coalesce(owner_id, ''), name_key, (0));
";

const DOWN: &str = r"
DROP TABLE saved_reply;
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, DOWN).await
    }
}
