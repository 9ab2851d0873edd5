//! Offers are approved by groups of people, one after another.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

const UP: &str = r"
-- One approver who is, or was, to decide on a version.
CREATE TABLE approval_request (
    id {id} NOT NULL PRIMARY KEY,
    offer_id {id} NOT NULL REFERENCES offer (id),
    version INTEGER NOT NULL,
    round INTEGER NOT NULL CHECK (round >= 1),
    position INTEGER NOT NULL,
    title TEXT NOT NULL,
    needed INTEGER NOT NULL CHECK (needed >= 1),
    approver_id {id} NOT NULL REFERENCES user_account (id),
    state TEXT NOT NULL CHECK (state IN ('waiting', 'asked', 'approved', 'rejected', 'delegated', 'released')),
    asked_at {instant},
    reminded_at {instant},
    ended_at {instant},
    in_place_of {id} REFERENCES user_account (id),
    CONSTRAINT ck_approval_request_end CHECK ((state IN ('waiting', 'asked')) = (ended_at IS NULL)),
    CONSTRAINT ck_approval_request_asked CHECK (state IN ('waiting', 'released', 'delegated') OR asked_at IS NOT NULL)
) {strict};
CREATE UNIQUE INDEX uq_approval_request_open ON approval_request (offer_id, position, approver_id, (0))
    WHERE state IN ('waiting', 'asked');
CREATE INDEX ix_approval_request_offer ON approval_request (offer_id, version, round, position);
CREATE INDEX ix_approval_request_approver ON approval_request (approver_id, state);
CREATE INDEX ix_approval_request_reminder ON approval_request (asked_at, id)
    WHERE state = 'asked' AND reminded_at IS NULL;

-- Whoever a version asked so far was a chain of one; the id is the offer's with the version in it.
INSERT INTO approval_request (id, offer_id, version, round, position, title, needed, approver_id, state, asked_at, ended_at)
    SELECT 'apreq_' || substr(v.offer_id, 7, 23) || substr('00' || v.number, length('00' || v.number) - 2, 3), v.offer_id,
        v.number, 1, 0, 'Approval', 1, v.approver_id,
        CASE WHEN v.status = 'pendingApproval' THEN 'asked'
            WHEN v.status IN ('approved', 'sent', 'superseded') THEN 'approved' ELSE 'released' END,
        f.created_at, CASE WHEN v.status = 'pendingApproval' THEN NULL ELSE f.created_at END
    FROM offer_version v JOIN offer f ON f.id = v.offer_id WHERE v.approver_id IS NOT NULL AND v.number < 1000;
DROP INDEX ix_offer_version_approver;
ALTER TABLE offer_version DROP COLUMN approver_id;

-- Links to what somebody is asked to approve.
ALTER TABLE link RENAME COLUMN purpose TO purpose_before;
ALTER TABLE link ADD COLUMN purpose TEXT NOT NULL DEFAULT 'application' CHECK (purpose IN ('application', 'offer', 'form',
    'nomination', 'reference', 'interview', 'scorecard', 'approval'));
UPDATE link SET purpose = purpose_before;
ALTER TABLE link DROP COLUMN purpose_before;
";

const DOWN: &str = r"
DELETE FROM link WHERE purpose = 'approval';
ALTER TABLE link RENAME COLUMN purpose TO purpose_before;
ALTER TABLE link ADD COLUMN purpose TEXT NOT NULL DEFAULT 'application' CHECK (purpose IN ('application', 'offer', 'form',
    'nomination', 'reference', 'interview', 'scorecard'));
UPDATE link SET purpose = purpose_before;
ALTER TABLE link DROP COLUMN purpose_before;
ALTER TABLE offer_version ADD COLUMN approver_id {id} REFERENCES user_account (id);
UPDATE offer_version SET approver_id = (SELECT min(r.approver_id) FROM approval_request r WHERE
    r.offer_id = offer_version.offer_id AND r.version = offer_version.number AND r.state IN ('asked', 'approved'));
CREATE INDEX ix_offer_version_approver ON offer_version (approver_id) WHERE approver_id IS NOT NULL;
DROP TABLE approval_request;
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
