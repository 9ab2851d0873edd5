//! What each feed said last, and since when: instances that share a database date the same content alike.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

const UP: &str = r"
-- One row a channel. The fingerprint is of the document without the time of its last change.
CREATE TABLE feed_edition (
    channel TEXT NOT NULL PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    last_modified {instant}
) {strict};
";

const TABLES: &[&str] = &["feed_edition"];

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
