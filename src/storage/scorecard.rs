//! Scorecards as they are kept. Others' cards are not read before one's own is in.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{FromQueryResult, Value};
use serde::{Deserialize, Serialize};

use super::application::OF_SCOPE;
use super::dialect::{self, Binds, Kind, json_list};
use super::document::{self, lists, perhaps};
use super::fault::Fault;
use super::scope::within;
use super::source::Source;
use super::write::Tx;
use crate::domain::id::{ApplicationId, ScorecardId, StepId, UserId};
use crate::domain::policy::Scope;
use crate::domain::policy::scorecard::{Cards, Notes};
use crate::domain::scorecard::{Attribute, Rating, Request, Scorecard, Verdict};

#[derive(Serialize, Deserialize)]
#[serde(remote = "Attribute")]
struct AttributeMirror {
    name: String,
    #[serde(with = "perhaps")]
    rating: Option<Rating>,
    note: Option<String>,
}

lists! {
    attributes = Vec<Attribute> as "AttributeMirror";
}

#[derive(Serialize, Deserialize)]
struct Rated {
    #[serde(with = "attributes")]
    attributes: Vec<Attribute>,
}

#[derive(FromQueryResult)]
struct Row {
    id: ScorecardId,
    application_id: ApplicationId,
    step_id: StepId,
    round: i32,
    author_id: UserId,
    version: i32,
    revision: i32,
    recommendation: Option<Rating>,
    attributes: String,
    takeaways: Option<String>,
    pros: Option<String>,
    cons: Option<String>,
    note_for_others: Option<String>,
    private_note: Option<String>,
    saved_at: DateTime<Utc>,
    submitted_at: Option<DateTime<Utc>>,
}

impl TryFrom<Row> for Scorecard {
    type Error = Fault;

    fn try_from(row: Row) -> Result<Self, Fault> {
        let Rated { attributes } = document::read(format!("scorecard {}", row.id), &row.attributes)?;
        Ok(Self {
            id: row.id,
            application: row.application_id,
            step: row.step_id,
            round: row.round,
            author: row.author_id,
            version: row.version,
            revision: row.revision,
            verdict: Verdict {
                recommendation: row.recommendation,
                attributes,
                takeaways: row.takeaways,
                pros: row.pros,
                cons: row.cons,
                note_for_others: row.note_for_others,
                private_note: row.private_note,
            },
            saved_at: row.saved_at,
            submitted_at: row.submitted_at,
        })
    }
}

/// Who reads cards: what they may decide on, and who they are.
#[derive(Debug, Clone)]
pub struct Reader {
    /// Where they read all cards, once they owe none of their own.
    pub deciding: Scope<Cards>,
    /// Whose own cards are theirs, and open the others' of the same step and round.
    pub user: Option<UserId>,
}

/// The conditions under which a card `k` is read, and its private note with it.
fn sight(reader: &Reader, kind: Kind, binds: &mut Binds) -> (String, String) {
    let decides = within(&reader.deciding, &OF_SCOPE, kind, binds);
    let Some(user) = reader.user else {
        return (format!("(k.submitted_at IS NOT NULL AND {decides})"), decides);
    };
    let me = binds.put(user);
    let mine = format!("k.author_id = {me}");
    let same = "o.step_id = k.step_id AND o.round = k.round";
    let own = format!("SELECT 1 FROM scorecard o WHERE {same} AND o.author_id = {me}");
    let own_in = format!("EXISTS ({own} AND o.submitted_at IS NOT NULL)");
    let owes = format!(
        "(EXISTS ({own}) OR EXISTS (SELECT 1 FROM scorecard_request o WHERE {same} AND o.user_id = {me}) \
         OR EXISTS (SELECT 1 FROM interview o JOIN interview_participant p ON p.interview_id = o.id WHERE {same} \
         AND o.state IN ('scheduled', 'held') AND p.user_id = {me} AND p.removed_at IS NULL AND NOT p.shadow))"
    );
    let shown =
        format!("({mine} OR (k.submitted_at IS NOT NULL AND ({own_in} OR ({decides} AND NOT {owes}))))");
    (shown, format!("({mine} OR {decides})"))
}

