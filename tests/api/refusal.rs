//! Every reason to say no is given to callers, as they see it: a reason that nobody can meet has no place in the list.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use sea_orm::FromQueryResult;
use serde_json::{Value, json};
use vacantia::actions::offer;
use vacantia::domain::id::PostingId;
use vacantia::domain::posting::PostingStatus;
use vacantia::domain::{Refusal, Viewer, plan_reference};
use vacantia::storage::dialect;

use crate::app::TestApp;
use crate::meeting::stages;
use crate::offering::{Desk, offeree, short};

/// What callers see of several refusals at once: more than one error.
const SEVERAL: &str = "several at once";

/// The reasons there are, by what callers see. A new variant does not compile until it has its line here, and its line
/// fails the test until somebody is refused by it.
macro_rules! reasons {
    ($($variant:pat => $code:expr),+ $(,)?) => {
        const REASONS: &[&str] = &[$($code),+];
        const _: fn(&Refusal) -> &'static str = |refusal| match refusal { $($variant => $code),+ };
    };
}

reasons! {
    Refusal::NotFound(_) => "NOT_FOUND",
    Refusal::Forbidden => "FORBIDDEN",
    Refusal::Required { .. } => "REQUIRED",
    Refusal::Invalid { .. } => "INVALID",
    Refusal::Several(_) => SEVERAL,
    Refusal::Taken(_) => "TAKEN",
    Refusal::Stale => "STALE",
    Refusal::IdempotencyMismatch => "IDEMPOTENCY_MISMATCH",
    Refusal::PostingStatus(_) => "POSTING_STATUS",
    Refusal::PlaceMissing => "PLACE_MISSING",
    Refusal::NoVacancies => "NO_VACANCIES",
    Refusal::DeadlinePassed => "DEADLINE_PASSED",
    Refusal::ActiveApplications => "ACTIVE_APPLICATIONS",
    Refusal::BelowHeld { .. } => "BELOW_HELD",
    Refusal::TeamInUse => "TEAM_IN_USE",
    Refusal::NotTakingApplications => "NOT_TAKING_APPLICATIONS",
    Refusal::AppliesElsewhere => "APPLIES_ELSEWHERE",
    Refusal::AlreadyApplied => "ALREADY_APPLIED",
    Refusal::NotActive => "NOT_ACTIVE",
    Refusal::ApplicationStatus(_) => "APPLICATION_STATUS",
    Refusal::GateIncomplete(_) => "GATE_INCOMPLETE",
    Refusal::CannotPassOver => "CANNOT_PASS_OVER",
    Refusal::NoStage => "NO_STAGE",
    Refusal::StepState(_) => "STEP_STATE",
    Refusal::StepRequired => "STEP_REQUIRED",
    Refusal::StepNotReached => "STEP_NOT_REACHED",
    Refusal::AlreadyAnswered => "ALREADY_ANSWERED",
    Refusal::InterviewState(_) => "INTERVIEW_STATE",
    Refusal::SlotTaken => "SLOT_TAKEN",
    Refusal::ReferredBy { .. } => "REFERRED_BY",
    Refusal::NoAllotment => "NO_ALLOTMENT",
    Refusal::AllottedElsewhere => "ALLOTTED_ELSEWHERE",
    Refusal::NoOpening => "NO_OPENING",
    Refusal::OfferLive => "OFFER_LIVE",
    Refusal::NoJustification => "NO_JUSTIFICATION",
    Refusal::ReferencesMissing => "REFERENCES_MISSING",
    Refusal::OfferStatus(_) => "OFFER_STATUS",
    Refusal::NotApproved => "NOT_APPROVED",
    Refusal::TermsChanged => "TERMS_CHANGED",
    Refusal::ApproverRequired => "APPROVER_REQUIRED",
    Refusal::Expired => "EXPIRED",
    Refusal::AlreadyDecided(_) => "ALREADY_DECIDED",
    Refusal::TooOften => "TOO_OFTEN",
    Refusal::EmailUndeliverable => "EMAIL_UNDELIVERABLE",
    Refusal::EmailState(_) => "EMAIL_STATE",
}

