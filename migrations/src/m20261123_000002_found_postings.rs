//! Postings, the teams they hire for, and the ledger of seats.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

const UP: &str = r"
-- What a posting says is a document; what is filtered, sorted or counted on is a column.
CREATE TABLE posting (
    id {id} NOT NULL PRIMARY KEY,
    slug TEXT NOT NULL,
    slug_key TEXT NOT NULL,
    status TEXT NOT NULL
        CHECK (status IN ('draft', 'pendingApproval', 'open', 'paused', 'closed', 'archived')),
    listed {flag} NOT NULL,
    title TEXT NOT NULL,
    title_key TEXT NOT NULL,
    workplace TEXT NOT NULL CHECK (workplace IN ('onsite', 'hybrid', 'remote')),
    content TEXT NOT NULL,
    plan_id {id} NOT NULL,
    plan_version INTEGER NOT NULL,
    lead_id {id} REFERENCES user_account (id),
    published_at {instant},
    reopened_at {instant},
    expires_at {instant},
    close_reason TEXT CHECK (close_reason IN ('filled', 'noLongerNeeded', 'deadline', 'other')),
    created_at {instant} NOT NULL,
    updated_at {instant} NOT NULL,
    revision INTEGER NOT NULL,
    FOREIGN KEY (plan_id, plan_version) REFERENCES plan (id, version),
    CONSTRAINT ck_posting_published CHECK (status IN ('draft', 'pendingApproval', 'archived') OR published_at IS NOT NULL)
) {strict};
-- The short id at the end of every slug the posting ever had.
CREATE UNIQUE INDEX uq_posting_slug ON posting (slug_key, (0));
CREATE INDEX ix_posting_status ON posting (status);
CREATE INDEX ix_posting_since ON posting (coalesce(published_at, created_at) DESC, id DESC);

-- The countries of its locations and those one may work from; the document holds the rest.
CREATE TABLE posting_country (
    posting_id {id} NOT NULL REFERENCES posting (id),
    country TEXT NOT NULL,
    PRIMARY KEY (posting_id, country)
) {strict};
CREATE INDEX ix_posting_country ON posting_country (country, posting_id);

CREATE TABLE posting_team (
    id {id} NOT NULL PRIMARY KEY,
    posting_id {id} NOT NULL REFERENCES posting (id),
    team_id {id} NOT NULL REFERENCES team (id),
    rank INTEGER NOT NULL,
    manager_id {id} REFERENCES user_account (id)
) {strict};
CREATE UNIQUE INDEX uq_posting_team ON posting_team (posting_id, team_id, (0));
CREATE INDEX ix_posting_team_team ON posting_team (team_id);

-- One row is one seat. An offer keeps the seat it held or filled; so the same two columns prove the invariants.
CREATE TABLE opening (
    id {id} NOT NULL PRIMARY KEY,
    posting_team_id {id} NOT NULL REFERENCES posting_team (id),
    state TEXT NOT NULL CHECK (state IN ('open', 'held', 'filled', 'cancelled')),
    kind TEXT NOT NULL CHECK (kind IN ('new', 'backfill')),
    offer_id {id},
    application_id {id},
    created_at {instant} NOT NULL,
    CONSTRAINT ck_opening_offer CHECK ((state IN ('held', 'filled')) = (offer_id IS NOT NULL)),
    CONSTRAINT ck_opening_application CHECK ((state = 'filled') = (application_id IS NOT NULL))
) {strict};
CREATE INDEX ix_opening_team ON opening (posting_team_id, state, created_at, id);
CREATE UNIQUE INDEX uq_opening_offer ON opening (offer_id, (0)) WHERE offer_id IS NOT NULL;
CREATE UNIQUE INDEX uq_opening_application ON opening (application_id, (0)) WHERE application_id IS NOT NULL;

-- One row: raised by each write that changes a public fact, read together with the postings.
CREATE TABLE feed_generation (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    number {int} NOT NULL
) {strict};
INSERT INTO feed_generation (id, number) VALUES (1, 0);
";

/// Dropped in this order, so that no table goes before one that refers to it.
const TABLES: &[&str] = &["feed_generation", "opening", "posting_team", "posting_country", "posting"];

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
