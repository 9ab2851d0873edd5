//! Pings as they are kept: queued in the write that causes them, taken by a worker, read.
//!
//! A claim is a lease with a fence, as of mails ([`super::delivery`]). There is less to it: to say twice that something is
//! new does no harm, so what a lost worker left is simply tried again.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use sea_orm::{FromQueryResult, Value};

use super::dialect::{self, Binds, json_list};
use super::fault::Fault;
use super::page::{Page, Part};
use super::source::Source;
use super::write::Tx;
use crate::domain::id::PingId;
use crate::domain::ping::{Answer, MOST_URLS, Ping, PingKind, PingState, Verdict};

const COLUMNS: &str =
    "id, kind, target, urls, state, attempts, run_at, created_at, done_at, last_code, last_reply";

/// A ping that a worker has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// The ping; this try is counted already.
    pub ping: Ping,
    /// The claim.
    pub fence: i32,
}

/// A ping about to be queued.
#[derive(Debug, Clone, Copy)]
pub struct NewPing<'a> {
    /// Its id.
    pub id: PingId,
    /// In which protocol.
    pub kind: PingKind,
    /// Where it goes.
    pub target: &'a str,
    /// When it is queued.
    pub created_at: DateTime<Utc>,
    /// From when on it may leave.
    pub run_at: DateTime<Utc>,
}

/// Queues a word about these addresses, unless one that says the very same waits: that one has all its tries before it again.
pub async fn push(tx: &Tx, new: &NewPing<'_>, urls: &[String]) -> Result<bool, Fault> {
    let same: [Value; 3] = [new.kind.into(), new.target.into(), json_list(urls)];
    let sql = "UPDATE ping SET attempts = 0 WHERE kind = $1 AND target = $2 AND urls = $3 \
               AND state IN ('queued', 'deferred')";
    if dialect::execute(tx, sql, same.clone()).await? > 0 {
        return Ok(false);
    }
    let sql = "INSERT INTO ping (kind, target, urls, id, state, attempts, run_at, fence, created_at) \
               VALUES ($1, $2, $3, $4, 'queued', 0, $5, 0, $6)";
    let values = same.into_iter().chain([new.id.into(), new.run_at.into(), new.created_at.into()]);
    dialect::execute(tx, sql, values.collect::<Vec<_>>()).await?;
    Ok(true)
}

/// Adds addresses to pings that wait and have room for some of them, and have all their tries before them again; says which
/// are left over.
pub async fn join(tx: &Tx, kind: PingKind, target: &str, urls: Vec<String>) -> Result<Vec<String>, Fault> {
    let sql = format!(
        "SELECT id, urls FROM ping WHERE kind = $1 AND target = $2 AND state IN ('queued', 'deferred') ORDER BY id{}",
        tx.kind().for_update()
    );
    let waiting = dialect::query_all::<Waiting>(tx, &sql, [kind.into(), target.into()]).await?;
    let mut left = urls;
    for Waiting { id, urls } in waiting {
        let mut told = addresses(&urls)?;
        let known: HashSet<&String> = told.iter().collect();
        let (again, mut new): (Vec<_>, Vec<_>) = left.into_iter().partition(|url| known.contains(url));
        let room = MOST_URLS.saturating_sub(told.len()).min(new.len());
        told.extend(new.drain(..room));
        if room + again.len() > 0 {
            let sql = "UPDATE ping SET urls = $2, attempts = 0 WHERE id = $1";
            dialect::execute(tx, sql, [id.into(), json_list(&told)]).await?;
        }
        left = new;
    }
    Ok(left)
}

/// Whether there is anything to claim. Cheap, and takes no turn of the writer.
pub async fn is_any_due(db: &impl Source, now: DateTime<Utc>) -> Result<bool, Fault> {
    let sql = "SELECT id FROM ping WHERE state IN ('queued', 'deferred') AND run_at <= $1 LIMIT 1";
    Ok(dialect::query_one::<Key>(db, sql, [now.into()]).await?.is_some())
}

/// Whether any lease has run out. Cheap, and takes no turn of the writer.
pub async fn is_any_lost(db: &impl Source, now: DateTime<Utc>) -> Result<bool, Fault> {
    let sql = "SELECT id FROM ping WHERE state = 'sending' AND lease_until <= $1 LIMIT 1";
    Ok(dialect::query_one::<Key>(db, sql, [now.into()]).await?.is_some())
}