const COLUMNS: &str = "k.id, k.application_id, k.step_id, k.round, k.author_id, k.version, k.revision, k.recommendation, \
     k.attributes, k.takeaways, k.pros, k.cons, k.note_for_others, k.saved_at, k.submitted_at";

/// The cards of these steps that the reader may read, all versions: by round, author and version, the newest first.
pub async fn of_steps(
    db: &impl Source,
    reader: &Reader,
    steps: &[StepId],
) -> Result<HashMap<StepId, Vec<Scorecard>>, Fault> {
    let mut binds = Binds::default();
    let steps = db.kind().listed(binds.add(json_list(steps)));
    let (shown, privately) = sight(reader, db.kind(), &mut binds);
    let sql = format!(
        "SELECT {COLUMNS}, CASE WHEN {privately} THEN k.private_note END AS private_note \
         FROM scorecard k JOIN application c ON c.id = k.application_id WHERE k.step_id IN {steps} AND {shown} \
         ORDER BY k.step_id, k.round DESC, k.author_id, k.version DESC"
    );
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for row in dialect::query_all::<Row>(db, &sql, binds).await? {
        found.entry(row.step_id).or_default().push(row.try_into()?);
    }
    Ok(found)
}

/// What an interviewer left for those who come after.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Note {
    /// Of whom.
    pub application_id: ApplicationId,
    /// In which step.
    pub step_id: StepId,
    /// By whom.
    pub author_id: UserId,
    /// The note.
    pub note: String,
}

/// What was left for later interviewers in steps that are done, from the newest version of each card.
pub async fn notes(
    db: &impl Source,
    scope: &Scope<Notes>,
    applications: &[ApplicationId],
) -> Result<HashMap<ApplicationId, Vec<Note>>, Fault> {
    let mut binds = Binds::default();
    let applications = db.kind().listed(binds.add(json_list(applications)));
    let seen = within(scope, &OF_SCOPE, db.kind(), &mut binds);
    let sql = format!(
        "SELECT k.application_id, k.step_id, k.author_id, k.note_for_others AS note FROM scorecard k \
         JOIN application c ON c.id = k.application_id JOIN application_step s ON s.id = k.step_id \
         WHERE k.application_id IN {applications} AND k.submitted_at IS NOT NULL AND k.note_for_others IS NOT NULL \
         AND s.state IN ('passed', 'waived') AND NOT EXISTS (SELECT 1 FROM scorecard o WHERE o.step_id = k.step_id \
         AND o.round = k.round AND o.author_id = k.author_id AND o.version > k.version AND o.submitted_at IS NOT NULL) \
         AND {seen} ORDER BY k.submitted_at, k.id"
    );
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for note in dialect::query_all::<Note>(db, &sql, binds).await? {
        found.entry(note.application_id).or_default().push(note);
    }
    Ok(found)
}

/// The newest version of an author's card in a round of a step whose application the write has locked.
pub async fn newest_locked(
    tx: &Tx,
    step: StepId,
    round: i32,
    author: UserId,
) -> Result<Option<Scorecard>, Fault> {
    let sql = format!(
        "SELECT {COLUMNS}, k.private_note FROM scorecard k WHERE k.step_id = $1 AND k.round = $2 AND k.author_id = $3 \
         ORDER BY k.version DESC LIMIT 1"
    );
    let values: [Value; 3] = [step.into(), round.into(), author.into()];
    dialect::query_one::<Row>(tx, &sql, values).await?.map(Scorecard::try_from).transpose()
}

