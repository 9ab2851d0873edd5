//! Who may hear which canary.

use crate::world::Who;

/// Which canaries each may hear, by the beginning or the end of their labels. Each is also heard, or the list is wrong.
pub fn may_hear(who: Who) -> Vec<&'static str> {
    const STAFF: [&str; 4] = ["user *", "plan", "hidden team", "house reply *"];
    const HIDDEN: [&str; 5] =
        ["imported record", "draft posting*", "unlisted posting*", "paused posting*", "closed posting*"];
    const EVERYONE: [&str; 12] = [
        "mine *",
        "ready *",
        "declined *",
        "asked *",
        "fresh *",
        "far *",
        "approved *",
        "hired *",
        "undone *",
        "rescinded *",
        "withdrawn *",
        "beside *",
    ];
    const PUBLIC: [Who; 11] = [
        Who::Anyone,
        Who::Applicant,
        Who::Respondent,
        Who::Nominator,
        Who::Chooser,
        Who::Referee,
        Who::Assessor,
        Who::Approving,
        Who::Offeree,
        Who::Rejected,
        Who::Former,
    ];
    /// Whom `mine` would meet.
    const HOSTS: [&str; 4] =
        ["user interviewer name", "user interviewer title", "user recruiter name", "user recruiter title"];
    let mut may = if PUBLIC.contains(&who) { vec![] } else { STAFF.to_vec() };
    if matches!(who, Who::Applicant | Who::Offeree) {
        may.extend(HOSTS);
    }
    match who {
        Who::Anyone | Who::Assessor => {}
        Who::Approving => {
            may.extend(["asked approval reason", "asked terms 1 *"]);
        }
        Who::Applicant => may.extend([
            "mine name",
            "mine email",
            "mine phone",
            "mine answer",
            "mine form *",
            "mine reference note 2",
            "mine answering name",
            "mine awaited name",
        ]),
        Who::Respondent => may.extend(["mine answer", "mine form question 3", "mine form note 3"]),
        Who::Nominator => may.extend(["mine reference note 2", "mine answering name", "mine awaited name"]),
        Who::Chooser => may.extend(HOSTS),
        Who::Referee => may.extend(["mine name", "mine awaited name", "mine awaited email"]),
        Who::Offeree => may.extend([
            "mine reference note 2",
            "mine answering name",
            "mine awaited name",
            "mine name",
            "mine email",
            "mine phone",
            "mine answer",
            "mine form *",
            "mine terms 1 *",
        ]),
        Who::Rejected => may.extend(["declined name", "declined email", "declined phone", "declined answer"]),
        Who::Former => may.extend([
            "unlisted posting*",
            "undone name",
            "undone email",
            "undone phone",
            "undone answer",
            "undone terms 1 *",
        ]),
        Who::Interviewer => may.extend([
            "token interviewer",
            "token ended interviewer",
            "mine name",
            "ready name",
            "declined name",
            "asked name",
            "fresh name",
            "undone name",
            "mine answer",
            "mine form *",
            "mine card *",
            "mine tag",
            "ready answer",
            "declined answer",
            "asked answer",
            "fresh answer",
        ]),
        Who::HiringManager => {
            may.extend([
                "token manager",
                "token ended manager",
                "manager reply *",
                "mine *",
                "ready *",
                "declined *",
            ]);
        }
        Who::PostingRecruiter => may.extend([
            "token posting recruiter",
            "token ended posting recruiter",
            "mine *",
            "ready *",
            "declined *",
            "asked *",
            "fresh *",
            "undone name",
            "undone email",
            "undone phone",
            "beside transfer reason",
        ]),
        Who::Recruiter | Who::Reader => {
            may.extend(["token recruiter", "token ended recruiter"]);
            may.extend(HIDDEN.iter().chain(&EVERYONE));
        }
        Who::Approver => may.extend([
            "token approver",
            "token ended approver",
            "asked name",
            "asked step reason",
            "asked justification",
            "asked approval reason",
            "asked terms 1 *",
        ]),
        Who::Admin => {
            may.extend(HIDDEN);
            may.extend([
                "token *",
                "ping *",
                "mine tag",
                "far tag",
                "mine name",
                "ready name",
                "declined name",
                "asked name",
                "fresh name",
                "far name",
                "approved name",
                "hired name",
                "undone name",
                "rescinded name",
                "withdrawn name",
            ]);
        }
        Who::Newcomer => may.extend(["token newcomer", "token ended newcomer"]),
    }
    may
}

/// What is told to nobody by queries, though some might hear it.
pub const UNTOLD: &[&str] = &[
    // By revoking them.
    "token *",
    "* return reason",
    "* note",
    "* words",
    // Deeper than the round goes; tests/api/form.rs reads them.
    "mine form answer",
    "mine card first *",
    "mine card last attribute",
    "mine card last note",
    "mine form question *",
    "far form question *",
    // Likewise, tests/api/reference.rs.
    "mine reference answer",
    "far reference answer",
    // Only the newest request is told.
    "* reference note 1",
    "* reply",
    "* typed name",
    "* browser",
];

/// What is told only in answer to a change of one's own.
pub const BY_CHANGES: [(Who, &str); 7] = [
    (Who::Respondent, "mine answer"),
    (Who::Referee, "mine awaited name"),
    (Who::Referee, "mine awaited email"),
    (Who::Applicant, "user interviewer*"),
    (Who::Applicant, "user recruiter*"),
    (Who::Offeree, "user interviewer*"),
    (Who::Offeree, "user recruiter*"),
];

/// Whether one of the patterns, with a star for any end or any beginning, is of this label.
pub fn is_among(patterns: &[&str], label: &str) -> bool {
    patterns.iter().any(|pattern| match (pattern.strip_suffix('*'), pattern.strip_prefix('*')) {
        (Some(start), _) => label.starts_with(start),
        (None, Some(end)) => label.ends_with(end),
        (None, None) => label == *pattern,
    })
}
