//! People a candidate names, who are asked about the candidate, and what they answer.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

const UP: &str = r"
-- A candidate is asked to name people.
CREATE TABLE reference_request (
    id {id} NOT NULL PRIMARY KEY,
    application_id {id} NOT NULL REFERENCES application (id),
    step_id {id} NOT NULL REFERENCES application_step (id),
    round INTEGER NOT NULL CHECK (round >= 1),
    wanted INTEGER NOT NULL CHECK (wanted BETWEEN 1 AND 10),
    note TEXT,
    questions TEXT NOT NULL,
    due_at {instant} NOT NULL,
    remind_at {instant} NOT NULL,
    sent_at {instant} NOT NULL,
    sent_by TEXT NOT NULL,
    reminded_at {instant},
    replaced_at {instant}
) {strict};
-- A step awaits one request's names at a time.
CREATE UNIQUE INDEX uq_reference_request_open ON reference_request (step_id, (0)) WHERE replaced_at IS NULL;
CREATE INDEX ix_reference_request_step ON reference_request (step_id, sent_at DESC);
CREATE INDEX ix_reference_request_reminder ON reference_request (remind_at, id)
    WHERE reminded_at IS NULL AND replaced_at IS NULL;

-- One person who is asked. A name and an address of somebody who is no candidate: read by few, told in no event.
CREATE TABLE reference (
    id {id} NOT NULL PRIMARY KEY,
    request_id {id} NOT NULL REFERENCES reference_request (id),
    application_id {id} NOT NULL REFERENCES application (id),
    step_id {id} NOT NULL REFERENCES application_step (id),
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    relation TEXT NOT NULL CHECK (relation IN ('manager', 'peer', 'report')),
    state TEXT NOT NULL CHECK (state IN ('requested', 'complete', 'declined', 'withdrawn')),
    nominated_by TEXT NOT NULL,
    agreement TEXT NOT NULL,
    requested_at {instant} NOT NULL,
    due_at {instant} NOT NULL,
    remind_at {instant} NOT NULL,
    reminded_at {instant},
    ended_at {instant},
    consent TEXT,
    recommendation TEXT CHECK (recommendation IN ('yes', 'withReservations', 'no')),
    reason TEXT,
    CONSTRAINT ck_reference_end CHECK ((state = 'requested') = (ended_at IS NULL)),
    CONSTRAINT ck_reference_consent CHECK ((state = 'complete') = (consent IS NOT NULL)),
    CONSTRAINT ck_reference_recommendation CHECK (recommendation IS NULL OR state = 'complete')
) {strict};
-- Nobody is asked twice about one application, unless the first time was taken back.
CREATE UNIQUE INDEX uq_reference_email ON reference (application_id, email_key, (0)) WHERE state <> 'withdrawn';
CREATE INDEX ix_reference_step ON reference (step_id, requested_at);
CREATE INDEX ix_reference_reminder ON reference (remind_at, id) WHERE reminded_at IS NULL AND state = 'requested';

CREATE TABLE reference_answer (
    id {id} NOT NULL PRIMARY KEY,
    reference_id {id} NOT NULL REFERENCES reference (id),
    position INTEGER NOT NULL,
    question_key TEXT NOT NULL,
    question_label TEXT NOT NULL,
    question_kind TEXT NOT NULL CHECK (question_kind IN ('line', 'prose', 'yesNo', 'choice', 'url')),
    value TEXT NOT NULL
) {strict};
CREATE INDEX ix_reference_answer ON reference_answer (reference_id, position);

ALTER TABLE link ADD COLUMN reference_id {id} REFERENCES reference (id);
-- A mail to a referee; its candidate is the one it is about.
ALTER TABLE email_message ADD COLUMN reference_id {id} REFERENCES reference (id);
";

const DOWN: &str = r"
ALTER TABLE email_message DROP COLUMN reference_id;
ALTER TABLE link DROP COLUMN reference_id;
DROP TABLE reference_answer;
DROP TABLE reference;
DROP TABLE reference_request;
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
