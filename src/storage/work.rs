//! What awaits somebody, as one list over everything that can wait.

use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;

use super::application::OF_SCOPE;
use super::dialect::{self, Binds, Kind};
use super::email_message::COLUMNS_OF_SCOPE as OF_MESSAGE;
use super::fault::Fault;
use super::interview::REALLOTTED;
use super::page::{Page, Part};
use super::plan;
use super::scope::within;
use super::slot::BUSY;
use super::source::Source;
use crate::domain::id::{ApplicationId, EmailMessageId, MessageId, NoteId, OfferId, PlanId, StepId, UserId};
use crate::domain::policy::Scope;
use crate::domain::policy::application::{Messages, Notes};
use crate::domain::policy::work::{Undelivered, Waiting};
use crate::domain::posting::PlanVersion;
use crate::domain::work::{WorkItem, WorkKind};

/// Whose work is listed.
#[derive(Debug, Clone)]
pub struct Desk {
    /// Where they move applications.
    pub waiting: Scope<Waiting>,
    /// Where they see to messages.
    pub undelivered: Scope<Undelivered>,
    /// Whose scorecards they write.
    pub writes: Option<UserId>,
    /// Whose mentions in notes they read.
    pub mentioned: Option<UserId>,
    /// Where they read notes.
    pub notes: Scope<Notes>,
    /// Where they write with candidates.
    pub messages: Scope<Messages>,
    /// Whose approvals they give.
    pub approves: Option<UserId>,
}

/// What awaits whoever sits at the desk: what is due first, first; what has no time, by since when it waits.
pub async fn listed(
    db: &impl Source,
    desk: &Desk,
    now: DateTime<Utc>,
    page: &Page,
) -> Result<Part<WorkItem>, Fault> {
    let kind = db.kind();
    let mut parts = Vec::new();
    let mut binds = Binds::default();
    if let Some(user) = desk.writes {
        parts.push(scorecards(&format!("r.user_id = {}", binds.put(user))));
    }
    if let Some(user) = desk.approves {
        parts.push(approvals(&binds.put(user)));
    }
    if let Some(user) = desk.mentioned.filter(|_| !desk.notes.is_nothing()) {
        let user = binds.put(user);
        parts.push(mentions(&user, &within(&desk.notes, &OF_SCOPE, kind, &mut binds)));
    }
    if !desk.waiting.is_nothing() {
        let stays = stays(db).await?;
        let (stays, now) = (binds.add(written(&stays)), binds.put(now));
        let seen = within(&desk.waiting, &OF_SCOPE, kind, &mut binds);
        parts.extend([
            stalled(kind, stays, &now, &seen),
            forms(&now, &seen),
            slots(&now, &seen),
            participants(&seen),
            preferences(&seen),
            feedback(&seen),
            decisions(&seen),
            approvers(&seen),
            unsent(&seen),
        ]);
    }
    parts.extend(by_mail(desk, kind, &mut binds));
    if parts.is_empty() {
        return Ok(Part::default());
    }
    let bounds = page.bounds("w.at", "w.key", &mut binds);
    let sql = format!(
        "SELECT w.* FROM (SELECT u.*, coalesce(u.due_at, u.since) AS at FROM ({}) u) w WHERE {} {}",
        parts.join(" UNION ALL "),
        bounds.wanted,
        bounds.order
    );
    let rows = dialect::query_all::<Row>(db, &sql, binds).await?;
    Ok(page.part(rows).map(WorkItem::from))
}

/// What came in by mail, and what did not arrive.
fn by_mail(desk: &Desk, kind: Kind, binds: &mut Binds) -> Vec<String> {
    let mut parts = Vec::new();
    if !desk.messages.is_nothing() {
        let seen = within(&desk.messages, &OF_SCOPE, kind, binds);
        parts.extend([replies(&seen), unreached(&seen)]);
    }
    if !desk.undelivered.is_nothing() {
        parts.push(messages(&within(&desk.undelivered, &OF_MESSAGE, kind, binds)));
    }
    parts
}

/// How long an application should stay in a stage at most.
pub(super) struct Stay {
    plan: PlanVersion,
    stage: i32,
    hours: i32,
}

