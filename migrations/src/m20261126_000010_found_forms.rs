//! Questions that are sent to candidates within a step, and what they answer.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

const UP: &str = r"
CREATE TABLE form (
    id {id} NOT NULL PRIMARY KEY,
    application_id {id} NOT NULL REFERENCES application (id),
    step_id {id} NOT NULL REFERENCES application_step (id),
    round INTEGER NOT NULL CHECK (round >= 1),
    note TEXT,
    questions TEXT NOT NULL,
    due_at {instant} NOT NULL,
    remind_at {instant} NOT NULL,
    sent_at {instant} NOT NULL,
    sent_by TEXT NOT NULL,
    reminded_at {instant},
    answered_at {instant},
    replaced_at {instant},
    CONSTRAINT ck_form_end CHECK (answered_at IS NULL OR replaced_at IS NULL)
) {strict};
-- A step awaits one form's answers at a time.
CREATE UNIQUE INDEX uq_form_open ON form (step_id, (0)) WHERE answered_at IS NULL AND replaced_at IS NULL;
CREATE INDEX ix_form_step ON form (step_id, sent_at DESC);
CREATE INDEX ix_form_reminder ON form (remind_at, id)
    WHERE reminded_at IS NULL AND answered_at IS NULL AND replaced_at IS NULL;

CREATE TABLE form_answer (
    id {id} NOT NULL PRIMARY KEY,
    form_id {id} NOT NULL REFERENCES form (id),
    position INTEGER NOT NULL,
    question_key TEXT NOT NULL,
    question_label TEXT NOT NULL,
    question_kind TEXT NOT NULL CHECK (question_kind IN ('line', 'prose', 'yesNo', 'choice', 'url')),
    value TEXT NOT NULL
) {strict};
CREATE INDEX ix_form_answer ON form_answer (form_id, position);
";

/// Dropped in this order, so that no table goes before one that refers to it.
const TABLES: &[&str] = &["form_answer", "form"];

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
