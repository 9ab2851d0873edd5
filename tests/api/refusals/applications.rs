//! Applications that stand where they cannot move, or come back.

use serde_json::{Value, json};

use super::asker::Asker;
use crate::world::Who::{Anyone, Recruiter};

pub async fn run(asker: &mut Asker) {
    stages(asker).await;
    applied_again(asker).await;
    put_away(asker).await;
    elsewhere(asker).await;
    hired_before(asker).await;
}

async fn advance(asker: &Asker, name: &str, stage: &str, over: bool) -> (Value, Value) {
    let (id, revision) = (asker.id(name), asker.revision(name).await);
    let one = json!({ "applicationId": id, "expectedRevision": revision, "stage": stage, "passOver": over });
    let item = json!({ "applicationId": id, "expectedRevision": revision });
    (one, json!({ "items": [item], "stage": stage, "passOver": over }))
}

async fn stages(asker: &mut Asker) {
    asker.begin_anew().await;
    let step = asker.id("ready offer step");
    asker.does(Recruiter, "stepPass", json!({ "stepId": step })).await;
    for (name, stage, over, code) in [
        ("fresh", "review", false, "GATE_INCOMPLETE"),
        ("beside", "review", true, "CANNOT_PASS_OVER"),
        ("ready", "offer", false, "NO_STAGE"),
    ] {
        let (one, many) = advance(asker, name, stage, over).await;
        asker.is_refused(Recruiter, code, "applicationAdvance", one).await;
        asker.is_refused(Recruiter, code, "applicationsAdvance", many).await;
    }
}

/// A person with another application that goes on.
async fn applied_again(asker: &mut Asker) {
    asker.begin_anew().await;
    let label = |canary: &&crate::world::Canary| canary.label == "declined email";
    let mark = asker.world.scene.canaries.iter().find(label).unwrap().mark.clone();
    let (open, declined) = (asker.id("open"), asker.id("declined"));
    let again = json!({ "postingId": open, "name": "Again", "email": format!("{mark}@example.com") });
    asker.does(Anyone, "applicationSubmit", again).await;
    let back = json!({ "applicationId": declined });
    asker.is_refused(Recruiter, "ALREADY_APPLIED", "applicationReinstate", back).await;
    let (id, revision) = (asker.id("undone"), asker.revision("undone").await);
    let onward = |posting: String| json!({ "applicationId": id, "expectedRevision": revision, "postingId": posting, "reason": "Closer." });
    asker.is_refused(Recruiter, "ALREADY_APPLIED", "applicationTransfer", onward(open)).await;
    let closed = asker.id("closed");
    asker.is_refused(Recruiter, "POSTING_STATUS", "applicationTransfer", onward(closed)).await;
}

/// A posting that is put away takes nobody back.
async fn put_away(asker: &mut Asker) {
    asker.begin_anew().await;
    let (closed, unlisted) = (asker.id("closed"), asker.id("unlisted"));
    for name in ["rescinded", "far", "approved", "undone"] {
        let decline = json!({ "applicationId": asker.id(name), "reason": "The posting ends." });
        asker.does(Recruiter, "applicationDecline", decline).await;
    }
    asker.does(Recruiter, "postingClose", json!({ "postingId": unlisted, "reason": "OTHER" })).await;
    for posting in [closed, unlisted] {
        asker.does(Recruiter, "postingArchive", json!({ "postingId": posting })).await;
    }
    let back = json!({ "applicationId": asker.id("withdrawn") });
    asker.is_refused(Recruiter, "POSTING_STATUS", "applicationReinstate", back).await;
    let undo = json!({ "applicationId": asker.id("hired"), "reason": "Never came." });
    asker.is_refused(Recruiter, "POSTING_STATUS", "hireUndo", undo).await;
}

/// Many at once are refused what one is, beside those that are moved.
async fn elsewhere(asker: &mut Asker) {
    asker.begin_anew().await;
    let (ready, fresh) = (asker.revision("ready").await, asker.revision("fresh").await);
    let ready = json!({ "applicationId": asker.id("ready"), "expectedRevision": ready });
    let fresh = json!({ "applicationId": asker.id("fresh"), "expectedRevision": fresh + 7 });
    let two = json!({ "items": [ready, fresh], "reason": "No need." });
    asker.is_refused(Recruiter, "STALE", "applicationsDecline", two).await;
    let declined = json!({ "items": [ready], "reason": "No need." });
    asker.is_refused(Recruiter, "NOT_ACTIVE", "applicationsDecline", declined).await;
}

/// Whoever was hired is not taken up again by other ways than the undoing of that.
async fn hired_before(asker: &mut Asker) {
    let id = asker.id("hired");
    asker
        .is_refused(Recruiter, "APPLICATION_STATUS", "applicationReinstate", json!({ "applicationId": id }))
        .await;
    asker
        .is_refused(
            Recruiter,
            "NOT_ACTIVE",
            "applicationDecline",
            json!({ "applicationId": id, "reason": "No need." }),
        )
        .await;
}
