//! Times that candidates may choose from, as they are kept, and which of them are still free.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{FromQueryResult, Value};

use super::application::OF_SCOPE;
use super::dialect::{self, Binds, json_list};
use super::fault::Fault;
use super::row::{self, cells};
use super::scope::within;
use super::source::Source;
use super::write::Tx;
use crate::domain::id::{ApplicationId, InterviewId, SlotId, SlotsId, StepId, UserId};
use crate::domain::interview::Invitee;
use crate::domain::policy::Scope;
use crate::domain::policy::application::{Choices, Reasons};
use crate::domain::slot::{Slot, Slots, SlotsState};

/// All but what the candidate said, which takes the right to internal reasons.
const COLUMNS: &str = "o.id, o.application_id, o.step_id, o.round, o.state, o.zone, o.place, o.video_link, o.remind_at, \
     o.offered_at, o.offered_by, o.reminded_at, o.declined_at, NULL AS note, o.ended_at";

/// Whether, at the time `t` of the times `o`, the candidate or somebody who is to come is in a meeting already.
pub(super) const BUSY: &str = "EXISTS (SELECT 1 FROM interview m WHERE m.state = 'scheduled' \
     AND m.starts_at < t.ends_at AND m.ends_at > t.starts_at AND (m.application_id = o.application_id \
     OR EXISTS (SELECT 1 FROM interview_participant p JOIN slot_participant w ON w.user_id = p.user_id \
     WHERE p.interview_id = m.id AND p.removed_at IS NULL AND w.slots_id = t.slots_id)))";

#[derive(FromQueryResult)]
struct Row {
    id: SlotsId,
    application_id: ApplicationId,
    step_id: StepId,
    round: i32,
    state: SlotsState,
    zone: String,
    place: Option<String>,
    video_link: Option<String>,
    remind_at: DateTime<Utc>,
    offered_at: DateTime<Utc>,
    offered_by: String,
    reminded_at: Option<DateTime<Utc>>,
    declined_at: Option<DateTime<Utc>>,
    note: Option<String>,
    ended_at: Option<DateTime<Utc>>,
}

impl TryFrom<Row> for Slots {
    type Error = Fault;

    fn try_from(row: Row) -> Result<Self, Fault> {
        let zone = row.zone.parse().map_err(|_| Fault::unfit(format!("slots {} have no zone", row.id)))?;
        Ok(Self {
            id: row.id,
            application: row.application_id,
            step: row.step_id,
            round: row.round,
            state: row.state,
            zone,
            place: row.place,
            video_link: row.video_link,
            remind_at: row.remind_at,
            offered_at: row.offered_at,
            offered_by: row.offered_by,
            reminded_at: row.reminded_at,
            declined_at: row.declined_at,
            note: row.note,
            ended_at: row.ended_at,
        })
    }
}

async fn read(
    db: &impl Source,
    sql: &str,
    values: impl IntoIterator<Item = Value> + Send,
) -> Result<Vec<Slots>, Fault> {
    dialect::query_all::<Row>(db, sql, values).await?.into_iter().map(Slots::try_from).collect()
}

/// Times the scope reaches.
pub async fn find(db: &impl Source, scope: &Scope<Choices>, id: SlotsId) -> Result<Option<Slots>, Fault> {
    let mut binds = Binds::default();
    let id = binds.put(id);
    let seen = within(scope, &OF_SCOPE, db.kind(), &mut binds);
    let sql = format!(
        "SELECT {COLUMNS} FROM slots o JOIN application c ON c.id = o.application_id WHERE o.id = {id} AND {seen}"
    );
    Ok(read(db, &sql, binds).await?.pop())
}

/// All that was offered in these steps, the newest first.
pub async fn of_steps(
    db: &impl Source,
    scope: &Scope<Choices>,
    steps: &[StepId],
) -> Result<HashMap<StepId, Vec<Slots>>, Fault> {
    let mut binds = Binds::default();
    let steps = db.kind().listed(binds.add(json_list(steps)));
    let seen = within(scope, &OF_SCOPE, db.kind(), &mut binds);
    let sql = format!(
        "SELECT {COLUMNS} FROM slots o JOIN application c ON c.id = o.application_id \
         WHERE o.step_id IN {steps} AND {seen} ORDER BY o.offered_at DESC, o.id DESC"
    );
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for slots in read(db, &sql, binds).await? {
        found.entry(slots.step).or_default().push(slots);
    }
    Ok(found)
}

