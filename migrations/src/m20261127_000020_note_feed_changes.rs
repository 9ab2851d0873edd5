//! Which postings came into the feeds, changed in them and left them, in order.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

const UP: &str = r"
-- One row a posting that was ever listed: the last that happened to it. Numbers rise with each change.
CREATE TABLE feed_change (
    posting_id {id} NOT NULL PRIMARY KEY REFERENCES posting (id),
    place {int} NOT NULL,
    listed_by {int} NOT NULL,
    number {int} NOT NULL,
    changed_at {instant} NOT NULL,
    left_at {instant},
    CONSTRAINT ck_feed_change CHECK (listed_by <= number)
) {strict};
CREATE UNIQUE INDEX uq_feed_change_place ON feed_change (place, (0));
CREATE UNIQUE INDEX uq_feed_change_number ON feed_change (number, (0));
CREATE INDEX ix_feed_change_left ON feed_change (left_at) WHERE left_at IS NOT NULL;

-- One row: how many changes there were, and how many postings. Whoever notes more holds it.
CREATE TABLE feed_head (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    number {int} NOT NULL,
    places {int} NOT NULL
) {strict};
INSERT INTO feed_head (id, number, places) VALUES (1, 0, 0);
";

/// Dropped in this order, so that no table goes before one that refers to it.
const TABLES: &[&str] = &["feed_head", "feed_change"];

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
