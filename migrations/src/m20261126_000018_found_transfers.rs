//! Applications that go on to another posting.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

const UP: &str = r"
-- Each way to another posting, by the revision the application had afterwards.
CREATE TABLE application_transfer (
    application_id {id} NOT NULL REFERENCES application (id),
    revision INTEGER NOT NULL,
    from_posting_id {id} NOT NULL REFERENCES posting (id),
    to_posting_id {id} NOT NULL REFERENCES posting (id),
    from_plan_id {id} NOT NULL,
    from_plan_version INTEGER NOT NULL,
    from_stage INTEGER NOT NULL,
    to_stage INTEGER NOT NULL,
    reason TEXT NOT NULL,
    transferred_by TEXT NOT NULL,
    transferred_at {instant} NOT NULL,
    PRIMARY KEY (application_id, revision),
    FOREIGN KEY (from_plan_id, from_plan_version) REFERENCES plan (id, version),
    CONSTRAINT ck_application_transfer CHECK (to_posting_id <> from_posting_id)
) {strict};
";

/// Dropped in this order, so that no table goes before one that refers to it.
const TABLES: &[&str] = &["application_transfer"];

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