/// Keeps a card: a new version, or a draft that was kept before.
pub async fn save(tx: &Tx, card: &Scorecard) -> Result<(), Fault> {
    let rated = Rated { attributes: card.verdict.attributes.clone() };
    let verdict = &card.verdict;
    let values: [Value; 16] = [
        card.id.into(),
        card.application.into(),
        card.step.into(),
        card.round.into(),
        card.author.into(),
        card.version.into(),
        card.revision.into(),
        verdict.recommendation.into(),
        document::written(&rated)?.into(),
        verdict.takeaways.as_deref().into(),
        verdict.pros.as_deref().into(),
        verdict.cons.as_deref().into(),
        verdict.note_for_others.as_deref().into(),
        verdict.private_note.as_deref().into(),
        card.saved_at.into(),
        card.submitted_at.into(),
    ];
    let sql = format!(
        "INSERT INTO scorecard (id, application_id, step_id, round, author_id, version, revision, recommendation, \
         attributes, takeaways, pros, cons, note_for_others, private_note, saved_at, submitted_at) VALUES {} \
         ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, recommendation = excluded.recommendation, \
         attributes = excluded.attributes, takeaways = excluded.takeaways, pros = excluded.pros, cons = excluded.cons, \
         note_for_others = excluded.note_for_others, private_note = excluded.private_note, \
         saved_at = excluded.saved_at, submitted_at = excluded.submitted_at",
        dialect::places(1, values.len())
    );
    dialect::execute(tx, &sql, values).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Asked {
    application_id: ApplicationId,
    step_id: StepId,
    round: i32,
    user_id: UserId,
    due_at: DateTime<Utc>,
    requested_at: DateTime<Utc>,
    reminded_at: Option<DateTime<Utc>>,
    submitted_at: Option<DateTime<Utc>>,
}

impl From<Asked> for Request {
    fn from(row: Asked) -> Self {
        Self {
            application: row.application_id,
            step: row.step_id,
            round: row.round,
            user: row.user_id,
            due_at: row.due_at,
            requested_at: row.requested_at,
            reminded_at: row.reminded_at,
            submitted_at: row.submitted_at,
        }
    }
}

/// All of a request `r`, with when it was met.
const REQUEST: &str = "r.application_id, r.step_id, r.round, r.user_id, r.due_at, r.requested_at, r.reminded_at, \
     (SELECT min(k.submitted_at) FROM scorecard k WHERE k.step_id = r.step_id AND k.round = r.round \
     AND k.author_id = r.user_id) AS submitted_at";

/// Who was asked for scorecards in these steps: all of them for those who decide, else only oneself.
pub async fn requests(
    db: &impl Source,
    reader: &Reader,
    steps: &[StepId],
) -> Result<HashMap<StepId, Vec<Request>>, Fault> {
    let mut binds = Binds::default();
    let steps = db.kind().listed(binds.add(json_list(steps)));
    let decides = within(&reader.deciding, &OF_SCOPE, db.kind(), &mut binds);
    let mine =
        reader.user.map_or_else(|| "false".to_owned(), |user| format!("r.user_id = {}", binds.put(user)));
    let sql = format!(
        "SELECT {REQUEST} FROM scorecard_request r JOIN application c ON c.id = r.application_id \
         WHERE r.step_id IN {steps} AND ({decides} OR {mine}) ORDER BY r.step_id, r.round DESC, r.due_at, r.user_id"
    );
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for row in dialect::query_all::<Asked>(db, &sql, binds).await? {
        found.entry(row.step_id).or_default().push(row.into());
    }
    Ok(found)
}

/// Those whose scorecard of this round of a step is in.
pub async fn authors(db: &impl Source, step: StepId, round: i32) -> Result<Vec<UserId>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        author_id: UserId,
    }
    let sql = "SELECT DISTINCT author_id FROM scorecard WHERE step_id = $1 AND round = $2 AND submitted_at IS NOT NULL";
    let rows = dialect::query_all::<Row>(db, sql, [step.into(), round.into()]).await?;
    Ok(rows.into_iter().map(|row| row.author_id).collect())
}

