//! How channels are set, who fetched them last, and which of them led to an application.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

const UP: &str = r"
-- A channel without a row is on, for everybody, and marks addresses as its format does.
CREATE TABLE channel_setting (
    channel TEXT NOT NULL PRIMARY KEY,
    enabled {flag} NOT NULL,
    private {flag} NOT NULL,
    key_hash TEXT,
    key_created_at {instant},
    company_id TEXT,
    tracking_source TEXT,
    changed_at {instant} NOT NULL,
    revision INTEGER NOT NULL,
    CONSTRAINT ck_channel_setting_key CHECK ((key_hash IS NULL) = (key_created_at IS NULL)),
    CONSTRAINT ck_channel_setting_private CHECK (private OR key_hash IS NULL)
) {strict};
CREATE UNIQUE INDEX uq_channel_setting_tracking ON channel_setting (tracking_source, (0));

-- The last time each feed was fetched, whichever instance gave it; no address is kept.
CREATE TABLE feed_fetch (
    channel TEXT NOT NULL PRIMARY KEY,
    at {instant} NOT NULL,
    who TEXT NOT NULL,
    status INTEGER NOT NULL,
    key_used_at {instant}
) {strict};

-- The feed whose address the candidate came by.
ALTER TABLE application ADD COLUMN channel TEXT;
";

const DOWN: &str = r"
ALTER TABLE application DROP COLUMN channel;
DROP TABLE feed_fetch;
DROP TABLE channel_setting;
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