/// The limits of stay of all plans that active applications go through.
pub(super) async fn stays(db: &impl Source) -> Result<Vec<Stay>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        plan_id: PlanId,
        plan_version: i32,
    }
    let sql = "SELECT DISTINCT c.plan_id, c.plan_version FROM application c WHERE c.status = 'active'";
    let rows = dialect::query_all::<Row>(db, sql, []).await?;
    let versions: Vec<_> =
        rows.iter().map(|row| PlanVersion { plan: row.plan_id, number: row.plan_version }).collect();
    let mut stays = Vec::new();
    for (plan, made) in plan::of(db, &versions).await? {
        let limits = (0..).zip(&made.plan.stages).filter_map(|(stage, of)| Some((stage, of.sla_hours?)));
        stays.extend(limits.map(|(stage, hours)| Stay { plan, stage, hours }));
    }
    Ok(stays)
}

/// The limits as [`stalled`] takes them.
pub(super) fn written(stays: &[Stay]) -> String {
    let parts = |stay: &Stay| {
        serde_json::json!([stay.plan.plan.to_string(), stay.plan.number, stay.stage, stay.hours])
    };
    serde_json::Value::Array(stays.iter().map(parts).collect()).to_string()
}

/// A column that an item of the kind does not have, of the type that others have there.
const NONE: &str = "CAST(NULL AS TEXT)";

/// Scorecards that were asked for, and are not in, in steps that still take them. `wanted` is about the request `r`, its
/// step `s` and its application `c`.
pub(super) fn scorecards(wanted: &str) -> String {
    format!(
        "SELECT 'scorecardDue' AS kind, s.id || '_1' AS key, r.requested_at AS since, r.due_at AS due_at, \
         c.id AS application_id, s.id AS step_id, {NONE} AS offer_id, {NONE} AS email_id, {NONE} AS note_id, {NONE} AS message_id \
         FROM scorecard_request r JOIN application_step s ON s.id = r.step_id AND s.round = r.round \
         JOIN application c ON c.id = r.application_id WHERE {wanted} AND c.status = 'active' \
         AND s.state NOT IN ('waived', 'skipped', 'cancelled') AND NOT EXISTS (SELECT 1 FROM scorecard k \
         WHERE k.step_id = r.step_id AND k.round = r.round AND k.author_id = r.user_id AND k.submitted_at IS NOT NULL)"
    )
}

/// Versions of offers that wait for this user's word. They are due before the offer's own deadline.
fn approvals(user: &str) -> String {
    format!(
        "SELECT 'approvalAsked' AS kind, f.id || '_1' AS key, r.asked_at AS since, f.expires_at AS due_at, \
         f.application_id AS application_id, {NONE} AS step_id, f.id AS offer_id, {NONE} AS email_id, {NONE} AS note_id, {NONE} AS message_id \
         FROM approval_request r JOIN offer f ON f.id = r.offer_id WHERE r.approver_id = {user} AND r.state = 'asked'"
    )
}

/// Offers that wait for somebody who may approve no more. `seen` is about the application `c`.
fn approvers(seen: &str) -> String {
    format!(
        "SELECT DISTINCT 'approverMissing' AS kind, f.id || '_2' AS key, f.created_at AS since, f.expires_at AS due_at, \
         c.id AS application_id, {NONE} AS step_id, f.id AS offer_id, {NONE} AS email_id, {NONE} AS note_id, {NONE} AS message_id \
         FROM approval_request r JOIN offer f ON f.id = r.offer_id JOIN application c ON c.id = f.application_id \
         WHERE r.ended_at IS NULL AND {seen} \
         AND NOT EXISTS (SELECT 1 FROM role_grant g WHERE g.user_id = r.approver_id AND g.role = 'approver')"
    )
}

/// Offers whose newest version is approved, and not to leave by itself. `seen` is about the application `c`.
fn unsent(seen: &str) -> String {
    format!(
        "SELECT 'offerToSend' AS kind, f.id || '_3' AS key, coalesce((SELECT max(e.at) FROM event e WHERE e.offer_id = f.id \
         AND e.kind IN ('offerApproved', 'offerUnscheduled', 'offerUnsent')), f.created_at) AS since, f.expires_at AS due_at, \
         c.id AS application_id, {NONE} AS step_id, f.id AS offer_id, {NONE} AS email_id, {NONE} AS note_id, {NONE} AS message_id \
         FROM offer f JOIN offer_version v ON v.offer_id = f.id AND v.number = f.version \
         JOIN application c ON c.id = f.application_id WHERE v.status = 'approved' AND f.send_at IS NULL \
         AND f.status IN ('approved', 'sent') AND {seen}"
    )
}

