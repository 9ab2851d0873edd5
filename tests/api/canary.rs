//! What a viewer may not see does not exist for them: every query as everyone, on a world full of canaries.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::cases::{absent, cases, request};
use crate::paging::pages;
use crate::walk::{Question, Seen, Types};
use crate::world::{Canary, Scene, Who, World};

/// How many objects deep is asked.
pub const DEPTH: u32 = 3;

/// Which canaries each may hear, by the beginning or the end of their labels. Each is also heard, or the list is wrong.
fn may_hear(who: Who) -> Vec<&'static str> {
    const STAFF: [&str; 3] = ["user *", "plan", "hidden team"];
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
    const PUBLIC: [Who; 10] = [
        Who::Anyone,
        Who::Applicant,
        Who::Respondent,
        Who::Nominator,
        Who::Chooser,
        Who::Referee,
        Who::Assessor,
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
            "mine pay 1",
            "mine role 1",
            "mine remarks 1",
        ]),
        Who::Rejected => may.extend(["declined name", "declined email", "declined phone", "declined answer"]),
        Who::Former => may.extend([
            "unlisted posting*",
            "undone name",
            "undone email",
            "undone phone",
            "undone answer",
            "undone pay 1",
            "undone role 1",
            "undone remarks 1",
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
            may.extend(["token manager", "token ended manager", "mine *", "ready *", "declined *"]);
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
            "asked pay 1",
            "asked role 1",
            "asked remarks 1",
        ]),
        Who::Admin => {
            may.extend(HIDDEN);
            may.extend([
                "token *",
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
const UNTOLD: &[&str] = &[
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
const BY_CHANGES: [(Who, &str); 7] = [
    (Who::Respondent, "mine answer"),
    (Who::Referee, "mine awaited name"),
    (Who::Referee, "mine awaited email"),
    (Who::Applicant, "user interviewer*"),
    (Who::Applicant, "user recruiter*"),
    (Who::Offeree, "user interviewer*"),
    (Who::Offeree, "user recruiter*"),
];

/// Whether one of the patterns, with a star for any end or any beginning, is of this label.
fn is_among(patterns: &[&str], label: &str) -> bool {
    patterns.iter().any(|pattern| match (pattern.strip_suffix('*'), pattern.strip_prefix('*')) {
        (Some(start), _) => label.starts_with(start),
        (None, Some(end)) => label.ends_with(end),
        (None, None) => label == *pattern,
    })
}

/// The canaries in an answer to somebody who may not hear them.
pub fn overheard<'a>(scene: &'a Scene, who: Who, answer: &str) -> Vec<&'a str> {
    let may = may_hear(who);
    scene.heard(answer).into_iter().filter(|label| !is_among(&may, label)).collect()
}

/// Everything somebody was answered.
#[derive(Default)]
pub struct Round {
    pub seen: Seen,
    heard: BTreeSet<String>,
    /// Answers that cannot be right, whoever asked.
    faults: Vec<String>,
}

impl Round {
    /// Asks every query there is.
    pub async fn of(world: &World, who: Who) -> Self {
        let types = Types::committed();
        let mut round = Self::default();
        for field in types.fields("Query") {
            let name = field.node.name.node.as_str();
            let mut of_nothing = BTreeMap::new();
            for question in types.questions(&field.node, &ids_for(&world.scene, name), DEPTH) {
                let answer = round.ask(world, who, name, &question).await;
                let Some(id) = question.variables["id"].as_str().filter(|_| answer["data"][name].is_null())
                else {
                    continue;
                };
                let (prefix, _) = id.split_once('_').unwrap();
                if !of_nothing.contains_key(prefix) {
                    let nothing = json!({ "id": absent(prefix) });
                    let answer = world.ask(who, &question.text, nothing).await;
                    of_nothing.insert(prefix.to_owned(), answer.to_string());
                }
                let said = answer.to_string();
                if of_nothing[prefix] != said {
                    round.faults.push(format!("hidden and absent differ: {name} of {id}"));
                }
            }
        }
        round
    }

    /// Asks one query, a list to its end.
    async fn ask(&mut self, world: &World, who: Who, name: &str, question: &Question) -> Value {
        let mut variables = question.variables.clone();
        loop {
            let answer = world.ask(who, &question.text, variables.clone()).await;
            self.take(world, question, &answer);
            let page = &answer["data"][name]["pageInfo"];
            if page["hasNextPage"] != true || !question.is_whole {
                return answer;
            }
            variables["after"] = page["endCursor"].clone();
        }
    }

    /// Takes note of an answer.
    fn take(&mut self, world: &World, question: &Question, answer: &Value) {
        let text = answer.to_string();
        self.heard.extend(world.scene.heard(&text).into_iter().map(ToOwned::to_owned));
        if !answer["errors"].is_null() {
            self.faults.push(format!("{}: {}", question.text, answer["errors"]));
        }
        counts_are_of_what_is_shown(answer, &mut self.faults);
        self.seen.keep(&answer["data"], &question.variables["id"].to_string());
    }
}

/// The ids a root field is asked with: those of its own kind and one of another; all kinds where any will do.
fn ids_for(scene: &Scene, field: &str) -> Vec<String> {
    let prefix = match field {
        "posting" => "post_",
        "team" => "team_",
        "plan" => "plan_",
        "user" => "user_",
        "candidate" => "cand_",
        "application" => "app_",
        "offer" => "offer_",
        "emailMessage" => "mail_",
        "node" => return one_of_each(scene),
        _ => "",
    };
    scene.ids(prefix)
}

fn one_of_each(scene: &Scene) -> Vec<String> {
    let names = [
        "open",
        "draft",
        "team z",
        "plan",
        "user admin",
        "token admin",
        "mine",
        "far",
        "mine candidate",
        "far candidate",
    ];
    names.iter().map(|name| scene.id(name).to_owned()).collect()
}

/// A number beside a list says no more than the list.
fn counts_are_of_what_is_shown(answer: &Value, faults: &mut Vec<String>) {
    match answer {
        Value::Array(items) => items.iter().for_each(|item| counts_are_of_what_is_shown(item, faults)),
        Value::Object(fields) => {
            if let (Some(count), Some(listed)) = (fields.get("count"), fields.get("applications")) {
                let shown = listed["edges"].as_array().map_or(0, Vec::len);
                if count.as_u64() != u64::try_from(shown).ok() {
                    faults.push(format!("{count} are counted, but {shown} shown: {answer}"));
                }
            }
            fields.values().for_each(|value| counts_are_of_what_is_shown(value, faults));
        }
        _ => {}
    }
}

/// Everything that is wrong with what somebody was answered.
fn faults(world: &World, who: Who, round: &Round) -> Vec<String> {
    let mut faults: Vec<String> = round.faults.clone();
    let may = may_hear(who);
    for Canary { label, .. } in &world.scene.canaries {
        match (is_among(&may, label), round.heard.contains(label)) {
            (false, true) => faults.push(format!("heard {label}")),
            (true, false) if BY_CHANGES.iter().any(|(by, told)| *by == who && is_among(&[told], label)) => {}
            (true, false) if !is_among(UNTOLD, label) => faults.push(format!("never heard {label}")),
            _ => {}
        }
    }
    faults
        .into_iter()
        .map(|fault| format!("{who:?}: {}", fault.chars().take(400).collect::<String>()))
        .collect()
}

/// Changes what is hidden from somebody: answered as if it were not there, and nothing changes.
async fn strays(world: &World, who: Who, seen: &Seen) -> Vec<String> {
    let types = Types::committed();
    let mut faults = Vec::new();
    let mut of_nothing: BTreeMap<(&str, String), String> = BTreeMap::new();
    for case in &cases(&world.scene) {
        let is_known = match case.mutation {
            // Administrators end tokens that they are not shown.
            "tokenRevoke" => who == Who::Admin,
            // Their link says which step their card is of.
            "scorecardSave" | "scorecardSubmit" => who == Who::Assessor,
            // Their pages say that they take no applications now.
            "applicationSubmit" => matches!(case.about.as_str(), "paused" | "closed"),
            // Each of the times is deeper than the round goes.
            "interviewPickSlot" => seen.has(world.scene.id(&case.about.replace("slot", "slots"))),
            // The link names the step, of which it shows no more.
            "referenceNominate" => who == Who::Nominator && case.about.starts_with("mine"),
            _ => false,
        };
        if is_known || case.about.is_empty() || seen.has(world.scene.id(&case.about)) {
            continue;
        }
        let text = request(&types, case.mutation, 1);
        let nothing = case.about_nothing(&world.scene);
        let before = world.events().await;
        let absent = match of_nothing.entry((case.mutation, nothing.to_string())) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                place.insert(world.ask(who, &text, json!({ "input": nothing })).await.to_string())
            }
        };
        let hidden = world.ask(who, &text, json!({ "input": case.input })).await.to_string();
        let what = format!("{who:?}: {} of {}", case.mutation, case.about);
        if hidden != *absent {
            faults.push(format!("{what} answers {hidden}, but when absent {absent}"));
        }
        if world.events().await != before {
            faults.push(format!("{what} changed something"));
        }
    }
    faults
}

both! {
    async fn nobody_hears_what_is_not_for_them(app: TestApp) {
        let world = World::found(app).await;
        let mut wrong = Vec::new();
        for (who, _) in &world.scene.viewers {
            let round = Round::of(&world, *who).await;
            wrong.extend(faults(&world, *who, &round));
            wrong.extend(strays(&world, *who, &round.seen).await);
            wrong.extend(pages(&world, *who).await);
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
