//! Which postings came into the feeds, changed in them and left them, in order: what readers who follow the feeds by what is
//! new are told, and where a posting stands for good in the sitemaps.

use std::ops::Range;

use chrono::{DateTime, Utc};
use sea_orm::{FromQueryResult, Value};
use serde::{Deserialize, Serialize};

use super::dialect::{self, Binds, Kind, json_list};
use super::event;
use super::fault::Fault;
use super::feed;
use super::posting::Sight;
use super::source::{Snapshot, Source};
use super::write::Tx;
use crate::domain::event::EventKind;
use crate::domain::feed::FeedChange;
use crate::domain::id::PostingId;
use crate::domain::viewer::Viewer;

/// How far the changes have come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromQueryResult)]
pub struct Head {
    /// The newest change's number; 0 before the first.
    pub number: i64,
    /// How many postings were ever listed.
    pub places: i64,
}

/// How far the changes have come.
pub async fn head(db: &impl Source) -> Result<Head, Fault> {
    let row = dialect::query_one::<Head>(db, "SELECT number, places FROM feed_head", []).await?;
    row.ok_or_else(|| Fault::missing("feed_head", 1))
}

/// How far everything had come when it was looked at: what came later may be seen in part, so it is looked at again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Horizon {
    /// The generation of public facts.
    pub generation: i64,
    /// The newest event.
    pub seq: i64,
    /// Its hash, which no other history has.
    pub hash: Option<String>,
    /// By what anybody may see at this instant.
    pub at: DateTime<Utc>,
}

/// How far everything has come, and what that touched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noted {
    /// How far.
    pub horizon: Horizon,
    /// Which postings may read otherwise since the time before, by when they were published. None stands for all: nothing was
    /// noted before, or in another history; nothing says what changed; or there are very many.
    pub touched: Option<Vec<PostingId>>,
}

impl Noted {
    /// The same with what was touched before.
    #[must_use]
    pub fn after(self, before: Self) -> Self {
        let touched = before.touched.zip(self.touched).map(|(earlier, later)| [earlier, later].concat());
        Self { touched, ..self }
    }
}

/// How far everything has come, and what may have changed since `before`, if that is given, by what anybody may see at `now`.
pub async fn look(db: &Snapshot, before: Option<&Horizon>, now: DateTime<Utc>) -> Result<Noted, Fault> {
    let (generation, (seq, hash)) = (feed::generation(db).await?, event::end(db).await?);
    let touched = match before {
        Some(before) if now >= before.at => {
            let touched = touched(db, before, now).await?;
            let is_unsaid = generation != before.generation && touched.as_ref().is_some_and(Vec::is_empty);
            if is_unsaid && !concerned_no_posting(db, before.seq).await? { None } else { touched }
        }
        _ => None,
    };
    Ok(Noted { horizon: Horizon { generation, seq, hash, at: now }, touched })
}

/// Whether a posting is noted.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Inspected {
    /// Which.
    pub id: PostingId,
    /// When it was published, by which they follow one another.
    pub since: DateTime<Utc>,
    /// Whether it came, changed or left without being noted.
    pub is_unnoted: bool,
}

/// Looks at the postings behind `last`, so many at most, whether they are noted as anybody sees them at `now`.
pub async fn inspect(
    db: &impl Source,
    last: Option<&Inspected>,
    most: u32,
    now: DateTime<Utc>,
) -> Result<Vec<Inspected>, Fault> {
    let mut binds = Binds::default();
    let visible = visible(db.kind(), now, &mut binds);
    let behind = last.map_or("true".to_owned(), |last| {
        let (since, id) = (binds.put(last.since), binds.put(last.id));
        // The former half says nothing new, but SQLite looks for it alone in an index on an expression.
        format!("{SINCE} >= {since} AND ({SINCE}, p.id) > ({since}, {id})")
    });
    let most = binds.put(i64::from(most));
    let sql = format!(
        "SELECT p.id, {SINCE} AS since, \
         CASE WHEN {visible} THEN f.posting_id IS NULL OR f.left_at IS NOT NULL OR f.changed_at <> p.updated_at \
         ELSE f.posting_id IS NOT NULL AND f.left_at IS NULL END AS is_unnoted \
         FROM posting p LEFT JOIN feed_change f ON f.posting_id = p.id WHERE {behind} ORDER BY {SINCE}, p.id LIMIT {most}"
    );
    dialect::query_all::<Inspected>(db, &sql, binds).await
}

