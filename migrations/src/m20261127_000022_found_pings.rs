//! What the program tells hubs and search engines: that something is new.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

const UP: &str = r"
-- A ping is its own job, as a mail is: queued in the write that caused it, leased by a worker, fenced against a late one.
CREATE TABLE ping (
    id {id} NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('websub', 'indexnow')),
    target TEXT NOT NULL,
    urls TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'deferred', 'failed', 'cancelled')),
    attempts INTEGER NOT NULL,
    run_at {instant} NOT NULL,
    fence INTEGER NOT NULL,
    lease_owner TEXT,
    lease_until {instant},
    created_at {instant} NOT NULL,
    done_at {instant},
    last_code INTEGER,
    last_reply TEXT,
    CONSTRAINT ck_ping_leased CHECK ((state = 'sending') = (lease_until IS NOT NULL)),
    CONSTRAINT ck_ping_done CHECK ((state IN ('sent', 'failed', 'cancelled')) = (done_at IS NOT NULL))
) {strict};
CREATE INDEX ix_ping_due ON ping (run_at, id) WHERE state IN ('queued', 'deferred');
CREATE INDEX ix_ping_leased ON ping (lease_until) WHERE state = 'sending';
CREATE INDEX ix_ping_created ON ping (created_at DESC, id DESC);
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
        dialect::drop(manager, &["ping"]).await
    }
}
