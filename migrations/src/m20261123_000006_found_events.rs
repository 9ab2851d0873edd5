//! What happened, in the order it was committed; and idempotency keys.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

const UP: &str = r"
CREATE TABLE event (
    seq {int} PRIMARY KEY,
    change_id {id} NOT NULL,
    kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    at {instant} NOT NULL,
    posting_id {id},
    application_id {id},
    offer_id {id},
    facts TEXT NOT NULL
) {strict};
CREATE INDEX ix_event_posting ON event (posting_id, seq);
CREATE INDEX ix_event_application ON event (application_id, seq);
CREATE INDEX ix_event_offer ON event (offer_id, seq);

-- Written in the transaction of the effect; a refusal writes none.
CREATE TABLE idempotency (
    viewer TEXT NOT NULL,
    mutation TEXT NOT NULL,
    key TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    outcome TEXT NOT NULL,
    created_at {instant} NOT NULL,
    PRIMARY KEY (viewer, mutation, key)
) {strict};
CREATE INDEX ix_idempotency_created ON idempotency (created_at);
";

/// Dropped in this order, so that no table goes before one that refers to it.
const TABLES: &[&str] = &["idempotency", "event"];

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
