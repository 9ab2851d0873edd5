//! A plausible request for every mutation, about records that some may change and others may not see.

use serde_json::{Value, json};
use vacantia::domain::decision::CONSENT;
use vacantia::domain::reference::{AGREEMENT, CONSENT as READ};

use crate::walk::{Types, base};
use crate::world::Scene;

/// A request.
pub struct Case {
    pub mutation: &'static str,
    /// The record it is about, by its name in the world; nothing for what is about no record.
    pub about: String,
    pub input: Value,
}

impl Case {
    /// The same request about a record that is not there.
    pub fn about_nothing(&self, scene: &Scene) -> Value {
        let id = scene.id(&self.about);
        let (prefix, _) = id.split_once('_').unwrap();
        let text = self.input.to_string().replace(id, &absent(prefix));
        serde_json::from_str(&text).unwrap()
    }
}

/// The id of a record that is not there.
pub fn absent(prefix: &str) -> String {
    format!("{prefix}_{:026}", 1)
}

/// The text of a request, which asks for what the payload leads to, so many objects deep.
pub fn request(types: &Types, mutation: &str, depth: u32) -> String {
    let field = types.fields("Mutation").iter().find(|field| field.node.name.node == mutation);
    let field = &field.unwrap_or_else(|| panic!("there is no {mutation}")).node;
    let selection = types.selection(base(&field.ty.node), depth + 1).unwrap();
    let input = base(&field.arguments[0].node.ty.node);
    format!("mutation($input: {input}!) {{ {mutation}(input: $input) {selection} }}")
}

struct Table<'a> {
    scene: &'a Scene,
    cases: Vec<Case>,
}

/// Every mutation, each about several records.
pub fn cases(scene: &Scene) -> Vec<Case> {
    let mut table = Table { scene, cases: Vec::new() };
    table.settings();
    table.postings();
    table.applications();
    table.steps();
    table.interviews();
    table.slots();
    table.references();
    table.notes();
    table.messages();
    table.offers();
    table.decisions();
    table.cases
}