/// When the posting `p` was published.
const SINCE: &str = "coalesce(p.published_at, p.created_at)";

/// Notes which of these postings have come, changed or left by what anybody may see at `now`; says behind which number that is
/// told. Whoever notes at the same time waits.
pub async fn note(tx: &Tx, ids: &[PostingId], now: DateTime<Utc>) -> Result<i64, Fault> {
    let sql = format!("SELECT number, places FROM feed_head{}", tx.kind().for_update());
    let head = dialect::query_one::<Head>(tx, &sql, []).await?;
    let Head { number: since, places } = head.ok_or_else(|| Fault::missing("feed_head", 1))?;
    let among = Among { ids, now };
    let mut number = since + leave(tx, since, &among).await?;
    number += change(tx, number, &among).await?;
    let come = list(tx, Head { number, places }, &among).await?;
    if number + come > since {
        let sql = "UPDATE feed_head SET number = $1, places = $2";
        dialect::execute(tx, sql, [(number + come).into(), (places + come).into()]).await?;
    }
    Ok(since)
}

/// More postings that were touched are not told apart from all, since their ids are in memory. Many, because imports touch many while a
/// large document is built, and all would be built again and again.
const MOST_TOUCHED: usize = 100_000;

/// Events that move the generation and may concern no posting.
const OF_NO_POSTING: &[EventKind] =
    &[EventKind::TeamUpdated, EventKind::FeedUpdated, EventKind::FeedKeyCreated, EventKind::FeedKeyRevoked];

/// Whether a change since then may have concerned no posting.
async fn concerned_no_posting(db: &Snapshot, since: i64) -> Result<bool, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        told: bool,
    }
    let listed = db.kind().listed(2);
    let sql = format!("SELECT EXISTS (SELECT 1 FROM event WHERE seq > $1 AND kind IN {listed}) AS told");
    let row = dialect::query_one::<Row>(db, &sql, [since.into(), json_list(OF_NO_POSTING)]).await?;
    Ok(row.is_some_and(|row| row.told))
}

/// Which postings were written to since, whose team has another name, and whose time is over since; none where the history is
/// another, or where they are too many.
async fn touched(
    db: &Snapshot,
    since: &Horizon,
    now: DateTime<Utc>,
) -> Result<Option<Vec<PostingId>>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        id: Option<PostingId>,
    }
    let sql = format!(
        "SELECT t.id FROM (SELECT CAST(NULL AS TEXT) AS id \
         WHERE $1 > 0 AND NOT EXISTS (SELECT 1 FROM event WHERE seq = $1 AND coalesce(hash, '') = $2) \
         UNION SELECT posting_id AS id FROM event WHERE seq > $1 AND posting_id IS NOT NULL \
         UNION SELECT h.posting_id AS id FROM event e JOIN posting_team h ON h.team_id = {} WHERE e.seq > $1 AND e.kind = $3 \
         UNION SELECT id FROM posting WHERE published_at IS NOT NULL AND expires_at > $4 AND expires_at <= $5) t \
         LEFT JOIN posting p ON p.id = t.id ORDER BY {SINCE}, p.id LIMIT $6",
        db.kind().member("e.facts", "team")
    );
    let hash = since.hash.as_deref().unwrap_or_default();
    let most = i64::try_from(MOST_TOUCHED + 1).unwrap_or(i64::MAX);
    let renamed = EventKind::TeamUpdated.as_str();
    let values: [Value; 6] =
        [since.seq.into(), hash.into(), renamed.into(), since.at.into(), now.into(), most.into()];
    let rows = dialect::query_all::<Row>(db, &sql, values).await?;
    let touched: Option<Vec<PostingId>> = rows.into_iter().map(|row| row.id).collect();
    Ok(touched.filter(|ids| ids.len() <= MOST_TOUCHED))
}

