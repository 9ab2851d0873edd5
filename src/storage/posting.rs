//! Postings as they are kept.

use std::collections::HashMap;
use std::ops::Range;

use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;

use super::content;
use super::dialect::{self, Binds, Kind, json_list};
use super::fault::{Failure, Fault};
use super::page::{Page, Part};
use super::row::{self, Cells, cells};
use super::scope::{Columns, within};
use super::source::Source;
use super::write::Tx;
use crate::domain::clock::Chance;
use crate::domain::country::Country;
use crate::domain::id::{PlanId, PostingId, TeamId, UserId};
use crate::domain::place::Workplace;
use crate::domain::policy::Scope;
use crate::domain::policy::organisation::sees_settings;
use crate::domain::policy::posting::{Postings, postings};
use crate::domain::posting::{CloseReason, PlanVersion, Posting, PostingStatus, key_of_slug, slug_key};
use crate::domain::viewer::Viewer;

/// What a viewer sees of postings and teams now: what everyone sees, and what is within their scope.
#[derive(Debug, Clone)]
pub struct Sight {
    postings: Scope<Postings>,
    /// Whether teams and plans are seen that no visible posting uses.
    pub(super) settings: bool,
    now: DateTime<Utc>,
}

impl Sight {
    /// What this viewer sees at this instant.
    #[must_use]
    pub fn of(viewer: &Viewer, now: DateTime<Utc>) -> Self {
        Self { postings: postings(viewer), settings: sees_settings(viewer), now }
    }

    /// The condition that the posting `p` is seen; its first half says in SQL what [`Posting::is_visible`] says.
    pub(super) fn condition(&self, kind: Kind, binds: &mut Binds) -> String {
        if self.postings.is_everything() {
            return "true".to_owned();
        }
        let now = binds.put(self.now);
        let columns = Columns { posting: Some("p.id"), ..Columns::default() };
        let within = within(&self.postings, &columns, kind, binds);
        format!(
            "((p.status = 'open' AND p.listed AND (p.expires_at IS NULL OR p.expires_at > {now})) OR {within})"
        )
    }
}

/// Which postings a listing shows: those that match every part that is given. A list means any of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Wanted {
    /// In one of these statuses.
    pub statuses: Vec<PostingStatus>,
    /// Hiring for one of these teams.
    pub teams: Vec<TeamId>,
    /// With a location in, or to be done from, one of these countries.
    pub countries: Vec<Country>,
    /// With one of these workplaces.
    pub workplaces: Vec<Workplace>,
    /// With each of these words somewhere in its title, whatever the case.
    pub title: Option<String>,
}

impl Wanted {
    fn condition(&self, kind: Kind, binds: &mut Binds) -> String {
        let mut ways = vec!["true".to_owned()];
        if !self.statuses.is_empty() {
            ways.push(format!("p.status IN {}", kind.listed(binds.add(json_list(&self.statuses)))));
        }
        if !self.workplaces.is_empty() {
            ways.push(format!("p.workplace IN {}", kind.listed(binds.add(json_list(&self.workplaces)))));
        }
        if !self.teams.is_empty() {
            let listed = kind.listed(binds.add(json_list(&self.teams)));
            ways.push(format!(
                "p.id IN (SELECT t.posting_id FROM posting_team t WHERE t.team_id IN {listed})"
            ));
        }
        if !self.countries.is_empty() {
            let codes = json_list(&self.countries);
            let listed = kind.listed(binds.add(codes));
            ways.push(format!(
                "p.id IN (SELECT c.posting_id FROM posting_country c WHERE c.country IN {listed})"
            ));
        }
        for word in self.title.as_deref().unwrap_or_default().split_whitespace() {
            ways.push(format!("p.title_key LIKE {} ESCAPE '!'", binds.put(containing(word))));
        }
        ways.join(" AND ")
    }
}

/// A LIKE pattern for texts that hold this word.
fn containing(word: &str) -> String {
    let literal = word.to_lowercase().replace('!', "!!").replace('%', "!%").replace('_', "!_");
    format!("%{literal}%")
}

#[derive(FromQueryResult)]
struct Row {
    id: PostingId,
    slug: String,
    status: PostingStatus,
    listed: bool,
    content: String,
    plan_id: PlanId,
    plan_version: i32,
    lead_id: Option<UserId>,
    published_at: Option<DateTime<Utc>>,
    reopened_at: Option<DateTime<Utc>>,
    expires_at: Option<DateTime<Utc>>,
    apply_url: Option<String>,
    close_reason: Option<CloseReason>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    revision: i32,
}

