//! What policy is asked about applications.

use std::collections::HashMap;

use sea_orm::FromQueryResult;

use crate::domain::application::Application;
use crate::domain::id::{ApplicationId, PostingId, TeamId, UserId};
use crate::domain::policy::Subject;
use crate::storage::dialect::{self, Binds, json_list};
use crate::storage::fault::Fault;
use crate::storage::source::Source;

/// What policy is asked about an application; `by` is whoever asks.
pub async fn subject(
    db: &impl Source,
    application: &Application,
    by: Option<UserId>,
) -> Result<Subject, Fault> {
    Ok(subjects(db, &[application.id], by).await?.remove(&application.id).unwrap_or_default())
}

/// As [`subject`], for many.
pub async fn subjects(
    db: &impl Source,
    applications: &[ApplicationId],
    by: Option<UserId>,
) -> Result<HashMap<ApplicationId, Subject>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        id: ApplicationId,
        posting_id: PostingId,
        team_id: Option<TeamId>,
        asked: bool,
        met: bool,
    }
    let mut binds = Binds::default();
    let ids = db.kind().listed(binds.add(json_list(applications)));
    let by_key = binds.put(by);
    let sql = format!(
        "SELECT c.id, c.posting_id, t.team_id, EXISTS (SELECT 1 FROM offer f JOIN approval_request q \
         ON q.offer_id = f.id WHERE f.application_id = c.id AND q.approver_id = {by_key} \
         AND q.asked_at IS NOT NULL) AS asked, EXISTS (SELECT 1 \
         FROM interview i JOIN interview_participant r ON r.interview_id = i.id WHERE i.application_id = c.id \
         AND i.state <> 'cancelled' AND r.removed_at IS NULL AND r.user_id = {by_key}) AS met \
         FROM application c LEFT JOIN allotment l ON l.application_id = c.id AND l.until IS NULL \
         LEFT JOIN posting_team t ON t.id = l.posting_team_id WHERE c.id IN {ids}"
    );
    let rows = dialect::query_all::<Row>(db, &sql, binds).await?;
    let subject = |row: &Row| Subject {
        posting: Some(row.posting_id),
        team: row.team_id,
        application: Some(row.id),
        offer: None,
        approver: by.filter(|_| row.asked),
        participant: by.filter(|_| row.met),
    };
    Ok(rows.iter().map(|row| (row.id, subject(row))).collect())
}
