//! Steps, and what is asked in them, in states that stand in the way.

use serde_json::{Value, json};

use super::asker::Asker;
use crate::world::Who::{self, Recruiter, Referee};

pub async fn run(asker: &mut Asker) {
    not_reached(asker).await;
    forms(asker).await;
    references(asker).await;
    scorecards(asker).await;
}

fn question() -> Value {
    json!({ "question": { "key": "when", "label": "When?", "type": "LINE" } })
}

fn meeting(step: &str, user: &str) -> Value {
    json!({ "stepId": step, "startsAt": "2027-01-20T10:00:00Z", "minutes": 30, "participants": [{ "userId": user }] })
}

fn times(step: &str, user: &str) -> Value {
    let slots = json!([{ "startsAt": "2027-01-21T10:00:00Z" }]);
    json!({ "stepId": step, "slots": slots, "minutes": 30, "participants": [{ "userId": user }] })
}

/// Steps of a stage that is still ahead.
async fn not_reached(asker: &mut Asker) {
    asker.begin_anew().await;
    let (fresh, user) = (asker.id("fresh"), asker.id("user recruiter"));
    for (kind, participant) in [("FORM", "CANDIDATE"), ("INTERVIEW", "RECRUITING"), ("REFERENCE", "REFEREE")]
    {
        let added = json!({
            "applicationId": fresh, "stage": "offer", "title": "Later", "kind": kind, "participant": participant,
        });
        asker.does(Recruiter, "stepAdd", added).await;
        let step = asker.newest("application_step", "fresh").await;
        let requests = match kind {
            "FORM" => vec![("formSend", json!({ "stepId": step, "questions": [question()] }))],
            "INTERVIEW" => {
                vec![
                    ("interviewSchedule", meeting(&step, &user)),
                    ("interviewOfferSlots", times(&step, &user)),
                ]
            }
            _ => vec![("referenceRequest", json!({ "stepId": step }))],
        };
        for (mutation, input) in requests {
            asker.is_refused(Recruiter, "STEP_NOT_REACHED", mutation, input).await;
        }
    }
}

async fn forms(asker: &mut Asker) {
    asker.begin_anew().await;
    let (step, form) = (asker.id("mine added3 step"), asker.id("mine form 3"));
    let send = json!({ "stepId": step, "questions": [question()] });
    asker.does(Recruiter, "formSend", send.clone()).await;
    let answers = json!([{ "key": "more", "value": "Tomorrow" }]);
    asker.is_refused(Recruiter, "STALE", "formAnswer", json!({ "formId": form, "answers": answers })).await;
    asker.does(Recruiter, "stepPass", json!({ "stepId": step })).await;
    asker.is_refused(Recruiter, "STEP_STATE", "formSend", send).await;
}

/// A referee who is too late: what they were asked was taken back, or its step was let off.
async fn references(asker: &mut Asker) {
    let (step, reference) = (asker.id("mine added4 step"), asker.id("mine awaited reference"));
    let answers: Vec<_> =
        ["together", "strengths", "growth", "again"].map(|key| json!({ "key": key, "value": "yes" })).into();
    let consent = vacantia::domain::reference::CONSENT.id;
    let answer = json!({ "referenceId": reference, "answers": answers, "consent": consent });
    let decline = json!({ "referenceId": reference });
    let cancel = json!({ "referenceId": reference, "reason": "Too many." });
    let waive = json!({ "stepId": step, "reason": "Known well." });
    for (mutation, input, code) in [("referenceCancel", cancel, "STALE"), ("stepWaive", waive, "STEP_STATE")]
    {
        asker.begin_anew().await;
        asker.does(Recruiter, mutation, input).await;
        asker.is_refused(Referee, code, "referenceAnswer", answer.clone()).await;
        asker.is_refused(Referee, code, "referenceDecline", decline.clone()).await;
    }
    asker.is_refused(Recruiter, "STEP_STATE", "referenceRequest", json!({ "stepId": step })).await;
}

/// Nobody judges a person they referred.
async fn scorecards(asker: &mut Asker) {
    asker.begin_anew().await;
    let (open, recruiter) = (asker.id("open"), asker.id("user recruiter"));
    let referred =
        json!({ "postingId": open, "name": "Fay", "email": "fay@example.net", "referrerId": recruiter });
    asker.does(Recruiter, "applicationSubmit", referred).await;
    let step = "SELECT s.id AS text FROM application_step s JOIN application a ON a.id = s.application_id \
                WHERE s.key = 'review' AND a.referrer_id = ";
    let step = asker.found(&format!("{step} '{recruiter}'")).await;
    let card = json!({ "stepId": step, "recommendation": "NO", "takeaways": "a", "pros": "b", "cons": "c" });
    for mutation in ["scorecardSave", "scorecardSubmit"] {
        asker.is_refused(Who::Recruiter, "REFERRED_BY", mutation, card.clone()).await;
    }
}