/// Asks over GraphQL, and notes what it was refused.
struct Asker<'a> {
    app: &'a TestApp,
    desk: Desk<'a>,
    heard: BTreeSet<String>,
}

impl Asker<'_> {
    /// One mutation by this viewer, and the codes of what was wrong with it.
    async fn asks(&self, viewer: &Viewer, mutation: &str, input: Value) -> Vec<String> {
        let name = mutation[..1].to_uppercase() + &mutation[1..];
        let query = format!(
            "mutation($input: {name}Input!) {{ {mutation}(input: $input) {{ userErrors {{ code }} }} }}"
        );
        let answer = self.app.ask(viewer, &query, json!({ "input": input })).await;
        assert!(answer.get("errors").is_none(), "{mutation}: {answer}");
        let errors = answer["data"][mutation]["userErrors"].as_array().unwrap();
        errors.iter().map(|error| error["code"].as_str().unwrap().to_owned()).collect()
    }

    async fn refused_to(&mut self, viewer: &Viewer, code: &str, mutation: &str, input: Value) {
        let codes = self.asks(viewer, mutation, input).await;
        if code == SEVERAL {
            assert!(codes.len() > 1, "{mutation}: {codes:?}");
        } else {
            assert_eq!(codes, [code], "{mutation}");
        }
        self.heard.insert(code.to_owned());
    }

    /// The recruiter is refused this.
    async fn refused(&mut self, code: &str, mutation: &str, input: Value) {
        let recruiter = self.desk.recruiter.clone();
        self.refused_to(&recruiter, code, mutation, input).await;
    }

    /// The recruiter does this.
    async fn does(&self, mutation: &str, input: Value) {
        let codes = self.asks(&self.desk.recruiter, mutation, input).await;
        assert!(codes.is_empty(), "{mutation}: {codes:?}");
    }

    fn submission(posting: PostingId, name: &str, email: &str, key: Option<&str>) -> Value {
        json!({ "postingId": posting.to_string(), "name": name, "email": email, "idempotencyKey": key })
    }

    async fn settings(&mut self) {
        let approver = self.desk.approver.clone();
        self.refused_to(&approver, "FORBIDDEN", "teamCreate", json!({ "name": "Share" })).await;
        self.refused("REQUIRED", "teamCreate", json!({ "name": " " })).await;
        self.does("teamCreate", json!({ "name": "Share" })).await;
        self.refused("TAKEN", "teamCreate", json!({ "name": "share" })).await;
        let absent = PostingId::new(self.app.now(), &*self.app.chance).to_string();
        self.refused("NOT_FOUND", "postingPublish", json!({ "postingId": absent })).await;
    }

    async fn postings(&mut self) {
        let open = self.app.posting("Backend").hiring("Create", 1).open().await.id.to_string();
        let stale = json!({ "postingId": open, "expectedRevision": 9 });
        self.refused("STALE", "postingPause", stale).await;
        self.refused("POSTING_STATUS", "postingPublish", json!({ "postingId": open })).await;
        let nowhere = json!({ "postingId": open, "remoteCountries": [] });
        self.refused("PLACE_MISSING", "postingUpdate", nowhere).await;
        self.refused("TEAM_IN_USE", "postingUpdate", json!({ "postingId": open, "teams": [] })).await;
        let draft = self.app.posting("Idle").hiring("Create", 0).in_status(PostingStatus::Draft).await;
        self.refused("NO_VACANCIES", "postingPublish", json!({ "postingId": draft.id.to_string() })).await;
        let late = self.app.posting("Late").hiring("Create", 1).until(self.app.now());
        let late = late.in_status(PostingStatus::Draft).await.id.to_string();
        self.refused("DEADLINE_PASSED", "postingPublish", json!({ "postingId": late })).await;
    }

    async fn submissions(&mut self) {
        let posted = self.app.posting("Backend").hiring("Create", 1).open().await;
        let anybody = Viewer::Anonymous;
        let input = Self::submission(posted.id, "Ada", "nowhere", None);
        self.refused_to(&anybody, "INVALID", "applicationSubmit", input).await;
        let input = Self::submission(posted.id, "", "nowhere", None);
        self.refused_to(&anybody, SEVERAL, "applicationSubmit", input).await;
        self.does("applicationSubmit", Self::submission(posted.id, "Ada", "ada@example.org", Some("k")))
            .await;
        let input = Self::submission(posted.id, "Bo", "bo@example.org", Some("k"));
        self.refused("IDEMPOTENCY_MISMATCH", "applicationSubmit", input).await;
        let input = Self::submission(posted.id, "Ada", "ada@example.org", None);
        self.refused("ALREADY_APPLIED", "applicationSubmit", input).await;
        let close = json!({ "postingId": posted.id.to_string(), "reason": "OTHER" });
        self.does("postingClose", close).await;
        let input = Self::submission(posted.id, "Cy", "cy@example.org", None);
        self.refused("NOT_TAKING_APPLICATIONS", "applicationSubmit", input).await;
        let moved = self.app.posting("Moved").hiring("Create", 1).open().await.id;
        self.app.put(|tx| async move {
            let sql = "UPDATE posting SET apply_url = 'https://example.com/apply', revision = revision + 1 WHERE id = $1";
            dialect::execute(&tx, sql, [moved.into()]).await?;
            Ok(())
        }).await;
        let input = Self::submission(moved, "Cy", "cy@example.org", None);
        self.refused("APPLIES_ELSEWHERE", "applicationSubmit", input).await;
        let archive = json!({ "postingId": posted.id.to_string() });
        self.refused("ACTIVE_APPLICATIONS", "postingArchive", archive).await;
    }

    async fn ways(&mut self) {
        let posted = self.app.posting("Backend").hiring("Create", 1).open().await;
        let now = self.app.apply(posted.id, "Di").await;
        let (id, step) = (now.id.to_string(), self.app.step(now.id, "review").await.to_string());
        let later = self.app.step(now.id, "offer").await.to_string();
        let advance = |revision: i32, over: bool| json!({ "applicationId": id, "stage": "review", "expectedRevision": revision, "passOver": over });
        self.refused("GATE_INCOMPLETE", "applicationAdvance", advance(1, false)).await;
        self.refused("STEP_STATE", "stepReopen", json!({ "stepId": step, "reason": "Again." })).await;
        self.refused("STEP_REQUIRED", "stepSkip", json!({ "stepId": step })).await;
        self.refused("STEP_NOT_REACHED", "stepPass", json!({ "stepId": later })).await;
        let form = json!({ "applicationId": id, "title": "Questions", "kind": "FORM", "participant": "CANDIDATE", "required": false });
        self.does("stepAdd", form).await;
        let form = self.app.step(now.id, "added1").await.to_string();
        let question =
            json!({ "question": { "key": "why", "label": "Why?", "type": "LINE", "required": false } });
        self.does("formSend", json!({ "stepId": form, "questions": [question] })).await;
        let sent = self.app.texts("SELECT id AS text FROM form").await.remove(0);
        let answers = json!({ "formId": sent, "answers": [] });
        self.does("formAnswer", answers.clone()).await;
        self.refused("ALREADY_ANSWERED", "formAnswer", answers).await;
        self.does("stepPass", json!({ "stepId": form })).await;
        self.does("stepPass", json!({ "stepId": step })).await;
        self.refused("CANNOT_PASS_OVER", "applicationAdvance", advance(6, true)).await;
        let back =
            json!({ "applicationId": id, "expectedRevision": 6, "toStage": "review", "reason": "Again." });
        self.refused("NO_STAGE", "applicationReturn", back).await;
        self.refused("APPLICATION_STATUS", "applicationReinstate", json!({ "applicationId": id })).await;
        let decline = json!({ "applicationId": id, "reason": "Others were closer." });
        self.does("applicationDecline", decline.clone()).await;
        self.refused("NOT_ACTIVE", "applicationDecline", decline).await;
        let letter = self.letter().await;
        self.does("emailMessageCancel", json!({ "emailMessageId": letter })).await;
        self.refused("EMAIL_STATE", "emailMessageCancel", json!({ "emailMessageId": letter })).await;
    }

    async fn meetings(&mut self) {
        let posted = self.app.posting("Backend").hiring("Create", 1).with_stages(stages()).open().await;
        let referrer = self.desk.approver.user().unwrap().to_string();
        let mut input = Self::submission(posted.id, "Fay", "fay@example.org", None);
        input["referrerId"] = referrer.as_str().into();
        self.does("applicationSubmit", input).await;
        let step = "SELECT s.id AS text FROM application_step s JOIN application a ON a.id = s.application_id \
                    WHERE a.referrer_id IS NOT NULL AND s.key = 'talk'";
        let step = self.app.texts(step).await.remove(0);
        let with = |user: &str| json!({ "stepId": step, "startsAt": "2027-01-20T10:00:00Z", "participants": [{ "userId": user }] });
        self.refused("REFERRED_BY", "interviewSchedule", with(&referrer)).await;
        self.slot_taken(posted.id, &step).await;
        self.does("interviewSchedule", with(&self.desk.recruiter.user().unwrap().to_string())).await;
        let set = format!("SELECT id AS text FROM interview WHERE step_id = '{step}'");
        let interview = self.app.texts(&set).await.remove(0);
        self.does("interviewCancel", json!({ "interviewId": interview })).await;
        self.refused("INTERVIEW_STATE", "interviewCancel", json!({ "interviewId": interview })).await;
    }

    /// Whoever is to come is in another meeting by the time it is picked.
    async fn slot_taken(&mut self, posting: PostingId, step: &str) {
        let begins = "2027-01-20T10:00:00Z";
        let people = json!([{ "userId": self.desk.recruiter.user().unwrap().to_string() }]);
        let slots = json!([{ "startsAt": begins }]);
        self.does("interviewOfferSlots", json!({ "stepId": step, "slots": slots, "participants": people }))
            .await;
        let other = self.app.apply(posting, "Gil").await.id;
        let other = self.app.step(other, "talk").await.to_string();
        self.does(
            "interviewSchedule",
            json!({ "stepId": other, "startsAt": begins, "participants": people }),
        )
        .await;
        let slot = self.app.texts("SELECT id AS text FROM slot").await.remove(0);
        self.refused("SLOT_TAKEN", "interviewPickSlot", json!({ "slotId": slot })).await;
    }

    /// Some message that waits.
    async fn letter(&self) -> String {
        #[derive(FromQueryResult)]
        struct Row {
            id: String,
        }
        let sql = "SELECT id FROM email_message WHERE state = 'queued' ORDER BY id LIMIT 1";
        dialect::query_one::<Row>(&self.app.store, sql, []).await.unwrap().unwrap().id
    }

    fn draft_to(&self, application: &str) -> Value {
        let terms = json!({
            "title": "Backend Developer", "pay": { "amountMinor": "7200000", "currency": "EUR" }, "interval": "YEAR",
            "employmentType": "FULL_TIME", "startOn": "2027-04-01", "place": "Remote",
        });
        json!({ "applicationId": application, "terms": terms, "expiresAt": self.desk.in_days(7) })
    }

    fn submit(&self, offer: impl ToString) -> Value {
        json!({ "offerId": offer.to_string(), "approverId": self.desk.approver.user().unwrap().to_string() })
    }

    async fn drafts(&mut self) {
        let (app, stages) = (self.app, plan_reference::stages());
        let last = stages.iter().filter(|stage| stage.key == "offer").cloned().collect();
        let posted =
            app.posting("Quick").hiring("Create", 1).hiring("Plan", 1).with_stages(last).open().await;
        let id = app.apply(posted.id, "Eve").await.id.to_string();
        self.refused("NO_ALLOTMENT", "offerCreate", self.draft_to(&id)).await;
        self.does("applicationAllot", json!({ "applicationId": id, "teamId": posted.team().to_string() }))
            .await;
        let draft = self.desk.draft(&app.application(id.parse().unwrap()).await).await.id;
        self.refused("APPROVER_REQUIRED", "offerSubmit", json!({ "offerId": draft.to_string() })).await;
        self.refused("NO_JUSTIFICATION", "offerSubmit", self.submit(draft)).await;
        self.does("justificationSave", json!({ "applicationId": id, "text": "Clear words." })).await;
        let other = posted.teams[1].team.to_string();
        self.does("applicationAllot", json!({ "applicationId": id, "teamId": other })).await;
        self.refused("ALLOTTED_ELSEWHERE", "offerSubmit", self.submit(draft)).await;
        self.refused("NOT_APPROVED", "offerSend", json!({ "offerId": draft.to_string() })).await;
        let rescind = json!({ "offerId": draft.to_string(), "reason": "No budget." });
        self.refused("OFFER_STATUS", "offerRescind", rescind).await;

        let whole = app.posting("Whole").hiring("Create", 1).open().await;
        let ready = self.desk.ready(&whole, "Flo").await;
        let draft = self.desk.draft(&ready).await.id;
        let step = app.step(ready.id, "references").await.to_string();
        self.does("stepReopen", json!({ "stepId": step, "reason": "One more." })).await;
        self.refused("REFERENCES_MISSING", "offerSubmit", self.submit(draft)).await;
    }

    async fn decisions(&mut self) {
        let app = self.app;
        let posted = app.posting("Backend").hiring("Create", 1).with_stages(short()).open().await;
        let rival = self.desk.ready(&posted, "Gus").await;
        let rival = self.desk.draft(&rival).await.id;
        let held = self.desk.submitted(&posted, "Hal").await;
        self.refused("NO_OPENING", "offerSubmit", self.submit(rival)).await;
        self.refused("OFFER_LIVE", "offerCreate", self.draft_to(&held.application.to_string())).await;
        let none = json!([{ "teamId": posted.team().to_string(), "vacancies": 0 }]);
        let none = json!({ "postingId": posted.id.to_string(), "teams": none });
        self.refused("BELOW_HELD", "postingVacanciesSet", none).await;
        let approver = self.desk.approver.clone();
        let other = json!({ "offerId": held.id.to_string(), "termsHash": "0".repeat(64) });
        self.refused_to(&approver, "TERMS_CHANGED", "offerApprove", other).await;
        self.desk.approve(held.id).await.unwrap();
        let dead = |since| format!("UPDATE candidate_contact SET undeliverable_since = {since}");
        app.beside(&dead("'2027-01-14T08:00:00+00:00'")).await;
        self.refused("EMAIL_UNDELIVERABLE", "offerSend", json!({ "offerId": held.id.to_string() })).await;
        app.beside(&dead("NULL")).await;
        let sent = self.desk.send(held.id).await.unwrap();
        let terms_hash = app.newest(sent.id).await.terms_hash.0;
        let accept = json!({
            "offerId": sent.id.to_string(), "termsHash": terms_hash, "typedName": "Hal", "consent": "accept-1",
            "nonce": "another page",
        });
        let code = json!({ "offerId": sent.id.to_string() });
        offer::send_code(app.act(&offeree(&sent)), sent.id).await.unwrap();
        self.refused_to(&offeree(&sent), "TOO_OFTEN", "offerCodeSend", code).await;
        self.desk.accept(&sent, "a page").await.unwrap();
        self.refused_to(&offeree(&sent), "ALREADY_DECIDED", "offerAccept", accept).await;

        let posted = app.posting("Slow").hiring("Create", 1).with_stages(short()).open().await;
        let sent = self.desk.sent(&posted, "Ida").await;
        app.clock.pass(TimeDelta::days(15));
        let accept = json!({
            "offerId": sent.id.to_string(), "termsHash": app.newest(sent.id).await.terms_hash.0, "typedName": "Ida",
            "consent": "accept-1", "nonce": "a page",
        });
        self.refused_to(&offeree(&sent), "EXPIRED", "offerAccept", accept).await;
    }
}

both! {
    async fn every_refusal_is_met_by_some_caller(app: TestApp) {
        let desk = app.desk().await;
        let mut asker = Asker { app: &app, desk, heard: BTreeSet::new() };
        asker.settings().await;
        asker.postings().await;
        asker.submissions().await;
        asker.ways().await;
        asker.meetings().await;
        asker.drafts().await;
        asker.decisions().await;
        let reasons: BTreeSet<String> = REASONS.iter().map(|code| (*code).to_owned()).collect();
        assert_eq!(asker.heard, reasons);
        app.check_invariants().await;
    }
}
