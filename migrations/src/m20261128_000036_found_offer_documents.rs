//! Offers as documents.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

const UP: &str = r"
-- Made once, when a version is sent: bytes, or the characters for which there is no letter in our fonts.
CREATE TABLE offer_document (
    offer_id {id} NOT NULL REFERENCES offer (id),
    version INTEGER NOT NULL,
    made_at {instant} NOT NULL,
    sha256 {id},
    size INTEGER,
    content {blob},
    unprintable TEXT,
    PRIMARY KEY (offer_id, version),
    CHECK ((content IS NULL) = (unprintable IS NOT NULL)),
    CHECK ((content IS NULL) = (sha256 IS NULL) AND (content IS NULL) = (size IS NULL))
) {strict};
";

const DOWN: &str = r"
DROP TABLE offer_document;
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