/// Takes the ping that has been due longest, if there is any, and counts the try.
pub async fn claim(
    tx: &Tx,
    worker: &str,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Option<Claimed>, Fault> {
    let sql = format!(
        "UPDATE ping SET state = 'sending', attempts = attempts + 1, fence = fence + 1, lease_owner = $2, \
         lease_until = $3 WHERE id IN (SELECT p.id FROM ping p WHERE p.state IN ('queued', 'deferred') \
         AND p.run_at <= $1 ORDER BY p.run_at, p.id LIMIT 1{}) RETURNING {COLUMNS}, fence",
        tx.kind().for_claim()
    );
    let values: [Value; 3] = [now.into(), worker.into(), until.into()];
    let Some(row) = dialect::query_one::<ClaimedRow>(tx, &sql, values).await? else { return Ok(None) };
    Ok(Some(Claimed { fence: row.fence, ping: row.ping.try_into()? }))
}

/// Says what became of the ping. `false` when the claim is lost: nothing is written then.
pub async fn settle(
    tx: &Tx,
    claimed: &Claimed,
    verdict: Verdict,
    answer: &Answer,
    now: DateTime<Utc>,
) -> Result<bool, Fault> {
    let done_at = verdict.state.is_final().then_some(now);
    let sql = "UPDATE ping SET state = $3, run_at = $4, done_at = $5, last_code = $6, last_reply = $7, \
               lease_owner = NULL, lease_until = NULL WHERE id = $1 AND fence = $2 AND state = 'sending'";
    let values: [Value; 7] = [
        claimed.ping.id.into(),
        claimed.fence.into(),
        verdict.state.into(),
        verdict.run_at.into(),
        done_at.into(),
        answer.code.map(i32::from).into(),
        answer.reply.as_str().into(),
    ];
    let written = dialect::execute(tx, sql, values).await? == 1;
    if written && !verdict.state.is_final() {
        absorb(tx, claimed.ping.id, now).await?;
    }
    Ok(written)
}

/// Takes pings from workers whose lease has run out, or from all of them when `everybodys`. One that has had all its tries
/// has failed, the others are due again. Says how many there were.
pub async fn reap(tx: &Tx, now: DateTime<Utc>, tries: i32, everybodys: bool) -> Result<usize, Fault> {
    let spent = "UPDATE ping SET state = 'failed', done_at = $1, lease_owner = NULL, lease_until = NULL, \
                 last_code = NULL, last_reply = 'the worker was lost' \
                 WHERE state = 'sending' AND (lease_until <= $1 OR $3) AND attempts >= $2 RETURNING id";
    let waiting = "UPDATE ping SET state = 'queued', run_at = $1, lease_owner = NULL, lease_until = NULL, \
                   last_code = NULL, last_reply = 'the worker was lost' \
                   WHERE state = 'sending' AND (lease_until <= $1 OR $3) AND attempts < $2 RETURNING id";
    let values: [Value; 3] = [now.into(), tries.into(), everybodys.into()];
    let failed = dialect::query_all::<Key>(tx, spent, values.clone()).await?;
    let left = dialect::query_all::<Key>(tx, waiting, values).await?;
    for Key { id } in &left {
        absorb(tx, *id, now).await?;
    }
    Ok(failed.len() + left.len())
}

/// Takes back what waits and says the very same as this one, which waits again and has all its tries before it then.
async fn absorb(tx: &Tx, id: PingId, now: DateTime<Utc>) -> Result<(), Fault> {
    let sql = "UPDATE ping SET state = 'cancelled', done_at = $2, last_reply = 'another one tells the same' \
               WHERE id <> $1 AND state IN ('queued', 'deferred') AND EXISTS (SELECT 1 FROM ping o WHERE o.id = $1 \
               AND o.state IN ('queued', 'deferred') AND o.kind = ping.kind AND o.target = ping.target \
               AND o.urls = ping.urls)";
    if dialect::execute(tx, sql, [id.into(), now.into()]).await? > 0 {
        dialect::execute(tx, "UPDATE ping SET attempts = 0 WHERE id = $1", [id.into()]).await?;
    }
    Ok(())
}

/// Takes back what waits to go where nothing goes any more. Says how many there were.
pub async fn cancel_other(
    tx: &Tx,
    kind: PingKind,
    target: Option<&str>,
    now: DateTime<Utc>,
) -> Result<u64, Fault> {
    let sql = "UPDATE ping SET state = 'cancelled', done_at = $3, last_reply = 'nothing is sent there any more' \
               WHERE kind = $1 AND target <> $2 AND state IN ('queued', 'deferred')";
    // No target is empty.
    dialect::execute(tx, sql, [kind.into(), target.unwrap_or_default().into(), now.into()]).await
}

/// Makes a ping due now, with all its tries before it; takes back what waits and says the same.
pub async fn make_due(tx: &Tx, id: PingId, now: DateTime<Utc>) -> Result<(), Fault> {
    let sql = "UPDATE ping SET state = 'queued', attempts = 0, run_at = $2, done_at = NULL WHERE id = $1";
    dialect::execute(tx, sql, [id.into(), now.into()]).await?;
    absorb(tx, id, now).await
}

/// Takes a ping back.
pub async fn cancel(tx: &Tx, id: PingId, now: DateTime<Utc>) -> Result<(), Fault> {
    let sql = "UPDATE ping SET state = 'cancelled', done_at = $2 WHERE id = $1";
    dialect::execute(tx, sql, [id.into(), now.into()]).await?;
    Ok(())
}

/// A ping.
pub async fn find(db: &impl Source, id: PingId) -> Result<Option<Ping>, Fault> {
    let sql = format!("SELECT {COLUMNS} FROM ping WHERE id = $1");
    dialect::query_one::<Row>(db, &sql, [id.into()]).await?.map(Ping::try_from).transpose()
}

/// As [`find`], kept from changing until the write ends.
pub async fn lock(tx: &Tx, id: PingId) -> Result<Option<Ping>, Fault> {
    let sql = format!("SELECT {COLUMNS} FROM ping WHERE id = $1{}", tx.kind().for_update());
    dialect::query_one::<Row>(tx, &sql, [id.into()]).await?.map(Ping::try_from).transpose()
}

/// Pings by the time they were queued: all, or those that stand like this.
pub async fn listed(
    db: &impl Source,
    states: Option<&[PingState]>,
    page: &Page,
) -> Result<Part<Ping>, Fault> {
    let mut binds = Binds::default();
    let wanted = states.map_or("true".to_owned(), |states| {
        format!("state IN {}", db.kind().listed(binds.add(json_list(states))))
    });
    let bounds = page.bounds("created_at", "id", &mut binds);
    let sql = format!("SELECT {COLUMNS} FROM ping WHERE {wanted} AND {} {}", bounds.wanted, bounds.order);
    let rows = dialect::query_all::<Row>(db, &sql, binds).await?;
    let pings = rows.into_iter().map(Ping::try_from).collect::<Result<Vec<_>, _>>()?;
    Ok(page.part(pings))
}

fn addresses(document: &str) -> Result<Vec<String>, Fault> {
    serde_json::from_str(document).map_err(|error| Fault::unfit(format!("ping.urls holds no list: {error}")))
}

#[derive(FromQueryResult)]
struct Key {
    id: PingId,
}

#[derive(FromQueryResult)]
struct Waiting {
    id: PingId,
    urls: String,
}

#[derive(FromQueryResult)]
struct ClaimedRow {
    fence: i32,
    #[sea_orm(nested)]
    ping: Row,
}

#[derive(FromQueryResult)]
struct Row {
    id: PingId,
    kind: PingKind,
    target: String,
    urls: String,
    state: PingState,
    attempts: i32,
    run_at: DateTime<Utc>,
    created_at: DateTime<Utc>,
    done_at: Option<DateTime<Utc>>,
    last_code: Option<i32>,
    last_reply: Option<String>,
}

impl TryFrom<Row> for Ping {
    type Error = Fault;

    fn try_from(row: Row) -> Result<Self, Fault> {
        Ok(Self {
            id: row.id,
            kind: row.kind,
            target: row.target,
            urls: addresses(&row.urls)?,
            state: row.state,
            attempts: row.attempts,
            run_at: row.run_at,
            created_at: row.created_at,
            done_at: row.done_at,
            last_code: row.last_code,
            last_reply: row.last_reply,
        })
    }
}
