//! Events as they are kept: append-only, `seq` without gaps and in commit order, each with the hash that chains it to the
//! one before.

pub mod chain;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{FromQueryResult, Value};

use super::dialect::{self, Binds, Children, Kind, json_list};
use super::fault::Fault;
use super::page::{Page, Part};
use super::scope::{Columns, within};
use super::source::Source;
use super::write::Tx;
use crate::domain::event::{Event, EventKind, Fact};
use crate::domain::id::{ApplicationId, ChangeId, OfferId, PostingId};
use crate::domain::policy::Scope;
use crate::domain::policy::organisation::Events;

/// PostgreSQL's lock on the end of the event table. The number is this program's own, chosen at
/// random.
const LOCK_END: &str = "SELECT pg_advisory_xact_lock(7311402569)";
/// Events one INSERT adds at most.
const CHUNK: usize = 500;
/// Columns one event fills.
const COLUMNS: usize = 10;

/// An event as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Its place among all events, from 1.
    pub seq: i64,
    /// Shared by all events of one accepted change.
    pub change: ChangeId,
    /// Who did it: the viewer's key.
    pub actor: String,
    /// When.
    pub at: DateTime<Utc>,
    /// What happened.
    pub kind: EventKind,
    /// The posting it concerns.
    pub posting: Option<PostingId>,
    /// The application it concerns.
    pub application: Option<ApplicationId>,
    /// The offer it concerns.
    pub offer: Option<OfferId>,
    /// Ids, states, codes and counts, named.
    pub facts: Vec<(String, Fact)>,
    /// [`chain::hash`] of this event; none for one that was recorded before there were hashes.
    pub hash: Option<String>,
}

impl Recorded {
    /// An event at its place, behind the one that has the hash `before`.
    fn new(seq: i64, before: Option<&str>, event: &Event) -> Self {
        let Event { change, kind, posting, application, offer, facts } = event;
        let facts = facts.iter().map(|(name, fact)| ((*name).to_owned(), fact.clone())).collect();
        let recorded = Self {
            seq,
            change: change.id,
            actor: change.actor.clone(),
            at: change.at,
            kind: *kind,
            posting: *posting,
            application: *application,
            offer: *offer,
            facts,
            hash: None,
        };
        Self { hash: Some(chain::hash(before, &recorded)), ..recorded }
    }
}

/// Which events a listing shows; every part that is given has to match.
#[derive(Debug, Clone, Copy, Default)]
pub struct Concerning {
    /// Of this posting.
    pub posting: Option<PostingId>,
    /// Of this application.
    pub application: Option<ApplicationId>,
    /// Of this offer.
    pub offer: Option<OfferId>,
}

/// The highest `seq` below which no event is still to come; 0 while there is none.
///
/// That is the highest there is. On SQLite writes follow one another; on PostgreSQL a write takes a
/// lock before it numbers its events and keeps it until its commit is visible, so a reader that
/// sees an event sees all earlier ones.
pub async fn settled(db: &impl Source) -> Result<i64, Fault> {
    #[derive(FromQueryResult)]
    struct End {
        seq: i64,
    }
    let end = dialect::query_one::<End>(db, "SELECT coalesce(max(seq), 0) AS seq FROM event", []);
    Ok(end.await?.map_or(0, |end| end.seq))
}

/// The newest event's place and hash.
pub(super) async fn end(db: &impl Source) -> Result<(i64, Option<String>), Fault> {
    #[derive(FromQueryResult)]
    struct End {
        seq: i64,
        hash: Option<String>,
    }
    let sql = "SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1";
    let end = dialect::query_one::<End>(db, sql, []).await?;
    Ok(end.map_or((0, None), |end| (end.seq, end.hash)))
}

/// The events that follow `seq`, oldest first.
pub async fn after(db: &impl Source, seq: i64, limit: u32) -> Result<Vec<Recorded>, Fault> {
    let sql = "SELECT * FROM event WHERE seq > $1 ORDER BY seq LIMIT $2";
    read(db, sql, [seq.into(), i64::from(limit).into()]).await
}

/// By which columns of `event c` a scope reaches an event.
const OF_SCOPE: Columns<'static> = Columns {
    posting: Some("c.posting_id"),
    application: Some("c.application_id"),
    offer: Some("c.offer_id"),
    team: None,
};

/// The condition and the order of a page of events, by their `seq`, which is the `id` of their place in it.
fn bounds(page: &Page, binds: &mut Binds) -> (String, String) {
    let mut wanted = vec!["true".to_owned()];
    for (place, is_after) in [(&page.after, true), (&page.before, false)] {
        // A place that is none of this list is before all of it.
        let seq = place.as_ref().map(|place| place.id.parse::<i64>().unwrap_or_default());
        let sign = if is_after == page.newest_first { '<' } else { '>' };
        wanted.extend(seq.map(|seq| format!("c.seq {sign} {}", binds.put(seq))));
    }
    let way = if page.newest_first == page.from_end { "ASC" } else { "DESC" };
    let limit = binds.put(i64::from(page.limit) + 1);
    (wanted.join(" AND "), format!("ORDER BY c.seq {way} LIMIT {limit}"))
}

