//! Meetings with candidates as they are kept, and who comes to them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{FromQueryResult, Value};

use super::application::OF_SCOPE;
use super::dialect::{self, Binds, json_list};
use super::fault::{Failure, Fault};
use super::row::{self, cells};
use super::scope::within;
use super::source::Source;
use super::user;
use super::write::Tx;
use crate::domain::id::{ApplicationId, InterviewId, StepId, UserId};
use crate::domain::interview::{Interview, InterviewState, Meeting, Missing, Participant, Response};
use crate::domain::policy::Scope;
use crate::domain::policy::application::{Interviews, Reasons};
use crate::domain::user::User;

/// All but why it was called off, which takes the right to internal reasons.
const COLUMNS: &str = "i.id, i.application_id, i.step_id, i.round, i.state, i.starts_at, i.ends_at, i.zone, i.place, \
     i.video_link, i.uid, i.sequence, i.missing, NULL AS reason, i.arranged_at, i.created_at, i.created_by, i.revision";

#[derive(FromQueryResult)]
struct Row {
    id: InterviewId,
    application_id: ApplicationId,
    step_id: StepId,
    round: i32,
    state: InterviewState,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    zone: String,
    place: Option<String>,
    video_link: Option<String>,
    uid: String,
    sequence: i32,
    missing: Option<Missing>,
    reason: Option<String>,
    arranged_at: DateTime<Utc>,
    created_at: DateTime<Utc>,
    created_by: String,
    revision: i32,
}

impl TryFrom<Row> for Interview {
    type Error = Fault;

    fn try_from(row: Row) -> Result<Self, Fault> {
        let zone = row.zone.parse().map_err(|_| Fault::unfit(format!("interview {} has no zone", row.id)))?;
        Ok(Self {
            id: row.id,
            application: row.application_id,
            step: row.step_id,
            round: row.round,
            state: row.state,
            meeting: Meeting {
                starts_at: row.starts_at,
                ends_at: row.ends_at,
                zone,
                place: row.place,
                video_link: row.video_link,
            },
            uid: row.uid,
            sequence: row.sequence,
            revision: row.revision,
            missing: row.missing,
            reason: row.reason,
            arranged_at: row.arranged_at,
            created_at: row.created_at,
            created_by: row.created_by,
        })
    }
}

async fn read(
    db: &impl Source,
    sql: &str,
    values: impl IntoIterator<Item = Value> + Send,
) -> Result<Vec<Interview>, Fault> {
    dialect::query_all::<Row>(db, sql, values).await?.into_iter().map(Interview::try_from).collect()
}

/// An interview the scope reaches.
pub async fn find(
    db: &impl Source,
    scope: &Scope<Interviews>,
    id: InterviewId,
) -> Result<Option<Interview>, Fault> {
    let mut binds = Binds::default();
    let id = binds.put(id);
    let seen = within(scope, &OF_SCOPE, db.kind(), &mut binds);
    let sql = format!(
        "SELECT {COLUMNS} FROM interview i JOIN application c ON c.id = i.application_id WHERE i.id = {id} AND {seen}"
    );
    Ok(read(db, &sql, binds).await?.pop())
}

/// The interviews of these steps, the newest first.
pub async fn of_steps(
    db: &impl Source,
    scope: &Scope<Interviews>,
    steps: &[StepId],
) -> Result<HashMap<StepId, Vec<Interview>>, Fault> {
    let mut binds = Binds::default();
    let steps = db.kind().listed(binds.add(json_list(steps)));
    let seen = within(scope, &OF_SCOPE, db.kind(), &mut binds);
    let sql = format!(
        "SELECT {COLUMNS} FROM interview i JOIN application c ON c.id = i.application_id \
         WHERE i.step_id IN {steps} AND {seen} ORDER BY i.created_at DESC, i.id DESC"
    );
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for interview in read(db, &sql, binds).await? {
        found.entry(interview.step).or_default().push(interview);
    }
    Ok(found)
}

/// Why these interviews were called off, where somebody said.
pub async fn reasons(
    db: &impl Source,
    scope: &Scope<Reasons>,
    interviews: &[InterviewId],
) -> Result<HashMap<InterviewId, String>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        id: InterviewId,
        reason: String,
    }
    let mut binds = Binds::default();
    let interviews = db.kind().listed(binds.add(json_list(interviews)));
    let seen = within(scope, &OF_SCOPE, db.kind(), &mut binds);
    let sql = format!(
        "SELECT i.id, i.reason FROM interview i JOIN application c ON c.id = i.application_id \
         WHERE i.id IN {interviews} AND i.reason IS NOT NULL AND {seen}"
    );
    let rows = dialect::query_all::<Row>(db, &sql, binds).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.reason)).collect())
}