impl TryFrom<Row> for Posting {
    type Error = Fault;

    fn try_from(row: Row) -> Result<Self, Fault> {
        Ok(Self {
            content: content::read(row.id, &row.content)?,
            id: row.id,
            slug: row.slug,
            status: row.status,
            listed: row.listed,
            plan: PlanVersion { plan: row.plan_id, number: row.plan_version },
            lead: row.lead_id,
            published_at: row.published_at,
            reopened_at: row.reopened_at,
            expires_at: row.expires_at,
            apply_url: row.apply_url,
            close_reason: row.close_reason,
            created_at: row.created_at,
            updated_at: row.updated_at,
            revision: row.revision,
        })
    }
}

fn all(rows: Vec<Row>) -> Result<Vec<Posting>, Fault> {
    rows.into_iter().map(Posting::try_from).collect()
}

/// The posting, if the viewer sees it.
pub async fn find(db: &impl Source, sight: &Sight, id: PostingId) -> Result<Option<Posting>, Fault> {
    Ok(of(db, sight, &[id]).await?.remove(&id))
}

/// The posting that a slug names, if the viewer sees it. Any slug it ever had still does.
pub async fn find_by_slug(db: &impl Source, sight: &Sight, slug: &str) -> Result<Option<Posting>, Fault> {
    let Some(key) = key_of_slug(slug) else { return Ok(None) };
    let mut binds = Binds::default();
    let key = binds.put(key);
    let seen = sight.condition(db.kind(), &mut binds);
    let sql = format!("SELECT p.* FROM posting p WHERE p.slug_key = {key} AND {seen}");
    dialect::query_one::<Row>(db, &sql, binds).await?.map(Posting::try_from).transpose()
}

/// An id whose slug key no posting has. A key is 40 bits, so of a million postings two would hardly ever, but sometimes, share one.
pub async fn free_id(db: &impl Source, at: DateTime<Utc>, chance: &dyn Chance) -> Result<PostingId, Fault> {
    #[derive(FromQueryResult)]
    struct Taken {
        taken: bool,
    }
    let sql = "SELECT EXISTS (SELECT 1 FROM posting WHERE slug_key = $1) AS taken";
    loop {
        let id = PostingId::new(at, chance);
        let row = dialect::query_one::<Taken>(db, sql, [slug_key(id).into()]).await?;
        if !row.is_some_and(|row| row.taken) {
            return Ok(id);
        }
    }
}

/// Those of the postings that the viewer sees, by their ids.
pub async fn of(
    db: &impl Source,
    sight: &Sight,
    ids: &[PostingId],
) -> Result<HashMap<PostingId, Posting>, Fault> {
    let mut binds = Binds::default();
    let listed = db.kind().listed(binds.add(json_list(ids)));
    let seen = sight.condition(db.kind(), &mut binds);
    let sql = format!("SELECT p.* FROM posting p WHERE p.id IN {listed} AND {seen}");
    let postings = all(dialect::query_all::<Row>(db, &sql, binds).await?)?;
    Ok(postings.into_iter().map(|posting| (posting.id, posting)).collect())
}

/// The postings that the viewer sees and wants, by [`Posting::since`].
pub async fn listed(
    db: &impl Source,
    sight: &Sight,
    wanted: &Wanted,
    page: &Page,
) -> Result<Part<Posting>, Fault> {
    let mut binds = Binds::default();
    let seen = sight.condition(db.kind(), &mut binds);
    let wanted = wanted.condition(db.kind(), &mut binds);
    let bounds = page.bounds("coalesce(p.published_at, p.created_at)", "p.id", &mut binds);
    let sql =
        format!("SELECT p.* FROM posting p WHERE {seen} AND {wanted} AND {} {}", bounds.wanted, bounds.order);
    let Part { items, more } = page.part(dialect::query_all::<Row>(db, &sql, binds).await?);
    Ok(Part { items: all(items)?, more })
}

