//! Finds what awaits somebody, and reports, without reading everything.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

const UP: &str = r"
CREATE INDEX ix_application_standing ON application (plan_id, plan_version, stage) WHERE status = 'active';
CREATE INDEX ix_application_undecided ON application (needs_decision_since) WHERE needs_decision_since IS NOT NULL;
CREATE INDEX ix_application_step_awaited ON application_step (moved_at) WHERE state = 'awaitingFeedback';
CREATE INDEX ix_email_message_undelivered ON email_message (run_at) WHERE state IN ('unknown', 'failed', 'bounced');
";

const DOWN: &str = r"
DROP INDEX ix_email_message_undelivered;
DROP INDEX ix_application_step_awaited;
DROP INDEX ix_application_undecided;
DROP INDEX ix_application_standing;
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
