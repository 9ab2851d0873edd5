//! How each posting fared in a channel, as the JSON that `/feeds/{channel}/report.json` serves.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::dialect::Dialect;
use super::issue::Issue;
use super::snapshot::Counts;
use super::writer::Fared;
use crate::domain::feed::{FeedStatus, Severity};
use crate::domain::site::Site;

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

/// The report. It names public postings only.
pub(super) fn json(
    dialect: &Dialect,
    site: &Site,
    generation: i64,
    last_modified: Option<DateTime<Utc>>,
    fared: &[Fared<'_>],
) -> String {
    let counts = counts(fared);
    let harmed = dialect.wants_all && counts.withheld > 0;
    let alert = harmed.then(|| {
        let missing = counts.withheld;
        format!(
            "{} expects every open posting; withheld: {missing}. It may trust the others less",
            dialect.board
        )
    });
    let report = json!({
        "channel": dialect.channel.as_str(),
        "feed": site.feed_url(dialect.channel),
        "generation": generation,
        "lastModified": last_modified.map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true)),
        "counts": counts,
        "alert": alert,
        "postings": fared.iter().map(posting).collect::<Vec<_>>(),
    });
    format!("{report:#}\n")
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
        "source": issue.source,
    })
}
