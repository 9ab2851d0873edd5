//! Postings with their teams' vacancies, as pages and feeds show them.

use std::collections::HashMap;
use std::ops::Range;

use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;

use super::dialect::{self, json_list};
use super::fault::Fault;
use super::page::Page;
use super::posting::{self, Sight, Wanted};
use super::source::Source;
use crate::domain::feed::{Advertised, TeamVacancies};
use crate::domain::id::{PostingId, TeamId};
use crate::domain::posting::Posting;
use crate::domain::viewer::Viewer;

/// Every posting anybody may see now, the newest first. Two statements, so give a snapshot where the two must agree.
pub async fn visible(db: &impl Source, now: DateTime<Utc>) -> Result<Vec<Advertised>, Fault> {
    // One less than the most, since a page looks one further.
    let everything = visible_within(db, now, u32::MAX - 1).await?;
    Ok(everything.unwrap_or_default())
}

/// The same, unless there are more than `most`: then none.
pub async fn visible_within(
    db: &impl Source,
    now: DateTime<Utc>,
    most: u32,
) -> Result<Option<Vec<Advertised>>, Fault> {
    let sight = Sight::of(&Viewer::Anonymous, now);
    let part = posting::listed(db, &sight, &Wanted::default(), &Page::newest(most)).await?;
    if part.more { Ok(None) } else { with_teams(db, part.items).await.map(Some) }
}

/// The postings in these places of the feeds that anybody may see, by place. Two statements, so give a snapshot where the two
/// must agree.
pub async fn placed(
    db: &impl Source,
    places: Range<i64>,
    now: DateTime<Utc>,
) -> Result<Vec<Advertised>, Fault> {
    let sight = Sight::of(&Viewer::Anonymous, now);
    with_teams(db, posting::placed(db, &sight, places).await?).await
}

/// The posting that a slug names, whatever its status: [`Posting::appearance`] says what may be shown of it.
pub async fn find_by_slug(
    db: &impl Source,
    slug: &str,
    now: DateTime<Utc>,
) -> Result<Option<Advertised>, Fault> {
    let sight = Sight::of(&Viewer::System, now);
    let Some(posting) = posting::find_by_slug(db, &sight, slug).await? else { return Ok(None) };
    Ok(with_teams(db, vec![posting]).await?.pop())
}

/// These postings with their teams by rank. One statement.
pub async fn with_teams(db: &impl Source, postings: Vec<Posting>) -> Result<Vec<Advertised>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        posting_id: PostingId,
        team_id: TeamId,
        name: String,
        vacancies: i64,
        listed_title: Option<String>,
    }
    let ids: Vec<PostingId> = postings.iter().map(|posting| posting.id).collect();
    let sql = format!(
        "SELECT t.posting_id, t.team_id, m.name, f.listed_title, \
         count(CASE WHEN o.state IN ('open', 'held') THEN 1 END) AS vacancies \
         FROM posting_team t JOIN team m ON m.id = t.team_id LEFT JOIN opening o ON o.posting_team_id = t.id \
         LEFT JOIN feed_change f ON f.posting_id = t.posting_id AND f.left_at IS NULL \
         WHERE t.posting_id IN {} GROUP BY t.posting_id, t.team_id, m.name, f.listed_title, t.rank, t.id \
         ORDER BY t.posting_id, t.rank, t.id",
        db.kind().listed(1)
    );
    let mut found: HashMap<PostingId, (Vec<TeamVacancies>, Option<String>)> = HashMap::new();
    for row in dialect::query_all::<Row>(db, &sql, [json_list(&ids)]).await? {
        let vacancies = u32::try_from(row.vacancies).unwrap_or(u32::MAX);
        let (teams, listed_title) = found.entry(row.posting_id).or_default();
        teams.push(TeamVacancies { team: row.team_id, name: row.name, vacancies });
        *listed_title = row.listed_title;
    }
    let with = |posting: Posting| {
        let (teams, listed_title) = found.remove(&posting.id).unwrap_or_default();
        Advertised { posting, teams, listed_title }
    };
    Ok(postings.into_iter().map(with).collect())
}