/// Notes that mention this user, who has not said that they read them. `seen` is about the application `c`.
fn mentions(user: &str, seen: &str) -> String {
    format!(
        "SELECT 'noteMention' AS kind, n.id || '_1' AS key, n.created_at AS since, NULL AS due_at, \
         c.id AS application_id, {NONE} AS step_id, {NONE} AS offer_id, {NONE} AS email_id, n.id AS note_id, {NONE} AS message_id \
         FROM note_mention m JOIN note n ON n.id = m.note_id JOIN application c ON c.id = n.application_id \
         WHERE m.user_id = {user} AND m.read_at IS NULL AND {seen}"
    )
}

/// Events by which an application came into the stage it stands in.
const ARRIVALS: &str = "('applicationSubmitted', 'applicationAdvanced', 'applicationReturned', \
     'applicationReinstated', 'applicationHireUndone', 'applicationTransferred')";

/// Active applications that are in their stage for longer than the plan says. `seen` is about the application `c`.
pub(super) fn stalled(kind: Kind, stays: usize, now: &str, seen: &str) -> String {
    let part = |place| kind.part_of_parent(place);
    let due = kind.hours_after("i.since", "i.hours");
    format!(
        "SELECT 'applicationStalled' AS kind, i.id || '_1' AS key, i.since AS since, {due} AS due_at, \
         i.id AS application_id, {NONE} AS step_id, {NONE} AS offer_id, {NONE} AS email_id, {NONE} AS note_id, {NONE} AS message_id FROM (SELECT c.id AS id, \
         CAST({} AS INTEGER) AS hours, coalesce((SELECT max(e.at) FROM event e WHERE e.application_id = c.id \
         AND e.kind IN {ARRIVALS}), c.applied_at) AS since FROM {} CROSS JOIN application c WHERE c.plan_id = {} \
         AND c.plan_version = CAST({} AS INTEGER) AND c.stage = CAST({} AS INTEGER) AND c.status = 'active' AND {seen}) i \
         WHERE {due} <= {now}",
        part(3),
        kind.entries(stays),
        part(0),
        part(1),
        part(2)
    )
}

/// Questions that candidates did not answer in time.
pub(super) fn forms(now: &str, seen: &str) -> String {
    format!(
        "SELECT 'formOverdue' AS kind, q.id || '_1' AS key, q.sent_at AS since, q.due_at AS due_at, \
         c.id AS application_id, s.id AS step_id, {NONE} AS offer_id, {NONE} AS email_id, {NONE} AS note_id, {NONE} AS message_id FROM form q \
         JOIN application_step s ON s.id = q.step_id JOIN application c ON c.id = q.application_id \
         WHERE q.answered_at IS NULL AND q.replaced_at IS NULL AND q.due_at <= {now} AND s.state = 'requested' \
         AND c.status = 'active' AND {seen}"
    )
}

/// Times of which candidates can, or will, pick none: others were asked for, or none is left.
pub(super) fn slots(now: &str, seen: &str) -> String {
    format!(
        "SELECT 'slotsNeeded' AS kind, o.id || '_1' AS key, coalesce(o.declined_at, (SELECT max(t.starts_at) FROM slot t \
         WHERE t.slots_id = o.id AND t.starts_at <= {now}), o.offered_at) AS since, NULL AS due_at, \
         c.id AS application_id, o.step_id AS step_id, {NONE} AS offer_id, {NONE} AS email_id, {NONE} AS note_id, {NONE} AS message_id FROM slots o \
         JOIN application c ON c.id = o.application_id WHERE o.state = 'open' AND c.status = 'active' \
         AND (o.declined_at IS NOT NULL OR NOT EXISTS (SELECT 1 FROM slot t WHERE t.slots_id = o.id \
         AND t.starts_at > {now} AND NOT {BUSY})) AND {seen}"
    )
}

/// Meetings to come whose application was allotted to another team after their people were chosen.
fn participants(seen: &str) -> String {
    format!(
        "SELECT 'participantsToCheck' AS kind, i.id || '_1' AS key, (SELECT max(l.since) FROM allotment l \
         WHERE l.application_id = i.application_id) AS since, i.starts_at AS due_at, c.id AS application_id, \
         i.step_id AS step_id, {NONE} AS offer_id, {NONE} AS email_id, {NONE} AS note_id, {NONE} AS message_id FROM interview i \
         JOIN application c ON c.id = i.application_id WHERE i.state = 'scheduled' AND {REALLOTTED} AND {seen}"
    )
}

