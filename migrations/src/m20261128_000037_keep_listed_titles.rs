//! The titles that boards know postings by.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

const UP: &str = r"
-- What the posting was called when it came in last. Of those that came in before this was kept: what it is called now.
ALTER TABLE feed_change ADD COLUMN listed_title TEXT;
UPDATE feed_change SET listed_title = (SELECT p.title FROM posting p WHERE p.id = feed_change.posting_id);
";

const DOWN: &str = r"
ALTER TABLE feed_change DROP COLUMN listed_title;
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
