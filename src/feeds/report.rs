//! How each posting fared in a channel, as the JSON that `/feeds/{channel}/report.json` serves.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::build::Stock;
use super::dialect::Dialect;
use super::issue::Issue;
use super::snapshot::Counts;
use super::writer::Fared;
use crate::domain::feed::{FeedStatus, Severity};

/// What the document holds, counted from how its postings fared.
pub(super) fn counts(fared: &[Fared<'_>]) -> Counts {
    let listed = |one: &&Fared<'_>| one.readiness.status == FeedStatus::Listed;
    let warned = |one: &&Fared<'_>| listed(one) && one.readiness.has(Severity::Warn);
    Counts {
        entries: fared.iter().map(|one| one.references.len()).sum(),
        listed: fared.iter().filter(listed).count(),
        withheld: fared.iter().filter(|one| !listed(one)).count(),
        warned: fared.iter().filter(warned).count(),
    }
}

/// The report up to its list of postings, without the generation it begins with: that alone is no reason to keep another.
pub(super) fn head(
    dialect: &Dialect,
    stock: &Stock,
    last_modified: Option<DateTime<Utc>>,
    counts: Counts,
) -> String {
    let harmed = dialect.wants_all && counts.withheld > 0;
    let alert = harmed.then(|| {
        let missing = counts.withheld;
        format!(
            "{} expects every open posting; withheld: {missing}. It may trust the others less",
            dialect.board
        )
    });
    let head = json!({
        "channel": dialect.channel.as_str(),
        "feed": stock.site.feed_url(dialect.channel),
        "lastModified": last_modified.map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true)),
        "counts": counts,
        "alert": alert,
    });
    let head = head.to_string();
    format!("{},\n\"postings\": [", head.trim_start_matches('{').trim_end_matches('}'))
}

/// Postings of the report's list, one a line. It names public ones only.
pub(super) fn postings(fared: &[Fared<'_>]) -> String {
    let lines: Vec<String> = fared.iter().map(|fared| format!("\n{}", posting(fared))).collect();
    lines.join(",")
}

fn posting(fared: &Fared<'_>) -> Value {
    json!({
        "id": fared.item.posting.to_string(),
        "title": fared.item.title,
        "url": fared.item.url,
        "status": fared.readiness.status.as_str(),
        "references": fared.references,
        "issues": fared.readiness.issues.iter().map(issue).collect::<Vec<_>>(),
    })
}

fn issue(issue: &Issue) -> Value {
    json!({
        "severity": issue.severity.as_str(),
        "code": issue.code,
        "field": issue.field,
        "message": issue.message,
        "mend": issue.mend,
        "source": issue.source,
    })
}