/// Candidates who changed which teams they would prefer.
fn preferences(seen: &str) -> String {
    format!(
        "SELECT 'teamsPreferred' AS kind, c.id || '_3' AS key, c.preference_since AS since, NULL AS due_at, \
         c.id AS application_id, {NONE} AS step_id, {NONE} AS offer_id, {NONE} AS email_id, {NONE} AS note_id, {NONE} AS message_id \
         FROM application c WHERE c.preference_since IS NOT NULL AND c.status = 'active' AND {seen}"
    )
}

/// Steps in which something came that nobody has passed yet.
fn feedback(seen: &str) -> String {
    format!(
        "SELECT 'feedbackAwaited' AS kind, s.id || '_2' AS key, coalesce(s.moved_at, c.applied_at) AS since, \
         NULL AS due_at, c.id AS application_id, s.id AS step_id, {NONE} AS offer_id, {NONE} AS email_id, {NONE} AS note_id, {NONE} AS message_id \
         FROM application_step s JOIN application c ON c.id = s.application_id \
         WHERE s.state = 'awaitingFeedback' AND c.status = 'active' AND {seen}"
    )
}

/// Applications that somebody has to decide on.
fn decisions(seen: &str) -> String {
    format!(
        "SELECT 'decisionNeeded' AS kind, c.id || '_2' AS key, c.needs_decision_since AS since, NULL AS due_at, \
         c.id AS application_id, {NONE} AS step_id, {NONE} AS offer_id, {NONE} AS email_id, {NONE} AS note_id, {NONE} AS message_id \
         FROM application c WHERE c.needs_decision_since IS NOT NULL AND c.status = 'active' AND {seen}"
    )
}

/// Messages that failed, came back, or wait for a person because nobody knows what became of them.
fn messages(seen: &str) -> String {
    format!(
        "SELECT 'emailFailed' AS kind, m.id || '_1' AS key, m.run_at AS since, NULL AS due_at, \
         m.application_id AS application_id, {NONE} AS step_id, m.offer_id AS offer_id, m.id AS email_id, {NONE} AS note_id, {NONE} AS message_id \
         FROM email_message m WHERE m.state IN ('unknown', 'failed', 'bounced') AND m.replaced_at IS NULL AND (m.state = 'failed' OR m.held) \
         AND {seen}"
    )
}

/// Mails about applications that nobody has said they read.
fn replies(seen: &str) -> String {
    format!(
        "SELECT 'replyToRead' AS kind, t.id || '_1' AS key, t.received_at AS since, NULL AS due_at, \
         c.id AS application_id, {NONE} AS step_id, {NONE} AS offer_id, {NONE} AS email_id, {NONE} AS note_id, \
         t.id AS message_id FROM message t JOIN application c ON c.id = t.application_id \
         WHERE t.read_at IS NULL AND {seen}"
    )
}

/// Active applications of candidates whose address is known not to work.
fn unreached(seen: &str) -> String {
    format!(
        "SELECT 'addressDead' AS kind, c.id || '_4' AS key, d.undeliverable_since AS since, NULL AS due_at, \
         c.id AS application_id, {NONE} AS step_id, {NONE} AS offer_id, {NONE} AS email_id, {NONE} AS note_id, \
         {NONE} AS message_id FROM candidate_contact d JOIN application c ON c.candidate_id = d.candidate_id \
         WHERE d.undeliverable_since IS NOT NULL AND c.status = 'active' AND {seen}"
    )
}

#[derive(FromQueryResult)]
struct Row {
    kind: WorkKind,
    key: String,
    since: DateTime<Utc>,
    due_at: Option<DateTime<Utc>>,
    application_id: ApplicationId,
    step_id: Option<StepId>,
    offer_id: Option<OfferId>,
    email_id: Option<EmailMessageId>,
    note_id: Option<NoteId>,
    message_id: Option<MessageId>,
}

impl From<Row> for WorkItem {
    fn from(row: Row) -> Self {
        Self {
            key: row.key,
            kind: row.kind,
            since: row.since,
            due_at: row.due_at,
            application: row.application_id,
            step: row.step_id,
            offer: row.offer_id,
            email: row.email_id,
            note: row.note_id,
            message: row.message_id,
        }
    }
}
