//! What the actions say in `# Errors`, against what happens.

use std::collections::{BTreeMap, BTreeSet};

use crate::walk::Types;

/// Which action each mutation calls: its file, and its name in there.
const ACTIONS: &[(&str, &str, &str)] = &[
    ("applicationAdvance", "application", "advance"),
    ("applicationAllot", "allotment", "allot"),
    ("applicationDecline", "application/end", "decline"),
    ("applicationKeep", "application", "keep"),
    ("applicationPreferTeams", "allotment", "prefer_teams"),
    ("applicationReinstate", "application/end", "reinstate"),
    ("applicationReturn", "application", "go_back"),
    ("applicationSubmit", "application/submit", "submit"),
    ("applicationTransfer", "application/transfer", "transfer"),
    ("applicationWithdraw", "application/end", "withdraw"),
    ("applicationsAdvance", "application", "advance"),
    ("applicationsDecline", "application/end", "decline"),
    ("candidateUpdate", "candidate", "update"),
    ("emailMessageCancel", "email", "cancel"),
    ("emailMessageDismiss", "email", "dismiss"),
    ("emailMessageRetry", "email", "retry"),
    ("feedKeyCreate", "channel_setting", "create_key"),
    ("feedKeyRevoke", "channel_setting", "revoke_key"),
    ("feedUpdate", "channel_setting", "update"),
    ("formAnswer", "form", "answer"),
    ("formSend", "form", "send"),
    ("hireUndo", "offer/hire", "undo_hire"),
    ("interviewCancel", "interview/end", "cancel"),
    ("interviewDeclineSlots", "slot/pick", "decline"),
    ("interviewNoShow", "interview/end", "no_show"),
    ("interviewOfferSlots", "slot", "offer"),
    ("interviewPickSlot", "slot/pick", "pick"),
    ("interviewReschedule", "interview/change", "reschedule"),
    ("interviewRespond", "interview", "respond"),
    ("interviewSchedule", "interview", "schedule"),
    ("interviewUpdate", "interview/change", "update"),
    ("interviewWithdrawSlots", "slot", "withdraw"),
    ("justificationSave", "justification", "save"),
    ("letterTemplatePreview", "letter_template", "preview"),
    ("letterTemplateReset", "letter_template", "reset"),
    ("letterTemplateSave", "letter_template", "save"),
    ("messageRead", "message", "read"),
    ("messageSend", "message", "send"),
    ("noteAdd", "note", "add"),
    ("noteRead", "note", "read"),
    ("offerAccept", "offer/decide", "accept"),
    ("offerApprove", "offer/approve", "approve"),
    ("offerAsk", "offer/question", "question"),
    ("offerCancel", "offer/end", "cancel"),
    ("offerCodeSend", "offer/code", "send_code"),
    ("offerCreate", "offer/draft", "create"),
    ("offerDecline", "offer/decide", "decline"),
    ("offerDelegate", "offer/approve", "delegate"),
    ("offerExtend", "offer/send", "extend"),
    ("offerReject", "offer/approve", "reject"),
    ("offerResend", "offer/resend", "resend"),
    ("offerRescind", "offer/end", "rescind"),
    ("offerSend", "offer/send", "send"),
    ("offerSubmit", "offer/submit", "submit"),
    ("offerUnschedule", "offer/schedule", "unschedule"),
    ("offerUpdate", "offer/draft", "update"),
    ("planCopy", "plan", "copy"),
    ("planCreate", "plan", "create"),
    ("planUpdate", "plan", "update"),
    ("postingArchive", "posting/life", "archive"),
    ("postingClose", "posting/life", "close"),
    ("postingCreate", "posting/write", "create"),
    ("postingPause", "posting/life", "pause"),
    ("postingPublish", "posting/life", "publish"),
    ("postingReopen", "posting/life", "reopen"),
    ("postingResume", "posting/life", "resume"),
    ("postingUpdate", "posting/write", "update"),
    ("postingVacanciesSet", "posting/vacancies", "set_vacancies"),
    ("referenceAnswer", "reference/answer", "answer"),
    ("referenceCancel", "reference", "cancel"),
    ("referenceDecline", "reference/answer", "decline"),
    ("referenceNominate", "reference/nominate", "nominate"),
    ("referenceRequest", "reference", "request"),
    ("savedReplyCreate", "saved_reply", "create"),
    ("savedReplyDelete", "saved_reply", "delete"),
    ("savedReplyUpdate", "saved_reply", "update"),
    ("scorecardRequest", "scorecard/ask", "ask"),
    ("scorecardSave", "scorecard", "save"),
    ("scorecardSubmit", "scorecard", "submit"),
    ("stepAdd", "step", "add"),
    ("stepPass", "step", "pass"),
    ("stepReopen", "step", "reopen"),
    ("stepSkip", "step", "skip"),
    ("stepWaive", "step", "waive"),
    ("tagSet", "tag", "set"),
    ("teamCreate", "team", "create"),
    ("teamUpdate", "team", "update"),
    ("tokenCreate", "token", "create"),
    ("tokenRevoke", "token", "revoke"),
];

