//! Offers in states that stand in the way.

use serde_json::{Value, json};
use vacantia::domain::decision::CONSENT;

use super::asker::Asker;
use crate::world::Who::{Approver, Offeree, Recruiter};

pub async fn run(asker: &mut Asker) {
    over(asker).await;
    approving(asker).await;
    taken(asker).await;
    unreachable(asker).await;
    often(asker).await;
    unjustified(asker).await;
    unreferenced(asker).await;
    two(asker).await;
    allotted_elsewhere(asker).await;
    no_seat(asker).await;
    gone_back(asker).await;
}

fn terms() -> Value {
    json!({
        "title": "Gardener", "pay": { "amountMinor": "5200000", "currency": "EUR" }, "interval": "YEAR",
        "employmentType": "FULL_TIME", "startOn": "2027-05-01", "place": "Remote",
    })
}

/// Somebody is drafted an offer, which is to be submitted.
async fn drafted(asker: &mut Asker, name: &str) -> Value {
    let application = asker.id(name);
    let create =
        json!({ "applicationId": application, "terms": terms(), "expiresAt": "2027-02-10T12:00:00Z" });
    asker.does(Recruiter, "offerCreate", create).await;
    let offer = asker.newest("offer", name).await;
    json!({ "offerId": offer, "approverId": asker.id("user chief") })
}

/// Nobody approves what they drafted alone, and nobody stands in for themselves.
async fn approving(asker: &mut Asker) {
    asker.begin_anew().await;
    let (offer, hash, approver) =
        (asker.id("asked offer"), asker.id("asked terms"), asker.id("user approver"));
    let nobody = json!({ "offerId": offer, "toId": asker.id("user chief") });
    asker.is_refused(Recruiter, "REQUIRED", "offerDelegate", nobody).await;
    let own = json!({ "offerId": offer, "approverId": approver, "toId": approver });
    asker.is_refused(Recruiter, "INVALID", "offerDelegate", own).await;
    let drafted = format!("UPDATE offer_version SET drafted_by = '{approver}' WHERE offer_id = '{offer}'");
    asker.beside(&drafted).await;
    let approve = json!({ "offerId": offer, "termsHash": hash });
    asker.is_refused(Approver, "APPROVER_REQUIRED", "offerApprove", approve).await;
}

/// The address that is to be right belongs to somebody else.
async fn taken(asker: &mut Asker) {
    asker.begin_anew().await;
    let canaries = &asker.world.scene.canaries;
    let others = canaries.iter().find(|canary| canary.label == "ready email").unwrap();
    let email = format!("{}@example.com", others.mark);
    let resend = json!({ "offerId": asker.id("mine offer"), "email": email });
    asker.is_refused(Recruiter, "TAKEN", "offerResend", resend).await;
    let candidate = asker.id("mine candidate");
    let update = json!({ "candidateId": candidate, "email": email });
    asker.is_refused(Recruiter, "TAKEN", "candidateUpdate", update).await;
}

/// The deadline has passed, and nobody has recorded it yet.
async fn over(asker: &mut Asker) {
    asker.begin_anew().await;
    let (offer, hash) = (asker.id("mine offer"), asker.id("mine terms"));
    let sql = format!("UPDATE offer SET expires_at = '2027-01-14T08:00:00+00:00' WHERE id = '{offer}'");
    asker.beside(&sql).await;
    let (chief, until) = (asker.id("user chief"), "2027-02-10T12:00:00Z");
    let accept = json!({
        "offerId": offer, "termsHash": hash, "nonce": "page 1", "typedName": "Zoë", "consent": CONSENT.id,
    });
    let decline = json!({ "offerId": offer, "termsHash": hash, "nonce": "page 1" });
    let code = json!({ "offerId": offer });
    let ask = json!({ "offerId": offer, "kind": "QUESTION", "text": "Why?", "nonce": "page 1" });
    for (mutation, input) in
        [("offerAccept", accept), ("offerDecline", decline), ("offerCodeSend", code), ("offerAsk", ask)]
    {
        asker.is_refused(Offeree, "EXPIRED", mutation, input).await;
    }
    for (mutation, input) in [
        ("offerSubmit", json!({ "offerId": offer, "approverId": chief })),
        ("offerUpdate", json!({ "offerId": offer, "terms": terms() })),
        ("offerSend", json!({ "offerId": offer })),
        ("offerExtend", json!({ "offerId": offer, "expiresAt": until })),
        ("offerResend", json!({ "offerId": offer })),
        ("offerRescind", json!({ "offerId": offer, "reason": "No budget." })),
    ] {
        asker.is_refused(Recruiter, "EXPIRED", mutation, input).await;
    }
}