/// Whether this user was asked for a scorecard in this round of the step.
pub async fn is_asked(tx: &Tx, step: StepId, round: i32, user: UserId) -> Result<bool, Fault> {
    let sql = format!(
        "SELECT {REQUEST} FROM scorecard_request r WHERE r.step_id = $1 AND r.round = $2 AND r.user_id = $3"
    );
    let values: [Value; 3] = [step.into(), round.into(), user.into()];
    Ok(dialect::query_one::<Asked>(tx, &sql, values).await?.is_some())
}

/// Requests that are due by now and unmet, of whom nobody was reminded yet.
pub async fn due_requests(db: &impl Source, now: DateTime<Utc>, most: u32) -> Result<Vec<Request>, Fault> {
    let sql = format!(
        "SELECT {REQUEST} FROM scorecard_request r JOIN application_step s ON s.id = r.step_id \
         JOIN application c ON c.id = r.application_id \
         WHERE r.due_at <= $1 AND r.reminded_at IS NULL AND s.round = r.round AND c.status = 'active' \
         AND s.state NOT IN ('waived', 'skipped', 'cancelled') AND NOT EXISTS (SELECT 1 FROM scorecard o \
         WHERE o.step_id = r.step_id AND o.round = r.round AND o.author_id = r.user_id AND o.submitted_at IS NOT NULL) \
         ORDER BY r.due_at, r.step_id, r.user_id LIMIT $2"
    );
    let values: [Value; 2] = [now.into(), i64::from(most).into()];
    let rows = dialect::query_all::<Asked>(db, &sql, values).await?;
    Ok(rows.into_iter().map(Request::from).collect())
}

/// Notes that somebody is asked. `false` when they were asked before.
pub async fn ask(tx: &Tx, request: &Request) -> Result<bool, Fault> {
    let sql = "INSERT INTO scorecard_request (step_id, round, user_id, application_id, due_at, requested_at) \
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
    let values: [Value; 6] = [
        request.step.into(),
        request.round.into(),
        request.user.into(),
        request.application.into(),
        request.due_at.into(),
        request.requested_at.into(),
    ];
    Ok(dialect::execute(tx, sql, values).await? == 1)
}

/// Forgets who was asked in this round of a step and has not submitted. Says whom.
pub async fn excuse(tx: &Tx, step: StepId, round: i32) -> Result<Vec<UserId>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        user_id: UserId,
    }
    let sql = "DELETE FROM scorecard_request WHERE step_id = $1 AND round = $2 AND NOT EXISTS (SELECT 1 FROM scorecard k \
               WHERE k.step_id = scorecard_request.step_id AND k.round = scorecard_request.round \
               AND k.author_id = scorecard_request.user_id AND k.submitted_at IS NOT NULL) RETURNING user_id";
    let values: [Value; 2] = [step.into(), round.into()];
    let rows = dialect::query_all::<Row>(tx, sql, values).await?;
    Ok(rows.into_iter().map(|row| row.user_id).collect())
}

/// Notes that somebody is reminded, unless they were or have submitted meanwhile: `false` then.
pub async fn remind(tx: &Tx, request: &Request, at: DateTime<Utc>) -> Result<bool, Fault> {
    let sql = "UPDATE scorecard_request SET reminded_at = $4 WHERE step_id = $1 AND round = $2 AND user_id = $3 \
               AND reminded_at IS NULL AND NOT EXISTS (SELECT 1 FROM scorecard o WHERE o.step_id = $1 AND o.round = $2 \
               AND o.author_id = $3 AND o.submitted_at IS NOT NULL)";
    let values: [Value; 4] = [request.step.into(), request.round.into(), request.user.into(), at.into()];
    Ok(dialect::execute(tx, sql, values).await? == 1)
}
