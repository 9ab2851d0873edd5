//! Where a posting came from, and where one applies to it instead of here.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

const UP: &str = r"
ALTER TABLE posting ADD COLUMN apply_url TEXT;

-- What another system's board said of a posting, word for word.
CREATE TABLE posting_source (
    posting_id {id} NOT NULL PRIMARY KEY REFERENCES posting (id),
    system TEXT NOT NULL CHECK (system IN ('greenhouse', 'lever', 'ashby')),
    board TEXT NOT NULL,
    external_id TEXT NOT NULL,
    record TEXT NOT NULL,
    digest TEXT NOT NULL,
    imported_at {instant} NOT NULL,
    missing_since {instant}
) {strict};
CREATE UNIQUE INDEX uq_posting_source ON posting_source (system, board, external_id, (0));
";

const DOWN: &str = r"
DROP TABLE posting_source;
ALTER TABLE posting DROP COLUMN apply_url;
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