/// Events within the scope of what is asked for, by their `seq`.
pub async fn listed(
    db: &impl Source,
    scope: &Scope<Events>,
    concerning: Concerning,
    page: &Page,
) -> Result<Part<Recorded>, Fault> {
    let Concerning { posting, application, offer } = concerning;
    let asked: [(&str, Option<Value>); 3] = [
        ("posting_id", posting.map(Value::from)),
        ("application_id", application.map(Value::from)),
        ("offer_id", offer.map(Value::from)),
    ];
    let mut binds = Binds::default();
    let mut wanted = vec![within(scope, &OF_SCOPE, db.kind(), &mut binds)];
    for (column, value) in asked {
        wanted.extend(value.map(|value| format!("c.{column} = {}", binds.put(value))));
    }
    let (within_page, order) = bounds(page, &mut binds);
    let wanted = wanted.join(" AND ");
    let sql = format!("SELECT c.* FROM event c WHERE {wanted} AND {within_page} {order}");
    Ok(page.part(read(db, &sql, binds).await?))
}

/// As [`listed`], the same page for each of these applications.
pub async fn of_applications(
    db: &impl Source,
    scope: &Scope<Events>,
    applications: &[ApplicationId],
    page: &Page,
) -> Result<HashMap<ApplicationId, Part<Recorded>>, Fault> {
    let mut binds = Binds::default();
    let parents = binds.add(json_list(applications));
    let seen = within(scope, &OF_SCOPE, db.kind(), &mut binds);
    let (within_page, order) = bounds(page, &mut binds);
    let sql = db.kind().newest_per_parent(&Children {
        columns: "c.*",
        table: "event",
        parents,
        wanted: &format!("c.application_id = p.value AND {seen} AND {within_page}"),
        order: &order,
    });
    let rows = read(db, &sql, binds).await?;
    let placed = rows.into_iter().filter_map(|event| event.application.map(|of| (of, event))).collect();
    // By `seq` alone: the times of two instances' clocks need not follow it.
    let parts =
        page.parts(placed, |(of, event): &(ApplicationId, Recorded)| (*of, DateTime::UNIX_EPOCH, event.seq));
    Ok(parts.into_iter().map(|(of, part)| (of, part.map(|(_, event)| event))).collect())
}

/// Adds the events of a write and says the newest one's `seq`.
///
/// Called last in a write: on PostgreSQL it takes a lock that every write with events waits for,
/// which is what puts their numbers in commit order.
pub(super) async fn append(tx: &Tx, events: &[Event]) -> Result<Option<i64>, Fault> {
    if events.is_empty() {
        return Ok(None);
    }
    if tx.kind() == Kind::Postgres {
        dialect::execute(tx, LOCK_END, []).await?;
    }
    // A statement of its own: it has to see what was committed while this one waited.
    let (mut seq, mut before) = end(tx).await?;
    for chunk in events.chunks(CHUNK) {
        let mut recorded = Vec::with_capacity(chunk.len());
        for event in chunk {
            seq += 1;
            let event = Recorded::new(seq, before.as_deref(), event);
            before.clone_from(&event.hash);
            recorded.push(event);
        }
        insert(tx, recorded).await?;
    }
    Ok(Some(seq))
}

async fn insert(tx: &Tx, events: Vec<Recorded>) -> Result<(), Fault> {
    let places = dialect::places(events.len(), COLUMNS);
    let mut values: Vec<Value> = Vec::with_capacity(events.len() * COLUMNS);
    for event in events {
        let row: [Value; COLUMNS] = [
            event.seq.into(),
            event.change.into(),
            event.actor.into(),
            event.at.into(),
            event.kind.into(),
            event.posting.into(),
            event.application.into(),
            event.offer.into(),
            written(&event.facts).into(),
            event.hash.into(),
        ];
        values.extend(row);
    }
    let sql = format!(
        "INSERT INTO event (seq, change_id, actor, at, kind, posting_id, application_id, offer_id, facts, hash) \
         VALUES {places}"
    );
    dialect::execute(tx, &sql, values).await?;
    Ok(())
}

/// Says that what feeds show may have changed, in the write that changes it.
pub(super) async fn raise_feed_generation(tx: &Tx) -> Result<(), Fault> {
    let sql = "UPDATE feed_generation SET number = number + 1";
    dialect::execute(tx, sql, []).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Row {
    seq: i64,
    change_id: ChangeId,
    actor: String,
    at: DateTime<Utc>,
    kind: EventKind,
    posting_id: Option<PostingId>,
    application_id: Option<ApplicationId>,
    offer_id: Option<OfferId>,
    facts: String,
    hash: Option<String>,
}

async fn read(
    db: &impl Source,
    sql: &str,
    values: impl IntoIterator<Item = Value> + Send,
) -> Result<Vec<Recorded>, Fault> {
    let rows = dialect::query_all::<Row>(db, sql, values).await?;
    rows.into_iter().map(recorded).collect()
}

fn recorded(row: Row) -> Result<Recorded, Fault> {
    let facts = facts(&row.facts)
        .ok_or_else(|| Fault::unfit(format!("the facts of event {} are unreadable", row.seq)))?;
    Ok(Recorded {
        seq: row.seq,
        change: row.change_id,
        actor: row.actor,
        at: row.at,
        kind: row.kind,
        posting: row.posting_id,
        application: row.application_id,
        offer: row.offer_id,
        facts,
        hash: row.hash,
    })
}

fn written(facts: &[(String, Fact)]) -> String {
    let object: serde_json::Map<_, _> = facts
        .iter()
        .map(|(name, fact)| {
            let fact = match fact {
                Fact::Word(word) => word.as_str().into(),
                Fact::Count(count) => (*count).into(),
            };
            (name.clone(), fact)
        })
        .collect();
    serde_json::Value::Object(object).to_string()
}

pub(super) fn facts(text: &str) -> Option<Vec<(String, Fact)>> {
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).ok()?;
    object
        .into_iter()
        .map(|(name, value)| {
            let fact = match value {
                serde_json::Value::String(word) => Fact::Word(word),
                value => Fact::Count(value.as_i64()?),
            };
            Some((name, fact))
        })
        .collect()
}
