//! Settings, and postings in states that stand in the way.

use serde_json::json;

use super::asker::Asker;
use crate::world::Who::Recruiter;

pub async fn run(asker: &mut Asker) {
    settings(asker).await;
    for (posting, opened_by) in
        [("draft", "postingPublish"), ("paused", "postingResume"), ("closed", "postingReopen")]
    {
        unfit_to_open(asker, posting, opened_by).await;
    }
    open(asker).await;
    archived(asker).await;
}

async fn settings(asker: &mut Asker) {
    asker.begin_anew().await;
    let (team, plan) = (asker.id("team z"), asker.id("plan"));
    asker.is_refused(Recruiter, "TAKEN", "teamUpdate", json!({ "teamId": team, "name": "xenon" })).await;
    let later = json!({ "name": "Later", "text": "Later.", "shared": true });
    asker.does(Recruiter, "savedReplyCreate", later).await;
    let rename = json!({ "savedReplyId": asker.id("house reply"), "name": "LATER", "text": "Later." });
    asker.is_refused(Recruiter, "TAKEN", "savedReplyUpdate", rename).await;
    asker.is_refused(Recruiter, "REQUIRED", "planCopy", json!({ "planId": plan, "name": " " })).await;
    asker.is_refused(Recruiter, "REQUIRED", "planCopy", json!({})).await;
    asker.is_refused(Recruiter, "INVALID", "planCopy", json!({ "planId": plan, "template": "SHORT" })).await;
    asker
        .is_refused(Recruiter, "FORBIDDEN", "tokenCreate", json!({ "name": "more", "scopes": ["ADMIN"] }))
        .await;
}

/// A posting that has no place, no time or no seats left stays as it is.
async fn unfit_to_open(asker: &mut Asker, posting: &str, opened_by: &str) {
    asker.begin_anew().await;
    let id = asker.id(posting);
    let which = json!({ "postingId": id });
    asker.does(Recruiter, "postingUpdate", json!({ "postingId": id, "remoteCountries": [] })).await;
    asker.is_refused(Recruiter, "PLACE_MISSING", opened_by, which.clone()).await;
    asker.begin_anew().await;
    let over = json!({ "postingId": id, "expiresAt": "2027-01-14T08:00:00Z" });
    asker.does(Recruiter, "postingUpdate", over).await;
    asker.is_refused(Recruiter, "DEADLINE_PASSED", opened_by, which.clone()).await;
    asker.begin_anew().await;
    let teams: Vec<_> = if posting == "draft" { vec!["team y", "team z"] } else { vec!["team y"] };
    let none: Vec<_> = teams.iter().map(|team| json!({ "teamId": asker.id(team), "vacancies": 0 })).collect();
    asker.does(Recruiter, "postingVacanciesSet", json!({ "postingId": id, "teams": none })).await;
    asker.is_refused(Recruiter, "NO_VACANCIES", opened_by, which).await;
}

async fn open(asker: &mut Asker) {
    asker.begin_anew().await;
    let (open, team) = (asker.id("open"), asker.id("team x"));
    let nowhere = json!({ "postingId": open, "remoteCountries": [] });
    asker.is_refused(Recruiter, "PLACE_MISSING", "postingUpdate", nowhere).await;
    let deserted = json!({ "postingId": open, "teams": [] });
    asker.is_refused(Recruiter, "TEAM_IN_USE", "postingUpdate", deserted).await;
    let fewer = json!({ "postingId": open, "teams": [{ "teamId": team, "vacancies": 0 }] });
    asker.is_refused(Recruiter, "BELOW_HELD", "postingVacanciesSet", fewer).await;
}

async fn archived(asker: &mut Asker) {
    asker.begin_anew().await;
    let (id, team) = (asker.id("draft"), asker.id("team y"));
    asker.does(Recruiter, "postingArchive", json!({ "postingId": id })).await;
    let renamed = json!({ "postingId": id, "title": "Keeper" });
    asker.is_refused(Recruiter, "POSTING_STATUS", "postingUpdate", renamed).await;
    let more = json!({ "postingId": id, "teams": [{ "teamId": team, "vacancies": 4 }] });
    asker.is_refused(Recruiter, "POSTING_STATUS", "postingVacanciesSet", more).await;
}