/// What candidates said when they asked for other times than these.
pub async fn notes(
    db: &impl Source,
    scope: &Scope<Reasons>,
    slots: &[SlotsId],
) -> Result<HashMap<SlotsId, String>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        id: SlotsId,
        note: String,
    }
    let mut binds = Binds::default();
    let slots = db.kind().listed(binds.add(json_list(slots)));
    let seen = within(scope, &OF_SCOPE, db.kind(), &mut binds);
    let sql = format!(
        "SELECT o.id, o.note FROM slots o JOIN application c ON c.id = o.application_id \
         WHERE o.id IN {slots} AND o.note IS NOT NULL AND {seen}"
    );
    let rows = dialect::query_all::<Row>(db, &sql, binds).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.note)).collect())
}

/// Each of these times, the earliest first. Whoever sees that they were offered sees them.
pub async fn times(db: &impl Source, slots: &[SlotsId]) -> Result<HashMap<SlotsId, Vec<Slot>>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        id: SlotId,
        slots_id: SlotsId,
        starts_at: DateTime<Utc>,
        ends_at: DateTime<Utc>,
        busy: bool,
        interview_id: Option<InterviewId>,
    }
    let sql = format!(
        "SELECT t.id, t.slots_id, t.starts_at, t.ends_at, {BUSY} AS busy, t.interview_id FROM slot t \
         JOIN slots o ON o.id = t.slots_id WHERE t.slots_id IN {} ORDER BY t.starts_at, t.id",
        db.kind().listed(1)
    );
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for row in dialect::query_all::<Row>(db, &sql, [json_list(slots)]).await? {
        let Row { id, starts_at, ends_at, busy, interview_id: interview, .. } = row;
        found.entry(row.slots_id).or_default().push(Slot { id, starts_at, ends_at, busy, interview });
    }
    Ok(found)
}

/// As [`times`], of one.
pub async fn times_of(db: &impl Source, id: SlotsId) -> Result<Vec<Slot>, Fault> {
    Ok(times(db, &[id]).await?.remove(&id).unwrap_or_default())
}

/// Who would come, in the order they were named. Whoever sees that times were offered sees them.
pub async fn people(db: &impl Source, slots: &[SlotsId]) -> Result<HashMap<SlotsId, Vec<Invitee>>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        slots_id: SlotsId,
        user_id: UserId,
        shadow: bool,
    }
    let sql = format!(
        "SELECT slots_id, user_id, shadow FROM slot_participant WHERE slots_id IN {} ORDER BY slots_id, position",
        db.kind().listed(1)
    );
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for row in dialect::query_all::<Row>(db, &sql, [json_list(slots)]).await? {
        found.entry(row.slots_id).or_default().push(Invitee { user: row.user_id, shadow: row.shadow });
    }
    Ok(found)
}

/// As [`people`], of one.
pub async fn people_of(db: &impl Source, id: SlotsId) -> Result<Vec<Invitee>, Fault> {
    Ok(people(db, &[id]).await?.remove(&id).unwrap_or_default())
}

/// What this time is one of.
pub async fn slots_of(db: &impl Source, id: SlotId) -> Result<Option<SlotsId>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        slots_id: SlotsId,
    }
    let sql = "SELECT slots_id FROM slot WHERE id = $1";
    Ok(dialect::query_one::<Row>(db, sql, [id.into()]).await?.map(|row| row.slots_id))
}

/// Times of an application that the write has locked.
pub async fn get_locked(tx: &Tx, id: SlotsId) -> Result<Slots, Fault> {
    let found = read(tx, "SELECT * FROM slots WHERE id = $1", [id.into()]).await?.pop();
    found.ok_or_else(|| Fault::missing("slots", id))
}

/// What the candidate may choose from in a step whose application the write has locked.
pub async fn open_in_step(tx: &Tx, step: StepId) -> Result<Option<Slots>, Fault> {
    let sql = "SELECT * FROM slots WHERE step_id = $1 AND state = 'open'";
    Ok(read(tx, sql, [step.into()]).await?.pop())
}

