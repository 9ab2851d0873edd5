//! What the feeds ask of all postings.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

const UP: &str = r"
-- When a public fact last changed.
CREATE INDEX ix_posting_updated ON posting (updated_at) WHERE published_at IS NOT NULL;
-- Whose time is over.
CREATE INDEX ix_posting_expires ON posting (expires_at) WHERE published_at IS NOT NULL;
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
        dialect::run(manager, "DROP INDEX ix_posting_expires; DROP INDEX ix_posting_updated;").await
    }
}
