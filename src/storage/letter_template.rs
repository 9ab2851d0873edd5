//! The organisation's own words for letters. Versions are only added.

use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;

use super::dialect::{self, Binds, json_list};
use super::fault::{Failure, Fault};
use super::row::{self, cells};
use super::source::Source;
use super::write::Tx;
use crate::domain::email::LetterKind;
use crate::domain::id::{ApplicationId, UserId};
use crate::domain::letter_template::{LetterTemplate, LetterTemplates, Wording};

#[derive(FromQueryResult)]
struct Row {
    kind: String,
    language: String,
    version: i32,
    subject: Option<String>,
    body: Option<String>,
    saved_by: Option<UserId>,
    saved_at: DateTime<Utc>,
}

/// A kind that a newer program knows is no business of this one.
fn template(row: Row) -> Option<LetterTemplate> {
    let wording = row.subject.zip(row.body).map(|(subject, body)| Wording { subject, body });
    let (version, saved_by, saved_at) = (row.version, row.saved_by, row.saved_at);
    Some(LetterTemplate {
        kind: row.kind.parse().ok()?,
        language: row.language,
        version,
        wording,
        saved_by,
        saved_at,
    })
}

/// The newest version of each, by kind and language.
pub async fn newest(db: &impl Source) -> Result<Vec<LetterTemplate>, Fault> {
    let sql = "SELECT t.* FROM letter_template t WHERE t.version = (SELECT max(n.version) FROM letter_template n \
               WHERE n.kind = t.kind AND n.language = t.language) ORDER BY t.kind, t.language";
    Ok(dialect::query_all::<Row>(db, sql, []).await?.into_iter().filter_map(template).collect())
}

/// What letters are written in.
pub async fn in_force(db: &impl Source) -> Result<LetterTemplates, Fault> {
    Ok(LetterTemplates::new(newest(db).await?))
}

/// All versions of the words for a kind in a language, newest first.
pub async fn versions(
    db: &impl Source,
    kind: LetterKind,
    language: &str,
) -> Result<Vec<LetterTemplate>, Fault> {
    let sql = "SELECT * FROM letter_template WHERE kind = $1 AND language = $2 ORDER BY version DESC";
    let rows = dialect::query_all::<Row>(db, sql, [kind.into(), language.into()]).await?;
    Ok(rows.into_iter().filter_map(template).collect())
}

/// As [`versions`], for several kinds and languages.
pub async fn versions_of(
    db: &impl Source,
    keys: &[(LetterKind, String)],
) -> Result<Vec<LetterTemplate>, Fault> {
    let mut binds = Binds::default();
    let keys = keys.iter().map(|(kind, language)| format!("{kind}/{language}"));
    let listed = db.kind().listed(binds.add(json_list(keys)));
    let sql = format!(
        "SELECT t.* FROM letter_template t WHERE t.kind || '/' || t.language IN {listed} \
         ORDER BY t.kind, t.language, t.version DESC"
    );
    Ok(dialect::query_all::<Row>(db, &sql, binds).await?.into_iter().filter_map(template).collect())
}

/// Adds a version.
///
/// # Errors
/// `STALE` when another one of its number was added meanwhile.
pub async fn add(tx: &Tx, template: &LetterTemplate) -> Result<(), Failure> {
    let wording = template.wording.as_ref();
    let cells = cells! {
        kind: template.kind,
        language: template.language.as_str(),
        version: template.version,
        subject: wording.map(|wording| wording.subject.as_str()),
        body: wording.map(|wording| wording.body.as_str()),
        saved_by: template.saved_by,
        saved_at: template.saved_at,
    };
    Ok(row::insert(tx, "letter_template", cells).await?)
}

/// In which language whoever made an application would be written to, as far as they said.
pub async fn language(db: &impl Source, id: ApplicationId) -> Result<Option<String>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        language: Option<String>,
    }
    let sql = "SELECT language FROM application WHERE id = $1";
    Ok(dialect::query_one::<Row>(db, sql, [id.into()]).await?.and_then(|row| row.language))
}
