//! Scorecards, and who was asked for one.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

const UP: &str = r"
-- Each version of a card is a row; the newest that was submitted counts.
CREATE TABLE scorecard (
    id {id} NOT NULL PRIMARY KEY,
    application_id {id} NOT NULL REFERENCES application (id),
    step_id {id} NOT NULL REFERENCES application_step (id),
    round INTEGER NOT NULL CHECK (round >= 1),
    author_id {id} NOT NULL REFERENCES user_account (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    revision INTEGER NOT NULL,
    recommendation TEXT CHECK (recommendation IN ('strongNo', 'no', 'yes', 'strongYes')),
    attributes TEXT NOT NULL,
    takeaways TEXT,
    pros TEXT,
    cons TEXT,
    note_for_others TEXT,
    private_note TEXT,
    saved_at {instant} NOT NULL,
    submitted_at {instant},
    CONSTRAINT ck_scorecard_whole CHECK (submitted_at IS NULL OR (recommendation IS NOT NULL AND takeaways IS NOT NULL
        AND pros IS NOT NULL AND cons IS NOT NULL))
) {strict};
CREATE UNIQUE INDEX uq_scorecard_version ON scorecard (step_id, round, author_id, version, (0));
CREATE UNIQUE INDEX uq_scorecard_draft ON scorecard (step_id, round, author_id, (0)) WHERE submitted_at IS NULL;
CREATE INDEX ix_scorecard_application ON scorecard (application_id);

CREATE TABLE scorecard_request (
    step_id {id} NOT NULL REFERENCES application_step (id),
    round INTEGER NOT NULL CHECK (round >= 1),
    user_id {id} NOT NULL REFERENCES user_account (id),
    application_id {id} NOT NULL REFERENCES application (id),
    due_at {instant} NOT NULL,
    requested_at {instant} NOT NULL,
    reminded_at {instant},
    PRIMARY KEY (step_id, round, user_id)
) {strict};
CREATE INDEX ix_scorecard_request_due ON scorecard_request (due_at) WHERE reminded_at IS NULL;
CREATE INDEX ix_scorecard_request_user ON scorecard_request (user_id, due_at);
";

/// Dropped in this order, so that no table goes before one that refers to it.
const TABLES: &[&str] = &["scorecard_request", "scorecard"];

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