/// The condition that anybody sees the posting `p` at `now`.
fn visible(kind: Kind, now: DateTime<Utc>, binds: &mut Binds) -> String {
    Sight::of(&Viewer::Anonymous, now).condition(kind, binds)
}

/// Which postings are looked at, and when.
struct Among<'a> {
    ids: &'a [PostingId],
    now: DateTime<Utc>,
}

impl Among<'_> {
    /// The condition that anybody sees the posting `p`, and that this column names one of them.
    fn conditions(&self, tx: &Tx, id: &str, binds: &mut Binds) -> (String, String) {
        let visible = visible(tx.kind(), self.now, binds);
        (visible, format!("{id} IN {}", tx.kind().listed(binds.add(json_list(self.ids)))))
    }
}

async fn leave(tx: &Tx, number: i64, among: &Among<'_>) -> Result<i64, Fault> {
    let mut binds = Binds::default();
    let (visible, among_them) = among.conditions(tx, "f.posting_id", &mut binds);
    let (number, now) = (binds.put(number), binds.put(among.now));
    let sql = format!(
        "UPDATE feed_change SET left_at = {now}, number = n.number FROM (SELECT f.posting_id, {number} + \
         row_number() OVER (ORDER BY f.posting_id) AS number FROM feed_change f LEFT JOIN posting p \
         ON p.id = f.posting_id AND {visible} WHERE f.left_at IS NULL AND p.id IS NULL AND {among_them}) n \
         WHERE feed_change.posting_id = n.posting_id"
    );
    counted(dialect::execute(tx, &sql, binds).await?)
}

/// Those whose public facts changed, and those that came back.
async fn change(tx: &Tx, number: i64, among: &Among<'_>) -> Result<i64, Fault> {
    let mut binds = Binds::default();
    let (visible, among_them) = among.conditions(tx, "f.posting_id", &mut binds);
    let number = binds.put(number);
    let sql = format!(
        "UPDATE feed_change SET changed_at = n.at, number = n.number, left_at = NULL, \
         listed_by = CASE WHEN left_at IS NULL THEN listed_by ELSE n.number END, \
         listed_title = CASE WHEN left_at IS NULL THEN listed_title ELSE n.title END \
         FROM (SELECT f.posting_id, p.title, p.updated_at AS at, {number} + row_number() OVER (ORDER BY f.posting_id) AS number \
         FROM feed_change f JOIN posting p ON p.id = f.posting_id \
         WHERE {visible} AND {among_them} AND (f.left_at IS NOT NULL OR f.changed_at <> p.updated_at)) n \
         WHERE feed_change.posting_id = n.posting_id"
    );
    counted(dialect::execute(tx, &sql, binds).await?)
}

async fn list(tx: &Tx, head: Head, among: &Among<'_>) -> Result<i64, Fault> {
    let mut binds = Binds::default();
    let (visible, among_them) = among.conditions(tx, "p.id", &mut binds);
    let (number, place) = (binds.put(head.number), binds.put(head.places - 1));
    let sql = format!(
        "INSERT INTO feed_change (posting_id, place, listed_by, number, changed_at, listed_title) \
         SELECT n.id, {place} + n.rank, {number} + n.rank, {number} + n.rank, n.updated_at, n.title \
         FROM (SELECT p.id, p.title, p.updated_at, \
         row_number() OVER (ORDER BY p.published_at, p.id) AS rank FROM posting p LEFT JOIN feed_change f ON f.posting_id = p.id \
         WHERE {visible} AND {among_them} AND f.posting_id IS NULL) n"
    );
    counted(dialect::execute(tx, &sql, binds).await?)
}