impl Table<'_> {
    fn id(&self, name: &str) -> &str {
        self.scene.id(name)
    }

    /// A request about no record.
    fn free(&mut self, mutation: &'static str, input: Value) {
        self.cases.push(Case { mutation, about: String::new(), input });
    }

    /// The same request about each of these records, by their ids.
    fn each(&mut self, mutation: &'static str, about: &[&str], input: impl Fn(&str) -> Value) {
        for about in about {
            let input = input(self.scene.id(about));
            self.cases.push(Case { mutation, about: (*about).to_owned(), input });
        }
    }

    fn settings(&mut self) {
        self.free("teamCreate", json!({ "name": "Argon" }));
        self.free("teamCreate", json!({ "name": "" }));
        self.each("teamUpdate", &["team x", "team z"], |id| json!({ "teamId": id, "name": "Boron" }));
        let step =
            json!({ "key": "review", "title": "Review", "kind": "REVIEW", "participant": "RECRUITING" });
        let stage = json!({ "key": "review", "title": "Review", "steps": [step] });
        let references = json!({ "least": 0, "managers": 0 });
        let groups = json!([{ "title": "Head", "needed": 1, "approverIds": [self.id("user chief")] }]);
        let plan = json!({
            "name": "Short", "stages": [stage], "approval": "CHAIN", "approvalGroups": groups,
            "references": references,
        });
        self.free("planCreate", plan);
        self.each("planCopy", &["plan"], |id| json!({ "planId": id }));
        self.free("planCopy", json!({ "template": "SHORT" }));
        let rename = |id: &str| json!({ "planId": id, "expectedVersion": 1, "name": "Longer" });
        self.each("planUpdate", &["plan"], rename);
        let set = json!({ "channel": "LINKEDIN", "expectedRevision": 1, "enabled": false, "companyId": "1234567", "trackingSource": "ours" });
        self.free("feedUpdate", set);
        self.free("feedUpdate", json!({ "channel": "RSS", "trackingSource": "indeed" }));
        let words =
            json!({ "kind": "OFFER", "language": "de", "subject": "Ja", "body": "[Hier]({{ link }})" });
        self.free("letterTemplatePreview", words.clone());
        self.free("letterTemplateSave", words);
        self.free("letterTemplateReset", json!({ "kind": "OFFER", "language": "de" }));
        let reply = |shared| json!({ "name": "Later", "subject": "Not yet", "text": "{{ name }}, later.", "shared": shared });
        self.free("savedReplyCreate", reply(true));
        self.free("savedReplyCreate", reply(false));
        let replies = ["house reply", "manager reply"];
        let write =
            |id: &str| json!({ "savedReplyId": id, "name": "Soon", "text": "Soon.", "expectedRevision": 1 });
        self.each("savedReplyUpdate", &replies, write);
        self.each("savedReplyDelete", &replies, |id| json!({ "savedReplyId": id, "expectedRevision": 1 }));
        self.free("feedKeyCreate", json!({ "channel": "RSS", "expectedRevision": 0 }));
        self.free("feedKeyRevoke", json!({ "channel": "RSS", "expectedRevision": 0 }));
        self.free("tokenCreate", json!({ "name": "mine", "scopes": ["READ"] }));
        let tokens: Vec<String> =
            ["admin", "recruiter", "posting recruiter", "manager", "interviewer", "approver", "newcomer"]
                .map(|who| format!("token {who}"))
                .into();
        let tokens: Vec<&str> = tokens.iter().map(String::as_str).collect();
        self.each("tokenRevoke", &tokens, |id| json!({ "tokenId": id }));
    }

    fn postings(&mut self) {
        let create = json!({
            "title": "Gardener", "workplace": "REMOTE", "employmentType": "PART_TIME", "planId": self.id("plan"),
            "remoteCountries": ["DE"], "teams": [{ "teamId": self.id("team y"), "vacancies": 1 }],
        });
        self.free("postingCreate", create);
        let all = ["open", "draft", "unlisted", "paused", "closed"];
        let by_id = |id: &str| json!({ "postingId": id });
        self.each("postingUpdate", &all, |id| json!({ "postingId": id, "title": "Keeper" }));
        self.each("postingPublish", &all, by_id);
        self.each("postingPause", &all, by_id);
        self.each("postingResume", &all, by_id);
        self.each("postingClose", &all, |id| json!({ "postingId": id, "reason": "OTHER" }));
        self.each("postingReopen", &all, by_id);
        self.each("postingArchive", &all, by_id);
        let team = self.id("team y").to_owned();
        let vacancies = |id: &str| json!({ "postingId": id, "teams": [{ "teamId": team, "vacancies": 4 }] });
        self.each("postingVacanciesSet", &all, vacancies);
    }

    fn applications(&mut self) {
        let open = self.id("open").to_owned();
        let all = ["open", "draft", "unlisted", "paused", "closed"];
        let submit = |id: &str| json!({ "postingId": id, "name": "Zoë", "email": "zoe@example.net" });
        self.each("applicationSubmit", &all, submit);
        self.free("applicationSubmit", json!({ "postingId": open, "name": "Zoë", "email": "nowhere" }));
        let scene = self.scene;
        let revision = |id: &str| scene.revision(id);
        let move_on = |id: &str| json!({ "applicationId": id, "expectedRevision": revision(id), "stage": "review", "passOver": false });
        self.each("applicationAdvance", &["beside", "ready", "far"], move_on);
        let back = |id: &str| json!({ "applicationId": id, "expectedRevision": revision(id), "toStage": "review", "reason": "Too soon" });
        self.each("applicationReturn", &["mine", "asked", "far"], back);
        let some = ["mine", "fresh", "far"];
        let decline = |id: &str| json!({ "applicationId": id, "reason": "No need", "note": "Thank you." });
        self.each("applicationDecline", &some, decline);
        let each = |id: &str| json!([{ "applicationId": id, "expectedRevision": revision(id) }]);
        let onward = |id: &str| json!({ "items": each(id), "stage": "review", "passOver": false });
        self.each("applicationsAdvance", &["beside", "ready", "far"], onward);
        let end = |id: &str| json!({ "items": each(id), "reason": "No need", "note": "Thank you." });
        self.each("applicationsDecline", &some, end);
        let go_on = |id: &str| json!({ "applicationId": id, "expectedRevision": revision(id) });
        self.each("applicationKeep", &["beside", "fresh", "far"], go_on);
        let closer = self.id("paused").to_owned();
        let onward = |id: &str| json!({ "applicationId": id, "expectedRevision": revision(id), "postingId": closer, "reason": "Closer" });
        self.each("applicationTransfer", &["fresh", "beside", "far"], onward);
        self.each("applicationWithdraw", &some, |id| json!({ "applicationId": id, "reason": "Another job" }));
        self.each("applicationReinstate", &["declined", "withdrawn"], |id| json!({ "applicationId": id }));
        let team = self.id("team y").to_owned();
        self.each("applicationAllot", &some, |id| json!({ "applicationId": id, "teamId": team }));
        self.each("applicationPreferTeams", &some, |id| json!({ "applicationId": id, "teams": [team] }));
        let why = |id: &str| json!({ "applicationId": id, "text": "Knows a lot." });
        self.each("justificationSave", &["ready", "asked", "far"], why);
    }

    fn steps(&mut self) {
        let open = ["mine offer step", "fresh review step", "far offer step"];
        let done = ["mine review step", "asked review step", "far review step"];
        let optional = ["mine task step", "beside task step", "far task step"];
        let added = json!({ "title": "Second call", "kind": "INTERVIEW", "participant": "RECRUITING" });
        self.each("stepAdd", &["mine", "beside", "far"], |id| {
            let mut added = added.clone();
            added["applicationId"] = id.into();
            added
        });
        let forms = ["mine added3 step", "far added1 step"];
        self.each("formSend", &forms, |id| {
            let question = json!({ "key": "when", "label": "When?", "type": "LINE", "required": true });
            json!({ "stepId": id, "questions": [{ "question": question }] })
        });
        self.each(
            "formAnswer",
            &["mine form 3", "far form 1"],
            |id| json!({ "formId": id, "answers": [{ "key": "more", "value": "Tomorrow" }] }),
        );
        let cards = ["mine added4 step", "far added1 step"];
        for mutation in ["scorecardSave", "scorecardSubmit"] {
            self.each(mutation, &cards, |id| {
                json!({ "stepId": id, "recommendation": "NO", "takeaways": "a", "pros": "b", "cons": "c" })
            });
        }
        let newcomer = self.id("user newcomer").to_owned();
        self.each(
            "scorecardRequest",
            &["mine offer step", "far added1 step"],
            |id| json!({ "stepId": id, "userIds": [newcomer] }),
        );
        self.each("stepPass", &open, |id| json!({ "stepId": id }));
        self.each("stepWaive", &open, |id| json!({ "stepId": id, "reason": "Known well" }));
        self.each("stepReopen", &done, |id| json!({ "stepId": id, "reason": "Once more" }));
        self.each("stepSkip", &optional, |id| json!({ "stepId": id, "reason": "No time" }));
    }

    fn interviews(&mut self) {
        let begins = "2027-01-20T10:00:00Z";
        let recruiter = self.id("user recruiter").to_owned();
        let people = json!([{ "userId": recruiter }]);
        self.each(
            "interviewSchedule",
            &["mine talk", "far talk"],
            |id| json!({ "stepId": id, "startsAt": begins, "minutes": 30, "participants": people }),
        );
        let set = ["mine interview", "far interview"];
        self.each("interviewReschedule", &set, |id| json!({ "interviewId": id, "startsAt": begins }));
        self.each(
            "interviewUpdate",
            &set,
            |id| json!({ "interviewId": id, "participants": people, "videoLink": "" }),
        );
        self.each("interviewCancel", &set, |id| json!({ "interviewId": id, "reason": "Ill" }));
        self.each("interviewRespond", &set, |id| json!({ "interviewId": id, "response": "ACCEPTED" }));
        let past = ["mine past interview", "far past interview"];
        self.each("interviewNoShow", &past, |id| json!({ "interviewId": id, "missing": "CANDIDATE" }));
    }

    fn slots(&mut self) {
        let people = json!([{ "userId": self.id("user recruiter") }]);
        let slots = json!([{ "startsAt": "2027-01-21T10:00:00Z" }]);
        self.each(
            "interviewOfferSlots",
            &["mine talk", "far talk"],
            |id| json!({ "stepId": id, "slots": slots, "minutes": 30, "participants": people }),
        );
        let open = ["mine slots", "far slots"];
        self.each("interviewWithdrawSlots", &open, |id| json!({ "slotsId": id }));
        self.each("interviewDeclineSlots", &open, |id| json!({ "slotsId": id, "note": "Later" }));
        self.each("interviewPickSlot", &["mine slot", "far slot"], |id| json!({ "slotId": id }));
    }

    fn references(&mut self) {
        let steps = ["mine added4 step", "far added2 step"];
        self.each("referenceRequest", &steps, |id| json!({ "stepId": id }));
        self.each("referenceNominate", &steps, |id| {
            let referee = json!({ "name": "Nina", "email": "nina@example.com", "relation": "PEER" });
            json!({ "stepId": id, "referees": [referee], "consent": AGREEMENT.id })
        });
        let awaited = ["mine awaited reference", "far awaited reference"];
        self.each("referenceAnswer", &awaited, |id| {
            let given = ["together", "strengths", "growth", "again"];
            let answers: Vec<_> = given.iter().map(|key| json!({ "key": key, "value": "yes" })).collect();
            json!({ "referenceId": id, "answers": answers, "consent": READ.id })
        });
        self.each("referenceDecline", &awaited, |id| json!({ "referenceId": id }));
        self.each("referenceCancel", &awaited, |id| json!({ "referenceId": id, "reason": "Too many." }));
    }

    fn notes(&mut self) {
        let add = |id: &str| json!({ "applicationId": id, "text": "Ask about nights." });
        self.each("noteAdd", &["mine", "fresh", "far"], add);
        let set = |id: &str| json!({ "applicationId": id, "tags": ["Nights"] });
        self.each("tagSet", &["mine", "fresh", "far"], set);
        let say = |id: &str| json!({ "applicationIds": [id], "text": "We moved the date.", "subject": "A new date" });
        self.each("messageSend", &["mine", "fresh", "far"], say);
        self.each("messageRead", &["mine message", "far message"], |id| json!({ "messageId": id }));
        self.each(
            "candidateUpdate",
            &["mine candidate", "far candidate"],
            |id| json!({ "candidateId": id, "email": format!("{id}@example.com") }),
        );
        self.each("noteRead", &["mine note", "far note"], |id| json!({ "noteId": id }));
    }

    fn messages(&mut self) {
        let dismiss = |id: &str| json!({ "emailMessageId": id });
        self.each("emailMessageDismiss", &["asked mail 1", "far mail 2"], dismiss);
        self.each("emailMessageRetry", &["ready mail 1", "far mail 1"], |id| json!({ "emailMessageId": id }));
        self.each(
            "emailMessageCancel",
            &["mine mail 2", "approved mail 1"],
            |id| json!({ "emailMessageId": id }),
        );
    }

    fn offers(&mut self) {
        let terms = json!({
            "title": "Gardener", "pay": { "amountMinor": "5200000", "currency": "EUR" }, "interval": "YEAR",
            "employmentType": "FULL_TIME", "startOn": "2027-05-01", "place": "Remote",
        });
        let until = "2027-02-10T12:00:00Z";
        let create = |id: &str| json!({ "applicationId": id, "terms": terms, "expiresAt": until });
        self.each("offerCreate", &["ready", "fresh", "far"], create);
        let drafts = ["mine offer", "far offer"];
        self.each("offerUpdate", &drafts, |id| json!({ "offerId": id, "terms": terms }));
        let chief = self.id("user chief").to_owned();
        self.each("offerSubmit", &drafts, |id| json!({ "offerId": id, "approverId": chief }));
        let live = ["mine offer", "asked offer", "approved offer"];
        self.each("offerSend", &live, |id| json!({ "offerId": id }));
        self.each("offerUnschedule", &live, |id| json!({ "offerId": id }));
        self.each("offerResend", &live, |id| json!({ "offerId": id, "email": "new.address@example.com" }));
        self.each("offerExtend", &live, |id| json!({ "offerId": id, "expiresAt": until }));
        self.each("offerCancel", &live, |id| json!({ "offerId": id, "reason": "No budget" }));
        self.each("offerRescind", &live, |id| json!({ "offerId": id, "reason": "No budget" }));
        self.each(
            "hireUndo",
            &["hired", "mine"],
            |id| json!({ "applicationId": id, "reason": "Never came" }),
        );
    }

    fn decisions(&mut self) {
        for offer in ["mine offer", "asked offer", "far offer"] {
            let terms = if offer == "asked offer" { "asked terms" } else { "mine terms" };
            let terms = self.id(terms).to_owned();
            let approve = |id: &str| json!({ "offerId": id, "termsHash": terms });
            self.each("offerApprove", &[offer], approve);
            let reject = |id: &str| json!({ "offerId": id, "termsHash": terms, "reason": "Too much" });
            self.each("offerReject", &[offer], reject);
            let (approver, chief) = (self.id("user approver").to_owned(), self.id("user chief").to_owned());
            let delegate = |id: &str| json!({ "offerId": id, "approverId": approver, "toId": chief });
            self.each("offerDelegate", &[offer], delegate);
            let accept = |id: &str| {
                json!({
                    "offerId": id, "termsHash": terms, "nonce": "page 1", "typedName": "Zoë", "consent": CONSENT.id,
                })
            };
            self.each("offerCodeSend", &[offer], |id| json!({ "offerId": id }));
            let ask =
                |id: &str| json!({ "offerId": id, "kind": "QUESTION", "text": "Why?", "nonce": "page 1" });
            self.each("offerAsk", &[offer], ask);
            self.each("offerAccept", &[offer], accept);
            let decline = |id: &str| json!({ "offerId": id, "termsHash": terms, "nonce": "page 1" });
            self.each("offerDecline", &[offer], decline);
        }
    }
}