/// The candidate does the same again and again.
async fn often(asker: &mut Asker) {
    asker.begin_anew().await;
    let offer = asker.id("mine offer");
    let code = json!({ "offerId": offer });
    asker.does(Offeree, "offerCodeSend", code.clone()).await;
    asker.is_refused(Offeree, "TOO_OFTEN", "offerCodeSend", code).await;
    let ask = |page: i32| json!({ "offerId": offer, "kind": "QUESTION", "text": "Why?", "nonce": format!("page {page}") });
    for page in 0..20 {
        asker.does(Offeree, "offerAsk", ask(page)).await;
    }
    asker.does(Offeree, "offerAsk", ask(7)).await;
    asker.is_refused(Offeree, "TOO_OFTEN", "offerAsk", ask(20)).await;
    asker.beside(&format!("UPDATE offer SET sent_version = 2 WHERE id = '{offer}'")).await;
    asker.is_refused(Offeree, "TERMS_CHANGED", "offerAsk", ask(21)).await;
    asker.is_refused(Offeree, "TERMS_CHANGED", "offerCodeSend", json!({ "offerId": offer })).await;
}

/// Mail to the candidate does not arrive.
async fn unreachable(asker: &mut Asker) {
    asker.begin_anew().await;
    asker.beside("UPDATE candidate_contact SET undeliverable_since = '2027-01-14T08:00:00+00:00'").await;
    let (sent, approved) = (asker.id("mine offer"), asker.id("approved offer"));
    let extend = json!({ "offerId": sent, "expiresAt": "2027-02-10T12:00:00Z" });
    asker.is_refused(Recruiter, "EMAIL_UNDELIVERABLE", "offerExtend", extend).await;
    for (mutation, offer) in [("offerSend", &approved), ("offerResend", &sent)] {
        asker.is_refused(Recruiter, "EMAIL_UNDELIVERABLE", mutation, json!({ "offerId": offer })).await;
    }
    asker.is_refused(Offeree, "EMAIL_UNDELIVERABLE", "offerCodeSend", json!({ "offerId": sent })).await;
    asker.does(Recruiter, "offerResend", json!({ "offerId": sent, "email": "another@example.com" })).await;
}

/// Nobody has written why to hire.
async fn unjustified(asker: &mut Asker) {
    asker.begin_anew().await;
    let (beside, revision, team) = (asker.id("beside"), asker.revision("beside").await, asker.id("team y"));
    let advance = json!({ "applicationId": beside, "expectedRevision": revision, "stage": "review" });
    asker.does(Recruiter, "applicationAdvance", advance).await;
    asker.does(Recruiter, "applicationAllot", json!({ "applicationId": beside, "teamId": team })).await;
    let draft = drafted(asker, "beside").await;
    asker.is_refused(Recruiter, "NO_JUSTIFICATION", "offerSubmit", draft).await;
}

async fn unreferenced(asker: &mut Asker) {
    asker.begin_anew().await;
    let draft = drafted(asker, "ready").await;
    let added = json!({
        "applicationId": asker.id("ready"), "title": "References", "kind": "REFERENCE", "participant": "REFEREE",
    });
    asker.does(Recruiter, "stepAdd", added).await;
    asker.is_refused(Recruiter, "REFERENCES_MISSING", "offerSubmit", draft).await;
}

/// Of two drafts to one person one can be live.
async fn two(asker: &mut Asker) {
    asker.begin_anew().await;
    let (first, second) = (drafted(asker, "ready").await, drafted(asker, "ready").await);
    asker.does(Recruiter, "offerSubmit", first).await;
    asker.is_refused(Recruiter, "OFFER_LIVE", "offerSubmit", second).await;
}

async fn allotted_elsewhere(asker: &mut Asker) {
    asker.begin_anew().await;
    let draft = drafted(asker, "ready").await;
    let other = json!({ "applicationId": asker.id("ready"), "teamId": asker.id("team y") });
    asker.does(Recruiter, "applicationAllot", other).await;
    asker.is_refused(Recruiter, "ALLOTTED_ELSEWHERE", "offerSubmit", draft).await;
}

/// Every seat of the team is held by another offer.
async fn no_seat(asker: &mut Asker) {
    asker.begin_anew().await;
    let draft = drafted(asker, "ready").await;
    let one = json!([{ "teamId": asker.id("team x"), "vacancies": 1 }]);
    let fewer = json!({ "postingId": asker.id("open"), "teams": one });
    asker.does(Recruiter, "postingVacanciesSet", fewer).await;
    asker.is_refused(Recruiter, "NO_OPENING", "offerSubmit", draft).await;
}

/// The application is in an earlier stage again.
async fn gone_back(asker: &mut Asker) {
    asker.begin_anew().await;
    let draft = drafted(asker, "ready").await;
    let (ready, revision) = (asker.id("ready"), asker.revision("ready").await);
    let back = json!({ "applicationId": ready, "expectedRevision": revision, "toStage": "review", "reason": "Too soon." });
    asker.does(Recruiter, "applicationReturn", back).await;
    asker.is_refused(Recruiter, "STEP_NOT_REACHED", "offerSubmit", draft).await;
}
