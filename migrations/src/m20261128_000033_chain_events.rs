//! Events form a chain; a decision says more of how it came about; candidates ask on the page of their offer.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

const UP: &str = r"
-- Of the event and of the hash before it. Null for those recorded before there were hashes.
ALTER TABLE event ADD COLUMN hash TEXT;
-- The candidate's name as it was on record then. Null for decisions made before it was kept.
ALTER TABLE offer_decision ADD COLUMN name TEXT;
-- When the code was sent that the acceptance took, if it took one.
ALTER TABLE offer_decision ADD COLUMN code_sent_at {instant};

-- The newest code for each offer that takes one.
CREATE TABLE offer_code (
    offer_id {id} NOT NULL PRIMARY KEY REFERENCES offer (id),
    version INTEGER NOT NULL,
    code_hash TEXT NOT NULL,
    sent_at {instant} NOT NULL,
    tries INTEGER NOT NULL,
    codes INTEGER NOT NULL
) {strict};

-- What a candidate asked on the page of which version of an offer; null for what was written by mail.
ALTER TABLE message ADD COLUMN offer_id {id} REFERENCES offer (id);
ALTER TABLE message ADD COLUMN version INTEGER;
ALTER TABLE message ADD COLUMN question TEXT CHECK (question IN ('question', 'counterOffer'));
CREATE INDEX ix_message_offer ON message (offer_id, version) WHERE offer_id IS NOT NULL;
";

const DOWN: &str = r"
DROP INDEX ix_message_offer;
ALTER TABLE message DROP COLUMN question;
ALTER TABLE message DROP COLUMN version;
ALTER TABLE message DROP COLUMN offer_id;
DROP TABLE offer_code;
ALTER TABLE offer_decision DROP COLUMN code_sent_at;
ALTER TABLE offer_decision DROP COLUMN name;
ALTER TABLE event DROP COLUMN hash;
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
