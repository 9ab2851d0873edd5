//! Candidates are reminded of offers, and offers are sent again.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

const UP: &str = r"
-- When the candidate is to be reminded; null when they were, or will not be.
ALTER TABLE offer ADD COLUMN remind_at {instant};
CREATE INDEX ix_offer_reminder ON offer (remind_at, id) WHERE remind_at IS NOT NULL AND status = 'sent';

-- When another message was sent in the place of one that did not arrive.
ALTER TABLE email_message ADD COLUMN replaced_at {instant};
";

const DOWN: &str = r"
ALTER TABLE email_message DROP COLUMN replaced_at;
DROP INDEX ix_offer_reminder;
ALTER TABLE offer DROP COLUMN remind_at;
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
