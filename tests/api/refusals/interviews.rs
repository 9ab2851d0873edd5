//! Interviews, and times to pick from, in states that stand in the way.

use serde_json::json;

use super::asker::Asker;
use crate::world::Who::{Chooser, Recruiter};

pub async fn run(asker: &mut Asker) {
    referred(asker).await;
    without_length(asker).await;
    picked(asker).await;
    withdrawn(asker).await;
    begun(asker).await;
    gone_back(asker).await;
}

/// Nobody meets a person they referred.
async fn referred(asker: &mut Asker) {
    asker.begin_anew().await;
    let (talk, interview) = (asker.id("far talk"), asker.id("far interview"));
    let people = json!([{ "userId": asker.id("user chief") }]);
    let begins = "2027-01-20T10:00:00Z";
    let set = json!({ "stepId": talk, "startsAt": begins, "minutes": 30, "participants": people });
    asker.is_refused(Recruiter, "REFERRED_BY", "interviewSchedule", set).await;
    let offer =
        json!({ "stepId": talk, "slots": [{ "startsAt": begins }], "minutes": 30, "participants": people });
    asker.is_refused(Recruiter, "REFERRED_BY", "interviewOfferSlots", offer).await;
    let others = json!({ "interviewId": interview, "participants": people });
    asker.is_refused(Recruiter, "REFERRED_BY", "interviewUpdate", others).await;
}

/// Neither the step nor the request says how long it takes.
async fn without_length(asker: &mut Asker) {
    asker.begin_anew().await;
    let mine = asker.id("mine");
    let call =
        json!({ "applicationId": mine, "title": "A call", "kind": "INTERVIEW", "participant": "RECRUITING" });
    asker.does(Recruiter, "stepAdd", call).await;
    let step = asker.newest("application_step", "mine").await;
    let people = json!([{ "userId": asker.id("user recruiter") }]);
    let set = json!({ "stepId": step, "startsAt": "2027-01-20T10:00:00Z", "participants": people });
    asker.is_refused(Recruiter, "REQUIRED", "interviewSchedule", set).await;
}

async fn picked(asker: &mut Asker) {
    asker.begin_anew().await;
    let (slot, slots) = (asker.id("mine slot"), asker.id("mine slots"));
    let pick = json!({ "slotId": slot });
    asker.does(Chooser, "interviewPickSlot", pick.clone()).await;
    asker.does(Chooser, "interviewPickSlot", pick).await;
    let other = format!("SELECT id AS text FROM slot WHERE slots_id = '{slots}' AND id <> '{slot}'");
    let other = json!({ "slotId": asker.found(&other).await });
    asker.is_refused(Chooser, "ALREADY_ANSWERED", "interviewPickSlot", other).await;
    asker.is_refused(Chooser, "ALREADY_ANSWERED", "interviewDeclineSlots", json!({ "slotsId": slots })).await;
    asker
        .is_refused(Recruiter, "ALREADY_ANSWERED", "interviewWithdrawSlots", json!({ "slotsId": slots }))
        .await;
}

async fn withdrawn(asker: &mut Asker) {
    asker.begin_anew().await;
    let (slot, slots) = (asker.id("mine slot"), json!({ "slotsId": asker.id("mine slots") }));
    asker.does(Recruiter, "interviewWithdrawSlots", slots.clone()).await;
    asker.is_refused(Recruiter, "STALE", "interviewWithdrawSlots", slots.clone()).await;
    asker.is_refused(Chooser, "STALE", "interviewDeclineSlots", slots).await;
    asker.is_refused(Chooser, "STALE", "interviewPickSlot", json!({ "slotId": slot })).await;
}

/// The time has come, and nobody had picked it.
async fn begun(asker: &mut Asker) {
    asker.begin_anew().await;
    let slot = asker.id("mine slot");
    let over = "starts_at = '2027-01-15T07:00:00+00:00', ends_at = '2027-01-15T07:45:00+00:00'";
    asker.beside(&format!("UPDATE slot SET {over} WHERE id = '{slot}'")).await;
    asker.is_refused(Chooser, "SLOT_TAKEN", "interviewPickSlot", json!({ "slotId": slot })).await;
}

/// The application is in an earlier stage again.
async fn gone_back(asker: &mut Asker) {
    asker.begin_anew().await;
    let (mine, revision) = (asker.id("mine"), asker.revision("mine").await);
    let back = json!({ "applicationId": mine, "expectedRevision": revision, "toStage": "review", "reason": "Too soon." });
    asker.does(Recruiter, "applicationReturn", back).await;
    let pick = json!({ "slotId": asker.id("mine slot") });
    asker.is_refused(Chooser, "STEP_NOT_REACHED", "interviewPickSlot", pick).await;
}