/// All that the candidate may choose from in an application that the write has locked.
pub async fn open_in_application(tx: &Tx, application: ApplicationId) -> Result<Vec<Slots>, Fault> {
    let sql = "SELECT * FROM slots WHERE application_id = $1 AND state = 'open' ORDER BY id";
    read(tx, sql, [application.into()]).await
}

/// Makes writes that decide on the time of the same people take turns: whoever comes second sees what the first has set. In
/// one order, so that none waits for one that waits for it.
pub async fn await_turn(tx: &Tx, people: &[Invitee]) -> Result<(), Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        #[expect(dead_code, reason = "the rows are read to be held")]
        id: UserId,
    }
    let (listed, held) = (tx.kind().listed(1), tx.kind().for_turn());
    let sql = format!("SELECT id FROM user_account WHERE id IN {listed} ORDER BY id{held}");
    let users = json_list(people.iter().map(|one| one.user));
    dialect::query_all::<Row>(tx, &sql, [users]).await?;
    Ok(())
}

/// A reminder that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromQueryResult)]
pub struct Due {
    /// Of these times.
    pub id: SlotsId,
    /// The application they are for.
    pub application_id: ApplicationId,
}

/// Times whose candidates are to be reminded by now: nothing was picked, no others were asked for, some are still free.
pub async fn due_reminders(db: &impl Source, now: DateTime<Utc>, most: u32) -> Result<Vec<Due>, Fault> {
    let sql = format!(
        "SELECT o.id, o.application_id FROM slots o JOIN application c ON c.id = o.application_id \
         WHERE o.remind_at <= $1 AND o.reminded_at IS NULL AND o.declined_at IS NULL AND o.state = 'open' \
         AND c.status = 'active' AND EXISTS (SELECT 1 FROM slot t WHERE t.slots_id = o.id AND t.starts_at > $1 \
         AND NOT {BUSY}) ORDER BY o.remind_at, o.id LIMIT $2"
    );
    let values: [Value; 2] = [now.into(), i64::from(most).into()];
    dialect::query_all::<Due>(db, &sql, values).await
}

/// Keeps times that are offered, and who would come.
pub async fn insert(tx: &Tx, slots: &Slots, times: &[Slot], people: &[Invitee]) -> Result<(), Fault> {
    let cells = cells! {
        id: slots.id,
        application_id: slots.application,
        step_id: slots.step,
        round: slots.round,
        state: slots.state,
        zone: slots.zone.name(),
        place: slots.place.clone(),
        video_link: slots.video_link.clone(),
        remind_at: slots.remind_at,
        offered_at: slots.offered_at,
        offered_by: slots.offered_by.as_str(),
    };
    row::insert(tx, "slots", cells).await?;
    let time = |slot: &Slot| -> [Value; 4] {
        [slot.id.into(), slots.id.into(), slot.starts_at.into(), slot.ends_at.into()]
    };
    let sql = format!(
        "INSERT INTO slot (id, slots_id, starts_at, ends_at) VALUES {}",
        dialect::places(times.len(), 4)
    );
    dialect::execute(tx, &sql, times.iter().flat_map(time).collect::<Vec<_>>()).await?;
    let person = |(position, one): (i32, &Invitee)| -> [Value; 4] {
        [slots.id.into(), one.user.into(), one.shadow.into(), position.into()]
    };
    let sql = format!(
        "INSERT INTO slot_participant (slots_id, user_id, shadow, position) VALUES {}",
        dialect::places(people.len(), 4)
    );
    dialect::execute(tx, &sql, (0..).zip(people).flat_map(person).collect::<Vec<_>>()).await?;
    Ok(())
}

/// Saves what became of times; the lock on their application keeps them from changing twice.
pub async fn save(tx: &Tx, slots: &Slots) -> Result<(), Fault> {
    let cells = cells! {
        state: slots.state,
        reminded_at: slots.reminded_at,
        declined_at: slots.declined_at,
        note: slots.note.clone(),
        ended_at: slots.ended_at,
    };
    row::update(tx, "slots", cells, cells! { id: slots.id }).await?;
    Ok(())
}

/// Keeps which meeting came of a time.
pub async fn set_meeting(tx: &Tx, slot: SlotId, interview: InterviewId) -> Result<(), Fault> {
    row::update(tx, "slot", cells! { interview_id: interview }, cells! { id: slot }).await?;
    Ok(())
}