/// Which interviews of an application are to take place, the earliest first.
pub async fn scheduled(db: &impl Source, application: ApplicationId) -> Result<Vec<Interview>, Fault> {
    scheduled_of(db, &[application]).await
}

/// As [`scheduled`], of several.
pub async fn scheduled_of(db: &impl Source, applications: &[ApplicationId]) -> Result<Vec<Interview>, Fault> {
    let sql = format!(
        "SELECT * FROM interview WHERE application_id IN {} AND state = 'scheduled' ORDER BY starts_at, id",
        db.kind().listed(1)
    );
    read(db, &sql, [json_list(applications)]).await
}

/// An interview of an application that the write has locked.
pub async fn get_locked(tx: &Tx, id: InterviewId) -> Result<Interview, Fault> {
    let found = read(tx, "SELECT * FROM interview WHERE id = $1", [id.into()]).await?.pop();
    found.ok_or_else(|| Fault::missing("interview", id))
}

/// Interviews whose time is over by now and of which nobody has said so, at most `most`.
pub async fn over(db: &impl Source, now: DateTime<Utc>, most: u32) -> Result<Vec<Interview>, Fault> {
    let sql =
        "SELECT * FROM interview WHERE state = 'scheduled' AND ends_at <= $1 ORDER BY ends_at, id LIMIT $2";
    read(db, sql, [now.into(), i64::from(most).into()]).await
}

/// Interviews that took place, of whose people some neither wrote a scorecard nor were asked for one yet, at most `most`.
pub async fn unasked(db: &impl Source, most: u32) -> Result<Vec<Interview>, Fault> {
    let sql = "SELECT i.* FROM interview i JOIN application_step s ON s.id = i.step_id AND s.round = i.round \
               JOIN application c ON c.id = i.application_id \
               WHERE i.state = 'held' AND s.state = 'awaitingFeedback' AND c.status = 'active' \
               AND EXISTS (SELECT 1 FROM interview_participant p WHERE p.interview_id = i.id AND p.removed_at IS NULL \
               AND NOT p.shadow AND NOT EXISTS (SELECT 1 FROM scorecard_request r WHERE r.step_id = i.step_id \
               AND r.round = i.round AND r.user_id = p.user_id) AND NOT EXISTS (SELECT 1 FROM scorecard k \
               WHERE k.step_id = i.step_id AND k.round = i.round AND k.author_id = p.user_id \
               AND k.submitted_at IS NOT NULL)) ORDER BY i.ends_at, i.id LIMIT $1";
    read(db, sql, [i64::from(most).into()]).await
}

/// Whether this user comes, or came, to the step's meeting of this round, and as a shadow; nothing if they do not.
pub async fn comes(tx: &Tx, step: StepId, round: i32, user: UserId) -> Result<Option<bool>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        shadow: bool,
    }
    let sql = "SELECT p.shadow FROM interview i JOIN interview_participant p ON p.interview_id = i.id \
               WHERE i.step_id = $1 AND i.round = $2 AND p.user_id = $3 AND p.removed_at IS NULL \
               AND i.state IN ('scheduled', 'held') ORDER BY p.shadow LIMIT 1";
    let values: [Value; 3] = [step.into(), round.into(), user.into()];
    Ok(dialect::query_one::<Row>(tx, sql, values).await?.map(|row| row.shadow))
}

/// Whether the application of the interview `i` was allotted to another team after its people were chosen.
pub(super) const REALLOTTED: &str = "EXISTS (SELECT 1 FROM allotment l \
     WHERE l.application_id = i.application_id AND l.since > i.arranged_at)";

/// Of these interviews, those whose application was allotted to another team after their people were chosen.
pub async fn reallotted(db: &impl Source, interviews: &[InterviewId]) -> Result<Vec<InterviewId>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        id: InterviewId,
    }
    let sql = format!("SELECT i.id FROM interview i WHERE i.id IN {} AND {REALLOTTED}", db.kind().listed(1));
    let rows = dialect::query_all::<Row>(db, &sql, [json_list(interviews)]).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

#[derive(FromQueryResult)]
struct ParticipantRow {
    interview_id: InterviewId,
    user_id: UserId,
    shadow: bool,
    response: Response,
    added_at: DateTime<Utc>,
    removed_at: Option<DateTime<Utc>>,
}