fn counted(rows: u64) -> Result<i64, Fault> {
    i64::try_from(rows).map_err(|_| Fault::unfit(format!("{rows} feed changes at once")))
}

#[derive(FromQueryResult)]
struct Row {
    posting_id: PostingId,
    slug: String,
    place: i64,
    listed_by: i64,
    number: i64,
    changed_at: DateTime<Utc>,
    left_at: Option<DateTime<Utc>>,
    published_at: DateTime<Utc>,
}

impl From<Row> for FeedChange {
    fn from(row: Row) -> Self {
        let Row { posting_id: posting, slug, place, listed_by, number, changed_at, left_at, published_at } =
            row;
        Self { posting, slug, place, listed_by, number, changed_at, left_at, published_at }
    }
}

async fn read(db: &impl Source, which: &str, binds: Binds) -> Result<Vec<FeedChange>, Fault> {
    let sql = format!(
        "SELECT f.posting_id, p.slug, f.place, f.listed_by, f.number, f.changed_at, f.left_at, \
         {SINCE} AS published_at FROM feed_change f JOIN posting p ON p.id = f.posting_id WHERE {which}"
    );
    Ok(dialect::query_all::<Row>(db, &sql, binds).await?.into_iter().map(FeedChange::from).collect())
}

/// The changes behind the one with this number, in order, so many at most.
pub async fn since(db: &impl Source, number: i64, most: u32) -> Result<Vec<FeedChange>, Fault> {
    let mut binds = Binds::default();
    let (number, most) = (binds.put(number), binds.put(i64::from(most)));
    read(db, &format!("f.number > {number} ORDER BY f.number LIMIT {most}"), binds).await
}

/// Those that left after `since`, the last to leave first.
pub async fn left_since(db: &impl Source, since: DateTime<Utc>) -> Result<Vec<FeedChange>, Fault> {
    let mut binds = Binds::default();
    let since = binds.put(since);
    read(db, &format!("f.left_at > {since} ORDER BY f.left_at DESC, f.number DESC"), binds).await
}

/// Those that are listed, in these places, in order.
pub async fn listed(db: &impl Source, places: Range<i64>) -> Result<Vec<FeedChange>, Fault> {
    let mut binds = Binds::default();
    let (from, to) = (binds.put(places.start), binds.put(places.end));
    let which = format!("f.place >= {from} AND f.place < {to} AND f.left_at IS NULL ORDER BY f.place");
    read(db, &which, binds).await
}

/// In which runs of so many places these postings are, counted from 0.
pub async fn runs_of(db: &impl Source, ids: &[PostingId], size: i64) -> Result<Vec<i64>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        number: i64,
    }
    let mut binds = Binds::default();
    let (size, listed) = (binds.put(size), db.kind().listed(binds.add(json_list(ids))));
    let sql =
        format!("SELECT DISTINCT place / {size} AS number FROM feed_change WHERE posting_id IN {listed}");
    Ok(dialect::query_all::<Row>(db, &sql, binds).await?.into_iter().map(|row| row.number).collect())
}

/// How many postings are listed.
pub async fn count(db: &impl Source) -> Result<usize, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        number: i64,
    }
    let sql = "SELECT count(*) AS number FROM feed_change WHERE left_at IS NULL";
    let row = dialect::query_one::<Row>(db, sql, []).await?;
    Ok(row.and_then(|row| usize::try_from(row.number).ok()).unwrap_or_default())
}

/// So many places in a row, in which something is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromQueryResult)]
pub struct Shard {
    /// Which, counted from 0.
    pub number: i64,
    /// When something in it last changed.
    pub changed_at: DateTime<Utc>,
}

/// Where something is listed, when places are taken `size` at a time.
pub async fn shards(db: &impl Source, size: i64) -> Result<Vec<Shard>, Fault> {
    let sql = "SELECT place / $1 AS number, max(changed_at) AS changed_at FROM feed_change \
               WHERE left_at IS NULL GROUP BY place / $1 ORDER BY 1";
    dialect::query_all::<Shard>(db, sql, [size.into()]).await
}
