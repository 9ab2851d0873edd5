//! What a step added to one application brings of its own, and whose wish for other teams waits to be looked at.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

const UP: &str = r"
-- What whoever takes the step is given; null where the plan says it.
ALTER TABLE application_step ADD COLUMN kit TEXT;
-- Since when the candidate's change of preferred teams waits for somebody to allot, or to leave the allotment as it is.
ALTER TABLE application ADD COLUMN preference_since {instant};
CREATE INDEX ix_application_preference ON application (preference_since) WHERE preference_since IS NOT NULL;
";

const DOWN: &str = r"
DROP INDEX ix_application_preference;
ALTER TABLE application DROP COLUMN preference_since;
ALTER TABLE application_step DROP COLUMN kit;
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