impl From<ParticipantRow> for Participant {
    fn from(row: ParticipantRow) -> Self {
        let ParticipantRow { user_id: user, shadow, response, added_at, removed_at, .. } = row;
        Self { user, shadow, response, added_at, removed_at }
    }
}

/// Who comes to these interviews, and who was to come, in the order they were added. Whoever sees an interview sees them.
pub async fn participants(
    db: &impl Source,
    interviews: &[InterviewId],
) -> Result<HashMap<InterviewId, Vec<Participant>>, Fault> {
    let sql = format!(
        "SELECT * FROM interview_participant WHERE interview_id IN {} ORDER BY added_at, user_id",
        db.kind().listed(1)
    );
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for row in dialect::query_all::<ParticipantRow>(db, &sql, [json_list(interviews)]).await? {
        found.entry(row.interview_id).or_default().push(row.into());
    }
    Ok(found)
}

/// The people who come to these interviews, in the order they were added. Whoever sees an interview sees them.
pub async fn hosts(
    db: &impl Source,
    interviews: &[InterviewId],
) -> Result<HashMap<InterviewId, Vec<User>>, Fault> {
    let found = participants(db, interviews).await?;
    let comes = |one: &&Participant| one.removed_at.is_none();
    let users: Vec<_> = found.values().flatten().filter(comes).map(|one| one.user).collect();
    let known = user::of(db, &users).await?;
    let hosts = |people: &[Participant]| {
        people.iter().filter(comes).filter_map(|one| known.get(&one.user).cloned()).collect()
    };
    Ok(found.iter().map(|(interview, people)| (*interview, hosts(people))).collect())
}

/// Who comes to this interview.
pub async fn coming(db: &impl Source, interview: InterviewId) -> Result<Vec<Participant>, Fault> {
    let found = participants(db, &[interview]).await?.remove(&interview).unwrap_or_default();
    Ok(found.into_iter().filter(|one| one.removed_at.is_none()).collect())
}

/// Keeps a new interview.
pub async fn insert(tx: &Tx, interview: &Interview) -> Result<(), Failure> {
    let Meeting { starts_at, ends_at, zone, place, video_link } = &interview.meeting;
    let cells = cells! {
        id: interview.id,
        application_id: interview.application,
        step_id: interview.step,
        round: interview.round,
        state: interview.state,
        starts_at: *starts_at,
        ends_at: *ends_at,
        zone: zone.name(),
        place: place.clone(),
        video_link: video_link.clone(),
        uid: interview.uid.as_str(),
        sequence: interview.sequence,
        arranged_at: interview.arranged_at,
        created_at: interview.created_at,
        created_by: interview.created_by.as_str(),
        revision: interview.revision,
    };
    Ok(row::insert(tx, "interview", cells).await?)
}

/// Saves an interview that changed, raises its revision and gives it back as it is now.
///
/// # Errors
/// `STALE` when the kept revision is another.
pub async fn save(tx: &Tx, interview: Interview) -> Result<Interview, Failure> {
    let Meeting { starts_at, ends_at, zone, place, video_link } = &interview.meeting;
    let cells = cells! {
        state: interview.state,
        starts_at: *starts_at,
        ends_at: *ends_at,
        zone: zone.name(),
        place: place.clone(),
        video_link: video_link.clone(),
        sequence: interview.sequence,
        missing: interview.missing,
        reason: interview.reason.clone(),
        arranged_at: interview.arranged_at,
    };
    row::save(tx, "interview", interview.id, interview.revision, cells).await?;
    Ok(Interview { revision: interview.revision + 1, ..interview })
}

/// Keeps who comes, or how that changed: somebody who was removed and comes after all is added anew.
pub async fn keep_participant(tx: &Tx, interview: InterviewId, one: &Participant) -> Result<(), Fault> {
    let sql = "INSERT INTO interview_participant (interview_id, user_id, shadow, response, added_at, removed_at) \
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (interview_id, user_id) DO UPDATE SET \
               shadow = excluded.shadow, response = excluded.response, added_at = excluded.added_at, \
               removed_at = excluded.removed_at";
    let values: [Value; 6] = [
        interview.into(),
        one.user.into(),
        one.shadow.into(),
        one.response.into(),
        one.added_at.into(),
        one.removed_at.into(),
    ];
    dialect::execute(tx, sql, values).await?;
    Ok(())
}
