//! Teams, staff, their roles and tokens, hiring plans.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

const UP: &str = r"
CREATE TABLE team (
    id {id} NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    created_at {instant} NOT NULL,
    revision INTEGER NOT NULL
) {strict};
CREATE UNIQUE INDEX uq_team_name ON team (name_key, (0));

CREATE TABLE user_account (
    id {id} NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    name TEXT NOT NULL,
    title TEXT,
    created_at {instant} NOT NULL
) {strict};
CREATE UNIQUE INDEX uq_user_email ON user_account (email_key, (0));

-- A role on the organisation (both null), on a posting, or on a team.
CREATE TABLE role_grant (
    id {id} NOT NULL PRIMARY KEY,
    user_id {id} NOT NULL REFERENCES user_account (id),
    role TEXT NOT NULL CHECK (role IN ('admin', 'recruiter', 'hiringManager', 'interviewer', 'approver')),
    posting_id {id},
    team_id {id} REFERENCES team (id),
    created_at {instant} NOT NULL,
    CONSTRAINT ck_role_grant_reach CHECK (posting_id IS NULL OR team_id IS NULL)
) {strict};
CREATE INDEX ix_role_grant_user ON role_grant (user_id);

-- Only the SHA-256 of a token is kept.
CREATE TABLE api_token (
    id {id} NOT NULL PRIMARY KEY,
    user_id {id} NOT NULL REFERENCES user_account (id),
    name TEXT NOT NULL,
    secret_hash TEXT NOT NULL UNIQUE,
    scopes TEXT NOT NULL,
    last_four TEXT NOT NULL,
    created_at {instant} NOT NULL,
    expires_at {instant} NOT NULL,
    revoked_at {instant}
) {strict};
CREATE INDEX ix_api_token_user ON api_token (user_id);

-- A plan's version is a document: written once, read whole, never filtered on.
CREATE TABLE plan (
    id {id} NOT NULL,
    version INTEGER NOT NULL,
    name TEXT NOT NULL,
    definition TEXT NOT NULL,
    created_at {instant} NOT NULL,
    PRIMARY KEY (id, version)
) {strict};
";

/// Dropped in this order, so that no table goes before one that refers to it.
const TABLES: &[&str] = &["plan", "api_token", "role_grant", "user_account", "team"];

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
