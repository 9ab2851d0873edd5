//! Decisions of which the candidate is told later than they are made.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

const UP: &str = r"
-- From when on the candidate may know how their application ended; null where they may know at once.
ALTER TABLE application ADD COLUMN outcome_told_from {instant};
";

const DOWN: &str = r"
ALTER TABLE application DROP COLUMN outcome_told_from;
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
