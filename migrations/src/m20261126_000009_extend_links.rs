//! Links for more than candidates' applications and offers, and mails to others than candidates.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

const UP: &str = r"
-- The candidate of a link is whose application it is about; who holds it follows from its purpose.
ALTER TABLE link ADD COLUMN purpose TEXT NOT NULL DEFAULT 'application' CHECK (purpose IN ('application', 'offer', 'form',
    'nomination', 'reference', 'interview', 'scorecard'));
UPDATE link SET purpose = 'offer' WHERE offer_id IS NOT NULL;
ALTER TABLE link ADD COLUMN step_id {id} REFERENCES application_step (id);
ALTER TABLE link ADD COLUMN user_id {id} REFERENCES user_account (id);

-- A mail to a member of staff; its candidate is the one it is about.
ALTER TABLE email_message ADD COLUMN user_id {id} REFERENCES user_account (id);

ALTER TABLE application_step ADD COLUMN least_people INTEGER NOT NULL DEFAULT 1;
";

const DOWN: &str = r"
ALTER TABLE application_step DROP COLUMN least_people;
ALTER TABLE email_message DROP COLUMN user_id;
ALTER TABLE link DROP COLUMN user_id;
ALTER TABLE link DROP COLUMN step_id;
ALTER TABLE link DROP COLUMN purpose;
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
