//! Approved offers leave at a time.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

const UP: &str = r"
-- When the newest version is to be sent by itself, and until when it can be answered then; the latter null for `expires_at`.
ALTER TABLE offer ADD COLUMN send_at {instant};
ALTER TABLE offer ADD COLUMN send_until {instant};
CREATE INDEX ix_offer_send ON offer (send_at, id) WHERE send_at IS NOT NULL;
";

const DOWN: &str = r"
DROP INDEX ix_offer_send;
ALTER TABLE offer DROP COLUMN send_until;
ALTER TABLE offer DROP COLUMN send_at;
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