/// What is refused before an action is called, where no action says so: lists without an entry or with one thing twice, and a
/// key that is blank.
const AT_THE_RIM: &[(&str, &[&str])] =
    &[("applicationsAdvance", &["INVALID", "REQUIRED"]), ("offerSend", &["REQUIRED"])];

/// What no request of one caller meets, with the reason.
const UNMET: &[(&str, &str, &str)] = &[
    ("applicationSubmit", "STALE", "the posting would have to change four times meanwhile"),
    (
        "interviewCancel",
        "NOT_ACTIVE",
        "the application would have to end meanwhile: its end calls meetings off",
    ),
    ("interviewReschedule", "NOT_ACTIVE", "as interviewCancel"),
    ("interviewUpdate", "NOT_ACTIVE", "as interviewCancel"),
    ("tokenCreate", "NOT_FOUND", "its owner is whoever asks; only the command line names one"),
];

/// Where the actions and what was heard differ.
pub fn broken(types: &Types, heard: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let codes: Vec<&str> = types.values("UserErrorCode").into_iter().map(|(code, _)| code).collect();
    let mut faults = Vec::new();
    for (mutation, file, name) in ACTIONS {
        let path = format!("{}/src/actions/{file}.rs", env!("CARGO_MANIFEST_DIR"));
        let source = std::fs::read_to_string(&path).unwrap();
        let mut said = said(&source, name, &codes);
        let rim = AT_THE_RIM.iter().filter(|(known, _)| known == mutation);
        said.extend(rim.flat_map(|(_, codes)| codes.iter().map(|code| (*code).to_owned())));
        let heard = heard.get(*mutation).cloned().unwrap_or_default();
        let is_unmet = |code: &str| UNMET.iter().any(|(unmet, of, _)| unmet == mutation && *of == code);
        let unheard: Vec<_> = said.difference(&heard).filter(|code| !is_unmet(code)).collect();
        if !unheard.is_empty() {
            faults.push(format!(
                "{mutation} is never refused with {unheard:?}, which {file}.rs says of {name}"
            ));
        }
        let unsaid: Vec<_> = heard.difference(&said).collect();
        if !unsaid.is_empty() {
            faults.push(format!(
                "{mutation} is refused with {unsaid:?}, which {file}.rs does not say of {name}"
            ));
        }
    }
    let unlisted = heard.keys().filter(|heard| !ACTIONS.iter().any(|(mutation, ..)| mutation == heard));
    faults.extend(unlisted.map(|mutation| format!("which action does {mutation} call?")));
    faults
}

/// The codes that are named under `# Errors` of this action, and of the one it refers to.
fn said(source: &str, name: &str, codes: &[&str]) -> BTreeSet<String> {
    let named = [format!("pub async fn {name}("), format!("pub fn {name}(")];
    let before = named.iter().find_map(|named| source.split_once(named.as_str()));
    let (before, _) = before.unwrap_or_else(|| panic!("there is no action {name}"));
    let lines: Vec<&str> = before.lines().rev().take_while(|line| line.starts_with("///")).collect();
    let docs = lines.iter().rev().map(|line| line.trim_start_matches('/')).collect::<String>();
    let errors = docs.split("# Errors").nth(1).unwrap_or_default();
    let named = errors.split('`').filter(|word| codes.contains(word)).map(ToOwned::to_owned);
    let mut all: BTreeSet<String> = named.collect();
    if let Some((_, other)) = errors.split_once("As [`") {
        all.extend(said(source, other.split('`').next().unwrap(), codes));
    }
    all
}
