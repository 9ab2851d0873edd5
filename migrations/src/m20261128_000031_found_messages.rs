//! What is written about applications by mail, either way: what was taken in already, and which addresses are known not to work.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

const UP: &str = r"
-- Bodies that had an effect, so that none has it twice.
CREATE TABLE inbound_mail (
    sha256 {id} NOT NULL PRIMARY KEY,
    received_at {instant} NOT NULL
) {strict};

CREATE TABLE message (
    id {id} NOT NULL PRIMARY KEY,
    application_id {id} NOT NULL REFERENCES application (id),
    sha256 {id} NOT NULL,
    message_id TEXT,
    sender TEXT,
    from_candidate {flag} NOT NULL,
    automatic {flag} NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    attachments TEXT NOT NULL,
    attachment_count INTEGER NOT NULL,
    interview_id {id} REFERENCES interview (id),
    response TEXT CHECK (response IN ('accepted', 'tentative', 'declined')),
    received_at {instant} NOT NULL,
    read_at {instant},
    read_by {id} REFERENCES user_account (id),
    author_id {id} REFERENCES user_account (id),
    email_id {id} REFERENCES email_message (id),
    CHECK (read_by IS NULL OR read_at IS NOT NULL),
    CHECK ((interview_id IS NULL) = (response IS NULL)),
    CHECK ((author_id IS NULL) = (email_id IS NULL))
) {strict};
CREATE UNIQUE INDEX uq_message_sha256 ON message (sha256, (0));
CREATE INDEX ix_message_application ON message (application_id, received_at, id);
CREATE INDEX ix_message_unread ON message (received_at, id) WHERE read_at IS NULL;

-- Since when mail to the address is known not to arrive.
ALTER TABLE candidate_contact ADD COLUMN undeliverable_since {instant};
CREATE INDEX ix_candidate_contact_undeliverable ON candidate_contact (undeliverable_since)
    WHERE undeliverable_since IS NOT NULL;
";

const DOWN: &str = r"
DROP INDEX ix_candidate_contact_undeliverable;
ALTER TABLE candidate_contact DROP COLUMN undeliverable_since;
DROP TABLE message;
DROP TABLE inbound_mail;
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