/// The postings in these places of the feeds that the viewer sees, by place.
pub async fn placed(db: &impl Source, sight: &Sight, places: Range<i64>) -> Result<Vec<Posting>, Fault> {
    let mut binds = Binds::default();
    let (from, to) = (binds.put(places.start), binds.put(places.end));
    let seen = sight.condition(db.kind(), &mut binds);
    let sql = format!(
        "SELECT p.* FROM feed_change f JOIN posting p ON p.id = f.posting_id \
         WHERE f.place >= {from} AND f.place < {to} AND {seen} ORDER BY f.place"
    );
    all(dialect::query_all::<Row>(db, &sql, binds).await?)
}

/// Postings that are open or paused though their deadline has passed, the longest first.
pub async fn past_deadline(db: &impl Source, now: DateTime<Utc>, limit: u32) -> Result<Vec<Posting>, Fault> {
    // That it was published is implied, and names the index. Without the `||` SQLite takes that of the status, and reads all
    // that are open.
    let sql = "SELECT * FROM posting WHERE status || '' IN ('open', 'paused') AND published_at IS NOT NULL \
               AND expires_at <= $1 ORDER BY expires_at, id LIMIT $2";
    all(dialect::query_all::<Row>(db, sql, [now.into(), i64::from(limit).into()]).await?)
}

/// The posting, kept from others until the write ends. The first lock of a write (see `actions`).
pub async fn lock(tx: &Tx, id: PostingId) -> Result<Option<Posting>, Failure> {
    let sql = format!("SELECT * FROM posting WHERE id = $1{}", tx.kind().for_update());
    let row = dialect::query_one::<Row>(tx, &sql, [id.into()]).await?;
    Ok(row.map(Posting::try_from).transpose()?)
}

/// Whether an application is active on it or an offer live.
pub async fn is_busy(tx: &Tx, id: PostingId) -> Result<bool, Fault> {
    #[derive(FromQueryResult)]
    struct Busy {
        busy: bool,
    }
    let sql = "SELECT EXISTS (SELECT 1 FROM application WHERE posting_id = $1 AND status = 'active') \
         OR EXISTS (SELECT 1 FROM offer WHERE posting_id = $1 \
         AND status IN ('pendingApproval', 'approved', 'sent')) AS busy";
    Ok(dialect::query_one::<Busy>(tx, sql, [id.into()]).await?.is_some_and(|row| row.busy))
}

/// What changes of a posting.
fn changing(posting: &Posting) -> Result<Cells, Fault> {
    let said = &posting.content;
    Ok(cells! {
        slug: posting.slug.as_str(),
        status: posting.status,
        listed: posting.listed,
        title: said.title.as_str(),
        title_key: said.title.to_lowercase(),
        workplace: said.workplace,
        content: content::written(said)?,
        plan_id: posting.plan.plan,
        plan_version: posting.plan.number,
        lead_id: posting.lead,
        published_at: posting.published_at,
        reopened_at: posting.reopened_at,
        expires_at: posting.expires_at,
        apply_url: posting.apply_url.as_deref(),
        close_reason: posting.close_reason,
        updated_at: posting.updated_at,
    })
}

/// Adds a posting.
pub async fn insert(tx: &Tx, posting: &Posting) -> Result<(), Failure> {
    let mut cells = changing(posting)?;
    cells.extend(cells! {
        id: posting.id,
        slug_key: slug_key(posting.id),
        created_at: posting.created_at,
        revision: posting.revision,
    });
    row::insert(tx, "posting", cells).await?;
    Ok(put_countries(tx, posting).await?)
}

/// Saves a posting.
///
/// # Errors
/// `STALE` unless it is at revision `from`.
pub async fn save(tx: &Tx, posting: &Posting, from: i32) -> Result<(), Failure> {
    row::save(tx, "posting", posting.id, from, changing(posting)?).await?;
    dialect::execute(tx, "DELETE FROM posting_country WHERE posting_id = $1", [posting.id.into()]).await?;
    Ok(put_countries(tx, posting).await?)
}

/// Says that a public fact of it changed which is kept elsewhere, such as a seat. Its revision stays.
pub async fn touch(tx: &Tx, id: PostingId, at: DateTime<Utc>) -> Result<(), Fault> {
    row::update(tx, "posting", cells! { updated_at: at }, cells! { id: id }).await?;
    Ok(())
}

async fn put_countries(tx: &Tx, posting: &Posting) -> Result<(), Fault> {
    for country in posting.content.countries() {
        row::insert(tx, "posting_country", cells! { posting_id: posting.id, country: country.code() })
            .await?;
    }
    Ok(())
}
