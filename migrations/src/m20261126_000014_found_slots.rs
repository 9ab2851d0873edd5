//! Times that are offered to candidates, of which they pick one.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

const UP: &str = r"
-- A meeting that has every part but its time.
CREATE TABLE slots (
    id {id} NOT NULL PRIMARY KEY,
    application_id {id} NOT NULL REFERENCES application (id),
    step_id {id} NOT NULL REFERENCES application_step (id),
    round INTEGER NOT NULL CHECK (round >= 1),
    state TEXT NOT NULL CHECK (state IN ('open', 'picked', 'replaced', 'closed')),
    zone TEXT NOT NULL,
    place TEXT,
    video_link TEXT,
    remind_at {instant} NOT NULL,
    offered_at {instant} NOT NULL,
    offered_by TEXT NOT NULL,
    reminded_at {instant},
    declined_at {instant},
    note TEXT,
    ended_at {instant},
    CONSTRAINT ck_slots_end CHECK ((state = 'open') = (ended_at IS NULL)),
    CONSTRAINT ck_slots_note CHECK (note IS NULL OR declined_at IS NOT NULL)
) {strict};
-- A step has one choice at a time.
CREATE UNIQUE INDEX uq_slots_open ON slots (step_id, (0)) WHERE state = 'open';
CREATE INDEX ix_slots_step ON slots (step_id, offered_at);
CREATE INDEX ix_slots_application ON slots (application_id) WHERE state = 'open';
CREATE INDEX ix_slots_reminder ON slots (remind_at, id) WHERE state = 'open' AND reminded_at IS NULL;

CREATE TABLE slot (
    id {id} NOT NULL PRIMARY KEY,
    slots_id {id} NOT NULL REFERENCES slots (id),
    starts_at {instant} NOT NULL,
    ends_at {instant} NOT NULL,
    interview_id {id} REFERENCES interview (id)
) {strict};
CREATE INDEX ix_slot_slots ON slot (slots_id, starts_at);
-- One of them is picked, and a meeting is of one of them.
CREATE UNIQUE INDEX uq_slot_picked ON slot (slots_id, (0)) WHERE interview_id IS NOT NULL;

CREATE TABLE slot_participant (
    slots_id {id} NOT NULL REFERENCES slots (id),
    user_id {id} NOT NULL REFERENCES user_account (id),
    shadow {flag} NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (slots_id, user_id)
) {strict};

ALTER TABLE link ADD COLUMN slots_id {id} REFERENCES slots (id);
";

const DOWN: &str = r"
DELETE FROM link WHERE purpose = 'interview';
ALTER TABLE link DROP COLUMN slots_id;
DROP TABLE slot_participant;
DROP TABLE slot;
DROP TABLE slots;
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
