//! Candidates and their applications.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

const UP: &str = r"
CREATE TABLE candidate (
    id {id} NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    created_at {instant} NOT NULL
) {strict};

-- Apart from the candidate, since fewer people may read it.
CREATE TABLE candidate_contact (
    candidate_id {id} NOT NULL PRIMARY KEY REFERENCES candidate (id),
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    phone TEXT
) {strict};
CREATE UNIQUE INDEX uq_candidate_email ON candidate_contact (email_key, (0));

CREATE TABLE application (
    id {id} NOT NULL PRIMARY KEY,
    posting_id {id} NOT NULL REFERENCES posting (id),
    candidate_id {id} NOT NULL REFERENCES candidate (id),
    plan_id {id} NOT NULL,
    plan_version INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('active', 'declined', 'withdrawn', 'hired')),
    stage INTEGER NOT NULL CHECK (stage >= 0),
    revision INTEGER NOT NULL,
    applied_at {instant} NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('careers', 'board', 'referral', 'staff')),
    repeated {flag} NOT NULL,
    outcome_side TEXT CHECK (outcome_side IN ('organisation', 'candidate')),
    outcome_reason TEXT,
    outcome_by TEXT,
    outcome_at {instant},
    needs_decision_since {instant},
    FOREIGN KEY (plan_id, plan_version) REFERENCES plan (id, version),
    CONSTRAINT ck_application_outcome CHECK ((status = 'active') = (outcome_at IS NULL))
) {strict};
-- At most one active or hired application per candidate and posting.
CREATE UNIQUE INDEX uq_application_current ON application (posting_id, candidate_id, (0))
    WHERE status IN ('active', 'hired');
CREATE INDEX ix_application_posting ON application (posting_id, applied_at DESC, id DESC);
CREATE INDEX ix_application_stage ON application (posting_id, status, stage, applied_at DESC, id DESC);
CREATE INDEX ix_application_candidate ON application (candidate_id);
CREATE INDEX ix_application_applied ON application (applied_at DESC, id DESC);

-- What the applicant said of themselves this time; an existing candidate's own details are never overwritten by it.
CREATE TABLE application_contact (
    application_id {id} NOT NULL PRIMARY KEY REFERENCES application (id),
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    phone TEXT
) {strict};

CREATE TABLE answer (
    id {id} NOT NULL PRIMARY KEY,
    application_id {id} NOT NULL REFERENCES application (id),
    position INTEGER NOT NULL,
    question_key TEXT NOT NULL,
    question_label TEXT NOT NULL,
    question_kind TEXT NOT NULL CHECK (question_kind IN ('line', 'prose', 'yesNo', 'choice', 'url')),
    value TEXT NOT NULL
) {strict};
CREATE INDEX ix_answer_application ON answer (application_id, position);

CREATE TABLE application_step (
    id {id} NOT NULL PRIMARY KEY,
    application_id {id} NOT NULL REFERENCES application (id),
    stage INTEGER NOT NULL,
    position INTEGER NOT NULL,
    key TEXT NOT NULL,
    title TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('review', 'form', 'interview', 'reference', 'task', 'offer')),
    required {flag} NOT NULL,
    participant TEXT NOT NULL,
    minutes INTEGER,
    state TEXT NOT NULL CHECK (state IN ('pending', 'requested', 'scheduled', 'awaitingFeedback', 'passed', 'waived',
        'skipped', 'cancelled')),
    round INTEGER NOT NULL CHECK (round >= 1),
    reason TEXT,
    moved_by TEXT,
    moved_at {instant}
) {strict};
CREATE INDEX ix_application_step ON application_step (application_id, stage, position, id);

-- Each way back, by the revision the application had afterwards.
CREATE TABLE application_return (
    application_id {id} NOT NULL REFERENCES application (id),
    revision INTEGER NOT NULL,
    from_stage INTEGER NOT NULL,
    to_stage INTEGER NOT NULL,
    reason TEXT NOT NULL,
    returned_by TEXT NOT NULL,
    returned_at {instant} NOT NULL,
    PRIMARY KEY (application_id, revision),
    CONSTRAINT ck_application_return CHECK (to_stage < from_stage)
) {strict};

CREATE TABLE allotment (
    id {id} NOT NULL PRIMARY KEY,
    application_id {id} NOT NULL REFERENCES application (id),
    posting_team_id {id} NOT NULL REFERENCES posting_team (id),
    allotted_by TEXT NOT NULL,
    since {instant} NOT NULL,
    until {instant}
) {strict};
CREATE UNIQUE INDEX uq_allotment_current ON allotment (application_id, (0)) WHERE until IS NULL;
CREATE INDEX ix_allotment_application ON allotment (application_id, since);
CREATE INDEX ix_allotment_team ON allotment (posting_team_id) WHERE until IS NULL;

CREATE TABLE preferred_team (
    application_id {id} NOT NULL REFERENCES application (id),
    rank INTEGER NOT NULL,
    posting_team_id {id} NOT NULL REFERENCES posting_team (id),
    PRIMARY KEY (application_id, rank)
) {strict};

CREATE TABLE justification (
    application_id {id} NOT NULL PRIMARY KEY REFERENCES application (id),
    body TEXT NOT NULL,
    author_id {id} NOT NULL REFERENCES user_account (id),
    updated_at {instant} NOT NULL
) {strict};
";

/// Dropped in this order, so that no table goes before one that refers to it.
const TABLES: &[&str] = &[
    "justification",
    "preferred_team",
    "allotment",
    "application_return",
    "application_step",
    "answer",
    "application_contact",
    "application",
    "candidate_contact",
    "candidate",
];

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
