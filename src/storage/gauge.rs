//! How the installation stands, in numbers: what metrics show of the database.

use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;

use super::dialect;
use super::fault::Fault;
use super::source::Source;
use super::store::Store;
use super::{event, feed};

/// Numbers of one look at the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gauges {
    /// Messages by their state.
    pub messages: Vec<(String, i64)>,
    /// Since when the longest waiting message that is due waits.
    pub oldest_due: Option<DateTime<Utc>>,
    /// Pings that wait for their turn.
    pub pings: i64,
    /// The newest event's `seq`.
    pub events: i64,
    /// How many writes have changed a public fact.
    pub feed_generation: i64,
    /// What must be 0: how many records break a rule of the ledger, by the rule.
    pub violations: Vec<(&'static str, i64)>,
}

const LIVE: &str = "('pendingApproval', 'approved', 'sent')";

/// Rules of the ledger, each with the records that break it.
fn rules() -> [(&'static str, String); 5] {
    [
        (
            "a live offer holds one seat",
            format!(
                "offer f WHERE f.status IN {LIVE} AND (SELECT count(*) FROM opening o \
                 WHERE o.offer_id = f.id AND o.state = 'held') <> 1"
            ),
        ),
        (
            "a held seat has a live offer",
            format!(
                "opening o WHERE o.state = 'held' AND NOT EXISTS (SELECT 1 FROM offer f \
                 WHERE f.id = o.offer_id AND f.status IN {LIVE})"
            ),
        ),
        (
            "a hired application fills one seat",
            "application a WHERE a.status = 'hired' AND (SELECT count(*) FROM opening o \
             WHERE o.application_id = a.id AND o.state = 'filled') <> 1"
                .to_owned(),
        ),
        (
            "a filled seat has a hired application",
            "opening o WHERE o.state = 'filled' AND NOT EXISTS (SELECT 1 FROM application a \
             WHERE a.id = o.application_id AND a.status = 'hired')"
                .to_owned(),
        ),
        (
            "an open posting has vacancies",
            "posting p WHERE p.status = 'open' AND NOT EXISTS (SELECT 1 FROM opening o \
             JOIN posting_team t ON t.id = o.posting_team_id \
             WHERE t.posting_id = p.id AND o.state IN ('open', 'held'))"
                .to_owned(),
        ),
    ]
}

/// Looks at the database: ten statements, none of which reads what a person wrote.
pub async fn read(db: &impl Source, now: DateTime<Utc>) -> Result<Gauges, Fault> {
    let mut violations = Vec::new();
    for (rule, offenders) in rules() {
        violations.push((rule, count(db, &offenders).await?));
    }
    Ok(Gauges {
        messages: messages(db).await?,
        oldest_due: oldest_due(db, now).await?,
        pings: count(db, "ping WHERE state IN ('queued', 'deferred')").await?,
        events: event::settled(db).await?,
        feed_generation: feed::generation(db).await?,
        violations,
    })
}

async fn count(db: &impl Source, of: &str) -> Result<i64, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        number: i64,
    }
    let row = dialect::query_one::<Row>(db, &format!("SELECT count(*) AS number FROM {of}"), []).await?;
    Ok(row.map_or(0, |row| row.number))
}

async fn messages(db: &impl Source) -> Result<Vec<(String, i64)>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        state: String,
        number: i64,
    }
    let sql = "SELECT state, count(*) AS number FROM email_message GROUP BY state";
    let rows = dialect::query_all::<Row>(db, sql, []).await?;
    Ok(rows.into_iter().map(|row| (row.state, row.number)).collect())
}

async fn oldest_due(db: &impl Source, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        run_at: Option<DateTime<Utc>>,
    }
    let sql = "SELECT min(run_at) AS run_at FROM email_message WHERE state IN ('queued', 'deferred') AND run_at <= $1";
    let row = dialect::query_one::<Row>(db, sql, [now.into()]).await?;
    Ok(row.and_then(|row| row.run_at))
}

/// Connections of a store's pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connections {
    /// Open ones.
    pub open: u32,
    /// Of them, those that nobody uses.
    pub idle: u32,
}

impl Store {
    /// How many connections are open for reads, on PostgreSQL for writes too.
    #[must_use]
    pub fn connections(&self) -> Connections {
        let idle = |idle: usize| u32::try_from(idle).unwrap_or(u32::MAX);
        match self.kind() {
            super::Kind::Sqlite => {
                let pool = self.pool().get_sqlite_connection_pool();
                Connections { open: pool.size(), idle: idle(pool.num_idle()) }
            }
            super::Kind::Postgres => {
                let pool = self.pool().get_postgres_connection_pool();
                Connections { open: pool.size(), idle: idle(pool.num_idle()) }
            }
        }
    }
}
