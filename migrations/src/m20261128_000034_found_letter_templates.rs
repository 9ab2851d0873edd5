//! The organisation's own words for letters, and the language that somebody applied in.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

const UP: &str = r"
-- Versions are only added. One without words takes the organisation's own back.
CREATE TABLE letter_template (
    kind {id} NOT NULL,
    language {id} NOT NULL,
    version INTEGER NOT NULL,
    subject TEXT,
    body TEXT,
    saved_by {id} REFERENCES user_account (id),
    saved_at {instant} NOT NULL,
    CHECK ((subject IS NULL) = (body IS NULL))
) {strict};
CREATE UNIQUE INDEX uq_letter_template_version ON letter_template (kind, language, version, (0));

-- In which of the organisation's own words a message was written; null for the words of the program.
ALTER TABLE email_message ADD COLUMN template_language TEXT;
ALTER TABLE email_message ADD COLUMN template_version INTEGER;

-- In which language somebody would be written to (BCP 47), as far as they said.
ALTER TABLE application ADD COLUMN language TEXT;
";

const DOWN: &str = r"
ALTER TABLE application DROP COLUMN language;
ALTER TABLE email_message DROP COLUMN template_version;
ALTER TABLE email_message DROP COLUMN template_language;
DROP TABLE letter_template;
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
