//! Offers, their versions, approvals and decisions, and candidates' links.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

const UP: &str = r"
CREATE TABLE offer (
    id {id} NOT NULL PRIMARY KEY,
    application_id {id} NOT NULL REFERENCES application (id),
    candidate_id {id} NOT NULL REFERENCES candidate (id),
    posting_id {id} NOT NULL REFERENCES posting (id),
    posting_team_id {id} NOT NULL REFERENCES posting_team (id),
    opening_id {id} REFERENCES opening (id),
    status TEXT NOT NULL CHECK (status IN ('draft', 'pendingApproval', 'approved', 'sent', 'accepted', 'declined',
        'expired', 'rescinded', 'cancelled')),
    version INTEGER NOT NULL,
    sent_version INTEGER,
    expires_at {instant} NOT NULL,
    sent_at {instant},
    first_viewed_at {instant},
    decided_at {instant},
    undone_at {instant},
    reason TEXT,
    created_at {instant} NOT NULL,
    revision INTEGER NOT NULL,
    CONSTRAINT ck_offer_opening CHECK (status NOT IN ('pendingApproval', 'approved', 'sent') OR opening_id IS NOT NULL),
    CONSTRAINT ck_offer_sent CHECK (status NOT IN ('sent', 'accepted', 'declined', 'expired', 'rescinded')
        OR sent_version IS NOT NULL)
) {strict};
CREATE UNIQUE INDEX uq_offer_live_application ON offer (application_id, (0))
    WHERE status IN ('pendingApproval', 'approved', 'sent');
CREATE UNIQUE INDEX uq_offer_live_candidate ON offer (candidate_id, (0))
    WHERE status IN ('pendingApproval', 'approved', 'sent');
CREATE INDEX ix_offer_application ON offer (application_id, created_at DESC, id DESC);
CREATE INDEX ix_offer_created ON offer (created_at DESC, id DESC);
CREATE INDEX ix_offer_deadline ON offer (expires_at) WHERE status = 'sent';

-- `terms` is TEXT because its bytes are what the hash was taken of.
CREATE TABLE offer_version (
    offer_id {id} NOT NULL REFERENCES offer (id),
    number INTEGER NOT NULL,
    status TEXT NOT NULL
        CHECK (status IN ('draft', 'pendingApproval', 'approved', 'sent', 'superseded', 'cancelled')),
    terms TEXT NOT NULL,
    terms_hash TEXT NOT NULL,
    drafted_by {id} NOT NULL REFERENCES user_account (id),
    approver_id {id} REFERENCES user_account (id),
    released_at {instant},
    PRIMARY KEY (offer_id, number)
) {strict};
CREATE UNIQUE INDEX uq_offer_version_sent ON offer_version (offer_id, (0)) WHERE status = 'sent';
CREATE INDEX ix_offer_version_approver ON offer_version (approver_id) WHERE approver_id IS NOT NULL;

CREATE TABLE offer_approval (
    id {id} NOT NULL PRIMARY KEY,
    offer_id {id} NOT NULL REFERENCES offer (id),
    version INTEGER NOT NULL,
    approver_id {id} NOT NULL REFERENCES user_account (id),
    decision TEXT NOT NULL CHECK (decision IN ('accepted', 'declined')),
    terms_hash TEXT NOT NULL,
    reason TEXT,
    decided_at {instant} NOT NULL
) {strict};
CREATE INDEX ix_offer_approval ON offer_approval (offer_id, decided_at);

-- What the candidate decided, and the evidence of it. Once per offer.
CREATE TABLE offer_decision (
    offer_id {id} NOT NULL PRIMARY KEY REFERENCES offer (id),
    version INTEGER NOT NULL,
    decision TEXT NOT NULL CHECK (decision IN ('accepted', 'declined')),
    terms_hash TEXT NOT NULL,
    typed_name TEXT,
    consent TEXT,
    nonce_hash TEXT,
    link_id {id},
    ip TEXT,
    user_agent TEXT,
    reason TEXT,
    decided_at {instant} NOT NULL
) {strict};

-- One-purpose links of candidates; only the SHA-256 of the secret is kept.
CREATE TABLE link (
    id {id} NOT NULL PRIMARY KEY,
    secret_hash TEXT NOT NULL UNIQUE,
    candidate_id {id} NOT NULL REFERENCES candidate (id),
    application_id {id} NOT NULL REFERENCES application (id),
    offer_id {id} REFERENCES offer (id),
    version INTEGER,
    created_at {instant} NOT NULL,
    revoked_at {instant},
    CONSTRAINT ck_link_version CHECK ((offer_id IS NULL) = (version IS NULL))
) {strict};
CREATE INDEX ix_link_offer ON link (offer_id) WHERE offer_id IS NOT NULL;
";

/// Dropped in this order, so that no table goes before one that refers to it.
const TABLES: &[&str] = &["link", "offer_decision", "offer_approval", "offer_version", "offer"];

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
