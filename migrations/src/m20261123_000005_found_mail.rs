//! The outbox: messages, how their delivery stands, and every try.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

const UP: &str = r"
-- A message is its own job: queued in the write that caused it, leased by a worker, fenced against a late one.
CREATE TABLE email_message (
    id {id} NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    dedupe_key TEXT NOT NULL,
    message_id TEXT NOT NULL UNIQUE,
    posting_id {id} NOT NULL REFERENCES posting (id),
    application_id {id} NOT NULL REFERENCES application (id),
    offer_id {id} REFERENCES offer (id),
    version INTEGER,
    candidate_id {id} NOT NULL REFERENCES candidate (id),
    envelope_from TEXT NOT NULL,
    envelope_to TEXT NOT NULL,
    raw {blob},
    raw_sha256 TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'transmitting', 'sent', 'deferred', 'unknown', 'failed',
        'cancelled', 'bounced')),
    attempts INTEGER NOT NULL,
    run_at {instant} NOT NULL,
    expires_at {instant},
    fence INTEGER NOT NULL,
    lease_owner TEXT,
    lease_until {instant},
    transmit_fence INTEGER,
    transmit_started_at {instant},
    held {flag} NOT NULL,
    duplicate_possible {flag} NOT NULL,
    created_at {instant} NOT NULL,
    sent_at {instant},
    last_phase TEXT,
    last_code INTEGER,
    last_reply TEXT
) {strict};
CREATE UNIQUE INDEX uq_email_message_dedupe ON email_message (dedupe_key, (0));
CREATE INDEX ix_email_message_due ON email_message (run_at, id) WHERE state IN ('queued', 'deferred', 'unknown');
CREATE INDEX ix_email_message_leased ON email_message (lease_until) WHERE state IN ('sending', 'transmitting');
CREATE INDEX ix_email_message_created ON email_message (created_at DESC, id DESC);
CREATE INDEX ix_email_message_application ON email_message (application_id, created_at DESC, id DESC);
CREATE INDEX ix_email_message_offer ON email_message (offer_id) WHERE offer_id IS NOT NULL;

CREATE TABLE email_attempt (
    email_message_id {id} NOT NULL REFERENCES email_message (id),
    fence INTEGER NOT NULL,
    worker TEXT NOT NULL,
    started_at {instant} NOT NULL,
    ended_at {instant},
    phase TEXT,
    outcome TEXT,
    code INTEGER,
    enhanced TEXT,
    reply TEXT,
    PRIMARY KEY (email_message_id, fence)
) {strict};
";

/// Dropped in this order, so that no table goes before one that refers to it.
const TABLES: &[&str] = &["email_attempt", "email_message"];

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
