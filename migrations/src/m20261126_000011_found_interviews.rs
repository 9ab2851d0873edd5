//! Meetings with candidates, who comes to them, the times a candidate may choose from, and who referred whom.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

const UP: &str = r"
-- Nobody interviews whom they referred.
ALTER TABLE application ADD COLUMN referrer_id {id} REFERENCES user_account (id);

CREATE TABLE interview (
    id {id} NOT NULL PRIMARY KEY,
    application_id {id} NOT NULL REFERENCES application (id),
    step_id {id} NOT NULL REFERENCES application_step (id),
    round INTEGER NOT NULL CHECK (round >= 1),
    state TEXT NOT NULL CHECK (state IN ('scheduled', 'held', 'cancelled', 'noShow')),
    starts_at {instant} NOT NULL,
    ends_at {instant} NOT NULL,
    zone TEXT NOT NULL,
    place TEXT,
    video_link TEXT,
    uid TEXT NOT NULL UNIQUE,
    sequence INTEGER NOT NULL CHECK (sequence >= 0),
    missing TEXT CHECK (missing IN ('candidate', 'interviewer')),
    reason TEXT,
    arranged_at {instant} NOT NULL,
    created_at {instant} NOT NULL,
    created_by TEXT NOT NULL,
    revision INTEGER NOT NULL,
    CONSTRAINT ck_interview_missing CHECK ((state = 'noShow') = (missing IS NOT NULL))
) {strict};
-- One meeting at a time in a step.
CREATE UNIQUE INDEX uq_interview_scheduled ON interview (step_id, (0)) WHERE state = 'scheduled';
CREATE INDEX ix_interview_step ON interview (step_id, created_at);
CREATE INDEX ix_interview_application ON interview (application_id);
CREATE INDEX ix_interview_end ON interview (ends_at, id) WHERE state = 'scheduled';

-- Whoever is removed stays, with the time.
CREATE TABLE interview_participant (
    interview_id {id} NOT NULL REFERENCES interview (id),
    user_id {id} NOT NULL REFERENCES user_account (id),
    shadow {flag} NOT NULL,
    response TEXT NOT NULL CHECK (response IN ('needsAction', 'accepted', 'tentative', 'declined')),
    added_at {instant} NOT NULL,
    removed_at {instant},
    PRIMARY KEY (interview_id, user_id)
) {strict};
CREATE INDEX ix_interview_participant_user ON interview_participant (user_id, interview_id) WHERE removed_at IS NULL;
";

const DOWN: &str = r"
DROP TABLE interview_participant;
DROP TABLE interview;
ALTER TABLE application DROP COLUMN referrer_id;
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
